//! `/__admin/objects`: what the providers keep, in brief, newest first; and one object as its provider's API shows it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use super::journal::{PROVIDER, is_provider};
use super::later::of_all;
use super::render::Renderer;
use super::{Answer, Ask, Problem, Rows};
use crate::engine::ids::{ObjectId, ProviderId};
use crate::engine::lifecycle::{Brief, KeptKind};
use crate::engine::tables::{Contract, NextAction, StatusTable};
use crate::engine::world::{Replaced, World};
use crate::kit::fields::{Field, Kind, Need, TEXT};
use crate::kit::http::{Response, StatusCode, decoded};
use crate::kit::nearest::nearest;
use crate::kit::time::Timestamp;
use crate::scenario::told::field;

const KIND: Field = field("kind", TEXT, Need::Optional, "the name of a lifecycle: invoice");
const STATUS: Field = field("status", TEXT, Need::Optional, "the status in which the objects are");
const ACCOUNT: Field = field("account", TEXT, Need::Optional, "the id of an account");
const SUBJECT: Field = field("subject", TEXT, Need::Optional, "what the merchant calls the object");
const LIMIT: Field =
    field("limit", Kind::Integer { min: 1, max: 1_000 }, Need::Optional, "how many objects are listed at most; the default is 100");
const BEFORE: Field = field("before", TEXT, Need::Optional, "the id of an object: the list begins with the one that was made before it");
/// The query of `list_objects`.
pub const FILTERS: &[Field] = &[PROVIDER, KIND, STATUS, ACCOUNT, SUBJECT, LIMIT, BEFORE];
/// Objects in one answer, unless the call says how many.
const LIMIT_USUAL: i64 = 100;

/// Objects of one kind, of which those up to a number are still to be listed.
struct Shelf {
    provider_id: ProviderId,
    contract: &'static Contract,
    table: StatusTable,
    kept: KeptKind,
    left: u32,
}

impl Shelf {
    fn object(&self, number: u32) -> ObjectId {
        ObjectId { kind: self.kept.kind, number: number.into() }
    }

    fn brief(&self, world: &World, number: u32) -> Option<Brief> {
        world.provider(self.provider_id).brief(self.object(number))
    }

    fn id(&self, number: u32) -> String {
        format!("{}.{}.{number}", self.contract.slug, self.kept.object)
    }

    /// How many of its objects were made before that moment, or at it at the latest.
    fn made(&self, world: &World, is_before: impl Fn(Timestamp) -> bool) -> u32 {
        let (mut low, mut high) = (0, self.kept.count);
        while low < high {
            let middle = low.midpoint(high);
            let made = self.brief(world, middle + 1).is_some_and(|it| is_before(it.created_at));
            (low, high) = if made { (middle + 1, high) } else { (low, middle) };
        }
        low
    }
}

/// The kinds of objects of a sandbox.
fn shelves(world: &World) -> impl Iterator<Item = Shelf> {
    (0_u8..).zip(&world.providers).flat_map(|(place, provider)| {
        let contract = provider.contract();
        let shelf = move |kept: KeptKind| {
            let table = contract.lifecycle(kept.object)?;
            Some(Shelf { provider_id: ProviderId(place), contract, table, kept, left: kept.count })
        };
        provider.kinds().into_iter().filter_map(shelf)
    })
}

/// What is wanted.
struct Wanted {
    status: Option<String>,
    account: Option<String>,
    subject: Option<String>,
    limit: usize,
}

impl Wanted {
    fn fits(&self, it: &Brief) -> bool {
        let own = [(&self.status, it.status), (&self.account, &it.account), (&self.subject, &it.subject)];
        own.iter().all(|(asked, own)| asked.as_deref().is_none_or(|asked| asked == *own))
    }
}

#[derive(Serialize)]
struct Listed<R> {
    objects: R,
    total: u64,
    truncated: bool,
}

pub fn list(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let (provider, kind, status) = (ask.query.text(&PROVIDER)?, ask.query.text(&KIND)?, ask.query.text(&STATUS)?);
    is_provider(ask.world, provider.as_deref())?;
    let kinds: Vec<&str> = shelves(ask.world).map(|it| it.kept.object).collect();
    is_known(kind.as_deref(), "lifecycle", &kinds)?;
    let limit = ask.query.integer(&LIMIT)?.unwrap_or(LIMIT_USUAL);
    let statuses: Vec<&str> = shelves(ask.world).flat_map(|it| it.table.statuses).collect();
    is_known(status.as_deref(), "status", &statuses)?;
    let (account, subject) = (ask.query.text(&ACCOUNT)?, ask.query.text(&SUBJECT)?);
    let wanted = Wanted { status, account, subject, limit: usize::try_from(limit).unwrap_or(usize::MAX) };
    let is_wanted = move |it: &Shelf| {
        provider.as_ref().is_none_or(|asked| asked == it.contract.slug) && kind.as_ref().is_none_or(|asked| asked == it.kept.object)
    };
    let before = ask.query.text(&BEFORE)?.map(|it| named(ask.world, &it)).transpose()?;
    // Without one of these the first objects are those that are wanted; with one, all may have to be looked at.
    let looks_at_all = wanted.status.is_some() || wanted.account.is_some() || wanted.subject.is_some();
    let make = move |world: &World| {
        let shelves = shelves(world).filter(is_wanted).map(|it| set_before(world, it, before)).collect();
        listed(world, shelves, &wanted)
    };
    Ok(if looks_at_all { of_all(ask.world, Replaced::default(), make) } else { Answer::Now(make(ask.world)) })
}

/// An object by its id: its provider, the place of its kind among all kinds, its number, and when it was made.
#[derive(Clone, Copy)]
struct Place {
    provider_id: ProviderId,
    object: ObjectId,
    created_at: Timestamp,
}

fn named(world: &World, id: &str) -> Result<Place, Problem> {
    let unknown = || Problem::invalid(format!("No object has the id `{id}`: `before` is the `id` of an object in a list."));
    let (shelf, number) = shelf_of(world, id).ok_or_else(unknown)?;
    let brief = shelf.brief(world, number).ok_or_else(unknown)?;
    Ok(Place { provider_id: shelf.provider_id, object: shelf.object(number), created_at: brief.created_at })
}

/// The kind of an object, and its number.
fn shelf_of(world: &World, id: &str) -> Option<(Shelf, u32)> {
    let (kind, number) = id.rsplit_once('.')?;
    let (slug, kind) = kind.split_once('.')?;
    let shelf = shelves(world).find(|it| it.contract.slug == slug && it.kept.object == kind)?;
    // An id has one spelling: `01` and `+1` are not 1.
    let parsed: u32 = number.parse().ok()?;
    (parsed.to_string() == number).then_some((shelf, parsed))
}

/// Leaves out what stands before an object in the list, and the object.
fn set_before(world: &World, mut shelf: Shelf, before: Option<Place>) -> Shelf {
    let Some(it) = before else { return shelf };
    let (own, other) = ((shelf.provider_id, shelf.kept.kind), (it.provider_id, it.object.kind));
    shelf.left = match own.cmp(&other) {
        std::cmp::Ordering::Equal => u32::try_from(it.object.number.saturating_sub(1)).unwrap_or(0),
        std::cmp::Ordering::Less => shelf.made(world, |own| own < it.created_at),
        std::cmp::Ordering::Greater => shelf.made(world, |own| own <= it.created_at),
    };
    shelf
}

/// The first objects that fit. Of two that were made at the same moment, the one of the earlier provider and kind comes first.
fn listed(world: &World, mut shelves: Vec<Shelf>, wanted: &Wanted) -> Response {
    let render = Renderer::of(world);
    let total = shelves.iter().map(|it| u64::from(it.kept.count)).sum();
    let newest = |it: &Shelf| it.brief(world, it.left).filter(|_| 0 < it.left);
    let mut heads: Vec<Option<Brief>> = shelves.iter().map(newest).collect();
    let mut found: Vec<(usize, u32, Brief)> = Vec::new();
    let mut truncated = false;
    loop {
        let next = (0..heads.len()).rev().filter(|it| heads[*it].is_some()).max_by_key(|it| heads[*it].as_ref().map(|own| own.created_at));
        let Some((place, brief)) = next.and_then(|it| Some((it, heads[it].take()?))) else { break };
        let number = shelves[place].left;
        shelves[place].left -= 1;
        heads[place] = newest(&shelves[place]);
        if wanted.fits(&brief) {
            if found.len() == wanted.limit {
                truncated = true;
                break;
            }
            found.push((place, number, brief));
        }
    }
    let mut next: BTreeMap<(usize, &'static str), Vec<NextAction>> = BTreeMap::new();
    for (place, _, brief) in &found {
        let actions = || shelves[*place].contract.next_actions(&shelves[*place].table, brief.status);
        next.entry((*place, brief.status)).or_insert_with(actions);
    }
    let objects =
        Rows(|| found.iter().map(|(place, number, brief)| row(&render, &shelves[*place], *number, brief, &next[&(*place, brief.status)])));
    Response::json(StatusCode::OK, &Listed { objects, total, truncated })
}

/// An object as a list has it, with what can come next in its status.
fn row(render: &Renderer, shelf: &Shelf, number: u32, it: &Brief, next: &[NextAction]) -> Json {
    let action = |own: &NextAction| {
        let mut body = Map::from_iter([(own.names.to_owned(), named_as(own, &it.subject))]);
        body.extend(own.with.iter().map(|(name, word)| ((*name).to_owned(), json!(word))));
        json!({"action": own.row.name, "meaning": own.row.meaning, "to": own.to, "body": body})
    };
    json!({
        "id": shelf.id(number), "provider": shelf.contract.slug, "kind": shelf.kept.object, "subject": render.text(&it.subject),
        "account": render.text(&it.account), "status": it.status, "created_at": it.created_at,
        "next": next.iter().map(action).collect::<Vec<_>>(),
    })
}

/// The object's name in the form that the parameter has: a number, or a text.
fn named_as(action: &NextAction, subject: &str) -> Json {
    let is_number = action.row.parameters.iter().any(|it| it.name == action.names && matches!(it.kind, Kind::Integer { .. }));
    let number = subject.parse::<u64>().ok().filter(|_| is_number);
    number.map_or_else(|| json!(subject), |it| json!(it))
}

/// Refuses a word that no lifecycle has: an empty list would look like an answer.
fn is_known(wanted: Option<&str>, what: &str, words: &[&str]) -> Result<(), Problem> {
    let Some(asked) = wanted.filter(|it| !words.contains(it)) else { return Ok(()) };
    let near = nearest(asked, words.iter().copied()).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
    Err(Problem::invalid(format!("No provider has a {what} `{asked}`.{near}")))
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    brief: Json,
    object: Option<Box<RawValue>>,
}

pub fn show(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let id = decoded(ask.captures[0]).into_owned();
    let absent = || Problem::not_found(format!("No object has the id `{id}`: GET /__admin/objects lists them."));
    let (shelf, number) = shelf_of(ask.world, &id).ok_or_else(absent)?;
    let brief = shelf.brief(ask.world, number).ok_or_else(absent)?;
    let object = ask.world.with(shelf.provider_id, ask.uptime, |it, cx| it.show(cx, shelf.object(number)));
    let render = Renderer::of(ask.world);
    // As the text that it is: a value would have another order of members.
    let object = object.and_then(|it| RawValue::from_string(render.text(it.object.get())).ok());
    let shown = Shown { brief: row(&render, &shelf, number, &brief, &shelf.contract.next_actions(&shelf.table, brief.status)), object };
    Ok(Answer::Now(Response::json(StatusCode::OK, &shown)))
}
