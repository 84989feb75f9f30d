//! Lists that are counted and read from any place, under filters, at the same cost.

use std::collections::BTreeMap;

/// The numbers of each owner in the order of their filing, and which of them pass each filter.
#[derive(Clone, Debug)]
pub struct RankIndex<O, F> {
    owners: BTreeMap<O, Owned<F>>,
}

#[derive(Clone, Debug)]
struct Owned<F> {
    /// Ascending.
    numbers: Vec<u32>,
    /// The places of those that pass.
    passing: BTreeMap<F, Places>,
}

impl<O, F> Default for RankIndex<O, F> {
    fn default() -> Self {
        Self { owners: BTreeMap::new() }
    }
}

impl<O: Ord, F: Ord> RankIndex<O, F> {
    /// Files a number at the end of its owner's, under these filters.
    pub fn push(&mut self, owner: O, number: u32, filters: impl IntoIterator<Item = F>) {
        let own = self.owners.entry(owner).or_insert_with(|| Owned { numbers: Vec::new(), passing: BTreeMap::new() });
        let place = own.numbers.len();
        own.numbers.push(number);
        for filter in filters {
            own.passing.entry(filter).or_default().insert(place);
        }
    }

    /// A number passes other filters from now on.
    pub fn refile(&mut self, owner: &O, number: u32, before: impl IntoIterator<Item = F>, after: impl IntoIterator<Item = F>) {
        let Some(own) = self.owners.get_mut(owner) else { return };
        let Ok(place) = own.numbers.binary_search(&number) else { return };
        for filter in before {
            own.passing.entry(filter).or_default().remove(place);
        }
        for filter in after {
            own.passing.entry(filter).or_default().insert(place);
        }
    }

    /// All numbers of an owner, oldest first.
    pub fn all(&self, owner: &O) -> &[u32] {
        self.owners.get(owner).map_or(&[], |it| &it.numbers)
    }

    /// How many of an owner's numbers pass a filter, and one page of them, newest first.
    pub fn page(&self, owner: &O, filter: &F, skipped: u32, length: u32) -> (u32, Vec<u32>) {
        let Some((own, passing)) = self.owners.get(owner).and_then(|it| Some((it, it.passing.get(filter)?))) else {
            return (0, Vec::new());
        };
        let places = passing.page(skipped, length).filter_map(|it| own.numbers.get(it).copied());
        (passing.count, places.collect())
    }
}

/// A set of places below a growing bound. How many there are, and which is the nth from the end, cost the same at any
/// size: a bit a place, and on each of two levels the counts over 64 of what lies below.
#[derive(Clone, Debug, Default, PartialEq)]
struct Places {
    words: Vec<u64>,
    levels: [Vec<u32>; 2],
    count: u32,
}

const FAN: usize = 64;

impl Places {
    /// Takes a place in. Already there, nothing changes.
    fn insert(&mut self, place: usize) {
        let (word, bit) = (place / FAN, place % FAN);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
            self.levels[0].resize(word / FAN + 1, 0);
            self.levels[1].resize(word / FAN / FAN + 1, 0);
        }
        if self.words[word] >> bit & 1 == 0 {
            self.words[word] |= 1 << bit;
            self.levels[0][word / FAN] += 1;
            self.levels[1][word / FAN / FAN] += 1;
            self.count += 1;
        }
    }

    /// Lets a place go. Not there, nothing changes.
    fn remove(&mut self, place: usize) {
        let (word, bit) = (place / FAN, place % FAN);
        if self.words.get(word).is_some_and(|it| it >> bit & 1 == 1) {
            self.words[word] &= !(1 << bit);
            self.levels[0][word / FAN] -= 1;
            self.levels[1][word / FAN / FAN] -= 1;
            self.count -= 1;
        }
    }

    /// The last place but `skipped`.
    fn nth_last(&self, skipped: u32) -> Option<usize> {
        let mut left = skipped;
        let mut behind = |own: u32| {
            let found = left < own;
            left -= if found { 0 } else { own };
            found
        };
        let inside = |outer: usize, all: usize| (outer * FAN..((outer + 1) * FAN).min(all)).rev();
        let [lower, upper] = &self.levels;
        let top = (0..upper.len()).rev().find(|it| behind(upper[*it]))?;
        let middle = inside(top, lower.len()).find(|it| behind(lower[*it]))?;
        let word = inside(middle, self.words.len()).find(|it| behind(self.words[*it].count_ones()))?;
        let bits = self.words[word];
        let bit = (0..FAN).rev().find(|it| bits >> it & 1 == 1 && behind(1))?;
        Some(word * FAN + bit)
    }

    /// That many places from the end on, the last first, after those that are skipped.
    fn page(&self, skipped: u32, length: u32) -> impl Iterator<Item = usize> {
        let end = skipped.saturating_add(length).min(self.count);
        (skipped..end).filter_map(|it| self.nth_last(it))
    }
}

#[cfg(test)]
impl<O: Ord, F: Ord> PartialEq for RankIndex<O, F> {
    /// Whether both answer alike: a filter that nothing passes any more, and one that nothing has passed, are one.
    fn eq(&self, other: &Self) -> bool {
        let filled = |own: &Owned<F>| own.passing.values().filter(|it| 0 < it.count).count();
        let pages = |own: &Owned<F>, filter: &F| own.passing.get(filter).map_or(Vec::new(), |it| it.page(0, u32::MAX).collect());
        let alike = |one: &Owned<F>, two: &Owned<F>| {
            one.numbers == two.numbers && filled(one) == filled(two) && one.passing.keys().all(|it| pages(one, it) == pages(two, it))
        };
        self.owners.len() == other.owners.len()
            && self.owners.iter().all(|(owner, own)| other.owners.get(owner).is_some_and(|it| alike(own, it)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::kit::ids::Draws;

    #[test]
    fn i19_a_page_is_what_a_sorted_list_would_give() {
        let (mut places, mut plain, mut draws) = (Places::default(), BTreeSet::new(), Draws::new(1, "ranks", 0));
        for step in 0..4_000 {
            // Wide enough for three counts on the upper level.
            let place = usize::try_from(draws.below(600_000)).expect("small");
            if draws.below(4) == 0
                && let Some(gone) = plain.iter().nth(plain.len() / 2).copied()
            {
                places.remove(gone);
                plain.remove(&gone);
            } else {
                places.insert(place);
                plain.insert(place);
            }
            if step % 200 == 0 {
                let (skipped, length) = (u32::try_from(draws.below(50)).expect("small"), 20);
                let expected: Vec<usize> = plain.iter().rev().skip(skipped as usize).take(length as usize).copied().collect();
                assert_eq!(places.page(skipped, length).collect::<Vec<_>>(), expected);
            }
            assert_eq!(places.count as usize, plain.len());
        }
        let all: Vec<usize> = plain.into_iter().rev().collect();
        assert_eq!(places.page(0, u32::MAX).collect::<Vec<_>>(), all);
        places.remove(700_000);
        places.insert(all[0]);
        assert_eq!((places.count as usize, places.page(places.count, 5).next()), (all.len(), None));
    }
}
