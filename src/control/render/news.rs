//! The lines of a server's log, and its live events: what has happened, in facts without secrets. A listener lays them out.

use serde::Serialize;

use super::{Renderer, note};
use crate::engine::clock::Mode;
use crate::engine::delivery::{Delivery, Status, delivery_name};
use crate::engine::ids::ProviderId;
use crate::engine::log::{Change, ChangeCause, Entry, OutcomeEntry, RequestEntry, Webhook, What};
use crate::engine::tables::On;
use crate::engine::world::World;
use crate::kit::time::Timestamp;

/// One line. What a line of its kind does not have is left out.
#[derive(Clone, Debug, Default, Serialize)]
pub struct News {
    /// `request`, `change`, `webhook`, `clock` or `note`. Live events have further kinds.
    pub kind: &'static str,
    #[serde(skip)]
    pub gravity: Gravity,
    /// What happened, in words.
    pub message: String,
    /// The simulated moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<&'static str>,
    /// `req-1`, `dlv-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// What the merchant calls the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The documented error that was answered, or why a receiver has not answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    /// How long an attempt has waited for a place on this machine, in real milliseconds, if that was long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waited_ms: Option<u64>,
    /// How many live events were dropped before their reader got them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<u64>,
}

/// How much a line matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gravity {
    #[default]
    Usual,
    /// A receiver has not accepted a webhook, or something did not happen.
    Warning,
    /// A webhook has failed for good.
    Failure,
}

impl Renderer {
    /// What has happened since the last call, oldest first.
    pub fn news(world: &mut World) -> Vec<News> {
        let unread = world.core.log.read_on();
        if unread.entries.is_empty() && unread.lost == 0 {
            return Vec::new();
        }
        let renderer = Self::of(world);
        let lost = (0 < unread.lost).then(|| News {
            kind: "note",
            gravity: Gravity::Warning,
            message: format!("{} entries did not fit into the log and are not shown: raise --journal-bytes", unread.lost),
            ..News::default()
        });
        let line = |(place, entry): (usize, &Entry)| {
            let delivery = entry.what.delivery().and_then(|it| world.core.outbox.get(it));
            renderer.line(entry, delivery, &unread.entries[place + 1..])
        };
        let lines = unread.entries.iter().enumerate().filter_map(line);
        lost.into_iter().chain(lines).collect()
    }

    /// A line about an entry, with the webhook that it is about, if that was not dropped, and what follows it in the log.
    pub(super) fn line(&self, entry: &Entry, delivery: Option<&Delivery>, later: &[Entry]) -> Option<News> {
        let line = match &entry.what {
            What::Request(it) => self.heard(entry.provider, it, later),
            What::Change(it) => self.changed(it),
            What::Outcome(it) => self.sent(delivery, it),
            What::Note(_) | What::Fired(_) => {
                News { kind: "note", gravity: Gravity::Warning, message: self.text(&note(&entry.what)?), ..News::default() }
            }
            What::Moved { from } => News { kind: "clock", message: format!("the clock moved here from {from}"), ..News::default() },
            What::Mode(mode) => News { kind: "clock", message: mode_in_words(*mode), ..News::default() },
            // An attempt's outcome is a line, and a request's line waits for its answer.
            What::Attempt(_) | What::Answered(_) => return None,
        };
        Some(News { at: Some(entry.at), provider: entry.provider.map(|it| self.slug(it)), ..line })
    }

    pub(super) fn heard(&self, provider_id: Option<ProviderId>, it: &RequestEntry, later: &[Entry]) -> News {
        let contract = provider_id.map(|it| self.contracts[usize::from(it.0)]);
        let operation = contract.zip(it.operation.as_deref());
        let row = it.row.as_deref().and_then(|name| contract?.index.named(name));
        let path = it.target.split('?').next().unwrap_or("");
        let headers = it.answer.as_ref().map(|it| it.headers.map());
        let hint = headers.as_ref().and_then(|it| it.get("playmoney-hint")).map(|it| String::from_utf8_lossy(it.as_bytes()));
        News {
            kind: "request",
            message: self.text(&format!("{} {path}", it.method)),
            id: Some(format!("req-{}", it.id)),
            operation: operation.map(|(contract, name)| format!("{}.{name}", contract.slug)),
            account: it.account.as_deref().map(|it| self.text(it)),
            subject: made_by_call(later).map(|it| self.text(it)),
            status: it.answer.as_ref().map(|it| it.status),
            error: it.error.as_deref().map(str::to_owned),
            detail: it.note.as_deref().map(|it| self.text(it)).or_else(|| if hint.is_none() { self.refusal(it) } else { None }),
            hint: hint.map(|it| self.text(&it)),
            rule: it.rule.as_deref().map(|it| self.text(it)),
            evidence: row.map(|it| it.evidence.tag()),
            ..News::default()
        }
    }

    /// The beginning of a refusal's body, which says what is wrong in the words of the provider.
    fn refusal(&self, it: &RequestEntry) -> Option<String> {
        /// Characters of a body in one line.
        const CHARS_MAX: usize = 200;
        let answer = it.answer.as_ref().filter(|it| 400 <= it.status)?;
        let text = std::str::from_utf8(&answer.body.0).ok().filter(|it| !it.is_empty() && !it.starts_with('<'))?;
        let text = self.text(text);
        let more = if text.chars().count() <= CHARS_MAX { "" } else { "..." };
        Some(text.chars().take(CHARS_MAX).chain(more.chars()).collect())
    }

    fn changed(&self, it: &Change) -> News {
        let from = if it.from.is_empty() { "new" } else { &it.from };
        News {
            kind: "change",
            message: "change".to_owned(),
            subject: Some(self.text(&it.subject)),
            from: Some(from.to_owned()),
            to: Some(it.to.to_string()),
            cause: Some(it.cause.to_string()),
            ..News::default()
        }
    }

    /// An attempt with its outcome. Its delivery may have been dropped meanwhile.
    fn sent(&self, delivery: Option<&Delivery>, it: &OutcomeEntry) -> News {
        let attempt = delivery.and_then(|own| own.attempts.iter().find(|attempt| attempt.is(it.id())));
        let is_latest = delivery.is_some_and(|own| own.attempts.last().is_some_and(|last| last.number == it.number));
        let has_failed = is_latest && delivery.is_some_and(|own| own.status == Status::Failed);
        let gravity = match it.result {
            Ok(200..=299) => Gravity::Usual,
            Ok(_) | Err(_) if has_failed => Gravity::Failure,
            Ok(_) | Err(_) => Gravity::Warning,
        };
        let words = self.words(delivery.zip(attempt), it);
        News {
            kind: "webhook",
            gravity,
            message: "webhook".to_owned(),
            attempt: Some(it.number),
            status: it.result.ok(),
            error: it.result.err().map(|it| it.word().to_owned()),
            detail: words.detail,
            hint: words.hint,
            waited_ms: words.waited_ms,
            rule: delivery.and_then(Delivery::rule).map(|it| self.text(it)),
            next_attempt_at: delivery.filter(|_| is_latest).and_then(|own| own.next_attempt_at),
            ..self.of_webhook(delivery, &it.webhook)
        }
    }

    /// Which webhook it is about. Its delivery may have been dropped meanwhile.
    pub(super) fn of_webhook(&self, delivery: Option<&Delivery>, webhook: &Webhook) -> News {
        let url = delivery.map(|own| self.url(&own.url));
        News {
            id: Some(delivery_name(webhook.delivery)),
            account: delivery.map(|own| own.account.clone()),
            event: Some(webhook.event.to_string()),
            subject: Some(self.text(&webhook.subject)),
            url: url.as_deref().and_then(|it| it.split('?').next()).map(str::to_owned),
            ..News::default()
        }
    }
}

/// What the merchant calls the object that a call has made or changed: the first change behind it says so.
fn made_by_call(later: &[Entry]) -> Option<&str> {
    let own = later.iter().take_while(|it| !matches!(it.what, What::Request(_)));
    own.filter_map(|it| if let What::Change(change) = &it.what { Some(change) } else { None })
        .find(|it| matches!(it.cause, ChangeCause::Row(On::Call(_))))
        .map(|it| &*it.subject)
}

fn mode_in_words(mode: Mode) -> String {
    match mode {
        Mode::Frozen => "the clock stands".to_owned(),
        Mode::Real => "the clock runs".to_owned(),
        Mode::Scaled(rate) => format!("the clock runs {} times as fast as real time", rate.number()),
    }
}
