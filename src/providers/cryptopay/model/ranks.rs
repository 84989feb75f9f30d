//! Which of a merchant's objects pass a filter: counted, and read from any place at the same cost.

/// A set of places below a growing bound. How many there are, and which is the nth from the end, cost the same at any
/// size: a bit a place, and counts over each 64 words and over each 64 of those.
#[derive(Clone, Debug, Default)]
pub struct Ranks {
    words: Vec<u64>,
    groups: Vec<u32>,
    halls: Vec<u32>,
    count: u32,
}

const FAN: usize = 64;

impl Ranks {
    /// How many are in it.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Takes a place in. Already there, nothing changes.
    pub fn put(&mut self, place: u32) {
        let (word, bit) = (place as usize / FAN, place as usize % FAN);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
            self.groups.resize(word / FAN + 1, 0);
            self.halls.resize(word / FAN / FAN + 1, 0);
        }
        if self.words[word] >> bit & 1 == 0 {
            self.words[word] |= 1 << bit;
            self.groups[word / FAN] += 1;
            self.halls[word / FAN / FAN] += 1;
            self.count += 1;
        }
    }

    /// Lets a place go. Not there, nothing changes.
    pub fn take(&mut self, place: u32) {
        let (word, bit) = (place as usize / FAN, place as usize % FAN);
        if self.words.get(word).is_some_and(|it| it >> bit & 1 == 1) {
            self.words[word] &= !(1 << bit);
            self.groups[word / FAN] -= 1;
            self.halls[word / FAN / FAN] -= 1;
            self.count -= 1;
        }
    }

    /// The last place but `skipped`.
    fn nth_last(&self, skipped: u32) -> Option<u32> {
        let mut left = skipped;
        let mut behind = |own: u32| {
            let found = left < own;
            left -= if found { 0 } else { own };
            found
        };
        let hall = (0..self.halls.len()).rev().find(|it| behind(self.halls[*it]))?;
        let inside = |outer: usize, all: usize| (outer * FAN..((outer + 1) * FAN).min(all)).rev();
        let group = inside(hall, self.groups.len()).find(|it| behind(self.groups[*it]))?;
        let word = inside(group, self.words.len()).find(|it| behind(self.words[*it].count_ones()))?;
        let bits = self.words[word];
        let bit = (0..FAN).rev().find(|it| bits >> it & 1 == 1 && behind(1))?;
        u32::try_from(word * FAN + bit).ok()
    }

    /// So many places from the end on, the last first, behind those that are skipped.
    pub fn page(&self, skipped: u32, length: u32) -> impl Iterator<Item = u32> {
        let end = skipped.saturating_add(length).min(self.count);
        (skipped..end).filter_map(|it| self.nth_last(it))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::kit::ids::Draws;

    #[test]
    fn i19_a_page_is_what_a_sorted_list_would_give() {
        let (mut ranks, mut plain, mut draws) = (Ranks::default(), BTreeSet::new(), Draws::new(1, "ranks", 0));
        for step in 0..4_000 {
            // Wide enough for three halls.
            let place = u32::try_from(draws.below(600_000)).expect("small");
            if draws.below(4) == 0
                && let Some(gone) = plain.iter().nth(plain.len() / 2).copied()
            {
                ranks.take(gone);
                plain.remove(&gone);
            } else {
                ranks.put(place);
                plain.insert(place);
            }
            if step % 200 == 0 {
                let (skipped, length) = (u32::try_from(draws.below(50)).expect("small"), 20);
                let expected: Vec<u32> = plain.iter().rev().skip(skipped as usize).take(length as usize).copied().collect();
                assert_eq!(ranks.page(skipped, length).collect::<Vec<_>>(), expected);
            }
            assert_eq!(ranks.count() as usize, plain.len());
        }
        let all: Vec<u32> = plain.into_iter().rev().collect();
        assert_eq!(ranks.page(0, u32::MAX).collect::<Vec<_>>(), all);
        ranks.take(700_000);
        ranks.put(all[0]);
        assert_eq!((ranks.count() as usize, ranks.page(ranks.count(), 5).next()), (all.len(), None));
    }
}
