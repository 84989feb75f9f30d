//! Opaque names of transactions, for links and for `check-transaction`: a reader learns nothing from them.

use crate::engine::context::Context;
use crate::kit::sign::same;

/// The digits of the hidden id, and the digits of its proof.
const HIDDEN: usize = 8;
const PROOF: usize = 32;

/// The opaque name of a transaction.
pub fn of(cx: &Context<'_>, id: u32) -> String {
    format!("{:08x}{}", id ^ mask(cx), proof(cx, id))
}

/// The transaction with this name, if the name is valid.
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
