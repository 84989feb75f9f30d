//! The OpenAPI documents in the hands of tools that are not ours: a validator, two generators of typed clients, and a tester that makes
//! requests of them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

use super::{prepared, program, run};
use crate::cli::Serving;

/// What the tester's requests may name as the address of a receiver: nothing else may be looked up or dialled.
const RECEIVER: &str = "http://fuzz.inbox.playmoney.test";
/// The providers' slugs, and the control API.
const DOCUMENTS: [&str; 6] = ["quantapay", "qbitpay", "cryptopay", "quantum-payouts", "quoine", "control"];
/// Requests to each operation that are made of its schemas, beside those that are made of its examples and of the limits of its values.
const REQUESTS: &str = "20";
/// What no request of the tester can reach with success, and why.
const WITHOUT_SUCCESS: &[&str] = &[
    "cryptopay.createMerchantWallet", // the account of the test key has a wallet on each chain
];

/// A server, its documents, and an empty folder of the test's own, which is removed at the end.
struct Asked {
    server: Serving,
    folder: PathBuf,
}

impl Asked {
    async fn start(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("openapi-{name}-{}", std::process::id()));
        _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        let clock = ["--clock", "frozen", "--now", "2026-01-01T00:00:00Z"];
        let webhooks = ["--webhook-allow", "127.0.0.1/32", "--webhook-url", RECEIVER];
        let server = Serving::start(&format!("openapi-{name}"), &folder, &[clock, webhooks].concat());
        for it in DOCUMENTS {
            let path = if it == "control" { "openapi.json".to_owned() } else { format!("openapi/{it}.json") };
            let answer = server.get(&format!("/__admin/{path}")).await;
            fs::write(folder.join(format!("{it}.json")), &answer.body).expect("a file");
        }
        Self { server, folder }
    }

    fn document(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }

    fn documents(&self) -> impl Iterator<Item = PathBuf> {
        DOCUMENTS.into_iter().map(|it| self.document(it))
    }

    /// Changes a document, so that it says something wrong.
    fn spoil(&self, name: &str, change: impl FnOnce(&mut Json)) {
        let text = fs::read(self.document(name)).expect("a file");
        let mut document = serde_json::from_slice(&text).expect("JSON");
        change(&mut document);
        fs::write(self.document(name), document.to_string()).expect("a file");
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.folder);
    }
}

/// A program of the environment that has the tools for documents. It reaches this machine without a proxy, and writes nothing beside
/// the tests.
fn tool(name: &str) -> Command {
    let mut command = program(prepared(Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/openapi/bin").join(name)));
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONPATH", scripts());
    command
}

fn scripts() -> PathBuf {
    super::folder().join("openapi")
}

/// A program that npm has installed.
fn module(name: &str) -> Command {
    program(prepared(super::folder().join("node_modules/.bin").join(name)))
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_document_is_valid_by_a_validator_that_is_not_ours() {
    let asked = Asked::start("validated").await;
    let mut command = tool("openapi-spec-validator");
    command.args(["--schema", "3.1"]).args(asked.documents());
    let (out, err) = run(command, "");
    assert_eq!(out.lines().filter(|it| it.ends_with(": OK")).count(), DOCUMENTS.len(), "{out}{err}");
    asked.spoil("quoine", |it| it["paths"]["/api/v1/profile"]["get"]["responses"]["200"]["description"] = Json::Null);
    let output = tool("openapi-spec-validator").arg(asked.document("quoine")).output().expect("it runs");
    assert!(!output.status.success(), "{}", told(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_in_typescript_compiles_and_is_answered() {
    let asked = Asked::start("typescript").await;
    let folder = &asked.folder;
    let apis = DOCUMENTS.map(|it| format!("  {it}: {{root: {it}.json, x-openapi-ts: {{output: {it}.ts}}}}\n")).concat();
    fs::write(folder.join("redocly.yaml"), format!("apis:\n{apis}")).expect("a file");
    let mut generator = module("openapi-typescript");
    generator.current_dir(folder);
    run(generator, "");
    symlink(super::folder().join("node_modules"), folder.join("node_modules")).expect("a link");
    fs::copy(scripts().join("shop.ts"), folder.join("shop.ts")).expect("a copy");
    fs::write(folder.join("package.json"), r#"{"type": "module"}"#).expect("a file");
    let options = ["--strict", "--target", "es2022", "--module", "es2022", "--moduleResolution", "bundler", "--lib", "es2022,dom"];
    let mut compiler = module("tsc");
    compiler.current_dir(folder).args(options).arg("shop.ts");
    run(compiler, "");
    let mut shop = program("node");
    shop.current_dir(folder).arg("shop.js").arg(asked.server.base_url());
    let (out, err) = run(shop, "");
    let expected = "quantapay true 3 P\nqbitpay pending 5\ncryptopay pending 9\nquantum-payouts processing VALIDATION_ERROR 1\n\
                    quoine payment_awaited\ncontrol 2026-01-01T00:01:00Z quoine.createInvoice\n";
    assert_eq!(out, expected, "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn models_in_python_are_generated_and_read_the_answers() {
    let asked = Asked::start("python").await;
    for it in DOCUMENTS {
        let mut command = tool("datamodel-codegen");
        command.arg("--input").arg(asked.document(it)).arg("--output").arg(asked.folder.join(it.replace('-', "_")));
        command.args(["--input-file-type", "openapi", "--openapi-scopes", "schemas", "paths", "--formatters", "builtin"]);
        command.args(["--output-model-type", "pydantic_v2.BaseModel", "--target-python-version", "3.11"]);
        run(command, "");
    }
    let mut command = tool("python");
    command.arg("openapi/models.py").arg(asked.server.base_url()).arg(&asked.folder);
    let (out, err) = run(command, "");
    let expected = "quantapay True 3 P False 0.5432\nqbitpay pending 5.0 Alipay\ncryptopay pending 9 None\nquantum-payouts 0 True\n\
                    quoine payment_awaited 5.0\ncontrol frozen timer 5\n";
    assert_eq!(out, expected, "{err}");
}

/// Makes requests of a document, as they should be and as they should not.
fn tester(asked: &Asked, name: &str) -> Command {
    const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                          response_schema_conformance,answer_of_its_function,every_member_has_a_row";
    let server = asked.server.base_url();
    let below = if name == "control" { server.clone() } else { format!("{server}/{name}") };
    let mut command = tool("schemathesis");
    command.env("SCHEMATHESIS_HOOKS", "hooks").env("PLAYMONEY_DOCUMENT", name).env("PLAYMONEY_URL", server);
    command.arg("run").arg(asked.document(name)).args(["--url", &below, "--checks", CHECKS, "--max-examples", REQUESTS]);
    command.args(["--seed", "1", "--generation-database", "none", "--no-shrink", "--continue-on-failure"]);
    command.args(["--request-timeout", "20", "--suppress-health-check", "too_slow", "--warnings", "off", "--no-color"]);
    if name == "control" {
        // Streams of events do not end. The limits of all values of scenarios and rules would make tens of thousands of requests.
        command.args(["--exclude-operation-id", "events", "--exclude-operation-id", "stream_clock", "--phases", "examples,fuzzing"]);
    } else {
        command.args(["--phases", "examples,coverage,fuzzing"]);
    }
    command.current_dir(&asked.folder);
    command
}

/// Every answer fits the document, and no webhook was to leave the machine.
async fn keeps(name: &str) {
    let asked = Asked::start(name).await;
    let output = tester(&asked, name).output().expect("it runs");
    let told = told(&output);
    assert!(output.status.success() && told.contains(" passed"), "{told}");
    let deliveries = asked.server.get("/__admin/deliveries?limit=10000").await.json();
    for it in deliveries["deliveries"].as_array().expect("a list") {
        assert!(it["url"].as_str().is_none_or(|it| it.starts_with(RECEIVER)), "{}", it["url"]);
    }
    if name != "control" {
        let journal = asked.server.get("/__admin/requests?limit=100000").await.json();
        let missed = without_success(name, &journal);
        assert!(missed.iter().all(|it| WITHOUT_SUCCESS.contains(&it.as_str())), "never answered with success: {missed:?}");
    }
}

/// The operations of a provider of which no call did what it should.
fn without_success(slug: &str, journal: &Json) -> Vec<String> {
    let calls = journal["requests"].as_array().expect("a list");
    let served = |call: &&Json| call["response"]["status"].as_u64().is_some_and(|it| it < 300) && !is_refusal(call);
    let served: Vec<&str> = calls.iter().filter(served).filter_map(|it| it["operation"].as_str()).collect();
    let names = crate::asking::contract(slug).operations.iter().map(|it| format!("{slug}.{}", it.name));
    names.filter(|it| !served.contains(&it.as_str())).collect()
}

/// QuantaPay refuses with 200.
fn is_refusal(entry: &Json) -> bool {
    entry["response"]["body"].as_str().is_some_and(|it| it.contains("\"error_code\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_quantapay_are_as_its_document_says() {
    keeps("quantapay").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_qbitpay_are_as_its_document_says() {
    keeps("qbitpay").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_cryptopay_are_as_its_document_says() {
    keeps("cryptopay").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_quantum_payouts_are_as_its_document_says() {
    keeps("quantum-payouts").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_quoine_are_as_its_document_says() {
    keeps("quoine").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_the_control_api_are_as_its_document_says() {
    keeps("control").await;
}

/// The tester itself: an answer that its document does not describe is found.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_beside_its_document_is_found() {
    let asked = Asked::start("spoilt").await;
    asked.spoil("quoine", |it| {
        let profile = &mut it["components"]["schemas"]["getProfile.answer"];
        profile["properties"].as_object_mut().expect("members").remove("email");
    });
    let mut command = tester(&asked, "quoine");
    let output = command.args(["--include-operation-id", "getProfile"]).output().expect("it runs");
    let told = told(&output);
    assert!(output.status.code() == Some(1) && told.contains("every_member_has_a_row"), "{told}");
}
