//! A provider that does not exist and speaks as others do: parameters in path and query, forms, one address for
//! several functions.

use std::sync::LazyLock;

use playmoney::inside::contract::openapi;
use playmoney::inside::engine::tables::audit::AuditTable;
use playmoney::inside::engine::tables::{Asks, Auth, Contract, ErrorRow, Index, Limit, Operation, Polls, Proof, Reach, Schedule};
use playmoney::inside::kit::evidence::Evidence::{self, Documented};
use playmoney::inside::kit::fields::{Field, Kind, Need, TEXT};
use playmoney::inside::kit::http::{Method, Response, StatusCode};
use playmoney::inside::kit::time::Duration;
use serde_json::{Value as Json, json};

use super::documents::is_openapi;

const PAGE: Evidence = Documented("a page");
const FORM: &[&str] = &["application/x-www-form-urlencoded"];

const fn field(name: &'static str, kind: Kind, need: Need) -> Field {
    Field { name, kind, need, meaning: "a field", evidence: PAGE }
}

const ID: Field = field("id", TEXT, Need::Required);
const NAME: Field = field("name", TEXT, Need::Required);

static ANSWER: [Field; 1] = [field("thing.id", TEXT, Need::Required)];
static SHOWN: [Field; 2] = [ID, field("page", Kind::Integer { min: 1, max: 9 }, Need::Default("1"))];
static NONCE: [Field; 1] = [field("NONCE", TEXT, Need::Required)];
static RENAMED: [Field; 2] = [ID, NAME];
static MADE: [Field; 2] = [field("function", Kind::Constant("make"), Need::Required), NAME];
static DROPPED: [Field; 1] = [field("function", Kind::Constant("drop"), Need::Required)];

/// A call with a form for a body.
const fn call(
    name: &'static str,
    method: Method,
    path: &'static str,
    parameters: &'static [Field],
    (success, errors): (StatusCode, &'static [&'static str]),
) -> Operation {
    let (auth, summary, answer) = (Auth::Bearer, "a call", &ANSWER);
    let (media, headers, makes, example, evidence) = (FORM, &[], None, None, PAGE);
    Operation { name, method, path, auth, summary, media, headers, parameters, success, answer, errors, makes, example, evidence }
}

/// A call without a body.
const fn read(name: &'static str, path: &'static str, parameters: &'static [Field]) -> Operation {
    let (method, success, errors) = (Method::GET, StatusCode::OK, &["lost"]);
    let (auth, summary, answer) = (Auth::Bearer, "a call", &ANSWER);
    let (media, headers, makes, example, evidence) = (&[], &NONCE, None, None, PAGE);
    Operation { name, method, path, auth, summary, media, headers, parameters, success, answer, errors, makes, example, evidence }
}

static SHOW: Operation = read("show", "/things/{id}", &SHOWN);
static RENAME: Operation = call("rename", Method::PUT, "/things/{id}", &RENAMED, (StatusCode::OK, &["lost"]));
static MAKE: Operation = call("make", Method::POST, "/api.php", &MADE, (StatusCode::CREATED, &["lost", "full"]));
static DROP: Operation = call("drop", Method::POST, "/api.php", &DROPPED, (StatusCode::OK, &["lost"]));

const fn error(name: &'static str, code: &'static str) -> ErrorRow {
    ErrorRow { name, code, status: StatusCode::BAD_REQUEST, when: "it happens", evidence: PAGE }
}

static LOST: ErrorRow = error("lost", "thing-lost");
static FULL: ErrorRow = error("full", "shelf-full");

static CONTRACT: Contract = Contract {
    slug: "toy",
    name: "Toy",
    about: "A provider for one test.",
    base_url: "https://toy.test",
    hosts: &["toy.test"],
    account: "default",
    credentials: &[],
    sources: &[],
    operations: &[&SHOW, &RENAME, &MAKE, &DROP],
    actions: &[],
    lifecycles: Vec::new,
    pages: &[],
    errors: &[&LOST, &FULL],
    error_body: &[field("0", TEXT, Need::Required), field("why.code", TEXT, Need::Required)],
    answer_headers: &[],
    presented: |_| None,
    refusal: |name| {
        let code = CONTRACT.error(name)?.code;
        Some(Response::json(StatusCode::BAD_REQUEST, &json!({"0": "error", "why": {"code": code}})))
    },
    limit: Limit { error: "full", calls_max: 1, window: Duration::from_secs(1), evidence: PAGE },
    events: &[],
    marks: &[],
    proof: Proof::Header("signature"),
    signing_credential: None,
    signed_of: None,
    request_signature: None,
    reach: Reach { late_payment: Duration::ZERO, signs_dates: false },
    schedule: Schedule { waits: &[], time_limit: Duration::ZERO, evidence: PAGE, time_limit_evidence: PAGE },
    audit: AuditTable {
        steps: "",
        amount: "",
        event_id: None,
        event_name: None,
        object: "",
        repeats: &[],
        proof: &[],
        refusal: 401,
        other_algorithm: None,
        rows: &[],
    },
    settings: &[],
    asks: Asks { once: &[], polls: Polls::of(&[]), fresh_dates: None },
    decisions: &[],
    index: &INDEX,
};

static INDEX: LazyLock<Index> = LazyLock::new(|| Index::of(&CONTRACT));

fn places(operation: &Json) -> Vec<(&str, &str)> {
    let parameters = operation["parameters"].as_array().expect("parameters").iter();
    parameters.map(|it| (it["name"].as_str().expect("a name"), it["in"].as_str().expect("a place"))).collect()
}

#[test]
fn parameters_stand_where_they_travel() {
    let document = openapi::document(&CONTRACT);
    is_openapi(&document);
    let (show, rename) = (&document["paths"]["/things/{id}"]["get"], &document["paths"]["/things/{id}"]["put"]);
    assert_eq!(places(show), [("id", "path"), ("page", "query"), ("NONCE", "header")]);
    assert_eq!(show["parameters"][1]["schema"]["default"], 1);
    assert!(show["requestBody"].is_null());
    assert_eq!(places(rename), [("id", "path")]);
    let body = &document["components"]["schemas"]["rename.request"];
    assert_eq!(body["required"], json!(["name"]));
    assert!(body["properties"]["id"].is_null(), "{body}");
    assert_eq!(document["components"]["schemas"]["show.answer"]["properties"]["thing"]["required"], json!(["id"]));
}

#[test]
fn functions_behind_one_address_are_one_operation() {
    let document = openapi::document(&CONTRACT);
    let both = &document["paths"]["/api.php"]["post"];
    assert_eq!(both["operationId"], "api.php", "the calls stand in the bodies");
    let taken = &both["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"];
    assert_eq!(*taken, json!({"oneOf": [{"$ref": "#/components/schemas/make.request"}, {"$ref": "#/components/schemas/drop.request"}]}));
    let answered = both["responses"].as_object().expect("responses").keys().map(String::as_str);
    assert_eq!(answered.collect::<Vec<_>>(), ["200", "201", "400"]);
    assert_eq!(both["x-operations"][1]["errors"], json!(["lost"]));
}

#[test]
fn a_refusal_names_the_codes_of_its_status() {
    let document = openapi::document(&CONTRACT);
    let codes = |path: &str, method: &str| {
        let schema = &document["paths"][path][method]["responses"]["400"]["content"]["application/json"]["schema"];
        schema["allOf"][1]["properties"]["why"]["properties"]["code"]["enum"].clone()
    };
    assert_eq!(codes("/api.php", "post"), json!(["thing-lost", "shelf-full"]));
    assert_eq!(codes("/things/{id}", "get"), json!(["thing-lost"]));
}
