//! QbitPay, from the outside.

use md5::{Digest, Md5};
use playmoney::inside::engine::delivery::Outgoing;
use serde_json::Value as Json;

use crate::asking;
use crate::merchants::Merchant;
use crate::tape::Tape;

mod decisions;
mod documented;
mod edge_cases;
mod evidence;
pub mod ledger;
mod market;
mod pages;
mod signatures;
mod terms;

/// The API key of the default sandbox.
pub const KEY: &str = "qbit_test_key";

/// The answer to a call of the API: its status and its body.
pub fn answer(shop: &mut Tape, method: &str, target: &str, body: &str) -> (u16, String) {
    asking::text(&asking::response(shop, method, &format!("/qbitpay/api/v1/{target}"), body))
}

/// The same as JSON.
pub fn told(shop: &mut Tape, method: &str, target: &str, body: &Json) -> (u16, Json) {
    asking::json(&asking::response(shop, method, &format!("/qbitpay/api/v1/{target}"), &asking::sent(body)))
}

/// A good answer.
pub fn good(shop: &mut Tape, method: &str, target: &str, body: &Json) -> Json {
    let (status, answer) = told(shop, method, target, body);
    assert_eq!(status, 200, "{method} {target} {body}: {answer}");
    answer
}

/// The text that the documented recipe signs, made by string surgery from a compact body whose `data` comes last.
pub fn string_a(body: &str) -> String {
    let (head, data) = body.split_once(",\"data\":").expect("data comes last");
    let data = data.strip_suffix('}').expect("an object");
    let mut pairs: Vec<String> = head[1..]
        .split(',')
        .map(|it| {
            let (name, value) = it.split_once(':').expect("a member");
            format!("{}={}", name.trim_matches('"'), value.trim_matches('"'))
        })
        .collect();
    pairs.push(format!("data={data}"));
    pairs.sort();
    pairs.join("&")
}

/// The signature of a text, as the documentation's second step makes it.
pub fn signature(string_a: &str, key: &str) -> String {
    hex::encode(Md5::digest(format!("{string_a}&key={key}"))).to_uppercase()
}

/// Whether an attempt carries the signature that a receiver works out.
fn is_signed(attempt: &Outgoing) -> bool {
    let body = std::str::from_utf8(&attempt.body).expect("text");
    attempt.headers["qbitpay-signature"] == signature(&string_a(body), KEY)
}

/// The merchant of the tests.
pub const MERCHANT: Merchant = Merchant {
    slug: "qbitpay",
    authorization: Some("Basic cWJpdF90ZXN0X2tleTo="),
    tapes: TAPES,
    cheapest: "GET /qbitpay/api/v1/accounts/show",
};

/// Tapes that play every row of the contract.
const TAPES: &[&str] = &[
    r#"
    merchant 500
    POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}
    GET ${page}
    GET /qbitpay/pay/${trade}/qr
    GET /qbitpay/api/v1/charges/${charge}
    advance 2h
    merchant 200
    PUT /qbitpay/api/v1/charges/${charge} {"status":"buyerPaid"}
    POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"B","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}
    PUT /qbitpay/api/v1/charges/${charge} {"status":"buyerPaid"}
    advance 25h
    POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"C","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}
    act qbitpay.buyer-paid charge=${charge}
    act qbitpay.confirm-charge charge=${charge}
    POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"D","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}
    act qbitpay.buyer-paid charge=${charge}
    act qbitpay.fail-charge charge=${charge}
    POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"E","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}
    act qbitpay.fail-charge charge=${charge}
    POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"F","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}
    act qbitpay.buyer-paid charge=${charge}
    act qbitpay.dispute charge=${charge}
    act qbitpay.close-dispute charge=${charge} in_favour_of=buyer
    POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"G","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}
    act qbitpay.buyer-paid charge=${charge}
    act qbitpay.dispute charge=${charge}
    act qbitpay.close-dispute charge=${charge} in_favour_of=seller
    GET /qbitpay/api/v1/charges
    GET /qbitpay/api/v1/events/test
    set qbitpay/default pace=manual
    POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"H","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}
    act qbitpay.buyer-paid charge=${charge}
    act qbitpay.confirm-charge charge=${charge}
    act qbitpay.deliver-coins charge=${charge}
    "#,
    r#"
    POST /qbitpay/api/v1/payouts {"amount":100,"currency":"USD","destination":{"payerName":"A","bankAccountNum":"1","type":"GCash"}}
    advance 49h
    POST /qbitpay/api/v1/payouts {"amount":100,"currency":"USD","destination":{"payerName":"A","bankAccountNum":"1","type":"GCash"}}
    act qbitpay.settle-payout payout=${payout} outcome=inTransit
    act qbitpay.settle-payout payout=${payout} outcome=paid
    POST /qbitpay/api/v1/payouts {"amount":100,"currency":"USD","destination":{"payerName":"A","bankAccountNum":"1","type":"GCash"}}
    act qbitpay.settle-payout payout=${payout} outcome=inTransit
    act qbitpay.settle-payout payout=${payout} outcome=failed
    POST /qbitpay/api/v1/payouts {"amount":100,"currency":"USD","destination":{"payerName":"A","bankAccountNum":"1","type":"GCash"}}
    act qbitpay.settle-payout payout=${payout} outcome=failed
    POST /qbitpay/api/v1/payouts {"amount":100,"currency":"USD","destination":{"payerName":"A","bankAccountNum":"1","type":"GCash"}}
    act qbitpay.settle-payout payout=${payout} outcome=cancelled
    GET /qbitpay/api/v1/payouts/${payout}
    GET /qbitpay/api/v1/payouts
    act qbitpay.deposit currency=USDT amount=5
    act qbitpay.confirm-deposit deposit=${deposit}
    act qbitpay.deposit currency=USDT amount=5
    advance 3m
    act qbitpay.set-price symbol=USDT/CNY ask=7 bid=7
    GET /qbitpay/api/v1/markets/ticker?symbol=USDT/CNY&side=ask
    POST /qbitpay/api/v1/orders {"symbol":"USDT/CNY","side":"buy","amount":1}
    POST /qbitpay/api/v1/orders {"symbol":"USDT/CNY","side":"sell","amount":1}
    GET /qbitpay/api/v1/orders/${order}
    GET /qbitpay/api/v1/orders
    GET /qbitpay/api/v1/accessToken
    GET /qbitpay/api/v1/accounts/show
    GET /qbitpay/api/v1/balances/show
    GET /qbitpay/api/v1/balanceTransactions
    GET /qbitpay/api/v1/balanceTransactions/${row}
    "#,
    r#"
    without Authorization
    GET /qbitpay/api/v1/accounts/show
    POST /qbitpay/api/v1/charges {}
    POST /qbitpay/api/v1/charges {
    POST /qbitpay/api/v1/charges {"amount":1,"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}
    GET /qbitpay/api/v1/charges/nobody
    GET /qbitpay/api/v1/charges?starting_after=nobody
    GET /qbitpay/api/v1/nothing
    with Playmoney-Fault: api_error
    GET /qbitpay/api/v1/accounts/show
    with Playmoney-Fault: bad_gateway
    GET /qbitpay/api/v1/accounts/show
    with Playmoney-Fault: service_unavailable
    GET /qbitpay/api/v1/accounts/show
    with Playmoney-Fault: gateway_timeout
    GET /qbitpay/api/v1/accounts/show
    control PATCH accounts/qbitpay/default {"permissions":[]}
    GET /qbitpay/api/v1/accounts/show
    set qbitpay/default permissions=null rate_limit=enforce
    "#,
];
