//! What payer, seller, bank, chain and market can do.

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

const NAMED: Evidence = Assumed("an action has to name its object");
const DISPUTES: Evidence = Assumed("the events of a dispute are documented, who is right is somebody's word");
const FAILING: Evidence = Assumed("the event charge.failed is documented, what leads to it is not");
const PRICES: Evidence = Assumed("the ticker is documented, who moves the market is not");

const fn field(name: &'static str, kind: Value, meaning: &'static str, evidence: Evidence) -> Field {
    Field { name, kind, need: Need::Required, meaning, evidence }
}

const OF_CHARGE: Field = field("charge", TEXT, "id of the charge", NAMED);
const OF_DEPOSIT: Field = field("deposit", TEXT, "id of the deposit", NAMED);
const OF_PAYOUT: Field = field("payout", TEXT, "id of the payout", NAMED);
const CURRENCY: Field = field("currency", Value::Word(CODES), "what is sent", NAMED);
const AMOUNT: Field = field("amount", Value::Amount { decimals_max: 6 }, "how much is sent, above 0", NAMED);
const OUTCOME: Field = field("outcome", Value::Word(&["inTransit", "paid", "failed", "cancelled"]), "the status to go to", NAMED);
const WINNER: Field =
    field("in_favour_of", Value::Word(&["buyer", "seller"]), "buyer: the payment stands; seller: the charge is cancelled", DISPUTES);
const SYMBOL: Field = field("symbol", TEXT, "the pair, as BTC/CNY", PRICES);
const ASK: Field = field("ask", Value::Amount { decimals_max: 8 }, "what a merchant pays from now on", PRICES);
const BID: Field = field("bid", Value::Amount { decimals_max: 8 }, "what a merchant gets from now on", PRICES);

const fn act(name: &'static str, meaning: &'static str, parameters: &'static [Field], evidence: Evidence) -> ActionRow {
    ActionRow { name, meaning, parameters, evidence }
}

/// The actions of this provider.
#[rustfmt::skip]
pub static ACTS: &[Row<ActionRow, Handler>] = &[
    Row(act("deposit", "somebody sends money to the merchant's wallet; it is pending until it lies deep enough", &[CURRENCY, AMOUNT], Documented("API reference, Quickstart: send fund to the wallet address")), deposit),
    Row(act("confirm-deposit", "the deposit has enough confirmations, and is credited", &[OF_DEPOSIT], Documented("API reference, Quickstart: the confirmations meet the requirement")), confirm_deposit),
    Row(act("buyer-paid", "the payer says on the payment page that they have paid", &[OF_CHARGE], Documented("API reference, Charges: status buyerPaid")), buyer_paid),
    Row(act("confirm-charge", "the seller confirms that the payment has arrived", &[OF_CHARGE], Documented("API reference, Charges: status sellerConfirmed")), confirm_charge),
    Row(act("fail-charge", "the payment fails", &[OF_CHARGE], FAILING), fail_charge),
    Row(act("dispute", "somebody disputes the payment", &[OF_CHARGE], DISPUTES), dispute),
    Row(act("close-dispute", "the dispute is decided", &[OF_CHARGE, WINNER], DISPUTES), close_dispute),
    Row(act("settle-payout", "the bank takes a payout on, or says what became of it", &[OF_PAYOUT, OUTCOME], Documented("API reference, Payouts: status values")), settle_payout),
    Row(act("set-price", "the market moves", &[SYMBOL, ASK, BID], PRICES), set_price),
];

/// Does an action.
pub fn act_on(memory: &mut Memory, cx: &mut Context<'_>, act: &str, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let does = function(ACTS, act).ok_or(ActionError::Unknown)?;
    Ok(ActionDone { object: does(memory, cx, with)? })
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
    let currency = Currency::parse(&code).ok_or_else(|| ActionError::Invalid(format!("There is no currency `{code}`.")))?;
    let amount = amount(with, &AMOUNT)?;
    let units = currency.units(amount).filter(|it| currency.can_hold(amount) && *it <= BALANCE_UNITS_MAX);
    let decimals = currency.decimals();
    let units =
        units.ok_or_else(|| ActionError::Invalid(format!("`amount` has at most {decimals} decimals in {code}, and is no fortune.")))?;
    let own = cx.contract().account;
    let account = cx.account(own).or_else(|| cx.accounts().next()).map(|it| it.id.clone()).ok_or(ActionError::Unknown)?;
    let merchant = memory.merchant_of(&account);
    if memory.own(merchant).all_units(currency).saturating_add(units) > BALANCE_UNITS_MAX {
        return Err(ActionError::State(format!("The balance in {code} is as large as a balance can be.")));
    }
    let number = make_deposit(memory, cx, merchant, currency, units);
    Ok(Kind::Deposit.object(number))
}

fn confirm_deposit(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    let id = text(with, &OF_DEPOSIT)?;
    let deposit = memory.deposit(&id).ok_or_else(|| ActionError::Nothing(format!("There is no deposit `{id}`.")))?;
    let (number, status) = (deposit.number, deposit.status().word());
    let taken = take::<Deposit>(memory, cx, number, On::Act("confirm-deposit"));
    taken.ok_or_else(|| ActionError::State(format!("The deposit `{id}` is {status}; it is confirmed while it is seen.")))?;
    Ok(Kind::Deposit.object(number))
}

fn find_charge<'a>(memory: &'a Memory, with: &Fields<'_>) -> Result<&'a Charge, ActionError> {
    let id = text(with, &OF_CHARGE)?;
    memory.charge(&id).ok_or_else(|| ActionError::Nothing(format!("There is no charge `{id}`.")))
}

/// The state of a charge does not allow an action.
fn not_from(charge: &Charge, act: &'static str) -> ActionError {
    let from: Vec<&str> = CHARGE.rows.iter().filter(|it| it.on == On::Act(act)).flat_map(|it| it.from).map(|it| it.word()).collect();
    let from = if from.windows(2).all(|it| it[0] == it[1]) { from.first().copied().unwrap_or("").to_owned() } else { from.join(" or ") };
    ActionError::State(format!("The charge `{}` has the status {}; `{act}` needs {from}.", charge.id, charge.status().word()))
}

fn charged(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>, act: &'static str) -> Result<ObjectId, ActionError> {
    let charge = find_charge(memory, with)?;
    let (object, number, refusal) = (charge.object(), charge.number, not_from(charge, act));
    take::<Charge>(memory, cx, number, On::Act(act)).ok_or(refusal)?;
    Ok(object)
}

fn buyer_paid(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    charged(memory, cx, with, "buyer-paid")
}

fn confirm_charge(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    charged(memory, cx, with, "confirm-charge")
}

fn fail_charge(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    charged(memory, cx, with, "fail-charge")
}

fn dispute(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    charged(memory, cx, with, "dispute")
}

fn close_dispute(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    let charge = find_charge(memory, with)?;
    let (object, number) = (charge.object(), charge.number);
    let to = if text(with, &WINNER)? == "buyer" { ChargeStatus::Closed } else { ChargeStatus::Cancelled };
    let refusal = not_from(charge, "close-dispute");
    take_to::<Charge>(memory, cx, number, On::Act("close-dispute"), to).ok_or(refusal)?;
    Ok(object)
}

fn settle_payout(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    let id = text(with, &OF_PAYOUT)?;
    let outcome = text(with, &OUTCOME)?;
    let payout = memory.payout(&id).ok_or_else(|| ActionError::Nothing(format!("There is no payout `{id}`.")))?;
    let (object, number, status) = (payout.object(), payout.number, payout.status());
    let to = PAYOUT_STATUSES.iter().find(|it| it.word() == outcome);
    to.and_then(|it| take_to::<Payout>(memory, cx, number, On::Act("settle-payout"), *it)).ok_or_else(|| {
        let rows = PAYOUT.rows.iter().filter(|it| it.on == On::Act("settle-payout") && it.to.word() == outcome);
        let from: Vec<&str> = rows.flat_map(|it| it.from).map(|it| it.word()).collect();
        ActionError::State(format!("The payout `{id}` is {}; it becomes {outcome} from {}.", status.word(), from.join(" or ")))
    })?;
    Ok(object)
}

fn set_price(memory: &mut Memory, _: &mut Context<'_>, with: &Fields<'_>) -> Result<ObjectId, ActionError> {
    let asked = text(with, &SYMBOL)?;
    pair(&asked).map_err(|why| ActionError::Invalid(format!("{why}.")))?;
    let (ask, bid) = (amount(with, &ASK)?, amount(with, &BID)?);
    price(memory, &asked, ask, bid).map_err(|why| ActionError::Invalid(format!("{why}.")))
}

fn pair(text: &str) -> Result<Symbol, String> {
    Symbol::parse(text).ok_or_else(|| format!("`{text}` is no pair of {}, as BTC/CNY", CODES.join(", ")))
}

/// A pair has another price from now on.
pub fn price(memory: &mut Memory, symbol: &str, ask: Decimal, bid: Decimal) -> Result<ObjectId, String> {
    let symbol = pair(symbol)?;
    let price = Price { ask, bid };
    if !is_price(price.ask) || !is_price(price.bid) {
        return Err("`ask` and `bid` are at most 1000000000".to_owned());
    }
    memory.rates.set(symbol, price);
    Ok(ObjectId { kind: Kind::Price as u8, number: symbol.number() })
}

/// What an account starts with, in smallest units.
pub fn balances(given: &[(String, Decimal)]) -> Result<Vec<(Currency, i64)>, (usize, String)> {
    let read = |(place, (code, amount)): (usize, &(String, Decimal))| {
        let currency =
            Currency::parse(code).ok_or_else(|| (place, format!("QbitPay has no currency `{code}`; it has {}", CODES.join(", "))))?;
        let units = currency.units(*amount).filter(|it| currency.can_hold(*amount) && (0..=BALANCE_UNITS_MAX).contains(it));
        let decimals = currency.decimals();
        Ok((currency, units.ok_or_else(|| (place, format!("an amount in {code} has at most {decimals} decimals, and is no fortune")))?))
    };
    given.iter().enumerate().map(read).collect()
}
