//! The actions of payer, seller, bank, chain and market.

use rust_decimal::Decimal;

use super::lifecycle::{CHARGE, PAYOUT, make_deposit};
use super::model::{
    BALANCE_UNITS_MAX, CODES, Charge, ChargeStatus, Currency, Deposit, Kind, Memory, PAYOUT_STATUSES, Payout, Price, Symbol, is_price,
};
use crate::engine::actions::{ActionDone, ActionError};
use crate::engine::context::Context;
use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::{On, take, take_to};
use crate::engine::tables::ActionRow;
use crate::engine::tables::bound::{Bound as Row, function};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::fields::{Field, Fields, Kind as Value, Need, TEXT};
use crate::kit::word::Word;

type Handler = fn(&mut Memory, &mut Context<'_>, &Fields<'_>) -> Result<ObjectId, ActionError>;

const NAMED: Evidence = Assumed("an action must name its object");
const SENT: Evidence = Assumed("a transfer is made outside of the API: no page has its parameters");
const DECIDED: Evidence = Assumed("API reference, Payouts, has the words as statuses; a bank decides outside of the API");
const EVENTS: Evidence = Documented("API reference, Charges: event types; what causes them is assumed");
const DECISION: Evidence = Assumed("the events of a dispute are documented, how it is decided is not");
const DELIVERING: Evidence = Assumed(
    "the statuses sellerConfirmed and closed are documented, what lies between them is not: a later product's server delivers the coins",
);
const PRICES: Evidence = Assumed("the ticker is documented, what changes its prices is not");

const fn field(name: &'static str, kind: Value, meaning: &'static str, evidence: Evidence) -> Field {
    Field { name, kind, need: Need::Required, meaning, evidence }
}

const OF_CHARGE: Field = field("charge", TEXT, "id of the charge", NAMED);
const OF_DEPOSIT: Field = field("deposit", TEXT, "id of the deposit", NAMED);
const OF_PAYOUT: Field = field("payout", TEXT, "id of the payout", NAMED);
const CURRENCY: Field = field("currency", Value::Word(CODES), "the currency that is sent", SENT);
const AMOUNT: Field = field("amount", Value::Amount { decimals_max: 6 }, "the amount that is sent", SENT);
const OUTCOME: Field = field("outcome", Value::Word(&["inTransit", "paid", "failed", "cancelled"]), "the new status", DECIDED);
const WINNER: Field =
    field("in_favour_of", Value::Word(&["buyer", "seller"]), "buyer: the payment stands; seller: the charge is cancelled", DECISION);
const SYMBOL: Field = field("symbol", TEXT, "the pair, for example BTC/CNY", PRICES);
const ASK: Field = field("ask", Value::Amount { decimals_max: 8 }, "the new price that a merchant pays", PRICES);
const BID: Field = field("bid", Value::Amount { decimals_max: 8 }, "the new price that a merchant gets", PRICES);

const fn act(name: &'static str, meaning: &'static str, parameters: &'static [Field], evidence: Evidence) -> ActionRow {
    ActionRow { name, meaning, parameters, evidence }
}

/// The actions of this provider.
#[rustfmt::skip]
pub static ACTS: &[Row<ActionRow, Handler>] = &[
    Row(act("deposit", "money is sent to the merchant's wallet; it is pending until it has enough confirmations", &[CURRENCY, AMOUNT], Documented("API reference, Quickstart: send fund to the wallet address")), deposit),
    Row(act("confirm-deposit", "the deposit has enough confirmations, and is credited", &[OF_DEPOSIT], Documented("API reference, Quickstart: the confirmations meet the requirement")), confirm_deposit),
    Row(act("buyer-paid", "the payer says on the payment page that they have paid", &[OF_CHARGE], Documented("API reference, Charges: status buyerPaid")), buyer_paid),
    Row(act("confirm-charge", "the seller confirms that the payment has arrived", &[OF_CHARGE], Documented("API reference, Charges: status sellerConfirmed")), confirm_charge),
    Row(act("deliver-coins", "the coins are delivered to the merchant, and a confirmed charge is closed; with `pace: manual` it waits for this", &[OF_CHARGE], DELIVERING), deliver_coins),
    Row(act("fail-charge", "the payment fails", &[OF_CHARGE], EVENTS), fail_charge),
    Row(act("dispute", "the payment is disputed", &[OF_CHARGE], EVENTS), dispute),
    Row(act("close-dispute", "the dispute is decided", &[OF_CHARGE, WINNER], EVENTS), close_dispute),
    Row(act("settle-payout", "the bank accepts a payout, or reports its result", &[OF_PAYOUT, OUTCOME], Documented("API reference, Payouts: status values")), settle_payout),
    Row(act("set-price", "the prices of a pair change", &[SYMBOL, ASK, BID], PRICES), set_price),
];

/// Performs an action.
pub fn act_on(memory: &mut Memory, cx: &mut Context<'_>, act: &str, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let handler = function(ACTS, act).ok_or(ActionError::Unknown)?;
    Ok(ActionDone::on(handler(memory, cx, with)?))
}

fn text(with: &Fields<'_>, row: &Field) -> Result<String, ActionError> {
    let read = with.text(row).ok().flatten();
    read.ok_or_else(|| {
        let right = if let Value::Word(words) = row.kind { format!("one of {}", words.join(", ")) } else { "a text".to_owned() };
        ActionError::Invalid(format!("`{}` is {right}: {}.", row.name, row.meaning))
    })
}

fn amount(with: &Fields<'_>, row: &Field) -> Result<Decimal, ActionError> {
    let read = with.amount(row).ok().flatten();
    read.ok_or_else(|| ActionError::Invalid(format!("`{}` is a number above 0: {}.", row.name, row.meaning)))
}

fn deposit(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    let code = text(with, &CURRENCY)?;
    let currency = Currency::parse(&code)
        .ok_or_else(|| ActionError::Invalid(format!("No currency is named `{code}`. Known currencies: {}.", CODES.join(", "))))?;
    let amount = amount(with, &AMOUNT)?;
    let units = currency.units(amount).filter(|it| currency.can_hold(amount) && *it <= BALANCE_UNITS_MAX);
    let (decimals, max) = (currency.decimals(), currency.amount(BALANCE_UNITS_MAX));
    let wrong = || ActionError::Invalid(format!("`amount` has at most {decimals} decimals in {code} and is at most {max}."));
    let units = units.ok_or_else(wrong)?;
    let own = cx.contract().account;
    let account = cx.account(own).or_else(|| cx.accounts().next()).map(|it| it.id.clone()).ok_or(ActionError::Unknown)?;
    let merchant = memory.merchant_of(&account);
    if memory.own(merchant).all_units(currency).saturating_add(units) > BALANCE_UNITS_MAX {
        return Err(ActionError::State(format!("With this deposit the balance in {code} would be above the maximum of {max}.")));
    }
    let number = make_deposit(memory, cx, merchant, currency, units);
    Ok(Kind::Deposit.object(number))
}

fn confirm_deposit(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    let id = text(with, &OF_DEPOSIT)?;
    let deposit = memory.deposit(&id).ok_or_else(|| ActionError::Nothing(format!("No deposit has the id `{id}`.")))?;
    let (number, status) = (deposit.number, deposit.status().word());
    let refusal = format!("The deposit `{id}` is {status}; `confirm-deposit` needs seen.");
    take::<Deposit>(memory, cx, number, On::Act("confirm-deposit")).ok_or(ActionError::State(refusal))?;
    Ok(Kind::Deposit.object(number))
}

fn find_charge<'a>(memory: &'a Memory, with: &Fields<'_>) -> Result<&'a Charge, ActionError> {
    let id = text(with, &OF_CHARGE)?;
    memory.charge(&id).ok_or_else(|| ActionError::Nothing(format!("No charge has the id `{id}`.")))
}

/// The refusal of an action that the status of a charge does not allow.
fn wrong_status(charge: &Charge, act: &'static str) -> ActionError {
    let from: Vec<&str> = CHARGE.rows.iter().filter(|it| it.on == On::Act(act)).flat_map(|it| it.from).map(|it| it.word()).collect();
    let from = if from.windows(2).all(|it| it[0] == it[1]) { from.first().copied().unwrap_or("").to_owned() } else { from.join(" or ") };
    ActionError::State(format!("The charge `{}` has the status {}; `{act}` needs {from}.", charge.id, charge.status().word()))
}

fn take_action(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>, act: &'static str) -> Result<ObjectId, ActionError> {
    let charge = find_charge(memory, with)?;
    let (object, number, refusal) = (charge.object(), charge.number, wrong_status(charge, act));
    take::<Charge>(memory, cx, number, On::Act(act)).ok_or(refusal)?;
    Ok(object)
}

fn buyer_paid(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    take_action(memory, cx, with, "buyer-paid")
}

fn confirm_charge(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    take_action(memory, cx, with, "confirm-charge")
}

fn deliver_coins(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    take_action(memory, cx, with, "deliver-coins")
}

fn fail_charge(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    take_action(memory, cx, with, "fail-charge")
}

fn dispute(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    take_action(memory, cx, with, "dispute")
}

fn close_dispute(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    let charge = find_charge(memory, with)?;
    let (object, number) = (charge.object(), charge.number);
    let to = if text(with, &WINNER)? == "buyer" { ChargeStatus::Closed } else { ChargeStatus::Cancelled };
    let refusal = wrong_status(charge, "close-dispute");
    take_to::<Charge>(memory, cx, number, On::Act("close-dispute"), to).ok_or(refusal)?;
    Ok(object)
}

fn settle_payout(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    let id = text(with, &OF_PAYOUT)?;
    let outcome = text(with, &OUTCOME)?;
    let payout = memory.payout(&id).ok_or_else(|| ActionError::Nothing(format!("No payout has the id `{id}`.")))?;
    let (object, number, status) = (payout.object(), payout.number, payout.status());
    let to = PAYOUT_STATUSES.iter().find(|it| it.word() == outcome);
    to.and_then(|it| take_to::<Payout>(memory, cx, number, On::Act("settle-payout"), *it)).ok_or_else(|| {
        let rows = PAYOUT.rows.iter().filter(|it| it.on == On::Act("settle-payout") && it.to.word() == outcome);
        let from: Vec<&str> = rows.flat_map(|it| it.from).map(|it| it.word()).collect();
        ActionError::State(format!("The payout `{id}` is {}; the outcome {outcome} needs {}.", status.word(), from.join(" or ")))
    })?;
    Ok(object)
}

fn set_price(memory: &mut Memory, _: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    let symbol = text(with, &SYMBOL)?;
    parse_pair(&symbol).map_err(|why| ActionError::Invalid(format!("{why}.")))?;
    let (ask, bid) = (amount(with, &ASK)?, amount(with, &BID)?);
    set_rate(memory, &symbol, ask, bid).map_err(|why| ActionError::Invalid(format!("{why}.")))
}

fn parse_pair(text: &str) -> Result<Symbol, String> {
    Symbol::parse(text).ok_or_else(|| format!("`{text}` is not a pair such as BTC/CNY; known currencies: {}", CODES.join(", ")))
}

/// Sets the prices of a pair.
pub fn set_rate(memory: &mut Memory, symbol: &str, ask: Decimal, bid: Decimal) -> Result<ObjectId, String> {
    let symbol = parse_pair(symbol)?;
    let price = Price { ask, bid };
    if !is_price(price.ask) || !is_price(price.bid) {
        return Err("`ask` and `bid` are above 0 and at most 1000000000, with at most 8 decimals".to_owned());
    }
    memory.rates.set(symbol, price);
    Ok(ObjectId { kind: Kind::Price as u8, number: symbol.number() })
}

/// The balances that an account starts with, in smallest units.
pub fn balances(given: &[(String, Decimal)]) -> Result<Vec<(Currency, i64)>, (usize, String)> {
    let read = |(place, (code, amount)): (usize, &(String, Decimal))| {
        let currency = Currency::parse(code)
            .ok_or_else(|| (place, format!("QbitPay has no currency `{code}`; known currencies: {}", CODES.join(", "))))?;
        let units = currency.units(*amount).filter(|it| currency.can_hold(*amount) && (0..=BALANCE_UNITS_MAX).contains(it));
        let (decimals, max) = (currency.decimals(), currency.amount(BALANCE_UNITS_MAX));
        let wrong = || (place, format!("an amount in {code} has at most {decimals} decimals and is at most {max}"));
        Ok((currency, units.ok_or_else(wrong)?))
    };
    given.iter().enumerate().map(read).collect()
}
