//! `/__admin/accounts`: merchants, their credentials and their settings.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::render::Renderer;
use super::{Answer, Ask, Later, Problem, ok, provider_id};
use crate::engine::account::{Account, CREDENTIALS};
use crate::engine::ids::ProviderId;
use crate::engine::tables::settings::WEBHOOK_URL;
use crate::engine::tables::{Contract, SettingKind};
use crate::kit::http::{Response, StatusCode, decoded};

pub fn list(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let (world, render) = (&*ask.world, Renderer::of(ask.world));
    let contracts = world.providers.iter().map(|it| it.contract()).zip(&world.core.accounts);
    let all = contracts.flat_map(|(contract, accounts)| accounts.values().map(move |it| (contract, it.clone())));
    let all: Vec<(&'static Contract, Account)> = all.collect();
    Ok(Answer::Later(Later::new(move || {
        let accounts: Vec<Json> = all.iter().map(|(contract, it)| render_account(contract, &render, it)).collect();
        Response::json(StatusCode::OK, &json!({"accounts": accounts}))
    })))
}

/// An account with its settings. Each is in the document twice: at the top, as it is set, and under `settings`, with its
/// meaning and default, and the words of which it has to be one.
fn render_account(contract: &'static Contract, render: &Renderer, account: &Account) -> Json {
    let show = |it: &crate::kit::secret::Secret| render.secret(it);
    let mut document = json!({"provider": contract.slug, "account": account.id, "credentials": account.shown_credentials(contract, show)});
    let mut settings = serde_json::Map::new();
    for row in contract.settings() {
        let mut value = account.shown(row, show);
        match (row.kind, value.as_str()) {
            (SettingKind::Url, Some(text)) => value = json!(render.url(text)),
            (SettingKind::Text { .. }, Some(text)) => value = json!(render.text(text)),
            _ => {}
        }
        let mut shown = json!({"value": value, "default": row.kind.default(), "meaning": row.meaning});
        if let SettingKind::Word { words, .. } = row.kind {
            shown["one_of"] = json!(words);
        }
        settings.insert(row.name.to_owned(), shown);
        document[row.name] = value;
    }
    document["settings"] = settings.into();
    document
}

fn find(ask: &Ask<'_>) -> Result<(ProviderId, String), Problem> {
    let (slug, id) = (ask.captures[0], decoded(ask.captures[1]));
    let provider_id = provider_id(ask.world, slug)?;
    let accounts = ask.world.core.accounts(provider_id);
    if accounts.contains_key(&*id) {
        return Ok((provider_id, id.into_owned()));
    }
    let known = accounts.keys().cloned().collect::<Vec<_>>().join(", ");
    Err(Problem::not_found(format!("{slug} has no account `{id}`. Known accounts: {known}.")))
}

pub fn show(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let (provider_id, id) = find(ask)?;
    let accounts = ask.world.core.accounts(provider_id);
    ok(&render_account(ask.world.provider(provider_id).contract(), &Renderer::of(ask.world), &accounts[&id]))
}

/// Why a key cannot be set: it is that of another account, and a call that carries it would be of either.
fn shared_key(
    contract: &Contract,
    accounts: &BTreeMap<String, Account>,
    id: &str,
    changes: &serde_json::Map<String, Json>,
) -> Option<String> {
    let name = contract.credential()?.name;
    let key = changes.get(CREDENTIALS)?.get(name)?.as_str()?;
    let mut others = accounts.values().filter(|it| it.id != id);
    let owner = others.find(|it| it.all_of(name).any(|own| own.expose() == key))?;
    Some(format!("the account `{}` has this `{name}` already", owner.id))
}

pub fn change(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let (provider_id, id) = find(ask)?;
    // An empty body changes nothing.
    let changes: serde_json::Map<String, Json> = serde_json::from_slice(&ask.request.body).unwrap_or_default();
    let contract = ask.world.provider(provider_id).contract();
    let shared = shared_key(contract, ask.world.core.accounts(provider_id), &id, &changes);
    if let Some(why) = shared {
        return Err(Problem::invalid(why));
    }
    let accounts = ask.world.core.accounts_mut(provider_id);
    if let Some(account) = accounts.get_mut(&id) {
        account.change(contract, &changes).map_err(Problem::invalid)?;
        ask.world.core.rotations += u64::from(changes.contains_key(CREDENTIALS));
    }
    if let Some(url) = changes.get(WEBHOOK_URL.name).and_then(Json::as_str) {
        ask.world.core.set_target(url);
    }
    show(ask)
}
