//! The sections of a page, one table of the contract each.

use super::sheet::Sheet;
use crate::contract::rows::attempts;
use crate::engine::tables::On;
use crate::engine::tables::{Contract, Decision, ErrorRow, EventRow, Schedule, Setting, SettingKind, StatusTable};
use crate::kit::fields::{Field, Kind, Need, TEXT};
use crate::kit::http::DEFAULT_ORIGIN;
use crate::kit::json::indented;

fn text(it: &str) -> String {
    it.to_owned()
}

/// Where the provider lives, who may call, and what was read.
pub fn addresses(sheet: &mut Sheet, contract: &Contract) {
    sheet.heading("Addresses", "");
    let here = format!("{DEFAULT_ORIGIN}/{}", contract.slug);
    let hosts = format!("{} in the header Host stands for the slug", contract.hosts.join(" or "));
    sheet.table(2, 1, &[[text("Its own"), text(contract.base_url)], [text("Here"), here], [text("By name"), hosts]]);
    sheet.heading("Credentials", &format!("of the account `{}` in the default sandbox", contract.account));
    let rows: Vec<_> = contract.credentials.iter().map(|it| [text(it.name), text(it.test_value)]).collect();
    sheet.table(2, 1, &rows);
    sheet.heading("Sources", "");
    let rows: Vec<_> = contract.sources.iter().map(|it| [text(it.name), text(it.what)]).collect();
    sheet.table(2, 1, &rows);
}

pub fn operations(sheet: &mut Sheet, contract: &Contract) {
    sheet.heading("Operations", "");
    let rows: Vec<_> = (contract.operations)()
        .iter()
        .map(|it| [text(it.name), format!("{} {}", it.method, it.path), text(it.summary), sheet.cite(it.evidence)])
        .collect();
    sheet.table(2, 2, &rows);
}

pub fn pages(sheet: &mut Sheet, contract: &Contract) {
    if contract.pages.is_empty() {
        return;
    }
    sheet.heading("Pages", "for people");
    let rows: Vec<_> = contract.pages.iter().map(|it| [text(it.name), text(it.path), text(it.what), sheet.cite(it.evidence)]).collect();
    sheet.table(2, 2, &rows);
}

pub fn actions(sheet: &mut Sheet, contract: &Contract) {
    sheet.heading("Actions", &format!("of the outside world: POST /__admin/act/{}/ACTION", contract.slug));
    for act in (contract.actions)() {
        let cited = sheet.cite(act.evidence);
        sheet.table(2, 1, &[[text(act.name), text(act.meaning), cited]]);
        field_rows(sheet, 6, act.parameters);
    }
}

/// Statuses, and what leads from one to another.
pub fn statuses(sheet: &mut Sheet, table: &StatusTable) {
    let of = format!("of {} {}", if table.object.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }, table.object);
    sheet.heading("Statuses", &of);
    let (ends, open): (Vec<&str>, Vec<&str>) = table.statuses.iter().partition(|it| table.is_final(it));
    sheet.table(2, 1, &[[text("open"), open.join(", ")], [text("final"), ends.join(", ")]]);
    sheet.heading("Transitions", &of);
    let mut rows = vec![["from", "to", "when", "event", "evidence"].map(text)];
    rows.extend(table.rows.iter().map(|it| {
        let from = if it.from.is_empty() { text("(new)") } else { it.from.join(", ") };
        let ends = if it.ends_deadline { ", which ends the deadline" } else { "" };
        [from, text(it.to), cause(it.on) + ends, text(it.event.unwrap_or("-")), sheet.cite(it.evidence)]
    }));
    sheet.table(2, 2, &rows);
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

pub fn errors<'a>(sheet: &mut Sheet, errors: impl IntoIterator<Item = &'a ErrorRow>) {
    sheet.heading("Errors", "");
    let mut rows = vec![["name", "status", "code", "when", "evidence"].map(text)];
    rows.extend(errors.into_iter().map(|it| {
        let status = it.status.as_u16().to_string();
        [text(it.name), status, text(it.code), text(it.when), sheet.cite(it.evidence)]
    }));
    sheet.table(2, 3, &rows);
}

/// The webhook events: when each is sent; what it carries and how it is signed once for all that are alike in it.
pub fn events(sheet: &mut Sheet, events: &[EventRow]) {
    for alike in events.chunk_by(|a, b| a.signature == b.signature && names(a.body).eq(names(b.body))) {
        let [event, others @ ..] = alike else { continue };
        if others.is_empty() {
            sheet.heading("Webhook", event.name);
            let cited = sheet.cite(event.evidence);
            sheet.table(2, 0, &[[text(event.when), cited]]);
        } else {
            sheet.heading("Webhooks", &format!("{} to {}", event.name, alike[others.len()].name));
            let rows: Vec<_> = alike.iter().map(|it| [text(it.name), text(it.when), sheet.cite(it.evidence)]).collect();
            sheet.table(2, 1, &rows);
        }
        what_arrives(sheet, event);
    }
}

fn names(fields: &[Field]) -> impl Iterator<Item = &str> {
    fields.iter().map(|it| it.name)
}

fn what_arrives(sheet: &mut Sheet, event: &EventRow) {
    sheet.line("");
    sheet.line("  headers");
    field_rows(sheet, 4, event.headers);
    sheet.line("");
    sheet.line("  body");
    field_rows(sheet, 4, event.body);
    sheet.line("");
    sheet.line("  signature");
    sheet.paragraph(4, event.signature);
    sheet.line("");
    sheet.line("  example");
    sheet.block(4, &indented(event.example).unwrap_or_else(|| text(event.example)));
}

pub fn schedule(sheet: &mut Sheet, schedule: &Schedule) {
    sheet.heading("Attempts", "of a webhook, until a receiver accepts it");
    let cited = sheet.cite(schedule.evidence);
    let mut rows = vec![["attempt", "wait before it", "since the event", "evidence"].map(text)];
    rows.extend(attempts(schedule).map(|(number, wait, since)| {
        let evidence = if number == 1 { cited.clone() } else { String::new() };
        [number.to_string(), format!("{wait:#}"), format!("{since:#}"), evidence]
    }));
    sheet.table(2, 2, &rows);
    let cited = sheet.cite(schedule.time_limit_evidence);
    sheet.table(2, 0, &[[format!("A receiver has {:#} to answer.", schedule.time_limit), cited]]);
}

/// Every switch of an account, those of all providers first.
pub fn settings(sheet: &mut Sheet, contract: &Contract) {
    sheet.heading("Settings", &format!("of an account: PATCH /__admin/accounts/{}/{}", contract.slug, contract.account));
    let mut rows = vec![["name", "takes", "default", "meaning"].map(text)];
    rows.extend(contract.settings().map(|it| {
        let default = match it.kind {
            SettingKind::Flag { default } => default.to_string(),
            SettingKind::Word { default, .. } | SettingKind::Text { default: Some(default) } | SettingKind::Fraction { default } => {
                text(default)
            }
            SettingKind::Integer { default, .. } => default.to_string(),
            SettingKind::List { .. } => text("all"),
            SettingKind::Waits { default } => default.join(", "),
            SettingKind::Text { default: None } | SettingKind::Url | SettingKind::Secret => text("-"),
        };
        [text(it.name), takes(it), default, text(it.meaning)]
    }));
    sheet.table(2, 3, &rows);
}

fn takes(setting: &Setting) -> String {
    match setting.kind {
        SettingKind::Flag { .. } => text("true or false"),
        SettingKind::Word { words, .. } => words.join(" | "),
        SettingKind::Integer { min, max, .. } => format!("integer, {min} to {max}"),
        SettingKind::Fraction { .. } => text("share of one"),
        SettingKind::Text { .. } => text("text or null"),
        SettingKind::List { words } => format!("list of {}", words.join(", ")),
        SettingKind::Waits { .. } => text("list of durations"),
        SettingKind::Url => text("URL or null"),
        SettingKind::Secret => text("secret"),
    }
}

/// Where the documents are silent or contradict themselves, and what happens here.
pub fn decisions(sheet: &mut Sheet, decisions: &[Decision]) {
    sheet.heading("Decisions", "where the documents are silent or contradict themselves");
    for it in decisions {
        let cited = sheet.cite(it.evidence);
        sheet.table(2, 0, &[[text(it.question), cited]]);
        sheet.paragraph(6, it.decision);
    }
}

/// Parameters or fields under a heading; nothing when there are none.
pub fn fields(sheet: &mut Sheet, heading: (&str, &str), fields: &[Field]) {
    if !fields.is_empty() {
        sheet.heading(heading.0, heading.1);
        field_rows(sheet, 2, fields);
    }
}

fn field_rows(sheet: &mut Sheet, indent: usize, fields: &[Field]) {
    let rows: Vec<_> =
        fields.iter().map(|it| [text(it.name), need(it), values(it.kind), text(it.meaning), sheet.cite(it.evidence)]).collect();
    sheet.table(indent, 3, &rows);
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
        Kind::Text { chars_max } => format!("text, up to {chars_max}"),
        Kind::Integer { min, max: i64::MAX } => format!("integer from {min}"),
        Kind::Integer { min, max } => format!("integer, {min} to {max}"),
        Kind::Word(words) => words.join(" | "),
        Kind::Digits { min, max } => format!("{min} to {max} digits"),
        Kind::Flag => text("true or false"),
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
        Kind::Time => text("time"),
        Kind::NullableTime => text("time or null"),
        Kind::List => text("list"),
        Kind::JsonText => text("JSON as text"),
        Kind::Any => text("any"),
    }
}
