//! A server on a thread of its own, for programs without tokio.

use std::fmt;
use std::net::SocketAddr;
use std::thread::JoinHandle;

use serde_json::Value as Json;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::answer::{Answer, Error};
use super::report::Report;
use super::served::ServedSandbox;
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
pub struct SpawnedServer {
    /// `None` while it is being dropped.
    server: Option<Server>,
    runtime: Handle,
    stop: Option<oneshot::Sender<Server>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server on a thread of its own, for a program that has no tokio runtime. The methods of its sandboxes block.
    ///
    /// # Errors
    /// Those of [`Server::start`], and that the system gives no thread.
    pub fn spawn(config: Config) -> std::io::Result<SpawnedServer> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let server = runtime.block_on(Self::start(config))?;
        let (stop, stopped) = oneshot::channel::<Self>();
        let serve = move || {
            runtime.block_on(async {
                if let Ok(server) = stopped.await {
                    server.stop().await;
                }
            });
            runtime.shutdown_background();
        };
        let thread = std::thread::Builder::new().name("playmoney".to_owned()).spawn(serve)?;
        Ok(SpawnedServer { server: Some(server), runtime: handle, stop: Some(stop), thread: Some(thread) })
    }
}

impl SpawnedServer {
    fn server(&self) -> &Server {
        self.server.as_ref().expect("it is taken out only when this value is dropped")
    }

    /// The address that is listened on, the first of several.
    pub fn address(&self) -> SocketAddr {
        self.server().address()
    }

    /// The address for clients on this machine: `http://127.0.0.1:4242`.
    pub fn base_url(&self) -> String {
        self.server().base_url()
    }

    /// The sandbox with that name; it is made if it does not exist.
    ///
    /// # Errors
    /// Those of [`Server::sandbox`].
    pub fn sandbox(&self, name: &str) -> Result<SpawnedSandbox, Error> {
        let _inside = self.runtime.enter();
        let served = self.server().sandbox(name)?;
        Ok(SpawnedSandbox { served, runtime: self.runtime.clone() })
    }
}

/// Stops the server, and waits until the requests under way have ended: four seconds at most.
impl Drop for SpawnedServer {
    fn drop(&mut self) {
        if let (Some(stop), Some(server)) = (self.stop.take(), self.server.take()) {
            _ = stop.send(server);
        }
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
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
    runtime: Handle,
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
        self.runtime.block_on(self.served.call(operation, with))
    }

    /// As [`ServedSandbox::act`].
    ///
    /// # Errors
    /// The same.
    pub fn act(&self, action: &str, with: Json) -> Result<Answer, Error> {
        self.runtime.block_on(self.served.act(action, with))
    }

    /// As [`ServedSandbox::advance`].
    ///
    /// # Errors
    /// The same.
    pub fn advance(&self, span: &str) -> Result<Report, Error> {
        self.runtime.block_on(self.served.advance(span))
    }

    /// As [`ServedSandbox::send`].
    ///
    /// # Errors
    /// The same.
    pub fn send(&self, request: Request) -> Result<Response, Error> {
        self.runtime.block_on(self.served.send(request))
    }

    /// As [`ServedSandbox::requests`].
    ///
    /// # Errors
    /// The same.
    pub fn requests(&self) -> Result<Json, Error> {
        self.runtime.block_on(self.served.requests())
    }

    /// As [`ServedSandbox::deliveries`].
    ///
    /// # Errors
    /// The same.
    pub fn deliveries(&self) -> Result<Json, Error> {
        self.runtime.block_on(self.served.deliveries())
    }

    /// As [`ServedSandbox::verify`].
    ///
    /// # Errors
    /// The same.
    pub fn verify(&self, criteria: &Json) -> Result<u64, Error> {
        self.runtime.block_on(self.served.verify(criteria))
    }

    /// As [`ServedSandbox::wait`].
    ///
    /// # Errors
    /// The same.
    pub fn wait(&self, criteria: &Json) -> Result<u64, Error> {
        self.runtime.block_on(self.served.wait(criteria))
    }

    /// As [`ServedSandbox::state`].
    ///
    /// # Errors
    /// The same.
    pub fn state(&self) -> Result<Json, Error> {
        self.runtime.block_on(self.served.state())
    }

    /// As [`ServedSandbox::restore`].
    ///
    /// # Errors
    /// The same.
    pub fn restore(&self, state: &Json) -> Result<(), Error> {
        self.runtime.block_on(self.served.restore(state))
    }

    /// As [`ServedSandbox::reset`].
    ///
    /// # Errors
    /// The same.
    pub fn reset(&self, webhook_url: Option<&str>) -> Result<(), Error> {
        self.runtime.block_on(self.served.reset(webhook_url))
    }

    /// As [`ServedSandbox::assumptions`].
    ///
    /// # Errors
    /// The same.
    pub fn assumptions(&self) -> Result<Json, Error> {
        self.runtime.block_on(self.served.assumptions())
    }

    /// As [`ServedSandbox::coverage`].
    ///
    /// # Errors
    /// The same.
    pub fn coverage(&self) -> Result<Json, Error> {
        self.runtime.block_on(self.served.coverage())
    }
}
