//! `describe` and the OpenAPI documents.

use playmoney::engine::contract::{Contract, describe, openapi};
use playmoney::providers;

use crate::tape::snapshot;

fn contracts() -> Vec<&'static Contract> {
    providers::all().iter().map(|it| it.contract()).collect()
}

#[test]
fn describe_is_read_in_a_terminal() {
    snapshot("contract/providers", &describe::providers(&contracts()));
    for contract in contracts() {
        snapshot(&format!("contract/{}", contract.slug), &describe::provider(contract));
        for operation in (contract.operations)() {
            let name = format!("contract/{}.{}", contract.slug, operation.name);
            snapshot(&name, &describe::operation(contract, operation));
        }
    }
}

#[test]
fn an_openapi_document_of_every_provider() {
    for contract in contracts() {
        let document = serde_json::to_string_pretty(&openapi::document(contract)).expect("JSON");
        snapshot(&format!("contract/{}.openapi", contract.slug), &document);
    }
}
