//! Tapes about checkouts and transactions, with the chains under them and other providers beside them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::invariants::{keeps_the_schedule, list, text, time};
use super::noise::{DAMAGES, places};
use super::{always, arbitrary, at_every_step, changes_nothing, exported, leaps, memory, played, repeats, restarts};
use crate::quantapay::{form, post};
use crate::tape::Tape;

/// One attempt; with retries switched on, five more.
const WAITS_SECS: [i64; 1] = [0];
/// The states, typed again.
const STEPS: [(&str, &str); 8] = [("", "P"), ("P", "C"), ("P", "X"), ("P", "deleted"), ("X", "C"), ("X", "R"), ("C", "R"), ("P", "P")];
/// Block times, the hour, the two days, and moments beside them.
const SPANS_MS: &[u64] = &[0, 1, 400, 3_000, 12_000, 12_001, 36_000, 600_000, 1_800_000, 3_599_999, 3_600_000, 172_799_999, 172_800_000];

fn coin() -> impl Strategy<Value = &'static str> {
    select(&["eth", "eth", "btc", "usdt_tron", "shib", "sol", "gold"][..])
}

fn number() -> impl Strategy<Value = u32> {
    1..5_u32
}

/// A call of the API, or a look at a page.
fn call() -> impl Strategy<Value = String> {
    let price = || select(&["49.99", "49.99", "0.01", "20000", "999999999999999", "0", "1e3"][..]);
    let fiat = select(&["USD", "eur", "JPY", "XYZ"][..]);
    let session = (price(), fiat, select(&["", "&order_id=A%26", "&title=T&note=N"][..])).prop_map(|(price, fiat, more)| {
        format!("POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price={price}&currency={fiat}{more}")
    });
    let made = (price(), coin(), select(&["", "&currency_code=crypto", "&currency_code=KWD"][..])).prop_map(|(amount, coin, more)| {
        format!("POST /quantapay/api.php function=create-transaction&api-key=qp_test_key&amount={amount}&cryptocurrency_code={coin}{more}")
    });
    let asked = (select(&["get-transaction", "check-transactions", "payment-link"][..]), number())
        .prop_map(|(function, it)| format!("POST /quantapay/api.php function={function}&api-key=qp_test_key&transaction_id={it}"));
    let whole = select(&["get-transactions", "get-balances", "get-credit-balance"][..])
        .prop_map(|it| format!("POST /quantapay/api.php function={it}&api-key=qp_test_key"));
    let page = select(
        &[
            "GET /quantapay/pay.php?checkout_id=cs-${session}",
            "POST /quantapay/pay.php?checkout_id=cs-${session} do=pay",
            "POST /quantapay/pay.php?checkout_id=cs-${session} do=cancel",
            "POST /quantapay/pay.php?checkout_id=cs-${session} cryptocurrency=eth",
        ][..],
    )
    .prop_map(str::to_owned);
    prop_oneof![4 => session, 4 => made, 2 => asked, 1 => whole, 1 => page]
}

/// What the outside world does.
fn act() -> impl Strategy<Value = String> {
    let choose = coin().prop_map(|it| format!("act quantapay.choose-coin session=${{session}} cryptocurrency={it}"));
    let amount = select(
        &[
            "",
            "",
            "",
            "",
            " amount=0.025",
            " amount=0.0251",
            " amount=0.02425",
            " amount=0.0001",
            " amount=7",
            " amount=0",
            " token=fake",
            " hash=ABC",
            " cryptocurrency=btc",
        ][..],
    );
    let pay = (number(), amount).prop_map(|(it, more)| format!("act quantapay.pay transaction={it}{more}"));
    let of_session =
        select(&["", " cryptocurrency=doge", " amount=0.03"][..]).prop_map(|it| format!("act quantapay.pay session=${{session}}{it}"));
    let act = (select(&["confirm", "confirm", "cancel", "refund", "accept-underpayment"][..]), number())
        .prop_map(|(act, it)| format!("act quantapay.{act} transaction={it}"));
    let reorg = (select(&[1_u32, 2, 7, 100][..]), select(&["eth", "btc", "tron"][..]))
        .prop_map(|(depth, chain)| format!("act quantapay.reorg depth={depth} blockchain={chain}"));
    prop_oneof![3 => choose, 5 => pay, 3 => of_session, 4 => act, 2 => reorg]
}

fn line() -> impl Strategy<Value = String> {
    let span = prop_oneof![5 => select(&SPANS_MS[..10]), 1 => select(&SPANS_MS[10..]), 1 => 0..2_000_000_u64]
        .prop_map(|it| format!("advance {it}ms"));
    let receivers =
        vec(select(&["200", "204", "500", "401", "timeout", "reset"][..]), 1..5).prop_map(|it| format!("merchant {}", it.join(" ")));
    let settings = [
        "set quantapay/default pace=manual",
        "set quantapay/default pace=auto",
        "set quantapay/default confirmations=0",
        "set quantapay/default confirmations=3",
        "set quantapay/default address_mode=fresh",
        "set quantapay/default address_mode=fresh accept_underpayments=true",
        "set quantapay/default address_mode=shared",
        "set quantapay/default payload=march",
        "set quantapay/default webhook_url=http://shop.inbox.playmoney.test/cb",
        "set quantapay/default webhook_url=http://shop.test/hooks",
        r#"control PUT inbox/shop/script {"respond":[500,{"status":200,"delay":"6s"},"timeout",200]}"#,
        "advance until idle",
    ];
    let settings = select(settings.map(str::to_owned).to_vec());
    let beside =
        arbitrary::tape().prop_map(|it| it[0].clone()).prop_filter("webhook targets stay", |it| !it.starts_with("set webhook_url"));
    prop_oneof![5 => call(), 8 => act(), 6 => span, 2 => receivers, 3 => settings, 1 => beside]
}

pub fn tape() -> impl Strategy<Value = Vec<String>> {
    let begins = "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=USD";
    let chooses = "act quantapay.choose-coin session=${session} cryptocurrency=eth";
    (Just([begins.to_owned(), chooses.to_owned()].to_vec()), vec(line(), 1..28)).prop_map(|(first, rest)| [first, rest].concat())
}

fn decimal(value: &Json) -> Decimal {
    value.as_str().and_then(|it| it.parse().ok()).unwrap_or_else(|| panic!("{value} is a decimal"))
}

/// Checks what holds at any moment. It reads what is posted and exported, and shares no code with the engine.
fn check(shop: &mut Tape) {
    let state = exported(shop);
    let deliveries = shop.admin("GET", "deliveries?provider=quantapay", &Json::Null);
    let mut told = BTreeSet::new();
    for it in list(&deliveries, "/deliveries") {
        keeps_the_schedule(it, time(&state["core"], "now"), &WAITS_SECS);
        assert!(told.insert(text(it, "subject").to_owned()), "a payment is told once: {it}");
        for attempt in list(it, "/attempts") {
            let body: Json = serde_json::from_str(text(&attempt["request"], "body")).expect("JSON");
            assert_eq!(
                (&body["key"], &body["transaction"]["status"], &body["transaction"]["webhook"]),
                (&json!("qp_test_webhook_secret"), &json!("C"), &json!("1"))
            );
            assert_eq!(attempt["request"], list(it, "/attempts")[0]["request"]);
        }
    }
    let changes = crate::tape::changes(&state);
    let mut stands: BTreeMap<&str, &str> = BTreeMap::new();
    let mut completed = BTreeSet::new();
    for it in changes.iter().filter(|it| it["provider"] == "quantapay") {
        let (from, to) = (text(it, "from"), text(it, "to"));
        assert!(STEPS.contains(&(from, to)), "{it}");
        assert_eq!(stands.insert(text(it, "subject"), to).unwrap_or(""), from, "{it}");
        completed.extend((to == "C").then(|| text(it, "subject").to_owned()));
    }
    assert_eq!(told, completed, "every completion is told, and nothing else");
    let own = memory(&state, "quantapay");
    for it in list(own, "/transactions") {
        assert_eq!(stands[it["id"].to_string().as_str()], text(it, "status"));
    }
    amounts_differ(own);
    money_is_conserved(shop, own);
}

/// Two payments that wait at one shared address have different amounts.
fn amounts_differ(own: &Json) {
    let waits = |it: &&Json| it["status"] == "P" && it["fresh"] == false;
    let waiting: Vec<_> = list(own, "/transactions").iter().filter(waits).map(|it| (text(it, "coin"), decimal(&it["amount"]))).collect();
    assert_eq!(waiting.iter().collect::<BTreeSet<_>>().len(), waiting.len(), "{waiting:?}");
}

/// I5: credits are 150 dollars minus 0.8 % of each payment; wallets have their first balance plus the payments.
fn money_is_conserved(shop: &mut Tape, own: &Json) {
    let (_, credits) = post(shop, &form("get-credit-balance", &[]));
    let (mut fees, mut came) = (Decimal::ZERO, BTreeMap::new());
    for it in list(own, "/transactions") {
        let fee = decimal(&it["fee"]);
        let paid = ["C", "X", "R"].contains(&text(it, "status"));
        assert!(paid || fee.is_zero(), "{it}");
        if paid && text(it, "fiat") == "usd" && text(it, "status") != "C" {
            assert!(fee <= decimal(&it["amount_fiat"]) * Decimal::new(8, 3) + Decimal::new(1, 2), "{it}");
        }
        fees += fee;
        if let Some(amount) = it["transfer"].get("amount") {
            *came.entry(text(it, "coin")).or_insert(Decimal::ZERO) += decimal(amount);
        }
    }
    let left = Decimal::new(15_000, 2) - fees;
    assert_eq!(credits, format!(r#"{{"success":true,"response":{{"credit_balance":{left:.2},"credit_currency":"USD"}}}}"#));
    for (coin, amount) in own["merchants"][0]["strays"].as_object().expect("an object") {
        *came.entry(coin).or_insert(Decimal::ZERO) += decimal(amount);
    }
    let (_, balances) = post(shop, &form("get-balances", &[]));
    let balances: Json = serde_json::from_str(&balances).expect("JSON");
    for (coin, balance) in balances["response"].as_object().expect("an object") {
        let opening = match coin.as_str() {
            "btc" => Decimal::new(5_432, 4),
            "eth" => Decimal::new(12_345, 3),
            _ => Decimal::ZERO,
        };
        assert_eq!(decimal(&balance["amount"]), opening + came.get(coin.as_str()).copied().unwrap_or_default(), "{coin}");
    }
}

#[test]
fn i1_i2_i3_i4_i5_i13_hold_at_every_step() {
    at_every_step(40, &tape(), check);
}

#[test]
fn i7_the_same_tape_gives_the_same_bytes() {
    repeats(20, &tape());
}

#[test]
fn i8_two_steps_equal_one_leap() {
    leaps(40, tape());
}

#[test]
fn i10_a_restart_goes_unnoticed_and_a_fork_is_alone() {
    restarts(25, || tape().boxed());
}

#[test]
fn i12_another_merchants_payments_change_nothing_but_numbers() {
    always(15, &vec(any::<bool>(), 1..10), |whose| {
        let paid = |others: bool| {
            let mut shop = Tape::shop();
            crate::quantapay::second_merchant(&mut shop, "another", "qp_another");
            shop.play("set quantapay/default confirmations=0\nset quantapay/another confirmations=0");
            for is_own in whose.iter().filter(|it| **it || others) {
                let key = if *is_own { "qp_test_key" } else { "qp_another" };
                let fields = "amount=49.99&cryptocurrency_code=eth";
                let (_, made) = post(&mut shop, &format!("function=create-transaction&api-key={key}&{fields}"));
                let made: Json = serde_json::from_str(&made).expect("JSON");
                shop.play(&format!("act quantapay.pay transaction={}", made["response"][0].as_str().expect("an id")));
            }
            let told = shop.posted.iter().map(|it| serde_json::from_slice::<Json>(&it.body).expect("JSON"));
            let own = told.filter(|it| it["key"] == "qp_test_webhook_secret").map(|it| it["transaction"].clone());
            own.map(|it| [&it["biz_id"], &it["hash"], &it["from"], &it["to"], &it["amount"]].map(Json::to_string)).collect::<Vec<_>>()
        };
        assert_eq!(paid(true), paid(false));
    });
}

/// Calls that are refused in any state.
const REFUSED: &[&str] = &[
    "POST /quantapay/api.php",
    "POST /quantapay/api.php function=nothing&api-key=qp_test_key",
    "POST /quantapay/api.php function=get-balances&api-key=x",
    "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=1",
    "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=0&currency=USD",
    "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=1&currency=USD&signature=x&timestamp=9",
    "POST /quantapay/api.php function=create-transaction&api-key=qp_test_key&amount=0.00000001&cryptocurrency_code=btc",
    "POST /quantapay/api.php function=create-transaction&api-key=qp_test_key&amount=1&cryptocurrency_code=btc&checkout_id=cs_nothing",
    "POST /quantapay/api.php function=get-transactions&api-key=qp_test_key&status=Z",
    "GET /quantapay/api.php?function=get-balances&api-key=qp_test_key",
    "GET /quantapay/nothing",
    "POST /quantapay/pay.php?checkout_id=nothing cryptocurrency=eth",
    "control POST act/quantapay/pay {\"transaction\":99}",
    "control POST act/quantapay/pay {\"transaction\":1,\"amount\":0}",
    "control POST act/quantapay/choose-coin {\"session\":\"cs_nothing\",\"cryptocurrency\":\"eth\"}",
    "control POST act/quantapay/confirm {\"transaction\":99}",
    "control POST act/quantapay/refund {}",
    "control POST act/quantapay/reorg {\"depth\":1,\"blockchain\":\"nothing\"}",
];

#[test]
fn i6_a_refusal_changes_nothing() {
    always(25, &tape(), |tape| {
        let mut shop = played(&tape);
        changes_nothing(&mut shop, REFUSED);
    });
}

#[test]
fn i24_a_damaged_state_never_breaks_the_sandbox() {
    always(100, &(tape(), any::<u32>(), select(DAMAGES)), |(tape, place, value)| {
        let mut shop = played(&tape);
        let mut document = exported(&mut shop);
        let mut found = Vec::new();
        places(&document, "", &mut found);
        // Half of the cases damage this provider's memory.
        let of_own = |it: &&String| it.contains("/memory/transactions") || it.contains("/memory/sessions") || it.contains("/memory/rates");
        let own: Vec<_> = found.iter().filter(of_own).cloned().collect();
        let among = if place % 2 == 0 || own.is_empty() { &found } else { &own };
        let path = &among[usize::try_from(place / 2).expect("a place") % among.len()];
        *document.pointer_mut(path).expect("a place") = serde_json::from_str(value).expect("JSON");
        let answers = |shop: &mut Tape, method: &str, path: &str, body: &Json| shop.ask(Tape::control(method, path, body)).status.as_u16();
        let put = answers(&mut shop, "PUT", "state", &document);
        assert!([200, 400, 422].contains(&put), "{put} {path} {value}");
        for (function, fields) in [
            ("create-transaction", &[("amount", "49.99"), ("cryptocurrency_code", "eth")][..]),
            ("get-transactions", &[("pagination", "-1")]),
            ("get-transaction", &[("transaction_id", "1")]),
            ("get-balances", &[]),
        ] {
            assert!(post(&mut shop, &form(function, fields)).0 < 500, "{path} {value}");
        }
        for (act, body) in [("pay", json!({"transaction": "1"})), ("confirm", json!({"transaction": "1"})), ("reorg", json!({"depth": 9}))]
        {
            assert!(answers(&mut shop, "POST", &format!("act/quantapay/{act}"), &body) < 500, "{act} {path} {value}");
        }
        assert!(answers(&mut shop, "POST", "clock/advance", &json!({"by": "50h"})) < 500, "{path} {value}");
        for view in ["clock", "deliveries", "requests", "accounts", "state"] {
            assert_eq!(answers(&mut shop, "GET", view, &Json::Null), 200, "{view} {path} {value}");
        }
    });
}
