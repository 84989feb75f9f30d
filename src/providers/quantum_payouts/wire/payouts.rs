//! Create Payout, Perform Single Payout, Get Payout Status.

use serde::Serialize;
use serde_json::value::RawValue;

use super::rows::{self, SESSION_SECS_DEFAULT};
use super::sheet::{Sheet, readings};
use super::{Block, SUCCESS};
use crate::engine::tables::Row;
use crate::kit::http::{Request, Response, StatusCode};
use crate::kit::json::written;
use crate::kit::time::unix_seconds;
use crate::kit::word::Word;
use crate::providers::quantum_payouts::errors::Error;
use crate::providers::quantum_payouts::model::{Channel, Kind, Payout, Target};

/// The body of `createPayout`, once it is known to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPayout {
    pub order_number: String,
    pub kopecks: i64,
    pub return_url: String,
    pub fail_url: Option<String>,
    pub description: Option<String>,
    pub session_secs: i64,
    pub kind: Option<Kind>,
    pub channel: Channel,
    /// What reading it rests on.
    pub rests_on: Vec<Row>,
}

impl NewPayout {
    /// Names every fault at once, in the order of the documented example.
    pub fn parse(request: &Request) -> Result<Self, Error> {
        let mut sheet = Sheet::body(request)?;
        let rests_on = readings(&sheet.fields, &request.body, rows::CREATE_PAYOUT);
        let order_number = sheet.text(&rows::ORDER_NUMBER_36);
        let return_url = sheet.within(&rows::URLS, &rows::RETURN_URL);
        let amount = sheet.kopecks(&rows::AMOUNT, "must be positive");
        let fail_url = sheet.text(&rows::FAIL_URL);
        let description = sheet.text(&rows::DESCRIPTION);
        let session_secs = sheet.integer(&rows::SESSION_SECS);
        let kind = sheet.text(&rows::TYPE).map(|it| if it == "sbp" { Kind::Sbp } else { Kind::Card });
        let channel = sheet.text(&rows::CHANNEL).map_or(Channel::Vtb, |it| if it == "alfa" { Channel::Alfa } else { Channel::Vtb });
        let (order_number, return_url, kopecks) = sheet.complete(order_number.zip(return_url).zip(amount).map(|((a, b), c)| (a, b, c)))?;
        let session_secs = session_secs.unwrap_or(SESSION_SECS_DEFAULT);
        Ok(Self { order_number, kopecks, return_url, fail_url, description, session_secs, kind, channel, rests_on })
    }
}

/// The body of `performPayout`, once it is known to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardPayout {
    pub order_number: String,
    pub kopecks: i64,
    pub description: String,
    pub pan: String,
    /// What reading it rests on.
    pub rests_on: Vec<Row>,
}

impl CardPayout {
    /// Names every fault at once, in the order of the documented example.
    pub fn parse(request: &Request) -> Result<Self, Error> {
        let mut sheet = Sheet::body(request)?;
        let rests_on = readings(&sheet.fields, &request.body, rows::PERFORM_PAYOUT);
        let order_number = sheet.text(&rows::ORDER_NUMBER_32);
        let amount = sheet.kopecks(&rows::AMOUNT, "must be greater than 0");
        let description = sheet.text(&rows::DESCRIPTION_REQUIRED);
        let pan = sheet.within(&rows::TARGET, &rows::PAN);
        let all = order_number.zip(amount).zip(description).zip(pan).map(|(((a, b), c), d)| (a, b, c, d));
        let (order_number, kopecks, description, pan) = sheet.complete(all)?;
        Ok(Self { order_number, kopecks, description, pan, rests_on })
    }
}

/// The order number in the body of `getPayoutStatus`, and what reading it rests on.
pub fn order_number(request: &Request, strict: bool) -> Result<(String, Vec<Row>), Error> {
    let mut sheet = Sheet::body(request)?;
    let rests_on = readings(&sheet.fields, &request.body, rows::GET_PAYOUT_STATUS);
    let number = sheet.text(if strict { &rows::ORDER_NUMBER_32 } else { &rows::ORDER_NUMBER_ASKED });
    Ok((sheet.complete(number)?, rests_on))
}

/// The answer of `createPayout`.
pub fn registration(payout: &Payout, payout_url: &str) -> Response {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Registration<'a> {
        result: Block,
        payout_url: &'a str,
        order_id: &'a str,
        order_number: Option<&'a str>,
    }
    let order_number = payout.order_number.as_deref();
    Response::json(StatusCode::OK, &Registration { result: SUCCESS, payout_url, order_id: &payout.order_id, order_number })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct State<'a> {
    result: Block,
    order_number: Option<&'a str>,
    order_status: &'static str,
    amount: i64,
    creation_date: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "destination_type")]
    destination_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Masked<'a>>,
}

#[derive(Serialize)]
enum Masked<'a> {
    #[serde(rename = "maskedPan")]
    Pan(&'a str),
    #[serde(rename = "maskedPhone")]
    Phone(&'a str),
}

impl<'a> State<'a> {
    /// The answer of both calls; `getPayoutStatus` adds three fields.
    fn of(payout: &'a Payout) -> Self {
        Self {
            result: SUCCESS,
            order_number: payout.order_number.as_deref(),
            order_status: payout.status().word(),
            amount: payout.kopecks,
            creation_date: unix_seconds(payout.created_at),
            order_id: payout.bank_order.as_deref(),
            description: None,
            destination_type: None,
            channel: None,
            target: payout.target.as_ref().map(|it| match it {
                Target::Card { masked_pan } => Masked::Pan(masked_pan),
                Target::Phone { masked_phone, .. } => Masked::Phone(masked_phone),
            }),
        }
    }

    fn whole(payout: &'a Payout) -> Self {
        let destination_type = payout.kind.map(Kind::word);
        Self { description: payout.description.as_deref(), destination_type, channel: Some(payout.channel.word()), ..Self::of(payout) }
    }
}

/// The answer of `performPayout`.
pub fn performance(payout: &Payout) -> Response {
    Response::json(StatusCode::OK, &State::of(payout))
}

/// The answer of `getPayoutStatus`.
pub fn status(payout: &Payout) -> Response {
    Response::json(StatusCode::OK, &State::whole(payout))
}

/// The same for control answers.
pub fn show(payout: &Payout) -> Box<RawValue> {
    written(&State::whole(payout))
}
