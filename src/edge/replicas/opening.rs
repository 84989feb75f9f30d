//! How a replica begins: the database is waited for, its tables are brought to the present version, and the lease begins.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::connecting::{Address, Trouble};
use super::database::{Database, Replica};
use super::keeper::Keeper;
use super::service::{Parts, Replicas};
use crate::edge::data::Came;
use crate::edge::driver::{Driver, Outside, Stopwatch};
use crate::edge::keeping::{Keeping, Store};
use crate::edge::registry::{Hosting, Registry};
use crate::engine::start::Start;
use crate::kit::secret::Secret;
use crate::sandbox::Sandbox;
use crate::sandbox::history::Restored;

/// How soon a database that is not there is tried again.
const PAUSE: Duration = Duration::from_millis(250);

/// What a replica begins with.
pub struct Opening {
    pub address: Address,
    /// Where the other replicas reach this one, as [`advertised`](super::forwarding::advertised) writes it.
    pub advertise: String,
    pub lease: Duration,
    /// How long the database is waited for.
    pub wait: Duration,
    /// Text that no other replica draws: it begins the name of this one, and becomes the token between all of them, if they have none yet.
    pub drawn: String,
    pub admin_token: Option<Secret>,
}

/// Why the database cannot be used, as a sentence without its full stop.
pub struct Unopened(pub String);

/// A database that can be used, and the thread on which it is asked.
#[derive(Clone)]
pub struct Opened {
    replicas: Arc<Replicas>,
    /// Its host and its name.
    shown: String,
    /// The thread ends when this is dropped.
    _running: Arc<watch::Sender<()>>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("replica", self.replicas.me()).finish_non_exhaustive()
    }
}

impl Opening {
    /// Waits for the database.
    ///
    /// # Errors
    /// It was not there in time, or cannot be used.
    pub async fn open(self) -> Result<Opened, Unopened> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|why| Unopened(format!("the thread of the store cannot be started: {why}")))?;
        let (running, handle) = (watch::Sender::new(()), runtime.handle().clone());
        let mut runs = running.subscribe();
        let thread = std::thread::Builder::new().name("playmoney-store".to_owned()).spawn(move || {
            // An error says that the sender was dropped, and nothing is ever sent.
            _ = runtime.block_on(runs.changed());
            runtime.shutdown_timeout(Duration::from_millis(100));
        });
        thread.map_err(|why| Unopened(format!("the thread of the store cannot be started: {why}")))?;
        let shown = self.address.shown();
        let prepared = handle.spawn(self.prepare()).await;
        let (database, token, lease, admin_token) = prepared.unwrap_or_else(|why| Err(Unopened(why.to_string())))?;
        let parts = async move {
            let (tell, news) = mpsc::unbounded_channel();
            let keeper = Keeper::start(Arc::clone(&database), tell);
            let runtime = tokio::runtime::Handle::current();
            Replicas::begin(Parts { database, keeper, token, admin_token, lease, runtime, news })
        };
        let replicas = handle.spawn(parts).await.map_err(|why| Unopened(why.to_string()))?;
        Ok(Opened { replicas, shown, _running: Arc::new(running) })
    }

    async fn prepare(self) -> Result<(Arc<Database>, String, Duration, Option<Secret>), Unopened> {
        let Self { address, advertise, lease, wait, drawn, admin_token } = self;
        let shown = address.shown();
        let place = advertise.trim_start_matches("http://").to_owned();
        let id = format!("{place}-{}", drawn.get(..8).unwrap_or(&drawn));
        let database = Database::new(&address, Replica { id, advertise }, lease).map_err(Unopened)?;
        let waited = Stopwatch::start();
        let mut is_told = false;
        loop {
            // A database that stands still takes connections, and answers nothing.
            let left = wait.saturating_sub(waited.elapsed()).max(PAUSE);
            let begun = tokio::time::timeout(left, Self::begin(&database, &drawn)).await;
            let why = match begun.unwrap_or_else(|_| Err(Trouble::Lost("it has not answered".to_owned()))) {
                Ok(Ok(token)) => return Ok((Arc::new(database), token, lease, admin_token)),
                Ok(Err(why)) => return Err(Unopened(format!("the database {shown} cannot be used: {why}"))),
                Err(why @ Trouble::Untrusted(_)) => return Err(Unopened(format!("the database {shown} cannot be used: {why}"))),
                Err(why) => why,
            };
            if wait < waited.elapsed() + PAUSE {
                let seconds = wait.as_secs_f32();
                return Err(Unopened(format!("the database {shown} was not there within {seconds} s: {why}")));
            }
            if !std::mem::replace(&mut is_told, true) {
                tracing::warn!(kind = "store", "the database {shown} is waited for: {why}");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn begin(database: &Database, drawn: &str) -> Result<Result<String, String>, Trouble> {
        let prepared = database.prepare(drawn).await?;
        if prepared.is_ok() {
            database.renew().await?;
        }
        Ok(prepared)
    }
}

impl Replicas {
    /// A sandbox as the database has it, whether or not one of the replicas owns it. `None`: it has nothing of it.
    ///
    /// # Errors
    /// A sentence: it cannot be read.
    pub(crate) async fn kept(&self, name: &'static str) -> Result<Option<Restored>, String> {
        let cannot = |why: &dyn fmt::Display| format!("what `{name}` is like now cannot be said: {why}");
        let read = self.ask(|it| async move { it.read(name).await }).await.map_err(|why| cannot(&why))?;
        let Some(history) = read.filter(|it| !it.base.is_empty()) else { return Ok(None) };
        history.played().await.map(Some).map_err(|why| cannot(&why))
    }
}

impl Opened {
    /// The registry of a server on it, and what the database has. The default sandbox is made, if none of the replicas has made it yet.
    ///
    /// # Errors
    /// The database is away.
    pub(crate) async fn registry(self, hosting: Hosting) -> io::Result<(Arc<Registry>, Came)> {
        let count = self.replicas.ask(|it| async move { it.count().await }).await.map_err(|why| io::Error::other(why.to_string()))?;
        let store: Arc<dyn Store> = Arc::clone(&self.replicas.keeper) as Arc<dyn Store>;
        let keeping = Some(Keeping::new(store, 0));
        let Hosting { usual, making, sandboxes_max, stopwatch, outside, threads } = hosting;
        let sandbox = Sandbox::new(Start { history_bytes_max: 0, ..usual.clone() }, stopwatch.uptime());
        let stand_in = Driver::new(sandbox, stopwatch, outside.clone(), threads.settle());
        let outside = Outside { keeping, ..outside };
        let hosting = Hosting { usual, making, sandboxes_max, stopwatch, outside, threads };
        let registry = Registry::shared(hosting, stand_in, Arc::clone(&self.replicas));
        let is_made = registry.make_default().await.map_err(io::Error::other)?;
        registry.hold_store(self);
        Ok((registry, Came { sandboxes: usize::try_from(count).unwrap_or_default(), has_default: !is_made, ..Came::default() }))
    }

    /// The host and the name of the database, for messages.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The replica.
    pub fn replicas(&self) -> &Arc<Replicas> {
        &self.replicas
    }
}
