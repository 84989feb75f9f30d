//! Every refusal, and the only function that writes one.

use serde::{Serialize, Serializer};

use crate::engine::tables::ErrorRow;
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::http::{HeaderValue, Response, StatusCode, header};
use crate::kit::time::{Timestamp, in_utc};

const NAMED: Evidence = Documented("API overview, Status Codes; the name of the code is assumed");

const fn row(name: &'static str, code: &'static str, status: StatusCode, when: &'static str, evidence: Evidence) -> ErrorRow {
    ErrorRow { name, code, status, when, evidence }
}

#[rustfmt::skip]
mod catalogue {
    use super::{Assumed, Documented, ErrorRow, NAMED, StatusCode, row};

    pub const VALIDATION: ErrorRow = row("validation_error", "VALIDATION_ERROR", StatusCode::BAD_REQUEST, "a parameter is missing or wrong: `details` names every one that is; or the body is no JSON object, then `details` is empty", Documented("API overview, Error Responses; texts other than `This field is required`, and the answer to a body that cannot be read, are assumed"));
    pub const UNAUTHORIZED: ErrorRow = row("unauthorized", "UNAUTHORIZED", StatusCode::UNAUTHORIZED, "no bearer, or one that is malformed, forged, expired, of another sandbox or of the wrong type; user name and password that nobody has", NAMED);
    pub const FORBIDDEN: ErrorRow = row("forbidden", "FORBIDDEN", StatusCode::FORBIDDEN, "the account's setting `suspended` is on", NAMED);
    pub const NOT_FOUND: ErrorRow = row("not_found", "NOT_FOUND", StatusCode::NOT_FOUND, "there is no such path, no such object of the caller's own, or no such page of a list", NAMED);
    pub const METHOD: ErrorRow = row("method_not_allowed", "METHOD_NOT_ALLOWED", StatusCode::METHOD_NOT_ALLOWED, "the path exists, but not for this method; the header Allow names those that it has", Assumed("the page lists DELETE among its methods and documents no such call; Django REST Framework answers so"));
    pub const RATE: ErrorRow = row("rate_limited", "RATE_LIMITED", StatusCode::TOO_MANY_REQUESTS, "the plan's calls of this hour are used up; the header Retry-After says for how many seconds", NAMED);
    pub const INTERNAL: ErrorRow = row("internal_error", "INTERNAL_ERROR", StatusCode::INTERNAL_SERVER_ERROR, "only when it is asked for, by a rule or by the header Playmoney-Fault", NAMED);
}

use catalogue::{FORBIDDEN, INTERNAL, METHOD, NOT_FOUND, RATE, UNAUTHORIZED, VALIDATION};

/// The catalogue.
pub const ERRORS: &[ErrorRow] = &[VALIDATION, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, METHOD, RATE, INTERNAL];

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
    /// For so many seconds.
    #[error("Request was throttled. Expected available in {0} seconds.")]
    RateLimited(i64),
    #[error("Internal server error.")]
    Internal,
}

/// What a caller without credentials is told.
pub const NO_CREDENTIALS: Error = Error::Unauthorized("Authentication credentials were not provided.");
/// What is told of a bearer that is none.
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
    pub const fn row(&self) -> &'static ErrorRow {
        match self {
            Self::Invalid(_) | Self::Unreadable(_) => &VALIDATION,
            Self::Unauthorized(_) => &UNAUTHORIZED,
            Self::Suspended => &FORBIDDEN,
            Self::NotFound | Self::NoPage => &NOT_FOUND,
            Self::Method { .. } => &METHOD,
            Self::RateLimited(_) => &RATE,
            Self::Internal => &INTERNAL,
        }
    }

    /// An example of the documented error of that name, as a tester asks for it.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "validation_error" => Self::field("field", "This field is required"),
            "unauthorized" => BAD_TOKEN,
            "forbidden" => Self::Suspended,
            "not_found" => Self::NotFound,
            "method_not_allowed" => Self::Method { method: "DELETE".to_owned(), allowed: "GET, POST".to_owned() },
            "rate_limited" => Self::RateLimited(3_600),
            "internal_error" => Self::Internal,
            _ => return None,
        })
    }

    /// The only function that writes this provider's error body.
    pub fn render(&self, now: Timestamp) -> Response {
        let row = self.row();
        let message = self.to_string();
        let details = if let Self::Invalid(faults) = self { faults.as_slice() } else { &[] };
        let error = Refused { code: row.code, message, details: Details(details) };
        let mut response = Response::json(row.status, &Refusal { success: false, error, timestamp: in_utc(now) });
        match self {
            Self::Unauthorized(_) => {
                response.headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"api\""));
            }
            Self::Method { allowed, .. } => response = response.with(header::ALLOW, allowed),
            Self::RateLimited(seconds) => {
                response.headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            Self::Invalid(_) | Self::Unreadable(_) | Self::Suspended | Self::NotFound | Self::NoPage | Self::Internal => {}
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
