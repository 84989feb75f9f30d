//! What all replicas have together.

use std::collections::BTreeMap;

use super::{Database, Duration, Fence, Replica, ReplicaId, Timestamp, Trouble, duration};

/// A replica in the list.
#[derive(Clone, Debug)]
pub struct Member {
    pub replica: Replica,
    pub last_seen: Timestamp,
    /// How many sandboxes it owns.
    pub sandboxes: i64,
}

/// A sandbox in the list, and its owner, if that lives.
#[derive(Clone, Debug)]
pub struct Listed {
    pub name: String,
    pub owner: Option<String>,
    pub fence: Fence,
}

/// What was last said of a sandbox in a list.
#[derive(Clone, Debug)]
pub struct Summary {
    pub name: String,
    pub text: String,
}

impl Database {
    /// The replicas whose leases last.
    pub async fn members(&self) -> Result<Vec<Member>, Trouble> {
        let text = "SELECT r.id, r.advertise, (extract(epoch FROM r.seen) * 1000000)::bigint,
                (SELECT count(*) FROM playmoney_sandboxes s WHERE s.owner = r.id)
            FROM playmoney_replicas r WHERE clock_timestamp() < r.until ORDER BY r.id";
        let client = self.client().await?;
        let member = |row: &tokio_postgres::Row| Member {
            replica: Replica { id: row.get(0), advertise: row.get(1) },
            last_seen: Timestamp::from_microsecond(row.get(2)).unwrap_or_default(),
            sandboxes: row.get(3),
        };
        Ok(client.query(text, &[]).await?.iter().map(member).collect())
    }

    /// The replicas whose leases last, and how long each lasts from now on.
    pub async fn living(&self) -> Result<BTreeMap<ReplicaId, Duration>, Trouble> {
        let text = "SELECT id, (extract(epoch FROM until - clock_timestamp()) * 1000000)::bigint
            FROM playmoney_replicas WHERE clock_timestamp() < until";
        let client = self.client().await?;
        let statement = client.prepare_cached(text).await?;
        Ok(client.query(&statement, &[]).await?.iter().map(|it| (it.get(0), duration(it.get(1)))).collect())
    }

    /// How long the lease of a replica lasts from now on. `None`: it has ended.
    pub async fn lives(&self, id: &ReplicaId) -> Result<Option<Duration>, Trouble> {
        Ok(self.living().await?.remove(id))
    }

    /// The first sandboxes by name.
    pub async fn sandboxes(&self, at_most: i64) -> Result<Vec<Listed>, Trouble> {
        let text = "SELECT s.name, CASE WHEN clock_timestamp() < r.until THEN s.owner END, s.fence
            FROM playmoney_sandboxes s LEFT JOIN playmoney_replicas r ON r.id = s.owner ORDER BY s.name LIMIT $1";
        let client = self.client().await?;
        let listed = |row: &tokio_postgres::Row| Listed { name: row.get(0), owner: row.get(1), fence: Fence(row.get(2)) };
        Ok(client.query(text, &[&at_most]).await?.iter().map(listed).collect())
    }

    /// How many sandboxes there are.
    pub async fn count(&self) -> Result<i64, Trouble> {
        Ok(self.client().await?.query_one("SELECT count(*) FROM playmoney_sandboxes", &[]).await?.get(0))
    }

    /// What the owners of sandboxes have last said of them.
    pub async fn summaries(&self) -> Result<Vec<Summary>, Trouble> {
        let client = self.client().await?;
        let found = client.query("SELECT name, summary FROM playmoney_sandboxes ORDER BY name", &[]).await?;
        Ok(found.iter().map(|it| Summary { name: it.get(0), text: it.get(1) }).collect())
    }

    /// Says of sandboxes of this replica what a list shows when they have no owner.
    pub async fn sum_up(&self, names: &[&str], texts: &[&str]) -> Result<(), Trouble> {
        let text = "UPDATE playmoney_sandboxes s SET summary = g.summary FROM unnest($2::text[], $3::text[]) AS g (name, summary)
            WHERE s.name = g.name AND s.owner = $1";
        self.client().await?.execute(text, &[&self.me.id, &names, &texts]).await?;
        Ok(())
    }
}
