//! Why a signature is wrong: the usual mistakes, tried in the provider's order. The first one that explains the signature
//! is the reason.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

use super::encodings::has_lost_characters;
use super::fields::Field;
use super::json::{DEPTH_MAX, Members, Writing, depth, rewritten};

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
    /// like the right one. If not even that explains it, characters of the text may be lost.
    pub fn reason(self, text: &[u8], others: &[&str], alike: &[&[u8]]) -> &'static str {
        let keys = others.iter().map(|it| it.as_bytes()).chain(alike.iter().copied()).filter(|it| *it != self.key);
        let is_other = || { keys }.any(|it| (self.covers)(text, it));
        let guess = || if has_lost_characters(text) { WRONG_ENCODING } else { MISMATCH };
        self.reason.unwrap_or_else(|| if is_other() { WRONG_SECRET } else { guess() })
    }
}

/// Whether a text is a digest in hexadecimal of either case, or in base64.
pub fn is_digest(text: &str, digest: &[u8]) -> bool {
    text.eq_ignore_ascii_case(&hex::encode(digest)) || text == STANDARD.encode(digest)
}

/// A body with its members in the order of the documentation's rows, at every depth; members without a row come last.
/// `None` when the text is not JSON.
pub fn in_documented_order(body: &[u8], rows: &[Field]) -> Option<String> {
    let raw: &RawValue = (depth(body) <= DEPTH_MAX).then(|| serde_json::from_slice(body).ok()).flatten()?;
    ordered(raw, &rows.iter().map(|it| it.name).collect::<Vec<_>>())
}

/// `rows` are the names that begin here. Where no row reaches, the order stays.
fn ordered(raw: &RawValue, rows: &[&str]) -> Option<String> {
    let members = if rows.is_empty() { None } else { Members::within(raw) };
    let Some(Members(mut members)) = members else { return rewritten(raw.get().as_bytes(), Writing::Minified) };
    members.sort_by_cached_key(|it| rows.iter().position(|row| *row == it.0).unwrap_or(rows.len()));
    let member = |(name, value): (Cow<'_, str>, &RawValue)| {
        let inner: Vec<&str> = rows.iter().filter_map(|it| it.strip_prefix(&*name)?.strip_prefix('.')).collect();
        let inside = ordered(value, &inner)?;
        Some(format!("{}:{inside}", serde_json::to_string(&name).ok()?))
    };
    Some(format!("{{{}}}", members.into_iter().map(member).collect::<Option<Vec<_>>>()?.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::evidence::Evidence;
    use crate::kit::fields::{Kind, Need};

    /// The toy signature of these tests: the key, a colon and the text.
    fn why(received: &str) -> &'static str {
        let covers = |text: &[u8], key: &[u8]| received.as_bytes() == [key, b":", text].concat();
        let found = Diagnosis::of("k", covers).when_rewritten(received == "K:A").when_of(RESERIALISED_BODY, ["a ", "a  "]);
        found.when_of(WRONG_FIELD_ORDER, Some("b")).reason(b"a", &["k", "other"], &[b""])
    }

    const fn row(name: &'static str) -> Field {
        Field { name, kind: Kind::Object, need: Need::Optional, meaning: "", evidence: Evidence::Assumed("a test") }
    }

    #[test]
    fn members_are_put_in_the_order_of_the_rows() {
        let rows = [row("id"), row("data"), row("data.b"), row("data.b.d"), row("data.b.c"), row("data.a")];
        let body = r#"{"data": {"a": 1.50, "z": [1], "b": {"c": "\u00e9", "d": {}}}, "id": 1}"#;
        let ordered = r#"{"id":1,"data":{"b":{"d":{},"c":"é"},"a":1.50,"z":[1]}}"#;
        assert_eq!(in_documented_order(body.as_bytes(), &rows).as_deref(), Some(ordered));
        assert_eq!(in_documented_order(b"{", &rows), None);
    }

    #[test]
    fn a_long_name_is_not_copied_for_each_member_inside() {
        // Copies of the name would be a hundred billion bytes.
        let (name, members) = ("x".repeat(1_000_000), "\"a\":1,".repeat(100_000));
        let body = format!("{{\"{name}\":{{{members}\"b\":2}},\"id\":1}}");
        let ordered = format!("{{\"id\":1,\"{name}\":{{{members}\"b\":2}}}}");
        assert!(in_documented_order(body.as_bytes(), &[row("id"), row("data"), row("data.b")]) == Some(ordered));
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
