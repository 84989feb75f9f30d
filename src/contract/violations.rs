//! Breaches of the documented contract by a client: found later, from the log and the tables alone. Most of these requests were
//! answered all the same, so nothing else tells them.
//!
//! A [`Walk`] reads the log once. It judges each request by the row of its call, and by what came before it. A log that has
//! dropped its oldest entries can hide a breach, but not make one up.

use serde::Serialize;

use crate::kit::evidence::Evidence;

mod calls;
mod past;
mod receivers;
mod walk;

pub use walk::{Known, Walk, at, of_receivers};

/// One breach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    pub code: &'static str,
    pub detail: String,
    #[serde(flatten)]
    pub evidence: Evidence,
}

/// A header that has to be sent is missing.
const MISSING_HEADER: &str = "missing_header";
/// A field was sent that the call does not have.
const UNKNOWN_FIELD: &str = "unknown_field";
/// A number is written in another way than documented: as a float, or as text.
const NUMBER_FORMAT: &str = "number_format";
/// A call that was refused for what it says came again unchanged.
const RETRY_OF_REFUSED: &str = "retry_of_refused";
/// A nonce or an order number came again.
const USED_BEFORE: &str = "used_before";
/// An account made more calls than a limit allows.
const TOO_MANY_CALLS: &str = "too_many_calls";
/// An object was read again and again, although webhooks report its changes.
const POLLING: &str = "polling";
/// A receiver answered an event with an error that it had accepted before.
const DUPLICATE_REFUSED: &str = "duplicate_refused";
/// A receiver accepted a webhook that does not prove its sender.
const FORGERY_ACCEPTED: &str = "forgery_accepted";

/// Every code.
pub const CODES: &[&str] = &[
    MISSING_HEADER,
    UNKNOWN_FIELD,
    NUMBER_FORMAT,
    RETRY_OF_REFUSED,
    USED_BEFORE,
    TOO_MANY_CALLS,
    POLLING,
    DUPLICATE_REFUSED,
    FORGERY_ACCEPTED,
];
