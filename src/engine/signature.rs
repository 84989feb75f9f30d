//! Signatures: what is judged, and the verdict.

use serde::Serialize;

use crate::kit::http::{HeaderMap, HeaderName, Request};
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

/// How the signatures of clients on their requests are judged.
#[derive(Clone, Copy, Debug)]
pub struct RequestSignature {
    /// The error that refuses a wrong one.
    pub error: &'static str,
    /// Judges it with a secret, without the reason.
    pub verify: fn(&Request, &str) -> Verdict,
    /// Which usual mistake explains such a verdict, with that secret; the last are secrets that the client may have used by mistake.
    pub mistake: fn(&Request, &Verdict, &str, &[&str]) -> &'static str,
    /// What is wrong, at that moment, with a request whose signature is right: its date, or the form of what it covers.
    pub refusal: fn(&Request, Timestamp) -> Option<&'static str>,
    /// Who makes it, by the first of their credentials, as the request says.
    pub caller: fn(&Request) -> Option<String>,
    /// What only a server can judge, beside whose secret it is.
    pub unchecked: &'static [&'static str],
}

impl RequestSignature {
    /// The verdict with the likely reason.
    pub fn explain(&self, request: &Request, secret: &str, others: &[&str]) -> Verdict {
        (self.verify)(request, secret).explained(|verdict| (self.mistake)(request, verdict, secret, others))
    }

    /// The same for a request that arrives at this moment.
    pub fn explain_at(&self, request: &Request, secret: &str, others: &[&str], now: Timestamp) -> Verdict {
        let verdict = self.explain(request, secret, others);
        let refusal = if verdict.is_right() { (self.refusal)(request, now) } else { None };
        if refusal.is_some() { Verdict { valid: false, reason: refusal, ..verdict } } else { verdict }
    }
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
    /// Compares the signature that was received with the right one for a text. The reason is not looked for: a search
    /// costs many times what this costs.
    pub fn of(received: Option<String>, expected: String, canonical: String) -> Self {
        let valid = received.as_ref().is_some_and(|it| same(it, &expected));
        Self { valid, reason: None, canonical, expected, received }
    }

    /// The same, unless a fault makes a right signature invalid.
    #[must_use]
    pub fn unless(mut self, is_faulty: impl FnOnce() -> bool) -> Self {
        self.valid = self.valid && !is_faulty();
        self
    }

    /// The same with the reason. `mistake` explains why a signature that was received is not valid.
    #[must_use]
    pub fn explained(mut self, mistake: impl FnOnce(&Self) -> &'static str) -> Self {
        if !self.valid {
            self.reason = Some(if self.received.is_some() { mistake(&self) } else { "missing_signature" });
        }
        self
    }

    /// The signature that was received.
    pub fn signature(&self) -> &str {
        self.received.as_deref().unwrap_or_default()
    }

    /// Whether the signature is the right one. Then something else makes it invalid.
    pub fn is_right(&self) -> bool {
        self.received.as_ref().is_some_and(|it| same(it, &self.expected))
    }
}
