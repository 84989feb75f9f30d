//! Every answer and every callback of a run that exercises all rows, held against the served document.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::request;
use crate::asking;
use crate::contract::run::Run;

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

fn call(run: &mut Run, operation: &str, method: &str, path: &str, body: &str) -> Json {
    let request = request(&mut run.shop, method, path, body);
    run.ask(operation, request)
}

/// Each call once, each after that line.
fn calls(run: &mut Run, line: &str) {
    for (operation, method, path, body) in CALLS {
        run.shop.play(line);
        call(run, operation, method, path, body);
    }
}

#[test]
fn every_answer_is_the_documented_one() {
    let mut run = Run::of("quoine", "");
    statuses(&mut run);
    refusals(&mut run);
    webhooks(&mut run);
    asking::every_error_is_met(run.contract, &run.seen);
    for row in run.contract.operations {
        let promised: BTreeSet<String> = row.answer.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(own(&run.served.fields[&format!("{} 200", row.name)]), promised, "{}", row.name);
    }
    for event in run.contract.events {
        let promised: BTreeSet<String> = event.body.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(own(&run.served.fields[event.name]), promised, "{}", event.name);
    }
}

/// The members of what a merchant has attached are not fields of the provider.
fn own(fields: &BTreeSet<String>) -> BTreeSet<String> {
    fields.iter().filter(|it| !it.contains("data.")).cloned().collect()
}

/// Every way through the statuses, looked at from each.
fn statuses(run: &mut Run) {
    calls(run, "set quoine/2 claim_bitcoin=true");
    calls(run, "set quoine/2 local_qr=true");
    run.shop.play("merchant 500\nact quoine.pay invoice=1");
    calls(run, "set quoine/2 local_qr=false");
    run.shop.play("advance 1h");
    calls(run, "set quoine/2 currency=EUR");
    run.shop.play("merchant 200\nadvance until idle");
    calls(run, "# one is complete, one has expired");
    run.shop.play("set quoine/2 pace=manual");
    call(run, "createInvoice", "POST", "invoices", r#"{"price":12.345}"#);
    run.shop.play("act quoine.pay invoice=3\nadvance 3h");
    call(run, "getInvoice", "GET", "invoices/3", "");
    call(run, "listInvoices", "GET", "invoices?page=9", "");
}

fn refusals(run: &mut Run) {
    for body in [r#"{"price":0,"name":1,"data":[]}"#, "{}", r#"{"price":"x"}"#] {
        call(run, "createInvoice", "POST", "invoices", body);
        call(run, "updateCallbackUrl", "POST", "payments_callback_url", body);
    }
    call(run, "createInvoice", "POST", "invoices", "{");
    call(run, "updateCallbackUrl", "POST", "payments_callback_url", "[]");
    call(run, "getInvoice", "GET", "invoices/99", "");
    calls(run, "without Authorization");
    calls(run, "with Authorization: APIAuth 9:x");
    run.shop.play("set quoine/2 rate_limit=enforce");
    (0..300).for_each(|_| _ = call(run, "getProfile", "GET", "profile", ""));
    calls(run, "# too many");
    run.shop.play("set quoine/2 rate_limit=off");
    for error in ["authy_error", "access_denied", "internal_error"] {
        calls(run, &format!("with Playmoney-Fault: {error}"));
    }
}

/// Everything that was sent, retries to the last one included.
fn webhooks(run: &mut Run) {
    run.shop.play("set quoine/2 confirmations=0 pace=auto\nmerchant 200 200 500");
    let made = call(run, "createInvoice", "POST", "invoices", NEW);
    run.shop.play(&format!("act quoine.pay invoice={}\nadvance until idle", made["id"]));
    let deliveries = run.served.judge_deliveries(&mut run.shop, "deliveries?provider=quoine");
    let longest = deliveries.iter().map(|it| it["attempts"].as_array().map_or(0, Vec::len)).max();
    assert_eq!(longest, Some(run.contract.schedule.waits.len()));
    assert!(deliveries.iter().any(|it| it["status"] == json!("failed")));
}
