//! `/__admin/violations`: where clients and receivers broke the documented contract.

use serde_json::json;

use super::journal::{LIMIT, OPERATION, PROVIDER, SINCE, Since, is_operation, is_provider, named};
use super::render::Renderer;
use super::{Answer, Ask, Later, Problem};
use crate::contract::violations::{Known, Walk};
use crate::engine::log::{Entry, VIOLATIONS_MAX, Violations, What};
use crate::engine::start::Keeps;
use crate::engine::world::{Replaced, World};
use crate::kit::chunks::Chunks;
use crate::kit::fields::Field;
use crate::kit::http::{Response, StatusCode};

/// The query of `list_violations`.
pub const FILTERS: &[Field] = &[PROVIDER, OPERATION, SINCE, LIMIT];

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

/// Whether `truncated` says that there are more than the limit.
#[derive(PartialEq, Eq)]
enum More {
    IsTold,
    /// The caller has given the limit, so `truncated` does not count it.
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
        let most = filter.limit.min(VIOLATIONS_MAX);
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
                return Violations { listed, truncated: self.truncated || filter.more == More::IsTold || VIOLATIONS_MAX <= filter.limit };
            }
        }
        Violations { listed, truncated: self.truncated }
    }
}

/// The first of a sandbox, as many as that. Those of requests that came with a copy or a saved state are another's.
pub fn first(world: &World, limit: usize) -> Violations {
    let filter = Filter { provider: None, operation: None, since: Since::Beginning, limit, more: More::IsTold, whose: Whose::Own };
    Copied::of(world).list(&filter)
}

/// All that is kept of a sandbox that begins anew, or goes, if its start wants that: what was kept before, and what is present.
pub fn take(world: &mut World) -> Violations {
    let mut kept = std::mem::take(&mut world.core.log.kept);
    if world.start.keeps == Keeps::Violations {
        kept.append(first(world, VIOLATIONS_MAX));
    }
    kept
}

/// The sandbox has begun anew: what was broken before that is kept.
pub fn keep(replaced: &Replaced, world: &mut World) {
    if let Some(before) = replaced.world().filter(|it| it.start.keeps == Keeps::Violations) {
        world.core.log.kept.append(first(before, VIOLATIONS_MAX));
    }
}

/// Lists them, oldest first, as far as the log goes back.
pub fn list(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let (provider, operation) = (ask.query.text(&PROVIDER)?, ask.query.text(&OPERATION)?);
    let limit = ask.query.integer(&LIMIT)?.map_or(VIOLATIONS_MAX, |it| usize::try_from(it).unwrap_or(usize::MAX));
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
