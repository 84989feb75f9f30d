//! `/__admin/openapi`: the providers' contracts and the control API itself, as documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::StatusCode;
use parking_lot::Mutex;
use serde_json::{Map, Value as Json, json};

use super::call::{Body, Call, Caller, Rows};
use super::capsule::MEDIA_TYPE;
use super::table::{IN_PATH, TABLE};
use super::{Answer, Ask, Later, Problem, answers, audit, inbox, provider_id};
use crate::contract::openapi;
use crate::contract::openapi::schema;
use crate::engine::account::CREDENTIALS;
use crate::engine::tables::Contract;
use crate::engine::tables::audit::Check;
use crate::kit::fields::{Field, Need};
use crate::kit::http::{RequestPath, Response};
use crate::providers;
use crate::scenario::schema::components::components;
use crate::scenario::schema::{script, setting};

/// What the document says about itself.
const DESCRIPTION: &str = "Time, actions, webhooks, accounts, journal and state of a sandbox. \
     `/__admin/sandboxes/{name}/...` and `/s/{name}/__admin/...` are the same calls to another sandbox.";
/// The component of a saved state, which one call answers and another takes.
const STATE: &str = "state";
/// What the stream of events says about itself.
const EVENTS: &str = "Each event has a kind, and its data is one JSON object with `sandbox`, `sequence`, `kind`, `message` and what else its \
     kind has: `at`, `provider`, `id`, `operation`, `account`, `event`, `subject`, `from`, `to`, `cause`, `attempt`, `url`, `status`, `error`, \
     `detail`, `hint`, `rule`, `evidence`, `next_attempt_at`, `waited_ms`. The kinds are request, answer (of a request whose answer had to wait), \
     change, timer, block and delivery (something was due), attempt (one leaves), webhook (its outcome), clock and note. Events about the stream \
     itself are lagged (`missed` events were dropped before they were read), reset, created, deleted and stopped. A stream goes on \
     behind the event whose id is sent in `since` or `Last-Event-ID`; events of all sandboxes have no id. A comment comes every 15 seconds.";
/// What the stream of the clock says about itself.
const CLOCK_EVENTS: &str = "The data of each event `clock` is an object as `stream_clock.answer` describes it. The first has the present state. \
     Another one comes when the clock is set, moves in a walk through time or changes its mode, and none while it only runs on. A reader who is \
     slow gets the latest state and not each one between. The events `deleted` and `stopped` say that the stream ends. A comment comes every 15 \
     seconds.";
/// The methods that a path can list: those of a call that answers to every method.
const METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

pub fn provider(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let provider_id = provider_id(ask.world, ask.captures[0])?;
    let (core, contract) = (&ask.world.core, ask.world.provider(provider_id).contract());
    let server = json!({
        "url": format!("{}/{}", core.sandbox_url(ask.request), contract.slug),
        "description": format!("Playmoney, the sandbox {}", core.name),
    });
    Ok(Answer::Later(Later::new(move || Written::of(contract.slug, || openapi::document(contract)).with(&server))))
}

pub fn control(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let server = json!({"url": ask.world.core.sandbox_url(ask.request), "description": "the sandbox that was asked"});
    Ok(Answer::Later(Later::new(move || Written::of(CONTROL, document).with(&server))))
}

/// What the control API is called among the documents. No provider has such a slug.
const CONTROL: &str = "";

/// A document as text, which is made once: only its first server is another one at each call.
struct Written {
    before: String,
    behind: String,
}

impl Written {
    fn of(name: &'static str, make: impl FnOnce() -> Json) -> Arc<Self> {
        static MADE: Mutex<BTreeMap<&str, Arc<Written>>> = Mutex::new(BTreeMap::new());
        if let Some(it) = MADE.lock().get(name) {
            return Arc::clone(it);
        }
        // The lock is not held meanwhile, so that other documents are made and given at the same time.
        let it = Arc::new(Self::new(make()));
        MADE.lock().insert(name, Arc::clone(&it));
        it
    }

    fn new(mut document: Json) -> Self {
        const PLACE: &str = "\u{0}";
        document["servers"][0] = PLACE.into();
        let text = document.to_string();
        let (before, behind) = text.split_once(&Json::from(PLACE).to_string()).expect("the place stands in the text");
        Self { before: before.to_owned(), behind: behind.to_owned() }
    }

    fn with(&self, server: &Json) -> Response {
        let text = [&*self.before, &*server.to_string(), &*self.behind].concat();
        Response::new(StatusCode::OK, "application/json", text)
    }
}

/// The control API, from its table.
fn document() -> Json {
    let mut paths = json!({});
    for call in TABLE {
        for method in METHODS.into_iter().filter(|it| call.method.is_none_or(|own| own == *it)) {
            let method = method.to_ascii_lowercase();
            paths[RequestPath::control(call.path).as_str()][&method] = operation(call, &method);
        }
    }
    json!({
        "openapi": openapi::VERSION,
        "info": {
            "title": "Playmoney control API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
        },
        "servers": [{}],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {"token": {
                "type": "http", "scheme": "bearer", "description": "Only where the server was started with an admin token.",
            }},
        },
        "security": [{}, {"token": []}],
    })
}

fn operation(call: &Call, method: &str) -> Json {
    let name = if call.method.is_some() { call.name.to_owned() } else { format!("{}_{method}", call.name) };
    let in_path = call.names_in_path().filter_map(|name| IN_PATH.iter().find(|it| it.name == name)).map(|it| parameter(it, "path"));
    let parameters: Vec<Json> = in_path.chain(call.query.iter().map(|it| parameter(it, "query"))).collect();
    let mut done = json!({"description": "done"});
    if answers::of(call.name).is_some() {
        done["content"] = json!({"application/json": {"schema": reference(&answer_name(call))}});
    }
    match call.name {
        "events" => done["content"] = json!({"text/event-stream": {"schema": {"type": "string", "description": EVENTS}}}),
        "stream_clock" => done["content"] = json!({"text/event-stream": {"schema": {"type": "string", "description": CLOCK_EVENTS}}}),
        "metrics" | "receive" => done["content"] = text(),
        "save_capsule" => done["content"] = json!({MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}),
        "list_calls" => done["content"]["text/html"] = json!({"schema": {"type": "string"}}),
        "show_asset" => {
            done["content"] = json!({"text/css": {"schema": {"type": "string"}}, "text/javascript": {"schema": {"type": "string"}}});
        }
        _ => {}
    }
    let status = match call.name {
        "add_rule" | "create_sandbox" | "fork_sandbox" => "201",
        "receive" => "2XX", // as its script says
        _ => "200",
    };
    let mut operation = json!({
        "operationId": name,
        "summary": call.summary,
        "responses": {
            status: done,
            "default": {
                "description": "not done",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}},
            },
        },
    });
    if call.name == "receive" {
        let other = &mut operation["responses"]["default"];
        other["description"] = "as its script says, or not received".into();
        other["content"]["text/plain"] = text()["text/plain"].take();
    }
    if answers::of_refusal(call.name).is_some() {
        let content = json!({"application/problem+json": {"schema": reference(&refusal_name(call))}});
        operation["responses"]["409"] = json!({"description": "not found", "content": content});
    }
    if call.caller == Caller::Everyone {
        operation["security"] = json!([]);
    }
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = body(call).filter(|_| ["post", "put", "patch"].contains(&method)) {
        operation["requestBody"] = body;
    }
    operation
}

/// An answer that is plain text.
fn text() -> Json {
    json!({"text/plain": {"schema": {"type": "string"}}})
}

fn parameter(row: &Field, place: &str) -> Json {
    json!({
        "name": row.name, "in": place, "required": row.need == Need::Required,
        "description": row.meaning, "schema": schema::of(row.kind),
    })
}

/// What a call takes as its body.
fn body(call: &Call) -> Option<Json> {
    let (media, required, schema): (&[&str], _, _) = match call.body {
        Body::Ignored | Body::Fields([]) => return None,
        Body::Fields(rows) => (&["application/json"], rows.iter().any(|it| it.need == Need::Required), reference(&request_name(call))),
        Body::ByPath(rows) => {
            let names = contracts().flat_map(|it| names_of(it, rows));
            (&["application/json"], false, json!({"anyOf": names.map(|it| reference(&it)).collect::<Vec<_>>()}))
        }
        Body::Scenario { component } => (&["application/json", "application/yaml"], true, reference(component)),
        Body::Criteria { component } => (&["application/json"], true, reference(component)),
        Body::State => (&["application/json"], true, reference(STATE)),
        Body::Bytes => (&["*/*"], false, json!({})),
    };
    let mut content = json!({"schema": schema});
    let examples = call.examples.iter().filter_map(|it| serde_json::from_str::<Json>(it).ok());
    let examples: Map<String, Json> = (1..).zip(examples).map(|(number, it)| (number.to_string(), json!({"value": it}))).collect();
    if !examples.is_empty() {
        content["examples"] = examples.into();
    }
    let content: Map<String, Json> = media.iter().map(|it| ((*it).to_owned(), content.clone())).collect();
    Some(json!({"required": required, "content": content}))
}

fn contracts() -> impl Iterator<Item = &'static Contract> {
    providers::all().into_iter().map(|it| it.contract())
}

fn reference(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn request_name(call: &Call) -> String {
    format!("{}.request", call.name)
}

fn refusal_name(call: &Call) -> String {
    format!("{}.refusal", call.name)
}

fn answer_name(call: &Call) -> String {
    if call.name == "save_state" { STATE.to_owned() } else { format!("{}.answer", call.name) }
}

/// The names of the schemas of bodies that depend on the path.
fn names_of(contract: &Contract, rows: Rows) -> Vec<String> {
    match rows {
        Rows::Action => contract.actions.iter().map(|it| format!("{}.{}", contract.slug, it.name)).collect(),
        Rows::Account => vec![format!("{}.settings", contract.slug)],
    }
}

/// Every body that has a name.
fn schemas() -> Json {
    let mut schemas = components(&contracts().collect::<Vec<_>>());
    schemas.insert("problem".to_owned(), problem());
    for call in TABLE {
        if let Body::Fields(rows @ [_, ..]) = call.body {
            schemas.insert(request_name(call), closed(schema::object(rows)));
        }
        if let Some(rows) = answers::of(call.name) {
            schemas.insert(answer_name(call), without_evidence(schema::object(rows)));
        }
        if let Some(rows) = answers::of_refusal(call.name) {
            schemas.insert(refusal_name(call), refusal(without_evidence(schema::object(rows))));
        }
    }
    for contract in contracts() {
        for action in contract.actions {
            schemas.insert(format!("{}.{}", contract.slug, action.name), closed(schema::request(action.parameters)));
        }
        let mut settings: Map<String, Json> = contract.settings().map(|it| (it.name.to_owned(), setting(it))).collect();
        let keys: Map<String, Json> = contract.keys().map(|it| (it.name.to_owned(), json!({"type": "string", "minLength": 1}))).collect();
        let meaning = "keys that replace the present ones, which are refused from then on";
        settings.insert(
            CREDENTIALS.to_owned(),
            json!({"type": "object", "description": meaning, "properties": keys, "additionalProperties": false}),
        );
        schemas.insert(
            format!("{}.settings", contract.slug),
            json!({"type": "object", "properties": settings, "additionalProperties": false}),
        );
    }
    schemas.into()
}

/// An object with these members and no others. The rows' evidence is left out: these calls are Playmoney's own.
pub(super) fn closed(mut object: Json) -> Json {
    object["additionalProperties"] = false.into();
    if let Some(properties) = object["properties"].as_object_mut() {
        for (name, own) in properties.iter_mut() {
            if *name == inbox::RESPOND.name {
                *own = script();
            }
            if *name == audit::CHECKS.name {
                own["items"] = json!({"enum": Check::ALL.map(Check::word)});
            }
            if let Some(members) = own.as_object_mut() {
                members.retain(|name, _| !name.starts_with("x-"));
            }
        }
    }
    object
}

/// The same schema without the evidence of its rows: these calls are Playmoney's own.
fn without_evidence(mut schema: Json) -> Json {
    if let Some(members) = schema.as_object_mut() {
        members.retain(|name, _| !name.starts_with("x-"));
        for (name, it) in members.iter_mut() {
            match (name.as_str(), it) {
                ("properties", Json::Object(own)) => own.values_mut().for_each(|it| *it = without_evidence(it.take())),
                ("items", it) => *it = without_evidence(it.take()),
                _ => {}
            }
        }
    }
    schema
}

/// A problem with further members.
fn refusal(mut members: Json) -> Json {
    let mut problem = problem();
    for (name, it) in problem["properties"].as_object_mut().into_iter().flatten() {
        members["properties"][name] = it.take();
    }
    if let (Some(all), Some(own)) = (members["required"].as_array_mut(), problem["required"].as_array_mut()) {
        all.append(own);
    }
    members
}

/// RFC 9457, as every refusal of the control API is written.
fn problem() -> Json {
    json!({
        "type": "object",
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "code": {"type": "string", "description": "the last word of the type"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "what is wrong and what would be right"},
        },
        "required": ["type", "code", "title", "status", "detail"],
    })
}
