//! A driver keeps a file with the time of its sandbox, for processes under libfaketime.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Weak};

use super::Driver;
use crate::control::Reading;
use crate::edge::faketime::{BEAT, FaketimeFile, Look, Occasion};
use crate::edge::notices::Notices;
use crate::engine::delivery::Outgoing;
use crate::kit::time::Uptime;
use crate::sandbox::Sandbox;

/// What the end of a step has to write.
pub(super) struct Shown<'a> {
    file: &'a FaketimeFile,
    look: Look,
}

impl Shown<'_> {
    /// Writes the time, before these leave.
    pub fn before(self, outgoing: &VecDeque<Outgoing>) {
        let occasion = if outgoing.is_empty() { Occasion::Step } else { Occasion::Webhooks };
        self.file.write(self.look, occasion);
    }
}

impl Driver {
    /// Keeps a file at that path from now on, if one is asked for. Call it once.
    pub fn show_time_in(self: &Arc<Self>, path: Option<&Path>, notices: &Arc<Notices>) {
        let Some(path) = path else { return };
        if self.faketime.set(FaketimeFile::new(path, Arc::clone(notices))).is_ok() {
            self.show_again();
            self.home().spawn(keep_up(Arc::downgrade(self)));
        }
    }

    /// The time at the end of a step, if a file shows it.
    pub(super) fn shown(&self, sandbox: &Sandbox, uptime: Uptime) -> Option<Shown<'_>> {
        let file = self.faketime.get()?;
        Some(Shown { file, look: file.look(Reading::of(sandbox.world(), uptime)) })
    }

    /// Writes the time again, if the clock runs or the last write has failed.
    fn show_again(&self) {
        let sandbox = self.lock();
        let shown = self.shown(&sandbox, self.stopwatch.uptime());
        drop(sandbox);
        if let Some(it) = shown {
            it.file.write(it.look, Occasion::Beat);
        }
    }
}

/// Writes the time of a running clock again and again, until the driver is dropped.
async fn keep_up(driver: Weak<Driver>) {
    loop {
        tokio::time::sleep(BEAT).await;
        let Some(driver) = driver.upgrade() else { return };
        driver.show_again();
    }
}
