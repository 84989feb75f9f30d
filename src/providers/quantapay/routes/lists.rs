//! Pages of transactions.

use crate::providers::quantapay::model::{Filter, Memory, Transaction};
use crate::providers::quantapay::wire::coins;

/// Transactions of a page.
const PER_PAGE: usize = 100;

/// A page of the transactions that match a filter and a search, newest first; without a page number all of them. A search
/// reads until the page is full; without a search only the transactions of the page are read.
pub fn page<'a>(memory: &'a Memory, merchant: u16, filter: &'a Filter, search: Option<&str>, page: Option<usize>) -> Vec<&'a Transaction> {
    let found = memory.newest(merchant, filter).filter(|it| search.is_none_or(|wanted| contains(it, wanted)));
    match page {
        Some(page) => found.skip(page.saturating_mul(PER_PAGE)).take(PER_PAGE).collect(),
        None => found.collect(),
    }
}

/// Whether one of the searched fields contains a text; `wanted` is lowercase.
fn contains(it: &Transaction, wanted: &str) -> bool {
    let texts = it.texts.as_deref();
    let own = |pick: fn(&crate::providers::quantapay::model::Texts) -> &str| texts.map_or("", pick);
    let transfer = it.transfer.as_deref();
    let fields = [
        own(|it| &it.title),
        own(|it| &it.description),
        own(|it| &it.note),
        it.coin.code(),
        it.fiat.code(),
        &it.address,
        transfer.map_or("", |it| &it.from),
        transfer.map_or("", |it| &it.hash),
        it.reference.as_deref().unwrap_or(""),
    ];
    let numeric = wanted.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    let amounts = || [coins(it.amount), format!("{:.8}", it.amount_fiat)].iter().any(|it| it.contains(wanted));
    fields.iter().any(|it| it.to_lowercase().contains(wanted)) || (numeric && amounts())
}
