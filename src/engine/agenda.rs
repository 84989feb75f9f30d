//! Everything that will happen, ordered by time and, within an instant, by the order of booking: the only timer queue.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::delivery::{AttemptId, Outcome};
use super::ids::{COUNT_MAX, ObjectId, ProviderId, TransferId};
use crate::kit::ordered::Ordered;
use crate::kit::time::Timestamp;

/// Something that is due at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// A row of an object's status table. The generation is the object's when the entry was booked: once the object has
    /// entered another status, the entry has no effect.
    Row { provider_id: ProviderId, object: ObjectId, generation: u32, row: u8 },
    /// A block that confirms a watched transfer, with the transfer's generation when the entry was booked.
    Block { transfer: TransferId, generation: u32 },
    /// A watched transfer has lost confirmations.
    Undone { transfer: TransferId, generation: u32 },
    /// The next attempt of a webhook.
    Attempt { delivery: u64, number: u32 },
    /// The outcome of an attempt to a simulated receiver that answers late, or never.
    Answer { attempt: AttemptId, outcome: Box<Outcome> },
    /// An action of the outside world that a rule has booked, with its parameters.
    Act { provider_id: ProviderId, act: Cow<'static, str>, with: Box<str>, rule: Box<str> },
    /// An answer that a rule delays may leave.
    Held { provider_id: ProviderId },
}

/// The queue. An entry that still has an effect leaves it only when it is due.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub struct Agenda {
    entries: Ordered<(Timestamp, u64), Due>,
    sequence: u64,
}

impl Agenda {
    /// Books something for that moment, after everything that is booked for it already.
    pub fn book(&mut self, at: Timestamp, due: Due) {
        self.sequence += 1;
        self.entries.insert((at, self.sequence), due);
    }

    /// The next entry.
    pub fn first(&self) -> Option<(Timestamp, &Due)> {
        self.entries.first().map(|((at, _), due)| (*at, due))
    }

    /// Takes the next entry, if it is due by then.
    pub fn take(&mut self, until: Timestamp) -> Option<(Timestamp, Due)> {
        if until < self.first()?.0 {
            return None;
        }
        self.entries.pop_first().map(|((at, _), due)| (at, due))
    }

    /// Whether an agenda that was read from outside is consistent: the order of booking is kept, and every provider exists.
    pub fn is_sound(&self, provider_count: u8) -> bool {
        let provider_id = |due: &Due| match due {
            Due::Row { provider_id, .. } | Due::Act { provider_id, .. } | Due::Held { provider_id } => provider_id.0 < provider_count,
            Due::Block { transfer, .. } | Due::Undone { transfer, .. } => transfer.provider_id.0 < provider_count,
            Due::Attempt { .. } | Due::Answer { .. } => true,
        };
        self.sequence < COUNT_MAX && self.entries.iter().all(|((_, sequence), due)| *sequence <= self.sequence && provider_id(due))
    }

    /// Drops entries that have no effect any more: a saved state is the same whether or not time has passed them.
    pub fn retain(&mut self, is_live: impl Fn(&Due) -> bool) {
        self.entries.retain(is_live);
    }

    /// How many entries there are, those without effect included.
    pub fn count(&self) -> usize {
        self.entries.count()
    }

    /// Everything, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Timestamp, &Due)> {
        self.entries.iter().map(|((at, _), due)| (*at, due))
    }
}

#[derive(Serialize, Deserialize)]
struct Saved {
    sequence: u64,
    entries: Vec<(Timestamp, u64, Due)>,
}

impl From<Agenda> for Saved {
    fn from(agenda: Agenda) -> Self {
        let entries = agenda.entries.iter().map(|((at, sequence), due)| (*at, *sequence, due.clone())).collect();
        Self { sequence: agenda.sequence, entries }
    }
}

impl From<Saved> for Agenda {
    fn from(saved: Saved) -> Self {
        let entries = saved.entries.into_iter().map(|(at, sequence, due)| ((at, sequence), due)).collect();
        Self { entries, sequence: saved.sequence }
    }
}
