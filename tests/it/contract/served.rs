//! What the server says of itself, so that its answers can be held against it.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use playmoney::inside::kit::http::Response;
use serde_json::{Value as Json, json};

use crate::tape::Tape;

/// A provider's OpenAPI document as it is served, every object in it closed: a field that it does not name is wrong.
pub struct Served {
    document: Json,
    validators: BTreeMap<String, Validator>,
    /// Fields that were seen, by the name of their body.
    pub fields: BTreeMap<String, BTreeSet<String>>,
}

impl Served {
    /// Asks the sandbox for the document.
    pub fn by(shop: &mut Tape, slug: &str) -> Self {
        let mut document = shop.admin("GET", &format!("openapi/{slug}.json"), &Json::Null);
        close(&mut document["components"]["schemas"]);
        Self { document, validators: BTreeMap::new(), fields: BTreeMap::new() }
    }

    /// Holds an answer against what is documented for that operation and status.
    pub fn judge(&mut self, operation: &str, response: &Response) -> Json {
        let status = response.status.as_str();
        let documented = self.operation(operation)["responses"][status].clone();
        let body: Json = serde_json::from_slice(&response.body).expect("answers are JSON");
        assert!(documented.is_object(), "{operation} documents no {status}, and answered {body}");
        for name in documented["headers"].as_object().expect("headers").keys() {
            assert!(response.headers.contains_key(name.as_str()), "{operation} {status} lacks the header {name}");
        }
        let media = response.headers["content-type"].to_str().expect("text");
        let mut schema = documented["content"][media]["schema"].clone();
        assert!(schema.is_object(), "{operation} {status} documents no {media}");
        if self.operation(operation)["x-operations"].is_array() && body["success"] == true {
            // Of the functions behind one address it is this one that answers.
            schema = json!({"$ref": format!("#/components/schemas/{operation}.answer")});
        }
        let refused = if body["error_code"].is_null() { "" } else { " refused" };
        self.fits(&format!("{operation} {status}{refused}"), schema, &body);
        body
    }

    /// Holds everything that was sent against what is documented, and returns it.
    pub fn judge_deliveries(&mut self, shop: &mut Tape, path: &str) -> Vec<Json> {
        let deliveries = shop.admin("GET", path, &Json::Null);
        let deliveries = deliveries["deliveries"].as_array().expect("deliveries").clone();
        for it in &deliveries {
            for attempt in it["attempts"].as_array().expect("attempts") {
                let body = attempt["request"]["body"].as_str().expect("a body");
                self.judge_webhook(it["event"].as_str().expect("an event"), &attempt["request"]["headers"], body);
            }
        }
        deliveries
    }

    /// Holds a webhook against what is documented for its event.
    pub fn judge_webhook(&mut self, event: &str, headers: &Json, body: &str) {
        let documented = self.document["webhooks"][event]["post"].clone();
        assert!(documented.is_object(), "no event {event} is documented");
        let body: Json = serde_json::from_str(body).expect("webhooks are JSON");
        let media = headers["Content-Type"].as_str().expect("a content type");
        self.fits(event, documented["requestBody"]["content"][media]["schema"].clone(), &body);
        let parameters = documented["parameters"].as_array().expect("parameters");
        let name = |it: &Json| it["name"].as_str().expect("a name").to_owned();
        for it in parameters {
            let sent = headers[name(it)].as_str();
            let typed = sent.map(|text| if it["schema"]["type"] == "integer" { text.parse().expect("a number") } else { json!(text) });
            match typed {
                Some(value) => self.fits(&format!("{event} {}", name(it)), it["schema"].clone(), &value),
                None => assert_eq!(it["required"], json!(false), "{event} lacks {}", name(it)),
            }
        }
        let known: BTreeSet<String> = parameters.iter().map(name).chain(["Content-Type".to_owned()]).collect();
        let sent = headers.as_object().expect("headers").keys().cloned().collect::<BTreeSet<_>>();
        assert!(sent.is_subset(&known), "{event} sends {sent:?}, documented are {known:?}");
    }

    /// Whether a body fits what is documented for an operation.
    pub fn takes(&self, operation: &str, body: &Json) -> bool {
        let mut schema = self.operation(operation)["requestBody"]["content"]["application/json"]["schema"].clone();
        schema["components"] = self.document["components"].clone();
        jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema").is_valid(body)
    }

    fn operation(&self, name: &str) -> &Json {
        let paths = self.document["paths"].as_object().expect("paths").values();
        let mut operations = paths.flat_map(|it| it.as_object().expect("a path").values());
        let is = |row: &Json| {
            row["operationId"] == name || row["x-operations"].as_array().is_some_and(|all| all.iter().any(|it| it["name"] == name))
        };
        operations.find(|it| is(it)).expect("the operation is documented")
    }

    fn fits(&mut self, name: &str, mut schema: Json, body: &Json) {
        schema["components"] = self.document["components"].clone();
        let build = || jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
        let validator = self.validators.entry(name.to_owned()).or_insert_with(build);
        let faults: Vec<String> = validator.iter_errors(body).map(|it| format!("{} at {}", it, it.instance_path())).collect();
        assert!(faults.is_empty(), "{name}: {faults:#?} in {body}");
        note(self.fields.entry(name.to_owned()).or_default(), "", body);
    }
}

/// Takes from every object of a schema the right to more members than it names.
fn close(schema: &mut Json) {
    match schema {
        Json::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("type") == Some(&json!("object")) {
                members.entry("additionalProperties").or_insert(json!(false));
            }
        }
        Json::Array(items) => items.iter_mut().for_each(close),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// The items of a list are noted under its name with `[]`, as the tables write it.
pub fn note(seen: &mut BTreeSet<String>, prefix: &str, value: &Json) {
    for item in value.as_array().into_iter().flatten() {
        note(seen, &format!("{}[].", prefix.trim_end_matches('.')), item);
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let dotted = format!("{prefix}{name}");
        note(seen, &format!("{dotted}."), inner);
        for item in inner.as_array().into_iter().flatten() {
            if !item.is_object() {
                seen.insert(format!("{dotted}[]"));
            }
            note(seen, &format!("{dotted}[]."), item);
        }
        seen.insert(dotted);
    }
}
