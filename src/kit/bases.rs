//! The beginnings of links in webhooks, for which no request says the host: a few texts that many objects share.

use serde::{Deserialize, Serialize};

/// Distinct bases at most; later ones share the last place.
const BASES_MAX: usize = 1_000;

/// Scheme and host as merchants called them, sandbox and slug.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bases(Vec<String>);

impl Bases {
    /// The place of a base. A new base is added.
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

    /// Whether the number of bases is within the bound.
    pub fn is_sound(&self) -> bool {
        self.0.len() <= BASES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_keeps_its_place_and_later_ones_share_the_last() {
        let mut bases = Bases::default();
        let base = |n: usize| format!("http://shop-{n}.test");
        assert_eq!([bases.place(&base(0)), bases.place(&base(1)), bases.place(&base(0))], [0, 1, 0]);
        (2..BASES_MAX).for_each(|n| _ = bases.place(&base(n)));
        assert_eq!(bases.place(&base(BASES_MAX)), 999, "the last place is shared");
        assert!(bases.is_sound() && bases.at(999) == Some(&base(999)) && bases.at(1_000).is_none());
    }
}
