//! Webhook endpoints.

use super::{Call, lists};
use crate::kit::http::{Response, StatusCode};
use crate::kit::time::whole_second;
use crate::providers::cryptopay::decisions::ENDPOINTS;
use crate::providers::cryptopay::errors::{Error, Fault};
use crate::providers::cryptopay::model::{ENDPOINTS_MAX, Endpoint};
use crate::providers::cryptopay::wire::{ENDPOINT_URL, EndpointObject, NewEndpoint, envelope};

pub fn list(call: Call<'_, '_>) -> Result<Response, Error> {
    call.cx.rest_on(ENDPOINTS);
    let numbers: Vec<u32> = call.memory.endpoints.index().list(call.merchant).collect();
    lists::of_few(call, "/api/webhook-endpoints/", &numbers, |memory, it| memory.endpoints.get(it).map(EndpointObject::of))
}

pub fn create(call: Call<'_, '_>) -> Result<Response, Error> {
    let Call { memory, cx, request, merchant, .. } = call;
    let NewEndpoint { url, events, is_active } = NewEndpoint::parse(request)?;
    cx.rest_on(ENDPOINTS);
    let nth = memory.endpoints_of(merchant).count();
    if ENDPOINTS_MAX <= nth {
        let message = format!("A merchant has at most {ENDPOINTS_MAX} endpoints");
        return Err(Error::Invalid(vec![Fault { rests_on: Some(ENDPOINTS), ..Fault::of(ENDPOINT_URL.name, message) }]));
    }
    let secret = Endpoint::secret_from(&[cx.sandbox(), "cryptopay", "endpoint secret", memory.account_of(merchant), &nth.to_string()]);
    let now = whole_second(cx.now());
    let endpoint = Endpoint {
        number: memory.endpoints.next(),
        merchant,
        url: url.into(),
        events: events.into(),
        is_active,
        secret,
        created_at: now,
        updated_at: now,
    };
    let response = envelope(StatusCode::CREATED, &EndpointObject::of(&endpoint), "Webhook endpoint created successfully", now);
    memory.endpoints.insert(endpoint);
    Ok(response)
}

pub fn update(call: Call<'_, '_>) -> Result<Response, Error> {
    let number = call.number()?;
    let Call { memory, cx, request, merchant, .. } = call;
    memory.endpoints.get(number).filter(|it| it.merchant == merchant).ok_or(Error::NotFound)?;
    let NewEndpoint { url, events, is_active } = NewEndpoint::parse(request)?;
    cx.rest_on(ENDPOINTS);
    let now = whole_second(cx.now());
    memory.endpoints.update(number, |it| {
        (it.url, it.events, it.is_active, it.updated_at) = (url.into(), events.into(), is_active, now);
    });
    let endpoint = memory.endpoints.get(number).ok_or(Error::NotFound)?;
    Ok(envelope(StatusCode::OK, &EndpointObject::of(endpoint), "Webhook endpoint updated successfully", now))
}
