//! What payer, merchant and blockchain can do.

use rust_decimal::Decimal;

use super::lifecycle;
use super::lifecycle::{NotMade, NotPaid, Paid, Sent, look_at_confirmations};
use super::model::{CHAINS, CODES, Coin, Memory, PRECISION_MAX, Session, SessionStatus, Status, Transaction, coins_max};
use super::wire::amount;
use crate::engine::actions::{ActionDone, ActionError};
use crate::engine::context::Context;
use crate::engine::context::watching::{BLOCKCHAIN, DEPTH, VANISHING_NEEDS, confirmations, reorganise};
use crate::engine::lifecycle::{On, take_to};
use crate::engine::tables::bound::function;
use crate::kit::fields::Fields;
use crate::kit::word::Word;

mod rows;

pub use rows::ACTS;

type Handler = fn(&mut Memory, &mut Context<'_>, &Fields<'_>) -> Result<ActionDone, ActionError>;

/// Performs an action.
pub fn act(memory: &mut Memory, cx: &mut Context<'_>, act: &str, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let perform = function(ACTS, act).ok_or(ActionError::Unknown)?;
    perform(memory, cx, with)
}

/// Sets what a merchant begins with: credits in USD, or the balance of a coin's wallet.
pub fn endow(memory: &mut Memory, merchant: u16, code: &str, amount: Decimal) -> Result<(), String> {
    if code.eq_ignore_ascii_case("usd") {
        if 2 < amount.normalize().scale() || coins_max() < amount {
            return Err(format!("credits have at most 2 decimals and are at most {}", coins_max()));
        }
        memory.merchant_mut(merchant).begin_with_credits(amount);
        return Ok(());
    }
    let coin = Coin::of(&code.to_ascii_lowercase());
    let coin = coin.ok_or_else(|| format!("no coin of QuantaPay is named `{code}`. Known: USD for credits, and the coins {CODES}"))?;
    if amount.normalize().scale() > coin.decimals() || coins_max() < amount {
        return Err(format!("an amount in {code} has at most {} decimals and is at most {}", coin.decimals(), coins_max()));
    }
    memory.merchant_mut(merchant).begin_with(coin, amount);
    Ok(())
}

fn find<'a>(memory: &'a Memory, with: &Fields<'_>) -> Result<&'a Transaction, ActionError> {
    let asked =
        with.plain("transaction").ok_or_else(|| ActionError::Invalid("`transaction` is required: the transaction's id.".to_owned()))?;
    memory.transaction_of(&asked).ok_or_else(|| ActionError::Nothing(format!("No transaction is named `{asked}`.")))
}

fn find_session<'a>(memory: &'a Memory, with: &Fields<'_>) -> Result<&'a Session, ActionError> {
    let asked =
        with.plain("session").ok_or_else(|| ActionError::Invalid("`session` is required: the session's id, as cs_...".to_owned()))?;
    memory.session_of(&asked).ok_or_else(|| ActionError::Nothing(format!("No session is named `{asked}`.")))
}

fn coin(with: &Fields<'_>) -> Result<Option<Coin>, ActionError> {
    let Some(asked) = with.plain("cryptocurrency") else { return Ok(None) };
    Coin::of(&asked).map(Some).ok_or_else(|| ActionError::Invalid(format!("`cryptocurrency` is one of {CODES}.")))
}

/// The answer of an action on a transaction.
fn report(memory: &Memory, id: u32) -> Result<ActionDone, ActionError> {
    memory.transactions.get(id).map(|it| ActionDone::on(it.object())).ok_or(ActionError::Unknown)
}

/// Names what forbids a step, and what would allow it.
fn refusal(it: &Transaction, when: &str) -> ActionError {
    ActionError::State(format!("The transaction {} is {} ({}); {when}.", it.id, it.status().word(), it.status().name()))
}

fn choose_coin(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let session = find_session(memory, with)?.number;
    let coin = coin(with)?.ok_or_else(|| ActionError::Invalid(format!("`cryptocurrency` is required: one of {CODES}.")))?;
    let id = choose(memory, cx, session, coin)?;
    report(memory, id)
}

/// The payer of a session chooses a coin.
pub fn choose(memory: &mut Memory, cx: &mut Context<'_>, session: u32, coin: Coin) -> Result<u32, ActionError> {
    let own = memory.sessions.get(session).ok_or(ActionError::Unknown)?;
    let status = own.status(cx.now());
    if status != SessionStatus::Open {
        return Err(ActionError::State(format!("The session {} is {}; a coin is chosen while it is open.", own.id(), status.word())));
    }
    lifecycle::choose(memory, cx, session, coin).map_err(|why| match why {
        NotMade::Amount => {
            ActionError::State(format!("The price cannot be paid in {}: it is too little or too much of that coin.", coin.code()))
        }
        NotMade::TooMany => ActionError::State("The sandbox holds as many transactions as it can.".to_owned()),
    })
}

/// Finds the transaction that `pay` pays: the one that is named, or the session's latest. A session without one gets a new
/// transaction in the coin.
fn find_payable(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>, coin: Option<Coin>) -> Result<u32, ActionError> {
    if with.has("transaction") {
        // Coins can be sent to the address of a deleted transaction too.
        let deleted =
            || with.plain("transaction")?.parse().ok().filter(|it| memory.transactions.get(*it).is_some_and(Transaction::is_deleted));
        return find(memory, with).map(|it| it.id).or_else(|why| deleted().ok_or(why));
    }
    if !with.has("session") {
        return Err(ActionError::Invalid("`transaction` or `session` is required: its id.".to_owned()));
    }
    let session = find_session(memory, with)?;
    let latest = session.transaction.and_then(|it| memory.transaction(it)).filter(|latest| coin.is_none_or(|it| it == latest.coin));
    match (latest, coin) {
        (Some(it), _) => Ok(it.id),
        (None, Some(coin)) => {
            let number = session.number;
            choose(memory, cx, number, coin)
        }
        (None, None) => {
            let status = session.status(cx.now()).word();
            Err(ActionError::State(format!(
                "The session {} is {status}, and no coin is chosen: name one with `cryptocurrency`.",
                session.id()
            )))
        }
    }
}

/// No transfer has that amount.
fn wrong_amount(coin: Option<Coin>) -> ActionError {
    let (decimals, of) = coin.map_or((PRECISION_MAX, String::new()), |it| (it.precision(), format!(" of {}", it.code())));
    ActionError::Invalid(format!("`amount` is a number of coins{of} above 0 with at most {decimals} decimals."))
}

fn pay(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let coin = coin(with)?;
    let written = with.plain("amount");
    let given = written.as_deref().map(|it| amount(it.trim(), coin.map_or(PRECISION_MAX, Coin::precision), coins_max()));
    if given == Some(None) || (written.is_none() && with.has("amount")) {
        return Err(wrong_amount(coin));
    }
    let fake = match with.plain("token").as_deref() {
        None if !with.has("token") => false,
        Some("fake") => true,
        _ => return Err(ActionError::Invalid("`token` is `fake`, or is left out.".to_owned())),
    };
    let hash = with.plain("hash");
    let is_hash = |hash: &String| hash.len() <= rows::HASH_CHARS_MAX && hash.bytes().all(|it| it.is_ascii_alphanumeric());
    if hash.as_ref().map_or(with.has("hash"), |it| !is_hash(it)) {
        return Err(ActionError::Invalid(format!("`hash` is at most {} letters and digits.", rows::HASH_CHARS_MAX)));
    }
    let id = find_payable(memory, cx, with, coin)?;
    let own = memory.transactions.get(id).ok_or(ActionError::Unknown)?;
    let ignored = ignoring(own);
    if coin.is_none() && given.flatten().is_some_and(|it| own.coin.precision() < it.normalize().scale()) {
        return Err(wrong_amount(Some(own.coin)));
    }
    let due = match coin.filter(|it| *it != own.coin) {
        // The payer sends a coin other than the chosen one: the amount is the price in this coin.
        Some(other) => memory.rates.coins(own.amount_fiat, own.fiat, other).unwrap_or(own.amount),
        None => own.amount,
    };
    let sent = Sent { to: id, coin: coin.unwrap_or(own.coin), amount: given.flatten().unwrap_or(due), hash, fake };
    let paid = send(memory, cx, &sent)?;
    let done = report(memory, id)?;
    Ok(match paid {
        Paid::For(own) if own == id => done,
        Paid::For(_) => ActionDone::without_effect(done.object, "the coins have paid another transaction that waits for this amount"),
        Paid::Nothing => ActionDone::without_effect(done.object, ignored),
        Paid::Again => ActionDone::without_effect(done.object, "a transfer with this hash has been counted already"),
        Paid::Fake => ActionDone::without_effect(done.object, "the token is from another contract, and does not count"),
    })
}

/// Why coins that come for a transaction may pay for nothing.
fn ignoring(it: &Transaction) -> &'static str {
    match it.status() {
        Status::Pending if it.transfer.is_some() => "its transfer has been seen already; these coins are in the wallet and pay for nothing",
        Status::Pending => "the amount is not the one that is waited for; the coins are in the wallet and pay for nothing",
        Status::Completed => "the transaction is completed; the coins are in the wallet and pay for nothing",
        Status::Underpaid => "the transaction has ended underpaid; the coins are in the wallet and are not added to it",
        Status::Refunded => "the transaction is refunded; the coins are in the wallet and pay for nothing",
        Status::Deleted => "the transaction is cancelled or deleted; the coins are in the wallet and pay for nothing",
    }
}

fn drop_transfer(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let id = find(memory, with)?.id;
    if !lifecycle::drop_transfer(memory, cx, id) {
        return Err(memory.transactions.get(id).map_or(ActionError::Unknown, |it| refusal(it, VANISHING_NEEDS)));
    }
    report(memory, id)
}

/// Sends coins, or says why it cannot.
pub fn send(memory: &mut Memory, cx: &mut Context<'_>, sent: &Sent) -> Result<Paid, ActionError> {
    lifecycle::pay(memory, cx, sent).map_err(|why| match why {
        NotPaid::TooMuch => {
            ActionError::State(format!("The wallet for {} cannot hold this amount: its limit is {}.", sent.coin.code(), coins_max()))
        }
        NotPaid::TooMany => ActionError::State(format!(
            "The transaction {} cannot be paid: the sandbox already watches as many transfers as it can.",
            sent.to
        )),
    })
}

fn confirm(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let own = find(memory, with)?;
    let (id, object) = (own.id, own.object());
    if own.status() != Status::Pending {
        return Err(refusal(own, "its transfer can be confirmed only while it is pending"));
    }
    if cx.confirm(object, 0, confirmations(with)?).is_none() {
        return Err(refusal(own, "no transfer for it has been seen yet"));
    }
    look_at_confirmations(memory, cx, id, On::Act("confirm"));
    Ok(ActionDone::on(object))
}

fn cancel(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let id = find(memory, with)?.id;
    if !lifecycle::cancel(memory, cx, id) {
        return Err(memory
            .transactions
            .get(id)
            .map_or(ActionError::Unknown, |it| refusal(it, "it can be cancelled only while it is pending and no transfer has been seen")));
    }
    report(memory, id)
}

fn refund(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let id = find(memory, with)?.id;
    if take_to::<Transaction>(memory, cx, id, On::Act("refund"), Status::Refunded).is_none() {
        return Err(memory
            .transactions
            .get(id)
            .map_or(ActionError::Unknown, |it| refusal(it, "it can be refunded only when it is completed or underpaid")));
    }
    report(memory, id)
}

fn accept_underpayment(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let id = find(memory, with)?.id;
    if !lifecycle::accept_underpayment(memory, cx, id) {
        return Err(memory
            .transactions
            .get(id)
            .map_or(ActionError::Unknown, |it| refusal(it, "it can be accepted only when it is underpaid")));
    }
    report(memory, id)
}
