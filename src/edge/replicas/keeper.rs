//! Keeps in the database what sandboxes hand over: what came while the last commit was under way goes into the next one.
//!
//! ```text
//! Store::put ─▶ queue ─▶ group: the records of many sandboxes, one piece each ─▶ one transaction ─▶ Track::keep
//!                              ├ refused by fence, or the answer was lost: look ─▶ keep, write again, or lose
//!                              └ no database for `PATIENCE`: lose what waits. Calls are refused from the first failure on
//! ```

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use self::group::{Group, Part};
use super::connecting::{Trouble, in_long_time, in_time};
use super::database::{Database, Snapshot};
use super::tenure::Fence;
use crate::edge::driver::Stopwatch;
use crate::edge::keeping::{Entry, Names, NotKept, Store, Track};

mod deciding;
mod group;

/// The bytes of one commit, about.
const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;
/// What may wait to be kept, before further calls wait.
const WAITING_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long a group is tried again.
const PATIENCE: Duration = Duration::from_secs(5);
/// The pause after the first failure. It doubles up to the other.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_millis(800);
/// Behind this number of bytes of records a snapshot is taken.
const SNAPSHOT_BYTES: usize = 2 * 1024 * 1024;
/// How often a snapshot is tried.
const SNAPSHOT_TRIES: u32 = 5;
/// Why a sandbox that another replica has claimed hears nothing here.
const MOVED: &str = "another replica has taken the sandbox over, because the lease of this one had ended";
/// How long the snapshots of sandboxes that are handed over together may take.
const LAST_SNAPSHOT_TIME_MAX: Duration = Duration::from_secs(2);
/// Why a sandbox hears nothing here that was handed over.
const LEFT: &str = "this replica stops, and has handed the sandbox over";

/// What has become of a sandbox.
pub enum News {
    /// The tenure of that number has ended.
    Ended(String, Fence),
    /// Much is kept behind its latest snapshot: another bounds the time that a move takes.
    Grown(String),
}

/// The store of a replica.
pub struct Keeper {
    queue: mpsc::UnboundedSender<Queued>,
    standing: watch::Sender<Option<NotKept>>,
    counts: Arc<Counts>,
    behind: Behind,
}

/// The bytes of the records behind the latest snapshot of each sandbox, or since one was last asked for.
type Behind = Arc<Mutex<BTreeMap<(String, Fence), usize>>>;

/// What is counted of a store.
#[derive(Default)]
pub struct Counts {
    waiting_bytes: AtomicUsize,
    has_room: Notify,
    /// The writer has failed, and tries again.
    is_failing: AtomicBool,
    /// Commits.
    pub groups: AtomicU64,
    /// Pieces of sandboxes in them.
    pub pieces: AtomicU64,
    /// Pieces that were refused because the sandbox has another owner.
    pub fenced: AtomicU64,
    /// Commits of which the answer was lost.
    pub unanswered: AtomicU64,
}

enum Queued {
    /// An entry, and what was true of its sandbox as it was handed over.
    Entry(Entry, Aside),
    /// A sandbox goes on elsewhere: what comes behind this on its track is not kept.
    Leave(Arc<Track>, oneshot::Sender<()>),
}

/// What a store keeps of a sandbox beside its history, because it changes with it.
struct Aside {
    /// When it has something to do by itself, in microseconds since 1970.
    wake: Option<i64>,
    /// When it was last used, in the same way.
    used: i64,
    /// The credentials that lead to it, if they have changed.
    names: Option<Names>,
}

impl Keeper {
    /// Begins to keep, on the current runtime. `news` is told what has become of sandboxes.
    pub fn start(database: Arc<Database>, news: mpsc::UnboundedSender<News>) -> Arc<Self> {
        let (queue, queued) = mpsc::unbounded_channel();
        let keeper = Arc::new(Self { queue, standing: watch::Sender::default(), counts: Arc::default(), behind: Arc::default() });
        let (standing, counts) = (keeper.standing.clone(), Arc::clone(&keeper.counts));
        let (behind, cutting) = (Arc::clone(&keeper.behind), Mutex::default());
        let writer = Writer { database, news, behind, cutting, standing, counts };
        tokio::spawn(writer.run(queued));
        keeper
    }

    /// What it has counted.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// A sandbox goes on here. It has records of that many bytes after its latest snapshot.
    pub fn goes_on(&self, name: &str, fence: Fence, bytes: usize) {
        self.behind.lock().insert((name.to_owned(), fence), bytes);
    }

    /// Hands a sandbox over, when all is kept that it has handed over by now. What it hears after that counts as not having come.
    pub async fn leave(&self, track: Arc<Track>) {
        let (done, is_done) = oneshot::channel();
        _ = self.queue.send(Queued::Leave(track, done));
        _ = is_done.await;
    }

    /// The database was reached, or was not, by another than the writer.
    pub fn note(&self, reached: Result<(), &Trouble>) {
        match reached {
            Ok(()) if self.counts.is_failing.load(Ordering::Acquire) => {}
            Ok(()) => stand(&self.standing, None),
            Err(why) => stand(&self.standing, Some(away(why))),
        }
    }
}

impl Store for Keeper {
    fn put(&self, entry: Entry) {
        self.counts.waiting_bytes.fetch_add(entry.bytes(), Ordering::AcqRel);
        let track = entry.place().0;
        let aside = Aside { wake: track.wake(), used: track.used(), names: track.take_names() };
        // The writer ends with the server.
        _ = self.queue.send(Queued::Entry(entry, aside));
    }

    fn standing(&self) -> &watch::Sender<Option<NotKept>> {
        &self.standing
    }

    fn room(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            loop {
                let mut has_room = std::pin::pin!(self.counts.has_room.notified());
                has_room.as_mut().enable();
                if self.counts.waiting_bytes.load(Ordering::Acquire) < WAITING_BYTES_MAX {
                    return;
                }
                has_room.await;
            }
        })
    }
}

fn away(why: &Trouble) -> NotKept {
    NotKept::because(format!("the database is away ({why})"))
}

fn stand(standing: &watch::Sender<Option<NotKept>>, now: Option<NotKept>) {
    standing.send_if_modified(|it| {
        let changes = it.is_some() != now.is_some();
        if changes {
            if let Some(it) = &now {
                tracing::warn!(kind = "store", "{}: calls are refused until it is back", it.why);
            } else {
                tracing::info!(kind = "store", "the database is back");
            }
            *it = now;
        }
        changes
    });
}

/// Writes groups, one after another.
struct Writer {
    database: Arc<Database>,
    news: mpsc::UnboundedSender<News>,
    behind: Behind,
    /// Snapshots on their way to the database.
    cutting: Mutex<Vec<(String, JoinHandle<()>)>>,
    standing: watch::Sender<Option<NotKept>>,
    counts: Arc<Counts>,
}

impl Writer {
    async fn run(self, mut queued: mpsc::UnboundedReceiver<Queued>) {
        while let Some(first) = queued.recv().await {
            let mut group = Group::default();
            group.add(first);
            while group.bytes() < GROUP_BYTES_MAX
                && let Ok(next) = queued.try_recv()
            {
                group.add(next);
            }
            let bytes = group.bytes();
            self.keep(group).await;
            self.counts.waiting_bytes.fetch_sub(bytes, Ordering::AcqRel);
            self.counts.has_room.notify_waiters();
        }
    }

    /// Keeps a group, or loses what of it cannot be kept.
    async fn keep(&self, group: Group) {
        let Group { parts, marks, leaving, .. } = group;
        let mut waits: Vec<Part> = parts.into_values().filter(|it| it.track.lost().is_none()).collect();
        let failed = self.try_long(&mut waits).await;
        let has_failed = self.counts.is_failing.swap(false, Ordering::AcqRel);
        match failed {
            Ok(()) if has_failed => stand(&self.standing, None),
            Ok(()) => {}
            Err(why) => {
                for it in &waits {
                    let is_unknown = it.may_be_there;
                    self.lose(it, &NotKept { is_unknown, ..away(&why) });
                }
                for (track, _) in &marks {
                    track.lose(&away(&why));
                }
            }
        }
        for (track, number) in &marks {
            track.keep(*number);
        }
        self.hand_over(leaving).await;
    }

    /// Lets others claim sandboxes at once. If that fails, they do so when the lease has ended.
    async fn hand_over(&self, leaving: Vec<(Arc<Track>, oneshot::Sender<()>)>) {
        if leaving.is_empty() {
            return;
        }
        for (track, _) in &leaving {
            track.lose(&NotKept::because(LEFT));
        }
        self.behind.lock().retain(|(name, _), _| leaving.iter().all(|it| it.0.settings.name != *name));
        let names: Vec<&str> = leaving.iter().map(|it| it.0.settings.name.as_str()).collect();
        // Their snapshots come first: once the sandboxes are released, the database refuses them.
        let cuts: Vec<_> = self.cutting.lock().extract_if(.., |it| names.contains(&it.0.as_str())).collect();
        let begun = Stopwatch::start();
        for (_, cut) in cuts {
            let left = LAST_SNAPSHOT_TIME_MAX.saturating_sub(begun.elapsed());
            _ = tokio::time::timeout(left, cut).await; // the records are kept in any case
        }
        let fences: Vec<i64> = leaving.iter().map(|it| it.0.settings.life.cast_signed()).collect();
        if let Err(why) = in_time(self.database.release(&names, &fences)).await {
            tracing::warn!(kind = "store", "sandboxes are not handed over ({why}): others take them when the lease has ended");
        }
        for (_, done) in leaving {
            _ = done.send(()); // who waits for it may be gone
        }
    }

    /// Tries again while the database is away, for a time.
    async fn try_long(&self, waits: &mut Vec<Part>) -> Result<(), Trouble> {
        let tried = Stopwatch::start();
        let mut pause = PAUSE_MIN;
        loop {
            let Err(why) = self.attempt(waits).await else { return Ok(()) };
            self.counts.is_failing.store(true, Ordering::Release);
            stand(&self.standing, Some(away(&why)));
            if PATIENCE < tried.elapsed() {
                return Err(why);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// One try for all that waits. What is decided is taken out.
    async fn attempt(&self, waits: &mut Vec<Part>) -> Result<(), Trouble> {
        while !waits.is_empty() {
            self.begin(waits).await?;
            if waits.iter().any(|it| it.may_be_there) {
                self.resolve(waits).await?;
            }
            let pieces: Vec<_> = waits.iter().filter(|it| it.piece.first < it.piece.next).map(|it| it.piece.clone()).collect();
            let kept = if pieces.is_empty() { Ok(std::collections::BTreeSet::new()) } else { in_time(self.database.write(&pieces)).await };
            let kept = kept.inspect_err(|why| {
                let may_be_there = matches!(why, Trouble::Lost(_));
                self.counts.unanswered.fetch_add(u64::from(may_be_there), Ordering::Relaxed);
                for it in waits.iter_mut() {
                    it.may_be_there |= may_be_there;
                }
            })?;
            self.counts.groups.fetch_add(1, Ordering::Relaxed);
            self.counts.pieces.fetch_add(kept.len() as u64, Ordering::Relaxed);
            let mut left = Vec::new();
            for mut it in waits.drain(..) {
                if it.piece.first == it.piece.next || kept.contains(&(it.piece.name.clone(), it.piece.fence)) {
                    self.kept(&it);
                    // A deletion follows what came before it.
                    it.piece.first = it.piece.next;
                    if it.deletes.is_some() {
                        left.push(it);
                    }
                } else {
                    it.may_be_there = true; // refused: a look says why
                    left.push(it);
                }
            }
            *waits = left;
            self.delete(waits).await?;
        }
        Ok(())
    }

    /// Keeps the beginnings of sandboxes that were made, and the credentials that have changed.
    async fn begin(&self, waits: &mut [Part]) -> Result<(), Trouble> {
        for it in waits {
            if let Some(base) = it.beginning.clone() {
                let line = tokio::task::spawn_blocking(move || base.line()).await.unwrap_or_default();
                let (name, fence) = (it.piece.name.clone(), it.piece.fence);
                in_long_time(self.database.cut(&Snapshot { name, fence, base: 0, line })).await?;
                it.beginning = None;
            }
            // Before its answer leaves, so that the next request with a new credential finds it.
            if let Some(names) = &it.names {
                in_time(self.database.learn(&it.piece.name, it.piece.fence, names)).await?;
                it.names = None;
            }
        }
        Ok(())
    }

    fn kept(&self, part: &Part) {
        part.track.keep(part.number);
        self.weigh(part);
        let Some((base, snapshot)) = part.snapshot.clone() else { return };
        let (database, name, fence) = (Arc::clone(&self.database), part.piece.name.clone(), part.piece.fence);
        let cut = tokio::spawn(async move {
            let line = tokio::task::spawn_blocking(move || snapshot.line()).await.unwrap_or_default();
            let snapshot = Snapshot { name, fence, base, line };
            for pause in 1..=SNAPSHOT_TRIES {
                match in_long_time(database.cut(&snapshot)).await {
                    Ok(_) => return,
                    Err(why) if pause == SNAPSHOT_TRIES => {
                        let sandbox = &snapshot.name;
                        tracing::warn!(sandbox, kind = "store", "a snapshot was not kept: {why}. The next one takes its place");
                    }
                    Err(_) => tokio::time::sleep(Duration::from_secs(pause.into())).await,
                }
            }
        });
        let mut cutting = self.cutting.lock();
        cutting.retain(|it| !it.1.is_finished());
        cutting.push((part.piece.name.clone(), cut));
    }

    /// Asks for a snapshot when much is kept behind the latest.
    fn weigh(&self, part: &Part) {
        let key = (part.piece.name.clone(), part.piece.fence);
        let mut behind = self.behind.lock();
        let bytes = behind.entry(key).or_default();
        *bytes = if part.snapshot.is_some() { 0 } else { *bytes + part.piece.lines.len() };
        if SNAPSHOT_BYTES < *bytes {
            *bytes = SNAPSHOT_BYTES / 2; // it may not be at rest now
            _ = self.news.send(News::Grown(part.piece.name.clone())); // the service ends with the server
        }
    }

    fn lose(&self, part: &Part, why: &NotKept) {
        part.track.lose(why);
        tracing::warn!(sandbox = part.piece.name, kind = "store", "what it has heard is not kept: {}", why.why);
        // The service ends with the server.
        self.ended(part);
    }

    /// A tenure has ended.
    fn ended(&self, part: &Part) {
        self.behind.lock().remove(&(part.piece.name.clone(), part.piece.fence));
        _ = self.news.send(News::Ended(part.piece.name.clone(), part.piece.fence));
    }
}
