//! The one integration binary.

mod contract;
mod quantum_payouts;
mod tape;
