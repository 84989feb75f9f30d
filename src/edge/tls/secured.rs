//! A connection inside TLS, which can be moved between threads.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::handshake::HTTP2;
use crate::edge::socket::Ended;

/// A connection whose handshake is done. Its state stays here while its socket changes threads.
pub struct Secured(TlsStream<Movable>);

/// A socket that can be taken out and put back.
pub struct Movable(pub Option<TcpStream>);

impl Secured {
    pub const fn new(stream: TlsStream<Movable>) -> Self {
        Self(stream)
    }

    /// Whether both sides have agreed on HTTP/2.
    pub fn speaks_http2(&self) -> bool {
        self.0.get_ref().1.alpn_protocol() == Some(HTTP2)
    }

    pub fn socket(&self) -> io::Result<&TcpStream> {
        self.0.get_ref().0.0.as_ref().ok_or_else(absent)
    }

    pub fn take_socket(&mut self) -> io::Result<TcpStream> {
        self.0.get_mut().0.0.take().ok_or_else(absent)
    }

    pub fn give_socket(&mut self, socket: TcpStream) {
        self.0.get_mut().0.0 = Some(socket);
    }

    /// Waits until the other side sends nothing more. What it has sent meanwhile is decrypted, and read later.
    pub fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        match Pin::new(&mut self.0).poll_fill_buf(cx) {
            Poll::Ready(Ok([])) => Poll::Ready(Ended::Sending),
            Poll::Ready(Err(why)) if why.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ended::Sending),
            Poll::Ready(Err(_)) => Poll::Ready(Ended::Both),
            Poll::Ready(Ok(_)) | Poll::Pending => Poll::Pending,
        }
    }
}

fn absent() -> io::Error {
    io::ErrorKind::NotConnected.into()
}

impl AsyncRead for Secured {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.0).poll_read(cx, buffer) {
            // Many clients close without the alert of TLS. HTTP says itself where a request ends.
            Poll::Ready(Err(why)) if why.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
            polled @ (Poll::Ready(_) | Poll::Pending) => polled,
        }
    }
}

impl AsyncWrite for Secured {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl Movable {
    fn poll_of<T>(&mut self, poll: impl FnOnce(Pin<&mut TcpStream>) -> Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        self.0.as_mut().map_or_else(|| Poll::Ready(Err(absent())), |it| poll(Pin::new(it)))
    }
}

impl AsyncRead for Movable {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.poll_of(|it| it.poll_read(cx, buffer))
    }
}

impl AsyncWrite for Movable {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_of(|it| it.poll_write(cx, bytes))
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.poll_of(|it| it.poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_of(|it| it.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_of(|it| it.poll_shutdown(cx))
    }
}
