//! What the outside world does to a provider's objects, and what comes of it.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::blockchain::Blockchain;
use super::ids::ObjectId;
use crate::kit::time::Timestamp;

/// Why an object takes a step by itself.
#[derive(Clone, Copy, Debug)]
pub enum Cause<'a> {
    /// That row of its status table is due.
    Row(u8),
    /// A receiver accepted that event.
    Delivered(&'a str),
    /// The confirmations of one of its transfers have changed: a block has come, or a reorganisation has undone some.
    Block,
}

/// Why an action did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionError {
    /// There is no such action.
    Unknown,
    /// The object is in a state that does not allow it; a sentence that names the state.
    State(String),
    /// A parameter is missing or wrong.
    Invalid(String),
    /// The object does not exist.
    Nothing(String),
}

/// What an action was done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionDone {
    pub object: ObjectId,
}

/// An object as a control answer shows it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub subject: String,
    pub status: &'static str,
    /// As the provider's own API would show it: its order of members, its writing of numbers.
    pub object: Box<RawValue>,
}

/// A session on a provider's pages for people, as a browser keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    /// As the header `Cookie` carries it.
    pub cookie: String,
    /// The field by which forms prove where they come from, and its value.
    pub token: (&'static str, String),
}

/// What a customer is asked to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bill {
    pub due: Decimal,
    /// No payment is finer.
    pub decimals: u32,
    /// A payment is late from then on.
    pub closes_at: Timestamp,
    /// Where it is paid, when that is known.
    pub blockchain: Option<Blockchain>,
}
