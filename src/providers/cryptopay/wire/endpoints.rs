//! Webhook endpoints: the request that creates or replaces one, and the object.

use serde::Serialize;
use serde_json::value::RawValue;

use super::sheet::Sheet;
use super::{ENDPOINT_ACTIVE, ENDPOINT_EVENTS, ENDPOINT_URL, timestamp};
use crate::kit::http::Request;
use crate::kit::word::Word;
use crate::providers::cryptopay::errors::Error;
use crate::providers::cryptopay::model::{Endpoint, NOTICES, Notice};

/// The framework's words for anything else in place of a list.
const NOT_A_LIST: &str = "Expected a list of items";

/// The body of an endpoint's POST or PUT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEndpoint {
    pub url: String,
    pub events: Vec<Notice>,
    pub is_active: bool,
}

impl NewEndpoint {
    pub fn parse(request: &Request) -> Result<Self, Error> {
        let mut sheet = Sheet::body(request)?;
        let url = sheet.target(&ENDPOINT_URL);
        let events = match sheet.fields.json_value(ENDPOINT_EVENTS.name) {
            None if sheet.fields.is_empty_text(ENDPOINT_EVENTS.name) => {
                sheet.refuse(&ENDPOINT_EVENTS, NOT_A_LIST);
                None
            }
            None if sheet.fields.is_sent(ENDPOINT_EVENTS.name) => {
                sheet.refuse(&ENDPOINT_EVENTS, "This field may not be null");
                None
            }
            None => Some(NOTICES.to_vec()),
            Some(value) => events(value).map_err(|why| sheet.refuse(&ENDPOINT_EVENTS, why)).ok(),
        };
        let is_active = sheet.flag(&ENDPOINT_ACTIVE).unwrap_or(true);
        sheet.checked(url.zip(events).map(|(url, events)| Self { url, events, is_active }))
    }
}

/// Names of events in the order in which they were sent, each once.
fn events(value: &RawValue) -> Result<Vec<Notice>, String> {
    let items: Vec<&RawValue> = serde_json::from_str(value.get()).map_err(|_| NOT_A_LIST.to_owned())?;
    let mut events = Vec::new();
    for item in items {
        let name: String = serde_json::from_str(item.get()).map_err(|_| "Not a valid string".to_owned())?;
        let event = Notice::of(&name).ok_or_else(|| format!("\"{name}\" is not a valid choice"))?;
        if !events.contains(&event) {
            events.push(event);
        }
    }
    if events.is_empty() { Err("This list may not be empty".to_owned()) } else { Ok(events) }
}

/// A webhook endpoint.
#[derive(Serialize)]
pub struct EndpointObject<'a> {
    id: u32,
    url: &'a str,
    events: Vec<&'static str>,
    is_active: bool,
    secret: &'a str,
    created_at: String,
    updated_at: String,
}

impl<'a> EndpointObject<'a> {
    pub fn of(it: &'a Endpoint) -> Self {
        Self {
            id: it.number,
            url: &it.url,
            events: it.events.iter().map(|it| it.word()).collect(),
            is_active: it.is_active,
            secret: &it.secret,
            created_at: timestamp(it.created_at),
            updated_at: timestamp(it.updated_at),
        }
    }
}
