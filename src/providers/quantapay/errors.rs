//! Every refusal, and the only function that writes one.

use serde::Serialize;

use crate::engine::tables::ErrorRow;
use crate::engine::tables::bound::{Refusals, error, refusal};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::http::{Response, StatusCode};

const CODES: Evidence = Documented("API Overview, Error Codes; that the status is 200 is observed in the sibling product");
const EXPIRED: Evidence = Documented("API Overview, HMAC Signature: rejected with \"Request expired\"; the code is assumed");
const OURS: Evidence = Assumed("the page lists five codes, and none for this");
const ONLY_ASKED_FOR: &str = "only when it is asked for, by a rule or by the header Playmoney-Fault";

/// The catalogue: every refusal, with an example of it for testers who ask for it by name.
#[rustfmt::skip]
pub static ERRORS: Refusals<Error> = &[
    error("missing_function_name", "missing-function-name", StatusCode::OK, "the form has no field `function`; a body of another media type, or none, is a form without fields", CODES, || Error::NoFunction),
    error("function_not_found", "function-not-found", StatusCode::OK, "there is no function of that name", CODES, || Error::NoSuchFunction(String::new())),
    error("api_key_not_found", "api-key-not-found", StatusCode::OK, "the form has no field `api-key`, or it is empty or `0`", CODES, || Error::NoKey),
    error("invalid_api_key", "invalid-api-key", StatusCode::OK, "no account has that key", CODES, || Error::WrongKey),
    error("missing_argument", "missing-argument", StatusCode::OK, "a required field is not there; only the first of them is named, and an empty one is there", CODES, || Error::Missing("price")),
    error("request_expired", "request-expired", StatusCode::OK, "the timestamp of a signed request is more than 300 seconds away", EXPIRED, || Error::Expired),
    error("invalid_signature", "invalid-signature", StatusCode::OK, "the signature is not that of the posted price, currency, order_id and timestamp", OURS, || Error::Signature),
    error("invalid_argument", "invalid-argument", StatusCode::OK, "a field has a value that cannot be taken", OURS, || Error::Invalid("price", "is a number above zero")),
    error("too_many_requests", "too-many-requests", StatusCode::TOO_MANY_REQUESTS, "more than 100 calls of an account in one minute, and the account's `rate_limit` is `enforce`", Assumed("API Overview, Rate Limits, says that excessive requests may be throttled: that they are, its status and its code are ours"), || Error::TooMany),
    error("not_found", "not-found", StatusCode::NOT_FOUND, "there is no such path", Assumed("no page says how an unknown path is answered"), || Error::NoPath),
    error("internal_error", "internal-error", StatusCode::INTERNAL_SERVER_ERROR, ONLY_ASKED_FOR, Assumed("no page documents it; a client has to survive it all the same"), || Error::Internal),
];

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
    Missing(&'static str),
    #[error("Request expired")]
    Expired,
    #[error("Invalid signature")]
    Signature,
    /// Which field, and what it has to be.
    #[error("Invalid argument: {0} {1}")]
    Invalid(&'static str, &'static str),
    #[error("Too many requests")]
    TooMany,
    #[error("Not found")]
    NoPath,
    #[error("Internal error")]
    Internal,
}

impl Error {
    /// Its row of the catalogue.
    pub fn row(&self) -> &'static ErrorRow {
        match self {
            Self::NoFunction => const { refusal(ERRORS, "missing_function_name") },
            Self::NoSuchFunction(_) => const { refusal(ERRORS, "function_not_found") },
            Self::NoKey => const { refusal(ERRORS, "api_key_not_found") },
            Self::WrongKey => const { refusal(ERRORS, "invalid_api_key") },
            Self::Missing(_) => const { refusal(ERRORS, "missing_argument") },
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
                "the function is a field of a POST body, which is a form: urlencoded or multipart; JSON and the query are not read",
            );
        }
        if let Self::NoKey | Self::WrongKey = self {
            return Some("GET /__admin/accounts lists the api-key of every account of this sandbox");
        }
        if let Self::Expired = self {
            return Some("timestamp is in unix seconds, and at most 300 away from the clock that the account's `freshness` names");
        }
        if let Self::Signature = self {
            return Some(
                "compare `playmoney sign quantapay --method POST --target /api.php --body FORM`, which shows the text that is signed: price, currency and order_id exactly as they are posted",
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
