//! Where a client broke the documented contract although the provider answered: found afterwards, from the journal
//! and the tables alone.

use serde::Serialize;

use super::{Contract, Operation};
use crate::engine::journal::Entry;
use crate::kit::evidence::Evidence;
use crate::kit::fields::{Field, Fields, Need};

/// One breach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    pub code: &'static str,
    pub detail: String,
    #[serde(flatten)]
    pub evidence: Evidence,
}

/// What a request broke, judged by the row of its operation.
pub fn of(contract: &Contract, entry: &Entry) -> Vec<Violation> {
    let Some(operation) = entry.operation.as_deref().and_then(|it| contract.operation(it)) else { return Vec::new() };
    let mut found = Vec::new();
    for header in operation.headers.iter().filter(|it| it.need == Need::Required) {
        if !entry.headers.contains_key(header.name) {
            let detail = format!("the header {} is missing", header.name);
            found.push(Violation { code: "missing_header", detail, evidence: header.evidence });
        }
    }
    found.extend(unknown_fields(operation, entry));
    found
}

fn unknown_fields(operation: &Operation, entry: &Entry) -> Vec<Violation> {
    let Some(fields) = Fields::json(&entry.body.0) else { return Vec::new() };
    let known = |name: &str| operation.parameters.iter().any(|it: &Field| it.name.split('.').next() == Some(name));
    let unknown = fields.names().filter(|it| !known(it));
    let violation = |name: &str| Violation {
        code: "unknown_field",
        detail: format!("{} has no parameter `{name}`", operation.name),
        evidence: operation.evidence,
    };
    unknown.map(violation).collect()
}
