//! Merchants: who they are.

use serde::{Deserialize, Serialize};

/// Merchants of one sandbox, the one that it begins with included.
pub const MERCHANTS_MAX: usize = 1_000;

/// One merchant: the user of the API, whose number is the user's id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Merchant {
    pub account: String,
    pub username: Box<str>,
    pub email: Box<str>,
    pub shop_name: Box<str>,
    /// How many tokens were issued: their draws differ.
    pub tokens: u64,
}
