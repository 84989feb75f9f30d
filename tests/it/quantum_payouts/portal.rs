//! The portal, the links, and what people see.

use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Method, Request};
use playmoney::inside::kit::time::Uptime;
use serde_json::{Value as Json, json};

use crate::quantum_payouts::{answer, portal, request, shop};
use crate::tape::{SHOP, Tape};

const CREATE: &str = r#"{"orderNumber":"A","amount":150000,"urls":{"returnUrl":"https://shop.test/ok"}}"#;

fn link(body: &str) -> String {
    let body: Json = serde_json::from_str(body).expect("JSON");
    body["payoutUrl"].as_str().expect("a link").to_owned()
}

#[test]
fn a_named_sandbox_has_keys_and_links_of_its_own() {
    let mut shop = Tape::new(Start { name: "checkout-7".to_owned(), ..Start::default() });
    assert_eq!(answer(&mut shop, "GET", "features", "").0, 401, "the default's token is another's");
    let account = shop.admin("GET", "accounts/quantum-payouts/default", &Json::Null);
    let token = account["credentials"]["token"].as_str().expect("a token").to_owned();
    assert_eq!(token, "qm_test_token_checkout-7");
    shop.play(&format!("with Authorization: Bearer {token}"));
    let (status, body) = answer(&mut shop, "POST", "createPayout", CREATE);
    assert_eq!(status, 200);
    assert!(link(&body).starts_with("http://127.0.0.1:4242/s/checkout-7/quantum-payouts/static/payout.php?payout_id=1&token="), "{body}");
    let response = {
        let health = Tape::control("GET", "health", &Json::Null);
        shop.ask(health)
    };
    assert_eq!(
        (&response.headers["playmoney-sandbox"], &response.headers["playmoney-time"]),
        (&"checkout-7".parse().expect("text"), &"2026-01-01T00:00:00Z".parse().expect("text"))
    );
    assert_eq!(response.headers["date"], "Thu, 01 Jan 2026 00:00:00 GMT");
    let again = Tape::new(Start { name: "checkout-7".to_owned(), seed: 99, ..Start::default() }).admin(
        "GET",
        "accounts/quantum-payouts/default",
        &Json::Null,
    );
    assert_eq!(again["credentials"]["token"], token, "keys follow from the name alone");
}

#[test]
fn a_call_by_the_providers_own_host_gets_links_without_the_slug() {
    let mut shop = shop(&[]);
    let mut request = request(&mut shop, "POST", "createPayout", CREATE);
    request.by_own_host = true;
    request.origin = "https://payouts-dev.quantumlabs.ru".to_owned();
    let body = String::from_utf8(shop.ask(request).body.to_vec()).expect("text");
    assert!(link(&body).starts_with("https://payouts-dev.quantumlabs.ru/static/payout.php?payout_id=1&token="), "{body}");
}

#[test]
fn signature_time_real_dates_attempts_by_the_real_clock() {
    let mut shop = shop(&["signature_time=real"]);
    shop.uptime = Uptime { date: "2026-11-25T16:00:00Z".parse().expect("a time"), ..shop.uptime };
    answer(&mut shop, "POST", "createPayout", CREATE);
    assert_eq!(shop.posted[0].headers["x-payouts-timestamp"], "1795622400");
    let body = String::from_utf8_lossy(&shop.posted[0].body).into_owned();
    assert!(body.contains("\"occurredAt\":\"2026-01-01T03:00:00+03:00\""), "what happened, happened on the simulated clock: {body}");
}

#[test]
fn a_session_lives_for_thirty_idle_minutes_and_is_renewed_at_login() {
    let mut shop = shop(&[]);
    portal(&mut shop, "webhook_save", &json!({}));
    let (cookie, csrf) = (shop.noted("cookie").to_owned(), shop.noted("csrf").to_owned());
    let save = |shop: &mut Tape| {
        shop.play(&format!("with Cookie: other=1; {cookie}"));
        answer(shop, "POST", "webhook_save", &format!(r#"{{"csrf_token":"{csrf}"}}"#)).0
    };
    for _ in 0..3 {
        shop.play("advance 1799s");
        assert_eq!(save(&mut shop), 200, "each use begins the idle time anew");
    }
    shop.play("advance 1800s");
    assert_eq!(save(&mut shop), 401);
    portal(&mut shop, "webhook_save", &json!({}));
    let before = shop.noted("cookie").to_owned();
    shop.play(&format!(
        "with Cookie: {before}
        with Content-Type: application/x-www-form-urlencoded
        POST /quantum-payouts/index.php?view=login username=demo&password=demo-password"
    ));
    assert_ne!(shop.noted("cookie"), before);
    shop.play(&format!("with Cookie: {before}"));
    assert_eq!(answer(&mut shop, "POST", "webhook_save", "{}").0, 401, "the session that was logged in over has ended");
    shop.log.clear();
    shop.play("GET /quantum-payouts/index.php?view=settings");
    assert!(shop.log.contains("< 303 [location: index.php?view=login]"), "{}", shop.log);
}

#[test]
fn the_portal_stands_in_no_other_page() {
    let page = Tape::shop().ask(Request::new(Method::GET, "/quantum-payouts/index.php?view=login", ""));
    let policy = page.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.ends_with("; frame-ancestors 'none'"), "{policy}");
}

#[test]
fn portal_calls_take_forms_as_browsers_send_them() {
    let mut shop = shop(&[]);
    portal(&mut shop, "webhook_save", &json!({}));
    shop.log.clear();
    shop.play(
        "with Cookie: ${cookie}
        with Content-Type: application/x-www-form-urlencoded
        POST /quantum-payouts/api/v1/webhook_save csrf_token=${csrf}&url=http%3A%2F%2Fshop.test%2Fnew&enabled=0&enabled=1&use_signature=0
        with Cookie: ${cookie}
        with Content-Type: application/x-www-form-urlencoded
        POST /quantum-payouts/api/v1/webhook_save csrf_token=${csrf}&enabled=maybe
        with Cookie: ${cookie}
        POST /quantum-payouts/api/v1/webhook_save {\"csrf_token\":\"${csrf}\",\"enabled\":\"true\"}",
    );
    assert!(shop.log.contains(r#""webhook":{"url":"http://shop.test/new","enabled":true,"use_signature":false,"#), "{}", shop.log);
    assert_eq!(shop.log.matches("enabled must be a boolean").count(), 2, "{}", shop.log);
}

#[test]
fn what_a_merchant_writes_is_text_on_the_page() {
    let mut shop = shop(&[]);
    let script = "<script>alert('1')</script>";
    let body = json!({"orderNumber": "<b>", "amount": 1, "description": script, "urls": {"returnUrl": "https://shop.test/ok", "failUrl": "https://shop.test/?a=\"onload=\""}});
    let (_, created) = answer(&mut shop, "POST", "createPayout", &body.to_string());
    let path = link(&created).replace("http://127.0.0.1:4242", "");
    let get = |shop: &mut Tape| {
        shop.log.clear();
        shop.play(&format!("GET {path}"));
        shop.log.clone()
    };
    assert!(get(&mut shop).contains("&lt;script&gt;") && !get(&mut shop).contains("<script"));
    shop.play("advance 10m");
    assert!(get(&mut shop).contains("expired") && !get(&mut shop).contains("\"onload"), "{}", shop.log);
}

#[test]
fn a_test_webhook_stands_in_the_journal_with_its_answer() {
    let mut shop = Tape::new(Start { webhook_url: Some(SHOP.to_owned()), ..Start::default() });
    portal(&mut shop, "webhook_test", &json!({}));
    let journal = shop.admin("GET", "requests?operation=webhook_test", &Json::Null);
    assert_eq!(journal["requests"][0]["response"]["status"], 200);
    assert!(journal["requests"][0]["response"]["body"].as_str().is_some_and(|it| it.contains("\"status\":200")));
}

#[test]
fn a_test_webhook_that_a_reset_overtakes_is_answered_all_the_same() {
    let mut shop = shop(&[]);
    portal(&mut shop, "webhook_save", &json!({}));
    let (cookie, csrf) = (shop.noted("cookie").to_owned(), shop.noted("csrf").to_owned());
    shop.play(&format!("with Cookie: {cookie}"));
    let request = request(&mut shop, "POST", "webhook_test", &format!(r#"{{"csrf_token":"{csrf}"}}"#));
    let ticket = shop.sandbox.handle(shop.uptime, request);
    assert!(shop.sandbox.poll_answer(shop.uptime, ticket).is_none(), "it waits for its webhook");
    crate::tape::polled(&mut shop.sandbox);
    shop.play("control POST reset");
    answer(&mut shop, "GET", "features", "");
    let response = shop.sandbox.poll_answer(shop.uptime, ticket).and_then(|it| it.response).expect("an answer");
    assert_eq!(response.status, 410);
    let journal = shop.admin("GET", "requests", &Json::Null);
    assert_eq!(journal["requests"][0]["response"]["status"], 200, "nothing is written into the new generation's journal");
}
