//! What stands between hyper and the connection of an attempt: the names of headers leave in the case in which the provider
//! writes them, and the head of an answer has a bound.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::kit::fields::Field;
use crate::kit::http::written_name;

/// Bytes of an answer before its body begins, interim answers included.
pub const ANSWER_HEAD_BYTES_MAX: usize = 64 * 1024;
/// Interim answers (1xx) before the final one.
const INTERIM_ANSWERS_MAX: usize = 8;

/// A connection that carries one request.
pub struct Wire<S> {
    stream: S,
    departing: Departing,
    answering: Answering,
}

/// How far the request is.
enum Departing {
    /// The beginning of its head. The provider's headers, as the documentation writes them.
    Head(Vec<u8>, &'static [Field]),
    /// The head, rewritten, and what followed it; then how many of these bytes have left.
    Sending(Vec<u8>, usize),
    /// What follows leaves as it is.
    Body,
}

/// How far the answer is.
#[derive(Clone, Debug, Default)]
pub struct Answering(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    interim_answers: AtomicUsize,
    head_bytes: AtomicUsize,
    is_complete: AtomicBool,
}

impl Answering {
    /// One more interim answer has arrived.
    pub fn count_interim(&self) {
        self.0.interim_answers.fetch_add(1, Ordering::Relaxed);
    }

    /// The head is complete, or will never be: what follows is not counted. Returns which bound was exceeded.
    pub fn complete(&self) -> Option<String> {
        self.0.is_complete.store(true, Ordering::Relaxed);
        self.excess()
    }

    fn excess(&self) -> Option<String> {
        if INTERIM_ANSWERS_MAX < self.0.interim_answers.load(Ordering::Relaxed) {
            return Some(format!("more than {INTERIM_ANSWERS_MAX} interim answers (1xx) came before the answer"));
        }
        let is_long = ANSWER_HEAD_BYTES_MAX < self.0.head_bytes.load(Ordering::Relaxed);
        is_long.then(|| format!("the head of the answer is longer than {} KiB", ANSWER_HEAD_BYTES_MAX / 1024))
    }

    fn count(&self, bytes: usize) {
        self.0.head_bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl<S> Wire<S> {
    /// For a request with these documented headers.
    pub fn new(stream: S, documented: &'static [Field]) -> (Self, Answering) {
        let answering = Answering::default();
        (Self { stream, departing: Departing::Head(Vec::new(), documented), answering: answering.clone() }, answering)
    }
}

impl<S: AsyncWrite + Unpin> Wire<S> {
    /// Sends what is gathered.
    fn send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Departing::Sending(bytes, sent) = &mut self.departing {
            if bytes.len() == *sent {
                self.departing = Departing::Body;
                break;
            }
            match ready!(Pin::new(&mut self.stream).poll_write(cx, &bytes[*sent..]))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                more => *sent += more,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Departing::Head(gathered, documented) = &mut self.departing {
            gathered.extend_from_slice(bytes);
            if let Some(end) = gathered.windows(4).position(|it| it == b"\r\n\r\n") {
                rewrite(&mut gathered[..end], documented);
                self.departing = Departing::Sending(std::mem::take(gathered), 0);
            }
            return Poll::Ready(Ok(bytes.len()));
        }
        ready!(self.send(cx))?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.send(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.send(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.answering.0.is_complete.load(Ordering::Relaxed) {
            return Pin::new(&mut self.stream).poll_read(cx, buffer);
        }
        if let Some(excess) = self.answering.excess() {
            return Poll::Ready(Err(io::Error::other(excess)));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        self.answering.count(buffer.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

/// Gives each header of a head the name that the documentation writes. A name keeps its length.
fn rewrite(head: &mut [u8], documented: &[Field]) {
    for line in head.split_mut(|it| *it == b'\n').skip(1) {
        let Some(end) = line.iter().position(|it| *it == b':') else { continue };
        let name = String::from_utf8_lossy(&line[..end]).into_owned();
        let written = written_name(&name, documented);
        if written.len() == end {
            line[..end].copy_from_slice(written.as_bytes());
        }
    }
}
