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

/// Whether the bytes may contain any. Only a search can tell.
pub fn may_hide(bytes: &[u8]) -> bool {
    live_keys::may_hide(bytes) || cards::may_hide(bytes)
}

/// The bytes without them. `None`: they contain none.
pub fn bytes(bytes: &[u8]) -> Option<Vec<u8>> {
    let own = cards::concealed(bytes);
    live_keys::concealed(own.as_deref().unwrap_or(bytes)).or(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::decoded::Decoded;

    #[test]
    fn t20_both_are_hidden() {
        let (written, shown) = ("pan=4276380012345679&key=sk_live_51HabcDEF", "pan=427638******5679&key=***cDEF");
        assert_eq!(text(written), shown);
        assert_eq!(bytes(written.as_bytes()).as_deref(), Some(shown.as_bytes()));
        assert!(matches!(text("plain"), Cow::Borrowed(_)) && bytes(b"plain").is_none());
    }

    /// Ways to write a text so that a reader gets it back.
    fn writings(text: &str) -> Vec<String> {
        let each = |write: &dyn Fn(u8) -> String| text.bytes().map(write).collect::<String>();
        let percent = each(&|it| format!("%{it:02x}"));
        let escaped = each(&|it| format!("\\u{it:04X}"));
        let first = |write: &dyn Fn(u8) -> String| write(text.as_bytes()[0]) + &text[1..];
        let signs = each(&|it| if it.is_ascii_alphanumeric() { char::from(it).to_string() } else { format!("%{it:02X}") });
        vec![
            text.to_owned(),
            percent.replace('%', "%25"),
            percent,
            escaped.replace('\\', "\\\\"),
            escaped,
            signs.replace('%', "%25"),
            signs,
            first(&|it| format!("%{it:02X}")),
            first(&|it| format!("\\u{it:04x}")),
        ]
    }

    #[test]
    fn t20_both_are_hidden_behind_and_before_every_separator() {
        let signs = [
            " ", "\t", "\n", "\r\n", "=", "&", ":", ",", ";", "/", "?", "#", "|", "(", "<", "\"", "'", "-", "_", "\\", "%5C", "%2D", "%0A",
        ];
        let escapes = ["\\n", "\\r", "\\t", "\\b", "\\f", "\\/", "\\\\", "\\\"", "\\u0020", "%25", "%2520", "\\%5C"];
        for own in ["4276380012345679", "sk_live_51HabcDEF", "rk_live_51HabcDEF", "whsec_live_51HabcDEF"] {
            for written in writings(own) {
                for before in ["", "order-", "a_", "1-"].into_iter().chain(signs).chain(escapes) {
                    for behind in ["", "-x", " x"].into_iter().chain(signs) {
                        if before.ends_with('\\') && written.starts_with(r"\\") {
                            continue; // three backslashes: nothing that reads them reads the key behind them
                        }
                        let whole = format!("{before}{written}{behind}");
                        let shown = text(&whole);
                        let levels = Decoded::levels(shown.as_bytes());
                        let read = |text: &[u8]| text.windows(own.len()).any(|it| it == own.as_bytes());
                        assert!(!read(shown.as_bytes()) && !levels.iter().any(|it| read(&it.bytes)), "{whole} -> {shown}");
                        assert_ne!(shown, whole);
                    }
                }
            }
        }
    }
}
