//! The documentation's core resources, in its order.

use http::Method;

use super::{Handler, Route, endpoints, orders, transactions, users, wallets};
use crate::engine::tables::{Auth, Operation};
use crate::kit::evidence::Evidence::{self, Documented};
use crate::kit::fields::Field;
use crate::kit::http::StatusCode;
use crate::providers::cryptopay::wire::{
    ENDPOINT_CREATE, ENDPOINT_ENVELOPED, ENDPOINT_PAGE, ENDPOINT_UPDATE, LISTED, LOGGING_IN, NEW_TOKENS, ORDER_CREATE, ORDER_ENVELOPED,
    ORDER_GET, ORDER_PAGE, ORDERS_LISTED, REFRESHING, REGISTERING, SESSION, TRANSACTION_ENVELOPED, TRANSACTION_GET, TRANSACTION_PAGE,
    TRANSACTIONS_LISTED, USER, WALLET_CREATE, WALLET_ENVELOPED, WALLET_PAGE, WALLET_UPDATE,
};

const JSON: &[&str] = &["application/json"];
const LISTS: Evidence = Documented("API overview, Core Resources and Pagination");
const RESOURCES: Evidence = Documented("API overview, Core Resources");

/// The kind of a call; method, credentials, status and refusals follow from it.
#[derive(Clone, Copy)]
enum Shape {
    Register,
    LogIn,
    List,
    Filtered,
    Get,
    Create,
    Update,
}

use Shape::{Create, Filtered, Get, List, LogIn, Register, Update};

impl Shape {
    const fn errors(self) -> &'static [&'static str] {
        match self {
            Register => &["validation_error", "internal_error"],
            LogIn => &["validation_error", "unauthorized", "forbidden", "internal_error"],
            List | Get => &["unauthorized", "forbidden", "not_found", "rate_limited", "internal_error"],
            Create => &["validation_error", "unauthorized", "forbidden", "rate_limited", "internal_error"],
            Filtered | Update => &["validation_error", "unauthorized", "forbidden", "not_found", "rate_limited", "internal_error"],
        }
    }
}

/// One call: its parameters and its answer.
const fn call(
    name: &'static str,
    shape: Shape,
    path: &'static str,
    [parameters, answer]: [&'static [Field]; 2],
    example: Option<&'static str>,
    summary: &'static str,
    evidence: Evidence,
) -> Operation {
    Operation {
        name,
        method: match shape {
            List | Filtered | Get => Method::GET,
            Register | LogIn | Create => Method::POST,
            Update => Method::PUT,
        },
        path,
        auth: if matches!(shape, Register | LogIn) { Auth::Open } else { Auth::Bearer },
        summary,
        media: if matches!(shape, List | Filtered | Get) { &[] } else { JSON },
        headers: &[],
        parameters,
        success: if matches!(shape, Register | Create) { StatusCode::CREATED } else { StatusCode::OK },
        answer,
        errors: shape.errors(),
        makes: None,
        example,
        evidence,
    }
}

/// Every call.
#[rustfmt::skip]
pub static ROUTES: &[Route<Operation, Handler>] = &[
    Route(call("register", Register, "/api/auth/register", [REGISTERING, USER], None, "creates a user, who can then log in", Documented("Authentication, Register; the answer is assumed")), users::register),
    Route(call("login", LogIn, "/api/auth/login", [LOGGING_IN, SESSION], Some(LOGIN), "an access token and a refresh token", Documented("Authentication, Login; API overview, Getting Your API Key")), users::login),
    Route(call("refreshToken", LogIn, "/api/auth/token/refresh/", [REFRESHING, NEW_TOKENS], None, "a new pair of tokens for a refresh token, which works once", Documented("Authentication, Refresh Token; that the old one is used up is assumed, `refresh_rotation` changes it")), users::refresh),
    Route(call("createPaymentOrder", Create, "/api/payment-orders/", [ORDER_CREATE, ORDER_ENVELOPED], Some(ORDER), "creates an order that a customer pays on a chain", Documented("Payment Orders, Create Payment Order")).making("order"), orders::create),
    Route(call("listPaymentOrders", Filtered, "/api/payment-orders/", [ORDERS_LISTED, ORDER_PAGE], None, "a page of orders, newest first", LISTS), orders::list),
    Route(call("getPaymentOrder", Get, "/api/payment-orders/{id}/", [ORDER_GET, ORDER_ENVELOPED], None, "one order", RESOURCES), orders::get),
    Route(call("listTransactions", Filtered, "/api/transactions/", [TRANSACTIONS_LISTED, TRANSACTION_PAGE], None, "a page of transactions, newest first", LISTS), transactions::list),
    Route(call("getTransaction", Get, "/api/transactions/{hash}/", [TRANSACTION_GET, TRANSACTION_ENVELOPED], None, "one transaction", RESOURCES), transactions::get),
    Route(call("listMerchantWallets", List, "/api/merchant-wallets/", [LISTED, WALLET_PAGE], None, "a page of wallets, newest first", LISTS), wallets::list),
    Route(call("createMerchantWallet", Create, "/api/merchant-wallets/", [WALLET_CREATE, WALLET_ENVELOPED], None, "adds a wallet on a chain without one", RESOURCES).making("wallet"), wallets::create),
    Route(call("updateMerchantWallet", Update, "/api/merchant-wallets/{id}/", [WALLET_UPDATE, WALLET_ENVELOPED], None, "replaces a wallet; existing orders keep their address", RESOURCES), wallets::update),
    Route(call("listWebhookEndpoints", List, "/api/webhook-endpoints/", [LISTED, ENDPOINT_PAGE], None, "a page of endpoints, newest first", LISTS), endpoints::list),
    Route(call("createWebhookEndpoint", Create, "/api/webhook-endpoints/", [ENDPOINT_CREATE, ENDPOINT_ENVELOPED], None, "adds an endpoint, and creates its secret", RESOURCES).making("endpoint"), endpoints::create),
    Route(call("updateWebhookEndpoint", Update, "/api/webhook-endpoints/{id}/", [ENDPOINT_UPDATE, ENDPOINT_ENVELOPED], None, "replaces an endpoint; its secret stays", RESOURCES), endpoints::update),
];

const LOGIN: &str = r#"{"username":"your-username","password":"your-password"}"#;
const ORDER: &str = r#"{"amount":"100.00","currency":"USDC","blockchain":"base","order_info":"{\"product\": \"Premium Plan\", \"quantity\": 1}","nonce":1640995200123456}"#;
