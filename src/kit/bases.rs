//! Where the links of objects begin, when no request says: few texts, which many objects share.

use serde::{Deserialize, Serialize};

/// Bases that are told apart; past it a further one is taken for the last.
const BASES_MAX: usize = 1_000;

/// Scheme and host as merchants called them, sandbox and slug.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bases(Vec<String>);

impl Bases {
    /// The place of a base, which is kept.
    pub fn place(&mut self, base: &str) -> u16 {
        let place = self.0.iter().position(|it| it == base).unwrap_or_else(|| {
            if self.0.len() < BASES_MAX {
                self.0.push(base.to_owned());
            }
            self.0.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    /// The base at a place.
    pub fn at(&self, place: u16) -> Option<&str> {
        self.0.get(usize::from(place)).map(String::as_str)
    }

    /// Whether there are no more than can be kept.
    pub fn is_sound(&self) -> bool {
        self.0.len() <= BASES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_keeps_its_place_and_there_are_only_so_many() {
        let mut bases = Bases::default();
        let named = |n: usize| format!("http://shop-{n}.test");
        assert_eq!([bases.place(&named(0)), bases.place(&named(1)), bases.place(&named(0))], [0, 1, 0]);
        (2..BASES_MAX).for_each(|n| _ = bases.place(&named(n)));
        assert_eq!(bases.place(&named(BASES_MAX)), 999, "the last one stands for it");
        assert!(bases.is_sound() && bases.at(999) == Some(&named(999)) && bases.at(1_000).is_none());
    }
}
