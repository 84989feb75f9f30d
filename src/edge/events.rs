//! `/__admin/events`: a stream reads on in the logs of sandboxes, from the place that it keeps itself. A driver wakes it; nothing in a
//! sandbox knows of it.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use self::feed::{New, Subscription};
use super::driver::Driver;
use super::keeping::Commit;
use super::registry::Registry;
use super::streams::{STREAMS_MAX, Source};
use crate::control::events::{Ids, Of, Teller, Watch, too_many};
use crate::control::{Excerpt, Problem};

pub mod feed;

/// Sandboxes that are looked at before others get their turn.
const LOOKS_AT_ONCE: usize = 64;

/// What a stream of events reads.
pub struct Events {
    watch: Watch,
    reader: Reader,
    /// What was read and is not told before it was kept.
    unkept: Option<(String, Commit)>,
    _place: OwnedSemaphorePermit,
}

enum Reader {
    One(One),
    All(All),
}

/// Reads the events of one sandbox.
struct One {
    driver: Arc<Driver>,
    place: u64,
    /// It was deleted, and the stream has said so.
    is_over: bool,
}

/// Reads the events of all sandboxes.
struct All {
    registry: Arc<Registry>,
    new: Subscription,
    /// By the moment at which a sandbox was made, its name and how far its log was read.
    read: BTreeMap<u64, (Arc<str>, u64)>,
}

/// What one look into a sandbox has found.
enum Look {
    Events(String),
    /// Something that this stream does not tell.
    Others,
    Nothing,
}

impl Events {
    /// Begins to read. `driver` has the sandbox that was asked. That a stream is opened is a use of it; that it stays open is not.
    ///
    /// # Errors
    /// Too many streams are open.
    pub async fn open(registry: &Arc<Registry>, driver: &Arc<Driver>, watch: Watch) -> Result<Self, Problem> {
        let place = registry.feed().place().ok_or_else(|| too_many(STREAMS_MAX))?;
        driver.touch();
        let reader = match watch.of {
            Of::One => Reader::One(One { driver: Arc::clone(driver), place: begin(&watch, driver), is_over: false }),
            Of::All => Reader::All(All::open(registry, &watch).await),
        };
        Ok(Self { watch, reader, unkept: None, _place: place })
    }
}

/// The place in the log behind which a stream begins.
fn begin(watch: &Watch, driver: &Driver) -> u64 {
    let mut place = 0;
    driver.look(|world| place = watch.since.place(driver.born(), world));
    place
}

/// Looks for what is wanted behind a place.
fn look(watch: &Watch, driver: &Driver, ids: Ids, place: &mut u64) -> Look {
    let mut excerpt = None;
    driver.look(|world| excerpt = Excerpt::behind(*place, world));
    let Some(excerpt) = excerpt else { return Look::Nothing };
    let text = watch.write(teller(driver, ids), &excerpt, place);
    if text.is_empty() { Look::Others } else { Look::Events(text) }
}

fn teller(driver: &Driver, ids: Ids) -> Teller<'_> {
    Teller { sandbox: driver.name(), born: driver.born(), ids }
}

/// That a sandbox is gone.
fn deleted(sandbox: &str) -> String {
    Teller { sandbox, born: 0, ids: Ids::None }.word("deleted", "the sandbox was deleted")
}

impl Source for Events {
    async fn next(&mut self) -> Option<String> {
        if self.unkept.is_none() {
            self.unkept = Some(match &mut self.reader {
                Reader::One(it) => (it.next(&self.watch).await?, it.driver.commit()),
                Reader::All(it) => (it.next(&self.watch).await, it.registry.commit()),
            });
        }
        // What is lost did not happen: the stream ends, and its reader comes back.
        let is_kept = self.unkept.as_ref()?.1.done().await.is_ok();
        self.unkept.take().filter(|_| is_kept).map(|it| it.0)
    }

    fn place(&self) -> String {
        match &self.reader {
            Reader::One(it) => teller(&it.driver, Ids::Sent).at(it.place),
            Reader::All(_) => String::new(),
        }
    }

    fn farewell(&self) -> String {
        let sandbox = if let Reader::One(it) = &self.reader { it.driver.name() } else { "*" };
        Teller { sandbox, born: 0, ids: Ids::None }.word("stopped", "the server stops, or needs the connection")
    }
}

impl One {
    async fn next(&mut self, watch: &Watch) -> Option<String> {
        let Self { driver, place, is_over } = self;
        while !*is_over {
            let mut changed = pin!(driver.changed());
            changed.as_mut().enable();
            let is_closed = driver.is_closed();
            match look(watch, driver, Ids::Sent, place) {
                Look::Events(text) => return Some(text),
                Look::Others => tokio::task::yield_now().await,
                Look::Nothing if is_closed => {
                    *is_over = true;
                    return Some(deleted(driver.name()));
                }
                Look::Nothing => changed.await,
            }
        }
        None
    }
}

impl All {
    async fn open(registry: &Arc<Registry>, watch: &Watch) -> Self {
        let new = registry.feed().subscribe();
        let mut read = BTreeMap::new();
        for (count, it) in registry.all().iter().enumerate() {
            read.insert(it.driver.born(), (Arc::from(it.driver.name()), begin(watch, &it.driver)));
            new.put(&it.driver);
            if count % LOOKS_AT_ONCE == LOOKS_AT_ONCE - 1 {
                tokio::task::yield_now().await;
            }
        }
        Self { registry: Arc::clone(registry), new, read }
    }

    async fn next(&mut self, watch: &Watch) -> String {
        loop {
            let text = match self.new.take() {
                None => {
                    self.new.arrived().await;
                    continue;
                }
                Some(New::In(driver)) => self.read_on(watch, &driver),
                Some(New::Gone(born)) => self.read.remove(&born).map(|it| deleted(&it.0)),
                Some(New::Everywhere) => self.look_around(),
            };
            match text {
                Some(text) => return text,
                None => tokio::task::yield_now().await,
            }
        }
    }

    /// Reads on in one sandbox.
    fn read_on(&mut self, watch: &Watch, driver: &Arc<Driver>) -> Option<String> {
        let (born, is_closed) = (driver.born(), driver.is_closed());
        let Some((_, place)) = self.read.get_mut(&born) else {
            if is_closed {
                return None; // all that it did was read, and its end was told
            }
            self.read.insert(born, (Arc::from(driver.name()), 0));
            self.new.put(driver);
            return Some(teller(driver, Ids::None).word("created", "the sandbox was made"));
        };
        match look(watch, driver, Ids::None, place) {
            Look::Events(text) => {
                self.new.put(driver);
                Some(text)
            }
            Look::Others => {
                self.new.put(driver);
                None
            }
            Look::Nothing if is_closed => self.read.remove(&born).map(|it| deleted(&it.0)),
            Look::Nothing => None,
        }
    }

    /// After more was new than could be noted: every sandbox may have something new, and those that are gone are told.
    fn look_around(&mut self) -> Option<String> {
        let all = self.registry.all();
        let living: std::collections::BTreeSet<u64> = all.iter().map(|it| it.driver.born()).collect();
        for it in &all {
            self.new.put(&it.driver);
        }
        let gone: Vec<u64> = self.read.keys().filter(|it| !living.contains(it)).copied().collect();
        let text: String = gone.iter().filter_map(|it| self.read.remove(it)).map(|it| deleted(&it.0)).collect();
        (!text.is_empty()).then_some(text)
    }
}
