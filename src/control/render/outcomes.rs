//! Why a receiver has not accepted an attempt, and what can be done: the words of its line in the server's log.

use super::{Renderer, hints};
use crate::engine::delivery::{Attempt, Delivery, Failure, WaitsFor};
use crate::engine::inbox;
use crate::engine::log::OutcomeEntry;

/// What can be said about an outcome, without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Why it was not accepted.
    pub detail: Option<String>,
    /// What can be done.
    pub hint: Option<String>,
    /// How long the attempt has waited for a place on this machine, if that was long.
    pub waited_ms: Option<u64>,
}

impl Renderer {
    /// The words about an outcome. Its delivery may have been dropped meanwhile.
    pub(super) fn words(&self, sent: Option<(&Delivery, &Attempt)>, it: &OutcomeEntry) -> Words {
        let Some((delivery, attempt)) = sent else {
            let (detail, hint) = advice(it.result.ok(), it.result.err(), Receiver::OfOthers);
            return Words { detail: detail.map(str::to_owned), hint: hint.map(str::to_owned), waited_ms: None };
        };
        let show = |text: &str| self.about_url(&delivery.url, text);
        let remarks = attempt.outcome.as_ref().and_then(|it| it.remarks.as_deref());
        let (why, what) = advice(it.result.ok(), it.result.err(), Receiver::of(&delivery.url));
        let detail = remarks.and_then(|it| it.detail.as_deref()).or(why).map(show);
        let hint = self.hint(delivery, attempt).or_else(|| what.map(show));
        Words { detail, hint, waited_ms: remarks.and_then(|it| it.waited_ms) }
    }

    /// What an attempt waits for that has not left.
    pub fn wait(it: WaitsFor) -> String {
        hints::of_wait(it)
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
        if inbox::is_one(url) { Self::Inbox } else { Self::OfOthers }
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
    use crate::engine::delivery::{Answer, Outcome, Remarks, Status};
    use crate::engine::ids::{ObjectId, ProviderId};
    use crate::engine::log::Webhook;
    use crate::engine::start::Start;
    use crate::engine::world::World;
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
            answers: None,
        }
    }

    fn entry(url: &str, outcome: &Outcome) -> OutcomeEntry {
        let result = outcome.failure().map_or_else(|| Ok(outcome.answered().unwrap_or_default()), Err);
        OutcomeEntry { webhook: Webhook::from(&delivery(url)), number: 1, copy: 0, left_at: Timestamp::UNIX_EPOCH, result }
    }

    fn renderer() -> Renderer {
        Renderer::of(&World::new(Start::default(), crate::providers::all(), Uptime::START))
    }

    fn words(url: &str, outcome: &Outcome) -> Words {
        let attempt = Attempt { number: 1, outcome: Some(outcome.clone()), ..Attempt::default() };
        renderer().words(Some((&delivery(url), &attempt)), &entry(url, outcome))
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
        for (outcome, hint) in [
            (redirect(), "`http://shop.test/login`"),
            (Outcome::status(304), "answer with 200"),
            (Outcome::status(401), "webhooks/verify"),
            (Outcome::status(404), "the path"),
            (Outcome::status(422), "webhooks/verify"),
            (Outcome::status(500), "receiver's log"),
            (cut, "a whole HTTP/1.1 response"),
            (Outcome::failed(Failure::Timeout), "answer first"),
            (Outcome::failed(Failure::Refused), "start the receiver"),
            (Outcome::failed(Failure::Reset), "receiver's log"),
            (Outcome::failed(Failure::Dns), "the name"),
            (Outcome::failed(Failure::Tls), "certificate"),
            (Outcome::failed(Failure::Blocked), "that webhooks may reach"),
            (Outcome::failed(Failure::BadResponse), "HTTP/1.1"),
            (inbox::full(503), "at most 1000 inboxes"),
        ] {
            let words = words(SHOP, &outcome);
            assert!(words.detail.is_some() && words.hint.as_ref().is_some_and(|it| it.contains(hint)), "{outcome:?} {words:?}");
        }
    }

    #[test]
    fn an_outcome_whose_delivery_was_dropped_has_words_too() {
        let words = renderer().words(None, &entry(SHOP, &Outcome::failed(Failure::Timeout)));
        assert!(words.detail.is_some() && words.hint.is_some());
    }

    #[test]
    fn what_is_known_of_an_outcome_comes_before_general_advice() {
        let remarks = Remarks { detail: Some("why".to_owned()), hint: Some("what".to_owned()), waited_ms: Some(1_500), marked: false };
        let outcome = Outcome { remarks: remarks.boxed(), ..Outcome::failed(Failure::Tls) };
        let words = words(SHOP, &outcome);
        assert_eq!((words.detail.as_deref(), words.hint.as_deref(), words.waited_ms), (Some("why"), Some("what"), Some(1_500)));
    }

    #[test]
    fn an_accepted_webhook_needs_no_advice_and_an_inbox_has_its_own() {
        assert_eq!(words(SHOP, &Outcome::status(204)), Words::default());
        for url in ["http://shop.inbox.playmoney.test/", "http://127.0.0.1:4242/__admin/inbox/shop"] {
            assert!(words(url, &Outcome::status(500)).hint.is_some_and(|it| it.contains("script")), "{url}");
        }
    }
}
