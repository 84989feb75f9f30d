//! HTTP Basic authentication and permissions.

use super::errors::Error;
use super::settings::PERMISSIONS;
use crate::engine::context::Context;
use crate::engine::tables::found::{By, Caller};

/// The account whose key is the user name; the password does not matter.
pub fn basic(cx: &mut Context<'_>, caller: Option<&Caller>) -> Result<String, Error> {
    let caller = caller.filter(|it| it.by == By::Basic { is_complete: true }).ok_or(Error::Unauthorized)?;
    cx.trace.account = Some(caller.account.clone());
    Ok(caller.account.clone())
}

/// Refuses a resource that the account's key may not use.
pub fn permit(cx: &mut Context<'_>, account: &str, resource: &str) -> Result<(), Error> {
    if cx.account(account).is_some_and(|it| it.lists(&PERMISSIONS, resource)) {
        return Ok(());
    }
    cx.trace.hint = Some(format!("the account's setting `permissions` does not list `{resource}`").into());
    Err(Error::Forbidden)
}
