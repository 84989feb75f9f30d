//! What the outside world does although the provider makes nothing of it, and what it takes back.

use serde_json::{Value as Json, json};

use super::call;
use crate::tape::Tape;
use crate::{cryptopay, quantapay, quoine};

/// An action that is answered with 200; its answer.
fn acted(shop: &mut Tape, name: &str, with: &Json) -> Json {
    let (status, answer) = call(shop, "POST", &format!("act/{name}"), with);
    assert_eq!(status, 200, "{name} {with}: {answer}");
    answer
}

/// The reason why an action has had no effect, and the object's status; the state is what it was, except the log.
fn nothing(shop: &mut Tape, name: &str, with: &Json) -> (String, String) {
    let (posted, slug) = (shop.posted.len(), name.split('/').next().expect("a provider").to_owned());
    let answer = acted(shop, name, with);
    assert_eq!((&answer["effect"], &answer["provider"]), (&json!("none"), &json!(slug)), "{answer}");
    assert_eq!(shop.posted.len(), posted, "the shop is told nothing");
    let text = |name: &str| answer[name].as_str().expect("text").to_owned();
    (text("reason"), text("status"))
}

fn order(shop: &mut Tape, nonce: i64) -> Json {
    json!({"order": cryptopay::ordered(shop, nonce, &Json::Null)["order_id"]})
}

#[test]
fn a_transfer_to_an_order_that_waits_for_none_has_no_effect() {
    let mut shop = Tape::shop();
    let own = order(&mut shop, 1);
    assert_eq!(acted(&mut shop, "cryptopay/pay", &json!({"order": own["order"], "amount": "40"})).get("effect"), None);
    let topped = nothing(&mut shop, "cryptopay/pay", &json!({"order": own["order"], "amount": "60"}));
    assert_eq!(topped, ("the order has its transfer; another one is not added to it".to_owned(), "pending".to_owned()));
    shop.play("advance 1m");
    assert_eq!(nothing(&mut shop, "cryptopay/pay", &own).1, "failed", "40 were too little");
    let paid = order(&mut shop, 2);
    acted(&mut shop, "cryptopay/pay", &paid);
    acted(&mut shop, "cryptopay/confirm", &paid);
    assert_eq!(
        nothing(&mut shop, "cryptopay/pay", &paid),
        ("the order is confirmed; another transfer is ignored".to_owned(), "confirmed".to_owned())
    );
    let late = order(&mut shop, 3);
    shop.play("advance 2h");
    assert_eq!(
        nothing(&mut shop, "cryptopay/pay", &late),
        ("the order is expired; a transfer that comes now is ignored".to_owned(), "expired".to_owned())
    );
    assert_eq!(call(&mut shop, "POST", "act/cryptopay/pay", &json!({"order": late["order"], "amount": 0})).0, 422);
}

fn transaction(shop: &mut Tape) -> Json {
    let fields = [("amount", "100"), ("cryptocurrency_code", "usdt"), ("currency_code", "usd")];
    json!({"transaction": quantapay::served(shop, "create-transaction", &fields)[0]})
}

fn usdt(shop: &mut Tape) -> Json {
    quantapay::served(shop, "get-balances", &[])["usdt"]["amount"].clone()
}

#[test]
fn coins_that_pay_for_nothing_are_in_the_wallet() {
    let mut shop = Tape::shop();
    shop.play("set quantapay/default address_mode=fresh pace=manual");
    let own = transaction(&mut shop);
    let amount = |it: &str| json!({"transaction": own["transaction"], "amount": it});
    assert_eq!(acted(&mut shop, "quantapay/pay", &amount("40")).get("effect"), None);
    let reason = "its transfer has been seen already; these coins are in the wallet and pay for nothing";
    assert_eq!(nothing(&mut shop, "quantapay/pay", &amount("60")), (reason.to_owned(), "P".to_owned()));
    assert_eq!(usdt(&mut shop), "100");
    acted(&mut shop, "quantapay/confirm", &own);
    assert_eq!(nothing(&mut shop, "quantapay/pay", &amount("60")).1, "X");
    let paid = transaction(&mut shop);
    acted(&mut shop, "quantapay/pay", &paid);
    acted(&mut shop, "quantapay/confirm", &paid);
    let reason = "the transaction is completed; the coins are in the wallet and pay for nothing";
    assert_eq!(nothing(&mut shop, "quantapay/pay", &paid), (reason.to_owned(), "C".to_owned()), "twice");
    acted(&mut shop, "quantapay/refund", &paid);
    assert_eq!(nothing(&mut shop, "quantapay/pay", &paid).1, "R");
    let gone = transaction(&mut shop);
    acted(&mut shop, "quantapay/cancel", &gone);
    let reason = "the transaction is cancelled or deleted; the coins are in the wallet and pay for nothing";
    let deleted = nothing(&mut shop, "quantapay/pay", &gone);
    assert_eq!(deleted.0, reason);
    assert_eq!(usdt(&mut shop), "560", "40 + 60 + 60 + 100 + 100 + 100 + 100");
    assert_eq!(call(&mut shop, "POST", "act/quantapay/pay", &json!({"transaction": "99"})).0, 404);
    shop.play("restart");
    let fake = transaction(&mut shop);
    let fake = json!({"transaction": fake["transaction"], "token": "fake"});
    assert_eq!(nothing(&mut shop, "quantapay/pay", &fake).0, "the token is from another contract, and does not count");
}

#[test]
fn a_short_amount_on_a_shared_address_says_why_it_has_no_effect() {
    let mut shop = Tape::shop();
    let own = transaction(&mut shop);
    let with = json!({"transaction": own["transaction"], "amount": "40"});
    let reason = "the amount is not the one that is waited for; the coins are in the wallet and pay for nothing";
    assert_eq!(nothing(&mut shop, "quantapay/pay", &with), (reason.to_owned(), "P".to_owned()));
}

/// The provider makes something of it: the balance grows, and the status stays.
#[test]
fn an_expired_invoice_counts_the_coins() {
    let mut shop = Tape::shop();
    quoine::served(&mut shop, "POST", "invoices", r#"{"price":500}"#);
    shop.play("advance 30m");
    let paid = acted(&mut shop, "quoine/pay", &json!({"invoice": 1}));
    assert_eq!((&paid["status"], paid.get("effect"), &paid["object"]["btc_balance"]), (&json!("expired"), None, &json!(0.5)));
}

#[test]
fn a_transfer_to_an_order_can_disappear_and_come_again() {
    let mut shop = Tape::shop();
    let own = order(&mut shop, 1);
    let refused = |shop: &mut Tape| call(shop, "POST", "act/cryptopay/drop-transfer", &own);
    assert_eq!(refused(&mut shop).0, 409, "nothing was sent");
    let hash = |it: &Json| it["object"]["transaction"]["transaction_hash"].clone();
    let first = hash(&acted(&mut shop, "cryptopay/pay", &own));
    let dropped = acted(&mut shop, "cryptopay/drop-transfer", &own);
    assert_eq!((&dropped["status"], &dropped["object"]["transaction"]), (&json!("pending"), &Json::Null));
    shop.play("advance 1m");
    assert_eq!(
        cryptopay::served(&mut shop, "GET", "/api/payment-orders/", &Json::Null)["results"][0]["status"],
        "pending",
        "no block has it"
    );
    let second = hash(&acted(&mut shop, "cryptopay/pay", &own));
    assert_ne!(first, second);
    shop.play("restart\nadvance 1s");
    assert_eq!(
        cryptopay::served(&mut shop, "GET", "/api/payment-orders/", &Json::Null)["results"][0]["status"],
        "pending",
        "blocks count anew"
    );
    shop.play("advance 1m");
    let rows = cryptopay::served(&mut shop, "GET", "/api/transactions/", &Json::Null);
    let statuses: Vec<&Json> = rows["results"].as_array().expect("a page").iter().map(|it| &it["status"]).collect();
    assert_eq!(statuses, [&json!("confirmed"), &json!("failed")]);
    let (status, answer) = refused(&mut shop);
    assert_eq!(
        (status, answer["detail"].as_str().is_some_and(|it| it.contains("is confirmed; `drop-transfer` needs"))),
        (409, true),
        "{answer}"
    );
    shop.play("restart");
}

#[test]
fn an_order_whose_transfer_disappears_late_expires_at_once() {
    let mut shop = Tape::shop();
    shop.play("set cryptopay/default pace=manual");
    let own = order(&mut shop, 1);
    acted(&mut shop, "cryptopay/pay", &own);
    shop.play("advance 3h");
    assert_eq!(cryptopay::served(&mut shop, "GET", "/api/payment-orders/", &Json::Null)["results"][0]["status"], "pending");
    acted(&mut shop, "cryptopay/drop-transfer", &own);
    assert_eq!(cryptopay::served(&mut shop, "GET", "/api/payment-orders/", &Json::Null)["results"][0]["status"], "expired");
    let told: Json = serde_json::from_slice(&shop.posted.last().expect("a webhook").body).expect("JSON");
    assert_eq!(told["event"], "order.expired");
}

#[test]
fn a_transfer_to_a_transaction_can_disappear_with_its_coins() {
    let mut shop = Tape::shop();
    shop.play("set quantapay/default address_mode=fresh");
    let own = transaction(&mut shop);
    acted(&mut shop, "quantapay/pay", &own);
    assert_eq!(usdt(&mut shop), "100");
    acted(&mut shop, "quantapay/drop-transfer", &own);
    assert_eq!(usdt(&mut shop), "0");
    shop.play("restart\nadvance 59m");
    assert_eq!(quantapay::served(&mut shop, "check-transactions", &[("transaction_id", "1")]), json!(false));
    shop.play("advance 1m");
    assert_eq!(
        quantapay::served(&mut shop, "check-transactions", &[("transaction_id", "1")]),
        json!("expired"),
        "an hour from its creation"
    );
    acted(&mut shop, "quantapay/pay", &own);
    shop.play("advance 12s");
    assert_eq!(call(&mut shop, "POST", "act/quantapay/drop-transfer", &own).0, 409, "a block contains it");
    acted(&mut shop, "quantapay/reorg", &json!({"depth": 1, "blockchain": "eth"}));
    acted(&mut shop, "quantapay/drop-transfer", &own);
    acted(&mut shop, "quantapay/pay", &own);
    shop.play("advance 1h");
    assert_eq!(quantapay::served(&mut shop, "get-transaction", &[("transaction_id", "1")])["status"], "C");
    assert_eq!(usdt(&mut shop), "100");
}

#[test]
fn a_payment_of_an_invoice_can_disappear() {
    let mut shop = Tape::shop();
    quoine::served(&mut shop, "POST", "invoices", r#"{"price":500}"#);
    let own = json!({"invoice": 1});
    assert_eq!(call(&mut shop, "POST", "act/quoine/drop-transfer", &own).0, 409);
    acted(&mut shop, "quoine/pay", &json!({"invoice": 1, "amount": 0.2}));
    acted(&mut shop, "quoine/pay", &own);
    let dropped = acted(&mut shop, "quoine/drop-transfer", &own);
    assert_eq!((&dropped["status"], &dropped["object"]["btc_balance"]), (&json!("ready"), &json!(0.2)));
    let dropped = acted(&mut shop, "quoine/drop-transfer", &own);
    assert_eq!((&dropped["status"], &dropped["object"]["btc_balance"]), (&json!("ready"), &json!(0)));
    shop.play("restart\nset quoine/2 pace=manual\nadvance 29m59s");
    assert_eq!(acted(&mut shop, "quoine/pay", &own)["status"], "unconfirmed");
    shop.play("advance 5m");
    assert_eq!(acted(&mut shop, "quoine/drop-transfer", &own)["status"], "expired", "its half hour is over");
    shop.play("restart");
}
