//! `playmoney exec`: a command with a server of its own, which lives as long as the command.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use clap::Args;
use serde_json::Value as Json;
use tokio::process::{Child, Command};

use self::faketime::{FIXED_TIME, Faketime};
use super::assumptions::{self, FailOn, unaccepted};
use super::output::tell;
use super::serve::values::cores;
use super::serve::watch::Flags;
use super::serve::{cannot_listen, clock, moment, target};
use super::style::fitted;
use super::violations::{Of, section};
use super::{Exit, Stop};
use crate::control::environment::Environment;
use crate::edge::threads::batch;
use crate::edge::{Config, Making, Server};
use crate::engine::clock::Mode;
use crate::engine::log::BYTES_MAX;
use crate::engine::start::{EvidenceHeader, HISTORY_BYTES_MAX, Keeps, Start};
use crate::engine::world::World;
use crate::kit::printable::line;
use crate::kit::time::{Timestamp, Uptime};
use crate::providers;

pub(super) mod faketime;

/// As shells end when a command cannot be executed, or is not found.
const CANNOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;
/// A command that a signal has ended has this status and the number of the signal.
#[cfg(unix)]
const SIGNALLED: i32 = 128;
/// Variables of `playmoney` that are about another server.
const OF_ANOTHER_SERVER: [&str; 3] = ["PLAYMONEY_SANDBOX", "PLAYMONEY_ADMIN_TOKEN", "PLAYMONEY_CA_FILE"];

/// The command, and how its server starts.
#[derive(Args)]
#[command(override_usage = "playmoney exec [OPTIONS] [SCENARIO] -- COMMAND...")]
pub struct Exec {
    /// A scenario file: the starting state and the rules
    scenario: Option<PathBuf>,
    /// The command and its arguments, behind --
    ///
    /// The environment of the command has the base URLs, credentials and webhook secrets of all providers, as `playmoney env` shows them,
    /// and `PLAYMONEY_URL`. Signals are passed on to it, and its exit code is that of `playmoney exec`.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
    /// The first webhook address of every account; {provider} is replaced by the slug of the provider
    #[arg(long, value_name = "URL", value_parser = target, env = "PLAYMONEY_WEBHOOK_URL")]
    webhook_url: Option<String>,
    /// How simulated time runs: real, frozen, or a rate such as 60x; default: as in the scenario, or frozen
    #[arg(long, value_name = "real|frozen|RATEx", value_parser = clock, env = "PLAYMONEY_CLOCK")]
    clock: Option<Mode>,
    /// The first moment of simulated time; default: as in the scenario, or 2026-01-01T00:00:00Z, or the real time if --clock lets time run
    #[arg(long, value_name = "RFC3339", value_parser = moment, env = "PLAYMONEY_NOW")]
    now: Option<Timestamp>,
    /// End with 1 when the command leans on a row that is assumed, and that the scenario does not name under `accepts`; a command that
    /// fails keeps its own exit code
    #[arg(long, value_name = "assumed", value_enum, hide_possible_values = true)]
    fail_on: Option<FailOn>,
    /// Leave the header Playmoney-Evidence out of answers
    #[arg(long, value_parser = clap::builder::BoolishValueParser::new(), env = "PLAYMONEY_NO_EVIDENCE_HEADER")]
    no_evidence_header: bool,
    /// The seed of all random choices; default: the seed of the scenario, or 1
    #[arg(long, value_name = "N", env = "PLAYMONEY_SEED")]
    seed: Option<u64>,
    /// Let the command have the time of its sandbox: date and time of all its processes come from the simulated clock (Linux)
    ///
    /// It sets `LD_PRELOAD`, `FAKETIME_TIMESTAMP_FILE`, `FAKETIME_FMT` and `FAKETIME_NO_CACHE` for libfaketime. While the simulated clock
    /// stands, timers of the command stand too; `FAKETIME_DONT_FAKE_MONOTONIC=1` leaves them to real time. `PLAYMONEY_FAKETIME_LIBRARY` is
    /// the path of the library, where it is not that of a Debian package.
    #[arg(long, value_parser = clap::builder::BoolishValueParser::new(), env = "PLAYMONEY_FAKETIME")]
    faketime: bool,
}

impl Exec {
    /// Runs the command to its end.
    pub fn run(self) -> Result<Exit, Stop> {
        let (start, accepts) = self.start()?;
        let runtime = batch::runtime().map_err(|why| Stop { exit: Exit::Start, why: format!("cannot start threads: {why}") })?;
        let done = runtime.block_on(self.serve(start, accepts));
        runtime.shutdown_timeout(Duration::from_millis(100));
        done
    }

    /// How the sandboxes begin, and what the scenario accepts.
    fn start(&self) -> Result<(Start, Vec<String>), Stop> {
        let flags = Flags {
            seed: self.seed,
            mode: self.clock,
            now: self.now,
            webhook_url: self.webhook_url.clone(),
            journal_bytes_max: BYTES_MAX,
            history_bytes_max: HISTORY_BYTES_MAX,
            show_secrets: false,
            evidence_header: if self.no_evidence_header { EvidenceHeader::Off } else { EvidenceHeader::Sent },
        };
        let usual = match self.clock {
            Some(Mode::Real | Mode::Scaled(_)) => Start { now: None, ..Start::default() },
            Some(Mode::Frozen) | None => Start::default(),
        };
        let scenario = self.scenario.as_deref().map(Flags::load).transpose()?;
        let start = Start { keeps: Keeps::Violations, ..flags.start_from(usual, scenario.as_ref()) };
        Ok((start, scenario.map_or(Vec::new(), |it| it.accepts)))
    }

    async fn serve(self, start: Start, accepts: Vec<String>) -> Result<Exit, Stop> {
        let mut signals = Signals::listen()?;
        let faketime = if self.faketime { Some(Faketime::prepare()?) } else { None };
        let world = World::new(start.clone(), providers::all(), Uptime::START);
        let faketime_file = faketime.as_ref().map(Faketime::file);
        let config = Config { start, sandboxes: Making::OnUse, threads: cores(), faketime_file, ..Config::default() };
        let listen = config.listen.clone();
        let server = Server::start(config).await.map_err(|why| Stop { exit: Exit::Start, why: cannot_listen(&listen, &why) })?;
        let variables = Environment::of(&world, &server.base_url()).variables;
        let ended = match self.spawn(&variables, faketime.as_ref()) {
            Ok(mut child) => signals.pass_on_until_it_ends(&mut child).await,
            Err(stop) => Err(stop),
        };
        let violations = server.violations();
        let is_one = violations.len() == 1;
        let of = |(name, violations)| Of { name: if is_one { "" } else { name }, violations };
        if let Some(section) = section(&violations.iter().map(|(name, it)| of((name.as_str(), it))).collect::<Vec<_>>()) {
            tell(fitted(&format!("playmoney: {section}"), &std::io::stderr()));
        }
        let assumed = unaccepted(&server.touched(), &accepts);
        if let Some(section) = assumptions::section(&assumed, self.fail_on) {
            tell(fitted(&format!("playmoney: {section}"), &std::io::stderr()));
        }
        // Nothing is left to answer: the connections of the command have ended with it.
        drop(server);
        let fails = self.fail_on == Some(FailOn::Assumed) && !assumed.is_empty();
        ended.map(|it| if fails && it.success() { Exit::Failed } else { Exit::Child(code(it)) })
    }

    fn spawn(&self, variables: &Json, faketime: Option<&Faketime>) -> Result<Child, Stop> {
        let [program, arguments @ ..] = &self.command[..] else { return Err(Stop::usage("name a command behind --")) };
        let variables = variables.as_object().into_iter().flatten().filter_map(|(name, it)| Some((name, it.as_str()?)));
        let mut command = Command::new(program);
        command.args(arguments).envs(variables).kill_on_drop(true);
        for name in OF_ANOTHER_SERVER {
            command.env_remove(name);
        }
        if let Some(it) = faketime {
            command.envs(it.variables()).env_remove(FIXED_TIME);
        }
        command.spawn().map_err(|why| {
            let name = program.to_string_lossy();
            if why.kind() == ErrorKind::NotFound {
                let why = format!("the command `{}` was not found: write a program of PATH, or a path such as ./test.sh", line(&name));
                return Stop { exit: Exit::Child(NOT_FOUND), why };
            }
            Stop { exit: Exit::Child(CANNOT_RUN), why: format!("the command `{}` cannot be executed: {why}", line(&name)) }
        })
    }
}

fn unwaited(why: &std::io::Error) -> Stop {
    Stop { exit: Exit::Start, why: format!("cannot wait for the command: {why}") }
}

/// The exit code, as a shell has it.
fn code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|it| SIGNALLED + it);
    #[cfg(not(unix))]
    let signal = None;
    // Codes of other systems can be larger than a byte.
    status.code().or(signal).map_or(1, |it| u8::try_from(it).unwrap_or(u8::MAX))
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    others: [(tokio::signal::unix::Signal, rustix::process::Signal); 5],
}

#[cfg(unix)]
impl Signals {
    fn listen() -> Result<Self, Stop> {
        use rustix::process::Signal;
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(|why| Stop { exit: Exit::Start, why: format!("cannot listen for signals: {why}") });
        let others = [
            (listen(SignalKind::terminate())?, Signal::TERM),
            (listen(SignalKind::hangup())?, Signal::HUP),
            (listen(SignalKind::quit())?, Signal::QUIT),
            (listen(SignalKind::user_defined1())?, Signal::USR1),
            (listen(SignalKind::user_defined2())?, Signal::USR2),
        ];
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, others })
    }

    async fn pass_on_until_it_ends(&mut self, child: &mut Child) -> Result<ExitStatus, Stop> {
        loop {
            let signal = tokio::select! {
                ended = child.wait() => return ended.map_err(|it| unwaited(&it)),
                _ = self.interrupt.recv() => rustix::process::Signal::INT,
                other = next(&mut self.others) => other,
            };
            if signal == rustix::process::Signal::INT && is_in_foreground() {
                continue;
            }
            let id = child.id().and_then(|it| i32::try_from(it).ok()).and_then(rustix::process::Pid::from_raw);
            if let Some(id) = id {
                _ = rustix::process::kill_process(id, signal);
            }
        }
    }
}

/// The next signal of these.
#[cfg(unix)]
async fn next(signals: &mut [(tokio::signal::unix::Signal, rustix::process::Signal)]) -> rustix::process::Signal {
    std::future::poll_fn(|cx| {
        let come = signals.iter_mut().find_map(|(signal, own)| signal.poll_recv(cx).is_ready().then_some(*own));
        come.map_or(std::task::Poll::Pending, std::task::Poll::Ready)
    })
    .await
}

/// Whether a terminal sends its interrupts to this process. It then sends them to the command too, and one is enough.
#[cfg(unix)]
fn is_in_foreground() -> bool {
    let own = rustix::process::getpgrp();
    let is_own = |group: rustix::io::Result<rustix::process::Pid>| group == Ok(own);
    let terminals = [
        rustix::termios::tcgetpgrp(std::io::stdin()),
        rustix::termios::tcgetpgrp(std::io::stdout()),
        rustix::termios::tcgetpgrp(std::io::stderr()),
    ];
    terminals.into_iter().any(is_own)
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Result<Self, Stop> {
        Ok(Self)
    }

    /// The console sends an interrupt to the command too, so this program only has to outlive it.
    async fn pass_on_until_it_ends(&mut self, child: &mut Child) -> Result<ExitStatus, Stop> {
        loop {
            tokio::select! {
                ended = child.wait() => return ended.map_err(|it| unwaited(&it)),
                _ = tokio::signal::ctrl_c() => {}
            }
        }
    }
}
