//! `/__admin/rules`: rules at run time.

use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use super::{FEATURES, answered, document, list, shop, statuses, yaml};
use crate::tape::Tape;

const BUSY: &str = "name: busy\non: quantum-payouts.features\nwhen: { times: 1 }\nthen: { error: rate_limited }\n";

/// A call that is refused: nothing has changed.
fn refused(shop: &mut Tape, request: Request) -> (u16, String, String) {
    let before = shop.admin("GET", "state", &Json::Null);
    let answer = shop.ask(request);
    let problem = document(&answer);
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{problem}");
    assert_eq!(shop.admin("GET", "state", &Json::Null), before, "{problem}");
    let text = |name: &str| problem[name].as_str().expect("text").to_owned();
    (answer.status.as_u16(), text("code"), text("detail"))
}

#[test]
fn a_rule_is_added_shown_and_taken_away() {
    let mut shop = Tape::shop();
    let added = shop.ask(yaml("rules", BUSY));
    assert_eq!(added.status, 201);
    let shown = json!({
        "name": "busy", "on": "quantum-payouts.features", "when": {"times": 1}, "then": {"error": "rate_limited"},
        "added_at": "2026-01-01T00:00:00Z", "ends_at": null, "fitted": 0, "fired": 0,
    });
    assert_eq!(document(&added), shown);
    assert_eq!(list(&mut shop, "rules"), [shown]);
    shop.play(FEATURES).play(FEATURES);
    assert_eq!(statuses(&shop), [429, 200]);
    let own = &list(&mut shop, "rules")[0];
    assert_eq!((&own["fitted"], &own["fired"]), (&json!(1), &json!(1)));
    let gone = shop.ask(Tape::control("DELETE", "rules/busy", &Json::Null));
    assert_eq!(document(&gone), json!({"removed": ["busy"]}));
    assert!(list(&mut shop, "rules").is_empty());
}

#[test]
fn a_rule_that_is_added_stands_ahead_of_the_others() {
    let mut shop = shop("rules: [{ name: last, on: \"quantum-payouts.*\", then: { status: 418 } }]\n");
    for text in ["on: quantum-payouts.features\nthen: { status: 503 }\n", BUSY] {
        assert_eq!(shop.ask(yaml("rules", text)).status, 201);
    }
    let names: Vec<Json> = list(&mut shop, "rules").iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["busy", "rule-2", "last"]);
    shop.play(FEATURES).play(FEATURES).play("control DELETE rules/rule-2");
    shop.play(FEATURES);
    assert_eq!(statuses(&shop), [429, 503, 200, 418]);
    let all = shop.ask(Tape::control("DELETE", "rules", &Json::Null));
    assert_eq!(document(&all), json!({"removed": ["busy", "last"]}));
    assert_eq!(answered(&mut shop, 2), [false, false]);
}

#[test]
fn a_name_is_taken_once() {
    let mut shop = Tape::shop();
    assert_eq!(shop.ask(yaml("rules", BUSY)).status, 201);
    assert_eq!(
        refused(&mut shop, yaml("rules", BUSY)),
        (409, "name_taken".to_owned(), "A rule is named `busy` already: DELETE it first.".to_owned())
    );
    let brief = format!("{}ttl: 5s\n", BUSY.replace("busy", "brief"));
    assert_eq!(shop.ask(yaml("rules", &brief)).status, 201);
    assert_eq!(list(&mut shop, "rules")[0]["ends_at"], "2026-01-01T00:00:05Z");
    shop.play("advance 5s");
    assert_eq!(shop.ask(yaml("rules", &brief)).status, 201, "its time was over");
    let until = BUSY.replace("busy", "until").replace("times: 1", "until: 7s");
    assert_eq!(shop.ask(yaml("rules", &until)).status, 201);
    let ends = list(&mut shop, "rules").iter().map(|it| (it["name"].clone(), it["ends_at"].clone())).collect::<Vec<_>>();
    assert!(ends.contains(&(json!("until"), json!("2026-01-01T00:00:12Z"))), "{ends:?}");
}

#[test]
fn any_name_stands_in_a_path() {
    let mut shop = Tape::shop();
    for (name, segment) in
        [("second create hits the limit", "second%20create%20hits%20the%20limit"), ("a/b?c", "a%2Fb%3Fc"), ("50%", "50%25")]
    {
        assert_eq!(shop.ask(yaml("rules", &BUSY.replace("busy", &format!("'{name}'")))).status, 201);
        let gone = shop.ask(Tape::control("DELETE", &format!("rules/{segment}"), &Json::Null));
        assert_eq!(document(&gone), json!({"removed": [name]}));
    }
}

#[test]
fn a_rule_that_is_not_there_is_told_with_the_nearest() {
    let mut shop = Tape::shop();
    let delete = |name: &str| Tape::control("DELETE", &format!("rules/{name}"), &Json::Null);
    assert_eq!(refused(&mut shop, delete("busy")).2, "No rule is named `busy`.");
    shop.ask(yaml("rules", BUSY));
    let (status, _, detail) = refused(&mut shop, delete("bussy"));
    assert_eq!((status, detail.as_str()), (404, "No rule is named `bussy`. The nearest is `busy`."));
}

#[test]
fn a_broken_rule_is_told_with_its_place() {
    let mut shop = Tape::shop();
    for (text, told) in [
        ("on: quoine.createInvoice\nthen: { eror: usage_limit }\n", "rule:2:9: an effect has no `eror` (the nearest is `error`)"),
        (
            "on: quoine.createInvoic\nthen: { status: 500 }\n",
            "rule:1:5: Quoine Payment has no operation `createInvoic` (the nearest is `createInvoice`)",
        ),
        (
            "then: { status: 500 }\n",
            "rule:1:1: a rule without `on` needs a name, by which the header Playmoney-Fault asks for it (add `on` or `name`)",
        ),
        ("on: quoine.createInvoice\n", "rule:1:1: a rule needs `then` (`then`: what it does)"),
        ("- 1\n", "rule:1:1: a rule is a mapping, and this is a list (its names are name, on, when, then, ttl)"),
        ("", "rule:1:1: a rule is a mapping, and this is nothing (its names are name, on, when, then, ttl)"),
        (
            "on: quoine.*\nthen: { body: \"${env:PATH}\" }\n",
            "rule:2:15: a scenario from the network cannot read environment variables (write the value itself, or load the file from the command line)",
        ),
        (
            "on: quoine.*\nthen: { body: \"${saved.id}\" }\n",
            "rule:2:15: no step before this one saves `saved` (a step with `save: saved` keeps its answer)",
        ),
    ] {
        let (status, code, detail) = refused(&mut shop, yaml("rules", text));
        assert_eq!((status, code.as_str(), detail.as_str()), (422, "invalid_scenario", told), "{text}");
    }
}

#[test]
fn t11_only_yaml_and_json_are_taken() {
    let mut shop = Tape::shop();
    let send = |kind: &str, body: &str| Request::new(Method::POST, "/__admin/rules", body.as_bytes().to_vec()).with("Content-Type", kind);
    let twice = r#"{"on":"quoine.*","then":{"status":500,"status":501}}"#;
    assert_eq!(refused(&mut shop, send("text/plain", BUSY)).0, 415);
    assert_eq!(
        refused(&mut shop, send("application/json", twice)),
        (400, "duplicate_member".to_owned(), "The body names `status` twice.".to_owned())
    );
    assert_eq!(refused(&mut shop, send("application/json", &"[".repeat(100))).0, 400);
    assert_eq!(refused(&mut shop, send("application/yaml", &"[".repeat(10_000))).0, 422);
    assert_eq!(shop.ask(send("application/json", r#"{"on":"quoine.*","then":{"status":500}}"#)).status, 201);
}

#[test]
fn a_rule_without_a_name_gets_one_that_is_free() {
    let mut shop = shop("rules: [{ on: quoine.*, then: { status: 500 } }, { name: rule-1, on: quoine.*, then: { status: 501 } }]\n");
    assert_eq!(shop.ask(yaml("rules", "name: rule-4\non: quoine.*\nthen: { status: 502 }\n")).status, 201);
    assert_eq!(shop.ask(yaml("rules", "on: quoine.*\nthen: { status: 503 }\n")).status, 201);
    let names: Vec<Json> = list(&mut shop, "rules").iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["rule-5", "rule-4", "rule-2", "rule-1"]);
}

#[test]
fn i21_a_sandbox_has_a_thousand_rules() {
    let mut shop = Tape::shop();
    for _ in 0..1_000 {
        assert_eq!(shop.ask(yaml("rules", "on: quoine.*\nwhen: { times: 0 }\nthen: { status: 500 }\n")).status, 201);
    }
    let (status, code, detail) = refused(&mut shop, yaml("rules", BUSY));
    assert_eq!((status, code.as_str(), detail.as_str()), (409, "too_many_rules", "A sandbox has at most 1000 rules."));
    assert_eq!(list(&mut shop, "rules").len(), 1_000);
}

#[test]
fn i10_rules_are_part_of_the_state() {
    let mut shop = Tape::shop();
    shop.ask(yaml("rules", "name: all\non: quantum-payouts.features\nwhen: { after: 1, times: 2, until: 1h, probability: 1, body: { a: { one_of: [1, x] } }, account: { any: true } }\nthen: { latency: { lognormal: { median: 1s, sigma: 0.5 } }, dribble: { chunks: 2, over: 1s }, headers: { X-A: b } }\nttl: 2h\n"));
    let saved = shop.admin("GET", "state", &Json::Null);
    shop.restart();
    assert_eq!(shop.admin("GET", "state", &Json::Null), saved);
    let changed = |pointer: &str, value: Json| {
        let mut broken = saved.clone();
        *broken.pointer_mut(&format!("/core/rules/standing/0/{pointer}")).expect("there") = value;
        broken
    };
    for broken in [
        changed("rule/name", json!("")),
        changed("fired", json!(u64::MAX)),
        changed("rule/ttl", json!("-PT2H")),
        changed("rule/when/until/age", json!("-PT1H")),
        changed("rule/when/probability", json!("2")),
        changed("rule/then/latency/spread/lognormal/median", json!("-PT1S")),
        changed("rule/then/transport/dribble/chunks", json!(0)),
        changed("rule/then/fault", json!({"duplicate": 4_000_000_000_u32})),
        changed("rule/then/business", json!({"reorg": {"depth": 0, "after": "PT1H"}})),
        changed("rule/then/answer", json!({"own": {"status": 99, "headers": [], "body": null}})),
    ] {
        assert_eq!(refused(&mut shop, Tape::control("PUT", "state", &broken)).0, 422, "{}", broken["core"]["rules"]);
    }
    let mut twice = saved.clone();
    let standing = twice["core"]["rules"]["standing"].as_array_mut().expect("a list");
    standing.push(standing[0].clone());
    assert_eq!(refused(&mut shop, Tape::control("PUT", "state", &twice)).0, 422);
    for it in ["rule", "added_at"] {
        let mut broken = saved.clone();
        broken["core"]["rules"]["standing"][0].as_object_mut().expect("an object").remove(it);
        assert_eq!(refused(&mut shop, Tape::control("PUT", "state", &broken)).0, 422, "{it}");
    }
}

#[test]
fn json_and_yaml_are_judged_alike() {
    let mut shop = Tape::shop();
    let long = "n".repeat(1_025);
    let longest = "n".repeat(70_000);
    let just = "n".repeat(1_024);
    let del = "a\u{7f}b";
    // The JSON of a condition on the body, the same in YAML, and the reason of the refusal.
    for (json, other, why) in [
        (r#"{"a":"x"}"#.to_owned(), "{a: x}".to_owned(), None),
        (format!(r#"{{"a":"{del}"}}"#), format!("{{a: \"{del}\"}}"), Some("U+007F")),
        (r#"{"a":"a\u007fb"}"#.to_owned(), r#"{a: "a\x7fb"}"#.to_owned(), None),
        (format!(r#"{{"{just}":1}}"#), format!("{{{just}: 1}}"), None),
        (format!(r#"{{"{just}":1}}"#), format!("{{? {just} : 1}}"), None),
        (format!(r#"{{"{long}":1}}"#), format!("{{{long}: 1}}"), Some("1024 characters")),
        (format!(r#"{{"{long}":1}}"#), format!("{{? {long} : 1}}"), Some("1024 characters")),
        (format!(r#"{{"{longest}":1}}"#), format!("{{? {longest} : 1}}"), Some("1024 characters")),
        (format!(r#"{{"{longest}":1}}"#), format!("{{{longest}: 1}}"), Some("1024 characters")),
        ("{\n\t\"a\":\t1\n}".to_owned(), "{ a: 1 }".to_owned(), None),
        (r#"{"a":"\ud83d\ude00"}"#.to_owned(), "{a: \u{1f600}}".to_owned(), None),
        (r#"{"a":"\/"}"#.to_owned(), "{a: /}".to_owned(), None),
        ("{\"a\":\"\u{85}\u{2028}\u{a0}\"}".to_owned(), r#"{a: "\N\L\_"}"#.to_owned(), None),
        (
            r#"{"a":-1E5,"b":1e-2,"c":-0.0,"d":12345678901234567890123}"#.to_owned(),
            "{a: -1E5, b: 1e-2, c: -0.0, d: 12345678901234567890123}".to_owned(),
            None,
        ),
    ] {
        let written = format!(r#"{{"on":"quoine.*","when":{{"body":{json}}},"then":{{"status":418}}}}"#);
        let posted = Request::new(Method::POST, "/__admin/rules", written.into_bytes()).with("Content-Type", "application/json");
        let of_json = shop.ask(posted);
        let of_yaml = shop.ask(yaml("rules", &format!("on: quoine.*\nwhen:\n  body: {other}\nthen: {{status: 418}}\n")));
        let cut = |it: &str| it.chars().take(60).collect::<String>();
        for (answer, text) in [(of_json, &json), (of_yaml, &other)] {
            let said = String::from_utf8_lossy(&answer.body).into_owned();
            assert_eq!(answer.status, if why.is_some() { 422 } else { 201 }, "{}: {said}", cut(text));
            assert!(why.is_none_or(|it| said.contains(it)), "{}: {said}", cut(text));
        }
    }
}

#[test]
fn warnings_stand_in_the_answer() {
    let mut shop = Tape::shop();
    let first = |answer: &Json| answer["warnings"][0]["message"].as_str().unwrap_or("none").to_owned();
    let never = "on: quoine.createInvoice\nwhen: { times: 0 }\nthen: { status: 500 }\n";
    for (text, told) in
        [(BUSY, "none"), (never, "with `times: 0` this rule never fires"), ("on: cryptopay.*\nthen: { late_payment: 5m }\n", "CryptoPay")]
    {
        let answer = shop.ask(yaml("rules", text));
        let answer = (answer.status.as_u16(), document(&answer));
        assert!(answer.0 == 201 && first(&answer.1).contains(told), "{text}: {answer:?}");
    }
    let shadowed = "rules:\n  - { on: quoine.*, then: { status: 500 } }\n  - { on: quoine.createInvoice, then: { status: 503 } }\n";
    for (lines, told) in [
        (String::new(), "null"),
        (shadowed.to_owned(), "another rule always fires first"),
        (
            format!("rules:\n  - {{ {} }}\n", "on: quoine.*, when: { times: 0 }, then: { status: 500 }"),
            "with `times: 0` this rule never fires",
        ),
    ] {
        let answer = shop.ask(yaml("scenario", &format!("version: 1\n{lines}")));
        let told_all = document(&answer)["warnings"].to_string();
        assert!(answer.status == 200 && told_all.contains(told) && !told_all.contains("has no steps"), "{lines}: {told_all}");
    }
}
