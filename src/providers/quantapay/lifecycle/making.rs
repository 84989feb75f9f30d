//! Checkout sessions and transactions begin.

use rust_decimal::Decimal;

use crate::engine::context::Context;
use crate::engine::lifecycle::{Head, On, born};
use crate::kit::ids::{entity, unique_code};
use crate::kit::time::whole_second;
use crate::providers::quantapay::decisions::{ADDRESSES_AND_HASHES, COIN_DECIMALS, RATE_TABLE, TRANSACTION_TYPE, UNIQUE_AMOUNTS};
use crate::providers::quantapay::model::{Coin, DIGITS, Fiat, Memory, Session, Texts, Transaction, coins_max};
use crate::providers::quantapay::settings::{ADDRESS_MODE, CONFIRMATIONS};
use crate::providers::quantapay::wire::{Amount, NewSession, NewTransaction};

/// A further payment of the same amount is higher by a drawn number of hundred-thousandths, within these bounds.
const NUDGE_MIN: u64 = 10;
const NUDGE_MAX: u64 = 100;
/// After this many draws the payment gets the next amount above all others.
const DRAWS_MAX: u32 = 32;

/// Why no transaction was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMade {
    /// The price is less than the smallest part of the coin, or more than the highest amount.
    Amount,
    /// The sandbox already holds as many as it can.
    TooMany,
}

/// Sessions of a sandbox at most, and as many transactions.
const COUNT_MAX: u32 = 1 << 30;

/// Begins a checkout, perhaps under an id of the shop's own, and returns its number.
pub fn begin(memory: &mut Memory, cx: &Context<'_>, account: &str, new: NewSession, own: Option<String>) -> Result<u32, NotMade> {
    let merchant = memory.merchant_of(account);
    let number = memory.sessions.next();
    if number >= COUNT_MAX {
        return Err(NotMade::TooMany);
    }
    // Ids depend on the merchant's own count, so that another merchant's session does not change them.
    let stream = entity(&[account, &memory.merchant(merchant).sessions.to_string()]);
    let digits = cx.draws("quantapay session", stream).hex(DIGITS).into();
    let NewSession { price, fiat, reference, texts } = new;
    memory.merchant_mut(merchant).sessions += 1;
    Ok(memory.sessions.insert(Session {
        number,
        digits,
        own: own.map(Into::into),
        merchant,
        fiat,
        price,
        reference,
        texts,
        created_at: whole_second(cx.now()),
        transaction: None,
        completed: false,
    }))
}

/// What a transaction is made of.
struct Draft {
    coin: Coin,
    fiat: Fiat,
    amount: Decimal,
    amount_fiat: Decimal,
    kind: u8,
    session: Option<u32>,
    reference: Option<Box<str>>,
    texts: Option<Box<Texts>>,
}

/// The payer of a session chooses a coin. Returns the id of the payment.
pub fn choose(memory: &mut Memory, cx: &mut Context<'_>, session: u32, coin: Coin) -> Result<u32, NotMade> {
    let Some(own) = memory.sessions.get(session).cloned() else { return Err(NotMade::Amount) };
    let amount = memory.rates.coins(own.price, own.fiat, coin).ok_or(NotMade::Amount)?;
    cx.rest_on(TRANSACTION_TYPE);
    if !memory.rates.is_set() {
        cx.rest_on(RATE_TABLE);
    }
    let draft = Draft {
        coin,
        fiat: own.fiat,
        amount,
        amount_fiat: own.price,
        kind: 2,
        session: Some(session),
        reference: own.reference,
        texts: own.texts,
    };
    let id = make(memory, cx, own.merchant, draft, On::Act("choose-coin"))?;
    memory.sessions.update(session, |it| it.transaction = Some(id));
    Ok(id)
}

/// The merchant makes a transaction. Returns its id.
pub fn transact(
    memory: &mut Memory,
    cx: &mut Context<'_>,
    account: &str,
    new: NewTransaction,
    session: Option<u32>,
) -> Result<u32, NotMade> {
    let merchant = memory.merchant_of(account);
    let (amount, amount_fiat, fiat) = match new.amount {
        Amount::Fiat(price, fiat) => (memory.rates.coins(price, fiat, new.coin).ok_or(NotMade::Amount)?, price, fiat),
        Amount::Coins(coins) => {
            let cut = coins.trunc_with_scale(new.coin.decimals());
            let worth = cut.saturating_mul(memory.rates.price(new.coin, Fiat::USD)).trunc_with_scale(8);
            (Some(cut).filter(|it| Decimal::ZERO < *it).ok_or(NotMade::Amount)?, worth, Fiat::USD)
        }
    };
    let draft = Draft { coin: new.coin, fiat, amount, amount_fiat, kind: new.kind, session, reference: new.reference, texts: new.texts };
    make(memory, cx, merchant, draft, On::Call("create-transaction"))
}

fn make(memory: &mut Memory, cx: &mut Context<'_>, merchant: u16, draft: Draft, on: On) -> Result<u32, NotMade> {
    let id = memory.transactions.next();
    if id >= COUNT_MAX {
        return Err(NotMade::TooMany);
    }
    let account = memory.merchant(merchant).account.clone();
    let own = cx.account(&account);
    let fresh = own.and_then(|it| it.text(&ADDRESS_MODE)) == Some("fresh");
    let wanted = own.map_or(0, |it| it.integer(&CONFIRMATIONS));
    let nth = memory.merchant(merchant).transactions;
    let count = nth.to_string();
    let place = if fresh { count.as_str() } else { "" };
    let address = draft.coin.address(&mut cx.draws("quantapay address", entity(&[&account, draft.coin.code(), place])));
    let amount = if fresh { draft.amount.normalize() } else { find_amount(memory, cx, merchant, &draft, &count).ok_or(NotMade::Amount)? };
    let rows = [(UNIQUE_AMOUNTS, amount != draft.amount.normalize()), (COIN_DECIMALS, true), (ADDRESSES_AND_HASHES, true)];
    rows.into_iter().filter(|it| it.1).for_each(|it| cx.rest_on(it.0));
    let biz = unique_code(cx.seed(), &format!("quantapay biz_id of {account}"), cx.counted(nth), b"0123456789abcdef", 5);
    memory.merchant_mut(merchant).transactions += 1;
    let transaction = Transaction {
        id,
        nth,
        merchant,
        coin: draft.coin,
        fiat: draft.fiat,
        head: Head::default(),
        notified: false,
        fresh,
        kind: draft.kind,
        wanted: u32::try_from(wanted).unwrap_or(0),
        biz: u32::from_str_radix(&biz, 16).unwrap_or(0),
        session: draft.session,
        amount,
        amount_fiat: draft.amount_fiat,
        fee: Decimal::ZERO,
        created_at: whole_second(cx.now()),
        address: address.into(),
        reference: draft.reference,
        transfer: None,
        texts: draft.texts,
    };
    Ok(born(memory, cx, transaction, on))
}

/// Finds an amount that no pending payment on the merchant's shared address waits for.
fn find_amount(memory: &Memory, cx: &Context<'_>, merchant: u16, draft: &Draft, count: &str) -> Option<Decimal> {
    let unit = Decimal::new(1, draft.coin.decimals());
    let is_taken = |amount: Decimal| memory.is_waited_for(merchant, draft.coin, amount.normalize());
    let mut amount = draft.amount.normalize();
    let mut draws = cx.draws("quantapay amount", entity(&[&memory.merchant(merchant).account, count]));
    for _ in 0..DRAWS_MAX {
        if !is_taken(amount) {
            return Some(amount);
        }
        let share = NUDGE_MIN + draws.below(NUDGE_MAX - NUDGE_MIN + 1);
        let nudged = draft.amount.checked_mul(Decimal::new(100_000 + i64::try_from(share).unwrap_or(0), 5))?;
        amount = nudged.trunc_with_scale(draft.coin.decimals()).max(draft.amount + unit).normalize();
    }
    while is_taken(amount) {
        let highest = memory.highest_waited_for(merchant, draft.coin, amount + amount)?;
        amount = (highest + unit).normalize();
    }
    (amount <= coins_max()).then_some(amount)
}
