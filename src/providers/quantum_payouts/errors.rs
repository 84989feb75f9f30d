//! Every refusal, and the only function that writes one.

use serde::Serialize;

use crate::engine::tables::ErrorRow;
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::http::{HeaderValue, Response, StatusCode, header};

const CODES: Evidence = Documented("Developer API, Error Codes");
const TRANSPORT: Evidence = Assumed("the code table ends at 500; a path or method outside the API has to be answered somehow");

const VALIDATION: ErrorRow = ErrorRow {
    name: "validation_error",
    code: "VALIDATION_ERROR",
    status: StatusCode::BAD_REQUEST,
    when: "a parameter is missing or outside its limits; one message names every fault, joined by `; `",
    evidence: CODES,
};
const UNAUTHORIZED: ErrorRow = ErrorRow {
    name: "unauthorized",
    code: "UNAUTHORIZED",
    status: StatusCode::UNAUTHORIZED,
    when: "the Bearer token is missing or unknown, or a portal call has no session",
    evidence: CODES,
};
const DENIED: ErrorRow = ErrorRow {
    name: "permission_denied",
    code: "PERMISSION_DENIED",
    status: StatusCode::FORBIDDEN,
    when: "the kind of payout is not enabled, the channel is not integrated, or csrf_token is wrong",
    evidence: CODES,
};
const INTERNAL: ErrorRow = ErrorRow {
    name: "internal_error",
    code: "INTERNAL_ERROR",
    status: StatusCode::INTERNAL_SERVER_ERROR,
    when: "only when it is asked for, by a rule or by the header Playmoney-Fault",
    evidence: CODES,
};
const NO_COMPANY: ErrorRow = ErrorRow {
    name: "no_company",
    code: "NO_COMPANY",
    status: StatusCode::BAD_REQUEST,
    when: "webhook settings are saved by a user without a company",
    evidence: Assumed("the code is documented under Saving webhook settings, its HTTP status is not"),
};
const NOT_FOUND: ErrorRow =
    ErrorRow { name: "not_found", code: "NOT_FOUND", status: StatusCode::NOT_FOUND, when: "there is no such method", evidence: TRANSPORT };
const NOT_ALLOWED: ErrorRow = ErrorRow {
    name: "method_not_allowed",
    code: "METHOD_NOT_ALLOWED",
    status: StatusCode::METHOD_NOT_ALLOWED,
    when: "the path exists, but not for this HTTP method",
    evidence: TRANSPORT,
};
const RATE_LIMITED: ErrorRow = ErrorRow {
    name: "rate_limited",
    code: "RATE_LIMITED",
    status: StatusCode::TOO_MANY_REQUESTS,
    when: "more than 30 calls in one second, and the account's `rate_limit` is `enforce`",
    evidence: Assumed("the page asks for at most 30 requests per second and names no refusal"),
};

/// The catalogue.
pub const ERRORS: &[ErrorRow] = &[VALIDATION, UNAUTHORIZED, DENIED, INTERNAL, NO_COMPANY, NOT_FOUND, NOT_ALLOWED, RATE_LIMITED];

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Every fault, joined in the documented order.
    #[error("{0}")]
    Validation(String),
    #[error("Invalid or missing Bearer token")]
    Unauthorized,
    #[error("Login required")]
    NoSession,
    #[error("{0}")]
    PermissionDenied(String),
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
    /// Its row of the catalogue.
    pub fn row(&self) -> &'static ErrorRow {
        match self {
            Self::Validation(_) => &VALIDATION,
            Self::Unauthorized | Self::NoSession => &UNAUTHORIZED,
            Self::PermissionDenied(_) => &DENIED,
            Self::Internal => &INTERNAL,
            Self::NoCompany => &NO_COMPANY,
            Self::NotFound => &NOT_FOUND,
            Self::MethodNotAllowed(_) => &NOT_ALLOWED,
            Self::RateLimited => &RATE_LIMITED,
        }
    }

    /// An example of the documented error of that name, as a tester asks for it.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "validation_error" => Self::Validation("urls.returnUrl is required; amount must be positive".to_owned()),
            "unauthorized" => Self::Unauthorized,
            "permission_denied" => Self::PermissionDenied("Insufficient permissions for operation".to_owned()),
            "internal_error" => Self::Internal,
            "no_company" => Self::NoCompany,
            "not_found" => Self::NotFound,
            "method_not_allowed" => Self::MethodNotAllowed("POST"),
            "rate_limited" => Self::RateLimited,
            _ => return None,
        })
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
