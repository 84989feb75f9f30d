//! QuantaPay, from the outside.

use hmac::{Hmac, KeyInit, Mac};
use playmoney::inside::kit::http::encoded;
use serde_json::{Value as Json, json};
use sha2::Sha256;

use crate::asking;
use crate::merchants::Merchant;
use crate::tape::Tape;

mod answers;
mod clients;
mod decisions;
mod documented;
mod edge_cases;
mod evidence;
mod pages;
mod precision;
mod signature;

pub const KEY: &str = "qp_test_key";

/// The merchant of the tests.
pub const MERCHANT: Merchant = Merchant {
    slug: "quantapay",
    authorization: None,
    tapes: TAPES,
    cheapest: "POST /quantapay/api.php function=get-balances&api-key=qp_test_key",
};

/// Tapes that play every row of the contract once.
const TAPES: &[&str] = &[
    "
    set quantapay/default webhook_retries=5
    POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=USD
    GET /quantapay/pay.php?checkout_id=cs-${session}
    act quantapay.choose-coin session=${session} cryptocurrency=eth
    act quantapay.pay session=${session}
    act quantapay.reorg depth=1 blockchain=eth
    merchant 500
    advance 9h
    act quantapay.refund transaction=1
    POST /quantapay/api.php function=create-transaction&api-key=qp_test_key&amount=20&cryptocurrency_code=usdt_tron
    act quantapay.cancel transaction=2
    POST /quantapay/api.php function=create-transaction&api-key=qp_test_key&amount=20&cryptocurrency_code=btc
    advance 48h
    set quantapay/default pace=manual address_mode=fresh
    POST /quantapay/api.php function=create-transaction&api-key=qp_test_key&amount=20&cryptocurrency_code=eth
    act quantapay.pay transaction=4
    act quantapay.drop-transfer transaction=4
    act quantapay.pay transaction=4
    act quantapay.confirm transaction=4
    POST /quantapay/api.php function=create-transaction&api-key=qp_test_key&amount=20&cryptocurrency_code=eth
    act quantapay.pay transaction=5 amount=0.001
    act quantapay.confirm transaction=5
    act quantapay.accept-underpayment transaction=5
    set quantapay/default pace=auto
    POST /quantapay/api.php function=create-transaction&api-key=qp_test_key&amount=20&cryptocurrency_code=eth
    act quantapay.pay transaction=6 amount=0.001
    advance 1h
    act quantapay.refund transaction=6
    set quantapay/default confirmations=0
    POST /quantapay/api.php function=create-transaction&api-key=qp_test_key&amount=20&cryptocurrency_code=eth
    act quantapay.pay transaction=7
    POST /quantapay/api.php function=create-transaction&api-key=qp_test_key&amount=20&cryptocurrency_code=eth
    act quantapay.pay transaction=8 amount=0.001
    POST /quantapay/api.php function=get-credit-balance&api-key=qp_test_key
    POST /quantapay/api.php function=get-balances&api-key=qp_test_key
    POST /quantapay/api.php function=get-exchange-rates&api-key=qp_test_key&currency_code=USD&cryptocurrency_code=btc
    POST /quantapay/api.php function=get-fiat-value&api-key=qp_test_key&amount=0.5&cryptocurrency_code=btc&currency_code=USD
    POST /quantapay/api.php function=get-transaction&api-key=qp_test_key&transaction_id=7
    POST /quantapay/api.php function=get-transactions&api-key=qp_test_key
    POST /quantapay/api.php function=check-transactions&api-key=qp_test_key&transaction_id=7
    POST /quantapay/api.php function=check-transaction&api-key=qp_test_key&transaction=x
    POST /quantapay/api.php function=payment-link&api-key=qp_test_key&transaction_id=7
    POST /quantapay/api.php function=get-cryptocurrency-codes&api-key=qp_test_key&cryptocurrency_code=ETH
    ",
    "
    POST /quantapay/api.php
    POST /quantapay/api.php function=nothing
    POST /quantapay/api.php function=get-balances
    POST /quantapay/api.php function=get-balances&api-key=x
    POST /quantapay/api.php function=get-transaction&api-key=qp_test_key
    POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=0&currency=USD
    POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=1&currency=USD&signature=x&timestamp=900000
    POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=1&currency=USD&signature=x&timestamp=1767225600
    GET /quantapay/nothing
    with Playmoney-Fault: internal_error
    POST /quantapay/api.php function=get-balances&api-key=qp_test_key
    set quantapay/default rate_limit=enforce
    ",
];

/// A form of these fields, with the key of the default sandbox in front.
pub fn form(function: &str, fields: &[(&str, &str)]) -> String {
    let pairs = [("function", function), ("api-key", KEY)]
        .into_iter()
        .chain(fields.iter().copied())
        .map(|(name, it)| format!("{}={}", encoded(name), encoded(it)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The answer to a body, with its status.
pub fn post(shop: &mut Tape, body: &str) -> (u16, String) {
    asking::text(&asking::response(shop, "POST", "/quantapay/api.php", body))
}

/// What a function answers that does not refuse.
pub fn served(shop: &mut Tape, function: &str, fields: &[(&str, &str)]) -> Json {
    let (status, body) = post(shop, &form(function, fields));
    let answer: Json = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &answer["success"]), (200, &json!(true)), "{function}: {body}");
    answer["response"].clone()
}

/// The signature of a text, by another way than the provider's.
pub fn signature(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// A second merchant moves in: a state that holds one more is put in place of the sandbox's own.
pub fn second_merchant(shop: &mut Tape, account: &str, key: &str) {
    let mut state = shop.admin("GET", "state", &Json::Null);
    let accounts = state["core"]["accounts"].as_array_mut().expect("provider_count");
    let own = accounts.iter_mut().find(|it| it["default"]["credentials"]["encryption_key"].is_object()).expect("QuantaPay's provider_id");
    let mut other = own["default"].clone();
    other["id"] = json!(account);
    other["credentials"]["api_key"]["text"] = json!(key);
    other["settings"]["webhook_secret"]["secret"]["text"] = json!(format!("{account}-secret"));
    own[account] = other;
    let answer = shop.admin("PUT", "state", &state);
    assert_eq!(answer["restored"], true, "{answer}");
}
