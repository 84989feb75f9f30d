//! Whether a callback's signature is right and, if not, which usual mistake explains it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use http::HeaderMap;

use crate::engine::signature::{Received, Verdict};
use crate::kit::diagnosis::{Diagnosis, RESERIALISED_BODY, WRONG_ENCODING, WRONG_FIELD_ORDER, in_documented_order};
use crate::kit::encodings::slips;
use crate::kit::json::{Writing, rewritten};
use crate::kit::sign::{hmac_sha1, same};
use crate::kit::time::{Duration, nearer};
use crate::kit::webhook_url::request_uri_of;
use crate::providers::quoine::wire::{EVENT_BODY, Signable, content_md5, credentials, date, signature, without_origins};

/// The highest age of a callback's date, the same as for requests.
pub const AGE_MAX: Duration = Duration::from_secs(900);

/// Checks a callback as Quoine's own shop did: signature, digest of the body, age.
pub fn verify(webhook: &Received<'_>, secret: &str) -> Verdict {
    let parts = Signable::of(webhook.headers);
    let uri = without_origins(&request_uri_of(webhook.url.unwrap_or("")));
    let canonical = parts.canonical(&uri);
    let expected = signature(secret, &canonical);
    let received = credentials(webhook.headers).map(|it| it.1.to_owned());
    Verdict::of(received, expected, canonical).unless(|| is_altered(webhook, parts) || is_stale(webhook, parts))
}

/// Which usual mistake explains a callback that is not valid.
pub fn mistake(webhook: &Received<'_>, verdict: &Verdict, secret: &str, others: &[&str]) -> &'static str {
    let parts = Signable::of(webhook.headers);
    if verdict.is_right() {
        return later_fault(webhook, parts);
    }
    let uri = without_origins(&request_uri_of(webhook.url.unwrap_or("")));
    wrong_signature(parts, (&uri, &verdict.canonical), verdict.signature(), secret, others)
}

/// What can be wrong although the signature is right: the signature covers the texts of digest and date, not the body or the
/// age.
fn later_fault(webhook: &Received<'_>, parts: Signable<'_>) -> &'static str {
    if is_altered(webhook, parts) {
        let body = webhook.body;
        let with = |writing| rewritten(body, writing).unwrap_or_default();
        // Nothing is signed with a key here, so the digest alone is compared.
        let found = Diagnosis::of("", |text, _| content_md5(text) == parts.md5)
            .when_of(RESERIALISED_BODY, [with(Writing::Minified), with(Writing::Escaped)])
            .when_of(WRONG_FIELD_ORDER, [Some(with(Writing::Sorted)), in_documented_order(body, EVENT_BODY)].iter().flatten())
            .when_of(WRONG_ENCODING, slips(body));
        return found.reason(body, &[], &[]);
    }
    "stale_timestamp"
}

/// Whether the body is not the one of the digest.
fn is_altered(webhook: &Received<'_>, parts: Signable<'_>) -> bool {
    is_sent(webhook.headers) && parts.md5 != content_md5(webhook.body)
}

/// Whether the date is too old, or cannot be read.
fn is_stale(webhook: &Received<'_>, parts: Signable<'_>) -> bool {
    date(parts.date).is_none_or(|sent| AGE_MAX < nearer(sent, webhook.now, webhook.date).duration_since(sent))
}

fn is_sent(headers: &HeaderMap) -> bool {
    headers.contains_key(super::CONTENT_MD5)
}

fn wrong_signature(parts: Signable<'_>, (uri, canonical): (&str, &str), received: &str, secret: &str, others: &[&str]) -> &'static str {
    let raw = hmac_sha1(secret.as_bytes(), canonical.as_bytes());
    let bare = |it: &str| it.split_whitespace().collect::<String>().trim_end_matches('=').to_owned();
    let writings = [hex::encode(raw), STANDARD.encode(hex::encode(raw)), bare(&URL_SAFE.encode(raw)), bare(&STANDARD.encode(raw))];
    let is_digest = writings.iter().any(|it| bare(it) == bare(received) || it.eq_ignore_ascii_case(received));
    let Signable { content_type, md5, date, nonce } = parts;
    let nonce = nonce.unwrap_or("");
    let path = uri.split('?').next().unwrap_or(uri);
    let orders = [
        format!("{content_type},{uri},{date},{nonce}"),
        format!("{content_type},{md5},{uri},{nonce},{date}"),
        format!("{content_type},{md5},{uri},{date}"),
        format!("{md5},{content_type},{uri},{date},{nonce}"),
        format!("{content_type},,{uri},{date},{nonce}"),
        format!("{content_type},{md5},{path},{date},{nonce}"),
        format!("POST,{content_type},{md5},{uri},{date},{nonce}"),
    ];
    let decoded = STANDARD.decode(secret).unwrap_or_default();
    Diagnosis::of(secret, |text, key| same(&STANDARD.encode(hmac_sha1(key, text)), received))
        .when_rewritten(is_digest)
        .when_of(WRONG_FIELD_ORDER, orders.iter().filter(|it| *it != canonical)) // a part more, a part less, or another order
        .reason(canonical.as_bytes(), others, &[secret.trim().as_bytes(), &decoded, b""])
}
