//! The envelope of every answer, and what the calls put into it.

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use crate::kit::http::{Response, StatusCode};
use crate::kit::money::{self, raw};
use crate::kit::time::plain_utc;
use crate::providers::quantapay::model::Session;

/// An answer that is not a refusal.
pub fn answer(response: &impl Serialize) -> Response {
    #[derive(Serialize)]
    struct Envelope<'a, T> {
        success: bool,
        response: &'a T,
    }
    Response::json(StatusCode::OK, &Envelope { success: true, response })
}

/// The answer of `create-checkout-session`.
pub fn session(it: &Session, payment_url: &str) -> Response {
    #[derive(Serialize)]
    struct Created<'a> {
        session_id: String,
        payment_url: &'a str,
        price: String,
        currency: &'static str,
        order_id: Option<&'a str>,
        created_at: String,
        expires_at: String,
    }
    answer(&Created {
        session_id: it.id(),
        payment_url,
        price: it.price.to_string(),
        currency: it.fiat.code(),
        order_id: it.reference.as_deref(),
        created_at: plain_utc(it.created_at),
        expires_at: plain_utc(it.expires_at()),
    })
}

/// Two decimals, as a JSON number.
struct Cents(Decimal);

impl Serialize for Cents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        money::with_fixed(self.0, 2, |it| raw(it, serializer))
    }
}

/// The answer of `get-credit-balance`.
pub fn credits(dollars: Decimal) -> Response {
    #[derive(Serialize)]
    struct Credits {
        credit_balance: Cents,
        credit_currency: &'static str,
    }
    answer(&Credits { credit_balance: Cents(dollars), credit_currency: "USD" })
}

/// The answer of `get-balances`: coin, amount, and what it is worth in dollars.
pub fn balances(wallets: impl Iterator<Item = (&'static str, Decimal, Decimal)>) -> Response {
    #[derive(Serialize)]
    struct Balance {
        #[serde(serialize_with = "coins_as_text")]
        amount: Decimal,
        #[serde(serialize_with = "cents_as_text")]
        fiat: Decimal,
    }
    struct Balances(Vec<(&'static str, Balance)>);
    impl Serialize for Balances {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().map(|(name, it)| (name, it)))
        }
    }
    answer(&Balances(wallets.map(|(coin, amount, fiat)| (coin, Balance { amount, fiat })).collect()))
}

fn coins_as_text<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    money::with_plain(*amount, |it| serializer.serialize_str(it))
}

fn cents_as_text<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    money::with_fixed(*amount, 2, |it| serializer.serialize_str(it))
}

/// The answer of `check-transaction`.
#[derive(Serialize)]
pub struct Checked<'a> {
    pub confirmed: bool,
    pub confirmations: u32,
    pub minimum_confirmations: u32,
    pub hash: &'a str,
    pub invoice: bool,
    /// What arrived, if it is less than the price.
    pub underpayment: TextOrFalse,
    pub redirect: TextOrFalse,
    pub source: bool,
}

/// A text, or `false` in its place.
pub struct TextOrFalse(pub Option<String>);

impl Serialize for TextOrFalse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(text) => serializer.serialize_str(text),
            None => serializer.serialize_bool(false),
        }
    }
}
