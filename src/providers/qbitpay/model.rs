//! The state: merchants with their balances, and numbered objects of five kinds.

mod charges;
mod currency;
mod deposits;
mod ids;
mod ledger;
mod memory;
mod merchants;
mod orders;
mod payouts;
mod rates;
mod sound;

pub use charges::*;
pub use currency::*;
pub use deposits::*;
pub use ids::*;
pub use ledger::*;
pub use memory::*;
pub use merchants::*;
pub use orders::*;
pub use payouts::*;
pub use rates::*;
