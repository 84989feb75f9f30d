//! Look-ups of one object by a key, and lists of many.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::ops::Bound::{Excluded, Included};

#[expect(clippy::disallowed_types, reason = "its hasher has a fixed seed, and nothing reads its order")]
type Map<K> = std::collections::HashMap<K, u32, BuildHasherDefault<DefaultHasher>>;

/// One number under each key. It has no order that could be seen.
#[derive(Clone, Debug)]
pub struct Lookup<K>(Map<K>);

impl<K> Default for Lookup<K> {
    fn default() -> Self {
        Self(Map::default())
    }
}

impl<K: Hash + Eq> Lookup<K> {
    /// The number under that key takes the place of the one before.
    pub fn insert(&mut self, key: K, number: u32) {
        self.0.insert(key, number);
    }

    /// The number under that key.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<u32>
    where
        K: Borrow<Q>,
    {
        self.0.get(key).copied()
    }
}

#[cfg(test)]
impl<K: Hash + Eq> PartialEq for Lookup<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// Stands for a text as a key. Two texts can share it: compare the text of the object that was found.
pub fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// At the newest.
    Newest,
    /// After that number: older ones.
    After(u32),
    /// Before that number: the newer ones that are nearest to it.
    Before(u32),
}

/// Lists of numbers, one under each key. A page costs as much as it holds, however long the list is.
#[derive(Clone, Debug)]
pub struct Index<K>(BTreeSet<(K, u32)>);

impl<K> Default for Index<K> {
    fn default() -> Self {
        Self(BTreeSet::new())
    }
}

#[cfg(test)]
impl<K: Ord> PartialEq for Index<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K: Ord + Copy> Index<K> {
    pub fn insert(&mut self, key: K, number: u32) {
        self.0.insert((key, number));
    }

    pub fn remove(&mut self, key: K, number: u32) {
        self.0.remove(&(key, number));
    }

    /// A number goes from one list to another.
    pub fn refile(&mut self, number: u32, before: K, after: K) {
        if before != after {
            self.remove(before, number);
            self.insert(after, number);
        }
    }

    /// The numbers of a list between two, both included, oldest first.
    pub fn between(&self, key: K, first: u32, last: u32) -> impl DoubleEndedIterator<Item = u32> {
        let range = (first <= last).then(|| self.0.range((key, first)..=(key, last)));
        range.into_iter().flatten().map(|it| it.1)
    }

    /// A whole list, oldest first.
    pub fn list(&self, key: K) -> impl DoubleEndedIterator<Item = u32> {
        self.between(key, 0, u32::MAX)
    }

    /// That many numbers of a list, newest first.
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
