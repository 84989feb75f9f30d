//! The sandboxes of a server, by name and by the credentials that lead to them. This is their only list.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

use super::driver::{Driver, Outside, Stopwatch};
use super::events::feed::Feed;
use super::metrics::Metrics;
use super::threads::Threads;
use crate::control::Problem;
use crate::control::sandboxes::{self, Beginning, Copy, Stay, is_name};
use crate::engine::ids::ProviderId;
use crate::engine::log::Tally;
use crate::engine::start::Start;
use crate::engine::tables::Contract;
use crate::kit::http::{Request, Response, Target};
use crate::kit::time::{Duration, Timestamp};
use crate::providers;
use crate::sandbox::{SANDBOX, Sandbox};

mod expiry;

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
    sandboxes: RwLock<Sandboxes>,
    pub metrics: Metrics,
    /// What sandboxes have counted that were deleted.
    gone: Mutex<Tally>,
    /// Notified when a sandbox may expire earlier than was known.
    changed: Arc<Notify>,
}

#[derive(Default)]
struct Sandboxes {
    by_name: BTreeMap<String, Arc<Hosted>>,
    /// The names of the sandboxes that have a credential, by provider and credential.
    by_credential: BTreeMap<(ProviderId, String), BTreeSet<String>>,
    /// The number of the next sandbox without a name of its own.
    unnamed: u64,
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
        let created_at = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
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

/// The sandbox for a request.
pub enum Chosen {
    One(Arc<Driver>),
    /// Several sandboxes have the credential of the request, so that it says nothing: the default one refuses it.
    Several(Arc<Driver>),
    /// It does not exist, and is made on use.
    None(String),
}

impl Chosen {
    /// The sandbox, if it exists.
    pub fn driver(&self) -> Option<&Arc<Driver>> {
        match self {
            Self::One(driver) | Self::Several(driver) => Some(driver),
            Self::None(_) => None,
        }
    }
}

impl Registry {
    /// A server's registry begins with its default sandbox.
    pub fn new(hosting: Hosting, default: Arc<Driver>) -> Arc<Self> {
        let registry = Arc::new(Self {
            hosting,
            contracts: providers::all().iter().map(|it| it.contract()).collect(),
            sandboxes: RwLock::default(),
            metrics: Metrics::default(),
            gone: Mutex::default(),
            changed: Arc::default(),
        });
        registry.insert(DEFAULT, default);
        tokio::spawn(expiry::expire(Arc::downgrade(&registry)));
        registry
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
        self.find(DEFAULT).expect("the default sandbox cannot be removed")
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
        if self.hosting.sandboxes_max < all.by_name.len() {
            return Err(sandboxes::too_many(self.hosting.sandboxes_max));
        }
        if let Some(name) = given {
            return if all.by_name.contains_key(&name) { Err(sandboxes::exists(&name)) } else { Ok(name) };
        }
        loop {
            all.unnamed += 1;
            let name = format!("sandbox-{}", all.unnamed);
            if !all.by_name.contains_key(&name) {
                return Ok(name);
            }
        }
    }

    /// That name was not used: it is given out again, if no later one was.
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
        let driver = Driver::start(sandbox, *stopwatch, outside.clone(), threads.settle());
        self.add(driver, ttl)
    }

    /// Copies a sandbox as it is now.
    ///
    /// # Errors
    /// [`Self::free_name`] has an objection.
    pub async fn copy(&self, from: &Arc<Driver>, copy: Copy) -> Result<Arc<Hosted>, Problem> {
        let name = self.free_name(copy.name)?;
        let driver = from.fork(&name, copy.redirect.as_deref(), self.hosting.threads.settle()).await;
        self.add(driver, copy.ttl)
    }

    /// Adds a sandbox under its own name, unless another has it or there are too many.
    fn add(&self, driver: Arc<Driver>, ttl: Option<Duration>) -> Result<Arc<Hosted>, Problem> {
        let name = self.free_name(Some(driver.name().to_owned())).inspect_err(|_| driver.close())?;
        let hosted = Hosted::new(driver, self.hosting.stopwatch.uptime().date, ttl);
        self.sandboxes.write().by_name.insert(name.clone(), Arc::clone(&hosted));
        self.learn(&name, hosted.driver.names());
        self.changed.notify_one();
        Ok(hosted)
    }

    /// Copies a sandbox as it is now, under another name. A sandbox that had this name is replaced, except the default one:
    /// then, or if no sandbox is named `from`, nothing is copied.
    pub async fn fork(&self, from: &str, name: &str) -> Option<Arc<Driver>> {
        if name == DEFAULT {
            return None;
        }
        let copy = self.find(from)?.fork(name, None, self.hosting.threads.settle()).await;
        self.insert(name, Arc::clone(&copy));
        Some(copy)
    }

    /// Adds a sandbox. A sandbox that had this name is replaced.
    pub fn insert(&self, name: &str, driver: Arc<Driver>) {
        self.forget(name);
        let hosted = Hosted::new(driver, self.hosting.stopwatch.uptime().date, None);
        self.sandboxes.write().by_name.insert(name.to_owned(), Arc::clone(&hosted));
        self.learn(name, hosted.driver.names());
    }

    /// Removes a sandbox, except the default one. Its requests under way are still answered. `false`: none has that name.
    pub fn remove(&self, name: &str) -> bool {
        name != DEFAULT && self.forget(name)
    }

    fn forget(&self, name: &str) -> bool {
        self.learn(name, Vec::new());
        let removed = self.sandboxes.write().by_name.remove(name);
        if let Some(it) = &removed {
            it.driver.look(|world| self.gone.lock().add(&world.core.log.tally));
            it.driver.close();
        }
        removed.is_some()
    }

    /// What sandboxes have counted that were deleted.
    pub fn gone(&self) -> Tally {
        self.gone.lock().clone()
    }

    /// The credentials under which a sandbox is found from now on.
    pub fn learn(&self, name: &str, credentials: Vec<(ProviderId, String)>) {
        let mut all = self.sandboxes.write();
        let Some(hosted) = all.by_name.get(name).cloned() else { return };
        let mut own = hosted.credentials.lock();
        for key in own.drain(..) {
            if let Some(owners) = all.by_credential.get_mut(&key) {
                owners.remove(name);
                if owners.is_empty() {
                    all.by_credential.remove(&key);
                }
            }
        }
        for key in &credentials {
            all.by_credential.entry(key.clone()).or_default().insert(name.to_owned());
        }
        *own = credentials;
    }

    /// The sandbox for a request: the one that its path names, else its header, else its credential, else the default one. It
    /// is used now.
    ///
    /// # Errors
    /// The one that path or header name does not exist, and is not made on use.
    pub fn choose(&self, by_path: Option<&str>, request: &Request, naming: Naming) -> Result<Chosen, Response> {
        let by_name = by_path.or_else(|| named_in(&request.headers));
        let (name, is_ambiguous) = match by_name {
            Some(name) => (Cow::Borrowed(name), false),
            None => self.by_credential(request),
        };
        let Some(hosted) = self.hosted(&name) else {
            return if self.hosting.making == Making::OnUse && is_name(&name) {
                Ok(Chosen::None(name.into_owned()))
            } else {
                Err(self.unknown(&name, naming))
            };
        };
        let driver = Arc::clone(&hosted.driver);
        Ok(if is_ambiguous { Chosen::Several(driver) } else { Chosen::One(driver) })
    }

    /// The sandbox whose credential a request carries, and whether several have it.
    fn by_credential(&self, request: &Request) -> (Cow<'static, str>, bool) {
        let default = || (DEFAULT.into(), false);
        if self.hosting.making == Making::Named && self.sandboxes.read().by_name.len() == 1 {
            return default();
        }
        let Target::Provider { slug, .. } = request.path.target() else { return default() };
        let found = (0..).map(ProviderId).zip(&self.contracts).find(|it| it.1.slug == slug);
        let Some((provider_id, contract)) = found else { return default() };
        let Some(credential) = (contract.presented)(request) else { return default() };
        let derived = || {
            let rows = contract.credentials.iter().filter(|it| it.is_a_name);
            let name = rows.filter_map(|it| credential.strip_prefix(it.test_value)?.strip_prefix('_')).find(|it| is_name(it))?;
            (self.hosting.making == Making::OnUse).then(|| name.to_owned())
        };
        let all = self.sandboxes.read();
        match all.by_credential.get(&(provider_id, credential.clone())) {
            Some(owners) if owners.len() == 1 => (owners.first().cloned().unwrap_or_default().into(), false),
            Some(_) => (DEFAULT.into(), true),
            None => derived().map_or_else(default, |it| (it.into(), false)),
        }
    }

    /// Makes a sandbox because a request names it.
    ///
    /// # Errors
    /// There are too many.
    pub fn make_on_use(&self, name: &str) -> Result<Arc<Driver>, Response> {
        let new = sandboxes::New::default();
        let made = new.begins(name, self.usual()).and_then(|it| self.make(&it, None));
        // Another request may have made it meanwhile.
        made.map(|it| Arc::clone(&it.driver)).or_else(|why| self.find(name).ok_or_else(|| why.render()))
    }

    /// Whether a provider has that slug.
    pub fn has_provider(&self, slug: &str) -> bool {
        self.contracts.iter().any(|it| it.slug == slug)
    }

    /// The refusal of a request that names a sandbox which does not exist.
    pub fn unknown(&self, name: &str, naming: Naming) -> Response {
        let known = match naming {
            Naming::Open => format!(" Known sandboxes: {}.", known(&self.names())),
            Naming::Secret => String::new(),
        };
        Response::problem(StatusCode::NOT_FOUND, "unknown_sandbox", &format!("No sandbox is named `{name}`.{known}"))
    }
}

/// The name in the header.
fn named_in(headers: &HeaderMap) -> Option<&str> {
    headers.get(SANDBOX).map(|it| it.to_str().unwrap_or("?"))
}

/// The first names of many.
fn known(names: &[String]) -> String {
    const SHOWN_MAX: usize = 20;
    let shown = names.iter().take(SHOWN_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(SHOWN_MAX) {
        Some(more) if 0 < more => format!("{shown} and {more} more"),
        _ => shown,
    }
}

/// Whether every caller may learn which sandboxes there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    Open,
    /// The server has a token, and only its holder may.
    Secret,
}

#[cfg(test)]
mod tests;
