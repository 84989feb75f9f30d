//! What is wrong in a document from outside: the place, and a sentence about it.

use std::collections::BTreeSet;
use std::fmt;

/// A part of a document that cannot be, or that contradicts another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// A JSON pointer (RFC 6901).
    pub place: String,
    pub why: String,
}

impl Flaw {
    pub fn at(place: impl Into<String>, why: impl Into<String>) -> Self {
        Self { place: place.into(), why: why.into() }
    }

    /// The same in a document that has this one at `outer`.
    #[must_use]
    pub fn below(self, outer: &str) -> Self {
        Self { place: format!("{outer}{}", self.place), why: self.why }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the document is damaged at `{}`: {}", self.place, self.why)
    }
}

/// What has to hold of a document.
pub trait Required {
    /// The flaw of a document in which it does not hold.
    ///
    /// # Errors
    /// It does not hold.
    fn or_flaw(self, place: impl FnOnce() -> String, why: &str) -> Result<(), Flaw>;
}

impl Required for bool {
    fn or_flaw(self, place: impl FnOnce() -> String, why: &str) -> Result<(), Flaw> {
        if self { Ok(()) } else { Err(Flaw::at(place(), why)) }
    }
}

/// Judges that no two of a list have the same key. Those without a key do not count.
///
/// # Errors
/// The first key that another has before it; `place` names it by its index.
pub fn distinct<K: Ord>(keys: impl Iterator<Item = Option<K>>, place: impl Fn(usize) -> String, why: &str) -> Result<(), Flaw> {
    let mut seen = BTreeSet::new();
    let repeated = keys.enumerate().find_map(|(index, key)| (!seen.insert(key?)).then_some(index));
    repeated.map_or(Ok(()), |index| Err(Flaw::at(place(index), why)))
}

/// The name of a member as a part of a JSON pointer.
pub fn part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_repeated_key_is_named() {
        let judged = |keys: &[Option<u8>]| distinct(keys.iter().copied(), |it| format!("/{it}/key"), "twice").map_err(|it| it.to_string());
        assert_eq!(judged(&[Some(1), None, None, Some(2)]), Ok(()));
        assert_eq!(judged(&[Some(1), None, Some(2), Some(1)]), Err("the document is damaged at `/3/key`: twice".to_owned()));
        assert_eq!(Flaw::at("/b", "x").below("/a").place, "/a/b");
        assert_eq!(part("a/b~c"), "a~1b~0c");
    }
}
