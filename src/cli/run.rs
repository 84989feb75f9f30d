//! `playmoney run`: scenario files, each in a fresh sandbox, in parallel.

mod capsules;
mod filter;
pub(super) mod junit;
mod live;
mod numbers;
mod report;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use clap::Args;

use super::assumptions::{FailOn, unaccepted};
pub(super) use numbers::first_run;
pub(super) use report::{file_report, step_report};

use self::filter::Filter;
use super::coverage;
use super::output::{print, tell, without_numbers};
use super::paths::{File, files, shown, states};
pub(super) use super::scenarios::count;
use super::scenarios::{load, tell_mistakes};
use super::serve::listen::{Place, Port, place, port};
use super::serve::target;
use super::written::{self, ReadyFile};
use super::{Exit, Stop};
use crate::contract::assumptions::Assumption;
use crate::edge::driver::Stopwatch;
use crate::engine::start::Start;
use crate::engine::touched::Touched;
use crate::explore::FIRST_RUN_MAX;
use crate::kit::concealed;
use crate::kit::time::Timestamp;
use crate::sandbox::history::Capsule;
use crate::scenario::{Mistakes, Scenario};
use crate::stage::{MemoryStage, Report, Stage, play, start_of};

/// What to play, and how to report it.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Run {
    /// Scenario files, or folders of them: every .yaml and .yml file below a folder; a .json file is read when it is named
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Play only scenarios whose path or name contains this text, or matches this pattern with `*`, `?`, `[a-z]` or `{a,b}` (repeatable:
    /// one of them is enough)
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// The seed of every sandbox, instead of the seeds of the files
    #[arg(long, value_name = "N", env = "PLAYMONEY_SEED")]
    seed: Option<u64>,
    /// Play each file this number of times, each time with the next seed
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    repeat: u64,
    #[arg(long, value_name = "FILE", help = "Write a report for CI servers to this file, in the XML of JUnit")]
    junit: Option<PathBuf>,
    /// Write what was reached of the contracts to this file: a page when its name ends in .html, else JSON
    #[arg(long, value_name = "FILE")]
    coverage: Option<PathBuf>,
    /// Save the history of each scenario that fails in this folder, as a file named after it, which `playmoney capsule replay` plays again
    #[arg(long, value_name = "DIR")]
    capsules: Option<PathBuf>,
    /// Fail also when what was played leans on a row that is assumed, and that the scenario does not name under `accepts`
    #[arg(long, value_name = "assumed", value_enum, hide_possible_values = true)]
    fail_on: Option<FailOn>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print only what is not good, and the summary
    #[arg(long, short)]
    quiet: bool,
    /// Begin no further scenario when one has failed
    #[arg(long)]
    fail_fast: bool,
    /// Play again whenever one of the files changes
    #[arg(long, conflicts_with = "webhook_url")]
    watch: bool,
    /// Serve one file at a time, and send webhooks to a real application instead of the built-in inboxes; {provider} is
    /// replaced by the slug of the provider
    #[arg(long, value_name = "URL", value_parser = target)]
    webhook_url: Option<String>,
    /// An address to serve on, with --webhook-url (repeatable); port 0 picks a free port, `localhost` is both loopback addresses, a port
    /// alone is on 127.0.0.1
    #[arg(long, value_name = "ADDR:PORT", value_parser = place, value_delimiter = ',', requires = "webhook_url")]
    #[arg(default_value = "127.0.0.1:4242")]
    listen: Vec<Place>,
    /// ${run}, and the ids of a scenario that uses it, follow from the number of its play, which begins here; default: a number of the real
    /// time, so that an application that keeps running gets ids that it has not seen
    #[arg(long, value_name = "N", requires = "webhook_url")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=i64::from(FIRST_RUN_MAX)))]
    first_run: Option<u32>,
    /// The port to serve on, in place of that of each address
    #[arg(long, value_name = "N", value_parser = port, requires = "webhook_url")]
    port: Option<Port>,
    /// With --webhook-url, write base URLs and credentials as JSON to this file when the server accepts requests, and remove it at the
    /// end; what stands there and is not a ready file is refused
    #[arg(long, value_name = "FILE", requires = "webhook_url")]
    ready_file: Option<PathBuf>,
    /// With --webhook-url, keep a file with the time of the scenario that is being played, which libfaketime reads as
    /// `FAKETIME_TIMESTAMP_FILE` with `FAKETIME_FMT=%s`; as `playmoney serve --faketime-file`
    #[arg(long, value_name = "FILE", requires = "webhook_url")]
    faketime_file: Option<PathBuf>,
}

/// The wait between two looks at the files, with `--watch`.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// What was played, and its history.
type Played = (Report, Option<Capsule>);

/// A file, and the scenario in it.
type Loaded = (File, Result<Scenario, Mistakes>);

/// One file, played once.
pub struct PlayedFile {
    pub path: String,
    pub name: String,
    pub seed: u64,
    /// Where its webhooks went, if not to the inboxes.
    pub webhook_url: Option<String>,
    /// How often the file is played.
    pub repeated: u64,
    /// The real time at which it began, and that it took.
    pub began: Timestamp,
    pub took: Duration,
    /// Where the step that has failed is written.
    pub excerpt: Option<Mistakes>,
    /// What the author of the file may not want.
    pub warnings: Option<Mistakes>,
    /// What it leans on that is assumed and that its author has not accepted.
    pub assumed: Vec<Assumption>,
    /// Whether that makes it fail.
    pub fail_on: Option<FailOn>,
    /// The report, or the mistakes of the file.
    pub result: Result<Report, Mistakes>,
    /// Its history, if it has failed and that is to be saved.
    history: Option<Capsule>,
    /// The file in which its history is.
    pub capsule: Option<PathBuf>,
}

impl PlayedFile {
    /// Of a play about which nothing else is known.
    pub(super) fn of(report: Report) -> Self {
        Self {
            path: String::new(),
            name: String::new(),
            seed: 0,
            webhook_url: None,
            repeated: 1,
            began: Timestamp::UNIX_EPOCH,
            took: Duration::ZERO,
            excerpt: None,
            warnings: None,
            assumed: Vec::new(),
            fail_on: None,
            result: Ok(report),
            history: None,
            capsule: None,
        }
    }

    /// Whether it has no steps, so that nothing was played.
    fn is_empty(&self) -> bool {
        self.result.as_ref().is_ok_and(|it| it.steps.is_empty())
    }

    /// Whether it fails because of what it leans on.
    fn leans_too_far(&self) -> bool {
        self.fail_on == Some(FailOn::Assumed) && !self.assumed.is_empty()
    }

    fn exit(&self) -> Exit {
        match &self.result {
            Err(_) => Exit::Usage,
            Ok(played) if played.failed().is_some() || self.leans_too_far() => Exit::Failed,
            Ok(_) => Exit::Good,
        }
    }
}

impl Run {
    /// Plays everything, with `--watch` again after each change. The exit code is that of the worst result. What stops the first
    /// play ends the watch too: a path that does not exist is a slip, but one that goes later may be in the hands of an editor.
    pub fn run(self) -> Result<Exit, Stop> {
        if !self.watch {
            return self.once();
        }
        let mut seen = states(&self.paths);
        self.once()?;
        loop {
            tell("playmoney: waiting for a change of these files; Ctrl-C ends it");
            while states(&self.paths) == seen {
                std::thread::sleep(LOOK_AGAIN);
            }
            seen = states(&self.paths);
            if let Err(stop) = self.once() {
                tell(format!("playmoney: {}", without_numbers(&stop.why)));
            }
        }
    }

    fn once(&self) -> Result<Exit, Stop> {
        if let Some(file) = &self.junit {
            written::may_report(file)?;
        }
        if let Some(file) = &self.coverage {
            written::may_report(file)?;
        }
        if let Some(file) = &self.ready_file {
            ReadyFile::may_stand_at(file)?;
        }
        if let Some(file) = &self.faketime_file {
            written::may_show_time(file)?;
        }
        let loaded: Vec<Loaded> = files(&self.paths)?.into_iter().map(load_file).collect();
        self.replaces_nothing(&loaded)?;
        let filters = self.filter.iter().map(|it| Filter::parse(it)).collect::<Result<Vec<_>, _>>()?;
        let wanted = |(file, read): &&Loaded| {
            let fits = |it: &Filter| it.fits(&file.path) || read.as_ref().is_ok_and(|scenario| it.fits(&scenario.name));
            filters.is_empty() || filters.iter().any(fits)
        };
        let chosen: Vec<&Loaded> = loaded.iter().filter(wanted).collect();
        if chosen.is_empty() {
            let asked = self.filter.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(" or ");
            return Err(Stop::usage(format!("none of {} scenarios has {asked} in its path or name", loaded.len())));
        }
        if !self.json {
            let warnings = chosen.iter().filter_map(|it| it.1.as_ref().ok()?.warnings.as_ref());
            warnings.for_each(tell_mistakes);
        }
        let mut files = match &self.webhook_url {
            Some(url) => live::play_all(self, url, &chosen)?,
            None => self.play_all(&chosen),
        };
        if let Some(folder) = &self.capsules {
            capsules::save(folder, &mut files)?;
        }
        let unplayed = chosen.iter().map(|it| self.times(it).count()).sum::<usize>().saturating_sub(files.len());
        if self.json {
            print(&report::json(&files, unplayed).to_string())?;
        } else {
            let shown = if self.quiet { report::Shown::Bad } else { report::Shown::All };
            report::print_all(&files, unplayed, shown)?;
        }
        // What was played is on the screen, even if the disk has become full meanwhile.
        if let Some(file) = &self.junit {
            written::report(file, &concealed::text(&junit::document(&files)?))?;
        }
        if let Some(file) = &self.coverage {
            let mut touched = Touched::default();
            files.iter().filter_map(|it| it.result.as_ref().ok()).for_each(|it| touched.add(&it.touched));
            coverage::write(file, &coverage::of(&touched))?;
        }
        if files.iter().all(PlayedFile::is_empty) {
            let why =
                "nothing was played, so nothing is proved: no scenario has `steps`; `playmoney check` judges a file without playing it";
            return Err(Stop::usage(why.to_owned()));
        }
        let worst = files.iter().map(PlayedFile::exit).max_by_key(|it| it.code());
        Ok(worst.unwrap_or(Exit::Good))
    }

    /// Refuses a report in the place of a scenario, or of another report.
    fn replaces_nothing(&self, loaded: &[Loaded]) -> Result<(), Stop> {
        let place = |path: &Path| std::fs::canonicalize(path).ok();
        for report in [&self.junit, &self.coverage].into_iter().flatten() {
            let own = place(report);
            if own.is_some() && loaded.iter().any(|it| place(Path::new(&it.0.path)) == own) {
                return Err(Stop::usage(format!("{} is one of the scenarios: a report would replace it", shown(report))));
            }
        }
        if self.junit.is_some() && self.junit == self.coverage {
            return Err(Stop::usage("--junit and --coverage name the same file"));
        }
        Ok(())
    }

    /// Plays all files in parallel. The results are in the order of the files.
    fn play_all(&self, chosen: &[&Loaded]) -> Vec<PlayedFile> {
        let tasks: Vec<(usize, u64)> =
            chosen.iter().enumerate().flat_map(|(file, loaded)| self.times(loaded).map(move |nth| (file, nth))).collect();
        let next = AtomicUsize::new(0);
        let workers = std::thread::available_parallelism().map_or(1, usize::from).min(tasks.len());
        let failed = AtomicBool::new(false);
        let progress = report::Progress::of(tasks.len(), self.json);
        let mut done: Vec<(usize, PlayedFile)> = std::thread::scope(|scope| {
            let work = || {
                let mut own = Vec::new();
                while let Some((file, nth)) = tasks.get(next.fetch_add(1, Ordering::Relaxed)).copied() {
                    if self.fail_fast && failed.load(Ordering::Relaxed) {
                        break;
                    }
                    let played =
                        self.play_one(chosen[file], nth, |start, scenario| Ok(self.play_on(scenario, &mut MemoryStage::new(start))));
                    failed.fetch_or(played.exit() != Exit::Good, Ordering::Relaxed);
                    own.push((file, played));
                    progress.add_one();
                }
                own
            };
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            let joined = |it: std::thread::ScopedJoinHandle<'_, _>| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            workers.into_iter().flat_map(joined).collect()
        });
        progress.clear();
        done.sort_by_key(|it| (it.0, it.1.seed));
        done.into_iter().map(|it| it.1).collect()
    }

    /// The indices of the plays of a file. An invalid file is reported once.
    fn times(&self, loaded: &Loaded) -> std::ops::Range<u64> {
        0..if loaded.1.is_ok() { self.repeat } else { 1 }
    }

    /// Plays a scenario. Its history comes with the report if it may have to be saved.
    fn play_on(&self, scenario: &Scenario, stage: &mut dyn Stage) -> Played {
        let report = play(scenario, stage);
        (report, self.capsules.as_ref().and_then(|_| stage.capsule()))
    }

    /// Plays one file on the stage that `on_stage` begins.
    fn play_one(&self, (file, read): &Loaded, nth: u64, on_stage: impl FnOnce(Start, &Scenario) -> Result<Played, Mistakes>) -> PlayedFile {
        let stopwatch = Stopwatch::start();
        let began = stopwatch.uptime().date;
        let (name, seed, result) = match read {
            Ok(scenario) => {
                let seed = self.seed.or(scenario.seed).unwrap_or(1).wrapping_add(nth);
                (scenario.name.clone(), seed, on_stage(start_of(scenario, seed, self.webhook_url.as_deref()), scenario))
            }
            Err(mistakes) => (file.path.clone(), 0, Err(mistakes.clone())),
        };
        let (result, history) = match result {
            Ok((report, history)) => (Ok(report), history),
            Err(mistakes) => (Err(mistakes), None),
        };
        let excerpt = read.as_ref().ok().zip(result.as_ref().ok()).and_then(|it| excerpt(it.0, it.1));
        let warnings = read.as_ref().ok().and_then(|it| it.warnings.clone());
        let accepts = read.as_ref().map_or(&[][..], |it| &it.accepts);
        let assumed = result.as_ref().map_or(Vec::new(), |it| unaccepted(&it.touched, accepts));
        let took = stopwatch.uptime().elapsed;
        let played = PlayedFile {
            path: file.path.clone(),
            name,
            seed,
            webhook_url: self.webhook_url.clone(),
            repeated: self.repeat,
            began,
            took,
            excerpt,
            warnings,
            assumed,
            fail_on: self.fail_on,
            result,
            history: None,
            capsule: None,
        };
        let history = history.filter(|_| played.exit() == Exit::Failed);
        PlayedFile { history, ..played }
    }
}

/// Where the step that has failed is written.
pub(super) fn excerpt(scenario: &Scenario, report: &Report) -> Option<Mistakes> {
    let step = report.failed()?;
    scenario.excerpt(report.steps.len() - 1, (step.line, &step.title), &step.failure.as_ref()?.misses)
}

fn load_file(file: File) -> Loaded {
    let read = load(&file);
    (file, read)
}

/// `3 scenarios: 2 good, 1 failed`. Those that were not begun are counted too.
fn summary(files: &[PlayedFile], unplayed: usize) -> String {
    let of = |exit: Exit| files.iter().filter(|it| it.exit() == exit && !it.is_empty()).count();
    let empty = files.iter().filter(|it| it.is_empty()).count();
    let mut text = format!("{}: {} good", count(files.len() + unplayed, "scenario"), of(Exit::Good));
    let others = [(of(Exit::Failed), "failed"), (of(Exit::Usage), "invalid"), (empty, "without steps"), (unplayed, "not played")];
    for (n, word) in others {
        if 0 < n {
            text = format!("{text}, {n} {word}");
        }
    }
    text
}
