//! A server on a thread of its own, for programs without tokio.

use std::thread::JoinHandle;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::threads::batch;
use super::{Config, Server};

/// A server that runs on a thread of its own until it is dropped.
pub struct Spawned {
    /// `None` while it is being dropped.
    server: Option<Server>,
    blocking: Blocking,
    stop: Option<oneshot::Sender<Server>>,
    thread: Option<JoinHandle<()>>,
}

/// Waits for what happens on the thread of a server.
#[derive(Clone, Debug)]
pub struct Blocking(Handle);

impl Blocking {
    /// Blocks until the future is done.
    ///
    /// # Panics
    /// The caller is inside a tokio runtime.
    pub fn on<T>(&self, future: impl Future<Output = T>) -> T {
        self.0.block_on(future)
    }
}

impl Spawned {
    /// Starts a server.
    ///
    /// # Errors
    /// Those of [`Server::start`], and that the system gives no thread.
    pub fn start(config: Config) -> std::io::Result<Self> {
        let runtime = batch::runtime()?;
        let handle = runtime.handle().clone();
        let server = runtime.block_on(Server::start(config));
        batch::forget_turns();
        let server = server?;
        let (stop, stopped) = oneshot::channel::<Server>();
        let serve = move || {
            runtime.block_on(async {
                if let Ok(server) = stopped.await {
                    server.stop().await;
                }
            });
            runtime.shutdown_background();
        };
        let thread = std::thread::Builder::new().name("playmoney".to_owned()).spawn(serve)?;
        Ok(Self { server: Some(server), blocking: Blocking(handle), stop: Some(stop), thread: Some(thread) })
    }

    /// Looks at the server, inside its runtime. What is done there does not wait.
    ///
    /// # Panics
    /// Never: the server is taken out only when this value is dropped.
    pub fn with<T>(&self, look: impl FnOnce(&Server) -> T) -> T {
        let _inside = self.blocking.0.enter();
        look(self.server.as_ref().expect("it is taken out only when this value is dropped"))
    }

    pub fn blocking(&self) -> Blocking {
        self.blocking.clone()
    }
}

/// Stops the server, and waits until the requests under way have ended: four seconds at most.
impl Drop for Spawned {
    fn drop(&mut self) {
        if let (Some(stop), Some(server)) = (self.stop.take(), self.server.take()) {
            _ = stop.send(server);
        }
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}
