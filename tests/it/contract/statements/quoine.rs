//! Quoine: authentication, status codes, invoices, profile and callbacks.

use super::By::{Action, Call, Decision, Rule, Setting, Time};
use super::Row;

const MADE: &str = r#"POST /quoine/api/v1/invoices {"price":"500.0","name":"invoice name","data":"any data"}"#;

macro_rules! made {
    ($then:literal) => {
        concat!("POST /quoine/api/v1/invoices {\"price\":\"500.0\",\"name\":\"invoice name\",\"data\":\"any data\"}\n", $then)
    };
}
macro_rules! ten {
    ($it:literal) => {
        concat!($it, $it, $it, $it, $it, $it, $it, $it, $it, $it)
    };
}

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    Row(1, "200: it worked", Call, "GET /quoine/api/v1/profile", &["< 200"]),
    Row(2, "bodies are JSON", Call, MADE, &[r#"{"id":1,"#]),
    Row(3, "400: the body cannot be read", Call, "POST /quoine/api/v1/invoices {", &["< 400"]),
    Row(4, "401: the token is invalid", Call, "without Authorization\nGET /quoine/api/v1/profile", &["< 401", "Token is invalid"]),
    Row(5, "401: the key is invalid", Call, "with Authorization: APIAuth 9:x\nGET /quoine/api/v1/profile", &["< 401", "API_KEY is invalid"]),
    Row(6, "422: a parameter is missing", Call, "POST /quoine/api/v1/invoices {}", &["< 422"]),
    Row(7, "422: a parameter has a wrong format", Call, r#"POST /quoine/api/v1/invoices {"price":"much"}"#, &["< 422", "is not a number"]),
    Row(8, "503: Authy", Rule, "with Playmoney-Fault: authy_error\nGET /quoine/api/v1/profile", &["< 503"]),
    Row(9, "503: no access", Rule, "with Playmoney-Fault: access_denied\nGET /quoine/api/v1/profile", &["< 503"]),
    Row(10, "503: the limit", Setting, concat!("set quoine/2 rate_limit=enforce\n", ten!("GET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\n"), ten!("GET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\n"), ten!("GET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\nGET /quoine/api/v1/profile\n"), "GET /quoine/api/v1/profile"), &["API usage limit exceeded"]),
    Row(11, "Content-Type is required", Call, "without Content-Type\nGET /quoine/api/v1/profile", &["< 401"]),
    Row(12, "Content-MD5 is not", Call, "with Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==\nPOST /quoine/api/v1/invoices {\"price\":5}\nPOST /quoine/api/v1/invoices {\"price\":5}", &["< 401", "< 200"]),
    Row(13, "Date", Call, "with Date: Wed, 31 Dec 2025 23:44:59 GMT\nGET /quoine/api/v1/profile", &["< 401"]),
    Row(14, "NONCE of 32 signs", Call, "with NONCE: short\nGET /quoine/api/v1/profile", &["< 401"]),
    Row(15, "Authorization: APIAuth, id and signature", Call, "with Authorization: APIAuth 2:AAAA\nGET /quoine/api/v1/profile", &["< 401"]),
    Row(16, "the five parts are signed, joined by commas", Call, "GET /quoine/api/v1/invoices?page=1", &["< 200"]),
    Row(17, "price", Call, MADE, &[r#""price":"500.0""#]),
    Row(18, "name", Call, MADE, &[r#""name":"invoice name""#]),
    Row(19, "data", Call, MADE, &[r#""data":"any data""#]),
    Row(20, "the answer: eighteen members", Call, MADE, &[r#""bitcoin_address":"1"#, r#""btc_price":0.5"#, r#""sub_account_id":1"#, r#""expired_at":"2026-01-01T09:30:00.000+09:00""#]),
    Row(21, "its sample has words of its own", Decision("samples say account_created, unpaid and paid, the enumerations list other words"), MADE, &[r#""invoice_status":"payment_awaited""#]),
    Row(22, "two QR addresses", Call, MADE, &["&chl=1", "&chl=bitcoin:1"]),
    Row(23, "it expires after 30 minutes", Time, made!("advance 30m\nGET /quoine/api/v1/invoices/1"), &[r#""system_status":"expired""#]),
    Row(24, "payment_awaited", Call, MADE, &[r#""invoice_status":"payment_awaited""#]),
    Row(25, "payment_detected", Action, made!("act quoine.pay invoice=1"), &[r#""invoice_status":"payment_detected""#]),
    Row(26, "payment_confirmed", Action, made!("act quoine.pay invoice=1\nact quoine.confirm invoice=1"), &[r#""invoice_status":"payment_confirmed""#]),
    Row(27, "payment_expired", Time, made!("advance 30m\nGET /quoine/api/v1/invoices/1"), &[r#""invoice_status":"payment_expired""#]),
    Row(28, "ready", Call, MADE, &[r#""system_status":"ready""#]),
    Row(29, "unconfirmed", Action, made!("act quoine.pay invoice=1"), &[r#""system_status":"unconfirmed""#]),
    Row(30, "confirmed", Action, made!("set quoine/2 pace=manual\nact quoine.pay invoice=1\nact quoine.confirm invoice=1\nGET /quoine/api/v1/invoices/1"), &[r#""system_status":"confirmed""#]),
    Row(31, "captured", Action, made!("merchant 500\nact quoine.pay invoice=1\nact quoine.confirm invoice=1\nGET /quoine/api/v1/invoices/1"), &[r#""system_status":"captured""#]),
    Row(32, "complete", Action, made!("act quoine.pay invoice=1\nact quoine.confirm invoice=1\nGET /quoine/api/v1/invoices/1"), &[r#""system_status":"complete""#]),
    Row(33, "expired", Time, made!("advance 30m\nGET /quoine/api/v1/invoices/1"), &[r#""system_status":"expired""#]),
    Row(34, "invalid", Time, made!("set quoine/2 pace=manual\nact quoine.pay invoice=1\nadvance 3h\nGET /quoine/api/v1/invoices/1"), &[r#""system_status":"invalid""#]),
    Row(35, "the sample error", Call, "POST /quoine/api/v1/invoices {}", &[r#"{"status":"fail","errors":{"price":["can't be blank"]}}"#]),
    Row(36, "one invoice by its number", Call, made!("GET /quoine/api/v1/invoices/1"), &["invoices/1< 200"]),
    Row(37, "404: its sample", Call, "GET /quoine/api/v1/invoices/9", &["< 404", "Invoice not found"]),
    Row(38, "the list", Call, made!("GET /quoine/api/v1/invoices"), &[r#""invoices":[{"id":1"#]),
    Row(39, "page", Call, made!("GET /quoine/api/v1/invoices?page=1"), &[r#""current_page":1"#]),
    Row(40, "per", Call, made!("GET /quoine/api/v1/invoices?per=5"), &["< 200"]),
    Row(41, "meta", Call, made!("GET /quoine/api/v1/invoices"), &[r#""meta":{"current_page":1,"#, r#""total_count":1"#]),
    Row(42, "the profile", Call, "GET /quoine/api/v1/profile", &[r#"{"id":2,"#]),
    Row(43, "the callback's address", Call, r#"POST /quoine/api/v1/payments_callback_url {"callback":"https://shop.test/cb"}"#, &["< 200"]),
    Row(44, "its answer", Call, r#"POST /quoine/api/v1/payments_callback_url {"callback":"https://shop.test/cb"}"#, &["https://shop.test/cb"]),
    Row(45, "a callback at every change", Action, made!("act quoine.pay invoice=1"), &["-> http://shop.test/hooks 200", r#""invoice":{"id":1,"system_status":"unconfirmed""#]),
    Row(46, "complete once the merchant has heard of the capture", Action, made!("merchant 200 200 500 200\nact quoine.pay invoice=1\nact quoine.confirm invoice=1\nadvance 1m\nGET /quoine/api/v1/invoices/1"), &[r#""system_status":"complete""#]),
];
