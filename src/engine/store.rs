//! Objects of one kind, found by number and by whatever else their index looks for.

use std::fmt;
use std::iter::Sum;
use std::marker::PhantomData;
use std::ops::Add;
use std::sync::OnceLock;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kit::chunks::Chunks;

mod index;
mod ranks;
#[cfg(test)]
mod tests;

pub use index::{Cursor, Index, Lookup, Rarely, digest};
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

/// Objects of one kind: number `n` stands at `n - 1`, or as many places before that as its numbers begin later. A copy shares the
/// objects until one of the two changes them. The index follows from the objects: it is neither saved nor copied, but built when a copy
/// is asked for it.
#[derive(Debug)]
pub struct Store<T: Indexed> {
    objects: Chunks<T>,
    /// The number before the first.
    behind: u32,
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
        Self { objects: Chunks::default(), behind: 0, index: OnceLock::from(T::Index::default()), heap: 0 }
    }
}

impl<T: Indexed> Clone for Store<T> {
    fn clone(&self) -> Self {
        Self { objects: self.objects.clone(), behind: self.behind, index: OnceLock::new(), heap: self.heap }
    }
}

impl<T: Indexed> Store<T> {
    /// Its numbers begin after that one. It is empty.
    pub fn count_behind(&mut self, behind: u32) {
        self.behind = behind;
    }

    /// The number before that of the first object.
    pub fn behind(&self) -> u32 {
        self.behind
    }

    /// The number of the next object.
    ///
    /// # Panics
    /// When there are more than can be numbered; memory has ended long before.
    pub fn next(&self) -> u32 {
        let place = u32::try_from(self.objects.count() + 1).ok();
        place.and_then(|it| it.checked_add(self.behind)).expect("a sandbox has fewer objects than a u32 counts")
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
        self.objects.get(self.place(number)?)
    }

    /// Changes an object, and files it under the keys that it has after that. `None`: it does not exist.
    pub fn update<R>(&mut self, number: u32, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let place = self.place(number)?;
        let object = self.objects.get_mut(place)?;
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
        (self.behind + 1..).zip(self.objects.iter())
    }

    fn place(&self, number: u32) -> Option<usize> {
        usize::try_from(number.checked_sub(self.behind)?.checked_sub(1)?).ok()
    }
}

impl<T: Indexed + Serialize> Serialize for Store<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.behind == 0 {
            return self.objects.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("behind", &self.behind)?;
        map.serialize_entry("objects", &self.objects)?;
        map.end()
    }
}

impl<'de, T: Indexed + Deserialize<'de>> Deserialize<'de> for Store<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (objects, behind) = deserializer.deserialize_any(Saved(PhantomData))?;
        let heap = objects.iter().map(Indexed::heap).sum();
        let store = Self { objects, behind, index: OnceLock::new(), heap };
        store.index(); // it is built where the state is read, and not where the next request is answered
        Ok(store)
    }
}

/// Reads the objects of a store, as a list, or beside the number after which they are counted.
struct Saved<T>(PhantomData<T>);

impl<'de, T: Clone + Deserialize<'de>> Visitor<'de> for Saved<T> {
    type Value = (Chunks<T>, u32);

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Ok((Chunks::deserialize(SeqAccessDeserializer::new(list))?, 0))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut objects, mut behind) = (None, None);
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "objects" => objects = Some(map.next_value()?),
                "behind" => behind = Some(map.next_value::<u32>()?),
                _ => return Err(Error::unknown_field(&name, &["behind", "objects"])),
            }
        }
        let behind = behind.filter(|it| *it <= u32::MAX / 2);
        Ok((objects.ok_or_else(|| Error::missing_field("objects"))?, behind.ok_or_else(|| Error::missing_field("behind"))?))
    }
}
