//! `playmoney clock`: shows and moves the simulated time of a sandbox.

use std::collections::BTreeSet;
use std::fmt::Write;

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::client::{Connection, Question};
use super::journal::attempt_cell;
use super::output::{pass_on, print};
use super::serve::moment;
use super::style::{GOOD, STRONG, WARNING, fitted, painted};
use super::table::{Cell, table};
use super::{Exit, Stop};
use crate::control::LIMIT;
use crate::kit::printable::{counted, line};
use crate::kit::time::{Duration, Timestamp, later, parse_duration, parse_timestamp};
use crate::stage::{STANDS_STILL, WALKS_AT_ONE_INSTANT_MAX};

/// What to do with the clock; without a word, it is shown.
#[derive(Args)]
pub struct Clock {
    #[command(subcommand)]
    change: Option<Change>,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Subcommand)]
enum Change {
    /// Lets time pass; everything that is due on the way happens, webhooks included
    Advance {
        /// How much time passes, such as 31m, 1h30m or 7d; or the moment at which to stop, such as 2026-01-02T00:00:00Z
        #[arg(value_name = "SPAN|MOMENT", value_parser = how_far)]
        how_far: HowFar,
    },
    /// Lets time pass until something has happened
    Until {
        /// Stop after the next thing that is due, when nothing is left to come, or after the next attempt of a webhook
        #[arg(value_parser = ["next", "idle", "delivery"])]
        what: String,
        /// How much time may pass at most
        #[arg(long, value_name = "SPAN", value_parser = parse_duration, default_value = "30d")]
        limit: Duration,
    },
    /// Stops time
    Freeze,
    /// Lets time run as fast as real time
    Resume,
    /// Lets time run at a rate
    Scale {
        /// Simulated seconds for each real second, such as 60
        #[arg(value_parser = rate)]
        rate: serde_json::Number,
    },
}

#[derive(Clone)]
enum HowFar {
    By(Duration),
    To(Timestamp),
}

fn how_far(text: &str) -> Result<HowFar, String> {
    let is_moment = text.len() > 4 && text.as_bytes()[4] == b'-';
    if is_moment { moment(text).map(HowFar::To) } else { parse_duration(text).map(HowFar::By) }
}

fn rate(text: &str) -> Result<serde_json::Number, String> {
    let number = text.strip_suffix('x').unwrap_or(text);
    number.parse().map_err(|_| format!("`{text}` is not a rate: write a number, such as 60"))
}

impl Clock {
    pub fn run(self) -> Result<Exit, Stop> {
        let show = |path: &[&str], body: Option<Json>| {
            let question = body.map_or_else(|| Question::get(path), |it| Question::post(path, it));
            self.connection.show(&self.connection.ask(&question)?, page)
        };
        match &self.change {
            None => show(&["clock"], None),
            Some(Change::Freeze) => show(&["clock", "freeze"], Some(json!({}))),
            Some(Change::Resume) => show(&["clock", "resume"], Some(json!({}))),
            Some(Change::Scale { rate }) => show(&["clock", "scale"], Some(json!({"rate": rate}))),
            Some(Change::Advance { how_far: HowFar::By(by) }) => {
                self.walk(json!({"by": by}), |from, _| later(from, *by).map(|to| json!({"to": to})))
            }
            Some(Change::Advance { how_far: HowFar::To(to) }) => self.walk(json!({"to": to}), |_, _| Some(json!({"to": to}))),
            Some(Change::Until { what, limit }) => self.walk(json!({"until": what, "limit": limit}), |from, now| {
                let left = later(from, *limit)?.duration_since(now);
                Some(json!({"until": what, "limit": left.max(Duration::ZERO)}))
            }),
        }
    }

    /// Lets time pass. A walk that has hit a bound is continued; `rest` says how, from where the first began and where the last ended.
    fn walk(&self, mut body: Json, rest: impl Fn(Timestamp, Timestamp) -> Option<Json>) -> Result<Exit, Stop> {
        let (mut total, mut began, mut at_one_instant) = (Total::default(), None, 0);
        loop {
            let reply = self.connection.ask(&Question::post(&["clock", "advance"], body))?;
            let report = reply.json();
            if self.connection.is_json() {
                pass_on(&reply.body)?;
            } else {
                print_rows(&report)?;
            }
            total.add(&report);
            let moment = |name: &str| report[name].as_str().and_then(|it| parse_timestamp(it).ok());
            began = began.or(moment("from"));
            if report["incomplete"] != json!(true) {
                break;
            }
            at_one_instant = if report["from"] == report["now"] { at_one_instant + 1 } else { 0 };
            if at_one_instant == WALKS_AT_ONE_INSTANT_MAX {
                return Err(Stop { exit: Exit::Failed, why: STANDS_STILL.to_owned() });
            }
            let next = began.zip(moment("now")).and_then(|(from, now)| rest(from, now));
            body =
                next.ok_or_else(|| Stop { exit: Exit::Failed, why: "the report of the server does not say where time stands".to_owned() })?;
        }
        if !self.connection.is_json() {
            print(&fitted(&total.text(), &std::io::stdout()))?;
        }
        Ok(Exit::Good)
    }
}

/// The clock, and what is due next.
pub fn page(clock: &Json) -> String {
    let mode = if clock["mode"] == "scaled" { format!("{}x", clock["rate"]) } else { text(&clock["mode"]) };
    let mut page = format!("{} ({mode})", painted(STRONG, text(&clock["now"])));
    let next = &clock["next"];
    if next.is_object() {
        let words = ["at", "kind", "provider", "subject"].map(|it| text(&next[it]));
        _ = write!(page, "\nnext     {}", words.join(" ").trim_end());
    }
    _ = write!(page, "\npending  {}", clock["pending"]);
    page
}

/// A member as a text for people.
pub fn text(member: &Json) -> String {
    let text = member.as_str().map_or_else(|| member.to_string(), str::to_owned);
    if member.is_null() { String::new() } else { line(&text).into_owned() }
}

/// What a report lists: what was due, and each attempt with its outcome. An attempt that was due is told once, with its outcome.
fn print_rows(report: &Json) -> Result<(), Stop> {
    let rows = |name: &str| report[name].as_array().cloned().unwrap_or_default();
    let key = |it: &Json, what: String| (text(&it["at"]), text(&it["provider"]), text(&it["subject"]), what);
    let attempts = rows("deliveries");
    let told: BTreeSet<_> = attempts.iter().map(|it| key(it, format!("{} attempt {}", text(&it["event"]), it["attempt"]))).collect();
    let is_told = |it: &Json| it["kind"] == "delivery" && told.contains(&key(it, text(&it["detail"])));
    let fired = rows("fired").into_iter().filter(|it| !is_told(it));
    let fired = fired.map(|it| ["at", "kind", "provider", "subject", "detail"].map(|name| Cell::plain(&text(&it[name]))));
    let fired: Vec<_> = fired.collect();
    if !fired.is_empty() {
        print(&table(["due at", "what", "provider", "subject", "detail"], &fired))?;
        print("")?;
    }
    let attempt = |it: Json| {
        let event = format!("{}.{}", text(&it["provider"]), text(&it["event"]));
        let [at, id, subject, number] = ["at", "id", "subject", "attempt"].map(|name| Cell::plain(&text(&it[name])));
        [at, id, number, attempt_cell(&it), subject, Cell::plain(&event)]
    };
    let attempts: Vec<_> = attempts.into_iter().map(attempt).collect();
    if !attempts.is_empty() {
        print(&table(["sent at", "delivery", "attempt", "outcome", "subject", "event"], &attempts))?;
        print("")?;
    }
    Ok(())
}

/// What all walks of a command have done.
#[derive(Default)]
struct Total {
    fired: u64,
    attempts: u64,
    accepted: usize,
    /// Rows that are in no report, because a report has no more.
    unlisted: u64,
    from: String,
    now: String,
}

impl Total {
    fn add(&mut self, report: &Json) {
        for (list, total, sum) in [("fired", "fired_total", &mut self.fired), ("deliveries", "deliveries_total", &mut self.attempts)] {
            let listed = report[list].as_array().map_or(0, Vec::len) as u64;
            let all = report[total].as_u64().unwrap_or(listed);
            *sum += all;
            self.unlisted += all.saturating_sub(listed);
        }
        let is_accepted = |it: &&Json| matches!(it["status"].as_u64(), Some(200..=299));
        self.accepted += report["deliveries"].as_array().map_or(0, |all| all.iter().filter(is_accepted).count());
        if self.from.is_empty() {
            self.from = text(&report["from"]);
        }
        self.now = text(&report["now"]);
    }

    fn text(&self) -> String {
        let refused = self.attempts.saturating_sub(self.accepted as u64);
        let outcome = match (self.attempts, self.unlisted) {
            (0, _) => "no webhook was sent".to_owned(),
            (_, 0) if refused == 0 => painted(GOOD, format!("{}, all answered with 2xx", counted(self.attempts, "attempt"))),
            (_, 0) => painted(WARNING, format!("{}, {refused} not answered with 2xx", counted(self.attempts, "attempt"))),
            _ => counted(self.attempts, "attempt"),
        };
        let mut text = format!("{} -> {}: {}, {outcome}", self.from, painted(STRONG, &self.now), counted(self.fired, "thing") + " due");
        if 0 < self.unlisted {
            _ = write!(text, "\n{} more than a report lists: see `playmoney deliveries` and `playmoney requests`", self.unlisted);
        }
        text
    }
}

/// The limit that the server has without one is the default of `--limit`.
const _: () = assert!(LIMIT.as_secs() == 30 * 24 * 60 * 60);
