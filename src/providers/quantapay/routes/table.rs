//! The functions, with what their pages say of them.

use super::{
    Handler, Route, check_transaction, check_transactions, create_checkout_session, create_transaction, get_balances, get_credit_balance,
    get_cryptocurrency_codes, get_exchange_rates, get_fiat_value, get_transaction, get_transactions, payment_link,
};
use crate::engine::tables::{Auth, Operation};
use crate::kit::evidence::Evidence::{self, Documented, Observed};
use crate::kit::fields::Field;
use crate::kit::http::{Method, StatusCode};
use crate::providers::quantapay::wire::{
    BALANCES, CHECK_TRANSACTION, CHECK_TRANSACTIONS, CHECKED, COIN_CODES, CREATE_CHECKOUT_SESSION, CREATE_TRANSACTION, CREDITS,
    FIAT_AMOUNT, GET_BALANCES, GET_CREDIT_BALANCE, GET_CRYPTOCURRENCY_CODES, GET_EXCHANGE_RATES, GET_FIAT_VALUE, GET_TRANSACTION,
    GET_TRANSACTIONS, LINK, PAYMENT, PAYMENT_LINK, RATE, SEEN, SESSION, TRANSACTION_OR_FALSE, TRANSACTIONS,
};

const FORMS: &[&str] = &["application/x-www-form-urlencoded", "multipart/form-data"];
const SIBLING: Evidence =
    Observed("the sibling product's function of the same name; QuantaPay promises the feature without naming a function");

/// A function: its name, what it does, its parameters, answer and errors, an example, and where it is documented.
const fn function(
    name: &'static str,
    summary: &'static str,
    (parameters, answer): (&'static [Field], &'static [Field]),
    errors: &'static [&'static str],
    example: &'static str,
    evidence: Evidence,
) -> Operation {
    Operation {
        name,
        method: Method::POST,
        path: "/api.php",
        auth: Auth::Field { name: "api-key" },
        summary,
        media: FORMS,
        headers: &[],
        parameters,
        success: StatusCode::OK,
        answer,
        errors,
        makes: None,
        example: Some(example),
        evidence,
    }
}

/// Every function.
pub static ROUTES: &[Route<Operation, Handler>] = &[
    Route(
        function(
            "create-checkout-session",
            "begins a checkout over a price: the answer names the page on which the payer chooses a coin, within an hour",
            (CREATE_CHECKOUT_SESSION, SESSION),
            &[
                "missing_argument",
                "invalid_argument",
                "request_expired",
                "invalid_signature",
                "api_key_not_found",
                "invalid_api_key",
                "too_many_requests",
                "internal_error",
            ],
            "function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=USD&order_id=ORD-12345",
            Documented("Transactions API, Create a checkout session"),
        )
        .making("session"),
        create_checkout_session,
    ),
    Route(
        function(
            "get-credit-balance",
            "the prepaid credits that fees are taken from",
            (GET_CREDIT_BALANCE, CREDITS),
            &["api_key_not_found", "invalid_api_key", "too_many_requests", "internal_error"],
            "function=get-credit-balance&api-key=qp_test_key",
            Documented("Utilities API, get-credit-balance"),
        ),
        get_credit_balance,
    ),
    Route(
        function(
            "get-balances",
            "what the merchant's own wallets hold",
            (GET_BALANCES, BALANCES),
            &["api_key_not_found", "invalid_api_key", "too_many_requests", "internal_error"],
            "function=get-balances&api-key=qp_test_key",
            Documented("Utilities API, get-balances; API Overview, Endpoint"),
        ),
        get_balances,
    ),
    Route(
        function(
            "get-exchange-rates",
            "what one coin costs in a currency",
            (GET_EXCHANGE_RATES, RATE),
            &["missing_argument", "invalid_argument", "api_key_not_found", "invalid_api_key", "too_many_requests", "internal_error"],
            "function=get-exchange-rates&api-key=qp_test_key&currency_code=USD&cryptocurrency_code=btc",
            Documented("Utilities API, get-exchange-rates"),
        ),
        get_exchange_rates,
    ),
    Route(
        function(
            "get-fiat-value",
            "what an amount of coins is worth in a currency",
            (GET_FIAT_VALUE, FIAT_AMOUNT),
            &["missing_argument", "invalid_argument", "api_key_not_found", "invalid_api_key", "too_many_requests", "internal_error"],
            "function=get-fiat-value&api-key=qp_test_key&amount=0.5&cryptocurrency_code=btc&currency_code=USD",
            Documented("Utilities API, get-fiat-value"),
        ),
        get_fiat_value,
    ),
    Route(
        function(
            "get-transaction",
            "one transaction",
            (GET_TRANSACTION, TRANSACTION_OR_FALSE),
            &["function_not_found", "missing_argument", "api_key_not_found", "invalid_api_key", "too_many_requests", "internal_error"],
            "function=get-transaction&api-key=qp_test_key&transaction_id=1",
            SIBLING,
        ),
        get_transaction,
    ),
    Route(
        function(
            "get-transactions",
            "the merchant's transactions, newest first",
            (GET_TRANSACTIONS, TRANSACTIONS),
            &["function_not_found", "invalid_argument", "api_key_not_found", "invalid_api_key", "too_many_requests", "internal_error"],
            "function=get-transactions&api-key=qp_test_key",
            SIBLING,
        ),
        get_transactions,
    ),
    Route(
        function(
            "create-transaction",
            "begins a payment in one coin; the payer does not choose it on the page",
            (CREATE_TRANSACTION, PAYMENT),
            &[
                "function_not_found",
                "missing_argument",
                "invalid_argument",
                "api_key_not_found",
                "invalid_api_key",
                "too_many_requests",
                "internal_error",
            ],
            "function=create-transaction&api-key=qp_test_key&amount=49.99&cryptocurrency_code=eth",
            SIBLING,
        )
        .making("transaction"),
        create_transaction,
    ),
    Route(
        function(
            "check-transactions",
            "whether a transfer for a transaction has been seen",
            (CHECK_TRANSACTIONS, SEEN),
            &["function_not_found", "missing_argument", "api_key_not_found", "invalid_api_key", "too_many_requests", "internal_error"],
            "function=check-transactions&api-key=qp_test_key&transaction_id=1",
            SIBLING,
        ),
        check_transactions,
    ),
    Route(
        function(
            "check-transaction",
            "how far the transfer of a transaction is confirmed",
            (CHECK_TRANSACTION, CHECKED),
            &["function_not_found", "missing_argument", "api_key_not_found", "invalid_api_key", "too_many_requests", "internal_error"],
            "function=check-transaction&api-key=qp_test_key&transaction=token",
            SIBLING,
        ),
        check_transaction,
    ),
    Route(
        function(
            "payment-link",
            "the payment page of a transaction",
            (PAYMENT_LINK, LINK),
            &["function_not_found", "missing_argument", "api_key_not_found", "invalid_api_key", "too_many_requests", "internal_error"],
            "function=payment-link&api-key=qp_test_key&transaction_id=1",
            SIBLING,
        ),
        payment_link,
    ),
    Route(
        function(
            "get-cryptocurrency-codes",
            "the coins on a network",
            (GET_CRYPTOCURRENCY_CODES, COIN_CODES),
            &[
                "function_not_found",
                "missing_argument",
                "invalid_argument",
                "api_key_not_found",
                "invalid_api_key",
                "too_many_requests",
                "internal_error",
            ],
            "function=get-cryptocurrency-codes&api-key=qp_test_key&cryptocurrency_code=ETH",
            SIBLING,
        ),
        get_cryptocurrency_codes,
    ),
];
