//! Webhooks: the request to a receiver, and the meaning of its answer.

use serde_json::{Value as Json, json};

use super::calls::parameter;
use super::{map, mark, reference, schema};
use crate::contract::rows;
use crate::engine::tables::{Contract, EventRow};

/// The name of the schema of the body of a webhook.
pub fn body_name(it: &EventRow) -> String {
    format!("{}.event", it.name)
}

/// Every event under its name.
pub fn webhooks(contract: &Contract) -> Json {
    map(contract.events.iter().map(|it| (it.name.to_owned(), json!({"post": webhook(contract, it)}))))
}

fn webhook(contract: &Contract, event: &EventRow) -> Json {
    let (headers, types): (Vec<_>, Vec<_>) = event.headers.iter().partition(|it| !it.name.eq_ignore_ascii_case("content-type"));
    let limit = contract.schedule.time_limit.as_secs();
    let again = match contract.schedule.waits.len() {
        0 | 1 => "not accepted: the event is not sent again".to_owned(),
        attempts => format!("not accepted: the same event is sent again, up to {attempts} attempts in total"),
    };
    let mut it = json!({
        "operationId": event.name,
        "summary": event.when,
        "description": event.signature,
        "security": [],
        "parameters": headers.into_iter().map(|it| parameter(it, "header")).collect::<Vec<_>>(),
        "requestBody": {
            "required": true,
            "content": {"application/json": {
                "schema": reference("schemas", &body_name(event)),
                "examples": {"documented": {"value": schema::example(&[], event.example)}},
            }},
        },
        "responses": {
            "2XX": {"description": format!("accepted, if the answer comes within {limit} seconds")},
            "default": {"description": again},
        },
        "x-headers": types.into_iter().map(rows::field).collect::<Vec<_>>(),
    });
    mark(&mut it, event.evidence);
    it
}
