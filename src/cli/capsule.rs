//! `playmoney capsule`: the history of a sandbox as a file, and the same sandbox again.

use std::fmt::Write as _;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::client::{Connection, Question};
use super::output::print;
use super::paths::{kind, shown};
use super::serve::greeting::Greeting;
use super::serve::listen::{Place, Port, addresses, place, port};
use super::serve::values::cores;
use super::serve::{Signals, cannot_listen, unpredictable};
use super::written::Told;
use super::{Exit, Stop, written};
use crate::control::environment::Environment;
use crate::edge::{Config, Server};
use crate::engine::clock::Mode;
use crate::engine::start::Start;
use crate::kit::printable::{counted, line};
use crate::kit::secret::Secret;
use crate::kit::time::Uptime;
use crate::sandbox::history::file::TEXT_BYTES_MAX;
use crate::sandbox::history::replay::{Difference, Replay};
use crate::sandbox::history::{self, MEDIA_TYPE};

/// What to do.
#[derive(Args)]
pub struct Capsule {
    #[command(subcommand)]
    doing: Doing,
}

#[derive(Subcommand)]
enum Doing {
    /// Saves the history of a sandbox of a running server
    Save {
        /// The file to write; it holds requests as they came, secrets in clear
        file: PathBuf,
        #[command(flatten)]
        connection: Connection,
    },
    /// Plays a history again in memory, and says whether the same comes out: exit 1 when it does not
    Replay(Again),
    /// Lists the inputs of a history, counted from 1
    Show(Show),
}

#[derive(Args)]
struct Show {
    /// A capsule
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Again {
    /// A capsule
    file: PathBuf,
    /// Stop after this input, counted from 1
    #[arg(long, value_name = "N")]
    until: Option<u64>,
    /// Then serve the sandbox as it was there, as `default` and with its clock stopped
    #[arg(long)]
    serve: bool,
    /// An address to serve on, with --serve (repeatable); port 0 picks a free port, `localhost` is both loopback addresses, a port alone is
    /// on 127.0.0.1
    #[arg(long, value_name = "ADDR:PORT", value_parser = place, value_delimiter = ',', requires = "serve")]
    #[arg(default_value = "127.0.0.1:4242")]
    listen: Vec<Place>,
    /// The port to serve on, in place of that of each address
    #[arg(short, long, value_name = "N", value_parser = port, requires = "serve")]
    port: Option<Port>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Capsule {
    pub fn run(self) -> Result<Exit, Stop> {
        match self.doing {
            Doing::Save { file, connection } => save(&file, &connection),
            Doing::Replay(again) => again.run(),
            Doing::Show(show) => show.run(),
        }
    }
}

fn save(file: &Path, connection: &Connection) -> Result<Exit, Stop> {
    let reply = connection.ask(&Question::get(&["capsule"]).accepting(MEDIA_TYPE))?;
    let capsule = history::Capsule::read(&reply.body).map_err(|why| Stop::usage(format!("the server's answer is damaged: {why}")))?;
    written::capsule(file, &reply.body)?;
    if connection.is_json() {
        let answer = json!({"file": file, "sandbox": capsule.sandbox, "inputs": capsule.inputs(), "hash": hash(capsule.hash())});
        print(&answer.to_string())?;
    } else {
        print(&format!("{}: {}", shown(file), in_words(&capsule)))?;
    }
    Ok(Exit::Good)
}

fn read(file: &Path) -> Result<history::Capsule, Stop> {
    let cannot = |why: std::io::Error| Stop::usage(format!("cannot read {}: {why}", shown(file)));
    let metadata = std::fs::metadata(file).map_err(cannot)?;
    if !metadata.is_file() {
        return Err(Stop::usage(format!("cannot read {}: it is {}, not a file", shown(file), kind(metadata.file_type()))));
    }
    let mut bytes = Vec::new();
    let open = std::fs::File::open(file).map_err(cannot)?;
    open.take(TEXT_BYTES_MAX as u64).read_to_end(&mut bytes).map_err(cannot)?;
    history::Capsule::read(&bytes).map_err(|why| Stop::usage(format!("{} cannot be used: {why}", shown(file))))
}

fn hash(hash: u64) -> String {
    format!("{hash:016x}")
}

fn in_words(capsule: &history::Capsule) -> String {
    let mut text = format!("{} of the sandbox {}", counted(capsule.inputs(), "input"), line(&capsule.sandbox));
    if 0 < capsule.dropped() {
        _ = write!(text, ", from a snapshot on that was taken after {}", counted(capsule.dropped(), "other"));
    }
    text
}

impl Show {
    fn run(&self) -> Result<Exit, Stop> {
        let capsule = read(&self.file)?;
        let moments = capsule.moments().into_iter().map(Some).chain(std::iter::repeat(None));
        let inputs = (1_u64..).zip(capsule.shown()).zip(moments).map(|((n, (at, what)), now)| (n, Uptime::from(at).date, now, what));
        if self.json {
            let inputs: Vec<_> = inputs.map(|(n, at, now, what)| json!({"n": n, "at": at, "now": now, "what": what})).collect();
            let answer = json!({
                "version": capsule.version, "sandbox": capsule.sandbox, "begins_after": capsule.dropped(), "hash": hash(capsule.hash()),
                "inputs": inputs,
            });
            print(&answer.to_string())?;
            return Ok(Exit::Good);
        }
        let mut text = format!("{}, made by Playmoney {}\n", in_words(&capsule), line(&capsule.version));
        _ = writeln!(text, "{:>6}  {:<20}  {:<20}  input", "", "real time", "clock after it");
        for (n, at, now, what) in inputs {
            let now = now.map_or_else(|| "?".to_owned(), |it| format!("{it:.0}"));
            _ = writeln!(text, "{n:>6}  {:<20}  {now:<20}  {what}", format!("{at:.0}"));
        }
        print(&text)?;
        Ok(Exit::Good)
    }
}

impl Again {
    fn run(self) -> Result<Exit, Stop> {
        let capsule = read(&self.file)?;
        let (replay, compared) =
            capsule.replay(self.until).map_err(|why| Stop::usage(format!("{} cannot be used: {why}", shown(&self.file))))?;
        let told = if self.json { Report::Json(document(&capsule, &replay, compared.as_ref().err())) } else { Report::Text };
        if self.serve && compared.is_ok() {
            if let Report::Text = told {
                print(&text(&capsule, &replay, None))?;
            }
            return serve(&addresses(&self.listen, self.port), &replay, told);
        }
        match told {
            Report::Json(document) => print(&document.to_string())?,
            Report::Text => print(&text(&capsule, &replay, compared.as_ref().err()))?,
        }
        Ok(if compared.is_ok() { Exit::Good } else { Exit::Failed })
    }
}

/// How it is told what came of a replay.
enum Report {
    Text,
    /// One document. With a server in it, once that accepts requests.
    Json(Json),
}

fn document(capsule: &history::Capsule, replay: &Replay, difference: Option<&Difference>) -> Json {
    let difference = difference.map(|it| {
        let number = it.input.saturating_sub(capsule.dropped());
        json!({"input": number, "about": it.about, "expected": it.expected, "came": it.came})
    });
    json!({
        "same": difference.is_none(), "inputs": replay.inputs() - capsule.dropped(), "hash": hash(replay.hash()), "now": replay.now(),
        "version": capsule.version, "difference": difference,
    })
}

fn text(capsule: &history::Capsule, replay: &Replay, difference: Option<&Difference>) -> String {
    let (inputs, stands) = (replay.inputs() - capsule.dropped(), format!("the clock stands at {}", replay.now()));
    let Some(it) = difference else {
        let all = counted(capsule.inputs(), "input");
        let inputs = if inputs == capsule.inputs() { all } else { format!("{inputs} of {all}") };
        return format!("same: {inputs}, hash {}; {stands}", hash(replay.hash()));
    };
    let number = it.input.saturating_sub(capsule.dropped());
    let mut text = format!("different after input {number}: {}\n  expected  {}\n  came      {}\n{stands}", it.about, it.expected, it.came);
    if capsule.version != env!("CARGO_PKG_VERSION") {
        let own = env!("CARGO_PKG_VERSION");
        _ = write!(text, "\nPlaymoney {} has made the capsule, and this is Playmoney {own}: versions can differ", line(&capsule.version));
    }
    text
}

/// Serves the sandbox until a signal comes.
fn serve(listen: &[SocketAddr], replay: &Replay, told: Report) -> Result<Exit, Stop> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| Stop { exit: Exit::Start, why: format!("cannot start threads: {why}") })?;
    let token = if listen.iter().all(|it| it.ip().is_loopback()) { None } else { Some(Secret::issued(unpredictable()?)) };
    let done = runtime.block_on(async {
        let mut signals = Signals::listen()?;
        let (start, state) = replay.stopped();
        let start = Start { name: "default".to_owned(), mode: Mode::Frozen, now: Some(replay.now()), ..Start::clone(&start) };
        let config = Config { listen: listen.to_vec(), start, threads: cores(), admin_token: token.clone(), ..Config::default() };
        let server = Server::start(config).await.map_err(|why| Stop { exit: Exit::Start, why: cannot_listen(listen, &why) })?;
        server.restore(state).await.map_err(|why| Stop { exit: Exit::Start, why: format!("cannot serve the sandbox: {why}") })?;
        let base = server.base_url();
        let (greeting, environment) = server.with_default(|world| (Greeting::of(listen, world), Environment::of(world, &base)));
        match told {
            Report::Text => print(&format!("\n{}", greeting.text(&base, token.as_ref(), None)))?,
            Report::Json(mut document) => {
                let serving =
                    Told { base_url: &base, admin_token: token.as_ref().map(Secret::expose), ca_file: None, environment: &environment };
                document["serving"] = serving.document();
                print(&document.to_string())?;
            }
        }
        signals.wait().await;
        server.stop().await;
        Ok(Exit::Good)
    });
    runtime.shutdown_timeout(std::time::Duration::from_millis(100));
    done
}
