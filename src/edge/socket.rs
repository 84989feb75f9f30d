//! The socket of one connection with two writers: hyper, and the faults of rules, which are written past hyper. HTTP/1
//! only.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use http::StatusCode;
use memchr::memchr_iter;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::places::Place;

/// This much of a head is kept until it is complete, so that a refusal can say what was asked.
pub const HEAD_BEGIN_BYTES_MAX: usize = 2 * 1024;

/// One end of a connection. Clones share the socket, which closes with the last of them. Both writers belong to the one
/// task of the connection and take turns: while a request is answered, hyper has nothing to write.
#[derive(Clone)]
pub struct Socket(Arc<Connection>);

struct Connection {
    stream: Mutex<TcpStream>,
    place: Place,
    /// Of the head that is being read: its bytes, its lines and its beginning.
    head_bytes: AtomicUsize,
    head_lines: AtomicUsize,
    head_begins: Mutex<Vec<u8>>,
    /// hyper has refused a head by itself, with this status, or 0. Its answer was left out, and another follows.
    refused_with: AtomicU16,
    /// Requests that have come completely.
    requests: AtomicUsize,
    /// Bytes that the other side has taken, or the network for it.
    written: AtomicUsize,
    /// The last write found no room.
    is_full: AtomicBool,
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
    /// A connection that was accepted.
    pub fn new(stream: TcpStream, place: Place) -> Self {
        let [head_bytes, head_lines, requests, written] = [const { AtomicUsize::new(0) }; 4];
        let (is_full, refused_with) = (AtomicBool::new(false), AtomicU16::new(0));
        let (stream, head_begins) = (Mutex::new(stream), Mutex::default());
        Self(Arc::new(Connection { stream, place, head_bytes, head_lines, head_begins, refused_with, requests, written, is_full }))
    }

    /// Its place among the connections.
    pub fn place(&self) -> &Place {
        &self.0.place
    }

    /// A request has come completely: the head that follows is another.
    pub fn begin(&self) {
        self.0.place.begin();
        self.0.head_bytes.store(0, Ordering::Relaxed);
        self.0.head_lines.store(0, Ordering::Relaxed);
        self.0.head_begins.lock().clear();
        self.0.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of requests that have come completely.
    pub fn requests(&self) -> usize {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// Whether a head has begun to arrive and is not complete.
    pub fn has_half_a_head(&self) -> bool {
        !self.0.place.is_busy() && self.0.head_bytes.load(Ordering::Relaxed) > 0
    }

    /// What has arrived of the head that is being read. hyper writes nothing more: what follows leaves in any case.
    pub fn take_half_head(&self) -> HalfHead {
        let refused_with = StatusCode::from_u16(self.0.refused_with.swap(0, Ordering::Relaxed)).ok();
        let (bytes, lines) = (self.0.head_bytes.load(Ordering::Relaxed), self.0.head_lines.load(Ordering::Relaxed));
        HalfHead { begins: std::mem::take(&mut *self.0.head_begins.lock()), bytes, lines, refused_with }
    }

    /// How much of what waits to leave has left; `None`: nothing waits.
    pub fn stuck_at(&self) -> Option<usize> {
        self.0.is_full.load(Ordering::Relaxed).then(|| self.0.written.load(Ordering::Relaxed))
    }

    fn wrote(&self, polled: &Poll<io::Result<usize>>) {
        self.0.is_full.store(polled.is_pending(), Ordering::Relaxed);
        if let Poll::Ready(Ok(bytes)) = polled {
            self.0.written.fetch_add(*bytes, Ordering::Relaxed);
        }
    }

    /// Waits until the other side ends the connection. When it has sent a further request already, that is not seen.
    pub async fn ended(&self) -> Ended {
        poll_fn(|cx| {
            let mut byte = [0];
            match self.0.stream.lock().poll_peek(cx, &mut ReadBuf::new(&mut byte)) {
                Poll::Ready(Ok(0)) => Poll::Ready(Ended::Sending),
                Poll::Ready(Err(_)) => Poll::Ready(Ended::Both),
                Poll::Ready(Ok(_)) | Poll::Pending => Poll::Pending,
            }
        })
        .await
    }

    /// From now on, closing sends RST, and unsent data is dropped.
    pub fn close_with_reset(&self) -> io::Result<()> {
        self.0.stream.lock().set_zero_linger()
    }

    fn count(&self, read: &[u8]) {
        if !self.0.place.is_busy() {
            let lines = memchr_iter(b'\n', read).count();
            self.0.head_bytes.fetch_add(read.len(), Ordering::Relaxed);
            self.0.head_lines.fetch_add(lines, Ordering::Relaxed);
            let mut begins = self.0.head_begins.lock();
            let room = HEAD_BEGIN_BYTES_MAX.saturating_sub(begins.len());
            begins.extend_from_slice(&read[..room.min(read.len())]);
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut *self.0.stream.lock()).poll_read(cx, buffer);
        self.count(&buffer.filled()[before..]);
        polled
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(status) = automatic(bytes) {
            self.0.refused_with.store(status.as_u16(), Ordering::Relaxed);
            return Poll::Ready(Ok(bytes.len()));
        }
        let polled = Pin::new(&mut *self.0.stream.lock()).poll_write(cx, bytes);
        self.wrote(&polled);
        polled
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if let [only] = slices
            && automatic(only).is_some()
        {
            return self.poll_write(cx, only);
        }
        let polled = Pin::new(&mut *self.0.stream.lock()).poll_write_vectored(cx, slices);
        self.wrote(&polled);
        polled
    }

    fn is_write_vectored(&self) -> bool {
        true // as a TCP stream: head and body leave together, without a copy
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(())) // a TCP stream has no buffer of its own
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.0.refused_with.load(Ordering::Relaxed) != 0 {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut *self.0.stream.lock()).poll_shutdown(cx)
    }
}

/// The status of a refusal that hyper has made itself: it is short, and without our name for the sandbox.
fn automatic(bytes: &[u8]) -> Option<StatusCode> {
    const AUTOMATIC_BYTES_MAX: usize = 200;
    let is_ours = || bytes.windows(10).any(|it| it == b"Playmoney-");
    if !bytes.starts_with(b"HTTP/1.1 4") || AUTOMATIC_BYTES_MAX <= bytes.len() || is_ours() {
        return None;
    }
    StatusCode::from_bytes(bytes.get(9..12)?).ok()
}
