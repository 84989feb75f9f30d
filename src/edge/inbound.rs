//! One request: a sandbox or the server answers it, and the answer is made ready to leave.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode, Version, header};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use tokio::sync::oneshot;

use super::access::Access;
use super::admission::{Arrived, Refusal, arrive};
use super::answers::Answers;
use super::bodies::Bodies;
use super::descriptors::Descriptors;
use super::driver::{Driver, Leaving, Stopwatch};
use super::events::Events;
use super::faults::{Answering, inject};
use super::heads::Names;
use super::hosting;
use super::log::{self, Told};
use super::notices::Notices;
use super::pages::{self, Changes};
use super::registry::Registry;
use super::socket::{Ended, Socket};
use super::streams::{self, Ends};
use super::threads::AbortOnDrop;
use super::unheard;
use crate::control::events::{self, Watch};
use crate::control::{self, Served};
use crate::engine::core::sandbox_url;
use crate::kit::http::{HeaderName, HeaderValue, NOSNIFF, Request, Response, Target};

/// What `IDLE_TIME_MAX` is called in an answer.
const KEEP_ALIVE: HeaderValue = HeaderValue::from_static("timeout=1260");
/// A caller that sends nothing more may still read, or be gone: both look alike. An answer that is not ready after this
/// duration is given up. An advance of the clock ends at once instead.
const HALF_CLOSED_TIME_MAX: Duration = Duration::from_secs(2);

/// What all connections share.
pub struct Shared {
    pub registry: Arc<Registry>,
    pub access: Access,
    pub stopwatch: Stopwatch,
    pub descriptors: Descriptors,
    pub notices: Arc<Notices>,
    pub bodies: Bodies,
    /// How the names of headers leave.
    pub names: Names,
    pub answers: Answers,
}

/// The connection is cut: without an answer, or after the bytes of a fault.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
pub struct Hangup;

/// A body that is complete, or one that stays open.
pub type Written = Either<Full<Bytes>, streams::Body>;

/// The answer to a request, ready to be written. `None`: the connection is cut without one.
pub async fn answer(
    shared: &Arc<Shared>,
    peer: IpAddr,
    socket: &Socket,
    request: hyper::Request<Incoming>,
) -> Option<hyper::Response<Written>> {
    let (head, body) = request.into_parts();
    let origin = head.headers.get(header::ORIGIN).cloned();
    let begun = shared.stopwatch.elapsed();
    let asked = log::is_read().then(|| (head.method.clone(), unheard::target(&head.uri)));
    let (is_head, version) = (head.method == Method::HEAD, head.version);
    let Decided { driver, leaving, told } = decide(shared, peer, socket, head, body).await?;
    let Leaving { mut response, mut transport, ticket, caller: _caller, stream } = leaving;
    if let Err(refusal) = shared.answers.count(&mut response, &shared.notices) {
        ticket.inspect(|it| driver.tell_again(*it));
        (response, transport) = (driver.stamped(refusal), None);
    }
    if let (Told::Nowhere, Some((method, target))) = (told, asked) {
        log::tell_control(&driver, &method, target.split('?').next().unwrap_or_default(), &response);
    }
    if let Some(origin) = &origin {
        shared.access.show_to(Some(origin), &mut response);
    }
    if let Some(transport) = transport {
        tracing::info!(sandbox = driver.name(), kind = "transport", ?transport, "a rule changes this answer on its way");
        // Boxed, because the usual answer does not need its size.
        let answering = Answering { socket, names: &shared.names, sandbox: driver.name() };
        let injected = Box::pin(inject(&answering, &transport, is_head, response));
        response = tokio::select! {
            biased;
            left = injected => left?,
            () = given_up(socket) => return None,
        };
    }
    if is_head
        && stream.is_none()
        && response.body.is_empty()
        && ![StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&response.status)
    {
        response.headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0")); // as hyper says it of GET
    }
    let body = stream.map_or_else(|| Either::Left(Full::new(response.body)), Either::Right);
    let mut written = hyper::Response::new(body);
    *written.status_mut() = response.status;
    if let Some(names) = shared.names.extension(&response.headers) {
        *written.extensions_mut() = names.clone();
    }
    *written.headers_mut() = response.headers;
    if version == Version::HTTP_11 && !written.headers().contains_key(header::CONNECTION) {
        written.headers_mut().entry(KEEP_ALIVE_NAME).or_insert(KEEP_ALIVE);
    }
    shared.registry.metrics.answered(shared.stopwatch.elapsed().saturating_sub(begun));
    Some(written)
}

/// The answer to a request, and the sandbox that gave it.
struct Decided {
    driver: Arc<Driver>,
    leaving: Leaving,
    told: Told,
}

/// Answers a request. `None`: the connection is cut without an answer.
async fn decide(shared: &Arc<Shared>, peer: IpAddr, socket: &Socket, head: http::request::Parts, body: Incoming) -> Option<Decided> {
    Some(match arrive(shared, peer, head, body).await {
        Ok(Arrived { driver, call, request, held }) => {
            let is_control = matches!(request.path.target(), Target::Control { .. });
            let asked = call.and_then(|it| control::serve(it, &request, &sandbox_url(&request.origin, driver.name())));
            let is_page_stream = pages::is_asked(&request);
            let mut leaving = if is_page_stream {
                let (response, stream) = open_page(shared, &driver, socket);
                Leaving { stream, ..Leaving::at_once(driver.stamped(response)) }
            } else if let Some(asked) = asked {
                let (response, stream) = match asked {
                    Served::Answered(response) => (response, None),
                    Served::Watched(watch) => open(shared, &driver, watch, socket).await,
                    Served::Asked(wish) => {
                        let needs_caller = wish.needs_caller();
                        let granted = hosting::grant(&shared.registry, &driver, shared.stopwatch, wish, &request.origin);
                        tokio::select! {
                            biased;
                            response = granted => (response, None),
                            () = given_up(socket), if needs_caller => return None,
                        }
                    }
                };
                Leaving { stream, ..Leaving::at_once(driver.stamped(response)) }
            } else {
                let handled = async {
                    if socket.asks(driver.home()) {
                        driver.handle(request, &shared.bodies, half_closed(socket)).await
                    } else {
                        at_home(&driver, shared, request, socket).await
                    }
                };
                tokio::select! {
                    biased;
                    leaving = handled => leaving?,
                    () = given_up(socket) => return None,
                }
            };
            drop(held);
            if is_control || is_page_stream {
                leaving.response.headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
            }
            Decided { driver, leaving, told: if is_control { Told::Nowhere } else { Told::InJournal } }
        }
        Err(refusal) => {
            let Refusal { driver, mut response, unheard } = *refusal;
            let driver = driver.unwrap_or_else(|| shared.registry.default());
            response.headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
            let response = driver.stamped(response);
            let told = if unheard.is_some() { Told::InJournal } else { Told::Nowhere };
            if let Some(request) = unheard {
                shared.registry.default().keep_unheard(request, &response);
            }
            Decided { driver, leaving: Leaving::at_once(response), told }
        }
    })
}

/// Has a request answered on the thread where its sandbox is at home.
async fn at_home(driver: &Arc<Driver>, shared: &Arc<Shared>, request: Request, socket: &Socket) -> Option<Leaving> {
    // Only the connection's own task looks at its socket: a stream wakes the last task that has looked.
    let (half_close, half_closes) = oneshot::channel::<()>();
    let (its, own) = (Arc::clone(driver), Arc::clone(shared));
    let mut handling = AbortOnDrop(driver.home().spawn(async move {
        // An error means that the connection still sends, or has ended; then this task is aborted.
        let ended = async {
            if half_closes.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        its.handle(request, &own.bodies, ended).await
    }));
    tokio::select! {
        biased;
        handled = &mut handling.0 => return handled.ok().flatten(),
        () = half_closed(socket) => {
            _ = half_close.send(());
        }
    }
    (&mut handling.0).await.ok().flatten()
}

/// The head of a stream of events, and its body.
async fn open(shared: &Shared, driver: &Arc<Driver>, watch: Watch, socket: &Socket) -> (Response, Option<streams::Body>) {
    let events = match Events::open(&shared.registry, driver, watch).await {
        Ok(events) => events,
        Err(refusal) => return (refusal.render(), None),
    };
    (events::head(), Some(streams::body(events, ends(socket), Rests(socket.clone()))))
}

/// The same for an open page of a provider.
fn open_page(shared: &Shared, driver: &Arc<Driver>, socket: &Socket) -> (Response, Option<streams::Body>) {
    match Changes::open(&shared.registry, driver) {
        Ok(changes) => (events::head(), Some(streams::body(changes, ends(socket), Rests(socket.clone())))),
        Err(refusal) => (refusal.render(), None),
    }
}

/// How an answer that stays open ends from outside.
fn ends(socket: &Socket) -> Ends {
    let (closing, gone) = (socket.clone(), socket.clone());
    Ends { closing: Box::pin(async move { closing.is_closing().await }), gone: Box::pin(async move { given_up(&gone).await }) }
}

/// While an answer stays open, its connection is not idle.
struct Rests(Socket);

impl Drop for Rests {
    fn drop(&mut self) {
        self.0.rest();
    }
}

const KEEP_ALIVE_NAME: HeaderName = HeaderName::from_static("keep-alive");

/// Waits until the caller sends nothing more: they may still read, or be gone.
async fn half_closed(socket: &Socket) {
    if socket.ended().await == Ended::Both {
        std::future::pending::<()>().await;
    }
}

/// Waits until the caller is gone, or must be taken for gone.
async fn given_up(socket: &Socket) {
    if socket.ended().await == Ended::Sending {
        tokio::time::sleep(HALF_CLOSED_TIME_MAX).await;
    }
}
