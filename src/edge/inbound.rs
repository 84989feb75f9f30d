//! HTTP in, by hyper: bytes become a request, a sandbox or the server answers, the answer becomes bytes.

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Method, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::access::{Access, Head};
use super::address::Address;
use super::driver::{Driver, Leaving, Stopwatch};
use super::faults::inject;
use super::registry::Registry;
use super::socket::Socket;
use crate::control::{self, BodyLimits, Call, Caller};
use crate::kit::http::{HeaderValue, Request, Response, Target};
use crate::sandbox::{HEAD_BYTES_MAX, body_too_large, head_bytes, head_too_large};

/// The time until all headers have arrived, and between two requests of a connection.
const HEAD_TIME_MAX: Duration = Duration::from_secs(30);
/// A body may arrive at any pace for this duration; then it has to keep the pace below.
const BODY_GRACE: Duration = Duration::from_secs(2);
const BODY_BYTES_PER_SECOND_MIN: u64 = 1024;
/// This much of a body that is too large is read and dropped: many senders read the refusal only after they have sent all.
const DISCARDED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Connections at a time.
const CONNECTIONS_MAX: usize = 20_000;
/// When the server stops, connections may finish their requests within this duration.
const SHUTDOWN_TIME_MAX: Duration = Duration::from_secs(5);

/// What all connections share.
pub struct Shared {
    pub registry: Arc<Registry>,
    pub access: Access,
    pub stopwatch: Stopwatch,
}

/// Serves until `stop` says so; then finishes the requests under way, within limits.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let next = async { (Arc::clone(&places).acquire_owned().await, listener.accept().await) };
        let (place, accepted) = tokio::select! {
            next = next => next,
            _ = stop.wait_for(|it| *it) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = graceful.watch(connection(stream, peer, Arc::clone(&shared)));
                tokio::spawn(async move {
                    if let Err(why) = connection.await {
                        tracing::debug!(%peer, %why, "connection");
                    }
                    drop(place);
                });
            }
            Err(why) => {
                tracing::warn!(%why, "no connection can be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await; // most likely out of file descriptors
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(SHUTDOWN_TIME_MAX, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were cut off by the end of the server");
    }
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    shared: Arc<Shared>,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    _ = stream.set_nodelay(true);
    let socket = Socket::new(stream);
    let own = socket.clone();
    let service = service_fn(move |request| {
        let (shared, socket) = (Arc::clone(&shared), own.clone());
        async move { answer(&shared, peer.ip(), socket, request).await.ok_or(Hangup) }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    // A request has at most 100 headers. That is hyper's default; to set it as well would cost an allocation a request.
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME_MAX).max_buf_size(HEAD_BYTES_MAX);
    builder.serve_connection(TokioIo::new(socket), service)
}

/// The connection is cut: without an answer, or after the bytes of a fault.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
struct Hangup;

async fn answer(shared: &Shared, peer: IpAddr, socket: Socket, request: hyper::Request<Incoming>) -> Option<hyper::Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let origin = head.headers.get(header::ORIGIN).cloned();
    let asked = tracing::enabled!(tracing::Level::INFO).then(|| format!("{} {}", head.method, head.uri.path()));
    let is_head = head.method == Method::HEAD;
    let (driver, leaving) = match arrive(shared, peer, head, body).await {
        Ok(Arrived { driver, call, request }) => {
            let leaving = match call.and_then(control::serve) {
                Some(response) => Leaving::at_once(driver.stamped(response)),
                None => driver.handle(request).await?,
            };
            (driver, leaving)
        }
        Err(refusal) => {
            let Refusal { driver, response } = *refusal;
            let driver = driver.unwrap_or_else(|| shared.registry.default());
            let response = driver.stamped(response);
            (driver, Leaving::at_once(response))
        }
    };
    let Leaving { mut response, transport, caller: _caller } = leaving;
    if let Some(asked) = asked {
        tracing::info!(sandbox = driver.name(), status = response.status.as_u16(), "{asked}");
    }
    if let Some(origin) = &origin {
        shared.access.show_to(Some(origin), &mut response);
    }
    if let Some(transport) = transport {
        tracing::info!(sandbox = driver.name(), ?transport, "a rule changes this answer on its way");
        // Boxed, because the usual answer does not need its size.
        response = Box::pin(inject(socket, driver.name(), &transport, is_head, response)).await?;
    }
    let mut written = hyper::Response::new(Full::new(response.body));
    *written.status_mut() = response.status;
    *written.headers_mut() = response.headers;
    Some(written)
}

/// A request that may be answered, and the sandbox that it is for.
struct Arrived {
    driver: Arc<Driver>,
    /// The row of a control call; `None` for any other request.
    call: Option<&'static Call>,
    request: Request,
}

/// Why a request is not answered by a sandbox.
struct Refusal {
    /// The sandbox that it was for, when it was found.
    driver: Option<Arc<Driver>>,
    response: Response,
}

impl From<Response> for Box<Refusal> {
    fn from(response: Response) -> Self {
        Self::new(Refusal { driver: None, response })
    }
}

/// Checks host, body, sandbox and token in this order, so that a credential inside a body can choose the sandbox.
///
/// One exception: where a row allows a larger body than usual, the token is checked before the body is read. Otherwise a
/// caller without the token could make the server hold 256 MiB per connection.
async fn arrive(shared: &Shared, peer: IpAddr, head: http::request::Parts, body: Incoming) -> Result<Arrived, Box<Refusal>> {
    // hyper refuses much larger heads, but not to the byte.
    if HEAD_BYTES_MAX < head_bytes(head.uri.path_and_query().map_or("", |it| it.as_str()), &head.headers) {
        return Err(closing(head_too_large()).into());
    }
    let called = shared.access.called(&head.uri, &head.headers)?;
    if let Some(response) = shared.access.preflight(&head.method, &head.headers) {
        return Err(response.into());
    }
    let (call, body, path, driver) = {
        let address = Address::parse(called.provider, head.uri.path());
        let (may_call, call) = match address.path.target() {
            Target::Provider { .. } => (None, None),
            Target::Control { path } => {
                let call = Call::find(&head.method, path);
                (Some(call.map_or(Caller::TokenHolder, |it| it.caller)), call)
            }
        };
        let limits = call.map_or(BodyLimits::USUAL, |it| it.limits);
        let admit = || {
            let second = shared.stopwatch.uptime().elapsed.as_secs();
            shared.access.admit(Head { method: &head.method, headers: &head.headers, may_call, peer, second }, &called)
        };
        if BodyLimits::USUAL.bytes_max < limits.bytes_max {
            admit()?;
        }
        let body = read(body, limits).await?;
        let driver = shared.registry.choose(address.sandbox, &head.headers)?;
        if let Err(response) = admit() {
            return Err(Box::new(Refusal { driver: Some(driver), response }));
        }
        (call, body, address.path, driver)
    };
    let target = head.uri.path_and_query().map_or("/", |it| it.as_str()).to_owned();
    let query = head.uri.query().unwrap_or("").to_owned();
    let by_own_host = called.provider.is_some();
    let request = Request { method: head.method, target, path, query, headers: head.headers, body, origin: called.origin, by_own_host };
    Ok(Arrived { driver, call, request })
}

/// The whole body, within its bounds.
async fn read(mut body: Incoming, limits: BodyLimits) -> Result<Bytes, Response> {
    let BodyLimits { bytes_max, time_max } = limits;
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let announced = body.size_hint().lower();
    if announced > bytes_max as u64 {
        return Err(too_large(body, bytes_max).await);
    }
    // Bounded, because a sender may announce more than it sends.
    let mut kept = BytesMut::with_capacity(usize::try_from(announced).unwrap_or(0).min(BodyLimits::USUAL.bytes_max));
    let mut pace = pin!(tokio::time::sleep(BODY_GRACE));
    let begun = pace.deadline() - BODY_GRACE;
    loop {
        let frame = tokio::select! {
            biased;
            frame = body.frame() => frame,
            () = &mut pace => return Err(too_slow(time_max)),
        };
        let Some(frame) = frame else { return Ok(kept.freeze()) };
        let frame = frame.map_err(|_| refused(StatusCode::BAD_REQUEST, "broken_body", "The body ended before it was complete."))?;
        let Some(chunk) = frame.data_ref() else { continue };
        if kept.len() + chunk.len() > bytes_max {
            return Err(too_large(body, bytes_max).await);
        }
        kept.extend_from_slice(chunk);
        if body.is_end_stream() {
            return Ok(kept.freeze()); // the usual body arrives whole, and needs no timer
        }
        let earned = Duration::from_secs(kept.len() as u64 / BODY_BYTES_PER_SECOND_MIN);
        pace.as_mut().reset(begun + time_max.min(BODY_GRACE + earned));
    }
}

async fn too_large(body: Incoming, bytes_max: usize) -> Response {
    _ = tokio::time::timeout(BODY_GRACE, discard(body)).await;
    closing(body_too_large(bytes_max))
}

async fn discard(mut body: Incoming) {
    let mut seen = 0;
    while let Some(Ok(frame)) = body.frame().await {
        seen += frame.data_ref().map_or(0, Bytes::len);
        if seen > DISCARDED_BYTES_MAX {
            return;
        }
    }
}

fn too_slow(time_max: Duration) -> Response {
    let seconds = time_max.as_secs();
    let detail = format!(
        "The body arrives too slowly: it has to be complete within {seconds} s, \
         and to bring at least {BODY_BYTES_PER_SECOND_MIN} bytes a second after the first 2 s."
    );
    refused(StatusCode::REQUEST_TIMEOUT, "body_too_slow", &detail)
}

/// A refusal after which the connection cannot be used again, because the body was not read to its end.
fn refused(status: StatusCode, kind: &str, detail: &str) -> Response {
    closing(Response::problem(status, kind, detail))
}

fn closing(mut response: Response) -> Response {
    response.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
