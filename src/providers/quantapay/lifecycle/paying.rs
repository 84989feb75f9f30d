//! Coins are sent: finds the payment that they are for, if any.

use rust_decimal::Decimal;

use super::look_at_confirmations;
use crate::engine::chain::Watch;
use crate::engine::context::Context;
use crate::engine::lifecycle::On::Act;
use crate::kit::ids::entity;
use crate::providers::quantapay::decisions::{CHAINS, MATCHING, TRANSFER_DECIMALS, WALLET_AT_ONCE};
use crate::providers::quantapay::model::{Coin, Memory, Status, Transfer};

/// What a payer sends.
#[derive(Clone, Debug)]
pub struct Sent {
    /// To the address of this transaction, or, in a coin other than its own, to the merchant's address for this coin.
    pub to: u32,
    pub coin: Coin,
    pub amount: Decimal,
    /// The hash of a transfer that is offered again.
    pub hash: Option<String>,
    /// A token with the same name from another contract.
    pub fake: bool,
}

/// Why nothing can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPaid {
    /// More than a wallet can hold.
    TooMuch,
    /// The sandbox already watches as many transfers as it can.
    TooMany,
}

/// What has become of coins that were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paid {
    /// They pay this transaction.
    For(u32),
    /// They are in the merchant's wallet, and pay for nothing.
    Nothing,
    /// The same transfer was counted before.
    Again,
    /// The token is not the coin.
    Fake,
}

/// A transfer is seen. Address, amount and an unused hash say which transaction it pays. If it pays none, the coins go to
/// the merchant's wallet and nothing else happens.
pub fn pay(memory: &mut Memory, cx: &mut Context<'_>, sent: &Sent) -> Result<Paid, NotPaid> {
    let Some(named) = memory.transactions.get(sent.to) else { return Ok(Paid::Nothing) };
    let (merchant, own_address) = (named.merchant, named.fresh && named.coin == sent.coin);
    if sent.fake {
        return Ok(Paid::Fake); // the contract is not the coin's: the transfer does not count
    }
    let used = sent.hash.as_deref().is_some_and(|it| memory.is_used(it));
    if used {
        return Ok(Paid::Again); // the same transfer was counted before
    }
    let payment = if own_address {
        Some(sent.to).filter(|_| named.status() == Status::Pending && named.transfer.is_none())
    } else {
        memory.payment_for(merchant, sent.coin, sent.amount)
    };
    let account = memory.merchant(merchant).account.clone();
    if let Some(id) = payment {
        let Some(transaction) = memory.transactions.get(id) else { return Ok(Paid::Nothing) };
        let object = transaction.object();
        let watch = Watch { object, number: 0, blockchain: sent.coin.chain(), wanted: transaction.wanted, account: &account };
        if !memory.merchant(merchant).has_room(sent.coin, sent.amount) {
            return Err(NotPaid::TooMuch);
        }
        if !cx.watch(watch) {
            return Err(NotPaid::TooMany);
        }
    }
    if !memory.merchant_mut(merchant).receive(sent.coin, sent.amount) {
        return Err(NotPaid::TooMuch);
    }
    if payment.is_none() {
        memory.merchant_mut(merchant).stray(sent.coin, sent.amount);
    }
    let rows = [
        (MATCHING, !own_address),
        (TRANSFER_DECIMALS, sent.coin.decimals() < sent.amount.normalize().scale()),
        (WALLET_AT_ONCE, true),
        (CHAINS, payment.is_some()),
    ];
    rows.into_iter().filter(|it| it.1).for_each(|it| cx.rest_on(it.0));
    if let Some(id) = payment {
        // A payment whose transfer has disappeared gets another hash the next time.
        let drawn_by = memory.transactions.get(id).map_or(String::new(), |it| match it.head.generation() {
            0 => it.nth.to_string(),
            again => format!("{}/{again}", it.nth),
        });
        let mut draws = cx.draws("quantapay transfer", entity(&[&account, &drawn_by]));
        let hash = sent.hash.clone().unwrap_or_else(|| sent.coin.hash(&mut draws));
        let from = sent.coin.address(&mut draws);
        memory.transactions.update(id, |it| {
            it.transfer = Some(Box::new(Transfer { hash: hash.into(), from: from.into(), amount: sent.amount.normalize() }));
        });
        look_at_confirmations(memory, cx, id, Act("pay"));
    }
    Ok(payment.map_or(Paid::Nothing, Paid::For))
}
