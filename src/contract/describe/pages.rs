//! The pages of `describe`, laid out for a terminal.

use super::find::{Asked, Carrier, Section, headers};
use super::layout::Layout;
use super::sections;
use crate::contract::openapi::schema;
use crate::engine::tables::{ActionRow, Auth, Contract, ErrorRow, EventRow, NamedRow, On, Operation, Setting, SettingKind, Transition};
use crate::kit::fields::{Kind, Need};
use crate::kit::http::DEFAULT_ORIGIN;
use crate::kit::json::indented;

/// Every provider, one entry each.
pub fn providers(contracts: &[&Contract], columns: usize) -> String {
    let mut layout = Layout::new(columns);
    let count = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
    for it in contracts {
        let counts = [
            count(it.operations.len(), "operation"),
            count(it.actions.len(), "action"),
            count(it.errors.len(), "error"),
            count(it.events.len(), "event"),
        ];
        let lines = [[it.slug.to_owned(), it.about.to_owned()], [String::new(), counts.join(", ")]];
        layout.table(0, 1, &lines);
        layout.line("");
    }
    if let Some(first) = contracts.first() {
        let call = first.operations.first().map_or("", |it| it.name);
        layout.paragraph(
            0,
            "To see one provider, one of its sections, or one of its operations, actions, statuses, events, errors, settings or headers:",
        );
        layout.line(&format!("  playmoney describe {}", first.slug));
        layout.line(&format!("  playmoney describe {} settings", first.slug));
        layout.line(&format!("  playmoney describe {}.{call}", first.slug));
    }
    layout.finish()
}

/// The page about one thing.
pub fn page(asked: Asked, columns: usize) -> String {
    let mut layout = Layout::new(columns);
    match asked {
        Asked::Provider(it) => provider(&mut layout, it),
        Asked::Section(it, section) => {
            layout.title(it.name, it.slug);
            one_section(&mut layout, it, section);
        }
        Asked::Operation(it, operation) => self::operation(&mut layout, it, operation),
        Asked::Action(it, action) => self::action(&mut layout, it, action),
        Asked::Event(it, event) => self::event(&mut layout, it, event),
        Asked::Error(it, error) => self::error(&mut layout, it, error),
        Asked::Setting(it, setting) => self::setting(&mut layout, it, setting),
        Asked::Status(it, word) => {
            layout.title(&format!("{}.{word}", it.slug), &format!("{}, status", it.name));
            let tables = (it.lifecycles)();
            for (place, table) in tables.iter().filter(|it| !it.meant_by(word).is_empty()).enumerate() {
                if 0 < place {
                    layout.line("");
                }
                sections::status(&mut layout, table, word);
            }
        }
        Asked::Header(it, name) => header(&mut layout, it, name),
        Asked::Row(it, named) => one_row(&mut layout, it, named),
    }
    layout.finish()
}

/// One row, by its full name.
fn one_row(layout: &mut Layout, contract: &'static Contract, named: &NamedRow) {
    layout.title(named.name, &format!("{}, row", contract.name));
    let cited = layout.cite(named.evidence);
    let mut rows = Vec::new();
    if let Some(it) = contract.decision_at(named.row) {
        rows.extend([row("Question", it.question), row("Decided", it.decision)]);
    }
    rows.extend(contract.field_at(named.row).map(|it| row("Meaning", it.meaning)));
    rows.push(row("Evidence", cited));
    layout.table(2, 1, &rows);
}

/// Several things with one name, and how to ask for each.
pub fn list(found: &[Asked], columns: usize) -> String {
    let mut layout = Layout::new(columns);
    layout.paragraph(0, "The name has several meanings. To see one of them:");
    for it in found {
        // A command that is cut into lines is another command.
        layout.line(&format!("  playmoney describe {}", it.words()));
        let summary = it.summary();
        let summary = if summary.is_empty() { it.kind().to_owned() } else { format!("{}: {summary}", it.kind()) };
        layout.paragraph(6, &summary);
    }
    layout.finish()
}

fn provider(layout: &mut Layout, contract: &Contract) {
    layout.title(contract.name, contract.slug);
    layout.paragraph(0, contract.about);
    for section in Section::ALL {
        one_section(layout, contract, *section);
    }
}

fn one_section(layout: &mut Layout, contract: &Contract, section: Section) {
    match section {
        Section::Addresses => sections::addresses(layout, contract),
        Section::Operations => sections::operations(layout, contract),
        Section::Pages => sections::pages(layout, contract),
        Section::Actions => sections::actions(layout, contract),
        Section::Statuses => (contract.lifecycles)().iter().for_each(|it| sections::statuses(layout, it)),
        Section::Errors => sections::errors(layout, contract.errors.iter().copied()),
        Section::Events => sections::events(layout, contract.events),
        Section::Attempts => sections::schedule(layout, &contract.schedule),
        Section::Settings => sections::settings(layout, contract),
        Section::Decisions => sections::decisions(layout, contract.decisions),
        Section::Headers => sections::fields(layout, ("Headers", "of answers, beside Content-Type"), contract.answer_headers),
    }
}

fn row(name: &str, text: impl Into<String>) -> [String; 2] {
    [name.to_owned(), text.into()]
}

/// One action of the outside world.
fn action(layout: &mut Layout, contract: &Contract, action: &ActionRow) {
    layout.title(&format!("{}.{}", contract.slug, action.name), &format!("{}, action", contract.name));
    let cited = layout.cite(action.evidence);
    layout.paragraph(0, action.meaning);
    layout.line("");
    let call = format!("POST /__admin/act/{}/{}", contract.slug, action.name);
    layout.table(2, 1, &[row("Call", call), row("Step", format!("- act: {}.{}", contract.slug, action.name)), row("Evidence", cited)]);
    sections::fields(layout, ("Parameters", ""), action.parameters);
    transitions(layout, contract, |it| matches!(it.on, On::Act(name) if name == action.name));
    let needed = action.parameters.iter().filter(|it| it.need == Need::Required);
    let members: Vec<String> = needed.map(|it| format!("\"{}\": {}", it.name, sample(it.kind))).collect();
    layout.heading("Example", "");
    layout.block(2, &control_call("POST", &format!("act/{}/{}", contract.slug, action.name), &members.join(", ")));
}

/// A value of that kind, for an example.
fn sample(kind: Kind) -> String {
    let schema = schema::of(kind);
    let first = schema.get("const").or_else(|| schema["enum"].get(0));
    match (first, schema["type"].as_str()) {
        (Some(word), _) => word.to_string(),
        (None, Some("integer" | "number")) => "1".to_owned(),
        (None, Some("boolean")) => "true".to_owned(),
        (None, _) => "\"...\"".to_owned(),
    }
}

fn control_call(method: &str, path: &str, members: &str) -> String {
    format!("curl -X {method} {DEFAULT_ORIGIN}/__admin/{path} \\\n  -H 'Content-Type: application/json' \\\n  -d '{{{members}}}'")
}

/// The rows of the status tables of which this holds, if any.
fn transitions(layout: &mut Layout, contract: &Contract, is_meant: impl Fn(&Transition) -> bool) {
    for table in (contract.lifecycles)() {
        let rows: Vec<&Transition> = table.rows.iter().filter(|it| is_meant(it)).collect();
        if !rows.is_empty() {
            sections::transitions(layout, table.object, &rows);
        }
    }
}

/// One webhook event.
fn event(layout: &mut Layout, contract: &Contract, event: &'static EventRow) {
    layout.title(&format!("{}.{}", contract.slug, event.name), &format!("{}, event", contract.name));
    sections::events(layout, std::slice::from_ref(event));
    transitions(layout, contract, |it| it.event == Some(event.name));
    sections::schedule(layout, &contract.schedule);
}

/// One documented error.
fn error(layout: &mut Layout, contract: &Contract, error: &ErrorRow) {
    layout.title(&format!("{}.{}", contract.slug, error.name), &format!("{}, error", contract.name));
    let cited = layout.cite(error.evidence);
    layout.paragraph(0, error.when);
    layout.line("");
    let operations = contract.operations.iter().filter(|it| it.errors.contains(&error.name)).map(|it| it.name);
    let operations = operations.collect::<Vec<_>>().join(", ");
    let by = if operations.is_empty() { "no operation by itself; only where it is asked for".to_owned() } else { operations };
    let asked = format!("the header `Playmoney-Fault: {0}` of a request, or a rule with `then: {{ error: {0} }}`", error.name);
    layout.table(
        2,
        1,
        &[
            row("Status", error.status.as_u16().to_string()),
            row("Code", error.code),
            row("Answered by", by),
            row("Asked for by", asked),
            row("Evidence", cited),
        ],
    );
    sections::fields(layout, ("Body", ""), contract.error_body);
    if let Some(refusal) = (contract.refusal)(error.name) {
        layout.heading("Example", "");
        let body = String::from_utf8_lossy(&refusal.body);
        layout.block(2, &indented(&body).unwrap_or_else(|| body.into_owned()));
    }
}

/// One header: what it says in webhooks, in answers and in calls.
fn header(layout: &mut Layout, contract: &'static Contract, name: &str) {
    layout.title(&format!("{}.{name}", contract.slug), &format!("{}, header", contract.name));
    let found: Vec<_> = headers(contract).filter(|it| it.1.name.eq_ignore_ascii_case(name)).collect();
    // The same row of a table stands in many events.
    for alike in found.chunk_by(|a, b| std::mem::discriminant(&a.0) == std::mem::discriminant(&b.0) && a.1.meaning == b.1.meaning) {
        let names = alike.iter().filter_map(|it| match it.0 {
            Carrier::Webhook(name) | Carrier::Call(name) => Some(name),
            Carrier::Answers => None,
        });
        let names = names.collect::<Vec<_>>().join(", ");
        let Some((carrier, field)) = alike.first() else { continue };
        let of = match carrier {
            Carrier::Webhook(_) => format!("Webhooks carry it: {names}."),
            Carrier::Answers => "Answers carry it.".to_owned(),
            Carrier::Call(_) => format!("Calls carry it: {names}."),
        };
        sections::fields(layout, ("Header", ""), std::slice::from_ref(field));
        layout.paragraph(2, &of);
    }
}

/// One setting of an account.
fn setting(layout: &mut Layout, contract: &Contract, setting: &Setting) {
    layout.title(&format!("{}.{}", contract.slug, setting.name), &format!("{}, setting", contract.name));
    layout.paragraph(0, setting.meaning);
    layout.line("");
    let default = setting.kind.default();
    let shown = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
    let shown = if default.is_null() { "-".to_owned() } else { shown };
    layout.table(2, 1, &[row("Takes", sections::takes(setting)), row("Default", shown)]);
    layout.heading("Example", "");
    let value = match setting.kind {
        SettingKind::Url => format!("\"http://127.0.0.1:8080/{}\"", contract.slug),
        SettingKind::Word { words, .. } => format!("\"{}\"", words.last().unwrap_or(&"")),
        SettingKind::Flag { default } => (!default).to_string(),
        SettingKind::Text { .. } | SettingKind::Secret => "\"...\"".to_owned(),
        SettingKind::Integer { .. }
        | SettingKind::Fraction { .. }
        | SettingKind::Numbers { .. }
        | SettingKind::List { .. }
        | SettingKind::Waits { .. } => default.to_string(),
    };
    let path = format!("accounts/{}/{}", contract.slug, contract.account);
    layout.block(2, &control_call("PATCH", &path, &format!("\"{}\": {value}", setting.name)));
}

/// One call of a provider.
fn operation(layout: &mut Layout, contract: &Contract, operation: &Operation) {
    layout.title(&format!("{}.{}", contract.slug, operation.name), contract.name);
    let cited = layout.cite(operation.evidence);
    layout.paragraph(0, operation.summary);
    layout.line("");
    let (method, path) = (operation.method.as_str(), operation.path);
    let mut about = vec![
        row("Call", format!("{method} {}{path}", contract.base_url)),
        row("Here", format!("{method} {DEFAULT_ORIGIN}/{}{path}", contract.slug)),
        row("Caller", caller(contract, operation.auth)),
    ];
    if !operation.media.is_empty() {
        about.push(row("Body", operation.media.join(" or ")));
    }
    about.push(row("Evidence", cited));
    layout.table(2, 1, &about);
    sections::fields(layout, ("Headers", ""), operation.headers);
    sections::fields(layout, ("Parameters", ""), operation.parameters);
    sections::fields(layout, ("Answer", operation.success.as_str()), operation.answer);
    sections::errors(layout, contract.errors.iter().copied().filter(|it| operation.errors.contains(&it.name)));
    if operation.example.is_some() || operation.parameters.is_empty() {
        layout.heading("Example", "");
        layout.block(2, &command(contract, operation));
    }
}

fn caller(contract: &Contract, auth: Auth) -> String {
    match (auth, contract.credential()) {
        (Auth::Bearer, Some(it)) => format!("Authorization: Bearer with the {}; in the default sandbox {}", it.name, it.test_value),
        (Auth::Bearer, None) => "Authorization: Bearer".to_owned(),
        (Auth::Basic, Some(it)) => {
            format!("HTTP Basic with the {} as user name, no password; in the default sandbox {}", it.name, it.test_value)
        }
        (Auth::Basic, None) => "HTTP Basic".to_owned(),
        (Auth::Field { name }, Some(it)) => format!("the form field {name}; in the default sandbox {}", it.test_value),
        (Auth::Field { name }, None) => format!("the form field {name}"),
        (Auth::Signed { scheme, how }, _) => format!("Authorization: {scheme}, {how}"),
        (Auth::Open, _) => "anyone, without credentials".to_owned(),
        (Auth::Session { cookie }, _) => format!("the cookie {cookie} of a portal session"),
    }
}

/// The documented example as a command for the default sandbox.
fn command(contract: &Contract, operation: &Operation) -> String {
    let mut lines = vec![format!("curl -X {} {DEFAULT_ORIGIN}/{}{}", operation.method, contract.slug, operation.path)];
    match (operation.auth, contract.credential()) {
        (Auth::Bearer, Some(it)) => lines.push(format!("-H 'Authorization: Bearer {}'", it.test_value)),
        (Auth::Basic, Some(it)) => lines.push(format!("-u {}:", it.test_value)),
        (Auth::Bearer | Auth::Basic, None) | (Auth::Open | Auth::Field { .. }, _) => {}
        (Auth::Signed { scheme, .. }, _) => lines.push(format!("-H 'Authorization: {scheme} ...'")),
        (Auth::Session { cookie }, _) => lines.push(format!("-b {cookie}=...")),
    }
    for header in operation.headers {
        if let Kind::Constant(value) = header.kind {
            lines.push(format!("-H '{}: {value}'", header.name));
        }
    }
    if let Some(example) = operation.example.filter(|_| schema::is_form(operation.media)) {
        lines.extend(example.split('&').map(|pair| format!("-d '{pair}'")));
    } else if let Some(example) = operation.example {
        if !operation.headers.iter().any(|it| it.name.eq_ignore_ascii_case("content-type")) {
            lines.extend(operation.media.first().map(|it| format!("-H 'Content-Type: {it}'")));
        }
        let body = indented(example).unwrap_or_else(|| example.to_owned());
        lines.push(format!("-d '{}'", body.replace('\'', r"'\''")));
    }
    lines.join(" \\\n  ")
}
