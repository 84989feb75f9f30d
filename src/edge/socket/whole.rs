//! Head and body of a short answer leave in one piece: the system takes longer to gather two pieces than a copy takes.

use std::cell::Cell;
use std::io::IoSlice;

/// Longer answers leave as they are.
const BYTES_MAX: usize = 4 * 1024;

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Does something with these pieces as one. `None`: they are too long, or not several.
pub fn with<T>(pieces: &[IoSlice<'_>], take: impl FnOnce(&[u8]) -> T) -> Option<T> {
    if pieces.len() < 2 || BYTES_MAX < pieces.iter().map(|it| it.len()).sum() {
        return None;
    }
    let mut buffer = BUFFER.take();
    buffer.clear();
    for it in pieces {
        buffer.extend_from_slice(it);
    }
    let taken = take(&buffer);
    BUFFER.set(buffer);
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_pieces_become_one() {
        let whole = |pieces: &[&[u8]]| with(&pieces.iter().map(|it| IoSlice::new(it)).collect::<Vec<_>>(), <[u8]>::to_vec);
        assert_eq!(whole(&[b"head", b"body"]).as_deref(), Some(&b"headbody"[..]));
        assert_eq!(whole(&[b"", b"", b"c"]).as_deref(), Some(&b"c"[..]), "nothing of the one before");
        assert_eq!(whole(&[b"one piece"]), None);
        assert_eq!(whole(&[&[b'a'; BYTES_MAX - 1], b"b"]).map(|it| it.len()), Some(BYTES_MAX));
        assert_eq!(whole(&[&[b'a'; BYTES_MAX], b"b"]), None);
    }
}
