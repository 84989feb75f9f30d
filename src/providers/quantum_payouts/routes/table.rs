//! The documentation's endpoint reference.

use super::{Handler, Method, Route, create_payout, features, get_payout_status, perform_payout, webhook_save, webhook_test};
use crate::engine::tables::{Auth, Operation};
use crate::kit::evidence::Evidence::Documented;
use crate::kit::http::StatusCode;
use crate::providers::quantum_payouts::auth::COOKIE;
use crate::providers::quantum_payouts::wire::{
    CREATE_PAYOUT, FEATURE_FLAGS, GET_HEADERS, GET_PAYOUT_STATUS, PAYOUT_CREATED, PAYOUT_PERFORMED, PAYOUT_STATUS, PERFORM_PAYOUT,
    POST_HEADERS, WEBHOOK_SAVE, WEBHOOK_SAVED, WEBHOOK_TEST, WEBHOOK_TESTED,
};

const SESSION: Auth = Auth::Session { cookie: COOKIE };
const JSON: &[&str] = &["application/json"];
const JSON_OR_FORM: &[&str] = &["application/json", "application/x-www-form-urlencoded"];

/// Every documented call.
pub static ROUTES: &[Route<Operation, Handler>] = &[
    Route(
        Operation {
            name: "createPayout",
            method: Method::POST,
            path: "/api/v1/createPayout",
            auth: Auth::Bearer,
            summary: "registers a payout and answers a link to the page on which the recipient enters a card or a phone number",
            media: JSON,
            headers: POST_HEADERS,
            parameters: CREATE_PAYOUT,
            success: StatusCode::OK,
            answer: PAYOUT_CREATED,
            errors: &["validation_error", "unauthorized", "permission_denied", "rate_limited", "internal_error"],
            makes: Some("payout"),
            example: Some(
                r#"{"orderNumber":"ORDER_12345","amount":150000,"description":"Payout for order #12345","sessionTimeoutSecs":1800,"type":"card","urls":{"returnUrl":"https://your-site.com/success","failUrl":"https://your-site.com/fail"}}"#,
            ),
            evidence: Documented("Developer API, Create Payout"),
        },
        create_payout,
    ),
    Route(
        Operation {
            name: "performPayout",
            method: Method::POST,
            path: "/api/v1/performPayout",
            auth: Auth::Bearer,
            summary: "registers a payout to a card and hands it to the bank in one call; a second call with the same orderNumber answers the stored payout",
            media: JSON,
            headers: POST_HEADERS,
            parameters: PERFORM_PAYOUT,
            success: StatusCode::OK,
            answer: PAYOUT_PERFORMED,
            errors: &["validation_error", "unauthorized", "permission_denied", "rate_limited", "internal_error"],
            makes: Some("payout"),
            example: Some(
                r#"{"orderNumber":"ORDER_12345","amount":150000,"description":"One-time payout","target":{"pan":"4111111111111111"}}"#,
            ),
            evidence: Documented("Developer API, Perform Single Payout"),
        },
        perform_payout,
    ),
    Route(
        Operation {
            name: "getPayoutStatus",
            method: Method::POST,
            path: "/api/v1/getPayoutStatus",
            auth: Auth::Bearer,
            summary: "the status of a payout",
            media: JSON,
            headers: POST_HEADERS,
            parameters: GET_PAYOUT_STATUS,
            success: StatusCode::OK,
            answer: PAYOUT_STATUS,
            errors: &["validation_error", "unauthorized", "rate_limited", "internal_error"],
            makes: None,
            example: Some(r#"{"orderNumber":"ORDER_12345"}"#),
            evidence: Documented("Developer API, Get Payout Status"),
        },
        get_payout_status,
    ),
    Route(
        Operation {
            name: "features",
            method: Method::GET,
            path: "/api/v1/features",
            auth: Auth::Bearer,
            summary: "what the token may do",
            media: &[],
            headers: GET_HEADERS,
            parameters: &[],
            success: StatusCode::OK,
            answer: FEATURE_FLAGS,
            errors: &["validation_error", "unauthorized", "rate_limited", "internal_error"],
            makes: None,
            example: None,
            evidence: Documented("Developer API, System Features"),
        },
        features,
    ),
    Route(
        Operation {
            name: "webhook_save",
            method: Method::POST,
            path: "/api/v1/webhook_save",
            auth: SESSION,
            summary: "saves the webhook settings of the portal",
            media: JSON_OR_FORM,
            headers: &[],
            parameters: WEBHOOK_SAVE,
            success: StatusCode::OK,
            answer: WEBHOOK_SAVED,
            errors: &["validation_error", "unauthorized", "permission_denied", "no_company", "internal_error"],
            makes: None,
            example: None,
            evidence: Documented("Developer API, Saving webhook settings (portal UI)"),
        },
        webhook_save,
    ),
    Route(
        Operation {
            name: "webhook_test",
            method: Method::POST,
            path: "/api/v1/webhook_test",
            auth: SESSION,
            summary: "sends a test event once and answers with the receiver's status",
            media: JSON_OR_FORM,
            headers: &[],
            parameters: WEBHOOK_TEST,
            success: StatusCode::OK,
            answer: WEBHOOK_TESTED,
            errors: &["validation_error", "unauthorized", "permission_denied", "no_company", "internal_error"],
            makes: None,
            example: None,
            evidence: Documented("Developer API, Saving webhook settings (portal UI): Test delivery"),
        },
        webhook_test,
    ),
];
