//! Tapes about invoices, with the chain under them and another provider beside them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use serde_json::{Value as Json, json};

use super::invariants::{keeps_the_schedule, list, text, time};
use super::noise::{DAMAGES, places};
use super::{always, arbitrary, at_every_step, changes_nothing, exported, leaps, played, repeats, restarts};
use crate::quoine::client::{SECRET, digest, signature};
use crate::tape::Tape;

/// The documentation's schedule, typed again: at once, then after 1, 5, 15 and 60 minutes.
const WAITS_SECS: [i64; 5] = [0, 60, 300, 900, 3600];
/// The documentation's table, typed again.
const STEPS: [(&str, &str); 8] = [
    ("", "ready"),
    ("ready", "unconfirmed"),
    ("ready", "expired"),
    ("unconfirmed", "confirmed"),
    ("unconfirmed", "invalid"),
    ("confirmed", "captured"),
    ("captured", "complete"),
    ("", ""),
];
/// Block times, the window of a payment, retries, and moments beside them.
const SPANS_MS: &[u64] = &[0, 1, 1_000, 60_000, 300_000, 599_999, 600_000, 1_200_000, 1_800_000, 3_600_000, 10_800_000];

fn line() -> impl Strategy<Value = String> {
    let price = select(&["500", "\"12.345\"", "0.00002", "\"x\"", "1e3"][..]);
    let create = price.prop_map(|it| format!(r#"POST /quoine/api/v1/invoices {{"price":{it}}}"#));
    let number = || 1..4_u32;
    let get = number().prop_map(|it| format!("GET /quoine/api/v1/invoices/{it}"));
    let list = (1..3_u32, 1..4_u32).prop_map(|(page, per)| format!("GET /quoine/api/v1/invoices?page={page}&per={per}"));
    let amount = select(&["", "", "", " amount=0.2", " amount=0.25", " amount=0.00000001", " amount=0.7", " amount=0"][..]);
    let pay = (number(), amount).prop_map(|(it, amount)| format!("act quoine.pay invoice={it}{amount}"));
    let act = (select(&["confirm", "capture"][..]), number()).prop_map(|(act, it)| format!("act quoine.{act} invoice={it}"));
    let reorg = select(&[1_u32, 2, 3, 7, 100][..]).prop_map(|it| format!("act quoine.reorg depth={it}"));
    let span = prop_oneof![4 => select(&SPANS_MS[..7]), 1 => select(&SPANS_MS[7..]), 1 => 0..2_000_000_u64]
        .prop_map(|it| format!("advance {it}ms"));
    let receivers = vec(select(&["200", "204", "500", "500", "401", "timeout", "reset"][..]), 1..5);
    let receivers = receivers.prop_map(|it| format!("merchant {}", it.join(" ")));
    let settings = [
        "set quoine/2 pace=manual",
        "set quoine/2 pace=auto",
        "set quoine/2 confirmations=0",
        "set quoine/2 confirmations=2",
        "set quoine/2 confirmations=6",
        "set quoine/2 webhook_url=http://shop.inbox.playmoney.test/cb?x=1",
        "set quoine/2 webhook_url=http://shop.test/hooks",
        r#"control PUT inbox/shop/script {"respond":[500,{"status":200,"delay":"9s"},"timeout",200]}"#,
    ];
    let settings = prop_oneof![6 => select(settings.map(str::to_owned).to_vec()), 1 => Just("advance until idle".to_owned())];
    let beside =
        arbitrary::tape().prop_map(|it| it[0].clone()).prop_filter("webhook targets stay", |it| !it.starts_with("set webhook_url"));
    prop_oneof![5 => create, 2 => get, 1 => list, 6 => pay, 2 => act, 4 => reorg, 8 => span, 2 => receivers, 2 => settings, 1 => beside]
}

pub fn tape() -> impl Strategy<Value = Vec<String>> {
    let begins = Just(r#"POST /quoine/api/v1/invoices {"price":500}"#.to_owned());
    (begins, vec(line(), 1..26)).prop_map(|(first, rest)| [vec![first.clone(), first], rest].concat())
}

/// Checks what holds at any moment. It reads what is posted and exported, and shares no code with the engine.
fn check(shop: &mut Tape) {
    let state = exported(shop);
    let deliveries = shop.admin("GET", "deliveries?provider=quoine", &Json::Null);
    let mut nonces = BTreeSet::new();
    for it in list(&deliveries, "/deliveries") {
        keeps_the_schedule(it, time(&state["core"], "now"), &WAITS_SECS);
        for attempt in list(it, "/attempts") {
            is_signed(attempt, list(it, "/attempts"));
            assert!(nonces.insert(text(&attempt["request"]["headers"], "NONCE").to_owned()), "each attempt has another NONCE: {it}");
        }
    }
    let changes = crate::tape::changes(&state);
    let mut stands: BTreeMap<&str, &str> = BTreeMap::new();
    for it in changes.iter().filter(|it| it["provider"] == "quoine") {
        let (from, to) = (text(it, "from"), text(it, "to"));
        assert!(STEPS.contains(&(from, to)), "{it}");
        assert_eq!(stands.insert(text(it, "subject"), to).unwrap_or(""), from, "{it}");
    }
    let memory = list(&state, "/providers").iter().find(|it| it["slug"] == "quoine").expect("Quoine")["memory"].clone();
    for it in list(&memory, "/invoices") {
        assert_eq!(stands[it["id"].to_string().as_str()], text(it, "status"));
        balances(it);
    }
    for it in list(&state, "/core/chains/transfers") {
        awaits_one_block(&state["core"], &it[0], &it[1]);
    }
}

/// I26: one entry is booked for a transfer that blocks confirm, at the next multiple of ten minutes. None is booked for one
/// that actions confirm, or that has enough confirmations.
fn awaits_one_block(core: &Json, id: &Json, transfer: &Json) {
    let (confirmations, wanted) = (transfer["confirmations"].as_u64(), transfer["wanted"].as_u64());
    assert!(confirmations <= wanted, "{transfer}");
    assert_eq!(transfer["block"].is_null(), confirmations == Some(0), "mined is what is confirmed: {transfer}");
    let booked = list(core, "/agenda/entries").iter().filter(|it| it[2]["block"]["transfer"] == *id);
    let booked: Vec<i64> = booked.map(|row| row[0].as_str().and_then(|it| it.parse().ok()).map_or(0, Timestamp::as_second)).collect();
    let (start, now) = (time(&core["chains"], "genesis").as_second(), time(core, "now").as_second());
    let waits = transfer["by_hand"] == false && confirmations < wanted;
    assert_eq!(booked, Vec::from_iter(waits.then(|| start + ((now - start) / 600 + 1) * 600)), "{transfer}");
}

/// I5: the received amount is the sum of the payments, and an invoice changes its status by its full payment.
fn balances(invoice: &Json) {
    let paid: i64 = list(invoice, "/payments").iter().map(|it| it.as_i64().expect("satoshi")).sum();
    let price = invoice["satoshi"].as_i64().expect("satoshi");
    match text(invoice, "status") {
        "ready" => assert!(paid < price, "{invoice}"),
        "expired" => assert!(invoice["paid_at"].is_null(), "{invoice}"),
        _ => assert!(price <= paid && !invoice["paid_at"].is_null(), "{invoice}"),
    }
}

/// I15 and I16: body and digest stay the same to the byte, date and signature are those of the attempt.
fn is_signed(attempt: &Json, attempts: &[Json]) {
    let (request, first) = (&attempt["request"], &attempts[0]["request"]);
    let header = |name: &str| text(&request["headers"], name);
    assert_eq!(request["body"], first["body"]);
    assert_eq!(header("Content-MD5"), digest(text(request, "body").as_bytes()));
    assert_eq!(jiff::fmt::rfc2822::parse(header("Date")).expect("a date").timestamp().as_second(), time(attempt, "at").as_second());
    let path = text(attempt, "signed").split(',').nth(2).expect("a path").to_owned();
    assert!(["/hooks", "/cb?x=1"].contains(&path.as_str()), "{path}");
    let signed = format!("application/json,{},{path},{},{}", header("Content-MD5"), header("Date"), header("NONCE"));
    assert_eq!(header("Authorization"), format!("APIAuth 2:{}", signature(SECRET, &signed)));
}

#[test]
fn i1_i2_i3_i4_i5_i13_i15_hold_at_every_step() {
    at_every_step(60, &tape(), check);
}

#[test]
fn i7_the_same_tape_gives_the_same_bytes() {
    repeats(30, &tape());
}

#[test]
fn i8_two_steps_equal_one_leap() {
    leaps(60, tape());
}

#[test]
fn i10_a_restart_goes_unnoticed_and_a_fork_is_alone() {
    restarts(40, || tape().boxed());
}

/// Calls that are refused in any state.
const REFUSED: &[&str] = &[
    r#"POST /quoine/api/v1/invoices {"price":0}"#,
    "POST /quoine/api/v1/invoices {",
    "GET /quoine/api/v1/invoices/99",
    r#"POST /quoine/api/v1/payments_callback_url {"callback":"nowhere"}"#,
    "without Authorization\nGET /quoine/api/v1/profile",
    "with Authorization: APIAuth 2:x\nGET /quoine/api/v1/profile",
    "with Date: Wed, 01 Jan 2025 00:00:00 GMT\nGET /quoine/api/v1/profile",
    "with NONCE: short\nGET /quoine/api/v1/profile",
    "DELETE /quoine/api/v1/invoices/1",
    "GET /quoine/pay/99",
    "control POST act/quoine/pay {\"invoice\":99}",
    "control POST act/quoine/pay {\"invoice\":1,\"amount\":0}",
    "control POST act/quoine/confirm {\"invoice\":99}",
    "control POST act/quoine/capture {}",
    "control POST act/quoine/reorg {\"depth\":0}",
];

#[test]
fn i6_a_refusal_changes_nothing() {
    always(30, &tape(), |tape| {
        let mut shop = played(&tape);
        changes_nothing(&mut shop, REFUSED);
    });
}

#[test]
fn i24_a_damaged_state_never_breaks_the_sandbox() {
    always(120, &(tape(), any::<u32>(), select(DAMAGES)), |(tape, place, value)| {
        let mut shop = played(&tape);
        let mut document = exported(&mut shop);
        let mut found = Vec::new();
        places(&document, "", &mut found);
        // Half of the cases damage the memory of this provider or the chains.
        let own: Vec<_> = found.iter().filter(|it| it.contains("/memory/invoices") || it.starts_with("/core/chains")).cloned().collect();
        let among = if place % 2 == 0 || own.is_empty() { &found } else { &own };
        let path = &among[usize::try_from(place / 2).expect("a place") % among.len()];
        *document.pointer_mut(path).expect("a place") = serde_json::from_str(value).expect("JSON");
        let answers = |shop: &mut Tape, method: &str, path: &str, body: &Json| shop.ask(Tape::control(method, path, body)).status.as_u16();
        let put = answers(&mut shop, "PUT", "state", &document);
        assert!([200, 400, 422].contains(&put), "{put} {path} {value}");
        for (method, name, body) in [("POST", "invoices", r#"{"price":1}"#), ("GET", "invoices?per=100", ""), ("GET", "invoices/1", "")] {
            assert!(crate::quoine::answer(&mut shop, method, name, body).0 < 500, "{path} {value}");
        }
        for (act, body) in [("pay", json!({"invoice": 1})), ("reorg", json!({"depth": 1000})), ("confirm", json!({"invoice": 1}))] {
            assert!(answers(&mut shop, "POST", &format!("act/quoine/{act}"), &body) < 500, "{act} {path} {value}");
        }
        assert!(answers(&mut shop, "POST", "clock/advance", &json!({"by": "4h"})) < 500, "{path} {value}");
        for view in ["clock", "deliveries", "requests", "accounts", "state"] {
            assert_eq!(answers(&mut shop, "GET", view, &Json::Null), 200, "{view} {path} {value}");
        }
    });
}

#[test]
fn i12_another_merchants_invoice_changes_no_address() {
    always(20, &vec(any::<bool>(), 1..12), |whose| {
        let addresses = |others: bool| {
            let mut shop = Tape::shop();
            crate::quoine::second_merchant(&mut shop, "3", "another");
            let mut own = Vec::new();
            for is_own in &whose {
                let (user, secret) = if *is_own { ("2", SECRET) } else { ("3", "another") };
                shop.play(&format!("client {user} {secret}"));
                if *is_own || others {
                    let made = crate::quoine::served(&mut shop, "POST", "invoices", r#"{"price":1}"#);
                    own.extend(is_own.then(|| made["bitcoin_address"].clone()));
                }
            }
            own
        };
        assert_eq!(addresses(true), addresses(false));
    });
}

#[test]
fn i19_a_reader_of_pages_meets_each_invoice_once() {
    always(60, &(1..8_u64, vec(0..4_usize, 1..8), any::<bool>()), |(per, inserts, backwards)| {
        let mut shop = Tape::shop();
        let make = |shop: &mut Tape| crate::quoine::served(shop, "POST", "invoices", r#"{"price":1}"#);
        let first: usize = inserts.iter().sum();
        (0..first).for_each(|_| _ = make(&mut shop));
        let page = |shop: &mut Tape, page: u64| crate::quoine::served(shop, "GET", &format!("invoices?page={page}&per={per}"), "");
        let meta = page(&mut shop, 1)["meta"].clone();
        assert_eq!((meta["total_count"].as_u64(), meta["total_pages"].as_u64()), (Some(first as u64), Some((first as u64).div_ceil(per))));
        let (mut next, direction) = if backwards { (meta["total_pages"].clone(), "prev_page") } else { (json!(1), "next_page") };
        let (mut seen, mut turn) = (Vec::new(), inserts.iter());
        while let Some(number) = next.as_u64().filter(|it| 0 < *it) {
            let answer = page(&mut shop, number);
            seen.extend(list(&answer, "/invoices").iter().map(|it| it["id"].as_u64().expect("a number")));
            (0..turn.next().copied().unwrap_or(0)).for_each(|_| _ = make(&mut shop));
            next = answer["meta"][direction].clone();
        }
        let met = |id: u64| seen.iter().filter(|it| **it == id).count();
        assert!((1..=first as u64).all(|id| met(id) == 1), "{seen:?} of {first}");
        assert!(seen.iter().all(|id| met(*id) == 1), "nothing is met twice: {seen:?}");
    });
}
