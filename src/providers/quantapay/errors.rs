//! Every refusal, and the only function that writes one.

use std::borrow::Cow;

use serde::Serialize;

use crate::engine::tables::ErrorRow;
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::http::{Response, StatusCode};

const CODES: Evidence = Documented("API Overview, Error Codes; that the status is 200 is observed in the sibling product");
const EXPIRED: Evidence = Documented("API Overview, HMAC Signature: rejected with \"Request expired\"; the code is assumed");
const OURS: Evidence = Assumed("the page lists five codes, and none for this");
const ONLY_ASKED_FOR: &str = "only when it is asked for, by a rule or by the header Playmoney-Fault";

const fn row(name: &'static str, code: &'static str, status: StatusCode, when: &'static str, evidence: Evidence) -> ErrorRow {
    ErrorRow { name, code, status, when, evidence }
}

#[rustfmt::skip]
mod catalogue {
    use super::{Assumed, CODES, ErrorRow, EXPIRED, ONLY_ASKED_FOR, OURS, StatusCode, row};

    const OK: StatusCode = StatusCode::OK;

    pub const NO_FUNCTION: ErrorRow = row("missing_function_name", "missing-function-name", OK, "the form has no field `function`; a body of another media type, or none, is a form without fields", CODES);
    pub const NOT_FOUND: ErrorRow = row("function_not_found", "function-not-found", OK, "there is no function of that name", CODES);
    pub const NO_KEY: ErrorRow = row("api_key_not_found", "api-key-not-found", OK, "the form has no field `api-key`, or it is empty or `0`", CODES);
    pub const WRONG_KEY: ErrorRow = row("invalid_api_key", "invalid-api-key", OK, "no account has that key", CODES);
    pub const MISSING: ErrorRow = row("missing_argument", "missing-argument", OK, "a required field is not there; only the first of them is named, and an empty one is there", CODES);
    pub const EXPIRED_REQUEST: ErrorRow = row("request_expired", "request-expired", OK, "the timestamp of a signed request is more than 300 seconds away", EXPIRED);
    pub const SIGNATURE: ErrorRow = row("invalid_signature", "invalid-signature", OK, "the signature is not that of the posted price, currency, order_id and timestamp", OURS);
    pub const INVALID: ErrorRow = row("invalid_argument", "invalid-argument", OK, "a field has a value that cannot be taken", OURS);
    pub const TOO_MANY: ErrorRow = row("too_many_requests", "too-many-requests", StatusCode::TOO_MANY_REQUESTS, "more than 100 calls of an account in one minute, and the account's `rate_limit` is `enforce`", Assumed("API Overview, Rate Limits, says that excessive requests may be throttled: that they are, its status and its code are ours"));
    pub const NO_PATH: ErrorRow = row("not_found", "not-found", StatusCode::NOT_FOUND, "there is no such path", Assumed("no page says how an unknown path is answered"));
    pub const INTERNAL: ErrorRow = row("internal_error", "internal-error", StatusCode::INTERNAL_SERVER_ERROR, ONLY_ASKED_FOR, Assumed("no page documents it; a client has to survive it all the same"));
}

use catalogue::{EXPIRED_REQUEST, INTERNAL, INVALID, MISSING, NO_FUNCTION, NO_KEY, NO_PATH, NOT_FOUND, SIGNATURE, TOO_MANY, WRONG_KEY};

/// The catalogue.
pub const ERRORS: &[ErrorRow] =
    &[NO_FUNCTION, NOT_FOUND, NO_KEY, WRONG_KEY, MISSING, EXPIRED_REQUEST, SIGNATURE, INVALID, TOO_MANY, NO_PATH, INTERNAL];

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    NoFunction,
    NoSuchFunction(String),
    NoKey,
    WrongKey,
    Missing(&'static str),
    Expired,
    Signature,
    /// Which field, and what it has to be.
    Invalid(&'static str, &'static str),
    TooMany,
    NoPath,
    Internal,
}

impl Error {
    /// Its row of the catalogue.
    pub const fn row(&self) -> &'static ErrorRow {
        match self {
            Self::NoFunction => &NO_FUNCTION,
            Self::NoSuchFunction(_) => &NOT_FOUND,
            Self::NoKey => &NO_KEY,
            Self::WrongKey => &WRONG_KEY,
            Self::Missing(_) => &MISSING,
            Self::Expired => &EXPIRED_REQUEST,
            Self::Signature => &SIGNATURE,
            Self::Invalid(..) => &INVALID,
            Self::TooMany => &TOO_MANY,
            Self::NoPath => &NO_PATH,
            Self::Internal => &INTERNAL,
        }
    }

    /// For people.
    fn message(&self) -> Cow<'static, str> {
        match self {
            Self::NoFunction => "Missing function name".into(),
            Self::NoSuchFunction(_) => "Function not found".into(),
            Self::NoKey => "API key not found".into(),
            Self::WrongKey => "Invalid API key".into(),
            Self::Missing(name) => format!("Missing argument: {name}").into(),
            Self::Expired => "Request expired".into(),
            Self::Signature => "Invalid signature".into(),
            Self::Invalid(name, wants) => format!("Invalid argument: {name} {wants}").into(),
            Self::TooMany => "Too many requests".into(),
            Self::NoPath => "Not found".into(),
            Self::Internal => "Internal error".into(),
        }
    }

    /// What the caller can do about it, where the body does not tell.
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoFunction => {
                Some("the function is a field of a POST body, which is a form: urlencoded or multipart; JSON and the query are not read")
            }
            Self::NoKey | Self::WrongKey => Some("GET /__admin/accounts lists the api-key of every account of this sandbox"),
            Self::Expired => Some("timestamp is in unix seconds, and at most 300 away from the clock that the account's `freshness` names"),
            Self::Signature => Some(
                "compare `playmoney sign quantapay --method POST --target /api.php --body FORM`, which shows the text that is signed: price, currency and order_id exactly as they are posted",
            ),
            Self::TooMany | Self::NoSuchFunction(_) | Self::Missing(_) | Self::Invalid(..) | Self::NoPath | Self::Internal => None,
        }
    }

    /// An example of the error of that name, as a tester asks for it.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "missing_function_name" => Self::NoFunction,
            "function_not_found" => Self::NoSuchFunction(String::new()),
            "api_key_not_found" => Self::NoKey,
            "invalid_api_key" => Self::WrongKey,
            "missing_argument" => Self::Missing("price"),
            "request_expired" => Self::Expired,
            "invalid_signature" => Self::Signature,
            "invalid_argument" => Self::Invalid("price", "is a number above zero"),
            "too_many_requests" => Self::TooMany,
            "not_found" => Self::NoPath,
            "internal_error" => Self::Internal,
            _ => return None,
        })
    }

    /// The only function that writes this provider's error body.
    pub fn render(&self) -> Response {
        #[derive(Serialize)]
        struct Refusal<'a> {
            success: bool,
            error_code: &'static str,
            message: &'a str,
        }
        let row = self.row();
        Response::json(row.status, &Refusal { success: false, error_code: row.code, message: &self.message() })
    }
}
