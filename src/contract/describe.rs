//! The contract as text for a terminal, and as JSON.

mod find;
#[cfg(feature = "cli")]
mod layout;
#[cfg(feature = "cli")]
mod pages;
#[cfg(feature = "cli")]
mod sections;

use serde_json::{Value as Json, json};

use self::find::Carrier;
pub use self::find::{Asked, Section, resolve};
#[cfg(feature = "cli")]
pub use self::pages::{list, page, providers};
use super::openapi::schema;
use super::rows;
use super::rows::all;
use crate::engine::tables::{Auth, Contract, NamedRow, Operation, StatusTable, Transition};
use crate::kit::fields::Field;

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

/// Whatever can be described, as JSON.
pub fn json(asked: Asked) -> Json {
    let contract = asked.contract();
    let row = match asked {
        Asked::Provider(_) => return provider_json(contract),
        Asked::Operation(_, it) => return operation_json(contract, it),
        Asked::Section(_, it) => section_json(contract, it),
        Asked::Action(_, it) => rows::action(it),
        Asked::Event(_, it) => rows::event(it),
        Asked::Error(_, it) => rows::error(it),
        Asked::Setting(_, it) => rows::setting(it),
        Asked::Status(_, it) => status_json(contract, it),
        Asked::Header(contract, it) => header_json(contract, it),
        Asked::Row(contract, it) => row_json(contract, it),
    };
    let mut row = row;
    row["provider"] = contract.slug.into();
    row
}

/// A status as JSON: by object, what leads there and from there.
fn status_json(contract: &Contract, word: &str) -> Json {
    let object = |table: &StatusTable| {
        let meant = table.meant_by(word);
        let of = |is_meant: &dyn Fn(&Transition) -> bool| all(table.rows.iter().filter(|it| is_meant(it)), rows::transition);
        let is_own = meant.iter().any(|it| it.eq_ignore_ascii_case(word));
        let member = if is_own { None } else { table.also.as_ref().map(|it| it.member) };
        json!({
            "object": table.object, "statuses": meant, "member": member, "final": meant.iter().all(|it| table.is_final(it)),
            "into": of(&|row| meant.contains(&row.to)),
            "out_of": of(&|row| row.from.iter().any(|own| meant.contains(own))),
        })
    };
    let tables = (contract.lifecycles)();
    json!({"name": word, "objects": tables.iter().filter(|it| !it.meant_by(word).is_empty()).map(object).collect::<Vec<_>>()})
}

/// A row as JSON, under its full name, with what its table says of it.
fn row_json(contract: &Contract, named: &NamedRow) -> Json {
    let own = contract.decision_at(named.row).map(rows::decision).or_else(|| contract.field_at(named.row).map(rows::field));
    let mut row = own.unwrap_or_else(|| rows::named(named));
    row["row"] = named.name.into();
    row
}

/// A header as JSON, with what carries it.
fn header_json(contract: &'static Contract, name: &str) -> Json {
    let one = |(carrier, it): (Carrier, &Field)| {
        let mut row = rows::field(it);
        match carrier {
            Carrier::Webhook(event) => row["event"] = event.into(),
            Carrier::Call(call) => row["operation"] = call.into(),
            Carrier::Answers => row["answers"] = true.into(),
        }
        row
    };
    let found = find::headers(contract).filter(|it| it.1.name.eq_ignore_ascii_case(name));
    json!({"name": name, "carried_by": found.map(one).collect::<Vec<_>>()})
}

/// One section of a provider as JSON, under the names that the whole has.
fn section_json(contract: &Contract, section: Section) -> Json {
    let members: &[&str] = match section {
        Section::Addresses => &["base_url", "hosts", "account", "credentials", "sources"],
        Section::Operations => &["operations"],
        Section::Pages => &["pages"],
        Section::Actions => &["actions"],
        Section::Statuses => &["lifecycles"],
        Section::Errors => &["errors", "error_body"],
        Section::Events => &["events"],
        Section::Attempts => &["retry_schedule"],
        Section::Settings => &["settings"],
        Section::Decisions => &["decisions"],
        Section::Headers => &["answer_headers"],
    };
    let mut whole = provider_json(contract);
    schema::map(members.iter().map(|it| ((*it).to_owned(), whole[*it].take())))
}

/// Several things with one name, as JSON.
pub fn list_json(found: &[Asked]) -> Json {
    let row = |it: &Asked| json!({"provider": it.contract().slug, "kind": it.kind(), "name": it.name(), "describe": it.words()});
    json!({"found": found.iter().map(row).collect::<Vec<_>>()})
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
        "rows": all(contract.index.rows(), rows::named),
        "events": contract.events.iter().map(rows::event).collect::<Vec<_>>(), "retry_schedule": rows::schedule(&contract.schedule),
        "settings": contract.settings().map(rows::setting).collect::<Vec<_>>(),
        "decisions": all(contract.decisions, rows::decision),
    })
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
