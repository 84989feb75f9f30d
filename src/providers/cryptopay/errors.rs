//! Every refusal, and the only function that writes one.

use serde::{Serialize, Serializer};

use super::decisions::{
    LIMIT_REFUSAL, LIMIT_WINDOW, MISSING_METHODS, PAGE_BOUNDS, REFRESH_REUSE, SUSPENDED_ACCOUNT, TEXTS, UNKNOWN_OBJECT, UNREADABLE_BODY,
    VALIDATION_TEXTS,
};
use crate::engine::tables::bound::{Refusals, error, example, refusal};
use crate::engine::tables::{Contract, ErrorRow, Operation, Row};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::fields::{Field, Need};
use crate::kit::http::{HeaderValue, Response, StatusCode, header};
use crate::kit::time::{Timestamp, in_utc};

const NAMED: Evidence = Documented("API overview, Status Codes; the code and the text are assumed");

/// The catalogue: every refusal, with an example for testers who request it by name.
#[rustfmt::skip]
pub static ERRORS: Refusals<Error> = &[
    error("validation_error", "VALIDATION_ERROR", StatusCode::BAD_REQUEST, "a parameter is missing or wrong, and `details` names every such parameter; or the body is not a JSON object, and `details` is empty", Documented("API overview, Error Responses; texts other than `This field is required`, and the answer to a body that cannot be read, are assumed"), || Error::Invalid(vec![Fault::required("field")])),
    error("unauthorized", "UNAUTHORIZED", StatusCode::UNAUTHORIZED, "the bearer is missing, malformed, forged, expired, from another sandbox or of the wrong type; or user name and password are wrong", NAMED, || BAD_TOKEN),
    error("forbidden", "FORBIDDEN", StatusCode::FORBIDDEN, "the account's setting `suspended` is on", NAMED, || Error::Suspended),
    error("not_found", "NOT_FOUND", StatusCode::NOT_FOUND, "the path or the page of a list does not exist, or the caller has no such object", NAMED, || Error::NoPath),
    error("method_not_allowed", "METHOD_NOT_ALLOWED", StatusCode::METHOD_NOT_ALLOWED, "the path exists, but not for this method; the header Allow lists its methods", Assumed("the page lists DELETE among its methods and documents no such call; Django REST Framework answers so"), || Error::Method { method: "DELETE".to_owned(), allowed: "GET, POST".to_owned() }),
    error("rate_limited", "RATE_LIMITED", StatusCode::TOO_MANY_REQUESTS, "the plan's calls of this hour are used up; the header Retry-After gives the seconds to wait", NAMED, || Error::RateLimited(3_600)),
    error("internal_error", "INTERNAL_ERROR", StatusCode::INTERNAL_SERVER_ERROR, "only when a rule or the header Playmoney-Fault requests it, or the sandbox is full", NAMED, || Error::Internal),
];

/// The refusal of that name as a tester asks for it, about a parameter or the methods of that call.
pub fn asked_for(name: &str, operation: Option<&Operation>, contract: &'static Contract) -> Option<Error> {
    Some(match (example(ERRORS, name)?, operation) {
        (Error::Invalid(_), Some(it)) => {
            let is_needed = |it: &Field| it.need == Need::Required;
            let fault = it.blamed().map_or_else(
                || Fault::required("non_field_errors"),
                |it| {
                    if is_needed(it) { Fault::required(it.name) } else { Fault::of(it.name, "This field is not accepted") }
                },
            );
            Error::Invalid(vec![fault])
        }
        (Error::Method { method, .. }, Some(it)) => {
            let mut allowed: Vec<&str> = contract.operations_at(it.path).map(|it| it.method.as_str()).collect();
            allowed.sort_unstable();
            Error::Method { method, allowed: allowed.join(", ") }
        }
        (other, _) => other,
    })
}

/// A wrong parameter of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub name: &'static str,
    pub message: String,
    /// `None`: an example has this very message.
    pub rests_on: Option<Row>,
}

impl Fault {
    /// The parameter is missing.
    pub fn required(name: &'static str) -> Self {
        Self { name, message: "This field is required".to_owned(), rests_on: None }
    }

    /// It has a wrong value, in the words of the framework.
    pub fn of(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, message: message.into(), rests_on: Some(VALIDATION_TEXTS) }
    }
}

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The wrong parameters, in the order of the documentation.
    #[error("Invalid request data")]
    Invalid(Vec<Fault>),
    /// The body cannot be read; a sentence that says why.
    #[error("{0}")]
    Unreadable(&'static str),
    /// A sentence, and what the case rests on.
    #[error("{0}")]
    Unauthorized(&'static str, Row),
    #[error("This account is suspended.")]
    Suspended,
    /// The caller has no such object.
    #[error("Not found.")]
    NotFound,
    #[error("Not found.")]
    NoPath,
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
pub const NO_CREDENTIALS: Error = Error::Unauthorized("Authentication credentials were not provided.", TEXTS);
/// The refusal of an invalid bearer.
pub const BAD_TOKEN: Error = Error::Unauthorized("Token is invalid.", TEXTS);
/// The refusal of a refresh token that was already used.
pub const SPENT_TOKEN: Error = Error::Unauthorized("Token is invalid.", REFRESH_REUSE);
/// The refusal of an expired token.
pub const OLD_TOKEN: Error = Error::Unauthorized("Token has expired.", TEXTS);
/// The refusal of a wrong user name or password.
pub const BAD_LOGIN: Error = Error::Unauthorized("No active account found with the given credentials.", TEXTS);

impl Error {
    /// What it rests on beside its row of the catalogue.
    pub fn rests_on(&self) -> Vec<Row> {
        match self {
            Self::Invalid(faults) => faults.iter().filter_map(|it| it.rests_on).collect(),
            Self::Unreadable(_) => vec![UNREADABLE_BODY],
            Self::Unauthorized(_, row) => vec![*row],
            Self::Suspended => vec![SUSPENDED_ACCOUNT],
            Self::NotFound => vec![UNKNOWN_OBJECT],
            Self::NoPage => vec![PAGE_BOUNDS],
            Self::Method { .. } => vec![MISSING_METHODS],
            Self::RateLimited(_) => vec![LIMIT_REFUSAL, LIMIT_WINDOW],
            Self::NoPath | Self::Internal => vec![TEXTS],
        }
    }

    /// Its row of the catalogue.
    pub fn row(&self) -> &'static ErrorRow {
        match self {
            Self::Invalid(_) | Self::Unreadable(_) => const { refusal(ERRORS, "validation_error") },
            Self::Unauthorized(..) => const { refusal(ERRORS, "unauthorized") },
            Self::Suspended => const { refusal(ERRORS, "forbidden") },
            Self::NotFound | Self::NoPath | Self::NoPage => const { refusal(ERRORS, "not_found") },
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
        if let Self::Unauthorized(..) = self {
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
struct Details<'a>(&'a [Fault]);

impl Serialize for Details<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|it| (it.name, [&it.message])))
    }
}
