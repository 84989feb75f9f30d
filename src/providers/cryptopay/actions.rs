//! What payer and blockchain can do.

use rust_decimal::Decimal;

use super::lifecycle::{fail as failed, look_at_confirmations, pay as paid};
use super::model::{Endpoint, Memory, Order, OrderStatus, TOKEN_WORDS, TOKENS, TRANSFER, Token};
use super::wire::decimal;
use crate::engine::actions::{ActionDone, ActionError};
use crate::engine::blockchain::Blockchain;
use crate::engine::chain::CONFIRMATIONS_MAX;
use crate::engine::context::Context;
use crate::engine::context::watching::{BLOCKCHAIN, DEPTH, reorganise};
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
    evidence: Assumed("an action has to name its order"),
};
const AMOUNT: Field = Field {
    name: "amount",
    kind: Value::Decimal,
    need: Need::Optional,
    meaning: "how much is transferred; the order's amount unless given",
    evidence: Assumed("payers send what they like"),
};
const CURRENCY: Field = Field {
    name: "currency",
    kind: Value::Word(TOKEN_WORDS),
    need: Need::Optional,
    meaning: "the token that is transferred, one of the order's chain; the order's unless given",
    evidence: Assumed("payers send what they like"),
};
const CONFIRMATIONS: Field = Field {
    name: "confirmations",
    kind: Value::Integer { min: 1, max: CONFIRMATIONS_MAX as i64 },
    need: Need::Optional,
    meaning: "the number reached in the end; enough unless given",
    evidence: Assumed("the number of confirmations that is enough is documented by an example only"),
};

const ENDPOINT: Field = Field {
    name: "endpoint",
    kind: TEXT,
    need: Need::Required,
    meaning: "the endpoint's id; the account's own secret is its setting `webhook_secret`",
    evidence: Assumed("an action has to name its object"),
};

/// The chains that this provider watches; the documented examples are on the first.
const WATCHED: &[Blockchain] = &[Blockchain::Base, Blockchain::Eth, Blockchain::Polygon, Blockchain::Bsc, Blockchain::Arbitrum];

/// The actions of this provider.
pub static ACTS: &[Row<ActionRow, Handler>] = &[
    Row(
        ActionRow {
            name: "pay",
            meaning: "the payer's transfer to the order's address is seen; an order that has ended, or has had its transfer, takes none",
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
            meaning: "the merchant has another secret drawn for a webhook endpoint: what is sent from now on, retries included, is signed with it",
            parameters: &[ENDPOINT],
            evidence: Assumed("no call changes a secret; a receiver has to survive it all the same"),
        },
        rotate_secret,
    ),
    Row(
        ActionRow {
            name: "reorg",
            meaning: "a chain undoes its latest blocks: transfers lose confirmations, statuses that were reached stay",
            parameters: &[DEPTH, BLOCKCHAIN],
            evidence: Assumed("nothing is documented about it; chains do it all the same"),
        },
        |_, cx, with| reorganise(cx, with, WATCHED),
    ),
];

/// Does an action.
pub fn act(memory: &mut Memory, cx: &mut Context<'_>, act: &str, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let does = function(ACTS, act).ok_or(ActionError::Unknown)?;
    does(memory, cx, with)
}

fn find<'a>(memory: &'a Memory, with: &Fields<'_>) -> Result<&'a Order, ActionError> {
    let asked =
        with.plain(WHICH.name).ok_or_else(|| ActionError::Invalid("`order` is required: the order's order_id, or its id.".to_owned()))?;
    memory.order_called(&asked).ok_or_else(|| ActionError::Nothing(format!("There is no order `{asked}`.")))
}

/// What is transferred: amount and token.
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
    let (number, acted) = (order.number, ActionDone { object: order.object() });
    pay_exactly(memory, cx, number, amount, token).map(|()| acted)
}

/// Pays an amount. Refused when the order takes no payment any more: the provider would not see such a transfer, and the
/// tester would wait in vain.
pub fn pay_exactly(memory: &mut Memory, cx: &mut Context<'_>, number: u32, amount: Decimal, token: Token) -> Result<(), ActionError> {
    let order = memory.orders.get(number).ok_or(ActionError::Unknown)?;
    if !order.waits() {
        let had = if order.status() == OrderStatus::Pending { ", and its transfer was seen" } else { "" };
        return Err(ActionError::State(format!(
            "The order {} is {}{had}; it is paid while it is pending, and once.",
            order.order_id(),
            order.status().word()
        )));
    }
    let full = |_| ActionError::State("The order is pending, and the sandbox watches too many transfers already.".to_owned());
    paid(memory, cx, number, amount, token).map_err(full)
}

fn confirm(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let order = find(memory, with)?;
    let (number, acted, status) = (order.number, ActionDone { object: order.object() }, order.status());
    let wanted = with.plain(CONFIRMATIONS.name).map(|it| it.parse().ok().filter(|it| (1..=CONFIRMATIONS_MAX).contains(it)));
    if wanted == Some(None) || (wanted.is_none() && with.has(CONFIRMATIONS.name)) {
        return Err(ActionError::Invalid(format!("`confirmations` is a whole number from 1 to {CONFIRMATIONS_MAX}.")));
    }
    if status != OrderStatus::Pending || order.transaction.is_none() {
        let unpaid = if status == OrderStatus::Pending { ", and no transfer was seen" } else { "" };
        return Err(ActionError::State(format!(
            "The order {} is {}{unpaid}; a transfer is confirmed while its order is pending.",
            order.order_id(),
            status.word()
        )));
    }
    cx.confirm(acted.object, TRANSFER, wanted.flatten());
    look_at_confirmations(memory, cx, number, true);
    Ok(acted)
}

fn fail(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let order = find(memory, with)?;
    let (number, acted) = (order.number, ActionDone { object: order.object() });
    let refusal = format!("The order {} is {}; a payment fails while its order is pending.", order.order_id(), order.status().word());
    failed(memory, cx, number).ok_or(ActionError::State(refusal)).map(|()| acted)
}

fn rotate_secret(memory: &mut Memory, _: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let asked = with.plain(ENDPOINT.name).ok_or_else(|| ActionError::Invalid("`endpoint` is required: the endpoint's id.".to_owned()))?;
    let number = asked.parse().ok().filter(|it: &u32| it.to_string() == asked);
    let rotated = number.and_then(|number| {
        memory.endpoints.update(number, |it| {
            it.secret = Endpoint::secret_from(&[&it.secret, "rotated"]);
            it.object()
        })
    });
    rotated.map(|object| ActionDone { object }).ok_or_else(|| ActionError::Nothing(format!("There is no endpoint `{asked}`.")))
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
