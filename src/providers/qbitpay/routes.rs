//! The calls that the documentation lists.

use super::auth;
use super::decisions::{BODY_FORMATS, DUPLICATE_MEMBERS, EMPTY_QUERY_PARAMETER, NULL_AND_EMPTY, REPEATED_QUERY_PARAMETER, UNKNOWN_MEMBERS};
use super::errors::Error;
use super::model::Memory;
use super::wire::From;
use crate::engine::context::Context;
use crate::engine::store::Cursor;
use crate::engine::tables::bound::Bound as Route;
use crate::engine::tables::found::Found;
use crate::kit::http::{Request, Response};
use crate::kit::sheet::{Oddity, oddities};
use crate::kit::split;

mod charges;
mod ledger;
mod orders;
mod payouts;
mod table;

pub use table::ROUTES;

/// The provider's own scheme and host.
pub const BASE_URL: &str = "https://api.qbitnetwork.com";
/// The prefix of all resources.
pub const API: &str = "/api/v1/";

/// A call of a known caller who may make it.
pub struct Call<'a, 'c> {
    memory: &'a mut Memory,
    cx: &'a mut Context<'c>,
    request: &'a Request,
    account: String,
    merchant: u32,
    /// The value of `{id}` in the path.
    id: &'a str,
}

type Handler = fn(Call<'_, '_>) -> Result<Response, Error>;

/// Answers one call of the API. The caller is checked before everything else.
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, found: &Found<'_>, request: &Request) -> Result<Response, Error> {
    let (operation, handler) = found.exact_handler(ROUTES).ok_or(Error::NoPath)?;
    cx.trace.operation = Some(operation.name);
    let account = auth::basic(cx, found.caller.as_ref())?;
    let resource = operation.path.strip_prefix(API).and_then(|it| split::all(it, b'/').next());
    auth::permit(cx, &account, resource.unwrap_or_default())?;
    let merchant = memory.merchant_of(&account);
    if !cx.admits(&account) {
        return Err(Error::TooMany);
    }
    if !is_an_object(request) {
        cx.rest_on(BODY_FORMATS);
    }
    for oddity in oddities(request, operation.parameters.iter().map(|it| it.name)) {
        cx.rest_on(match oddity {
            Oddity::Unknown => UNKNOWN_MEMBERS,
            Oddity::RepeatedInQuery => REPEATED_QUERY_PARAMETER,
            Oddity::RepeatedInBody => DUPLICATE_MEMBERS,
            Oddity::EmptyInQuery => EMPTY_QUERY_PARAMETER,
            Oddity::EmptyInBody => NULL_AND_EMPTY,
        });
    }
    handler(Call { memory, cx, request, account, merchant, id: found.captures.first() })
}

/// Whether a body begins as a JSON object. The texts of the documentation have only such bodies.
fn is_an_object(request: &Request) -> bool {
    request.body.iter().find(|it| !it.is_ascii_whitespace()).is_none_or(|it| *it == b'{')
}

/// Where a page begins. `find` finds the item that the page is counted from.
fn cursor(from: &From, find: impl Fn(&str) -> Option<u32>) -> Result<Cursor, Error> {
    match from {
        From::Newest => Ok(Cursor::Newest),
        From::After(id) => find(id).map(Cursor::After).ok_or(Error::Cursor("starting_after")),
        From::Before(id) => find(id).map(Cursor::Before).ok_or(Error::Cursor("ending_before")),
    }
}

/// Refuses an object that does not exist, and one of another merchant.
fn require_own<'a, T>(found: Option<&'a T>, kind: &'static str, owner: impl Fn(&T) -> u32, caller: u32) -> Result<&'a T, Error> {
    let object = found.ok_or(Error::Nothing(kind))?;
    if owner(object) == caller { Ok(object) } else { Err(Error::FOREIGN) }
}
