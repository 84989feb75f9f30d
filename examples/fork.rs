//! One beginning, two endings: a sandbox is copied before a payout ends, and each copy takes its own way.
//!
//! `cargo run --example fork`

use playmoney::{Error, Sandbox};
use serde_json::json;

const CARD: &str = "4111111111111111";

fn main() -> Result<(), Error> {
    let mut shop = Sandbox::new();
    let order = json!({"orderNumber": "A-1", "amount": 1000, "description": "wages", "target": {"pan": CARD}});
    let payout = shop.call("quantum-payouts.performPayout", order)?;
    assert_eq!(payout.status, 200);

    let mut other = shop.fork("refused");
    other.act("quantum-payouts.settle", json!({"orderNumber": "A-1", "outcome": "cancelled"}))?;
    shop.act("quantum-payouts.settle", json!({"orderNumber": "A-1", "outcome": "success"}))?;
    let status = |shop: &mut Sandbox| shop.call("quantum-payouts.getPayoutStatus", json!({"orderNumber": "A-1"}));
    let (first, second) = (status(&mut shop)?, status(&mut other)?);
    println!("{} here, {} in the copy", first["orderStatus"], second["orderStatus"]);
    assert_ne!(first["orderStatus"], second["orderStatus"]);

    // A state can also be kept as a document, and gone back to.
    let kept = shop.state()?;
    shop.advance("7d")?;
    shop.restore(&kept)?;
    assert_eq!(shop.now(), other.now(), "the week has not passed");
    Ok(())
}
