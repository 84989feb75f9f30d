//! A connection of HTTP/2: many requests at a time, within limits. Each is answered as one of HTTP/1 is.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use parking_lot::Mutex;
use tokio::sync::watch;

use self::sent::{Left, Sent};
use super::exchange::Exchange;
use super::faults::Cut;
use super::inbound::{Shared, answer};
use super::socket::Socket;
use super::threads::Home;
use super::waited::{FIRST_LOOKS_MAX, LOOK_INTERVAL, LOOKS_MAX, Waited, idle_looks_max};

mod request;
mod sent;

/// Requests that are answered at a time on one connection.
const STREAMS_MAX: u32 = 100;
/// Streams that a client has reset before they were looked at. One more ends the connection (CVE-2023-44487).
const PENDING_RESETS_MAX: usize = 20;
/// Streams that were reset here because of what their client has sent. One more ends the connection (CVE-2025-8671).
const OWN_RESETS_MAX: usize = 100;
/// The fields of a head, each with 32 bytes beside its name and value (RFC 9113, 6.5.2). Past it the library answers 431 by itself.
const HEADER_LIST_BYTES_MAX: u32 = 16 * 1024;
/// What a client may send before it is read: of one body, and of all on a connection.
const WINDOW_BYTES: u32 = 64 * 1024 - 1;
/// After this time without a word a client is asked whether it is there, and has as long to say so.
const PING_INTERVAL: Duration = Duration::from_secs(20);

/// What the streams of a connection share.
struct Session {
    socket: Socket,
    under_way: AtomicUsize,
    closing: watch::Sender<bool>,
    /// What has left of each answer that is under way.
    answers: Mutex<Vec<Left>>,
}

/// One request, until its answer has left.
pub struct Stream(Arc<Session>);

impl Stream {
    fn begin(session: &Arc<Session>) -> Arc<Self> {
        if session.under_way.fetch_add(1, Ordering::Relaxed) == 0 {
            session.socket.place().begin();
        }
        session.socket.count_request();
        Arc::new(Self(Arc::clone(session)))
    }

    /// The thread that serves its connection.
    pub fn home(&self) -> &Arc<Home> {
        self.0.socket.home()
    }

    /// Waits until its connection is to end.
    pub async fn is_closing(&self) {
        _ = self.0.closing.subscribe().wait_for(|it| *it).await;
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.0.under_way.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.socket.place().rest();
        }
    }
}

/// Serves a connection to its end.
pub async fn serve(shared: Arc<Shared>, peer: SocketAddr, socket: Socket, mut stop: watch::Receiver<bool>, times: Times) {
    socket.speak_http2();
    let (answers, closing) = (Mutex::default(), watch::Sender::new(false));
    let session = Arc::new(Session { socket: socket.clone(), under_way: AtomicUsize::new(0), closing, answers });
    let own = Arc::clone(&session);
    let service = service_fn(move |request| {
        let (shared, stream) = (Arc::clone(&shared), Stream::begin(&own));
        async move { respond(&shared, peer, stream, request).await }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.timer(TokioTimer::new()).max_concurrent_streams(STREAMS_MAX).max_header_list_size(HEADER_LIST_BYTES_MAX);
    builder.max_pending_accept_reset_streams(PENDING_RESETS_MAX).max_local_error_reset_streams(OWN_RESETS_MAX);
    builder.initial_stream_window_size(WINDOW_BYTES).initial_connection_window_size(WINDOW_BYTES);
    builder.keep_alive_interval(PING_INTERVAL).keep_alive_timeout(PING_INTERVAL);
    let mut connection = Box::pin(builder.serve_connection(TokioIo::new(socket), service));
    let within = tokio::select! {
        biased;
        ended = connection.as_mut() => {
            if let Err(why) = ended {
                tracing::debug!(%peer, %why, "connection of HTTP/2");
            }
            return;
        }
        () = session.socket.place().is_needed() => times.closing_max,
        _ = stop.wait_for(|it| *it) => times.shutdown_max,
        _ = too_long(&session) => Duration::ZERO,
    };
    _ = session.closing.send(true);
    connection.as_mut().graceful_shutdown();
    _ = tokio::time::timeout(within, connection).await;
}

/// How long a connection may take to end.
pub struct Times {
    /// When its place is needed.
    pub closing_max: Duration,
    /// When the server stops.
    pub shutdown_max: Duration,
}

async fn respond(
    shared: &Arc<Shared>,
    peer: SocketAddr,
    stream: Arc<Stream>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Sent<Arc<Stream>>>, h2::Error> {
    let method = request.method().clone();
    let exchange = Exchange::Http2(Arc::clone(&stream));
    let (head, body) = request::as_http1(request).into_parts();
    let response = answer(shared, peer.ip(), &exchange, Box::new(head), body).await.map_err(reset)?;
    let session = Arc::clone(&stream.0);
    let (response, left) = sent::pace(response, &method, stream);
    let mut answers = session.answers.lock();
    answers.retain(Left::is_under_way);
    answers.push(left);
    drop(answers);
    Ok(response)
}

/// The reason that stands in the frame `RST_STREAM` of an answer that is cut.
fn reset(cut: Cut) -> h2::Error {
    match cut {
        Cut::Off => h2::Reason::INTERNAL_ERROR,
        Cut::Unanswered => h2::Reason::CANCEL,
        Cut::Malformed => h2::Reason::PROTOCOL_ERROR,
    }
    .into()
}

/// Waits until a connection has been idle, or has left an answer unread, longer than it may.
async fn too_long(session: &Session) -> Waited {
    let (mut idle, mut number) = (0, session.socket.requests());
    loop {
        tokio::time::sleep(LOOK_INTERVAL).await;
        if session.socket.place().is_busy() || number != session.socket.requests() {
            (idle, number) = (0, session.socket.requests());
        }
        idle += 1;
        // Before its first request a client has sent nothing but its settings, if that.
        let idle_max = if number == 0 { FIRST_LOOKS_MAX } else { idle_looks_max() };
        if idle_max <= idle {
            return Waited::Request;
        }
        let mut answers = session.answers.lock();
        answers.retain(Left::is_under_way);
        if answers.iter_mut().any(|it| LOOKS_MAX <= it.looks_without_progress()) {
            return Waited::Reader;
        }
    }
}
