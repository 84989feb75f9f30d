//! Whether a webhook's signature is right and, when it is not, which usual mistake explains it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::SIGNATURE;
use crate::engine::signature::{Received, Verdict};
use crate::kit::json::{Writing, rewritten};
use crate::kit::sign::{hmac_sha256, hmac_sha256_hex, same};
use crate::providers::cryptopay::wire::EVENT_BODY;

/// Judges the bytes as they came.
pub fn verify(webhook: &Received<'_>, secret: &str, others: &[&str]) -> Verdict {
    let expected = hmac_sha256_hex(secret.as_bytes(), webhook.body);
    let received = webhook.headers.get(SIGNATURE).map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
    let reason = match &received {
        None => Some("missing_signature"),
        Some(received) if same(received, &expected) => None,
        Some(received) => Some(mistake(webhook.body, received.trim(), secret, others)),
    };
    Verdict { valid: reason.is_none(), reason, canonical: String::from_utf8_lossy(webhook.body).into_owned(), expected, received }
}

fn mistake(body: &[u8], received: &str, secret: &str, others: &[&str]) -> &'static str {
    let bare = received.strip_prefix("sha256=").unwrap_or(received);
    let raw = hmac_sha256(secret.as_bytes(), body);
    if bare.eq_ignore_ascii_case(&hex::encode(raw)) || bare == STANDARD.encode(raw) {
        return "wrong_encoding"; // the right digest, written another way or behind a prefix
    }
    let covers = |text: &[u8], secret: &[u8]| same(&hmac_sha256_hex(secret, text), &bare.to_ascii_lowercase());
    let compact = rewritten(body, Writing::Minified).unwrap_or_default();
    let spaced = spaced(&compact);
    let escaped = rewritten(body, Writing::Escaped).unwrap_or_default();
    if [&compact, &spaced, &escaped].iter().any(|it| covers(it.as_bytes(), secret.as_bytes())) {
        return "reserialised_body"; // the same JSON as a library prints it, not the bytes that came
    }
    let ordered = [rewritten(body, Writing::Sorted), documented_order(&compact)];
    if ordered.iter().flatten().any(|it| covers(it.as_bytes(), secret.as_bytes())) {
        return "wrong_field_order";
    }
    let behind = secret.strip_prefix("whsec_").unwrap_or(secret);
    let decoded = hex::decode(behind).unwrap_or_default();
    let alike = [secret.trim().as_bytes(), behind.as_bytes(), &decoded, b""];
    let mut other = others.iter().map(|it| it.as_bytes()).chain(alike).filter(|it| *it != secret.as_bytes());
    if other.any(|it| covers(body, it)) { "wrong_secret" } else { "mismatch" }
}

/// Compact JSON with a space behind each colon and comma, as Python's library prints it.
fn spaced(compact: &str) -> String {
    let (mut out, mut quoted, mut escaped) = (String::with_capacity(compact.len() * 2), false, false);
    for it in compact.chars() {
        out.push(it);
        match it {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ':' | ',' if !quoted => out.push(' '),
            _ => {}
        }
    }
    out
}

/// The same members in the order in which the provider writes them.
fn documented_order(compact: &str) -> Option<String> {
    let body: serde_json::Value = serde_json::from_str(compact).ok()?;
    let written = |value: &serde_json::Value, prefix: &str| -> Option<String> {
        let own = EVENT_BODY.iter().filter_map(|it| it.name.strip_prefix(prefix)).filter(|it| !it.contains('.'));
        let members = own.map(|name| value.get(name).map(|it| format!("\"{name}\":{it}")));
        Some(members.collect::<Option<Vec<_>>>()?.join(","))
    };
    let data = format!("{{{}}}", written(body.get("data")?, "data.")?);
    let outer = EVENT_BODY.iter().map(|it| it.name).filter(|it| !it.contains('.')).map(|name| match name {
        "data" => Some(format!("\"data\":{data}")),
        other => body.get(other).map(|it| format!("\"{other}\":{it}")),
    });
    Some(format!("{{{}}}", outer.collect::<Option<Vec<_>>>()?.join(",")))
}
