//! What is kept of a sandbox. Each write compares the fence in its own transaction, as [`tenure::may_write`] says.

use super::{BTreeSet, Database, PART_BYTES, Row, Trouble, number, row};
use crate::edge::replicas::connecting::in_words;
use crate::edge::replicas::tenure::{Fence, Found};

/// The records of one sandbox that one commit keeps.
#[derive(Clone, Debug)]
pub struct Piece {
    pub name: String,
    pub fence: Fence,
    /// The number of its first record.
    pub first: u64,
    /// The number of the record behind it.
    pub next: u64,
    pub lines: Vec<u8>,
    /// When the sandbox has something to do by itself, in microseconds since 1970.
    pub wake: Option<i64>,
    /// When it was last used, in the same way.
    pub used: i64,
}

/// A snapshot, which takes the place of the records before it.
pub struct Snapshot {
    pub name: String,
    pub fence: Fence,
    /// The number of the record behind it.
    pub base: u64,
    pub line: Vec<u8>,
}

impl Database {
    /// Keeps the pieces of several tenures, at most one of each, in one transaction. Those of the tenures that are named in the answer are
    /// kept, the others are refused.
    pub async fn write(&self, pieces: &[Piece]) -> Result<BTreeSet<(String, Fence)>, Trouble> {
        // One statement is one transaction, and one way to the server and back.
        const TEXT: &str = "WITH given AS (
                SELECT * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[])
                    AS it (name, fence, first, next, wake, used, lines)
            ), mine AS (
                UPDATE playmoney_sandboxes s SET kept = g.next, wake = g.wake, used = g.used
                FROM given g
                WHERE s.name = g.name AND s.owner = $1 AND s.fence = g.fence AND s.kept = g.first
                RETURNING s.name, s.fence
            ), kept AS (
                INSERT INTO playmoney_pieces (sandbox, next, first, fence, lines)
                SELECT g.name, g.next, g.first, g.fence, g.lines FROM given g JOIN mine ON mine.name = g.name AND mine.fence = g.fence
            )
            SELECT name, fence FROM mine";
        let client = self.client().await?;
        let statement = client.prepare_cached(TEXT).await.map_err(|why| Trouble::Away(in_words(&why)))?;
        let names: Vec<&str> = pieces.iter().map(|it| it.name.as_str()).collect();
        let fences: Vec<i64> = pieces.iter().map(|it| it.fence.0).collect();
        let firsts: Vec<i64> = pieces.iter().map(|it| number(it.first)).collect();
        let nexts: Vec<i64> = pieces.iter().map(|it| number(it.next)).collect();
        let wakes: Vec<Option<i64>> = pieces.iter().map(|it| it.wake.map(|at| self.by_its_clock(at))).collect();
        let used: Vec<i64> = pieces.iter().map(|it| self.by_its_clock(it.used)).collect();
        let lines: Vec<&[u8]> = pieces.iter().map(|it| it.lines.as_slice()).collect();
        let kept = client.query(&statement, &[&self.me.id, &names, &fences, &firsts, &nexts, &wakes, &used, &lines]).await?;
        Ok(kept.iter().map(|it| (it.get(0), Fence(it.get(1)))).collect())
    }

    /// Looks at the row of a sandbox, and whether the piece of that tenure is there whose next record has that number.
    pub async fn look(&self, name: &str, fence: Fence, next: u64) -> Result<(Option<Row>, Found), Trouble> {
        let text = "SELECT owner, fence, kept, base,
                EXISTS (SELECT 1 FROM playmoney_pieces p WHERE p.sandbox = name AND p.next = $3 AND p.fence = $2)
            FROM playmoney_sandboxes WHERE name = $1";
        let client = self.client().await?;
        let found = client.query_opt(text, &[&name, &fence.0, &number(next)]).await?;
        let look = |it: &tokio_postgres::Row| if it.get(4) { Found::There } else { Found::Missing };
        Ok(found.map_or((None, Found::Missing), |it| (Some(row(&it)), look(&it))))
    }

    /// Puts a snapshot in the place of the records before it. `false`: the tenure has ended, or the records before it are not kept.
    pub async fn cut(&self, snapshot: &Snapshot) -> Result<bool, Trouble> {
        let Snapshot { name, fence, base, line } = snapshot;
        let mut client = self.client().await?;
        let change = client.transaction().await?;
        let text = "UPDATE playmoney_sandboxes SET base = $4 WHERE name = $1 AND owner = $2 AND fence = $3 AND base < $4 AND $4 <= kept";
        if change.execute(text, &[name, &self.me.id, &fence.0, &number(*base)]).await? == 0 {
            return Ok(false);
        }
        put_base(&change, name, *base, line).await?;
        change.execute("DELETE FROM playmoney_bases WHERE sandbox = $1 AND base < $2", &[name, &number(*base)]).await?;
        change.execute("DELETE FROM playmoney_pieces WHERE sandbox = $1 AND next <= $2", &[name, &number(*base)]).await?;
        change.commit().await?;
        Ok(true)
    }

    /// Hands sandboxes over to those who claim them: the names, and the fences of their tenures.
    pub async fn release(&self, names: &[&str], fences: &[i64]) -> Result<(), Trouble> {
        let text = "UPDATE playmoney_sandboxes s SET owner = NULL FROM unnest($2::text[], $3::bigint[]) AS g (name, fence)
            WHERE s.name = g.name AND s.fence = g.fence AND s.owner = $1";
        let client = self.client().await?;
        client.execute(text, &[&self.me.id, &names, &fences]).await?;
        Ok(())
    }
}

/// Writes the line of a snapshot in parts.
async fn put_base(change: &deadpool_postgres::Transaction<'_>, name: &str, base: u64, line: &[u8]) -> Result<(), Trouble> {
    let put = change.prepare_cached("INSERT INTO playmoney_bases (sandbox, base, part, line) VALUES ($1, $2, $3, $4)").await?;
    for (part, bytes) in (0_i32..).zip(line.chunks(PART_BYTES)) {
        change.execute(&put, &[&name, &number(base), &part, &bytes]).await?;
    }
    Ok(())
}
