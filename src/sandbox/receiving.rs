//! What a driver asks of a sandbox besides: messages to its inboxes, how long it can sleep, and the stamp of its answers.

use std::time::Duration;

use bytes::Bytes;

use super::answers::Stamp;
use super::history::record::What;
use super::walking::Walk;
use super::{Sandbox, Ticket, Verdict};
use crate::engine::delivery::Outgoing;
use crate::engine::inbox::Reaction;
use crate::kit::http::{HeaderMap, Response};
use crate::kit::time::{Timestamp, Uptime};

impl Sandbox {
    /// Something arrives for a built-in inbox from inside this process: no socket, so that its script's delays cost
    /// simulated time only.
    /// Its signature is judged with the keys of this sandbox, unless the sender has given a verdict.
    pub fn receive(
        &mut self,
        uptime: Uptime,
        inbox: &str,
        path: String,
        outgoing: &Outgoing,
        verdict: Option<Verdict>,
    ) -> Option<Reaction> {
        self.receive_message(uptime, inbox, path, (&outgoing.headers, &outgoing.body), verdict)
    }

    pub(super) fn receive_message(
        &mut self,
        uptime: Uptime,
        inbox: &str,
        path: String,
        (headers, body): (&HeaderMap, &Bytes),
        verdict: Option<Verdict>,
    ) -> Option<Reaction> {
        self.keep_message(uptime, (inbox, &path), (headers, body), verdict);
        let received = self.guarded(|it| {
            it.inputs.is_behind |= !it.pass_to(uptime);
            match verdict {
                Some(verdict) => it.world.keep(inbox, "POST", path, (headers, body), verdict),
                None => it.world.receive(uptime, inbox, "POST", path, headers, body),
            }
        });
        received.ok().flatten()
    }

    /// Whether a walk through time is under way.
    pub fn is_walking(&self) -> bool {
        self.walk.is_some()
    }

    /// The simulated moment until which a rule holds a caller's answer back: a driver that makes time may go there.
    pub fn held_until(&self, ticket: Ticket) -> Option<Timestamp> {
        self.tickets.held_until(ticket)
    }

    /// Ends a caller's wait: it gets its answer now, complete or not. For drivers without real time.
    pub fn end_patience(&mut self, ticket: Ticket) {
        self.keep_now(What::Patience { ticket });
        self.tickets.end_patience(ticket);
    }

    /// Whether more is to be done at once than one call does: others get their turn before it goes on.
    pub fn has_more(&self) -> bool {
        self.has_more || self.inputs.is_behind
    }

    /// How long until something is due by itself, or a caller's wait in real time ends. In a broken sandbox nothing is due.
    pub fn next_wakeup(&mut self, uptime: Uptime) -> Option<Duration> {
        if self.broken.is_some() {
            return None;
        }
        if self.has_more() {
            return Some(Duration::ZERO);
        }
        let walk_ends = self.walk.as_ref().map(Walk::ends_by);
        let patience = self.tickets.next_deadline().into_iter().chain(walk_ends).min().map(|it| it.saturating_sub(uptime.elapsed));
        let due = if self.world.core.clock.stands() { None } else { self.world.next_live_at() };
        let due = due.and_then(|it| self.world.core.clock.wait(uptime, it));
        due.into_iter().chain(patience).min()
    }

    /// Puts the moment, the date and the name on an answer.
    pub(super) fn stamped(&mut self, response: Response) -> Response {
        let (now, name) = (self.world.core.now, &self.world.core.name);
        if self.stamp.at != now || self.stamp.name != *name {
            self.stamp = Stamp::new(now, name);
        }
        self.stamp.put_on(response)
    }

    /// Puts the moment, the date and the name on an answer that was made outside.
    pub fn stamped_at(&self, uptime: Uptime, response: Response) -> Response {
        let now = self.world.core.clock.at(uptime).max(self.world.core.now);
        Stamp::new(now, self.name()).put_on(response)
    }
}
