//! Look-ups of one object by a key, and lists of many.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use twox_hash::XxHash3_64;

#[expect(clippy::disallowed_types, reason = "its hasher has a fixed seed, and nothing reads its order")]
type Map<K, V> = std::collections::HashMap<K, V, rustc_hash::FxBuildHasher>;

/// One value, usually a number, under each key. It has no order that could be seen.
#[derive(Clone, Debug)]
pub struct Lookup<K, V = u32>(Map<K, V>);

impl<K, V> Default for Lookup<K, V> {
    fn default() -> Self {
        Self(Map::default())
    }
}

impl<K: Hash + Eq, V: Copy> Lookup<K, V> {
    /// The value under that key takes the place of the one before.
    pub fn insert(&mut self, key: K, value: V) {
        self.0.insert(key, value);
    }

    /// How many keys have a value.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The value under that key.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key).copied()
    }

    /// Takes the value under that key out.
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.0.remove(key)
    }
}

#[cfg(test)]
impl<K: Hash + Eq, V: PartialEq> PartialEq for Lookup<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// Stands for a text as a key. Two texts can share it: compare the text of the object that was found.
pub fn digest(text: &str) -> u64 {
    XxHash3_64::oneshot(text.as_bytes())
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
        page(cursor, limit, |low, high| self.between(key, low, high))
    }
}

/// Lists of numbers under keys of which nearly each has one number: a look-up finds the first, and the order of the keys costs nothing.
#[derive(Clone, Debug)]
pub struct Rarely<K> {
    first: Lookup<K>,
    more: Index<K>,
}

impl<K> Default for Rarely<K> {
    fn default() -> Self {
        Self { first: Lookup::default(), more: Index::default() }
    }
}

#[cfg(test)]
impl<K: Hash + Ord> PartialEq for Rarely<K> {
    fn eq(&self, other: &Self) -> bool {
        self.first == other.first && self.more == other.more
    }
}

impl<K: Hash + Ord + Copy> Rarely<K> {
    /// Files a number at the end of its list.
    pub fn push(&mut self, key: K, number: u32) {
        match self.first.0.entry(key) {
            Entry::Vacant(place) => _ = place.insert(number),
            Entry::Occupied(_) => self.more.insert(key, number),
        }
    }

    /// A whole list, oldest first.
    pub fn list(&self, key: K) -> impl DoubleEndedIterator<Item = u32> {
        self.between(key, 0, u32::MAX)
    }

    /// That many numbers of a list, newest first.
    pub fn page(&self, key: K, cursor: Cursor, limit: usize) -> Vec<u32> {
        page(cursor, limit, |low, high| self.between(key, low, high))
    }

    fn between(&self, key: K, low: u32, high: u32) -> impl DoubleEndedIterator<Item = u32> {
        let first = self.first.get(&key);
        let more = first.into_iter().flat_map(move |_| self.more.between(key, low, high));
        first.filter(|it| (low..=high).contains(it)).into_iter().chain(more)
    }
}

fn page<I: DoubleEndedIterator<Item = u32>>(cursor: Cursor, limit: usize, between: impl FnOnce(u32, u32) -> I) -> Vec<u32> {
    match cursor {
        Cursor::Newest => between(1, u32::MAX).rev().take(limit).collect(),
        Cursor::After(number) => between(1, number.saturating_sub(1)).rev().take(limit).collect(),
        Cursor::Before(number) => {
            let mut page: Vec<u32> = between(number.saturating_add(1), u32::MAX).take(limit).collect();
            page.reverse();
            page
        }
    }
}
