//! Webhooks that need no socket, because a built-in inbox of this very server is their target.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use parking_lot::RwLock;

use super::driver::Driver;
use crate::engine::delivery::{Outcome, Outgoing};
use crate::engine::inbox::is_name;

/// Knows this server's own addresses and the sandboxes behind them.
#[derive(Default)]
pub struct Loopback {
    /// `http://127.0.0.1:4242` and the other ways to write it.
    origins: Vec<String>,
    drivers: RwLock<BTreeMap<String, Weak<Driver>>>,
}

impl Loopback {
    /// For a server that can be reached at these origins.
    pub fn new(origins: Vec<String>) -> Self {
        Self { origins, drivers: RwLock::default() }
    }

    /// A sandbox has moved in.
    pub fn enter(&self, name: &str, driver: &Arc<Driver>) {
        self.drivers.write().insert(name.to_owned(), Arc::downgrade(driver));
    }

    /// The path of an address of this server.
    fn own_path<'a>(&self, url: &'a str) -> Option<&'a str> {
        self.origins.iter().find_map(|it| url.strip_prefix(it.as_str())).filter(|it| it.starts_with('/'))
    }

    /// Hands an attempt over to the inbox that it is meant for. `None`: it is for somebody outside.
    pub fn take(&self, outgoing: &Outgoing) -> Option<Outcome> {
        let path = self.own_path(&outgoing.url)?;
        let (sandbox, inbox) = address(path.split('?').next()?)?;
        let driver = self.drivers.read().get(sandbox).and_then(Weak::upgrade)?;
        Some(driver.receive(inbox, path.to_owned(), outgoing))
    }
}

/// The sandbox and the inbox that a path means: `/__admin/inbox/shop`, with a sandbox named in any of the usual ways.
fn address(path: &str) -> Option<(&str, &str)> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let (sandbox, inbox) = match segments[..] {
        ["__admin", "inbox", inbox] => ("default", inbox),
        ["s", sandbox, "__admin", "inbox", inbox] | ["__admin", "sandboxes", sandbox, "inbox", inbox] => (sandbox, inbox),
        _ => return None,
    };
    is_name(inbox).then_some((sandbox, inbox))
}

#[cfg(test)]
mod tests {
    use crate::edge::loopback::{Loopback, address};

    #[test]
    fn a_port_that_begins_alike_is_somebody_else() {
        let loopback = Loopback::new(vec!["http://127.0.0.1:4242".to_owned()]);
        assert_eq!(loopback.own_path("http://127.0.0.1:4242/__admin/inbox/shop"), Some("/__admin/inbox/shop"));
        assert_eq!(loopback.own_path("http://127.0.0.1:42420/__admin/inbox/shop"), None);
    }

    #[test]
    fn an_inbox_has_three_addresses() {
        assert_eq!(address("/__admin/inbox/shop"), Some(("default", "shop")));
        assert_eq!(address("/s/a/__admin/inbox/shop"), Some(("a", "shop")));
        assert_eq!(address("/__admin/sandboxes/a/inbox/shop"), Some(("a", "shop")));
        for other in ["/__admin/inbox", "/__admin/inbox/shop/script", "/__admin/reset", "/__admin/inbox/A", "/inbox/shop", ""] {
            assert_eq!(address(other), None, "{other}");
        }
    }
}
