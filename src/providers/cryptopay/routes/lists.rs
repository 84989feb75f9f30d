//! Pages of short lists.

use serde::Serialize;

use super::Call;
use crate::kit::http::Response;
use crate::providers::cryptopay::errors::Error;
use crate::providers::cryptopay::model::Memory;
use crate::providers::cryptopay::wire::{self, Page};

/// A page of a short list, newest first. `numbers` ascend.
pub fn of_few<'a, T: Serialize>(
    call: Call<'a, '_>,
    path: &str,
    numbers: &[u32],
    object: impl Fn(&'a Memory, u32) -> Option<T>,
) -> Result<Response, Error> {
    let page = Page::parse(call.request)?;
    let count = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    page.exists(count)?;
    page.rests_on(count).for_each(|it| call.cx.rest_on(it));
    let base = call.cx.base_url(call.request);
    let path = format!("{}{path}", call.links(&base).prefix);
    let (memory, offset, size): (&'a Memory, _, _) = (call.memory, page.offset() as usize, page.size as usize);
    let objects: Vec<T> = numbers.iter().rev().skip(offset).take(size).filter_map(|it| object(memory, *it)).collect();
    Ok(wire::list(&path, &page, count, &objects))
}
