//! The actions, row by row.

use super::{
    BLOCKCHAIN, CHAINS, DEPTH, Handler, accept_underpayment, cancel, choose_coin, confirm, drop_transfer, pay, refund, reorganise,
};
use crate::engine::chain::CONFIRMATIONS_MAX;
use crate::engine::context::watching::VANISHING;
use crate::engine::tables::ActionRow;
use crate::engine::tables::bound::Bound as Row;
use crate::kit::evidence::Evidence::{self, Assumed, Documented, Observed};
use crate::kit::fields::{Field, Kind as Value, Need, TEXT};

/// Characters of a hash.
pub const HASH_CHARS_MAX: usize = 128;

const NAMED: Evidence = Assumed("an action has to name its object");
const OURS: Evidence = Assumed("no call reports what happens on a chain, so the sandbox needs an action for it");
const SIBLING: Evidence = Observed("the sibling product's dashboard and payment page");

const fn field(name: &'static str, kind: Value, need: Need, meaning: &'static str, evidence: Evidence) -> Field {
    Field { name, kind, need, meaning, evidence }
}

const TRANSACTION: Field = field("transaction", TEXT, Need::Required, "the transaction's id", NAMED);
const SESSION: Field = field("session", TEXT, Need::Required, "the session's id, as cs_... or cs-cs_...", NAMED);
const COIN: Field = field("cryptocurrency", TEXT, Need::Required, "the coin, by its code", NAMED);

#[rustfmt::skip]
const PAY: &[Field] = &[
    field("transaction", TEXT, Need::Optional, "the transaction to pay; either this or `session` is required", NAMED),
    field("session", TEXT, Need::Optional, "the session whose latest transaction is paid", NAMED),
    field("amount", Value::Decimal, Need::Optional, "the number of coins, with at most the decimals of the coin on its chain: 8 for btc, 18 for eth; by default the exact amount", OURS),
    field("cryptocurrency", TEXT, Need::Optional, "the coin that is sent; a session without a payment in this coin begins one; a coin other than the transaction's goes to the merchant's address for it", OURS),
    field("hash", Value::Text { chars_max: HASH_CHARS_MAX }, Need::Optional, "the hash of the transfer; a hash that has already paid for something means the same transfer and pays nothing. By default it is drawn", OURS),
    field("token", Value::Word(&["fake"]), Need::Optional, "sends a token of the same name from another contract, which does not count", Assumed("the Help center says that tokens are checked by their contract address; the parameter is ours")),
];

#[rustfmt::skip]
const CONFIRMATIONS: Field = field(
    "confirmations",
    Value::Integer { min: 1, max: CONFIRMATIONS_MAX as i64 },
    Need::Optional,
    "the number of confirmations to reach; by default the number that the payment needs",
    OURS,
);

const fn row(name: &'static str, meaning: &'static str, parameters: &'static [Field], evidence: Evidence) -> ActionRow {
    ActionRow { name, meaning, parameters, evidence }
}

/// The actions of this provider.
#[rustfmt::skip]
pub static ACTS: &[Row<ActionRow, Handler>] = &[
    Row(row("choose-coin", "the payer chooses a coin on the page of a session, and a pending transaction begins", &[SESSION, COIN], Documented("Transactions API: the payer picks a coin on the hosted page")), choose_coin),
    Row(row("pay", "the payer sends coins, and the network sees them; they count if address, amount and hash are right, and otherwise the answer says why they have no effect", PAY, Documented("Transactions API: the payer sends the coins; which transfers are recognised is observed in the sibling product")), pay),
    Row(row("confirm", "the network confirms the transfer of a transaction", &[TRANSACTION, CONFIRMATIONS], Documented("Help center, Security: a number of confirmations is checked")), confirm),
    Row(row("cancel", "the payer, who has sent nothing yet, cancels on the page; no call finds the transaction afterwards", &[TRANSACTION], SIBLING), cancel),
    Row(row("refund", "the merchant refunds a payment", &[TRANSACTION], SIBLING), refund),
    Row(row("accept-underpayment", "the merchant accepts the amount that arrived, and the payment is completed over this amount", &[TRANSACTION], SIBLING), accept_underpayment),
    Row(row("drop-transfer", "the transfer that was seen and is not confirmed disappears, as a replaced one does; the transaction waits for coins again", &[TRANSACTION], VANISHING), drop_transfer),
    Row(row("reorg", "the chain undoes its latest blocks: transfers lose confirmations, but keep the statuses that were reached", &[DEPTH, BLOCKCHAIN], Assumed("no page documents a way back from a status")), |_, cx, with| reorganise(cx, with, CHAINS)),
];
