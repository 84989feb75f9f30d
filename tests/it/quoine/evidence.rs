//! What each answer rests on: documented where a page has the code and the text for the very case, and else the decision.

use crate::quoine::{second_merchant, shop};
use crate::weighing::weigh;

const REFUSALS: &str = r#"
    # the sample error, and the words of a 401
    POST /quoine/api/v1/invoices {"name":"n"}
    => documented errors.validation_error
    POST /quoine/api/v1/invoices {"price":""}
    => documented errors.validation_error
    GET /quoine/api/v1/invoices/9
    => documented errors.invoice_not_found
    without Authorization
    GET /quoine/api/v1/profile
    => documented decisions.one-secret
    with Authorization: APIAuth 2:AAAA
    GET /quoine/api/v1/profile
    => documented decisions.one-secret
    with Authorization: APIAuth 77:AAAA
    GET /quoine/api/v1/profile
    => documented decisions.one-secret
    without NONCE
    GET /quoine/api/v1/profile
    => documented decisions.one-secret
    with NONCE: 0599e5ed6cbb522053f4faf4eccfbd3a
    GET /quoine/api/v1/profile
    with NONCE: 0599e5ed6cbb522053f4faf4eccfbd3a
    GET /quoine/api/v1/profile
    => documented decisions.one-secret
    # what only the library does
    with Date: Wed, 31 Dec 2025 23:40:00 GMT
    GET /quoine/api/v1/profile
    => observed decisions.date-age
    # cases and texts that no page has
    with Date: Thu, 1 Jan 2026 00:00:00 GMT
    GET /quoine/api/v1/profile
    => assumed decisions.date-forms
    POST /quoine/api/v1/invoices {"price":"0.000001"}
    => assumed decisions.price-bounds
    POST /quoine/api/v1/invoices {"price":0}
    => assumed decisions.price-bounds
    POST /quoine/api/v1/invoices {"price":1000000001}
    => assumed decisions.price-bounds
    POST /quoine/api/v1/invoices {"price":"abc"}
    => assumed decisions.fault-wording
    POST /quoine/api/v1/invoices {"price":1,"name":{}}
    => assumed decisions.fault-wording
    POST /quoine/api/v1/invoices nothing
    => assumed decisions.unreadable-body
    with Content-Type: text/plain
    POST /quoine/api/v1/invoices {"price":1}
    => assumed decisions.media-type
    POST /quoine/api/v1/payments_callback_url {}
    => assumed decisions.fault-wording
    POST /quoine/api/v1/payments_callback_url {"callback":"shop"}
    => assumed decisions.callback-forms
    GET /quoine/api/v1/invoices/x
    => assumed decisions.foreign-invoice
    GET /quoine/api/v1/nothing
    => assumed decisions.unknown-path
    with Playmoney-Fault: authy_error
    GET /quoine/api/v1/profile
    => assumed decisions.message-texts
    with Playmoney-Fault: usage_limit
    GET /quoine/api/v1/profile
    => assumed decisions.calls-limit
    with Playmoney-Fault: token_invalid
    GET /quoine/api/v1/profile
    => documented decisions.one-secret
"#;

const SERVED: &str = r#"
    GET /quoine/api/v1/profile
    => documented getProfile
    with Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==
    GET /quoine/api/v1/profile
    => documented getProfile
    with Content-MD5: AAAA
    GET /quoine/api/v1/profile
    => observed decisions.md5-of-a-get
    with Content-Type: text/plain
    GET /quoine/api/v1/profile
    => assumed decisions.media-type-of-a-get
    with Date: Thu, 01 Jan 2026 01:00:00 GMT
    GET /quoine/api/v1/profile
    => observed decisions.date-age
    with Date: thu, 01 jan 2026 00:00:00 gmt
    GET /quoine/api/v1/profile
    => assumed decisions.date-forms
    POST /quoine/api/v1/payments_callback_url {"callback":"http://shop.test/hooks"}
    => documented updateCallbackUrl
    POST /quoine/api/v1/invoices {"price":"500","name":"n","data":"d"}
    => assumed decisions.rates
    POST /quoine/api/v1/invoices {"price":"500"}
    => assumed decisions.absent-texts
    POST /quoine/api/v1/invoices {"price":"1e3","name":"n","data":"d"}
    => assumed decisions.price-texts
    POST /quoine/api/v1/invoices {"price":19.99,"name":"n","data":"d"}
    => assumed decisions.price-precision
    POST /quoine/api/v1/invoices {"price":"500","name":"n","data":"d","refund_address":"x"}
    => assumed decisions.unknown-members
    GET /quoine/api/v1/invoices/1
    => assumed decisions.btc-sent
    GET /quoine/api/v1/invoices?page=1&per=5
    => observed decisions.query-signed
    GET /quoine/api/v1/invoices
    => assumed decisions.page-size
    GET /quoine/api/v1/invoices?page=1&page=2&per=5
    => assumed decisions.repeated-query-parameter
    act quoine.pay invoice=1
    act quoine.confirm invoice=1
    GET /quoine/api/v1/invoices/1
    => documented getInvoice
    advance 1s
    act quoine.pay invoice=2 amount=0.1
    GET /quoine/api/v1/invoices/2
    => assumed decisions.btc-sent
    act quoine.pay invoice=2
    act quoine.confirm invoice=2
    GET /quoine/api/v1/invoices/2
    => assumed decisions.updated-at
    GET /quoine/pay/2
    => assumed pages.invoice
    GET /quoine/qr/2
    => assumed pages.qr
    set quoine/2 claim_bitcoin=true
    GET /quoine/api/v1/invoices/2/claim_bitcoin
    => assumed decisions.claim-of-nothing
    set quoine/2 set_payments_callback=true
    POST /quoine/api/v1/set_payments_callback {"callback":"http://shop.test/hooks"}
    => documented decisions.callback-names
"#;

#[test]
fn a_refusal_rests_on_its_case() {
    let mut shop = shop(&[]);
    assert!(24 <= weigh(&mut shop, "quoine", REFUSALS));
}

#[test]
fn an_invoice_of_another_merchant_is_not_the_sample() {
    let mut shop = shop(&[]);
    second_merchant(&mut shop, "3", "secret");
    let table = r#"
        POST /quoine/api/v1/invoices {"price":"500"}
        client 3 secret
        GET /quoine/api/v1/invoices/1
        => assumed decisions.foreign-invoice
        GET /quoine/api/v1/invoices/2
        => documented errors.invoice_not_found
    "#;
    assert_eq!(weigh(&mut shop, "quoine", table), 2);
}

#[test]
fn what_is_served_rests_on_what_was_decided_for_it() {
    assert!(20 <= weigh(&mut shop(&[]), "quoine", SERVED));
}
