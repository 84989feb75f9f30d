//! Parse, run, exit code; one file per command.

mod contract;
mod output;
mod paths;
mod run;
mod scenarios;
mod serve;
mod signature;
mod style;
mod written;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::output::{print, tell, without_numbers};

/// Five payment providers on a simulated clock: test an integration without keys, networks or waiting.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Serve,
}

#[derive(Subcommand)]
enum Command {
    /// Serves all providers. This is the default command.
    Serve(serve::Serve),
    /// Plays scenario files, each in a fresh sandbox, and says which expectations failed.
    Run(run::Run),
    /// Checks scenario files, and says what is wrong and where.
    Check(scenarios::Check),
    /// Writes a first scenario with comments.
    Init(scenarios::Init),
    /// Writes the JSON Schema of scenario files to standard output.
    Schema(scenarios::Schema),
    /// Shows a provider's contract: operations, parameters, errors, lifecycle, webhooks, each with its evidence.
    Describe(contract::Describe),
    /// Writes a provider's OpenAPI 3.1 document to standard output.
    #[command(name = "openapi")]
    OpenApi(contract::OpenApi),
    /// Shows the signed text and the signature of a webhook, or of a request to a provider.
    Sign(signature::Sign),
    /// Checks the signature of a webhook and, if it is wrong, says why.
    Verify(signature::Verify),
}

/// The documented exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Good,
    /// An expectation failed.
    Failed,
    /// Bad usage, a bad file, or an output that cannot be written to.
    Usage,
    /// The server could not start.
    Start,
}

/// Why a command ends early: one line for standard error, and the exit code.
struct Stop {
    exit: Exit,
    why: String,
}

impl Stop {
    fn usage(why: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, why: why.into() }
    }

    /// Tells why, and returns the exit code.
    fn tell(self) -> Exit {
        tell(format!("playmoney: {}", without_numbers(&self.why)));
        self.exit
    }
}

impl Exit {
    const fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Start => 3,
        }
    }
}

/// Runs the command of this process.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(why) => return ExitCode::from(end_early(&why).code()),
    };
    let done = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(serve) => serve.run(),
        Command::Run(run) => run.run(),
        Command::Check(check) => check.run(),
        Command::Init(init) => init.run(),
        Command::Schema(schema) => schema.run(),
        Command::Describe(describe) => describe.run(),
        Command::OpenApi(openapi) => openapi.run(),
        Command::Sign(sign) => sign.run(),
        Command::Verify(verify) => verify.run(),
    };
    ExitCode::from(done.unwrap_or_else(Stop::tell).code())
}

/// Prints the help, the version, or what is wrong with the arguments.
fn end_early(why: &clap::Error) -> Exit {
    let text = why.render().ansi().to_string();
    if why.use_stderr() {
        tell(text.trim_end());
        return Exit::Usage;
    }
    print(&text).map_or_else(Stop::tell, |()| Exit::Good)
}
