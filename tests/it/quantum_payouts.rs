//! Quantum Payouts, from the outside.

use playmoney::inside::kit::http::Request;
use serde_json::Value as Json;

use crate::asking;
use crate::merchants::Merchant;
use crate::tape::Tape;

mod decisions;
mod documented;
mod edge_cases;
mod endings;
mod evidence;
mod portal;
mod settings;

/// The merchant of the tests.
pub const MERCHANT: Merchant = Merchant {
    slug: "quantum-payouts",
    authorization: Some("Bearer qm_test_token"),
    tapes: TAPES,
    cheapest: "GET /quantum-payouts/api/v1/features",
};

/// Tapes that play every row of the contract once.
const TAPES: &[&str] = &[
    r#"
    merchant 500
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1,"sessionTimeoutSecs":60,"urls":{"returnUrl":"https://shop.test/ok"}}
    GET ${link}
    advance 8h
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"B","amount":1,"type":"sbp","urls":{"returnUrl":"https://shop.test/ok"}}
    act quantum-payouts.settle orderNumber=B outcome=cancelled
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"C","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
    act quantum-payouts.submit-details orderNumber=C pan=4111111111111111
    advance 1s
    act quantum-payouts.settle orderNumber=C outcome=failed
    POST /quantum-payouts/api/v1/performPayout {"orderNumber":"D","amount":1,"description":"d","target":{"pan":"4111111111111111"}}
    act quantum-payouts.settle orderNumber=D outcome=cancelled
    act quantum-payouts.manual-payout amount=1 pan=4111111111111111
    act quantum-payouts.file-payout amount=1 pan=4111111111111111
    advance 5s
    POST /quantum-payouts/api/v1/getPayoutStatus {"orderNumber":"D"}
    GET /quantum-payouts/api/v1/features
    "#,
    r#"
    set quantum-payouts/default pace=manual
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
    act quantum-payouts.submit-details orderNumber=A pan=4111111111111111
    act quantum-payouts.settle orderNumber=A outcome=processing
    act quantum-payouts.settle orderNumber=A outcome=success
    GET /quantum-payouts/index.php?view=login
    with Content-Type: application/x-www-form-urlencoded
    POST /quantum-payouts/index.php?view=login username=demo&password=demo-password
    with Cookie: ${cookie}
    GET /quantum-payouts/index.php?view=settings
    with Cookie: ${cookie}
    POST /quantum-payouts/api/v1/webhook_save {"csrf_token":"${csrf}","url":"http://shop.test/new"}
    with Cookie: ${cookie}
    POST /quantum-payouts/api/v1/webhook_test {"csrf_token":"${csrf}"}
    set quantum-payouts/default company=null
    with Cookie: ${cookie}
    POST /quantum-payouts/api/v1/webhook_save {"csrf_token":"${csrf}"}
    POST /quantum-payouts/api/v1/createPayout {}
    without Authorization
    POST /quantum-payouts/api/v1/createPayout {}
    set quantum-payouts/default card_payouts=false
    POST /quantum-payouts/api/v1/performPayout {"orderNumber":"B","amount":1,"description":"d","target":{"pan":"4111111111111111"}}
    GET /quantum-payouts/api/v1/nothing
    GET /quantum-payouts/api/v1/createPayout
    with Playmoney-Fault: internal_error
    GET /quantum-payouts/api/v1/features
    set quantum-payouts/default rate_limit=enforce
    "#,
];

/// A shop whose account has these settings, each as `name=value`.
fn shop(settings: &[&str]) -> Tape {
    asking::shop("set", settings)
}

/// A call of the API with the headers that the documentation calls required.
pub fn request(shop: &mut Tape, method: &str, name: &str, body: &str) -> Request {
    asking::request(shop, method, &format!("/quantum-payouts/api/v1/{name}"), body)
}

/// The answer to such a call: its status and its body.
pub fn answer(shop: &mut Tape, method: &str, name: &str, body: &str) -> (u16, String) {
    let request = request(shop, method, name, body);
    asking::text(&shop.ask(request))
}

/// A login to the portal. The next request belongs to it.
pub fn portal_session(shop: &mut Tape) {
    shop.play(
        "with Content-Type: application/x-www-form-urlencoded
        POST /quantum-payouts/index.php?view=login username=demo&password=demo-password
        with Cookie: ${cookie}
        GET /quantum-payouts/index.php?view=settings
        with Cookie: ${cookie}
        without Authorization",
    );
}

/// The answer to a portal call right after a login.
pub fn portal(shop: &mut Tape, name: &str, body: &Json) -> (u16, String) {
    portal_session(shop);
    let mut body = body.clone();
    body["csrf_token"] = shop.noted("csrf").into();
    answer(shop, "POST", name, &body.to_string())
}
