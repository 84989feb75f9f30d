//! Where a request is answered: here, or by the owner of its sandbox.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use parking_lot::Mutex;
use serde_json::json;

use super::forwarding::{Hop, Onward, Sent, not_here};
use super::service::{Replicas, Route};
use crate::control::sandboxes::is_name;
use crate::control::{Call, Handler};
use crate::edge::driver::{Driver, Stopwatch};
use crate::edge::keeping::NotKept;
use crate::edge::registry::{DEFAULT, Registry, Said};
use crate::edge::streams;
use crate::engine::ids::ProviderId;
use crate::engine::rules::Transport;
use crate::kit::http::{HeaderName, HeaderValue, Request, Response, Target};

/// Which replica has answered.
pub const REPLICA: HeaderName = HeaderName::from_static("playmoney-replica");
/// How long it is remembered to whom a credential leads.
const REMEMBERED: Duration = Duration::from_secs(1);
/// Credentials that are remembered.
const CREDENTIALS_MAX: usize = 10_000;
/// Calls of the control API that every replica answers itself.
const OF_SERVER: [&str; 4] = ["list_sandboxes", "create_sandbox", "metrics", "list_replicas"];

/// To which sandboxes credentials lead, and until which uptime that is believed.
#[derive(Default)]
pub struct Credentials(Mutex<BTreeMap<(ProviderId, String), Believed>>);

type Believed = (Duration, Vec<String>);

/// Where a request is answered.
pub enum Place {
    /// By this server, and by none of its sandboxes.
    Server,
    /// By that sandbox, which is here. Several have the credential of the request, if it is ambiguous.
    Here { driver: Arc<Driver>, is_ambiguous: bool },
    /// No sandbox of that name exists.
    Absent(String),
    /// It was answered elsewhere.
    Answered { response: Response, transport: Option<Box<Transport>>, stream: Option<streams::Body> },
    /// It cannot be answered now.
    Refused(Response),
}

impl Replicas {
    /// Finds the place for a request. One that another replica has sent on goes nowhere else.
    pub async fn place(self: &Arc<Self>, registry: &Registry, asked: Asked<'_>, onward: Onward, hop: Option<Hop>) -> Place {
        let Asked { call, by_path, request } = asked;
        if let Some(call) = call.filter(|it| is_of_server(it)) {
            return if call.name == "health" && self.is_draining() { Place::Refused(drains()) } else { Place::Server };
        }
        let (name, is_ambiguous) = match captured(call, request) {
            Some(name) => (name, false),
            None => self.named(registry, by_path, request).await,
        };
        if !is_name(&name) {
            return Place::Absent(name);
        }
        let waited = Stopwatch::start();
        while self.is_patient(waited) {
            let owner = match self.route(&name).await {
                Route::Here(driver) => return Place::Here { driver, is_ambiguous },
                Route::Absent => return Place::Absent(name),
                // One that cannot be restored can be deleted, here as well as anywhere.
                Route::Refused(_) if call.is_some_and(|it| it.name == "delete_sandbox") && self.unrestored.has(&name) => {
                    return Place::Server;
                }
                Route::Refused(response) => return Place::Refused(response),
                Route::There(_) if hop.is_some() => {
                    let moved = NotKept::because("the sandbox has moved on to another replica");
                    self.forget_any_owner(&name);
                    return Place::Refused(not_here(moved.refusal()));
                }
                Route::There(owner) => owner,
            };
            self.counts.forwarded.fetch_add(1, Ordering::Relaxed);
            let (sending, sent) = self.forwarding.send(&owner, onward.clone());
            let sent = tokio::select! {
                biased;
                sent = sending => sent,
                () = self.lease_ends(&owner) => sent.given_up("its lease has ended"),
            };
            match sent {
                Sent::Answered { response, transport, stream } => return Place::Answered { response, transport, stream },
                Sent::Unheard => self.forget_owner(&name, &owner).await,
                Sent::Broken(why) => {
                    self.forget_owner(&name, &owner).await;
                    let why = format!("the replica that owns the sandbox has not answered ({why})");
                    return Place::Refused(NotKept { is_unknown: true, ..NotKept::because(why) }.refusal());
                }
            }
        }
        Place::Refused(Self::unreached())
    }

    /// The name of the sandbox for a request, and whether several have its credential.
    async fn named(&self, registry: &Registry, by_path: Option<&str>, request: &Request) -> (String, bool) {
        let default = || DEFAULT.to_owned();
        let (provider, credential, derived) = match registry.said(by_path, request) {
            Said::Name(name) => return (name, false),
            Said::Credential(provider, credential, derived) => (provider, credential, derived),
        };
        let owners = self.owners_of(provider, credential).await;
        match owners.as_slice() {
            [one] => (one.clone(), false),
            [] => (derived.unwrap_or_else(default), false),
            _ => (default(), true),
        }
    }

    async fn owners_of(&self, provider: ProviderId, credential: String) -> Vec<String> {
        let key = (provider, credential);
        let now = self.stopwatch.elapsed();
        if let Some((until, owners)) = self.credentials.0.lock().get(&key)
            && now < *until
        {
            return owners.clone();
        }
        let asked = key.1.clone();
        let owners = self.ask(|it| async move { it.owners_of(provider, &asked).await }).await.unwrap_or_default();
        let mut known = self.credentials.0.lock();
        if CREDENTIALS_MAX <= known.len() {
            known.clear();
        }
        // One that leads nowhere is asked for again: its sandbox may be made in a moment.
        if !owners.is_empty() {
            known.insert(key, (now + REMEMBERED, owners.clone()));
        }
        owners
    }

    /// Says which replica has answered.
    pub fn sign(&self, headers: &mut HeaderMap) {
        if let Ok(id) = HeaderValue::from_str(&self.me().id) {
            headers.entry(REPLICA).or_insert(id);
        }
    }
}

/// What is known of a request before it has a place.
pub struct Asked<'a> {
    pub call: Option<&'static Call>,
    pub by_path: Option<&'a str>,
    pub request: &'a Request,
}

/// The answer of a replica that hands its sandboxes over: a balancer sends it nothing more.
fn drains() -> Response {
    Response::json(StatusCode::SERVICE_UNAVAILABLE, &json!({"status": "draining", "version": env!("CARGO_PKG_VERSION")}))
}

/// Whether a call concerns the server alone.
fn is_of_server(call: &Call) -> bool {
    match call.handler {
        Handler::Server(_) | Handler::File(_) => true,
        Handler::Sandboxes(_) => OF_SERVER.contains(&call.name),
        Handler::Stream(_) | Handler::Sandbox(_) => false,
    }
}

/// The sandbox that a call to the server names in its path: `/__admin/sandboxes/{name}`.
fn captured(call: Option<&Call>, request: &Request) -> Option<String> {
    call.filter(|it| it.path == "sandboxes/{sandbox}")?;
    match request.path.target() {
        Target::Control { path } => path.strip_prefix("sandboxes/").map(str::to_owned),
        Target::Provider { .. } => None,
    }
}
