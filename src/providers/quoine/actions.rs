//! What payer, blockchain and exchange can do.

use rust_decimal::Decimal;

use super::decisions::REORGANISATION;
use super::lifecycle::{self, NotPaid, look_at_confirmations};
use super::model::{BTC_DECIMALS, Currency, Invoice, Memory, SATOSHI_MAX, Status};
use crate::engine::actions::{ActionDone, ActionError};
use crate::engine::blockchain::Blockchain;
use crate::engine::chain::CONFIRMATIONS_MAX;
use crate::engine::context::Context;
use crate::engine::context::watching::{BLOCKCHAIN, DEPTH, VANISHING, VANISHING_NEEDS, confirmations, reorganise};
use crate::engine::lifecycle::{On, take};
use crate::engine::tables::ActionRow;
use crate::engine::tables::bound::{Bound as Row, function};
use crate::kit::evidence::Evidence::{Assumed, Documented};
use crate::kit::fields::{Field, Fields, Kind as Value, Need};
use crate::kit::money;
use crate::kit::word::Word;

type Handler = fn(&mut Memory, &mut Context<'_>, &Fields<'_>) -> Result<ActionDone, ActionError>;

const WHICH: Field = Field {
    name: "invoice",
    kind: Value::Integer { min: 1, max: i64::MAX },
    need: Need::Required,
    meaning: "the invoice's number",
    evidence: Assumed("an action has to name its invoice"),
};
const AMOUNT: Field = Field {
    name: "amount",
    kind: Value::Decimal,
    need: Need::Optional,
    meaning: "the number of bitcoins, with at most 8 decimals; by default what is missing for the full payment, or the price again when nothing is missing",
    evidence: Assumed("the page documents the full payment only, but other amounts have to be possible"),
};
const CONFIRMATIONS: Field = Field {
    name: "confirmations",
    kind: Value::Integer { min: 1, max: CONFIRMATIONS_MAX as i64 },
    need: Need::Optional,
    meaning: "the number of confirmations that every payment reaches; by default as many as it needs",
    evidence: Assumed("the page documents the status that follows from the confirmations; to give them one by one is ours"),
};

/// The chains that this provider watches.
const CHAINS: &[Blockchain] = &[Blockchain::Btc];

/// The actions of this provider.
pub static ACTS: &[Row<ActionRow, Handler>] = &[
    Row(
        ActionRow {
            name: "pay",
            meaning: "the payer sends bitcoins to the invoice's address, and the network sees them",
            parameters: &[WHICH, AMOUNT],
            evidence: Documented("API Reference, Create An Invoice"),
        },
        pay,
    ),
    Row(
        ActionRow {
            name: "confirm",
            meaning: "the network confirms every payment of an invoice",
            parameters: &[WHICH, CONFIRMATIONS],
            evidence: Documented("API Reference, Create An Invoice, system_status: confirmed"),
        },
        confirm,
    ),
    Row(
        ActionRow {
            name: "capture",
            meaning: "the bitcoins are converted and the merchant is credited; a second capture changes nothing",
            parameters: &[WHICH],
            evidence: Documented("API Reference, Create An Invoice, system_status: captured"),
        },
        capture,
    ),
    Row(
        ActionRow {
            name: "drop-transfer",
            meaning: "the latest payment, which was seen and is not confirmed, disappears, as a replaced one does; an invoice that is short then waits for the rest of its half hour, or expires",
            parameters: &[WHICH],
            evidence: VANISHING,
        },
        drop_transfer,
    ),
    Row(
        ActionRow {
            name: "reorg",
            meaning: "the chain undoes its latest blocks: payments lose confirmations, but invoices keep the statuses that were reached",
            parameters: &[DEPTH, BLOCKCHAIN],
            evidence: Assumed("the page does not document a way back from a status"),
        },
        |_, cx, with| {
            cx.rest_on(REORGANISATION);
            reorganise(cx, with, CHAINS)
        },
    ),
];

/// Performs an action.
pub fn act(memory: &mut Memory, cx: &mut Context<'_>, act: &str, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let perform = function(ACTS, act).ok_or(ActionError::Unknown)?;
    perform(memory, cx, with)
}

fn find<'a>(memory: &'a Memory, with: &Fields<'_>) -> Result<&'a Invoice, ActionError> {
    let asked = with.plain(WHICH.name).ok_or_else(|| ActionError::Invalid("`invoice` is required: the invoice's number.".to_owned()))?;
    let found = asked.parse().ok().and_then(|it| memory.invoices.get(it));
    found.ok_or_else(|| ActionError::Nothing(format!("No invoice is named `{asked}`.")))
}

const fn report(invoice: &Invoice) -> ActionDone {
    ActionDone::on(invoice.object())
}

/// Reads an amount of bitcoins; `None` when none is given.
pub fn amount(with: &Fields<'_>) -> Result<Option<i64>, String> {
    let Some(written) = with.plain(AMOUNT.name) else {
        return if with.has(AMOUNT.name) { Err(wrong_amount()) } else { Ok(None) };
    };
    let exact = money::parse(written.trim()).filter(|it| it.normalize().scale() <= BTC_DECIMALS);
    let satoshi = exact.and_then(|it| money::minor(it, BTC_DECIMALS)).filter(|it| (1..=SATOSHI_MAX).contains(it));
    satoshi.map(Some).ok_or_else(wrong_amount)
}

/// Sets the price of a bitcoin.
pub fn set_rate(memory: &mut Memory, pair: &str, ask: Decimal, bid: Decimal) -> Result<(), String> {
    let code = pair.strip_prefix("BTC/").and_then(Currency::of);
    let currency = code.ok_or_else(|| format!("no price of Quoine is named `{pair}`. Known prices: BTC/USD, BTC/JPY, BTC/SGD, BTC/EUR"))?;
    if ask != bid {
        return Err("Quoine has one price for both sides, for example BTC/USD: 1000".to_owned());
    }
    memory.set_rate(currency, ask);
    Ok(())
}

fn wrong_amount() -> String {
    format!("`amount` is a number of bitcoins above 0 with at most {BTC_DECIMALS} decimals, and no more than there will ever be.")
}

fn pay(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let invoice = find(memory, with)?;
    let (id, report) = (invoice.id, report(invoice));
    let amount = amount(with).map_err(ActionError::Invalid)?;
    pay_exactly(memory, cx, id, amount).map(|()| report)
}

/// Pays an amount; by default what is missing.
pub fn pay_exactly(memory: &mut Memory, cx: &mut Context<'_>, id: u32, amount: Option<i64>) -> Result<(), ActionError> {
    let missing = memory.invoices.get(id).map_or(0, |it| if it.due() == 0 { it.satoshi } else { it.due() });
    lifecycle::pay(memory, cx, id, amount.unwrap_or(missing)).map_err(|why| match why {
        NotPaid::TooMuch => ActionError::State(format!("The invoice {id} has been paid as much, or as often, as can be counted.")),
        NotPaid::TooMany => ActionError::State(format!("The invoice {id} cannot be paid: the sandbox watches too many transfers already.")),
    })
}

fn confirm(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let invoice = find(memory, with)?;
    let (id, status) = (invoice.id, invoice.status().word());
    if invoice.status() != Status::Unconfirmed {
        return Err(ActionError::State(format!(
            "The invoice {id} is {status}; its payment can be confirmed only while it is unconfirmed."
        )));
    }
    let (report, reached) = (report(invoice), confirmations(with)?);
    let numbers: Vec<u32> = cx.transfers(report.object).map(|it| it.0).collect();
    for number in numbers {
        cx.confirm(report.object, number, reached);
    }
    look_at_confirmations(memory, cx, id, On::Act("confirm"));
    Ok(report)
}

fn drop_transfer(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let invoice = find(memory, with)?;
    let (id, report) = (invoice.id, report(invoice));
    let refusal = format!("The invoice {id} is {}; {VANISHING_NEEDS}.", invoice.status().word());
    if lifecycle::drop_transfer(memory, cx, id) { Ok(report) } else { Err(ActionError::State(refusal)) }
}

fn capture(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let invoice = find(memory, with)?;
    let (id, status, report) = (invoice.id, invoice.status(), report(invoice));
    let done = matches!(status, Status::Captured | Status::Complete);
    if done || take::<Invoice>(memory, cx, id, On::Act("capture")).is_some() {
        return Ok(report);
    }
    Err(ActionError::State(format!("The invoice {id} is {}; it can be captured only when it is confirmed.", status.word())))
}
