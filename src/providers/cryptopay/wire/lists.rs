//! Pagination: the parameters of a list, and its shape, which has no envelope.

use serde::Serialize;

use super::sheet::Sheet;
use super::{LIST_CHAIN, LIST_CURRENCY, LIST_ORDER, ORDER_STATUS, TRANSACTION_STATUS};
use crate::engine::tables::Row;
use crate::kit::http::{Request, Response, StatusCode, form_pairs, with_query};
use crate::kit::python;
use crate::providers::cryptopay::decisions::{LIST_SHAPE, PAGE_BOUNDS, PAGE_LINKS};
use crate::providers::cryptopay::errors::Error;
use crate::providers::cryptopay::model::{CHAINS, ORDER_STATUSES, OrderFilter, TOKENS, TRANSACTION_STATUSES, TransactionFilter};

/// Objects of a page: by default, and at most.
pub const PAGE_SIZE_DEFAULT: u32 = 20;
pub const PAGE_SIZE_MAX: u32 = 100;

/// Which page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    number: u32,
    pub size: u32,
    /// The other parameters of the query, sorted by name, for the links.
    others: Vec<(String, String)>,
}

impl Page {
    /// An invalid page size counts as not sent; an invalid page is refused.
    pub fn parse(request: &Request) -> Result<Self, Error> {
        let mut others = form_pairs(request.query.as_bytes());
        let last = |name: &str| others.iter().rev().find(|it| it.0 == name).map(|it| it.1.as_str());
        let size = last("page_size").and_then(python::int).filter(|it| 0 < *it);
        let size = size.unwrap_or(i128::from(PAGE_SIZE_DEFAULT)).min(i128::from(PAGE_SIZE_MAX));
        let number = last("page").map_or(Some(1), python::int).and_then(|it| u32::try_from(it).ok());
        let number = number.filter(|it| 0 < *it).ok_or(Error::NoPage)?;
        others.retain(|it| it.0 != "page");
        others.sort();
        Ok(Self { number, size: u32::try_from(size).unwrap_or(PAGE_SIZE_MAX), others })
    }

    /// The number of objects before it.
    pub const fn offset(&self) -> u32 {
        (self.number - 1).saturating_mul(self.size)
    }

    /// Refuses a page after the last; the first page always exists.
    pub const fn exists(&self, count: u32) -> Result<(), Error> {
        if self.number > 1 && count <= self.offset() { Err(Error::NoPage) } else { Ok(()) }
    }

    /// What a page of a list with that many objects rests on.
    pub fn rests_on(&self, count: u32) -> impl Iterator<Item = Row> + use<> {
        let has_links = 1 < self.number || self.size < count;
        let is_sent = self.others.iter().any(|it| it.0 == "page_size");
        let is_cut = self.size < count && (!is_sent || self.size == PAGE_SIZE_MAX);
        let rows = [(true, LIST_SHAPE), (has_links, PAGE_LINKS), (is_cut, PAGE_BOUNDS)];
        rows.into_iter().filter_map(|(is_so, row)| is_so.then_some(row))
    }

    fn link(&self, path: &str, number: u32) -> String {
        fn pair((name, value): &(String, String)) -> (&str, &str) {
            (name, value)
        }
        let (before, behind) = self.others.split_at(self.others.partition_point(|it| it.0.as_str() < "page"));
        let number = number.to_string();
        let pairs: Vec<_> = before.iter().map(pair).chain([("page", &*number)]).chain(behind.iter().map(pair)).collect();
        with_query(path, &pairs)
    }
}

/// A page of a list with `count` objects in total. `path` is the path of the list, prefixes included.
pub fn list(path: &str, page: &Page, count: u32, results: &[impl Serialize]) -> Response {
    #[derive(Serialize)]
    struct List<'a, T> {
        count: u32,
        next: Option<String>,
        previous: Option<String>,
        results: &'a [T],
    }
    let has_more = page.offset().saturating_add(page.size) < count;
    let next = has_more.then(|| page.link(path, page.number + 1));
    let previous = (1 < page.number).then(|| page.link(path, page.number - 1));
    Response::json(StatusCode::OK, &List { count, next, previous, results })
}

/// The filters of `GET /api/payment-orders/`.
pub fn parse_order_filter(request: &Request) -> Result<OrderFilter, Error> {
    let mut sheet = Sheet::query(request);
    let status = sheet.word(&ORDER_STATUS, ORDER_STATUSES);
    let chain = sheet.word(&LIST_CHAIN, CHAINS);
    let token = sheet.word(&LIST_CURRENCY, TOKENS);
    sheet.checked(Some((status, chain, token)))
}

/// The filters of `GET /api/transactions/`, and the order whose transactions alone are requested.
pub fn parse_transaction_filter(request: &Request) -> Result<(TransactionFilter, Option<String>), Error> {
    let mut sheet = Sheet::query(request);
    let order = sheet.text(&LIST_ORDER);
    let status = sheet.word(&TRANSACTION_STATUS, TRANSACTION_STATUSES);
    let chain = sheet.word(&LIST_CHAIN, CHAINS);
    sheet.checked(Some(((status, chain), order)))
}
