//! Every refusal, and the only function that writes one.

use serde::Serialize;

use crate::engine::tables::ErrorRow;
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::http::{Response, StatusCode};

const TEXT: Evidence = Documented("API Reference, status codes; the text of the message is assumed");
const TOLD_APART: Evidence =
    Documented("API Reference, status codes: the body of a 401 tells the two apart, in these words; its shape is assumed");

const fn row(name: &'static str, code: &'static str, status: StatusCode, when: &'static str, evidence: Evidence) -> ErrorRow {
    ErrorRow { name, code, status, when, evidence }
}

#[rustfmt::skip]
mod catalogue {
    use super::{Assumed, Documented, ErrorRow, StatusCode, TEXT, TOLD_APART, row};

    pub const INVALID: ErrorRow = row("invalid_request", "Invalid request body", StatusCode::BAD_REQUEST, "the body of a POST is no JSON object, or is sent as anything but JSON", Documented("API Reference, status codes; which requests it means, and the text, are assumed"));
    pub const TOKEN: ErrorRow = row("token_invalid", "Token is invalid", StatusCode::UNAUTHORIZED, "the Authorization header is missing or malformed, the signature or Content-MD5 is wrong, the Date is more than 900 seconds old, or the NONCE is no 32 alphanumeric characters or was used before", TOLD_APART);
    pub const API_KEY: ErrorRow = row("api_key_invalid", "API_KEY is invalid", StatusCode::UNAUTHORIZED, "there is no such user id", TOLD_APART);
    pub const NO_INVOICE: ErrorRow = row("invoice_not_found", "Invoice not found", StatusCode::NOT_FOUND, "the merchant has no such invoice", Documented("API Reference, Get An Invoice, sample error"));
    pub const NOT_FOUND: ErrorRow = row("not_found", "Not found", StatusCode::NOT_FOUND, "there is no such path, or not for this method", Assumed("no page says how an unknown path is answered"));
    pub const VALIDATION: ErrorRow = row("validation_error", "can't be blank", StatusCode::UNPROCESSABLE_ENTITY, "a parameter is missing or has a wrong format; each wrong one is named with what is wrong", Documented("API Reference, Create An Invoice, sample error; the texts for other faults are assumed"));
    pub const USAGE: ErrorRow = row("usage_limit", "API usage limit exceeded", StatusCode::SERVICE_UNAVAILABLE, "more than 300 calls of a user in five minutes, and the account's `rate_limit` is `enforce`", TEXT);
    pub const AUTHY: ErrorRow = row("authy_error", "Internal error on Authy", StatusCode::SERVICE_UNAVAILABLE, "only when it is asked for, by a rule or by the header Playmoney-Fault", TEXT);
    pub const ACCESS: ErrorRow = row("access_denied", "You don't have access to this API call", StatusCode::SERVICE_UNAVAILABLE, "only when it is asked for, by a rule or by the header Playmoney-Fault", TEXT);
    pub const INTERNAL: ErrorRow = row("internal_error", "Internal server error", StatusCode::INTERNAL_SERVER_ERROR, "only when it is asked for, by a rule or by the header Playmoney-Fault", Assumed("no page documents it; a client has to survive it all the same"));
}

use catalogue::{ACCESS, API_KEY, AUTHY, INTERNAL, INVALID, NO_INVOICE, NOT_FOUND, TOKEN, USAGE, VALIDATION};

/// The catalogue.
pub const ERRORS: &[ErrorRow] = &[INVALID, TOKEN, API_KEY, NO_INVOICE, NOT_FOUND, VALIDATION, USAGE, AUTHY, ACCESS, INTERNAL];

/// What every operation can be refused with.
pub const COMMON: &[&str] = &["token_invalid", "api_key_invalid", "usage_limit", "authy_error", "access_denied", "internal_error"];

/// What is wrong with a parameter, in the words of the framework behind the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("can't be blank")]
    Blank,
    #[error("is not a number")]
    NotANumber,
    #[error("must be greater than 0")]
    NotPositive,
    #[error("must be less than or equal to {0}")]
    TooLarge(i64),
    /// The price is worth less than the smallest part of a bitcoin.
    #[error("is too small")]
    TooSmall,
    #[error("is too long (maximum is {0} characters)")]
    TooLong(usize),
    #[error("is invalid")]
    Invalid,
}

/// The wrong parameters of one request with what is wrong with each, in the order in which the documentation lists them.
pub type Faults = Vec<(&'static str, Fault)>;

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    NotJson,
    /// The hint says which of its reasons it was.
    TokenInvalid(&'static str),
    ApiKeyInvalid,
    NoSuchInvoice,
    NotFound,
    Fields(Faults),
    UsageLimit,
    Authy,
    AccessDenied,
    Internal,
}

impl Error {
    /// Its row of the catalogue.
    pub const fn row(&self) -> &'static ErrorRow {
        match self {
            Self::NotJson => &INVALID,
            Self::TokenInvalid(_) => &TOKEN,
            Self::ApiKeyInvalid => &API_KEY,
            Self::NoSuchInvoice => &NO_INVOICE,
            Self::NotFound => &NOT_FOUND,
            Self::Fields(_) => &VALIDATION,
            Self::UsageLimit => &USAGE,
            Self::Authy => &AUTHY,
            Self::AccessDenied => &ACCESS,
            Self::Internal => &INTERNAL,
        }
    }

    /// What the caller can do about it, where the body does not tell.
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::TokenInvalid(hint) => Some(hint),
            Self::ApiKeyInvalid => Some("GET /__admin/accounts lists the user ids of this sandbox"),
            Self::NotJson
            | Self::NoSuchInvoice
            | Self::NotFound
            | Self::Fields(_)
            | Self::UsageLimit
            | Self::Authy
            | Self::AccessDenied
            | Self::Internal => None,
        }
    }

    /// An example of the documented error of that name, as a tester asks for it.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "invalid_request" => Self::NotJson,
            "token_invalid" => Self::TokenInvalid(""),
            "api_key_invalid" => Self::ApiKeyInvalid,
            "invoice_not_found" => Self::NoSuchInvoice,
            "not_found" => Self::NotFound,
            "validation_error" => Self::Fields(vec![("price", Fault::Blank)]),
            "usage_limit" => Self::UsageLimit,
            "authy_error" => Self::Authy,
            "access_denied" => Self::AccessDenied,
            "internal_error" => Self::Internal,
            _ => return None,
        })
    }

    /// The only function that writes this provider's error body.
    pub fn render(&self) -> Response {
        let row = self.row();
        let refusal = if let Self::Fields(faults) = self {
            let errors = faults.iter().map(|(name, fault)| (*name, [fault.to_string()])).collect();
            Refusal { status: "fail", message: None, errors: Some(Named(errors)) }
        } else {
            Refusal { status: "fail", message: Some(row.code), errors: None }
        };
        Response::json(row.status, &refusal)
    }
}

#[derive(Serialize)]
struct Refusal {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Named>,
}

/// An object whose members keep their order.
struct Named(Vec<(&'static str, [String; 1])>);

impl Serialize for Named {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, texts)| (name, texts)))
    }
}
