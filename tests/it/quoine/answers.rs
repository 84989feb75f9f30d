//! Every answer and every callback of a run that exercises all rows, held against the served document.

use std::collections::BTreeSet;

use playmoney::engine::tables::Contract;
use playmoney::providers;
use serde_json::{Value as Json, json};

use super::request;
use crate::contract::served::Served;
use crate::tape::Tape;

const NEW: &str = r#"{"price":"500.0","name":"order 1","data":{"order":7}}"#;
const CALLBACK: &str = r#"{"callback":"http://shop.test/hooks"}"#;
/// Operation, method, path below the API, and a body that is good.
const CALLS: [(&str, &str, &str, &str); 5] = [
    ("createInvoice", "POST", "invoices", NEW),
    ("getInvoice", "GET", "invoices/1", ""),
    ("listInvoices", "GET", "invoices?page=1&per=2", ""),
    ("getProfile", "GET", "profile", ""),
    ("updateCallbackUrl", "POST", "payments_callback_url", CALLBACK),
];

/// A shop whose every answer is judged.
struct Run {
    shop: Tape,
    served: Served,
    contract: &'static Contract,
    /// What every call has led to: the operation, and the name of its error.
    seen: BTreeSet<(String, Option<String>)>,
}

impl Run {
    fn call(&mut self, operation: &str, method: &str, path: &str, body: &str) -> Json {
        let asked = request(&mut self.shop, method, path, body);
        let response = self.shop.ask(asked);
        let entry = self.shop.sandbox.world().core.log.requests().last().expect("a request").1;
        self.seen.insert((operation.to_owned(), entry.error.as_deref().map(str::to_owned)));
        self.served.judge(operation, &response)
    }

    /// Each call once, each after that line.
    fn calls(&mut self, line: &str) {
        for (operation, method, path, body) in CALLS {
            self.shop.play(line);
            self.call(operation, method, path, body);
        }
    }
}

#[test]
fn every_answer_is_the_documented_one() {
    let contract = providers::all().iter().map(|it| it.contract()).find(|it| it.slug == "quoine").expect("the provider");
    let mut shop = Tape::shop();
    let served = Served::by(&mut shop, "quoine");
    let mut run = Run { shop, served, contract, seen: BTreeSet::new() };
    statuses(&mut run);
    refusals(&mut run);
    webhooks(&mut run);
    for row in run.contract.operations {
        for error in row.errors.iter().map(|it| Some((*it).to_owned())).chain([None]) {
            assert!(run.seen.contains(&(row.name.to_owned(), error.clone())), "{} was never answered with {error:?}", row.name);
        }
        let promised: BTreeSet<String> = row.answer.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(own(&run.served.fields[&format!("{} 200", row.name)]), promised, "{}", row.name);
    }
    for event in run.contract.events {
        let promised: BTreeSet<String> = event.body.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(own(&run.served.fields[event.name]), promised, "{}", event.name);
    }
}

/// The members of what a merchant has attached are no fields of the provider.
fn own(fields: &BTreeSet<String>) -> BTreeSet<String> {
    fields.iter().filter(|it| !it.contains("data.")).cloned().collect()
}

/// Every way through the statuses, looked at from each.
fn statuses(run: &mut Run) {
    run.calls("set quoine/2 claim_bitcoin=true");
    run.calls("set quoine/2 local_qr=true");
    run.shop.play("merchant 500\nact quoine.pay invoice=1");
    run.calls("set quoine/2 local_qr=false");
    run.shop.play("advance 1h");
    run.calls("set quoine/2 currency=EUR");
    run.shop.play("merchant 200\nadvance until idle");
    run.calls("# one is complete, one has expired");
    run.shop.play("set quoine/2 pace=manual");
    run.call("createInvoice", "POST", "invoices", r#"{"price":12.345}"#);
    run.shop.play("act quoine.pay invoice=3\nadvance 3h");
    run.call("getInvoice", "GET", "invoices/3", "");
    run.call("listInvoices", "GET", "invoices?page=9", "");
}

fn refusals(run: &mut Run) {
    for body in [r#"{"price":0,"name":1,"data":[]}"#, "{}", r#"{"price":"x"}"#] {
        run.call("createInvoice", "POST", "invoices", body);
        run.call("updateCallbackUrl", "POST", "payments_callback_url", body);
    }
    run.call("createInvoice", "POST", "invoices", "{");
    run.call("updateCallbackUrl", "POST", "payments_callback_url", "[]");
    run.call("getInvoice", "GET", "invoices/99", "");
    run.calls("without Authorization");
    run.calls("with Authorization: APIAuth 9:x");
    run.shop.play("set quoine/2 rate_limit=enforce");
    (0..300).for_each(|_| _ = run.call("getProfile", "GET", "profile", ""));
    run.calls("# too many");
    run.shop.play("set quoine/2 rate_limit=off");
    for error in ["authy_error", "access_denied", "internal_error"] {
        run.calls(&format!("with Playmoney-Fault: {error}"));
    }
}

/// Everything that was sent, retries to the last one included.
fn webhooks(run: &mut Run) {
    run.shop.play("set quoine/2 confirmations=0 pace=auto\nmerchant 200 200 500");
    let made = run.call("createInvoice", "POST", "invoices", NEW);
    run.shop.play(&format!("act quoine.pay invoice={}\nadvance until idle", made["id"]));
    let deliveries = run.served.judge_deliveries(&mut run.shop, "deliveries?provider=quoine");
    let longest = deliveries.iter().map(|it| it["attempts"].as_array().map_or(0, Vec::len)).max();
    assert_eq!(longest, Some(run.contract.schedule.waits.len()));
    assert!(deliveries.iter().any(|it| it["status"] == json!("failed")));
}
