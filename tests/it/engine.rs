//! Walks through time, from the outside.

use serde_json::{Value as Json, json};

use crate::tape::Tape;

const CREATE: &str =
    r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/"}}"#;

fn advance(shop: &mut Tape, how: &Json) -> (String, u64) {
    let walk = shop.admin("POST", "clock/advance", how);
    (walk["now"].as_str().expect("a time").to_owned(), walk["fired_total"].as_u64().expect("a number"))
}

#[test]
fn i26_timers_of_objects_that_have_moved_on_keep_nobody_busy() {
    let mut shop = Tape::shop();
    shop.play(CREATE).play("act quantum-payouts.settle orderNumber=A outcome=cancelled");
    for until in ["idle", "next", "delivery"] {
        assert_eq!(advance(&mut shop, &json!({"until": until})), ("2026-01-01T00:00:00Z".to_owned(), 0), "{until}");
    }
    assert_eq!(shop.admin("GET", "clock", &Json::Null)["pending"], 0);
}

#[test]
fn a_walk_that_finds_nothing_ends_at_its_limit() {
    let mut shop = Tape::shop();
    shop.play(CREATE);
    for (until, now) in [("idle", "00:01:00"), ("next", "00:02:00"), ("delivery", "00:03:00")] {
        let walk = advance(&mut shop, &json!({"until": until, "limit": "1m"}));
        assert_eq!(walk, (format!("2026-01-01T{now}Z"), 0), "{until}");
    }
    assert_eq!(advance(&mut shop, &json!({"until": "next"})), ("2026-01-01T00:10:00Z".to_owned(), 1));
}
