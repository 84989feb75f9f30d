//! Keys that look like those of real money. Playmoney never needs one.

use std::borrow::Cow;
use std::io::{Result, Write};
use std::ops::Range;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::STANDARD as STANDARD_BASE64;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::decoded::{Decoded, replaced};
use super::glance;
use super::http::Request;
use super::secret::masked;

/// What stands around `live` in such a key, and what it begins with at the five providers and at others.
const MARK: &str = "_live_";
const PREFIXES: &[&str] = &["sk", "rk", "pk", "whsec", "qp", "qbit", "cp", "qm"];
/// The least characters behind the mark: a shorter text is a word about such keys.
const CHARS_MIN: usize = 8;

/// What a caller is told who sends one.
pub const HINT: &str =
    "the request carries a key that looks live: Playmoney takes test keys only, so revoke that key if others can read this machine";
/// What a caller is told who sets one.
pub const REFUSAL: &str = "looks like a live key: Playmoney never needs one, so write a key of your own for tests";

/// The scheme of `Authorization` whose credentials are in base64.
const BASIC: &[u8] = b"basic";
/// Base64 with or without its padding.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// The keys in a text, each with its mask. It is read as it is, and as a reader gets it who decodes it.
fn find(text: &[u8]) -> Vec<(Range<usize>, String)> {
    if may_hide(text) { search(text) } else { Vec::new() }
}

/// Whether a first look finds what may be such a key.
pub fn may_hide(text: &[u8]) -> bool {
    glance::may_hide_key(text)
}

fn search(text: &[u8]) -> Vec<(Range<usize>, String)> {
    let mut found = within(text);
    for decoded in Decoded::levels(text) {
        let parts = within(&decoded.bytes).into_iter().map(|(part, mask)| (decoded.place(part), mask));
        found.extend(parts);
    }
    found
}

/// The text with the user names and passwords of Basic credentials replaced, where `mask` gives others. `None`: it gives none.
pub fn with_pairs(text: &[u8], mask: impl Fn(&str) -> Option<String>) -> Option<Vec<u8>> {
    let masked = |text: &[u8], part: &Range<usize>| readings(&text[part.clone()]).find_map(|it| mask(std::str::from_utf8(&it).ok()?));
    let find = |text: &[u8]| credentials(text).into_iter().filter_map(|it| Some((it.clone(), masked(text, &it)?))).collect::<Vec<_>>();
    let mut found = find(text);
    for decoded in Decoded::levels(text) {
        found.extend(find(&decoded.bytes).into_iter().map(|(part, mask)| (decoded.place(part), mask)));
    }
    (!found.is_empty()).then(|| replaced(text, found.into_iter().map(|(part, pair)| (part, base64_of(pair.as_bytes()))).collect()))
}

/// Bytes in the base64 of Basic credentials.
pub fn base64_of(bytes: &[u8]) -> String {
    STANDARD_BASE64.encode(bytes)
}

/// What credentials in base64 are read as. A `+` in front is a space of a form, or the first sign of the base64.
fn readings(credentials: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let pluses = credentials.iter().take_while(|it| **it == b'+').count();
    let behind = (0 < pluses).then(|| &credentials[pluses..]);
    std::iter::once(credentials).chain(behind).filter_map(|it| BASE64.decode(it).ok())
}

fn within(text: &[u8]) -> Vec<(Range<usize>, String)> {
    let key = |it: Range<usize>| (it.clone(), masked(&String::from_utf8_lossy(&text[it])));
    let basic = |place: &Range<usize>| readings(&text[place.clone()]).any(|pair| !keys(&pair).is_empty());
    let pairs = credentials(text).into_iter().filter(basic).map(|it| (it, "***".to_owned()));
    keys(text).into_iter().map(key).chain(pairs).collect()
}

/// Where keys stand. In capital letters a key has a digit: names of constants have none.
fn keys(text: &[u8]) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    // The word behind the latest mark, and its last digit. Marks in one word share them, so the word is read once.
    let (mut end, mut digit) = (0, None);
    while let Some(next) = text[at..].iter().position(|it| *it == b'_') {
        let mark = at + next;
        at = mark + 1;
        let Some(start) = start_of(text, mark) else { continue };
        let from = mark + MARK.len();
        if end < from {
            end = text[from..].iter().position(|it| !is_word(*it) && *it != b'_').map_or(text.len(), |it| from + it);
            digit = text[from..end].iter().rposition(u8::is_ascii_digit).map(|it| from + it);
        }
        let is_usual = !text[start..from].iter().any(u8::is_ascii_uppercase);
        if CHARS_MIN <= end - from && (is_usual || digit.is_some_and(|it| from <= it)) {
            found.push(start..end);
            at = end;
        }
    }
    found
}

/// Where a key begins whose mark may stand here.
fn start_of(text: &[u8], mark: usize) -> Option<usize> {
    text.get(mark..mark + MARK.len()).filter(|it| it.eq_ignore_ascii_case(MARK.as_bytes()))?;
    let start = |prefix: &&str| {
        let start = mark.checked_sub(prefix.len())?;
        let is_begun = !start.checked_sub(1).is_some_and(|it| is_word(text[it]));
        (is_begun && text[start..mark].eq_ignore_ascii_case(prefix.as_bytes())).then_some(start)
    };
    PREFIXES.iter().find_map(start)
}

/// What stands behind each `Basic`.
fn credentials(text: &[u8]) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(next) = text[at..].iter().position(|it| it.eq_ignore_ascii_case(&BASIC[0])) {
        let scheme = at + next;
        at = scheme + 1;
        let behind = scheme + BASIC.len();
        let is_scheme = text.get(scheme..behind).is_some_and(|it| it.eq_ignore_ascii_case(BASIC));
        if is_scheme && text.get(behind).is_some_and(|it| is_space(*it)) {
            let spaces = text[behind..].iter().take_while(|it| is_space(**it)).count();
            let pluses = text[behind + 1..behind + spaces].iter().rev().take_while(|it| **it == b'+').count();
            let from = behind + spaces - pluses;
            let is_base64 = |it: &u8| it.is_ascii_alphanumeric() || b"+/=".contains(it);
            at = text[from..].iter().position(|it| !is_base64(it)).map_or(text.len(), |it| from + it);
            found.push(from..at);
        }
    }
    found
}

/// Spaces stand between `Basic` and its credentials. In a form each is a `+`.
fn is_space(it: u8) -> bool {
    it.is_ascii_whitespace() || it == b'+'
}

fn is_word(it: u8) -> bool {
    it.is_ascii_alphanumeric()
}

/// Whether a text contains such a key.
pub fn contains(text: &str) -> bool {
    !find(text.as_bytes()).is_empty()
}

/// Whether a request carries such a key, also inside Basic credentials.
pub fn is_sent_in(request: &Request) -> bool {
    let in_header = |(name, value): (&super::http::HeaderName, &super::http::HeaderValue)| {
        contains(name.as_str()) || !find(value.as_bytes()).is_empty()
    };
    contains(&request.target) || request.headers.iter().any(in_header) || !find(&request.body).is_empty()
}

/// Where such keys stand.
pub fn places(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    find(text).into_iter().map(|it| it.0)
}

/// The bytes with the mask of each such key. `None` when they contain none.
pub fn concealed(text: &[u8]) -> Option<Vec<u8>> {
    let found = find(text);
    (!found.is_empty()).then(|| replaced(text, found))
}

/// The same for a text.
pub fn concealed_text(text: &str) -> Cow<'_, str> {
    concealed(text.as_bytes()).and_then(|it| String::from_utf8(it).ok()).map_or(text.into(), Cow::Owned)
}

/// Whether such a key stands in a text that may be very long.
pub fn is_in_long(text: &[u8]) -> bool {
    let mut seeker = Seeker::default();
    seeker.write_all(text).is_err() || seeker.has_found()
}

/// Looks for such keys in all that is written to it.
#[derive(Default)]
pub struct Seeker {
    unread: Vec<u8>,
    /// Its first byte was looked at before: what stands in front of it is gone.
    goes_on: bool,
    has_found: bool,
}

impl Seeker {
    /// What is looked through at once, and what of it is looked at again with what follows: more than a key has.
    const BYTES: usize = 256 * 1024;
    const OVERLAP: usize = 1024;

    fn look(&mut self) {
        let is_whole = |place: &Range<usize>| !self.goes_on || 0 < place.start;
        self.has_found = self.has_found || find(&self.unread).iter().any(|it| is_whole(&it.0));
        self.goes_on = true;
        let seen = self.unread.len().saturating_sub(Self::OVERLAP);
        self.unread.drain(..seen);
    }

    /// Whether there was one.
    pub fn has_found(mut self) -> bool {
        self.look();
        self.has_found
    }
}

impl Write for Seeker {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        // Looking takes many times the memory of what is looked through.
        for piece in bytes.chunks(Self::BYTES) {
            if !self.has_found {
                self.unread.extend_from_slice(piece);
            }
            if Self::BYTES <= self.unread.len() {
                self.look();
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t20_live_keys_are_known_by_their_form() {
        for key in ["sk_live_51HabcDEF", "whsec_live_0123456789", "qm_live_token_of_mine", "my_rk_live_12345678"] {
            assert!(contains(key) && contains(&format!("ключ{key}")) && contains(&format!("Bearer {key}\"")), "{key}");
        }
        for word in ["sk_live_...", "sk_test_1234567890abcdef", "is_live_merchant", "task_live_12345678", "_live_12345678", "sk_live_"] {
            assert!(!contains(word), "{word}");
        }
        for flood in ["_live_", "SK_LIVE_", "sk_live_.", "Basic ", "Basic+", "Basic  ", "Basic + "] {
            let flood = flood.repeat(200_000);
            assert_eq!(concealed_text(&flood), flood, "in a time that is linear");
        }
        assert_eq!(concealed_text("a=sk_live_51HabcDEF&b=pk_live_12345678."), "a=***cDEF&b=***5678.");
    }

    #[test]
    fn t20_live_keys_are_known_in_any_spelling() {
        for (text, shown) in [
            ("a=SK_LIVE_51HABCDEF&b", "a=***CDEF&b"),
            ("a=sk%5Flive%5F51HabcDEF&b", "a=***cDEF&b"),
            ("a%3Dsk_live_51HabcDEF", "a%3D***cDEF"),
            (r#"{"a":"\u0073k_live\u005f51HabcDEF"}"#, r#"{"a":"***cDEF"}"#),
            ("sk%255Flive%255F51HabcDEF", "***cDEF"),
            (r#"{"a":"key:\nsk_live_51HabcDEF\r\tpk_live_12345678"}"#, r#"{"a":"key:\n***cDEF\r\t***5678"}"#),
            (r#"{"a":"\"sk\\u005flive\\u005f51HabcDEF\""}"#, r#"{"a":"\"***cDEF\""}"#),
            // sk_live_51HabcDEF:
            ("Authorization: Basic c2tfbGl2ZV81MUhhYmNERUY6, x", "Authorization: Basic ***, x"),
            (r#"{"auth":"basic c2tfbGl2ZV81MUhhYmNERUY6"}"#, r#"{"auth":"basic ***"}"#),
            ("auth=Basic%20c2tfbGl2ZV81MUhhYmNERUY6", "auth=Basic%20***"),
            ("Basic  c2tfbGl2ZV81MUhhYmNERUY6", "Basic  ***"),
            ("Basic++c2tfbGl2ZV81MUhhYmNERUY6&x", "Basic+***&x"),
            ("Basic%20+ c2tfbGl2ZV81MUhhYmNERUY6", "Basic%20+ ***"),
            (r"Basic \tc2tfbGl2ZV81MUhhYmNERUY6", r"Basic \t***"),
            (r"\%72k_live_51HabcDEF", r"\***cDEF"),
            (r"x\%256eb\%2572k%5Flive_51HabcDEF", r"x\%256eb\***cDEF"),
        ] {
            assert_eq!(concealed_text(text), shown, "{text}");
        }
        for word in ["QP_LIVE_MODE_ENABLED", "Basic c2tfdGVzdF8xMjM0NTY3OA==", "basics of live_music_12345678"] {
            assert!(!contains(word), "{word}");
        }
    }

    proptest::proptest! {
        #[test]
        fn t20_the_first_look_misses_no_key(parts in proptest::collection::vec(proptest::sample::select(PARTS), 1..12)) {
            let text = parts.concat();
            proptest::prop_assert!(search(text.as_bytes()).is_empty() || may_hide(text.as_bytes()), "{text}");
        }
    }

    /// What keys and codes are made of, and what stands beside them.
    const PARTS: &[&str] = &[
        "sk",
        "%73k",
        "_",
        "%5F",
        "\\u005f",
        "%255f",
        "%",
        "\\",
        "5",
        "５",
        "f",
        "u00",
        "live",
        "LIVE",
        "l%69ve",
        "%4Cive",
        "_live_",
        "\\u006Cive",
        "51HabcDEF",
        "51HABC99",
        "Basic",
        "b%61sic",
        "Basic + ",
        "Basic+ ",
        " ",
        "%20",
        "+",
        "\\t",
        "\"",
        "c2tfbGl2ZV81MUhhYmNERUY6",
        ":",
        "é",
        "2",
    ];

    #[test]
    fn a_key_is_found_wherever_a_long_text_is_cut() {
        for before in [0, Seeker::BYTES - 10, Seeker::BYTES + 1, 3 * Seeker::BYTES - 3] {
            let text = format!("{} sk_live_51HabcDEF {}", "x".repeat(before), "y".repeat(2_000));
            for piece in [7, 4_096] {
                let mut seeker = Seeker::default();
                text.as_bytes().chunks(piece).for_each(|it| seeker.write_all(it).expect("taken"));
                assert!(seeker.has_found(), "{before}");
            }
        }
        assert!(!Seeker::default().has_found());
        for before in Seeker::BYTES - 1_040..Seeker::BYTES - 1_000 {
            let mut seeker = Seeker::default();
            let text = format!("{}task_live_12345678 {}", " ".repeat(before), " ".repeat(2_000));
            seeker.write_all(text.as_bytes()).expect("taken");
            assert!(!seeker.has_found(), "the end of a word is not a key, wherever the text is cut: {before}");
        }
    }
}
