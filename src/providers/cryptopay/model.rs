//! The state: merchants, their orders with the transfers to them, wallets and webhook endpoints.

mod chains;
mod endpoints;
mod ids;
mod memory;
mod merchants;
mod orders;
mod sound;
mod transactions;
mod wallets;

pub use chains::*;
pub use endpoints::*;
pub use ids::*;
pub use memory::*;
pub use merchants::*;
pub use orders::*;
pub use transactions::*;
pub use wallets::*;
