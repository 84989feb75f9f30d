//! JSON Web Tokens with HS256 only. The caller that opens a token judges its dates.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::sign::{hmac_sha256, same};

/// A token with these claims. `head` is its first part as JSON, which names HS256.
///
/// # Panics
/// When the claims cannot be written as JSON; all our types can.
pub fn signed(head: &str, claims: &impl Serialize, secret: &[u8]) -> String {
    let claims = serde_json::to_vec(claims).expect("claims are JSON");
    let mut token = String::with_capacity(320);
    URL_SAFE_NO_PAD.encode_string(head, &mut token);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut token);
    let signature = hmac_sha256(secret, token.as_bytes());
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    token
}

/// The claims of a token that names HS256 and was signed with this secret. Their dates are not checked.
pub fn opened<C: DeserializeOwned>(token: &str, secret: &[u8]) -> Option<C> {
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(borrow)]
        alg: std::borrow::Cow<'a, str>,
    }
    let (text, signature) = token.rsplit_once('.')?;
    let (head, claims) = text.split_once('.')?;
    let head = URL_SAFE_NO_PAD.decode(head).ok()?;
    let head: Head<'_> = serde_json::from_slice(&head).ok()?;
    let is_signed = same(&URL_SAFE_NO_PAD.encode(hmac_sha256(secret, text.as_bytes())), signature);
    if head.alg != "HS256" || !is_signed {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

/// Reads the claims of a token without a look at its signature, so they prove nothing.
pub fn unverified<C: DeserializeOwned>(token: &str) -> Option<C> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    /// The first example of RFC 7515, whose key is given in base64url.
    #[test]
    fn the_standards_own_token_opens() {
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let key = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .expect("base64url");
        let claims: Json = opened(token, &key).expect("it is signed");
        assert_eq!(claims, json!({"iss": "joe", "exp": 1_300_819_380, "http://example.com/is_root": true}));
        assert_eq!(opened::<Json>(token, b"another"), None);
    }

    #[test]
    fn only_hs256_is_accepted() {
        let claims = json!({"sub": "a"});
        let token = |head: &str| signed(head, &claims, b"secret");
        assert_eq!(opened::<Json>(&token(r#"{"typ":"JWT","alg":"HS256"}"#), b"secret"), Some(claims.clone()));
        for head in [r#"{"alg":"none"}"#, r#"{"alg":"HS512"}"#, r#"{"typ":"JWT"}"#, "{", ""] {
            assert_eq!(opened::<Json>(&token(head), b"secret"), None, "{head}");
        }
        let good = token(r#"{"alg":"HS256"}"#);
        let unsigned = good.rsplit_once('.').expect("three parts").0;
        for text in ["", ".", "..", "a.b.c", unsigned, &format!("{unsigned}."), &format!("{good}x"), &format!("{good}.x"), &good[1..]] {
            assert_eq!(opened::<Json>(text, b"secret"), None, "{text}");
        }
    }
}
