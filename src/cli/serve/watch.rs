//! The scenario that is served: how flags and file go together, and what happens when the file changes.

use std::path::Path;
use std::time::Duration;

use crate::edge::Server;
use crate::engine::clock::Mode;
use crate::engine::start::Start;
use crate::kit::time::Timestamp;
use crate::scenario::Scenario;

use crate::cli::scenarios::{load, read, styled};
use crate::cli::{Exit, Stop};

/// Between two looks at the file.
const PAUSE: Duration = Duration::from_millis(300);

/// What was asked for on the command line: it beats what the file says.
#[derive(Clone, Debug)]
pub struct Flags {
    pub seed: Option<u64>,
    pub mode: Option<Mode>,
    pub now: Option<Timestamp>,
    pub webhook_url: Option<String>,
    pub journal_bytes_max: usize,
    pub show_secrets: bool,
}

impl Flags {
    /// How the sandbox begins.
    pub fn start(&self, scenario: Option<&Scenario>) -> Start {
        let usual = Start { mode: Mode::Real, now: None, ..Start::default() };
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
            show_secrets: self.show_secrets,
            ..start
        }
    }

    /// How it begins with the scenario of that file.
    pub fn with_scenario(&self, path: &Path) -> Result<(Start, Scenario), Stop> {
        let file = read(path)?;
        let loaded = load(&file)
            .map_err(|it| Stop { exit: Exit::Usage, why: format!("{} is no scenario\n\n{}", file.path, it.render(styled())) })?;
        Ok((self.start(Some(&loaded)), loaded))
    }
}

/// Begins the sandbox anew whenever the file has changed; a file that is broken changes nothing. Without a file, it never
/// returns either.
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
        let begun = flags
            .with_scenario(path)
            .and_then(|(start, scenario)| server.begin(start).map_err(|it| Stop::usage(scenario.mistakes(it).render(styled()))));
        match begun {
            Ok(()) => anstream::eprintln!("playmoney: {} was loaded again", path.display()),
            Err(stop) => anstream::eprintln!("playmoney: {}\nplaymoney: the sandbox goes on as it was", stop.why),
        }
    }
}
