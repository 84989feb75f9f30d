//! A served sandbox as the stage of a scenario: the file drives the outside world, an application the API.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::Server;
use super::driver::Driver;
use crate::engine::account::Value;
use crate::engine::contract::settings;
use crate::engine::world::World;
use crate::kit::http::{Request, Response};
use crate::runner::{PAUSE, Stage};

/// Where the copy of a served sandbox sends its webhooks: the application hears of the original alone.
const FORK_INBOX: &str = "http://fork.inbox.playmoney.test/";

/// The default sandbox of a server, and its forks.
pub struct Live<'a> {
    server: &'a Server,
    runtime: Handle,
    forks: BTreeMap<String, Arc<Driver>>,
}

impl<'a> Live<'a> {
    /// On that server.
    pub fn new(server: &'a Server, runtime: Handle) -> Self {
        Self { server, runtime, forks: BTreeMap::new() }
    }

    fn driver(&self, fork: Option<&str>) -> &Arc<Driver> {
        fork.and_then(|it| self.forks.get(it)).unwrap_or(&self.server.driver)
    }
}

impl Stage for Live<'_> {
    fn ask(&mut self, fork: Option<&str>, request: Request) -> Result<Response, &'static str> {
        let driver = Arc::clone(self.driver(fork));
        self.runtime.block_on(async move { driver.handle(request).await }).ok_or("empty_response")
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
        self.server.mailroom.enter(name, &copy);
        self.server.house.desk.enter(name, Arc::clone(&copy));
        self.forks.insert(name.to_owned(), copy);
    }

    fn pause(&mut self) -> bool {
        self.runtime.block_on(async { tokio::time::sleep(PAUSE).await });
        true
    }
}
