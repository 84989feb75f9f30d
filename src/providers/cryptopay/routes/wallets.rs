//! Merchant wallets.

use super::{Call, lists};
use crate::kit::http::{Response, StatusCode};
use crate::kit::time::whole_second;
use crate::providers::cryptopay::decisions::WALLETS;
use crate::providers::cryptopay::errors::Error;
use crate::providers::cryptopay::model::Wallet;
use crate::providers::cryptopay::wire::{NewWallet, WalletObject, envelope};

pub fn list(call: Call<'_, '_>) -> Result<Response, Error> {
    call.cx.rest_on(WALLETS);
    let numbers: Vec<u32> = call.memory.wallets.index().list(call.merchant).collect();
    lists::of_few(call, "/api/merchant-wallets/", &numbers, |memory, it| memory.wallets.get(it).map(WalletObject::of))
}

pub fn create(call: Call<'_, '_>) -> Result<Response, Error> {
    let Call { memory, cx, request, merchant, .. } = call;
    let NewWallet { chain, address, is_active } = NewWallet::parse(request, |it| memory.wallet_on(merchant, it).is_some())?;
    cx.rest_on(WALLETS);
    let now = whole_second(cx.now());
    let wallet = Wallet { number: memory.wallets.next(), merchant, chain, address, is_active, created_at: now, updated_at: now };
    let response = envelope(StatusCode::CREATED, &WalletObject::of(&wallet), "Merchant wallet created successfully", now);
    memory.wallets.insert(wallet);
    Ok(response)
}

pub fn update(call: Call<'_, '_>) -> Result<Response, Error> {
    let number = call.number()?;
    let Call { memory, cx, request, merchant, .. } = call;
    memory.wallets.get(number).filter(|it| it.merchant == merchant).ok_or(Error::NotFound)?;
    let other = |chain| memory.wallet_on(merchant, chain).is_some_and(|it| it.number != number);
    let NewWallet { chain, address, is_active } = NewWallet::parse(request, other)?;
    cx.rest_on(WALLETS);
    let now = whole_second(cx.now());
    memory.wallets.update(number, |it| (it.chain, it.address, it.is_active, it.updated_at) = (chain, address, is_active, now));
    let wallet = memory.wallets.get(number).ok_or(Error::NotFound)?;
    Ok(envelope(StatusCode::OK, &WalletObject::of(wallet), "Merchant wallet updated successfully", now))
}
