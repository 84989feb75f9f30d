//! The tool `call`: a merchant's call to a provider, signed with the keys that the sandbox says its account has.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::cli::Stop;
use crate::cli::client::{Connection, Question, Reply};
use crate::cli::serve::unpredictable;
use crate::engine::account::Account;
use crate::engine::client::{Proof, Signing};
use crate::engine::provider::DynProvider;
use crate::engine::tables::{Auth, Operation};
use crate::kit::nearest::nearest;
use crate::kit::secret::Secret;
use crate::kit::time::{Timestamp, parse_timestamp};
use crate::providers;
use crate::scenario::yaml;
use crate::stage::call::{add_constants, build};

/// What a masked secret begins with.
const MASK: &str = "***";
/// The letters and digits of a nonce.
const NONCE_CHARS: usize = 32;
/// Headers of an answer that say nothing about the call.
const OF_EVERY_ANSWER: &[&str] = &["connection", "content-length", "date", "keep-alive", "playmoney-sandbox", "playmoney-time"];

/// Calls an operation, and returns status, headers and body of the answer. A refusal of the provider is an answer.
pub fn call(connection: &Connection, name: &str, with: &Json, account: Option<&str>) -> Result<Json, Stop> {
    let (provider, operation) = find(name)?;
    let slug = provider.contract().slug;
    let with = if with.is_null() { None } else { Some(yaml::parse(&with.to_string()).map_err(|it| Stop::usage(it.what))?) };
    let mut request = build(slug, operation, with.as_ref());
    add_constants(operation, &mut request);
    match operation.auth {
        Auth::Open => {}
        Auth::Session { .. } => {
            return Err(Stop::usage(format!(
                "{name} belongs to the pages of the portal, which asks for a login; `change_account` sets the same"
            )));
        }
        Auth::Bearer | Auth::Basic | Auth::Signed { .. } | Auth::Field { .. } => {
            let account = credentials(connection, slug, provider.contract().account, account)?;
            let nonce = unpredictable()?.chars().take(NONCE_CHARS).collect();
            let signing = Signing { proof: Proof::Usual, date: now(connection)?, nonce };
            provider.authorise(&account, &mut request, &signing);
        }
    }
    let no_answer =
        |why| Stop::usage(format!("the call got no answer: {why}. A rule can cut connections; otherwise look whether the server runs."));
    connection.call(&request).map(|it| shown(&it)).map_err(no_answer)
}

/// The operation with that name, and its provider.
fn find(name: &str) -> Result<(Box<dyn DynProvider>, &'static Operation), Stop> {
    let (slug, own) = name.split_once('.').unwrap_or((name, ""));
    let found = providers::all().into_iter().find(|it| it.contract().slug == slug);
    let found = found.and_then(|it| it.contract().operation(own).map(|row| (it, row)));
    found.ok_or_else(|| {
        let of = |it: &dyn DynProvider| {
            it.contract().operations.iter().map(|row| format!("{}.{}", it.contract().slug, row.name)).collect::<Vec<_>>()
        };
        let all: Vec<String> = providers::all().iter().flat_map(|it| of(&**it)).collect();
        let nearest = nearest(name, all.iter().map(String::as_str)).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
        Stop::usage(format!("No operation is named `{name}`.{nearest}"))
    })
}

/// The account with that id, or else the usual one, with its keys.
fn credentials(connection: &Connection, slug: &str, usual: &str, wanted: Option<&str>) -> Result<Account, Stop> {
    let answer = connection.ask(&Question::get(&["accounts"]))?.json();
    let own: Vec<&Json> = answer["accounts"].as_array().into_iter().flatten().filter(|it| it["provider"] == slug).collect();
    let id = |it: &Json| it["account"].as_str().unwrap_or_default().to_owned();
    let named = |name: &str| own.iter().copied().find(|it| it["account"] == name);
    let found = match wanted {
        Some(name) => named(name),
        None => named(usual).or_else(|| own.first().copied()),
    };
    let found = found.ok_or_else(|| {
        let known = own.iter().map(|it| id(it)).collect::<Vec<_>>().join(", ");
        Stop::usage(format!("{slug} has no account `{}`. Known accounts: {known}.", wanted.unwrap_or(usual)))
    })?;
    let mut keys = BTreeMap::new();
    for (name, key) in found["credentials"].as_object().into_iter().flatten() {
        let key = key.as_str().unwrap_or_default();
        if key.starts_with(MASK) {
            let advice = "call with an account whose keys it has issued, or start the server with --show-secrets";
            let why = format!("the server hides `{name}` of the account `{}`, because the user has set it: {advice}", id(found));
            return Err(Stop::usage(why));
        }
        keys.insert(name.clone(), Secret::issued(key));
    }
    Ok(Account::new(id(found), keys))
}

/// The simulated moment.
fn now(connection: &Connection) -> Result<Timestamp, Stop> {
    let clock = connection.ask(&Question::get(&["clock"]))?.json();
    let now = clock["now"].as_str().and_then(|it| parse_timestamp(it).ok());
    now.ok_or_else(|| Stop::usage("the server does not say what time it is"))
}

fn shown(reply: &Reply) -> Json {
    let (status, headers) = reply.head();
    let headers = headers.iter().filter(|it| !OF_EVERY_ANSWER.contains(&it.0.as_str()));
    let headers: Map<String, Json> =
        headers.map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into())).collect();
    let body = serde_json::from_slice(&reply.body).unwrap_or_else(|_| Json::from(String::from_utf8_lossy(&reply.body)));
    json!({"status": status.as_u16(), "headers": headers, "body": body})
}
