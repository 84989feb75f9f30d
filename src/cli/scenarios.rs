//! Finds and reads scenario files for the command line; `playmoney check`, `init` and `schema`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Exit, Stop, print};
use crate::engine::start::Start;
use crate::engine::tables::Contract;
use crate::engine::world::World;
use crate::kit::time::Uptime;
use crate::providers;
use crate::scenario::{Known, Mistakes, Scenario, parse, schema};

/// What to check.
#[derive(Args)]
pub struct Check {
    /// Scenario files, or folders of them
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

/// The path of a file, for messages, and its text.
pub struct File {
    pub path: String,
    pub text: String,
}

/// The files of these paths: the files themselves, or all .yaml and .yml files below a folder, in the order of their names.
pub fn files(paths: &[PathBuf]) -> Result<Vec<File>, Stop> {
    let mut found = Vec::new();
    for path in paths {
        let is_folder = path.is_dir();
        let before = found.len();
        collect(path, is_folder, &mut found)?;
        if is_folder && found.len() == before {
            return Err(Stop::usage(format!("{} contains no .yaml file", path.display())));
        }
    }
    found.iter().map(|path| read(path)).collect()
}

fn collect(path: &Path, is_folder: bool, found: &mut Vec<PathBuf>) -> Result<(), Stop> {
    if !is_folder {
        found.push(path.to_owned());
        return Ok(());
    }
    let cannot = |why: std::io::Error| Stop::usage(format!("cannot read {}: {why}", path.display()));
    let mut entries =
        std::fs::read_dir(path).map_err(cannot)?.map(|entry| entry.map(|it| it.path())).collect::<Result<Vec<_>, _>>().map_err(cannot)?;
    entries.sort();
    for it in entries {
        let is_hidden = it.file_name().is_some_and(|it| it.to_string_lossy().starts_with('.'));
        let is_scenario = it.extension().is_some_and(|it| it == "yaml" || it == "yml");
        if it.is_dir() && !is_hidden {
            collect(&it, true, found)?;
        } else if is_scenario && !is_hidden {
            found.push(it);
        }
    }
    Ok(())
}

/// Reads one file.
pub fn read(path: &Path) -> Result<File, Stop> {
    let shown = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|why| Stop::usage(format!("cannot read {shown}: {why}")))?;
    let text = String::from_utf8(bytes).map_err(|why| {
        let good = why.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&why.as_bytes()[..good]);
        let (line, column) = (before.matches('\n').count() + 1, before.rsplit('\n').next().map_or(1, |it| it.chars().count() + 1));
        Stop::usage(format!("{shown}:{line}:{column}: this is not UTF-8: save the file as UTF-8"))
    })?;
    Ok(File { path: shown, text })
}

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

/// Whether standard error is a terminal that wants colours.
pub fn wants_colours() -> bool {
    std::io::IsTerminal::is_terminal(&std::io::stderr()) && std::env::var_os("NO_COLOR").is_none()
}

impl Check {
    /// Prints the mistakes. The exit code says whether a file has any.
    pub fn run(self) -> Result<Exit, Stop> {
        let files = files(&self.paths)?;
        let mut all = Vec::new();
        let mut broken = 0;
        for file in &files {
            let Err(mistakes) = load(file) else { continue };
            broken += 1;
            if self.json {
                all.extend(mistakes.to_json().as_array().cloned().unwrap_or_default());
            } else {
                anstream::eprintln!("{}\n", mistakes.render(wants_colours()));
            }
        }
        if self.json {
            print(&serde_json::json!({"files": files.len(), "invalid": broken, "mistakes": all}).to_string());
        } else if broken == 0 {
            print(&format!("{} good", count(files.len(), "scenario")));
        } else {
            anstream::eprintln!("{} of {} invalid", broken, count(files.len(), "scenario"));
        }
        Ok(if broken == 0 { Exit::Good } else { Exit::Usage })
    }
}

/// `1 scenario`, `3 scenarios`.
pub fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

impl Init {
    /// Writes the file, unless it exists.
    pub fn run(self) -> Result<Exit, Stop> {
        use std::io::Write;
        let shown = self.file.display();
        let file = std::fs::OpenOptions::new().write(true).create_new(true).open(&self.file);
        let mut file = file.map_err(|why| {
            let exists = why.kind() == std::io::ErrorKind::AlreadyExists;
            Stop::usage(if exists {
                format!("{shown} already exists: choose another name")
            } else {
                format!("cannot write {shown}: {why}")
            })
        })?;
        file.write_all(STARTER.as_bytes()).map_err(|why| Stop::usage(format!("cannot write {shown}: {why}")))?;
        print(&format!("wrote {shown}; play it with: playmoney run {shown}"));
        Ok(Exit::Good)
    }
}

impl Schema {
    /// Prints the schema.
    #[expect(clippy::unused_self, reason = "every command runs alike")]
    pub fn run(self) -> Result<Exit, Stop> {
        print(&format!("{:#}", schema::document(&contracts())));
        Ok(Exit::Good)
    }
}

/// The first scenario of a newcomer.
const STARTER: &str = include_str!("starter.yaml");
