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
mod progress;
mod reading;
mod recognise;
mod record;
mod rehearsal;
mod runs;
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
use self::progress::Progress;
use self::rehearsal::played;
use self::runs::Numbered;
use self::script::{Clock, Script, Step};
use super::output::{pass_on, tell};
use super::paths::{quoted, shown};
use super::scenarios::{contracts, count};
use super::{Exit, Stop, written};
use crate::engine::tables::Contract;
use crate::providers;
use crate::scenario::{STEPS_MAX, yaml};

/// Notes that are shown.
const NOTES_MAX: usize = 50;
/// How a run sends the webhooks to the application, in an example.
const APPLICATION: &str = "--webhook-url http://127.0.0.1:8080/hooks";

/// What stands behind the steps: how to ask the application.
const PROBE: &str = "# What has your application made of the webhooks? Ask it, with its address in place of this one:
# - probe:
#     url: http://127.0.0.1:8000/orders/1
#     expect: { status: 200 }
";

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
        let plan = plan(contract, &items, &mut Progress::start());
        if plan.calls + plan.webhooks == 0 {
            self.tell(&mut all_notes(&log, &items, &plan.notes), items.foreign, &log);
            let has_calls = items.all.iter().any(|it| matches!(it.what, items::Kind::Call { .. }));
            let why =
                if has_calls { "" } else { ": the calls of the application that made the objects of its webhooks have to be in it too" };
            return Err(Stop::usage(format!("no line of {name} is one that a scenario could give again{why}")));
        }
        if STEPS_MAX < plan.steps.len() {
            let needed = plan.steps.len();
            return Err(Stop::usage(format!(
                "the scenario would have {needed} steps, and at most {STEPS_MAX} are allowed: give a part of the log"
            )));
        }
        let Written { text, failed, numbers } = written_for_runs(contract, &items, &plan)?;
        let mut notes = all_notes(&log, &items, &plan.notes);
        self.tell(&mut notes, items.foreign, &log);
        match &self.output {
            // Nothing of the log is left in it that standard output would have to hide.
            None => pass_on(text.as_bytes())?,
            Some(path) => {
                written::new(path, &text)?;
                let (calls, webhooks) = (count(plan.calls, "call"), count(plan.webhooks, "webhook"));
                let command = format!("play it with: playmoney run {} {APPLICATION}", quoted(path));
                tell(format!("wrote {}: {calls}, {webhooks}{numbers}; {command}", shown(path)));
            }
        }
        tell_kept(&items.kept);
        if plan.webhooks == 0 && 0 < items.foreign + log.passed {
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

/// A scenario as text.
struct Written {
    text: String,
    /// Why it does not hold when it is played.
    failed: Option<String>,
    /// What it does with the order numbers, for people.
    numbers: String,
}

/// The scenario with order numbers of each run's own; or with those of the log, if it holds with these only.
fn written_for_runs(contract: &'static Contract, items: &Items, plan: &Plan) -> Result<Written, Stop> {
    let mut steps = plan.steps.clone();
    let Numbered { changed, kept } = runs::number(contract, &mut steps);
    let kept: Vec<String> = kept.iter().map(|it| format!("`{it}`")).collect();
    if 0 < changed {
        let text = scenario(contract, items, plan, steps)?;
        if played(&text)?.is_none() {
            let others = if kept.is_empty() { String::new() } else { format!("; {} the same in each run", of_all(&kept, "stays", "stay")) };
            let numbers = format!(", {} with ${{run}}{others}", count(changed, "order number"));
            return Ok(Written { text, failed: None, numbers });
        }
    }
    let text = scenario(contract, items, plan, plan.steps.clone())?;
    let failed = played(&text)?;
    let numbers = match (changed, &kept[..]) {
        (0, []) => String::new(),
        (0, _) => format!("; {} the same in each run", of_all(&kept, "stays", "stay")),
        (_, _) => ", order numbers stay the same in each run".to_owned(),
    };
    Ok(Written { text, failed, numbers })
}

/// Names, and what they do.
fn of_all(names: &[String], one: &str, several: &str) -> String {
    format!("{} {}", names.join(", "), if names.len() == 1 { one } else { several })
}

/// The scenario as YAML.
fn scenario(contract: &'static Contract, items: &Items, plan: &Plan, steps: Vec<Step>) -> Result<String, Stop> {
    let settings: Map<String, Json> = course::SETTINGS.iter().map(|(name, text)| ((*name).to_owned(), Json::from(*text))).collect();
    let (calls, webhooks) = (count(plan.calls, "call"), count(plan.webhooks, "webhook"));
    let script = Script {
        version: 1,
        name: format!("a log of {}", contract.name),
        description: format!("{calls} and {webhooks} of a log, with other names, numbers and dates."),
        clock: Clock { mode: "frozen", now: items.begin().to_string() },
        providers: BTreeMap::from([(contract.slug, Json::Object(settings))]),
        rules: plan.rules.clone(),
        steps,
    };
    let text = yaml::written(&script).map(|it| script::with_lines(&it, &script.steps));
    let text = text.map_err(|why| Stop { exit: Exit::Failed, why: format!("the scenario cannot be written: {why}") })?;
    Ok(format!("{}\n{PROBE}", text.trim_end()))
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
