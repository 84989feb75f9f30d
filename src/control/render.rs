//! How people see what has happened: entries of the log, deliveries, messages. Secrets from outside, live keys and card numbers
//! are masked here and nowhere else, so a reader cannot forget to.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use self::mask::Mask;
use crate::contract::violations::Violation;
use crate::engine::delivery::{Answer, Attempt, Delivery, MARK, Outcome, delivery_name, is_basic};
use crate::engine::ids::ProviderId;
use crate::engine::inbox::Message;
use crate::engine::log::{ActionEntry, Block, Change, DeliveryRow, Entry, Fired, FiredRow, OutcomeEntry, Refused, RequestEntry, What};
use crate::engine::tables::Contract;
use crate::engine::world::World;
use crate::kit::http::{HeaderMap, HeaderValue, Kept, header, headers_as_object, headers_as_written};
use crate::kit::secret::Secret;

mod audits;
mod hints;
mod live;
mod mask;
mod news;
mod outcomes;
mod schedule;
mod timeline;

pub use live::{Excerpt, KINDS};
pub use news::{Gravity, News};
pub use schedule::Made;
pub use timeline::{Line, in_brackets};

/// What is due when a rule holds an answer back.
pub const HELD: &str = "an answer that a rule holds back";

/// Renders what belongs to one sandbox. It does not borrow the sandbox, so that a copy can be rendered elsewhere.
pub struct Renderer {
    /// By the number of the provider.
    contracts: Vec<&'static Contract>,
    mask: Mask,
}

impl Renderer {
    /// For all that is shown of this sandbox.
    pub fn of(world: &World) -> Self {
        Self { contracts: world.providers.iter().map(|it| it.contract()).collect(), mask: Mask::of(world) }
    }

    /// A text without secrets from outside.
    pub fn text(&self, text: &str) -> String {
        self.mask.text(text)
    }

    /// A value whose texts hold no secret from outside.
    pub fn value(&self, value: &Json) -> Json {
        self.mask.value(value)
    }

    /// A secret as it may be shown.
    pub fn secret(&self, secret: &Secret) -> String {
        self.mask.secret(secret)
    }

    fn slug(&self, provider_id: ProviderId) -> &'static str {
        self.contracts[usize::from(provider_id.0)].slug
    }

    /// A request as the journal lists it, with the violations that were found in it.
    pub fn request(&self, entry: &Entry, it: &RequestEntry, violations: &[Violation]) -> Json {
        let show = |text: &str| self.text(text);
        let contract = entry.provider.map(|it| self.contracts[usize::from(it.0)]);
        let row = it.row.as_deref().and_then(|name| contract?.index.named(name));
        let evidence = row.map(|it| json!({"evidence": it.evidence.tag(), "row": it.name, "source": it.evidence.source()}));
        let name = contract.zip(it.operation.as_deref()).map(|(contract, name)| format!("{}.{name}", contract.slug));
        let response = it.answer.as_ref().map(|it| {
            self.with_body(
                json!({"status": it.status, "headers": headers_as_object(&self.without_tokens(it.headers.map()), show)}),
                &it.body,
                show,
            )
        });
        let request = json!({"method": it.method, "path": show(&it.target), "headers": headers_as_object(&it.headers.map(), show)});
        let mut shown = json!({
            "id": format!("req-{}", it.id), "at": entry.at, "provider": contract.map(|it| it.slug), "operation": name, "account": it.account,
            "request": self.with_body(request, &it.body, show), "response": response,
            "rule": it.rule.as_deref().map(show), "error": it.error, "evidence": evidence,
            "violations": self.value(&json!(violations)),
        });
        if let Some(own) = contract.and_then(|it| it.request_signature) {
            let request = it.as_request();
            let is_signed = it.account.is_some() && (own.caller)(&request).is_some();
            if is_signed || it.error.as_deref() == Some(own.error) {
                shown["signed"] = json!(show(&(own.verify)(&request, "").canonical));
            }
        }
        if let Some(note) = &it.note {
            shown["note"] = json!(show(note));
        }
        shown
    }

    /// A violation as their list has it: of a request, or of the receiver of a webhook.
    pub fn violation(&self, entry: &Entry, it: &Violation) -> Json {
        let slug = entry.provider.map(|it| self.slug(it));
        let (request, delivery, operation) = match &entry.what {
            What::Request(it) => (Some(format!("req-{}", it.id)), None, it.operation.as_deref()),
            What::Outcome(it) => (None, Some(delivery_name(it.webhook.delivery)), None),
            What::Change(_)
            | What::Fired(_)
            | What::Attempt(_)
            | What::Note(_)
            | What::Moved { .. }
            | What::Mode(_)
            | What::Answered(_) => (None, None, None),
        };
        let operation = slug.zip(operation).map(|(slug, name)| format!("{slug}.{name}"));
        json!({
            "request": request, "delivery": delivery, "at": entry.at, "provider": slug, "operation": operation, "code": it.code,
            "detail": self.text(&it.detail), "evidence": it.evidence.tag(), "source": it.evidence.source(),
        })
    }

    /// Whether an entry is a note.
    pub fn is_note(entry: &Entry) -> bool {
        let was_refused = matches!(&entry.what, What::Fired(Fired::Action(it)) if it.refused.is_some());
        was_refused || matches!(entry.what, What::Note(_))
    }

    /// A note as the journal lists it; none for an entry that is not one.
    pub fn note(&self, entry: &Entry) -> Option<Json> {
        let text = self.text(&note(&entry.what)?);
        Some(json!({"at": entry.at, "provider": entry.provider.map(|it| self.slug(it)), "text": text}))
    }

    /// Something that was due, as the report of a walk lists it. `waiting` are the deliveries that still wait for their turn.
    pub fn fired(&self, row: &FiredRow, waiting: &BTreeSet<u64>) -> Json {
        let (kind, subject, detail) = due(row, waiting);
        let provider = row.provider.map(|it| self.slug(it));
        json!({"at": row.at, "kind": kind, "provider": provider, "subject": self.text(subject), "detail": self.text(&detail)})
    }

    /// An attempt that has its outcome, as the report of a walk lists it.
    pub fn attempted(&self, row: &DeliveryRow) -> Json {
        let OutcomeEntry { webhook, number, left_at, result, .. } = &row.outcome;
        json!({
            "id": delivery_name(webhook.delivery), "provider": row.provider.map(|it| self.slug(it)), "event": webhook.event,
            "subject": self.text(&webhook.subject), "attempt": number, "at": left_at,
            "status": result.as_ref().ok(), "error": result.as_ref().err().map(|it| it.word()),
        })
    }

    /// An address without its password and tokens.
    pub fn url(&self, url: &str) -> String {
        self.text(&self.mask.url(url))
    }

    /// A text about an address, without the secrets of that address and of the sandbox.
    pub fn about_url(&self, url: &str, text: &str) -> String {
        self.text(&self.mask.text_of_url(url, text))
    }

    /// A webhook with its attempts, and with the violations of its receiver.
    pub fn delivery(&self, it: &Delivery, violations: &[Violation]) -> Json {
        let mut shown = json!({
            "id": delivery_name(it.id), "provider": self.slug(it.provider_id), "account": it.account,
            "event": it.event, "event_id": it.event_id, "subject": self.text(&it.subject), "url": self.url(&it.url),
            "status": it.status.word(), "created_at": it.created_at, "next_attempt_at": it.next_attempt_at,
            "attempts": it.attempts.iter().map(|attempt| self.attempt(it, attempt)).collect::<Vec<_>>(),
        });
        if let Some(rule) = it.rule() {
            shown["rule"] = json!(self.text(rule));
        }
        if let Some(ended) = it.ended {
            shown["ended"] = json!(ended);
        }
        if !violations.is_empty() {
            shown["violations"] = self.value(&json!(violations));
        }
        shown
    }

    /// One request to a receiver, and what came of it.
    pub fn attempt(&self, delivery: &Delivery, it: &Attempt) -> Json {
        let show = |text: &str| self.about_url(&delivery.url, text);
        let contract = self.contracts[usize::from(delivery.provider_id.0)];
        let outcome = it.outcome.as_ref();
        let answer = outcome.and_then(|it| it.result.as_ref().ok());
        let headers = |it: &Answer| headers_as_object(&self.without_tokens(it.headers.map()), show);
        let response = answer.map(|it| self.with_body(json!({"headers": headers(it)}), &it.body, show));
        let mut shown = json!({
            "number": it.number, "at": it.at,
            "status": outcome.and_then(Outcome::answered), "error": outcome.and_then(Outcome::error),
            "duration_ms": outcome.map_or(0, |it| it.took.as_millis()),
            "request": self.with_body(json!({"headers": self.sent_headers(delivery, it, show)}), it.body.text(&delivery.body), show),
            "response": response, "signed": it.signed_text(delivery, contract.signed_of).map(|it| show(&it)),
        });
        for (name, is_so) in [("repeated", it.repeated), ("resend", it.resend)] {
            if is_so {
                shown[name] = json!(true);
            }
        }
        let remarks = outcome.and_then(|it| it.remarks.as_ref());
        let detail = remarks.and_then(|it| it.detail.as_deref()).map(show);
        let waits_for = it.waits_for.filter(|_| outcome.is_none()).map(hints::of_wait);
        for (name, text) in [("detail", detail), ("hint", self.hint(delivery, it)), ("waits_for", waits_for)] {
            if let Some(text) = text {
                shown[name] = json!(text);
            }
        }
        if let Some(waited_ms) = remarks.and_then(|it| it.waited_ms) {
            shown["waited_ms"] = json!(waited_ms);
        }
        shown
    }

    /// The headers of a request to a receiver, in the case in which they leave.
    fn sent_headers(&self, delivery: &Delivery, it: &Attempt, show: impl Fn(&str) -> String) -> Json {
        let mut headers = self.without_password(it.headers.map());
        let is_marked = it.outcome.as_ref().and_then(|it| it.remarks.as_ref()).is_some_and(|it| it.marked);
        if is_marked && let Ok(id) = HeaderValue::from_str(&delivery_name(delivery.id)) {
            headers.insert(MARK, id);
        }
        let contract = self.contracts[usize::from(delivery.provider_id.0)];
        headers_as_written(&headers, contract.webhook_headers(&delivery.event), show)
    }

    /// Headers without the password of the address to which they were sent.
    fn without_password(&self, mut headers: HeaderMap) -> HeaderMap {
        if let Some(value) = headers.get_mut(header::AUTHORIZATION).filter(|it| is_basic(it)) {
            *value = self.mask.basic(value);
        }
        headers
    }

    /// Headers of an answer without the password and the tokens of the address to which it redirects.
    fn without_tokens(&self, mut headers: HeaderMap) -> HeaderMap {
        for name in [header::LOCATION, header::CONTENT_LOCATION] {
            if let Some(value) = headers.get_mut(name)
                && let Ok(shown) = HeaderValue::try_from(&*self.mask.url(&String::from_utf8_lossy(value.as_bytes())))
            {
                *value = shown;
            }
        }
        headers
    }

    /// What has arrived in an inbox.
    pub fn message(&self, id: u64, it: &Message) -> Json {
        let show = |text: &str| self.text(text);
        let message = json!({
            "id": format!("msg-{id}"), "at": it.at, "method": it.method, "path": show(&it.path),
            "headers": headers_as_object(&self.without_password(it.headers.map()), show),
            "provider": it.provider, "signature": it.signature,
        });
        self.with_body(message, &it.body, show)
    }

    /// A message with its body: a text as it is, and other bytes in base64, which `encoding` says.
    fn with_body(&self, mut message: Json, body: &Kept, show: impl Fn(&str) -> String) -> Json {
        if let Ok(text) = std::str::from_utf8(&body.0) {
            message["body"] = show(text).into();
        } else {
            message["body"] = STANDARD.encode(self.mask.bytes(&body.0)).into();
            message["encoding"] = "base64".into();
        }
        message
    }
}

/// Kind, subject and detail of something that was due.
fn due<'b>(row: &'b FiredRow, waiting: &BTreeSet<u64>) -> (&'static str, &'b str, String) {
    let step = |it: &Change| format!("{} to {}", it.from, it.to);
    let change = row.change.as_ref();
    match &row.fired {
        Fired::Timer { .. } => {
            let detail = change.map_or(String::new(), |it| format!("{} ({})", step(it), it.cause));
            ("timer", change.map_or("", |it| &it.subject), detail)
        }
        Fired::Block(Block { subject, blockchain, height, confirmations, wanted }) => {
            let change = change.map_or(String::new(), |it| format!("; {}", step(it)));
            ("block", subject, format!("{} block {height}: {confirmations} of {wanted} confirmations{change}", blockchain.word()))
        }
        Fired::Attempt(it) => {
            let waits = || waiting.contains(&it.delivery);
            let stays = || if waits() { "waits for its turn" } else { "has no target any more" };
            let left = row.attempt.map_or_else(|| stays().to_owned(), |it| format!("attempt {it}"));
            ("delivery", &it.subject, format!("{} {left}", it.event))
        }
        Fired::Answer(it, number) => ("delivery", &it.subject, format!("{} attempt {number} answered", it.event)),
        Fired::Action(it) => ("timer", &it.subject, action(it)),
        Fired::Released => ("timer", HELD, "it leaves".to_owned()),
    }
}

/// What a note says: the sentence itself, or that an action of a rule was refused.
fn note(what: &What) -> Option<String> {
    if let What::Note(text) = what {
        return Some(text.to_string());
    }
    if let What::Fired(Fired::Action(it)) = what { it.refused.as_ref().map(|_| action(it)) } else { None }
}

/// What a rule had the outside world do.
fn action(it: &ActionEntry) -> String {
    let ActionEntry { action, with, rule, .. } = it;
    let why = match &it.refused {
        None => String::new(),
        Some(Refused::Unknown) => ", which is not an action of this provider".to_owned(),
        Some(Refused::Because(why)) => format!(", refused: {why}"),
    };
    format!("{action} {with} by the rule `{rule}`{why}")
}
