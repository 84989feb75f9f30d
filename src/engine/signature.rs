//! Signatures: what is judged, and the verdict.

use serde::Serialize;

use crate::kit::http::{HeaderMap, HeaderName};
use crate::kit::sign::same;
use crate::kit::time::Timestamp;

/// A webhook as a receiver got it.
#[derive(Clone, Debug)]
pub struct Received<'a> {
    pub url: Option<&'a str>,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    pub now: Timestamp,
    /// The real date, for signatures that were dated by it.
    pub date: Timestamp,
}

impl Received<'_> {
    /// The text of a header.
    pub fn header(&self, name: &HeaderName) -> Option<String> {
        self.headers.get(name).map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned())
    }
}

/// What a client signs in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRequest {
    pub canonical: String,
    pub signature: String,
    /// Headers that are sent with it.
    pub headers: Vec<(&'static str, String)>,
}

/// Whether a signature is right and, if not, the likely reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub valid: bool,
    pub reason: Option<&'static str>,
    pub canonical: String,
    pub expected: String,
    pub received: Option<String>,
}

impl Verdict {
    /// Compares the signature that was received with the right one for a text. `mistake` gets a wrong signature and the
    /// text, and explains the difference.
    pub fn of(received: Option<String>, expected: String, canonical: String, mistake: impl FnOnce(&str, &str) -> &'static str) -> Self {
        let reason = match &received {
            None => Some("missing_signature"),
            Some(received) if same(received, &expected) => None,
            Some(received) => Some(mistake(received, &canonical)),
        };
        Self { valid: reason.is_none(), reason, canonical, expected, received }
    }

    /// The same, unless a fault makes a right signature invalid.
    #[must_use]
    pub fn unless(mut self, fault: impl FnOnce() -> Option<&'static str>) -> Self {
        if self.valid {
            self.reason = fault();
            self.valid = self.reason.is_none();
        }
        self
    }
}
