//! A served sandbox as the stage of a scenario: the file drives the outside world, an application the API.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use tokio::runtime::Handle;

use super::Server;
use super::driver::{Driver, Leaving};
use crate::engine::rules::Transport;
use crate::engine::world::World;
use crate::kit::http::{Method, Request, Response};
use crate::stage::{PAUSE, Stage, control};

/// The default sandbox of a server, and its forks.
pub struct ServerStage<'a> {
    server: &'a Server,
    runtime: Handle,
    forks: BTreeMap<String, Arc<Driver>>,
}

impl<'a> ServerStage<'a> {
    /// On that server.
    pub fn new(server: &'a Server, runtime: Handle) -> Self {
        Self { server, runtime, forks: BTreeMap::new() }
    }

    fn driver(&self, fork: Option<&str>) -> &Arc<Driver> {
        fork.and_then(|it| self.forks.get(it)).unwrap_or(&self.server.driver)
    }
}

/// The copies belong to the scenario that has made them.
impl Drop for ServerStage<'_> {
    fn drop(&mut self) {
        for name in self.forks.keys() {
            self.server.shared.registry.leave(name);
        }
    }
}

impl Stage for ServerStage<'_> {
    fn ask(&mut self, fork: Option<&str>, request: Request) -> Result<Response, &'static str> {
        let driver = Arc::clone(self.driver(fork));
        let leaving = self.runtime.block_on(answered(driver, request)).ok_or("empty_response")?;
        match leaving.transport {
            None | Some(Transport::Dribble { .. }) => Ok(leaving.response),
            Some(it) => Err(it.word()),
        }
    }

    fn look(&mut self, fork: Option<&str>, look: &mut dyn FnMut(&mut World)) {
        self.driver(fork).look(look);
    }

    fn fork(&mut self, from: Option<&str>, name: &str) {
        let _inside = self.runtime.enter();
        let copy = self.driver(from).fork(name);
        self.server.loopback.enter(name, &copy);
        self.server.shared.registry.enter(name, Arc::clone(&copy));
        self.forks.insert(name.to_owned(), copy);
    }

    fn pause(&mut self) -> bool {
        self.runtime.block_on(async { tokio::time::sleep(PAUSE).await });
        true
    }
}

/// An answer, whatever a rule holds it back for: the script that calls lets the simulated time pass for which it waits.
async fn answered(driver: Arc<Driver>, request: Request) -> Option<Leaving> {
    let mut caller = driver.put(request);
    while let Some(at) = caller.ready_or_held().await {
        driver.handle(control(Method::POST, "clock/advance", json!({"to": at}).to_string())).await;
    }
    caller.answer().await
}
