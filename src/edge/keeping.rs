//! Durable sandboxes: what they hand over to a store, and what waits until it is kept. A store has no part in what a sandbox does.
//!
//! ```text
//! driver  under its lock: Held ─▶ Entry (records, a snapshot)  ─▶ Store::put   no I/O: the order of the lock is the order of the store
//!         unlocked: an answer, a webhook ─▶ Commit::done ◀──────── Track::keep or Track::lose, from the store's own thread or task
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use http::{HeaderValue, StatusCode, header};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::watch;

use crate::control::{Problem, sandboxes};
use crate::engine::ids::ProviderId;
use crate::kit::http::{HeaderName, Response};
use crate::kit::time::{Duration, Timestamp};
use crate::sandbox::history::Unkept;

pub mod disk;

/// Says of a refusal that what was asked may have been done.
const OUTCOME: HeaderName = HeaderName::from_static("playmoney-outcome");
/// When a refused call is worth another try.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// Why something was not kept, or cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotKept {
    /// Why, as a sentence without its full stop.
    pub why: String,
    /// It may have been kept after all: the store has not answered.
    pub is_unknown: bool,
}

impl NotKept {
    /// For that reason.
    pub fn because(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_unknown: false }
    }

    /// The answer to a call that was not kept, and has changed nothing; or to one of which that is unknown.
    pub fn refusal(&self) -> Response {
        let Self { why, is_unknown } = self;
        let effect = if *is_unknown { "It is unknown whether this call was kept" } else { "This call has changed nothing" };
        let detail = format!("What is asked of a durable sandbox has to be kept, and that is impossible now: {why}. {effect}.");
        let mut response = Response::problem(StatusCode::SERVICE_UNAVAILABLE, "not_kept", &detail);
        response.headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        if *is_unknown {
            response.headers.insert(OUTCOME, HeaderValue::from_static("unknown"));
        }
        response
    }
}

/// The member of a problem document that says that the call may have been done.
const OUTCOME_MEMBER: &str = "outcome";

impl From<NotKept> for Problem {
    fn from(NotKept { why, is_unknown }: NotKept) -> Self {
        if is_unknown {
            Self { members: json!({OUTCOME_MEMBER: "unknown"}), ..sandboxes::perhaps_kept(&why) }
        } else {
            sandboxes::not_kept(&why)
        }
    }
}

/// The answer to a call about sandboxes that was refused. What could not be kept is worth another try.
pub fn refused(problem: &Problem) -> Response {
    let mut response = problem.render();
    if problem.status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers.insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    if problem.members[OUTCOME_MEMBER] == "unknown" {
        response.headers.insert(OUTCOME, HeaderValue::from_static("unknown"));
    }
    response
}

/// What a sandbox hands over.
pub enum Entry {
    /// Records, and at times a snapshot. The first of a track has the beginning of its sandbox.
    Records { track: Arc<Track>, number: u64, unkept: Unkept },
    /// The sandbox was deleted. What comes after it on its track is not kept.
    Deleted { track: Arc<Track>, number: u64 },
    /// Nothing: everything before it has to be kept.
    Nothing { track: Arc<Track>, number: u64 },
}

impl Entry {
    /// The track, and the number of the entry on it.
    pub const fn place(&self) -> (&Arc<Track>, u64) {
        match self {
            Self::Records { track, number, .. } | Self::Deleted { track, number } | Self::Nothing { track, number } => (track, *number),
        }
    }

    /// What it costs in memory until it is kept.
    pub const fn bytes(&self) -> usize {
        match self {
            Self::Records { unkept, .. } => unkept.bytes(),
            Self::Deleted { .. } | Self::Nothing { .. } => 0,
        }
    }
}

/// Where durable sandboxes are kept.
pub trait Store: Send + Sync {
    /// Takes an entry. It returns at once: it is called under the lock of a sandbox. Later, in the order of the entries, the store tells
    /// their tracks that they were kept, or that they and all after them are lost.
    fn put(&self, entry: Entry);

    /// Why nothing can be kept now; `None` while something can.
    fn standing(&self) -> &watch::Sender<Option<NotKept>>;

    /// Waits while too much waits to be kept.
    fn room(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// What a store keeps of a sandbox beside its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub name: String,
    /// Its number among all sandboxes of the store: a name can be used again, a number cannot.
    pub life: u64,
    /// When it was made, in real time.
    pub created_at: Timestamp,
    pub ttl: Option<Duration>,
    /// How many sandboxes without names of their own the server had made by then.
    pub unnamed: u64,
}

/// The way of one sandbox to the store. When something on it is lost, all after that is, and the sandbox gets another when it was taken
/// back to what was kept.
#[derive(Debug)]
pub struct Track {
    pub settings: Settings,
    /// Entries that were handed over.
    handed: AtomicU64,
    /// When its sandbox has something to do by itself, in microseconds since 1970.
    wake: AtomicI64,
    /// When it was last used, in the same way.
    used: AtomicI64,
    /// The credentials that lead to its sandbox, when the store does not know them yet.
    names: Mutex<Option<Names>>,
    /// The entry was handed over that says that its sandbox was deleted.
    is_over: AtomicBool,
    progress: watch::Sender<Progress>,
}

/// Credentials, by provider.
pub type Names = Vec<(ProviderId, String)>;

/// A sandbox has nothing to do by itself.
const NEVER: i64 = i64::MAX;

#[derive(Clone, Debug, Default)]
struct Progress {
    /// Entries that were kept.
    kept: u64,
    lost: Option<NotKept>,
}

impl Track {
    /// Nothing was handed over.
    pub fn new(settings: Settings) -> Arc<Self> {
        let used = AtomicI64::new(settings.created_at.as_microsecond());
        Arc::new(Self {
            settings,
            handed: AtomicU64::new(0),
            wake: AtomicI64::new(NEVER),
            used,
            names: Mutex::default(),
            is_over: AtomicBool::new(false),
            progress: watch::Sender::default(),
        })
    }

    /// The number of the next entry. It is drawn under the lock of the sandbox.
    pub fn next(&self) -> u64 {
        self.handed.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// Its sandbox is deleted by the latest entry: nothing is handed over behind it. This is said under its lock.
    pub fn end(&self) {
        self.is_over.store(true, Ordering::Release);
    }

    /// Whether nothing more is handed over.
    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// Its sandbox has something to do by itself then, or only when it is asked, and was last used then. This is said under its lock.
    pub fn wakes(&self, at: Option<Timestamp>, used: Timestamp) {
        self.used.store(used.as_microsecond(), Ordering::Release);
        self.wake.store(at.map_or(NEVER, Timestamp::as_microsecond), Ordering::Release);
    }

    /// When its sandbox has something to do by itself, in microseconds since 1970: a store that several
    /// processes share looks after it then.
    #[cfg(feature = "postgres")]
    pub fn wake(&self) -> Option<i64> {
        Some(self.wake.load(Ordering::Acquire)).filter(|it| *it != NEVER)
    }

    /// These credentials lead to its sandbox from the next entry on. This is said under its lock.
    pub fn leads(&self, names: Names) {
        *self.names.lock() = Some(names);
    }

    /// The credentials that lead to its sandbox, if they have changed: a store that several processes share tells the others.
    #[cfg(feature = "postgres")]
    pub fn take_names(&self) -> Option<Names> {
        self.names.lock().take()
    }

    /// When its sandbox was last used, in microseconds since 1970.
    #[cfg(feature = "postgres")]
    pub fn used(&self) -> i64 {
        self.used.load(Ordering::Acquire)
    }

    /// The entries up to that number were kept.
    pub fn keep(&self, number: u64) {
        self.progress.send_if_modified(|it| {
            let is_more = it.lost.is_none() && it.kept < number;
            it.kept = if is_more { number } else { it.kept };
            is_more
        });
    }

    /// The entries that were not kept are lost, and so is what comes after them.
    pub fn lose(&self, why: &NotKept) {
        self.progress.send_if_modified(|it| {
            let is_first = it.lost.is_none();
            it.lost.get_or_insert_with(|| why.clone());
            is_first
        });
    }

    /// Why its sandbox has to be taken back.
    pub fn lost(&self) -> Option<NotKept> {
        self.progress.borrow().lost.clone()
    }

    fn commit(self: &Arc<Self>) -> Commit {
        Commit(Some((Arc::clone(self), self.handed.load(Ordering::Acquire))))
    }
}

/// What has to be kept before something may leave. The default: nothing.
#[derive(Clone, Debug, Default)]
pub struct Commit(Option<(Arc<Track>, u64)>);

impl Commit {
    /// Everything that the sandbox has handed over by now.
    pub fn of(track: &Arc<Track>) -> Self {
        track.commit()
    }

    /// Waits until it was kept.
    ///
    /// # Errors
    /// It is lost: what has caused it counts as not having come.
    pub async fn done(&self) -> Result<(), NotKept> {
        let Some((track, number)) = &self.0 else { return Ok(()) };
        let mut progress = track.progress.subscribe();
        loop {
            {
                let now = progress.borrow_and_update();
                if *number <= now.kept {
                    return Ok(());
                }
                if let Some(why) = &now.lost {
                    return Err(why.clone());
                }
            }
            if progress.changed().await.is_err() {
                return Err(NotKept::because("the server stops"));
            }
        }
    }

    /// Whether it was kept already.
    pub fn is_kept(&self) -> bool {
        self.0.as_ref().is_none_or(|(track, number)| *number <= track.progress.borrow().kept)
    }

    /// Why it never will be.
    pub fn lost(&self) -> Option<NotKept> {
        let (track, number) = self.0.as_ref()?;
        let now = track.progress.borrow();
        if *number <= now.kept { None } else { now.lost.clone() }
    }
}

/// The store of a server, and what the server itself asks of it.
pub struct Keeping {
    pub store: Arc<dyn Store>,
    /// For what concerns more than one sandbox.
    server: Mutex<Arc<Track>>,
    /// The number of the latest sandbox.
    lives: AtomicU64,
}

impl Keeping {
    /// With a store that has had that many sandboxes.
    pub fn new(store: Arc<dyn Store>, lives: u64) -> Arc<Self> {
        Arc::new(Self { store, server: Mutex::new(Self::of_server()), lives: AtomicU64::new(lives) })
    }

    fn of_server() -> Arc<Track> {
        let (name, created_at) = (String::new(), Timestamp::UNIX_EPOCH);
        Track::new(Settings { name, life: 0, created_at, ttl: None, unnamed: 0 })
    }

    /// A number for a new sandbox.
    pub fn next_life(&self) -> u64 {
        self.lives.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// Everything that any sandbox has handed over by now.
    pub fn all(&self) -> Commit {
        let mut server = self.server.lock();
        if server.lost().is_some() && self.away().is_none() {
            *server = Self::of_server();
        }
        let number = server.next();
        self.store.put(Entry::Nothing { track: Arc::clone(&server), number });
        server.commit()
    }

    /// Why nothing can be kept now.
    pub fn away(&self) -> Option<NotKept> {
        self.store.standing().borrow().clone()
    }
}

#[cfg(test)]
mod tests;
