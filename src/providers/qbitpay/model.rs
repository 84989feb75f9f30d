//! What is remembered: merchants with their balances, and numbered objects of five kinds with the indexes of their lists.

mod charges;
mod codes;
mod currency;
mod index;
mod ledger;
mod memory;
mod merchants;
mod payouts;
mod rates;
mod saved;
mod shelves;
mod trades;

pub use charges::*;
pub use codes::*;
pub use currency::*;
pub use index::*;
pub use ledger::*;
pub use memory::*;
pub use merchants::*;
pub use payouts::*;
pub use rates::*;
pub use shelves::*;
pub use trades::*;

pub use crate::kit::numbered::Numbered;
