//! The one integration binary.

mod edge;
mod net;
mod quantum_payouts;
mod tape;
