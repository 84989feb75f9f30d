//! Sandboxes that are made and deleted, and the credentials that lead to them.

use super::{Database, Duration, ProviderId, Trouble, micros};
use crate::edge::replicas::tenure::Fence;

/// A sandbox that is to be made.
pub struct New {
    pub name: String,
    /// When it was made, in microseconds since 1970.
    pub made: i64,
    pub ttl: Option<Duration>,
    pub sandboxes_max: usize,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// It belongs to this replica.
    Here(Fence),
    /// The name is taken.
    Exists,
    /// There are as many as there may be.
    TooMany,
}

impl Database {
    /// Makes a sandbox. Its beginning is kept with what it first hands over; without one it does not exist.
    pub async fn make(&self, new: &New) -> Result<Made, Trouble> {
        let mut client = self.client().await?;
        let change = client.transaction().await?;
        let text = "INSERT INTO playmoney_sandboxes (name, owner, fence, kept, base, made, used, ttl)
            VALUES ($1, $2, nextval('playmoney_fences'), 0, -1, $3, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, $4)
            ON CONFLICT DO NOTHING RETURNING fence";
        let made = change.query_opt(text, &[&new.name, &self.me.id, &new.made, &new.ttl.map(micros)]).await?;
        let Some(made) = made else { return Ok(Made::Exists) };
        let others = "SELECT count(*) FROM playmoney_sandboxes WHERE name <> 'default'";
        let others: i64 = change.query_one(others, &[]).await?.get(0);
        if new.name != "default" && i64::try_from(new.sandboxes_max).unwrap_or(i64::MAX) < others {
            return Ok(Made::TooMany);
        }
        // What an earlier sandbox of that name may have left.
        for it in ["playmoney_pieces", "playmoney_bases"] {
            change.execute(&format!("DELETE FROM {it} WHERE sandbox = $1"), &[&new.name]).await?;
        }
        change.commit().await?;
        Ok(Made::Here(Fence(made.get(0))))
    }

    /// The number of the next sandbox without a name of its own.
    pub async fn next_unnamed(&self) -> Result<i64, Trouble> {
        let client = self.client().await?;
        Ok(client.query_one("UPDATE playmoney_cluster SET unnamed = unnamed + 1 RETURNING unnamed", &[]).await?.get(0))
    }

    /// Deletes a sandbox of this replica. `false`: the tenure has ended.
    pub async fn delete(&self, name: &str, fence: Fence) -> Result<bool, Trouble> {
        let mut client = self.client().await?;
        let change = client.transaction().await?;
        let text = "DELETE FROM playmoney_sandboxes WHERE name = $1 AND owner = $2 AND fence = $3";
        if change.execute(text, &[&name, &self.me.id, &fence.0]).await? == 0 {
            return Ok(false);
        }
        for it in ["playmoney_pieces", "playmoney_bases", "playmoney_credentials"] {
            change.execute(&format!("DELETE FROM {it} WHERE sandbox = $1"), &[&name]).await?;
        }
        change.commit().await?;
        Ok(true)
    }

    /// Whether a sandbox of that name exists.
    pub async fn exists(&self, name: &str) -> Result<bool, Trouble> {
        let client = self.client().await?;
        let statement = client.prepare_cached("SELECT 1 FROM playmoney_sandboxes WHERE name = $1").await?;
        Ok(client.query_opt(&statement, &[&name]).await?.is_some())
    }

    /// The credentials that lead to a sandbox of this replica from now on. `false`: the tenure has ended.
    pub async fn learn(&self, name: &str, fence: Fence, credentials: &[(ProviderId, String)]) -> Result<bool, Trouble> {
        let mut client = self.client().await?;
        let change = client.transaction().await?;
        let lock = "SELECT 1 FROM playmoney_sandboxes WHERE name = $1 AND owner = $2 AND fence = $3 FOR UPDATE";
        if change.execute(lock, &[&name, &self.me.id, &fence.0]).await? == 0 {
            return Ok(false);
        }
        let providers: Vec<String> = credentials.iter().map(|it| slug(it.0)).collect();
        let texts: Vec<&str> = credentials.iter().map(|it| it.1.as_str()).collect();
        change.execute("DELETE FROM playmoney_credentials WHERE sandbox = $1", &[&name]).await?;
        let text = "INSERT INTO playmoney_credentials (provider, credential, sandbox)
            SELECT provider, credential, $1 FROM unnest($2::text[], $3::text[]) AS it (provider, credential) ON CONFLICT DO NOTHING";
        change.execute(text, &[&name, &providers, &texts]).await?;
        change.commit().await?;
        Ok(true)
    }

    /// The first two sandboxes that a credential leads to.
    pub async fn owners_of(&self, provider: ProviderId, credential: &str) -> Result<Vec<String>, Trouble> {
        let text = "SELECT sandbox FROM playmoney_credentials WHERE provider = $1 AND credential = $2 LIMIT 2";
        let client = self.client().await?;
        let statement = client.prepare_cached(text).await?;
        let found = client.query(&statement, &[&slug(provider), &credential]).await?;
        Ok(found.iter().map(|it| it.get(0)).collect())
    }
}

fn slug(provider: ProviderId) -> String {
    crate::providers::all().get(usize::from(provider.0)).map_or_else(String::new, |it| it.contract().slug.to_owned())
}
