//! Small pieces of bytes in chunks that they share: thousands of them that go in the order in which they came cost the allocator
//! almost nothing, and are written one after the other.

use bytes::{Bytes, BytesMut};

/// Bytes of a chunk. The allocator keeps blocks of this size in its own lists; larger ones it would ask of the system, one by one.
const CHUNK: usize = 64 * 1024;

/// A piece larger than this has a block of its own, so that the rest of a chunk is not lost for it.
const PIECE_MAX: usize = CHUNK / 8;

/// The chunk that pieces are written into. A chunk lives until its last piece is dropped.
#[derive(Debug, Default)]
pub struct Chunked(BytesMut);

/// A copy writes into chunks of its own.
impl Clone for Chunked {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Chunked {
    /// The bytes that `write` appends, which are at most `bytes`.
    pub fn put(&mut self, bytes: usize, write: impl FnOnce(&mut BytesMut)) -> Bytes {
        if PIECE_MAX < bytes {
            let mut own = BytesMut::with_capacity(bytes);
            write(&mut own);
            return own.freeze();
        }
        if self.0.capacity() < bytes {
            self.0 = BytesMut::with_capacity(CHUNK);
        }
        write(&mut self.0);
        self.0.split().freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_stand_one_after_the_other_and_large_ones_alone() {
        let mut chunked = Chunked::default();
        let mut put = |bytes: usize| chunked.put(bytes, |chunk| chunk.resize(bytes, b'x'));
        let (first, second, large, third) = (put(3), put(PIECE_MAX), put(PIECE_MAX + 1), put(5));
        let end = |it: &Bytes| it.as_ptr().wrapping_add(it.len());
        assert_eq!(end(&first), second.as_ptr());
        assert_eq!(end(&second), third.as_ptr());
        assert_eq!(large.len(), PIECE_MAX + 1);
        for _ in 0..100 {
            assert_eq!(put(1_000), vec![b'x'; 1_000]);
        }
        assert_eq!(put(0).len(), 0);
    }
}
