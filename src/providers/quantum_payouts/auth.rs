//! Credentials on a request: a Bearer token, or the cookie of a portal session.

use super::decisions::{BEARER_FORM, REQUIRED_HEADERS};
use super::errors::Error;
use super::model::{Memory, Session};
use super::settings::STRICT_HEADERS;
use super::wire::{GET_HEADERS, POST_HEADERS};
use crate::engine::account::Account;
use crate::engine::client;
use crate::engine::context::Context;
use crate::engine::tables::found::{By, Caller};
use crate::kit::fields::{Field, Kind};
use crate::kit::form::Form;
use crate::kit::http::{Method, Request, header};

/// The cookie of a portal session.
pub const COOKIE: &str = "payouts_session";

/// The account of a Bearer token. A token in the query does not count.
pub fn bearer(cx: &mut Context<'_>, caller: Option<&Caller>, request: &Request) -> Result<String, Error> {
    let caller = caller.filter(|it| it.by == By::Bearer).ok_or(Error::Unauthorized)?;
    let is_as_shown = request.header(header::AUTHORIZATION).strip_prefix("Bearer ").is_some_and(|it| !it.starts_with(' '));
    if !is_as_shown {
        cx.rest_on(BEARER_FORM);
    }
    cx.trace.account = Some(caller.account.clone());
    Ok(caller.account.clone())
}

/// Refuses a call without the documented headers if the account's `strict_headers` is on.
pub fn check_headers(cx: &Context<'_>, request: &Request, account: &str) -> Result<(), Error> {
    if !cx.flag(account, &STRICT_HEADERS) {
        return Ok(());
    }
    match undocumented_header(request) {
        None => Ok(()),
        Some(row) => Err(Error::wrong(format!("{} header must be {}", row.name, documented_text(row)), REQUIRED_HEADERS)),
    }
}

/// The first required header that a call of the API lacks, or has with another text.
pub fn undocumented_header(request: &Request) -> Option<&'static Field> {
    let rows = if request.method == Method::POST { POST_HEADERS } else { GET_HEADERS };
    rows.iter().find(|it| !is_as_documented(request, it))
}

fn documented_text(row: &Field) -> &'static str {
    if let Kind::Constant(text) = row.kind { text } else { "" }
}

fn is_as_documented(request: &Request, row: &Field) -> bool {
    plain(request.header(row.name)).eq(plain(documented_text(row)))
}

/// A text in small letters, without spaces.
fn plain(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(|it| *it != b' ').map(|it| it.to_ascii_lowercase())
}

/// The portal session of a request, with the id in its cookie.
pub fn session<'a>(memory: &'a Memory, cx: &mut Context<'_>, request: &'a Request) -> Result<(&'a str, &'a Session), Error> {
    let id = request.cookie(COOKIE).ok_or(Error::NoSession)?;
    let session = memory.session(id, cx.now()).ok_or(Error::NoSession)?;
    cx.trace.account = Some(session.account.clone());
    Ok((id, session))
}

/// The token of a request, or the user name in the form of the portal, unverified.
pub fn presented(request: &Request) -> Option<String> {
    client::key(request).or_else(|| Form::of(request).get("username").map(str::to_owned))
}

/// The account with this user name and password.
pub fn login(cx: &mut Context<'_>, username: &str, password: &str) -> Option<String> {
    let owns = |it: &&Account| it.owns("username", username) && it.owns("password", password);
    let account = cx.accounts().find(owns).map(|it| it.id.clone());
    cx.trace.account.clone_from(&account);
    account
}
