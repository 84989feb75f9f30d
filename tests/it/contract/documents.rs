//! `describe` and the OpenAPI documents.

use std::collections::BTreeSet;

use playmoney::inside::contract::describe::Asked;
use playmoney::inside::contract::{describe, openapi};
use playmoney::inside::engine::tables::Contract;
use playmoney::inside::kit::http::{Method, Request};
use playmoney::inside::providers;
use serde_json::{Value as Json, json};

use super::summary;
use crate::tape::{Tape, snapshot};

/// The width of a terminal, in columns.
const COLUMNS: usize = 110;

fn contracts() -> Vec<&'static Contract> {
    providers::all().iter().map(|it| it.contract()).collect()
}

fn pretty(document: &Json) -> String {
    serde_json::to_string_pretty(document).expect("JSON")
}

#[test]
fn describe_is_read_in_a_terminal() {
    let mut pages = vec![("providers".to_owned(), describe::providers(&contracts(), COLUMNS))];
    for contract in contracts() {
        pages.push((contract.slug.to_owned(), describe::page(Asked::Provider(contract), COLUMNS)));
        let named = |it: &str| format!("{}.{it}", contract.slug);
        let page = |it| describe::page(Asked::Operation(contract, it), COLUMNS);
        pages.extend(contract.operations.iter().map(|it| (named(it.name), page(it))));
    }
    for (name, page) in pages {
        let page = anstream::adapter::strip_str(&page).to_string();
        // An address inside an example cannot be wrapped.
        let breaks = |line: &str| line.split_whitespace().all(|it| it.chars().count() < COLUMNS * 3 / 4);
        let wide = page.lines().find(|it| it.chars().count() > COLUMNS && breaks(it));
        assert_eq!(wide, None, "{name}");
        snapshot(&format!("contract/{name}"), &page);
    }
}

#[test]
fn describe_as_json_has_every_row() {
    let all = contracts();
    assert_eq!(describe::providers_json(&all)["providers"].as_array().map(Vec::len), Some(all.len()));
    for contract in all {
        let whole = describe::provider_json(contract);
        let count = |name: &str| whole[name].as_array().map_or(0, Vec::len);
        assert_eq!(count("operations"), contract.operations.len());
        assert_eq!(count("actions"), contract.actions.len());
        assert_eq!(count("errors"), contract.errors.len());
        assert_eq!(count("settings"), contract.settings().count());
        assert_eq!(count("decisions"), contract.decisions.len());
        assert_eq!(whole["retry_schedule"]["attempts"].as_array().map(Vec::len), Some(contract.schedule.waits.len()));
        let first = contract.operations[0];
        assert_eq!(whole["operations"][0]["parameters"], describe::operation_json(contract, first)["parameters"]);
        snapshot(&format!("contract/{}.{}.json", contract.slug, first.name), &pretty(&describe::operation_json(contract, first)));
    }
}

#[test]
fn what_is_asked_for_is_found_or_nearly() {
    let all = contracts();
    let asked = |text: &str| match describe::resolve(&all, text) {
        Ok(found) => found.into_iter().map(|it| format!("{} ({})", it.words(), it.kind())).collect::<Vec<_>>().join(", "),
        Err(why) => why,
    };
    let texts = [
        "quantum-payouts",
        "Quoine",
        "quoine payment",
        "quantum-payouts.webhook_save",
        "quoine.PAY",
        "quoine pay",
        "createinvoice",
        "quoine.payment_detected",
        "payout.status_changed",
        "quoine.usage_limit",
        "quoine settings",
        "quoine setting legacy_no_nonce",
        "legacy_no_nonce",
        "pace",
        "not_found",
        "retries",
        "quantum-payout",
        "quantum-payout.features",
        "quantum-payouts.createpayuot",
        "quantum-payouts.",
        "quoine error not_fund",
        "crateInvoice",
        "sellerconfirmed",
        "charge",
        "payment_awaited",
        "quoine.captured",
        "quoine status CAPTURED",
        "quoine status payment_await",
        "Pending",
        "x-webhook-signature",
        "quantum-payouts header x-payouts-timestamp",
        "Date",
        "Invoice not found",
        "{\"message\": \"Invoice not found.\"}",
        "quoine.api usage limit exceeded",
        "quantum-payouts.VALIDATION_ERROR",
        "",
    ];
    let told = texts.map(|it| format!("{it}\n    {}", asked(it)));
    snapshot("contract/nearest", &told.join("\n"));
}

#[test]
fn statuses_and_headers_have_pages() {
    let all = contracts();
    let mut pages = Vec::new();
    for asked in ["sellerConfirmed", "payment_awaited", "quoine status payment_confirmed", "quoine status complete", "qbitpay.pending"] {
        pages.extend(describe::resolve(&all, asked).expect(asked));
    }
    for asked in ["X-Webhook-Signature", "quantum-payouts.X-Payouts-Event", "quoine.Date", "cryptopay.Retry-After"] {
        pages.extend(describe::resolve(&all, asked).expect(asked));
    }
    let json = pages.iter().map(|it| describe::json(*it)["name"].clone()).collect::<Vec<_>>();
    assert!(json.iter().all(Json::is_string), "{json:?}");
    let text = pages.into_iter().map(|it| describe::page(it, COLUMNS)).collect::<Vec<_>>().join("\n");
    snapshot("contract/statuses_and_headers", &anstream::adapter::strip_str(&text).to_string());
}

#[test]
fn each_row_of_a_contract_is_found_by_its_words_alone() {
    let all = contracts();
    for contract in &all {
        let names = contract.operations.iter().map(|it| it.name).chain(contract.actions.iter().map(|it| it.name));
        let names = names.chain(contract.events.iter().map(|it| it.name)).chain(contract.errors.iter().map(|it| it.name));
        let statuses = (contract.lifecycles)().into_iter().flat_map(|it| it.statuses);
        let headers = contract.events.iter().flat_map(|it| it.headers).map(|it| it.name);
        for name in names.chain(contract.settings().map(|it| it.name)).chain(statuses).chain(headers) {
            let found = describe::resolve(&all, &format!("{}.{}", contract.slug, name.to_uppercase())).expect(name);
            for it in &found {
                let again = describe::resolve(&all, &it.words()).expect(name);
                let same = |a: &Asked, b: &Asked| (a.words(), a.kind(), a.name()) == (b.words(), b.kind(), b.name());
                assert!(again.len() == 1 && same(&again[0], it), "{}", it.words());
                assert_eq!(describe::json(*it)["provider"], contract.slug);
            }
        }
    }
}

#[test]
fn an_openapi_document_of_every_provider() {
    for contract in contracts() {
        let document = openapi::document(contract);
        is_openapi(&document);
        is_tagged(contract, &document);
        snapshot(&format!("contract/{}.openapi", contract.slug), &summary::rows(&document));
        let served = Tape::shop().admin("GET", &format!("openapi/{}.json", contract.slug), &Json::Null);
        assert_eq!(served, document);
    }
    let mut shop = Tape::shop();
    assert_eq!(shop.admin("GET", "openapi/quantum-payout.json", &Json::Null)["code"], "not_found");
    assert_eq!(shop.admin("GET", "openapi/quantum-payouts", &Json::Null)["code"], "not_found");
}

/// Holds a body against the schema of an answer.
pub fn assert_fits(document: &Json, response: &Json, body: &Json) {
    let faults = faults_of(document, response, body);
    assert!(faults.is_empty(), "{body}: {faults:?}");
}

/// What is wrong with a body by the schema of an answer or a request.
pub fn faults_of(document: &Json, described: &Json, body: &Json) -> Vec<String> {
    let content = described["content"].as_object().and_then(|it| it.get("application/json").or(it.get("application/problem+json")));
    let mut schema = content.map_or(Json::Null, |it| it["schema"].clone());
    schema["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    validator.iter_errors(body).map(|it| it.to_string()).collect()
}

#[test]
fn each_error_of_a_call_is_an_answer_of_its_document() {
    for contract in contracts() {
        let document = openapi::document(contract);
        for call in contract.operations {
            let operation = &document["paths"][call.path][call.method.as_str().to_ascii_lowercase()];
            for name in call.errors {
                let refusal = (contract.refusal)(name).expect("a body");
                let body = serde_json::from_slice(&refusal.body).expect("JSON");
                assert_fits(&document, &operation["responses"][refusal.status.as_str()], &body);
            }
        }
    }
    let mut shop = Tape::shop();
    let without_a_function = shop.ask(Request::new(Method::POST, "/quantapay/api.php", ""));
    let document = shop.admin("GET", "openapi/quantapay.json", &Json::Null);
    let body = serde_json::from_slice(&without_a_function.body).expect("JSON");
    assert_fits(&document, &document["paths"]["/api.php"]["post"]["responses"]["200"], &body);
}

#[test]
fn an_object_that_several_calls_answer_is_one_component() {
    let used = |slug: &str, name: &str| {
        let contract = contracts().into_iter().find(|it| it.slug == slug).expect("a provider");
        openapi::document(contract).to_string().matches(&format!("\"#/components/schemas/{name}\"")).count()
    };
    for (slug, name, places) in [
        ("qbitpay", "charge", 9),
        ("qbitpay", "payout", 8),
        ("qbitpay", "order", 3),
        ("qbitpay", "balanceTransaction", 2),
        ("quoine", "invoice", 6),
        ("cryptopay", "paymentOrder", 3),
        ("cryptopay", "transaction", 2),
    ] {
        assert_eq!(used(slug, name), places, "{slug} {name}");
    }
}

#[test]
fn an_openapi_document_of_the_control_api() {
    let mut shop = Tape::shop();
    let document = shop.admin("GET", "openapi.json", &Json::Null);
    is_openapi(&document);
    snapshot("contract/control.openapi", &rows_of_control(&document));
    let paths = document["paths"].as_object().expect("paths");
    let mut queries = 0;
    for it in shop.admin("GET", "", &Json::Null)["calls"].as_array().expect("calls") {
        let path = it["path"].as_str().expect("a path");
        let method = it["method"].as_str().expect("a method").replace("ANY", "trace").to_ascii_lowercase();
        let call = &paths[path][&method];
        assert!(call.is_object(), "{method} {path}");
        let parameters = call["parameters"].as_array().into_iter().flatten();
        for name in parameters.filter(|it| it["in"] == "query").filter_map(|it| it["name"].as_str()) {
            queries += 1;
            let target = path.trim_start_matches("/__admin/").replace("{inbox}", "shop");
            let answer = shop.admin("GET", &format!("{target}?{name}="), &Json::Null);
            assert!(!answer["detail"].as_str().unwrap_or_default().contains("takes no"), "{target} {name}: {answer}");
        }
    }
    assert!(0 < queries);
    let strange = shop.admin("GET", "deliveries?colour=red", &Json::Null);
    assert_eq!(
        strange["detail"],
        "This call takes no query parameter `colour`; it takes provider, event, subject, status, since, limit, newest."
    );
}

/// What a person reads of the document: a line for each operation, and the bodies that are the control API's own. Those
/// that follow the tables of the providers are left out.
fn rows_of_control(document: &Json) -> String {
    let mut lines = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, it) in methods.as_object().expect("methods") {
            let text = |value: &Json| value.as_str().expect("text").to_owned();
            let parameters = it["parameters"].as_array().into_iter().flatten();
            let parameters = parameters
                .map(|it| format!("\n    {} {}: {} {}", text(&it["in"]), text(&it["name"]), text(&it["description"]), it["schema"]));
            let media = it["requestBody"]["content"].as_object().into_iter().flatten();
            let bodies = media.map(|(media, it)| {
                let schemas =
                    it["schema"]["anyOf"].as_array().map_or_else(|| it["schema"].to_string(), |all| format!("any of {}", all.len()));
                format!("\n    body {media}: {schemas}")
            });
            let rest = parameters.chain(bodies).collect::<String>();
            let open = if it["security"].is_array() { ", open to all" } else { "" };
            let method = method.to_ascii_uppercase();
            lines.push(format!("{method} {path} {}{open}\n    {}{rest}", text(&it["operationId"]), text(&it["summary"])));
        }
    }
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let own = schemas.iter().filter(|(name, _)| name.ends_with(".request") || *name == "problem");
    let counted = schemas.len();
    format!(
        "{}\n\n{}\n{counted} schemas in all",
        lines.join("\n"),
        own.map(|(name, it)| format!("{name} {}", pretty(it))).collect::<Vec<_>>().join("\n")
    )
}

/// Holds a document against the official schema, and what that leaves out: schemas, references, names, examples.
pub fn is_openapi(document: &Json) {
    let official: Json = serde_json::from_str(include_str!("oas/schema-3.1-2022-10-07.json")).expect("JSON");
    let official = jsonschema::validator_for(&official).expect("a schema");
    let faults: Vec<String> = official.iter_errors(document).map(|it| format!("{it} at {}", it.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let mut anonymous = document.clone();
    anonymous.as_object_mut().expect("an object").remove("info");
    assert!(!official.is_valid(&anonymous), "the official schema finds what is missing");

    let mut names = BTreeSet::new();
    walk(document, &mut |name, value| match (name, value) {
        (_, list) if list["type"] == "array" => assert!(!list["items"].is_null(), "generators ask for the items of {name}"),
        ("$ref", Json::String(place)) => {
            let place = place.strip_prefix('#').expect("a reference within the document");
            assert!(document.pointer(place).is_some(), "{place} leads nowhere");
        }
        ("operationId", Json::String(id)) => {
            assert!(names.insert(id.clone()), "{id} is there twice");
            let is_plain = |it: char| it.is_ascii_alphanumeric() || "_.-".contains(it);
            assert!(id.len() < 64 && id.chars().all(is_plain), "a generator makes names and files of {id}");
        }
        ("enum", Json::Array(values)) => {
            let different: BTreeSet<String> = values.iter().map(Json::to_string).collect();
            assert_eq!(different.len(), values.len(), "a value is there twice: {values:?}");
        }
        ("schema", schema) => is_schema(schema),
        ("schemas", Json::Object(schemas)) => schemas.values().for_each(is_schema),
        ("application/json" | "application/x-www-form-urlencoded", content) => examples_fit(document, content),
        _ => {}
    });
    assert!(!names.is_empty());
}

fn is_schema(schema: &Json) {
    if let Err(fault) = jsonschema::draft202012::meta::validate(schema) {
        panic!("{fault} in {schema}");
    }
}

fn examples_fit(document: &Json, content: &Json) {
    let mut schema = content["schema"].clone();
    schema["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for (name, example) in content["examples"].as_object().into_iter().flatten() {
        let faults: Vec<String> = validator.iter_errors(&example["value"]).map(|it| it.to_string()).collect();
        assert!(faults.is_empty(), "{name}: {faults:?} in {example}");
    }
}

fn walk(value: &Json, visit: &mut dyn FnMut(&str, &Json)) {
    match value {
        Json::Object(members) => {
            for (name, inner) in members {
                visit(name, inner);
                walk(inner, visit);
            }
        }
        Json::Array(items) => items.iter().for_each(|it| walk(it, visit)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// Every operation, parameter, field, error and event says how much is known about it, and from where.
fn is_tagged(contract: &Contract, document: &Json) {
    let tagged = |it: &Json| {
        let tag = it["x-evidence"].as_str().unwrap_or_default();
        assert!(["documented", "observed", "assumed"].contains(&tag), "{it}");
        assert!(!it["x-source"].as_str().unwrap_or_default().is_empty(), "{it}");
    };
    let calls = document["paths"].as_object().expect("paths").values();
    let events = document["webhooks"].as_object().expect("webhooks").values();
    let operations: Vec<&Json> = calls.chain(events).flat_map(|it| it.as_object().expect("methods").values()).collect();
    let functions = |it: &Json| it["x-operations"].as_array().map_or(1, Vec::len);
    assert_eq!(operations.iter().map(|it| functions(it)).sum::<usize>(), contract.operations.len() + contract.events.len());
    for it in document["webhooks"].as_object().expect("webhooks").values() {
        assert_eq!(it["post"]["security"], json!([]), "a receiver asks for no credentials");
    }
    for it in operations {
        it["x-operations"].as_array().map_or_else(|| tagged(it), |all| all.iter().for_each(tagged));
        it["parameters"].as_array().into_iter().flatten().for_each(tagged);
        for (status, response) in it["responses"].as_object().expect("responses") {
            let refusals = response["content"]["application/json"]["examples"].as_object();
            let refuses = contract.errors.iter().any(|it| it.status.as_str() == status);
            assert!(refusals.is_some() || !refuses, "{response}");
            refusals.into_iter().flat_map(|it| it.values()).for_each(tagged);
        }
    }
    walk(&document["components"]["schemas"], &mut |name, value| {
        if name == "properties" {
            value.as_object().expect("properties").values().for_each(tagged);
        }
    });
    for name in ["x-actions", "x-decisions", "x-pages", "x-errors"] {
        let rows = document[name].as_array().expect("rows");
        assert!(!rows.is_empty() || (name == "x-pages" && contract.pages.is_empty()), "{name}");
        assert!(rows.iter().all(|it| it["evidence"].is_string() && it["source"].is_string()), "{rows:?}");
    }
    assert_eq!(document["x-lifecycle"][0]["transitions"][0]["source"], json!((contract.lifecycles)()[0].rows[0].evidence.source()));
}
