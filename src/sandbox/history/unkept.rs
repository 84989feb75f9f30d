//! What a history hands over to a store outside: its records, and the snapshots between them.

use std::sync::Arc;

use super::record::Record;
use super::{Base, History};
use crate::kit::time::Uptime;
use crate::sandbox::Sandbox;

/// Records that no store has yet, in their order. A store writes them as they were handed over: all of them, or none.
///
/// A record has a number: how many came before it since the sandbox was made. A sandbox follows from a snapshot and from the records whose
/// numbers are not below that of the snapshot.
#[derive(Default)]
pub struct Unkept {
    /// The number of the first record.
    first: u64,
    records: Vec<Record>,
    /// What they cost in memory.
    bytes: usize,
    /// The latest snapshot, and the number of the record after it.
    base: Option<(u64, Arc<Base>)>,
}

impl Unkept {
    /// Nothing yet: the next record has that number.
    pub(super) fn at(first: u64) -> Self {
        Self { first, ..Self::default() }
    }

    pub(super) fn push(&mut self, record: &Record) {
        self.bytes += record.bytes();
        self.records.push(record.clone());
    }

    pub(super) fn begin(&mut self, base: &Arc<Base>) {
        self.base = Some((self.next(), Arc::clone(base)));
    }

    /// The number of the first record.
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// The number of the record that will come after them.
    pub fn next(&self) -> u64 {
        self.first + self.records.len() as u64
    }

    /// What they cost in memory.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The latest snapshot among them, and the number of the record after it. The first that a sandbox hands over has its beginning.
    pub const fn base(&self) -> Option<&(u64, Arc<Base>)> {
        self.base.as_ref()
    }

    /// The records as a store keeps them: one line of JSON each, as a capsule has them.
    ///
    /// # Panics
    /// When a record cannot be written as JSON; all our types can.
    pub fn lines(&self, out: &mut Vec<u8>) {
        for it in &self.records {
            serde_json::to_writer(&mut *out, it).expect("our types are JSON");
            out.push(b'\n');
        }
    }

    fn is_empty(&self) -> bool {
        self.records.is_empty() && self.base.is_none()
    }
}

impl Base {
    /// The snapshot as a store keeps it: one line of JSON, as a capsule has it. It can be long, and takes long to write.
    ///
    /// # Panics
    /// When it cannot be written as JSON; all our types can.
    pub fn line(&self) -> Vec<u8> {
        self.line.lock().take().unwrap_or_else(|| self.write())
    }

    /// Writes the line now, so that a store does not have to.
    pub fn prepare(&self) {
        *self.line.lock() = Some(self.write());
    }

    fn write(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(&self.written()).expect("our types are JSON");
        line.push(b'\n');
        line
    }
}

impl Sandbox {
    /// From now on the history is handed over to a store, with its beginning first. `false`: it keeps no history.
    pub fn keep_outside(&mut self) -> bool {
        let Some(history) = &mut self.history else { return false };
        let mut unkept = Unkept::default();
        if let [part] = history.parts.make_contiguous() {
            unkept.begin(&part.base);
            for it in part.records.iter() {
                unkept.push(it);
            }
        }
        history.unkept = Some(Box::new(unkept));
        true
    }

    /// The beginning of its history, if that was not longer than its bound.
    pub fn beginning(&self) -> Option<Arc<Base>> {
        self.history.as_ref()?.parts.front().map(|it| Arc::clone(&it.base))
    }

    /// What came since the last time. `None`: nothing.
    pub fn take_unkept(&mut self) -> Option<Unkept> {
        let unkept = self.history.as_mut()?.unkept.as_deref_mut().filter(|it| !it.is_empty())?;
        let next = Unkept::at(unkept.next());
        Some(std::mem::replace(unkept, next))
    }

    /// The history has begun anew, and what is handed over goes on.
    pub(super) fn go_on_outside(&mut self, uptime: Uptime, unkept: Option<Box<Unkept>>) {
        let Some(history) = &mut self.history else { return };
        let (Some(mut unkept), Some(part)) = (unkept, history.parts.back()) else { return };
        // A replay from an earlier snapshot does the same here.
        unkept.push(&Record::Settled { at: uptime.into() });
        unkept.begin(&part.base);
        history.unkept = Some(unkept);
    }

    /// Takes a snapshot now, for a store that has too much after the latest one. `false`: a caller waits, or an attempt is under way.
    pub fn take_snapshot(&mut self, uptime: Uptime) -> bool {
        self.make_room(uptime);
        let is_at_rest = self.is_at_rest();
        if is_at_rest {
            self.snapshot(uptime);
        }
        is_at_rest
    }
}

impl History {
    /// What is handed over continues after that record.
    pub(super) fn hand_over_from(&mut self, first: u64) {
        self.unkept = Some(Box::new(Unkept::at(first)));
    }
}
