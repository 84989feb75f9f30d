//! Whether a webhook's signature is right and, if it is not, which common mistake explains it.

use super::SIGNATURE;
use crate::engine::signature::{Received, Verdict};
use crate::kit::diagnosis::{Diagnosis, RESERIALISED_BODY, WRONG_ENCODING, WRONG_FIELD_ORDER, in_documented_order, is_digest};
use crate::kit::encodings::slips;
use crate::kit::json::{Writing, rewritten};
use crate::kit::sign::{hmac_sha256, hmac_sha256_hex, same};
use crate::providers::cryptopay::wire::EVENT_BODY;

/// Checks the bytes as they came.
pub fn verify(webhook: &Received<'_>, secret: &str) -> Verdict {
    let expected = hmac_sha256_hex(secret.as_bytes(), webhook.body);
    let canonical = String::from_utf8_lossy(webhook.body).into_owned();
    Verdict::of(webhook.header(&SIGNATURE), expected, canonical)
}

/// Which common mistake explains a wrong signature.
pub fn mistake(webhook: &Received<'_>, verdict: &Verdict, secret: &str, others: &[&str]) -> &'static str {
    let (body, received) = (webhook.body, verdict.signature().trim());
    let bare = received.strip_prefix("sha256=").unwrap_or(received);
    let covers = |text: &[u8], secret: &[u8]| same(&hmac_sha256_hex(secret, text), &bare.to_ascii_lowercase());
    let compact = rewritten(body, Writing::Minified).unwrap_or_default();
    let printed = [add_spaces(&compact), rewritten(body, Writing::Escaped).unwrap_or_default()];
    let ordered = [rewritten(body, Writing::Sorted), in_documented_order(body, EVENT_BODY)];
    let behind = secret.strip_prefix("whsec_").unwrap_or(secret);
    let decoded = hex::decode(behind).unwrap_or_default();
    Diagnosis::of(secret, covers)
        .when_rewritten(is_digest(bare, &hmac_sha256(secret.as_bytes(), body)))
        // The same JSON as a library prints it, not the bytes that came.
        .when_of(RESERIALISED_BODY, printed.iter().chain([&compact]))
        .when_of(WRONG_FIELD_ORDER, ordered.iter().flatten())
        .when_of(WRONG_ENCODING, slips(body))
        .reason(body, others, &[secret.trim().as_bytes(), behind.as_bytes(), &decoded, b""])
}

/// Compact JSON with a space behind each colon and comma, as Python's library prints it.
fn add_spaces(compact: &str) -> String {
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
