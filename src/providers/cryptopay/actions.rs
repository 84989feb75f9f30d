//! The actions of payer, merchant and blockchain.

use rust_decimal::Decimal;

use super::lifecycle;
use super::model::{Endpoint, Memory, Order, OrderStatus, TOKEN_WORDS, TOKENS, TRANSFER, Token};
use super::wire::decimal;
use crate::engine::actions::{ActionDone, ActionError};
use crate::engine::blockchain::Blockchain;
use crate::engine::chain::CONFIRMATIONS_MAX;
use crate::engine::context::Context;
use crate::engine::context::watching::{BLOCKCHAIN, DEPTH, VANISHING, VANISHING_NEEDS, confirmations, reorganise};
use crate::engine::lifecycle::On;
use crate::engine::tables::ActionRow;
use crate::engine::tables::bound::{Bound as Row, function};
use crate::kit::evidence::Evidence::{Assumed, Documented};
use crate::kit::fields::{Field, Fields, Kind as Value, Need, TEXT};
use crate::kit::word::Word;

type Handler = fn(&mut Memory, &mut Context<'_>, &Fields<'_>) -> Result<ActionDone, ActionError>;

const WHICH: Field = Field {
    name: "order",
    kind: TEXT,
    need: Need::Required,
    meaning: "the order's order_id, or its id",
    evidence: Assumed("an action must name its order"),
};
const AMOUNT: Field = Field {
    name: "amount",
    kind: Value::Decimal,
    need: Need::Optional,
    meaning: "the amount that is transferred; the default is the order's amount",
    evidence: Assumed("payers may send any amount of any token"),
};
const CURRENCY: Field = Field {
    name: "currency",
    kind: Value::Word(TOKEN_WORDS),
    need: Need::Optional,
    meaning: "the token that is transferred, one of the order's chain; the default is the order's token",
    evidence: Assumed("payers may send any amount of any token"),
};
const CONFIRMATIONS: Field = Field {
    name: "confirmations",
    kind: Value::Integer { min: 1, max: CONFIRMATIONS_MAX as i64 },
    need: Need::Optional,
    meaning: "the final number of confirmations; the default is enough",
    evidence: Assumed("the required number of confirmations is documented by an example only"),
};

const ENDPOINT: Field = Field {
    name: "endpoint",
    kind: TEXT,
    need: Need::Required,
    meaning: "the endpoint's id; the account's own secret is its setting `webhook_secret`",
    evidence: Assumed("an action must name its object"),
};

/// The chains that this provider watches; the documented examples are on the first.
const WATCHED: &[Blockchain] = &[Blockchain::Base, Blockchain::Eth, Blockchain::Polygon, Blockchain::Bsc, Blockchain::Arbitrum];

/// The actions of this provider.
pub static ACTS: &[Row<ActionRow, Handler>] = &[
    Row(
        ActionRow {
            name: "pay",
            meaning: "the payer's transfer to the order's address is seen; an order that has ended or has a transfer accepts none",
            parameters: &[WHICH, AMOUNT, CURRENCY],
            evidence: Documented("Webhooks, Webhook Events: payment.pending"),
        },
        pay,
    ),
    Row(
        ActionRow {
            name: "confirm",
            meaning: "blocks confirm the transfer at once",
            parameters: &[WHICH, CONFIRMATIONS],
            evidence: Documented("Webhooks, Webhook Events: payment.confirmed"),
        },
        confirm,
    ),
    Row(
        ActionRow {
            name: "fail",
            meaning: "the transfer is reverted, or the payment rejected",
            parameters: &[WHICH],
            evidence: Documented("Webhooks, Webhook Events: payment.failed"),
        },
        fail,
    ),
    Row(
        ActionRow {
            name: "rotate-secret",
            meaning: "the merchant replaces the secret of a webhook endpoint: later attempts, retries included, are signed with the new one",
            parameters: &[ENDPOINT],
            evidence: Assumed("no call changes a secret, but a receiver must handle a new one"),
        },
        rotate_secret,
    ),
    Row(
        ActionRow {
            name: "drop-transfer",
            meaning: "the transfer that was seen and is not confirmed disappears, as a replaced one does: it has failed, and the order waits for another",
            parameters: &[WHICH],
            evidence: VANISHING,
        },
        drop_transfer,
    ),
    Row(
        ActionRow {
            name: "reorg",
            meaning: "a chain undoes its latest blocks: transfers lose confirmations, statuses that were reached stay",
            parameters: &[DEPTH, BLOCKCHAIN],
            evidence: Assumed("it is not documented, but chains do it"),
        },
        |_, cx, with| reorganise(cx, with, WATCHED),
    ),
];

/// Performs an action.
pub fn act(memory: &mut Memory, cx: &mut Context<'_>, act: &str, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let handler = function(ACTS, act).ok_or(ActionError::Unknown)?;
    handler(memory, cx, with)
}

fn find<'a>(memory: &'a Memory, with: &Fields<'_>) -> Result<&'a Order, ActionError> {
    let name =
        with.plain(WHICH.name).ok_or_else(|| ActionError::Invalid("`order` is required: the order's order_id, or its id.".to_owned()))?;
    memory.find_order(&name).ok_or_else(|| ActionError::Nothing(format!("No order has the id `{name}`.")))
}

/// The amount and the token of a transfer.
pub fn sum(order: &Order, with: &Fields<'_>) -> Result<(Decimal, Token), String> {
    let word = with.plain(CURRENCY.name);
    let token = word.map_or(Some(order.token), |it| TOKENS.iter().copied().find(|own| own.word() == it));
    let known = token.and_then(|it| Some((it, order.chain.decimals(it)?)));
    let (token, decimals) = known.ok_or_else(|| {
        let offered = TOKENS.iter().filter(|it| order.chain.decimals(**it).is_some()).map(|it| it.word());
        format!("`currency` is one of {}.", offered.collect::<Vec<_>>().join(", "))
    })?;
    let amount = match with.plain(AMOUNT.name) {
        Some(text) => decimal(text.trim()).ok().filter(|it| Decimal::ZERO < *it && it.scale() <= decimals),
        None if with.has(AMOUNT.name) => None,
        None => Some(order.amount),
    };
    let amount = amount.ok_or_else(|| format!("`amount` is a number above 0 with at most {decimals} decimals."))?;
    Ok((amount, token))
}

fn pay(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let order = find(memory, with)?;
    let (amount, token) = sum(order, with).map_err(ActionError::Invalid)?;
    let (number, acted) = (order.number, ActionDone::on(order.object()));
    if let Some(why) = ignoring(order) {
        return Ok(ActionDone::without_effect(acted.object, why));
    }
    pay_exactly(memory, cx, number, amount, token).map(|()| acted)
}

/// Why the provider ignores a transfer to an order. `None`: it does not.
fn ignoring(order: &Order) -> Option<&'static str> {
    match order.status() {
        OrderStatus::Pending if order.waits() => None,
        OrderStatus::Pending => Some("the order has its transfer; another one is not added to it"),
        OrderStatus::Confirmed => Some("the order is confirmed; another transfer is ignored"),
        OrderStatus::Failed => Some("the order has failed; a transfer that comes now is ignored"),
        OrderStatus::Expired => Some("the order is expired; a transfer that comes now is ignored"),
    }
}

/// Pays an amount of an order that waits for it.
pub fn pay_exactly(memory: &mut Memory, cx: &mut Context<'_>, number: u32, amount: Decimal, token: Token) -> Result<(), ActionError> {
    let full = |_| ActionError::State("The order is pending, but the sandbox already watches as many transfers as it can.".to_owned());
    lifecycle::pay(memory, cx, number, amount, token).map_err(full)
}

fn confirm(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let order = find(memory, with)?;
    let (number, acted, status) = (order.number, ActionDone::on(order.object()), order.status());
    let reached = confirmations(with)?;
    if status != OrderStatus::Pending || order.transaction.is_none() {
        let unpaid = if status == OrderStatus::Pending { " and has no transfer" } else { "" };
        return Err(ActionError::State(format!(
            "The order {} is {}{unpaid}; `confirm` needs a pending order with a transfer.",
            order.order_id(),
            status.word()
        )));
    }
    cx.confirm(acted.object, TRANSFER, reached);
    lifecycle::update_confirmations(memory, cx, number, Some(On::Act("confirm")));
    Ok(acted)
}

fn drop_transfer(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let order = find(memory, with)?;
    let (number, acted) = (order.number, ActionDone::on(order.object()));
    let refusal = format!("The order {} is {}; {VANISHING_NEEDS}.", order.order_id(), order.status().word());
    lifecycle::drop_transfer(memory, cx, number).ok_or(ActionError::State(refusal)).map(|()| acted)
}

fn fail(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let order = find(memory, with)?;
    let (number, acted) = (order.number, ActionDone::on(order.object()));
    let refusal = format!("The order {} is {}; `fail` needs a pending order.", order.order_id(), order.status().word());
    lifecycle::fail(memory, cx, number).ok_or(ActionError::State(refusal)).map(|()| acted)
}

fn rotate_secret(memory: &mut Memory, _: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let id = with.plain(ENDPOINT.name).ok_or_else(|| ActionError::Invalid("`endpoint` is required: the endpoint's id.".to_owned()))?;
    let number = id.parse().ok().filter(|it: &u32| it.to_string() == id);
    let rotated = number.and_then(|number| {
        memory.endpoints.update(number, |it| {
            it.secret = Endpoint::secret_from(&[&it.secret, "rotated"]);
            it.object()
        })
    });
    rotated.map(ActionDone::on).ok_or_else(|| ActionError::Nothing(format!("No endpoint has the id `{id}`.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::cryptopay::model::CHAINS;

    #[test]
    fn every_chain_is_watched() {
        assert!(CHAINS.iter().all(|it| WATCHED.contains(&it.blockchain())));
    }
}
