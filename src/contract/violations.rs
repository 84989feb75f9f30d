//! Breaches of the documented contract by a client that the provider answered anyway: found later, from the journal and
//! the tables alone.

use serde::Serialize;

use crate::engine::log::RequestEntry;
use crate::engine::tables::{Contract, Operation};
use crate::kit::evidence::Evidence;
use crate::kit::fields::{Field, Fields, Need};
use crate::kit::form::Form;
use crate::kit::http::header;

/// One breach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    pub code: &'static str,
    pub detail: String,
    #[serde(flatten)]
    pub evidence: Evidence,
}

/// The breaches of a request, judged by the row of its operation.
pub fn of(contract: &Contract, entry: &RequestEntry) -> Vec<Violation> {
    let Some(operation) = entry.operation.as_deref().and_then(|it| contract.operation(it)) else { return Vec::new() };
    let (headers, mut found) = (entry.headers.map(), Vec::new());
    for header in operation.headers.iter().filter(|it| it.need == Need::Required) {
        if !headers.contains_key(header.name) {
            let detail = format!("the header {} is missing", header.name);
            found.push(Violation { code: "missing_header", detail, evidence: header.evidence });
        }
    }
    found.extend(unknown_fields(operation, entry));
    found
}

/// The names of the fields that were sent, in JSON or in a form.
fn names(entry: &RequestEntry) -> Vec<String> {
    if let Some(fields) = Fields::json(&entry.body.0) {
        return fields.names().map(str::to_owned).collect();
    }
    let headers = entry.headers.map();
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or("");
    Form::read(content_type, &entry.body.0).0.into_iter().map(|it| it.0).collect()
}

fn unknown_fields(operation: &Operation, entry: &RequestEntry) -> Vec<Violation> {
    // Dots and brackets reach inside objects.
    let outer = |name: &str| name.split(['.', '[']).next().unwrap_or("").to_owned();
    let known = |name: &str| operation.parameters.iter().any(|it: &Field| outer(it.name) == outer(name));
    let unknown = names(entry).into_iter().filter(|it| !known(it));
    let violation = |name: String| Violation {
        code: "unknown_field",
        detail: format!("{} has no parameter `{name}`", operation.name),
        evidence: operation.evidence,
    };
    unknown.map(violation).collect()
}
