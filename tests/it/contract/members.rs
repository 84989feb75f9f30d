//! Every member that an answer or a webhook has carries a row at its place.

use std::collections::BTreeSet;

use playmoney::inside::engine::tables::Contract;
use playmoney::inside::engine::world::World;
use playmoney::inside::kit::fields::{Field, Kind};
use playmoney::inside::providers;
use serde_json::Value as Json;

use super::served::note;

/// Values that are the merchant's own: what is in them came with a request.
const OWN: [&str; 2] = ["quoine data", "quoine invoice.data"];

/// The members of all answers and webhooks that a sandbox has kept, of which no row says that they are there. What a rule has written
/// is left out.
pub fn without_row(world: &World) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (entry, it) in world.core.log.requests().filter(|(_, it)| it.rule.is_none()) {
        let (Some(id), Some(answer)) = (entry.provider, &it.answer) else { continue };
        let contract = providers::all()[usize::from(id.0)].contract();
        let Some(operation) = it.operation.as_deref().and_then(|name| contract.operation(name)) else { continue };
        let rows = if it.error.is_some() { contract.error_body } else { operation.answer };
        found.extend(strangers(contract, operation.name, &rows.iter().collect::<Vec<_>>(), &answer.body.0));
    }
    for it in world.core.outbox.iter().filter(|it| it.fault.is_none()) {
        let contract = providers::all()[usize::from(it.provider_id.0)].contract();
        let event = contract.events.iter().find(|own| own.name == it.event).expect("the event is documented");
        let rows: Vec<Field> = event.fields().collect();
        found.extend(strangers(contract, event.name, &rows.iter().collect::<Vec<_>>(), &it.body.0));
    }
    found
}

fn strangers(contract: &Contract, what: &str, rows: &[&Field], body: &[u8]) -> Vec<String> {
    let Ok(body) = serde_json::from_slice::<Json>(body) else { return Vec::new() };
    let mut members = BTreeSet::new();
    note(&mut members, "", &body);
    let has_row = |member: &str| rows.iter().any(|row| is_place(row.name, member));
    let is_own = |member: &str| {
        let own = |row: &&&Field| row.kind == Kind::Any && OWN.contains(&&*format!("{} {}", contract.slug, row.name));
        rows.iter().filter(own).any(|row| member.starts_with(row.name))
    };
    let strange = members.into_iter().filter(|it| !has_row(it) && !is_own(it));
    strange.map(|it| format!("{}.{what}: {it}", contract.slug)).collect()
}

/// Whether a row stands for a member: a name in braces for each, `[0]` for an item.
fn is_place(row: &str, member: &str) -> bool {
    let item = |it: &str| it.split_once('[').map_or((it.to_owned(), false), |(name, _)| (name.to_owned(), true));
    let same = |row: &str, member: &str| row.starts_with('{') || item(row) == item(member);
    row.split('.').count() == member.split('.').count() && row.split('.').zip(member.split('.')).all(|(row, member)| same(row, member))
}

#[test]
fn a_member_without_a_row_is_found() {
    let mut shop = crate::tape::Tape::shop();
    shop.play("POST /quoine/api/v1/invoices {\"price\":\"5\",\"data\":{\"own\":{\"word\":[1]}}}\nact quoine.pay invoice=1");
    assert_eq!(without_row(shop.sandbox.world()), BTreeSet::new());
    let contract = crate::asking::contract("quantapay");
    let rows = |name: &str| contract.operation(name).expect("a function").answer.iter().collect::<Vec<_>>();
    for (name, body, strange) in [
        ("get-balances", r#"{"success":true,"response":{"btc":{"amount":"1","fiat":"2"}}}"#, None),
        ("get-balances", r#"{"success":true,"response":{"btc":{"amount":"1","held":"2"}}}"#, Some("response.btc.held")),
        ("create-transaction", r#"{"success":true,"response":["1","2"]}"#, None),
        ("get-transaction", r#"{"success":true,"response":{"id":"1","hsh":""}}"#, Some("response.hsh")),
        ("get-fiat-value", r#"{"success":true,"response":[1],"more":1}"#, Some("more")),
    ] {
        let found = strangers(contract, name, &rows(name), body.as_bytes());
        let wanted = strange.map(|it| format!("quantapay.{name}: {it}"));
        assert_eq!(found.iter().find(|it| !it.ends_with("[]")), wanted.as_ref(), "{body}");
    }
}
