//! The documentation's status tables, and the hooks of their rows.

mod charges;
mod deposits;
mod ledger;
mod orders;
mod payouts;
mod view;

pub use charges::*;
pub use deposits::*;
pub use ledger::*;
pub use orders::*;
pub use payouts::*;
pub use view::*;
