//! The bytes of a connection, plain or inside TLS. Once TLS has begun, nothing is written beside it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::socket::Ended;
#[cfg(feature = "tls")]
use super::tls::Secured;

/// A connection that was accepted.
pub enum Stream {
    Plain(TcpStream),
    /// Its handshake is done.
    #[cfg(feature = "tls")]
    Secured(Box<Secured>),
}

/// A connection on its way to another thread: no runtime watches its socket.
pub struct Detached {
    socket: std::net::TcpStream,
    #[cfg(feature = "tls")]
    secured: Option<Box<Secured>>,
}

impl Stream {
    /// Takes the socket from the runtime of this thread.
    pub fn detach(self) -> io::Result<Detached> {
        match self {
            Self::Plain(socket) => Ok(Detached {
                socket: socket.into_std()?,
                #[cfg(feature = "tls")]
                secured: None,
            }),
            #[cfg(feature = "tls")]
            Self::Secured(mut secured) => Ok(Detached { socket: secured.take_socket()?.into_std()?, secured: Some(secured) }),
        }
    }

    /// Waits until the other side sends nothing more. When it has sent a further request already, that is not seen.
    pub fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        match self {
            Self::Plain(socket) => match socket.poll_peek(cx, &mut ReadBuf::new(&mut [0])) {
                Poll::Ready(Ok(0)) => Poll::Ready(Ended::Sending),
                Poll::Ready(Err(_)) => Poll::Ready(Ended::Both),
                Poll::Ready(Ok(_)) | Poll::Pending => Poll::Pending,
            },
            #[cfg(feature = "tls")]
            Self::Secured(it) => it.poll_ended(cx),
        }
    }

    /// From now on, closing sends RST, and unsent data is dropped.
    pub fn set_zero_linger(&self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.set_zero_linger(),
            #[cfg(feature = "tls")]
            Self::Secured(it) => it.socket()?.set_zero_linger(),
        }
    }

    fn poll_of(&mut self) -> Pin<&mut (dyn Bytes + '_)> {
        match self {
            Self::Plain(socket) => Pin::new(socket),
            #[cfg(feature = "tls")]
            Self::Secured(it) => Pin::new(&mut **it),
        }
    }
}

/// What is read and written.
trait Bytes: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Bytes for T {}

impl Detached {
    /// Gives the socket to the runtime of this thread.
    pub fn attach(self) -> io::Result<Stream> {
        let socket = TcpStream::from_std(self.socket)?;
        #[cfg(feature = "tls")]
        if let Some(mut secured) = self.secured {
            secured.give_socket(socket);
            return Ok(Stream::Secured(secured));
        }
        Ok(Stream::Plain(socket))
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.poll_of().poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_of().poll_write(cx, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.poll_of().poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_of().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_of().poll_shutdown(cx)
    }
}
