//! Which payment a page's address means.

use crate::engine::context::Context;
use crate::kit::form::Form;
use crate::kit::http::Request;
use crate::providers::quantapay::model::Memory;
use crate::providers::quantapay::wire::{NewSession, tokens};

/// What is asked for.
pub enum Asked {
    Session(u32),
    Transaction(u32),
    /// A checkout that begins once a coin is chosen.
    Price {
        new: Box<NewSession>,
        account: String,
    },
    /// A link to nothing, by the parameter that made it one.
    Nothing(&'static str),
}

impl Asked {
    /// Whose payment it is.
    pub fn account(&self, memory: &Memory) -> Option<String> {
        let merchant = match self {
            Self::Session(number) => memory.sessions.get(*number)?.merchant,
            Self::Transaction(id) => memory.transaction(*id)?.merchant,
            Self::Price { account, .. } => return Some(account.clone()),
            Self::Nothing(_) => return None,
        };
        Some(memory.merchant(merchant).account.clone())
    }
}

/// Reads the query: a session, the opaque id of a transaction, or a price.
pub fn asked(memory: &Memory, cx: &Context<'_>, request: &Request) -> Asked {
    let query = Form::urlencoded(request.query.as_bytes());
    if let Some(id) = query.get("checkout_id") {
        return memory.session_of(id).map_or(Asked::Nothing("checkout_id"), |it| Asked::Session(it.number));
    }
    if let Some(token) = query.get("id") {
        let found = tokens::id(cx, token).filter(|it| memory.transaction(*it).is_some());
        return found.map_or(Asked::Nothing("id"), Asked::Transaction);
    }
    let account = match query.get("cloud").filter(|it| !it.is_empty()) {
        Some(key) => cx.owner_of("api_key", key),
        None => cx.account(cx.contract().account),
    };
    let account = account.map(|it| it.id.clone());
    match (account, NewSession::of(&query, "external_reference")) {
        (Some(account), Ok(new)) => Asked::Price { new: Box::new(new), account },
        _ => Asked::Nothing("price"),
    }
}
