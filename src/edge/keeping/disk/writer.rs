//! The thread that writes the log. What came while a group was written makes the next one.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::files::{Head, write};
use super::log::Log;
use super::snapshots::{Since, Taken, Tasks};
use super::{QUEUE_BYTES_MAX, Shared, Sizes, failed};
use crate::edge::keeping::{Entry, NotKept};

/// A group of entries becomes blocks of about this size.
const BLOCK_BYTES: usize = 1024 * 1024;
/// After an error, whether something can be written is tried this often.
const PAUSE: Duration = Duration::from_millis(500);

struct Writer {
    shared: Arc<Shared>,
    sizes: Sizes,
    log: Log,
    snapshots: Tasks,
    since: Since,
}

/// Begins the thread.
pub fn start((shared, sizes): (Arc<Shared>, Sizes), log: Log, snapshots: (Tasks, Since)) -> io::Result<JoinHandle<()>> {
    let (snapshots, since) = snapshots;
    let mut writer = Writer { shared, sizes, log, snapshots, since };
    std::thread::Builder::new().name("playmoney-data".to_owned()).spawn(move || writer.run())
}

impl Writer {
    fn run(&mut self) {
        while let Some(entries) = self.next() {
            if let Err(why) = self.keep(&entries) {
                let why = failed(&why);
                self.lose(&why, entries);
                self.wait_until_mended(&why);
            }
        }
    }

    /// The next group. `None`: everything was written, and the store closes.
    fn next(&self) -> Option<Vec<Entry>> {
        let mut queue = self.shared.queue.lock();
        while queue.entries.is_empty() {
            if queue.is_closed {
                return None;
            }
            self.shared.filled.wait(&mut queue);
        }
        Some(self.take(&mut queue))
    }

    fn take(&self, queue: &mut super::Queue) -> Vec<Entry> {
        if QUEUE_BYTES_MAX <= queue.bytes {
            self.shared.room.notify_waiters();
        }
        queue.bytes = 0;
        std::mem::take(&mut queue.entries)
    }

    fn keep(&mut self, entries: &[Entry]) -> io::Result<()> {
        let away = self.shared.standing.borrow().clone();
        let is_lost = |it: &Entry| it.place().0.lost().is_some();
        let mut texts = vec![Vec::new()];
        for it in entries.iter().filter(|it| !is_lost(it)) {
            if let Some(why) = &away {
                it.place().0.lose(why);
                continue;
            }
            let last = texts.last_mut().expect("it is never empty");
            write(last, it);
            if BLOCK_BYTES <= last.len() {
                texts.push(Vec::new());
            }
        }
        texts.retain(|it| !it.is_empty());
        if !texts.is_empty() {
            self.log.append(&texts)?;
        }
        let mut kept = BTreeMap::new();
        for it in entries.iter().filter(|it| !is_lost(it)) {
            let (track, number) = it.place();
            kept.insert(Arc::as_ptr(track), (track, number));
            self.look_after(it);
        }
        for (track, number) in kept.values() {
            track.keep(*number);
        }
        self.cut();
        Ok(())
    }

    /// Notes what is needed of the log, and has snapshots written.
    fn look_after(&self, entry: &Entry) {
        let segment = self.log.segment();
        match entry {
            Entry::Records { track, unkept, .. } => {
                let life = track.settings.life;
                self.since.needs(life, segment);
                if let Some((first, base)) = unkept.base().filter(|it| 0 < it.0) {
                    let head = Head { settings: track.settings.clone(), first: *first };
                    self.snapshots.keep(Taken { head, base: Arc::clone(base), segment });
                } else if unkept.base().is_some() {
                    self.snapshots.count(&track.settings);
                }
            }
            Entry::Deleted { track, .. } => self.snapshots.forget(track.settings.life),
            Entry::Nothing { .. } => {}
        }
    }

    /// Removes files that nothing needs. When the log is too long, sandboxes that need its oldest file are asked for snapshots.
    fn cut(&mut self) {
        let needed = self.since.oldest().unwrap_or(u64::MAX);
        if self.log.oldest() < needed.min(self.log.segment())
            && let Err(why) = self.log.cut_before(needed)
        {
            tracing::warn!("an old file of the data folder cannot be removed: {why}");
        }
        if self.sizes.log_bytes < self.log.bytes() && self.log.oldest() < self.log.segment() {
            let lives = self.since.asked_from(self.log.oldest());
            if !lives.is_empty() {
                self.shared.wants.lock().snapshots.extend(lives);
                self.shared.wanted.notify_one();
            }
        }
    }

    /// What was not kept counts as not having come.
    fn lose(&self, why: &NotKept, entries: Vec<Entry>) {
        self.shared.standing.send_replace(Some(why.clone()));
        tracing::error!("{}: calls are refused until it can be written to again", why.why);
        self.lose_all(why, entries);
    }

    fn lose_all(&self, why: &NotKept, entries: Vec<Entry>) {
        let queued = self.take(&mut self.shared.queue.lock());
        for it in entries.into_iter().chain(queued) {
            it.place().0.lose(why);
        }
    }

    /// Tries to write until that succeeds. Then the server takes sandboxes back.
    fn wait_until_mended(&mut self, why: &NotKept) {
        loop {
            {
                let mut queue = self.shared.queue.lock();
                if queue.is_closed {
                    return;
                }
                self.shared.filled.wait_for(&mut queue, PAUSE);
            }
            self.lose_all(why, Vec::new());
            if self.log.append(&[b"\n".to_vec()]).is_ok() {
                self.shared.wants.lock().recovery = true;
                self.shared.wanted.notify_one();
                return;
            }
        }
    }
}
