//! Typed requests in, objects out: every field name, limit and number format, by the documentation's pages.

mod answers;
mod endpoints;
mod events;
mod lists;
mod orders;
mod rows;
mod sheet;
mod tokens;
mod users;
mod wallets;

pub use answers::*;
pub use endpoints::*;
pub use events::*;
pub use lists::*;
pub use orders::*;
pub use rows::*;
pub use tokens::*;
pub use users::*;
pub use wallets::*;

pub use crate::kit::time::in_utc as timestamp;
