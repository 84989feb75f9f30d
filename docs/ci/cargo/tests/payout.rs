//! A payout, followed to its end. `playmoney exec` or the action sets the addresses and keys.

use std::env::var;

use shop::post;

#[test]
fn wages_arrive() {
    let api = var("QUANTUM_PAYOUTS_BASE_URL").expect("run below `playmoney exec`");
    let (control, token) = (var("PLAYMONEY_URL").unwrap(), var("QUANTUM_PAYOUTS_TOKEN").unwrap());
    let payout = r#"{"orderNumber": "wages-1", "amount": 150000, "description": "wages", "target": {"pan": "4111111111111111"}}"#;
    let answer = post(&format!("{api}/api/v1/performPayout"), &token, payout).unwrap();
    assert!(answer.contains(r#""orderStatus":"processing""#), "{answer}");

    let admin_token = var("PLAYMONEY_ADMIN_TOKEN").unwrap_or_default();
    post(&format!("{control}/__admin/clock/advance"), &admin_token, r#"{"by": "5s"}"#).unwrap();

    let answer = post(&format!("{api}/api/v1/getPayoutStatus"), &token, r#"{"orderNumber": "wages-1"}"#).unwrap();
    assert!(answer.contains(r#""orderStatus":"success""#), "{answer}");
}
