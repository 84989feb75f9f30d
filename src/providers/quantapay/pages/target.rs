//! The payment that a page's address means.

use crate::engine::context::Context;
use crate::kit::form::Form;
use crate::kit::http::Request;
use crate::providers::quantapay::model::{Memory, Session, SessionStatus};
use crate::providers::quantapay::wire::{NewSession, tokens};

/// What a page's address means.
pub enum Target {
    Session(u32),
    Transaction(u32),
    /// A checkout that begins once a coin is chosen.
    Price {
        new: Box<NewSession>,
        account: String,
        /// The shop's own id for it.
        own: Option<String>,
    },
    /// A wrong link; the parameter that is wrong.
    Nothing(&'static str),
}

impl Target {
    /// The account of the payment.
    pub fn account(&self, memory: &Memory) -> Option<String> {
        let merchant = match self {
            Self::Session(number) => memory.sessions.get(*number)?.merchant,
            Self::Transaction(id) => memory.transaction(*id)?.merchant,
            Self::Price { account, .. } => return Some(account.clone()),
            Self::Nothing(_) => return None,
        };
        Some(memory.merchant(merchant).account.clone())
    }

    /// Reads the query: the id of a session, the opaque id of a transaction, or a price, perhaps under an id of the shop's own.
    pub fn of(memory: &Memory, cx: &Context<'_>, request: &Request) -> Self {
        let query = Form::urlencoded(request.query.as_bytes());
        let checkout = query.get("checkout_id");
        if let Some(session) = checkout.and_then(|it| memory.session_of(it)) {
            return Self::Session(session.number);
        }
        let own = checkout.filter(|it| Session::can_be_own(it));
        if checkout.is_some() && own.is_none() {
            return Self::Nothing("checkout_id");
        }
        if let Some(token) = query.get("id") {
            let found = tokens::id(cx, token).filter(|it| memory.transaction(*it).is_some());
            return found.map_or(Self::Nothing("id"), Self::Transaction);
        }
        let account = match query.get("cloud").filter(|it| !it.is_empty()) {
            Some(key) => cx.owner_of("api_key", key),
            None => cx.account(cx.contract().account),
        };
        let account = account.map(|it| it.id.clone());
        // The shop's link to a checkout that has begun, and is not over without a payment.
        let latest = own.zip(account.as_deref()).and_then(|(own, account)| memory.session_for(memory.known_merchant(account)?, own));
        if let Some(session) = latest.filter(|it| it.status(cx.now()) != SessionStatus::Expired) {
            return Self::Session(session.number);
        }
        match (account, NewSession::of(&query, "external_reference")) {
            (Some(account), Ok(new)) => Self::Price { new: Box::new(new), account, own: own.map(str::to_owned) },
            _ => Self::Nothing("price"),
        }
    }
}
