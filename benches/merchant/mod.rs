//! What merchants of QuantaPay, QbitPay, CryptoPay and Quoine send: the same requests in both benches, a signature on each that
//! needs one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use playmoney::inside::kit::sign::{hmac_sha1, md5};

const QBITPAY_KEY: &str = "qbit_test_key";
const CRYPTOPAY_KEY: &str = "cp_test_key";
const QUOINE_USER: &str = "2";
const QUOINE_SECRET: &str = "cGxheW1vbmV5LXF1b2luZS10ZXN0LXNlY3JldC1vbmx5LWZvci1sb2NhbC11c2UtMDAwMDAwMDAwMDAwMDAwMDA=";
/// On the day of the frozen clocks, and later than any of them gets to: a date may lie ahead, and none is too old then.
const DATE: &str = "Thu, 01 Jan 2026 23:59:00 GMT";
/// Charges of one externalOrderId.
pub const CHARGES_PER_ORDER: u64 = 20;

/// A request: a `POST` when it has a body, else a `GET`.
pub struct Asked {
    pub target: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// A call of QbitPay, its key in every request.
pub fn qbitpay(below: &str, body: String) -> Asked {
    let authorization = format!("Basic {}", STANDARD.encode(format!("{QBITPAY_KEY}:")));
    asked(format!("/qbitpay/api/v1/{below}"), body, vec![("authorization", authorization)])
}

/// A call of QuantaPay: a form with the key in it.
pub fn quantapay(function: &str, fields: &str) -> Asked {
    let joint = if fields.is_empty() { "" } else { "&" };
    let body = format!("function={function}&api-key=qp_test_key{joint}{fields}");
    let media = "application/x-www-form-urlencoded".to_owned();
    let headers = common().chain([("content-type", media), ("content-length", body.len().to_string())]);
    Asked { target: "/quantapay/api.php".to_owned(), headers: headers.collect(), body }
}

/// The fields of `create-checkout-session`.
pub fn checkout(n: u64) -> String {
    format!("price=49.99&currency=USD&order_id=ORDER_{n}&redirect=https%3A%2F%2Fyour-site.com%2Fsuccess&title=Order+{n}")
}

/// A call of CryptoPay under the static key.
pub fn cryptopay(below: &str, body: String) -> Asked {
    asked(format!("/cryptopay/api/{below}"), body, vec![("authorization", format!("Bearer {CRYPTOPAY_KEY}"))])
}

/// A call of Quoine, signed as its own client library does. `serial` makes the NONCE: no two requests share one.
pub fn quoine(below: &str, body: String, serial: u64) -> Asked {
    let target = format!("/quoine/api/v1/{below}");
    let digest = if body.is_empty() { String::new() } else { STANDARD.encode(md5(body.as_bytes())) };
    let nonce = hex::encode(md5(&serial.to_le_bytes()));
    let canonical = format!("application/json,{digest},{target},{DATE},{nonce}");
    let signature = STANDARD.encode(hmac_sha1(QUOINE_SECRET.as_bytes(), canonical.as_bytes()));
    let mut headers = vec![("date", DATE.to_owned()), ("nonce", nonce), ("authorization", format!("APIAuth {QUOINE_USER}:{signature}"))];
    if body.is_empty() {
        headers.push(("content-type", "application/json".to_owned()));
    } else {
        headers.push(("content-md5", digest));
    }
    asked(target, body, headers)
}

fn common() -> impl Iterator<Item = (&'static str, String)> {
    let common = [("host", "127.0.0.1:4242"), ("user-agent", "playmoney-bench/1"), ("accept", "application/json")];
    common.into_iter().map(|(name, value)| (name, value.to_owned()))
}

fn asked(target: String, body: String, own: Vec<(&'static str, String)>) -> Asked {
    let mut headers: Vec<_> = common().chain(own).collect();
    if !body.is_empty() {
        headers.extend([("content-type", "application/json".to_owned()), ("content-length", body.len().to_string())]);
    }
    Asked { target, headers, body }
}

/// The body of `POST /charges`.
pub fn charge(n: u64) -> String {
    let order = n / CHARGES_PER_ORDER;
    format!(
        r#"{{"amount":100,"currency":"USD","externalOrderId":"ORDER_{order}","cbUrl":"https://your-site.com/callback","redirectUrl":"https://your-site.com/success"}}"#
    )
}

/// The body of `POST /payment-orders/`: a nonce that no other has.
pub fn order(n: u64) -> String {
    let nonce = n + 1;
    format!(
        r#"{{"amount":"100.00","currency":"USDC","blockchain":"base","order_info":"{{\"product\": \"Premium Plan\", \"quantity\": 1}}","nonce":{nonce}}}"#
    )
}

/// The body of `POST /invoices`.
pub fn invoice(n: u64) -> String {
    format!(r#"{{"price":500,"name":"Order {n}","data":"order={n}"}}"#)
}
