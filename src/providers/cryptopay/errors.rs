//! Every refusal, and the only function that writes one.

use serde::{Serialize, Serializer};

use crate::engine::tables::ErrorRow;
use crate::engine::tables::bound::{Refusals, error, refusal};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::http::{HeaderValue, Response, StatusCode, header};
use crate::kit::time::{Timestamp, in_utc};

const NAMED: Evidence = Documented("API overview, Status Codes; the name of the code is assumed");

/// The catalogue: every refusal, with an example of it for testers who ask for it by name.
#[rustfmt::skip]
pub static ERRORS: Refusals<Error> = &[
    error("validation_error", "VALIDATION_ERROR", StatusCode::BAD_REQUEST, "a parameter is missing or wrong: `details` names every one that is; or the body is no JSON object, then `details` is empty", Documented("API overview, Error Responses; texts other than `This field is required`, and the answer to a body that cannot be read, are assumed"), || Error::field("field", "This field is required")),
    error("unauthorized", "UNAUTHORIZED", StatusCode::UNAUTHORIZED, "no bearer, or one that is malformed, forged, expired, of another sandbox or of the wrong type; user name and password that nobody has", NAMED, || BAD_TOKEN),
    error("forbidden", "FORBIDDEN", StatusCode::FORBIDDEN, "the account's setting `suspended` is on", NAMED, || Error::Suspended),
    error("not_found", "NOT_FOUND", StatusCode::NOT_FOUND, "there is no such path, no such object of the caller's own, or no such page of a list", NAMED, || Error::NotFound),
    error("method_not_allowed", "METHOD_NOT_ALLOWED", StatusCode::METHOD_NOT_ALLOWED, "the path exists, but not for this method; the header Allow names those that it has", Assumed("the page lists DELETE among its methods and documents no such call; Django REST Framework answers so"), || Error::Method { method: "DELETE".to_owned(), allowed: "GET, POST".to_owned() }),
    error("rate_limited", "RATE_LIMITED", StatusCode::TOO_MANY_REQUESTS, "the plan's calls of this hour are used up; the header Retry-After says for how many seconds", NAMED, || Error::RateLimited(3_600)),
    error("internal_error", "INTERNAL_ERROR", StatusCode::INTERNAL_SERVER_ERROR, "only when it is asked for, by a rule or by the header Playmoney-Fault", NAMED, || Error::Internal),
];

/// The wrong parameters of one request with what is wrong with each, in the order in which the documentation lists them.
pub type Faults = Vec<(&'static str, String)>;

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("Invalid request data")]
    Invalid(Faults),
    /// Nothing of the body could be read; a sentence that says why.
    #[error("{0}")]
    Unreadable(&'static str),
    #[error("{0}")]
    Unauthorized(&'static str),
    #[error("This account is suspended.")]
    Suspended,
    #[error("Not found.")]
    NotFound,
    /// A list has no such page.
    #[error("Invalid page.")]
    NoPage,
    #[error("Method \"{method}\" not allowed.")]
    Method { method: String, allowed: String },
    /// For this many seconds.
    #[error("Request was throttled. Expected available in {0} seconds.")]
    RateLimited(i64),
    #[error("Internal server error.")]
    Internal,
}

/// What a caller without credentials is told.
pub const NO_CREDENTIALS: Error = Error::Unauthorized("Authentication credentials were not provided.");
/// What is told of a bearer that is not a good one.
pub const BAD_TOKEN: Error = Error::Unauthorized("Token is invalid.");
/// What is told of a token that was good once.
pub const OLD_TOKEN: Error = Error::Unauthorized("Token has expired.");
/// What is told of a user name and password.
pub const BAD_LOGIN: Error = Error::Unauthorized("No active account found with the given credentials.");

impl Error {
    /// One parameter is wrong.
    pub fn field(name: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid(vec![(name, why.into())])
    }

    /// Its row of the catalogue.
    pub fn row(&self) -> &'static ErrorRow {
        match self {
            Self::Invalid(_) | Self::Unreadable(_) => const { refusal(ERRORS, "validation_error") },
            Self::Unauthorized(_) => const { refusal(ERRORS, "unauthorized") },
            Self::Suspended => const { refusal(ERRORS, "forbidden") },
            Self::NotFound | Self::NoPage => const { refusal(ERRORS, "not_found") },
            Self::Method { .. } => const { refusal(ERRORS, "method_not_allowed") },
            Self::RateLimited(_) => const { refusal(ERRORS, "rate_limited") },
            Self::Internal => const { refusal(ERRORS, "internal_error") },
        }
    }

    /// The only function that writes this provider's error body.
    pub fn render(&self, now: Timestamp) -> Response {
        let row = self.row();
        let message = self.to_string();
        let details = if let Self::Invalid(faults) = self { faults.as_slice() } else { &[] };
        let error = Refused { code: row.code, message, details: Details(details) };
        let mut response = Response::json(row.status, &Refusal { success: false, error, timestamp: in_utc(now) });
        if let Self::Unauthorized(_) = self {
            response.headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"api\""));
        }
        if let Self::Method { allowed, .. } = self {
            response = response.with(header::ALLOW, allowed);
        }
        if let Self::RateLimited(seconds) = self {
            response.headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
        }
        response
    }
}

#[derive(Serialize)]
struct Refusal<'a> {
    success: bool,
    error: Refused<'a>,
    timestamp: String,
}

#[derive(Serialize)]
struct Refused<'a> {
    code: &'static str,
    message: String,
    details: Details<'a>,
}

/// An object whose members keep their order, each a list of texts.
struct Details<'a>(&'a [(&'static str, String)]);

impl Serialize for Details<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, text)| (name, [text])))
    }
}
