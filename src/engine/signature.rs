//! Signatures: what is judged, and the verdict.

use serde::Serialize;

use crate::kit::http::HeaderMap;
use crate::kit::time::Timestamp;

/// A webhook as somebody has received it.
#[derive(Clone, Debug)]
pub struct Received<'a> {
    pub url: Option<&'a str>,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    pub now: Timestamp,
    /// The real date, for signatures that were dated by it.
    pub date: Timestamp,
}

/// What a client signs in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRequest {
    pub canonical: String,
    pub signature: String,
    /// Headers that go with it, as they are sent.
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
