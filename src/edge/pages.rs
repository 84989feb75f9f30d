//! A page of a provider that is open learns that something has changed: it asks for its own address as server-sent events. It hears
//! that, and the clock, and nothing else, so it needs no token. The sandbox is not asked; no journal keeps such a request.

use std::pin::{Pin, pin};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use http::{Method, header};
use serde_json::{Value as Json, json};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, sleep};

use super::driver::Driver;
use super::registry::Registry;
use super::streams::{STREAMS_MAX, Source};
use crate::control::events::too_many;
use crate::control::{Call, Problem, Stirs};
use crate::engine::tables::{Auth, Contract};
use crate::kit::html;
use crate::kit::http::{Request, Target};
use crate::kit::split;
use crate::providers;

/// The least time between two looks at the sandbox, so also between two events.
const REST: Duration = Duration::from_millis(200);

static CONTRACTS: LazyLock<Vec<&'static Contract>> = LazyLock::new(|| providers::all().iter().map(|it| it.contract()).collect());

fn contract(slug: &str) -> Option<&'static Contract> {
    CONTRACTS.iter().copied().find(|it| it.slug == slug)
}

/// Whether a request goes to a page; a picture changes nothing that it shows.
fn is_at_page(request: &Request) -> bool {
    let Target::Provider { slug, path } = request.path.target() else { return false };
    contract(slug).is_some_and(|it| it.pages_at(path).any(|page| page.name != "qr"))
}

/// Whether a request asks for the events of a page.
pub fn is_asked(request: &Request) -> bool {
    let wants = |it: &str| split::all(it, b';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/event-stream");
    request.method == Method::GET && wants(request.header(header::ACCEPT)) && is_at_page(request)
}

/// Whether a page that is open asks for what it shows now. That does not count as a use of its sandbox.
pub fn is_refresh(request: &Request) -> bool {
    html::is_refresh(request) && is_at_page(request)
}

/// 1 if pages can show something else after a request, whatever it leaves in the log: a form of a page, or a control call that changes
/// more than rules and inboxes. What changes an object through a provider's API stands in the log. Forms are looked for only
/// while a page is open: each request to a provider would pay for it.
pub fn stirs(request: &Request, driver: &Driver) -> u64 {
    let only_reads = matches!(request.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let can_change = || match request.path.target() {
        Target::Control { path } => Call::find(&request.method, path).is_some_and(|it| it.stirs == Stirs::Pages),
        Target::Provider { slug, path } => {
            driver.has_open_page() && contract(slug).is_some_and(|it| it.has_page(path) || is_of_portal(it, path))
        }
    };
    u64::from(!only_reads && can_change())
}

/// Whether a call is made by a form of a page for the merchant's own people.
fn is_of_portal(contract: &Contract, path: &str) -> bool {
    contract.operations_at(path).any(|it| matches!(it.auth, Auth::Session { .. }))
}

/// What the stream of a page reads.
pub struct Changes {
    driver: Arc<Driver>,
    seen: Seen,
    /// Ends when it may look again.
    rest: Pin<Box<Sleep>>,
    stage: Stage,
    _place: OwnedSemaphorePermit,
}

/// What a page has heard of: a place in the log, and the requests that can have changed something without an entry there.
#[derive(Clone, Copy)]
struct Seen {
    written: u64,
    stirred: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The clock is told first.
    Begins,
    Lasts,
    /// The sandbox was deleted, and the stream has said so.
    Over,
}

impl Changes {
    /// Begins now. That a page is opened is a use of the sandbox; that it stays open is not.
    ///
    /// # Errors
    /// Too many streams are open.
    pub fn open(registry: &Registry, driver: &Arc<Driver>) -> Result<Self, Problem> {
        let place = registry.feed().place_of_page().ok_or_else(|| too_many(STREAMS_MAX))?;
        driver.touch();
        driver.open_page();
        Ok(Self { driver: Arc::clone(driver), seen: Seen::of(driver), rest: Box::pin(sleep(REST)), stage: Stage::Begins, _place: place })
    }

    /// Whether something has happened that a page can show. What has, is seen then.
    fn has_changed(&mut self) -> bool {
        let before = self.seen;
        self.rest = Box::pin(sleep(REST));
        self.seen = Seen::of(&self.driver);
        let Seen { written, stirred } = self.seen;
        stirred != before.stirred
            || written < before.written // the sandbox has begun anew
            || before.written < written && self.driver.has_happened_since(before.written)
    }

    fn clock(&self) -> Json {
        self.driver.clock()
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.driver.close_page();
    }
}

impl Seen {
    fn of(driver: &Driver) -> Self {
        let mut written = 0;
        let stirred = driver.stirred(); // read first: what comes between the two is seen twice, and not missed
        driver.look(|world| written = world.core.log.written());
        Self { written, stirred }
    }
}

/// An event as its reader gets it.
fn event(kind: &str, data: &Json) -> String {
    format!("event: {kind}\ndata: {data}\n\n")
}

impl Source for Changes {
    async fn next(&mut self) -> Option<String> {
        match self.stage {
            Stage::Begins => {
                self.stage = Stage::Lasts;
                return Some(event("clock", &self.clock()));
            }
            Stage::Lasts => {}
            Stage::Over => return None,
        }
        let driver = Arc::clone(&self.driver);
        loop {
            self.rest.as_mut().await; // whatever wakes it, and however often
            let mut changed = pin!(driver.changed());
            changed.as_mut().enable();
            let is_closed = driver.is_closed();
            if is_closed {
                self.stage = Stage::Over;
                return Some(event("deleted", &json!({})));
            }
            if self.has_changed() {
                return Some(event("change", &self.clock()));
            }
            changed.await;
        }
    }

    fn place(&self) -> String {
        String::new()
    }

    fn farewell(&self) -> String {
        event("stopped", &json!({}))
    }
}
