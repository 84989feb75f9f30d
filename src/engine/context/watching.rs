//! How a provider uses a chain: it watches transfers, reads and sets their confirmations, and reorganises the chain.

use super::Context;
use crate::engine::actions::{ActionDone, ActionError};
use crate::engine::blockchain::Blockchain;
use crate::engine::chain::{CONFIRMATIONS_MAX, DEPTH_MAX, Transfer, Watch};
use crate::engine::ids::{ObjectId, TransferId};
use crate::kit::evidence::Evidence::{self, Assumed};
use crate::kit::fields::{Field, Fields, Kind, Need};

impl Context<'_> {
    /// Watches a transfer from now on: each block that confirms it is a [`Cause::Block`](crate::engine::actions::Cause).
    /// `false`: the sandbox cannot watch more transfers.
    pub fn watch(&mut self, transfer: Watch<'_>) -> bool {
        let by_hand = self.manual_pace(transfer.account) || self.is_paced_by_rules(transfer.object);
        let id = TransferId { provider_id: self.provider_id, object: transfer.object, number: transfer.number };
        self.core.chains.watch(&mut self.core.agenda, self.core.now, id, transfer, by_hand)
    }

    /// Stops watching the transfers to that object: blocks and reorganisations have no effect on them any more.
    pub fn unwatch(&mut self, object: ObjectId) {
        self.core.chains.forget(self.provider_id, object);
    }

    /// A transfer that no block contains disappears. `false`: no such transfer is watched, or a block contains it.
    pub fn vanish(&mut self, object: ObjectId, number: u32) -> bool {
        let id = TransferId { provider_id: self.provider_id, object, number };
        self.core.chains.vanish(&mut self.core.agenda, id)
    }

    /// The watched transfers to an object, by number.
    pub fn transfers(&self, object: ObjectId) -> impl Iterator<Item = (u32, &Transfer)> {
        self.core.chains.of(self.provider_id, object).map(|(id, it)| (id.number, it))
    }

    /// One watched transfer.
    pub fn transfer(&self, object: ObjectId, number: u32) -> Option<&Transfer> {
        self.core.chains.get(TransferId { provider_id: self.provider_id, object, number })
    }

    /// Gives a transfer that many confirmations at once; without a number, as many as are wanted. Returns the number
    /// reached; `None` when the transfer is not watched. The provider gets no step for it.
    pub fn confirm(&mut self, object: ObjectId, number: u32, confirmations: Option<u32>) -> Option<u32> {
        let id = TransferId { provider_id: self.provider_id, object, number };
        let confirmations = confirmations.unwrap_or(CONFIRMATIONS_MAX);
        self.core.chains.confirm(&mut self.core.agenda, self.core.now, id, confirmations)
    }
}

/// The parameter `confirmations` of the actions that confirm a transfer: the number that it reaches. `None`: as many as it needs.
///
/// # Errors
/// It is not a whole number that a transfer can have.
pub fn confirmations(with: &Fields<'_>) -> Result<Option<u32>, ActionError> {
    const NAME: &str = "confirmations";
    if !with.has(NAME) {
        return Ok(None);
    }
    let reached = with.plain(NAME).and_then(|it| it.parse().ok()).filter(|it| (1..=CONFIRMATIONS_MAX).contains(it));
    let refusal = || ActionError::Invalid(format!("`{NAME}` is a whole number from 1 to {CONFIRMATIONS_MAX}."));
    reached.map(Some).ok_or_else(refusal)
}

/// Why the action `drop-transfer` exists.
pub const VANISHING: Evidence =
    Assumed("a transfer that no block contains can be replaced or spent twice; no provider documents what it does then");

/// What the action `drop-transfer` needs, in words.
pub const VANISHING_NEEDS: &str =
    "`drop-transfer` needs a transfer that was seen and has no confirmation; `reorg` takes confirmations back";

/// Parameters of the action `reorg`.
pub const DEPTH: Field = Field {
    name: "depth",
    kind: Kind::Integer { min: 1, max: DEPTH_MAX as i64 },
    need: Need::Required,
    meaning: "how many of the latest blocks are undone: watched transfers lose that many confirmations, and get them back with the blocks that follow",
    evidence: Assumed("a chain reorganises without asking; how a provider reports it is documented nowhere"),
};
/// The other one.
pub const BLOCKCHAIN: Field = Field {
    name: "blockchain",
    kind: Kind::Text { chars_max: 32 },
    need: Need::Optional,
    meaning: "which chain, by its slug; the first that the provider watches unless given",
    evidence: Assumed("a chain reorganises without asking; how a provider reports it is documented nowhere"),
};

/// The action `reorg`, for a provider that watches these chains. Every provider of the sandbox that watches a transfer on
/// the chain gets a step.
///
/// # Errors
/// The depth is missing or wrong, or the provider does not watch that chain.
pub fn reorganise(cx: &mut Context<'_>, with: &Fields<'_>, known: &[Blockchain]) -> Result<ActionDone, ActionError> {
    let words = || known.iter().map(|it| it.word()).collect::<Vec<_>>().join(", ");
    let slug = with.plain(BLOCKCHAIN.name);
    let blockchain = match &slug {
        Some(slug) => Blockchain::of(slug).filter(|it| known.contains(it)),
        None => known.first().copied(),
    };
    let blockchain = blockchain.ok_or_else(|| ActionError::Invalid(format!("`blockchain` is one of {}.", words())))?;
    let depth = with.plain(DEPTH.name).and_then(|it| it.parse().ok()).filter(|it| (1..=DEPTH_MAX).contains(it));
    let depth: u32 = depth.ok_or_else(|| ActionError::Invalid(format!("`depth` is a whole number from 1 to {DEPTH_MAX}.")))?;
    cx.core.chains.reorganise(&mut cx.core.agenda, cx.core.now, blockchain, depth);
    Ok(ActionDone::on(ObjectId::of_chain(blockchain)))
}
