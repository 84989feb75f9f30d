//! How the engine identifies providers, their objects, and transfers to those objects.

use serde::{Deserialize, Serialize};

use super::blockchain::Blockchain;

/// Larger than any count of the engine: a larger number in a saved state is refused.
pub const COUNT_MAX: u64 = 1 << 53;

/// A provider's place in its sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProviderId(pub u8);

/// One of a provider's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectId {
    /// Which of its kinds, as the provider counts them.
    pub kind: u8,
    pub number: u64,
}

impl ObjectId {
    /// The kind of a chain, by its place; no provider uses it.
    const CHAIN: u8 = u8::MAX;

    /// A chain as the object of an action.
    pub const fn of_chain(blockchain: Blockchain) -> Self {
        Self { kind: Self::CHAIN, number: blockchain.place() }
    }

    /// The chain, if the object is one.
    pub fn as_chain(self) -> Option<Blockchain> {
        (self.kind == Self::CHAIN).then(|| Blockchain::at(self.number))?
    }
}

/// One transfer to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TransferId {
    pub provider_id: ProviderId,
    pub object: ObjectId,
    /// Which of the transfers to that object, as its provider counts them.
    pub number: u32,
}
