//! Loads scenario files for the command line; `playmoney check`, `init` and `schema`.

use std::path::PathBuf;

use clap::Args;

use super::output::{print, tell};
use super::paths::{File, files, quoted, shown};
use super::style::{fitted, known_columns};
use super::{Exit, Stop, written};
use crate::engine::start::Start;
use crate::engine::tables::Contract;
use crate::engine::world::World;
use crate::kit::printable::counted;
use crate::kit::time::Uptime;
use crate::providers;
use crate::scenario::{Known, Mistakes, Scenario, parse, schema};

/// What to check.
#[derive(Args)]
pub struct Check {
    /// Scenario files, or folders of them: every .yaml and .yml file below a folder; a .json file is read when it is named
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Where to write a first scenario.
#[derive(Args)]
pub struct Init {
    /// The file to write
    #[arg(default_value = "scenario.yaml")]
    file: PathBuf,
}

/// No arguments.
#[derive(Args)]
pub struct Schema {}

/// The contracts of all providers.
pub fn contracts() -> Vec<&'static Contract> {
    providers::all().iter().map(|it| it.contract()).collect()
}

/// Reads the scenario of a file, and checks whether a sandbox can begin with it.
pub fn load(file: &File) -> Result<Scenario, Mistakes> {
    let contracts = contracts();
    let environment = |name: &str| std::env::var(name).ok();
    let scenario = parse(&file.path, &file.text, Known { contracts: &contracts, environment: Some(&environment) })?;
    let start = scenario.apply_to(Start::default());
    World::load(start, providers::all(), Uptime::START).map_err(|it| scenario.mistakes(it))?;
    Ok(scenario)
}

/// Writes mistakes to standard error, for its width.
pub fn tell_mistakes(mistakes: &Mistakes) {
    let stderr = std::io::stderr();
    let text = mistakes.render_within(known_columns(&stderr));
    tell(fitted(&format!("{text}\n"), &stderr));
}

impl Check {
    /// Prints the mistakes. The exit code says whether a file has any.
    pub fn run(self) -> Result<Exit, Stop> {
        let files = files(&self.paths)?;
        let (mut all, mut warnings) = (Vec::new(), Vec::new());
        let (mut broken, mut warned) = (0, 0);
        for file in &files {
            let mistakes = match load(file) {
                Ok(Scenario { warnings: None, .. }) => continue,
                Ok(Scenario { warnings: Some(it), .. }) => {
                    warned += it.count();
                    it
                }
                Err(it) => {
                    broken += 1;
                    it
                }
            };
            if self.json {
                let told = mistakes.to_json().as_array().cloned().unwrap_or_default();
                let (own, other): (Vec<_>, Vec<_>) = told.into_iter().partition(|it| it["level"] == "warning");
                warnings.extend(own);
                all.extend(other);
            } else {
                tell_mistakes(&mistakes);
            }
        }
        if self.json {
            print(&serde_json::json!({"files": files.len(), "invalid": broken, "mistakes": all, "warnings": warnings}).to_string())?;
        } else if broken == 0 {
            let warned = if 0 < warned { format!(", {}", count(warned, "warning")) } else { String::new() };
            print(&format!("{} good{warned}", count(files.len(), "scenario")))?;
        } else {
            tell(format!("{} of {} invalid", broken, count(files.len(), "scenario")));
        }
        Ok(if broken == 0 { Exit::Good } else { Exit::Usage })
    }
}

/// `1 scenario`, `3 scenarios`.
pub fn count(n: usize, what: &str) -> String {
    counted(n as u64, what)
}

impl Init {
    /// Writes the file, unless it exists.
    pub fn run(self) -> Result<Exit, Stop> {
        written::new(&self.file, STARTER)?;
        print(&format!("wrote {}; play it with: playmoney run {}", shown(&self.file), quoted(&self.file)))?;
        Ok(Exit::Good)
    }
}

impl Schema {
    /// Prints the schema.
    #[expect(clippy::unused_self, reason = "every command runs alike")]
    pub fn run(self) -> Result<Exit, Stop> {
        print(&format!("{:#}", schema::document(&contracts())))?;
        Ok(Exit::Good)
    }
}

/// The first scenario of a newcomer.
const STARTER: &str = include_str!("starter.yaml");
