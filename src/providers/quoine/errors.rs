//! Every refusal, and the only function that writes one.

use serde::Serialize;

use super::decisions::{
    CALLBACK_FORMS, CALLS_LIMIT, FAULT_WORDING, LIMIT_STATUS, MESSAGE_TEXTS, ONE_SECRET, PRICE_BOUNDS, TEXT_LENGTHS, UNKNOWN_PATH,
    UNREADABLE_BODY,
};
use crate::engine::tables::bound::{Refusals, error, example, refusal};
use crate::engine::tables::{ErrorRow, Operation, Row};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::http::{Response, StatusCode};

const TEXT: Evidence = Documented("API Reference, status codes; the text of the message is assumed");
const DISTINGUISHED: Evidence =
    Documented("API Reference, status codes: the body of a 401 distinguishes the two, in these words; its form is assumed");

/// The catalogue: every refusal, with an example for testers who ask for it by name.
#[rustfmt::skip]
pub static ERRORS: Refusals<Error> = &[
    error("invalid_request", "Invalid request body", StatusCode::BAD_REQUEST, "the body of a POST is not a JSON object, or its media type is not JSON", Documented("API Reference, status codes; the requests that it means, and the text, are assumed"), || Error::NotJson(UNREADABLE_BODY)),
    error("token_invalid", "Token is invalid", StatusCode::UNAUTHORIZED, "Authorization is missing or malformed, Content-Type, Date or NONCE is missing, the signature or Content-MD5 is wrong, the Date is more than 900 seconds old, or the NONCE is not 32 alphanumeric characters or was used before", DISTINGUISHED, || Error::TokenInvalid("", None)),
    error("api_key_invalid", "API_KEY is invalid", StatusCode::UNAUTHORIZED, "no user has this id", DISTINGUISHED, || Error::ApiKeyInvalid),
    error("invoice_not_found", "Invoice not found", StatusCode::NOT_FOUND, "the merchant has no invoice with this number", Documented("API Reference, Get An Invoice, sample error"), || Error::NoSuchInvoice(None)),
    error("not_found", "Not found", StatusCode::NOT_FOUND, "the path does not exist, or not for this method", Assumed("no page documents the answer for an unknown path"), || Error::NotFound),
    error("validation_error", "can't be blank", StatusCode::UNPROCESSABLE_ENTITY, "a parameter is missing or has a wrong format; the answer names each wrong one and its fault", Documented("API Reference, Create An Invoice, sample error; the texts for other faults are assumed"), || Error::Fields(vec![("price", Fault::Blank)])),
    error("usage_limit", "API usage limit exceeded", StatusCode::SERVICE_UNAVAILABLE, "more than 300 calls of a user in five minutes, and the account's `rate_limit` is `enforce`", TEXT, || Error::UsageLimit),
    error("authy_error", "Internal error on Authy", StatusCode::SERVICE_UNAVAILABLE, "only when a rule or the header Playmoney-Fault asks for it", TEXT, || Error::Authy),
    error("access_denied", "You don't have access to this API call", StatusCode::SERVICE_UNAVAILABLE, "only when a rule or the header Playmoney-Fault asks for it", TEXT, || Error::AccessDenied),
    error("internal_error", "Internal server error", StatusCode::INTERNAL_SERVER_ERROR, "only when a rule or the header Playmoney-Fault asks for it, or the sandbox is full", Assumed("no page documents it, but a client has to survive it"), || Error::Internal),
];

/// The refusal of that name as a tester asks for it, about a parameter of that call.
pub fn asked_for(name: &str, operation: Option<&Operation>) -> Option<Error> {
    Some(match (example(ERRORS, name)?, operation.and_then(Operation::blamed)) {
        (Error::Fields(_), Some(it)) => Error::Fields(vec![(it.name, Fault::Blank)]),
        (other, _) => other,
    })
}

/// The refusals that every operation has.
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
    /// With the decision that it is one.
    NotJson(Row),
    /// With the hint, which names the reason, and with what that rests on beside the page.
    TokenInvalid(&'static str, Option<Row>),
    ApiKeyInvalid,
    /// With the decision that it is one, where the sample does not show the case.
    NoSuchInvoice(Option<Row>),
    NotFound,
    Fields(Faults),
    UsageLimit,
    Authy,
    AccessDenied,
    Internal,
}

impl Fault {
    /// What a refusal of that parameter rests on. `None`: the sample error has it.
    fn cause(self, parameter: &str) -> Option<Row> {
        Some(match self {
            Self::Blank if parameter == "price" => return None,
            Self::NotPositive | Self::TooLarge(_) | Self::TooSmall => PRICE_BOUNDS,
            Self::TooLong(_) => TEXT_LENGTHS,
            Self::Invalid if parameter == "callback" => CALLBACK_FORMS,
            Self::Blank | Self::NotANumber | Self::Invalid => FAULT_WORDING,
        })
    }
}

impl Error {
    /// What it rests on beside its row of the catalogue.
    pub fn rests_on(&self) -> Vec<Row> {
        match self {
            Self::NotJson(row) => vec![*row, MESSAGE_TEXTS],
            Self::TokenInvalid(_, row) => row.iter().copied().chain([ONE_SECRET]).collect(),
            Self::ApiKeyInvalid => vec![ONE_SECRET],
            Self::NoSuchInvoice(row) => row.iter().copied().collect(),
            Self::NotFound => vec![UNKNOWN_PATH],
            Self::Fields(faults) => faults.iter().filter_map(|(name, fault)| fault.cause(name)).collect(),
            Self::UsageLimit => vec![LIMIT_STATUS, CALLS_LIMIT, MESSAGE_TEXTS],
            Self::Authy | Self::AccessDenied => vec![MESSAGE_TEXTS],
            Self::Internal => Vec::new(),
        }
    }

    /// Its row of the catalogue.
    pub fn row(&self) -> &'static ErrorRow {
        match self {
            Self::NotJson(_) => const { refusal(ERRORS, "invalid_request") },
            Self::TokenInvalid(..) => const { refusal(ERRORS, "token_invalid") },
            Self::ApiKeyInvalid => const { refusal(ERRORS, "api_key_invalid") },
            Self::NoSuchInvoice(_) => const { refusal(ERRORS, "invoice_not_found") },
            Self::NotFound => const { refusal(ERRORS, "not_found") },
            Self::Fields(_) => const { refusal(ERRORS, "validation_error") },
            Self::UsageLimit => const { refusal(ERRORS, "usage_limit") },
            Self::Authy => const { refusal(ERRORS, "authy_error") },
            Self::AccessDenied => const { refusal(ERRORS, "access_denied") },
            Self::Internal => const { refusal(ERRORS, "internal_error") },
        }
    }

    /// What the caller can do about it, where the body does not say so.
    pub const fn hint(&self) -> Option<&'static str> {
        if let Self::TokenInvalid(hint, _) = self {
            return Some(hint);
        }
        if matches!(self, Self::ApiKeyInvalid) { Some("GET /__admin/accounts lists the user ids of this sandbox") } else { None }
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
