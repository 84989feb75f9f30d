//! Lists of numbered objects that are read a page at a time.

use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Included};

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// At the newest.
    Newest,
    /// Behind that number: older ones.
    After(u32),
    /// Before that number: the newer ones that are nearest to it.
    Before(u32),
}

/// Numbers under keys. A page costs as much as it holds, however many stand on the shelf.
#[derive(Clone, Debug)]
pub struct Shelves<K>(BTreeSet<(K, u32)>);

impl<K> Default for Shelves<K> {
    fn default() -> Self {
        Self(BTreeSet::new())
    }
}

impl<K: Ord + Copy> Shelves<K> {
    pub fn put(&mut self, key: K, number: u32) {
        self.0.insert((key, number));
    }

    pub fn take(&mut self, key: K, number: u32) {
        self.0.remove(&(key, number));
    }

    /// So many numbers under a key, newest first.
    pub fn page(&self, key: K, cursor: Cursor, limit: usize) -> Vec<u32> {
        let (low, high) = match cursor {
            Cursor::Newest => (0, u32::MAX),
            Cursor::After(number) => (0, number.saturating_sub(1)),
            Cursor::Before(number) => (number, u32::MAX),
        };
        let range = self.0.range((Excluded((key, low)), Included((key, high)))).map(|it| it.1);
        match cursor {
            Cursor::Newest | Cursor::After(_) => range.rev().take(limit).collect(),
            Cursor::Before(_) => {
                let mut page: Vec<u32> = range.take(limit).collect();
                page.reverse();
                page
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_newest_first_and_stay_under_their_key() {
        let mut shelves = Shelves::default();
        for number in 1..=7 {
            shelves.put(number % 2, number);
        }
        for (cursor, limit, page) in [
            (Cursor::Newest, 3, &[7_u32, 5, 3][..]),
            (Cursor::After(3), 3, &[1]),
            (Cursor::After(4), 1, &[3]),
            (Cursor::After(1), 3, &[]),
            (Cursor::After(0), 3, &[]),
            (Cursor::Before(1), 2, &[5, 3]),
            (Cursor::Before(7), 2, &[]),
        ] {
            assert_eq!(shelves.page(1, cursor, limit), page, "{cursor:?}");
        }
        shelves.take(1, 5);
        assert_eq!(shelves.page(1, Cursor::Newest, 9), [7_u32, 3, 1]);
        assert!(shelves.page(2, Cursor::Newest, 9).is_empty());
    }
}
