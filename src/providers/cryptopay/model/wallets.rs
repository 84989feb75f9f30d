//! Wallets of merchants.

use serde::{Deserialize, Serialize};

use super::{Address, Chain};
use crate::engine::store::{Index, Indexed};
use crate::kit::time::Timestamp;

/// The wallet of a merchant on a chain; one for each chain.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wallet {
    pub number: u32,
    pub merchant: u32,
    pub chain: Chain,
    pub address: Address,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Indexed for Wallet {
    /// By merchant.
    type Index = Index<u32>;
    type Keys = ();

    fn keys(&self) {}

    fn file(&self, number: u32, index: &mut Self::Index) {
        index.insert(self.merchant, number);
    }
}
