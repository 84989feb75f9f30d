//! Objects of one kind, found by number and by whatever else their index looks for.

use std::iter::Sum;
use std::ops::Add;
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kit::chunks::Chunks;

mod index;
mod ranks;
#[cfg(test)]
mod tests;

pub use index::{Cursor, Index, Lookup, digest};
pub use ranks::RankIndex;

/// An object that a store keeps.
pub trait Indexed: Clone {
    /// What such objects are found by besides their number; `()` when nothing.
    type Index: Clone + std::fmt::Debug + Default;
    /// What of that an update can change; `()` when nothing.
    type Keys: PartialEq;

    fn keys(&self) -> Self::Keys;

    /// Files a new object under all its keys.
    fn file(&self, number: u32, index: &mut Self::Index);

    /// What its texts and lists cost on the heap.
    fn heap(&self) -> usize {
        0
    }

    /// Files an object that an update has changed, which its old keys lead to still.
    fn refile(&self, _number: u32, _index: &mut Self::Index, _before: &Self::Keys) {}
}

/// Objects of one kind: number `n` stands at `n - 1`. A copy shares the objects until one of the two changes them. The index
/// follows from the objects: it is neither saved nor copied, but built when a copy is asked for it.
#[derive(Debug)]
pub struct Store<T: Indexed> {
    objects: Chunks<T>,
    index: OnceLock<T::Index>,
    /// What the texts and lists of all objects cost.
    heap: usize,
}

/// How much a sandbox keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub objects: usize,
    pub bytes: usize,
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { objects: self.objects + other.objects, bytes: self.bytes + other.bytes }
    }
}

impl Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

impl<T: Indexed> Default for Store<T> {
    fn default() -> Self {
        Self { objects: Chunks::default(), index: OnceLock::from(T::Index::default()), heap: 0 }
    }
}

impl<T: Indexed> Clone for Store<T> {
    fn clone(&self) -> Self {
        Self { objects: self.objects.clone(), index: OnceLock::new(), heap: self.heap }
    }
}

impl<T: Indexed> Store<T> {
    /// The number of the next object.
    ///
    /// # Panics
    /// When there are more than can be numbered; memory has ended long before.
    pub fn next(&self) -> u32 {
        u32::try_from(self.objects.count() + 1).expect("a sandbox has fewer objects than a u32 counts")
    }

    /// Keeps an object under the next number, which it gives back.
    pub fn insert(&mut self, object: T) -> u32 {
        let number = self.next();
        if let Some(index) = self.index.get_mut() {
            object.file(number, index);
        }
        self.heap += object.heap();
        self.objects.push_back(object);
        number
    }

    pub fn get(&self, number: u32) -> Option<&T> {
        self.objects.get(place(number)?)
    }

    /// Changes an object, and files it under the keys that it has after that. `None`: it does not exist.
    pub fn update<R>(&mut self, number: u32, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let object = self.objects.get_mut(place(number)?)?;
        let (before, heap) = (object.keys(), object.heap());
        let result = change(object);
        self.heap = self.heap + object.heap() - heap;
        if let Some(index) = self.index.get_mut()
            && object.keys() != before
        {
            object.refile(number, index, &before);
        }
        Some(result)
    }

    /// How much it keeps. It is counted as objects come and change, so that it costs nothing to ask.
    pub fn usage(&self) -> Usage {
        /// An object's places in the index.
        const INDEX: usize = 96;
        let place = size_of::<T>() + INDEX;
        Usage { objects: self.objects.count(), bytes: self.objects.count() * place + self.heap }
    }

    /// What the objects are found by.
    pub fn index(&self) -> &T::Index {
        self.index.get_or_init(|| {
            let mut index = T::Index::default();
            self.iter().for_each(|(number, it)| it.file(number, &mut index));
            index
        })
    }

    /// All, in the order of their numbers.
    pub fn all(&self) -> &Chunks<T> {
        &self.objects
    }

    /// All, each with its number.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (1..).zip(self.objects.iter())
    }
}

fn place(number: u32) -> Option<usize> {
    usize::try_from(number.checked_sub(1)?).ok()
}

impl<T: Indexed + Serialize> Serialize for Store<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.objects.serialize(serializer)
    }
}

impl<'de, T: Indexed + Deserialize<'de>> Deserialize<'de> for Store<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let objects = Chunks::<T>::deserialize(deserializer)?;
        let heap = objects.iter().map(Indexed::heap).sum();
        let store = Self { objects, index: OnceLock::new(), heap };
        store.index(); // it is built where the state is read, and not where the next request is answered
        Ok(store)
    }
}
