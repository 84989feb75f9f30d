//! What is asked about the sandboxes of all replicas together.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use serde_json::{Value as Json, json};

use super::database::{Listed, Member, Summary};
use super::forwarding::{Onward, Sent};
use super::service::{Replicas, Route};
use crate::control::Problem;
use crate::control::sandboxes::{self, Copy};
use crate::edge::driver::Driver;
use crate::edge::keeping::NotKept;
use crate::edge::registry::{Hosted, Registry};
use crate::kit::http::Response;

/// Sandboxes in the list of replicas.
const LISTED_MAX: i64 = 10_000;
/// Sandboxes without an owner that a list takes over to show them; of the others it shows what was last said.
const TAKEN_MAX: usize = 64;

/// How long another replica may take for its rows, and sandboxes without an owner for coming here.
const ROWS_TIME_MAX: Duration = Duration::from_secs(2);

impl Replicas {
    /// A name for a sandbox: the given one, or the next of those that are given out.
    pub async fn free_name(&self, given: Option<String>) -> Result<String, Problem> {
        if let Some(name) = given {
            return Ok(name);
        }
        loop {
            let next = self.ask(|it| async move {
                let name = format!("sandbox-{}", it.next_unnamed().await?);
                Ok((it.exists(&name).await?, name))
            });
            match next.await {
                Ok((false, name)) => return Ok(name),
                Ok((true, _)) => {}
                Err(why) => return Err(sandboxes::not_kept(&format!("the database is away ({why})"))),
            }
        }
    }

    /// Copies a sandbox as it is now. The copy belongs to this replica too.
    pub async fn copy(self: &Arc<Self>, registry: &Registry, from: &Arc<Driver>, copy: Copy) -> Result<Arc<Hosted>, Problem> {
        let name = self.free_name(copy.name).await?;
        let driver = from.fork(&name, copy.redirect.as_deref(), registry.threads().settle()).await;
        registry.add_shared(self, driver, copy.ttl).await
    }

    /// Deletes a sandbox of this replica.
    pub async fn delete(&self, registry: &Registry, name: &str) -> Result<Response, Problem> {
        let Some(commit) = registry.delete_shared(name) else {
            if !self.unrestored.has(name) {
                return Err(sandboxes::unknown(name));
            }
            let why = match self.discard(name).await {
                Ok(true) => return Ok(sandboxes::deleted(name)),
                Ok(false) => NotKept::because("the sandbox has moved on to another replica"),
                Err(why) => NotKept::because(format!("the database is away ({why})")),
            };
            return Err(why.into());
        };
        match commit.done().await {
            Ok(()) => Ok(sandboxes::deleted(name)),
            Err(why) => Err(why.into()),
        }
    }

    /// The replicas, and who owns each sandbox.
    pub async fn listed(&self) -> Result<Response, Problem> {
        let asked = self.ask(|it| async move { Ok((it.members().await?, it.sandboxes(LISTED_MAX).await?, it.count().await?)) });
        let (members, listed, count) = asked.await.map_err(|why| sandboxes::not_kept(&format!("the database is away ({why})")))?;
        let member = |it: &Member| {
            let (id, advertise) = (&it.replica.id, &it.replica.advertise);
            json!({"id": id, "advertise": advertise, "last_seen": it.last_seen, "sandboxes": it.sandboxes})
        };
        let sandbox = |it: &Listed| json!({"name": it.name, "owner": it.owner, "fence": it.fence.0});
        let body = json!({
            "replicas": members.iter().map(member).collect::<Vec<_>>(),
            "sandboxes": listed.iter().map(sandbox).collect::<Vec<_>>(),
            "truncated": LISTED_MAX < count,
        });
        Ok(Response::json(StatusCode::OK, &body))
    }

    /// The rows of all sandboxes: each owner shows its own, and those without an owner come here or are shown as they were.
    pub async fn rows(self: &Arc<Self>, own: Vec<Json>) -> Result<Vec<Json>, Problem> {
        let asked = self.ask(|it| async move { Ok((it.members().await?, it.summaries().await?)) });
        let (members, summaries) = asked.await.map_err(|why| sandboxes::not_kept(&format!("the database is away ({why})")))?;
        let name = |it: &Json| it["name"].as_str().map(str::to_owned);
        let mut rows: BTreeMap<String, Json> = own.into_iter().filter_map(|it| Some((name(&it)?, it))).collect();
        let others = members.into_iter().map(|it| it.replica).filter(|it| it != self.me()).map(|it| {
            let own = Arc::clone(self);
            tokio::spawn(async move { own.rows_of(&it).await })
        });
        for it in others.collect::<Vec<_>>() {
            rows.extend(it.await.unwrap_or_default().into_iter().filter_map(|it| Some((name(&it)?, it))));
        }
        let unowned: Vec<String> = summaries.iter().map(|it| it.name.clone()).filter(|it| !rows.contains_key(it)).take(TAKEN_MAX).collect();
        rows.extend(self.rows_of_unowned(unowned).await);
        let row = |Summary { name, text }| {
            let known = || serde_json::from_str(&text).unwrap_or_else(|_| json!({"name": name}));
            rows.remove(&name).unwrap_or_else(known)
        };
        Ok(summaries.into_iter().map(row).collect())
    }

    /// The rows of sandboxes without an owner, as far as they come here in time.
    async fn rows_of_unowned(self: &Arc<Self>, names: Vec<String>) -> BTreeMap<String, Json> {
        let mut coming = tokio::task::JoinSet::new();
        for name in names {
            let own = Arc::clone(self);
            coming.spawn(async move { own.row_of(&name).await.map(|it| (name, it)) });
        }
        let (mut rows, limit) = (BTreeMap::new(), tokio::time::sleep(ROWS_TIME_MAX));
        let mut limit = std::pin::pin!(limit);
        loop {
            tokio::select! {
                biased;
                () = &mut limit => break,
                it = coming.join_next() => match it {
                    Some(it) => rows.extend(it.ok().flatten()),
                    None => break,
                },
            }
        }
        coming.detach_all(); // those that are on their way come all the same
        rows
    }

    /// The row of a sandbox without an owner.
    async fn row_of(self: &Arc<Self>, name: &str) -> Option<Json> {
        let Route::Here(_) = self.route(name).await else { return None };
        let registry = self.registry()?;
        let hosted = registry.hosted(name)?;
        let mut row = Json::Null;
        hosted.driver.look(|world| row = sandboxes::row(world, hosted.stay(registry.now())));
        Some(row)
    }

    /// The rows of the sandboxes of another replica.
    async fn rows_of(&self, other: &super::database::Replica) -> Vec<Json> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("localhost"));
        if let Some(token) = self.admin_token.as_ref().and_then(|it| HeaderValue::from_str(&format!("Bearer {}", it.expose())).ok()) {
            headers.insert(header::AUTHORIZATION, token);
        }
        let uri = Uri::from_static("/__admin/sandboxes");
        let onward = Onward { method: Method::GET, uri, headers, body: Bytes::new(), peer: IpAddr::V4(Ipv4Addr::LOCALHOST) };
        let (sending, _) = self.forwarding.send(other, onward);
        let Ok(Sent::Answered { response, .. }) = tokio::time::timeout(ROWS_TIME_MAX, sending).await else { return Vec::new() };
        let mut body: Json = serde_json::from_slice(&response.body).unwrap_or_default();
        if let Json::Array(rows) = body["sandboxes"].take() { rows } else { Vec::new() }
    }
}
