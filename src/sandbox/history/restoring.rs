//! A sandbox from what a store has kept of it.

use std::collections::BTreeSet;

use super::History;
use super::capsule::Beginning;
use super::record::{Record, What};
use super::replay::{Base, Replay};
use crate::engine::world::World;
use crate::kit::time::Uptime;
use crate::sandbox::{Sandbox, Ticket};

/// A sandbox as it was after the last record that was kept.
pub struct Restored {
    sandbox: Sandbox,
    latest: Uptime,
    inputs: u64,
}

impl Restored {
    /// Plays what was kept: the line of a snapshot, and the lines of the records after it, the first of which has that number.
    ///
    /// # Errors
    /// A sentence: a line cannot be read, or something else comes out than did.
    pub fn read<'a>(base: &[u8], first: u64, lines: impl Iterator<Item = &'a [u8]>) -> Result<Self, String> {
        let unreadable = |what: &str, why: &serde_json::Error| format!("{what} cannot be read: {why}");
        let written: Beginning = serde_json::from_slice(base).map_err(|it| unreadable("its beginning", &it))?;
        let base = Base::read(written);
        let mut replay = Replay::begin(&base)?.believing();
        let before = replay.inputs();
        let mut records: Vec<Record> = Vec::new();
        for (place, line) in (first..).zip(lines) {
            let record: Record = serde_json::from_slice(line).map_err(|it| unreadable(&format!("its record {place}"), &it))?;
            replay.play(&record).map_err(|it| it.to_string())?;
            records.push(record);
        }
        let (latest, inputs, hash) = (replay.latest(), replay.inputs(), replay.hash());
        let mut sandbox = replay.into_sandbox();
        let mut history = History::new(sandbox.world.start.history_bytes_max, base);
        let next = first + records.len() as u64;
        for it in records {
            history.push(it);
        }
        (history.inputs, history.hash, history.at) = (inputs, hash, latest.into());
        history.hand_over_from(next);
        sandbox.history = Some(Box::new(history));
        Ok(Self { sandbox, latest, inputs: inputs - before })
    }

    /// The uptime and the real date of the latest record.
    pub const fn latest(&self) -> Uptime {
        self.latest
    }

    /// How many inputs were played.
    pub const fn inputs(&self) -> u64 {
        self.inputs
    }

    /// The state, to see what of its past was told already.
    pub fn world_mut(&mut self) -> &mut World {
        self.sandbox.world_mut()
    }

    /// The latest caller who was heard.
    pub fn ticket(&self) -> Ticket {
        self.sandbox.tickets.last()
    }

    /// The sandbox with its callers, in the process in which it has been: attempts under way leave again.
    pub fn sandbox(mut self, uptime: Uptime) -> Sandbox {
        self.sandbox.send_again(uptime);
        self.sandbox
    }

    /// The sandbox in another process: its callers are gone, and attempts under way leave again.
    pub fn restarted(mut self, uptime: Uptime) -> Sandbox {
        let callers: BTreeSet<Ticket> = self.sandbox.tickets.all().chain(self.sandbox.inputs.callers()).collect();
        for it in callers {
            self.sandbox.give_up(uptime, it);
        }
        self.sandbox.send_again(uptime);
        self.sandbox
    }
}

impl Sandbox {
    /// Attempts under way leave again, if there are some: what has sent them is gone.
    pub(super) fn send_again(&mut self, uptime: Uptime) {
        if self.broken.is_some() || self.world.is_quiet() {
            return;
        }
        self.keep(uptime, |_| What::Again);
        _ = self.guarded(|it| it.world.leave_again(uptime));
        self.go_on(uptime);
    }
}
