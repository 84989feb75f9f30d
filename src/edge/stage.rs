//! A served sandbox as the stage of a scenario: the file drives the outside world, an application the API.

use std::sync::Arc;

use serde_json::json;
use tokio::runtime::Handle;

use super::Server;
use super::driver::Driver;
use super::holding::Leaving;
use super::registry::DEFAULT;
use crate::engine::agenda::Due;
use crate::engine::rules::Transport;
use crate::engine::tables::settings;
use crate::engine::tables::settings::Value;
use crate::engine::world::World;
use crate::kit::http::{Method, Request, Response};
use crate::kit::time::Timestamp;
use crate::stage::{PAUSE, Stage, control};

/// Where the copy of a served sandbox sends its webhooks: the application receives those of the original alone.
const FORK_INBOX: &str = "http://fork.inbox.playmoney.test/";

/// The default sandbox of a server, and its forks.
pub struct ServerStage<'a> {
    server: &'a Server,
    runtime: Handle,
    /// The names of the forks that the scenario has made: they go when it ends.
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

/// The forks belong to the scenario that has made them.
impl Drop for ServerStage<'_> {
    fn drop(&mut self) {
        for name in &self.forks {
            self.server.shared.registry.remove(name);
        }
    }
}

impl Stage for ServerStage<'_> {
    fn ask(&mut self, fork: Option<&str>, request: Request) -> Result<Response, &'static str> {
        let leaving = self.runtime.block_on(answered(self.driver(fork), request)).ok_or("empty_response")?;
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
        let Some(copy) = self.server.shared.registry.fork(from.unwrap_or(DEFAULT), name) else { return };
        copy.look(|world| {
            for account in world.core.accounts.iter_mut().flat_map(|it| it.values_mut()) {
                account.set(&settings::WEBHOOK_URL, Value::Text(FORK_INBOX.to_owned()));
            }
        });
        self.forks.push(name.to_owned());
    }

    fn pause(&mut self) -> bool {
        self.runtime.block_on(async { tokio::time::sleep(PAUSE).await });
        true
    }
}

/// The moments at which delayed answers leave, where time has to be advanced for that.
fn held(driver: &Driver) -> Vec<Timestamp> {
    let mut moments = Vec::new();
    driver.look(|world| {
        if world.core.clock.stands() && world.walk.is_none() {
            moments = world.core.agenda.iter().filter(|it| matches!(it.1, Due::Held { .. })).map(|it| it.0).collect();
        }
    });
    moments
}

/// An answer, whatever a rule holds it back for: the script that calls lets the simulated time pass for which it waits.
/// For answers to others no time passes here, however long a receiver takes.
async fn answered(driver: Arc<Driver>, request: Request) -> Option<Leaving> {
    /// An answer that comes at all comes sooner than this.
    const SOON: std::time::Duration = std::time::Duration::from_millis(100);
    let others = held(&driver);
    let mut answer = std::pin::pin!(driver.handle(request));
    loop {
        if let Ok(answer) = tokio::time::timeout(SOON, &mut answer).await {
            return answer;
        }
        let mut own = held(&driver);
        for it in &others {
            own.iter().position(|at| at == it).map(|place| own.remove(place));
        }
        if let Some(at) = own.first() {
            driver.handle(control(Method::POST, "clock/advance", json!({"to": at}).to_string())).await;
        }
    }
}
