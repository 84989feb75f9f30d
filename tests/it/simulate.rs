//! Properties that must always hold, over random tapes. The same cases are tried on every machine.

use proptest::prelude::{BoxedStrategy, Strategy, any};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::{Value as Json, json};

use crate::tape::Tape;

mod arbitrary;
mod cryptopay;
mod durable;
mod history;
mod invariants;
mod noise;
mod properties;
mod qbitpay;
mod quantapay;
mod quoine;
mod rules;
mod sandboxes;
mod states;
mod texts;
mod verification;
mod violations;

/// How many cases a property tries: its own number, unless `PROPTEST_CASES` replaces the numbers of all properties.
fn cases_of(own: u32) -> u32 {
    std::env::var("PROPTEST_CASES").map_or(own, |it| it.parse().expect("PROPTEST_CASES is a number"))
}

/// Tries that many cases, the same ones each time; `PROPTEST_CASES` replaces the number.
pub fn always<S: Strategy>(cases: u32, strategy: &S, test: impl Fn(S::Value))
where
    S::Value: std::fmt::Debug,
{
    let config = Config { cases: cases_of(cases), failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(strategy, |value| {
        test(value);
        Ok::<_, TestCaseError>(())
    });
    outcome.unwrap_or_else(|why| panic!("{why}"));
}

/// I7: the same tape gives the same bytes.
fn repeats(cases: u32, tapes: &impl Strategy<Value = Vec<String>>) {
    always(cases, tapes, |tape| {
        let (mut a, mut b) = (played(&tape), played(&tape));
        assert_eq!(a.log, b.log);
        same_state(&mut a, &mut b);
    });
}

/// I8: two steps equal one leap, in everything that has left the sandbox, and in its saved state.
fn leaps(cases: u32, tapes: impl Strategy<Value = Vec<String>>) {
    let left = |shop: &Tape| -> Vec<String> {
        shop.posted.iter().map(|it| format!("{} {} {:?} {:?}", it.id.delivery, it.id.number, it.headers, it.body)).collect()
    };
    always(cases, &(tapes, 0..1000_u64), |(tape, thousandths)| {
        let (mut leap, mut steps) = (played(&tape), played(&arbitrary::halved(&tape, thousandths)));
        assert_eq!(left(&leap), left(&steps));
        same_but_for_moves(&mut leap, &mut steps);
    });
}

/// I10: a restart changes nothing, and what happens in a fork stays there.
fn restarts(cases: u32, tapes: impl Fn() -> BoxedStrategy<Vec<String>>) {
    always(cases, &(tapes(), tapes(), any::<u32>()), |(tape, forks, places)| {
        let mut shop = Tape::shop();
        for (n, line) in tape.iter().enumerate() {
            shop.play(line);
            if places >> (n % 32) & 1 == 1 {
                shop.fork().play(&forks.join("\n"));
                shop.restart();
            }
        }
        let mut straight = played(&tape);
        assert_eq!(shop.log, straight.log);
        same_state(&mut shop, &mut straight);
    });
}

/// At every step of every tape.
fn at_every_step(cases: u32, tapes: &impl Strategy<Value = Vec<String>>, check: impl Fn(&mut Tape)) {
    always(cases, tapes, |tape| {
        let mut shop = Tape::shop();
        for line in &tape {
            shop.play(line);
            check(&mut shop);
        }
        shop.play("merchant 200\nadvance until idle");
        check(&mut shop);
        assert!(shop.times.is_sorted());
    });
}

/// The shop after a tape.
fn played(tape: &[String]) -> Tape {
    let mut shop = Tape::shop();
    shop.play(&tape.join("\n"));
    shop
}

/// The saved state of the sandbox.
fn exported(shop: &mut Tape) -> Json {
    shop.admin("GET", "state", &Json::Null)
}

/// The memory of a provider in such a document.
fn memory<'a>(state: &'a Json, slug: &str) -> &'a Json {
    let providers = state["providers"].as_array().expect("a list");
    &providers.iter().find(|it| it["slug"] == slug).expect("the provider")["memory"]
}

/// The same without the requests in the log, which holds refusals too.
fn without_requests(shop: &mut Tape) -> Json {
    without(exported(shop), "request")
}

/// The same without the entries of one kind in the log, and without their counts.
fn without(mut state: Json, kind: &str) -> Json {
    state["core"]["touched"] = Json::Null; // a refusal is counted
    let log = &mut state["core"]["log"];
    let entries = log["entries"].as_array().expect("a list").iter().filter(|it| it["what"].get(kind).is_none());
    log["entries"] = entries.map(|it| json!([it["at"], it["provider"], it["what"]])).collect();
    for name in ["next_sequence", "next_id", "truncated"] {
        log.as_object_mut().expect("an object").remove(name);
    }
    state
}

/// I6: each of these lines is refused, and leaves the state as it was.
fn changes_nothing(shop: &mut Tape, refused: &[&str]) {
    for line in refused {
        let before = without_requests(shop);
        shop.log.clear();
        shop.play(line);
        let status: u16 = shop.log.split("  < ").nth(1).and_then(|it| it[..3].parse().ok()).expect("a status");
        let refused = (400..501).contains(&status) || shop.log.contains("\"success\":false");
        assert!(refused, "{}", shop.log);
        assert_eq!(without_requests(shop), before, "{line}");
    }
}

/// The first place at which two documents differ.
fn difference(a: &Json, b: &Json, path: &str) -> Option<String> {
    match (a, b) {
        (Json::Object(one), Json::Object(other)) => {
            let names = one.keys().chain(other.keys());
            names.into_iter().find_map(|name| difference(&a[name], &b[name], &format!("{path}/{name}")))
        }
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            one.iter().zip(other).enumerate().find_map(|(n, (a, b))| difference(a, b, &format!("{path}/{n}")))
        }
        _ => (a != b).then(|| format!("{path}: {a}, and then {b}")),
    }
}

/// Two sandboxes have the same saved state, to the byte.
fn same_state(a: &mut Tape, b: &mut Tape) {
    assert_eq!(difference(&exported(a), &exported(b), ""), None);
}

/// The same, for any number of walks that have moved the clock.
fn same_but_for_moves(a: &mut Tape, b: &mut Tape) {
    let [a, b] = [a, b].map(|it| without(exported(it), "moved"));
    assert_eq!(difference(&a, &b, ""), None);
}
