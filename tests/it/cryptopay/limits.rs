//! The rate limit, its headers, and who it counts.

use playmoney::inside::kit::http::Response;
use serde_json::{Value as Json, json};

use super::{answer, asked};
use crate::tape::Tape;

const LIST: &str = "/api/merchant-wallets/";

/// Limit, remaining and reset of an answer; `None` when it has none of them.
fn rate(response: &Response) -> Option<[i64; 3]> {
    let header = |name: &str| response.headers.get(name).map(|it| it.to_str().expect("text").parse().expect("a number"));
    let found = ["limit", "remaining", "reset"].map(|it| header(&format!("x-ratelimit-{it}")));
    assert!(found.iter().all(Option::is_some) || found.iter().all(Option::is_none), "{found:?}");
    found[0].map(|_| found.map(Option::unwrap_or_default))
}

fn called(shop: &mut Tape, method: &str, target: &str) -> (u16, Option<[i64; 3]>) {
    let response = asked(shop, method, target, "");
    (response.status.as_u16(), rate(&response))
}

/// 2026-01-01T01:00:00Z.
const RESET: i64 = 1_767_229_200;

#[test]
fn every_authenticated_answer_says_what_is_left() {
    let mut shop = Tape::shop();
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([1000, 999, RESET])));
    shop.play("advance 90s");
    assert_eq!(called(&mut shop, "GET", "/api/payment-orders/7/"), (404, Some([1000, 998, RESET])), "refused calls count");
    assert_eq!(called(&mut shop, "POST", "/api/payment-orders/"), (400, Some([1000, 997, RESET])));
    shop.play("set cryptopay/default suspended=true");
    assert_eq!(called(&mut shop, "GET", LIST), (403, Some([1000, 996, RESET])));
    shop.play("set cryptopay/default suspended=false\nwithout Authorization");
    assert_eq!(called(&mut shop, "GET", LIST), (401, None));
    assert_eq!(called(&mut shop, "GET", "/api/nothing/"), (404, None), "the credentials were not checked");
    assert_eq!(called(&mut shop, "GET", "/api/auth/login"), (405, None), "anybody may log in");
    assert_eq!(called(&mut shop, "DELETE", LIST), (405, Some([1000, 995, RESET])));
    shop.play("without Authorization");
    assert_eq!(called(&mut shop, "DELETE", LIST), (401, None), "who asks is settled before the method");
    assert_eq!(called(&mut shop, "POST", "/api/payment-orders"), (301, None));
    let login = asked(&mut shop, "POST", "/api/auth/login", r#"{"username":"demo","password":"demo-password"}"#);
    assert_eq!((login.status.as_u16(), rate(&login)), (200, None));
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([1000, 994, RESET])));
}

#[test]
fn an_error_that_is_asked_for_says_what_a_real_one_says() {
    let mut shop = Tape::shop();
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([1000, 999, RESET])));
    shop.play("advance 10m\nset cryptopay/default plan=premium\nwith Playmoney-Fault: rate_limited");
    let refused = asked(&mut shop, "GET", LIST, "");
    assert_eq!((refused.status.as_u16(), rate(&refused)), (429, Some([5000, 0, RESET])));
    assert_eq!(refused.headers["retry-after"], "3000");
    let hint = refused.headers["playmoney-hint"].to_str().expect("text");
    assert!(hint.starts_with("5000 calls in 1h") && hint.contains("`rate_limit` to `off`") && hint.contains("advance"), "{hint}");
    for (fault, status, remaining) in [("internal_error", 500, 4998), ("forbidden", 403, 4997), ("method_not_allowed", 405, 4996)] {
        shop.play(&format!("with Playmoney-Fault: {fault}"));
        assert_eq!(called(&mut shop, "GET", LIST), (status, Some([5000, remaining, RESET])), "{fault}");
    }
    shop.play("with Playmoney-Fault: unauthorized");
    assert_eq!(called(&mut shop, "GET", LIST), (401, None), "the caller is unknown");
    shop.play("with Playmoney-Fault: internal_error");
    assert_eq!(called(&mut shop, "POST", "/api/auth/login"), (500, None), "a login does not count");
    shop.play("without Playmoney-Fault");
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([5000, 4995, RESET])));
}

#[test]
fn i18_a_window_ends_to_the_second_an_hour_after_its_first_call() {
    let mut shop = Tape::shop();
    shop.play("advance 250ms");
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([1000, 999, RESET])));
    shop.play("advance 59m59s");
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([1000, 998, RESET])));
    shop.play("advance 750ms");
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([1000, 999, RESET + 3600])), "a new window from its own first call");
    shop.play("advance 3h");
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([1000, 999, RESET + 4 * 3600])));
}

#[test]
fn a_plan_allows_so_many_calls() {
    for (plan, limit) in [("standard", 1_000), ("premium", 5_000), ("enterprise", 100_000)] {
        let mut shop = Tape::shop();
        shop.play(&format!("set cryptopay/default plan={plan}"));
        assert_eq!(called(&mut shop, "GET", LIST), (200, Some([limit, limit - 1, RESET])));
    }
    let mut shop = Tape::shop();
    shop.play("set cryptopay/default plan=premium");
    (0..1_500).for_each(|_| _ = called(&mut shop, "GET", LIST));
    shop.play("set cryptopay/default plan=standard");
    assert_eq!(called(&mut shop, "GET", LIST), (429, Some([1000, 0, RESET])), "the calls that were counted stay counted");
}

#[test]
fn a_refusal_says_when_to_come_back_and_what_to_do() {
    let mut shop = Tape::shop();
    (0..1_000).for_each(|_| _ = called(&mut shop, "GET", LIST));
    shop.play("advance 10m");
    let refused = asked(&mut shop, "GET", LIST, "");
    assert_eq!((refused.status.as_u16(), rate(&refused)), (429, Some([1000, 0, RESET])));
    assert_eq!(refused.headers["retry-after"], "3000");
    let hint = refused.headers["playmoney-hint"].to_str().expect("text");
    assert!(hint.contains("`rate_limit` to `off`") && hint.contains("advance the clock by 1h"), "{hint}");
    shop.admin("POST", "clock/resume", &json!({}));
    let refused = asked(&mut shop, "GET", LIST, "");
    let hint = refused.headers["playmoney-hint"].to_str().expect("text");
    assert!(refused.status == 429 && !hint.contains("advance"), "a clock that runs gets there: {hint}");
}

#[test]
fn the_limit_can_be_told_only_or_turned_off() {
    let mut shop = Tape::shop();
    shop.play("set cryptopay/default rate_limit=headers");
    (0..1_000).for_each(|_| _ = called(&mut shop, "GET", LIST));
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([1000, 0, RESET])));
    shop.play("set cryptopay/default rate_limit=off");
    assert_eq!(called(&mut shop, "GET", LIST), (200, None));
    shop.play("set cryptopay/default rate_limit=null");
    assert_eq!(called(&mut shop, "GET", LIST).0, 429, "on unless it is set");
}

#[test]
fn merchants_are_counted_apart() {
    let mut shop = Tape::shop();
    let ann = r#"{"username":"ann","email":"ann@shop.test","password":"correct horse","shop_name":"Ann's"}"#;
    assert_eq!(answer(&mut shop, "POST", "/api/auth/register", ann).0, 201);
    (0..1_000).for_each(|_| _ = called(&mut shop, "GET", LIST));
    let login: Json = answer(&mut shop, "POST", "/api/auth/login", ann).1;
    shop.play(&format!("with Authorization: Bearer {}", login["access"].as_str().expect("a token")));
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([1000, 999, RESET])));
    assert_eq!(called(&mut shop, "GET", LIST).0, 429);
}

#[test]
fn an_enterprise_has_a_limit_of_its_own() {
    let mut shop = Tape::shop();
    shop.play("set cryptopay/default plan=enterprise");
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([100_000, 99_999, RESET])));
    shop.play("set cryptopay/default hourly_limit=3");
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([3, 1, RESET])));
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([3, 0, RESET])));
    assert_eq!(called(&mut shop, "GET", LIST), (429, Some([3, 0, RESET])));
    shop.play("set cryptopay/default plan=standard");
    assert_eq!(called(&mut shop, "GET", LIST).1.map(|it| it[0]), Some(1000), "the figure is the enterprise's");
}

#[test]
fn a_refusal_that_was_asked_for_leaves_the_counter_as_it_is_and_says_so() {
    let mut shop = Tape::shop();
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([1000, 999, RESET])));
    shop.play("with Playmoney-Fault: rate_limited");
    let response = asked(&mut shop, "GET", LIST, "");
    assert_eq!((response.status.as_u16(), rate(&response)), (429, Some([1000, 0, RESET])));
    let hint = response.headers["playmoney-hint"].to_str().expect("text");
    assert!(hint.ends_with("; the counter goes on; the header Playmoney-Fault asked for this answer"), "{hint}");
    assert_eq!(called(&mut shop, "GET", LIST), (200, Some([1000, 998, RESET])));
}
