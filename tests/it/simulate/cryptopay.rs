//! Tapes about payment orders, their users and endpoints, with the chains under them and other providers beside them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::invariants::{keeps_the_schedule, list, text, time};
use super::noise::{DAMAGES, places};
use super::{always, arbitrary, at_every_step, changes_nothing, exported, leaps, memory, played, repeats, restarts};
use crate::cryptopay::signatures::{SECRET, signature};
use crate::cryptopay::{answer, ordered, served};
use crate::tape::Tape;

/// The documentation's schedule, typed again: at once, then after 1, 5, 15, 60 and 360 minutes.
const WAITS_SECS: [i64; 6] = [0, 60, 300, 900, 3_600, 21_600];
/// The status tables, typed again: from, to, and the event of the webhook, if any.
const STEPS: [(&str, &str, Option<&str>); 5] = [
    ("", "pending", None),
    ("pending", "pending", Some("payment.pending")),
    ("pending", "confirmed", Some("payment.confirmed")),
    ("pending", "failed", Some("payment.failed")),
    ("pending", "expired", Some("order.expired")),
];
/// Blocks, retries, the ends of orders and tokens, and moments beside them.
const SPANS_MS: &[u64] = &[0, 1, 250, 1_000, 2_000, 12_000, 30_000, 60_000, 300_000, 899_999, 3_600_000, 7_200_000, 21_600_000, 86_400_000];

fn order() -> impl Strategy<Value = String> {
    let pairs = select(&[("base", "USDC"), ("ethereum", "ETH"), ("arbitrum", "ARB"), ("bsc", "USDT"), ("base", "DAI")][..]);
    let amounts = select(&["\"100.00\"", "0.5", "\"0.000001\"", "0", "\"x\""][..]);
    let more = select(&["", "", r#","webhook_url":"http://shop.test/own""#, r#","expires_at":"2026-01-01T00:10:00Z""#][..]);
    (pairs, amounts, 1..9_u32, more).prop_map(|((chain, token), amount, nonce, more)| {
        format!(r#"POST /cryptopay/api/payment-orders/ {{"amount":{amount},"currency":"{token}","blockchain":"{chain}","order_info":"{{}}","nonce":{nonce}{more}}}"#)
    })
}

fn act() -> impl Strategy<Value = String> {
    let which = prop_oneof![2 => Just("${order_id}".to_owned()), 1 => (1..5_u32).prop_map(|it| it.to_string())];
    let what = select(&["pay", "pay", "pay", "confirm", "confirm", "fail"][..]);
    let with = select(&["", "", "", " amount=0.1", " amount=1000"][..]);
    let act = (which, what, with).prop_map(|(order, act, with)| match act {
        "pay" => format!("act cryptopay.pay order={order}{with}"),
        "confirm" if with == " amount=0.1" => format!("act cryptopay.confirm order={order} confirmations=3"),
        act => format!("act cryptopay.{act} order={order}"),
    });
    let reorg = (select(&[1_u32, 2, 7, 100][..]), select(&["base", "ethereum", "arbitrum", "bsc"][..]));
    let reorg = reorg.prop_map(|(depth, chain)| format!("act cryptopay.reorg depth={depth} blockchain={chain}"));
    prop_oneof![6 => act, 2 => reorg]
}

fn other() -> impl Strategy<Value = String> {
    let lines = [
        r#"POST /cryptopay/api/auth/register {"username":"ann","email":"ann@shop.test","password":"correct horse","shop_name":"A"}"#,
        r#"POST /cryptopay/api/auth/login {"username":"demo","password":"demo-password"}"#,
        r#"POST /cryptopay/api/auth/login {"username":"ann","password":"correct horse"}"#,
        r#"POST /cryptopay/api/auth/token/refresh/ {"refresh":"${refresh}"}"#,
        "with Authorization: Bearer ${access}\nGET /cryptopay/api/payment-orders/",
        r#"POST /cryptopay/api/webhook-endpoints/ {"url":"http://shop.inbox.playmoney.test/cp"}"#,
        r#"POST /cryptopay/api/webhook-endpoints/ {"url":"http://shop.test/second","events":["payment.confirmed","order.expired"]}"#,
        r#"PUT /cryptopay/api/webhook-endpoints/1/ {"url":"http://shop.test/moved"}"#,
        r#"PUT /cryptopay/api/merchant-wallets/2/ {"blockchain":"base","address":"0x1234567890123456789012345678901234567890"}"#,
        "GET /cryptopay/api/payment-orders/?page_size=2&status=pending",
        "GET /cryptopay/order/${order_id}",
        "POST /cryptopay/order/${order_id}",
        "set cryptopay/default pace=manual",
        "set cryptopay/default pace=auto",
        "set cryptopay/default rate_limit=off",
        "set cryptopay/default rate_limit=enforce",
        r#"control PUT inbox/shop/script {"respond":[500,{"status":200,"delay":"9s"},"timeout",200]}"#,
        "control POST deliveries/dlv-1/resend",
        "advance until idle",
    ];
    select(lines.map(str::to_owned).to_vec())
}

fn line() -> impl Strategy<Value = String> {
    let span = prop_oneof![4 => select(SPANS_MS), 1 => 0..2_000_000_u64].prop_map(|it| format!("advance {it}ms"));
    let receivers = vec(select(&["200", "204", "500", "500", "401", "timeout", "reset"][..]), 1..5);
    let receivers = receivers.prop_map(|it| format!("merchant {}", it.join(" ")));
    let beside =
        arbitrary::tape().prop_map(|it| it[0].clone()).prop_filter("webhook targets stay", |it| !it.starts_with("set webhook_url"));
    prop_oneof![5 => order(), 7 => act(), 4 => other(), 6 => span, 2 => receivers, 1 => beside]
}

const BEGINS: [&str; 2] = [
    r#"POST /cryptopay/api/payment-orders/ {"amount":"0.5","currency":"USDC","blockchain":"base","order_info":"{}","nonce":100}"#,
    r#"POST /cryptopay/api/auth/login {"username":"demo","password":"demo-password"}"#,
];

pub fn tape() -> impl Strategy<Value = Vec<String>> {
    vec(line(), 1..26).prop_map(|rest| [BEGINS.map(str::to_owned).to_vec(), rest].concat())
}

/// Checks what holds at any moment. It reads what is posted, exported and answered, and shares no code with the engine.
fn check(shop: &mut Tape) {
    let state = exported(shop);
    let own = memory(&state, "cryptopay");
    let deliveries = shop.admin("GET", "deliveries?provider=cryptopay", &Json::Null);
    let mut secrets: Vec<&str> = list(own, "/endpoints").iter().map(|it| text(it, "secret")).collect();
    secrets.push(SECRET);
    let (mut ids, mut told) = (BTreeSet::new(), BTreeMap::new());
    for it in list(&deliveries, "/deliveries") {
        keeps_the_schedule(it, time(&state["core"], "now"), &WAITS_SECS);
        assert!(ids.insert(text(it, "event_id").to_owned()), "each event has one delivery a target: {it}");
        is_signed(it, &secrets);
        *told.entry((text(it, "subject").to_owned(), text(it, "event").to_owned())).or_insert(0_usize) += 1;
    }
    statuses_follow_the_tables(&state, &told);
    orders_and_transfers_agree(own);
    awaits_one_block(&state["core"]);
    lists_are_counted(shop, own);
}

/// I15 and I16: body and `webhook_id` stay the same to the byte, and another implementation of the signature agrees.
fn is_signed(delivery: &Json, secrets: &[&str]) {
    let attempts = list(delivery, "/attempts");
    for it in attempts {
        let body = text(&it["request"], "body");
        assert_eq!(body, text(&attempts[0]["request"], "body"));
        let signed = text(&it["request"]["headers"], "X-Webhook-Signature");
        assert!(secrets.iter().any(|secret| signature(body, secret) == signed), "{delivery}");
        assert!(body.ends_with(&format!("\"webhook_id\":\"{}\"}}", text(delivery, "event_id"))), "{body}");
    }
}

/// I1 and I4: each change is a row of the table, a final status never changes, and each event goes to every target.
fn statuses_follow_the_tables(state: &Json, told: &BTreeMap<(String, String), usize>) {
    let own = memory(state, "cryptopay");
    let changes = crate::tape::changes(state);
    let mut stands: BTreeMap<&str, &str> = BTreeMap::new();
    let mut events = BTreeSet::new();
    for it in changes.iter().filter(|it| it["provider"] == "cryptopay") {
        let (subject, from, to) = (text(it, "subject"), text(it, "from"), text(it, "to"));
        let row = STEPS.iter().find(|row| (row.0, row.1) == (from, to)).unwrap_or_else(|| panic!("{it}"));
        assert_eq!(stands.insert(subject, to).unwrap_or(""), from, "{it}");
        if let (Some(event), true) = (row.2, subject.starts_with("ORD-")) {
            assert!(events.insert((subject.to_owned(), event.to_owned())), "once: {it}");
        }
    }
    assert_eq!(events, told.keys().cloned().collect());
    for order in list(own, "/orders") {
        let subject = format!("ORD-{}", text(order, "code"));
        assert_eq!(stands[subject.as_str()], text(order, "status"));
        let most = if order["webhook_url"].is_string() { 1 } else { 1 + list(own, "/endpoints").len() };
        assert!(told.iter().filter(|it| it.0.0 == subject).all(|it| (1..=most).contains(it.1)), "{order} {told:?}");
    }
    for it in list(own, "/transactions") {
        assert_eq!(stands[text(it, "hash")], text(it, "status"));
    }
}

/// The transferred amount decides, and an order without a transfer never gets a status that blocks bring.
fn orders_and_transfers_agree(own: &Json) {
    let amount = |it: &Json| text(it, "amount").parse::<Decimal>().expect("a decimal");
    for order in list(own, "/orders") {
        let transfer = order["transaction"].as_u64().map(|it| &list(own, "/transactions")[usize::try_from(it).expect("small") - 1]);
        match (text(order, "status"), transfer) {
            ("confirmed", transfer) => {
                let it = transfer.expect("nothing is confirmed without a transfer");
                assert!(amount(order) <= amount(it) && order["token"] == it["token"] && !it["confirmed_at"].is_null(), "{order} {it}");
            }
            ("expired", transfer) => assert!(transfer.is_none(), "{order}"),
            (status, Some(it)) => assert!(it["confirmed_at"].is_null() && text(it, "status") == status, "{order} {it}"),
            (_, None) => {}
        }
    }
    let nonces: BTreeSet<String> = list(own, "/orders").iter().map(|it| format!("{} {}", it["merchant"], it["nonce"])).collect();
    assert_eq!(nonces.len(), list(own, "/orders").len(), "a nonce is good for one order");
}

/// I26: one block is booked for each transfer that blocks confirm, and none for any other.
fn awaits_one_block(core: &Json) {
    for it in list(core, "/chains/transfers") {
        let (id, transfer) = (&it[0], &it[1]);
        let waits = transfer["by_hand"] == false && transfer["confirmations"].as_u64() < transfer["wanted"].as_u64();
        let booked = list(core, "/agenda/entries").iter().filter(|it| it[2]["block"]["transfer"] == *id).count();
        assert_eq!(booked, usize::from(waits), "{it}");
    }
}

/// The count of a list is the number of its objects.
fn lists_are_counted(shop: &mut Tape, own: &Json) {
    shop.play("set cryptopay/default rate_limit=off");
    for status in ["pending", "confirmed", "failed", "expired"] {
        let fits = |it: &&Json| it["merchant"] == 1 && it["status"] == status && it["chain"] == "base";
        let expected: Vec<&Json> = list(own, "/orders").iter().rev().filter(fits).map(|it| &it["number"]).collect();
        let page = served(shop, "GET", &format!("/api/payment-orders/?status={status}&blockchain=base&page_size=100"), &Json::Null);
        let seen: Vec<&Json> = list(&page, "/results").iter().map(|it| &it["id"]).collect();
        assert_eq!((page["count"].as_u64(), seen), (Some(expected.len() as u64), expected), "{status}");
    }
    let all = served(shop, "GET", "/api/transactions/", &Json::Null);
    assert!(all["count"].as_u64() <= Some(list(own, "/transactions").len() as u64));
}

#[test]
fn i1_i2_i3_i4_i13_i15_hold_at_every_step() {
    at_every_step(50, &tape(), check);
}

#[test]
fn i7_the_same_tape_gives_the_same_bytes() {
    repeats(30, &tape());
}

#[test]
fn i8_two_steps_equal_one_leap() {
    leaps(50, tape());
}

#[test]
fn i10_a_restart_goes_unnoticed_and_a_fork_is_alone() {
    restarts(30, || tape().boxed());
}

/// Calls that are refused in any state. The limit is off, so that they are not counted.
const REFUSED: &[&str] = &[
    "POST /cryptopay/api/payment-orders/ {}",
    "POST /cryptopay/api/payment-orders/ {",
    r#"POST /cryptopay/api/payment-orders/ {"amount":"1","currency":"USDT","blockchain":"base","order_info":"1","nonce":77}"#,
    "GET /cryptopay/api/payment-orders/99/",
    "GET /cryptopay/api/payment-orders/?page=99",
    "GET /cryptopay/api/transactions/0x12/",
    "DELETE /cryptopay/api/payment-orders/",
    "GET /cryptopay/api/nothing/",
    "without Authorization\nGET /cryptopay/api/payment-orders/",
    "with Authorization: Bearer x.y.z\nGET /cryptopay/api/payment-orders/",
    r#"POST /cryptopay/api/auth/login {"username":"demo","password":"another"}"#,
    r#"POST /cryptopay/api/auth/register {"username":"demo","email":"a@b.test","password":"correct horse","shop_name":"A"}"#,
    r#"POST /cryptopay/api/auth/token/refresh/ {"refresh":"${access}"}"#,
    r#"POST /cryptopay/api/merchant-wallets/ {"blockchain":"base","address":"0x1234567890123456789012345678901234567890"}"#,
    "PUT /cryptopay/api/merchant-wallets/99/ {}",
    r#"POST /cryptopay/api/webhook-endpoints/ {"url":"nowhere"}"#,
    "GET /cryptopay/order/ORD-nobodys00000",
    "control POST act/cryptopay/pay {\"order\":99}",
    "control POST act/cryptopay/pay {\"order\":1,\"amount\":0}",
    "control POST act/cryptopay/confirm {\"order\":99}",
    "control POST act/cryptopay/fail {}",
    "control POST act/cryptopay/reorg {\"depth\":0}",
];

#[test]
fn i6_a_refusal_changes_nothing() {
    always(20, &tape(), |tape| {
        let mut shop = played(&tape);
        shop.play("set cryptopay/default rate_limit=off");
        changes_nothing(&mut shop, REFUSED);
    });
}

#[test]
fn i12_another_users_order_changes_nothing_of_ones_own() {
    always(20, &vec(any::<bool>(), 1..12), |whose| {
        let drawn = |others: bool| {
            let mut shop = Tape::shop();
            let ann = r#"{"username":"ann","email":"ann@shop.test","password":"correct horse","shop_name":"A"}"#;
            answer(&mut shop, "POST", "/api/auth/register", ann);
            let token = answer(&mut shop, "POST", "/api/auth/login", ann).1["access"].clone();
            let bearer = format!("with Authorization: Bearer {}", token.as_str().expect("a token"));
            shop.play(&format!(
                "{bearer}\nPOST /cryptopay/api/merchant-wallets/ {{\"blockchain\":\"base\",\"address\":\"0x{}\"}}",
                "1".repeat(40)
            ));
            let mut own = Vec::new();
            for (nonce, is_own) in (1..).zip(&whose) {
                if *is_own || others {
                    if !is_own {
                        shop.play(&bearer);
                    }
                    let order = ordered(&mut shop, nonce, &Json::Null);
                    let paid = shop.admin("POST", "act/cryptopay/pay", &json!({"order": order["order_id"]}));
                    let transfer = &paid["object"]["transaction"];
                    let drawn = [&order["order_id"], &order["receiving_address"], &transfer["transaction_hash"], &transfer["from_address"]];
                    own.extend(is_own.then(|| drawn.map(Json::clone)));
                }
            }
            own
        };
        assert_eq!(drawn(true), drawn(false));
    });
}

/// Paging by offset repeats objects that move down, but skips none that was in the list all the time.
#[test]
fn i19_a_reader_of_pages_misses_no_order() {
    always(40, &(1..8_u32, vec(0..3_usize, 1..8)), |(size, inserts)| {
        let mut shop = Tape::shop();
        let mut nonce = 0;
        let mut make = |shop: &mut Tape, count: usize| {
            for _ in 0..count {
                nonce += 1;
                ordered(shop, nonce, &Json::Null);
            }
        };
        let first: usize = inserts.iter().sum::<usize>() + 1;
        make(&mut shop, first);
        let (mut seen, mut turn, mut next) = (Vec::new(), inserts.iter(), Some(format!("/api/payment-orders/?page_size={size}")));
        while let Some(target) = next {
            let page = served(&mut shop, "GET", &target, &Json::Null);
            seen.extend(list(&page, "/results").iter().map(|it| it["id"].as_u64().expect("a number")));
            let grown = turn.next().copied().unwrap_or(0);
            make(&mut shop, grown);
            next = page["next"].as_str().map(|it| it.trim_start_matches("/cryptopay").to_owned());
        }
        let met = |id: u64| seen.iter().filter(|it| **it == id).count();
        assert!((1..=first as u64).all(|id| 1 <= met(id)), "{seen:?} of {first}");
        if inserts.iter().all(|it| *it == 0) {
            assert!((1..=first as u64).all(|id| met(id) == 1), "{seen:?}");
        }
    });
}

#[test]
fn i24_a_damaged_state_never_breaks_the_sandbox() {
    always(120, &(tape(), any::<u32>(), select(DAMAGES)), |(tape, place, value)| {
        let mut shop = played(&tape);
        let mut document = exported(&mut shop);
        let mut found = Vec::new();
        places(&document, "", &mut found);
        // Most cases damage this provider's memory.
        let provider_id = list(&document, "/providers").iter().position(|it| it["slug"] == "cryptopay").expect("CryptoPay");
        let own: Vec<_> = found.iter().filter(|it| it.starts_with(&format!("/providers/{provider_id}/memory"))).cloned().collect();
        let among = if place % 4 == 0 { &found } else { &own };
        let path = &among[usize::try_from(place / 4).expect("a place") % among.len()];
        *document.pointer_mut(path).expect("a place") = serde_json::from_str(value).expect("JSON");
        let answers = |shop: &mut Tape, method: &str, path: &str, body: &Json| shop.ask(Tape::control(method, path, body)).status.as_u16();
        let put = answers(&mut shop, "PUT", "state", &document);
        assert!([200, 400, 422].contains(&put), "{put} {path} {value}");
        let body = r#"{"amount":"1","currency":"USDC","blockchain":"base","order_info":"1","nonce":4711}"#;
        for (method, target, body) in [
            ("POST", "/api/payment-orders/", body),
            ("GET", "/api/payment-orders/?status=pending", ""),
            ("GET", "/api/transactions/", ""),
            ("GET", "/api/webhook-endpoints/", ""),
            ("POST", "/api/auth/login", r#"{"username":"demo","password":"demo-password"}"#),
        ] {
            assert!(answer(&mut shop, method, target, body).0 < 500, "{path} {value}");
        }
        for (act, body) in [
            ("pay", json!({"order": 1})),
            ("reorg", json!({"depth": 1000})),
            ("confirm", json!({"order": 1})),
            ("fail", json!({"order": 2})),
        ] {
            assert!(answers(&mut shop, "POST", &format!("act/cryptopay/{act}"), &body) < 500, "{act} {path} {value}");
        }
        assert!(answers(&mut shop, "POST", "clock/advance", &json!({"by": "8h"})) < 500, "{path} {value}");
        for view in ["clock", "deliveries", "requests", "accounts", "state"] {
            assert_eq!(answers(&mut shop, "GET", view, &Json::Null), 200, "{view} {path} {value}");
        }
    });
}
