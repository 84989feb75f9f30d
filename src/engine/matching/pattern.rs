//! Regular expressions whose cost is bounded: the size of the compiled pattern times the bytes of the text.

use std::cell::Cell;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes of the text of a pattern.
const PATTERN_BYTES_MAX: usize = 1024;
/// Sizes of compiled patterns, in bytes. A pattern is counted with the first that it fits into.
const SIZES: [usize; 9] = [1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16, 1 << 17, PATTERN_SIZE_MAX];
/// Bytes of a compiled pattern. A date with a few `\d` takes more than 64 KiB in some builds of the library.
const PATTERN_SIZE_MAX: usize = 1 << 18;
/// Bytes of a text with which a pattern is compared, from its beginning. A pattern of more than 1 KiB is compared with as much
/// less as it is larger.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;
/// The size of a pattern times the bytes of a text: some 50 ms in the worst case.
const WORK_MAX: usize = SIZES[0] * TEXT_BYTES_MAX;
/// The same for all patterns that one request or one webhook is compared with.
const WORK_OF_RULES_MAX: usize = 4 * WORK_MAX;

/// The same for all that one control call is compared with: some ten seconds in the worst case, on a thread of its own.
const WORK_OF_A_SEARCH_MAX: usize = WORK_MAX.saturating_mul(256);

/// A pattern that can be used.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    /// Bytes of the compiled pattern, at most.
    size: usize,
    compiled: Regex,
}

/// What is left to be spent on comparing.
#[derive(Debug)]
pub struct Work {
    left: Cell<usize>,
    /// A pattern was not found in the beginning of a text, and the rest was not looked at.
    was_cut: Cell<bool>,
}

impl Work {
    /// For one value of a step.
    pub fn of_a_step() -> Self {
        Self { left: Cell::new(usize::MAX), was_cut: Cell::new(false) }
    }

    /// For all rules that one request or one webhook is compared with.
    pub fn of_rules() -> Self {
        Self { left: Cell::new(WORK_OF_RULES_MAX), was_cut: Cell::new(false) }
    }

    /// For everything that one control call looks through.
    pub fn of_a_search() -> Self {
        Self { left: Cell::new(WORK_OF_A_SEARCH_MAX), was_cut: Cell::new(false) }
    }

    /// Whether a pattern was compared with a part of a text only since the last time that this was asked.
    pub fn take_cut(&self) -> bool {
        self.was_cut.take()
    }
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence that begins with the pattern.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > PATTERN_BYTES_MAX {
            return Err(format!("is not a regular expression: it has more than {PATTERN_BYTES_MAX} bytes"));
        }
        for size in SIZES {
            match RegexBuilder::new(text).size_limit(size).build() {
                Ok(compiled) => return Ok(Self { text: text.to_owned(), size, compiled }),
                Err(regex::Error::CompiledTooBig(_)) => {}
                Err(why) => {
                    let why = why.to_string();
                    let last = why.lines().rev().find(|it| !it.trim().is_empty()).unwrap_or("it cannot be read").trim();
                    return Err(format!("is not a regular expression: {}", last.trim_start_matches("error: ")));
                }
            }
        }
        Err(format!(
            "is too large a pattern: it takes more than {PATTERN_SIZE_MAX} bytes; repeat less, and write [0-9A-Za-z_] instead of \\w"
        ))
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Bytes of a text with which it is compared.
    pub fn text_bytes_max(&self) -> usize {
        WORK_MAX / self.size
    }

    /// Whether it is found in the beginning of a text.
    pub fn is_found(&self, text: &str, work: &Work) -> bool {
        let most = self.text_bytes_max().min(work.left.get() / self.size).min(text.len());
        let compared = (0..=most).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(0);
        work.left.set(work.left.get() - compared * self.size);
        if compared == text.len() {
            return self.compiled.is_match(text);
        }
        // A match that ends with the part may exist only because the text was cut there.
        let found = self.compiled.shortest_match(&text[..compared]).is_some_and(|end| end < compared);
        work.was_cut.set(work.was_cut.get() || !found);
        found
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|why| serde::de::Error::custom(format!("`{text}` {why}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t21_a_large_pattern_is_refused_or_compared_with_less() {
        for text in ["(?:(?:(?:a{0,8}){0,8}){0,8}){0,8}b", ".{0,900}b", r"^\w{22}$", "(a{1000}){1000}"] {
            assert!(Pattern::parse(text).is_err_and(|it| it.contains("is too large a pattern")), "{text}");
        }
        for text in [
            "a{0,500}a{0,500}b",
            "[a-z]{0,900}b",
            "(?:a{0,30}){0,30}b",
            "(?:a?){400}a{400}b",
            "(?:a.{0,40}){0,10}b",
            r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$",
            "refund",
        ] {
            // Some of them are refused in some builds of the library, because it compiles them to more.
            let Ok(pattern) = Pattern::parse(text) else { continue };
            assert_eq!(pattern.size() * pattern.text_bytes_max(), WORK_MAX, "{text}");
        }
        for (text, bytes) in [(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$", 256), ("^[A-Za-z0-9_-]{22}$", 1_024), ("refund", TEXT_BYTES_MAX)]
        {
            assert!(Pattern::parse(text).is_ok_and(|it| bytes <= it.text_bytes_max()), "{text}");
        }
    }

    #[test]
    fn t21_a_pattern_is_compared_with_the_beginning_of_a_long_text() {
        let long = format!("{}refund", "a".repeat(TEXT_BYTES_MAX));
        let found = |pattern: &str, text: &str| {
            let work = Work::of_a_step();
            (Pattern::parse(pattern).expect("a pattern").is_found(text, &work), work.take_cut())
        };
        assert_eq!(found("refund", &long), (false, true));
        assert_eq!(found("refund", &long[6..]), (true, false));
        assert_eq!(found("a+", &long), (true, false));
        assert_eq!(found("^a+$", &long), (false, true), "the text does not end there");
        assert_eq!(found("b", &"é".repeat(40_000)), (false, true), "a character is not cut in two");
    }

    #[test]
    fn t21_all_rules_together_compare_a_bounded_amount() {
        let (pattern, text) = (Pattern::parse("refund").expect("a pattern"), "a".repeat(TEXT_BYTES_MAX));
        let work = Work::of_rules();
        let cut: Vec<bool> = (0..6).map(|_| (pattern.is_found(&text, &work), work.take_cut()).1).collect();
        assert_eq!(cut, [false, false, false, false, true, true]);
    }
}
