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
mod plan;
mod progress;
mod recognise;
mod record;
mod rehearsal;
mod runs;
mod script;
mod twins;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Map, Value as Json};

use self::forms::Form;
use self::items::{Items, Note, items};
use self::plan::{Plan, plan};
use self::progress::Progress;
use self::rehearsal::played;
use self::runs::Numbered;
use self::script::{Clock, Script, Step};
use super::output::{print, tell};
use super::paths::{bounded, kind, quoted, shown};
use super::scenarios::{contracts, count};
use super::{Exit, Stop, written};
use crate::engine::tables::Contract;
use crate::providers;
use crate::scenario::{STEPS_MAX, yaml};

/// Bytes of a log.
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// Lines of a log that concern the provider.
const ITEMS_MAX: usize = 500;
/// Notes that are shown.
const NOTES_MAX: usize = 50;

/// What stands behind the steps: how to ask the application.
const PROBE: &str = "# What has your application made of the webhooks? Ask it, with its address in place of this one:
# - probe:
#     url: http://127.0.0.1:8000/orders/1
#     expect: { status: 200 }
";

/// Which log to read, and where the scenario goes.
#[derive(Args)]
pub struct Import {
    /// A log of webhooks and calls, one JSON object a line; `-` is standard input
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
        let text = text(&self.log)?;
        let records = forms::read(&text, self.form).map_err(|it| Stop::usage(format!("{name}:{}:{}: {}", it.line, it.column, it.why)))?;
        let items = items(contract, &records);
        if items.all.is_empty() {
            return Err(Stop::usage(format!("{name} has no call and no webhook of {}", contract.name)));
        }
        if ITEMS_MAX < items.all.len() {
            let lines = items.all.len();
            return Err(Stop::usage(format!(
                "{lines} lines of {name} concern {}, and a scenario takes at most {ITEMS_MAX}: give a part of the log",
                contract.name
            )));
        }
        let plan = plan(contract, &items, &mut Progress::start());
        let mut notes: Vec<Note> = items.notes.iter().cloned().chain(plan.notes.iter().cloned()).collect();
        if plan.calls + plan.webhooks == 0 {
            self.tell(&mut notes, items.foreign);
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
        self.tell(&mut notes, items.foreign);
        match &self.output {
            None => print(&text)?,
            Some(path) => {
                written::new(path, &text)?;
                let (calls, webhooks) = (count(plan.calls, "call"), count(plan.webhooks, "webhook"));
                let command = format!("play it with: playmoney run {} --webhook-url URL", quoted(path));
                tell(format!("wrote {}: {calls}, {webhooks}{numbers}; {command}", shown(path)));
            }
        }
        if let Some(why) = &failed {
            tell(format!("playmoney: the scenario does not hold when it is played: {why}"));
        }
        Ok(if failed.is_some() || (self.strict && !notes.is_empty()) { Exit::Failed } else { Exit::Good })
    }

    /// Says what the scenario leaves out, and on which line.
    fn tell(&self, notes: &mut Vec<Note>, foreign: usize) {
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
    let text = yaml::written(&script).map_err(|why| Stop { exit: Exit::Failed, why: format!("the scenario cannot be written: {why}") })?;
    Ok(format!("{}\n{PROBE}", text.trim_end()))
}

/// Reads a log.
fn text(path: &Path) -> Result<String, Stop> {
    let cannot = |why: std::io::Error| Stop::usage(format!("cannot read {}: {why}", shown(path)));
    let bytes = if path == Path::new("-") {
        bounded(std::io::stdin().lock(), BYTES_MAX).map_err(cannot)?
    } else {
        let metadata = std::fs::metadata(path).map_err(cannot)?;
        if !metadata.is_file() {
            return Err(Stop::usage(format!("cannot read {}: it is {}, not a file", shown(path), kind(metadata.file_type()))));
        }
        bounded(File::open(path).map_err(cannot)?, BYTES_MAX).map_err(cannot)?
    };
    let bytes = bytes.ok_or_else(|| Stop::usage(format!("{} is larger than {BYTES_MAX} bytes: give a part of the log", shown(path))))?;
    String::from_utf8(bytes).map_err(|why| {
        let before = String::from_utf8_lossy(&why.as_bytes()[..why.utf8_error().valid_up_to()]).into_owned();
        let (line, column) = (before.matches('\n').count() + 1, before.rsplit('\n').next().map_or(1, |it| it.chars().count() + 1));
        Stop::usage(format!("{}:{line}:{column}: this is not UTF-8", shown(path)))
    })
}
