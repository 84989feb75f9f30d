//! Texts taken apart at a sign of ASCII. The library's functions look at a text byte by byte first, which takes longer for the short
//! texts of every request than these.

use memchr::memchr;

/// What stands before the first such sign and behind it. `None`: it has none.
pub fn once(text: &str, sign: u8) -> Option<(&str, &str)> {
    debug_assert!(sign.is_ascii(), "a part of a character");
    memchr(sign, text.as_bytes()).map(|at| (&text[..at], &text[at + 1..]))
}

/// What stands between such signs.
pub fn all(text: &str, sign: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (part, after) = once(text, sign).map_or((text, None), |it| (it.0, Some(it.1)));
        rest = after;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_are_taken_apart_as_the_library_does(text in "[/aé]{0,40}") {
            prop_assert_eq!(once(&text, b'/'), text.split_once('/'));
            prop_assert!(all(&text, b'/').eq(text.split('/')));
        }
    }
}
