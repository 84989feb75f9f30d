//! The sandboxes of a server, by name. This is their only list.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use parking_lot::RwLock;

use super::driver::Driver;
use crate::kit::http::Response;
use crate::sandbox::SANDBOX;

/// The sandbox that every server has.
pub const DEFAULT: &str = "default";

/// Every sandbox of a server, by name. Other ways to find one (by credential) and what ends one (its last use, its time
/// to live) belong here too.
pub struct Registry {
    by_name: RwLock<BTreeMap<String, Arc<Driver>>>,
}

impl Registry {
    /// A server's registry begins with its default sandbox.
    pub fn new(default: Arc<Driver>) -> Self {
        Self { by_name: RwLock::new(BTreeMap::from([(DEFAULT.to_owned(), default)])) }
    }

    /// The sandbox of that name.
    pub fn find(&self, name: &str) -> Option<Arc<Driver>> {
        self.by_name.read().get(name).cloned()
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
        self.by_name.read().keys().cloned().collect()
    }

    /// Copies a sandbox as it is now, under another name. A sandbox that had this name is replaced, except the default one:
    /// then, or if no sandbox is named `from`, nothing is copied.
    pub async fn fork(&self, from: &str, name: &str) -> Option<Arc<Driver>> {
        if name == DEFAULT {
            return None;
        }
        let copy = self.find(from)?.fork(name).await;
        self.insert(name, Arc::clone(&copy));
        Some(copy)
    }

    /// Adds a sandbox. A sandbox that had this name is replaced.
    pub fn insert(&self, name: &str, driver: Arc<Driver>) {
        let replaced = self.by_name.write().insert(name.to_owned(), driver);
        replaced.inspect(|it| it.close());
    }

    /// Removes a sandbox, except the default one. Its requests under way are still answered.
    pub fn remove(&self, name: &str) {
        if name != DEFAULT {
            let removed = self.by_name.write().remove(name);
            removed.inspect(|it| it.close());
        }
    }

    /// The sandbox for a request: the one that its path names, else its header, else the default one.
    pub fn choose(&self, by_path: Option<&str>, headers: &HeaderMap, naming: Naming) -> Result<Arc<Driver>, Response> {
        let by_header = headers.get(SANDBOX).map(|it| it.to_str().unwrap_or("?"));
        let name = by_path.or(by_header).unwrap_or(DEFAULT);
        self.find(name).ok_or_else(|| {
            let known = match naming {
                Naming::Open => format!(" Known sandboxes: {}.", self.names().join(", ")),
                Naming::Secret => String::new(),
            };
            Response::problem(StatusCode::NOT_FOUND, "unknown_sandbox", &format!("No sandbox is named `{name}`.{known}"))
        })
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
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::edge::courier::Courier;
    use crate::edge::driver::Stopwatch;
    use crate::edge::egress::Egress;
    use crate::edge::loopback::Loopback;
    use crate::edge::notices::Notices;
    use crate::engine::start::Start;
    use crate::sandbox::Sandbox;

    #[tokio::test]
    async fn sandboxes_come_and_go_and_the_default_one_stays() {
        let stopwatch = Stopwatch::start();
        let sandbox = Sandbox::new(Start::default(), stopwatch.uptime());
        let courier = Arc::new(Courier::new(Egress::default(), NonZeroUsize::MIN, Arc::new(Notices::new(stopwatch))));
        let registry = Registry::new(Driver::start(sandbox, stopwatch, courier, Arc::new(Loopback::default())));
        assert!(registry.fork("nothing", "a").await.is_none());
        assert_eq!(registry.fork(DEFAULT, "a").await.expect("a copy").name(), "a");
        assert_eq!(registry.names(), ["a", DEFAULT]);
        let headers = HeaderMap::from_iter([(SANDBOX, "a".parse().expect("a header"))]);
        assert_eq!(registry.choose(None, &headers, Naming::Open).map(|it| it.name().to_owned()).ok().as_deref(), Some("a"));
        assert_eq!(registry.choose(Some(DEFAULT), &headers, Naming::Open).map(|it| it.name().to_owned()).ok().as_deref(), Some(DEFAULT));
        registry.remove("a");
        registry.remove(DEFAULT);
        assert_eq!(registry.names(), [DEFAULT]);
        let refusal = registry.choose(None, &headers, Naming::Open).err().expect("it is gone");
        assert_eq!(refusal.status, StatusCode::NOT_FOUND);
        let detail = |naming| registry.choose(None, &headers, naming).err().map(|it| String::from_utf8_lossy(&it.body).contains(DEFAULT));
        assert_eq!([detail(Naming::Open), detail(Naming::Secret)], [Some(true), Some(false)]);
    }
}
