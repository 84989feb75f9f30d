//! Entries in the order of their keys, in chunks that copies share. A copy costs a count for each chunk, and a change copies the one
//! chunk that it touches, if that is still shared.

use std::collections::VecDeque;
use std::sync::Arc;

/// Entries of a chunk, at most.
const CHUNK: usize = 64;

/// A map in the order of its keys, each of which is there once.
#[derive(Clone, Debug)]
pub struct Ordered<K, V> {
    /// Each is in order, before the next one, and not empty.
    chunks: VecDeque<Arc<VecDeque<(K, V)>>>,
    len: usize,
}

impl<K, V> Default for Ordered<K, V> {
    fn default() -> Self {
        Self { chunks: VecDeque::new(), len: 0 }
    }
}

impl<K, V> Ordered<K, V> {
    /// How many entries there are.
    pub fn count(&self) -> usize {
        self.len
    }

    /// The first entry.
    pub fn first(&self) -> Option<&(K, V)> {
        self.chunks.front()?.front()
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.chunks.iter().flat_map(|it| it.iter())
    }
}

impl<K: Clone + Ord, V: Clone> Ordered<K, V> {
    /// Adds an entry, or replaces that of the same key.
    pub fn insert(&mut self, key: K, value: V) {
        // The first chunk that does not end before the key, and the place in there.
        let chunk = self.chunks.partition_point(|it| it.back().is_some_and(|last| last.0 < key));
        let place = self.chunks.get(chunk).map_or(0, |it| it.partition_point(|entry| entry.0 < key));
        let Some(entries) = self.chunks.get_mut(chunk).filter(|it| 0 < place || it[0].0 == key).map(Arc::make_mut) else {
            return self.insert_before(chunk, (key, value));
        };
        if entries[place].0 == key {
            entries[place].1 = value;
            return;
        }
        self.len += 1;
        if entries.len() < CHUNK {
            entries.insert(place, (key, value));
        } else {
            let behind = entries.split_off(place);
            entries.push_back((key, value));
            self.chunks.insert(chunk + 1, Arc::new(behind));
        }
    }

    /// Adds an entry between two chunks: to the first, so that entries which come in order fill their chunks.
    fn insert_before(&mut self, chunk: usize, entry: (K, V)) {
        self.len += 1;
        let has_room = |it: &&mut Arc<VecDeque<_>>| it.len() < CHUNK;
        if let Some(before) = chunk.checked_sub(1).and_then(|it| self.chunks.get_mut(it)).filter(has_room) {
            Arc::make_mut(before).push_back(entry);
        } else if let Some(behind) = self.chunks.get_mut(chunk).filter(has_room) {
            Arc::make_mut(behind).push_front(entry);
        } else {
            self.chunks.insert(chunk, Arc::new(VecDeque::from([entry])));
        }
    }

    /// Takes the first entry.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        let first = Arc::make_mut(self.chunks.front_mut()?);
        let entry = first.pop_front();
        self.len -= 1;
        if first.is_empty() {
            self.chunks.pop_front();
        }
        entry
    }

    /// Drops the entries for which this does not hold.
    pub fn retain(&mut self, holds: impl Fn(&V) -> bool) {
        for it in &mut self.chunks {
            if !it.iter().all(|entry| holds(&entry.1)) {
                Arc::make_mut(it).retain(|entry| holds(&entry.1));
            }
        }
        self.chunks.retain(|it| !it.is_empty());
        self.len = self.chunks.iter().map(|it| it.len()).sum();
    }
}

impl<K: Clone + Ord, V: Clone> FromIterator<(K, V)> for Ordered<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut ordered = Self::default();
        entries.into_iter().for_each(|(key, value)| ordered.insert(key, value));
        ordered
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// What is done, and with which key.
    #[derive(Clone, Debug)]
    enum Step {
        Insert(u16),
        /// Entries whose keys rise, as most do that are booked.
        Append(u16),
        Pop,
        Retain(u16),
        Copy,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            8 => any::<u16>().prop_map(Step::Insert),
            8 => (0..300_u16).prop_map(Step::Append),
            4 => Just(Step::Pop),
            1 => (2..9_u16).prop_map(Step::Retain),
            1 => Just(Step::Copy),
        ]
    }

    fn agree(ordered: &Ordered<u16, usize>, plain: &BTreeMap<u16, usize>) {
        assert!(ordered.iter().copied().eq(plain.iter().map(|it| (*it.0, *it.1))));
        assert_eq!((ordered.count(), ordered.first().copied()), (plain.len(), plain.first_key_value().map(|it| (*it.0, *it.1))));
        assert!(ordered.chunks.iter().all(|it| !it.is_empty() && it.len() <= CHUNK));
    }

    proptest! {
        #[test]
        fn it_is_a_map_and_a_copy_keeps_what_it_was(steps in prop::collection::vec(step(), 0..400)) {
            let (mut ordered, mut plain, mut copies) = (Ordered::default(), BTreeMap::new(), Vec::new());
            for (number, step) in steps.into_iter().enumerate() {
                match step {
                    Step::Insert(key) => {
                        ordered.insert(key, number);
                        plain.insert(key, number);
                    }
                    Step::Append(count) => {
                        let last = plain.last_key_value().map_or(0, |it| *it.0);
                        for key in (last..u16::MAX).take(usize::from(count)) {
                            ordered.insert(key, number);
                            plain.insert(key, number);
                        }
                    }
                    Step::Pop => assert_eq!(ordered.pop_first(), plain.pop_first()),
                    Step::Retain(divisor) => {
                        let holds = |it: &usize| !it.is_multiple_of(usize::from(divisor));
                        ordered.retain(holds);
                        plain.retain(|_, it| holds(it));
                    }
                    Step::Copy => copies.push((ordered.clone(), plain.clone())),
                }
                assert_eq!(ordered.count(), plain.len());
            }
            copies.push((ordered, plain));
            for (ordered, plain) in &copies {
                agree(ordered, plain);
            }
        }
    }

    #[test]
    fn entries_that_come_in_order_fill_their_chunks() {
        let mut ordered = Ordered::default();
        for key in 0..6_400 {
            ordered.insert((key % 2, key), ()); // two runs, as timers of two lengths
        }
        assert_eq!((ordered.count(), ordered.chunks.len()), (6_400, 100));
    }
}
