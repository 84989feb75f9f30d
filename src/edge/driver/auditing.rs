//! A driver for an audit of a receiver of its webhooks.

use std::sync::atomic::{AtomicBool, Ordering};

use super::Driver;
use super::usage::Use;
use crate::edge::courier::Courier;
use crate::kit::time::Uptime;
use crate::sandbox::Sandbox;

/// An audit under way: no other begins, and the sandbox is in use.
pub struct Auditing<'a> {
    flag: &'a AtomicBool,
    _use: Use<'a>,
}

impl Driver {
    /// Begins an audit. `None`: one is under way.
    pub fn begin_audit(&self) -> Option<Auditing<'_>> {
        let flag = &self.is_audited;
        let is_free = flag.compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire).is_ok();
        is_free.then(|| Auditing { flag, _use: self.usage.begin() })
    }

    /// The sandbox as it is now. A walk through time that is under way belongs to the original.
    pub fn copy(&self, uptime: Uptime) -> Sandbox {
        self.lock().apart(uptime)
    }

    /// Who posts its webhooks.
    pub fn courier(&self) -> &Courier {
        &self.outside.courier
    }
}

impl Drop for Auditing<'_> {
    fn drop(&mut self) {
        self.flag.store(false, Ordering::Release);
    }
}
