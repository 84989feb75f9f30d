//! HTTP Basic authentication, permissions, and the access tokens of the payment page.

use super::decisions::FORBIDDEN_TEXT;
use super::errors::Error;
use super::model::Oid;
use super::settings::PERMISSIONS;
use super::wire::Claims;
use crate::engine::context::Context;
use crate::engine::tables::found::{By, Caller};
use crate::kit::http::StatusCode;
use crate::kit::ids::entity;
use crate::kit::sign::derived;
use crate::kit::time::unix_seconds;

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
    Err(Error::Forbidden(FORBIDDEN_TEXT))
}

/// The user that the access tokens of an account name, and the code in them.
pub fn token_user(cx: &Context<'_>, account: &str) -> (Oid, String) {
    let mut draws = cx.draws("qbitpay user", entity(&[account]));
    (Oid::draw(&mut draws), draws.text(b"0123456789", 6))
}

/// The secret that signs the access tokens of a sandbox: published for `default`, derived from the name of any other.
pub fn token_secret(sandbox: &str) -> String {
    if sandbox == "default" { "qbit_test_jwt_secret".to_owned() } else { derived(&[sandbox, "qbitpay", "jwt_secret"])[..32].to_owned() }
}

/// Judges the access token with which a page of that account is opened; what the page answers instead, when it is refused.
pub fn judge_token(cx: &Context<'_>, account: &str, token: &str) -> Result<(), (StatusCode, &'static str)> {
    let claims = Claims::opened(token, &token_secret(cx.sandbox())).ok_or((StatusCode::UNAUTHORIZED, "The access token is not valid."))?;
    if claims.exp <= unix_seconds(cx.now()) {
        Err((StatusCode::UNAUTHORIZED, "The access token has expired."))
    } else if claims.user != token_user(cx, account).0 {
        Err((StatusCode::FORBIDDEN, "The access token belongs to another merchant."))
    } else {
        Ok(())
    }
}
