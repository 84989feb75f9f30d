//! The ticker, and the prices of a pair in the answer of an action.

use rust_decimal::Decimal;
use serde::Serialize;

use super::sheet::Sheet;
use super::{SIDE, SYMBOL};
use crate::kit::http::{Request, Response, StatusCode};
use crate::kit::money::Number;
use crate::kit::time::Timestamp;
use crate::providers::qbitpay::errors::Error;
use crate::providers::qbitpay::model::{Side, Symbol};

/// The query of `GET /markets/ticker`; the pair is still a text.
pub fn parse_ticker(request: &Request) -> Result<(String, Side), Error> {
    let mut sheet = Sheet::query(request);
    let symbol = sheet.text(&SYMBOL);
    let side = sheet.text(&SIDE).map(|it| if it == "ask" { Side::Ask } else { Side::Bid });
    sheet.checked(symbol.zip(side))
}

/// The answer of the ticker, with the requested side only.
pub fn ticker(symbol: Symbol, side: Side, price: Decimal, at: Timestamp) -> Response {
    #[derive(Serialize)]
    struct Ticker {
        symbol: Symbol,
        timestamp: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        ask: Option<Number>,
        #[serde(skip_serializing_if = "Option::is_none")]
        bid: Option<Number>,
    }
    let price_of = |own: Side| (own == side).then_some(Number(price));
    let (ask, bid) = (price_of(Side::Ask), price_of(Side::Bid));
    Response::json(StatusCode::OK, &Ticker { symbol, timestamp: at.as_millisecond(), ask, bid })
}

/// Both prices of a pair.
#[derive(Serialize)]
pub struct PriceObject {
    pub symbol: Symbol,
    pub ask: Option<Number>,
    pub bid: Option<Number>,
}
