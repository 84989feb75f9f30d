//! The socket of one connection with two writers: hyper, and the faults of rules, which are written past hyper. Both write inside
//! TLS, where the connection has it. On a connection of HTTP/2, hyper is the only writer.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use http::StatusCode;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;

use self::arrived::Arrived;
pub use self::arrived::HEAD_BEGIN_BYTES_MAX;
use self::stage::{Current, Stage};
use super::places::Place;
use super::registry::Last;
use super::stream::Stream;
use super::threads::{Home, batch};

mod arrived;
mod stage;
mod whole;

/// This number of requests in a row moves a connection to the thread that answers them.
const REQUESTS_ELSEWHERE_MAX: usize = 2;

/// One end of a connection. Clones share the socket, which closes with the last of them. Both writers belong to the one
/// task of the connection and take turns: while a request is answered, hyper has nothing to write.
#[derive(Clone)]
pub struct Socket(Arc<Connection>);

struct Connection {
    stream: Mutex<Stream>,
    place: Place,
    stage: Current,
    arrived: Mutex<Arrived>,
    /// hyper has refused a head by itself, with this status, or 0. Its answer was left out, and another follows.
    refused_with: AtomicU16,
    /// Requests that have come completely.
    requests: AtomicUsize,
    /// Bytes that the other side has taken, or the network for it.
    written: AtomicUsize,
    /// The last write found no room.
    is_full: AtomicBool,
    /// The connection is to end.
    closing: Notify,
    /// The thread that serves the connection.
    home: Arc<Home>,
    elsewhere: Elsewhere,
    /// The sandbox of its last request.
    last: Mutex<Last>,
}

/// On which other thread than the one that serves it requests of a connection were answered, and how many of the last ones in a row.
#[derive(Default)]
struct Elsewhere {
    home: Mutex<Option<Arc<Home>>>,
    requests: AtomicUsize,
}

/// What has arrived of a head that is not complete, or that hyper has refused.
#[derive(Clone, Debug, Default)]
pub struct HalfHead {
    /// Its first bytes.
    pub begins: Vec<u8>,
    pub bytes: usize,
    pub lines: usize,
    /// hyper's own status, when it has refused the head.
    pub refused_with: Option<StatusCode>,
}

/// How the other side has ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It sends nothing more. It may still read, or be gone.
    Sending,
    /// It is gone.
    Both,
}

impl Socket {
    /// A connection that was accepted, and is served on that thread.
    pub fn new(stream: Stream, place: Place, home: Arc<Home>) -> Self {
        let [requests, written] = [const { AtomicUsize::new(0) }; 2];
        let (is_full, refused_with) = (AtomicBool::new(false), AtomicU16::new(0));
        let (stream, stage, arrived) = (Mutex::new(stream), Current::default(), Mutex::default());
        let (closing, elsewhere, last) = (Notify::new(), Elsewhere::default(), Mutex::default());
        Self(Arc::new(Connection {
            stream,
            place,
            stage,
            arrived,
            refused_with,
            requests,
            written,
            is_full,
            closing,
            home,
            elsewhere,
            last,
        }))
    }

    /// This connection speaks HTTP/2: hyper counts its heads and requests, and it stays on its thread.
    #[cfg(feature = "tls")]
    pub fn speak_http2(&self) {
        self.0.stage.set(Stage::Answering);
        self.0.arrived.lock().refuse();
    }

    /// The sandbox of its last request.
    pub fn last(&self) -> &Mutex<Last> {
        &self.0.last
    }

    /// The thread that serves this connection.
    pub fn home(&self) -> &Arc<Home> {
        &self.0.home
    }

    /// A sandbox is asked that is at home on that thread. Whether this connection is served there.
    pub fn asks(&self, home: &Arc<Home>) -> bool {
        let is_here = *home == self.0.home;
        let Elsewhere { home: other, requests } = &self.0.elsewhere;
        if is_here {
            requests.store(0, Ordering::Relaxed);
        } else if other.lock().as_ref() == Some(home) {
            requests.fetch_add(1, Ordering::Relaxed);
        } else {
            *other.lock() = Some(Arc::clone(home));
            requests.store(1, Ordering::Relaxed);
        }
        is_here
    }

    /// Waits until another thread should serve this connection: its sandbox is at home there, every request is answered, and nothing of
    /// the next one has arrived. It is looked at whenever something has happened on the connection.
    pub async fn moves(&self) -> Arc<Home> {
        poll_fn(|_| self.belongs_to().map_or(Poll::Pending, Poll::Ready)).await
    }

    fn belongs_to(&self) -> Option<Arc<Home>> {
        let Elsewhere { home, requests } = &self.0.elsewhere;
        let is_often = REQUESTS_ELSEWHERE_MAX <= requests.load(Ordering::Relaxed);
        if !is_often || !self.0.stage.is(Stage::Reading) || !self.0.arrived.lock().is_empty() {
            return None;
        }
        home.lock().clone()
    }

    /// The connection without what was kept of it here, when this is its only end.
    pub fn into_parts(self) -> Option<(Stream, Place)> {
        Arc::into_inner(self.0).map(|it| (it.stream.into_inner(), it.place))
    }

    /// Its place among the connections.
    pub fn place(&self) -> &Place {
        &self.0.place
    }

    /// A head has come completely. Its body has that many bytes, or it comes in chunks.
    pub fn begin(&self, body_bytes: Option<u64>) {
        self.0.place.begin();
        self.0.stage.set(Stage::Answering);
        self.0.arrived.lock().begin(body_bytes);
        self.0.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// A request of HTTP/2 has come.
    #[cfg(feature = "tls")]
    pub fn count_request(&self) {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// The answer is made. Waits for those that leave with it.
    pub async fn wait_for_others(&self) {
        self.0.stage.set(Stage::Waiting);
        batch::gather().await;
        self.0.stage.set(Stage::Answering);
    }

    /// Whether an answer waits for others: it goes on by itself.
    pub fn waits_for_others(&self) -> bool {
        self.0.stage.is(Stage::Waiting)
    }

    /// The request is answered, and hyper writes the answer.
    pub fn rest(&self) {
        self.0.stage.set(Stage::Leaving);
        self.0.place.rest();
    }

    /// The number of requests that have come completely.
    pub fn requests(&self) -> usize {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// Whether a head has begun to arrive and is not complete.
    pub fn has_half_a_head(&self) -> bool {
        self.0.stage.is(Stage::Reading) && 0 < self.0.arrived.lock().bytes
    }

    /// What has arrived of the head that is being read. hyper writes nothing more: what follows leaves in any case.
    pub fn take_half_head(&self) -> HalfHead {
        self.0.stage.set(Stage::Answering);
        let refused_with = StatusCode::from_u16(self.0.refused_with.swap(0, Ordering::Relaxed)).ok();
        let Arrived { begins, bytes, lines, .. } = self.0.arrived.lock().refuse();
        HalfHead { begins, bytes, lines, refused_with }
    }

    /// How much of what waits to leave has left; `None`: nothing waits.
    pub fn stuck_at(&self) -> Option<usize> {
        self.0.is_full.load(Ordering::Relaxed).then(|| self.0.written.load(Ordering::Relaxed))
    }

    /// The status of a refusal that hyper has made itself.
    fn automatic(&self, bytes: &[u8]) -> Option<StatusCode> {
        let is_automatic = bytes.starts_with(b"HTTP/1.") && self.0.stage.is(Stage::Reading);
        StatusCode::from_bytes(bytes.get(9..12).filter(|_| is_automatic)?).ok()
    }

    fn wrote(&self, polled: &Poll<io::Result<usize>>) {
        self.0.is_full.store(polled.is_pending(), Ordering::Relaxed);
        if let Poll::Ready(Ok(bytes)) = polled {
            self.0.written.fetch_add(*bytes, Ordering::Relaxed);
        }
    }

    /// Waits until the other side ends the connection. When it has sent a further request already, that is not seen.
    pub async fn ended(&self) -> Ended {
        poll_fn(|cx| self.0.stream.lock().poll_ended(cx)).await
    }

    /// The connection is to end: an answer that stays open ends now.
    pub fn close_soon(&self) {
        self.0.closing.notify_one();
    }

    /// Waits until the connection is to end.
    pub async fn is_closing(&self) {
        self.0.closing.notified().await;
    }

    /// From now on, closing sends RST, and unsent data is dropped.
    pub fn close_with_reset(&self) -> io::Result<()> {
        self.0.stream.lock().set_zero_linger()
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut *self.0.stream.lock()).poll_read(cx, buffer);
        self.0.arrived.lock().count(&buffer.filled()[before..]);
        polled
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(status) = self.automatic(bytes) {
            self.0.refused_with.store(status.as_u16(), Ordering::Relaxed);
            return Poll::Ready(Ok(bytes.len()));
        }
        let polled = Pin::new(&mut *self.0.stream.lock()).poll_write(cx, bytes);
        self.wrote(&polled);
        polled
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if let [only] = slices {
            return self.poll_write(cx, only);
        }
        let mut stream = self.0.stream.lock();
        let whole = whole::with(slices, |it| Pin::new(&mut *stream).poll_write(cx, it));
        let polled = whole.unwrap_or_else(|| Pin::new(&mut *stream).poll_write_vectored(cx, slices));
        drop(stream);
        self.wrote(&polled);
        polled
    }

    fn is_write_vectored(&self) -> bool {
        true // as a TCP stream: head and body of a long answer leave together, without a copy
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut *self.0.stream.lock()).poll_flush(cx); // TLS has a buffer of its own
        self.0.is_full.store(polled.is_pending(), Ordering::Relaxed);
        if polled.is_pending() {
            return polled;
        }
        if self.0.stage.is(Stage::Leaving) {
            self.0.stage.set(Stage::Reading);
        }
        polled
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.0.refused_with.load(Ordering::Relaxed) != 0 {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut *self.0.stream.lock()).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use futures_util::FutureExt;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::edge::driver::Stopwatch;
    use crate::edge::places::Places;
    use crate::edge::threads::{Residence, Threads};

    async fn both_ends() -> (Socket, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let client = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("it listens");
        let (stream, _) = listener.accept().await.expect("a connection");
        let place = Places::new(NonZeroUsize::MIN, Stopwatch::start()).take_free().expect("a place");
        (Socket::new(Stream::Plain(stream), place, Threads::new(NonZeroUsize::MIN).next()), client)
    }

    #[tokio::test]
    async fn only_what_is_written_while_a_head_is_read_is_left_out() {
        const REFUSAL: &[u8] = b"HTTP/1.1 404 Not Found\r\n\r\n";
        let (mut socket, mut client) = both_ends().await;
        socket.begin(Some(0));
        socket.write_all(REFUSAL).await.expect("written past hyper");
        socket.rest();
        socket.write_all(REFUSAL).await.expect("a part of hyper's answer");
        socket.flush().await.expect("flushed");
        socket.write_all(REFUSAL).await.expect("taken");
        assert_eq!(socket.take_half_head().refused_with, Some(StatusCode::NOT_FOUND));
        socket.write_all(REFUSAL).await.expect("the refusal in its place");
        socket.shutdown().await.expect("ended");
        let mut seen = Vec::new();
        client.read_to_end(&mut seen).await.expect("all that left");
        assert_eq!(seen, REFUSAL.repeat(3));
    }

    #[tokio::test]
    async fn half_a_head_behind_a_request_is_seen_when_the_answer_has_left() {
        let (mut socket, mut client) = both_ends().await;
        client.write_all(b"GET /whole HTTP/1.1\r\n\r\nGET /half").await.expect("sent");
        socket.read_exact(&mut [0; 32]).await.expect("in one piece");
        socket.begin(Some(0));
        socket.rest();
        assert!(!socket.has_half_a_head(), "the answer is written still");
        socket.flush().await.expect("flushed");
        assert!(socket.has_half_a_head());
        assert_eq!(socket.take_half_head().begins, b"GET /half");
    }

    #[tokio::test]
    async fn a_connection_moves_behind_the_second_answer_in_a_row_that_another_thread_has_given() {
        let threads = Threads::new(NonZeroUsize::new(2).expect("not zero"));
        let residences = [threads.settle(), threads.settle()];
        let [here, there] = residences.each_ref().map(Residence::home);
        let (mut socket, mut client) = both_ends().await;
        let asks = |socket: &Socket, home| {
            socket.begin(Some(0));
            assert_eq!(socket.asks(home), home == here);
            assert_eq!(socket.moves().now_or_never(), None, "its answer is not made");
            socket.rest();
            assert_eq!(socket.moves().now_or_never(), None, "its answer is written still");
        };
        for (home, moves) in [(there, None), (there, Some(there)), (here, None), (there, None), (there, Some(there))] {
            asks(&socket, home);
            socket.flush().await.expect("flushed");
            assert_eq!(socket.moves().now_or_never().as_ref(), moves);
        }
        client.write_all(b"GET /half").await.expect("sent");
        socket.read_exact(&mut [0; 9]).await.expect("in one piece");
        assert_eq!(socket.moves().now_or_never(), None, "half of the next head has arrived");
        asks(&socket, there);
        socket.flush().await.expect("flushed");
        assert_eq!(socket.moves().now_or_never().as_ref(), Some(there));
    }
}
