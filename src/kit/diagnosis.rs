//! Why a signature is wrong: the usual mistakes, tried in the provider's order. The first one that explains the signature
//! is the reason.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::fields::Field;

pub const WRONG_ENCODING: &str = "wrong_encoding";
pub const RESERIALISED_BODY: &str = "reserialised_body";
pub const WRONG_FIELD_ORDER: &str = "wrong_field_order";
const WRONG_SECRET: &str = "wrong_secret";
const MISMATCH: &str = "mismatch";

/// The search for the mistake behind one received signature. `covers` says whether that signature is the one of a text
/// under a key.
pub struct Diagnosis<'a, C> {
    covers: C,
    key: &'a [u8],
    reason: Option<&'static str>,
}

impl<'a, C: Fn(&[u8], &[u8]) -> bool> Diagnosis<'a, C> {
    /// A search with the right key.
    pub const fn of(key: &'a str, covers: C) -> Self {
        Self { covers, key: key.as_bytes(), reason: None }
    }

    /// The mistake, when the signature is the right digest, written another way.
    #[must_use]
    pub fn when_rewritten(mut self, is_digest: bool) -> Self {
        if is_digest {
            self.reason = self.reason.or(Some(WRONG_ENCODING));
        }
        self
    }

    /// The mistake, when the signature covers one of these texts in place of the right one.
    #[must_use]
    pub fn when_of<T: AsRef<[u8]>>(mut self, reason: &'static str, texts: impl IntoIterator<Item = T>) -> Self {
        if self.reason.is_none() && texts.into_iter().any(|it| (self.covers)(it.as_ref(), self.key)) {
            self.reason = Some(reason);
        }
        self
    }

    /// The reason; last of all, the right text was signed with another key: one of those that are known, or one that is
    /// like the right one.
    pub fn reason(self, text: &[u8], others: &[&str], alike: &[&[u8]]) -> &'static str {
        let keys = others.iter().map(|it| it.as_bytes()).chain(alike.iter().copied()).filter(|it| *it != self.key);
        let is_other = || { keys }.any(|it| (self.covers)(text, it));
        self.reason.unwrap_or_else(|| if is_other() { WRONG_SECRET } else { MISMATCH })
    }
}

/// Whether a text is a digest in hexadecimal of either case, or in base64.
pub fn is_digest(text: &str, digest: &[u8]) -> bool {
    text.eq_ignore_ascii_case(&hex::encode(digest)) || text == STANDARD.encode(digest)
}

/// A compact body with its members in the order of the documentation's rows, also those of the one object inside it.
pub fn in_documented_order(compact: &str, rows: &[Field], inner: &str) -> Option<String> {
    let body: Value = serde_json::from_str(compact).ok()?;
    let member = |name: &str, value: &str| format!("\"{name}\":{value}");
    let object = |members: Option<Vec<String>>| members.map(|it| format!("{{{}}}", it.join(",")));
    let own = body.get(inner)?;
    let names = rows.iter().filter_map(|it| it.name.strip_prefix(inner)?.strip_prefix('.')).filter(|it| !it.contains('.'));
    let inside = object(names.map(|name| own.get(name).map(|it| member(name, &it.to_string()))).collect())?;
    let names = rows.iter().map(|it| it.name).filter(|it| !it.contains('.'));
    let outer =
        names.map(|name| if name == inner { Some(member(name, &inside)) } else { body.get(name).map(|it| member(name, &it.to_string())) });
    object(outer.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The toy signature of these tests: the key, a colon and the text.
    fn why(received: &str) -> &'static str {
        let covers = |text: &[u8], key: &[u8]| received.as_bytes() == [key, b":", text].concat();
        let found = Diagnosis::of("k", covers).when_rewritten(received == "K:A").when_of(RESERIALISED_BODY, ["a ", "a  "]);
        found.when_of(WRONG_FIELD_ORDER, Some("b")).reason(b"a", &["k", "other"], &[b""])
    }

    #[test]
    fn the_first_mistake_that_explains_a_signature_is_the_reason() {
        for (received, reason) in [
            ("K:A", WRONG_ENCODING),
            ("k:a  ", RESERIALISED_BODY),
            ("k:b", WRONG_FIELD_ORDER),
            ("other:a", WRONG_SECRET),
            (":a", WRONG_SECRET),
            ("k:a", MISMATCH), // the right key is not another one
            ("k:c", MISMATCH),
        ] {
            assert_eq!(why(received), reason, "{received}");
        }
    }
}
