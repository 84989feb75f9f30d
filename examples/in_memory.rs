//! An invoice expires while its payer has paid too little, and the shop's receiver is down at first. No sockets, no waiting.
//!
//! `cargo run --example in_memory`

use std::sync::{Arc, Mutex};

use playmoney::{Error, Sandbox};
use serde_json::json;

fn main() -> Result<(), Error> {
    let mut shop = Sandbox::new();

    // The application under test: it refuses the first webhook, and books the others.
    let events = Arc::new(Mutex::new(Vec::new()));
    let booked = Arc::clone(&events);
    shop.receiver(move |webhook| {
        let mut booked = booked.lock().expect("no receiver has panicked");
        booked.push((webhook.attempt, webhook.event.clone()));
        if booked.len() == 1 { 503 } else { 200 }
    });

    let invoice = shop.call("quoine.createInvoice", json!({"price": "500.0", "name": "order 7"}))?;
    assert_eq!((invoice.status, &invoice["invoice_status"]), (200, &json!("payment_awaited")));
    shop.act("quoine.pay", json!({"invoice": invoice["id"], "amount": "0.01"}))?;

    // 31 minutes of simulated time: the invoice expires after 30 of them.
    let report = shop.advance("31m")?;
    for webhook in &report.deliveries {
        println!("{} {} attempt {}: {:?}", webhook.at, webhook.event, webhook.attempt, webhook.status);
    }
    let found = shop.call("quoine.getInvoice", json!({"id": invoice["id"]}))?;
    assert_eq!(found["invoice_status"], "payment_expired");

    // A mistake of the merchant is an answer; a mistake of the test is an error.
    let refused = shop.call("quoine.createInvoice", json!({"price": "much"}))?;
    assert_eq!(refused.status, 422);
    let unknown = shop.call("quoine.createInvoce", json!({})).expect_err("no such operation");
    println!("{unknown}");
    assert!(unknown.to_string().contains("quoine.createInvoice"));
    println!("{events:?}");
    Ok(())
}
