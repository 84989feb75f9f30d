//! Breaches of the documented contract by a client: found later, from the log and the tables alone. Most of these requests were
//! served all the same, so no answer tells of the breach.
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

const MISSING_HEADER: &str = "missing_header";
const UNKNOWN_FIELD: &str = "unknown_field";
const NUMBER_FORMAT: &str = "number_format";
const RETRY_OF_REFUSED: &str = "retry_of_refused";
const USED_BEFORE: &str = "used_before";
const TOO_MANY_CALLS: &str = "too_many_calls";
const POLLING: &str = "polling";
const DUPLICATE_REFUSED: &str = "duplicate_refused";
const FORGERY_ACCEPTED: &str = "forgery_accepted";

/// Every kind: its code, and what it means.
#[rustfmt::skip]
pub const KINDS: [(&str, &str); 9] = [
    (MISSING_HEADER, "a header that has to be sent is missing"),
    (UNKNOWN_FIELD, "a field was sent that the call does not have"),
    (NUMBER_FORMAT, "a number is written in another way than documented: as a float, or as text"),
    (RETRY_OF_REFUSED, "a call that was refused for what it says came again unchanged"),
    (USED_BEFORE, "a nonce or an order number came again"),
    (TOO_MANY_CALLS, "an account made more calls than a limit allows"),
    (POLLING, "an object was read again and again, although webhooks report its changes"),
    (DUPLICATE_REFUSED, "a receiver answered an event with an error, although it had accepted it before"),
    (FORGERY_ACCEPTED, "a receiver accepted a webhook that does not prove its sender"),
];

/// The codes.
pub const CODES: &[&str] = &{
    let mut codes = [""; KINDS.len()];
    let mut place = 0;
    while place < codes.len() {
        codes[place] = KINDS[place].0;
        place += 1;
    }
    codes
};
