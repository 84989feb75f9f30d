//! A served sandbox as the stage of a scenario: the scenario acts as the outside world, and an application calls the API.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::Server;
use super::driver::{Caller, Driver};
use super::probing;
use super::registry::DEFAULT;
use crate::engine::world::World;
use crate::kit::http::{Request, Response};
use crate::kit::time::Uptime;
use crate::sandbox::history::Capsule;
use crate::stage::{PAUSE, Stage};

/// The default sandbox of a server, and its forks.
pub struct ServerStage<'a> {
    server: &'a Server,
    runtime: Handle,
    /// The names of the forks that the scenario has made; they are removed when it ends.
    forks: Vec<String>,
}

impl<'a> ServerStage<'a> {
    /// On that server.
    pub fn new(server: &'a Server, runtime: Handle) -> Self {
        Self { server, runtime, forks: Vec::new() }
    }

    fn driver(&self, fork: Option<&str>) -> Arc<Driver> {
        let registry = &self.server.shared.registry;
        fork.and_then(|it| registry.find(it)).unwrap_or_else(|| registry.default())
    }
}

/// Removes the forks that the scenario has made.
impl Drop for ServerStage<'_> {
    fn drop(&mut self) {
        for name in &self.forks {
            self.server.shared.registry.remove(name);
        }
    }
}

impl Stage for ServerStage<'_> {
    fn ask(&mut self, fork: Option<&str>, request: Request) -> Result<Response, &'static str> {
        self.ask_together(fork, vec![request]).pop().unwrap_or(Err("empty_response"))
    }

    fn ask_together(&mut self, fork: Option<&str>, requests: Vec<Request>) -> Vec<Result<Response, &'static str>> {
        let driver = self.driver(fork);
        self.runtime.block_on(async {
            let put = |it: Request| driver.refusal(&it).map_or_else(|| Ok(driver.put(it)), |refusal| Err(Box::new(refusal)));
            let callers: Vec<_> = requests.into_iter().map(put).collect();
            let mut answers = Vec::new();
            for caller in callers {
                answers.push(match caller {
                    Ok(caller) => answer(&driver, caller).await,
                    Err(refusal) => Ok(*refusal),
                });
            }
            answers
        })
    }

    fn look(&mut self, fork: Option<&str>, look: &mut dyn FnMut(&mut World)) {
        self.driver(fork).look(look);
    }

    fn fork(&mut self, from: Option<&str>, name: &str) {
        let copying = self.server.shared.registry.fork(from.unwrap_or(DEFAULT), name);
        if self.runtime.block_on(copying).is_some() {
            self.forks.push(name.to_owned());
        }
    }

    fn capsule(&self) -> Option<Capsule> {
        self.driver(None).capsule()
    }

    fn uptime(&self) -> Uptime {
        self.server.shared.stopwatch.uptime()
    }

    fn probe(&mut self, url: &str) -> Result<Response, String> {
        self.runtime.block_on(probing::ask(&self.driver(None), url))
    }

    fn pause(&mut self) -> bool {
        self.runtime.block_on(async { tokio::time::sleep(PAUSE).await });
        true
    }
}

/// The answer to a request of a scenario or a test. When a rule delays it, simulated time passes until it leaves, because its
/// author cannot advance the clock while it waits.
pub async fn answer(driver: &Arc<Driver>, mut caller: Caller) -> Result<Response, &'static str> {
    while let Some(at) = caller.ready_or_held().await {
        driver.walk_to(at).answer().await;
    }
    let leaving = caller.answer().await.ok_or("empty_response")?;
    match leaving.transport {
        Some(it) if it.fails() => Err(it.word()),
        _ => Ok(leaving.response),
    }
}
