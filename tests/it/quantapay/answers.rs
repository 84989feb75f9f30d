//! Every answer and every webhook of a run that exercises all rows, held against the served document.

use std::collections::BTreeSet;

use playmoney::inside::kit::fields::Field;
use serde_json::{Value as Json, json};

use super::form;
use crate::asking;
use crate::contract::run::Run;

fn ask(run: &mut Run, operation: &str, body: &str) -> Json {
    let request = asking::request(&mut run.shop, "POST", "/quantapay/api.php", body);
    run.ask(operation, request)
}

fn call(run: &mut Run, operation: &str, fields: &[(&str, &str)]) -> Json {
    ask(run, operation, &form(operation, fields))["response"].clone()
}

/// Each function once, with the example of its row.
fn examples(run: &mut Run, line: &str) {
    for row in run.contract.operations {
        run.shop.play(line);
        ask(run, row.name, row.example.expect("an example"));
    }
}

#[test]
fn every_answer_is_the_documented_one() {
    let mut run = Run::of("quantapay", "");
    payments(&mut run);
    refusals(&mut run);
    webhooks(&mut run);
    asking::every_error_is_met(run.contract, &run.seen);
    for row in run.contract.operations {
        let promised: BTreeSet<String> = row.answer.iter().map(|it| it.name.to_owned()).collect();
        let met = run.served.fields[&format!("{} 200", row.name)].iter().flat_map(|it| rows_of(row.answer, it));
        assert_eq!(met.collect::<BTreeSet<_>>(), promised, "{}", row.name);
    }
    for event in run.contract.events {
        let promised: BTreeSet<String> = event.body.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(run.served.fields[event.name], promised, "{}", event.name);
    }
}

/// The rows of a member that was met: one for all coins, and one for each item of a list where each has its own. A member without
/// a row keeps its name.
fn rows_of(rows: &[Field], met: &str) -> Vec<String> {
    let own = |it: &&Field| it.name == met || (met.ends_with("[]") && it.name.starts_with(&met[..met.len() - 1]));
    let found: Vec<String> = rows.iter().filter(own).map(|it| it.name.to_owned()).collect();
    if !found.is_empty() {
        return found;
    }
    let coin = met.split('.').nth(1).unwrap_or_default();
    let of_all = met.replacen(coin, "{coin}", 1);
    vec![if rows.iter().any(|it| it.name == of_all) { of_all } else { met.to_owned() }]
}

/// Every way through the statuses, looked at from each.
fn payments(run: &mut Run) {
    let session = call(run, "create-checkout-session", &[("price", "49.99"), ("currency", "EUR"), ("redirect", "https://shop.test/ok")]);
    let id = session["session_id"].as_str().expect("text").to_owned();
    run.shop.play(&format!("act quantapay.choose-coin session={id} cryptocurrency=btc"));
    examples(run, "# one is pending");
    run.shop.play("act quantapay.pay transaction=1");
    examples(run, "# a transfer is seen");
    let token = call(run, "check-transactions", &[("transaction_id", "1")]);
    let token = token.as_str().expect("a token").to_owned();
    assert_eq!(call(run, "check-transaction", &[("transaction", &token)])["confirmations"], 0);
    run.shop.play("advance 31m");
    let checked = call(run, "check-transaction", &[("transaction", &token)]);
    assert_eq!((&checked["confirmed"], &checked["underpayment"]), (&json!(true), &json!(false)), "{checked}");
    assert!(checked["redirect"].as_str().is_some_and(|it| it.starts_with("https://shop.test/ok?transaction_id=1&amount=")), "{checked}");
    examples(run, "set quantapay/default payload=march");
    run.shop.play("set quantapay/default payload=april address_mode=fresh");
    let made = call(run, "create-transaction", &[("amount", "49.99"), ("cryptocurrency_code", "eth"), ("vat", "9.5"), ("billing", "{}")]);
    let (short, token) = (made[0].as_str().expect("an id").to_owned(), made[4].as_str().expect("a token").to_owned());
    run.shop.play(&format!("act quantapay.pay transaction={short} amount=0.01\nadvance 1m"));
    assert_eq!(call(run, "check-transaction", &[("transaction", &token)])["underpayment"], "0.01");
    examples(run, "# one is underpaid");
    run.shop.play(&format!("act quantapay.refund transaction={short}"));
    examples(run, "advance 2h");
    assert_eq!(call(run, "check-transactions", &[("transaction_id", "999")]), json!(["error", "transaction-not-found"]));
}

fn refusals(run: &mut Run) {
    for row in run.contract.operations {
        ask(run, row.name, &format!("function={}", row.name));
        ask(run, row.name, &format!("function={}&api-key=wrong", row.name));
        ask(run, row.name, &form(row.name, &[]));
    }
    call(run, "create-checkout-session", &[("price", "0"), ("currency", "USD")]);
    call(run, "create-checkout-session", &[("price", "1"), ("currency", "USD"), ("signature", "x"), ("timestamp", "900000000")]);
    call(run, "create-checkout-session", &[("price", "1"), ("currency", "USD"), ("signature", "x"), ("timestamp", "1")]);
    call(run, "get-exchange-rates", &[("currency_code", "x"), ("cryptocurrency_code", "btc")]);
    call(run, "get-fiat-value", &[("amount", "x"), ("cryptocurrency_code", "btc"), ("currency_code", "USD")]);
    call(run, "get-transactions", &[("pagination", "x")]);
    call(run, "create-transaction", &[("amount", "0.00000001"), ("cryptocurrency_code", "btc")]);
    call(run, "get-cryptocurrency-codes", &[("cryptocurrency_code", "usdt")]);
    examples(run, "set quantapay/default documented_only=true");
    run.shop.play("set quantapay/default documented_only=false rate_limit=enforce");
    (0..100).for_each(|_| _ = call(run, "get-balances", &[]));
    examples(run, "# too many");
    run.shop.play("set quantapay/default rate_limit=off");
    examples(run, "with Playmoney-Fault: internal_error");
}

/// Everything that was sent, retries to the last one included.
fn webhooks(run: &mut Run) {
    run.shop.play("set quantapay/default confirmations=0 webhook_retries=5\nmerchant 500");
    let made = call(run, "create-transaction", &[("amount", "49.99"), ("cryptocurrency_code", "sol")]);
    run.shop.play(&format!("act quantapay.pay transaction={}\nadvance until idle", made[0].as_str().expect("an id")));
    let deliveries = run.served.judge_deliveries(&mut run.shop, "deliveries?provider=quantapay");
    let longest = deliveries.iter().map(|it| it["attempts"].as_array().map_or(0, Vec::len)).max();
    assert_eq!((longest, run.contract.schedule.waits.len()), (Some(1 + 5), 1), "the provider sends once; the setting asks for more");
}
