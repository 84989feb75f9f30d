//! Bodies and headers as the log and a saved state keep them.

use std::borrow::Cow;

use bytes::{BufMut, Bytes};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::kit::chunked::Chunked;
use crate::kit::{concealed, heap};

/// A kept body: saved as text if it is text, so that people can read a saved state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept(pub Bytes);

impl Kept {
    /// A copy without the spare room of the buffer that the bytes were written into.
    pub fn copy(bytes: &[u8]) -> Self {
        Self(Bytes::copy_from_slice(bytes))
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text, with invalid UTF-8 replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

/// The same bytes in a buffer of their size, so that keeping them costs what is counted. Bytes that others share stay as they are.
pub fn fitted(bytes: Bytes) -> Bytes {
    match bytes.try_into_mut() {
        Ok(own) if own.len() < own.capacity() => Bytes::copy_from_slice(&own),
        Ok(own) => own.freeze(),
        Err(shared) => shared,
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Writing {
    Text(String),
    Binary { base64: String },
}

impl Serialize for Kept {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use base64::Engine;
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => Writing::Binary { base64: base64::engine::general_purpose::STANDARD.encode(&self.0) }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Kept {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use base64::Engine;
        Ok(Self(match Writing::deserialize(deserializer)? {
            Writing::Text(text) => Bytes::from(text),
            Writing::Binary { base64 } => {
                base64::engine::general_purpose::STANDARD.decode(base64).map_err(serde::de::Error::custom)?.into()
            }
        }))
    }
}

/// The headers of a request or an answer in the log: one block of bytes. A `HeaderMap` would keep the whole buffer alive
/// that the connection has read them into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptHeaders {
    /// Of each header, in order: the lengths of name and value as four bytes each, the name, the value.
    block: Bytes,
    /// How many there are.
    count: usize,
}

impl KeptHeaders {
    /// Copies them.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut block = Vec::with_capacity(bytes_of(headers));
        append_all(&mut block, headers);
        Self { block: block.into(), count: headers.len() }
    }

    /// Copies them to the end of a chunk.
    pub fn in_chunk(headers: &HeaderMap, chunked: &mut Chunked) -> Self {
        let block = chunked.put(bytes_of(headers), |chunk| append_all(chunk, headers));
        Self { block, count: headers.len() }
    }

    /// The same without live keys and card numbers. `None`: they contain none.
    pub fn concealed(&self) -> Option<Self> {
        if !concealed::may_hide(&self.block) {
            return None;
        }
        let (mut block, mut is_other) = (Vec::new(), false);
        for (name, value) in self.pairs() {
            let (own_name, own_value) = (concealed::bytes(name), concealed::bytes(value));
            is_other = is_other || own_name.is_some() || own_value.is_some();
            append(&mut block, own_name.as_deref().unwrap_or(name), own_value.as_deref().unwrap_or(value));
        }
        is_other.then(|| Self { block: block.into_boxed_slice().into(), count: self.count })
    }

    /// Names and values, in order.
    fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut rest = &*self.block;
        std::iter::from_fn(move || {
            let (name_length, after) = rest.split_first_chunk::<4>()?;
            let (value_length, after) = after.split_first_chunk::<4>()?;
            let length = |it: &[u8; 4]| usize::try_from(u32::from_le_bytes(*it)).ok();
            let (name, after) = after.split_at_checked(length(name_length)?)?;
            let (value, after) = after.split_at_checked(length(value_length)?)?;
            rest = after;
            Some((name, value))
        })
    }

    /// The first value of the header with this name, in any case.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.pairs().find(|it| it.0.eq_ignore_ascii_case(name.as_bytes())).map(|it| it.1)
    }

    /// Parses the headers into a map.
    pub fn map(&self) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(self.count);
        for (name, value) in self.pairs() {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
                headers.append(name, value);
            }
        }
        headers
    }

    /// What they cost on the heap.
    pub fn cost(&self) -> usize {
        heap::block(self.block.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many headers there are.
    pub fn count(&self) -> usize {
        self.count
    }
}

fn bytes_of(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 8).sum()
}

fn append_all(block: &mut impl BufMut, headers: &HeaderMap) {
    headers.iter().for_each(|(name, value)| append(block, name.as_str().as_bytes(), value.as_bytes()));
}

fn append(block: &mut impl BufMut, name: &[u8], value: &[u8]) {
    for length in [name.len(), value.len()] {
        block.put_u32_le(u32::try_from(length).unwrap_or(u32::MAX));
    }
    block.put_slice(name);
    block.put_slice(value);
}

impl Serialize for KeptHeaders {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        header_pairs::serialize(&self.map(), serializer)
    }
}

impl<'de> Deserialize<'de> for KeptHeaders {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        header_pairs::deserialize(deserializer).map(|it| Self::of(&it))
    }
}

/// Headers in a saved state or a journal: names and values, in order.
pub mod header_pairs {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Bytes, HeaderMap, HeaderName, HeaderValue, Kept};

    /// Writes a list of pairs.
    pub fn serialize<S: Serializer>(headers: &HeaderMap, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(headers.iter().map(|(name, value)| (name.as_str(), Kept(Bytes::copy_from_slice(value.as_bytes())))))
    }

    /// Reads a list of pairs.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HeaderMap, D::Error> {
        let mut headers = HeaderMap::new();
        for (name, value) in Vec::<(String, Kept)>::deserialize(deserializer)? {
            let name: HeaderName = name.parse().map_err(D::Error::custom)?;
            headers.append(name, HeaderValue::from_bytes(&value.0).map_err(D::Error::custom)?);
        }
        Ok(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i21_bytes_leave_no_spare_room() {
        let mut roomy = Vec::with_capacity(1_000);
        roomy.extend_from_slice(b"body");
        for bytes in [Bytes::from(roomy), Bytes::from("body".to_owned()), Bytes::from_static(b"body")] {
            let fitted = fitted(bytes);
            assert_eq!(fitted, "body");
            assert!(fitted.try_into_mut().map_or(0, |it| it.capacity()) <= 4);
        }
    }

    #[test]
    fn kept_headers_are_the_same_as_before() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("x-b", "1"), ("accept", ""), ("x-b", "2"), ("x-a", "ü")] {
            headers.append(
                HeaderName::from_bytes(name.as_bytes()).expect("a name"),
                HeaderValue::from_bytes(value.as_bytes()).expect("a value"),
            );
        }
        let kept = KeptHeaders::of(&headers);
        assert_eq!((kept.map(), kept.count(), kept.block.len()), (headers, 4, 19 + 4 * 8));
        let written = serde_json::to_string(&kept).expect("JSON");
        assert_eq!(written, r#"[["x-b","1"],["x-b","2"],["accept",""],["x-a","ü"]]"#);
        assert_eq!(serde_json::from_str::<KeptHeaders>(&written).ok(), Some(kept));
        assert_eq!(KeptHeaders::default().map(), HeaderMap::new());
    }
}
