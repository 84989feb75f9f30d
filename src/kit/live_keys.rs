//! Keys that look like those of real money. Playmoney never needs one.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

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

/// The first key in a text.
fn find(text: &str) -> Option<Range<usize>> {
    let is_word = |it: char| it.is_ascii_alphanumeric();
    text.match_indices(MARK).find_map(|(at, _)| {
        // The end is looked for behind a known prefix only: the mark can stand in every sixth place of a text.
        let before = PREFIXES.iter().find_map(|it| text[..at].strip_suffix(it).filter(|before| !before.ends_with(is_word)))?;
        let from = at + MARK.len();
        let end = text[from..].find(|it| !is_word(it) && it != '_').map_or(text.len(), |it| from + it);
        (CHARS_MIN <= end - from).then_some(before.len()..end)
    })
}

/// Whether a text contains such a key.
pub fn contains(text: &str) -> bool {
    find(text).is_some()
}

/// Whether a request carries such a key, also inside Basic credentials.
pub fn is_sent_in(request: &Request) -> bool {
    let basic = |header: &str| String::from_utf8(STANDARD.decode(header.strip_prefix("Basic ")?.trim()).ok()?).ok();
    let in_header = |header: &str| contains(header) || basic(header).is_some_and(|it| contains(&it));
    contains(&request.target)
        || request.headers.values().filter_map(|it| it.to_str().ok()).any(in_header)
        || std::str::from_utf8(&request.body).is_ok_and(contains)
}

/// The text with the mask of each such key.
pub fn concealed(text: &str) -> Cow<'_, str> {
    let Some(first) = find(text) else { return text.into() };
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut key) = (text, Some(first));
    while let Some(it) = key {
        out.push_str(&rest[..it.start]);
        out.push_str(&masked(&rest[it.clone()]));
        rest = &rest[it.end..];
        key = find(rest);
    }
    out.push_str(rest);
    out.into()
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
        let flood = "_live_".repeat(200_000);
        assert_eq!(concealed(&flood), flood, "in a time that is linear");
        assert_eq!(concealed("a=sk_live_51HabcDEF&b=pk_live_12345678."), "a=***cDEF&b=***5678.");
    }
}
