use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;

/// The minified body is signed: decoded and encoded again, without white space and without escapes.
pub fn verify(headers: &HeaderMap, body: &[u8], secret: &str) -> bool {
    let mut minified = Vec::new();
    let (mut from, mut to) = (serde_json::Deserializer::from_slice(body), serde_json::Serializer::new(&mut minified));
    if serde_transcode::transcode(&mut from, &mut to).is_err() {
        return false;
    }
    let signature = headers.get("X-Payouts-Signature").and_then(|it| it.as_bytes().strip_prefix(b"sha256="));
    let Some(Ok(signature)) = signature.map(hex::decode) else { return false };
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key has any length");
    mac.chain_update(minified).verify_slice(&signature).is_ok()
}
