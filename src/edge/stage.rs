//! A served sandbox as the stage of a scenario: the file drives the outside world, an application the API.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use tokio::runtime::Handle;

use super::Server;
use super::driver::Driver;
use super::holding::Leaving;
use crate::engine::agenda::Due;
use crate::engine::rules::Transport;
use crate::engine::tables::settings;
use crate::engine::tables::settings::Value;
use crate::engine::world::World;
use crate::kit::http::{Method, Request, Response};
use crate::kit::time::Timestamp;
use crate::stage::{PAUSE, Stage, control};

/// Where the copy of a served sandbox sends its webhooks: the application hears of the original alone.
const FORK_INBOX: &str = "http://fork.inbox.playmoney.test/";

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
        copy.look(|world| {
            for account in world.core.accounts.iter_mut().flat_map(|it| it.values_mut()) {
                account.set(&settings::WEBHOOK_URL, Value::Text(FORK_INBOX.to_owned()));
            }
        });
        self.server.loopback.enter(name, &copy);
        self.server.shared.registry.enter(name, Arc::clone(&copy));
        self.forks.insert(name.to_owned(), copy);
    }

    fn pause(&mut self) -> bool {
        self.runtime.block_on(async { tokio::time::sleep(PAUSE).await });
        true
    }
}

/// When the answers leave that rules hold back, as far as somebody has to let time pass for it.
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
