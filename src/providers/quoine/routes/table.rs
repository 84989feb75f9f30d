//! The documentation's endpoint reference.

use super::{Handler, Method, Route, create_invoice, get_invoice, get_profile, list_invoices, update_callback_url};
use crate::engine::tables::{Auth, Operation};
use crate::kit::evidence::Evidence::Documented;
use crate::kit::http::StatusCode;
use crate::providers::quoine::errors::COMMON;
use crate::providers::quoine::wire::{
    CALLBACK_UPDATED, CREATE_INVOICE, GET_INVOICE, HEADERS, INVOICE, INVOICE_BY_ID, INVOICES, LIST_INVOICES, MERCHANT_PROFILE, SCHEME,
    UPDATE_CALLBACK_URL,
};

const SIGNED: Auth = Auth::Signed {
    scheme: SCHEME,
    how: "then the user id, a colon and the base64 HMAC-SHA1, under the user's secret as it is written, of Content-Type, Content-MD5 (an empty slot when it is not sent), path and query, Date and NONCE, joined by commas",
};
const JSON: &[&str] = &["application/json"];

/// Every documented call.
pub static ROUTES: &[Route<Operation, Handler>] = &[
    Route(
        Operation {
            name: "createInvoice",
            method: Method::POST,
            path: "/api/v1/invoices",
            auth: SIGNED,
            summary: "makes an invoice over a price in the merchant's currency, with an address to which the payer can pay bitcoins for 30 minutes",
            media: JSON,
            headers: HEADERS,
            parameters: CREATE_INVOICE,
            success: StatusCode::OK,
            answer: INVOICE,
            errors: &[
                "invalid_request",
                "token_invalid",
                "api_key_invalid",
                "validation_error",
                "usage_limit",
                "authy_error",
                "access_denied",
                "internal_error",
            ],
            makes: Some("invoice"),
            example: Some(r#"{"price":500,"name":"invoice name","data":"any data"}"#),
            evidence: Documented("API Reference, Create An Invoice"),
        },
        create_invoice,
    ),
    Route(
        Operation {
            name: "getInvoice",
            method: Method::GET,
            path: "/api/v1/invoices/{id}",
            auth: SIGNED,
            summary: "one invoice",
            media: &[],
            headers: HEADERS,
            parameters: GET_INVOICE,
            success: StatusCode::OK,
            answer: INVOICE_BY_ID,
            errors: &[
                "token_invalid",
                "api_key_invalid",
                "invoice_not_found",
                "usage_limit",
                "authy_error",
                "access_denied",
                "internal_error",
            ],
            makes: None,
            example: None,
            evidence: Documented("API Reference, Get An Invoice"),
        },
        get_invoice,
    ),
    Route(
        Operation {
            name: "listInvoices",
            method: Method::GET,
            path: "/api/v1/invoices",
            auth: SIGNED,
            summary: "the merchant's invoices, page by page",
            media: &[],
            headers: HEADERS,
            parameters: LIST_INVOICES,
            success: StatusCode::OK,
            answer: INVOICES,
            errors: COMMON,
            makes: None,
            example: None,
            evidence: Documented("API Reference, Get All Invoices"),
        },
        list_invoices,
    ),
    Route(
        Operation {
            name: "getProfile",
            method: Method::GET,
            path: "/api/v1/profile",
            auth: SIGNED,
            summary: "the merchant's profile",
            media: &[],
            headers: HEADERS,
            parameters: &[],
            success: StatusCode::OK,
            answer: MERCHANT_PROFILE,
            errors: COMMON,
            makes: None,
            example: None,
            evidence: Documented("API Reference, Get Profile"),
        },
        get_profile,
    ),
    Route(
        Operation {
            name: "updateCallbackUrl",
            method: Method::POST,
            path: "/api/v1/payments_callback_url",
            auth: SIGNED,
            summary: "sets the address of callbacks",
            media: JSON,
            headers: HEADERS,
            parameters: UPDATE_CALLBACK_URL,
            success: StatusCode::OK,
            answer: CALLBACK_UPDATED,
            errors: &[
                "invalid_request",
                "token_invalid",
                "api_key_invalid",
                "validation_error",
                "usage_limit",
                "authy_error",
                "access_denied",
                "internal_error",
            ],
            makes: None,
            example: Some(r#"{"callback":"https://merchant.com/callback"}"#),
            evidence: Documented("API Reference, Update Notification URL"),
        },
        update_callback_url,
    ),
];
