//! The contract as an OpenAPI 3.1 document.

mod calls;
mod components;
pub mod schema;
mod webhooks;

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use self::schema::{map, mark};
use super::rows;
use super::rows::all;
use crate::engine::tables::{Auth, Contract, Operation};
use crate::kit::http::DEFAULT_ORIGIN;

/// The version of the specification that every document follows.
pub const VERSION: &str = "3.1.0";

/// The document of one provider. The local address is the first server, so that a tool which uses the first never calls
/// a real provider.
pub fn document(contract: &Contract) -> Json {
    let mut document = json!({
        "openapi": VERSION,
        "info": {
            "title": contract.name,
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The API as Playmoney serves it, generated from the tables behind it.",
            "description": contract.about,
        },
        "servers": [
            {"url": format!("{DEFAULT_ORIGIN}/{}", contract.slug), "description": "Playmoney, the sandbox default"},
            {"url": contract.base_url, "description": "the provider itself"},
        ],
        "paths": calls::paths(contract),
        "webhooks": webhooks::webhooks(contract),
        "components": {
            "headers": calls::headers(),
            "schemas": schemas(contract),
            "securitySchemes": security_schemes(contract),
        },
        "x-slug": contract.slug,
        "x-hosts": contract.hosts,
        "x-test-credentials": rows::credentials(contract),
        "x-sources": rows::sources(contract),
        "x-pages": all(contract.pages, rows::page),
        "x-actions": all(contract.actions.iter().copied(), rows::action),
        "x-lifecycle": all(&(contract.lifecycles)(), rows::statuses),
        "x-errors": all(contract.errors.iter().copied(), rows::error),
        "x-retry-schedule": rows::schedule(&contract.schedule),
        "x-settings": contract.settings().map(rows::setting).collect::<Vec<_>>(),
        "x-decisions": all(contract.decisions, rows::decision),
    });
    if !contract.answer_headers.is_empty() {
        document["x-answer-headers"] = all(contract.answer_headers, rows::field);
    }
    components::share(contract, &mut document);
    document
}

/// The schemas of all bodies, by name.
fn schemas(contract: &Contract) -> Json {
    let operations = contract.operations;
    let calls = operations.iter().flat_map(|it| {
        let request = (!it.media.is_empty()).then(|| (calls::request_name(it), schema::request(calls::body(it))));
        request.into_iter().chain([(calls::answer_name(it), schema::object(it.answer))])
    });
    let events = contract.events.iter().map(|it| (webhooks::body_name(it), schema::object(&it.fields().collect::<Vec<_>>())));
    let refusal = (calls::REFUSAL.to_owned(), schema::object(contract.error_body));
    map(calls.chain(events).chain([refusal]))
}

/// The name and the schema of a way to authenticate; `None` when a call needs none. A field of the body is not a scheme
/// in the specification: it is among the parameters.
fn scheme(auth: Auth) -> Option<(&'static str, Json)> {
    Some(match auth {
        Auth::Field { .. } | Auth::Open => return None,
        Auth::Bearer => ("bearer", json!({"type": "http", "scheme": "bearer"})),
        Auth::Basic => ("basic", json!({"type": "http", "scheme": "basic"})),
        Auth::Signed { scheme, how } => {
            ("signed", json!({"type": "apiKey", "in": "header", "name": "Authorization", "description": format!("{scheme}: {how}")}))
        }
        Auth::Session { cookie } => (
            "session",
            json!({
                "type": "apiKey", "in": "cookie", "name": cookie,
                "description": "The cookie of a portal session. The body also carries the token of a portal form.",
            }),
        ),
    })
}

/// How callers authenticate, by the names of the schemes: one of them is enough; none when every caller may call.
fn security(rows: &[&Operation]) -> Json {
    let schemes: BTreeSet<&str> = rows.iter().filter_map(|it| scheme(it.auth)).map(|it| it.0).collect();
    schemes.into_iter().map(|it| json!({it: []})).collect::<Vec<_>>().into()
}

fn security_schemes(contract: &Contract) -> Json {
    let all = contract.operations.iter().copied().filter_map(|it| scheme(it.auth));
    let mut schemes = map(all.map(|(name, scheme)| (name.to_owned(), scheme)));
    for scheme in ["bearer", "basic"] {
        if let (Some(scheme), Some(credential)) = (schemes.get_mut(scheme), contract.credential()) {
            scheme["description"] =
                format!("The {} of an account: {} in the default sandbox.", credential.name, credential.test_value).into();
        }
    }
    schemes
}

/// A reference to a component.
fn reference(kind: &str, name: &str) -> Json {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}
