//! hyper out: one attempt of a webhook, on a connection of its own.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::broken::Broken;
use self::resolver::{LookUp, resolve};
use super::egress::Egress;
use super::notices::{Notices, Shortage};
use crate::engine::delivery::{CONNECTIONS_PER_TARGET_MAX, Failure, MARK, Outcome, Outgoing, Remarks, WaitsFor};
use crate::kit::http::{HeaderName, Method};
use crate::kit::time::Duration;
use crate::kit::webhook_url::{Place, Scheme, WebhookUrl};

mod broken;
mod exchange;
mod resolver;
mod shortage;
#[cfg(feature = "tls")]
mod tls;
mod wire;

/// An attempt says how long it has waited on this machine when that was longer.
const WAIT_WORTH_TELLING: std::time::Duration = std::time::Duration::from_secs(1);

/// Is told what an attempt waits for on this machine, and `None` when it leaves.
pub type Tell<'a> = &'a (dyn Fn(Option<WaitsFor>) + Send + Sync);

/// Posts webhooks: no pool, no redirects, no proxy.
pub struct Courier {
    egress: Egress,
    look_up: LookUp,
    #[cfg(feature = "tls")]
    tls: tls::Connector,
    notices: Arc<Notices>,
    connections_max: NonZeroUsize,
    all: Arc<Semaphore>,
    targets: Mutex<BTreeMap<Place, Arc<Semaphore>>>,
}

impl Courier {
    /// A courier that opens the connections that `egress` permits, and at most `connections_max` at a time.
    pub fn new(egress: Egress, connections_max: NonZeroUsize, notices: Arc<Notices>) -> Self {
        Self {
            egress,
            look_up: resolver::system,
            #[cfg(feature = "tls")]
            tls: tls::Connector::default(),
            notices,
            connections_max,
            all: Arc::new(Semaphore::new(connections_max.get())),
            targets: Mutex::new(BTreeMap::new()),
        }
    }

    /// One attempt. The receiver's time limit is real time at any rate of the simulated clock. As long as this machine
    /// lacks what a connection needs, the attempt has not left: it waits, and its time limit has not begun.
    pub async fn post(&self, outgoing: &Outgoing, tell: Tell<'_>) -> Outcome {
        self.send(&Method::POST, outgoing, tell).await
    }

    /// Asks an application about the effect of a webhook, by the same rules.
    pub async fn get(&self, outgoing: &Outgoing) -> Outcome {
        self.send(&Method::GET, outgoing, &|_| {}).await
    }

    async fn send(&self, method: &Method, outgoing: &Outgoing, tell: Tell<'_>) -> Outcome {
        let target = match WebhookUrl::parse(&outgoing.url) {
            Ok(target) => target,
            Err(why) => return outcome(Err(Broken::new(Failure::Blocked, format!("the address cannot be called: {why}")))),
        };
        let (came, told) = (self.notices.elapsed(), AtomicBool::new(false));
        let says = |waits_for| {
            told.store(true, Ordering::Relaxed);
            tell(Some(waits_for));
        };
        let _permits = self.permits(&target, &says).await;
        let mut pause = shortage::PAUSE_MIN;
        loop {
            let waited = self.notices.elapsed().saturating_sub(came);
            if told.swap(false, Ordering::Relaxed) {
                tell(None);
            }
            let marked = AtomicBool::new(false);
            let attempt = self.attempt(method, &target, outgoing, &marked);
            let result = match tokio::time::timeout(outgoing.time_limit.unsigned_abs(), attempt).await {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(Unanswered::Broken(broken))) => Err(broken),
                Ok(Err(Unanswered::NotLeft(why))) => {
                    self.say_what_is_short(&why, &target);
                    says(WaitsFor::Machine);
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(shortage::PAUSE_MAX);
                    continue;
                }
                Err(_) => Err(Broken::new(Failure::Timeout, format!("no complete answer within {:#}", outgoing.time_limit))),
            };
            let mut outcome = outcome(result);
            if marked.into_inner() {
                outcome.remarks.get_or_insert_default().marked = true;
            }
            if WAIT_WORTH_TELLING < waited {
                outcome.remarks.get_or_insert_default().waited_ms = u64::try_from(waited.as_millis()).ok();
            }
            return outcome;
        }
    }

    fn say_what_is_short(&self, why: &std::io::Error, target: &WebhookUrl) {
        if let Some((shortage, advice)) = shortage::classify(why) {
            let waits = || format!("a webhook to {} waits and is tried again: {advice} ({why})", target.authority);
            self.notices.say(shortage, waits);
        }
    }

    /// First a permit of the target, then one of all: a slow target cannot take the permits of others while its attempts
    /// wait for each other.
    async fn permits(&self, target: &WebhookUrl, says: &(dyn Fn(WaitsFor) + Send + Sync)) -> [Option<OwnedSemaphorePermit>; 2] {
        let own = {
            let mut targets = self.targets.lock();
            if self.connections_max.get() < targets.len() {
                targets.retain(|_, it| Arc::strong_count(it) > 1);
            }
            Arc::clone(targets.entry(target.place()).or_insert_with(|| Arc::new(Semaphore::new(CONNECTIONS_PER_TARGET_MAX))))
        };
        let of_target = || {
            self.notices.say(target.place(), || target_is_full(&target.authority));
            says(WaitsFor::Target);
        };
        let of_all = || {
            self.notices.say(Shortage::Webhooks, || all_are_open(&target.authority, self.connections_max));
            says(WaitsFor::Connection);
        };
        [permit(own, of_target).await, permit(Arc::clone(&self.all), of_all).await]
    }

    /// `marked` becomes true once a request with Playmoney's mark is sent.
    async fn attempt(
        &self,
        method: &Method,
        target: &WebhookUrl,
        outgoing: &Outgoing,
        marked: &AtomicBool,
    ) -> Result<exchange::Answered, Unanswered> {
        let (stream, peer) = self.connect(target).await?;
        let mark = mark_for(peer.ip());
        let is_marked = mark.is_some();
        let headers = exchange::headers(target, outgoing, mark);
        let (uri, body) = (&target.request_uri, outgoing.body.clone());
        match target.scheme {
            Scheme::Http => {
                marked.store(is_marked, Ordering::Relaxed);
                Ok(exchange::exchange(stream, (method, uri, headers, body), outgoing.documented_headers).await?)
            }
            #[cfg(feature = "tls")]
            Scheme::Https => {
                let stream = self.tls.handshake(&target.host, stream).await?;
                marked.store(is_marked, Ordering::Relaxed);
                Ok(exchange::exchange(stream, (method, uri, headers, body), outgoing.documented_headers).await?)
            }
            #[cfg(not(feature = "tls"))]
            Scheme::Https => Err(Broken::new(Failure::Tls, "this build has no TLS: the feature `tls` is off").into()),
        }
    }

    /// Resolves once, and connects only to addresses that were checked. When none can be reached, the first failure counts,
    /// and all are told.
    async fn connect(&self, target: &WebhookUrl) -> Result<(TcpStream, SocketAddr), Unanswered> {
        let mut broken: Option<Broken> = None;
        for address in resolve(self.look_up, target).await? {
            let failed = match self.egress.judge(address) {
                Err(why) => Broken::new(Failure::Blocked, why),
                Ok(()) => match TcpStream::connect(address).await {
                    Ok(stream) => {
                        _ = stream.set_nodelay(true);
                        return Ok((stream, address));
                    }
                    Err(why) if shortage::is_shortage(&why, address.ip()) => return Err(Unanswered::NotLeft(why)),
                    Err(why) => broken::connecting(address, &why),
                },
            };
            broken = Some(match broken {
                None => failed,
                Some(first) => first.and(&failed),
            });
        }
        let nothing = || Broken::new(Failure::Dns, format!("the name `{}` has no address", target.authority));
        Err(broken.unwrap_or_else(nothing).into())
    }
}

fn target_is_full(authority: &str) -> String {
    format!(
        "{authority} has not answered {CONNECTIONS_PER_TARGET_MAX} webhooks, and one host and port gets no more connections at a time: \
         further webhooks to it wait; let it answer sooner"
    )
}

fn all_are_open(authority: &str, connections_max: NonZeroUsize) -> String {
    format!(
        "a webhook to {authority} waits: all {connections_max} connections that this server may have for webhooks are open; let receivers \
         answer sooner, or raise the limit of open files with `ulimit -n` (it leads to 512 connections at most)"
    )
}

/// A permit. When it has to be waited for, that is said first.
async fn permit(of: Arc<Semaphore>, say: impl FnOnce()) -> Option<OwnedSemaphorePermit> {
    if let Ok(permit) = Arc::clone(&of).try_acquire_owned() {
        return Some(permit);
    }
    say();
    of.acquire_owned().await.ok()
}

/// Playmoney's mark, for an address where a server cannot know that it is called by itself.
fn mark_for(peer: IpAddr) -> Option<HeaderName> {
    (!peer.to_canonical().is_loopback()).then_some(MARK)
}

/// Why an attempt has no answer.
enum Unanswered {
    /// The receiver, the network, or a rule of this server.
    Broken(Broken),
    /// This machine lacks what a connection needs, so nothing was sent.
    NotLeft(std::io::Error),
}

impl From<Broken> for Unanswered {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

/// What came of an attempt, in the words of the engine.
fn outcome(result: Result<exchange::Answered, Broken>) -> Outcome {
    let (result, detail, hint) = match result {
        Ok((answer, cut)) => (Ok(answer), cut, None),
        Err(Broken { failure, detail, hint }) => (Err(failure), Some(detail), hint),
    };
    Outcome { result, took: Duration::ZERO, remarks: Remarks { detail, hint, ..Remarks::default() }.boxed() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::driver::Stopwatch;

    #[tokio::test]
    async fn a_target_has_one_bound_in_every_spelling() {
        let connections_max = NonZeroUsize::MIN.saturating_add(9);
        let courier = Courier::new(Egress::default(), connections_max, Arc::new(Notices::new(Stopwatch::start())));
        for (targets, urls) in [
            (
                1,
                &[
                    "http://localhost:1/a",
                    "http://LOCALHOST:1",
                    "https://shop.localhost:1/",
                    "http://127.1:1",
                    "http://[::ffff:127.0.0.1]:1",
                ][..],
            ),
            (2, &["http://example.com", "http://EXAMPLE.com.:80/b?c", "http://user:word@example.com"]),
            (3, &["https://example.com"]),
            (4, &["http://[::1]:1"]),
        ] {
            for url in urls {
                let _permits = courier.permits(&WebhookUrl::parse(url).expect(url), &|_| {}).await;
                assert_eq!(courier.targets.lock().len(), targets, "{url}");
            }
        }
    }

    #[test]
    fn t2_the_mark_goes_to_other_machines_alone() {
        for (peer, is_marked) in [
            ("127.0.0.1", false),
            ("127.8.9.10", false),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("10.0.0.1", true),
            ("203.0.113.9", true),
            ("2001:db8::1", true),
        ] {
            assert_eq!(mark_for(peer.parse().expect("an address")).is_some(), is_marked, "{peer}");
        }
    }
}
