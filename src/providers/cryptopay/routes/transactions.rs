//! Transactions.

use super::Call;
use crate::kit::http::{Response, StatusCode};
use crate::providers::cryptopay::decisions::TRANSACTION_OBJECT;
use crate::providers::cryptopay::errors::Error;
use crate::providers::cryptopay::model::{Hash, Memory, Order, Transaction, TransactionFilter};
use crate::providers::cryptopay::wire::{self, Page, TransactionObject, envelope};

pub fn get(call: Call<'_, '_>) -> Result<Response, Error> {
    let memory = &*call.memory;
    let found = Hash::parse(call.id).and_then(|it| memory.transaction_of_hash(it)).and_then(|it| with_order(memory, it));
    let (transaction, order) = found.filter(|it| it.1.merchant == call.merchant).ok_or(Error::NotFound)?;
    call.cx.rest_on(TRANSACTION_OBJECT);
    let object = TransactionObject::of(transaction, order);
    Ok(envelope(StatusCode::OK, &object, "Transaction retrieved successfully", call.cx.now()))
}

fn with_order<'a>(memory: &'a Memory, it: &'a Transaction) -> Option<(&'a Transaction, &'a Order)> {
    memory.orders.get(it.order).map(|order| (it, order))
}

pub fn list(call: Call<'_, '_>) -> Result<Response, Error> {
    let (filter, order) = wire::parse_transaction_filter(call.request)?;
    let page = Page::parse(call.request)?;
    let memory = &*call.memory;
    let (count, numbers) = match order {
        Some(name) => of_order(&call, &name, filter).map_or((0, Vec::new()), |it| (1, vec![it])),
        None => memory.transactions.index().lists.page(&call.merchant, &filter, page.offset(), page.size),
    };
    page.exists(count)?;
    page.rests_on(count).for_each(|it| call.cx.rest_on(it));
    if !numbers.is_empty() {
        call.cx.rest_on(TRANSACTION_OBJECT);
    }
    let base = call.cx.base_url(call.request);
    let links = call.links(&base);
    let transactions = numbers.iter().filter_map(|it| with_order(memory, memory.transactions.get(*it)?));
    let objects: Vec<_> = transactions.map(|(it, order)| TransactionObject::of(it, order)).collect();
    Ok(wire::list(&format!("{}/api/transactions/", links.prefix), &page, count, &objects))
}

/// The transfer to an order of the caller, if it passes the filter.
fn of_order(call: &Call<'_, '_>, name: &str, (status, chain): TransactionFilter) -> Option<u32> {
    let order = call.memory.find_order(name).filter(|it| it.merchant == call.merchant)?;
    let passes = |it: &&Transaction| status.is_none_or(|own| own == it.status()) && chain.is_none_or(|own| own == order.chain);
    call.memory.transaction_of(order).filter(passes).map(|it| it.number)
}
