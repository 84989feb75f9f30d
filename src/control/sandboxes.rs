//! `/__admin/sandboxes`: what is asked about the sandboxes of a server, and how it is answered. The server does it.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::audit::Wanted;
use super::call::Call;
use super::environment::Environment;
use super::input::Input;
use super::scenario::{known, refusal, with_warnings};
use super::{Problem, clock};
use crate::engine::clock::{Mode, Rate};
use crate::engine::inbox::Inbox;
use crate::engine::start::{Impossible, Start};
use crate::engine::store::Usage;
use crate::engine::tables::settings::webhook_url_of_all;
use crate::engine::world::World;
use crate::kit::fields::{Field, Kind, Need, TEXT};
use crate::kit::http::{Request, Response};
use crate::kit::json::Members;
use crate::kit::time::{Duration, Timestamp, parse_duration, parse_timestamp};
use crate::providers;
use crate::scenario::told::field;
use crate::scenario::{Mistakes, Scenario, parse};

/// Characters of a name, which stands in paths, keys and host names.
pub const NAME_CHARS_MAX: usize = 63;
/// The longest time to live.
const TTL_MAX: Duration = Duration::from_hours(24 * 3_652);
/// A name.
pub const NAME: Kind = Kind::Like { pattern: "^[a-z0-9-]{1,63}$", chars_max: NAME_CHARS_MAX };

const OWN_NAME: Field =
    field("name", NAME, Need::Optional, "its name: 1 to 63 of a-z, 0-9 and -; without one it is `sandbox-1` or the next that is free");
const SEED: Field = field("seed", Kind::Integer { min: 0, max: i64::MAX }, Need::Optional, "the seed of all that is drawn");
const CLOCK: Field = field(
    "clock",
    Kind::Object,
    Need::Optional,
    "how simulated time runs: `mode` is real, frozen or scaled (with `rate`), `now` the first moment",
);
const CLOCK_MODE: Field = field("clock.mode", Kind::Word(&["real", "frozen", "scaled"]), Need::Optional, "how it runs");
const CLOCK_RATE: Field = field("clock.rate", Kind::Number, Need::Optional, "simulated seconds for each real second, when it is scaled");
const CLOCK_NOW: Field = field("clock.now", Kind::Time, Need::Optional, "the first moment");
const SCENARIO: Field = field("scenario", Kind::Text { chars_max: 1_048_576 }, Need::Optional, "a scenario, as YAML");
const TTL: Field = field("ttl", TEXT, Need::Optional, "the real time after the last request at which it is deleted: PT30M or 30m");
const WEBHOOK_URL: Field = field(
    "webhook_url",
    TEXT,
    Need::Optional,
    "the webhook address of every account; `{provider}` is replaced by the slug of the provider",
);
const REDIRECT: Field = field(
    "webhook_url",
    TEXT,
    Need::Optional,
    "where all its webhooks go, with `{provider}` for the slug of the provider; without one, to its inbox `fork`",
);
/// The body of a creation.
pub const NEW: &[Field] = &[OWN_NAME, SEED, CLOCK, CLOCK_MODE, CLOCK_RATE, CLOCK_NOW, SCENARIO, TTL, WEBHOOK_URL];
/// The body of a copy.
pub const FORK: &[Field] = &[OWN_NAME, TTL, REDIRECT];

const LIMIT: Field = field("limit", Kind::Integer { min: 1, max: 1_000_000 }, Need::Optional, "at most this number of sandboxes");
/// The query of the list.
pub const LISTING: &[Field] = &[LIMIT];

/// What a server is asked to do with its sandboxes.
#[derive(Debug)]
pub enum Wish {
    List {
        limit: usize,
    },
    Show {
        name: String,
    },
    Create(Box<New>),
    Delete {
        name: String,
    },
    /// A copy of the sandbox that the path names.
    Fork(Copy),
    /// A receiver of its webhooks is tried.
    Audit(Box<Wanted>),
    Metrics,
    /// The servers that have the same sandboxes.
    Replicas,
}

impl Wish {
    /// Whether it changes which sandboxes there are.
    pub const fn changes(&self) -> bool {
        matches!(self, Self::Create(_) | Self::Delete { .. } | Self::Fork(_))
    }

    /// Whether it ends when its caller is gone.
    pub const fn needs_caller(&self) -> bool {
        matches!(self, Self::Audit(_))
    }
}

/// A sandbox that is to be made.
#[derive(Debug, Default)]
pub struct New {
    pub name: Option<String>,
    pub ttl: Option<Duration>,
    seed: Option<u64>,
    mode: Option<Mode>,
    now: Option<Timestamp>,
    scenario: Option<String>,
    webhook_url: Option<String>,
}

/// A copy that is to be made.
#[derive(Debug)]
pub struct Copy {
    pub name: Option<String>,
    pub ttl: Option<Duration>,
    pub redirect: Option<String>,
}

/// How a sandbox that is to be made begins.
pub struct Beginning {
    pub start: Start,
    scenario: Option<Scenario>,
}

pub fn list(call: &Call, request: &Request, _: &[&str]) -> Result<Wish, Problem> {
    let limit = Input::query(call, request)?.integer(&LIMIT)?;
    Ok(Wish::List { limit: limit.and_then(|it| usize::try_from(it).ok()).unwrap_or(usize::MAX) })
}

pub fn metrics(_: &Call, _: &Request, _: &[&str]) -> Result<Wish, Problem> {
    Ok(Wish::Metrics)
}

pub fn replicas(_: &Call, _: &Request, _: &[&str]) -> Result<Wish, Problem> {
    Ok(Wish::Replicas)
}

pub fn show(_: &Call, _: &Request, captures: &[&str]) -> Result<Wish, Problem> {
    Ok(Wish::Show { name: captures[0].to_owned() })
}

pub fn delete(_: &Call, _: &Request, captures: &[&str]) -> Result<Wish, Problem> {
    Ok(Wish::Delete { name: captures[0].to_owned() })
}

pub fn create(call: &Call, request: &Request, _: &[&str]) -> Result<Wish, Problem> {
    let body = Input::body(call, request)?;
    let seed = body.integer(&SEED)?.map(i64::cast_unsigned);
    let (mode, now) = match body.json(&CLOCK) {
        Some(text) => moments(text)?,
        None => (None, None),
    };
    let webhook_url = body.text(&WEBHOOK_URL)?;
    if let Some(url) = &webhook_url {
        webhook_url_of_all(url).map_err(|why| Problem::invalid(format!("`{}`: {why}", WEBHOOK_URL.name)))?;
    }
    let (name, ttl, scenario) = (name(&body)?, ttl(&body)?, body.text(&SCENARIO)?);
    Ok(Wish::Create(Box::new(New { name, ttl, seed, mode, now, scenario, webhook_url })))
}

pub fn fork(call: &Call, request: &Request, _: &[&str]) -> Result<Wish, Problem> {
    let body = Input::body(call, request)?;
    let redirect = body.text(&REDIRECT)?;
    if let Some(url) = &redirect {
        webhook_url_of_all(url).map_err(|why| Problem::invalid(format!("`{}`: {why}", REDIRECT.name)))?;
    }
    Ok(Wish::Fork(Copy { name: name(&body)?, ttl: ttl(&body)?, redirect }))
}

/// Whether a sandbox may have that name.
pub fn is_name(text: &str) -> bool {
    let fits = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    (1..=NAME_CHARS_MAX).contains(&text.len()) && text.bytes().all(fits)
}

fn name(body: &Input<'_>) -> Result<Option<String>, Problem> {
    let Some(name) = body.text(&OWN_NAME)? else { return Ok(None) };
    if is_name(&name) { Ok(Some(name)) } else { Err(Problem::invalid(format!("`name` has 1 to {NAME_CHARS_MAX} of a-z, 0-9 and -."))) }
}

fn ttl(body: &Input<'_>) -> Result<Option<Duration>, Problem> {
    let Some(text) = body.text(&TTL)? else { return Ok(None) };
    let ttl = parse_duration(&text).map_err(|why| Problem::invalid(format!("`ttl`: {why}.")))?;
    if ttl.is_zero() || TTL_MAX < ttl {
        return Err(Problem::invalid("`ttl` is longer than zero, and at most ten years."));
    }
    Ok(Some(ttl))
}

/// The member `clock` of a creation.
fn moments(text: &str) -> Result<(Option<Mode>, Option<Timestamp>), Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Clock {
        mode: Option<String>,
        rate: Option<Json>,
        now: Option<String>,
    }
    let wrong = |why: &str| Problem::invalid(format!("`clock`: {why}."));
    if serde_json::from_str::<Members<'_>>(text).is_err() {
        return Err(wrong("it is an object, as {\"mode\": \"frozen\", \"now\": \"2026-01-01T00:00:00Z\"}"));
    }
    let clock: Clock = serde_json::from_str(text).map_err(|why| wrong(why.to_string().split(" at line").next().unwrap_or_default()))?;
    let rate = clock.rate.map(|it| Rate::parse(it.as_str().unwrap_or(&it.to_string())).map_err(|why| wrong(&format!("`rate`: {why}"))));
    let mode = match (clock.mode.as_deref(), rate.transpose()?) {
        (Some("real"), None) => Some(Mode::Real),
        (Some("frozen"), None) => Some(Mode::Frozen),
        (Some("scaled") | None, Some(rate)) => Some(Mode::Scaled(rate)),
        (Some("scaled"), None) => return Err(wrong("a scaled clock needs a `rate`, as 60")),
        (Some("real" | "frozen"), Some(_)) => return Err(wrong("only a scaled clock has a `rate`")),
        (Some(other), _) => return Err(wrong(&format!("`mode` is real, frozen or scaled, not `{other}`"))),
        (None, None) => None,
    };
    let now = clock.now.map(|it| parse_timestamp(&it).map_err(|why| wrong(&format!("`now`: {why}")))).transpose()?;
    Ok((mode, now))
}

impl New {
    /// Whether what it brings takes long to read.
    pub fn is_long(&self) -> bool {
        self.scenario.is_some()
    }

    /// How it begins in a server that begins its own sandboxes with `usual`. Reading a scenario can take long.
    ///
    /// # Errors
    /// Every mistake in its scenario.
    pub fn begins(self, name: &str, usual: &Start) -> Result<Beginning, Problem> {
        let contracts: Vec<_> = providers::all().iter().map(|it| it.contract()).collect();
        let read = self.scenario.as_deref().map(|text| parse("scenario", text, known(&contracts)));
        let scenario = read.transpose().map_err(|it| refusal(&it))?;
        let mut start = usual.clone();
        if scenario.is_some() || self.seed.is_some() {
            // What is to be the same each time does not begin with the real date.
            let Start { seed, mode, now, .. } = Start::default();
            start = Start { seed, mode, now, ..start };
        }
        if let Some(it) = &scenario {
            start = it.apply_to(start);
        }
        name.clone_into(&mut start.name);
        start.seed = self.seed.unwrap_or(start.seed);
        start.mode = self.mode.unwrap_or(start.mode);
        start.now = self.now.or(start.now);
        if self.webhook_url.is_some() {
            (start.webhook_url, start.webhook_url_wins) = (self.webhook_url, true);
        }
        Ok(Beginning { start, scenario })
    }
}

impl Beginning {
    /// The refusal of a beginning that is impossible.
    pub fn refusal(&self, impossible: Vec<Impossible>) -> Problem {
        match &self.scenario {
            Some(it) => refusal(&it.mistakes(impossible)),
            None => Problem::invalid(impossible.into_iter().map(|it| it.why).collect::<Vec<_>>().join("; ")),
        }
    }

    /// What its author may not have meant.
    pub fn warnings(&self) -> Option<Mistakes> {
        self.scenario.as_ref().and_then(Scenario::warnings_of_start)
    }
}

/// When a sandbox was made, and how long it stays: dates of real time.
#[derive(Clone, Copy, Debug)]
pub struct Stay {
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    pub ttl: Option<Duration>,
}

/// A sandbox in the list.
pub fn row(world: &World, stay: Stay) -> Json {
    let Stay { created_at, last_used_at, ttl } = stay;
    let usage: Usage = world.providers.iter().map(|it| it.usage()).sum();
    let inboxes: usize = world.core.inboxes.values().map(Inbox::bytes).sum();
    json!({
        "name": world.core.name,
        "seed": world.core.seed,
        "created_at": created_at,
        "last_used_at": last_used_at,
        "ttl": ttl.map(|it| it.to_string()),
        "expires_at": ttl.and_then(|it| last_used_at.checked_add(it).ok()),
        "clock": clock::brief(world),
        "objects": usage.objects,
        "requests": world.core.log.next_id() - 1,
        "deliveries": world.core.outbox.iter().count(),
        "bytes": usage.bytes + world.core.log.bytes() + world.core.outbox.bytes() + inboxes,
    })
}

/// The answer to a list: the first of `all` sandboxes.
pub fn listed(rows: &[Json], all: usize) -> Response {
    Response::json(StatusCode::OK, &json!({"sandboxes": rows, "truncated": rows.len() < all}))
}

/// One sandbox, with what an application needs to use it.
pub fn shown(world: &World, stay: Stay, origin: &str) -> Json {
    let mut row = row(world, stay);
    let environment = Environment::of(world, origin);
    row["providers"] = environment.providers;
    row["env"] = environment.variables;
    row
}

/// The answer to a creation.
pub fn created(shown: Json, warnings: Option<&Mistakes>) -> Response {
    Response::json(StatusCode::CREATED, &with_warnings(shown, warnings))
}

/// The answer to a deletion.
pub fn deleted(name: &str) -> Response {
    Response::json(StatusCode::OK, &json!({"deleted": name}))
}

/// This server keeps its sandboxes to itself.
pub fn alone() -> Problem {
    let detail = "This server is the only one with its sandboxes. Servers that are started with --store have them together.";
    Problem::new(StatusCode::NOT_FOUND, "no_replicas", detail)
}

/// What is asked has to be kept, and cannot be.
pub fn not_kept(why: &str) -> Problem {
    let detail = format!("This call has changed nothing, because it could not be kept: {why}. Try again in a second.");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_kept", detail)
}

/// A call of which nothing is known.
pub fn perhaps_kept(why: &str) -> Problem {
    let detail = format!("It is unknown whether this call was kept: {why}. Look in a few seconds, before you try again.");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_kept", detail)
}

/// What is kept of a sandbox cannot be played.
#[cfg(feature = "postgres")]
pub fn not_restored(name: &str, why: &str) -> Problem {
    let own = env!("CARGO_PKG_VERSION");
    let detail = format!(
        "What is kept of the sandbox `{name}` does not give the sandbox as it was: {why}. If another version than {own} has written it, \
         serve it with that one; a snapshot does not depend on how calls were answered."
    );
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "not_restored", detail)
}

/// A name that is taken.
pub fn exists(name: &str) -> Problem {
    if name == "default" {
        let detail = "Every server has the sandbox `default`: choose another name.";
        return Problem::new(StatusCode::CONFLICT, "sandbox_exists", detail);
    }
    Problem::new(
        StatusCode::CONFLICT,
        "sandbox_exists",
        format!("A sandbox is named `{name}` already: delete it first, or choose another name."),
    )
}

/// Too many sandboxes.
pub fn too_many(sandboxes_max: usize) -> Problem {
    let detail = format!(
        "The server has {sandboxes_max} sandboxes beside `default`, as many as it may: delete some, give new ones a `ttl`, or start it \
         with a larger --sandboxes-max."
    );
    Problem::new(StatusCode::INSUFFICIENT_STORAGE, "too_many_sandboxes", detail)
}

/// The sandbox that every server has stays.
pub fn stays() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "default_stays",
        "The sandbox `default` cannot be deleted: POST /__admin/reset takes it back to its start.",
    )
}

/// No sandbox has that name.
pub fn unknown(name: &str) -> Problem {
    let detail = format!("No sandbox is named `{name}`. GET /__admin/sandboxes lists them.");
    Problem::new(StatusCode::NOT_FOUND, "unknown_sandbox", detail)
}

/// A bug has struck on another thread.
pub fn unread(why: &str) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", format!("Playmoney has a bug: this call could not be carried out ({why})."))
}
