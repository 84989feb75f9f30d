//! `playmoney explore`: a scenario under every legal schedule of its webhooks, against a real application.

mod hints;
mod playing;
mod report;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::output::{print, tell, tell_count};
use super::paths::{File, files, shown};
use super::run::{PlayedFile, excerpt, file_report, first_run};
use super::scenarios::{load, tell_mistakes};
use super::serve::listen::{Place, place};
use super::serve::target;
use super::style::{fitted, judged, known_columns};
use super::{Exit, Stop, written};
use crate::edge::driver::Stopwatch;
use crate::explore::{self, BUDGET, BUDGET_MAX, End, Explored, FIRST_RUN_MAX, Limits, Progress, Receiver, Task};
use crate::kit::concealed;
use crate::kit::time::Timestamp;
use crate::scenario::{Scenario, StepKind};

/// What to explore, and how far.
#[derive(Args)]
pub struct Explore {
    /// The scenario; its expectations and its step `probe` say what must hold
    scenario: PathBuf,
    /// Where the application receives webhooks; {provider} is replaced by the slug of the provider, {job} by the number of the job, from 0,
    /// which the scenario has as ${job}
    #[arg(long, value_name = "URL", value_parser = receiver, env = "PLAYMONEY_WEBHOOK_URL")]
    webhook_url: String,
    /// An address to serve on (repeatable); port 0 picks a free port, `localhost` is both loopback addresses, a port alone is on 127.0.0.1;
    /// each further job has the next port
    #[arg(long, value_name = "ADDR:PORT", value_parser = place, value_delimiter = ',', default_value = "127.0.0.1:4242")]
    listen: Vec<Place>,
    /// Drawn ids of all runs, and schedules of three deviations and more, follow from it; default: the seed of the scenario
    #[arg(long, value_name = "N", env = "PLAYMONEY_SEED")]
    seed: Option<u64>,
    /// Ids and ${run} of the runs follow from their numbers, which begin here; default: a number of the real time, so that an application
    /// that keeps running gets ids that it has not seen
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(FIRST_RUN_MAX)))]
    first_run: Option<u32>,
    /// Play at most this number of runs; those that make a failing schedule shorter come on top
    #[arg(long, value_name = "N", default_value_t = BUDGET, value_parser = clap::value_parser!(u32).range(1..=i64::from(BUDGET_MAX)))]
    budget: u32,
    /// Play this number of runs at a time, each on a server of its own, for applications that take it: those that only receive, or one
    /// application for each {job}
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=32))]
    jobs: u8,
    /// Write the scenario with the rules of the schedule that breaks it to this new file, for `playmoney run`
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = "Write a report for CI servers to this file, in the XML of JUnit")]
    junit: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Keep a file with the time of the run that is being played, which libfaketime reads as `FAKETIME_TIMESTAMP_FILE` with
    /// `FAKETIME_FMT=%s`; as `playmoney serve --faketime-file`, and with one job only
    #[arg(long, value_name = "FILE")]
    faketime_file: Option<PathBuf>,
}

fn receiver(text: &str) -> Result<String, String> {
    target(&text.replace("{job}", "0")).map(|_| text.to_owned())
}

/// An exploration that has ended, with what reports need.
struct Ended<'a> {
    file: &'a File,
    scenario: &'a Scenario,
    seed: u64,
    budget: u32,
    first_run: u32,
    webhook_url: &'a str,
    explored: &'a Explored,
    /// The file with the schedule.
    written: Option<&'a PathBuf>,
    began: Timestamp,
    took: Duration,
}

impl Explore {
    /// Explores, and prints what was found.
    pub fn run(self) -> Result<Exit, Stop> {
        let file = self.file()?;
        if let Some(file) = &self.junit {
            written::may_report(file)?;
        }
        if let Some(file) = &self.write {
            written::may_be_new(file)?;
        }
        if let Some(file) = &self.faketime_file {
            if 1 < self.jobs {
                let why = "--faketime-file shows one time, and each of several --jobs has its own: explore with --jobs 1";
                return Err(Stop::usage(why));
            }
            written::may_show_time(file)?;
        }
        let scenario = match load(&file) {
            Ok(it) => it,
            Err(mistakes) => {
                tell_mistakes(&mistakes);
                return Ok(Exit::Usage);
            }
        };
        scenario.warnings.iter().filter(|_| !self.json).for_each(tell_mistakes);
        if scenario.steps.is_empty() {
            return Err(Stop::usage(format!("{} has no steps: nothing would be played", shown(&self.scenario))));
        }
        if !scenario.steps.iter().any(crate::scenario::Step::proves) {
            return Err(Stop::usage(format!("{} expects nothing, so nothing can break: add the step `probe`", shown(&self.scenario))));
        }
        let asks = |it: &StepKind| matches!(it, StepKind::Probe { .. } | StepKind::WaitFor(_));
        if !self.json && !scenario.steps.iter().any(|it| it.any(&asks)) {
            tell("playmoney: the scenario asks the application nothing, so a wrong order is not seen: add the step `probe`");
        }
        let stopwatch = Stopwatch::start();
        let seed = self.seed.or(scenario.seed).unwrap_or(1);
        let began = stopwatch.uptime().date;
        let first_run = self.first_run.unwrap_or_else(|| first_run(began));
        let explored = self.explore(&scenario, seed, first_run)?;
        let written = self.save(&file, &explored)?;
        let (took, webhook_url, budget) = (stopwatch.uptime().elapsed, &self.webhook_url, self.budget);
        let told =
            Ended { file: &file, scenario: &scenario, seed, budget, first_run, webhook_url, explored: &explored, written, began, took };
        self.tell(&told)?;
        Ok(match explored.end {
            End::Nothing => Exit::Good,
            End::Untried => Exit::Usage,
            End::FailsPlainly | End::FailsAgain(_) | End::Found(_) => Exit::Failed,
        })
    }

    fn file(&self) -> Result<File, Stop> {
        if self.scenario.is_dir() {
            return Err(Stop::usage(format!("{} is a folder: explore one scenario at a time", shown(&self.scenario))));
        }
        let file = files(std::slice::from_ref(&self.scenario))?.pop();
        let place = |it: &PathBuf| std::fs::canonicalize(it).ok();
        let own = place(&self.scenario);
        if let Some(other) = self.junit.iter().chain(&self.write).find(|it| own.is_some() && place(it) == own) {
            return Err(Stop::usage(format!("{} is the scenario: it would be replaced", shown(other))));
        }
        if self.junit.is_some() && self.junit == self.write {
            return Err(Stop::usage("--junit and --write name the same file"));
        }
        file.ok_or_else(|| Stop::usage(format!("cannot read {}", shown(&self.scenario))))
    }

    fn explore(&self, scenario: &Scenario, seed: u64, first_run: u32) -> Result<Explored, Stop> {
        let limits = Limits { seed, first_run, budget: self.budget, jobs: self.jobs.into(), receiver: Receiver::Parallel };
        let servers = playing::Servers::start(self)?;
        if !self.json {
            tell(servers.in_words(&self.webhook_url));
        }
        let is_terminal = !self.json && std::io::IsTerminal::is_terminal(&std::io::stderr());
        let stopwatch = Stopwatch::start();
        let mut told = Duration::ZERO;
        let mut progress = |it: Progress| {
            /// Without a terminal each line stays, so few are written.
            const PAUSE: Duration = Duration::from_secs(10);
            let now = stopwatch.uptime().elapsed;
            if is_terminal {
                tell_count(&report::progress(&it));
            } else if !self.json && PAUSE <= now.saturating_sub(told) {
                told = now;
                tell(format!("playmoney: {}", report::progress(&it)));
            }
        };
        let mut waiting = |waited: Duration, tasks: &[Task<'_>]| {
            if !self.json {
                tell(format!("playmoney: {}", report::waiting(waited, tasks)));
            }
        };
        let mut play = |tasks: &[Task<'_>]| servers.play(scenario, seed, tasks, &mut waiting);
        let explored = explore::explore(scenario, &limits, &mut play, &mut progress);
        if is_terminal {
            tell_count("");
        }
        explored
    }

    /// Writes the schedule that was found.
    fn save(&self, file: &File, explored: &Explored) -> Result<Option<&PathBuf>, Stop> {
        let (Some(path), End::Found(found)) = (&self.write, &explored.end) else { return Ok(None) };
        written::new(path, &explore::with_rules(&file.text, &found.schedule, &explored.prefix))?;
        Ok(Some(path))
    }

    fn tell(&self, told: &Ended<'_>) -> Result<(), Stop> {
        if self.json {
            print(&report::json(told).to_string())?;
        } else {
            let stdout = std::io::stdout();
            let columns = known_columns(&stdout);
            print(&judged(&fitted(&report::page(told, columns), &stdout)))?;
        }
        if let Some(file) = &self.junit {
            written::report(file, &concealed::text(&report::junit(told)?))?;
        }
        Ok(())
    }
}

/// A run as `playmoney run` reports it.
fn played(told: &Ended<'_>, run: &explore::Run) -> PlayedFile {
    let mut own = PlayedFile::of(run.report.clone());
    own.path.clone_from(&told.file.path);
    own.name.clone_from(&told.scenario.name);
    own.seed = told.seed;
    own.webhook_url = Some(told.webhook_url.replace("{job}", "0"));
    own.excerpt = excerpt(told.scenario, &run.report);
    own
}

/// The lines about a run that has failed without a deviation.
fn plain_failure(told: &Ended<'_>, run: &explore::Run, columns: Option<usize>) -> String {
    file_report(&played(told, run), &run.report, columns)
}
