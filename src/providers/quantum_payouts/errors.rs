//! Every refusal, and the only function that writes one.

use serde::Serialize;

use super::decisions::{PORTAL_REFUSALS, RIGHT_MISSING, TEXTS};
use crate::engine::tables::bound::{Refusals, error, example, refusal};
use crate::engine::tables::{ErrorRow, Operation, Row};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::fields::Need;
use crate::kit::http::{HeaderValue, Method, Response, StatusCode, header};

const CODES: Evidence = Documented("Developer API, Error Codes; the texts of most cases are assumed");
const TRANSPORT: Evidence = Assumed("the code table ends at 500; a path or method outside the API needs an answer as well");

/// The catalogue: every refusal, with an example for testers who ask for it by name.
#[rustfmt::skip]
pub static ERRORS: Refusals<Error> = &[
    error("validation_error", "VALIDATION_ERROR", StatusCode::BAD_REQUEST, "a parameter is missing or outside its limits; one message names every fault, joined by `; `", CODES, || Error::Validation("urls.returnUrl is required; amount must be positive".to_owned(), Vec::new())),
    error("unauthorized", "UNAUTHORIZED", StatusCode::UNAUTHORIZED, "the Bearer token is missing or unknown, or a portal call has no session", CODES, || Error::Unauthorized),
    error("permission_denied", "PERMISSION_DENIED", StatusCode::FORBIDDEN, "the kind of payout is not enabled, the channel is not integrated, or csrf_token is wrong", CODES, || Error::PermissionDenied("Insufficient permissions for operation".to_owned(), RIGHT_MISSING)),
    error("internal_error", "INTERNAL_ERROR", StatusCode::INTERNAL_SERVER_ERROR, "only when a rule or the header Playmoney-Fault asks for it, or the sandbox is full", CODES, || Error::Internal),
    error("no_company", "NO_COMPANY", StatusCode::BAD_REQUEST, "a user without a company saves webhook settings", Documented("Developer API, Saving webhook settings; its HTTP status and its text are assumed"), || Error::NoCompany),
    error("not_found", "NOT_FOUND", StatusCode::NOT_FOUND, "the path does not exist", TRANSPORT, || Error::NotFound),
    error("method_not_allowed", "METHOD_NOT_ALLOWED", StatusCode::METHOD_NOT_ALLOWED, "the path exists, but does not accept this HTTP method", TRANSPORT, || Error::MethodNotAllowed("POST")),
    error("rate_limited", "RATE_LIMITED", StatusCode::TOO_MANY_REQUESTS, "more than 30 calls in one second, and the account's `rate_limit` is `enforce`", Assumed("the page asks for at most 30 requests per second and does not name a refusal"), || Error::RateLimited),
];

/// The refusal of that name as a tester asks for it, about a parameter of that call.
pub fn asked_for(name: &str, operation: Option<&Operation>) -> Option<Error> {
    let is_other = operation.is_some_and(|it| it.name != "createPayout"); // the example is that of createPayout
    Some(match (example(ERRORS, name)?, operation.and_then(Operation::blamed)) {
        (Error::Validation(..), Some(it)) if is_other && it.need == Need::Required => {
            Error::wrong(format!("{} is required", it.name), TEXTS)
        }
        (Error::Validation(..), Some(it)) if is_other => Error::wrong(format!("{} is not accepted", it.name), TEXTS),
        (Error::MethodNotAllowed(_), _) if operation.is_some_and(|it| it.method == Method::GET) => Error::MethodNotAllowed("GET"),
        (other, _) => other,
    })
}

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Every fault, joined in the documented order, and what the texts rest on.
    #[error("{0}")]
    Validation(String, Vec<Row>),
    #[error("Invalid or missing Bearer token")]
    Unauthorized,
    #[error("Login required")]
    NoSession,
    /// Why, and what that rests on.
    #[error("{0}")]
    PermissionDenied(String, Row),
    #[error("Internal server error")]
    Internal,
    #[error("No company is linked to this user")]
    NoCompany,
    #[error("Unknown method")]
    NotFound,
    #[error("Method not allowed, use {0}")]
    MethodNotAllowed(&'static str),
    #[error("Too many requests: at most 30 per second")]
    RateLimited,
}

impl Error {
    /// One fault, which that row decides.
    pub fn wrong(text: impl Into<String>, row: Row) -> Self {
        Self::Validation(text.into(), vec![row])
    }

    /// What it rests on beside its row of the catalogue.
    pub fn rests_on(&self) -> &[Row] {
        match self {
            Self::Validation(_, rows) => rows,
            Self::PermissionDenied(_, row) => std::slice::from_ref(row),
            Self::NoSession | Self::NoCompany => &[PORTAL_REFUSALS],
            Self::Unauthorized | Self::Internal | Self::NotFound | Self::MethodNotAllowed(_) | Self::RateLimited => &[],
        }
    }

    /// Its row of the catalogue.
    pub fn row(&self) -> &'static ErrorRow {
        match self {
            Self::Validation(..) => const { refusal(ERRORS, "validation_error") },
            Self::Unauthorized | Self::NoSession => const { refusal(ERRORS, "unauthorized") },
            Self::PermissionDenied(..) => const { refusal(ERRORS, "permission_denied") },
            Self::Internal => const { refusal(ERRORS, "internal_error") },
            Self::NoCompany => const { refusal(ERRORS, "no_company") },
            Self::NotFound => const { refusal(ERRORS, "not_found") },
            Self::MethodNotAllowed(_) => const { refusal(ERRORS, "method_not_allowed") },
            Self::RateLimited => const { refusal(ERRORS, "rate_limited") },
        }
    }

    /// The only function that writes this provider's error body.
    pub fn render(&self) -> Response {
        let row = self.row();
        let result = Refusal { result: Block { error: row.code, message: self.to_string() } };
        let mut response = Response::json(row.status, &result);
        if let Self::MethodNotAllowed(method) = self {
            response.headers.insert(header::ALLOW, HeaderValue::from_static(method));
        }
        response
    }
}

#[derive(Serialize)]
struct Refusal {
    result: Block,
}

#[derive(Serialize)]
struct Block {
    error: &'static str,
    message: String,
}
