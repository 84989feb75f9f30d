//! Hides keys that look live, and the middle of card numbers that may be real. No text shows them and the log does not keep
//! them, also when a client has sent them.

use std::borrow::Cow;
use std::ops::Range;

use super::{cards, live_keys};

/// The text without them.
pub fn text(text: &str) -> Cow<'_, str> {
    match cards::concealed_text(text) {
        Cow::Borrowed(text) => live_keys::concealed_text(text),
        Cow::Owned(text) => live_keys::concealed_text(&text).into_owned().into(),
    }
}

/// Where they stand.
pub fn places(text: &str) -> Vec<Range<usize>> {
    cards::places(text.as_bytes()).into_iter().chain(live_keys::places(text.as_bytes())).collect()
}

/// The bytes without them. `None`: they contain none.
pub fn bytes(bytes: &[u8]) -> Option<Vec<u8>> {
    let own = cards::concealed(bytes);
    live_keys::concealed(own.as_deref().unwrap_or(bytes)).or(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t20_both_are_hidden() {
        let (written, shown) = ("pan=4276380012345679&key=sk_live_51HabcDEF", "pan=427638******5679&key=***cDEF");
        assert_eq!(text(written), shown);
        assert_eq!(bytes(written.as_bytes()).as_deref(), Some(shown.as_bytes()));
        assert!(matches!(text("plain"), Cow::Borrowed(_)) && bytes(b"plain").is_none());
    }
}
