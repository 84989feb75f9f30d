//! Payment orders and transactions: the request that creates an order, and the objects.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::sheet::Sheet;
use super::{AMOUNT, CHAIN, CURRENCY, EXPIRES_AT, NONCE, ORDER_INFO, REDIRECT_URL, WEBHOOK_URL, timestamp};
use crate::kit::fields::Fault;
use crate::kit::http::Request;
use crate::kit::json::is_shallow;
use crate::kit::time::{Timestamp, whole_second};
use crate::kit::word::Word;
use crate::kit::{money, python};
use crate::providers::cryptopay::decisions::{AMOUNT_FORM, EXPIRY_RULE, NO_WALLET, NONCE_USED, TOKEN_DECIMALS, WRONG_PAIR};
use crate::providers::cryptopay::errors::Error;
use crate::providers::cryptopay::model::{Address, CHAINS, Chain, Order, TOKENS, Token, Transaction};

/// The digits of an amount: a decimal holds every number with this many.
const DIGITS_MAX: usize = 28;

/// The body of `POST /api/payment-orders/`, once it is known to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOrder {
    pub amount: Decimal,
    pub token: Token,
    pub chain: Chain,
    pub receiving_address: Address,
    pub order_info: String,
    pub nonce: i64,
    pub webhook_url: Option<String>,
    pub redirect_url: Option<String>,
    pub expires_at: Option<Timestamp>,
}

impl NewOrder {
    /// Names every fault at once, in the order of the documented table. `is_used` knows the merchant's nonces, `wallet`
    /// the merchant's address on a chain.
    pub fn parse(
        request: &Request,
        now: Timestamp,
        is_used: impl Fn(i64) -> bool,
        wallet: impl Fn(Chain) -> Option<Address>,
    ) -> Result<Self, Error> {
        let mut sheet = Sheet::body(request)?;
        let amount = amount(&mut sheet);
        let token = sheet.word(&CURRENCY, TOKENS);
        let chain = sheet.word(&CHAIN, CHAINS);
        check_pair(&mut sheet, amount, token, chain);
        let receiving_address = chain.and_then(wallet);
        if let (Some(chain), None) = (chain, receiving_address) {
            sheet.refuse_by(&CHAIN, format!("You have no active wallet on {}", chain.word()), NO_WALLET);
        }
        let order_info = sheet.text(&ORDER_INFO);
        if order_info.as_deref().is_some_and(|it| !is_json(it)) {
            sheet.refuse(&ORDER_INFO, "Value must be valid JSON");
        }
        let nonce = sheet.integer_of_python(&NONCE);
        if nonce.is_some_and(is_used) {
            sheet.refuse_by(&NONCE, "This nonce has already been used", NONCE_USED);
        }
        let webhook_url = sheet.target(&WEBHOOK_URL);
        let redirect_url = sheet.text(&REDIRECT_URL);
        let expires_at = expires_at(&mut sheet, now);
        let read = (|| {
            let (amount, token, chain, receiving_address) = (amount?, token?, chain?, receiving_address?);
            let (order_info, nonce) = (order_info?, nonce?);
            Some(Self { amount, token, chain, receiving_address, order_info, nonce, webhook_url, redirect_url, expires_at })
        })();
        sheet.checked(read)
    }
}

/// Characters of a number as text.
const CHARS_MAX: usize = 1_000;

/// A decimal above zero, as text or as a number.
fn amount(sheet: &mut Sheet<'_>) -> Option<Decimal> {
    let Some(text) = sheet.fields.plain(AMOUNT.name) else {
        let fault = if sheet.fields.has(AMOUNT.name) { Fault::NotA("number") } else { Fault::Missing };
        return sheet.read(&AMOUNT, Err(fault));
    };
    let read = match sheet.fields.json_value(AMOUNT.name).map(RawValue::get) {
        Some(number) if !number.starts_with('"') => python::number_text(number).map_or_else(not_a_number, |it| decimal(&it)),
        _ => decimal(&text),
    };
    match read {
        Ok(it) if it <= Decimal::ZERO => sheet.refuse(&AMOUNT, "Ensure this value is greater than 0"),
        Ok(it) => return Some(it),
        Err(why) => sheet.refuse_by(&AMOUNT, why, AMOUNT_FORM),
    }
    None
}

/// A number as the framework reads it from a text, by Python's `Decimal`. The decimals that were written stay.
pub fn decimal(text: &str) -> Result<Decimal, String> {
    if CHARS_MAX < text.trim().chars().count() {
        return Err("String value too large".to_owned());
    }
    let Some(number) = python::decimal(text) else { return not_a_number() };
    money::parse(&number).map_or_else(|| Err(too_many_digits()), bounded)
}

fn not_a_number<T>() -> Result<T, String> {
    Err("A valid number is required".to_owned())
}

fn bounded(number: Decimal) -> Result<Decimal, String> {
    let digits = number.mantissa().unsigned_abs().checked_ilog10().map_or(1, |it| it + 1).max(number.scale());
    if usize::try_from(digits).is_ok_and(|it| it <= DIGITS_MAX) { Ok(number) } else { Err(too_many_digits()) }
}

fn too_many_digits() -> String {
    format!("Ensure that there are no more than {DIGITS_MAX} digits in total")
}

/// Refuses a token that the chain does not offer, and an amount with more decimals than the token has.
fn check_pair(sheet: &mut Sheet<'_>, amount: Option<Decimal>, token: Option<Token>, chain: Option<Chain>) {
    let (Some(token), Some(chain)) = (token, chain) else { return };
    match chain.decimals(token) {
        None => sheet.refuse_by(&CURRENCY, format!("{} is not available when blockchain is {}", token.word(), chain.word()), WRONG_PAIR),
        Some(decimals) if amount.is_some_and(|it| decimals < it.scale()) => {
            let why = format!("Ensure that there are no more than {decimals} decimal places when currency is {}", token.word());
            sheet.refuse_by(&AMOUNT, why, TOKEN_DECIMALS);
        }
        Some(_) => {}
    }
}

/// Whether a text is itself JSON.
pub fn is_json(text: &str) -> bool {
    is_shallow(text.as_bytes()) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// A moment in the future; without an offset it is UTC.
fn expires_at(sheet: &mut Sheet<'_>, now: Timestamp) -> Option<Timestamp> {
    let text = sheet.text(&EXPIRES_AT)?;
    let zoned: Option<Timestamp> = text.parse().ok();
    let plain = || text.contains(['T', 't', ' ']).then(|| text.parse::<DateTime>().ok())?;
    let Some(at) = zoned.or_else(|| Offset::UTC.to_timestamp(plain()?).ok()).map(whole_second) else {
        sheet.refuse(&EXPIRES_AT, "Datetime has wrong format. Use ISO 8601: YYYY-MM-DDThh:mm:ssZ");
        return None;
    };
    if at <= now {
        sheet.refuse_by(&EXPIRES_AT, "This value must be in the future", EXPIRY_RULE);
    }
    Some(at)
}

/// The beginnings of an object's links.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    /// Of absolute links: scheme, host, sandbox and slug.
    pub base: &'a str,
    /// Of relative links: sandbox and slug.
    pub prefix: &'a str,
}

impl<'a> Links<'a> {
    /// The links of the documentation itself.
    pub const DOCUMENTED: Self = Self { base: "https://pay.cryptopay.com", prefix: "" };

    /// Links below that base.
    pub fn below(base: &'a str) -> Self {
        let host = base.find("://").map_or(0, |it| it + 3);
        let prefix = base[host..].find('/').map_or("", |it| &base[host + it..]);
        Self { base, prefix }
    }
}

/// A payment order.
#[derive(Serialize)]
pub struct OrderObject<'a> {
    id: u32,
    order_id: String,
    amount: Decimal,
    currency: &'static str,
    blockchain: &'static str,
    status: &'static str,
    receiving_address: &'a str,
    payment_url: String,
    qr_code_url: String,
    order_info: &'a str,
    nonce: i64,
    created_at: String,
    expires_at: String,
    transaction: Option<TransactionObject<'a>>,
}

impl<'a> OrderObject<'a> {
    pub fn of(it: &'a Order, transaction: Option<&'a Transaction>, links: Links<'_>) -> Self {
        let order_id = it.order_id();
        Self {
            id: it.number,
            amount: it.amount,
            currency: it.token.word(),
            blockchain: it.chain.word(),
            status: it.status().word(),
            receiving_address: it.receiving_address.text(),
            payment_url: [links.base, "/order/", &order_id].concat(),
            qr_code_url: [links.prefix, "/qr/", &order_id].concat(),
            order_id,
            order_info: &it.order_info,
            nonce: it.nonce,
            created_at: timestamp(it.created_at),
            expires_at: timestamp(it.expires_at),
            transaction: transaction.map(|own| TransactionObject::of(own, it)),
        }
    }
}

/// A transaction.
#[derive(Serialize)]
pub struct TransactionObject<'a> {
    id: u32,
    transaction_hash: String,
    order_id: String,
    blockchain: &'static str,
    currency: &'static str,
    amount: Decimal,
    from_address: &'a str,
    to_address: &'a str,
    block_number: Option<i64>,
    confirmations: u32,
    status: &'static str,
    created_at: String,
    confirmed_at: Option<String>,
}

impl<'a> TransactionObject<'a> {
    pub fn of(it: &'a Transaction, order: &'a Order) -> Self {
        Self {
            id: it.number,
            transaction_hash: it.hash.to_string(),
            order_id: order.order_id(),
            blockchain: order.chain.word(),
            currency: it.token.word(),
            amount: it.amount,
            from_address: it.from_address.text(),
            to_address: order.receiving_address.text(),
            block_number: it.block,
            confirmations: it.confirmations,
            status: it.status().word(),
            created_at: timestamp(it.created_at),
            confirmed_at: it.confirmed_at.map(timestamp),
        }
    }
}
