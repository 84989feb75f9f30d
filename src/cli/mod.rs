//! Parse, run, exit code; one file per command.

mod act;
mod assumptions;
mod audit;
mod authority;
mod capsule;
mod client;
mod clock;
mod completions;
mod contract;
mod coverage;
mod environment;
mod exec;
mod explore;
mod health;
mod help;
mod import;
mod journal;
#[cfg(feature = "mcp")]
mod mcp;
mod output;
mod paths;
mod run;
mod sandboxes;
mod scenarios;
mod serve;
mod signature;
mod style;
mod table;
mod violations;
mod words;
mod written;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ColorChoice, FromArgMatches, Parser, Subcommand};

use self::output::{print, tell, without_numbers};

/// Five payment providers on a simulated clock: test an integration without keys, networks or waiting.
#[derive(Parser)]
#[command(version, override_usage = "playmoney [COMMAND] [OPTIONS]")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When texts have colours
    ///
    /// `auto` follows `NO_COLOR`, `CLICOLOR` and `CLICOLOR_FORCE`, and else has colours on a terminal.
    #[arg(long, global = true, value_name = "auto|always|never", hide_possible_values = true, default_value = "auto")]
    #[arg(hide_default_value = true, help_heading = "Output", hide_env = true, env = "PLAYMONEY_COLOR", display_order = 0)]
    color: ColorChoice,
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
    /// Turns a log of production into a scenario with the same calls and webhooks, and with other names, numbers and dates.
    Import(import::Import),
    /// Writes the JSON Schema of scenario files to standard output.
    Schema(scenarios::Schema),
    /// Shows a provider's contract: operations, parameters, errors, lifecycle, webhooks, each with its evidence.
    Describe(contract::Describe),
    /// Writes a provider's OpenAPI 3.1 document to standard output.
    #[command(name = "openapi")]
    OpenApi(contract::OpenApi),
    /// Shows the signed text and the signature of a webhook, or of a request to a provider.
    Sign(signature::Sign),
    /// Checks the signature of a webhook, or of a request to a provider, and says why it is wrong.
    Verify(signature::Verify),
    /// Tries a receiver of webhooks with what it has to refuse and what must do no harm, and says what to change in it.
    Audit(audit::Audit),
    /// Plays a scenario under every schedule of its webhooks that the provider allows, until an application breaks an expectation.
    Explore(explore::Explore),
    /// Runs a command with a server of its own, whose addresses and keys stand in the command's environment.
    Exec(exec::Exec),
    /// Shows and moves the simulated time of a running server.
    Clock(clock::Clock),
    /// Shows the requests that a running server has got, and what it has answered.
    Requests(journal::Requests),
    /// Shows the webhooks of a running server, and what became of them.
    Deliveries(journal::Deliveries),
    /// Shows where clients of a running server, and receivers of its webhooks, broke the documented contract.
    Violations(violations::Violations),
    /// Shows which parts of the contracts traffic has reached, and how to reach the others.
    Coverage(coverage::Coverage),
    /// Lists what traffic has leaned on and no document confirms.
    Assumptions(assumptions::Assumptions),
    /// Does what a customer, a bank or a blockchain does, in a running server.
    Act(act::Act),
    /// Takes a sandbox of a running server back to its start.
    Reset(sandboxes::Reset),
    /// Saves the history of a sandbox as a file, shows it, and plays it again.
    Capsule(capsule::Capsule),
    /// Lists, makes, copies and deletes the sandboxes of a running server.
    Sandboxes(sandboxes::Sandboxes),
    /// Shows base URLs, credentials and webhook secrets of a running server as environment variables.
    Env(environment::Env),
    /// Gives a coding assistant the tools of a sandbox, by the Model Context Protocol on standard input and output.
    #[cfg(feature = "mcp")]
    Mcp(mcp::Mcp),
    /// Says whether a server answers.
    Health(health::Health),
    /// Writes the completions of a shell to standard output.
    Completions(completions::Completions),
}

/// The documented exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Good,
    /// An expectation failed, or a server has refused.
    Failed,
    /// Bad usage, a bad file, or an output that cannot be written to.
    Usage,
    /// The server could not start, or cannot be reached.
    Start,
    /// That of the command that `exec` has run.
    Child(u8),
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
            Self::Child(code) => code,
        }
    }
}

/// Runs the command of this process.
pub fn run() -> ExitCode {
    written::fail_at_a_bound_of_files();
    let arguments: Vec<_> = std::env::args_os().collect();
    #[cfg(target_os = "linux")]
    exec::faketime::leave(&arguments);
    words::choose_colours(&arguments, std::env::var_os("PLAYMONEY_COLOR").as_deref());
    let command = help::command();
    let commands: Vec<String> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    let done = words::with_command(arguments, &commands).and_then(|arguments| match parse(command, arguments) {
        Ok(cli) => cli.command.run(),
        Err(why) => Ok(end_early(&words::with_tip(why))),
    });
    ExitCode::from(done.unwrap_or_else(Stop::tell).code())
}

fn parse(command: clap::Command, arguments: Vec<OsString>) -> Result<Cli, clap::Error> {
    let mut matches = command.try_get_matches_from(arguments)?;
    Cli::from_arg_matches_mut(&mut matches)
}

impl Command {
    fn run(self) -> Result<Exit, Stop> {
        match self {
            Self::Serve(serve) => serve.run(),
            Self::Run(run) => run.run(),
            Self::Check(check) => check.run(),
            Self::Init(init) => init.run(),
            Self::Import(import) => import.run(),
            Self::Schema(schema) => schema.run(),
            Self::Describe(describe) => describe.run(),
            Self::OpenApi(openapi) => openapi.run(),
            Self::Sign(sign) => sign.run(),
            Self::Verify(verify) => verify.run(),
            Self::Audit(audit) => audit.run(),
            Self::Explore(explore) => explore.run(),
            Self::Exec(exec) => exec.run(),
            Self::Clock(clock) => clock.run(),
            Self::Requests(requests) => requests.run(),
            Self::Deliveries(deliveries) => deliveries.run(),
            Self::Violations(violations) => violations.run(),
            Self::Coverage(coverage) => coverage.run(),
            Self::Assumptions(assumptions) => assumptions.run(),
            Self::Act(act) => act.run(),
            Self::Reset(reset) => reset.run(),
            Self::Capsule(capsule) => capsule.run(),
            Self::Sandboxes(sandboxes) => sandboxes.run(),
            Self::Env(env) => env.run(),
            #[cfg(feature = "mcp")]
            Self::Mcp(mcp) => mcp.run(),
            Self::Health(health) => health.run(),
            Self::Completions(completions) => completions.run(),
        }
    }
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
