//! The loop that drives a sandbox: post what is owed, bring the outcomes back, until a caller has their answer. A server
//! does the same with sockets between the steps.

use std::time::Duration;

use super::{Answered, Sandbox, Ticket};
use crate::engine::delivery::{Outcome, Outgoing};
use crate::kit::time::Uptime;

/// Answers one webhook in a receiver's place.
pub type Receiver<'a> = &'a mut dyn FnMut(&mut Sandbox, &Outgoing) -> Outcome;

/// Posts everything that is owed, and what the answers cause.
pub fn deliver(sandbox: &mut Sandbox, now: Uptime, receiver: Receiver<'_>) {
    while let Some(outgoing) = sandbox.poll_outgoing() {
        let outcome = receiver(sandbox, &outgoing);
        sandbox.settle(now, &outgoing, outcome);
    }
}

/// Posts everything that is owed and does what is due now, until nothing is left that needs no real time.
pub fn finish(sandbox: &mut Sandbox, now: Uptime, receiver: Receiver<'_>) {
    loop {
        deliver(sandbox, now, receiver);
        if sandbox.next_wakeup(now) != Some(Duration::ZERO) {
            return;
        }
        sandbox.tick(now);
    }
}

/// Drives a sandbox until a caller has their answer. `None`: it waits for real time, or for another call.
pub fn answer(sandbox: &mut Sandbox, now: Uptime, ticket: Ticket, receiver: Receiver<'_>) -> Option<Answered> {
    loop {
        deliver(sandbox, now, receiver);
        if let Some(answered) = sandbox.poll_answer(now, ticket) {
            deliver(sandbox, now, receiver);
            return Some(answered);
        }
        if sandbox.next_wakeup(now) != Some(Duration::ZERO) {
            return None;
        }
        sandbox.tick(now);
    }
}
