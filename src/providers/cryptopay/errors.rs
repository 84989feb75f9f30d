//! Every refusal, and the only function that writes one.

use serde::{Serialize, Serializer};

use crate::engine::tables::bound::{Refusals, error, example, refusal};
use crate::engine::tables::{Contract, ErrorRow, Operation};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::fields::Need;
use crate::kit::http::{HeaderValue, Response, StatusCode, header};
use crate::kit::time::{Timestamp, in_utc};

const NAMED: Evidence = Documented("API overview, Status Codes; the name of the code is assumed");

/// The catalogue: every refusal, with an example for testers who request it by name.
#[rustfmt::skip]
pub static ERRORS: Refusals<Error> = &[
    error("validation_error", "VALIDATION_ERROR", StatusCode::BAD_REQUEST, "a parameter is missing or wrong, and `details` names every such parameter; or the body is not a JSON object, and `details` is empty", Documented("API overview, Error Responses; texts other than `This field is required`, and the answer to a body that cannot be read, are assumed"), || Error::field("field", "This field is required")),
    error("unauthorized", "UNAUTHORIZED", StatusCode::UNAUTHORIZED, "the bearer is missing, malformed, forged, expired, from another sandbox or of the wrong type; or user name and password are wrong", NAMED, || BAD_TOKEN),
    error("forbidden", "FORBIDDEN", StatusCode::FORBIDDEN, "the account's setting `suspended` is on", NAMED, || Error::Suspended),
    error("not_found", "NOT_FOUND", StatusCode::NOT_FOUND, "the path or the page of a list does not exist, or the caller has no such object", NAMED, || Error::NotFound),
    error("method_not_allowed", "METHOD_NOT_ALLOWED", StatusCode::METHOD_NOT_ALLOWED, "the path exists, but not for this method; the header Allow lists its methods", Assumed("the page lists DELETE among its methods and documents no such call; Django REST Framework answers so"), || Error::Method { method: "DELETE".to_owned(), allowed: "GET, POST".to_owned() }),
    error("rate_limited", "RATE_LIMITED", StatusCode::TOO_MANY_REQUESTS, "the plan's calls of this hour are used up; the header Retry-After gives the seconds to wait", NAMED, || Error::RateLimited(3_600)),
    error("internal_error", "INTERNAL_ERROR", StatusCode::INTERNAL_SERVER_ERROR, "only when a rule or the header Playmoney-Fault requests it, or the sandbox is full", NAMED, || Error::Internal),
];

/// The refusal of that name as a tester asks for it, about a parameter or the methods of that call.
pub fn asked_for(name: &str, operation: Option<&Operation>, contract: &'static Contract) -> Option<Error> {
    Some(match (example(ERRORS, name)?, operation) {
        (Error::Invalid(_), Some(it)) => {
            let field = it.blamed().map_or(("non_field_errors", "This field is required"), |it| {
                (it.name, if it.need == Need::Required { "This field is required" } else { "This field is not accepted" })
            });
            Error::field(field.0, field.1)
        }
        (Error::Method { method, .. }, Some(it)) => {
            let mut allowed: Vec<&str> = contract.operations_at(it.path).map(|it| it.method.as_str()).collect();
            allowed.sort_unstable();
            Error::Method { method, allowed: allowed.join(", ") }
        }
        (other, _) => other,
    })
}

/// The wrong parameters of one request, each with a message, in the order of the documentation.
pub type Faults = Vec<(&'static str, String)>;

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("Invalid request data")]
    Invalid(Faults),
    /// The body cannot be read; a sentence that says why.
    #[error("{0}")]
    Unreadable(&'static str),
    #[error("{0}")]
    Unauthorized(&'static str),
    #[error("This account is suspended.")]
    Suspended,
    #[error("Not found.")]
    NotFound,
    /// The page of a list does not exist.
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

/// The refusal of a caller without credentials.
pub const NO_CREDENTIALS: Error = Error::Unauthorized("Authentication credentials were not provided.");
/// The refusal of an invalid bearer.
pub const BAD_TOKEN: Error = Error::Unauthorized("Token is invalid.");
/// The refusal of an expired token.
pub const OLD_TOKEN: Error = Error::Unauthorized("Token has expired.");
/// The refusal of a wrong user name or password.
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
