//! The socket of one connection with two writers: hyper, and the faults of rules, which are written past hyper. HTTP/1
//! only.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::places::Place;
use super::unheard;

/// One end of a connection. Clones share the socket, which closes with the last of them. Both writers belong to the one
/// task of the connection and take turns: while a request is answered, hyper has nothing to write.
#[derive(Clone)]
pub struct Socket(Arc<Connection>);

struct Connection {
    stream: Mutex<TcpStream>,
    place: Place,
    /// Of the head that is being read: its bytes and its lines.
    head_bytes: AtomicUsize,
    head_lines: AtomicUsize,
    /// Requests that have come completely.
    requests: AtomicUsize,
    /// Bytes that the other side has taken, or the network for it.
    written: AtomicUsize,
    /// The last write found no room.
    is_full: AtomicBool,
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
        let is_full = AtomicBool::new(false);
        Self(Arc::new(Connection { stream: Mutex::new(stream), place, head_bytes, head_lines, requests, written, is_full }))
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
            let lines = read.split(|it| *it == b'\n').count() - 1;
            self.0.head_bytes.fetch_add(read.len(), Ordering::Relaxed);
            self.0.head_lines.fetch_add(lines, Ordering::Relaxed);
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
        let mut stream = self.0.stream.lock();
        if unheard::is_automatic(bytes) {
            let (bytes_read, lines) = (self.0.head_bytes.load(Ordering::Relaxed), self.0.head_lines.load(Ordering::Relaxed));
            if stream.try_write(&unheard::explained(bytes, bytes_read, lines)).is_ok() {
                return Poll::Ready(Ok(bytes.len()));
            }
        }
        let polled = Pin::new(&mut *stream).poll_write(cx, bytes);
        self.wrote(&polled);
        polled
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if let [only] = slices
            && unheard::is_automatic(only)
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
        Pin::new(&mut *self.0.stream.lock()).poll_shutdown(cx)
    }
}
