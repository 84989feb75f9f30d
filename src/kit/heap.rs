//! What values cost on the heap. A bound on memory counts with these, not with the lengths of texts: a short text in a
//! block of its own costs several times its length.

use bytes::Bytes;
use serde_json::Value as Json;

/// A block of that many bytes, with what an allocator adds to it; nothing when nothing is allocated.
pub const fn block(bytes: usize) -> usize {
    if bytes == 0 {
        return 0;
    }
    let rounded = (bytes + 8).next_multiple_of(16);
    if rounded < 32 { 32 } else { rounded }
}

/// Bytes that can be shared, with the count of those who share them.
pub fn shared(bytes: &Bytes) -> usize {
    if bytes.is_empty() { 0 } else { block(bytes.len()) + block(size_of::<[usize; 3]>()) }
}

/// What a JSON value has besides its own place.
pub fn json(value: &Json) -> usize {
    /// A node of a map has room for eleven members, and is half full at least.
    const MEMBER: usize = 2 * size_of::<(String, Json)>();
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => 0,
        Json::String(text) => block(text.len()),
        Json::Array(items) => block(size_of_val(items.as_slice())) + items.iter().map(json).sum::<usize>(),
        Json::Object(members) => members.iter().map(|(name, it)| MEMBER + block(name.len()) + json(it)).sum(),
    }
}
