//! The servers on which runs are played, one for each job.

use std::net::SocketAddr;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use tokio::runtime::Runtime;

use super::Explore;
use crate::cli::serve::cannot_listen;
use crate::cli::serve::listen::addresses;
use crate::cli::{Exit, Stop};
use crate::edge::{Config, Server};
use crate::explore::{self, Run, Task};
use crate::kit::printable::line;
use crate::kit::webhook_url::shown;
use crate::scenario::Scenario;
use crate::stage::start_of;

/// After each such time it is said that runs are still under way.
const PATIENCE: Duration = Duration::from_secs(10);

/// One server for each job, with the address of its application.
pub struct Servers {
    runtime: Runtime,
    all: Vec<(Server, String)>,
}

impl Servers {
    pub fn start(asked: &Explore) -> Result<Self, Stop> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|why| Stop { exit: Exit::Start, why: format!("cannot start threads: {why}") })?;
        let mut all = Vec::new();
        for job in 0..u16::from(asked.jobs) {
            let listen = addresses(&asked.listen, None).into_iter().map(|it| behind(it, job)).collect::<Option<Vec<_>>>();
            let listen = listen.ok_or_else(|| Stop::usage(format!("--listen leaves no port for job {job}")))?;
            let faketime_file = asked.faketime_file.clone(); // one job alone may have it
            let server = runtime.block_on(Server::start(Config { listen: listen.clone(), faketime_file, ..Config::default() }));
            let server = server.map_err(|why| Stop { exit: Exit::Start, why: cannot_listen(&listen, &why) })?;
            all.push((server, asked.webhook_url.replace("{job}", &job.to_string())));
        }
        Ok(Self { runtime, all })
    }

    /// Where they serve, and where webhooks go.
    pub fn in_words(&self, webhook_url: &str) -> String {
        let bases: Vec<String> = self.all.iter().map(|it| it.0.base_url()).collect();
        format!("playmoney: serving on {}, webhooks go to {}", bases.join(", "), line(&shown(webhook_url)))
    }

    /// Plays runs, each on a server. `waiting` is told now and then that they take long, and how long they have taken.
    pub fn play(
        &self,
        scenario: &Scenario,
        seed: u64,
        tasks: &[Task<'_>],
        waiting: &mut dyn FnMut(Duration, &[Task<'_>]),
    ) -> Result<Vec<Run>, Stop> {
        std::thread::scope(|scope| {
            let (ended, ends) = channel::<()>();
            let play = |(task, (server, url)): (&Task<'_>, &(Server, String))| {
                server.begin(explore::begins(task, start_of(scenario, seed, Some(url)))).map_err(|impossible| {
                    let why = impossible.into_iter().map(|it| it.why).collect::<Vec<_>>().join("; ");
                    Stop::usage(format!("a sandbox cannot begin with this scenario: {why}"))
                })?;
                Ok(explore::play(scenario, task, &mut server.stage(self.runtime.handle().clone())))
            };
            let work = |it| {
                // Dropped when the work is done, also by a panic.
                let ended = ended.clone();
                scope.spawn(move || {
                    let _ended = ended;
                    play(it)
                })
            };
            let workers: Vec<_> = tasks.iter().zip(&self.all).map(work).collect();
            drop(ended);
            for nth in 1.. {
                if !matches!(ends.recv_timeout(PATIENCE), Err(RecvTimeoutError::Timeout)) {
                    break; // all have ended
                }
                waiting(PATIENCE * nth, tasks);
            }
            let joined = |it: std::thread::ScopedJoinHandle<'_, _>| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            workers.into_iter().map(joined).collect()
        })
    }
}

/// The address for a job: that of the first with a later port. A free port is picked for each.
fn behind(address: SocketAddr, job: u16) -> Option<SocketAddr> {
    let port = if address.port() == 0 { 0 } else { address.port().checked_add(job)? };
    Some(SocketAddr::new(address.ip(), port))
}
