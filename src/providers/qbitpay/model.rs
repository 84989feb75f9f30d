//! What is remembered: merchants with their balances, and numbered objects of five kinds with the indexes of their lists.

mod charges;
mod codes;
mod currency;
mod ledger;
mod memory;
mod payouts;
mod rates;
mod saved;
mod shelves;
mod trades;

pub use charges::*;
pub use codes::*;
pub use currency::*;
pub use ledger::*;
pub use memory::*;
pub use payouts::*;
pub use rates::*;
pub use shelves::*;
pub use trades::*;
