//! Merchant wallets and webhook endpoints.

use serde::Serialize;

use super::Call;
use crate::kit::http::{Response, StatusCode};
use crate::kit::time::whole_second;
use crate::providers::cryptopay::errors::Error;
use crate::providers::cryptopay::model::{ENDPOINTS_MAX, Endpoint, Wallet};
use crate::providers::cryptopay::wire::{self, ENDPOINT_URL, EndpointObject, NewEndpoint, NewWallet, Page, WalletObject, enveloped};

/// A page of what a merchant has few of, newest first. `numbers` are ascending.
fn listed<T: Serialize>(call: &Call<'_, '_>, path: &str, numbers: &[u32], object: impl Fn(u32) -> Option<T>) -> Result<Response, Error> {
    let page = Page::parse(call.request)?;
    let count = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    page.exists(count)?;
    let base = call.cx.base_url(call.request);
    let (skipped, size) = (page.skipped() as usize, page.size as usize);
    let objects: Vec<T> = numbers.iter().rev().skip(skipped).take(size).filter_map(|it| object(*it)).collect();
    Ok(wire::list(&format!("{}{path}", call.links(&base).prefix), &page, count, &objects))
}

pub fn list_wallets(call: Call<'_, '_>) -> Result<Response, Error> {
    let numbers = call.memory.shelf(call.merchant).map_or(&[][..], |it| &it.wallets);
    listed(&call, "/api/merchant-wallets/", numbers, |it| call.memory.wallets.get(it).map(WalletObject::of))
}

pub fn create_wallet(call: Call<'_, '_>) -> Result<Response, Error> {
    let Call { memory, cx, request, merchant, .. } = call;
    let NewWallet { chain, address, is_active } = NewWallet::parse(request, |it| memory.wallet_on(merchant, it).is_some())?;
    let now = whole_second(cx.now());
    let wallet = Wallet { number: memory.wallets.next(), merchant, chain, address, is_active, created_at: now, updated_at: now };
    let response = enveloped(StatusCode::CREATED, &WalletObject::of(&wallet), "Merchant wallet created successfully", now);
    memory.keep_wallet(wallet);
    Ok(response)
}

pub fn update_wallet(call: Call<'_, '_>) -> Result<Response, Error> {
    let number = call.number()?;
    let Call { memory, cx, request, merchant, .. } = call;
    memory.wallets.get(number).filter(|it| it.merchant == merchant).ok_or(Error::NotFound)?;
    let other = |chain| memory.wallet_on(merchant, chain).is_some_and(|it| it.number != number);
    let NewWallet { chain, address, is_active } = NewWallet::parse(request, other)?;
    let now = whole_second(cx.now());
    let wallet = memory.wallets.get_mut(number).ok_or(Error::NotFound)?;
    (wallet.chain, wallet.address, wallet.is_active, wallet.updated_at) = (chain, address, is_active, now);
    Ok(enveloped(StatusCode::OK, &WalletObject::of(wallet), "Merchant wallet updated successfully", now))
}

pub fn list_endpoints(call: Call<'_, '_>) -> Result<Response, Error> {
    let numbers = call.memory.shelf(call.merchant).map_or(&[][..], |it| &it.endpoints);
    listed(&call, "/api/webhook-endpoints/", numbers, |it| call.memory.endpoints.get(it).map(EndpointObject::of))
}

pub fn create_endpoint(call: Call<'_, '_>) -> Result<Response, Error> {
    let Call { memory, cx, request, merchant, .. } = call;
    let NewEndpoint { url, events, is_active } = NewEndpoint::parse(request)?;
    let nth = memory.endpoints_of(merchant).count();
    if ENDPOINTS_MAX <= nth {
        return Err(Error::field(ENDPOINT_URL.name, format!("A merchant has at most {ENDPOINTS_MAX} endpoints")));
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
    let response = enveloped(StatusCode::CREATED, &EndpointObject::of(&endpoint), "Webhook endpoint created successfully", now);
    memory.keep_endpoint(endpoint);
    Ok(response)
}

pub fn update_endpoint(call: Call<'_, '_>) -> Result<Response, Error> {
    let number = call.number()?;
    let Call { memory, cx, request, merchant, .. } = call;
    memory.endpoints.get(number).filter(|it| it.merchant == merchant).ok_or(Error::NotFound)?;
    let NewEndpoint { url, events, is_active } = NewEndpoint::parse(request)?;
    let now = whole_second(cx.now());
    let endpoint = memory.endpoints.get_mut(number).ok_or(Error::NotFound)?;
    (endpoint.url, endpoint.events, endpoint.is_active, endpoint.updated_at) = (url.into(), events.into(), is_active, now);
    Ok(enveloped(StatusCode::OK, &EndpointObject::of(endpoint), "Webhook endpoint updated successfully", now))
}
