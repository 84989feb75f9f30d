//! `/__admin/requests`: the journal, a view of the log.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::render::Renderer;
use super::{Answer, Ask, Problem, ok, provider_id};
use crate::engine::log::{Entry, RequestEntry};
use crate::engine::world::World;
use crate::kit::http::{Request, form_pairs};
use crate::kit::time::{Timestamp, parse_timestamp};

/// The query of a list, refused when it asks for what the list does not know.
pub fn filters(request: &Request, known: &[&str]) -> Result<BTreeMap<String, String>, Problem> {
    let pairs = form_pairs(request.query.as_bytes());
    match pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(Problem::invalid(format!("There is no filter `{name}`; there are {}.", known.join(", ")))),
        None => Ok(pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()),
    }
}

/// Notes in one answer: the latest.
const NOTES_MAX: usize = 1_000;

/// Where a list begins: after an entry, or at a moment.
enum Since {
    Beginning,
    Entry(u64),
    Moment(Timestamp),
}

pub fn list(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let wanted = filters(ask.request, &["provider", "operation", "status", "since", "limit"])?;
    let limit: usize = match wanted.get("limit") {
        Some(text) => text.parse().map_err(|_| Problem::invalid("`limit` is a whole number."))?,
        None => usize::MAX,
    };
    let status: Option<u16> = match wanted.get("status") {
        Some(text) => Some(text.parse().map_err(|_| Problem::invalid("`status` is an HTTP status."))?),
        None => None,
    };
    let since = match wanted.get("since") {
        None => Since::Beginning,
        Some(text) => match text.strip_prefix("req-").and_then(|it| it.parse().ok()) {
            Some(id) => Since::Entry(id),
            None => {
                Since::Moment(parse_timestamp(text).map_err(|it| Problem::invalid(format!("`since` is an entry's id or a time: {it}.")))?)
            }
        },
    };
    if let Some(operation) = wanted.get("operation") {
        is_operation(ask.world, operation)?;
    }
    is_provider(ask.world, &wanted)?;
    let world = &*ask.world;
    let fits = |(entry, it): &(&Entry, &RequestEntry)| {
        let slug = entry.provider.map_or("", |it| world.provider(it).contract().slug);
        let operation = wanted.get("operation").map(|it| named(it));
        let begun = match since {
            Since::Beginning => true,
            Since::Entry(id) => it.id > id,
            Since::Moment(at) => entry.at >= at,
        };
        begun
            && wanted.get("provider").is_none_or(|asked| asked == slug)
            && operation.is_none_or(|asked| asked.0.is_none_or(|it| it == slug) && it.operation.as_deref() == Some(asked.1))
            && status.is_none_or(|asked| it.answer.as_ref().is_some_and(|own| own.status == asked))
    };
    let (render, log) = (Renderer::of(world), &world.core.log);
    let requests: Vec<Json> = log.requests().filter(fits).take(limit).map(|(entry, it)| render.request(entry, it)).collect();
    let mut notes: Vec<Json> = log.entries().rev().filter_map(|it| render.note(it)).take(NOTES_MAX + 1).collect();
    let truncated = log.truncated || NOTES_MAX < notes.len();
    notes.truncate(NOTES_MAX);
    notes.reverse();
    let mut answer = json!({"requests": requests, "truncated": truncated});
    if let (false, Some(members)) = (notes.is_empty(), answer.as_object_mut()) {
        members.insert("notes".to_owned(), notes.into());
    }
    ok(&answer)
}

/// `quantum-payouts.createPayout`, or the operation's name alone.
fn named(asked: &str) -> (Option<&str>, &str) {
    asked.split_once('.').map_or((None, asked), |(slug, name)| (Some(slug), name))
}

/// Refuses to list what belongs to a provider that does not exist.
pub fn is_provider(world: &World, wanted: &BTreeMap<String, String>) -> Result<(), Problem> {
    match wanted.get("provider") {
        Some(slug) => provider_id(world, slug).map(drop).map_err(|it| Problem::invalid(it.detail)),
        None => Ok(()),
    }
}

/// Refuses an operation that no provider has: an empty list would look like an answer.
fn is_operation(world: &World, asked: &str) -> Result<(), Problem> {
    let (slug, name) = named(asked);
    let contracts = world.providers.iter().map(|it| it.contract()).filter(|it| slug.is_none_or(|slug| slug == it.slug));
    if contracts.into_iter().any(|it| it.operation(name).is_some()) {
        return Ok(());
    }
    Err(Problem::invalid(format!("No provider has an operation `{asked}`.")))
}
