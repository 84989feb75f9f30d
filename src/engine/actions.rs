//! Actions: what the outside world does to a provider's objects, and the result.

use rust_decimal::Decimal;
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
    /// The provider has no action of that name.
    Unknown,
    /// The object is in a state that does not allow it; a sentence that names the state.
    State(String),
    /// A parameter is missing or wrong.
    Invalid(String),
    /// The object does not exist.
    Nothing(String),
}

/// The object of an action that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionDone {
    pub object: ObjectId,
    /// Why the provider made nothing of it. Coins, for example, can always be sent.
    pub without_effect: Option<&'static str>,
}

impl ActionDone {
    /// The action has changed that object.
    pub const fn on(object: ObjectId) -> Self {
        Self { object, without_effect: None }
    }

    /// The action was done, and that object is as before.
    pub const fn without_effect(object: ObjectId, why: &'static str) -> Self {
        Self { object, without_effect: Some(why) }
    }
}

/// An object as a control answer shows it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub subject: String,
    pub status: &'static str,
    /// As the provider's own API shows it: with its order of members and its form of numbers.
    pub object: Box<RawValue>,
}

/// A session on a provider's pages for people, as a browser keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    /// As the header `Cookie` carries it.
    pub cookie: String,
    /// The field with which a form proves that it comes from a page of this session, and its value.
    pub token: (&'static str, String),
}

/// What a customer is asked to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bill {
    pub due: Decimal,
    /// The most decimals of a payment.
    pub decimals: u32,
    /// From this moment a payment is late.
    pub closes_at: Timestamp,
    /// Where it is paid, when that is known.
    pub blockchain: Option<Blockchain>,
}
