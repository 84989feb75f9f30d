use serde::Deserialize;
use subtle::ConstantTimeEq;

/// QuantaPay signs nothing. The body carries the secret itself.
pub fn verify(body: &[u8], secret: &str) -> bool {
    #[derive(Deserialize)]
    struct Event {
        key: String,
    }
    serde_json::from_slice::<Event>(body).is_ok_and(|it| it.key.as_bytes().ct_eq(secret.as_bytes()).into())
}
