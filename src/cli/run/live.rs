//! Scenarios with a real application: one file at a time, in the default sandbox of a server.

use std::time::Duration;

use super::numbers::{first_run, numbered};
use super::{Loaded, PlayedFile, Run};
use crate::cli::output::tell;
use crate::cli::serve::cannot_listen;
use crate::cli::serve::listen::addresses;
use crate::cli::written::{ReadyFile, Told};
use crate::cli::{Exit, Stop};
use crate::control::environment::Environment;
use crate::edge::driver::Stopwatch;
use crate::edge::{Config, Server};
use crate::engine::start::Start;
use crate::engine::world::World;
use crate::kit::http::{Request, Response};
use crate::kit::printable::line;
use crate::kit::time::Uptime;
use crate::kit::webhook_url::shown;
use crate::providers;
use crate::sandbox::history::Capsule;
use crate::stage::Stage;

/// Plays every file behind the same server, so that its address stays the same for the application.
pub fn play_all(run: &Run, webhook_url: &str, chosen: &[&Loaded]) -> Result<Vec<PlayedFile>, Stop> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|why| Stop { exit: Exit::Start, why: format!("cannot start threads: {why}") })?;
    let listen = addresses(&run.listen, run.port);
    let faketime_file = run.faketime_file.clone();
    let config = Config { listen: listen.clone(), start: Start::default(), faketime_file, ..Config::default() };
    let server = runtime.block_on(Server::start(config));
    let server = server.map_err(|why| Stop { exit: Exit::Start, why: cannot_listen(&listen, &why) })?;
    if !run.json {
        tell(format!("playmoney: serving on {}, webhooks go to {}", server.base_url(), line(&shown(webhook_url))));
    }
    let base = server.base_url();
    let environment = || Environment::of(&World::new(Start::default(), providers::all(), Uptime::START), &base);
    let write = |file| ReadyFile::write(file, &Told { base_url: &base, admin_token: None, ca_file: None, environment: &environment() });
    let ready = run.ready_file.as_deref().map(write).transpose()?;
    let mut files: Vec<PlayedFile> = Vec::new();
    let first = run.first_run.unwrap_or_else(|| first_run(Stopwatch::start().uptime().date));
    for (number, (loaded, nth)) in (first..).zip(chosen.iter().flat_map(|it| run.times(it).map(move |nth| (it, nth)))) {
        files.push(run.play_one(loaded, nth, |start, scenario| {
            server.begin(numbered(start, scenario, number)).map_err(|it| scenario.mistakes(it))?;
            let stage = server.stage(runtime.handle().clone());
            Ok(if run.json { run.play_on(scenario, &mut { stage }) } else { run.play_on(scenario, &mut Aloud { stage, base: &base }) })
        }));
        if run.fail_fast && files.last().is_some_and(|it| it.exit() != Exit::Good) {
            break;
        }
    }
    drop(ready);
    runtime.block_on(server.stop());
    Ok(files)
}

/// A stage that says what it waits for: a person has to make the call.
struct Aloud<'a, S> {
    stage: S,
    base: &'a str,
}

impl<S: Stage> Stage for Aloud<'_, S> {
    fn ask(&mut self, fork: Option<&str>, request: Request) -> Result<Response, &'static str> {
        self.stage.ask(fork, request)
    }

    fn ask_together(&mut self, fork: Option<&str>, requests: Vec<Request>) -> Vec<Result<Response, &'static str>> {
        self.stage.ask_together(fork, requests)
    }

    fn look(&mut self, fork: Option<&str>, look: &mut dyn FnMut(&mut World)) {
        self.stage.look(fork, look);
    }

    fn fork(&mut self, from: Option<&str>, name: &str) {
        self.stage.fork(from, name);
    }

    fn capsule(&self) -> Option<Capsule> {
        self.stage.capsule()
    }

    fn uptime(&self) -> Uptime {
        self.stage.uptime()
    }

    fn waits(&mut self, operation: &str, patience: Duration) {
        let slug = operation.split('.').next().unwrap_or(operation);
        tell(format!("playmoney: waiting for {} at {}/{} ({patience:?})", line(operation), self.base, line(slug)));
    }

    fn probe(&mut self, url: &str) -> Result<Response, String> {
        self.stage.probe(url)
    }

    fn pause(&mut self) -> bool {
        self.stage.pause()
    }
}
