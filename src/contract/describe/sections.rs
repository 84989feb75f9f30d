//! The sections of a page, one for each table of the contract.

use super::find::with_article;
use super::layout::Layout;
use crate::contract::rows::attempts;
use crate::engine::tables::{Contract, Decision, ErrorRow, EventRow, On, Schedule, Setting, SettingKind, StatusTable, Transition};
use crate::kit::fields::{Field, Kind, Need, TEXT};
use crate::kit::http::DEFAULT_ORIGIN;
use crate::kit::json::indented;

fn text(it: &str) -> String {
    it.to_owned()
}

/// The addresses of the provider, its credentials, and the documents that were read.
pub fn addresses(layout: &mut Layout, contract: &Contract) {
    layout.heading("Addresses", "");
    let here = format!("{DEFAULT_ORIGIN}/{}", contract.slug);
    let hosts = format!("{} in the header Host replaces the slug", contract.hosts.join(" or "));
    layout.table(2, 1, &[[text("Its own"), text(contract.base_url)], [text("Here"), here], [text("By name"), hosts]]);
    layout.heading("Credentials", &format!("of the account `{}` in the default sandbox", contract.account));
    let rows: Vec<_> = contract.credentials.iter().map(|it| [text(it.name), text(it.test_value)]).collect();
    layout.table(2, 1, &rows);
    layout.heading("Sources", "");
    let rows: Vec<_> = contract.sources.iter().map(|it| [text(it.name), text(it.what)]).collect();
    layout.table(2, 1, &rows);
}

pub fn operations(layout: &mut Layout, contract: &Contract) {
    layout.heading("Operations", "");
    let rows: Vec<_> = contract
        .operations
        .iter()
        .map(|it| [text(it.name), format!("{} {}", it.method, it.path), text(it.summary), layout.cite(it.evidence)])
        .collect();
    layout.table(2, 2, &rows);
}

pub fn pages(layout: &mut Layout, contract: &Contract) {
    if contract.pages.is_empty() {
        return;
    }
    layout.heading("Pages", "for people");
    let rows: Vec<_> = contract.pages.iter().map(|it| [text(it.name), text(it.path), text(it.what), layout.cite(it.evidence)]).collect();
    layout.table(2, 2, &rows);
}

pub fn actions(layout: &mut Layout, contract: &Contract) {
    layout.heading("Actions", &format!("of the outside world: POST /__admin/act/{}/ACTION", contract.slug));
    for action in contract.actions {
        let cited = layout.cite(action.evidence);
        layout.table(2, 1, &[[text(action.name), text(action.meaning), cited]]);
        field_rows(layout, 6, action.parameters);
    }
}

/// Statuses, and the transitions between them.
pub fn statuses(layout: &mut Layout, table: &StatusTable) {
    layout.heading("Statuses", &of(table.object));
    let (ends, open): (Vec<&str>, Vec<&str>) = table.statuses.iter().partition(|it| table.is_final(it));
    let mut rows = vec![[text("open"), open.join(", ")], [text("final"), ends.join(", ")]];
    rows.extend(table.also.iter().map(|it| {
        let words = it.words.iter().map(|(status, word)| format!("{status}: {word}"));
        [format!("as {}", it.member), words.collect::<Vec<_>>().join(", ")]
    }));
    layout.table(2, 1, &rows);
    transitions(layout, table.object, &table.rows.iter().collect::<Vec<_>>());
}

/// Rows of a status table.
pub fn transitions(layout: &mut Layout, object: &str, steps: &[&Transition]) {
    rows_of(layout, ("Transitions", object), steps);
}

/// One status of one kind of object: what leads there, and from there.
pub fn status(layout: &mut Layout, table: &StatusTable, word: &str) {
    let meant = table.meant_by(word);
    let object = with_article(table.object);
    match &table.also {
        Some(it) if !table.statuses.iter().any(|own| own.eq_ignore_ascii_case(word)) => {
            let (last, others) = meant.split_last().unwrap_or((&"", &[]));
            let names = if others.is_empty() { (*last).to_owned() } else { format!("{} or {last}", others.join(", ")) };
            layout.paragraph(0, &format!("The `{}` of {object} whose status is {names}.", it.member));
        }
        Some(_) | None if meant.iter().all(|it| table.is_final(it)) => {
            layout.paragraph(0, &format!("A final status of {object}: nothing leads from it."));
        }
        Some(_) | None => layout.paragraph(0, &format!("A status of {object}.")),
    }
    let comes = |it: &&Transition| meant.contains(&it.to) && (it.from.is_empty() || it.from.iter().any(|own| !meant.contains(own)));
    let goes = |it: &&Transition| it.from.iter().any(|own| meant.contains(own));
    rows_of(layout, ("What leads there", table.object), &table.rows.iter().filter(comes).collect::<Vec<_>>());
    rows_of(layout, ("What leads from there", table.object), &table.rows.iter().filter(goes).collect::<Vec<_>>());
}

/// Rows of a status table under a heading, if any.
fn rows_of(layout: &mut Layout, (heading, object): (&str, &str), steps: &[&Transition]) {
    if steps.is_empty() {
        return;
    }
    layout.heading(heading, &of(object));
    let mut rows = vec![["from", "to", "when", "event", "evidence"].map(text)];
    rows.extend(steps.iter().map(|it| {
        let from = if it.from.is_empty() { text("(new)") } else { it.from.join(", ") };
        let ends = if it.ends_deadline { ", which ends the deadline" } else { "" };
        [from, text(it.to), cause(it.on) + ends, text(it.event.unwrap_or("-")), layout.cite(it.evidence)]
    }));
    layout.table(2, 2, &rows);
}

/// `of an invoice`.
fn of(object: &str) -> String {
    format!("of {}", with_article(object))
}

fn cause(on: On) -> String {
    match on {
        On::Call(name) => format!("the call {name}"),
        On::Act(name) => format!("the action {name}"),
        On::After(span) | On::Timer(span) => format!("after {span:#}"),
        On::Pace(span) => format!("after {span:#}, unless pace is manual"),
        On::Deadline(name) => format!("the end of {name}"),
        On::Delivered(event) => format!("a receiver has accepted {event}"),
        On::Block(what) => format!("a block brings {what}"),
    }
}

pub fn errors<'a>(layout: &mut Layout, errors: impl IntoIterator<Item = &'a ErrorRow>) {
    layout.heading("Errors", "");
    let mut rows = vec![["name", "status", "code", "when", "evidence"].map(text)];
    rows.extend(errors.into_iter().map(|it| {
        let status = it.status.as_u16().to_string();
        [text(it.name), status, text(it.code), text(it.when), layout.cite(it.evidence)]
    }));
    layout.table(2, 3, &rows);
}

/// The webhook events: when each is sent, and its content and signature, once for all events in which they are the same.
pub fn events(layout: &mut Layout, events: &'static [EventRow]) {
    for alike in events.chunk_by(|a, b| a.signature == b.signature && names(a.body).eq(names(b.body))) {
        let [event, others @ ..] = alike else { continue };
        if others.is_empty() {
            layout.heading("Webhook", event.name);
            let cited = layout.cite(event.evidence);
            layout.table(2, 0, &[[text(event.when), cited]]);
            message(layout, event, &event.fields().collect::<Vec<_>>());
        } else {
            layout.heading("Webhooks", &format!("{} to {}", event.name, alike[others.len()].name));
            let rows: Vec<_> = alike.iter().map(|it| [text(it.name), text(it.when), layout.cite(it.evidence)]).collect();
            layout.table(2, 1, &rows);
            message(layout, event, event.body);
        }
    }
}

fn names(fields: &[Field]) -> impl Iterator<Item = &str> {
    fields.iter().map(|it| it.name)
}

/// The content and the signature of a webhook.
fn message(layout: &mut Layout, event: &EventRow, body: &[Field]) {
    layout.line("");
    layout.line("  headers");
    field_rows(layout, 4, event.headers);
    layout.line("");
    layout.line("  body");
    field_rows(layout, 4, body);
    layout.line("");
    layout.line("  signature");
    layout.paragraph(4, event.signature);
    layout.line("");
    layout.line("  example");
    layout.block(4, &indented(event.example).unwrap_or_else(|| text(event.example)));
}

/// What Playmoney adds to a webhook.
const MARK: &str = "A webhook to an address that is not loopback has one more header, Playmoney-Delivery: the id of the delivery. The control API refuses requests with it.";

pub fn schedule(layout: &mut Layout, schedule: &Schedule) {
    layout.heading("Attempts", "of a webhook, until a receiver accepts it");
    let cited = layout.cite(schedule.evidence);
    let mut rows = vec![["attempt", "wait before it", "since the event", "evidence"].map(text)];
    rows.extend(attempts(schedule).map(|(number, wait, since)| {
        let evidence = if number == 1 { cited.clone() } else { String::new() };
        [number.to_string(), format!("{wait:#}"), format!("{since:#}"), evidence]
    }));
    layout.table(2, 2, &rows);
    let cited = layout.cite(schedule.time_limit_evidence);
    layout.table(2, 0, &[[format!("A receiver has {:#} to answer.", schedule.time_limit), cited]]);
    layout.paragraph(2, MARK);
}

/// Every setting of an account, those of all providers first.
pub fn settings(layout: &mut Layout, contract: &Contract) {
    layout.heading("Settings", &format!("of an account: PATCH /__admin/accounts/{}/{}", contract.slug, contract.account));
    let mut rows = vec![["name", "takes", "default", "meaning"].map(text)];
    rows.extend(contract.settings().map(|it| {
        let default = match it.kind {
            SettingKind::Flag { default } => default.to_string(),
            SettingKind::Word { default, .. } | SettingKind::Text { default: Some(default) } | SettingKind::Fraction { default } => {
                text(default)
            }
            SettingKind::Integer { default, .. } => default.to_string(),
            SettingKind::List { .. } => text("all"),
            SettingKind::Numbers { .. } => text("in meaning"),
            SettingKind::Waits { default } => default.join(", "),
            SettingKind::Text { default: None } | SettingKind::Url | SettingKind::Secret => text("-"),
        };
        [text(it.name), takes(it), default, text(it.meaning)]
    }));
    layout.table(2, 3, &rows);
}

pub fn takes(setting: &Setting) -> String {
    match setting.kind {
        SettingKind::Flag { .. } => text("true or false"),
        SettingKind::Word { words, .. } => words.join(" | "),
        SettingKind::Integer { min, max, .. } => format!("integer, {min} to {max}"),
        SettingKind::Fraction { .. } => text("number from 0, below 1"),
        SettingKind::Numbers { .. } => text("object of numbers"),
        SettingKind::Text { .. } => text("text or null"),
        SettingKind::List { words } => format!("list of {}", words.join(", ")),
        SettingKind::Waits { .. } => text("list of durations"),
        SettingKind::Url => text("URL or null"),
        SettingKind::Secret => text("secret"),
    }
}

/// Gaps and contradictions in the documents, and the behaviour here.
pub fn decisions(layout: &mut Layout, decisions: &[Decision]) {
    layout.heading("Decisions", "where the documents are silent or contradict themselves");
    for it in decisions {
        let cited = layout.cite(it.evidence);
        layout.table(2, 0, &[[text(it.question), cited]]);
        layout.paragraph(6, it.decision);
    }
}

/// Parameters or fields under a heading, if any.
pub fn fields(layout: &mut Layout, heading: (&str, &str), fields: &[Field]) {
    if !fields.is_empty() {
        layout.heading(heading.0, heading.1);
        field_rows(layout, 2, fields);
    }
}

fn field_rows(layout: &mut Layout, indent: usize, fields: &[Field]) {
    let rows: Vec<_> =
        fields.iter().map(|it| [text(it.name), need(it), values(it.kind), text(it.meaning), layout.cite(it.evidence)]).collect();
    layout.table(indent, 3, &rows);
}

fn need(field: &Field) -> String {
    match field.need {
        Need::Required => text("required"),
        Need::Optional => text("optional"),
        Need::Default(value) => format!("default {value}"),
    }
}

fn values(kind: Kind) -> String {
    match kind {
        TEXT => text("text"),
        Kind::Text { chars_max } | Kind::Like { chars_max, .. } => format!("text, up to {chars_max}"),
        Kind::Integer { min, max: i64::MAX } => format!("integer from {min}"),
        Kind::Integer { min, max } => format!("integer, {min} to {max}"),
        Kind::Word(words) => words.join(" | "),
        Kind::Digits { min, max } => format!("{min} to {max} digits"),
        Kind::Flag => text("true or false"),
        Kind::Truth(it) => format!("always {it}"),
        Kind::Either(kinds) => kinds.iter().map(|it| values(*it).replace("always ", "")).collect::<Vec<_>>().join(" or "),
        Kind::Url => text("URL"),
        Kind::HttpUrl => text("http or https URL"),
        Kind::Object => text("object"),
        Kind::NullableObject => text("object or null"),
        Kind::Constant(value) => format!("always `{value}`"),
        Kind::Nullable => text("text or null"),
        Kind::NullableInteger => text("integer or null"),
        Kind::Number => text("number"),
        Kind::Amount { decimals_max } => format!("number above 0, {decimals_max} decimals"),
        Kind::Decimal => text("number above 0, or text"),
        Kind::DecimalText => text("text of a number above 0; a number is accepted"),
        Kind::Time => text("time"),
        Kind::NullableTime => text("time or null"),
        Kind::List => text("list"),
        Kind::JsonText { chars_max } => format!("JSON as text, up to {chars_max}"),
        Kind::Any => text("any"),
    }
}
