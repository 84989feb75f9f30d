//! How people see what has happened: entries of the log, deliveries, messages. Secrets from outside are masked here and
//! nowhere else, so a reader cannot forget to.

use serde_json::{Value as Json, json};

use self::mask::Mask;
use crate::contract::violations;
use crate::engine::delivery::{Attempt, Delivery, Outcome, delivery_name};
use crate::engine::ids::ProviderId;
use crate::engine::inbox::Message;
use crate::engine::log::{ActionEntry, Block, Change, Entry, Fired, FiredRow, OutcomeEntry, Refused, RequestEntry, What};
use crate::engine::tables::Contract;
use crate::engine::world::World;
use crate::kit::http::headers_as_object;
use crate::kit::secret::Secret;

mod mask;
mod timeline;

pub use timeline::Line;

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

    /// A request as the journal lists it.
    pub fn request(&self, entry: &Entry, it: &RequestEntry) -> Json {
        let show = |text: &str| self.text(text);
        let contract = entry.provider.map(|it| self.contracts[usize::from(it.0)]);
        let error = it.error.as_deref().and_then(|name| contract?.error(name)).map(|it| it.evidence);
        let operation = it.operation.as_deref().and_then(|name| contract?.operation(name)).map(|it| it.evidence);
        let name = contract.zip(it.operation.as_deref()).map(|(contract, name)| format!("{}.{name}", contract.slug));
        let response = it
            .answer
            .as_ref()
            .map(|it| json!({"status": it.status, "headers": headers_as_object(&it.headers.map(), show), "body": show(&it.body.text())}));
        let mut shown = json!({
            "id": format!("req-{}", it.id), "at": entry.at, "provider": contract.map(|it| it.slug), "operation": name, "account": it.account,
            "request": {"method": it.method, "path": show(&it.target), "headers": headers_as_object(&it.headers.map(), show), "body": show(&it.body.text())},
            "response": response, "rule": it.rule, "error": it.error,
            "evidence": error.or(operation),
            "violations": contract.map_or_else(Vec::new, |contract| violations::of(contract, it)),
        });
        if let Some(note) = &it.note {
            shown["note"] = json!(note);
        }
        shown
    }

    /// A note as the journal lists it; none for an entry that is not one.
    pub fn note(&self, entry: &Entry) -> Option<Json> {
        let text = self.text(&note(&entry.what)?);
        Some(json!({"at": entry.at, "provider": entry.provider.map(|it| self.slug(it)), "text": text}))
    }

    /// Something that was due, as the report of a walk lists it.
    pub fn fired(&self, row: &FiredRow) -> Json {
        let (kind, subject, detail) = fired(row);
        let provider = row.provider.map(|it| self.slug(it));
        json!({"at": row.at, "kind": kind, "provider": provider, "subject": self.text(subject), "detail": self.text(&detail)})
    }

    /// The outcome of an attempt, as the report of a walk lists it; none for another entry.
    pub fn attempted(&self, entry: &Entry) -> Option<Json> {
        let What::Outcome(OutcomeEntry { webhook, number, left_at, result, .. }) = &entry.what else { return None };
        Some(json!({
            "id": delivery_name(webhook.delivery), "provider": entry.provider.map(|it| self.slug(it)), "event": webhook.event,
            "subject": self.text(&webhook.subject), "attempt": number, "at": left_at,
            "status": result.as_ref().ok(), "error": result.as_ref().err().map(|it| it.word()),
        }))
    }

    /// A webhook with its attempts.
    pub fn delivery(&self, it: &Delivery) -> Json {
        let mut shown = json!({
            "id": delivery_name(it.id), "provider": self.slug(it.provider_id), "account": it.account,
            "event": it.event, "event_id": it.event_id, "subject": self.text(&it.subject), "url": self.text(&it.url),
            "status": it.status.word(), "created_at": it.created_at, "next_attempt_at": it.next_attempt_at,
            "attempts": it.attempts.iter().map(|it| self.attempt(it)).collect::<Vec<_>>(),
        });
        if let Some(fault) = &it.fault {
            shown["rule"] = json!(fault.rule);
        }
        shown
    }

    /// One request to a receiver, and what came of it.
    pub fn attempt(&self, it: &Attempt) -> Json {
        let show = |text: &str| self.text(text);
        let outcome = it.outcome.as_ref();
        let answer = outcome.and_then(|it| it.result.as_ref().ok());
        let response = answer.map(|it| json!({"headers": headers_as_object(&it.headers, show), "body": show(&it.body.text())}));
        let mut shown = json!({
            "number": it.number, "at": it.at,
            "status": outcome.and_then(Outcome::answered), "error": outcome.and_then(Outcome::error),
            "duration_ms": outcome.map_or(0, |it| it.took.as_millis()),
            "request": {"headers": headers_as_object(&it.headers, show), "body": show(&it.body.text())},
            "response": response, "signed": it.signed.as_deref().map(show),
        });
        for (name, is_so) in [("repeated", it.repeated), ("resend", it.resend)] {
            if is_so {
                shown[name] = json!(true);
            }
        }
        shown
    }

    /// What has arrived in an inbox.
    pub fn message(&self, it: &Message) -> Json {
        let show = |text: &str| self.text(text);
        json!({
            "at": it.at, "method": it.method, "path": show(&it.path),
            "headers": headers_as_object(&it.headers, show), "body": show(&it.body.text()),
            "provider": it.provider, "signature": it.signature,
        })
    }
}

/// What a note says: the sentence itself, or that an action of a rule was refused.
fn note(what: &What) -> Option<String> {
    if let What::Note(text) = what {
        return Some(text.to_string());
    }
    if let What::Fired(Fired::Action(it)) = what { it.refused.as_ref().map(|_| action(it)) } else { None }
}

/// Kind, subject and detail of something that was due.
fn fired(row: &FiredRow) -> (&'static str, &str, String) {
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
            let left = row.attempt.map_or("has no target any more".to_owned(), |it| format!("attempt {it}"));
            ("delivery", &it.subject, format!("{} {left}", it.event))
        }
        Fired::Answer(it, number) => ("delivery", &it.subject, format!("{} attempt {number} answered", it.event)),
        Fired::Action(it) => ("timer", &it.subject, action(it)),
        Fired::Released => ("timer", HELD, "it leaves".to_owned()),
    }
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
