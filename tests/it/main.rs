//! The one integration binary.

mod clients;
mod contract;
mod edge;
mod net;
mod quantum_payouts;
mod tape;
