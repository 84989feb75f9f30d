//! What a replica asks the database. Each function is one transaction; `tenure` says what is decided in it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use deadpool_postgres::{Client, Pool};
use tokio_postgres::Row as Found;

use super::connecting::{Address, Trouble};
use super::schema::{Unusable, migrate};
use super::tenure::{self, Claim, Fence, ReplicaId, Row};
use crate::edge::driver::Stopwatch;
use crate::engine::ids::ProviderId;
use crate::kit::time::Timestamp;

/// Clocks that are further apart than this are told.
const APART: Duration = Duration::from_secs(1);
/// An answer that takes longer says too little about the moment at which it was made.
const PROMPT: Duration = Duration::from_millis(500);
/// A snapshot is kept in parts of this size.
const PART_BYTES: usize = 4 * 1024 * 1024;

mod listing;
mod naming;
mod writing;

pub use self::listing::{Listed, Member, Summary};
pub use self::naming::{Made, New};
pub use self::writing::{Piece, Snapshot};

/// A replica of those that serve the same sandboxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replica {
    pub id: ReplicaId,
    /// Where the others reach it.
    pub advertise: String,
}

/// The database, for one replica.
pub struct Database {
    pool: Pool,
    me: Replica,
    lease: Duration,
    /// By how many microseconds the clock of this machine is ahead of that of the database.
    ahead: AtomicI64,
}

/// What became of a claim.
#[derive(Debug)]
pub enum Claimed {
    /// The sandbox belongs to this replica, by that fence.
    Granted(Fence),
    /// Another owns it. The lease of that one lasts for this duration from now on.
    Held { by: Replica, left: Duration },
    /// No sandbox has that name.
    Absent,
    /// The lease of this replica has ended.
    Lapsed,
}

/// What the database has of a sandbox.
pub struct History {
    /// The line of its latest snapshot.
    pub base: Vec<u8>,
    /// The number of the first record behind that.
    pub first: u64,
    /// The records behind it, as lines.
    pub lines: Vec<u8>,
    /// The number of the next record.
    pub next: u64,
    /// When it was made, in microseconds since 1970.
    pub made: i64,
    /// When it was last used.
    pub used: Timestamp,
    pub ttl: Option<Duration>,
    /// The moment at which this was read.
    pub now: Timestamp,
}

fn micros(of: Duration) -> i64 {
    i64::try_from(of.as_micros()).unwrap_or(i64::MAX)
}

fn duration(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

/// A number of a record, as the database has it.
pub fn number(it: u64) -> i64 {
    i64::try_from(it).unwrap_or(i64::MAX)
}

impl Database {
    /// For this replica, whose lease lasts that long. Nothing is connected yet.
    ///
    /// # Errors
    /// A sentence: the certificates cannot be used.
    pub fn new(address: &Address, me: Replica, lease: Duration) -> Result<Self, String> {
        Ok(Self { pool: address.pool()?, me, lease, ahead: AtomicI64::new(0) })
    }

    /// The replica that asks.
    pub const fn me(&self) -> &Replica {
        &self.me
    }

    async fn client(&self) -> Result<Client, Trouble> {
        Ok(self.pool.get().await?)
    }

    /// Brings the tables to the present version; the token between replicas.
    ///
    /// # Errors
    /// `Ok(Err(sentence))`: the tables are of a later version of the program.
    pub async fn prepare(&self, token: &str) -> Result<Result<String, String>, Trouble> {
        match migrate(&mut self.client().await?, token).await {
            Ok(token) => Ok(Ok(token)),
            Err(Unusable::Failed(why)) => Err(why.into()),
            Err(Unusable::Newer { found, known }) => Ok(Err(format!(
                "its tables have the version {found}, and this playmoney knows versions up to {known}: start the version that has made \
                 them, or a later one"
            ))),
        }
    }

    /// Begins or renews the lease of this replica.
    pub async fn renew(&self) -> Result<(), Trouble> {
        let text = "INSERT INTO playmoney_replicas (id, advertise, version, seen, until)
            VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp() + $4 * interval '1 microsecond')
            ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, until = excluded.until
            RETURNING (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
        let (client, version) = (self.client().await?, env!("CARGO_PKG_VERSION"));
        #[expect(clippy::cast_precision_loss, reason = "a lease is short")]
        let lease = micros(self.lease) as f64;
        let statement = client.prepare_cached(text).await?;
        let begun = Stopwatch::start();
        let answer = client.query_one(&statement, &[&self.me.id, &self.me.advertise, &version, &lease]).await?;
        if begun.elapsed() < PROMPT {
            self.compare_clocks(answer.get(0), Stopwatch::start().uptime().date.as_microsecond());
        }
        Ok(())
    }

    /// Compares both clocks. What this replica has done by its own, such as the last use of a sandbox, is told by the database's.
    fn compare_clocks(&self, of_database: i64, own: i64) {
        let (ahead, before) = (own - of_database, self.ahead.load(Ordering::Acquire));
        self.ahead.store(ahead, Ordering::Release);
        let is_apart = |it: i64| micros(APART) < it.abs();
        if is_apart(ahead) && !is_apart(before) {
            let seconds = ahead / 1_000_000;
            tracing::warn!(
                kind = "store",
                seconds,
                "the clock of this machine is {seconds} s ahead of the database's: a simulated clock that runs jumps by this when its \
                 sandbox comes here. Let a time service set both"
            );
        }
    }

    /// A moment of this machine's clock, by the clock of the database.
    fn by_its_clock(&self, micros: i64) -> i64 {
        micros.saturating_sub(self.ahead.load(Ordering::Acquire))
    }

    /// A moment of the database's clock, by the clock of this machine.
    pub fn by_own_clock(&self, at: Timestamp) -> Timestamp {
        let micros = at.as_microsecond().saturating_add(self.ahead.load(Ordering::Acquire));
        Timestamp::from_microsecond(micros).unwrap_or(at)
    }

    /// This replica ends: it owns nothing any more.
    pub async fn resign(&self) -> Result<(), Trouble> {
        let client = self.client().await?;
        client.execute("DELETE FROM playmoney_replicas WHERE id = $1", &[&self.me.id]).await?;
        // Those that died without a word.
        let text = "DELETE FROM playmoney_replicas WHERE until < clock_timestamp() - interval '1 day'";
        client.execute(text, &[]).await?;
        Ok(())
    }

    /// Claims a sandbox. A look without a lock comes first, because most claims find a living owner.
    pub async fn claim(&self, name: &str) -> Result<Claimed, Trouble> {
        const LOOK: &str = "SELECT s.owner, s.fence, s.kept, s.base, r.advertise,
                (extract(epoch FROM r.until - clock_timestamp()) * 1000000)::bigint,
                (extract(epoch FROM own.until - clock_timestamp()) * 1000000)::bigint
            FROM playmoney_sandboxes s
            LEFT JOIN playmoney_replicas r ON r.id = s.owner
            LEFT JOIN playmoney_replicas own ON own.id = $2
            WHERE s.name = $1";
        let mut client = self.client().await?;
        let look = client.prepare_cached(LOOK).await?;
        let Some(found) = client.query_opt(&look, &[&name, &self.me.id]).await? else { return Ok(Claimed::Absent) };
        if let Some(other) = self.judge(&found) {
            return Ok(other);
        }
        let change = client.transaction().await?;
        let row = change.prepare_cached("SELECT 1 FROM playmoney_sandboxes WHERE name = $1 FOR UPDATE").await?;
        change.execute(&row, &[&name]).await?;
        // A second statement, which sees what the lock was waited for.
        let look = change.prepare_cached(LOOK).await?;
        let Some(found) = change.query_opt(&look, &[&name, &self.me.id]).await? else { return Ok(Claimed::Absent) };
        if let Some(other) = self.judge(&found) {
            return Ok(other);
        }
        let take = "UPDATE playmoney_sandboxes SET owner = $2, fence = nextval('playmoney_fences') WHERE name = $1 RETURNING fence";
        let take = change.prepare_cached(take).await?;
        let fence = change.query_one(&take, &[&name, &self.me.id]).await?.get(0);
        change.commit().await?;
        Ok(Claimed::Granted(Fence(fence)))
    }

    /// What becomes of a claim. `None`: it is granted.
    fn judge(&self, found: &Found) -> Option<Claimed> {
        let left = |column: usize| found.get::<_, Option<i64>>(column).filter(|it| 0 < *it).map(duration);
        match tenure::claim(&row(found), &self.me.id, left(6), left(5)) {
            Claim::Granted => None,
            Claim::Lapsed => Some(Claimed::Lapsed),
            Claim::Held { by, left } => Some(Claimed::Held { by: Replica { id: by, advertise: found.get(4) }, left }),
        }
    }

    /// Reads what is kept of a sandbox. `None`: it was deleted.
    pub async fn read(&self, name: &str) -> Result<Option<History>, Trouble> {
        let mut client = self.client().await?;
        let look = client.build_transaction().isolation_level(tokio_postgres::IsolationLevel::RepeatableRead).read_only(true);
        let look = look.start().await?;
        let text = "SELECT base, kept, made, used, ttl, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
            FROM playmoney_sandboxes WHERE name = $1";
        let Some(row) = look.query_opt(text, &[&name]).await? else { return Ok(None) };
        let (first, next): (i64, i64) = (row.get(0), row.get(1));
        let mut base: Vec<u8> = Vec::new();
        let parts = "SELECT line FROM playmoney_bases WHERE sandbox = $1 AND base = $2 ORDER BY part";
        for part in look.query(parts, &[&name, &first]).await? {
            base.extend_from_slice(part.get(0));
        }
        let mut lines: Vec<u8> = Vec::new();
        let pieces = "SELECT first, lines FROM playmoney_pieces WHERE sandbox = $1 AND $2 < next ORDER BY next";
        for piece in look.query(pieces, &[&name, &first]).await? {
            let before = usize::try_from(first - piece.get::<_, i64>(0)).unwrap_or_default();
            lines.extend_from_slice(behind(piece.get(1), before));
        }
        look.commit().await?;
        let unsigned = |it: i64| u64::try_from(it).unwrap_or_default();
        Ok(Some(History {
            base,
            first: unsigned(first),
            lines,
            next: unsigned(next),
            made: row.get(2),
            used: Timestamp::from_microsecond(row.get(3)).unwrap_or_default(),
            ttl: row.get::<_, Option<i64>>(4).map(duration),
            now: Timestamp::from_microsecond(row.get(5)).unwrap_or_default(),
        }))
    }

    /// Sandboxes, except these, without a living owner: those that have something to do by themselves, whose time to live has
    /// ended, or whose maker has died before their beginning was kept.
    pub async fn due(&self, at_once: u32, except: &[String]) -> Result<Vec<String>, Trouble> {
        let text = "SELECT s.name FROM playmoney_sandboxes s LEFT JOIN playmoney_replicas r ON r.id = s.owner
            WHERE (s.wake <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
                OR s.base < 0
                OR s.used + s.ttl <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
            AND (r.until IS NULL OR r.until <= clock_timestamp()) AND s.name <> ALL ($2)
            ORDER BY s.wake NULLS LAST LIMIT $1";
        let client = self.client().await?;
        let statement = client.prepare_cached(text).await?;
        let found = client.query(&statement, &[&i64::from(at_once), &except]).await?;
        Ok(found.iter().map(|it| it.get(0)).collect())
    }
}

/// The row of a sandbox, from its first four columns.
fn row(found: &Found) -> Row {
    Row { owner: found.get(0), fence: Fence(found.get(1)), kept: found.get(2), base: found.get(3) }
}

/// What stands behind that number of lines.
fn behind(mut lines: &[u8], count: usize) -> &[u8] {
    for _ in 0..count {
        lines = memchr::memchr(b'\n', lines).map_or(&[][..], |end| &lines[end + 1..]);
    }
    lines
}
