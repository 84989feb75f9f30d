//! `playmoney completions`: what a shell needs to complete a command line.

use clap::Args;
use clap_complete::{Shell, generate};

use super::output::print;
use super::{Exit, Stop, help};

/// For which shell.
#[derive(Args)]
pub struct Completions {
    shell: Shell,
}

impl Completions {
    pub fn run(self) -> Result<Exit, Stop> {
        let mut script = Vec::new();
        generate(self.shell, &mut help::command(), "playmoney", &mut script);
        print(&String::from_utf8_lossy(&script))?;
        Ok(Exit::Good)
    }
}
