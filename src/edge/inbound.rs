//! HTTP in, by hyper: bytes become a request, a sandbox or the server answers, the answer becomes bytes.

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode, Version, header};
use http_body_util::{Either, Full};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

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
use super::malformed::{Cause, refuse};
use super::notices::{Notices, Shortage};
use super::places::{Place, Places};
use super::registry::Registry;
use super::socket::{Ended, Socket};
use super::streams::{self, Ends};
use super::unheard;
use super::waited::{Waited, too_long};
use crate::control::events::{self, Watch};
use crate::control::sandboxes::Wish;
use crate::control::{self, Served};
use crate::engine::core::sandbox_url;
use crate::kit::http::{HeaderName, HeaderValue, Response, Target};
use crate::sandbox::HEAD_BYTES_MAX;

/// What `IDLE_TIME_MAX` is called in an answer.
const KEEP_ALIVE: HeaderValue = HeaderValue::from_static("timeout=1260");
/// A connection whose place is needed has this long to finish its answer.
const CLOSING_TIME_MAX: Duration = Duration::from_secs(5);
/// When the server stops, connections may finish their requests within this duration.
const SHUTDOWN_TIME_MAX: Duration = Duration::from_secs(5);
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

/// Serves until `stop` says so; then finishes the requests under way, within limits.
pub async fn serve(listeners: Vec<TcpListener>, shared: Arc<Shared>, stop: watch::Receiver<bool>) {
    let places = Places::new(shared.descriptors.connections_max());
    let accepting = listeners.into_iter().map(|it| tokio::spawn(accept(it, Arc::clone(&places), Arc::clone(&shared), stop.clone())));
    for it in accepting.collect::<Vec<_>>() {
        _ = it.await;
    }
    if tokio::time::timeout(SHUTDOWN_TIME_MAX, places.all_free()).await.is_err() {
        tracing::warn!("some requests were cut off by the end of the server");
    }
}

/// Accepts the connections of one address.
async fn accept(listener: TcpListener, places: Arc<Places>, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let next = async || match listener.accept().await {
        Ok((stream, peer)) => {
            if let Some(place) = places.take_free() {
                return Some((stream, peer, place));
            }
            shared.notices.say(Shortage::Connections, || all_taken(&places, shared.descriptors));
            Some((stream, peer, places.take().await))
        }
        Err(why) => {
            shared.notices.say(Shortage::Descriptors, || no_descriptor(&why, shared.descriptors));
            places.close_longest_idle();
            tokio::time::sleep(Duration::from_millis(10)).await;
            None
        }
    };
    loop {
        let accepted = tokio::select! {
            accepted = next() => accepted,
            _ = stop.wait_for(|it| *it) => return,
        };
        if let Some((stream, peer, place)) = accepted {
            tokio::spawn(attend(stream, peer, place, Arc::clone(&shared), stop.clone()));
        }
    }
}

fn all_taken(places: &Places, descriptors: Descriptors) -> String {
    let (places_max, limit) = (places.places_max(), descriptors.limit());
    format!(
        "all {places_max} connections are open: for each new one, the connection that was idle longest is closed. \
         Close connections that are not used, or raise the limit of open files (ulimit -n, now {limit})"
    )
}

fn no_descriptor(why: &std::io::Error, descriptors: Descriptors) -> String {
    let limit = descriptors.limit();
    format!(
        "a connection cannot be accepted: {why}. Close files and connections, or raise the limit of open files (ulimit -n, now {limit})"
    )
}

/// One connection, from its first byte to its last.
async fn attend(stream: TcpStream, peer: SocketAddr, place: Place, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    _ = stream.set_nodelay(true);
    let socket = Socket::new(stream, place);
    let (own, serving) = (socket.clone(), Arc::clone(&shared));
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (shared, socket) = (Arc::clone(&serving), own.clone());
        async move {
            socket.begin(request.body().size_hint().exact());
            let answer = answer(&shared, peer.ip(), &socket, request).await;
            if !answer.as_ref().is_some_and(|it| matches!(it.body(), Either::Right(_))) {
                socket.rest();
            }
            answer.ok_or(Hangup)
        }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.half_close(true).header_read_timeout(None).max_buf_size(HEAD_BYTES_MAX).title_case_headers(true);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(socket.clone()), service));
    let end = tokio::select! {
        biased;
        done = connection.as_mut() => End::Ended(done),
        () = socket.place().is_needed() => End::Within(if socket.has_half_a_head() { Duration::ZERO } else { CLOSING_TIME_MAX }),
        _ = stop.wait_for(|it| *it) => End::Within(SHUTDOWN_TIME_MAX),
        waited = too_long(&socket) => if waited == Waited::Head { End::TooSlow } else { End::Within(Duration::ZERO) },
    };
    match end {
        End::Ended(Ok(())) => {}
        End::Ended(Err(why)) => Box::pin(refuse(&shared, peer, socket, Cause::Hyper(why))).await,
        End::TooSlow => Box::pin(refuse(&shared, peer, socket, Cause::TooSlow)).await,
        End::Within(duration) => {
            socket.close_soon();
            connection.as_mut().graceful_shutdown();
            if let Ok(Err(why)) = tokio::time::timeout(duration, connection).await {
                Box::pin(refuse(&shared, peer, socket, Cause::Hyper(why))).await;
            }
        }
    }
}

/// How a connection ends.
enum End {
    Ended(hyper::Result<()>),
    /// It may finish its request within this duration.
    Within(Duration),
    /// Its head is still incomplete.
    TooSlow,
}

/// The connection is cut: without an answer, or after the bytes of a fault.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
struct Hangup;

/// A body that is complete, or one that stays open.
type Written = Either<Full<Bytes>, streams::Body>;

async fn answer(shared: &Shared, peer: IpAddr, socket: &Socket, request: hyper::Request<Incoming>) -> Option<hyper::Response<Written>> {
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
async fn decide(shared: &Shared, peer: IpAddr, socket: &Socket, head: http::request::Parts, body: Incoming) -> Option<Decided> {
    Some(match arrive(shared, peer, head, body).await {
        Ok(Arrived { driver, call, request, held }) => {
            let is_control = matches!(request.path.target(), Target::Control { .. });
            let asked = call.and_then(|it| control::serve(it, &request, &sandbox_url(&request.origin, driver.name())));
            let mut leaving = if let Some(asked) = asked {
                let (response, stream) = match asked {
                    Served::Answered(response) => (response, None),
                    Served::Asked(Wish::Events(watch)) => open(shared, &driver, watch, socket).await,
                    Served::Asked(wish) => (hosting::grant(&shared.registry, &driver, wish, &request.origin).await, None),
                };
                Leaving { stream, ..Leaving::at_once(driver.stamped(response)) }
            } else {
                tokio::select! {
                    biased;
                    leaving = driver.handle(request, &shared.bodies, half_closed(socket)) => leaving?,
                    () = given_up(socket) => return None,
                }
            };
            drop(held);
            if is_control {
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

/// The head of a stream of events, and its body.
async fn open(shared: &Shared, driver: &Arc<Driver>, watch: Watch, socket: &Socket) -> (Response, Option<streams::Body>) {
    let events = match Events::open(&shared.registry, driver, watch).await {
        Ok(events) => events,
        Err(refusal) => return (refusal.render(), None),
    };
    let (closing, gone) = (socket.clone(), socket.clone());
    let ends = Ends { closing: Box::pin(async move { closing.is_closing().await }), gone: Box::pin(async move { given_up(&gone).await }) };
    (events::head(), Some(streams::body(events, ends, Rests(socket.clone()))))
}

/// While an answer stays open, its connection is not idle.
struct Rests(Socket);

impl Drop for Rests {
    fn drop(&mut self) {
        self.0.rest();
    }
}

pub const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
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
