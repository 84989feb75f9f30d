//! Typed requests in, objects out: every field name, limit and number format, by the documentation's resources.

use serde::Serialize;

mod features;
mod masks;
mod payouts;
mod rows;
mod sheet;
mod webhook;

pub use features::*;
pub use masks::*;
pub use payouts::*;
pub use rows::*;
pub use sheet::readings;
pub use webhook::*;

/// Moscow keeps one offset all year.
pub const MOSCOW_HOURS: i8 = 3;

#[derive(Serialize)]
struct Block {
    error: &'static str,
    message: Option<&'static str>,
}

const SUCCESS: Block = Block { error: "0", message: None };
