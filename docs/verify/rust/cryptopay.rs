use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;

/// The bytes of the body are signed.
pub fn verify(headers: &HeaderMap, body: &[u8], secret: &str) -> bool {
    let signature = headers.get("X-Webhook-Signature").map_or(&b""[..], |it| it.as_bytes());
    let Ok(signature) = hex::decode(signature) else { return false };
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key has any length");
    mac.chain_update(body).verify_slice(&signature).is_ok()
}
