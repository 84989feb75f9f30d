//! One replica among others: which sandboxes it owns, where the others are, and how they come and go.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore, mpsc, watch};

use super::connecting::{Trouble, in_time};
use super::database::{Claimed, Database, Made, New, Replica};
use super::forwarding::Forwarding;
use super::keeper::{Keeper, News};
use super::placing::Credentials;
use super::restoring::Unrestored;
use super::tenure::{Desk, Fence, ReplicaId, Way};
use crate::control::Problem;
use crate::control::sandboxes;
use crate::edge::driver::{Driver, Stopwatch};
use crate::edge::keeping::{NotKept, Settings};
use crate::edge::registry::Registry;
use crate::kit::http::Response;
use crate::kit::secret::Secret;
use crate::kit::time::Timestamp;

/// How soon a caller looks again for an owner who does not answer.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Owners that are remembered.
const OWNERS_MAX: usize = 100_000;

/// Where a request goes.
pub enum Route {
    /// This replica owns the sandbox.
    Here(Arc<Driver>),
    /// Another does.
    There(Replica),
    /// No sandbox has that name.
    Absent,
    /// It cannot be said now.
    Refused(Response),
}

/// One replica.
pub struct Replicas {
    pub(super) database: Arc<Database>,
    pub(super) keeper: Arc<Keeper>,
    pub(super) forwarding: Forwarding,
    token: String,
    /// The token of the control API.
    pub(super) admin_token: Option<Secret>,
    pub(super) lease: Duration,
    /// The thread of the store, which no sandbox delays.
    pub(super) runtime: Handle,
    pub(super) registry: OnceLock<Weak<Registry>>,
    pub(super) credentials: Credentials,
    /// Sandboxes whose histories cannot be played here.
    pub(super) unrestored: Unrestored,
    pub(super) stopwatch: Stopwatch,
    pub(super) desk: Mutex<Desk>,
    /// Sandboxes that are being made: their callers do not know yet whether they are kept.
    pub(super) unborn: Mutex<BTreeSet<Fence>>,
    /// Who was last seen to own a sandbox that is not here.
    owners: Mutex<BTreeMap<String, Replica>>,
    /// The replicas whose leases lasted at the last look, and the uptime at which each ends, if it is not renewed.
    pub(super) living: watch::Sender<BTreeMap<ReplicaId, Duration>>,
    /// Notified when a claim is decided or a tenure has ended.
    pub(super) changed: Notify,
    /// Sandboxes that are restored at a time.
    restoring: Semaphore,
    /// Everything was handed over.
    pub(super) has_left: AtomicBool,
    pub(super) counts: Counts,
}

/// What a replica counts.
#[derive(Default)]
pub(super) struct Counts {
    pub forwarded: AtomicU64,
    pub restored: AtomicU64,
}

/// What a replica begins with.
pub struct Parts {
    pub database: Arc<Database>,
    pub keeper: Arc<Keeper>,
    pub token: String,
    pub admin_token: Option<Secret>,
    pub lease: Duration,
    pub runtime: Handle,
    pub news: mpsc::UnboundedReceiver<News>,
}

impl Replicas {
    /// Begins, and looks after its lease and its sandboxes from now on.
    pub fn begin(parts: Parts) -> Arc<Self> {
        let Parts { database, keeper, token, admin_token, lease, runtime, news } = parts;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let replicas = Arc::new(Self {
            database,
            keeper,
            forwarding: Forwarding::new(&token),
            token,
            admin_token,
            lease,
            runtime,
            registry: OnceLock::new(),
            credentials: Credentials::default(),
            unrestored: Unrestored::default(),
            stopwatch: Stopwatch::start(),
            desk: Mutex::default(),
            unborn: Mutex::default(),
            owners: Mutex::default(),
            living: watch::Sender::default(),
            changed: Notify::new(),
            restoring: Semaphore::new(cores.max(2)),
            has_left: AtomicBool::new(false),
            counts: Counts::default(),
        });
        replicas.tend(news);
        replicas
    }

    /// Sets the registry that has its sandboxes.
    pub fn connect(&self, registry: &Arc<Registry>) {
        _ = self.registry.set(Arc::downgrade(registry));
    }

    /// This replica, as others see it.
    pub fn me(&self) -> &Replica {
        self.database.me()
    }

    /// The token between replicas.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// What it has counted, for metrics: name, meaning, and how often.
    pub fn counted(&self) -> Vec<(&'static str, &'static str, u64)> {
        let (counts, own) = (self.keeper.counts(), &self.counts);
        let count = |it: &AtomicU64| it.load(Ordering::Relaxed);
        vec![
            ("playmoney_store_commits", "Commits that keep what sandboxes have heard", count(&counts.groups)),
            (
                "playmoney_store_pieces",
                "Parts of the commits that keep what sandboxes have heard: one for each sandbox in each commit",
                count(&counts.pieces),
            ),
            (
                "playmoney_store_fenced",
                "Parts of such commits that were refused because their sandbox has another owner",
                count(&counts.fenced),
            ),
            ("playmoney_store_unanswered", "Commits of which the answer was lost", count(&counts.unanswered)),
            ("playmoney_replica_forwarded", "Requests that were sent on to the owners of their sandboxes", count(&own.forwarded)),
            ("playmoney_replica_restored", "Sandboxes that were taken over", count(&own.restored)),
        ]
    }

    /// Whether it hands its sandboxes over.
    pub fn is_draining(&self) -> bool {
        self.desk.lock().is_draining()
    }

    /// Whether everything was handed over.
    pub(super) fn has_left(&self) -> bool {
        self.has_left.load(Ordering::Acquire)
    }

    pub(super) fn registry(&self) -> Option<Arc<Registry>> {
        self.registry.get()?.upgrade()
    }

    /// Asks the database, on the thread of the store.
    pub(super) async fn ask<T, F>(&self, what: impl FnOnce(Arc<Database>) -> F) -> Result<T, Trouble>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Trouble>> + Send + 'static,
    {
        let asked = self.runtime.spawn(in_time(what(Arc::clone(&self.database))));
        let answer = asked.await.unwrap_or_else(|_| Err(Trouble::Lost("the server stops".to_owned())));
        self.keeper.note(answer.as_ref().map(drop));
        answer
    }

    /// Where the sandbox of that name is. Waits while it moves, or while its owner is dead and the lease lasts.
    pub async fn route(self: &Arc<Self>, name: &str) -> Route {
        let waited = Stopwatch::start();
        while self.is_patient(waited) {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let owner = self.owners.lock().get(name).cloned();
            if let Some(owner) = owner.filter(|it| self.living.borrow().contains_key(&it.id)) {
                return Route::There(owner);
            }
            let way = self.desk.lock().ask(name);
            match way {
                Way::Here(_) => match self.registry().and_then(|it| it.find(name)) {
                    Some(driver) => return Route::Here(driver),
                    None => tokio::time::sleep(LOOK_AGAIN).await,
                },
                Way::Wait => _ = tokio::time::timeout(LOOK_AGAIN * 10, changed).await,
                Way::Elsewhere => return self.elsewhere(name).await,
                Way::Claim => {
                    // In a task: a caller who hangs up leaves no claim half done.
                    let (own, name) = (Arc::clone(self), name.to_owned());
                    let claimed = self.runtime.spawn(async move { own.claim(&name).await });
                    if let Ok(Some(route)) = claimed.await {
                        return route;
                    }
                }
            }
        }
        Route::Refused(Self::unreached())
    }

    /// This replica is about to stop: another one takes the request.
    async fn elsewhere(&self, name: &str) -> Route {
        let members = self.ask(|it| async move { it.members().await }).await.unwrap_or_default();
        let others: Vec<Replica> = members.into_iter().map(|it| it.replica).filter(|it| it != self.me()).collect();
        let place = name.bytes().map(usize::from).sum::<usize>() % others.len().max(1);
        others.get(place).cloned().map_or_else(|| Route::Refused(NotKept::because("this replica stops").refusal()), Route::There)
    }

    /// Claims a sandbox, and restores it. `None`: look again.
    async fn claim(self: Arc<Self>, name: &str) -> Option<Route> {
        let claimed = in_time(self.database.claim(name)).await;
        self.keeper.note(claimed.as_ref().map(drop));
        let route = match claimed {
            Ok(Claimed::Granted(fence)) => self.take_over(name, fence).await,
            Ok(Claimed::Held { by, .. }) => {
                self.remember(name, by.clone());
                Some(Route::There(by))
            }
            Ok(Claimed::Absent) => Some(Route::Absent),
            Ok(Claimed::Lapsed) => match in_time(self.database.renew()).await {
                Ok(()) => None,
                Err(why) => Some(Self::away(&why)),
            },
            Err(why) => Some(Self::away(&why)),
        };
        self.end_claim(name);
        route
    }

    /// A claim is decided.
    pub(super) fn end_claim(&self, name: &str) {
        self.desk.lock().forget_claim(name);
        self.changed.notify_waiters();
    }

    fn away(why: &Trouble) -> Route {
        Route::Refused(NotKept::because(format!("the database is away ({why})")).refusal())
    }

    /// Restores a sandbox that belongs to this replica now.
    async fn take_over(self: &Arc<Self>, name: &str, fence: Fence) -> Option<Route> {
        let restored = {
            let _place = self.restoring.acquire().await;
            self.restore(name, fence).await
        };
        match restored {
            Ok(Some(hosted)) => {
                if self.desk.lock().hold(name, fence) {
                    return Some(Route::Here(Arc::clone(&hosted.driver)));
                }
                self.hand_over(name, fence).await; // it was told to stop meanwhile
                None
            }
            Ok(None) => Some(Route::Absent),
            Err(refusal) => {
                if let Err(why) = in_time(self.database.release(&[name], &[fence.0])).await {
                    tracing::warn!(sandbox = name, kind = "store", "the sandbox is not given back: {why}");
                }
                Some(Route::Refused(refusal))
            }
        }
    }

    /// The lease of its owner has ended.
    pub(super) fn forget_any_owner(&self, name: &str) {
        self.owners.lock().remove(name);
    }

    /// Remembers who owns a sandbox.
    fn remember(&self, name: &str, owner: Replica) {
        let mut owners = self.owners.lock();
        if OWNERS_MAX <= owners.len() {
            owners.clear();
        }
        owners.insert(name.to_owned(), owner);
    }

    /// That replica does not own the sandbox any more, or does not answer.
    pub async fn forget_owner(&self, name: &str, owner: &Replica) {
        {
            let mut owners = self.owners.lock();
            if owners.get(name) == Some(owner) {
                owners.remove(name);
            }
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }

    /// Takes a name for a sandbox that is to be made here.
    ///
    /// # Errors
    /// The name is taken, there are too many, or the database is away.
    pub async fn reserve(&self, name: &str, made: Timestamp, ttl: Option<Duration>, sandboxes_max: usize) -> Result<Settings, Problem> {
        if self.is_draining() {
            return Err(sandboxes::not_kept("this replica stops"));
        }
        let made = Timestamp::from_millisecond(made.as_millisecond()).unwrap_or(made);
        let name = name.to_owned();
        let new = New { name: name.clone(), made: made.as_microsecond(), ttl, sandboxes_max };
        let fence = match self.ask(|it| async move { it.make(&new).await }).await {
            Ok(Made::Here(fence)) => fence,
            Ok(Made::Exists) => return Err(sandboxes::exists(&name)),
            Ok(Made::TooMany) => return Err(sandboxes::too_many(sandboxes_max)),
            Err(why) => return Err(sandboxes::not_kept(&format!("the database is away ({why})"))),
        };
        self.unborn.lock().insert(fence);
        let ttl = ttl.and_then(|it| it.try_into().ok());
        Ok(Settings { name, life: fence.0.cast_unsigned(), created_at: made, ttl, unnamed: 0 })
    }

    /// A sandbox was made here, and stands in the registry.
    pub async fn hold(self: &Arc<Self>, settings: &Settings) {
        let fence = Fence(settings.life.cast_signed());
        let is_held = self.desk.lock().hold(&settings.name, fence);
        self.owners.lock().remove(&settings.name);
        self.changed.notify_waiters();
        if !is_held {
            self.hand_over(&settings.name, fence).await;
        }
    }

    /// A tenure has ended: what is here of the sandbox is dropped.
    pub(super) fn drop_sandbox(&self, name: &str, fence: Fence) {
        if let Some(registry) = self.registry() {
            registry.evict(name, Some(fence.0.cast_unsigned()));
        }
        self.desk.lock().end(name, fence);
        self.changed.notify_waiters();
    }
}
