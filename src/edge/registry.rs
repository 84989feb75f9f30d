//! The sandboxes of a server, by name and by the credentials that lead to them. This is their only list.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::driver::{Driver, Outside, Stopwatch};
use super::events::feed::Feed;
use super::keeping::Settings;
use super::threads::Threads;
use crate::control::sandboxes::{self, Beginning, Copy, Stay};
use crate::control::{Problem, violations};
use crate::engine::ids::ProviderId;
use crate::engine::inbox::is_name;
use crate::engine::log::{Tally, Violations};
use crate::engine::start::Start;
use crate::engine::tables::Contract;
use crate::engine::touched::Touched;
use crate::kit::http::Response;
use crate::kit::time::{Duration, Timestamp};
use crate::providers;
use crate::sandbox::Sandbox;

mod choice;
mod counted;
mod durable;
mod expiry;
mod listed;
#[cfg(feature = "postgres")]
mod shared;

pub use self::choice::{Chosen, Last, Naming};
use self::listed::Listed;
#[cfg(feature = "postgres")]
pub use self::shared::Said;

/// The sandbox that every server has.
pub const DEFAULT: &str = "default";
/// Sandboxes of a server beside `default`, unless a flag says otherwise.
pub const SANDBOXES_MAX: usize = 10_000;

/// How sandboxes of a server are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Making {
    /// By a call.
    #[default]
    Named,
    /// Also by the first request that names one.
    OnUse,
}

/// What a sandbox of a server is made of.
pub struct Hosting {
    /// How one begins of which nothing is said.
    pub usual: Start,
    pub making: Making,
    pub sandboxes_max: usize,
    pub stopwatch: Stopwatch,
    pub outside: Outside,
    pub threads: Threads,
}

/// The sandboxes of a server, and what they are made of.
pub struct Registry {
    hosting: Hosting,
    contracts: Vec<&'static Contract>,
    sandboxes: Listed,
    /// What sandboxes have counted that were deleted.
    gone: Mutex<Gone>,
    /// Notified when a sandbox may expire earlier than was known.
    changed: Arc<Notify>,
    /// Of several servers with the same sandboxes, this one need not have the default sandbox: then this answers what concerns none.
    #[cfg(feature = "postgres")]
    shared: Option<shared::Shared>,
}

/// What is left of sandboxes that were deleted.
#[derive(Default)]
struct Gone {
    tally: Tally,
    touched: Touched,
    /// By the name of the sandbox, if that is kept.
    violations: BTreeMap<String, Violations>,
}

#[derive(Default)]
struct Sandboxes {
    by_name: BTreeMap<String, Arc<Hosted>>,
    /// The names of the sandboxes that have a credential, by provider and credential.
    by_credential: BTreeMap<(ProviderId, String), BTreeSet<String>>,
    /// The number of the next sandbox without a name of its own.
    unnamed: u64,
}

impl Sandboxes {
    /// These credentials lead to that sandbox no more.
    fn disown(&mut self, name: &str, credentials: &mut Vec<(ProviderId, String)>) {
        for key in credentials.drain(..) {
            if let Some(owners) = self.by_credential.get_mut(&key) {
                owners.remove(name);
                if owners.is_empty() {
                    self.by_credential.remove(&key);
                }
            }
        }
    }
}

/// A sandbox, and how long it stays.
pub struct Hosted {
    pub driver: Arc<Driver>,
    created_at: Timestamp,
    ttl: Option<Duration>,
    /// The credentials under which it is found.
    credentials: Mutex<Vec<(ProviderId, String)>>,
}

impl Hosted {
    fn new(driver: Arc<Driver>, now: Timestamp, ttl: Option<Duration>) -> Arc<Self> {
        let kept = driver.track().map(|it| (it.settings.created_at, it.settings.ttl));
        let (created_at, ttl) = kept.unwrap_or((Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now), ttl));
        Arc::new(Self { driver, created_at, ttl, credentials: Mutex::default() })
    }

    /// How long it stays.
    pub fn stay(&self, now: Timestamp) -> Stay {
        Stay { created_at: self.created_at, last_used_at: self.driver.last_used(now), ttl: self.ttl }
    }

    fn expires_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.driver.last_used(now).checked_add(self.ttl?).ok()
    }
}

impl Registry {
    /// A registry that begins with its default sandbox.
    #[cfg(test)]
    pub fn new(hosting: Hosting, default: Arc<Driver>) -> Arc<Self> {
        Self::with(hosting, vec![default])
    }

    /// A server's registry begins with these sandboxes, `default` among them. They begin when all of them stand in the list.
    pub fn with(hosting: Hosting, drivers: Vec<Arc<Driver>>) -> Arc<Self> {
        let registry = Arc::new(Self::empty(hosting));
        registry.hosting.outside.loopback.connect(Arc::downgrade(&registry));
        for it in &drivers {
            registry.list(it.name(), it);
        }
        for it in &drivers {
            registry.begin(it);
        }
        tokio::spawn(expiry::expire(Arc::downgrade(&registry)));
        registry
    }

    fn empty(hosting: Hosting) -> Self {
        Self {
            hosting,
            contracts: providers::all().iter().map(|it| it.contract()).collect(),
            sandboxes: Listed::default(),
            gone: Mutex::default(),
            changed: Arc::default(),
            #[cfg(feature = "postgres")]
            shared: None,
        }
    }

    /// The sandbox of that name.
    pub fn find(&self, name: &str) -> Option<Arc<Driver>> {
        self.sandboxes.read().by_name.get(name).map(|it| Arc::clone(&it.driver))
    }

    /// The sandbox of that name, with how long it stays.
    pub fn hosted(&self, name: &str) -> Option<Arc<Hosted>> {
        self.sandboxes.read().by_name.get(name).cloned()
    }

    /// All sandboxes, in the order of their names.
    pub fn all(&self) -> Vec<Arc<Hosted>> {
        self.sandboxes.read().by_name.values().cloned().collect()
    }

    /// The threads on which the sandboxes are at home.
    pub const fn threads(&self) -> &Threads {
        &self.hosting.threads
    }

    /// The sandbox that every server has.
    ///
    /// # Panics
    /// Never: `remove` leaves it in place.
    pub fn default(&self) -> Arc<Driver> {
        let found = self.find(DEFAULT);
        #[cfg(feature = "postgres")]
        let found = found.or_else(|| self.shared.as_ref().map(|it| Arc::clone(&it.stand_in)));
        found.expect("the default sandbox cannot be removed")
    }

    /// The names of all sandboxes, in alphabetical order.
    pub fn names(&self) -> Vec<String> {
        self.sandboxes.read().by_name.keys().cloned().collect()
    }

    /// Which sandboxes have something new.
    pub fn feed(&self) -> &Arc<Feed> {
        &self.hosting.outside.loopback.feed
    }

    /// The present moment outside.
    pub fn now(&self) -> Timestamp {
        self.hosting.stopwatch.uptime().date
    }

    /// How a sandbox of this server begins of which nothing is said.
    pub fn usual(&self) -> &Start {
        &self.hosting.usual
    }

    /// A name for a sandbox: the given one, if it is free, or the next of those that are given out.
    ///
    /// # Errors
    /// It is taken, or the server has as many sandboxes as it may.
    pub fn free_name(&self, given: Option<String>) -> Result<String, Problem> {
        let mut all = self.sandboxes.write();
        if let Some(name) = given {
            return self.is_free(&all, &name).map(|()| name);
        }
        loop {
            all.unnamed += 1;
            let name = format!("sandbox-{}", all.unnamed);
            if !all.by_name.contains_key(&name) {
                return self.is_free(&all, &name).map(|()| name).inspect_err(|_| all.unnamed -= 1);
            }
        }
    }

    /// Whether a sandbox of that name can be added.
    fn is_free(&self, all: &Sandboxes, name: &str) -> Result<(), Problem> {
        if self.hosting.sandboxes_max < all.by_name.len() {
            return Err(sandboxes::too_many(self.hosting.sandboxes_max));
        }
        if all.by_name.contains_key(name) { Err(sandboxes::exists(name)) } else { Ok(()) }
    }

    /// A name that was given out is not used: it is given out again, if no later one was.
    pub fn give_back(&self, name: &str) {
        let mut all = self.sandboxes.write();
        if name.strip_prefix("sandbox-").is_some_and(|it| it == all.unnamed.to_string()) && !all.by_name.contains_key(name) {
            all.unnamed -= 1;
        }
    }

    /// Makes a sandbox.
    ///
    /// # Errors
    /// Its scenario is impossible, or [`Self::free_name`] has an objection.
    pub fn make(&self, beginning: &Beginning, ttl: Option<Duration>) -> Result<Arc<Hosted>, Problem> {
        let Hosting { stopwatch, outside, threads, .. } = &self.hosting;
        let sandbox = Sandbox::load(beginning.start.clone(), stopwatch.uptime()).map_err(|it| beginning.refusal(it))?;
        let driver = Driver::new(sandbox, *stopwatch, outside.clone(), threads.settle());
        self.add(driver, ttl)
    }

    /// Copies a sandbox as it is now.
    ///
    /// # Errors
    /// [`Self::free_name`] has an objection.
    pub async fn copy(&self, from: &Arc<Driver>, copy: Copy) -> Result<Arc<Hosted>, Problem> {
        let is_given_out = copy.name.is_none();
        let name = self.free_name(copy.name)?;
        let driver = from.fork(&name, copy.redirect.as_deref(), self.hosting.threads.settle()).await;
        driver.prepare().await;
        let added = self.add(driver, copy.ttl);
        if is_given_out && added.is_err() {
            self.give_back(&name);
        }
        added
    }

    /// Copies a sandbox under that name, for the program that has started the server.
    ///
    /// # Errors
    /// The refusal that a caller over the network would get.
    pub async fn copy_as(&self, from: &Arc<Driver>, name: &str) -> Result<Arc<Driver>, Response> {
        if !is_name(name) {
            return Err(self.unknown(name, Naming::Open));
        }
        let copy = Copy { name: Some(name.to_owned()), ttl: None, redirect: None };
        self.copy(from, copy).await.map(|it| Arc::clone(&it.driver)).map_err(|it| it.render())
    }

    /// Adds a sandbox under its own name, unless another has it or there are too many. Until it is added, nothing leaves it.
    fn add(&self, driver: Arc<Driver>, ttl: Option<Duration>) -> Result<Arc<Hosted>, Problem> {
        let name = driver.name().to_owned();
        let hosted = self.hosted_anew(driver, ttl);
        {
            let mut all = self.sandboxes.write();
            self.is_free(&all, &name)?;
            all.by_name.insert(name, Arc::clone(&hosted));
        }
        self.begin(&hosted.driver);
        self.changed.notify_one();
        Ok(hosted)
    }

    /// A sandbox that is to be added. It becomes durable, if the server's are, and was not restored.
    fn hosted_anew(&self, driver: Arc<Driver>, ttl: Option<Duration>) -> Arc<Hosted> {
        let now = self.now();
        let hosted = Hosted::new(driver, now, ttl);
        if hosted.driver.track().is_none() {
            let (name, created_at, unnamed) = (hosted.driver.name().to_owned(), hosted.created_at, self.sandboxes.read().unnamed);
            hosted.driver.keep(|life| Settings { name, life, created_at, ttl, unnamed });
        }
        hosted
    }

    /// A sandbox that was added begins.
    fn begin(&self, driver: &Arc<Driver>) {
        self.learn(driver, driver.names());
        driver.run();
    }

    /// Copies a sandbox as it is now, under another name. A sandbox that had this name is replaced, except the default one:
    /// then, or if no sandbox is named `from`, nothing is copied.
    pub async fn fork(&self, from: &str, name: &str) -> Option<Arc<Driver>> {
        if name == DEFAULT {
            return None;
        }
        let copy = self.find(from)?.fork(name, None, self.hosting.threads.settle()).await;
        self.insert(name, &copy);
        Some(copy)
    }

    /// Adds a sandbox. A sandbox that had this name is replaced.
    fn insert(&self, name: &str, driver: &Arc<Driver>) {
        self.forget(name, |_| true);
        self.list(name, driver);
        self.begin(driver);
    }

    fn list(&self, name: &str, driver: &Arc<Driver>) {
        let hosted = self.hosted_anew(Arc::clone(driver), None);
        self.sandboxes.write().by_name.insert(name.to_owned(), hosted);
    }

    /// Removes a sandbox, except the default one. Its requests under way are still answered. `false`: none has that name.
    pub fn remove(&self, name: &str) -> bool {
        name != DEFAULT && self.forget(name, |_| true)
    }

    /// Removes the sandbox of that name, if this holds for it.
    fn forget(&self, name: &str, holds: impl FnOnce(&Hosted) -> bool) -> bool {
        let removed = {
            let mut all = self.sandboxes.write();
            let removed = if all.by_name.get(name).is_some_and(|it| holds(it)) { all.by_name.remove(name) } else { None };
            removed.inspect(|it| all.disown(name, &mut it.credentials.lock()))
        };
        let Some(it) = removed else { return false };
        it.driver.look(|world| {
            let (kept, mut gone) = (violations::take(world), self.gone.lock());
            gone.tally.add(&world.core.log.tally);
            gone.touched.add(&world.core.ever_touched());
            if !kept.listed.is_empty() {
                gone.violations.entry(name.to_owned()).or_default().append(kept);
            }
        });
        it.driver.close();
        true
    }

    /// The credentials under which a sandbox is found from now on. A deleted one changes nothing here.
    pub fn learn(&self, driver: &Driver, credentials: Vec<(ProviderId, String)>) {
        let (mut all, name) = (self.sandboxes.write(), driver.name());
        let Some(hosted) = all.by_name.get(name).filter(|it| it.driver.born() == driver.born()).cloned() else { return };
        let mut own = hosted.credentials.lock();
        all.disown(name, &mut own);
        for key in &credentials {
            all.by_credential.entry(key.clone()).or_default().insert(name.to_owned());
        }
        *own = credentials;
    }
}

#[cfg(test)]
mod tests;
