//! The documentation's endpoints, in its order.

use http::Method;

use super::{Handler, Route, charges, ledger, orders, payouts};
use crate::engine::tables::{Auth, Operation};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::fields::Field;
use crate::kit::http::StatusCode;
use crate::providers::qbitpay::wire::{
    ACCESS_TOKEN, ACCOUNT_OBJECT, BALANCE_OBJECT, BALANCE_SHOW, BY_ID, CHARGE_CREATE, CHARGE_LIST, CHARGE_OBJECT, CHARGE_UPDATE,
    CHARGES_LISTED, EVENT_TEST, ORDER_BY_ID, ORDER_CREATE, ORDER_LIST, ORDER_OBJECT, ORDERS_LISTED, PAYOUT_CREATE, PAYOUT_LIST,
    PAYOUT_OBJECT, PAYOUTS_LISTED, ROW_LIST, ROW_OBJECT, ROWS_LISTED, TEST_EVENT, TICKER_OBJECT, TICKER_QUERY,
};

const BODIES: &[&str] = &["application/json", "application/x-www-form-urlencoded"];
const ORDERING: Evidence =
    Documented("API reference, Quickstart: an order is requested from the order API; its path, parameters and answer are assumed");
const ORDERS: Evidence = Assumed("the page on orders is named in the reference and was never published; Quickstart says that orders exist");

const PLAIN: &[&str] =
    &["authentication_error", "forbidden", "rate_limit_error", "api_error", "bad_gateway", "service_unavailable", "gateway_timeout"];
const QUERY: &[&str] = &[
    "validation_failed",
    "authentication_error",
    "forbidden",
    "rate_limit_error",
    "api_error",
    "bad_gateway",
    "service_unavailable",
    "gateway_timeout",
];
const ONE: &[&str] = &[
    "authentication_error",
    "forbidden",
    "rate_limit_error",
    "object_not_found",
    "api_error",
    "bad_gateway",
    "service_unavailable",
    "gateway_timeout",
];
const LIST: &[&str] = &[
    "validation_failed",
    "authentication_error",
    "forbidden",
    "rate_limit_error",
    "invalid_cursor",
    "api_error",
    "bad_gateway",
    "service_unavailable",
    "gateway_timeout",
];
const TICKER: &[&str] = &[
    "validation_failed",
    "authentication_error",
    "forbidden",
    "rate_limit_error",
    "object_not_found",
    "api_error",
    "bad_gateway",
    "service_unavailable",
    "gateway_timeout",
];
#[rustfmt::skip]
const SPEND: &[&str] = &["validation_failed", "invalid_json", "authentication_error", "insufficient_balance", "limit_exceeded", "forbidden", "rate_limit_error", "api_error", "bad_gateway", "service_unavailable", "gateway_timeout"];
#[rustfmt::skip]
const CHARGE: &[&str] = &["validation_failed", "invalid_json", "authentication_error", "limit_exceeded", "forbidden", "rate_limit_error", "api_error", "bad_gateway", "service_unavailable", "gateway_timeout"];
#[rustfmt::skip]
const UPDATE: &[&str] = &["validation_failed", "invalid_json", "authentication_error", "wrong_state", "forbidden", "rate_limit_error", "object_not_found", "api_error", "bad_gateway", "service_unavailable", "gateway_timeout"];

/// A call that reads.
const fn read(
    name: &'static str,
    path: &'static str,
    parameters: &'static [Field],
    answer: &'static [Field],
    errors: &'static [&'static str],
    summary: &'static str,
    evidence: Evidence,
) -> Operation {
    let (method, success) = (Method::GET, StatusCode::OK);
    Operation {
        name,
        method,
        path,
        auth: Auth::Basic,
        summary,
        media: &[],
        headers: &[],
        parameters,
        success,
        answer,
        errors,
        makes: None,
        example: None,
        evidence,
    }
}

/// Every call.
#[rustfmt::skip]
pub static ROUTES: &[Route<Operation, Handler>] = &[
    Route(read("getAccessToken", "/api/v1/accessToken", &[], ACCESS_TOKEN, PLAIN, "a JWT that lets a payer's browser use the hosted page", Documented("API reference, Authentication")), ledger::access_token),
    Route(read("showAccount", "/api/v1/accounts/show", &[], ACCOUNT_OBJECT, PLAIN, "fee rates, limits and wallets", Documented("API reference, Accounts")), ledger::show_account),
    Route(read("showBalance", "/api/v1/balances/show", BALANCE_SHOW, BALANCE_OBJECT, QUERY, "the balance in one currency", Documented("API reference, Balances")), ledger::show_balance),
    Route(read("getBalanceTransaction", "/api/v1/balanceTransactions/{id}", BY_ID, ROW_OBJECT, ONE, "one row of the ledger", Documented("API reference, Balance transactions")), ledger::get_row),
    Route(read("listBalanceTransactions", "/api/v1/balanceTransactions", ROWS_LISTED, ROW_LIST, LIST, "the rows of the ledger, newest first", Documented("API reference, Balance transactions")), ledger::list_rows),
    Route(read("getTicker", "/api/v1/markets/ticker", TICKER_QUERY, TICKER_OBJECT, TICKER, "the price of a pair, valid for 30 seconds", Documented("API reference, Markets")), orders::ticker),
    Route(PAYOUT, payouts::create),
    Route(read("getPayout", "/api/v1/payouts/{id}", BY_ID, PAYOUT_OBJECT, ONE, "one payout", Documented("API reference, Payouts")), payouts::get),
    Route(read("listPayouts", "/api/v1/payouts", PAYOUTS_LISTED, PAYOUT_LIST, LIST, "payouts, newest first", Documented("API reference, Payouts")), payouts::list),
    Route(CREATE, charges::create),
    Route(read("getCharge", "/api/v1/charges/{id}", BY_ID, CHARGE_OBJECT, ONE, "one charge", Documented("API reference, Charges")), charges::get),
    Route(read("listCharges", "/api/v1/charges", CHARGES_LISTED, CHARGE_LIST, LIST, "charges, newest first", Documented("API reference, Pagination and Charges")), charges::list),
    Route(PUT, charges::update),
    Route(read("testEvent", "/api/v1/events/test", EVENT_TEST, TEST_EVENT, QUERY, "sends a charge.succeeded with livemode false, in one attempt, and answers with the event", Documented("API reference, Webhooks: debugging; that the answer is the event is assumed")), charges::test_event),
    Route(ORDER, orders::create),
    Route(read("getOrder", "/api/v1/orders/{id}", ORDER_BY_ID, ORDER_OBJECT, ONE, "one order", ORDERS), orders::get),
    Route(read("listOrders", "/api/v1/orders", ORDERS_LISTED, ORDER_LIST, LIST, "orders, newest first", ORDERS), orders::list),
];

const PAYOUT: Operation = Operation {
    name: "createPayout",
    method: Method::POST,
    path: "/api/v1/payouts",
    auth: Auth::Basic,
    summary: "pays out to a bank account, a wallet or an e-wallet; the money leaves the balance at once",
    media: BODIES,
    headers: &[],
    parameters: PAYOUT_CREATE,
    success: StatusCode::OK,
    answer: PAYOUT_OBJECT,
    errors: SPEND,
    makes: Some("payout"),
    example: Some(
        r#"{"amount":100,"currency":"USD","description":"Payout memo","externalOrderId":"ba126aa385cd5580","destination":{"payerName":"user name","bankAccountNum":"444444444444111","bankRoutingNum":"12345678","bankName":"Chase","bankAddr":"505 Michigan ave, NY, 12345","country":"United States","states":"California","city":"San Francisco","addr":"110 market street","type":"bankAccount"}}"#,
    ),
    evidence: Documented("API reference, Payouts: create"),
};

const CREATE: Operation = Operation {
    name: "createCharge",
    method: Method::POST,
    path: "/api/v1/charges",
    auth: Auth::Basic,
    summary: "creates a charge; its answer names the page on which the payer pays",
    media: BODIES,
    headers: &[],
    parameters: CHARGE_CREATE,
    success: StatusCode::OK,
    answer: CHARGE_OBJECT,
    errors: CHARGE,
    makes: Some("charge"),
    example: Some(
        r#"{"amount":100,"currency":"USD","externalOrderId":"DTSifOuTy95ui","cbUrl":"https://api.blockscape.co","redirectUrl":"https://qbitpay.blockscape.co","payerName":"Alex"}"#,
    ),
    evidence: Documented("API reference, Charges: create"),
};

const PUT: Operation = Operation {
    name: "updateCharge",
    method: Method::PUT,
    path: "/api/v1/charges/{id}",
    auth: Auth::Basic,
    summary: "reports that the payer has paid",
    media: BODIES,
    headers: &[],
    parameters: CHARGE_UPDATE,
    success: StatusCode::OK,
    answer: CHARGE_OBJECT,
    errors: UPDATE,
    makes: None,
    example: Some(r#"{"status":"buyerPaid"}"#),
    evidence: Documented("API reference, Charges: update"),
};

const ORDER: Operation = Operation {
    name: "createOrder",
    method: Method::POST,
    path: "/api/v1/orders",
    auth: Auth::Basic,
    summary: "buys or sells at once, at the price that the ticker answered in the last 30 seconds, otherwise at the current one",
    media: BODIES,
    headers: &[],
    parameters: ORDER_CREATE,
    success: StatusCode::OK,
    answer: ORDER_OBJECT,
    errors: SPEND,
    makes: Some("order"),
    example: Some(r#"{"symbol":"USDT/CNY","side":"sell","amount":100}"#),
    evidence: ORDERING,
};
