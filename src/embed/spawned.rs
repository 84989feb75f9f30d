//! A server on a thread of its own, for programs without tokio.

use std::fmt;
use std::net::SocketAddr;

use serde_json::Value as Json;

use super::answer::{Answer, Error};
use super::report::Report;
use super::served::ServedSandbox;
use crate::edge::spawned::{Blocking, Spawned};
use crate::edge::{Config, Server};
use crate::kit::http::{Request, Response};
use crate::kit::time::Timestamp;

/// A server that runs on a thread of its own until it is dropped.
///
/// ```
/// use playmoney::{Config, Server};
/// use serde_json::json;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::spawn(Config::default())?;
/// let shop = server.sandbox("checkout-7")?;
/// let invoice = shop.call("quoine.createInvoice", json!({"price": "500.0"}))?;
/// let report = shop.advance("31m")?;
/// assert!(report.fired.iter().any(|it| it.subject == invoice["id"].to_string()));
/// # Ok(())
/// # }
/// ```
pub struct SpawnedServer(Spawned);

impl Server {
    /// Starts a server on a thread of its own, for a program that has no tokio runtime. The methods of its sandboxes block. When the
    /// value is dropped, the server stops; the requests under way have four seconds to end.
    ///
    /// # Errors
    /// Those of [`Server::start`], and that the system gives no thread.
    pub fn spawn(config: Config) -> std::io::Result<SpawnedServer> {
        Spawned::start(config).map(SpawnedServer)
    }
}

impl SpawnedServer {
    /// The address that is listened on, the first of several.
    pub fn address(&self) -> SocketAddr {
        self.0.with(Server::address)
    }

    /// The address for clients on this machine: `http://127.0.0.1:4242`.
    pub fn base_url(&self) -> String {
        self.0.with(Server::base_url)
    }

    /// The sandbox with that name; it is made if it does not exist.
    ///
    /// # Errors
    /// Those of [`Server::sandbox`].
    pub fn sandbox(&self, name: &str) -> Result<SpawnedSandbox, Error> {
        let served = self.0.with(|it| it.sandbox(name))?;
        Ok(SpawnedSandbox { served, blocking: self.0.blocking() })
    }
}

/// Shows the address.
impl fmt::Debug for SpawnedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpawnedServer").field("address", &self.address()).finish_non_exhaustive()
    }
}

/// A sandbox of a [`SpawnedServer`]: the methods of [`ServedSandbox`], which block until they are done. Do not call them inside a tokio
/// runtime: they panic there.
#[derive(Clone, Debug)]
pub struct SpawnedSandbox {
    served: ServedSandbox,
    blocking: Blocking,
}

impl SpawnedSandbox {
    /// Its name.
    pub fn name(&self) -> &str {
        self.served.name()
    }

    /// As [`ServedSandbox::base_url`].
    pub fn base_url(&self, provider: &str) -> String {
        self.served.base_url(provider)
    }

    /// As [`ServedSandbox::environment`].
    pub fn environment(&self) -> Json {
        self.served.environment()
    }

    /// The simulated moment.
    pub fn now(&self) -> Timestamp {
        self.served.now()
    }

    /// As [`ServedSandbox::call`].
    ///
    /// # Errors
    /// The same.
    pub fn call(&self, operation: &str, with: Json) -> Result<Answer, Error> {
        self.blocking.on(self.served.call(operation, with))
    }

    /// As [`ServedSandbox::act`].
    ///
    /// # Errors
    /// The same.
    pub fn act(&self, action: &str, with: Json) -> Result<Answer, Error> {
        self.blocking.on(self.served.act(action, with))
    }

    /// As [`ServedSandbox::advance`].
    ///
    /// # Errors
    /// The same.
    pub fn advance(&self, span: &str) -> Result<Report, Error> {
        self.blocking.on(self.served.advance(span))
    }

    /// As [`ServedSandbox::fork`].
    ///
    /// # Errors
    /// The same.
    pub fn fork(&self, name: &str) -> Result<Self, Error> {
        let served = self.blocking.on(self.served.fork(name))?;
        Ok(Self { served, ..self.clone() })
    }

    /// As [`ServedSandbox::send`].
    ///
    /// # Errors
    /// The same.
    pub fn send(&self, request: Request) -> Result<Response, Error> {
        self.blocking.on(self.served.send(request))
    }

    /// As [`ServedSandbox::requests`].
    ///
    /// # Errors
    /// The same.
    pub fn requests(&self) -> Result<Json, Error> {
        self.blocking.on(self.served.requests())
    }

    /// As [`ServedSandbox::deliveries`].
    ///
    /// # Errors
    /// The same.
    pub fn deliveries(&self) -> Result<Json, Error> {
        self.blocking.on(self.served.deliveries())
    }

    /// As [`ServedSandbox::verify`].
    ///
    /// # Errors
    /// The same.
    pub fn verify(&self, criteria: &Json) -> Result<u64, Error> {
        self.blocking.on(self.served.verify(criteria))
    }

    /// As [`ServedSandbox::wait`].
    ///
    /// # Errors
    /// The same.
    pub fn wait(&self, criteria: &Json) -> Result<u64, Error> {
        self.blocking.on(self.served.wait(criteria))
    }

    /// As [`ServedSandbox::state`].
    ///
    /// # Errors
    /// The same.
    pub fn state(&self) -> Result<Json, Error> {
        self.blocking.on(self.served.state())
    }

    /// As [`ServedSandbox::restore`].
    ///
    /// # Errors
    /// The same.
    pub fn restore(&self, state: &Json) -> Result<(), Error> {
        self.blocking.on(self.served.restore(state))
    }

    /// As [`ServedSandbox::reset`].
    ///
    /// # Errors
    /// The same.
    pub fn reset(&self, webhook_url: Option<&str>) -> Result<(), Error> {
        self.blocking.on(self.served.reset(webhook_url))
    }

    /// As [`ServedSandbox::assumptions`].
    ///
    /// # Errors
    /// The same.
    pub fn assumptions(&self) -> Result<Json, Error> {
        self.blocking.on(self.served.assumptions())
    }

    /// As [`ServedSandbox::coverage`].
    ///
    /// # Errors
    /// The same.
    pub fn coverage(&self) -> Result<Json, Error> {
        self.blocking.on(self.served.coverage())
    }
}
