//! Typed forms in, objects out: every field name and number format, and the text that a checkout signs.

mod answers;
mod objects;
mod requests;
mod rows;
pub mod tokens;

pub use answers::*;
pub use objects::*;
pub use requests::*;
pub use rows::*;
use rust_decimal::Decimal;

use crate::kit::money;

/// A rate, with two decimals at least: `64850.25`, `1999.60`, `0.0000123`.
pub fn rate(price: Decimal) -> String {
    let plain = price.normalize();
    if plain.scale() < 2 { format!("{plain:.2}") } else { plain.to_string() }
}

/// An amount of a currency, with two decimals, halves away from zero.
pub fn cents(amount: Decimal) -> String {
    money::fixed(amount, 2)
}

/// An amount of coins: the shortest text.
pub fn coins(amount: Decimal) -> String {
    money::plain(amount)
}
