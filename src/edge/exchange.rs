//! One request and its answer, on a connection of HTTP/1 or on a stream of HTTP/2.

use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "tls")]
use super::http2;
use super::registry::Last;
use super::socket::{Ended, Socket};
use super::streams::Ends;
use super::threads::Home;

/// A caller that sends nothing more may still read, or be gone: both look alike. An answer that is not ready after this
/// duration is given up. An advance of the clock ends at once instead.
const HALF_CLOSED_TIME_MAX: Duration = Duration::from_secs(2);

/// Who waits for an answer.
#[derive(Clone)]
pub enum Exchange {
    /// The only one on its connection at a time.
    Http1(Socket),
    /// One of several on its connection. When its caller gives it up or is gone, hyper drops all that is made for it.
    #[cfg(feature = "tls")]
    Http2(Arc<http2::Stream>),
}

impl Exchange {
    /// A sandbox is asked that is at home on that thread. Whether the connection is served there.
    pub fn asks(&self, home: &Arc<Home>) -> bool {
        match self {
            Self::Http1(socket) => socket.asks(home),
            #[cfg(feature = "tls")]
            Self::Http2(stream) => stream.home() == home,
        }
    }

    /// The thread that serves its connection.
    pub fn home(&self) -> &Arc<Home> {
        match self {
            Self::Http1(socket) => socket.home(),
            #[cfg(feature = "tls")]
            Self::Http2(stream) => stream.home(),
        }
    }

    /// Finds a sandbox, with what its connection knows of the last request.
    pub fn choose<T>(&self, choose: impl FnOnce(&mut Last) -> T) -> T {
        match self {
            Self::Http1(socket) => choose(&mut socket.last().lock()),
            #[cfg(feature = "tls")]
            Self::Http2(_) => choose(&mut Last::default()), // its requests may come from many clients
        }
    }

    /// The answer is made. On HTTP/1 it waits for those that leave with it.
    pub async fn wait_for_others(&self) {
        match self {
            Self::Http1(socket) => socket.wait_for_others().await,
            #[cfg(feature = "tls")]
            Self::Http2(_) => {}
        }
    }

    /// Waits until the caller sends nothing more: they may still read, or be gone. The end of a stream is the end of its request alone.
    pub async fn half_closed(&self) {
        match self {
            Self::Http1(socket) if socket.ended().await == Ended::Sending => {}
            Self::Http1(_) => std::future::pending().await,
            #[cfg(feature = "tls")]
            Self::Http2(_) => std::future::pending().await,
        }
    }

    /// Waits until the caller is gone, or must be taken for gone.
    pub async fn given_up(&self) {
        match self {
            Self::Http1(socket) => {
                if socket.ended().await == Ended::Sending {
                    Box::pin(tokio::time::sleep(HALF_CLOSED_TIME_MAX)).await; // boxed, because few callers stop sending
                }
            }
            #[cfg(feature = "tls")]
            Self::Http2(_) => std::future::pending().await,
        }
    }

    /// Waits until the connection is to end.
    pub async fn is_closing(&self) {
        match self {
            Self::Http1(socket) => socket.is_closing().await,
            #[cfg(feature = "tls")]
            Self::Http2(stream) => stream.is_closing().await,
        }
    }

    /// How an answer that stays open ends from outside.
    pub fn ends(&self) -> Ends {
        let (closing, gone) = (self.clone(), self.clone());
        Ends { closing: Box::pin(async move { closing.is_closing().await }), gone: Box::pin(async move { gone.given_up().await }) }
    }

    /// An answer stays open. Its connection is not idle until the value is dropped.
    pub fn rests(&self) -> Rests {
        Rests(self.clone())
    }
}

pub struct Rests(Exchange);

impl Drop for Rests {
    fn drop(&mut self) {
        match &self.0 {
            Exchange::Http1(socket) => socket.rest(),
            #[cfg(feature = "tls")]
            Exchange::Http2(_) => {} // that connection counts its answers itself
        }
    }
}
