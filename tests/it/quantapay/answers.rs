//! Every answer and every webhook of a run that exercises all rows, held against the served document.

use std::collections::BTreeSet;

use playmoney::engine::tables::Contract;
use playmoney::kit::http::{Method, Request};
use playmoney::providers;
use serde_json::{Value as Json, json};

use super::form;
use crate::contract::served::Served;
use crate::tape::Tape;

/// A shop whose every answer is judged.
struct Run {
    shop: Tape,
    served: Served,
    contract: &'static Contract,
    /// What every call has led to: the operation, and the name of its error.
    seen: BTreeSet<(String, Option<String>)>,
}

impl Run {
    fn ask(&mut self, operation: &str, body: &str) -> Json {
        let request = self.shop.dressed(Request::new(Method::POST, "/quantapay/api.php", body.as_bytes().to_vec()));
        let response = self.shop.ask(request);
        let entry = self.shop.sandbox.world().core.log.requests().last().expect("a request").1;
        self.seen.insert((operation.to_owned(), entry.error.as_deref().map(str::to_owned)));
        self.served.judge(operation, &response)
    }

    fn call(&mut self, operation: &str, fields: &[(&str, &str)]) -> Json {
        self.ask(operation, &form(operation, fields))["response"].clone()
    }

    /// Each function once, with the example of its row.
    fn examples(&mut self, line: &str) {
        for row in self.contract.operations {
            self.shop.play(line);
            self.ask(row.name, row.example.expect("an example"));
        }
    }
}

#[test]
fn every_answer_is_the_documented_one() {
    let contract = providers::all().iter().map(|it| it.contract()).find(|it| it.slug == "quantapay").expect("the provider");
    let mut shop = Tape::shop();
    let served = Served::by(&mut shop, "quantapay");
    let mut run = Run { shop, served, contract, seen: BTreeSet::new() };
    payments(&mut run);
    refusals(&mut run);
    webhooks(&mut run);
    for row in run.contract.operations {
        for error in row.errors.iter().map(|it| Some((*it).to_owned())).chain([None]) {
            assert!(run.seen.contains(&(row.name.to_owned(), error.clone())), "{} was never answered with {error:?}", row.name);
        }
        let promised: BTreeSet<String> = row.answer.iter().map(|it| it.name.to_owned()).collect();
        let any = row.answer.iter().any(|it| it.name == "response" && it.kind == playmoney::kit::fields::Kind::Any);
        let met = run.served.fields[&format!("{} 200", row.name)].iter().filter(|it| !any || !it.contains(['.', '[']));
        assert_eq!(met.cloned().collect::<BTreeSet<_>>(), promised, "{}", row.name);
    }
    for event in run.contract.events {
        let promised: BTreeSet<String> = event.body.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(run.served.fields[event.name], promised, "{}", event.name);
    }
}

/// Every way through the statuses, looked at from each.
fn payments(run: &mut Run) {
    let session = run.call("create-checkout-session", &[("price", "49.99"), ("currency", "EUR"), ("redirect", "https://shop.test/ok")]);
    let id = session["session_id"].as_str().expect("text").to_owned();
    run.shop.play(&format!("act quantapay.choose-coin session={id} cryptocurrency=btc"));
    run.examples("# one is pending");
    run.shop.play("act quantapay.pay transaction=1");
    run.examples("# a transfer is seen");
    let token = run.call("check-transactions", &[("transaction_id", "1")]);
    let token = token.as_str().expect("a token").to_owned();
    assert_eq!(run.call("check-transaction", &[("transaction", &token)])["confirmations"], 0);
    run.shop.play("advance 31m");
    let checked = run.call("check-transaction", &[("transaction", &token)]);
    assert_eq!((&checked["confirmed"], &checked["underpayment"]), (&json!(true), &json!(false)), "{checked}");
    assert!(checked["redirect"].as_str().is_some_and(|it| it.starts_with("https://shop.test/ok?transaction_id=1&amount=")), "{checked}");
    run.examples("set quantapay/default payload=march");
    run.shop.play("set quantapay/default payload=april address_mode=fresh");
    let made = run.call("create-transaction", &[("amount", "49.99"), ("cryptocurrency_code", "eth"), ("vat", "9.5"), ("billing", "{}")]);
    let (short, token) = (made[0].as_str().expect("an id").to_owned(), made[4].as_str().expect("a token").to_owned());
    run.shop.play(&format!("act quantapay.pay transaction={short} amount=0.01\nadvance 1m"));
    assert_eq!(run.call("check-transaction", &[("transaction", &token)])["underpayment"], "0.01");
    run.examples("# one is underpaid");
    run.shop.play(&format!("act quantapay.refund transaction={short}"));
    run.examples("advance 2h");
}

fn refusals(run: &mut Run) {
    for row in run.contract.operations {
        run.ask(row.name, &format!("function={}", row.name));
        run.ask(row.name, &format!("function={}&api-key=wrong", row.name));
        run.ask(row.name, &form(row.name, &[]));
    }
    run.call("create-checkout-session", &[("price", "0"), ("currency", "USD")]);
    run.call("create-checkout-session", &[("price", "1"), ("currency", "USD"), ("signature", "x"), ("timestamp", "900000000")]);
    run.call("create-checkout-session", &[("price", "1"), ("currency", "USD"), ("signature", "x"), ("timestamp", "1")]);
    run.call("get-exchange-rates", &[("currency_code", "x"), ("cryptocurrency_code", "btc")]);
    run.call("get-fiat-value", &[("amount", "x"), ("cryptocurrency_code", "btc"), ("currency_code", "USD")]);
    run.call("get-transactions", &[("pagination", "x")]);
    run.call("create-transaction", &[("amount", "0.00000001"), ("cryptocurrency_code", "btc")]);
    run.call("get-cryptocurrency-codes", &[("cryptocurrency_code", "usdt")]);
    run.examples("set quantapay/default documented_only=true");
    run.shop.play("set quantapay/default documented_only=false rate_limit=enforce");
    (0..100).for_each(|_| _ = run.call("get-balances", &[]));
    run.examples("# too many");
    run.shop.play("set quantapay/default rate_limit=off");
    run.examples("with Playmoney-Fault: internal_error");
}

/// Everything that was sent, retries to the last one included.
fn webhooks(run: &mut Run) {
    run.shop.play("set quantapay/default confirmations=0 webhook_retries=5\nmerchant 500");
    let made = run.call("create-transaction", &[("amount", "49.99"), ("cryptocurrency_code", "sol")]);
    run.shop.play(&format!("act quantapay.pay transaction={}\nadvance until idle", made[0].as_str().expect("an id")));
    let deliveries = run.served.judge_deliveries(&mut run.shop, "deliveries?provider=quantapay");
    let longest = deliveries.iter().map(|it| it["attempts"].as_array().map_or(0, Vec::len)).max();
    assert_eq!((longest, run.contract.schedule.waits.len()), (Some(1 + 5), 1), "the provider sends once; the setting asks for more");
}
