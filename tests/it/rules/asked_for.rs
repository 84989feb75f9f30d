//! The header `Playmoney-Fault`: one request asks for a rule, a documented error or an effect of the transport.

use std::time::Duration;

use playmoney::inside::engine::rules::Transport;
use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use super::{FEATURES, document, list, shop, statuses};
use crate::tape::Tape;

const RULES: &str = "rules:
  - { name: busy, then: { error: rate_limited } }
  - { name: teapot, on: quantum-payouts.createPayout, when: { times: 1 }, then: { status: 418, headers: { X-Tea: green }, body: { a: 0.10 } } }
  - { name: spoilt, on: \"quantum-payouts:webhook\", then: { drop: true } }
";

pub fn asking(name: &str) -> Request {
    Request::new(Method::GET, "/quantum-payouts/api/v1/features", Vec::new()).with("Playmoney-Fault", name)
}

#[test]
fn a_rule_is_asked_for_by_its_name_whatever_it_waits_on() {
    let mut shop = shop(RULES);
    assert_eq!(shop.ask(asking("busy")).status, 429);
    let tea = shop.ask(asking("teapot"));
    assert_eq!((tea.status.as_u16(), &tea.headers["x-tea"], &tea.body[..]), (418, &"green".parse().expect("text"), &b"{\"a\":0.10}"[..]));
    assert_eq!(tea.headers["content-type"], "application/json");
    let entries = shop.admin("GET", "requests", &Json::Null);
    let rules: Vec<_> = entries["requests"].as_array().expect("a list").iter().map(|it| it["rule"].clone()).collect();
    assert_eq!(rules, ["busy", "teapot"]);
    shop.play(FEATURES);
    assert_eq!(statuses(&shop), [200], "no other call is meant");
}

#[test]
fn a_documented_error_is_asked_for_by_its_name() {
    for member in playmoney::inside::providers::all() {
        let contract = member.contract();
        for row in contract.errors {
            let mut shop = Tape::shop();
            let answer = shop.ask(Request::new(Method::GET, &format!("/{}/", contract.slug), Vec::new()).with("Playmoney-Fault", row.name));
            assert_eq!(answer.status, row.status, "{} {}", contract.slug, row.name);
            let hint = answer.headers.get("playmoney-hint").map_or("", |it| it.to_str().expect("text"));
            assert_eq!(hint.contains("`rate_limit` to `off`"), row.name == contract.limit.error, "{}: {hint}", row.name);
        }
    }
}

#[test]
fn an_effect_of_the_transport_is_asked_for_by_its_word() {
    for row in playmoney::inside::engine::rules::effects::TRANSPORTS {
        let mut shop = Tape::shop();
        let ticket = shop.sandbox.handle(shop.uptime, asking(row.word));
        let answered = shop.sandbox.poll_answer(shop.uptime, ticket).expect("at once");
        assert_eq!((answered.response.is_some(), answered.transport.as_ref()), (true, Some(&row.default)), "{}", row.word);
    }
    let mut shop = shop(
        "rules:\n  - { name: slow, on: \"quantum-payouts.*\", then: { latency: { fixed: 2s, clock: real }, dribble: { chunks: 3, over: 1s } } }\n",
    );
    let ticket = shop.sandbox.handle(shop.uptime, Request::new(Method::GET, "/quantum-payouts/api/v1/features", Vec::new()));
    assert!(shop.sandbox.poll_answer(shop.uptime, ticket).is_none(), "it is held back");
    assert_eq!(shop.sandbox.next_wakeup(shop.uptime), Some(Duration::from_secs(2)));
    shop.uptime.elapsed += Duration::from_secs(2);
    let answered = shop.sandbox.poll_answer(shop.uptime, ticket).expect("its time has come");
    assert!(matches!(answered.transport, Some(Transport::Dribble { chunks: 3, .. })), "{answered:?}");
}

#[test]
fn a_name_is_any_text() {
    let mut shop = shop("rules: [{ name: später, then: { error: rate_limited } }]\n");
    let mut asking = Request::new(Method::GET, "/quantum-payouts/api/v1/features", "");
    asking.headers.insert("playmoney-fault", "später".as_bytes().try_into().expect("a value"));
    assert_eq!(shop.ask(asking).status, 429);
}

#[test]
fn what_is_held_back_is_due_and_fires() {
    let mut shop = shop("rules: [{ name: slow, on: quantum-payouts.*, then: { latency: 5s } }]\n");
    shop.sandbox.handle(shop.uptime, Request::new(Method::GET, "/quantum-payouts/api/v1/features", ""));
    let next = shop.admin("GET", "clock", &Json::Null)["next"].clone();
    let due = json!({"at": "2026-01-01T00:00:05Z", "kind": "timer", "provider": "quantum-payouts", "subject": "an answer that a rule holds back"});
    assert_eq!(next, due);
    let mut fired = shop.admin("POST", "clock/advance", &json!({"until": "next"}))["fired"][0].clone();
    assert_eq!(fired.as_object_mut().expect("an object").remove("detail"), Some(json!("it leaves")));
    assert_eq!(fired, due);
}

#[test]
fn i21_only_so_many_answers_are_held_back() {
    let mut shop = shop("rules: [{ name: slow, on: quantum-payouts.*, then: { latency: { uniform: [1m, 1h] } } }]\n");
    let mut held = 0;
    for _ in 0..4_100 {
        let ticket = shop.sandbox.handle(shop.uptime, Request::new(Method::GET, "/quantum-payouts/api/v1/features", ""));
        held += usize::from(shop.sandbox.held_until(ticket).is_some());
        shop.sandbox.give_up(shop.uptime, ticket);
    }
    assert_eq!(held, 4_096);
    assert_eq!(shop.admin("GET", "clock", &Json::Null)["pending"], 4_096);
    let notes = shop.admin("GET", "requests", &Json::Null)["notes"].clone();
    assert_eq!(notes[0]["text"], "the rule `slow` holds an answer back no more: 4096 are held back already");
}

#[test]
fn what_nobody_knows_is_told_with_the_nearest() {
    let mut shop = shop(RULES);
    for (asked, nearest) in [("bussy", "busy"), ("internal_eror", "internal_error"), ("conection_reset", "connection_reset")] {
        let answer = shop.ask(asking(asked));
        let problem = document(&answer);
        assert_eq!((answer.status.as_u16(), &problem["code"]), (422, &json!("unknown_fault")));
        let detail = problem["detail"].as_str().expect("text");
        assert!(detail.contains(&format!("`{asked}`")) && detail.contains(&format!("The nearest is `{nearest}`.")), "{detail}");
    }
    let on_webhooks = shop.ask(asking("spoilt"));
    assert_eq!(document(&on_webhooks)["code"], "invalid_fault");
    assert!(document(&on_webhooks)["detail"].as_str().is_some_and(|it| it.contains("is on webhooks and fires by itself")));
    let without_a_call = document(&shop.ask(asking("unsigned, busy")));
    assert_eq!(
        without_a_call["detail"], "Playmoney-Fault: an effect on webhooks needs a call that the provider answers.",
        "{without_a_call}"
    );
    assert!(list(&mut shop, "rules").iter().all(|it| it["fired"] == 0));
}

/// A call that makes a payout and asks for something.
fn payout(asked: &str) -> String {
    let body = r#"{"orderNumber":"A","amount":1500,"description":"d","target":{"pan":"4111111111111111"}}"#;
    format!("with Playmoney-Fault: {asked}\nPOST /quantum-payouts/api/v1/performPayout {body}\nadvance until idle")
}

#[test]
fn an_effect_on_webhooks_holds_for_all_that_the_call_makes() {
    let mut plain = shop("name: plain\n");
    plain.play(&payout("latency=0s"));
    let mut shop = shop("name: twice\n");
    shop.play(&payout("duplicate=2, bad_signature"));
    assert!(1 < plain.posted.len());
    assert_eq!(shop.posted.len(), 2 * plain.posted.len());
    assert!(list(&mut shop, "deliveries").iter().all(|it| it["rule"] == "duplicate=2, bad_signature"));
}

#[test]
fn i10_what_a_call_has_asked_for_is_saved_and_restored() {
    let mut shop = shop("name: lost\n");
    shop.play(payout("drop").trim_end_matches("\nadvance until idle"));
    let saved = shop.admin("GET", "state", &Json::Null);
    let mut other = Tape::shop();
    other.admin("PUT", "state", &saved);
    other.play("advance until idle");
    assert!(other.posted.is_empty() && list(&mut other, "deliveries").iter().all(|it| it["rule"] == "drop"));
}

#[test]
fn every_effect_with_a_word_or_a_number_can_be_asked_for() {
    for (line, all) in [
        (
            payout("*"),
            &[
                "latency=2s",
                "latency=PT2S",
                "status=503",
                "truncate_body_at_fraction=0.3",
                "dribble",
                "duplicate=2",
                "drop",
                "drop=true",
                "delay=30s",
                "reorder",
                "bad_signature",
                "unsigned",
                "stale_timestamp=10m",
                "payout_returned=1h",
                "latency=2s,duplicate=2",
                " latency = 2s , payout_returned = 1h, unsigned ",
            ][..],
        ),
        (
            "with Playmoney-Fault: *\nPOST /quoine/api/v1/invoices {\"price\":\"500.0\"}".to_owned(),
            &["underpaid=0.4", "late_payment=10m", "underpaid=0.4,delay=30s"],
        ),
    ] {
        for asked in all {
            let mut shop = shop("name: plain\n");
            shop.play(&line.replace('*', asked));
            assert!(!shop.log.contains("_fault"), "{asked}: {}", shop.log);
            assert_eq!(list(&mut shop, "requests")[0]["rule"], *asked.trim());
        }
    }
}

#[test]
fn what_is_asked_for_happens_to_what_the_call_makes() {
    let mut late = shop("name: late\n");
    late.play(&payout("delay=30s"));
    let first = list(&mut late, "deliveries")[0]["attempts"][0]["at"].clone();
    assert_eq!(first, "2026-01-01T00:00:30Z");
    let mut short = shop("name: short\n");
    short.play("with Playmoney-Fault: underpaid=0.4\nPOST /quoine/api/v1/invoices {\"price\":\"500.0\"}\nadvance 5m");
    assert!(short.log.contains("by the rule `underpaid=0.4`"), "{}", short.log);
}

#[test]
fn a_rule_that_only_a_request_asks_for_has_effects_on_both() {
    let mut shop = shop("rules: [{ name: lost, then: { drop: true, headers: { X-Trace: t-1 } } }]\n");
    assert_eq!(shop.ask(asking("lost")).headers["x-trace"], "t-1");
    shop.play(&payout("lost"));
    assert!(shop.posted.is_empty(), "{}", shop.log);
    let rule = "{ name: both, then: { status: 500, drop: true } }";
    let answer = shop.ask(super::yaml("rules", rule));
    assert!(document(&answer)["rendered"].as_str().is_some_and(|it| it.contains("a call that the rule answers causes none")));
}

#[test]
fn i21_what_requests_ask_for_is_bounded_together() {
    let mut shop = shop("name: large\n");
    let rule = json!({"name": "large", "then": {"tamper": {"payout.note": "x".repeat(400_000)}}});
    assert_eq!(shop.ask(Tape::control("POST", "rules", &rule)).status, 201);
    for number in 0..45 {
        let body = format!(r#"{{"orderNumber":"{number}","amount":1500,"urls":{{"returnUrl":"https://shop.test/ok"}}}}"#);
        let request = Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", body);
        let request = request.with("Content-Type", "application/json").with("Authorization", "Bearer qm_test_token");
        assert_eq!(shop.ask(request.with("Playmoney-Fault", "large")).status, 200);
    }
    let kept = shop.sandbox.world().core.spoilt.len();
    assert!((30..45).contains(&kept), "{kept}");
    let notes = shop.admin("GET", "requests", &Json::Null)["notes"].to_string();
    assert!(notes.contains("`large` ends for an object"), "{}", &notes[..notes.len().min(500)]);
    let saved = shop.admin("GET", "state", &Json::Null);
    assert_eq!(shop.ask(Tape::control("PUT", "state", &saved)).status, 200);
}

#[test]
fn a_value_that_an_effect_cannot_have_is_refused() {
    let mut shop = shop(RULES);
    for (asked, code) in [
        ("duplicate=1", "invalid_fault"),
        ("latency", "invalid_fault"),
        ("underpaid=0.4", "invalid_fault"),
        ("rate_limited, drop", "invalid_fault"),
        ("duplicat=2", "unknown_fault"),
        ("drop, nothing_like_this", "unknown_fault"),
    ] {
        let answer = shop.ask(asking(asked));
        assert_eq!((answer.status.as_u16(), &document(&answer)["code"]), (422, &json!(code)), "{asked}");
    }
}

#[test]
fn a_wrong_part_is_named_and_shown_as_it_is_written() {
    let mut shop = shop(RULES);
    for (asked, told) in [
        ("duplicate", "Playmoney-Fault: duplicate: this has to be a whole number from 2 to 100, not `true`; write duplicate=2."),
        ("drop, latency", "Playmoney-Fault: latency: "),
        ("latency=1s, delay=soon", "Playmoney-Fault: delay: "),
        ("bad_signature, duplicate=1", "Playmoney-Fault: duplicate: "),
    ] {
        let detail = document(&shop.ask(asking(asked)))["detail"].as_str().expect("text").to_owned();
        assert!(detail.starts_with(told) && detail.contains("; write "), "{asked}: {detail}");
    }
}

#[test]
fn an_answer_that_only_a_tester_lets_go_says_so_in_the_journal() {
    for (clock, latency, note) in [
        ("frozen", "5s", json!("the answer is held until 2026-01-01T00:00:05Z of simulated time, and the clock stands: advance it by 5s")),
        ("frozen", "{ fixed: 5s, clock: real }", Json::Null),
        ("60x", "5s", Json::Null),
    ] {
        let mut shop = shop(&format!("rules: [{{ name: slow, on: quantum-payouts.*, then: {{ latency: {latency} }} }}]\n"));
        let rate = json!({"rate": 60});
        if clock != "frozen" {
            shop.admin("POST", "clock/scale", &rate);
        }
        shop.sandbox.handle(shop.uptime, Request::new(Method::GET, "/quantum-payouts/api/v1/features", ""));
        assert_eq!(list(&mut shop, "requests")[0]["note"], note, "{clock} {latency}");
    }
}
