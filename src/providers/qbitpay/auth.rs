//! HTTP Basic authentication, permissions, and how often a key may call.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::errors::Error;
use super::settings::PERMISSIONS;
use crate::engine::context::Context;
use crate::kit::http::{Request, header};

/// The account whose key is the user name; the password does not matter.
pub fn basic(cx: &mut Context<'_>, request: &Request) -> Result<String, Error> {
    let key = key(request).ok_or(Error::Unauthorized)?;
    let account = cx.owner_of("api_key", &key).map(|it| it.id.clone()).ok_or(Error::Unauthorized)?;
    cx.trace.account = Some(account.clone());
    Ok(account)
}

/// What stands before the first colon.
fn key(request: &Request) -> Option<String> {
    let (scheme, encoded) = request.header(header::AUTHORIZATION).split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    text.split_once(':').map(|it| it.0.to_owned()).filter(|it| !it.is_empty())
}

/// Refuses a resource that the account's key may not use.
pub fn permit(cx: &mut Context<'_>, account: &str, resource: &str) -> Result<(), Error> {
    if cx.account(account).is_some_and(|it| it.lists(&PERMISSIONS, resource)) {
        return Ok(());
    }
    cx.trace.hint = Some(format!("the account's setting `permissions` does not list `{resource}`").into());
    Err(Error::Forbidden)
}
