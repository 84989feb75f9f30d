//! The registry of one of several servers that have the same sandboxes: it holds those that this one owns.

use std::sync::{Arc, OnceLock};

use http::StatusCode;

use super::choice::named_in;
use super::{DEFAULT, Hosted, Hosting, Making, Registry, expiry};
use crate::control::Problem;
use crate::control::sandboxes::{Beginning, New, is_name};
use crate::edge::driver::Driver;
use crate::edge::keeping::{Commit, Settings, refused};
use crate::edge::replicas::Opened;
use crate::edge::replicas::service::Replicas;
use crate::engine::ids::ProviderId;
use crate::kit::http::{Request, Response, Target};
use crate::kit::time::{Duration, Timestamp};
use crate::sandbox::Sandbox;
use crate::sandbox::history::Restored;

/// What such a registry has beside its sandboxes.
pub(super) struct Shared {
    /// Answers what concerns no sandbox, while the default one is elsewhere.
    pub stand_in: Arc<Driver>,
    pub replicas: Arc<Replicas>,
    /// Kept until the server ends.
    store: OnceLock<Opened>,
}

/// How a request says which sandbox it is for.
pub enum Said {
    /// By its path, its header, or not at all.
    Name(String),
    /// By a credential of that provider. The name that it derives from, if such a sandbox is made on use.
    Credential(ProviderId, String, Option<String>),
}

impl Registry {
    /// The registry of a server that owns nothing yet.
    pub fn shared(hosting: Hosting, stand_in: Arc<Driver>, replicas: Arc<Replicas>) -> Arc<Self> {
        let shared = Some(Shared { stand_in, replicas: Arc::clone(&replicas), store: OnceLock::new() });
        let registry = Arc::new(Self { shared, ..Self::empty(hosting) });
        registry.hosting.outside.loopback.connect(Arc::downgrade(&registry));
        replicas.connect(&registry);
        tokio::spawn(expiry::expire(Arc::downgrade(&registry)));
        registry
    }

    /// The other servers. `None`: there is only this one.
    pub fn replicas(&self) -> Option<&Arc<Replicas>> {
        self.shared.as_ref().map(|it| &it.replicas)
    }

    /// Keeps the store until the server ends.
    pub fn hold_store(&self, store: Opened) {
        if let Some(shared) = &self.shared {
            _ = shared.store.set(store); // a server has one
        }
    }

    /// Makes the default sandbox. `false`: it exists.
    ///
    /// # Errors
    /// A sentence: it cannot be made or kept.
    pub async fn make_default(&self) -> Result<bool, String> {
        let Some(replicas) = self.replicas() else { return Ok(true) };
        let Hosting { usual, stopwatch, outside, threads, .. } = &self.hosting;
        let sandbox = Sandbox::new(usual.clone(), stopwatch.uptime());
        let driver = Driver::new(sandbox, *stopwatch, outside.clone(), threads.settle());
        match self.add_shared(replicas, driver, None).await {
            Ok(_) => Ok(true),
            Err(why) if why.status == StatusCode::CONFLICT => Ok(false),
            Err(why) => Err(why.detail),
        }
    }

    /// The default sandbox as the database has it, if it is not here.
    ///
    /// # Errors
    /// A sentence: it cannot be read.
    pub async fn kept_default(&self) -> Result<Option<Restored>, String> {
        match self.replicas() {
            Some(replicas) if self.find(DEFAULT).is_none() => replicas.kept(DEFAULT).await,
            Some(_) | None => Ok(None),
        }
    }

    /// How a request says which sandbox it is for.
    pub fn said(&self, by_path: Option<&str>, request: &Request) -> Said {
        let default = || Said::Name(DEFAULT.to_owned());
        if let Some(name) = by_path.or_else(|| named_in(&request.headers)) {
            return Said::Name(name.to_owned());
        }
        let Target::Provider { slug, .. } = request.path.target() else { return default() };
        let found = (0..).map(ProviderId).zip(&self.contracts).find(|it| it.1.slug == slug);
        let Some((provider_id, contract)) = found else { return default() };
        let Some(credential) = (contract.presented)(request) else { return default() };
        let rows = contract.credentials.iter().filter(|it| it.is_a_name);
        let mut names = rows.filter_map(|it| credential.strip_prefix(it.test_value)?.strip_prefix('_'));
        let derived = names.find(|it| is_name(it)).filter(|_| self.hosting.making == Making::OnUse).map(str::to_owned);
        Said::Credential(provider_id, credential, derived)
    }

    /// Whether sandboxes are made by the first request that names one.
    pub fn makes_on_use(&self) -> bool {
        self.hosting.making == Making::OnUse
    }

    /// Adds a sandbox that comes from another server, or from an earlier life of this one.
    pub fn take_over(&self, restored: Restored, settings: Settings, used: Timestamp) -> Arc<Hosted> {
        let Hosting { outside, threads, .. } = &self.hosting;
        let name = settings.name.clone();
        let driver = Driver::restored(restored, settings, outside.clone(), threads.settle());
        driver.was_used(used);
        self.evict(&name, None);
        let now = self.hosting.stopwatch.uptime().date;
        let hosted = Hosted::new(Arc::clone(&driver), now, None);
        self.sandboxes.write().by_name.insert(name, Arc::clone(&hosted));
        self.begin(&driver);
        self.changed.notify_one();
        hosted
    }

    /// Drops a sandbox that is not here any more. With the number of a life, only if it is that one.
    pub fn evict(&self, name: &str, life: Option<u64>) {
        let evicted = {
            let mut all = self.sandboxes.write();
            let is_it = |hosted: &Hosted| life.is_none_or(|life| hosted.driver.track().is_some_and(|track| track.settings.life == life));
            let evicted = if all.by_name.get(name).is_some_and(|it| is_it(it)) { all.by_name.remove(name) } else { None };
            evicted.inspect(|it| all.disown(name, &mut it.credentials.lock()))
        };
        if let Some(it) = evicted {
            it.driver.abandon();
        }
    }

    /// Makes a sandbox, for all servers. When this returns, it is kept.
    ///
    /// # Errors
    /// Its scenario is impossible, its name is taken, there are too many, or it cannot be kept.
    pub async fn make_shared(
        &self,
        replicas: &Arc<Replicas>,
        beginning: &Beginning,
        ttl: Option<Duration>,
    ) -> Result<Arc<Hosted>, Problem> {
        let Hosting { stopwatch, outside, threads, .. } = &self.hosting;
        let sandbox = Sandbox::load(beginning.start.clone(), stopwatch.uptime()).map_err(|it| beginning.refusal(it))?;
        let driver = Driver::new(sandbox, *stopwatch, outside.clone(), threads.settle());
        self.add_shared(replicas, driver, ttl).await
    }

    /// Adds a sandbox for all servers.
    ///
    /// # Errors
    /// Its name is taken, there are too many, or it cannot be kept.
    pub async fn add_shared(&self, replicas: &Arc<Replicas>, driver: Arc<Driver>, ttl: Option<Duration>) -> Result<Arc<Hosted>, Problem> {
        let now = self.hosting.stopwatch.uptime().date;
        let _making = replicas.begin_to_make(driver.name()).await?;
        let settings = replicas.reserve(driver.name(), now, ttl.map(Duration::unsigned_abs), self.hosting.sandboxes_max).await?;
        self.evict(driver.name(), None);
        driver.keep(|_| settings.clone());
        let added = self.add(driver, ttl);
        let hosted = match added {
            Ok(hosted) => hosted,
            Err(why) => {
                replicas.give_back(settings);
                return Err(why);
            }
        };
        replicas.hold(&settings).await;
        match hosted.driver.commit().done().await {
            Ok(()) => {
                replicas.is_born(&settings);
                Ok(hosted)
            }
            Err(why) => {
                replicas.give_back(settings);
                Err(why.into())
            }
        }
    }

    /// Makes a sandbox because a request names it. `None`: it was made elsewhere.
    ///
    /// # Errors
    /// There are too many, or it cannot be kept.
    pub async fn make_on_use_shared(&self, replicas: &Arc<Replicas>, name: &str) -> Result<Option<Arc<Driver>>, Response> {
        let beginning = New::default().begins(name, self.usual()).map_err(|it| it.render())?;
        match self.make_shared(replicas, &beginning, None).await {
            Ok(hosted) => Ok(Some(Arc::clone(&hosted.driver))),
            Err(why) if why.status == StatusCode::CONFLICT => Ok(None),
            Err(why) => Err(refused(&why)),
        }
    }

    /// Deletes a sandbox for all servers. `None`: it is not here.
    pub fn delete_shared(&self, name: &str) -> Option<Commit> {
        let driver = self.find(name)?;
        self.remove(name).then(|| driver.commit())
    }
}
