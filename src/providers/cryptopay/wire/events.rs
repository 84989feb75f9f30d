//! The payload of every event.

use bytes::Bytes;
use rust_decimal::Decimal;
use serde::Serialize;

use super::timestamp;
use crate::kit::time::Timestamp;
use crate::kit::word::Word;
use crate::providers::cryptopay::model::{Notice, Order, Transaction};

/// The status in an event.
const fn status(notice: Notice) -> &'static str {
    match notice {
        Notice::Pending => "pending",
        Notice::Confirmed => "confirmed",
        Notice::Failed => "failed",
        Notice::Expired => "expired",
    }
}

#[derive(Serialize)]
struct Payload<'a> {
    event: &'static str,
    data: EventObject<'a>,
    timestamp: String,
    webhook_id: &'a str,
}

#[derive(Serialize)]
struct EventObject<'a> {
    order_id: String,
    transaction_hash: Option<String>,
    amount: Decimal,
    currency: &'static str,
    blockchain: &'static str,
    status: &'static str,
    confirmations: u32,
    block_number: Option<i64>,
    from_address: Option<&'a str>,
    to_address: &'a str,
    order_info: &'a str,
    created_at: String,
    confirmed_at: Option<String>,
}

/// The body of an event about an order and the transfer to it, if it has one.
///
/// # Panics
/// Never: a payload is JSON.
pub fn event(webhook_id: &str, notice: Notice, order: &Order, transaction: Option<&Transaction>, now: Timestamp) -> Bytes {
    let data = EventObject {
        order_id: order.order_id(),
        transaction_hash: transaction.map(|it| it.hash.to_string()),
        amount: transaction.map_or(order.amount, |it| it.amount),
        currency: transaction.map_or(order.token, |it| it.token).word(),
        blockchain: order.chain.word(),
        status: status(notice),
        confirmations: transaction.map_or(0, |it| it.confirmations),
        block_number: transaction.and_then(|it| it.block),
        from_address: transaction.map(|it| it.from_address.text()),
        to_address: order.receiving_address.text(),
        order_info: &order.order_info,
        created_at: timestamp(order.created_at),
        confirmed_at: transaction.and_then(|it| it.confirmed_at).map(timestamp),
    };
    let payload = Payload { event: notice.word(), data, timestamp: timestamp(now), webhook_id };
    serde_json::to_vec(&payload).expect("a payload is JSON").into()
}
