//! Opaque names of transactions, for links and for `check-transaction`: they say nothing to whoever holds one.

use crate::engine::context::Context;
use crate::kit::sign::same;

/// Digits that hide the id, and digits that prove it.
const HIDDEN: usize = 8;
const PROOF: usize = 32;

/// The opaque name of a transaction.
pub fn of(cx: &Context<'_>, id: u32) -> String {
    format!("{:08x}{}", id ^ mask(cx), proof(cx, id))
}

/// The transaction of such a name, if it is one.
pub fn id(cx: &Context<'_>, token: &str) -> Option<u32> {
    let (hidden, proven) = token.split_at_checked(HIDDEN)?;
    let lower = hidden.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it));
    let id = u32::from_str_radix(hidden, 16).ok().filter(|_| lower)? ^ mask(cx);
    same(&proof(cx, id), proven).then_some(id)
}

fn mask(cx: &Context<'_>) -> u32 {
    u32::from_str_radix(&cx.draws("quantapay token mask", 0).hex(HIDDEN), 16).unwrap_or(0)
}

fn proof(cx: &Context<'_>, id: u32) -> String {
    cx.draws("quantapay token", id.into()).hex(PROOF)
}
