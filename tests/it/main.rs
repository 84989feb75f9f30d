//! The one integration binary.

mod control;
mod quantum_payouts;
mod simulate;
mod tape;
mod tidy;
