//! A list that grows at its end and shrinks at its beginning, in chunks that copies share. A copy costs a count for each
//! chunk, and a change copies the one chunk that it touches, if that is still shared.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Items of a chunk.
const CHUNK: usize = 64;

#[derive(Clone, Debug)]
pub struct Chunks<T> {
    /// Each holds [`CHUNK`] items, except the last, and the first when items were taken.
    chunks: VecDeque<Arc<VecDeque<T>>>,
    /// How many items were taken from the first chunk.
    taken: usize,
    /// How many of these the first chunk still holds, because a copy shares it.
    passed: usize,
    len: usize,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { chunks: VecDeque::new(), taken: 0, passed: 0, len: 0 }
    }
}

impl<T> Chunks<T> {
    /// How many items there are.
    pub fn count(&self) -> usize {
        self.len
    }

    /// The item at that place.
    pub fn get(&self, place: usize) -> Option<&T> {
        let (chunk, inner) = self.find(place);
        self.chunks.get(chunk)?.get(inner)
    }

    /// The first item.
    pub fn front(&self) -> Option<&T> {
        self.chunks.front()?.get(self.passed)
    }

    /// All, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.chunks.iter().enumerate().flat_map(|(number, it)| it.range(if number == 0 { self.passed } else { 0 }..))
    }

    /// Those from a place on, in order.
    pub fn from(&self, place: usize) -> impl Iterator<Item = &T> {
        let (chunk, inner) = self.find(place.min(self.len));
        self.chunks.iter().skip(chunk).flat_map(|it| it.iter()).skip(inner)
    }

    /// The number of items from the beginning on for which this holds, when it holds for none behind them.
    pub fn partition_point(&self, mut holds: impl FnMut(&T) -> bool) -> usize {
        let whole = self.chunks.partition_point(|it| it.back().is_some_and(&mut holds));
        let before = (whole * CHUNK).saturating_sub(self.taken);
        let passed = if whole == 0 { self.passed } else { 0 };
        self.chunks.get(whole).map_or(self.len, |it| before + it.partition_point(holds).saturating_sub(passed))
    }

    /// The chunk of a place, and its place in there.
    fn find(&self, place: usize) -> (usize, usize) {
        let place = place + self.taken;
        let chunk = place / CHUNK;
        (chunk, place % CHUNK - if chunk == 0 { self.taken - self.passed } else { 0 })
    }
}

impl<T: Clone> Chunks<T> {
    /// The item at that place, to change it.
    pub fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        let (chunk, inner) = self.find(place);
        Arc::make_mut(self.chunks.get_mut(chunk)?).get_mut(inner)
    }

    /// Adds an item at the end.
    pub fn push_back(&mut self, item: T) {
        if (self.taken + self.len).is_multiple_of(CHUNK) {
            self.chunks.push_back(Arc::default());
        }
        let is_only = self.chunks.len() == 1;
        let Some(last) = self.chunks.back_mut().map(Arc::make_mut) else { return };
        if last.len() == last.capacity() {
            // The only chunk grows with what it holds; behind a whole one, each has its size at once and is never moved.
            let rest = CHUNK - last.len().min(CHUNK - 1);
            last.reserve_exact(if is_only { last.len().clamp(1, rest) } else { rest });
        }
        last.push_back(item);
        self.len += 1;
    }

    /// Drops the first item, if there is one. A chunk that a copy shares stays as it is, and is passed item by item.
    pub fn drop_front(&mut self) {
        let Some(first) = self.chunks.front_mut() else { return };
        if let Some(own) = Arc::get_mut(first) {
            own.drain(..=self.passed);
            self.passed = 0;
        } else {
            self.passed += 1;
        }
        (self.taken, self.len) = (self.taken + 1, self.len - 1);
        if first.len() == self.passed {
            self.chunks.pop_front();
            (self.taken, self.passed) = (0, 0);
        }
    }
}

impl<T: Clone> FromIterator<T> for Chunks<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut chunks = Self::default();
        items.into_iter().for_each(|it| chunks.push_back(it));
        chunks
    }
}

impl<T: PartialEq> PartialEq for Chunks<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Serialize> Serialize for Chunks<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, T: Clone + Deserialize<'de>> Deserialize<'de> for Chunks<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<T>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Between two items that are pushed; more than one item is ever raised by.
    const STRIDE: usize = 1_000;

    proptest! {
        #[test]
        fn chunks_are_a_list_and_a_copy_keeps_what_it_was(steps in prop::collection::vec((0..8_u8, 0..200_usize), 0..900)) {
            let (mut chunks, mut plain) = (Chunks::default(), VecDeque::new());
            let mut copies = Vec::new();
            for (number, (step, place)) in steps.into_iter().enumerate() {
                let bound = number * STRIDE;
                match step {
                    0 | 1 => {
                        prop_assert_eq!(chunks.front(), plain.front());
                        chunks.drop_front();
                        plain.pop_front();
                    }
                    2 => prop_assert_eq!(chunks.get_mut(place).map(|it| *it += 1), plain.get_mut(place).map(|it| *it += 1)),
                    3 if place < 10 => copies.push((chunks.clone(), plain.clone())),
                    _ => {
                        chunks.push_back(bound);
                        plain.push_back(bound);
                    }
                }
                prop_assert_eq!((chunks.count(), chunks.get(place)), (plain.len(), plain.get(place)));
                prop_assert!(chunks.from(place).eq(plain.iter().skip(place)), "from {place}");
                // The items ascend: what is pushed is larger than all before, and what is changed stays below the next.
                let middle = plain.get(place).copied().unwrap_or(bound);
                for bound in [0, middle, middle + 1, usize::MAX] {
                    prop_assert_eq!(chunks.partition_point(|it| *it < bound), plain.partition_point(|it| *it < bound));
                }
            }
            copies.push((chunks, plain));
            for (chunks, plain) in copies {
                prop_assert!(chunks.iter().eq(plain.iter()) && chunks.iter().rev().eq(plain.iter().rev()));
            }
        }
    }

    #[test]
    fn a_change_after_a_copy_copies_one_chunk() {
        let mut chunks: Chunks<usize> = (0..CHUNK * 4).collect();
        let copy = chunks.clone();
        *chunks.get_mut(CHUNK).expect("it is there") = 0;
        let shared = chunks.chunks.iter().zip(&copy.chunks).map(|(one, two)| Arc::ptr_eq(one, two));
        assert_eq!(shared.collect::<Vec<_>>(), [true, false, true, true]);
        assert_eq!(copy.get(CHUNK), Some(&CHUNK));
    }
}
