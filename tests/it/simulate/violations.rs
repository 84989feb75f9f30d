//! Violations of random tapes.

use serde_json::{Value as Json, json};

use super::arbitrary::tape;
use super::{always, cryptopay, qbitpay, quantapay, quoine};
use crate::tape::Tape;

/// What is told only grows, and each request shows its own part of it.
fn hold(shop: &mut Tape, before: &mut Vec<Json>) {
    let listed = |shop: &mut Tape| shop.admin("GET", "violations", &Json::Null)["violations"].as_array().expect("a list").clone();
    let all = listed(shop);
    assert_eq!(all[..before.len()], before[..], "what was told stays");
    *before = all;
    let of_requests = before.iter().filter(|it| !it["request"].is_null()).cloned();
    let journal = shop.admin("GET", "requests", &Json::Null);
    let shown = journal["requests"].as_array().expect("a list").iter().flat_map(|request| {
        let own = request["violations"].as_array().expect("a list").iter();
        own.map(|it| json!([request["id"], request["at"], request["operation"], it["code"], it["detail"], it["evidence"], it["source"]]))
    });
    let listed =
        of_requests.map(|it| json!([it["request"], it["at"], it["operation"], it["code"], it["detail"], it["evidence"], it["source"]]));
    assert_eq!(listed.collect::<Vec<_>>(), shown.collect::<Vec<_>>());
}

fn grow(tape: &[String]) {
    let (mut shop, mut before) = (Tape::shop(), Vec::new());
    for line in tape {
        shop.play(line);
        hold(&mut shop, &mut before);
    }
    shop.restart();
    hold(&mut shop, &mut before);
}

#[test]
fn violations_only_grow_and_are_those_of_the_requests() {
    always(40, &tape(), |tape| grow(&tape));
    always(20, &quoine::tape(), |tape| grow(&tape));
    always(20, &qbitpay::tape(), |tape| grow(&tape));
    always(20, &cryptopay::tape(), |tape| grow(&tape));
    always(20, &quantapay::tape(), |tape| grow(&tape));
}
