//! A request of a log, whatever form its line had.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value as Json;

use crate::kit::http::Method;
use crate::kit::time::{Duration, Timestamp};

/// Who has sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The application calls the provider.
    Call,
    /// The provider tells the application something.
    Webhook,
}

/// One request and what came of it.
#[derive(Clone, Debug)]
pub struct Record {
    /// The line of the log, from 1.
    pub line: usize,
    /// The moment at which it was sent.
    pub at: Timestamp,
    /// `None`: the form does not say it.
    pub direction: Option<Direction>,
    pub method: Method,
    /// Names of the host, as far as the line has some.
    pub hosts: Vec<String>,
    /// Path and query.
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// What lets the lines of this form have bodies.
    pub adds_bodies: &'static str,
    pub outcome: Outcome,
    /// The wait for the outcome.
    pub took: Duration,
    /// The body of the answer, if the line has it and it is JSON.
    pub answer: Option<Json>,
}

impl Record {
    /// Whether its method brings a body, and the line has none.
    pub fn lacks_body(&self) -> bool {
        self.body.is_empty() && [Method::POST, Method::PUT, Method::PATCH].contains(&self.method)
    }
}

/// What came of a request: the status of the answer, or why none came, in a word of the control API.
pub type Outcome = Result<u16, &'static str>;

/// Why no answer came, as scenarios say it.
pub const FAILURES: &[&str] = &["timeout", "refused", "reset", "dns", "tls"];
