//! Answers that stay open: server-sent events (WHATWG HTML, section 9.2). What they tell comes from a source.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use http_body_util::StreamBody;
use hyper::body::Frame;

use super::faults::Cut;

/// Streams of a server at a time.
pub const STREAMS_MAX: usize = 100;
/// A stream says something at least this often, so that nothing between it and its reader takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A reader that has lost its connection comes back after this time.
const RETRY: &str = "retry: 1000\n";

/// What a stream tells.
pub trait Source: Send + 'static {
    /// The next events as text, once there are some. `None`: there will be no more. Dropping the future loses nothing.
    fn next(&mut self) -> impl Future<Output = Option<String>> + Send;
    /// The line that says how far the reader has read, without an event; empty, if the source has none.
    fn place(&self) -> String;
    /// What is told last when the server stops.
    fn farewell(&self) -> String;
}

/// How a stream ends from outside.
pub struct Ends {
    /// The connection has to end.
    pub closing: Wait,
    /// The reader is gone.
    pub gone: Wait,
}

pub type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The body of such an answer, or of one that a rule cuts on HTTP/2.
pub type Body = StreamBody<Pin<Box<dyn Stream<Item = Result<Frame<Bytes>, Cut>> + Send>>>;

struct Open<S, K> {
    source: S,
    ends: Ends,
    stage: Stage,
    /// Dropped when the stream has ended.
    _kept: K,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Begins,
    Lasts,
    Over,
}

/// The body that tells what the source gives, until one of the ends comes. It is asked for a piece only when the one before has left,
/// so a reader who is slow holds one. `kept` is dropped when it has ended.
pub fn body<S: Source, K: Send + 'static>(source: S, ends: Ends, kept: K) -> Body {
    let open = Open { source, ends, stage: Stage::Begins, _kept: kept };
    let pieces = unfold(open, |mut it| async move {
        let piece = it.piece().await?;
        Some((Ok(Frame::data(Bytes::from(piece))), it))
    });
    StreamBody::new(Box::pin(pieces))
}

impl<S: Source, K> Open<S, K> {
    async fn piece(&mut self) -> Option<String> {
        match self.stage {
            Stage::Begins => {
                self.stage = Stage::Lasts;
                return Some(format!("{RETRY}{}\n", self.source.place()));
            }
            Stage::Lasts => tokio::task::yield_now().await, // others get their turn between two pieces
            Stage::Over => return None,
        }
        let piece = tokio::select! {
            biased;
            () = &mut self.ends.gone => None,
            () = &mut self.ends.closing => {
                self.stage = Stage::Over;
                return Some(self.source.farewell());
            }
            piece = self.source.next() => piece,
            () = tokio::time::sleep(HEARTBEAT) => return Some(format!(":\n{}\n", self.source.place())),
        };
        if piece.is_none() {
            self.stage = Stage::Over;
        }
        piece
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use tokio::sync::oneshot::error::TryRecvError;
    use tokio::sync::{mpsc, oneshot};

    use super::*;

    struct Told(mpsc::Receiver<&'static str>);

    impl Source for Told {
        async fn next(&mut self) -> Option<String> {
            self.0.recv().await.map(str::to_owned)
        }

        fn place(&self) -> String {
            "id: 7\n".to_owned()
        }

        fn farewell(&self) -> String {
            "event: stopped\ndata: {}\n\n".to_owned()
        }
    }

    async fn piece(body: &mut Body) -> Option<String> {
        let frame = body.frame().await?.expect("it cannot fail");
        Some(String::from_utf8_lossy(&frame.into_data().expect("data")).into_owned())
    }

    fn ends(closing: oneshot::Receiver<()>, gone: oneshot::Receiver<()>) -> Ends {
        let wait = |it: oneshot::Receiver<()>| -> Wait { Box::pin(async move { it.await.unwrap_or(()) }) };
        Ends { closing: wait(closing), gone: wait(gone) }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_begins_with_its_place_and_shows_that_it_lives() {
        let ((tell, told), (close, closing), (_gone, gone)) = (mpsc::channel(1), oneshot::channel(), oneshot::channel());
        let mut body = body(Told(told), ends(closing, gone), ());
        assert_eq!(piece(&mut body).await.as_deref(), Some("retry: 1000\nid: 7\n\n"));
        for _ in 0..2 {
            let early = tokio::time::timeout(Duration::from_millis(14_900), piece(&mut body)).await;
            assert!(early.is_err(), "{early:?}");
            let beat = tokio::time::timeout(Duration::from_millis(200), piece(&mut body)).await;
            assert_eq!(beat.expect("in time").as_deref(), Some(":\nid: 7\n\n"));
        }
        tell.send("data: x\n\n").await.expect("it listens");
        assert_eq!(piece(&mut body).await.as_deref(), Some("data: x\n\n"));
        close.send(()).expect("it listens");
        assert_eq!(piece(&mut body).await.as_deref(), Some("event: stopped\ndata: {}\n\n"));
        assert_eq!(piece(&mut body).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_with_its_source_and_with_its_reader_and_lets_go() {
        for is_reader in [true, false] {
            let ((tell, told), (_close, closing), (leave, gone)) = (mpsc::channel(1), oneshot::channel(), oneshot::channel());
            let (kept, mut dropped) = oneshot::channel::<()>();
            let mut body = body(Told(told), ends(closing, gone), kept);
            piece(&mut body).await;
            let (tell, leave) = (Some(tell).filter(|_| is_reader), Some(leave).filter(|_| !is_reader));
            assert_eq!(piece(&mut body).await, None);
            assert_eq!(dropped.try_recv(), Err(TryRecvError::Closed), "what it has kept is dropped when it ends");
            drop((body, tell, leave));
        }
    }
}
