//! Merchant wallets: the request that creates or replaces one, and the object.

use serde::Serialize;

use super::sheet::Sheet;
use super::{WALLET_ACTIVE, WALLET_ADDRESS, WALLET_CHAIN, timestamp};
use crate::kit::http::Request;
use crate::kit::word::Word;
use crate::providers::cryptopay::decisions::WALLETS;
use crate::providers::cryptopay::errors::Error;
use crate::providers::cryptopay::model::{Address, CHAINS, Chain, Wallet};

/// The body of a wallet's POST or PUT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWallet {
    pub chain: Chain,
    pub address: Address,
    pub is_active: bool,
}

impl NewWallet {
    /// Names every fault at once; `is_taken` says whether a chain has another wallet.
    pub fn parse(request: &Request, is_taken: impl Fn(Chain) -> bool) -> Result<Self, Error> {
        let mut sheet = Sheet::body(request)?;
        let chain = sheet.word(&WALLET_CHAIN, CHAINS);
        if let Some(chain) = chain.filter(|it| is_taken(*it)) {
            sheet.refuse_by(&WALLET_CHAIN, format!("You already have a wallet on {}", chain.word()), WALLETS);
        }
        let text = sheet.text(&WALLET_ADDRESS);
        let address = text.as_deref().and_then(Address::of);
        if text.is_some() && address.is_none() {
            sheet.refuse_by(&WALLET_ADDRESS, "Enter a valid address: 0x and 40 hexadecimal characters", WALLETS);
        }
        let is_active = sheet.flag(&WALLET_ACTIVE).unwrap_or(true);
        sheet.checked(chain.zip(address).map(|(chain, address)| Self { chain, address, is_active }))
    }
}

/// A merchant wallet.
#[derive(Serialize)]
pub struct WalletObject<'a> {
    id: u32,
    blockchain: &'static str,
    address: &'a str,
    is_active: bool,
    created_at: String,
    updated_at: String,
}

impl<'a> WalletObject<'a> {
    pub fn of(it: &'a Wallet) -> Self {
        Self {
            id: it.number,
            blockchain: it.chain.word(),
            address: it.address.text(),
            is_active: it.is_active,
            created_at: timestamp(it.created_at),
            updated_at: timestamp(it.updated_at),
        }
    }
}
