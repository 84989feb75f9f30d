//! `/__admin/violations`: where clients and receivers broke the documented contract.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::journal::{LIMIT, OPERATION, PROVIDER, SINCE, Since, is_operation, is_provider, named};
use super::render::Renderer;
use super::{Answer, Ask, Later, Problem};
use crate::contract::violations::{Known, Walk};
use crate::engine::log::{Entry, Tally, VIOLATIONS_KEPT_MAX, What};
use crate::engine::start::Keeps;
use crate::engine::world::{Replaced, World};
use crate::kit::chunks::Chunks;
use crate::kit::fields::Field;
use crate::kit::http::{Response, StatusCode};

/// The query of `list_violations`.
pub const FILTERS: &[Field] = &[PROVIDER, OPERATION, SINCE, LIMIT];

/// Violations in one answer.
const LISTED_MAX: usize = 10_000;

/// Violations of a sandbox.
#[derive(Clone, Debug, Default)]
pub struct Violations {
    /// Oldest first, each as the list shows it.
    pub listed: Vec<Json>,
    /// There are more, or the log has dropped its oldest entries.
    pub truncated: bool,
}

/// Which are listed.
struct Filter {
    provider: Option<String>,
    operation: Option<String>,
    since: Since,
    limit: usize,
    more: More,
    whose: Whose,
}

/// Of which requests.
#[derive(PartialEq, Eq)]
enum Whose {
    Own,
    /// Those that came with a copy or a saved state too.
    All,
}

/// Whether it is told that there are more than were asked for.
#[derive(PartialEq, Eq)]
enum More {
    IsTold,
    /// The caller has given a limit, and knows.
    IsKnown,
}

impl Filter {
    /// Whether those of this entry are listed. `latest` is the number of the latest request.
    fn fits(&self, known: &Known, entry: &Entry, latest: u64) -> bool {
        let slug = known.contract(entry).map(|it| it.slug);
        let request = if let What::Request(it) = &entry.what { Some(it) } else { None };
        let (id, operation) = request.map_or((latest + 1, None), |it| (it.id, it.operation.as_deref()));
        let is_asked = |asked: &String| {
            let (of, name) = named(asked);
            of.is_none_or(|of| slug == Some(of)) && operation == Some(name)
        };
        self.since.has_begun(id, entry.at)
            && self.provider.as_deref().is_none_or(|it| slug == Some(it))
            && self.operation.as_ref().is_none_or(is_asked)
    }
}

/// What is found by reading the log once, without the sandbox.
struct Copied {
    known: Known,
    render: Renderer,
    entries: Chunks<Entry>,
    /// The sequence number of the first entry that was written here.
    begins_with: u64,
    truncated: bool,
}

impl Copied {
    fn of(world: &World) -> Self {
        let log = &world.core.log;
        Self {
            known: Known::of(world),
            render: Renderer::of(world),
            entries: log.chunks().clone(),
            begins_with: log.begins_with(),
            truncated: log.truncated,
        }
    }

    fn list(&self, filter: &Filter) -> Violations {
        let (mut walk, mut listed, mut latest) = (Walk::new(&self.known), Vec::new(), 0);
        let most = filter.limit.min(LISTED_MAX);
        for entry in self.entries.iter() {
            if let What::Request(it) = &entry.what {
                latest = it.id;
            }
            let is_wanted = filter.whose == Whose::All || self.begins_with <= entry.sequence;
            if is_wanted && filter.fits(&self.known, entry, latest) {
                listed.extend(walk.read(entry).iter().map(|it| self.render.violation(entry, it)));
            } else {
                walk.pass(entry);
            }
            if most < listed.len() {
                listed.truncate(most);
                return Violations { listed, truncated: self.truncated || filter.more == More::IsTold || LISTED_MAX <= filter.limit };
            }
        }
        Violations { listed, truncated: self.truncated }
    }
}

impl Violations {
    /// The first of a sandbox, as many as that. Those of requests that came with a copy or a saved state are another's.
    pub fn of(world: &World, limit: usize) -> Self {
        let filter = Filter { provider: None, operation: None, since: Since::Beginning, limit, more: More::IsTold, whose: Whose::Own };
        Copied::of(world).list(&filter)
    }

    /// Adds one that was kept.
    pub fn keep(&mut self, violation: &Json, limit: usize) {
        if self.listed.len() < limit { self.listed.push(violation.clone()) } else { self.truncated = true }
    }
}

/// What clients have broken in a sandbox that begins anew, or goes, if its start wants that kept.
pub fn kept(world: &World) -> Tally {
    if world.start.keeps == Keeps::Nothing {
        return Tally::default();
    }
    let name: Arc<str> = world.core.name.as_str().into();
    let found = Violations::of(world, VIOLATIONS_KEPT_MAX).listed.into_iter();
    Tally { violations: found.map(|it| (Arc::clone(&name), it)).collect(), ..Tally::default() }
}

/// The sandbox has begun anew: what clients have broken before that is kept.
pub fn keep(replaced: &Replaced, world: &mut World) {
    if let Some(before) = replaced.world() {
        world.core.log.tally.add(&kept(before));
    }
}

/// Lists them, oldest first, as far as the log goes back.
pub fn list(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let (provider, operation) = (ask.query.text(&PROVIDER)?, ask.query.text(&OPERATION)?);
    let limit = ask.query.integer(&LIMIT)?.map_or(LISTED_MAX, |it| usize::try_from(it).unwrap_or(usize::MAX));
    let since = Since::parse(ask.query.text(&SINCE)?, |text| text.strip_prefix("req-")?.parse().ok())?;
    if let Some(operation) = &operation {
        is_operation(ask.world, operation)?;
    }
    is_provider(ask.world, provider.as_deref())?;
    let (copied, filter) = (Copied::of(ask.world), Filter { provider, operation, since, limit, more: More::IsKnown, whose: Whose::All });
    Ok(Answer::Later(Later::new(move || {
        let Violations { listed, truncated } = copied.list(&filter);
        Response::json(StatusCode::OK, &json!({"violations": listed, "truncated": truncated}))
    })))
}
