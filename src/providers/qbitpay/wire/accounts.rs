//! Access token, account, balance and the rows of the ledger.

use rust_decimal::Decimal;
use serde::Serialize;

use super::sheet::Sheet;
use super::{BALANCE_CURRENCY, number, timestamp};
use crate::kit::http::{Request, Response, StatusCode};
use crate::kit::jwt;
use crate::kit::money::Number;
use crate::kit::time::{Timestamp, unix_seconds};
use crate::kit::word::Word;
use crate::providers::qbitpay::errors::Error;
use crate::providers::qbitpay::model::{Balance, BalanceTransaction, Currency, Oid};

/// The first part of an access token.
const HEAD: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
/// How long an access token is valid.
const TOKEN_SECS: i64 = 30 * 24 * 60 * 60;
/// Bounds of one charge, of one payout and of one withdrawal, in USDT.
pub const PAY_MIN: i64 = 5;
pub const PAY_MAX: i64 = 10_000;
pub const PAYOUT_MIN: i64 = 200;
const WITHDRAW_MIN: i64 = 200;

/// A JWT for the hosted page, HS256 on the simulated clock.
pub fn access_token(user: Oid, auth_code: &str, now: Timestamp, secret: &str) -> Response {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Claims<'a> {
        #[serde(rename = "_id")]
        id: Oid,
        is_admin: bool,
        auth_code: &'a str,
        iat: i64,
        exp: i64,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Token {
        access_token: String,
    }
    let iat = unix_seconds(now);
    let claims = Claims { id: user, is_admin: true, auth_code, iat, exp: iat + TOKEN_SECS };
    let access_token = jwt::signed(HEAD, &claims, secret.as_bytes());
    Response::json(StatusCode::OK, &Token { access_token })
}

/// The answer of `GET /accounts/show`.
pub fn account(payout_rate: Decimal, trade_rate: Decimal, pay_rate: Decimal, wallets: &[(Currency, String)]) -> Response {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Account {
        fee_rates: Rates,
        limit: Limits,
        wallets: Vec<Wallet>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Rates {
        payout: Number,
        pay: Number,
        withdraw_token: Number,
        trade: Number,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Limits {
        pay: Limit,
        payout: Limit,
        withdraw_token: Limit,
    }
    #[derive(Serialize)]
    struct Limit {
        currency: &'static str,
        min: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<i64>,
    }
    #[derive(Serialize)]
    struct Wallet {
        currency: &'static str,
        addr: String,
    }
    let limit = |min, max| Limit { currency: "USDT", min, max };
    let account = Account {
        fee_rates: Rates {
            payout: Number(payout_rate),
            pay: Number(pay_rate),
            withdraw_token: Number(Decimal::ZERO),
            trade: Number(trade_rate),
        },
        limit: Limits { pay: limit(PAY_MIN, Some(PAY_MAX)), payout: limit(PAYOUT_MIN, None), withdraw_token: limit(WITHDRAW_MIN, None) },
        wallets: wallets.iter().map(|(currency, addr)| Wallet { currency: currency.word(), addr: addr.clone() }).collect(),
    };
    Response::json(StatusCode::OK, &account)
}

/// The query of `GET /balances/show`.
pub fn parse_balance(request: &Request) -> Result<Currency, Error> {
    let mut sheet = Sheet::query(request);
    let currency = sheet.currency(&BALANCE_CURRENCY, Currency::Usd);
    sheet.complete(currency)
}

/// The balance object.
pub fn balance(currency: Currency, balance: &Balance) -> Response {
    #[derive(Serialize)]
    struct Object {
        id: Oid,
        object: &'static str,
        currency: &'static str,
        available: Number,
        pending: Number,
    }
    let object = Object {
        id: balance.id,
        object: "balance",
        currency: currency.word(),
        available: number(currency, balance.available_units),
        pending: number(currency, balance.pending_units),
    };
    Response::json(StatusCode::OK, &object)
}

/// The object of a row of the ledger.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowObject<'a> {
    id: Oid,
    object: &'static str,
    currency: &'static str,
    amount: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    available_on: Option<String>,
    created_at: String,
    r#type: &'static str,
    source: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    fee: Number,
    net: Number,
}

impl<'a> RowObject<'a> {
    /// `source` is the id of the row's cause, `description` that of the cause.
    pub fn of(row: &BalanceTransaction, source: String, description: Option<&'a str>) -> Self {
        let amount = |units| number(row.currency, units);
        Self {
            id: row.id,
            object: "balanceTransaction",
            currency: row.currency.word(),
            amount: amount(row.amount_units),
            available_on: row.available_on.map(timestamp),
            created_at: timestamp(row.created_at),
            r#type: row.kind.word(),
            source,
            status: row.status().word(),
            description,
            fee: amount(row.fee_units),
            net: amount(row.net_units()),
        }
    }
}
