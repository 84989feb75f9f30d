//! The served scenario: how flags and file are combined, and what happens when the file changes.

use std::path::Path;
use std::time::Duration;

use crate::cli::output::tell;
use crate::cli::paths::read;
use crate::cli::scenarios::{load, tell_mistakes};
use crate::cli::style::stderr_has_colours;
use crate::cli::{Exit, Stop};
use crate::edge::Server;
use crate::engine::clock::Mode;
use crate::engine::start::{EvidenceHeader, Start};
use crate::kit::printable::line;
use crate::kit::time::Timestamp;
use crate::scenario::Scenario;

/// The wait between two checks of the file.
const PAUSE: Duration = Duration::from_millis(300);

/// The flags of the command line. They take precedence over the file.
#[derive(Clone, Debug)]
pub struct Flags {
    pub seed: Option<u64>,
    pub mode: Option<Mode>,
    pub now: Option<Timestamp>,
    pub webhook_url: Option<String>,
    pub journal_bytes_max: usize,
    pub history_bytes_max: usize,
    pub show_secrets: bool,
    pub evidence_header: EvidenceHeader,
}

impl Flags {
    /// Those of them that say how a sandbox begins.
    pub fn of_beginnings(&self) -> Vec<&'static str> {
        let given = [("--seed", self.seed.is_some()), ("--clock", self.mode.is_some()), ("--now", self.now.is_some())];
        let given = given.into_iter().chain([("--webhook-url", self.webhook_url.is_some())]);
        given.filter(|it| it.1).map(|it| it.0).collect()
    }

    /// How the sandbox begins. Without a word about it, its clock is real.
    pub fn start(&self, scenario: Option<&Scenario>) -> Start {
        self.start_from(Start { mode: Mode::Real, now: None, ..Start::default() }, scenario)
    }

    /// How it begins where `usual` is what neither the flags nor the scenario say.
    pub fn start_from(&self, usual: Start, scenario: Option<&Scenario>) -> Start {
        let start = match scenario {
            Some(scenario) => scenario.apply_to(usual),
            None => usual,
        };
        Start {
            seed: self.seed.unwrap_or(start.seed),
            mode: self.mode.unwrap_or(start.mode),
            now: self.now.or(start.now),
            webhook_url: self.webhook_url.clone(),
            webhook_url_wins: self.webhook_url.is_some(),
            journal_bytes_max: self.journal_bytes_max,
            history_bytes_max: self.history_bytes_max,
            show_secrets: self.show_secrets,
            evidence_header: self.evidence_header,
            ..start
        }
    }

    /// How the sandbox begins with the scenario of this file, whose warnings are told.
    pub fn with_scenario(&self, path: &Path) -> Result<(Start, Scenario), Stop> {
        let loaded = Self::load(path)?;
        Ok((self.start(Some(&loaded)), loaded))
    }

    /// The scenario of this file, whose warnings are told.
    pub fn load(path: &Path) -> Result<Scenario, Stop> {
        let file = read(path)?;
        let loaded = load(&file).map_err(|it| Stop {
            exit: Exit::Usage,
            why: format!("{} is not a valid scenario\n\n{}", line(&file.path), it.render(stderr_has_colours())),
        })?;
        if let Some(warnings) = loaded.warnings_of_start() {
            tell_mistakes(&warnings);
        }
        Ok(loaded)
    }
}

/// Restarts the sandbox whenever the file has changed. An invalid file changes nothing. Never returns, also without a file.
pub async fn watch(server: &Server, path: Option<&Path>, flags: &Flags) {
    let Some(path) = path else { return std::future::pending().await };
    let changed_at = |path: &Path| std::fs::metadata(path).and_then(|it| Ok((it.modified()?, it.len()))).ok();
    let mut seen = changed_at(path);
    loop {
        tokio::time::sleep(PAUSE).await;
        let now = changed_at(path);
        if now == seen || now.is_none() {
            continue;
        }
        seen = now;
        let begun = flags.with_scenario(path).and_then(|(start, scenario)| {
            server.begin(start).map_err(|it| Stop::usage(scenario.mistakes(it).render(stderr_has_colours())))
        });
        match begun {
            Ok(()) => tell(format!("playmoney: {} was loaded again", line(&path.display().to_string()))),
            Err(stop) => tell(format!("playmoney: {}\nplaymoney: the sandbox continues unchanged", stop.why)),
        }
    }
}
