//! The contract as text for a terminal, and as JSON.

mod layout;
mod sections;

use serde_json::{Value as Json, json};

use self::layout::Layout;
use super::openapi::schema;
use super::rows;
use super::rows::all;
use crate::engine::tables::{Auth, Contract, Operation};
use crate::kit::fields::Kind;
use crate::kit::http::DEFAULT_ORIGIN;
use crate::kit::json::indented;
use crate::kit::nearest::nearest;

/// What `PROVIDER` or `PROVIDER.OPERATION` names.
#[derive(Clone, Copy)]
pub enum Asked {
    Provider(&'static Contract),
    Operation(&'static Contract, &'static Operation),
}

/// Finds the provider or operation with this name.
///
/// # Errors
/// A sentence that names the nearest and all known words.
pub fn resolve(contracts: &[&'static Contract], asked: &str) -> Result<Asked, String> {
    let (slug, name) = asked.split_once('.').map_or((asked, None), |(slug, name)| (slug, Some(name)));
    let contract = contracts.iter().copied().find(|it| it.slug == slug);
    let contract = contract.ok_or_else(|| unknown_name("No provider is named", slug, "providers", contracts.iter().map(|it| it.slug)))?;
    let Some(name) = name else { return Ok(Asked::Provider(contract)) };
    let operation = contract.operation(name).map(|it| Asked::Operation(contract, it));
    let names = || contract.operations.iter().copied().map(|it| it.name);
    operation.ok_or_else(|| unknown_name(&format!("{} has no operation", contract.name), name, "operations", names()))
}

fn unknown_name(what: &str, asked: &str, nouns: &str, known: impl Iterator<Item = &'static str> + Clone) -> String {
    let nearest = nearest(asked, known.clone()).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
    format!("{what} `{asked}`.{nearest} Known {nouns}: {}.", known.collect::<Vec<_>>().join(", "))
}

/// Every provider, one entry each.
pub fn providers(contracts: &[&Contract]) -> String {
    let mut layout = Layout::default();
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
        layout.line("To see one provider, or one of its operations:");
        layout.line(&format!("  playmoney describe {}", first.slug));
        layout.line(&format!("  playmoney describe {}.{call}", first.slug));
    }
    layout.finish()
}

/// Every provider as JSON.
pub fn providers_json(contracts: &[&Contract]) -> Json {
    let row = |it: &&Contract| {
        json!({
            "slug": it.slug, "name": it.name, "about": it.about, "base_url": it.base_url,
            "operations": it.operations.iter().map(|it| it.name).collect::<Vec<_>>(),
        })
    };
    json!({"providers": contracts.iter().map(row).collect::<Vec<_>>()})
}

/// Everything about one provider.
pub fn provider(contract: &Contract) -> String {
    let mut layout = Layout::default();
    layout.title(contract.name, contract.slug);
    layout.paragraph(0, contract.about);
    sections::addresses(&mut layout, contract);
    sections::operations(&mut layout, contract);
    sections::pages(&mut layout, contract);
    sections::actions(&mut layout, contract);
    for table in (contract.lifecycles)() {
        sections::statuses(&mut layout, &table);
    }
    sections::errors(&mut layout, contract.errors.iter().copied());
    sections::events(&mut layout, contract.events);
    sections::schedule(&mut layout, &contract.schedule);
    sections::settings(&mut layout, contract);
    sections::decisions(&mut layout, contract.decisions);
    sections::fields(&mut layout, ("Headers", "of answers, beside Content-Type"), contract.answer_headers);
    layout.finish()
}

/// Everything about one provider as JSON.
pub fn provider_json(contract: &Contract) -> Json {
    json!({
        "slug": contract.slug, "name": contract.name, "about": contract.about,
        "base_url": contract.base_url, "hosts": contract.hosts, "account": contract.account,
        "credentials": rows::credentials(contract), "sources": rows::sources(contract),
        "operations": all(contract.operations.iter().copied(), operation_row),
        "pages": all(contract.pages, rows::page), "actions": all(contract.actions.iter().copied(), rows::action),
        "lifecycles": all(&(contract.lifecycles)(), rows::statuses),
        "errors": all(contract.errors.iter().copied(), rows::error), "error_body": all(contract.error_body, rows::field),
        "answer_headers": all(contract.answer_headers, rows::field),
        "events": all(contract.events, rows::event), "retry_schedule": rows::schedule(&contract.schedule),
        "settings": contract.settings().map(rows::setting).collect::<Vec<_>>(),
        "decisions": all(contract.decisions, rows::decision),
    })
}

/// One call of a provider.
pub fn operation(contract: &Contract, operation: &Operation) -> String {
    let mut layout = Layout::default();
    layout.title(&format!("{}.{}", contract.slug, operation.name), contract.name);
    let cited = layout.cite(operation.evidence);
    layout.paragraph(0, operation.summary);
    layout.line("");
    let row = |name: &str, text: String| [name.to_owned(), text];
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
    sections::fields(&mut layout, ("Headers", ""), operation.headers);
    sections::fields(&mut layout, ("Parameters", ""), operation.parameters);
    sections::fields(&mut layout, ("Answer", operation.success.as_str()), operation.answer);
    sections::errors(&mut layout, contract.errors.iter().copied().filter(|it| operation.errors.contains(&it.name)));
    if operation.example.is_some() || operation.parameters.is_empty() {
        layout.heading("Example", "");
        layout.block(2, &command(contract, operation));
    }
    layout.finish()
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

/// One call as JSON, with each of its errors as a whole row.
pub fn operation_json(contract: &Contract, operation: &Operation) -> Json {
    let mut row = operation_row(operation);
    row["provider"] = contract.slug.into();
    row["errors"] = all(contract.errors.iter().copied().filter(|it| operation.errors.contains(&it.name)), rows::error);
    row
}

fn operation_row(it: &Operation) -> Json {
    let auth = match it.auth {
        Auth::Bearer => json!({"scheme": "bearer"}),
        Auth::Basic => json!({"scheme": "basic"}),
        Auth::Field { name } => json!({"scheme": "field", "name": name}),
        Auth::Signed { scheme, how } => json!({"scheme": scheme, "how": how}),
        Auth::Open => json!({"scheme": "open"}),
        Auth::Session { cookie } => json!({"scheme": "session", "cookie": cookie}),
    };
    json!({
        "name": it.name, "method": it.method.as_str(), "path": it.path, "auth": auth, "summary": it.summary, "media": it.media,
        "headers": all(it.headers, rows::field), "parameters": all(it.parameters, rows::field),
        "success": it.success.as_u16(), "answer": all(it.answer, rows::field), "errors": it.errors,
        "example": it.example.map(|text| schema::example(it.media, text)), "evidence": it.evidence.tag(), "source": it.evidence.source(),
    })
}
