//! Pagination: what a list is asked for, and its shape, which has no envelope.

use serde::Serialize;

use super::sheet::Sheet;
use super::{LIST_CHAIN, LIST_CURRENCY, LIST_ORDER, ORDER_STATUS, TRANSACTION_STATUS};
use crate::kit::http::{Request, Response, StatusCode, form_pairs, with_query};
use crate::providers::cryptopay::errors::Error;
use crate::providers::cryptopay::model::{CHAINS, ORDER_STATUSES, OrderFilter, TOKENS, TRANSACTION_STATUSES, TransactionFilter};

/// Objects of a page when nobody says otherwise, and at most.
pub const PAGE_SIZE_DEFAULT: u32 = 20;
pub const PAGE_SIZE_MAX: u32 = 100;

/// Which page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    number: u32,
    pub size: u32,
    /// What else was asked, sorted by name: the links say it again.
    asked: Vec<(String, String)>,
}

impl Page {
    /// A page size that makes no sense counts as not sent; a page that makes none is refused.
    pub fn parse(request: &Request) -> Result<Self, Error> {
        let mut asked = form_pairs(request.query.as_bytes());
        let last = |name: &str| asked.iter().rev().find(|it| it.0 == name).map(|it| it.1.as_str());
        let size = last("page_size").and_then(|it| it.parse().ok()).filter(|it| 0 < *it);
        let size = size.unwrap_or(u64::from(PAGE_SIZE_DEFAULT)).min(u64::from(PAGE_SIZE_MAX));
        let number = last("page").map_or(Some(1), |it| it.parse().ok()).filter(|it| 0 < *it).ok_or(Error::NoPage)?;
        asked.retain(|it| it.0 != "page");
        asked.sort();
        Ok(Self { number, size: u32::try_from(size).unwrap_or(PAGE_SIZE_MAX), asked })
    }

    /// How many come before it.
    pub const fn skipped(&self) -> u32 {
        (self.number - 1).saturating_mul(self.size)
    }

    /// Refuses a page beyond the last; the first one is always there.
    pub const fn exists(&self, count: u32) -> Result<(), Error> {
        if self.number > 1 && count <= self.skipped() { Err(Error::NoPage) } else { Ok(()) }
    }

    fn link(&self, path: &str, number: u32) -> String {
        fn pair((name, value): &(String, String)) -> (&str, &str) {
            (name, value)
        }
        let (before, behind) = self.asked.split_at(self.asked.partition_point(|it| it.0.as_str() < "page"));
        let number = number.to_string();
        let pairs: Vec<_> = before.iter().map(pair).chain([("page", &*number)]).chain(behind.iter().map(pair)).collect();
        with_query(path, &pairs)
    }
}

/// A page of so many objects in all. `path` is the list's own, prefixes included.
pub fn list(path: &str, page: &Page, count: u32, results: &[impl Serialize]) -> Response {
    #[derive(Serialize)]
    struct List<'a, T> {
        count: u32,
        next: Option<String>,
        previous: Option<String>,
        results: &'a [T],
    }
    let has_more = page.skipped().saturating_add(page.size) < count;
    let next = has_more.then(|| page.link(path, page.number + 1));
    let previous = (1 < page.number).then(|| page.link(path, page.number - 1));
    Response::json(StatusCode::OK, &List { count, next, previous, results })
}

/// The filters of `GET /api/payment-orders/`.
pub fn orders_asked(request: &Request) -> Result<OrderFilter, Error> {
    let mut sheet = Sheet::query(request);
    let status = sheet.word(&ORDER_STATUS, ORDER_STATUSES);
    let chain = sheet.word(&LIST_CHAIN, CHAINS);
    let token = sheet.word(&LIST_CURRENCY, TOKENS);
    sheet.complete(Some((status, chain, token)))
}

/// The filters of `GET /api/transactions/`, and the order whose alone are asked for.
pub fn transactions_asked(request: &Request) -> Result<(TransactionFilter, Option<String>), Error> {
    let mut sheet = Sheet::query(request);
    let order = sheet.text(&LIST_ORDER);
    let status = sheet.word(&TRANSACTION_STATUS, TRANSACTION_STATUSES);
    let chain = sheet.word(&LIST_CHAIN, CHAINS);
    sheet.complete(Some(((status, chain), order)))
}
