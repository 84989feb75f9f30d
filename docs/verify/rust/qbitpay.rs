use std::collections::BTreeMap;

use http::HeaderMap;
use md5::{Digest, Md5};
use serde_json::value::RawValue;
use subtle::ConstantTimeEq;

/// `secret` is the API key, or the webhook secret if the account has one. A value is signed as it is written; its text is what
/// `RawValue` has.
pub fn verify(headers: &HeaderMap, body: &[u8], secret: &str) -> bool {
    let Ok(members) = serde_json::from_slice::<BTreeMap<String, Box<RawValue>>>(body) else { return false };
    let mut signed = String::new();
    for (name, written) in &members {
        let value = serde_json::from_str::<String>(written.get()).unwrap_or_else(|_| written.get().to_owned());
        if !value.is_empty() && written.get() != "null" {
            signed += &[name, "=", &value, "&"].concat();
        }
    }
    let right = hex::encode_upper(Md5::digest(format!("{signed}key={secret}")));
    let signature = headers.get("QbitPay-Signature").map_or(&b""[..], |it| it.as_bytes());
    signature.ct_eq(right.as_bytes()).into()
}
