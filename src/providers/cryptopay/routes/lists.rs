//! Pages of short lists.

use serde::Serialize;

use super::Call;
use crate::kit::http::Response;
use crate::providers::cryptopay::errors::Error;
use crate::providers::cryptopay::wire::{self, Page};

/// A page of a short list, newest first. `numbers` ascend.
pub fn of_few<T: Serialize>(
    call: &Call<'_, '_>,
    path: &str,
    numbers: impl DoubleEndedIterator<Item = u32>,
    object: impl Fn(u32) -> Option<T>,
) -> Result<Response, Error> {
    let page = Page::parse(call.request)?;
    let numbers: Vec<u32> = numbers.rev().collect();
    let count = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    page.exists(count)?;
    let base = call.cx.base_url(call.request);
    let (offset, size) = (page.offset() as usize, page.size as usize);
    let objects: Vec<T> = numbers.iter().skip(offset).take(size).filter_map(|it| object(*it)).collect();
    Ok(wire::list(&format!("{}{path}", call.links(&base).prefix), &page, count, &objects))
}
