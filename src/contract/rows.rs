//! The rows of the tables as JSON, for `describe --json` and for the OpenAPI extensions.

use serde_json::{Map, Value as Json, json};

use super::openapi::schema;
use crate::engine::tables::{
    ActionRow, Also, Contract, Decision, ErrorRow, EventRow, NamedRow, On, Page, Schedule, Setting, SettingKind, StatusTable, Transition,
};
use crate::kit::evidence::Evidence;
use crate::kit::fields::{Field, Need};
use crate::kit::time::Duration;

/// A row with its source, or with the reason for the decision.
fn with_evidence(evidence: Evidence, mut row: Json) -> Json {
    row["evidence"] = evidence.tag().into();
    row["source"] = evidence.source().into();
    row
}

/// Several rows.
pub fn all<'a, T: 'a>(rows: impl IntoIterator<Item = &'a T>, row: fn(&T) -> Json) -> Json {
    rows.into_iter().map(row).collect::<Vec<_>>().into()
}

pub fn field(it: &Field) -> Json {
    let (need, default) = match it.need {
        Need::Required => ("required", Json::Null),
        Need::Optional => ("optional", Json::Null),
        Need::Default(text) => ("default", schema::typed(it.kind, text)),
    };
    with_evidence(
        it.evidence,
        json!({"name": it.name, "need": need, "default": default, "schema": schema::of(it.kind), "meaning": it.meaning}),
    )
}

pub fn action(it: &ActionRow) -> Json {
    with_evidence(it.evidence, json!({"name": it.name, "meaning": it.meaning, "parameters": all(it.parameters, field)}))
}

pub fn page(it: &Page) -> Json {
    with_evidence(it.evidence, json!({"name": it.name, "path": it.path, "what": it.what}))
}

pub fn error(it: &ErrorRow) -> Json {
    with_evidence(it.evidence, json!({"name": it.name, "code": it.code, "status": it.status.as_u16(), "when": it.when}))
}

pub fn event(it: &'static EventRow) -> Json {
    let fields: Vec<Json> = it.fields().map(|row| field(&row)).collect();
    let example: Json = serde_json::from_str(it.example).unwrap_or_default();
    with_evidence(
        it.evidence,
        json!({
            "name": it.name, "when": it.when, "headers": all(it.headers, field), "body": fields,
            "signature": it.signature, "example": example,
        }),
    )
}

pub fn statuses(it: &StatusTable) -> Json {
    let status = |name: &&str| json!({"name": name, "final": it.is_final(name)});
    let statuses = it.statuses.iter().map(status).collect::<Vec<_>>();
    let mut row = json!({"object": it.object, "statuses": statuses, "transitions": all(&it.rows, transition)});
    if let Some(Also { member, words }) = &it.also {
        let words: Map<String, Json> = words.iter().map(|(status, word)| ((*status).to_owned(), (*word).into())).collect();
        row["also"] = json!({"member": member, "words": words});
    }
    row
}

pub fn transition(it: &Transition) -> Json {
    let mut row = json!({"on": cause(it.on), "from": it.from, "to": it.to, "event": it.event});
    if it.ends_deadline {
        row["ends_deadline"] = true.into();
    }
    with_evidence(it.evidence, row)
}

fn cause(on: On) -> Json {
    match on {
        On::Call(name) => json!({"call": name}),
        On::Act(name) => json!({"act": name}),
        On::After(span) => json!({"after": span.to_string()}),
        On::Timer(span) => json!({"after": span.to_string(), "timer": true}),
        On::Pace(span) => json!({"after": span.to_string(), "pace": "auto"}),
        On::Deadline(name) => json!({"deadline": name}),
        On::Delivered(event) => json!({"delivered": event}),
        On::Block(what) => json!({"block": what}),
    }
}

/// The attempts of a webhook, each with its wait and its time since the event.
pub fn schedule(it: &Schedule) -> Json {
    let attempt = |(number, wait, since): (usize, Duration, Duration)| json!({"attempt": number, "wait_seconds": wait.as_secs(), "seconds_since_event": since.as_secs()});
    let limit = with_evidence(it.time_limit_evidence, json!({"seconds": it.time_limit.as_secs()}));
    with_evidence(it.evidence, json!({"attempts": attempts(it).map(attempt).collect::<Vec<_>>(), "time_limit": limit}))
}

/// The number of each attempt, the wait before it, and the time since the event if all attempts before it failed at once.
pub fn attempts(it: &Schedule) -> impl Iterator<Item = (usize, Duration, Duration)> {
    (1..).zip(it.waits).scan(Duration::ZERO, |since, (number, wait)| {
        *since += *wait;
        Some((number, *wait, *since))
    })
}

pub fn setting(it: &Setting) -> Json {
    let words = match it.kind {
        SettingKind::Word { words, .. } | SettingKind::List { words } => json!(words),
        SettingKind::Flag { .. }
        | SettingKind::Waits { .. }
        | SettingKind::Text { .. }
        | SettingKind::Integer { .. }
        | SettingKind::Fraction { .. }
        | SettingKind::Numbers { .. }
        | SettingKind::Url
        | SettingKind::Secret => Json::Null,
    };
    json!({"name": it.name, "kind": kind(it.kind), "words": words, "default": it.kind.default(), "meaning": it.meaning})
}

/// The word for the kind of a setting.
const fn kind(it: SettingKind) -> &'static str {
    match it {
        SettingKind::Flag { .. } => "flag",
        SettingKind::Word { .. } => "word",
        SettingKind::Text { .. } => "text",
        SettingKind::Integer { .. } => "integer",
        SettingKind::Fraction { .. } => "fraction",
        SettingKind::Numbers { .. } => "numbers",
        SettingKind::List { .. } => "list",
        SettingKind::Waits { .. } => "durations",
        SettingKind::Url => "url",
        SettingKind::Secret => "secret",
    }
}

/// A row by the name that scenarios and lists have for it.
pub fn named(it: &NamedRow) -> Json {
    with_evidence(it.evidence, json!({"row": it.name}))
}

pub fn decision(it: &Decision) -> Json {
    with_evidence(it.evidence, json!({"name": it.name, "question": it.question, "decision": it.decision}))
}

/// The documents that facts come from.
pub fn sources(contract: &Contract) -> Json {
    contract.sources.iter().map(|it| json!({"name": it.name, "what": it.what})).collect::<Vec<_>>().into()
}

/// The credentials of the account that every sandbox has, with their values in the default one.
pub fn credentials(contract: &Contract) -> Json {
    let pairs = contract.credentials.iter().map(|it| (it.name.to_owned(), it.test_value.into()));
    pairs.collect::<Map<_, _>>().into()
}
