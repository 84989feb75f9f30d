//! What a documentation asks of clients beyond the rows of its calls. A client that does otherwise is often served all the same.

use crate::kit::evidence::Evidence::{self, Assumed};
use crate::kit::time::Duration;

/// What is asked of the clients of a provider.
#[derive(Clone, Copy, Debug)]
pub struct Asks {
    /// Values that an account may use once.
    pub once: &'static [Once],
    pub polls: Polls,
    /// Why a receiver refuses a webhook with an old date, where it is to.
    pub fresh_dates: Option<Evidence>,
}

/// A value that an account may use once. Its row, in the headers or the parameters of the call, has the evidence.
#[derive(Clone, Copy, Debug)]
pub struct Once {
    /// The name of the header or the parameter.
    pub name: &'static str,
    /// The calls that share the values, by name; all calls when none is named.
    pub calls: &'static [(&'static str, Again)],
    pub used_up: UsedUp,
}

/// Whether a call may come again with a value that was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    Never,
    /// The same call may: it is answered with what the first has made.
    Unchanged,
}

/// Which requests use a value up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsedUp {
    /// All that carry it.
    BySending,
    /// Those that are served.
    BySuccess,
}

/// How often the same object may be read, although webhooks report its changes.
#[derive(Clone, Copy, Debug)]
pub struct Polls {
    /// The calls that read an object, by name.
    pub calls: &'static [&'static str],
    pub calls_max: u32,
    pub window: Duration,
    pub evidence: Evidence,
}

impl Polls {
    /// For calls of which no page says how often they may be made.
    pub const fn of(calls: &'static [&'static str]) -> Self {
        let evidence = Assumed("webhooks report every change; no page says how often an object may be read");
        Self { calls, calls_max: 60, window: Duration::from_mins(1), evidence }
    }
}
