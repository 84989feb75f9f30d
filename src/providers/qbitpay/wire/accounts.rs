//! Access token, account, balance and the rows of the ledger.

use serde::{Deserialize, Serialize};

use super::sheet::Sheet;
use super::{BALANCE_CURRENCY, number, timestamp};
use crate::kit::http::{Request, Response, StatusCode};
use crate::kit::jwt;
use crate::kit::money::Number;
use crate::kit::time::{Timestamp, unix_seconds};
use crate::kit::word::Word;
use crate::providers::qbitpay::errors::Error;
use crate::providers::qbitpay::model::{Balance, BalanceTransaction, Currency, Memory, Oid, Source};

/// The first part of an access token.
const HEAD: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
/// How long an access token is valid.
const TOKEN_SECS: i64 = 30 * 24 * 60 * 60;

/// What an access token says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claims {
    #[serde(rename = "_id")]
    pub user: Oid,
    is_admin: bool,
    auth_code: String,
    iat: i64,
    /// In unix seconds. From this moment on the token opens nothing.
    pub exp: i64,
}

impl Claims {
    /// Reads a token that this secret has signed.
    pub fn opened(token: &str, secret: &str) -> Option<Self> {
        jwt::opened(token, secret.as_bytes())
    }
}

/// A JWT for the hosted page, HS256 on the simulated clock.
pub fn access_token(user: Oid, auth_code: String, now: Timestamp, secret: &str) -> Response {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Token {
        access_token: String,
    }
    let iat = unix_seconds(now);
    let claims = Claims { user, is_admin: true, auth_code, iat, exp: iat + TOKEN_SECS };
    let access_token = jwt::signed(HEAD, &claims, secret.as_bytes());
    Response::json(StatusCode::OK, &Token { access_token })
}

/// Fees as shares of one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FeeRates {
    pub payout: Number,
    pub pay: Number,
    pub withdraw_token: Number,
    pub trade: Number,
}

/// The bounds of one transaction.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    pub pay: Limit,
    pub payout: Limit,
    pub withdraw_token: Limit,
}

/// Bounds in USDT.
#[derive(Serialize)]
pub struct Limit {
    currency: &'static str,
    min: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<Number>,
}

impl Limit {
    pub const fn of(min: Number, max: Option<Number>) -> Self {
        Self { currency: "USDT", min, max }
    }
}

/// The answer of `GET /accounts/show`.
pub fn account(fee_rates: FeeRates, limit: Limits, wallets: &[(Currency, String)]) -> Response {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Account {
        fee_rates: FeeRates,
        limit: Limits,
        wallets: Vec<Wallet>,
    }
    #[derive(Serialize)]
    struct Wallet {
        currency: &'static str,
        addr: String,
    }
    let wallets = wallets.iter().map(|(currency, addr)| Wallet { currency: currency.word(), addr: addr.clone() }).collect();
    Response::json(StatusCode::OK, &Account { fee_rates, limit, wallets })
}

/// The query of `GET /balances/show`.
pub fn parse_balance(request: &Request) -> Result<Currency, Error> {
    let mut sheet = Sheet::query(request);
    let currency = sheet.currency(&BALANCE_CURRENCY, Currency::Usd);
    sheet.checked(currency)
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
    /// With the id of the row's cause and, if that is a payout, its description.
    pub fn of(memory: &'a Memory, row: &BalanceTransaction) -> Self {
        let (source, description) = match row.source {
            Source::Charge(number) => (memory.charges.get(number).map(|it| it.id.clone()), None),
            Source::Payout(number) => {
                let payout = memory.payouts.get(number);
                (payout.map(|it| it.id.to_string()), payout.and_then(|it| it.description.as_deref()))
            }
            Source::Deposit(number) => (memory.deposits.get(number).map(|it| it.id.to_string()), None),
            Source::Order(number) => (memory.orders.get(number).map(|it| it.id.to_string()), None),
        };
        let amount = |units| number(row.currency, units);
        Self {
            id: row.id,
            object: "balanceTransaction",
            currency: row.currency.word(),
            amount: amount(row.amount_units),
            available_on: row.available_on.map(timestamp),
            created_at: timestamp(row.created_at),
            r#type: row.kind.word(),
            source: source.unwrap_or_default(),
            status: row.status().word(),
            description,
            fee: amount(row.fee_units),
            net: amount(row.net_units()),
        }
    }
}
