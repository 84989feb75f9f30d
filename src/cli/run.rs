//! `playmoney run`: scenario files, each in a fresh sandbox, in parallel.

mod live;
mod report;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::engine::start::Start;
use crate::scenario::{Mistakes, Scenario};
use crate::stage::{INBOXES, MemoryStage, Report, play};
use clap::Args;

use super::scenarios::{File, counted, files, load, styled};
use super::serve::{address, target};
use super::{Exit, Stop};

/// What to play, and how to tell of it.
#[derive(Args)]
pub struct Run {
    /// Scenario files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only scenarios whose path or name holds this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// The seed of every sandbox, in place of the files' own
    #[arg(long, value_name = "N", env = "PLAYMONEY_SEED")]
    seed: Option<u64>,
    /// Play each file so often, each time with the next seed
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    repeat: u64,
    #[arg(long, value_name = "FILE", help = "Write a report for CI servers, in the XML of JUnit")]
    junit: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Serve, one file at a time, and send webhooks to a real application in place of the built-in inboxes; {provider} is
    /// replaced by the provider's slug
    #[arg(long, value_name = "URL", value_parser = target)]
    webhook_url: Option<String>,
    /// Where to serve, with --webhook-url; port 0 picks a free one
    #[arg(long, value_name = "ADDR:PORT", value_parser = address, default_value = "127.0.0.1:4242", requires = "webhook_url")]
    listen: std::net::SocketAddr,
    /// With --webhook-url, a file for the base URL, as JSON, written once requests are accepted
    #[arg(long, value_name = "FILE", requires = "webhook_url")]
    ready_file: Option<PathBuf>,
}

/// A file, and the scenario in it.
type Loaded = (File, Result<Scenario, Mistakes>);

/// One file, played once.
pub struct Verdict {
    pub path: String,
    pub name: String,
    pub seed: u64,
    /// What came of it; or why it is no scenario.
    pub came: Result<Report, Mistakes>,
}

impl Verdict {
    fn exit(&self) -> Exit {
        match &self.came {
            Err(_) => Exit::Usage,
            Ok(played) if played.failed().is_some() => Exit::Failed,
            Ok(_) => Exit::Good,
        }
    }
}

impl Run {
    /// Plays everything; the exit code tells the worst.
    pub fn run(self) -> Result<Exit, Stop> {
        let loaded: Vec<Loaded> = files(&self.paths)?.into_iter().map(loaded).collect();
        let wanted = |it: &&Loaded| {
            let holds = |text: &str, own: &str| own.to_lowercase().contains(&text.to_lowercase());
            self.filter.as_ref().is_none_or(|text| holds(text, &it.0.path) || it.1.as_ref().is_ok_and(|it| holds(text, &it.name)))
        };
        let chosen: Vec<&Loaded> = loaded.iter().filter(wanted).collect();
        if chosen.is_empty() {
            let text = self.filter.as_deref().unwrap_or("");
            return Err(Stop::usage(format!("no scenario of {} holds `{text}` in its path or name", loaded.len())));
        }
        let verdicts = match &self.webhook_url {
            Some(url) => live::verdicts(&self, url, &chosen)?,
            None => self.verdicts(&chosen),
        };
        if let Some(file) = &self.junit {
            let written = std::fs::write(file, report::junit(&verdicts));
            written.map_err(|why| Stop::usage(format!("cannot write {}: {why}", file.display())))?;
        }
        if self.json {
            super::print(&report::json(&verdicts).to_string());
        } else {
            report::tell(&verdicts, styled());
        }
        let worst = verdicts.iter().map(Verdict::exit).max_by_key(|it| it.code());
        Ok(worst.unwrap_or(Exit::Good))
    }

    /// In the order of the files, whichever is done first.
    fn verdicts(&self, chosen: &[&Loaded]) -> Vec<Verdict> {
        let tasks: Vec<(usize, u64)> =
            chosen.iter().enumerate().flat_map(|(file, it)| self.times(it).map(move |nth| (file, nth))).collect();
        let next = AtomicUsize::new(0);
        let workers = std::thread::available_parallelism().map_or(1, usize::from).min(tasks.len());
        let progress = report::Progress::of(tasks.len(), self.json);
        let mut done: Vec<(usize, Verdict)> = std::thread::scope(|scope| {
            let work = || {
                let mut own = Vec::new();
                while let Some((file, nth)) = tasks.get(next.fetch_add(1, Ordering::Relaxed)).copied() {
                    own.push((file, self.verdict(chosen[file], nth, |start, scenario| Ok(play(scenario, &mut MemoryStage::new(start))))));
                    progress.one_more();
                }
                own
            };
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            let joined = |it: std::thread::ScopedJoinHandle<'_, _>| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            workers.into_iter().flat_map(joined).collect()
        });
        progress.done();
        done.sort_by_key(|it| (it.0, it.1.seed));
        done.into_iter().map(|it| it.1).collect()
    }

    /// How often a file is played. One that is no scenario is said to be none once.
    fn times(&self, loaded: &Loaded) -> std::ops::Range<u64> {
        0..if loaded.1.is_ok() { self.repeat } else { 1 }
    }

    /// One file, on whatever stage begins like that.
    fn verdict(&self, (file, read): &Loaded, nth: u64, on_stage: impl FnOnce(Start, &Scenario) -> Result<Report, Mistakes>) -> Verdict {
        let scenario = match read {
            Ok(scenario) => scenario,
            Err(mistakes) => return Verdict { path: file.path.clone(), name: file.path.clone(), seed: 0, came: Err(mistakes.clone()) },
        };
        let seed = self.seed.or(scenario.seed).unwrap_or(1).wrapping_add(nth);
        let came = on_stage(start(scenario, seed, self.webhook_url.as_deref()), scenario);
        Verdict { path: file.path.clone(), name: scenario.name.clone(), seed, came }
    }
}

/// How the sandbox of a scenario begins: its accounts tell the application, or the built-in inboxes of their providers.
fn start(scenario: &Scenario, seed: u64, application: Option<&str>) -> Start {
    let start = Start {
        webhook_url: Some(application.unwrap_or(INBOXES).to_owned()),
        webhook_url_wins: application.is_some(),
        judged_by_simulated_time: true,
        ..Start::default()
    };
    Start { seed, ..scenario.apply_to(start) }
}

fn loaded(file: File) -> Loaded {
    let read = load(&file);
    (file, read)
}

/// `3 scenarios, 2 good, 1 failed`.
fn summary(verdicts: &[Verdict]) -> String {
    let of = |exit: Exit| verdicts.iter().filter(|it| it.exit() == exit).count();
    let mut text = format!("{}: {} good", counted(verdicts.len(), "scenario"), of(Exit::Good));
    for (exit, word) in [(Exit::Failed, "failed"), (Exit::Usage, "invalid")] {
        let n = of(exit);
        if 0 < n {
            text = format!("{text}, {n} {word}");
        }
    }
    text
}
