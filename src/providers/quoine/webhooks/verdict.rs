//! Whether a callback's signature is right and, if not, which usual mistake explains it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use http::HeaderMap;

use crate::engine::signature::{Received, Verdict};
use crate::kit::diagnosis::{Diagnosis, WRONG_FIELD_ORDER};
use crate::kit::json::{Writing, rewritten};
use crate::kit::sign::{hmac_sha1, same};
use crate::kit::time::{Duration, nearer};
use crate::providers::quoine::wire::{Signable, content_md5, credentials, date, request_uri, signature, without_origins};

/// The highest age of a callback's date, the same as for requests.
const AGE_MAX: Duration = Duration::from_secs(900);

/// Checks a callback as Quoine's own shop did: signature, digest of the body, age.
pub fn verify(webhook: &Received<'_>, secret: &str, others: &[&str]) -> Verdict {
    let parts = Signable::of(webhook.headers);
    let uri = without_origins(&request_uri(webhook.url.unwrap_or("")));
    let canonical = parts.canonical(&uri);
    let expected = signature(secret, &canonical);
    let received = credentials(webhook.headers).map(|it| it.1.to_owned());
    let mistake = |received: &str, canonical: &str| mistake(parts, (&uri, canonical), received, secret, others);
    Verdict::of(received, expected, canonical, mistake).unless(|| later_fault(webhook, parts))
}

/// What can be wrong although the signature is right: the signature covers the texts of digest and date, not the body or the
/// age.
fn later_fault(webhook: &Received<'_>, parts: Signable<'_>) -> Option<&'static str> {
    if is_sent(webhook.headers) && parts.md5 != content_md5(webhook.body) {
        let writings = [Writing::Minified, Writing::Escaped, Writing::Sorted];
        let rewritten = writings.into_iter().filter_map(|it| rewritten(webhook.body, it));
        let same_json = rewritten.into_iter().any(|it| content_md5(it.as_bytes()) == parts.md5);
        return Some(if same_json { "reserialised_body" } else { "mismatch" });
    }
    let Some(sent) = date(parts.date) else {
        return Some("stale_timestamp");
    };
    let age = nearer(sent, webhook.now, webhook.date).duration_since(sent);
    (AGE_MAX < age).then_some("stale_timestamp")
}

fn is_sent(headers: &HeaderMap) -> bool {
    headers.contains_key(super::CONTENT_MD5)
}

fn mistake(parts: Signable<'_>, (uri, canonical): (&str, &str), received: &str, secret: &str, others: &[&str]) -> &'static str {
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
