//! Typed requests in, objects out: every field name, limit and number format, by the documentation's pages.

mod answers;
mod events;
mod lists;
mod orders;
mod rows;
mod settled;
mod sheet;
mod tokens;
mod users;

pub use answers::*;
pub use events::*;
pub use lists::*;
pub use orders::*;
pub use rows::*;
pub use settled::*;
pub use tokens::*;
pub use users::*;

pub use crate::kit::time::in_utc as written;
