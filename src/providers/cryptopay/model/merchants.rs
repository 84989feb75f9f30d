//! Merchants, the users of the API.

use serde::{Deserialize, Serialize};

use crate::engine::store::{Indexed, Lookup};

/// The largest number of merchants of a sandbox, its first one included.
pub const MERCHANTS_MAX: usize = 1_000;

/// One merchant: the user of the API, whose number is the user's id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Merchant {
    pub account: String,
    pub username: Box<str>,
    pub email: Box<str>,
    pub shop_name: Box<str>,
    /// The number of issued tokens; it makes their draws differ.
    pub tokens: u64,
}

/// Indexes of merchants.
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
