//! Every refusal, and the only function that writes one.

use serde::Serialize;

use super::decisions::{EMPTY_FUNCTION, FORMS_READ, MESSAGES, PRICE_BOUNDS, REFUSAL_STATUS, SIGNATURE_REFUSALS, THROTTLING, VALUE_BOUNDS};
use crate::engine::tables::bound::{Refusals, error, example, refusal};
use crate::engine::tables::{ErrorRow, Operation, Row};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::fields::Need;
use crate::kit::http::{Response, StatusCode};

const CODES: Evidence =
    Documented("API Overview, Error Codes; the status 200 is observed in the sibling product, and the message is assumed");
const EXPIRED: Evidence = Documented("API Overview, HMAC Signature: rejected with \"Request expired\"; the code is assumed");
const OURS: Evidence = Assumed("the page lists five codes, and none of them fits");

/// The catalogue: every refusal, with an example for testers who ask for it by name.
#[rustfmt::skip]
pub static ERRORS: Refusals<Error> = &[
    error("missing_function_name", "missing-function-name", StatusCode::OK, "the form has no field `function`; an empty body, or one of another media type, is a form without fields", CODES, || Error::NoFunction),
    error("function_not_found", "function-not-found", StatusCode::OK, "no function has this name", CODES, || Error::NoSuchFunction(String::new())),
    error("api_key_not_found", "api-key-not-found", StatusCode::OK, "the form has no field `api-key`, or it is empty or `0`", CODES, || Error::NoKey),
    error("invalid_api_key", "invalid-api-key", StatusCode::OK, "no account has this key", CODES, || Error::WrongKey),
    error("missing_argument", "missing-argument", StatusCode::OK, "a required field is missing; only the first one is named, and an empty field is not missing", CODES, || Error::Missing("price", None)),
    error("request_expired", "request-expired", StatusCode::OK, "the timestamp of a signed request differs by more than 300 seconds from the clock", EXPIRED, || Error::Expired),
    error("invalid_signature", "invalid-signature", StatusCode::OK, "the signature does not match the posted price, currency, order_id and timestamp", OURS, || Error::Signature),
    error("invalid_argument", "invalid-argument", StatusCode::OK, "a field has a value that is not accepted", OURS, || Error::Invalid("price", "is a number above zero", PRICE_BOUNDS)),
    error("too_many_requests", "too-many-requests", StatusCode::TOO_MANY_REQUESTS, "more than 100 calls of an account in one minute, and the account's `rate_limit` is `enforce`", Assumed("API Overview, Rate Limits, says that excessive requests may be throttled; the limit, the status and the code are ours"), || Error::TooMany),
    error("not_found", "not-found", StatusCode::NOT_FOUND, "the path does not exist", Assumed("no page says how an unknown path is answered"), || Error::NoPath),
    error("internal_error", "internal-error", StatusCode::INTERNAL_SERVER_ERROR, "only when a rule or the header Playmoney-Fault asks for it, or the sandbox is full", Assumed("no page documents it, but a client has to survive it"), || Error::Internal),
];

/// The refusal of that name as a tester asks for it, about a field of that function.
pub fn asked_for(name: &str, operation: Option<&Operation>) -> Option<Error> {
    let field = operation.and_then(Operation::blamed);
    Some(match (example(ERRORS, name)?, field) {
        (Error::Missing(..), Some(it)) if it.need == Need::Required => Error::Missing(it.name, None),
        (Error::Invalid(example, ..), Some(it)) if it.name != example => Error::Invalid(it.name, "is not accepted", VALUE_BOUNDS),
        (other, _) => other,
    })
}

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("Missing function name")]
    NoFunction,
    #[error("Function not found")]
    NoSuchFunction(String),
    #[error("API key not found")]
    NoKey,
    #[error("Invalid API key")]
    WrongKey,
    #[error("Missing argument: {0}")]
    Missing(&'static str, Option<Row>),
    #[error("Request expired")]
    Expired,
    #[error("Invalid signature")]
    Signature,
    /// The field, what it must be, and the decision that says so.
    #[error("Invalid argument: {0} {1}")]
    Invalid(&'static str, &'static str, Row),
    #[error("Too many requests")]
    TooMany,
    #[error("Not found")]
    NoPath,
    #[error("Internal error")]
    Internal,
}

impl Error {
    /// What it rests on beside its row of the catalogue.
    pub fn rests_on(&self) -> Vec<Row> {
        let own = match self {
            Self::NoFunction => Some(FORMS_READ),
            Self::NoSuchFunction(name) if name.is_empty() => Some(EMPTY_FUNCTION),
            Self::Missing(_, row) => *row,
            Self::Expired => return vec![SIGNATURE_REFUSALS, REFUSAL_STATUS],
            Self::Signature => Some(SIGNATURE_REFUSALS),
            Self::Invalid(_, _, row) => Some(*row),
            Self::TooMany => return vec![THROTTLING],
            Self::NoPath | Self::Internal => return Vec::new(),
            Self::NoSuchFunction(_) | Self::NoKey | Self::WrongKey => None,
        };
        own.into_iter().chain([MESSAGES, REFUSAL_STATUS]).collect()
    }

    /// Its row of the catalogue.
    pub fn row(&self) -> &'static ErrorRow {
        match self {
            Self::NoFunction => const { refusal(ERRORS, "missing_function_name") },
            Self::NoSuchFunction(_) => const { refusal(ERRORS, "function_not_found") },
            Self::NoKey => const { refusal(ERRORS, "api_key_not_found") },
            Self::WrongKey => const { refusal(ERRORS, "invalid_api_key") },
            Self::Missing(..) => const { refusal(ERRORS, "missing_argument") },
            Self::Expired => const { refusal(ERRORS, "request_expired") },
            Self::Signature => const { refusal(ERRORS, "invalid_signature") },
            Self::Invalid(..) => const { refusal(ERRORS, "invalid_argument") },
            Self::TooMany => const { refusal(ERRORS, "too_many_requests") },
            Self::NoPath => const { refusal(ERRORS, "not_found") },
            Self::Internal => const { refusal(ERRORS, "internal_error") },
        }
    }

    /// What the caller can do about it, where the body does not say so.
    pub const fn hint(&self) -> Option<&'static str> {
        if let Self::NoFunction = self {
            return Some(
                "send the function as a form field in the body of a POST, urlencoded or multipart; JSON and the query are not read",
            );
        }
        if let Self::NoKey | Self::WrongKey = self {
            return Some("GET /__admin/accounts lists the api-key of every account of this sandbox");
        }
        if let Self::Expired = self {
            return Some("timestamp is in unix seconds and differs by at most 300 from the clock that the account's `freshness` names");
        }
        if let Self::Signature = self {
            return Some(
                "compare `playmoney sign quantapay --method POST --target /api.php --body FORM`, which shows the signed text: price, currency and order_id exactly as they are posted",
            );
        }
        None
    }

    /// The only function that writes this provider's error body.
    pub fn render(&self) -> Response {
        #[derive(Serialize)]
        struct Refusal {
            success: bool,
            error_code: &'static str,
            message: String,
        }
        let row = self.row();
        Response::json(row.status, &Refusal { success: false, error_code: row.code, message: self.to_string() })
    }
}
