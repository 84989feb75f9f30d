//! Pagination: the parameters of a list, and its envelope.

use serde::Serialize;

use super::sheet::Sheet;
use super::{CHARGES_OF, ENDING_BEFORE, LIMIT, PAYOUT_STATUS, ROW_STATUS, ROW_TYPE, SOURCE, STARTING_AFTER, TO_DESTINATION};
use crate::kit::http::{Request, Response, StatusCode};
use crate::kit::word::Word;
use crate::providers::qbitpay::errors::Error;
use crate::providers::qbitpay::model::{PAYOUT_STATUSES, PayoutStatus, ROW_KINDS, ROW_STATUSES, RowKind, RowStatus};

/// Items of a page when `limit` is not sent.
const LIMIT_DEFAULT: i64 = 10;

/// Which page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub limit: usize,
    pub from: From,
}

/// Where a page begins, as it was requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    Newest,
    After(String),
    Before(String),
}

impl Page {
    fn read(sheet: &mut Sheet<'_>) -> Option<Self> {
        let limit = sheet.integer(&LIMIT);
        let limit = if sheet.fields.has(LIMIT.name) { limit } else { Some(LIMIT_DEFAULT) };
        let from = match (sheet.text(&STARTING_AFTER), sheet.text(&ENDING_BEFORE)) {
            (None, None) => From::Newest,
            (Some(id), None) => From::After(id),
            (None, Some(id)) => From::Before(id),
            (Some(_), Some(_)) => {
                sheet.refuse(&ENDING_BEFORE, "should not be used together with starting_after");
                return None;
            }
        };
        Some(Self { limit: usize::try_from(limit?).ok()?, from })
    }

    /// A list without filters.
    pub fn parse(request: &Request) -> Result<Self, Error> {
        let mut sheet = Sheet::query(request);
        let page = Self::read(&mut sheet);
        sheet.checked(page)
    }
}

/// The query of `GET /charges`.
pub fn parse_charge_list(request: &Request) -> Result<(Page, Option<String>), Error> {
    let mut sheet = Sheet::query(request);
    let page = Page::read(&mut sheet);
    let order = sheet.text(&CHARGES_OF);
    sheet.checked(page.map(|it| (it, order)))
}

/// The query of `GET /payouts`: a page, of one destination, of one status.
pub fn parse_payout_list(request: &Request) -> Result<(Page, Option<String>, Option<PayoutStatus>), Error> {
    let mut sheet = Sheet::query(request);
    let page = Page::read(&mut sheet);
    let destination = sheet.text(&TO_DESTINATION);
    let status = sheet.text(&PAYOUT_STATUS).and_then(|it| find_word(PAYOUT_STATUSES, &it));
    sheet.checked(page.map(|it| (it, destination, status)))
}

/// The query of `GET /balanceTransactions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowsQuery {
    pub page: Page,
    pub source: Option<String>,
    pub kind: Option<RowKind>,
    pub status: Option<RowStatus>,
}

impl RowsQuery {
    pub fn parse(request: &Request) -> Result<Self, Error> {
        let mut sheet = Sheet::query(request);
        let page = Page::read(&mut sheet);
        let source = sheet.text(&SOURCE);
        let kind = sheet.text(&ROW_TYPE).and_then(|it| find_word(ROW_KINDS, &it));
        let status = sheet.text(&ROW_STATUS).and_then(|it| find_word(ROW_STATUSES, &it));
        if source.is_some() {
            sheet.require(&ROW_TYPE, "source needs type");
        }
        sheet.checked(page.map(|page| Self { page, source, kind, status }))
    }
}

fn find_word<W: Word>(words: &[W], text: &str) -> Option<W> {
    words.iter().copied().find(|it| it.word() == text)
}

/// A page in its envelope.
pub fn list(url: &'static str, data: &[impl Serialize]) -> Response {
    #[derive(Serialize)]
    struct List<'a, T> {
        object: &'static str,
        url: &'static str,
        data: &'a [T],
    }
    Response::json(StatusCode::OK, &List { object: "list", url, data })
}
