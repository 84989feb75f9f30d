//! Webhooks that need no socket, because a built-in inbox of this very server is their target.

use std::sync::{Arc, OnceLock, Weak};

use super::address::Address;
use super::driver::Driver;
use super::events::feed::Feed;
use super::registry::{DEFAULT, Registry};
use crate::control;
use crate::engine::delivery::{Outcome, Outgoing};
use crate::engine::ids::ProviderId;
use crate::kit::http::Target;
use crate::kit::path::normalised;
use crate::kit::webhook_url::WebhookUrl;

/// Knows this server's own addresses, and asks its registry for the sandboxes behind them.
#[derive(Default)]
pub struct Loopback {
    /// `http://127.0.0.1:4242` and the other ways to write it.
    origins: Vec<WebhookUrl>,
    /// Weak, because the registry holds the drivers, and each driver holds the loopback.
    registry: OnceLock<Weak<Registry>>,
    /// What the drivers tell streams of events.
    pub feed: Arc<Feed>,
}

impl Loopback {
    /// For a server that can be reached at these origins.
    pub fn new(origins: &[String]) -> Self {
        let origins = origins.iter().filter_map(|it| WebhookUrl::parse(it).ok()).collect();
        Self { origins, ..Self::default() }
    }

    /// Sets the registry whose sandboxes have the inboxes. A loopback has one registry: a second is ignored.
    pub fn connect(&self, registry: Weak<Registry>) {
        _ = self.registry.set(registry);
    }

    /// The credentials that lead to a sandbox have changed.
    pub fn learn(&self, sandbox: &Driver, credentials: Vec<(ProviderId, String)>) {
        if let Some(registry) = self.registry.get().and_then(Weak::upgrade) {
            registry.learn(sandbox, credentials);
        }
    }

    /// The path and query of a URL of this server; `None` for another server's.
    fn own_path(&self, url: &str) -> Option<String> {
        let target = WebhookUrl::parse(url).ok()?;
        self.origins.iter().find_map(|it| below(it, &target)).map(str::to_owned)
    }

    /// Whether an attempt goes to an inbox of the very sandbox that sends it.
    pub fn is_own(&self, outgoing: &Outgoing, sender: &Driver) -> bool {
        let Some(path) = self.own_path(&outgoing.url) else { return false };
        let plain = normalised(path.split('?').next().unwrap_or_default());
        let address = Address::parse(None, &plain);
        inbox(&address).is_some() && address.sandbox.unwrap_or(DEFAULT) == sender.name()
    }

    /// Delivers an attempt to the inbox that is its target. `None`: the target is not one of our inboxes.
    /// Another sandbox than the sender's cannot judge its signature, which was made with the sender's keys.
    pub fn take(&self, outgoing: &Outgoing, sender: &Driver) -> Option<Outcome> {
        let path = self.own_path(&outgoing.url)?;
        let plain = normalised(path.split('?').next()?);
        let address = Address::parse(None, &plain);
        let inbox = inbox(&address)?;
        let driver = self.registry.get()?.upgrade()?.find(address.sandbox.unwrap_or(DEFAULT))?;
        let verdict = (driver.born() != sender.born()).then(|| sender.verdict(&path, outgoing));
        Some(driver.receive(inbox, path.clone(), outgoing, verdict))
    }
}

/// What of the path of a target stands below an origin.
fn below<'a>(origin: &WebhookUrl, target: &'a WebhookUrl) -> Option<&'a str> {
    let is_same = origin.scheme == target.scheme && origin.place() == target.place();
    let below = target.request_uri.strip_prefix(origin.request_uri.trim_end_matches('/'))?;
    (is_same && below.starts_with('/')).then_some(below)
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
        let loopback = Loopback::new(&["http://127.0.0.1:4242".to_owned(), "http://localhost:4242".to_owned()]);
        let own = "/__admin/inbox/shop";
        for origin in ["http://127.0.0.1:4242", "http://127.1:4242", "http://LOCALHOST:4242", "http://shop.localhost:4242"] {
            assert_eq!(loopback.own_path(&format!("{origin}{own}")).as_deref(), Some(own), "{origin}");
        }
        for origin in ["http://127.0.0.1:42420", "https://127.0.0.1:4242", "http://127.0.0.2:4242", "http://localhost.test:4242"] {
            assert_eq!(loopback.own_path(&format!("{origin}{own}")), None, "{origin}");
        }
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
