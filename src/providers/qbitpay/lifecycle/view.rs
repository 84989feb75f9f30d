//! Objects in control answers, in the form of the provider's own API or its events.

use serde_json::value::RawValue;

use crate::engine::context::Context;
use crate::engine::ids::ObjectId;
use crate::kit::json::written;
use crate::kit::money::Number;
use crate::kit::word::Word;
use crate::providers::qbitpay::model::{DepositStatus, Kind, Memory, Side, Symbol};
use crate::providers::qbitpay::webhooks::{CONFIRMATIONS, wallet};
use crate::providers::qbitpay::wire::{ChargeObject, DepositObject, OrderObject, PayoutObject, PriceObject, RowObject};

/// The status of an object, and the object.
pub fn render(memory: &Memory, cx: &Context<'_>, object: ObjectId) -> Option<(&'static str, Box<RawValue>)> {
    let (kind, number) = Kind::of(object)?;
    match kind {
        Kind::Charge => memory.charges.get(number).map(|it| (it.status().word(), written(&ChargeObject::of(it)))),
        Kind::Payout => {
            let payout = memory.payouts.get(number)?;
            let destination = memory.destinations.get(&payout.destination)?;
            Some((payout.status().word(), written(&PayoutObject::of(payout, destination))))
        }
        Kind::Deposit => {
            let deposit = memory.deposits.get(number)?;
            let addr = wallet(cx, &memory.own(deposit.merchant).account, deposit.currency);
            let confirmations = if deposit.status() == DepositStatus::Credited { CONFIRMATIONS } else { 0 };
            Some((deposit.status().word(), written(&DepositObject::of(deposit, addr.as_deref(), confirmations))))
        }
        Kind::Price => {
            let symbol = Symbol::from_number(object.number)?;
            let price = |side| memory.rates.price(symbol, side).map(Number);
            Some(("set", written(&PriceObject { symbol, ask: price(Side::Ask), bid: price(Side::Bid) })))
        }
        Kind::Order => memory.orders.get(number).map(|it| (it.head.status().word(), written(&OrderObject::of(it)))),
        Kind::Row => memory.rows.get(number).map(|it| (it.status().word(), written(&RowObject::of(memory, it)))),
        Kind::Test => None,
    }
}
