//! Typed requests in, objects out: every field name, limit and number format, by the documentation's resources.

mod accounts;
mod charges;
mod events;
mod lists;
mod markets;
mod objects;
mod orders;
mod payouts;
mod rows;
mod sheet;

pub use accounts::*;
pub use charges::*;
pub use events::*;
pub use lists::*;
pub use markets::*;
pub use objects::*;
pub use orders::*;
pub use payouts::*;
pub use rows::*;

use super::model::Currency;
use crate::kit::money::Number;
use crate::kit::time::{Timestamp, millis_utc};

/// `2019-02-25T16:13:12.278Z`.
pub fn timestamp(at: Timestamp) -> String {
    millis_utc(at)
}

/// An amount as JavaScript writes it.
pub fn number(currency: Currency, units: i64) -> Number {
    Number(currency.amount(units))
}
