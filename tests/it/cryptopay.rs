//! CryptoPay, from the outside.

use playmoney::inside::kit::http::{Request, Response};
use serde_json::{Value as Json, json};

use crate::asking;
use crate::merchants::Merchant;
use crate::tape::Tape;

mod decisions;
mod documented;
mod edge_cases;
mod evidence;
mod limits;
mod lists;
mod pages;
pub mod signatures;
mod users;

/// An order of the documentation's example, under another nonce.
macro_rules! order {
    ($nonce:literal) => {
        order!($nonce, "")
    };
    ($nonce:literal, $more:literal) => {
        concat!(
            r#"POST /cryptopay/api/payment-orders/ {"amount":"100.00","currency":"USDC","blockchain":"base","order_info":"{}","nonce":"#,
            $nonce,
            $more,
            "}\n"
        )
    };
}
use order;

/// The merchant of the tests.
pub const MERCHANT: Merchant = Merchant {
    slug: "cryptopay",
    authorization: Some("Bearer cp_test_key"),
    tapes: TAPES,
    cheapest: "GET /cryptopay/api/merchant-wallets/",
};

/// Tapes that play every row of the contract.
const TAPES: &[&str] = &[
    concat!(
        "merchant 500\n",
        order!(1),
        "GET /cryptopay/order/${order_id}\nGET /cryptopay/qr/${order_id}\nadvance 10h\nmerchant 200\n",
        order!(2),
        "act cryptopay.pay order=${order_id}\nadvance 1m\n",
        "GET /cryptopay/api/payment-orders/${order_id}/\nGET /cryptopay/api/transactions/${hash}/\n",
        "GET /cryptopay/api/payment-orders/\nGET /cryptopay/api/transactions/\nact cryptopay.reorg depth=2\n",
        order!(3),
        "act cryptopay.pay order=${order_id} amount=1\nadvance 1m\n",
        order!(4),
        "act cryptopay.pay order=${order_id}\nact cryptopay.confirm order=${order_id}\n",
        order!(5),
        "act cryptopay.pay order=${order_id} amount=1\nact cryptopay.confirm order=${order_id}\n",
        order!(6),
        "act cryptopay.pay order=${order_id}\nact cryptopay.fail order=${order_id}\n",
        order!(7),
        "act cryptopay.pay order=${order_id}\nact cryptopay.drop-transfer order=${order_id}\n",
    ),
    r#"
    POST /cryptopay/api/auth/register {"username":"ann","email":"ann@shop.test","password":"correct horse","shop_name":"Ann's"}
    POST /cryptopay/api/auth/login {"username":"ann","password":"correct horse"}
    POST /cryptopay/api/auth/token/refresh/ {"refresh":"${refresh}"}
    with Authorization: Bearer ${access}
    POST /cryptopay/api/merchant-wallets/ {"blockchain":"base","address":"0x1234567890123456789012345678901234567890"}
    PUT /cryptopay/api/merchant-wallets/1/ {"blockchain":"ethereum","address":"0x1234567890123456789012345678901234567890"}
    GET /cryptopay/api/merchant-wallets/
    POST /cryptopay/api/webhook-endpoints/ {"url":"http://shop.test/own"}
    PUT /cryptopay/api/webhook-endpoints/1/ {"url":"http://shop.test/other"}
    GET /cryptopay/api/webhook-endpoints/
    act cryptopay.rotate-secret endpoint=1
    POST /cryptopay/api/payment-orders/ {}
    without Authorization
    GET /cryptopay/api/payment-orders/
    GET /cryptopay/api/payment-orders/99/
    DELETE /cryptopay/api/payment-orders/
    set cryptopay/default suspended=true
    GET /cryptopay/api/payment-orders/
    set cryptopay/default suspended=false
    with Playmoney-Fault: internal_error
    GET /cryptopay/api/payment-orders/
    set cryptopay/default rate_limit=enforce
    "#,
];

/// A call under the static key, unanswered.
pub fn request(shop: &mut Tape, method: &str, target: &str, body: &str) -> Request {
    asking::request(shop, method, &format!("/cryptopay{target}"), body)
}

/// The same, answered.
fn asked(shop: &mut Tape, method: &str, target: &str, body: &str) -> Response {
    asking::response(shop, method, &format!("/cryptopay{target}"), body)
}

/// The same as status and body.
pub fn answer(shop: &mut Tape, method: &str, target: &str, body: &str) -> (u16, Json) {
    asking::json(&asked(shop, method, target, body))
}

/// The body of an answer that is not a refusal.
pub fn served(shop: &mut Tape, method: &str, target: &str, body: &Json) -> Json {
    let (status, answer) = answer(shop, method, target, &asking::sent(body));
    assert!((200..300).contains(&status), "{method} {target} {body}: {answer}");
    answer
}

/// An order like the documentation's, and its answer's data.
pub fn ordered(shop: &mut Tape, nonce: i64, more: &Json) -> Json {
    let mut body = json!({"amount": "100.00", "currency": "USDC", "blockchain": "base", "order_info": "{}", "nonce": nonce});
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    served(shop, "POST", "/api/payment-orders/", &body)["data"].clone()
}
