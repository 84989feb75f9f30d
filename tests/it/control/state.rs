//! Accounts, and the sandbox as a value: saved, restored, reset.

use playmoney::inside::engine::clock::Mode;
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::time::Uptime;
use serde_json::{Value as Json, json};

use super::{call, create, exported, perform, problem, refused};
use crate::tape::{SHOP, Tape, snapshot};

const ACCOUNT: &str = "accounts/quantum-payouts/default";

#[test]
fn an_account_is_shown_with_what_each_setting_means() {
    let mut shop = Tape::shop();
    let (_, account) = call(&mut shop, "GET", ACCOUNT, &Json::Null);
    let (_, all) = call(&mut shop, "GET", "accounts", &Json::Null);
    let all = all["accounts"].as_array().expect("accounts");
    assert_eq!(all.len(), playmoney::inside::providers::all().len(), "one at each provider");
    assert!(all.contains(&account));
    snapshot("control/an_account", &serde_json::to_string_pretty(&account).expect("JSON"));
    assert_eq!(
        refused(&mut shop, "GET", "accounts/quantum-payouts/shop", &Json::Null).2,
        "quantum-payouts has no account `shop`. Known accounts: default."
    );
    assert_eq!(refused(&mut shop, "GET", "accounts/nobody/default", &Json::Null).0, 404);
}

#[test]
fn a_sandbox_names_the_scenario_with_which_it_began() {
    let mut shop = Tape::shop();
    assert_eq!(call(&mut shop, "GET", "scenario", &Json::Null).1, json!({"scenario": null}));
    shop.admin("POST", "scenario", &json!({"version": 1, "name": "two shops"}));
    create(&mut shop, "A");
    assert_eq!(call(&mut shop, "GET", "scenario", &Json::Null).1, json!({"scenario": "two shops"}));
}

#[test]
fn settings_are_taken_all_or_none() {
    let mut shop = Tape::shop();
    for (body, why) in [
        (json!({"pace": "manual", "pretty_bdy": true}), "Quantum Payouts has no setting `pretty_bdy`; the nearest is `pretty_body`"),
        (json!({"pace": "manual", "pretty_body": "yes"}), "`pretty_body` must be true or false"),
        (json!({"pace": "slow"}), "`pace` must be one of auto, manual"),
        (json!({"channels": ["vtb", "sber"]}), "`channels` must be a list of vtb, alfa"),
        (json!({"channels": "vtb"}), "`channels` must be a list of vtb, alfa"),
        (json!({"company": 5}), "`company` must be a text of at most 256 bytes, or null"),
        (json!({"webhook_url": "shop.test"}), "`webhook_url`: a webhook address must begin with http:// or https://"),
        (json!({"webhook_url": "ftp://shop.test"}), "`webhook_url`: a webhook address must begin with http:// or https://"),
        (json!({"webhook_url": "http://me:pw@"}), "`webhook_url`: the address has no host, or its port is invalid"),
        (
            json!({"webhook_url": "http://0.0.0.0:3000/"}),
            "`webhook_url`: 0.0.0.0 and [::] name no host, a server only listens on them: write 127.0.0.1, or [::1]",
        ),
        (json!({"webhook_url": "http://shop.test:99999/"}), "`webhook_url`: the address has no host, or its port is invalid"),
        (json!({"webhook_secret": ""}), "`webhook_secret` must be a text of 1 to 256 bytes"),
        (json!({"rate_limit": "on"}), "`rate_limit` must be one of off, headers, enforce"),
    ] {
        let (status, _, detail) = refused(&mut shop, "PATCH", ACCOUNT, &body);
        assert_eq!((status, detail.as_str()), (422, why), "{body}");
    }
    let (status, account) =
        call(&mut shop, "PATCH", ACCOUNT, &json!({"pace": "manual", "pretty_body": true, "channels": ["alfa"], "company": "ООО"}));
    let set = ["pace", "pretty_body", "channels", "company"].map(|it| account[it].clone());
    assert_eq!((status, set), (200, [json!("manual"), json!(true), json!(["alfa"]), json!("ООО")]));
    let removed =
        json!({"pace": null, "pretty_body": null, "channels": null, "company": null, "webhook_url": null, "webhook_secret": null});
    let (_, account) = call(&mut shop, "PATCH", ACCOUNT, &removed);
    let set = ["pace", "pretty_body", "channels", "company", "webhook_url", "webhook_secret"].map(|it| account[it].clone());
    assert_eq!(set, [json!("auto"), json!(false), json!(["vtb", "alfa"]), Json::Null, Json::Null, Json::Null]);
    assert_eq!(account["settings"]["pace"]["default"], "auto");
}

#[test]
fn i27_reset_is_a_fresh_start() {
    let start = Start { webhook_url: Some(SHOP.to_owned()), seed: 7, ..Start::default() };
    let mut shop = Tape::new(start.clone());
    let fresh = exported(&mut shop);
    perform(&mut shop, "A");
    shop.play("merchant 500\nset pace=manual webhook_url=http://shop.test/new\nadvance 3s\ncontrol PUT inbox/a/script {\"respond\":[500]}");
    create(&mut shop, "B");
    let (status, answer) = call(&mut shop, "POST", "reset", &Json::Null);
    assert_eq!((status, &answer["reset"], &answer["clock"]["now"]), (200, &json!(true), &json!("2026-01-01T00:00:00Z")));
    assert_eq!(exported(&mut shop), fresh);
    call(&mut shop, "POST", "reset", &json!({}));
    assert_eq!(exported(&mut shop), fresh, "twice is once");
    shop.play("merchant 200");
    let mut other = Tape::new(start);
    for it in [&mut shop, &mut other] {
        it.log.clear();
        perform(it, "A");
        it.play("advance until idle");
    }
    assert_eq!(shop.log, other.log);
    assert_eq!(refused(&mut shop, "POST", "reset", &json!({"seed": 2})).0, 422);
}

#[test]
fn i10_a_saved_sandbox_goes_on_as_if_it_had_never_stopped() {
    let tape = |restart: &str| {
        let mut shop = Tape::shop();
        shop.play(&format!("set webhook_url=http://slow.inbox.playmoney.test/\n{restart}"));
        shop.play("control PUT inbox/slow/script {\"respond\":[{\"delay\":\"4s\"},\"timeout\",500,200]}");
        create(&mut shop, "A");
        shop.play(restart);
        perform(&mut shop, "B");
        shop.play(&format!(
            "advance 1s\n{restart}\nadvance 8s\n{restart}\nadvance 1m\n{restart}\ncontrol GET deliveries\ncontrol GET requests"
        ));
        shop.log
    };
    assert_eq!(tape(""), tape("restart"));
}

#[test]
fn import_after_export_is_the_identity() {
    let mut shop = Tape::shop();
    shop.play("merchant 500 timeout 200");
    perform(&mut shop, "A");
    shop.play("advance 20s");
    create(&mut shop, "ЗАКАЗ/\"1\"");
    let saved = exported(&mut shop);
    let (status, answer) = call(&mut shop, "PUT", "state", &saved);
    assert_eq!((status, &answer["restored"], &answer["clock"]["now"]), (200, &json!(true), &json!("2026-01-01T00:00:20Z")));
    assert_eq!(exported(&mut shop), saved);
}

#[test]
fn a_saved_sandbox_has_a_body_once() {
    let mut shop = Tape::shop();
    shop.play("merchant 500 500 500");
    perform(&mut shop, "ONCE");
    shop.play("advance 20s");
    let mut saved = exported(&mut shop);
    let shown = call(&mut shop, "GET", "deliveries", &Json::Null);
    let delivery = &saved["core"]["outbox"]["deliveries"]["1"];
    let (body, attempts) = (delivery["body"].clone(), delivery["attempts"].as_array().expect("a list").clone());
    assert!(attempts.len() > 1 && attempts.iter().all(|it| it.get("body").is_none() && it.get("signed").is_none()), "{attempts:?}");
    assert_eq!(call(&mut shop, "PUT", "state", &saved).0, 200);
    assert_eq!(call(&mut shop, "GET", "deliveries", &Json::Null), shown);
    // A document that repeats the body is read as well, and one in which nothing was signed.
    let attempts = &mut saved["core"]["outbox"]["deliveries"]["1"]["attempts"];
    attempts[0]["body"] = body;
    attempts[1]["signed"] = Json::Null;
    assert_eq!(call(&mut shop, "PUT", "state", &saved).0, 200);
    let again = exported(&mut shop);
    let attempts = &again["core"]["outbox"]["deliveries"]["1"]["attempts"];
    assert_eq!((attempts[0].get("body"), attempts[1].get("signed")), (None, Some(&Json::Null)));
}

#[test]
fn a_restored_sandbox_keeps_its_own_name_and_bounds() {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    let saved = exported(&mut shop);
    let mut other = Tape::new(Start { name: "checkout-7".to_owned(), journal_bytes_max: 100, ..Start::default() });
    assert_eq!(call(&mut other, "PUT", "state", &saved).0, 200);
    assert_eq!(other.sandbox.name(), "checkout-7");
    let (_, journal) = call(&mut other, "GET", "requests", &Json::Null);
    assert_eq!(journal, json!({"requests": [], "truncated": true}), "what does not fit is dropped, and said to be");
    let token = &call(&mut other, "GET", "accounts/quantum-payouts/default", &Json::Null).1["credentials"]["token"];
    assert_eq!(token, "qm_test_token_checkout-7", "the name that leads here");
}

/// Where a provider stands in a saved state.
fn provider_id(slug: &str) -> usize {
    playmoney::inside::providers::all().iter().position(|it| it.contract().slug == slug).expect("the provider")
}

#[test]
fn documents_that_are_no_saved_sandbox_change_nothing() {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    let saved = exported(&mut shop);
    let with = |path: &str, value: Json| {
        let mut document = saved.clone();
        *document.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = value;
        document
    };
    let mut extra = saved.clone();
    extra["colour"] = json!("red");
    for (document, why) in [
        (json!({}), "playmoney_state"),
        (json!({"version": 3}), "playmoney_state"),
        (with("/playmoney_state", json!(1)), "version 1"),
        (with("/playmoney_state", json!("5")), "playmoney_state"),
        (json!({"playmoney_state": 5}), "damaged"),
        (extra, "colour"),
        (with("/core/now", json!("yesterday")), "damaged"),
        (with("/core/outbox", json!(null)), "damaged"),
        (with("/providers", json!([])), "does not have all providers"),
        (with("/providers/0/slug", json!("quine")), "`quine`"),
        (with(&format!("/providers/{}/memory", provider_id("quantum-payouts")), json!({"payouts": 5})), "memory of quantum-payouts"),
        (with("/core/accounts", json!([])), "does not have all providers"),
    ] {
        let (status, _, detail) = refused(&mut shop, "PUT", "state", &document);
        assert_eq!(status, 422, "{detail}");
        assert!(detail.contains(why), "{why}: {detail}");
    }
}

#[test]
fn documents_that_are_no_object_change_nothing() {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    let before = exported(&mut shop);
    for (body, kind) in [
        ("", "the body is empty"),
        (" \n", "the body is empty"),
        ("[]", "it is a list"),
        ("[{\"playmoney_state\":5}]", "it is a list"),
        ("\"x\"", "it is a text"),
        ("null", "it is null"),
        ("false", "it is true or false"),
        (" 4", "it is a number"),
        ("-1e9", "it is a number"),
    ] {
        let mut request = Tape::control("PUT", "state", &Json::Null);
        request.body = body.to_owned().into();
        let (status, code, detail) = problem(&shop.ask(request));
        let why = format!("this is not a saved sandbox: {kind}, and not an object with `playmoney_state`");
        assert_eq!((status, &*code, detail), (422, "invalid_request", why), "{body}");
    }
    for body in ["{", "[", "[1", "\"x", "nul", "4x", "x", "{}{}", "[]]"] {
        let mut request = Tape::control("PUT", "state", &Json::Null);
        request.body = body.to_owned().into();
        let (status, code, _) = problem(&shop.ask(request));
        assert_eq!((status, &*code), (400, "invalid_json"), "{body}");
    }
    assert_eq!(exported(&mut shop), before);
}

#[test]
fn bodies_that_are_no_clear_document_are_refused_everywhere() {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    let before = exported(&mut shop);
    let ask = |shop: &mut Tape, method: &str, path: &str, media: &str, body: &str| {
        let mut request = Tape::control(method, path, &Json::Null);
        request.headers.clear();
        request.body = body.to_owned().into();
        if !media.is_empty() {
            request = request.with("Content-Type", media);
        }
        problem(&shop.ask(request))
    };
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(64), "]".repeat(64));
    for (method, path) in [
        ("PUT", "state"),
        ("POST", "clock/advance"),
        ("POST", "act/quantum-payouts/settle"),
        ("PATCH", ACCOUNT),
        ("PUT", "inbox/a/script"),
        ("POST", "webhooks/verify"),
        ("POST", "reset"),
    ] {
        for (media, body, status, code) in [
            ("application/json", r#"{"by":"1s","by":"2s"}"#, 400, "duplicate_member"),
            ("application/json", r#"{"a":{"b":[{"c":1,"c":2}]}}"#, 400, "duplicate_member"),
            ("application/json", "{\"by\":", 400, "invalid_json"),
            ("application/json", "[1]", 400, "invalid_json"),
            ("application/json", &deep, 400, "invalid_json"),
            ("text/plain", r#"{"by":"1s"}"#, 415, "unsupported_media_type"),
            ("application/x-www-form-urlencoded", "by=1s", 415, "unsupported_media_type"),
            ("", r#"{"by":"1s"}"#, 415, "unsupported_media_type"),
        ] {
            // A state that is a list is a foreign document.
            let (status, code) = if (path, body) == ("state", "[1]") { (422, "invalid_request") } else { (status, code) };
            let (got, found, detail) = ask(&mut shop, method, path, media, body);
            assert_eq!((got, found.as_str()), (status, code), "{method} {path} {media} {body}: {detail}");
        }
    }
    assert_eq!(exported(&mut shop), before);
}

#[test]
fn a_real_clock_goes_on_from_where_it_was_saved() {
    let start = Start { mode: Mode::Real, ..Start::default() };
    let mut shop = Tape::new(start);
    shop.play("wait 10s");
    perform(&mut shop, "A");
    shop.restart();
    let clock = call(&mut shop, "GET", "clock", &Json::Null).1;
    assert_eq!((&clock["mode"], &clock["now"]), (&json!("real"), &json!("2026-01-01T00:00:10Z")), "no time has passed meanwhile");
    shop.play("wait 5s");
    let clock = call(&mut shop, "GET", "clock", &Json::Null).1;
    assert_eq!((&clock["now"], &clock["pending"]), (&json!("2026-01-01T00:00:15Z"), &json!(0)));
}

#[test]
fn a_fork_and_its_original_never_meet() {
    let mut shop = Tape::shop();
    perform(&mut shop, "A");
    let saved = exported(&mut shop);
    let mut fork = Tape::shop();
    fork.sandbox = shop.sandbox.clone();
    assert_eq!(exported(&mut fork), saved);
    fork.play("act quantum-payouts.settle orderNumber=A outcome=failed\nset pretty_body=true\nadvance 1h");
    assert_eq!(exported(&mut shop), saved);
    shop.play("advance until idle");
    let status = |shop: &mut Tape| crate::quantum_payouts::answer(shop, "POST", "getPayoutStatus", r#"{"orderNumber":"A"}"#).1;
    assert!(status(&mut shop).contains("\"orderStatus\":\"success\"") && status(&mut fork).contains("\"orderStatus\":\"failed\""));
}

#[test]
fn what_was_under_way_when_the_sandbox_was_saved_leaves_again() {
    let mut shop = Tape::shop();
    let mut request = crate::quantum_payouts::request(&mut shop, "POST", "createPayout", "");
    request.body = r#"{"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}"#.into();
    shop.sandbox.handle(Uptime::START, request);
    let outgoing = crate::tape::polled(&mut shop.sandbox);
    assert_eq!(outgoing.len(), 1);
    shop.restart();
    let attempts = call(&mut shop, "GET", "deliveries", &Json::Null).1["deliveries"][0]["attempts"].clone();
    assert_eq!(attempts.as_array().map(Vec::len), Some(1));
    assert_eq!((&attempts[0]["repeated"], &attempts[0]["status"]), (&json!(true), &json!(200)));
    assert_eq!(shop.posted[0].body, outgoing[0].body);
    assert_eq!(shop.posted[0].headers, outgoing[0].headers);
}
