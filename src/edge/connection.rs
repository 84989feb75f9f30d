//! Connections, from their first byte to their last: accepted, served by hyper, and moved to the thread of the sandbox that they ask.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use http_body_util::Either;
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::descriptors::Descriptors;
use super::exchange::Exchange;
#[cfg(feature = "tls")]
use super::http2;
use super::inbound::{Shared, answer};
#[cfg(feature = "tls")]
use super::malformed::refuse_plain;
use super::malformed::{Cause, refuse};
use super::notices::Shortage;
use super::places::{Place, Places};
use super::socket::Socket;
use super::stream::{Detached, Stream};
use super::threads::Home;
#[cfg(feature = "tls")]
use super::tls::Ended as Shaken;
use super::waited::{Waited, too_long};
use crate::sandbox::HEAD_BYTES_MAX;

/// A connection whose place is needed has this long to finish its answer.
const CLOSING_TIME_MAX: Duration = Duration::from_secs(5);
/// When the server stops, connections may finish their requests within this duration, so that all of it has ended within five seconds.
const SHUTDOWN_TIME_MAX: Duration = Duration::from_secs(4);

/// Serves until `stop` says so; then finishes the requests under way, within limits.
pub async fn serve(listeners: Vec<TcpListener>, shared: Arc<Shared>, stop: watch::Receiver<bool>) {
    let places = Places::new(shared.descriptors.connections_max(), shared.stopwatch);
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
    let here = shared.registry.threads().first();
    loop {
        let accepted = tokio::select! {
            accepted = next() => accepted,
            _ = stop.wait_for(|it| *it) => return,
        };
        if let Some((stream, peer, place)) = accepted {
            _ = stream.set_nodelay(true);
            let (home, shared, stop) = (shared.registry.threads().next(), Arc::clone(&shared), stop.clone());
            let opened = Opened { peer, place, home, shared, stop };
            let stream = Stream::Plain(stream);
            if *opened.home == *here { _ = tokio::spawn(opened.serve(stream)) } else { opened.go_on(stream) }
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

/// A connection, and the thread that serves it.
struct Opened {
    peer: SocketAddr,
    place: Place,
    home: Arc<Home>,
    shared: Arc<Shared>,
    stop: watch::Receiver<bool>,
}

impl Opened {
    /// Serves it on its home, which is not the thread of the caller. `stream` is registered with the caller's runtime.
    fn go_on(self, stream: Stream) {
        match stream.detach() {
            Ok(stream) => _ = Arc::clone(&self.home).spawn(self.attend(stream)),
            Err(why) => tracing::warn!(peer = %self.peer, "a connection ends, because it cannot be moved to another thread: {why}"),
        }
    }

    /// Serves it until it ends or belongs elsewhere. Boxed, because it can end by serving the connection again.
    fn attend(self, stream: Detached) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            match stream.attach() {
                Ok(stream) => self.serve(stream).await,
                Err(why) => tracing::warn!(peer = %self.peer, "a connection ends, because it cannot be watched: {why}"),
            }
        })
    }

    async fn serve(self, stream: Stream) {
        #[cfg(feature = "tls")]
        if self.shared.handshakes.is_some() {
            return Box::pin(self.serve_secured(stream)).await;
        }
        self.serve_http1(stream).await;
    }

    /// The same on a server with TLS. A connection that is plain has just been accepted.
    #[cfg(feature = "tls")]
    async fn serve_secured(self, stream: Stream) {
        let secured = match (stream, &self.shared.handshakes) {
            (Stream::Plain(stream), Some(handshakes)) => {
                let mut stop = self.stop.clone();
                let shaken = tokio::select! {
                    shaken = handshakes.shake(stream, self.peer, &self.place) => shaken,
                    _ = stop.wait_for(|it| *it) => return,
                };
                match shaken {
                    Shaken::Done(secured) => secured,
                    Shaken::Plain(stream) => {
                        let Self { peer, place, home, shared, .. } = self;
                        return refuse_plain(&shared, peer, Socket::new(Stream::Plain(stream), place, home)).await;
                    }
                    Shaken::Failed => return,
                }
            }
            (Stream::Secured(secured), _) => secured,
            (stream @ Stream::Plain(_), None) => return self.serve_http1(stream).await,
        };
        if !secured.speaks_http2() {
            return self.serve_http1(Stream::Secured(secured)).await;
        }
        let Self { peer, place, home, shared, stop } = self;
        let times = http2::Times { closing_max: CLOSING_TIME_MAX, shutdown_max: SHUTDOWN_TIME_MAX };
        http2::serve(shared, peer, Socket::new(Stream::Secured(secured), place, home), stop, times).await;
    }

    async fn serve_http1(self, stream: Stream) {
        let Self { peer, place, home, shared, mut stop } = self;
        let socket = Socket::new(stream, place, home);
        let exchange = Exchange::Http1(socket.clone());
        let service = service_fn(|request: hyper::Request<Incoming>| {
            let (shared, socket, exchange) = (&shared, &socket, &exchange);
            socket.begin(request.body().size_hint().exact());
            let (head, body) = request.into_parts();
            let head = Box::new(head); // hyper copies the future of each request
            async move {
                let answer = answer(shared, peer.ip(), exchange, head, body).await;
                if !answer.as_ref().is_ok_and(|it| matches!(it.body(), Either::Right(_))) {
                    socket.rest();
                }
                answer
            }
        });
        let mut builder = hyper::server::conn::http1::Builder::new();
        builder.half_close(true).header_read_timeout(None).max_buf_size(HEAD_BYTES_MAX).title_case_headers(true);
        let mut connection = Box::pin(builder.serve_connection(TokioIo::new(socket.clone()), service));
        let end = {
            let mut cause = pin!(outside(&socket, &mut stop));
            // An answer that waits for others goes on by itself. Once in a row: the next request can have come with it.
            let mut was_passed = false;
            poll_fn(|cx| {
                if let Poll::Ready(done) = connection.as_mut().poll(cx) {
                    return Poll::Ready(End::Ended(done));
                }
                was_passed = !was_passed && socket.waits_for_others();
                if was_passed { Poll::Pending } else { cause.as_mut().poll(cx) }
            })
            .await
        };
        match end {
            End::Ended(Ok(())) => {}
            End::Moves(home) => {
                drop(connection); // it has nothing to write, and has read nothing that is not answered
                drop(exchange);
                if let Some((stream, place)) = socket.into_parts() {
                    Self { peer, place, home, shared, stop }.go_on(stream);
                }
            }
            End::Ended(Err(why)) => Box::pin(refuse(&shared, peer, socket.clone(), Cause::Hyper(why))).await,
            End::TooSlow => Box::pin(refuse(&shared, peer, socket.clone(), Cause::TooSlow)).await,
            End::Within(duration) => {
                socket.close_soon();
                connection.as_mut().graceful_shutdown();
                if let Ok(Err(why)) = tokio::time::timeout(duration, connection).await {
                    Box::pin(refuse(&shared, peer, socket.clone(), Cause::Hyper(why))).await;
                }
            }
        }
    }
}

/// Waits until something else than the requests of a connection ends it.
async fn outside(socket: &Socket, stop: &mut watch::Receiver<bool>) -> End {
    tokio::select! {
        biased;
        home = socket.moves() => End::Moves(home),
        () = socket.place().is_needed() => End::Within(if socket.has_half_a_head() { Duration::ZERO } else { CLOSING_TIME_MAX }),
        _ = stop.wait_for(|it| *it) => End::Within(SHUTDOWN_TIME_MAX),
        waited = too_long(socket) => if waited == Waited::Head { End::TooSlow } else { End::Within(Duration::ZERO) },
    }
}

/// How a connection ends.
enum End {
    Ended(hyper::Result<()>),
    /// It may finish its request within this duration.
    Within(Duration),
    /// Its head is still incomplete.
    TooSlow,
    /// It is served on that thread from now on.
    Moves(Arc<Home>),
}
