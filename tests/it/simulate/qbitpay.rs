//! Tapes about charges, payouts, orders and deposits, with another provider beside them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::select;
use serde_json::{Value as Json, json};

use super::invariants::{keeps_the_schedule, list, text, time};
use super::noise::{DAMAGES, places};
use super::{always, arbitrary, at_every_step, changes_nothing, exported, leaps, memory, played, repeats, restarts};
use crate::qbitpay::ledger::{balances_are_the_sums_of_their_rows, walked};
use crate::qbitpay::{KEY, good, signature, string_a};
use crate::tape::Tape;

/// The documentation's schedule, typed again: at once, and then five times after 15 minutes.
const WAITS_SECS: [i64; 6] = [0, 900, 900, 900, 900, 900];
/// The status tables, typed again: from, to, and the events of the webhooks.
const STEPS: &[(&str, &str, &[&str])] = &[
    ("", "pending", &["payout.pending"]),
    ("pending", "buyerPaid", &[]),
    ("pending", "cancelled", &["charge.expired", "charge.failed", "payout.cancelled"]),
    ("buyerPaid", "sellerConfirmed", &["charge.succeeded"]),
    ("buyerPaid", "cancelled", &["charge.failed"]),
    ("buyerPaid", "dispute", &["charge.dispute.created"]),
    ("sellerConfirmed", "closed", &[]),
    ("dispute", "closed", &["charge.dispute.closed", "charge.succeeded"]),
    ("dispute", "cancelled", &["charge.dispute.closed"]),
    ("pending", "inTransit", &["payout.inTransition"]),
    ("pending", "failed", &["payout.failed"]),
    ("inTransit", "paid", &["payout.paid"]),
    ("inTransit", "failed", &["payout.failed"]),
    ("", "seen", &[]),
    ("seen", "credited", &["deposit.succeeded"]),
    ("", "closed", &[]),
    ("pending", "available", &[]),
];
/// Quotes, timers, retries, and moments beside them.
const SPANS_MS: &[u64] = &[0, 1, 30_000, 30_001, 60_000, 144_000, 899_999, 900_000, 1_800_000, 4_500_000, 86_400_000, 172_800_000];

fn charge() -> impl Strategy<Value = String> {
    let amounts = select(&["5", "100", "99.99", "10000", "4", "0.001", "1e3", "\"5\""][..]);
    let more =
        select(&["", r#","quoteCurrency":"PHP""#, r#","baseCurrency":"USDT","quoteCurrency":"USD""#, r#","paymentType":"GCash""#][..]);
    (amounts, select(&["USD", "USDT"][..]), select(&["A", "B", "订单"][..]), more).prop_map(|(amount, currency, order, more)| {
        format!(
            r#"POST /qbitpay/api/v1/charges {{"amount":{amount},"currency":"{currency}","externalOrderId":"{order}","cbUrl":"http://shop.test/hooks","redirectUrl":"https://shop.test/ok"{more}}}"#
        )
    })
}

fn payout() -> impl Strategy<Value = String> {
    let amounts = select(&["0.01", "1.99", "100", "200", "4999.99", "9000", "0.000001"][..]);
    let destinations = select(
        &[
            r#"{"type":"bankAccount","payerName":"A","bankAccountNum":"1","bankName":"银行"}"#,
            r#"{"type":"wallet","payerName":"A","addr":"0x1"}"#,
            r#"{"type":"GCash","payerName":"B","bankAccountNum":"2"}"#,
        ][..],
    );
    (amounts, select(&["USD", "USDT", "CNY", "BTC"][..]), destinations).prop_map(|(amount, currency, to)| {
        format!(r#"POST /qbitpay/api/v1/payouts {{"amount":{amount},"currency":"{currency}","destination":{to}}}"#)
    })
}

fn trade() -> impl Strategy<Value = String> {
    let symbols = || select(&["USDT/CNY", "BTC/USD", "USD/PHP", "PHP/BTC", "USDT/USD"][..]);
    let amounts = select(&["0.01", "1", "123.45", "0.000001", "9999"][..]);
    let order = (symbols(), select(&["buy", "sell"][..]), amounts).prop_map(|(symbol, side, amount)| {
        format!(r#"POST /qbitpay/api/v1/orders {{"symbol":"{symbol}","side":"{side}","amount":{amount}}}"#)
    });
    let ticker = (symbols(), select(&["ask", "bid"][..]))
        .prop_map(|(it, side)| format!("GET /qbitpay/api/v1/markets/ticker?symbol={it}&side={side}"));
    let prices = select(&["0.00000001", "0.5", "7", "50000", "1000000000"][..]);
    let price = (symbols(), prices).prop_map(|(it, price)| format!("act qbitpay.set-price symbol={it} ask={price} bid={price}"));
    prop_oneof![4 => order, 2 => ticker, 1 => price]
}

fn act() -> impl Strategy<Value = String> {
    let acts = [
        "act qbitpay.buyer-paid charge=${charge}",
        "act qbitpay.buyer-paid charge=${charge}",
        "act qbitpay.confirm-charge charge=${charge}",
        "act qbitpay.fail-charge charge=${charge}",
        "act qbitpay.dispute charge=${charge}",
        "act qbitpay.close-dispute charge=${charge} in_favour_of=buyer",
        "act qbitpay.close-dispute charge=${charge} in_favour_of=seller",
        "act qbitpay.settle-payout payout=${payout} outcome=inTransit",
        "act qbitpay.settle-payout payout=${payout} outcome=paid",
        "act qbitpay.settle-payout payout=${payout} outcome=failed",
        "act qbitpay.settle-payout payout=${payout} outcome=cancelled",
        "act qbitpay.deposit currency=USDT amount=12.34",
        "act qbitpay.deposit currency=BTC amount=0.000001",
        "act qbitpay.confirm-deposit deposit=${deposit}",
        r#"PUT /qbitpay/api/v1/charges/${charge} {"status":"buyerPaid"}"#,
        "POST ${page}",
        "GET /qbitpay/api/v1/payouts?status=pending",
        "GET /qbitpay/api/v1/events/test",
    ];
    select(acts.map(str::to_owned).to_vec())
}

fn line() -> impl Strategy<Value = String> {
    let span = prop_oneof![4 => select(SPANS_MS), 1 => 0..2_000_000_u64].prop_map(|it| format!("advance {it}ms"));
    let receivers = vec(select(&["200", "204", "500", "500", "401", "timeout", "reset"][..]), 1..5);
    let receivers = receivers.prop_map(|it| format!("merchant {}", it.join(" ")));
    let settings = [
        "set qbitpay/default pace=manual",
        "set qbitpay/default pace=auto",
        "set qbitpay/default payout_fee_rate=0.019",
        "set qbitpay/default livemode=false",
        "set qbitpay/default webhook_url=http://shop.inbox.playmoney.test/",
        "set qbitpay/default webhook_url=http://shop.test/hooks",
        r#"control PUT inbox/shop/script {"respond":[500,{"status":200,"delay":"9s"},"timeout",200]}"#,
        "control POST deliveries/dlv-1/resend",
        "advance until idle",
    ];
    let settings = select(settings.map(str::to_owned).to_vec());
    let beside =
        arbitrary::tape().prop_map(|it| it[0].clone()).prop_filter("webhook targets stay", |it| !it.starts_with("set webhook_url"));
    prop_oneof![4 => charge(), 4 => payout(), 3 => trade(), 7 => act(), 6 => span, 2 => receivers, 2 => settings, 1 => beside]
}

pub fn tape() -> impl Strategy<Value = Vec<String>> {
    let begins = r#"POST /qbitpay/api/v1/charges {"amount":5,"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/hooks","redirectUrl":"https://shop.test/ok"}"#;
    vec(line(), 1..26).prop_map(move |rest| [vec![begins.to_owned()], rest].concat())
}

/// Checks what holds at any moment. It reads what is posted, exported and answered, and shares no code with the engine.
fn check(shop: &mut Tape) {
    let state = exported(shop);
    let deliveries = shop.admin("GET", "deliveries?provider=qbitpay", &Json::Null);
    let tests = |it: &&Json| text(it, "subject").starts_with("TEST-");
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for it in list(&deliveries, "/deliveries") {
        assert!(ids.insert(text(it, "event_id").to_owned()), "an event has one delivery: {it}");
        is_signed(it);
        if tests(&it) {
            assert!(list(it, "/attempts").iter().filter(|it| it.get("resend").is_none()).count() <= 1, "{it}");
        } else {
            keeps_the_schedule(it, time(&state["core"], "now"), &WAITS_SECS);
            *told.entry(format!("{} {}", text(it, "subject"), text(it, "event"))).or_default() += 1;
        }
    }
    statuses_follow_the_tables(&state, told);
    balances_are_the_sums_of_their_rows(shop);
}

/// I4 and I1: each change is a row of a table, a final status never changes, and each row's events have one webhook.
fn statuses_follow_the_tables(state: &Json, mut told: BTreeMap<String, usize>) {
    let changes = crate::tape::changes(state);
    let mut stands: BTreeMap<&str, &str> = BTreeMap::new();
    for it in changes.iter().filter(|it| it["provider"] == "qbitpay") {
        let (subject, from, to, cause) = (text(it, "subject"), text(it, "from"), text(it, "to"), text(it, "cause"));
        let row = STEPS.iter().find(|row| (row.0, row.1) == (from, to)).unwrap_or_else(|| panic!("{it}"));
        let known = stands.insert(subject, to);
        assert_eq!(known.unwrap_or(if to == "available" { "pending" } else { "" }), from, "{it}");
        let is_charge = subject.len() == 13;
        let events = row.2.iter().filter(|it| it.starts_with("charge.") == is_charge);
        let events = events.filter(|it| **it != "charge.expired" || cause.contains("expiresAt"));
        let events = events.filter(|it| **it != "charge.failed" || !cause.contains("expiresAt"));
        for event in events {
            let name = format!("{subject} {event}");
            assert_eq!(told.remove(&name), Some(1), "{name} is told once: {it}");
        }
    }
    assert!(told.is_empty(), "told without a change: {told:?}");
}

/// I15 and I16: the id stays, `pendingWebhooks` counts what was not accepted, nothing else changes, and the documented
/// recipe agrees with each signature.
fn is_signed(delivery: &Json) {
    let attempts = list(delivery, "/attempts");
    let body = |it: &Json| text(&it["request"], "body").to_owned();
    let counted = |text: &str| {
        let (before, after) = text.split_once("\"pendingWebhooks\":").expect("the count");
        let (count, rest) = after.split_once(',').expect("more");
        (count.parse::<usize>().expect("a number"), format!("{before}{rest}"))
    };
    for (n, it) in attempts.iter().enumerate() {
        let (count, rest) = counted(&body(it));
        let failed = |attempt: &Json| {
            let done = !attempt["status"].is_null() || !attempt["error"].is_null();
            done && !attempt["status"].as_u64().is_some_and(|it| (200..300).contains(&it))
        };
        let ended =
            |own: &Json| time(own, "at") + jiff::SignedDuration::from_millis(own["duration_ms"].as_i64().unwrap_or(0)) <= time(it, "at");
        let before = attempts[..n].iter().filter(|own| failed(own) && ended(own)).count();
        assert_eq!(count, before, "attempt {} of {delivery}", n + 1);
        assert_eq!(rest, counted(&body(&attempts[0])).1);
        assert_eq!(it["request"]["headers"]["QbitPay-Signature"], signature(&string_a(&body(it)), KEY));
    }
}

#[test]
fn i1_i2_i3_i4_i5_i13_i15_hold_at_every_step() {
    at_every_step(25, &tape(), check);
}

#[test]
fn i7_the_same_tape_gives_the_same_bytes() {
    repeats(20, &tape());
}

#[test]
fn i8_two_steps_equal_one_leap() {
    leaps(30, tape());
}

#[test]
fn i10_a_restart_goes_unnoticed_and_a_fork_is_alone() {
    restarts(20, || tape().boxed());
}

/// Calls that are refused in any state.
const REFUSED: &[&str] = &[
    r#"POST /qbitpay/api/v1/charges {"amount":0}"#,
    "POST /qbitpay/api/v1/charges {",
    r#"POST /qbitpay/api/v1/payouts {"amount":900000000,"currency":"PHP","destination":{"type":"GCash","payerName":"A","bankAccountNum":"9"}}"#,
    r#"POST /qbitpay/api/v1/orders {"symbol":"PHP/CNY","side":"sell","amount":900000000}"#,
    "GET /qbitpay/api/v1/charges?limit=0",
    "GET /qbitpay/api/v1/payouts?starting_after=nobody",
    "GET /qbitpay/api/v1/orders/nobody",
    "GET /qbitpay/api/v1/markets/ticker?symbol=EUR/CNY&side=ask",
    "GET /qbitpay/api/v1/events/test?cbUrl=nowhere",
    r#"PUT /qbitpay/api/v1/charges/nobody {"status":"buyerPaid"}"#,
    "without Authorization\nGET /qbitpay/api/v1/accounts/show",
    "DELETE /qbitpay/api/v1/charges",
    "GET /qbitpay/pay?tradeId=nobody",
    "control POST act/qbitpay/deposit {\"currency\":\"EUR\",\"amount\":1}",
    "control POST act/qbitpay/deposit {\"currency\":\"USD\",\"amount\":1e20}",
    "control POST act/qbitpay/deposit {\"currency\":\"USD\",\"amount\":0.001}",
    "control POST act/qbitpay/confirm-deposit {\"deposit\":\"nobody\"}",
    "control POST act/qbitpay/buyer-paid {\"charge\":\"nobody\"}",
    "control POST act/qbitpay/close-dispute {\"charge\":\"nobody\",\"in_favour_of\":\"nobody\"}",
    "control POST act/qbitpay/settle-payout {\"payout\":\"nobody\",\"outcome\":\"paid\"}",
    "control POST act/qbitpay/set-price {\"symbol\":\"BTC/CNY\",\"ask\":1,\"bid\":0}",
];

#[test]
fn i6_a_refusal_changes_nothing() {
    always(15, &tape(), |tape| {
        let mut shop = played(&tape);
        changes_nothing(&mut shop, REFUSED);
    });
}

#[test]
fn i12_another_charge_changes_no_id_of_the_others() {
    always(40, &(vec(charge(), 1..8), 0..8_usize), |(charges, place)| {
        let drawn = |lines: &[String]| {
            let mut shop = played(lines);
            let all = walked(&mut shop, "charges", 100);
            let own = all.iter().filter(|it| it["externalOrderId"] != "X");
            own.map(|it| (it["id"].clone(), it["paymentPageUrl"].clone(), it["paymentMethod"].clone())).collect::<Vec<_>>()
        };
        let alone = drawn(&charges);
        let extra = r#"POST /qbitpay/api/v1/charges {"amount":5,"currency":"USD","externalOrderId":"X","cbUrl":"http://a","redirectUrl":"http://b"}"#;
        let mut among = charges;
        among.insert(place.min(among.len()), extra.to_owned());
        assert_eq!(drawn(&among), alone);
    });
}

#[test]
fn i17_nothing_is_idempotent() {
    always(20, &(charge(), 2..5_usize), |(charge, times)| {
        let mut shop = played(&vec![charge; times]);
        let all = walked(&mut shop, "charges", 100);
        let ids: BTreeSet<String> = all.iter().map(|it| it["id"].to_string()).collect();
        assert!(all.is_empty() || ids.len() == times);
    });
}

#[test]
fn i19_a_reader_of_pages_meets_each_item_once() {
    const LISTS: &[&str] = &[
        "charges",
        "payouts",
        "orders",
        "balanceTransactions",
        "charges?externalOrderId=A",
        "payouts?status=pending",
        "balanceTransactions?type=payout",
    ];
    always(40, &(tape(), 1..6_usize, select(LISTS), any::<bool>(), vec(line(), 8)), |(tape, limit, asked, backwards, between)| {
        let mut shop = played(&tape);
        // Statuses do not change meanwhile, because an object that changes may leave the filtered list.
        let between: Vec<String> = between.into_iter().filter(|it| it.starts_with("POST /qbitpay/api") || it.starts_with("GET")).collect();
        let there = walked(&mut shop, asked, 100);
        let id = |it: &Json| it["id"].as_str().expect("an id").to_owned();
        let separator = if asked.contains('?') { '&' } else { '?' };
        let (mut seen, mut inserts) = (Vec::new(), between.iter());
        let mut cursor = there.last().filter(|_| backwards).map(|it| format!("&ending_before={}", id(it))).unwrap_or_default();
        loop {
            let page = good(&mut shop, "GET", &format!("{asked}{separator}limit={limit}{cursor}"), &Json::Null)["data"].clone();
            let page = page.as_array().expect("a page").clone();
            seen.extend(page.iter().map(&id));
            let Some(next) = (if backwards { page.first() } else { page.last() }) else { break };
            cursor = format!("&{}={}", if backwards { "ending_before" } else { "starting_after" }, id(next));
            if let Some(line) = inserts.next() {
                shop.play(line);
            }
        }
        if backwards && let Some(oldest) = there.last() {
            seen.push(id(oldest));
        }
        let met = |id: &str| seen.iter().filter(|it| *it == id).count();
        assert!(there.iter().all(|it| met(&id(it)) == 1), "{asked} {limit} {backwards}: {seen:?} of {there:?}");
        assert!(seen.iter().all(|it| met(it) == 1), "nothing is met twice: {seen:?}");
    });
}

#[test]
fn i24_a_damaged_state_never_breaks_the_sandbox() {
    always(80, &(tape(), any::<u32>(), select(DAMAGES)), |(tape, place, value)| {
        let mut shop = played(&tape);
        let mut document = exported(&mut shop);
        let provider_id = list(&document, "/providers").iter().position(|it| it["slug"] == "qbitpay").expect("the provider");
        let mut found = Vec::new();
        places(&document["providers"][provider_id], &format!("/providers/{provider_id}"), &mut found);
        let path = &found[usize::try_from(place).expect("a place") % found.len()];
        *document.pointer_mut(path).expect("a place") = serde_json::from_str(value).expect("JSON");
        let answers = |shop: &mut Tape, method: &str, path: &str, body: &Json| shop.ask(Tape::control(method, path, body)).status.as_u16();
        let put = answers(&mut shop, "PUT", "state", &document);
        assert!([200, 400, 422].contains(&put), "{put} {path} {value}");
        let charge = r#"{"amount":5,"currency":"USD","externalOrderId":"A","cbUrl":"http://a","redirectUrl":"http://b"}"#;
        let payout = r#"{"amount":5,"currency":"USD","destination":{"type":"GCash","payerName":"B","bankAccountNum":"2"}}"#;
        let order = r#"{"symbol":"USDT/CNY","side":"sell","amount":1}"#;
        let ticker = "markets/ticker?symbol=BTC/PHP&side=ask";
        for (name, body) in [("charges", charge), ("payouts", payout), ("orders", order)] {
            for (method, body) in [("POST", body), ("GET", "")] {
                assert!(crate::qbitpay::answer(&mut shop, method, name, body).0 < 500, "{name} {path} {value}");
            }
        }
        for name in ["balanceTransactions?limit=100", "balances/show", "accounts/show", ticker] {
            assert!(crate::qbitpay::answer(&mut shop, "GET", name, "").0 < 500, "{name} {path} {value}");
        }
        assert!(answers(&mut shop, "POST", "act/qbitpay/deposit", &json!({"currency": "USD", "amount": 1})) < 500, "{path} {value}");
        assert!(answers(&mut shop, "POST", "clock/advance", &json!({"by": "49h"})) < 500, "{path} {value}");
        for view in ["clock", "deliveries", "requests", "accounts", "state"] {
            assert_eq!(answers(&mut shop, "GET", view, &Json::Null), 200, "{view} {path} {value}");
        }
        assert_eq!(memory(&exported(&mut shop), "qbitpay")["merchants"].as_array().map(Vec::is_empty), Some(false));
    });
}
