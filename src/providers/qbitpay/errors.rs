//! Every refusal, and the only function that writes one.

use serde::Serialize;

use super::decisions::{
    ANOTHER_MERCHANTS_OBJECT, CHARGE_LIMITS, CHARGE_NOT_PENDING, FORBIDDEN_TEXT, NESTED_FIELDS, PAYOUT_NOT_FOUND, RATE_LIMIT,
    SERVER_ERROR_TEXT, TEXTS, UNKNOWN_PAIR, UNKNOWN_PATH, VALIDATION_DETAIL, VALIDATION_STATUS,
};
use crate::engine::tables::bound::{Refusals, error, example, refusal};
use crate::engine::tables::{ErrorRow, Operation, Row};
use crate::kit::evidence::Evidence::{self, Documented, Observed};
use crate::kit::fields::Need;
use crate::kit::http::{Response, StatusCode};

/// The type of almost every refusal: the caller's fault.
const INVALID: &str = "invalid_request_error";

const TABLE: Evidence = Documented("API reference, Errors: status codes and types; the text is that of a later product's server");
const ENGLISH: Evidence = Documented("API reference, Errors: 402, the parameters were valid but the request failed; the text is assumed");
const FAILING: Evidence = Documented(
    "API reference, Errors: 500, 502, 503, 504, something went wrong on QbitPay's end; type api_error; the text is assumed to be the name of the status, as that of 500 is",
);
const SERVER: Evidence = Observed("the server of a later product by the same team answers in these words");

/// When the errors of the provider's own servers come.
const ASKED_FOR: &str = "only when a rule or the header Playmoney-Fault requests it";

/// The catalogue: every refusal, with an example for testers who request it by name.
#[rustfmt::skip]
pub static ERRORS: Refusals<Error> = &[
    error("validation_failed", INVALID, StatusCode::BAD_REQUEST, "a parameter is missing or wrong; `detail` names every one", TABLE, || Error::Validation(vec![Fault::missing("amount")])),
    error("invalid_json", INVALID, StatusCode::BAD_REQUEST, "the body is not a JSON object", Documented("API reference, Errors: 400, the request was unacceptable; the text is assumed"), || Error::NotJson),
    error("authentication_error", "authentication_error", StatusCode::UNAUTHORIZED, "the HTTP Basic authentication is missing, or its API key is not valid", Documented("API reference, Errors: 401, and its text"), || Error::Unauthorized),
    error("insufficient_balance", INVALID, StatusCode::PAYMENT_REQUIRED, "the available balance is too small", ENGLISH, || Error::Balance),
    error("limit_exceeded", INVALID, StatusCode::PAYMENT_REQUIRED, "the amount lies outside the account's limits", ENGLISH, || Error::Limit("below the minimum of 5".to_owned(), CHARGE_LIMITS)),
    error("wrong_state", INVALID, StatusCode::PAYMENT_REQUIRED, "the charge is not pending any more", ENGLISH, || Error::State),
    error("forbidden", INVALID, StatusCode::FORBIDDEN, "the key has no permission, or the object is another merchant's", TABLE, || Error::Forbidden(FORBIDDEN_TEXT)),
    error("rate_limit_error", "rate_limit_error", StatusCode::FORBIDDEN, "more than 20 calls in one second, and the account's `rate_limit` is `enforce`", Documented("earlier Chinese page, status table: too many concurrent calls are 403; the figure is assumed"), || Error::TooMany),
    error("invalid_cursor", INVALID, StatusCode::NOT_FOUND, "starting_after or ending_before is not the id of an item in this list", SERVER, || Error::Cursor("starting_after")),
    error("object_not_found", INVALID, StatusCode::NOT_FOUND, "no object has that id", Documented("API reference, Errors: 404; the words are those of a later product's server"), || Error::Nothing("Payout")),
    error("not_found", INVALID, StatusCode::NOT_FOUND, "the path does not exist, or not for this method", Documented("earlier Chinese page, error types: a wrong address is an invalid request; the text is assumed"), || Error::NoPath),
    error("api_error", "api_error", StatusCode::INTERNAL_SERVER_ERROR, "only when a rule or the header Playmoney-Fault requests it, or the sandbox is full", Documented("API reference, Errors: 500, api_error; the text is that of a later product's server"), || Error::Server(StatusCode::INTERNAL_SERVER_ERROR)),
    error("bad_gateway", "api_error", StatusCode::BAD_GATEWAY, ASKED_FOR, FAILING, || Error::Server(StatusCode::BAD_GATEWAY)),
    error("service_unavailable", "api_error", StatusCode::SERVICE_UNAVAILABLE, ASKED_FOR, FAILING, || Error::Server(StatusCode::SERVICE_UNAVAILABLE)),
    error("gateway_timeout", "api_error", StatusCode::GATEWAY_TIMEOUT, ASKED_FOR, FAILING, || Error::Server(StatusCode::GATEWAY_TIMEOUT)),
];

/// The refusal of that name as a tester asks for it, about a parameter or the object of that call.
pub fn asked_for(name: &str, operation: Option<&Operation>) -> Option<Error> {
    let field = operation.and_then(Operation::blamed);
    let object = operation.map_or("", |it| it.path).strip_prefix("/api/v1/").and_then(|it| it.split('/').next());
    Some(match (example(ERRORS, name)?, field) {
        (Error::Validation(_), Some(it)) if it.need == Need::Required => Error::Validation(vec![Fault::missing(it.name)]),
        (Error::Validation(_), Some(it)) => Error::Validation(vec![Fault::invalid(it.name, "is not accepted")]),
        (Error::Nothing(usual), _) => Error::Nothing(match object {
            Some("charges") => "Charge",
            Some("orders") => "Order",
            Some("balanceTransactions") => "BalanceTransaction",
            Some("markets") => "Symbol",
            _ => usual,
        }),
        (other, _) => other,
    })
}

/// What is wrong with one parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub message: String,
    pub code: &'static str,
    pub field: &'static str,
    /// What the provider does not say: it stands beside the answer.
    #[serde(skip)]
    pub hint: Option<&'static str>,
    /// What its words rest on.
    #[serde(skip)]
    pub rests_on: Row,
}

impl Fault {
    /// A required parameter is missing.
    pub fn missing(field: &'static str) -> Self {
        let rests_on = if field.contains('.') { NESTED_FIELDS } else { VALIDATION_DETAIL };
        Self { message: "required".to_owned(), code: "missing_field", field, hint: None, rests_on }
    }

    /// A parameter has a wrong value.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self { message: message.into(), code: "invalid", field, hint: None, rests_on: TEXTS }
    }
}

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("Validation Failed")]
    Validation(Vec<Fault>),
    #[error("Invalid JSON body")]
    NotJson,
    #[error("No valid API key provided")]
    Unauthorized,
    #[error("Insufficient balance")]
    Balance,
    /// Which bound, in words, and what it rests on.
    #[error("Amount is {0}")]
    Limit(String, Row),
    #[error("Charge status can not be updated")]
    State,
    /// What the case rests on.
    #[error("Forbidden")]
    Forbidden(Row),
    #[error("Too many requests")]
    TooMany,
    /// The parameter whose id is not in the list.
    #[error("Params {0} is invalid")]
    Cursor(&'static str),
    /// The kind of object.
    #[error("{0} not found")]
    Nothing(&'static str),
    #[error("Not Found")]
    NoPath,
    /// The provider's own fault, with its status.
    #[error("{}", .0.canonical_reason().unwrap_or_default())]
    Server(StatusCode),
}

impl Error {
    /// Something that holds for every call does not hold.
    pub const INTERNAL: Self = Self::Server(StatusCode::INTERNAL_SERVER_ERROR);
    /// The object is another merchant's.
    pub const FOREIGN: Self = Self::Forbidden(ANOTHER_MERCHANTS_OBJECT);

    /// Its row of the catalogue.
    pub fn row(&self) -> &'static ErrorRow {
        match self {
            Self::Validation(_) => const { refusal(ERRORS, "validation_failed") },
            Self::NotJson => const { refusal(ERRORS, "invalid_json") },
            Self::Unauthorized => const { refusal(ERRORS, "authentication_error") },
            Self::Balance => const { refusal(ERRORS, "insufficient_balance") },
            Self::Limit(..) => const { refusal(ERRORS, "limit_exceeded") },
            Self::State => const { refusal(ERRORS, "wrong_state") },
            Self::Forbidden(_) => const { refusal(ERRORS, "forbidden") },
            Self::TooMany => const { refusal(ERRORS, "rate_limit_error") },
            Self::Cursor(_) => const { refusal(ERRORS, "invalid_cursor") },
            Self::Nothing(_) => const { refusal(ERRORS, "object_not_found") },
            Self::NoPath => const { refusal(ERRORS, "not_found") },
            Self::Server(StatusCode::BAD_GATEWAY) => const { refusal(ERRORS, "bad_gateway") },
            Self::Server(StatusCode::SERVICE_UNAVAILABLE) => const { refusal(ERRORS, "service_unavailable") },
            Self::Server(StatusCode::GATEWAY_TIMEOUT) => const { refusal(ERRORS, "gateway_timeout") },
            Self::Server(_) => const { refusal(ERRORS, "api_error") },
        }
    }

    /// What it rests on beside its row of the catalogue.
    pub fn rests_on(&self) -> Vec<Row> {
        match self {
            Self::Validation(faults) => faults.iter().map(|it| it.rests_on).chain([VALIDATION_STATUS]).collect(),
            Self::Limit(_, row) | Self::Forbidden(row) => vec![*row],
            Self::State => vec![CHARGE_NOT_PENDING],
            Self::TooMany => vec![RATE_LIMIT],
            Self::Nothing("Payout") => vec![PAYOUT_NOT_FOUND],
            Self::Nothing("Symbol") => vec![UNKNOWN_PAIR],
            Self::NoPath => vec![UNKNOWN_PATH],
            Self::Server(StatusCode::INTERNAL_SERVER_ERROR) => vec![SERVER_ERROR_TEXT],
            Self::NotJson | Self::Balance | Self::Nothing(_) | Self::Server(_) => vec![TEXTS],
            Self::Unauthorized | Self::Cursor(_) => Vec::new(),
        }
    }

    /// What stands beside the answer.
    pub fn hint(&self) -> Option<&'static str> {
        if let Self::Validation(faults) = self { faults.iter().find_map(|it| it.hint) } else { None }
    }

    /// The only function that writes this provider's error body.
    pub fn render(&self) -> Response {
        #[derive(Serialize)]
        struct Refusal<'a> {
            r#type: &'static str,
            message: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            detail: Option<&'a [Fault]>,
        }
        let row = self.row();
        let detail = if let Self::Validation(faults) = self { Some(faults.as_slice()) } else { None };
        Response::json(row.status, &Refusal { r#type: row.code, message: self.to_string(), detail })
    }
}
