//! How often a rule fires.

use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Method, Request};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::sample::select;

use super::{FEATURES, answered, list, shop};
use crate::simulate::always;
use crate::tape::Tape;

fn rule(name: &str, when: &str) -> String {
    format!("rules:\n  - {{ name: {name}, on: quantum-payouts.features, when: {{ {when} }}, then: {{ error: internal_error }} }}\n")
}

#[test]
fn i25_a_share_of_0_never_fires_and_a_share_of_1_always() {
    always(20, &(any::<u32>(), 1..40_usize), |(seed, calls)| {
        for (share, fires) in [("0", false), ("1", true), ("0.0", false), ("1.0", true)] {
            let mut shop = shop(&format!("seed: {seed}\n{}", rule("half", &format!("probability: {share}"))));
            assert_eq!(answered(&mut shop, calls), vec![fires; calls], "{share}");
        }
    });
}

#[test]
fn i25_after_and_times_are_counted_exactly() {
    always(40, &(0..6_usize, 0..6_usize, 0..20_usize), |(after, times, calls)| {
        let mut shop = shop(&rule("counted", &format!("after: {after}, times: {times}")));
        let fired = answered(&mut shop, calls);
        let expected: Vec<bool> = (0..calls).map(|it| (after..after + times).contains(&it)).collect();
        assert_eq!(fired, expected);
        let own = &list(&mut shop, "rules")[0];
        assert_eq!(own["fired"], expected.iter().filter(|it| **it).count());
    });
}

#[test]
fn i10_counts_survive_a_restart() {
    let places = vec(any::<bool>(), 1..30);
    always(
        40,
        &(places, 0..4_usize, 0..6_usize, select(&["0.3", "0.5", "1"][..]), any::<u32>()),
        |(restarts, after, times, share, seed)| {
            let scenario = format!("seed: {seed}\n{}", rule("counted", &format!("after: {after}, times: {times}, probability: {share}")));
            let (mut straight, mut halting) = (shop(&scenario), shop(&scenario));
            for restart in restarts {
                if restart {
                    halting.restart();
                }
                straight.play(FEATURES);
                halting.play(FEATURES);
            }
            assert_eq!(straight.log, halting.log);
            assert_eq!(list(&mut straight, "rules"), list(&mut halting, "rules"));
        },
    );
}

#[test]
fn i7_i12_draws_follow_from_seed_and_name_alone() {
    let other = "  - { name: other, on: \"quantum-payouts.*\", when: { probability: 0.5, body: { nobody: 1 } }, then: { status: 418 } }\n";
    let third = "  - { on: \"quoine.*\", when: { probability: 0.5 }, then: { status: 418 } }\n";
    always(30, &any::<u32>(), |seed| {
        let own = format!("seed: {seed}\n{}", rule("half", "probability: 0.5"));
        let drawn = |lines: &str| answered(&mut shop(lines), 64);
        let alone = drawn(&own);
        assert_eq!(drawn(&own), alone, "the same file");
        assert_eq!(drawn(&own.replace("rules:\n", &format!("rules:\n{other}{third}"))), alone, "others before it");
        assert_eq!(drawn(&format!("{own}{third}{other}")), alone, "others behind it");
        assert_ne!(drawn(&own.replace("half", "another")), alone, "another name");
        assert_ne!(drawn(&own.replace("seed: ", "seed: 1")), alone, "another seed");
        let mut late = shop(&own);
        let first = answered(&mut late, 20);
        let added = late.ask(super::yaml("rules", other.trim_start_matches("  - ")));
        assert_eq!(added.status, 201);
        let rest = answered(&mut late, 44);
        assert_eq!([first, rest].concat(), alone, "another added at run time");
    });
}

#[test]
fn i12_an_unnamed_rule_keeps_its_draws_when_another_is_added() {
    let rule = |share: &str, path: &str| {
        format!("  - {{ on: quantum-payouts.{path}, when: {{ probability: {share} }}, then: {{ error: internal_error }} }}\n")
    };
    let own = rule("0.5", "features");
    let drawn = |seed: u32, before: &str| answered(&mut shop(&format!("seed: {seed}\nrules:\n{before}{own}")), 64);
    always(20, &any::<u32>(), |seed| {
        let alone = drawn(seed, "");
        assert_eq!(drawn(seed, &rule("0.5", "createPayout")), alone);
        assert_eq!(drawn(seed, "  - { name: first, then: { status: 500 } }\n"), alone);
        let both = drawn(seed, &own);
        let hits = |all: &[bool]| all.iter().filter(|it| **it).count();
        assert!(hits(&alone) < hits(&both), "two of a kind draw each for itself");
        let mut halting = shop(&format!("seed: {seed}\nrules:\n{own}"));
        let first = answered(&mut halting, 30);
        halting.restart();
        let rest = answered(&mut halting, 34);
        assert_eq!([first, rest].concat(), alone);
    });
}

#[test]
fn a_rule_ends_on_the_instant() {
    for (when, more, gone) in [("until: 30m", "", false), ("until: \"2026-01-01T00:30:00Z\"", "", false), ("", "ttl: 30m, ", true)] {
        let line = rule("brief", when).replace("then:", &format!("{more}then:"));
        let mut shop = shop(&line);
        shop.play("advance 29m");
        assert_eq!(answered(&mut shop, 1), [true], "{line}");
        shop.play("advance 59999ms");
        assert_eq!(answered(&mut shop, 1), [true], "{line}");
        shop.play("advance 1ms");
        assert_eq!(answered(&mut shop, 1), [false], "{line}");
        assert_eq!(list(&mut shop, "rules").is_empty(), gone, "{line}");
    }
}

#[test]
fn i22_the_first_rule_that_fires_is_the_only_one() {
    let lines = "rules:\n  - { name: a, on: quantum-payouts.features, when: { after: 1, times: 1 }, then: { error: internal_error } }\n  - { name: b, on: \"quantum-payouts.*\", when: { times: 2 }, then: { status: 418 } }\n";
    let mut shop = shop(lines);
    shop.play(&format!("{FEATURES}\n").repeat(4));
    assert_eq!(super::statuses(&shop), [418, 500, 418, 200]);
    let entries = shop.admin("GET", "requests", &serde_json::Value::Null);
    let rules: Vec<_> = entries["requests"].as_array().expect("a list").iter().map(|it| it["rule"].clone()).collect();
    assert_eq!(rules, ["b".into(), "a".into(), "b".into(), serde_json::Value::Null]);
}

#[test]
fn a_rule_looks_at_body_query_headers_and_account() {
    for (when, fitting, other) in [
        (
            "body: { orderNumber: A }",
            r#"POST /quantum-payouts/api/v1/getPayoutStatus {"orderNumber":"A"}"#,
            r#"POST /quantum-payouts/api/v1/getPayoutStatus {"orderNumber":"B"}"#,
        ),
        ("query: { page: \"2\" }", "GET /quantum-payouts/api/v1/features?page=2", "GET /quantum-payouts/api/v1/features?page=3"),
        ("headers: { x-shop: { any: true } }", "with X-Shop: 1\nGET /quantum-payouts/api/v1/features", FEATURES),
        ("account: default", FEATURES, "without Authorization\nGET /quantum-payouts/api/v1/features"),
    ] {
        let mut shop = shop(&format!("rules:\n  - {{ on: \"quantum-payouts.*\", when: {{ {when} }}, then: {{ status: 418 }} }}\n"));
        shop.play(fitting).play(other);
        let seen = super::statuses(&shop);
        assert!(seen[0] == 418 && seen[1] != 418, "{when}: {seen:?}");
    }
}

#[test]
fn another_seed_of_the_command_line_is_another_chance() {
    let drawn = |seed: u64| {
        let mut shop = Tape::new(Start { seed, ..Start::default() });
        super::begin(&mut shop, &rule("half", "probability: 0.5"));
        answered(&mut shop, 64)
    };
    assert_ne!(drawn(1), drawn(2));
}

#[test]
fn i25_a_method_that_http_does_not_have_uses_up_no_rule() {
    let mut shop = shop("rules: [{ name: once, on: quantum-payouts.*, when: { times: 1 }, then: { status: 500 } }]\n");
    let mut ask = |method: &str, path: &str| {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let answer = shop.ask(Request::new(method, &format!("/quantum-payouts/api/v1/{path}"), ""));
        (answer.status.as_u16(), answer.headers.contains_key("allow"))
    };
    assert_eq!([ask("BREW", "features"), ask("PURGE", "createPayout")], [(405, true); 2]);
    assert_eq!([ask("GET", "features").0, ask("BREW", "nothing").0], [500, 404]);
    assert_eq!(list(&mut shop, "rules")[0]["fired"], 1);
}

#[test]
fn i25_an_answer_of_a_rule_to_options_leaves() {
    for (then, status) in [("{ status: 404 }", 404), ("{ status: 405 }", 405), ("{ status: 418 }", 418), ("{ latency: 0s }", 204)] {
        let mut shop = shop(&format!("rules: [{{ name: once, on: quantum-payouts.*, when: {{ times: 1 }}, then: {then} }}]\n"));
        let mut ask = || shop.ask(Request::new(Method::OPTIONS, "/quantum-payouts/api/v1/features", "")).status.as_u16();
        assert_eq!([ask(), ask()], [status, 204], "{then}");
    }
}
