//! A merchant's client of Quoine, with a signature of its own making: it shares no code with the provider.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use playmoney::inside::kit::http::Request;
use sha1::Sha1;

/// The user of the default sandbox.
pub const SECRET: &str = "cGxheW1vbmV5LXF1b2luZS10ZXN0LXNlY3JldC1vbmx5LWZvci1sb2NhbC11c2UtMDAwMDAwMDAwMDAwMDAwMDA=";

/// The signature of a text, by another way than the provider's.
pub fn signature(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Content-MD5 of a body.
pub fn digest(body: &[u8]) -> String {
    STANDARD.encode(Md5::digest(body))
}

/// Somebody who signs requests.
#[derive(Clone, Debug)]
pub struct Client {
    pub user: String,
    pub secret: String,
    /// What is signed in place of the request's own path and query.
    pub target: Option<String>,
    asked: u64,
}

impl Default for Client {
    fn default() -> Self {
        Self { user: "2".to_owned(), secret: SECRET.to_owned(), target: None, asked: 0 }
    }
}

impl Client {
    /// The NONCE of the next request.
    fn nonce(&mut self) -> String {
        self.asked += 1;
        format!("{:032x}", self.asked)
    }

    /// The same request with every header that Quoine's page names, unless it is there or left out on purpose.
    pub fn sign(&mut self, mut request: Request, date: &str, without: &[String]) -> Request {
        let own = [("Content-Type", "application/json".to_owned()), ("Date", date.to_owned()), ("NONCE", self.nonce())];
        let left_out = |name: &str| without.iter().any(|it| it.eq_ignore_ascii_case(name));
        for (name, value) in own {
            if request.headers.get(name).is_none() && !left_out(name) {
                request = request.with(name, &value);
            }
        }
        let target = self.target.take().unwrap_or_else(|| request.target.clone());
        if request.headers.get("authorization").is_some() || left_out("Authorization") {
            return request;
        }
        let part = |name: &str| request.headers.get(name).map_or("", |it| it.to_str().unwrap_or(""));
        let mut text = format!("{},{},{target},{}", part("content-type"), part("content-md5"), part("date"));
        if let Some(nonce) = request.headers.get("nonce") {
            text = format!("{text},{}", nonce.to_str().unwrap_or(""));
        }
        let signature = signature(&self.secret, &text);
        request.with("Authorization", &format!("APIAuth {}:{signature}", self.user))
    }
}
