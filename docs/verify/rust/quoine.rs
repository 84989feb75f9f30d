use std::time::{Duration, SystemTime};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use md5::{Digest, Md5};
use sha1::Sha1;

/// `target` is path and query of your address. `is_new(nonce)` keeps a nonce, and says whether it came for the first time.
pub fn verify(target: &str, headers: &HeaderMap, body: &[u8], user: &str, secret: &str, is_new: impl FnOnce(&str) -> bool) -> bool {
    let header = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let (kind, digest, date, nonce) = (header("Content-Type"), header("Content-MD5"), header("Date"), header("NONCE"));
    let signature = header("Authorization").strip_prefix("APIAuth ").and_then(|it| it.strip_prefix(user)?.strip_prefix(':'));
    let Some(Ok(signature)) = signature.map(|it| STANDARD.decode(it)) else { return false };
    let mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("a key has any length");
    if mac.chain_update([kind, digest, target, date, nonce].join(",")).verify_slice(&signature).is_err() {
        return false;
    }
    let Ok(date) = httpdate::parse_http_date(date) else { return false };
    let now = SystemTime::now();
    let age = now.duration_since(date).or_else(|_| date.duration_since(now)).unwrap_or(Duration::MAX);
    digest == STANDARD.encode(Md5::digest(body)) && age.as_secs() <= 900 && !nonce.is_empty() && is_new(nonce)
}
