//! The providers: one folder and one line each.

use crate::engine::provider::DynProvider;

mod cryptopay;
mod qbitpay;
mod quantapay;
mod quantum_payouts;
mod quoine;

/// Every provider with an empty memory, in the order of their ids.
pub fn all() -> Vec<Box<dyn DynProvider>> {
    vec![
        Box::new(quantapay::QuantaPay::default()),
        Box::new(qbitpay::QbitPay::default()),
        Box::new(cryptopay::CryptoPay::default()),
        Box::new(quantum_payouts::QuantumPayouts::default()),
        Box::new(quoine::Quoine::default()),
    ]
}
