//! All the state of one sandbox; `step` lets one due thing happen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::account::{Account, Value};
use super::agenda::{Agenda, Due};
use super::clock::{Clock, Mode};
use super::contract::settings;
use super::delivery::{Attempt, Delivery, Outcome, Outgoing, Status};
use super::inbox::{self, Inbox, Message, Reaction, Signature};
use super::journal::{self, Journal};
use super::outbox::Outbox;
use super::provider::{Cause, Context, Member, ObjectId, Received, Seat};
use super::walk::{Attempted, Fired, Walk};
use crate::kit::http::{HeaderMap, Kept};
use crate::kit::time::{Timestamp, Uptime};

/// Everything but the providers' own memories.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Core {
    pub name: String,
    pub seed: u64,
    /// The simulated moment of what is happening.
    pub now: Timestamp,
    pub clock: Clock,
    pub agenda: Agenda,
    pub outbox: Outbox,
    pub journal: Journal,
    pub inboxes: BTreeMap<String, Inbox>,
    /// The accounts of each seat, by id.
    pub accounts: Vec<BTreeMap<String, Account>>,
}

/// How a sandbox begins, and what `reset` returns it to.
#[derive(Clone, Debug)]
pub struct Start {
    pub name: String,
    pub seed: u64,
    pub mode: Mode,
    /// The first moment; without one, the real date.
    pub now: Option<Timestamp>,
    /// Where every account's webhooks go at first; `{provider}` stands for the slug.
    pub webhook_url: Option<String>,
    pub journal_bytes_max: usize,
    /// Secrets from outside are shown in full.
    pub show_secrets: bool,
}

impl Default for Start {
    /// The default sandbox, frozen at the beginning of 2026.
    fn default() -> Self {
        Self {
            name: "default".to_owned(),
            seed: 1,
            mode: Mode::Frozen,
            now: Some(Timestamp::constant(1_767_225_600, 0)),
            webhook_url: None,
            journal_bytes_max: journal::BYTES_MAX,
            show_secrets: false,
        }
    }
}

/// One sandbox.
pub struct World {
    pub start: Start,
    pub core: Core,
    pub members: Vec<Box<dyn Member>>,
    /// The walk under way. It belongs to a caller who waits, not to the state.
    pub walk: Option<Walk>,
    /// Attempts that the edge has to post.
    pub outgoing: Vec<Outgoing>,
    /// Counts resets and restores, so that what comes back late from an earlier life is known.
    pub life: u64,
}

impl Clone for World {
    fn clone(&self) -> Self {
        let members = self.members.iter().map(|it| it.boxed()).collect();
        let outgoing = self.outgoing.clone();
        Self { start: self.start.clone(), core: self.core.clone(), members, walk: None, outgoing, life: self.life }
    }
}

impl World {
    /// A sandbox at its beginning, with these providers.
    pub fn new(start: Start, members: Vec<Box<dyn Member>>, life: u64, uptime: Uptime) -> Self {
        let now = start.now.unwrap_or(uptime.date);
        let account = |it: &dyn Member| {
            let contract = it.contract();
            let mut account = Account::initial(contract, &start.name);
            if let Some(url) = &start.webhook_url {
                account.set(&settings::WEBHOOK_URL, Value::Text(url.replace("{provider}", contract.slug)));
            }
            BTreeMap::from([(account.id.clone(), account)])
        };
        let core = Core {
            name: start.name.clone(),
            seed: start.seed,
            now,
            clock: Clock::new(start.mode, now, uptime),
            agenda: Agenda::default(),
            outbox: Outbox::default(),
            journal: Journal::new(start.journal_bytes_max),
            inboxes: BTreeMap::new(),
            accounts: members.iter().map(|it| account(it.as_ref())).collect(),
        };
        Self { start, core, members, walk: None, outgoing: Vec::new(), life }
    }

    /// The seat of a provider.
    pub fn seat(&self, slug: &str) -> Option<Seat> {
        let place = self.members.iter().position(|it| it.contract().slug == slug)?;
        u8::try_from(place).ok().map(Seat)
    }

    /// The provider on a seat.
    pub fn member(&self, seat: Seat) -> &dyn Member {
        self.members[usize::from(seat.0)].as_ref()
    }

    /// Calls into a provider with all that it may touch.
    pub fn with<T>(&mut self, seat: Seat, uptime: Uptime, call: impl FnOnce(&mut dyn Member, &mut Context<'_>) -> T) -> T {
        let member = &mut self.members[usize::from(seat.0)];
        let mut cx = Context::new(&mut self.core, seat, member.contract(), uptime);
        call(member.as_mut(), &mut cx)
    }

    /// Lets the next thing happen that is due by then, and what it causes at once. `false`: nothing is due.
    pub fn step(&mut self, uptime: Uptime, until: Timestamp) -> bool {
        self.depart(uptime);
        let Some((at, due)) = self.core.agenda.take(until) else { return false };
        if !self.is_live(&due) {
            return true;
        }
        self.core.now = self.core.now.max(at);
        self.core.clock.step_to(self.core.now);
        match due {
            Due::Row { seat, object, row, .. } => {
                let before = self.core.journal.changes_total();
                self.with(seat, uptime, |it, cx| it.step(cx, object, Cause::Row(row)));
                self.note_timer(at, seat, before);
            }
            Due::Attempt { delivery, number } => {
                self.note_delivery(at, delivery, || format!("attempt {number}"));
                self.leave(uptime, delivery, false);
            }
            Due::Answer { delivery, number, outcome } => {
                self.note_delivery(at, delivery, || format!("attempt {number} answered"));
                self.apply(uptime, delivery, number, *outcome);
            }
        }
        self.depart(uptime);
        true
    }

    /// Whether something booked still means anything.
    pub fn is_live(&self, due: &Due) -> bool {
        match due {
            Due::Row { seat, object, stay, .. } => self.member(*seat).stay(*object) == Some(*stay),
            Due::Attempt { delivery, number } => self.core.outbox.expects(*delivery, *number),
            Due::Answer { .. } => true,
        }
    }

    /// First attempts whose turn has come leave.
    pub fn depart(&mut self, uptime: Uptime) {
        while let Some(id) = self.core.outbox.next_leaving() {
            if self.core.outbox.expects(id, 1) {
                self.leave(uptime, id, false);
            } else {
                self.core.outbox.lane_moves_on(id);
            }
        }
    }

    /// One attempt leaves: for the network, or straight into an inbox. Returns its number.
    pub fn leave(&mut self, uptime: Uptime, id: u64, resend: bool) -> Option<u32> {
        let mut webhook = self.core.outbox.get(id)?.clone();
        let seat = webhook.seat;
        let Some(signed) = self.with(seat, uptime, |it, cx| it.attempt(cx, &webhook)) else {
            self.core.outbox.lane_moves_on(id);
            self.core.outbox.finish(id, Status::Failed);
            return None;
        };
        let number = u32::try_from(webhook.attempts.len()).unwrap_or(u32::MAX).saturating_add(1);
        let (at, outgoing) = (self.core.now, self.outgoing(id, number, seat, &signed.url, &signed.headers, &signed.body));
        let attempt = Attempt {
            number,
            at,
            headers: signed.headers,
            body: Kept(signed.body),
            signed: signed.signed,
            outcome: None,
            repeated: false,
            resend,
        };
        let stored = self.core.outbox.get_mut(id)?;
        signed.url.clone_into(&mut stored.url);
        stored.attempts.push(attempt);
        if !resend {
            stored.scheduled += 1;
            stored.next_attempt_at = None;
        }
        webhook.url = signed.url;
        if let Some((name, path)) = inbox::of_url(&webhook.url) {
            self.drop_into(uptime, &name, path, &webhook, &outgoing);
        } else {
            self.core.outbox.took_off(id, number);
            self.outgoing.push(outgoing);
        }
        Some(number)
    }

    fn outgoing(&self, delivery: u64, number: u32, seat: Seat, url: &str, headers: &HeaderMap, body: &bytes::Bytes) -> Outgoing {
        let time_limit = self.member(seat).contract().schedule.time_limit;
        Outgoing { delivery, number, life: self.life, url: url.to_owned(), headers: headers.clone(), body: body.clone(), time_limit }
    }

    fn drop_into(&mut self, uptime: Uptime, name: &str, path: String, webhook: &Delivery, out: &Outgoing) {
        let reaction = self.receive(name, "POST", path, &out.headers, &out.body);
        let outcome = reaction.map_or_else(|| Outcome::status(503), |it| it.outcome(out.time_limit));
        self.arrive(uptime, webhook.id, out.number, webhook.once, outcome);
    }

    /// An outcome from the simulated world: known now, but it happens only when its time has come. A call that
    /// waits for its own webhook cannot wait for that.
    fn arrive(&mut self, uptime: Uptime, delivery: u64, number: u32, once: bool, outcome: Outcome) {
        let at = self.core.now.saturating_add(outcome.took).unwrap_or(self.core.now);
        if at == self.core.now || once {
            self.apply(uptime, delivery, number, outcome);
        } else {
            self.core.agenda.book(at, Due::Answer { delivery, number, outcome: Box::new(outcome) });
        }
    }

    /// Something arrives in an inbox. `None`: the sandbox has too many.
    pub fn receive(&mut self, name: &str, method: &str, path: String, headers: &HeaderMap, body: &bytes::Bytes) -> Option<Reaction> {
        let (provider, signature) = self.judge(headers, body);
        let provider = provider.map(str::to_owned);
        let (at, headers, body) = (self.core.now, headers.clone(), Kept(body.clone()));
        let message = Message { at, method: method.to_owned(), path, headers, body, provider, signature };
        if !self.core.inboxes.contains_key(name) && self.core.inboxes.len() >= inbox::INBOXES_MAX {
            return None;
        }
        Some(self.core.inboxes.entry(name.to_owned()).or_default().receive(message))
    }

    fn judge(&self, headers: &HeaderMap, body: &bytes::Bytes) -> (Option<&'static str>, Signature) {
        let recognised = self.members.iter().zip(&self.core.accounts).find(|(it, _)| it.recognises(headers));
        let Some((member, accounts)) = recognised else { return (None, Signature::Unsigned) };
        let webhook = Received { url: None, headers, body, now: self.core.now };
        let mut signature = Signature::Unsigned;
        for secret in accounts.values().filter_map(Account::webhook_secret) {
            let verdict = member.verify(&webhook, secret.expose(), &[]);
            if verdict.valid {
                return (Some(member.contract().slug), Signature::Valid);
            }
            if verdict.received.is_some() {
                signature = Signature::Invalid;
            }
        }
        (Some(member.contract().slug), signature)
    }

    /// A receiver has answered an attempt.
    pub fn settle(&mut self, uptime: Uptime, life: u64, delivery: u64, number: u32, outcome: Outcome) {
        let in_order = self.core.clock.stands();
        if life != self.life || !self.core.outbox.landed(delivery, number, outcome, in_order) {
            return;
        }
        while let Some((delivery, number, outcome)) = self.core.outbox.next_landed() {
            let once = self.core.outbox.get(delivery).is_some_and(|it| it.once);
            self.arrive(uptime, delivery, number, once, outcome);
        }
        self.depart(uptime);
    }

    fn apply(&mut self, uptime: Uptime, id: u64, number: u32, outcome: Outcome) {
        let Some(attempt) = self.core.outbox.attempt_mut(id, number) else { return };
        attempt.outcome = Some(outcome.clone());
        let failed = attempt.clone();
        let Some(webhook) = self.core.outbox.get(id).cloned() else { return };
        if !failed.resend && webhook.scheduled == 1 {
            self.core.outbox.lane_moves_on(id);
        }
        self.note_attempt(&webhook, &failed, &outcome);
        let seat = webhook.seat;
        if outcome.accepted() {
            let first = webhook.status != Status::Delivered;
            self.core.outbox.finish(id, Status::Delivered);
            if first {
                let object: ObjectId = webhook.object;
                self.with(seat, uptime, |it, cx| it.step(cx, object, Cause::Delivered(&webhook.event)));
            }
            return;
        }
        if failed.resend || webhook.status != Status::Pending {
            return;
        }
        let next = self.with(seat, uptime, |it, cx| if webhook.once { None } else { it.retry(cx, &webhook, &failed) });
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

    fn note_timer(&mut self, at: Timestamp, seat: Seat, before: u64) {
        let Some(walk) = &mut self.walk else { return };
        let journal = &self.core.journal;
        let change = journal.changes().next_back().filter(|_| journal.changes_total() > before);
        let provider = self.members[usize::from(seat.0)].contract().slug;
        walk.fired(|| Fired {
            at,
            kind: "timer",
            provider,
            subject: change.map_or(String::new(), |it| it.subject.clone()),
            detail: change.map_or(String::new(), |it| format!("{} to {} ({})", it.from, it.to, it.cause)),
        });
    }

    fn note_delivery(&mut self, at: Timestamp, id: u64, detail: impl FnOnce() -> String) {
        let (Some(walk), Some(webhook)) = (&mut self.walk, self.core.outbox.get(id)) else { return };
        let provider = self.members[usize::from(webhook.seat.0)].contract().slug;
        let detail = || format!("{} {}", webhook.event, detail());
        walk.fired(|| Fired { at, kind: "delivery", provider, subject: webhook.subject.clone(), detail: detail() });
    }

    fn note_attempt(&mut self, webhook: &Delivery, attempt: &Attempt, outcome: &Outcome) {
        let Some(walk) = &mut self.walk else { return };
        let provider = self.members[usize::from(webhook.seat.0)].contract().slug;
        walk.attempted(|| Attempted {
            id: delivery_name(webhook.id),
            provider,
            event: webhook.event.clone(),
            subject: webhook.subject.clone(),
            attempt: attempt.number,
            at: attempt.at,
            status: outcome.answered(),
            error: outcome.error(),
        });
    }

    /// The next thing to come that still means anything.
    pub fn next_due(&self) -> Option<(Timestamp, &Due)> {
        self.core.agenda.iter().find(|(_, due)| self.is_live(due))
    }

    /// Drops what has lost its meaning from the front of the agenda, and says when the next live thing is due.
    pub fn next_live_at(&mut self) -> Option<Timestamp> {
        loop {
            let (at, due) = self.core.agenda.first()?;
            if self.is_live(due) {
                return Some(at);
            }
            self.core.agenda.take(at);
        }
    }

    /// Whether every attempt that has left has its outcome.
    pub fn is_quiet(&self) -> bool {
        self.outgoing.is_empty() && self.core.outbox.is_quiet()
    }

    /// How many live timers and deliveries are to come.
    pub fn pending(&self) -> usize {
        self.core.agenda.iter().filter(|(_, due)| self.is_live(due)).count() + self.core.outbox.waiting()
    }
}

/// How the control API names a delivery.
pub fn delivery_name(id: u64) -> String {
    format!("dlv-{id}")
}

/// The delivery that such a name means.
pub fn delivery_id(name: &str) -> Option<u64> {
    name.strip_prefix("dlv-")?.parse().ok()
}
