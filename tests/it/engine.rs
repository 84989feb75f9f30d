//! Walks through time and the bounds of memory, from the outside.

use http::Method;
use playmoney::inside::engine::inbox::{ALL_BYTES_MAX, Inbox};
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::Request;
use playmoney::inside::kit::time::Uptime;
use playmoney::inside::sandbox::Sandbox;
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

#[test]
fn t15_all_inboxes_together_have_a_bound() {
    let mut sandbox = Sandbox::new(Start::default(), Uptime::START);
    for n in 0..80 {
        let target = format!("/__admin/inbox/shop-{}", n / 8);
        sandbox.handle(Uptime::START, Request::new(Method::POST, &target, "x".repeat(1024 * 1024 - 4096)));
    }
    let inboxes = &sandbox.world().core.inboxes;
    let kept: usize = inboxes.values().flat_map(Inbox::messages).map(|it| it.1.body.0.len()).sum();
    assert!(kept <= ALL_BYTES_MAX, "{kept} bytes");
    assert!(inboxes["shop-9"].messages().count() > 0 && inboxes.values().any(|it| it.truncated), "what was dropped is said");
}
