//! Whether everything that waits for time has its one entry in the agenda, and every entry something that waits for it.

use std::collections::BTreeSet;

use super::Judge;
use crate::engine::agenda::Due;
use crate::engine::delivery::{AttemptId, Status};
use crate::engine::ids::{ProviderId, TransferId};
use crate::engine::lifecycle::Timer;
use crate::kit::flaw::{Flaw, Required};

/// What an entry stands for, where one entry is all that there can be.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Waits {
    Row(ProviderId, Timer),
    Block(TransferId, u32),
    Undone(TransferId, u32),
    Attempt(u64, u32),
    Answer(AttemptId),
}

impl Waits {
    /// `None`: several such entries are possible.
    fn of(due: &Due) -> Option<Self> {
        Some(match due {
            Due::Row { provider_id, object, generation, row } => {
                Self::Row(*provider_id, Timer { object: *object, generation: *generation, row: *row })
            }
            Due::Block { transfer, generation } => Self::Block(*transfer, *generation),
            Due::Undone { transfer, generation } => Self::Undone(*transfer, *generation),
            Due::Attempt { delivery, number } => Self::Attempt(*delivery, *number),
            Due::Answer { attempt, .. } => Self::Answer(*attempt),
            Due::Act { .. } | Due::Held { .. } => return None,
        })
    }
}

impl Judge<'_> {
    pub(super) fn agenda(&self) -> Result<(), Flaw> {
        let mut booked = BTreeSet::new();
        for (place, (_, due)) in self.core.agenda.iter().enumerate() {
            let at = || format!("/core/agenda/entries/{place}");
            self.is_awaited(due).map_err(|why| Flaw::at(at(), why))?;
            Waits::of(due).is_none_or(|it| booked.insert(it)).or_flaw(at, "an entry before it stands for the same")?;
        }
        let entries = || "/core/agenda/entries".to_owned();
        for (provider_id, provider) in (0..).map(ProviderId).zip(self.providers) {
            for timer in provider.timers(self.core.now) {
                let slug = provider.contract().slug;
                let missing = || format!("a timer of {slug} {} has no entry", provider.subject(timer.object).unwrap_or_default());
                booked.contains(&Waits::Row(provider_id, timer)).or_flaw(entries, &missing())?;
            }
        }
        for (transfer, generation) in self.core.chains.waiting(self.core.now) {
            booked.contains(&Waits::Block(transfer, generation)).or_flaw(entries, "a transfer waits for a block that has no entry")?;
        }
        self.pending_deliveries(&booked)
    }

    /// Whether something waits for an entry.
    fn is_awaited(&self, due: &Due) -> Result<(), &'static str> {
        let (waits, why) = match due {
            Due::Row { provider_id, object, generation, row } => {
                let provider = &self.providers[usize::from(provider_id.0)];
                let is_live = provider.generation(*object) == Some(*generation) && provider.awaits(*object, *row);
                (is_live, "no object waits for this")
            }
            Due::Block { transfer, generation } | Due::Undone { transfer, generation } => {
                (self.core.chains.is_live(*transfer, *generation), "no transfer waits for this")
            }
            Due::Attempt { delivery, number } => (self.core.outbox.expects(*delivery, *number), "no webhook waits for this"),
            Due::Act { provider_id, act, .. } => {
                (self.contract(*provider_id).actions.iter().any(|it| it.name == act), "the provider has no such action")
            }
            Due::Answer { .. } | Due::Held { .. } => (true, ""),
        };
        if waits { Ok(()) } else { Err(why) }
    }

    /// Whether each webhook that is still to be sent stands where it will leave from.
    fn pending_deliveries(&self, booked: &BTreeSet<Waits>) -> Result<(), Flaw> {
        let outbox = &self.core.outbox;
        let answered = booked.iter().filter_map(|it| if let Waits::Answer(attempt) = it { Some(attempt.delivery) } else { None });
        let queued: BTreeSet<u64> = outbox.queued().chain(answered).collect();
        for it in outbox.iter().filter(|it| it.status == Status::Pending) {
            let leaves = queued.contains(&it.id) || booked.contains(&Waits::Attempt(it.id, it.scheduled + 1));
            leaves.or_flaw(
                || format!("/core/outbox/deliveries/{}", it.id),
                "it is pending, and its next attempt has no entry and no queue",
            )?;
        }
        Ok(())
    }
}
