//! How sandboxes are created: a copy does not reach the original's application, and a sandbox keeps its name.

use std::sync::Arc;

use playmoney::inside::edge::{Config, Server};
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Method, Request};
use playmoney::inside::kit::time::Uptime;
use playmoney::inside::providers;
use playmoney::inside::scenario::{Known, Scenario, parse};
use playmoney::inside::stage::{INBOXES, MemoryStage, Report, play};
use serde_json::{Value as Json, json};

use crate::net::{Receiver, answered};
use crate::tape::{Tape, polled};

/// Objects of three kinds that carry their own addresses.
const ADDRESSES: &str = r#"
    POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}
    POST /cryptopay/api/webhook-endpoints/ {"url":"http://shop.test/endpoint"}
    POST /cryptopay/api/payment-orders/ {"amount":"1","currency":"USDC","blockchain":"base","receiving_address":"0x742d35Cc6634C0532925a3b844Bc9e7595f8f8f8","nonce":1,"order_info":"{\"number\":1}","webhook_url":"http://shop.test/order"}
    POST /cryptopay/api/payment-orders/ {"amount":"1","currency":"USDC","blockchain":"base","receiving_address":"0x742d35Cc6634C0532925a3b844Bc9e7595f8f8f8","nonce":2,"order_info":"{\"number\":1}"}
"#;
/// What happens to them.
const PAID: &str = r"
    act qbitpay.buyer-paid charge=${charge}
    act qbitpay.confirm-charge charge=${charge}
    act cryptopay.pay order=1
    act cryptopay.pay order=2
    advance 1h
";

/// A copy of a shop; its webhooks to the network would be in `posted`.
fn copied(shop: &Tape, redirect: Option<&str>) -> Tape {
    let mut copy = shop.fork();
    copy.sandbox = shop.sandbox.fork("twin", redirect, Uptime::START);
    copy.posted.clear();
    copy
}

fn events(shop: &mut Tape, inbox: &str) -> Vec<String> {
    let messages = shop.admin("GET", &format!("inbox/{inbox}/messages"), &Json::Null);
    let of = |it: &Json| {
        let body: Json = serde_json::from_str(it["body"].as_str().expect("text")).unwrap_or_default();
        [&body["type"], &body["event"]].into_iter().find_map(Json::as_str).unwrap_or("?").to_owned()
    };
    messages["messages"].as_array().expect("a list").iter().map(of).collect()
}

fn name_of(shop: &mut Tape) -> String {
    let response = shop.ask(Tape::control("GET", "clock", &Json::Null));
    response.headers["playmoney-sandbox"].to_str().expect("text").to_owned()
}

#[test]
fn a_forks_webhooks_go_to_its_own_inbox_whatever_addresses_its_objects_carry() {
    let mut shop = Tape::shop();
    shop.play(ADDRESSES);
    let mut twin = copied(&shop, None);
    twin.play(PAID);
    let urls: Vec<&str> = twin.posted.iter().map(|it| it.url.as_str()).collect();
    assert_eq!(urls, [] as [&str; 0], "nothing leaves the fork");
    let seen = events(&mut twin, "fork");
    for event in ["charge.succeeded", "payment.pending", "payment.confirmed"] {
        assert!(seen.iter().any(|it| it == event), "{event} is among {seen:?}: {}", twin.log);
    }
    shop.play(PAID);
    let mut urls: Vec<&str> = shop.posted.iter().map(|it| it.url.as_str()).collect();
    urls.sort_unstable();
    urls.dedup();
    assert_eq!(urls, ["charge", "endpoint", "hooks", "order"].map(|it| format!("http://shop.test/{it}")));
}

#[test]
fn a_fork_can_be_given_another_address_and_addresses_set_later_win() {
    let mut shop = Tape::shop();
    shop.play(ADDRESSES);
    let mut twin = copied(&shop, Some("http://twin.test/hooks"));
    twin.play(PAID);
    assert!(!twin.posted.is_empty() && twin.posted.iter().all(|it| it.url == "http://twin.test/hooks"), "{}", twin.log);
    let mut twin = copied(&shop, None);
    twin.play("set quoine/2 webhook_url=http://later.test/ confirmations=0");
    twin.play("POST /quoine/api/v1/invoices {\"price\":\"500.0\"}\nact quoine.pay invoice=1");
    assert!(!twin.posted.is_empty() && twin.posted.iter().all(|it| it.url == "http://later.test/"), "{}", twin.log);
}

#[test]
fn a_reset_and_a_restore_keep_a_forks_name_and_its_inbox() {
    let mut shop = Tape::shop();
    let saved = shop.ask(Tape::control("GET", "state", &Json::Null)).body;
    let mut twin = copied(&shop, None);
    assert_eq!(name_of(&mut twin), "twin");
    twin.play("control POST reset");
    assert_eq!(name_of(&mut twin), "twin");
    let mut put = Tape::control("PUT", "state", &Json::Null);
    put.body = saved;
    assert_eq!(twin.ask(put).status, 200);
    assert_eq!(name_of(&mut twin), "twin");
    twin.play(
        "POST /quantum-payouts/api/v1/createPayout {\"orderNumber\":\"B\",\"amount\":1,\"urls\":{\"returnUrl\":\"https://shop.test/ok\"}}",
    );
    assert!(twin.log.contains("/s/twin/"), "links lead into the fork: {}", twin.log);
    assert_eq!(twin.posted.len(), 0, "nothing leaves the fork: {}", twin.log);
    let scenario = Request::new(Method::POST, "/__admin/scenario", "version: 1\nname: other").with("Content-Type", "application/yaml");
    assert_eq!(twin.ask(scenario).status, 200);
    assert_eq!(name_of(&mut twin), "twin");
}

#[test]
fn a_fork_of_a_sandbox_that_is_walked_through_has_a_clock_of_its_own() {
    let mut shop = Tape::shop();
    let body = r#"{"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}"#;
    let request = crate::quantum_payouts::request(&mut shop, "POST", "createPayout", body);
    shop.sandbox.handle(Uptime::START, request);
    let walker = shop.sandbox.handle(Uptime::START, Tape::control("POST", "clock/advance", &json!({"by": "1m"})));
    assert!(shop.sandbox.poll_answer(Uptime::START, walker).is_none(), "a receiver is waited for");
    let mut twin = copied(&shop, None);
    twin.play("advance 30s");
    assert_eq!(twin.admin("GET", "clock", &Json::Null)["now"], "2026-01-01T00:00:30Z");
    let delivery = twin.admin("GET", "deliveries", &Json::Null)["deliveries"][0].clone();
    assert_eq!((&delivery["status"], &delivery["attempts"][0]["repeated"]), (&json!("delivered"), &json!(true)), "{delivery}");
    assert_eq!((events(&mut twin, "fork").len(), twin.posted.len()), (1, 0), "it goes to the fork's inbox, not to the network");
    assert_eq!(polled(&mut shop.sandbox).len(), 1, "the original's own attempt is still under way");
}

/// A fork of a sandbox with a charge whose address is the application's.
fn scenario(application: &str) -> Scenario {
    let text = format!(
        "version: 1
name: a fork
steps:
  - call: qbitpay.createCharge
    with: {{ amount: 100, currency: USD, externalOrderId: A, cbUrl: '{application}/charge', redirectUrl: 'https://shop.test/ok' }}
    save: charge
  - fork: twin
  - {{ in: twin, act: qbitpay.buyer-paid, with: {{ charge: '${{charge.id}}' }} }}
  - {{ in: twin, act: qbitpay.confirm-charge, with: {{ charge: '${{charge.id}}' }} }}
  - {{ in: twin, advance: 1m }}
  - {{ in: twin, expect_webhook: {{ provider: qbitpay, event: charge.succeeded, url: 'http://fork.inbox.playmoney.test/', status: delivered }} }}
  - {{ in: twin, call: quoine.createInvoice, with: {{ price: '5.0' }}, expect: {{ headers: {{ playmoney-sandbox: twin }} }} }}
"
    );
    let contracts: Vec<_> = providers::all().iter().map(|it| it.contract()).collect();
    parse("fork.yaml", &text, Known { contracts: &contracts, environment: None }).unwrap_or_else(|it| panic!("{}", it.render(false)))
}

fn passed(report: &Report) {
    assert!(report.failed().is_none(), "{:?}", report.failed());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_has_the_same_fork_in_memory_and_behind_a_server() {
    let receiver = Receiver::start(|_| Box::pin(async { answered(200) })).await;
    let scenario = Arc::new(scenario(&receiver.url()));
    let start = |url: &str| scenario.apply_to(Start { webhook_url: Some(url.to_owned()), ..Start::default() });
    passed(&play(&scenario, &mut MemoryStage::new(start(INBOXES))));
    let server = Server::start(Config { start: start(&receiver.url()), ..Config::default() }).await.expect("a free port");
    let (runtime, played) = (tokio::runtime::Handle::current(), Arc::clone(&scenario));
    let server = tokio::task::spawn_blocking(move || {
        passed(&play(&played, &mut server.stage(runtime)));
        server
    });
    server.await.expect("it is played").stop().await;
    assert!(receiver.arrived.lock().expect("no panic").is_empty(), "nothing of the fork reaches the application");
}

#[test]
fn a_reset_with_an_address_makes_every_account_tell_it_from_then_on() {
    const ADDRESS: &str = "http://127.0.0.1:9000/{provider}";
    const ACCOUNTS: &str = "version: 1\nproviders: { quoine: { webhook_url: http://shop.test/own, accounts: [{ id: '7' }] } }\n";
    let told = |shop: &mut Tape| -> Vec<(String, String)> {
        let all = shop.admin("GET", "accounts", &Json::Null)["accounts"].clone();
        let text = |it: &Json| it.as_str().unwrap_or_default().to_owned();
        all.as_array().expect("a list").iter().map(|it| (text(&it["provider"]), text(&it["settings"]["webhook_url"]["value"]))).collect()
    };
    let reset = |shop: &mut Tape, body: &Json| shop.ask(Tape::control("POST", "reset", body)).status.as_u16();
    let mut shop = Tape::shop();
    let scenario = Request::new(Method::POST, "/__admin/scenario", ACCOUNTS).with("Content-Type", "application/yaml");
    assert_eq!(shop.ask(scenario).status, 200);
    let before = told(&mut shop);
    assert!(before.contains(&("quoine".to_owned(), "http://shop.test/own".to_owned())), "{before:?}");
    for bad in ["shop.test", "ftp://shop.test", "", "http://0.0.0.0/{provider}", "http://127.0.0.1/{slug}"] {
        shop.play("POST /quoine/api/v1/invoices {\"price\":\"500.0\"}");
        let held = shop.ask(Tape::control("GET", "state", &Json::Null)).body;
        assert_eq!(reset(&mut shop, &json!({"webhook_url": bad})), 422, "{bad}");
        assert_eq!(shop.ask(Tape::control("GET", "state", &Json::Null)).body, held, "{bad} changes nothing");
    }
    assert_eq!(reset(&mut shop, &json!({"webhook_url": 5})), 422);
    let mut twin = copied(&shop, None);
    for shop in [&mut shop, &mut twin] {
        assert_eq!(reset(shop, &json!({"webhook_url": ADDRESS})), 200);
        let now = told(shop);
        assert_eq!(now.len(), before.len());
        assert!(now.iter().all(|(slug, url)| *url == ADDRESS.replace("{provider}", slug)), "{now:?}");
        assert_eq!((reset(shop, &Json::Null), told(shop)), (200, now), "an empty body changes no address");
    }
    let except = |twin: &mut Tape| twin.admin("GET", "state", &Json::Null)["core"]["redirect"]["except"].to_string();
    for shop in [&mut shop, &mut twin] {
        shop.play(PAID_OUT);
        let urls: Vec<&str> = shop.posted.iter().map(|it| it.url.as_str()).collect();
        assert!(!urls.is_empty() && urls.iter().all(|it| *it == "http://127.0.0.1:9000/quantum-payouts"), "{urls:?}: {}", shop.log);
    }
    let kept = except(&mut twin);
    assert!(kept.contains("http://127.0.0.1:9000/quoine"), "a tester has set it, so the copy's inbox does not take its place: {kept}");
    assert_eq!(except(&mut copied(&twin, None)), "[]", "a copy of the copy has an inbox of its own");
}

/// Something that sends webhooks in any sandbox.
const PAID_OUT: &str = "act quantum-payouts.manual-payout amount=100 pan=4111111111111111";

#[test]
fn an_empty_reset_of_a_copy_stays_with_its_inbox() {
    const OWN: &str = "version: 1\nproviders: { quantum-payouts: { webhook_url: http://shop.test/own } }\n";
    let scenario = || Request::new(Method::POST, "/__admin/scenario", OWN).with("Content-Type", "application/yaml");
    let mut shop = Tape::shop();
    assert_eq!(shop.ask(scenario()).status, 200);
    let mut twin = copied(&shop, None);
    for _ in 0..2 {
        twin.play("control POST reset").play(PAID_OUT);
        assert!(twin.posted.is_empty(), "the scenario was given to the original: {}", twin.log);
    }
    assert_eq!(twin.ask(scenario()).status, 200);
    for _ in 0..2 {
        twin.posted.clear();
        twin.play(PAID_OUT);
        let urls: Vec<&str> = twin.posted.iter().map(|it| it.url.as_str()).collect();
        assert!(!urls.is_empty() && urls.iter().all(|it| *it == "http://shop.test/own"), "this one was given to the copy: {urls:?}");
        twin.play("control POST reset");
    }
}

/// The status of a call with that token.
fn asked_with(shop: &mut Tape, token: &str) -> u16 {
    let request = Request::new(Method::GET, "/quantum-payouts/api/v1/features", "");
    shop.ask(request.with("authorization", &format!("Bearer {token}"))).status.as_u16()
}

#[test]
fn a_copy_takes_the_keys_that_it_holds_beside_those_of_its_name_and_a_new_key_ends_both() {
    let shop = Tape::shop();
    let mut twin = copied(&shop, None);
    let mut third = twin.fork();
    third.sandbox = twin.sandbox.fork("third", None, Uptime::START);
    for (copy, tokens) in [
        (&mut twin, [("qm_test_token", 200), ("qm_test_token_twin", 200), ("qm_test_token_third", 401)]),
        (&mut third, [("qm_test_token", 200), ("qm_test_token_twin", 200), ("qm_test_token_third", 200)]),
    ] {
        for (token, status) in tokens {
            assert_eq!(asked_with(copy, token), status, "{token} in {}", copy.sandbox.name());
        }
        copy.admin("PATCH", "accounts/quantum-payouts/default", &json!({"credentials": {"token": "qm_test_new"}}));
        for (token, _) in tokens {
            assert_eq!(asked_with(copy, token), 401, "{token} in {}", copy.sandbox.name());
        }
        assert_eq!(asked_with(copy, "qm_test_new"), 200);
    }
}

#[test]
fn i10_a_copy_that_was_saved_takes_the_same_keys() {
    let mut twin = copied(&Tape::shop(), None);
    let saved = twin.admin("GET", "state", &Json::Null);
    let mut again = Tape::new(Start { name: "twin".to_owned(), ..Start::default() });
    again.admin("PUT", "state", &saved);
    for (token, status) in [("qm_test_token", 200), ("qm_test_token_twin", 200), ("qm_test_token_again", 401)] {
        assert_eq!(asked_with(&mut again, token), status, "{token}");
    }
    assert_eq!(again.admin("GET", "state", &Json::Null)["core"]["accounts"], saved["core"]["accounts"]);
}

#[test]
fn a_forks_state_put_elsewhere_reaches_the_originals_application_as_little_as_the_fork_does() {
    let mut shop = Tape::shop();
    shop.play(ADDRESSES);
    let mut twin = copied(&shop, None);
    let saved = twin.admin("GET", "state", &Json::Null);
    let mut other = Tape::new(Start { name: "other".to_owned(), ..Start::default() });
    other.admin("PUT", "state", &saved);
    other.posted.clear();
    other.admin("POST", "clock/advance", &json!({"by": "1d"}));
    let urls: Vec<&str> = other.posted.iter().map(|it| it.url.as_str()).collect();
    assert_eq!(urls, [] as [&str; 0], "nothing leaves it");
    assert!(!events(&mut other, "fork").is_empty());
}
