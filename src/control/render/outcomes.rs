//! What came of each attempt, as one line of the server's log: why a receiver has not accepted it, and what can be done.

use super::{Renderer, hints};
use crate::engine::delivery::{Attempt, Delivery, Failure, Outcome, WaitsFor};
use crate::engine::inbox;
use crate::engine::log::{Entry, What};
use crate::engine::outbox::Outbox;
use crate::engine::world::World;

/// What came of one attempt, without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutcomeLine {
    pub delivery: u64,
    pub attempt: u32,
    /// Without its query; `None` when the delivery has been dropped meanwhile.
    pub url: Option<String>,
    pub status: Option<u16>,
    pub error: Option<&'static str>,
    /// How long it has waited for a place on this machine, if that was long.
    pub waited_ms: Option<u64>,
    /// Why it was not accepted.
    pub detail: Option<String>,
    /// What can be done.
    pub hint: Option<String>,
}

/// Up to where the outcomes of a sandbox were read.
#[derive(Debug, Default)]
pub struct OutcomesRead {
    /// The sandbox's generation: each has a log of its own.
    generation: Option<u64>,
    /// The sequence number of the next entry.
    sequence: u64,
}

impl OutcomesRead {
    /// The outcomes that were applied since the last time, whatever way they came.
    pub fn next(&mut self, world: &World) -> Vec<OutcomeLine> {
        if self.generation != Some(world.generation) {
            *self = Self { generation: Some(world.generation), sequence: world.begun_at };
        }
        let log = &world.core.log;
        let mut outcomes = log.since(self.sequence).filter(|it| matches!(it.what, What::Outcome(_))).peekable();
        self.sequence = log.next_sequence();
        if outcomes.peek().is_none() {
            return Vec::new();
        }
        let renderer = Renderer::of(world);
        outcomes.filter_map(|it| renderer.outcome_line(&world.core.outbox, it)).collect()
    }
}

impl Renderer {
    /// The line for an entry of the log; `None` for one that is not an outcome.
    fn outcome_line(&self, outbox: &Outbox, entry: &Entry) -> Option<OutcomeLine> {
        let What::Outcome(it) = &entry.what else { return None };
        let (id, status) = (it.id(), it.result.ok());
        let line = OutcomeLine { delivery: id.delivery, attempt: id.number, status, ..OutcomeLine::default() };
        let found = outbox.get(id.delivery).and_then(|own| Some((own, outbox.attempt(id)?)));
        let Some((delivery, attempt, outcome)) = found.and_then(|(own, attempt)| Some((own, attempt, attempt.outcome.as_ref()?))) else {
            let (detail, hint) = advice(status, it.result.err(), Receiver::OfOthers);
            let (detail, hint) = (detail.map(str::to_owned), hint.map(str::to_owned));
            return Some(OutcomeLine { error: it.result.err().map(Failure::word), detail, hint, ..line });
        };
        Some(self.outcome_of(delivery, attempt, outcome, line))
    }

    /// What an attempt waits for that has not left.
    pub fn wait(it: WaitsFor) -> String {
        hints::of_wait(it)
    }

    fn outcome_of(&self, delivery: &Delivery, attempt: &Attempt, outcome: &Outcome, line: OutcomeLine) -> OutcomeLine {
        let show = |text: &str| self.about_url(&delivery.url, text);
        let remarks = outcome.remarks.as_deref();
        let (status, failure) = (outcome.answered(), outcome.failure());
        let (why, what) = advice(status, failure, Receiver::of(&delivery.url));
        let detail = remarks.and_then(|it| it.detail.as_deref()).or(why).map(show);
        let hint = self.hint(delivery, attempt).or_else(|| what.map(show));
        let url = self.url(&delivery.url).split('?').next().map(str::to_owned);
        OutcomeLine { url, status, error: failure.map(Failure::word), waited_ms: remarks.and_then(|it| it.waited_ms), detail, hint, ..line }
    }

    /// What a reader of an attempt may not know.
    pub(super) fn hint(&self, delivery: &Delivery, it: &Attempt) -> Option<String> {
        let remarks = it.outcome.as_ref().and_then(|it| it.remarks.as_ref());
        let hint = remarks.and_then(|it| it.hint.clone()).or_else(|| hints::of_attempt(delivery, it, |it| self.url(it)));
        hint.map(|it| self.about_url(&delivery.url, &it))
    }
}

/// Whose receiver it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Receiver {
    /// An inbox of Playmoney, whose script says what it answers.
    Inbox,
    OfOthers,
}

impl Receiver {
    fn of(url: &str) -> Self {
        let is_inbox = inbox::of_url(url).is_some() || (url.contains("/__admin/") && url.contains("/inbox/"));
        if is_inbox { Self::Inbox } else { Self::OfOthers }
    }
}

/// Why an attempt was not accepted, and what can be done, where nothing more precise is known. Nothing for one that was.
fn advice(status: Option<u16>, failure: Option<Failure>, receiver: Receiver) -> (Option<&'static str>, Option<&'static str>) {
    let (why, what) = match (failure, status) {
        (Some(failure), _) => of_failure(failure),
        (None, Some(200..=299)) => return (None, None),
        (None, status) => of_status(status.unwrap_or_default()),
    };
    let what = if receiver == Receiver::Inbox { "this inbox answers as its script says: PUT /__admin/inbox/{name}/script" } else { what };
    (Some(why), Some(what))
}

fn of_failure(failure: Failure) -> (&'static str, &'static str) {
    match failure {
        Failure::Timeout => (
            "the receiver has not answered completely within the provider's time limit",
            "let the receiver answer first and do its work afterwards",
        ),
        Failure::Refused => ("no connection to the receiver", "start the receiver, or set the address at which it listens"),
        Failure::Reset => {
            ("the receiver closed the connection before it answered", "look into the receiver's log: it ended while it took the webhook")
        }
        Failure::Dns => ("the name in the address was not found", "correct the name in the address"),
        Failure::Tls => {
            ("no TLS connection to the receiver", "give the receiver a certificate for this name, or begin the address with http://")
        }
        Failure::Blocked => ("webhooks are never sent to this address", "set the address of a receiver that webhooks may reach"),
        Failure::BadResponse => ("the answer is not a complete HTTP/1.1 response", "let the receiver send a whole HTTP/1.1 response"),
    }
}

fn of_status(status: u16) -> (&'static str, &'static str) {
    const WHY: &str = "only a status from 200 to 299 accepts a webhook";
    let what = match status {
        401 | 403 => "if the receiver refuses the signature, POST /__admin/webhooks/verify says why",
        404 | 405 | 410 => "set the address and the path at which the receiver takes webhooks with POST",
        400..=499 => "look into the receiver's log for what it refuses; POST /__admin/webhooks/verify judges the signature",
        500..=599 => "look into the receiver's log: it failed while it took the webhook",
        _ => "let the receiver answer with 200",
    };
    (WHY, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::delivery::{Answer, Remarks, Status};
    use crate::engine::ids::{ObjectId, ProviderId};
    use crate::engine::log::{OutcomeEntry, Webhook};
    use crate::engine::start::Start;
    use crate::kit::http::{HeaderMap, HeaderValue, Kept, KeptHeaders, header};
    use crate::kit::time::{Duration, Timestamp, Uptime};

    fn delivery(url: &str) -> Delivery {
        Delivery {
            id: 1,
            provider_id: ProviderId(0),
            account: "default".to_owned(),
            event: "told".to_owned(),
            subject: "A".to_owned(),
            object: ObjectId { kind: 0, number: 1 },
            target: 0,
            url: url.to_owned(),
            made: 1,
            status: Status::Pending,
            ended: None,
            created_at: Timestamp::UNIX_EPOCH,
            next_attempt_at: None,
            scheduled: 1,
            once: false,
            body: Kept::default(),
            event_id: String::new(),
            attempts: Vec::new(),
            fault: None,
        }
    }

    fn line(url: &str, outcome: &Outcome) -> OutcomeLine {
        let world = World::new(Start::default(), crate::providers::all(), Uptime::START);
        let attempt = Attempt { number: 1, outcome: Some(outcome.clone()), ..Attempt::default() };
        Renderer::of(&world).outcome_of(&delivery(url), &attempt, outcome, OutcomeLine::default())
    }

    fn redirect() -> Outcome {
        let headers = HeaderMap::from_iter([(header::LOCATION, HeaderValue::from_static("http://shop.test/login"))]);
        let answer = Answer { status: 302, headers: KeptHeaders::of(&headers), ..Answer::default() };
        Outcome { result: Ok(answer), took: Duration::ZERO, remarks: None }
    }

    const SHOP: &str = "http://shop.test/hooks?token=1";

    #[test]
    fn every_outcome_says_why_it_was_not_accepted_and_what_to_do() {
        let cut = Outcome { result: Ok(Answer { status: 200, is_cut: true, ..Answer::default() }), ..Outcome::status(200) };
        for (outcome, error, hint) in [
            (redirect(), None, "`http://shop.test/login`"),
            (Outcome::status(304), None, "answer with 200"),
            (Outcome::status(401), None, "webhooks/verify"),
            (Outcome::status(404), None, "the path"),
            (Outcome::status(422), None, "webhooks/verify"),
            (Outcome::status(500), None, "receiver's log"),
            (cut, Some("bad_response"), "a whole HTTP/1.1 response"),
            (Outcome::failed(Failure::Timeout), Some("timeout"), "answer first"),
            (Outcome::failed(Failure::Refused), Some("refused"), "start the receiver"),
            (Outcome::failed(Failure::Reset), Some("reset"), "receiver's log"),
            (Outcome::failed(Failure::Dns), Some("dns"), "the name"),
            (Outcome::failed(Failure::Tls), Some("tls"), "certificate"),
            (Outcome::failed(Failure::Blocked), Some("blocked"), "that webhooks may reach"),
            (Outcome::failed(Failure::BadResponse), Some("bad_response"), "HTTP/1.1"),
            (inbox::full(503), None, "at most 1000 inboxes"),
        ] {
            let line = line(SHOP, &outcome);
            assert_eq!((line.error, line.url.as_deref()), (error, Some("http://shop.test/hooks")), "{outcome:?}");
            assert!(line.detail.is_some() && line.hint.as_ref().is_some_and(|it| it.contains(hint)), "{line:?}");
        }
    }

    #[test]
    fn an_outcome_whose_delivery_was_dropped_has_a_line_too() {
        let world = World::new(Start::default(), crate::providers::all(), Uptime::START);
        let webhook = Webhook::from(&delivery(SHOP));
        let result = Err(Failure::Timeout);
        let what = What::Outcome(OutcomeEntry { webhook, number: 3, copy: 0, left_at: Timestamp::UNIX_EPOCH, result });
        let entry = Entry { sequence: 1, at: Timestamp::UNIX_EPOCH, provider: Some(ProviderId(0)), what };
        let line = Renderer::of(&world).outcome_line(&Outbox::default(), &entry).expect("an outcome");
        assert_eq!((line.delivery, line.attempt, line.url, line.error), (1, 3, None, Some("timeout")));
        assert!(line.detail.is_some() && line.hint.is_some());
    }

    #[test]
    fn what_is_known_of_an_outcome_comes_before_general_advice() {
        let remarks = Remarks { detail: Some("why".to_owned()), hint: Some("what".to_owned()), waited_ms: Some(1_500), marked: false };
        let outcome = Outcome { remarks: remarks.boxed(), ..Outcome::failed(Failure::Tls) };
        let line = line(SHOP, &outcome);
        assert_eq!((line.detail.as_deref(), line.hint.as_deref(), line.waited_ms), (Some("why"), Some("what"), Some(1_500)));
    }

    #[test]
    fn an_accepted_webhook_needs_no_advice_and_an_inbox_has_its_own() {
        let accepted = line(SHOP, &Outcome::status(204));
        assert_eq!((accepted.status, accepted.detail, accepted.hint), (Some(204), None, None));
        for url in ["http://shop.inbox.playmoney.test/", "http://127.0.0.1:4242/__admin/inbox/shop"] {
            assert!(line(url, &Outcome::status(500)).hint.is_some_and(|it| it.contains("script")), "{url}");
        }
    }
}
