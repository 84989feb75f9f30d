//! Transactions and sessions, as answers and webhooks show them.

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{coins, rate};
use crate::kit::http::with_query;
use crate::kit::json::written;
use crate::kit::time::plain_utc;
use crate::kit::word::Word;
use crate::providers::quantapay::model::{Session, Status, Texts, Transaction};

/// The form of transactions in answers and webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As since 2026-04-08.
    April,
    /// As on the page of 2026-03-09.
    March,
}

/// A transaction in the order of the documentation.
#[derive(Serialize)]
pub struct TransactionObject<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    biz_id: Option<String>,
    title: &'a str,
    description: String,
    from: &'a str,
    to: &'a str,
    hash: &'a str,
    amount: String,
    amount_fiat: String,
    cryptocurrency: &'static str,
    currency: &'static str,
    external_reference: &'a str,
    creation_time: String,
    status: &'static str,
    webhook: &'static str,
    vat: &'a str,
    billing: &'a str,
    checkout_id: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
}

impl<'a> TransactionObject<'a> {
    /// `session` is the session that the transaction pays.
    pub fn of(it: &'a Transaction, session: Option<&Session>, look: Look) -> Self {
        let text = |pick: fn(&Texts) -> &str| it.texts.as_deref().map_or("", pick);
        // A transfer appears once it is confirmed.
        let transfer = it.transfer.as_deref().filter(|_| it.status() != Status::Pending);
        let reference = it.reference.as_deref().unwrap_or("");
        let march = look == Look::March;
        // Since April the session appears only without a reference.
        let checkout = session.map(Session::shown_id).filter(|_| march || reference.is_empty());
        Self {
            id: it.id.to_string(),
            biz_id: (!march).then(|| biz_id(it)),
            title: text(|it| &it.title),
            description: description(it),
            from: transfer.map_or("", |it| &it.from),
            to: &it.address,
            hash: transfer.map_or("", |it| &it.hash),
            amount: coins(it.amount),
            amount_fiat: if march { rate(it.amount_fiat) } else { format!("{:.8}", it.amount_fiat) },
            cryptocurrency: it.coin.code(),
            currency: it.fiat.code(),
            external_reference: reference,
            creation_time: plain_utc(it.created_at),
            status: it.status().word(),
            webhook: if it.notified { "1" } else { "0" },
            vat: Some(text(|it| &it.vat)).filter(|it| !it.is_empty()).unwrap_or(if march { "" } else { "0" }),
            billing: text(|it| &it.billing),
            checkout_id: checkout,
            kind: (!march).then(|| it.kind.to_string()),
        }
    }
}

/// `QP-20260408-560BF`.
pub fn biz_id(it: &Transaction) -> String {
    format!("QP-{}-{:05X}", it.created_at.strftime("%Y%m%d"), it.biz)
}

/// The notes as the text of a JSON array; an empty text without notes.
fn description(it: &Transaction) -> String {
    let Some(texts) = it.texts.as_deref() else { return String::new() };
    let notes: Vec<&str> =
        [&texts.description, &texts.note, &texts.missing].into_iter().map(AsRef::as_ref).filter(|it: &&str| !it.is_empty()).collect();
    if notes.is_empty() { String::new() } else { serde_json::to_string(&notes).unwrap_or_default() }
}

/// What arrived and what is missing, in words.
pub fn missing(it: &Transaction) -> Option<String> {
    let transfer = it.transfer.as_ref().filter(|own| own.amount < it.amount)?;
    let (code, received) = (it.coin.code().to_uppercase(), it.coin.cut(transfer.amount));
    Some(format!("{}/{} {code} received, missing {} {code}", coins(received), coins(it.amount), coins(it.amount - received)))
}

/// The body of a webhook: the secret, and the transaction.
///
/// # Panics
/// Never: a transaction is JSON.
pub fn webhook(key: &str, transaction: &TransactionObject<'_>) -> Bytes {
    #[derive(Serialize)]
    struct Webhook<'a> {
        key: &'a str,
        transaction: &'a TransactionObject<'a>,
    }
    serde_json::to_vec(&Webhook { key, transaction }).expect("a transaction is JSON").into()
}

/// A transaction for control answers; a deleted one is written as `false`, which the API answers for it.
pub fn show(it: &Transaction, session: Option<&Session>, look: Look) -> Box<RawValue> {
    if it.is_deleted() { written(&false) } else { written(&TransactionObject::of(it, session, look)) }
}

/// The text of a QR code for wallets.
pub fn payment_uri(it: &Transaction) -> String {
    format!("{}:{}?amount={}", it.coin.name(), it.address, coins(it.amount))
}

/// Where the payer goes after the payment, with the payment's details in the query.
pub fn redirect(it: &Transaction) -> Option<String> {
    let target = it.texts.as_deref().map(|it| &*it.redirect).filter(|it| !it.is_empty())?;
    let pairs = [
        ("transaction_id", &*it.id.to_string()),
        ("amount", &*coins(it.amount)),
        ("address", &*it.address),
        ("cryptocurrency", it.coin.code()),
        ("external_reference", it.reference.as_deref().unwrap_or("")),
    ];
    Some(with_query(target, &pairs))
}
