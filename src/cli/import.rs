//! `playmoney import`: a log of production becomes a scenario.
//!
//! ```text
//! log ─▶ forms  a record each line ─▶ recognise  call or event ─▶ disguise
//!     ─▶ plan  a sandbox follows ─▶ script ─▶ YAML, played once
//! ```

mod causes;
mod course;
mod disguise;
mod entry;
mod forms;
mod items;
mod nearly;
mod plan;
mod reading;
mod recognise;
mod record;
mod script;
mod twins;
mod unread;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Map, Value as Json};

use self::forms::{Form, Log};
use self::items::{Items, Note, items};
use self::plan::{Plan, plan};
use self::script::{Clock, Script};
use super::output::{pass_on, tell};
use super::paths::{quoted, shown};
use super::scenarios::{contracts, count};
use super::{Exit, Stop, written};
use crate::engine::start::Start;
use crate::providers;
use crate::scenario::{Known, STEPS_MAX, parse, yaml};
use crate::stage::{INBOXES, MemoryStage, play};

/// Notes that are shown.
const NOTES_MAX: usize = 50;
/// How a run sends the webhooks to the application, in an example.
const APPLICATION: &str = "--webhook-url http://127.0.0.1:8080/hooks";

/// Which log to read, and where the scenario goes.
#[derive(Args)]
pub struct Import {
    /// A log of webhooks and calls, one JSON object a line, as nginx or Kong write it; `-` is standard input
    log: PathBuf,
    /// The provider whose calls and webhooks become the scenario
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(slugs()))]
    provider: String,
    /// The scenario to write; without it, to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The form of the log's lines
    #[arg(long, value_enum, default_value = "auto")]
    form: Form,
    /// A member whose values stay as they are, such as `product`; repeatable
    #[arg(long, value_name = "NAME")]
    keep: Vec<String>,
    /// Fail when the scenario leaves something out, or differs from the log
    #[arg(long)]
    strict: bool,
}

fn slugs() -> Vec<&'static str> {
    providers::all().iter().map(|it| it.contract().slug).collect()
}

impl Import {
    /// Writes the scenario, and says what it leaves out.
    pub fn run(self) -> Result<Exit, Stop> {
        let contract = contracts().into_iter().find(|it| it.slug == self.provider);
        let contract = contract.ok_or_else(|| Stop::usage(format!("no provider is named {}", self.provider)))?;
        let name = shown(&self.log);
        if let Some(path) = &self.output {
            written::may_be_new_beside(path)?;
        }
        let log = reading::log(&self.log, self.form, contract)?;
        let items = items(contract, &log.records, &self.keep);
        if let Some(stop) = reading::makes_none(&self.log, contract, &log, &items) {
            self.tell(&mut all_notes(&log, &items, &[]), items.foreign, &log);
            return Err(stop);
        }
        let Plan { steps, notes, calls, webhooks } = plan(contract, &items);
        if calls + webhooks == 0 {
            self.tell(&mut all_notes(&log, &items, &notes), items.foreign, &log);
            return Err(Stop::usage(format!("no line of {name} is one that a scenario could give again")));
        }
        if STEPS_MAX < steps.len() {
            let needed = steps.len();
            return Err(Stop::usage(format!(
                "the scenario would have {needed} steps, and at most {STEPS_MAX} are allowed: give a part of the log"
            )));
        }
        let settings: Map<String, Json> = course::SETTINGS.iter().map(|(name, text)| ((*name).to_owned(), Json::from(*text))).collect();
        let script = Script {
            version: 1,
            name: format!("a log of {}", contract.name),
            description: format!(
                "{} and {} of a log, with other names, numbers and dates.",
                count(calls, "call"),
                count(webhooks, "webhook")
            ),
            clock: Clock { mode: "frozen", now: items.begin().to_string() },
            providers: BTreeMap::from([(contract.slug, Json::Object(settings))]),
            steps,
        };
        let text = yaml::written(&script).map(|it| script::with_lines(&it, &script.steps));
        let text = text.map_err(|why| Stop { exit: Exit::Failed, why: format!("the scenario cannot be written: {why}") })?;
        let mut notes = all_notes(&log, &items, &notes);
        let failed = played(&text)?;
        self.tell(&mut notes, items.foreign, &log);
        match &self.output {
            // Nothing of the log is left in it that standard output would have to hide.
            None => pass_on(text.as_bytes())?,
            Some(path) => {
                written::new(path, &text)?;
                let (calls, webhooks) = (count(calls, "call"), count(webhooks, "webhook"));
                tell(format!("wrote {}: {calls}, {webhooks}; play it with: playmoney run {} {APPLICATION}", shown(path), quoted(path)));
            }
        }
        tell_kept(&items.kept);
        if webhooks == 0 && 0 < items.foreign + log.passed {
            tell(format!("no line has a webhook of {}: if your application got some, they are among the lines passed over", contract.name));
        }
        if let Some(why) = &failed {
            tell(format!("playmoney: the scenario does not hold when it is played: {why}"));
        }
        Ok(if failed.is_some() || (self.strict && !notes.is_empty()) { Exit::Failed } else { Exit::Good })
    }

    /// Says what the scenario leaves out, and on which line.
    fn tell(&self, notes: &mut Vec<Note>, foreign: usize, log: &Log) {
        notes.sort_by_key(|it| it.line);
        let mut said = BTreeSet::new();
        notes.retain(|it| said.insert((it.line, it.why.clone())));
        let name = shown(&self.log);
        for it in notes.iter().take(NOTES_MAX) {
            tell(format!("{name}:{}: {}", it.line, it.why));
        }
        if NOTES_MAX < notes.len() {
            tell(format!("and {} more", notes.len() - NOTES_MAX));
        }
        if 0 < foreign {
            tell(format!("{} about something else passed over", count(foreign, "line")));
        }
        if let Some(first) = &log.first {
            let why = format!("{}:{}: {}", first.line, first.column, first.why);
            tell(format!("{} that cannot be read passed over, the first at {name}:{why}", count(log.passed, "line")));
        }
    }
}

/// All that the scenario leaves out or tells in another way.
fn all_notes(log: &Log, items: &Items, notes: &[Note]) -> Vec<Note> {
    let broken = log.broken.iter().map(|it| Note { line: it.line, why: format!("{}; it is left out", it.why) });
    broken.chain(items.notes.iter().cloned()).chain(notes.iter().cloned()).collect()
}

/// Says what the user wanted to keep, and what of it the log has.
fn tell_kept(kept: &BTreeMap<String, usize>) {
    let names: Vec<String> = kept.iter().filter(|it| 0 < *it.1).map(|(name, times)| format!("{name} ({times})")).collect();
    if !names.is_empty() {
        tell(format!("kept as they are in the log: {}", names.join(", ")));
    }
    for name in kept.iter().filter(|it| *it.1 == 0).map(|it| it.0) {
        tell(format!("--keep {name}: no call and no webhook has such a member"));
    }
}

/// Plays a scenario in memory, as `playmoney run` does. Returns why a step has failed.
fn played(text: &str) -> Result<Option<String>, Stop> {
    let contracts = contracts();
    let wrong = |why: String| Stop { exit: Exit::Failed, why: format!("the scenario is not valid:\n{why}") };
    let scenario = parse("scenario", text, Known { contracts: &contracts, environment: None }).map_err(|it| wrong(it.render(false)))?;
    let start = Start { webhook_url: Some(INBOXES.to_owned()), judged_by_simulated_time: true, ..Start::default() };
    let mut stage = MemoryStage::new(scenario.apply_to(start));
    let report = play(&scenario, &mut stage);
    let failed = report.failed().and_then(|it| it.failure.as_ref().map(|why| format!("{} ({})", it.title, why.why)));
    Ok(failed)
}
