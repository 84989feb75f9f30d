//! Merchants: who they are.

use serde::{Deserialize, Serialize};

use crate::engine::store::{Indexed, Lookup};

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

/// What merchants are found by besides their numbers.
#[derive(Clone, Debug, Default)]
pub struct MerchantIndex {
    pub accounts: Lookup<String>,
    pub usernames: Lookup<Box<str>>,
    /// In small letters.
    pub emails: Lookup<String>,
}

impl Indexed for Merchant {
    type Index = MerchantIndex;
    type Keys = ();

    fn keys(&self) {}

    fn file(&self, number: u32, index: &mut MerchantIndex) {
        index.accounts.insert(self.account.clone(), number);
        index.usernames.insert(self.username.clone(), number);
        index.emails.insert(self.email.to_lowercase(), number);
    }
}
