//! Violations of the documented contract: each kind beside what comes near it and is none.

use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use super::call;
use crate::tape::Tape;

mod receivers;

const PAYOUT: &str = "POST /quantum-payouts/api/v1/createPayout ";
const PERFORM: &str = "POST /quantum-payouts/api/v1/performPayout ";
const ORDER: &str = "POST /cryptopay/api/payment-orders/ ";
const INVOICE: &str = "POST /quoine/api/v1/invoices ";
const SESSION: &str = "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&currency=USD&";
const CHARGE: &str = "POST /qbitpay/api/v1/charges ";

/// The violations of a tape, a line each: the request or the webhook, and the code.
fn of(shop: &mut Tape) -> Vec<String> {
    let (_, document) = call(shop, "GET", "violations", &Json::Null);
    assert_eq!(document["truncated"], false);
    let text = |it: &Json| format!("{} {}", place(it), it["code"].as_str().expect("a code"));
    document["violations"].as_array().expect("a list").iter().map(text).collect()
}

fn place(it: &Json) -> &str {
    it["request"].as_str().or(it["delivery"].as_str()).expect("an id")
}

/// Plays a tape in which `PAYOUT{..}` and its kin stand for calls; several lines may be one text with `\n`.
fn played(tape: &str) -> Tape {
    let mut shop = Tape::shop();
    shop.play(tape);
    shop
}

fn expect(tape: &str, expected: &[&str]) {
    assert_eq!(of(&mut played(tape)), expected, "{tape}");
}

fn payout(number: &str, amount: &str) -> String {
    format!(r#"{PAYOUT}{{"orderNumber":"{number}","amount":{amount},"urls":{{"returnUrl":"https://shop.test/ok"}}}}"#)
}

fn perform(number: &str, amount: u32) -> String {
    format!(r#"{PERFORM}{{"orderNumber":"{number}","amount":{amount},"description":"d","target":{{"pan":"4111111111111111"}}}}"#)
}

fn order(nonce: &str, amount: &str) -> String {
    format!(r#"{ORDER}{{"amount":{amount},"currency":"USDC","blockchain":"base","order_info":"{{}}","nonce":{nonce}}}"#)
}

fn charge(amount: &str) -> String {
    let urls = r#""cbUrl":"http://shop.test/c","redirectUrl":"https://shop.test/ok""#;
    format!(r#"{CHARGE}{{"amount":{amount},"currency":"USD","externalOrderId":"A",{urls}}}"#)
}

#[test]
fn whole_numbers_are_written_in_digits_and_amounts_as_documented() {
    for (amount, is_wrong) in
        [("1000", false), ("-1", false), ("0", false), ("true", false), ("1000.0", true), ("10.5", true), ("1e3", true), ("\"1000\"", true)]
    {
        expect(&payout("A", amount), if is_wrong { &["req-1 number_format"] } else { &[] });
    }
    for (nonce, amount, is_wrong) in [
        ("1640995200123456", "\"100.00\"", false),
        ("\"12\"", "\"1\"", true),
        ("12.0", "\"1\"", true),
        ("12", "100.00", true),
        ("12", "100", true),
        ("null", "null", false),
    ] {
        expect(&order(nonce, amount), if is_wrong { &["req-1 number_format"] } else { &[] });
    }
    // These providers document numbers with decimals, or text in a form.
    expect(&charge("10.5"), &[]);
    expect(&format!(r#"{INVOICE}{{"price":500.5}}"#), &[]);
    expect(&format!(r#"{INVOICE}{{"price":"500.0"}}"#), &[]);
    expect(&format!("{SESSION}price=49.99"), &[]);
    expect("GET /qbitpay/api/v1/charges?limit=10", &[]);
}

#[test]
fn a_refused_call_that_comes_again_unchanged_is_a_violation() {
    let (refused, other) = (payout("A", "0"), payout("A", "-1"));
    let features = "GET /quantum-payouts/api/v1/features";
    for (tape, expected) in [
        (vec![&*refused, &refused], &["req-2 retry_of_refused"][..]),
        (vec![&refused, &refused, &refused], &["req-2 retry_of_refused", "req-3 retry_of_refused"]),
        (vec![&refused, features, &refused], &["req-3 retry_of_refused"]),
        (vec![&refused, "advance 1h", &refused], &["req-2 retry_of_refused"]),
        (vec![&refused, &other], &[]),
        (vec![&refused, &payout("B", "1"), &refused], &[]),
        // Another merchant's call is another call.
        (vec!["with Authorization: Bearer one", features, "with Authorization: Bearer two", features], &[]),
        (vec!["with Authorization: Bearer one", features, features], &[]),
        (vec!["with Authorization: Bearer one", features, "with Authorization: Bearer one", features], &["req-2 retry_of_refused"]),
        // Something has changed, or the client was told to come again.
        (vec!["set card_payouts=false", &perform("A", 1), "set card_payouts=true", &perform("A", 1)], &[]),
        (vec!["with Playmoney-Fault: validation_error", features, features], &[]),
        (vec!["set strict_headers=true", "with Accept: text/html", features, features, features], &[]),
        (vec!["set strict_headers=true", "with Accept: a/b", features, "with Accept: a/b", features], &["req-2 retry_of_refused"]),
    ] {
        expect(&tape.join("\n"), expected);
    }
}

#[test]
fn a_call_that_a_rule_refuses_may_come_again_where_the_status_invites_to() {
    let features = "GET /quantum-payouts/api/v1/features";
    let rule = |then: &str| format!(r#"control POST rules {{"on":"quantum-payouts.features","when":{{"times":1}},"then":{then}}}"#);
    let refusal = rule(r#"{"error":"permission_denied"}"#);
    for (tape, expected) in [
        (vec![&*refusal, features, features], &["req-2 retry_of_refused"][..]),
        (vec![&rule(r#"{"status":400}"#), features, features], &["req-2 retry_of_refused"]),
        (vec![&rule(r#"{"status":408}"#), features, features], &[]),
        (vec![&rule(r#"{"status":409}"#), features, features], &[]),
        (vec![&rule(r#"{"status":425}"#), features, features], &[]),
        (vec![&rule(r#"{"status":429}"#), features, features], &[]),
        (vec![&rule(r#"{"error":"rate_limited"}"#), features, features], &[]),
        (vec![&rule(r#"{"error":"internal_error"}"#), features, features], &[]),
        // The answer may not have come in time.
        (vec![&rule(r#"{"error":"permission_denied","latency":{"fixed":"1ms","clock":"real"}}"#), features, features], &[]),
        // Another test begins.
        (vec![&refusal, features, &payout("A", "1"), features], &[]),
        (vec![&refusal, features, "advance 1s", features], &[]),
    ] {
        expect(&tape.join("\n"), expected);
    }
}

#[test]
fn refusals_of_each_provider_are_known() {
    let session = format!("{SESSION}price=x");
    let stale = format!("with Date: Thu, 01 Jan 2015 00:00:00 GMT\n{INVOICE}{{\"price\":1}}");
    let invoice = format!(r#"{INVOICE}{{"price":0}}"#);
    for (tape, expected) in [
        // QuantaPay refuses with 200.
        (format!("{session}\n{session}"), &["req-2 retry_of_refused"][..]),
        (format!("{SESSION}price=1\n{SESSION}price=1"), &[]),
        ("GET /qbitpay/api/v1/charges/x\nGET /qbitpay/api/v1/charges/x".to_owned(), &["req-2 retry_of_refused"]),
        ("GET /qbitpay/api/v1/charges/x\nGET /qbitpay/api/v1/charges/y".to_owned(), &[]),
        ("GET /cryptopay/api/payment-orders/7/\nGET /cryptopay/api/payment-orders/7/".to_owned(), &["req-2 retry_of_refused"]),
        // Signed anew, the call is another one; with a new NONCE alone it says the same.
        (format!("{stale}\n{stale}"), &[]),
        (format!("{invoice}\n{invoice}"), &["req-2 retry_of_refused"]),
    ] {
        expect(&tape, expected);
    }
}

#[test]
fn values_that_may_be_used_once_are_known() {
    let profile = "GET /quoine/api/v1/profile";
    let nonce = format!("with NONCE: {}", "a".repeat(32));
    let seven = order("7", "\"1\"");
    for (tape, expected) in [
        (vec![&*payout("A", "1"), &payout("A", "1")], &["req-2 used_before"][..]),
        (vec![&payout("A", "1"), &payout("A", "2")], &["req-2 used_before"]),
        (vec![&payout("A", "0"), &payout("A", "1")], &[]),
        (vec![&payout("A", "1"), &payout("B", "1")], &[]),
        // performPayout may come again as it was.
        (vec![&perform("A", 1), &perform("A", 1)], &[]),
        (vec![&perform("A", 1), &perform("A", 2)], &["req-2 used_before"]),
        (vec![&perform("A", 1), &payout("A", "1")], &["req-2 used_before"]),
        (vec![&payout("A", "1"), &perform("A", 1)], &[]),
        (vec![&payout("A", "1"), r#"POST /quantum-payouts/api/v1/getPayoutStatus {"orderNumber":"A"}"#], &[]),
        (vec![&seven, &seven], &["req-2 used_before"]),
        (vec![&seven, &order("7", "\"2\""), &order("8", "\"2\"")], &["req-2 used_before"]),
        (vec![&order("7", "\"0\""), &seven], &[]),
        // The caller may not have read that the order was made.
        (
            vec![
                r#"control POST rules {"on":"cryptopay.createPaymentOrder","then":{"latency":{"fixed":"1ms","clock":"real"}}}"#,
                &seven,
                &seven,
            ],
            &[],
        ),
        // A NONCE is new for each request.
        (vec![&nonce, profile, &nonce, profile], &["req-2 used_before"]),
        (vec![&nonce, "GET /quoine/api/v1/invoices/9", &nonce, profile], &["req-2 used_before"]),
        (vec![profile, profile], &[]),
        // These providers let numbers repeat.
        (vec![&charge("100"), &charge("100")], &[]),
        (vec![&format!("{SESSION}price=1&order_id=A"), &format!("{SESSION}price=1&order_id=A")], &[]),
    ] {
        expect(&tape.join("\n"), expected);
    }
}

/// As many calls as that, on a clock that runs, with a wait before each.
fn paced(call: &str, number: usize, wait: &str) -> String {
    format!("control POST clock/resume {{}}\n{}", format!("wait {wait}\n{call}\n").repeat(number))
}

#[test]
fn more_calls_than_a_page_allows_are_a_violation() {
    let features = "GET /quantum-payouts/api/v1/features";
    let balances = "POST /quantapay/api.php function=get-balances&api-key=qp_test_key";
    for (tape, expected) in [
        (paced(features, 30, "1ms"), &[][..]),
        (paced(features, 95, "10ms"), &["req-31 too_many_calls"]),
        (paced(features, 95, "40ms"), &[]),
        (paced(balances, 101, "100ms"), &["req-101 too_many_calls"]),
        (paced(balances, 101, "700ms"), &[]),
        // Two accounts, or a figure that no page has.
        (paced(&format!("{features}\n{balances}"), 30, "1ms"), &[]),
        (paced("GET /qbitpay/api/v1/accounts/show", 50, "1ms"), &[]),
        (paced("GET /quoine/api/v1/profile", 310, "1ms"), &[]),
        // While the clock stands, nothing is known about the pace, unless the limit is enforced.
        (format!("{features}\n").repeat(40), &[]),
        (format!("{features}\nadvance 1ms\n").repeat(40), &[]),
        (format!("{features}\n{}", paced(features, 30, "1ms")), &[]),
        (format!("set rate_limit=enforce\n{}", format!("{features}\n").repeat(33)), &["req-31 too_many_calls"]),
        (
            format!("set qbitpay/default rate_limit=enforce\n{}", "GET /qbitpay/api/v1/accounts/show\n".repeat(22)),
            &["req-21 too_many_calls"],
        ),
        ("with Playmoney-Fault: rate_limited\nGET /quantum-payouts/api/v1/features".to_owned(), &[]),
    ] {
        expect(&tape, expected);
    }
}

#[test]
fn the_limit_of_a_plan_is_that_of_the_account() {
    let orders = "GET /cryptopay/api/payment-orders/\n".repeat(1_001);
    expect(&orders, &["req-1001 too_many_calls"]);
    let calls =
        |plan: &str| format!("set cryptopay/default rate_limit=off{plan}\n{}", paced("GET /cryptopay/api/payment-orders/", 1_001, "1ms"));
    expect(&calls(""), &["req-1001 too_many_calls"]);
    expect(&calls(" plan=enterprise hourly_limit=2000"), &[]);
}

#[test]
fn unknown_parameters_are_told_in_the_query_and_inside_objects() {
    let inner = format!(r#"{PAYOUT}{{"orderNumber":"A","amount":1,"urls":{{"returnUrl":"https://shop.test/ok","retrnUrl":"x"}}}}"#);
    let target = format!(r#"{PERFORM}{{"orderNumber":"A","amount":1,"description":"d","target":{{"pan":"4111111111111111","pn":"1"}}}}"#);
    for (tape, name) in [
        ("GET /qbitpay/api/v1/charges?limt=10".to_owned(), "limt"),
        ("GET /cryptopay/api/payment-orders/?pge=2&page=1".to_owned(), "pge"),
        ("GET /quantum-payouts/api/v1/features?foo".to_owned(), "foo"),
        (inner, "urls.retrnUrl"),
        (target, "target.pn"),
    ] {
        let (_, document) = call(&mut played(&tape), "GET", "violations", &Json::Null);
        let told: Vec<&str> = document["violations"].as_array().expect("a list").iter().filter_map(|it| it["detail"].as_str()).collect();
        assert!(told.len() == 1 && told[0].ends_with(&format!("has no parameter `{name}`")), "{tape}: {told:?}");
    }
    expect("GET /qbitpay/api/v1/charges?limit=10&starting_after=x", &[]);
    expect("GET /qbitpay/api/v1/charges?limit=1.5", &["req-1 number_format"]);
}

#[test]
fn i21_a_request_names_few_of_many_unknown_fields() {
    let long = "x".repeat(1_000);
    let names: Vec<String> = (0..30).map(|it| format!("\"{long}{it}\":1")).collect();
    let twice = names.join(",");
    let body = format!("{{{twice}}}");
    let mut shop = played(&format!("POST /quantum-payouts/api/v1/performPayout {body}"));
    let listed = shop.admin("GET", "violations", &Json::Null);
    let details: Vec<&str> = listed["violations"].as_array().expect("a list").iter().filter_map(|it| it["detail"].as_str()).collect();
    let unknown: Vec<&&str> = details.iter().filter(|it| it.contains("performPayout has no")).collect();
    assert_eq!(unknown.len(), 21, "{details:?}");
    assert!(unknown.iter().all(|it| it.len() < 120) && unknown[20].contains("none of 10 further parameters"), "{unknown:?}");
}

#[test]
fn an_object_that_is_read_again_and_again_is_a_violation() {
    let status = |number: &str| format!("POST /quantum-payouts/api/v1/getPayoutStatus {{\"orderNumber\":\"{number}\"}}\n");
    let both = format!("{}\n{}\n", payout("A", "1"), payout("B", "1"));
    let transaction = "POST /quantapay/api.php function=get-transaction&api-key=qp_test_key&transaction_id=1\n";
    for (tape, expected) in [
        (both.clone() + &status("A").repeat(60), &[][..]),
        (both.clone() + &status("A").repeat(61), &["req-63 polling"]),
        (both.clone() + &status("A").repeat(150), &["req-63 polling", "req-124 polling"]),
        (both.clone() + &(status("A") + &status("B")).repeat(60), &[]),
        (both.clone() + &status("A").repeat(60) + "advance 1m\n" + &status("A").repeat(60), &[]),
        (both.clone() + &format!("{}advance 1s\n", status("A")).repeat(90), &[]),
        (both + &format!("{}advance 900ms\n", status("A")).repeat(61), &["req-63 polling"]),
        (transaction.repeat(30), &[]),
        (transaction.repeat(31), &["req-31 polling"]),
        ("GET /quoine/api/v1/profile\n".repeat(200), &[]),
        ("GET /qbitpay/api/v1/charges\n".repeat(200), &[]),
    ] {
        expect(&tape, expected);
    }
}

#[test]
fn a_request_shows_the_violations_that_the_list_has() {
    let mut shop = played(&format!("{}\n{}\n{}", payout("A", "0"), payout("A", "0"), payout("A", "1")));
    shop.play(&payout("A", "1"));
    let (_, journal) = call(&mut shop, "GET", "requests", &Json::Null);
    let codes =
        |request: &Json| request["violations"].as_array().expect("a list").iter().map(|own| own["code"].clone()).collect::<Vec<_>>();
    let shown: Vec<_> = journal["requests"].as_array().expect("a list").iter().map(codes).collect();
    assert_eq!(shown, [vec![], vec![json!("retry_of_refused")], vec![], vec![json!("used_before")]]);
    // One request alone, and the nearest of a verification, show the same.
    let (_, one) = call(&mut shop, "GET", "requests?since=req-3", &Json::Null);
    assert_eq!(one["requests"][0], journal["requests"][3]);
    let criteria = json!({"operation": "quantum-payouts.createPayout", "where": {"body": {"orderNumber": "Z"}}});
    let (_, verified) = call(&mut shop, "POST", "requests/verify", &criteria);
    let nearest: Vec<_> = verified["nearest"].as_array().expect("a list").iter().map(|it| it["request"].clone()).collect();
    assert_eq!(nearest, [3, 2, 1].map(|place| journal["requests"][place].clone()));
}

#[test]
fn violations_of_receivers_stand_between_those_of_requests() {
    let mut shop = played(&format!("merchant 200 500 200\n{}", payout("A", "1")));
    shop.play("control POST deliveries/dlv-1/resend {}\nadvance 1s");
    shop.play(&payout("A", "1"));
    assert_eq!(of(&mut shop), ["dlv-1 duplicate_refused", "req-2 used_before"]);
    let (_, document) = call(&mut shop, "GET", "deliveries", &Json::Null);
    assert_eq!(document["deliveries"][0]["violations"][0]["code"], "duplicate_refused");
    assert!(document["deliveries"].as_array().is_some_and(|all| all[1..].iter().all(|it| it["violations"].is_null())), "{document}");
    let listed = |shop: &mut Tape, query: &str| {
        let (_, document) = call(shop, "GET", &format!("violations?{query}"), &Json::Null);
        document["violations"].as_array().expect("a list").iter().map(place).collect::<Vec<_>>().join(" ")
    };
    for (query, found) in [
        ("since=req-1", "dlv-1 req-2"),
        ("since=req-2", ""),
        ("since=2026-01-01T00:00:00Z", "dlv-1 req-2"),
        ("since=2026-01-01T00:00:01Z", "req-2"),
        ("provider=quantum-payouts", "dlv-1 req-2"),
        ("provider=quoine", ""),
        ("operation=createPayout", "req-2"),
        ("limit=1", "dlv-1"),
    ] {
        assert_eq!(listed(&mut shop, query), found, "{query}");
    }
}

#[test]
fn another_sandbox_knows_nothing_of_the_first() {
    let first = played(&payout("A", "1"));
    let mut fork = Tape::shop();
    fork.play(&payout("A", "1"));
    assert_eq!(of(&mut fork), [""; 0]);
    // A copy has the same journal, and a restart changes nothing.
    let mut copy = first.fork();
    copy.play(&payout("A", "1"));
    copy.restart();
    copy.play(&payout("A", "1"));
    assert_eq!(of(&mut copy), ["req-2 used_before", "req-3 retry_of_refused", "req-3 used_before"]);
}

#[test]
fn i21_a_journal_that_has_dropped_something_makes_nothing_up() {
    let mut shop = Tape::new(Start { journal_bytes_max: 20_000, ..Start::default() });
    shop.play(&payout("A", "1"));
    for _ in 0..40 {
        shop.play("GET /quantum-payouts/api/v1/features");
    }
    shop.play(&payout("A", "1"));
    let (_, document) = call(&mut shop, "GET", "violations", &Json::Null);
    assert_eq!(document, json!({"violations": [], "truncated": true}), "the first payout is not in the journal any more");
}

#[test]
fn i28_what_came_from_outside_is_masked_in_details() {
    let mut shop = Tape::shop();
    let key = format!("sk_live_{}", "4eC39HqLyjWDarjtT1zdp7dc");
    for _ in 0..2 {
        let body = format!(r#"{{"orderNumber":"{key}","amount":1,"urls":{{"returnUrl":"https://shop.test/ok"}}}}"#);
        let request = Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", body.into_bytes());
        let request = shop.dressed(request);
        shop.ask(request);
    }
    let (_, document) = call(&mut shop, "GET", "violations", &Json::Null);
    assert!(!document.to_string().contains(&key[8..28]), "{document}");
}
