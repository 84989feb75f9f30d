//! The one integration binary.

mod quantum_payouts;
mod tape;
