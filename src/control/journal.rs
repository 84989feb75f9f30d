//! `/__admin/requests`: the journal, a view of the log.

use serde::Serialize;
use serde_json::Value as Json;

use super::render::Renderer;
use super::{Answer, Ask, Later, Problem, Rows, provider_id};
use crate::contract::violations::{Known, at};
use crate::engine::log::{Entry, RequestEntry, What};
use crate::engine::tables::Contract;
use crate::engine::world::World;
use crate::kit::fields::{Field, Kind, Need, TEXT};
use crate::kit::http::{Response, StatusCode};
use crate::kit::nearest::nearest;
use crate::kit::time::{Timestamp, parse_timestamp};
use crate::scenario::told::field;

/// The provider of which a list shows entries.
pub const PROVIDER: Field = field("provider", TEXT, Need::Optional, "the slug of a provider: quoine");
/// The operation of which a list shows entries.
pub const OPERATION: Field = field("operation", TEXT, Need::Optional, "the name of an operation: quoine.createInvoice or createInvoice");
const STATUS: Field = field("status", Kind::Integer { min: 100, max: 999 }, Need::Optional, "the HTTP status of the answer");
/// Where a list begins.
pub const SINCE: Field = field(
    "since",
    TEXT,
    Need::Optional,
    "the id of the entry after which the list begins, or the moment at which it begins, as RFC 3339 writes it",
);
/// How long a list may be.
pub const LIMIT: Field = field("limit", Kind::Integer { min: 0, max: i64::MAX }, Need::Optional, "how many entries are listed at most");
/// How many of the newest a list has.
pub const NEWEST: Field = field(
    "newest",
    Kind::Integer { min: 1, max: 10_000 },
    Need::Optional,
    "how many of the newest of those that fit are listed, oldest first as without it; it goes before `limit`",
);
/// The query of `list_requests`.
pub const FILTERS: &[Field] = &[PROVIDER, OPERATION, STATUS, SINCE, LIMIT];

/// Notes in one answer: the latest.
const NOTES_MAX: usize = 1_000;

/// Where a list begins: after an entry, or at a moment.
#[derive(Clone, Debug)]
pub enum Since {
    Beginning,
    Entry(u64),
    Moment(Timestamp),
}

impl Since {
    /// Reads the parameter; `id` reads the id of an entry.
    pub fn parse(text: Option<String>, id: impl Fn(&str) -> Option<u64>) -> Result<Self, Problem> {
        let Some(text) = text else { return Ok(Self::Beginning) };
        if let Some(id) = id(&text) {
            return Ok(Self::Entry(id));
        }
        parse_timestamp(&text).map(Self::Moment).map_err(|it| Problem::invalid(format!("`since` is an id or a time: {it}.")))
    }

    /// Whether an entry belongs to the list.
    pub fn has_begun(&self, id: u64, at: Timestamp) -> bool {
        match self {
            Self::Beginning => true,
            Self::Entry(after) => id > *after,
            Self::Moment(from) => at >= *from,
        }
    }
}

#[derive(Serialize)]
struct Listed<R> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Json>,
    requests: R,
    truncated: bool,
}

pub fn list(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let provider = ask.query.text(&PROVIDER)?;
    let operation = ask.query.text(&OPERATION)?;
    let status = ask.query.integer(&STATUS)?;
    let limit = ask.query.integer(&LIMIT)?.map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(usize::MAX));
    let since = Since::parse(ask.query.text(&SINCE)?, |text| text.strip_prefix("req-")?.parse().ok())?;
    if let Some(operation) = &operation {
        is_operation(ask.world, operation)?;
    }
    is_provider(ask.world, provider.as_deref())?;
    let world = &*ask.world;
    let fits = |(entry, it): &(&Entry, &RequestEntry)| {
        let slug = entry.provider.map_or("", |provider_id| world.provider(provider_id).contract().slug);
        let operation = operation.as_deref().map(named);
        since.has_begun(it.id, entry.at)
            && provider.as_ref().is_none_or(|asked| asked == slug)
            && operation.is_none_or(|asked| asked.0.is_none_or(|it| it == slug) && it.operation.as_deref() == Some(asked.1))
            && status.is_none_or(|asked| it.answer.as_ref().is_some_and(|own| i64::from(own.status) == asked))
    };
    let (render, log) = (Renderer::of(world), &world.core.log);
    let requests: Vec<Entry> = log.requests().filter(fits).take(limit).map(|it| it.0.clone()).collect();
    let mut notes: Vec<Entry> = log.entries().rev().filter(|it| Renderer::is_note(it)).take(NOTES_MAX + 1).cloned().collect();
    let truncated = log.truncated || NOTES_MAX < notes.len();
    notes.truncate(NOTES_MAX);
    notes.reverse();
    let (known, entries) = (Known::of(world), log.chunks().clone());
    Ok(Answer::Later(Later::new(move || {
        let notes = notes.iter().filter_map(|it| render.note(it)).collect();
        // What breaks the contract together with earlier requests is found by reading all of them.
        let violations = at(&known, entries.iter(), &requests.iter().map(|it| it.sequence).collect());
        let of = |it: &Entry| violations.get(&it.sequence).map_or(&[][..], Vec::as_slice);
        let shown = |it: &Entry| if let What::Request(request) = &it.what { Some(render.request(it, request, of(it))) } else { None };
        let requests = Rows(|| requests.iter().filter_map(shown));
        Response::json(StatusCode::OK, &Listed { notes, requests, truncated })
    })))
}

/// `quantum-payouts.createPayout`, or the operation's name alone.
pub fn named(asked: &str) -> (Option<&str>, &str) {
    asked.split_once('.').map_or((None, asked), |(slug, name)| (Some(slug), name))
}

/// Refuses a provider that does not exist: an empty list would look like an answer.
pub fn is_provider(world: &World, wanted: Option<&str>) -> Result<(), Problem> {
    match wanted {
        Some(slug) => provider_id(world, slug).map(drop).map_err(|it| Problem::invalid(it.detail)),
        None => Ok(()),
    }
}

/// Refuses an operation that no provider has: an empty list would look like an answer.
pub fn is_operation(world: &World, asked: &str) -> Result<(), Problem> {
    let (slug, name) = named(asked);
    let contracts = || world.providers.iter().map(|it| it.contract()).filter(|it| slug.is_none_or(|slug| slug == it.slug));
    if contracts().any(|it| it.operation(name).is_some()) {
        return Ok(());
    }
    let full: Vec<String> = world.providers.iter().flat_map(|it| full_names(it.contract())).collect();
    let plain = contracts().flat_map(|contract| contract.operations.iter().map(|it| it.name));
    let near = if slug.is_some() { the_nearest(asked, full.iter().map(String::as_str)) } else { the_nearest(name, plain) };
    Err(Problem::invalid(format!("No provider has an operation `{asked}`.{near}")))
}

fn full_names(contract: &Contract) -> impl Iterator<Item = String> {
    contract.operations.iter().map(|it| format!("{}.{}", contract.slug, it.name))
}

/// Refuses an event that no provider has and that no webhook reports.
pub fn is_event(world: &World, wanted: Option<&str>) -> Result<(), Problem> {
    let Some(asked) = wanted else { return Ok(()) };
    let names = || world.providers.iter().flat_map(|own| own.contract().events.iter().map(|it| it.name));
    if names().any(|it| it == asked) || world.core.outbox.iter().any(|it| it.event == asked) {
        return Ok(());
    }
    Err(Problem::invalid(format!("No provider has an event `{asked}`.{}", the_nearest(asked, names()))))
}

/// A sentence with the nearest of these words, if one is near.
fn the_nearest<'w>(asked: &str, words: impl Iterator<Item = &'w str>) -> String {
    nearest(asked, words).map_or(String::new(), |it| format!(" The nearest is `{it}`."))
}
