//! How webhooks leave, and the effects of their outcomes.

use std::borrow::Cow;

use bytes::Bytes;

use super::World;
use super::spoiling::patched;
use crate::engine::actions::Cause;
use crate::engine::agenda::Due;
use crate::engine::delivery::{
    Alteration, Attempt, AttemptId, Delivery, Failure, Outcome, Outgoing, Remarks, Sent, Signed, Status, WaitsFor, authorize, delivery_name,
};
use crate::engine::ids::ObjectId;
use crate::engine::inbox::{self, Inbox, Message, Reaction, Signature};
use crate::engine::log::{AttemptEntry, OutcomeEntry, What};
use crate::engine::outbox::{Applied, Turn, Waiter};
use crate::engine::rules::{CopiesLeave, WebhookFault};
use crate::engine::signature::Received;
use crate::engine::tables::Row;
use crate::kit::http::{HeaderMap, Kept, KeptHeaders};
use crate::kit::ids::entity;
use crate::kit::time::Uptime;

/// What becomes of a resend that waits for its turn while its target is taken away.
const NO_TARGET: &str = "it has not left: when its turn came, the webhook had no address any more";

/// Whether an attempt waits for those that were made before it for the same target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaves {
    /// While the clock stands it does.
    InTurn,
    /// A caller who waits for it may be the receiver of an attempt under way, and has waited for long enough.
    AtOnce,
}

/// Why an attempt is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// With what a rule has changed in it.
    BySchedule(Option<Alteration>),
    ByTester,
}

impl World {
    /// Lets the attempts leave whose turn it is.
    pub fn depart(&mut self, uptime: Uptime) {
        self.release_held();
        loop {
            while let Some(id) = self.core.outbox.next_leaving() {
                if self.core.outbox.expects(id, 1) {
                    self.leave(uptime, id, Leaves::InTurn);
                } else {
                    self.core.outbox.advance_queue(id);
                }
            }
            let stands = self.core.clock.stands();
            let next = if stands { self.core.outbox.next_turn() } else { self.core.outbox.next_waiting() };
            let Some(turn) = next else { return };
            match turn.waiter {
                Waiter::Next(id) if self.core.outbox.is_pending(id) => self.leave(uptime, id, Leaves::InTurn),
                Waiter::Next(id) => self.core.outbox.advance_queue(id),
                Waiter::Resend(id) => self.leave_as_asked(uptime, turn, id),
            }
        }
    }

    /// Lets the next attempt of a delivery leave: for the network, or straight into an inbox. It stays when it has no target
    /// any more, or has to wait for another attempt's outcome.
    pub(super) fn leave(&mut self, uptime: Uptime, id: u64, leaves: Leaves) {
        let Some(mut webhook) = self.core.outbox.get(id).cloned() else { return };
        let how = webhook.fault.as_ref().and_then(|it| it.on_attempt(webhook.scheduled + 1)).cloned();
        let Some(mut signed) = self.signed(uptime, &webhook, how.as_ref()) else {
            self.core.outbox.advance_queue(id);
            self.end_without_target(&webhook);
            return;
        };
        if webhook.scheduled == 0 && !self.core.outbox.may_leave_for(id, &signed.url) {
            return;
        }
        if leaves == Leaves::InTurn && !self.core.outbox.next_of(id).is_some_and(|it| self.is_turn(it, &signed.url)) {
            return;
        }
        let number = webhook.next_number();
        webhook.url.clone_from(&signed.url);
        let altered = how.as_ref().and_then(|it| self.spoil(&webhook, it, &mut signed));
        let at_once = how.filter(|it| it.copies_leave == CopiesLeave::Together).map_or(1, |it| it.duplicate.max(1));
        for copy in 0..at_once {
            self.send(uptime, &webhook, AttemptId { delivery: id, number, copy }, signed.clone(), Asked::BySchedule(altered));
        }
    }

    /// Lets an attempt leave that waits for its turn, before its turn has come.
    pub fn leave_at_once(&mut self, uptime: Uptime, id: u64) {
        self.core.outbox.make_next(id); // the place where it waits means nothing any more
        self.leave(uptime, id, Leaves::AtOnce);
    }

    /// Makes an attempt that a tester asks for, outside the schedule. It leaves when its turn has come, as every attempt
    /// does. Returns its number; `None` when it has no target any more.
    pub fn resend(&mut self, uptime: Uptime, id: u64) -> Option<u32> {
        let mut webhook = self.core.outbox.get(id)?.clone();
        let signed = self.signed(uptime, &webhook, None)?;
        let number = webhook.next_number();
        let attempt = AttemptId { delivery: id, number, copy: 0 };
        let turn = self.core.outbox.make_resend(attempt);
        webhook.url.clone_from(&signed.url);
        if self.is_turn(turn, &signed.url) {
            self.send(uptime, &webhook, attempt, signed, Asked::ByTester);
        } else {
            let waiting = Attempt { waits_for: Some(WaitsFor::Turn), ..self.kept(&webhook, attempt, &signed, Asked::ByTester) };
            self.core.outbox.add_attempt(id, &signed.url, waiting);
        }
        Some(number)
    }

    /// Lets an attempt leave that a tester has asked for and that has waited for its turn. It is signed again: its target,
    /// the date and the secret may be others now.
    fn leave_as_asked(&mut self, uptime: Uptime, turn: Turn, id: AttemptId) {
        let Some(mut webhook) = self.core.outbox.get(id.delivery).cloned() else { return };
        let Some(place) = webhook.attempts.iter().position(|it| it.is(id)) else { return };
        webhook.attempts.truncate(place); // what counts is what was there when it was made
        match self.signed(uptime, &webhook, None) {
            Some(signed) if self.is_turn(turn, &signed.url) => {
                webhook.url.clone_from(&signed.url);
                self.send(uptime, &webhook, id, signed, Asked::ByTester);
            }
            Some(_) => {} // it waits at another target
            None => {
                let remarks = Remarks { detail: Some(NO_TARGET.to_owned()), ..Remarks::default() };
                self.apply(uptime, id, Outcome { remarks: remarks.boxed(), ..Outcome::failed(Failure::Blocked) });
            }
        }
    }

    /// The next attempt of a webhook for its present target. `None`: it has none.
    fn signed(&mut self, uptime: Uptime, webhook: &Delivery, how: Option<&WebhookFault>) -> Option<Signed> {
        let patched = how.and_then(|it| patched(webhook, it.patch.as_ref()?));
        let mut signed = self.with(webhook.provider_id, uptime, |it, cx| {
            cx.fault = how.cloned();
            it.attempt(cx, patched.as_ref().unwrap_or(webhook))
        })?;
        signed.url = self.core.target(self.provider(webhook.provider_id).contract().slug, signed.url);
        authorize(&mut signed.headers, &signed.url);
        Some(signed)
    }

    /// Whether an attempt may leave for that target now. On a clock that runs it waits for nothing.
    fn is_turn(&mut self, turn: Turn, url: &str) -> bool {
        !self.core.clock.stands() || self.core.outbox.has_turn(turn, url)
    }

    /// Ends a delivery that has no target any more, and says so.
    fn end_without_target(&mut self, webhook: &Delivery) {
        let made = webhook.attempts.len();
        let attempts = if made == 1 { "1 attempt".to_owned() } else { format!("{made} attempts") };
        let (event, subject) = (&webhook.event, &webhook.subject);
        let name = delivery_name(webhook.id);
        self.core.note(webhook.provider_id, format!("{name} ({event} for {subject}) ends after {attempts}: it has no address any more"));
        self.core.outbox.finish_without_target(webhook.id);
    }

    /// The next copy that a rule makes of an attempt leaves when the copy before it has an outcome.
    fn send_next_copy(&mut self, uptime: Uptime, before: AttemptId, sent: Attempt) {
        let Some(webhook) = self.core.outbox.get(before.delivery) else { return };
        let Some(scheduled) = webhook.schedule_number(before) else { return };
        let Some(how) = webhook.fault.as_ref().and_then(|it| it.on_attempt(scheduled)) else { return };
        let id = AttemptId { copy: before.copy + 1, ..before };
        if how.copies_leave == CopiesLeave::Together || how.duplicate <= id.copy {
            return;
        }
        let webhook = webhook.clone();
        if self.with(webhook.provider_id, uptime, |it, cx| it.attempt(cx, &webhook)).is_none() {
            return; // nothing is sent to a target that is gone
        }
        let signed_of = self.provider(webhook.provider_id).contract().signed_of;
        let signed = Signed {
            url: webhook.url.clone(),
            headers: sent.headers.map(),
            body: sent.body.text(&webhook.body).0.clone(),
            signed: sent.signed_text(&webhook, signed_of).map(Cow::into_owned),
            dated: None,
        };
        self.send(uptime, &webhook, id, signed, Asked::BySchedule(sent.altered));
    }

    /// Sends one request of an attempt.
    fn send(&mut self, uptime: Uptime, webhook: &Delivery, id: AttemptId, signed: Signed, asked: Asked) {
        let AttemptId { delivery, number, copy } = id;
        let (at, resend) = (self.core.now, asked == Asked::ByTester);
        let attempt = self.kept(webhook, id, &signed, asked);
        let contract = self.provider(webhook.provider_id).contract();
        let outgoing = Outgoing {
            id,
            generation: self.generation,
            url: signed.url,
            headers: signed.headers,
            body: signed.body,
            time_limit: contract.schedule.time_limit,
            documented_headers: contract.webhook_headers(&webhook.event),
            dated: signed.dated,
        };
        let rule = webhook.rule().filter(|_| !resend).map(Into::into);
        let (target, altered, to_inbox) = (entity(&[&webhook.url]), attempt.altered, inbox::is_one(&webhook.url));
        let entry = AttemptEntry { webhook: webhook.into(), number, copy, rule, resend, target, altered, to_inbox };
        self.core.log.push(at, Some(webhook.provider_id), What::Attempt(entry));
        if !resend && copy == 0 {
            self.reached(webhook.provider_id, Row::Attempt(u8::try_from(webhook.scheduled).unwrap_or(u8::MAX)));
        }
        self.core.outbox.add_attempt(delivery, &webhook.url, attempt);
        if let Some(outcome) = self.unreached(id) {
            self.arrive(uptime, id, webhook.once, outcome);
        } else if let Some((name, path)) = inbox::of_url(&webhook.url) {
            self.drop_into(uptime, &name, path, webhook, &outgoing);
        } else {
            self.core.outbox.start(id);
            self.outgoing.push_back(outgoing);
        }
    }

    /// An attempt as it is kept. Its outbox lets it share the body of its delivery.
    fn kept(&self, webhook: &Delivery, id: AttemptId, signed: &Signed, asked: Asked) -> Attempt {
        let AttemptId { number, copy, .. } = id;
        let (headers, body) = (KeptHeaders::of(&signed.headers), Sent::Own(Kept(signed.body.clone())));
        let signed_of = self.provider(webhook.provider_id).contract().signed_of;
        let follows = |text: &str| signed_of.is_some_and(|of| of(&signed.body) == text);
        let text = |it: &String| if follows(it) { Sent::Whole } else { Sent::Own(Kept::copy(it.as_bytes())) };
        let text = signed.signed.as_ref().map(text);
        let (resend, altered) = match asked {
            Asked::BySchedule(altered) => (false, altered),
            Asked::ByTester => (true, None),
        };
        Attempt { number, at: self.core.now, headers, body, signed: text, resend, copy, altered, ..Attempt::default() }
    }

    fn drop_into(&mut self, uptime: Uptime, name: &str, path: String, webhook: &Delivery, out: &Outgoing) {
        let outcome = self.inbox_outcome(uptime, name, path, out);
        self.arrive(uptime, out.id, webhook.once, outcome);
    }

    /// What becomes of an attempt in an inbox of this sandbox.
    pub(super) fn inbox_outcome(&mut self, uptime: Uptime, name: &str, path: String, out: &Outgoing) -> Outcome {
        let reaction = self.receive(uptime, name, "POST", path, &out.headers, &out.body);
        reaction.map_or_else(|| inbox::full(503), |it| it.outcome(out.time_limit))
    }

    /// Takes an outcome. A simulated one may be known before its moment: then it is booked, and applied at that moment. A
    /// call that waits for its own webhook cannot wait for that moment.
    fn arrive(&mut self, uptime: Uptime, attempt: AttemptId, once: bool, outcome: Outcome) {
        let outcome = self.as_the_provider_sees(attempt, outcome);
        let at = self.core.now.saturating_add(outcome.took).unwrap_or(self.core.now);
        if at == self.core.now || once {
            self.apply(uptime, attempt, outcome);
        } else {
            self.core.agenda.book(at, Due::Answer { attempt, outcome: Box::new(outcome) });
        }
    }

    /// Receives a request in an inbox. `None`: the sandbox has too many inboxes.
    pub fn receive(
        &mut self,
        uptime: Uptime,
        name: &str,
        method: &str,
        path: String,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Option<Reaction> {
        let webhook = Received { url: Some(&path), headers, body, now: self.core.now, date: uptime.date };
        let verdict = self.judge(&webhook);
        self.keep(name, method, path, (headers, body), verdict)
    }

    /// The same with a verdict of the sandbox that has sent it.
    pub fn keep(
        &mut self,
        name: &str,
        method: &str,
        path: String,
        (headers, body): (&HeaderMap, &Bytes),
        (provider, signature): (Option<&'static str>, Signature),
    ) -> Option<Reaction> {
        let provider = provider.map(str::to_owned);
        let (at, headers, body) = (self.core.now, KeptHeaders::of(headers), Kept(body.clone()));
        let message = Message { at, method: method.to_owned(), path, headers, body, provider, signature };
        if !self.core.inboxes.contains_key(name) && self.core.inboxes.len() >= inbox::INBOXES_MAX {
            return None;
        }
        let reaction = self.core.inboxes.entry(name.to_owned()).or_default().receive(message);
        while self.core.inboxes.values().map(Inbox::bytes).sum::<usize>() > inbox::ALL_BYTES_MAX {
            self.core.inboxes.values_mut().max_by_key(|it| it.bytes())?.drop_oldest();
        }
        Some(reaction)
    }

    /// The provider that sent a webhook, and whether its signature is right by a secret of any of its accounts.
    pub fn judge(&self, webhook: &Received<'_>) -> (Option<&'static str>, Signature) {
        let recognised = self.providers.iter().zip(&self.core.accounts).find(|(it, _)| it.contract().recognises(webhook.headers));
        let Some((provider, accounts)) = recognised else { return (None, Signature::Unsigned) };
        let mut signature = Signature::Unsigned;
        for secret in accounts.values().flat_map(|it| provider.signing_secrets(it)) {
            let verdict = provider.verify(webhook, secret);
            if verdict.valid {
                return (Some(provider.contract().slug), Signature::Valid);
            }
            if verdict.received.is_some() {
                signature = Signature::Invalid;
            }
        }
        (Some(provider.contract().slug), signature)
    }

    /// Takes the outcome of an attempt. It is applied with [`Self::apply_next`].
    pub fn take_outcome(&mut self, generation: u64, attempt: AttemptId, outcome: Outcome) {
        // A caller waits for a test, and may be the receiver of an attempt that was made before it.
        let once = self.core.outbox.get(attempt.delivery).is_some_and(|it| it.once);
        let applied = if self.core.clock.stands() && !once { Applied::InOrder } else { Applied::AtOnce };
        if generation == self.generation {
            self.free_target_of(attempt);
            self.core.outbox.settle(attempt, outcome, applied);
        }
    }

    /// Applies the next outcome that may be applied. `false`: none may be applied now.
    pub fn apply_next(&mut self, uptime: Uptime) -> bool {
        // A clock that runs applies every known outcome, also those that have arrived while it stood.
        let applied = if self.core.clock.stands() { Applied::InOrder } else { Applied::AtOnce };
        let Some((attempt, outcome)) = self.core.outbox.next_outcome(applied) else { return false };
        let once = self.core.outbox.get(attempt.delivery).is_some_and(|it| it.once);
        self.arrive(uptime, attempt, once, outcome);
        self.depart(uptime);
        true
    }

    /// Applies an outcome, and sends the next copy that a rule makes of that attempt.
    pub(super) fn apply(&mut self, uptime: Uptime, attempt: AttemptId, outcome: Outcome) {
        // The outbox may forget what was sent; the next copy is made from the whole attempt.
        let Some(sent) = self.core.outbox.set_outcome(attempt, outcome.clone()) else {
            self.core.outbox.advance_queue(attempt.delivery); // it was dropped; the events behind it were not
            return;
        };
        self.conclude(uptime, attempt, &sent, &outcome);
        self.send_next_copy(uptime, attempt, sent);
    }

    /// Applies an outcome: ends the delivery or books a retry.
    fn conclude(&mut self, uptime: Uptime, attempt: AttemptId, failed: &Attempt, outcome: &Outcome) {
        let id = attempt.delivery;
        let Some(webhook) = self.core.outbox.get(id).cloned() else { return };
        if 0 < attempt.copy {
            return self.log_outcome(&webhook, failed, outcome); // the outcome of the first duplicate counts
        }
        if !failed.resend && webhook.scheduled == 1 {
            self.core.outbox.advance_queue(id);
        }
        self.log_outcome(&webhook, failed, outcome);
        let provider_id = webhook.provider_id;
        if outcome.accepted() {
            let first = webhook.status != Status::Delivered;
            self.core.outbox.finish(id, Status::Delivered);
            if first {
                let object: ObjectId = webhook.object;
                self.with(provider_id, uptime, |it, cx| it.step(cx, object, Cause::Delivered(&webhook.event)));
            }
            return;
        }
        if failed.resend || webhook.status != Status::Pending {
            return;
        }
        let next = self.with(provider_id, uptime, |it, cx| if webhook.once { None } else { it.retry(cx, &webhook, failed) });
        match next {
            Some(at) => {
                let at = at.max(self.core.now);
                self.core.agenda.book(at, Due::Attempt { delivery: id, number: webhook.scheduled + 1 });
                if let Some(stored) = self.core.outbox.get_mut(id) {
                    stored.next_attempt_at = Some(at);
                }
            }
            None => self.core.outbox.finish(id, Status::Failed),
        }
    }

    fn log_outcome(&mut self, webhook: &Delivery, attempt: &Attempt, outcome: &Outcome) {
        let result = outcome.failure().map_or_else(|| Ok(outcome.answered().unwrap_or_default()), Err);
        let Attempt { number, copy, at: left_at, .. } = *attempt;
        if result == Err(Failure::Timeout) {
            self.reached(webhook.provider_id, Row::TimeLimit);
        }
        let entry = OutcomeEntry { webhook: webhook.into(), number, copy, left_at, result };
        self.core.log.push(self.core.now, Some(webhook.provider_id), What::Outcome(entry));
    }
}
