//! `/__admin/clock`.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::StatusCode;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::input::Input;
use super::later::of_all;
use super::render::{HELD, Renderer};
use super::{Answer, Ask, Conclusion, Later, Problem, Rows};
use crate::engine::agenda::Due;
use crate::engine::clock::{Mode, Rate};
use crate::engine::delivery::AttemptId;
use crate::engine::ids::ProviderId;
use crate::engine::lifecycle::KeptKind;
use crate::engine::log::{Report, What};
use crate::engine::tables::StatusTable;
use crate::engine::world::{Replaced, World};
use crate::kit::fields::{Field, Kind, Need, TEXT};
use crate::kit::http::{Request, Response};
use crate::kit::time::{Duration, Timestamp, Uptime, end_of_time, later, parse_duration, parse_timestamp};
use crate::scenario::told::field;

mod reading;

pub use self::reading::{Reading, watch};

/// Without `limit`, a walk to `next`, `idle` or `delivery` looks this far.
pub const LIMIT: Duration = Duration::from_hours(30 * 24);

/// Where a walk ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// At that moment.
    Time(Timestamp),
    /// After the next thing that is due, but not past that moment.
    Next(Timestamp),
    /// When nothing is left to come, but not past that moment.
    Idle(Timestamp),
    /// After the next attempt of a webhook, but not past that moment.
    Delivery(Timestamp),
}

impl Until {
    /// The moment that the walk never passes.
    pub const fn limit(self) -> Timestamp {
        match self {
            Self::Time(at) | Self::Next(at) | Self::Idle(at) | Self::Delivery(at) => at,
        }
    }
}

const RATE: Field = field("rate", Kind::Number, Need::Required, "simulated seconds per real second: 60");
/// The body of `scale`.
pub const SCALE: &[Field] = &[RATE];

const BY: Field = field("by", TEXT, Need::Optional, "how much time passes: 31m, 1h30m or PT31M");
const TO: Field = field("to", TEXT, Need::Optional, "the moment at which to stop, as RFC 3339 writes it");
const UNTIL: Field = field(
    "until",
    Kind::Word(&["next", "idle", "delivery"]),
    Need::Optional,
    "what to stop after: the next due thing, everything, or the next attempt of a webhook",
);
const LIMIT_OF_UNTIL: Field = field("limit", TEXT, Need::Optional, "how far ahead `until` looks; the default is 30d");
/// The body of `advance`.
pub const ADVANCE: &[Field] = &[BY, TO, UNTIL, LIMIT_OF_UNTIL];

pub fn show(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    Ok(answer(ask.world))
}

/// The clock as an answer. To count what is to come, everything that is booked is looked at.
pub fn answer(world: &World) -> Answer {
    of_all(world, Replaced::default(), |it| Response::json(StatusCode::OK, &render(it)))
}

/// How the clock runs, and what it shows.
pub fn brief(world: &World) -> Json {
    json!({"mode": mode(world).0, "now": world.core.now})
}

/// What a page needs to show the time by itself: the moment, and the simulated seconds that pass in a real one. While a walk is under
/// way, none do.
pub fn ticking(world: &World, uptime: Uptime) -> Json {
    let reading = Reading::of(world, uptime);
    json!({"now": reading.now(), "mode": mode(world).0, "rate": reading.pace().number()})
}

/// The mode of the clock and its rate.
fn mode(world: &World) -> (&'static str, Json) {
    name_and_rate(world.core.clock.mode())
}

fn name_and_rate(mode: Mode) -> (&'static str, Json) {
    match mode {
        Mode::Frozen => ("frozen", json!(0)),
        Mode::Real => ("real", json!(1)),
        Mode::Scaled(rate) => ("scaled", rate.number()),
    }
}

/// The clock, as every call of this section answers it.
pub fn render(world: &World) -> Json {
    let (mode, rate) = mode(world);
    let next = world.next_due().map(|(at, due)| next(world, &Renderer::of(world), at, due));
    json!({"mode": mode, "now": world.core.now, "rate": rate, "pending": world.pending(), "next": next})
}

const PENDING_LIMIT: Field =
    field("limit", Kind::Integer { min: 1, max: 10_000 }, Need::Optional, "how many are listed at most; the default is 100");
/// The query of `list_pending`.
pub const PENDING: &[Field] = &[PENDING_LIMIT];
/// What is listed of what is to come, unless the call says how much.
const PENDING_USUAL: i64 = 100;

/// What is to come, soonest first.
pub fn pending(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let limit = usize::try_from(ask.query.integer(&PENDING_LIMIT)?.unwrap_or(PENDING_USUAL)).unwrap_or(usize::MAX);
    Ok(of_all(ask.world, Replaced::default(), move |world| {
        let mut live = world.core.agenda.iter().filter(|(_, due)| world.is_live(due));
        let rows: Vec<(Timestamp, &Due)> = live.by_ref().take(limit).collect();
        let truncated = live.next().is_some();
        let (render, tables) = (Renderer::of(world), tables(world));
        let pending = Rows(|| rows.iter().map(|(at, due)| upcoming(world, &render, &tables, *at, due)));
        Response::json(StatusCode::OK, &Coming { pending, truncated })
    }))
}

#[derive(Serialize)]
struct Coming<R> {
    pending: R,
    truncated: bool,
}

/// A kind of object of a provider, and its table.
type TableOf = (ProviderId, u8, StatusTable);

fn tables(world: &World) -> Vec<TableOf> {
    let mut tables = Vec::new();
    for (place, provider) in (0_u8..).zip(&world.providers) {
        let table = |it: KeptKind| Some((ProviderId(place), it.kind, provider.contract().lifecycle(it.object)?));
        tables.extend(provider.kinds().into_iter().filter_map(table));
    }
    tables
}

/// Something that is to come, with its words.
fn upcoming(world: &World, render: &Renderer, tables: &[TableOf], at: Timestamp, due: &Due) -> Json {
    let mut shown = next(world, render, at, due);
    shown["detail"] = json!(detail(world, render, tables, due));
    shown
}

fn detail(world: &World, render: &Renderer, tables: &[TableOf], due: &Due) -> String {
    match due {
        Due::Row { provider_id, object, row, .. } => {
            let table = tables.iter().find(|it| (it.0, it.1) == (*provider_id, object.kind));
            let row = table.and_then(|it| it.2.rows.get(usize::from(*row)));
            row.map_or(String::new(), |it| format!("{} ({})", it.to, it.on))
        }
        Due::Block { .. } => "a block".to_owned(),
        Due::Undone { .. } => "confirmations are lost".to_owned(),
        Due::Attempt { delivery, number } => {
            let event = world.core.outbox.get(*delivery).map_or("", |it| &it.event);
            format!("{event} attempt {number}")
        }
        Due::Answer { attempt, .. } => format!("attempt {} is answered", attempt.number),
        Due::Act { act, rule, .. } => render.text(&format!("{act} by the rule `{rule}`")),
        Due::Held { .. } => "it leaves".to_owned(),
    }
}

fn next(world: &World, render: &Renderer, at: Timestamp, due: &Due) -> Json {
    let (kind, provider_id, subject) = match due {
        Due::Row { provider_id, object, .. } => ("timer", *provider_id, world.provider(*provider_id).subject(*object)),
        Due::Block { transfer, .. } | Due::Undone { transfer, .. } => {
            ("block", transfer.provider_id, world.provider(transfer.provider_id).subject(transfer.object))
        }
        Due::Act { provider_id, with, .. } => ("timer", *provider_id, Some(with.to_string())),
        Due::Held { provider_id } => ("timer", *provider_id, Some(HELD.to_owned())),
        Due::Attempt { delivery, .. } | Due::Answer { attempt: AttemptId { delivery, .. }, .. } => {
            let webhook = world.core.outbox.get(*delivery);
            let provider_id = webhook.map_or(crate::engine::ids::ProviderId(0), |it| it.provider_id);
            ("delivery", provider_id, webhook.map(|it| it.subject.clone()))
        }
    };
    let subject = subject.map(|it| render.text(&it));
    json!({"at": at, "kind": kind, "provider": world.provider(provider_id).contract().slug, "subject": subject})
}

/// Why a second caller is refused.
const ONE_CLOCK: &str = "Time is being advanced already, and waits for a receiver. Only one caller moves a sandbox's clock at a time.";

pub fn freeze(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    set_mode(ask, Mode::Frozen)
}

pub fn resume(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    set_mode(ask, Mode::Real)
}

pub fn scale(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    // Only a number, because the answer has a number too; `Rate` would also read a text.
    let rate = match ask.body.json(&RATE).filter(|json| json.starts_with(|it: char| it == '-' || it.is_ascii_digit())) {
        Some(number) => Rate::parse(number),
        None => Err("`rate` is the number of simulated seconds per real second, as 60".to_owned()),
    };
    set_mode(ask, Mode::Scaled(rate.map_err(Problem::invalid)?))
}

fn set_mode(ask: &mut Ask<'_>, mode: Mode) -> Result<Answer, Problem> {
    Problem::unless_walking(ask.now(), ONE_CLOCK)?;
    let core = &mut ask.world.core;
    if mode != core.clock.mode() {
        core.log.push(core.now, None, What::Mode(mode));
    }
    core.clock.set_mode(mode, ask.uptime);
    core.keep_report();
    Ok(answer(ask.world))
}

pub fn advance(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    Problem::unless_walking(ask.now(), ONE_CLOCK)?;
    let until = until(ask.world.core.now, &ask.body)?;
    Ok(Answer::Walk(until, Conclusion::Report))
}

fn until(now: Timestamp, body: &Input<'_>) -> Result<Until, Problem> {
    let choice = (body.text(&BY)?, body.text(&TO)?, body.text(&UNTIL)?);
    let limit = body.text(&LIMIT_OF_UNTIL)?;
    let (limit, choice) = (limit.as_deref(), (choice.0.as_deref(), choice.1.as_deref(), choice.2.as_deref()));
    let after = |text: &str| {
        let span = parse_duration(text).map_err(Problem::invalid)?;
        later(now, span).ok_or_else(|| Problem::invalid(format!("`{text}` leads past the year 9999; it is {now} now")))
    };
    match choice {
        (Some(by), None, None) if limit.is_none() => after(by).map(Until::Time),
        (None, Some(to), None) if limit.is_none() => {
            let to = parse_timestamp(to).map_err(Problem::invalid)?;
            if to < now || end_of_time() < to {
                return Err(Problem::invalid(format!("`to` is {to}, but it is {now} already, and simulated time ends with the year 9999")));
            }
            Ok(Until::Time(to))
        }
        (None, None, Some(word)) => {
            let limit = limit.map_or_else(|| Ok(later(now, LIMIT).unwrap_or_else(end_of_time)), after)?;
            match word {
                "next" => Ok(Until::Next(limit)),
                "idle" => Ok(Until::Idle(limit)),
                _ => Ok(Until::Delivery(limit)),
            }
        }
        _ => Err(Problem::invalid(
            "Send exactly one of `by` (\"31m\"), `to` (RFC 3339) and `until` (next, idle or delivery); `limit` needs `until`.",
        )),
    }
}

/// Whether a request asks for a walk through time that tells what has happened.
pub fn is_advance(request: &Request) -> bool {
    super::find(request).is_some_and(|it| it.name == "advance_clock")
}

/// A walk through time that has arrived.
#[derive(Clone, Debug)]
pub struct Walked {
    /// Where it began.
    pub from: Timestamp,
    /// A bound was hit before its end was reached.
    pub incomplete: bool,
    /// Everything that has happened since the report before. On a clock that runs, since the walk began.
    pub report: Arc<Report>,
}

/// A report with more rows is written on another thread.
const ROWS_AT_ONCE: usize = 200;

/// What a walk is answered with.
#[derive(Serialize)]
struct Told<D, F> {
    deliveries: D,
    deliveries_total: u64,
    fired: F,
    fired_total: u64,
    from: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete: Option<bool>,
    now: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<usize>,
}

/// Tells what has happened.
pub fn report(world: &World, walk: Walked) -> Answer {
    let Walked { from, incomplete, report } = walk;
    let (render, now) = (Renderer::of(world), world.core.now);
    let cut = incomplete.then(|| world.clone());
    // Of what was due and has not left, what still waits for its turn.
    let waits = |it: &u64| world.core.outbox.is_pending(*it);
    let waiting: BTreeSet<u64> = report.not_left().filter(waits).collect();
    let is_short = cut.is_none() && report.fired.len() + report.deliveries.len() <= ROWS_AT_ONCE;
    let make = move || {
        let told = Told {
            deliveries: Rows(|| report.deliveries.iter().map(|it| render.attempted(it))),
            deliveries_total: report.deliveries_total,
            fired: Rows(|| report.fired.iter().map(|it| render.fired(it, &waiting))),
            fired_total: report.fired_total,
            from,
            incomplete: incomplete.then_some(true),
            now,
            pending: cut.as_ref().map(World::pending),
        };
        Response::json(StatusCode::OK, &told)
    };
    if is_short { Answer::Now(make()) } else { Answer::Later(Later::new(make)) }
}
