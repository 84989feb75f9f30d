//! Webhooks that need no socket, because a built-in inbox of this very server is their target.

use std::sync::{OnceLock, Weak};

use super::address::Address;
use super::registry::{DEFAULT, Registry};
use crate::control;
use crate::engine::delivery::{Outcome, Outgoing};
use crate::kit::http::Target;
use crate::kit::path::normalised;

/// Knows this server's own addresses, and asks its registry for the sandboxes behind them.
#[derive(Default)]
pub struct Loopback {
    /// `http://127.0.0.1:4242` and the other ways to write it.
    origins: Vec<String>,
    /// Weak, because the registry holds the drivers, and each driver holds the loopback.
    registry: OnceLock<Weak<Registry>>,
}

impl Loopback {
    /// For a server that can be reached at these origins.
    pub fn new(origins: Vec<String>) -> Self {
        Self { origins, registry: OnceLock::new() }
    }

    /// Sets the registry whose sandboxes have the inboxes. A loopback has one registry: a second is ignored.
    pub fn connect(&self, registry: Weak<Registry>) {
        _ = self.registry.set(registry);
    }

    /// The path of a URL of this server; `None` for another server's.
    fn own_path<'a>(&self, url: &'a str) -> Option<&'a str> {
        let below = |origin: &String| {
            let (own, path) = url.split_at_checked(origin.len())?;
            (own.eq_ignore_ascii_case(origin) && path.starts_with('/')).then_some(path)
        };
        self.origins.iter().find_map(below)
    }

    /// Delivers an attempt to the inbox that is its target. `None`: the target is not one of our inboxes.
    pub fn take(&self, outgoing: &Outgoing) -> Option<Outcome> {
        let path = self.own_path(&outgoing.url)?;
        let plain = normalised(path.split('?').next()?);
        let address = Address::parse(None, &plain);
        let inbox = inbox(&address)?;
        let driver = self.registry.get()?.upgrade()?.find(address.sandbox.unwrap_or(DEFAULT))?;
        Some(driver.receive(inbox, path.to_owned(), outgoing))
    }
}

/// The inbox of an address: `/__admin/inbox/shop` of any sandbox.
fn inbox<'a>(address: &'a Address<'_>) -> Option<&'a str> {
    match address.path.target() {
        Target::Control { path } => control::inbox(path),
        Target::Provider { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_begins_alike_belongs_to_another_server() {
        let loopback = Loopback::new(vec!["http://127.0.0.1:4242".to_owned()]);
        assert_eq!(loopback.own_path("http://127.0.0.1:4242/__admin/inbox/shop"), Some("/__admin/inbox/shop"));
        assert_eq!(loopback.own_path("http://127.0.0.1:42420/__admin/inbox/shop"), None);
        let named = Loopback::new(vec!["http://localhost:4242".to_owned()]);
        assert_eq!(named.own_path("HTTP://LOCALHOST:4242/__admin/inbox/shop"), Some("/__admin/inbox/shop"));
    }

    #[test]
    fn an_inbox_has_three_addresses() {
        for (path, sandbox) in
            [("/__admin/inbox/shop", None), ("/s/a/__admin/inbox/shop", Some("a")), ("/__admin/sandboxes/a/inbox/shop", Some("a"))]
        {
            let address = Address::parse(None, path);
            assert_eq!((address.sandbox, inbox(&address)), (sandbox, Some("shop")), "{path}");
        }
        for other in ["/__admin/inbox", "/__admin/inbox/shop/script", "/__admin/reset", "/__admin/inbox/A", "/inbox/shop", ""] {
            assert_eq!(inbox(&Address::parse(None, other)), None, "{other}");
        }
    }
}
