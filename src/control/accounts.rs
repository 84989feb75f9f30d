//! `/__admin/accounts`: merchants, their credentials and their switches.

use serde_json::{Value as Json, json};

use super::mask::Mask;
use super::{Answer, Ask, Problem, body, ok, seat};
use crate::engine::account::Account;
use crate::engine::ids::Seat;
use crate::engine::tables::SettingKind;
use crate::engine::world::World;
use crate::kit::http::decoded;

pub fn list(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let world = &*ask.world;
    let seats = (0_u8..).map(Seat).zip(&world.core.accounts);
    let all = seats.flat_map(|(seat, accounts)| accounts.values().map(move |it| shown(world, seat, it)));
    ok(&json!({"accounts": all.collect::<Vec<_>>()}))
}

/// Settings stand twice: flat, as they are set, and under `settings` with what each means.
fn shown(world: &World, seat: Seat, account: &Account) -> Json {
    let contract = world.member(seat).contract();
    let mask = Mask::of(world);
    let show = |it: &crate::kit::secret::Secret| mask.secret(it);
    let mut document = json!({"provider": contract.slug, "account": account.id, "credentials": account.shown_credentials(contract, show)});
    let mut settings = serde_json::Map::new();
    for row in contract.settings() {
        let mut value = account.shown(row, show);
        if let (SettingKind::Url | SettingKind::Text { .. }, Some(text)) = (row.kind, value.as_str()) {
            value = json!(mask.text(text));
        }
        settings.insert(row.name.to_owned(), json!({"value": value, "default": row.kind.default(), "meaning": row.meaning}));
        document[row.name] = value;
    }
    document["settings"] = settings.into();
    document
}

fn find(ask: &Ask<'_>) -> Result<(Seat, String), Problem> {
    let (slug, id) = (ask.captures[0], decoded(ask.captures[1]));
    let seat = seat(ask.world, slug)?;
    let accounts = &ask.world.core.accounts[usize::from(seat.0)];
    if accounts.contains_key(&*id) {
        return Ok((seat, id.into_owned()));
    }
    let known = accounts.keys().cloned().collect::<Vec<_>>().join(", ");
    Err(Problem::nothing(format!("{slug} has no account `{id}`; it has {known}.")))
}

pub fn show(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let (seat, id) = find(ask)?;
    let accounts = &ask.world.core.accounts[usize::from(seat.0)];
    ok(&shown(ask.world, seat, &accounts[&id]))
}

pub fn change(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let (seat, id) = find(ask)?;
    let members = body::members(ask.request)?;
    let contract = ask.world.member(seat).contract();
    let accounts = &mut ask.world.core.accounts[usize::from(seat.0)];
    if let Some(account) = accounts.get_mut(&id) {
        account.change(contract, &members).map_err(Problem::invalid)?;
    }
    show(ask)
}
