//! The tables, and how an older database becomes a present one.
//!
//! ```text
//! playmoney_sandboxes    one row each: owner, fence, records kept, when it has something to do by itself
//! playmoney_pieces       its history: each row has the records of one commit, as lines
//! playmoney_bases        its latest snapshot, in parts
//! playmoney_credentials  the keys that lead to it
//! playmoney_replicas     who serves, and until when its lease lasts, by the clock of the database
//! playmoney_cluster      one row: the token between replicas, and how many sandboxes without a name were made
//! playmoney_fences       gives out fences
//! ```

use deadpool_postgres::Client;
use tokio_postgres::error::Error;

/// Each brings the tables from its number to the next.
const MIGRATIONS: &[&str] = &["
CREATE SEQUENCE playmoney_fences AS bigint;
CREATE TABLE playmoney_cluster (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    token text NOT NULL,
    unnamed bigint NOT NULL DEFAULT 0
);
CREATE TABLE playmoney_replicas (
    id text PRIMARY KEY,
    advertise text NOT NULL,
    version text NOT NULL,
    seen timestamptz NOT NULL,
    until timestamptz NOT NULL
);
CREATE TABLE playmoney_sandboxes (
    name text PRIMARY KEY,
    owner text,
    fence bigint NOT NULL,
    kept bigint NOT NULL,
    base bigint NOT NULL,
    wake bigint,
    made bigint NOT NULL,
    used bigint NOT NULL,
    ttl bigint,
    summary text NOT NULL DEFAULT ''
);
CREATE INDEX playmoney_sandboxes_owner ON playmoney_sandboxes (owner);
CREATE INDEX playmoney_sandboxes_wake ON playmoney_sandboxes (wake) WHERE wake IS NOT NULL;
CREATE TABLE playmoney_pieces (
    sandbox text NOT NULL,
    next bigint NOT NULL,
    first bigint NOT NULL,
    fence bigint NOT NULL,
    lines bytea NOT NULL,
    PRIMARY KEY (sandbox, next)
);
CREATE TABLE playmoney_bases (
    sandbox text NOT NULL,
    base bigint NOT NULL,
    part integer NOT NULL,
    line bytea NOT NULL,
    PRIMARY KEY (sandbox, base, part)
);
CREATE TABLE playmoney_credentials (
    provider text NOT NULL,
    credential text NOT NULL,
    sandbox text NOT NULL,
    PRIMARY KEY (provider, credential, sandbox)
);
CREATE INDEX playmoney_credentials_sandbox ON playmoney_credentials (sandbox);
"];

/// One replica at a time migrates. A number of our own, for `pg_advisory_xact_lock`.
const LOCK: i64 = 0x0070_6c61_796d_6f6e;

/// Why the tables cannot be used.
pub enum Unusable {
    Failed(Error),
    /// A later version of the program has made them.
    Newer {
        found: i32,
        known: i32,
    },
}

impl From<Error> for Unusable {
    fn from(why: Error) -> Self {
        Self::Failed(why)
    }
}

/// Brings the tables to the present version. `token` becomes the token between replicas, if there is none yet; the token that counts.
pub async fn migrate(client: &mut Client, token: &str) -> Result<String, Unusable> {
    let known = i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX);
    let change = client.transaction().await?;
    change.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    change.batch_execute("CREATE TABLE IF NOT EXISTS playmoney_schema (version integer NOT NULL)").await?;
    let version = change.query_opt("SELECT version FROM playmoney_schema", &[]).await?;
    let found: i32 = if let Some(row) = version {
        row.get(0)
    } else {
        change.batch_execute("INSERT INTO playmoney_schema (version) VALUES (0)").await?;
        0
    };
    if known < found {
        return Err(Unusable::Newer { found, known });
    }
    for it in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or_default()) {
        change.batch_execute(it).await?;
    }
    if found < known {
        change.execute("UPDATE playmoney_schema SET version = $1", &[&known]).await?;
    }
    change.execute("INSERT INTO playmoney_cluster (token) VALUES ($1) ON CONFLICT DO NOTHING", &[&token]).await?;
    let token = change.query_one("SELECT token FROM playmoney_cluster", &[]).await?.get(0);
    change.commit().await?;
    Ok(token)
}
