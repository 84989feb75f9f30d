//! The objects that a provider keeps, in brief: their kinds, and what every object has whatever its kind.

use super::Object;
use crate::kit::time::Timestamp;
use crate::kit::word::Word;

/// The objects of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptKind {
    /// The name of its status table.
    pub object: &'static str,
    /// As the engine's ids of its objects have it.
    pub kind: u8,
    /// How many are kept: they have the numbers from 1 on, in the order in which they were made.
    pub count: u32,
}

/// One object in brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    pub subject: String,
    pub account: String,
    pub status: &'static str,
    pub created_at: Timestamp,
}

/// How many objects of a kind there are.
pub fn kept_kind<O: Object>(memory: &O::Memory, kind: u8) -> KeptKind {
    KeptKind { object: O::TABLE.object, kind, count: O::store(memory).next() - 1 }
}

/// One of them.
pub fn brief<O: Object>(memory: &O::Memory, number: u32) -> Option<Brief> {
    let it = O::store(memory).get(number)?;
    let (account, status) = (it.account(memory).into_owned(), it.head().status().word());
    Some(Brief { subject: it.subject(), account, status, created_at: it.created_at() })
}
