//! The body of an answer on its way, in pieces. What of it has left is known, so that a client who reads nothing is noticed.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use hyper::body::{Body, Frame, SizeHint};

use super::reset;
use crate::edge::faults::Cut;
use crate::edge::inbound::Written;

/// The library holds a piece until the window of its client has room for all of it.
const PIECE_BYTES: usize = 16 * 1024;

/// The body of an answer.
pub struct Sent<K> {
    body: Option<Written>,
    /// What of a part of the body was not given to the library yet.
    rest: Bytes,
    progress: Arc<Progress>,
    /// Dropped when the body is given completely.
    _kept: K,
}

/// How far an answer has come.
#[derive(Default)]
struct Progress {
    /// Pieces that the library holds.
    held: AtomicUsize,
    /// Pieces that have left, or were dropped with their stream.
    left: AtomicUsize,
    /// The answer has no further piece yet, and that is not its reader's fault.
    waits: AtomicBool,
}

/// A piece, until its last byte has left.
struct Piece {
    bytes: Bytes,
    progress: Arc<Progress>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.progress.held.fetch_sub(1, Ordering::Relaxed);
        self.progress.left.fetch_add(1, Ordering::Relaxed);
    }
}

/// What a connection knows of an answer.
pub struct Left {
    progress: std::sync::Weak<Progress>,
    seen: usize,
    looks: u32,
}

impl Left {
    /// Whether a part of it is still here.
    pub fn is_under_way(&self) -> bool {
        0 < self.progress.strong_count()
    }

    /// Looks at it. The number of looks in a row at which its reader had taken nothing.
    pub fn looks_without_progress(&mut self) -> u32 {
        let Some(progress) = self.progress.upgrade() else { return 0 };
        let left = progress.left.load(Ordering::Relaxed);
        let has_none = progress.waits.load(Ordering::Relaxed) && progress.held.load(Ordering::Relaxed) == 0;
        self.looks = if left == self.seen && !has_none { self.looks + 1 } else { 0 };
        self.seen = left;
        self.looks
    }
}

/// An answer whose body is given in pieces, and `kept` until the last of them is. That of HEAD has none, and says how long it would be.
pub fn pace<K>(response: hyper::Response<Written>, method: &Method, kept: K) -> (hyper::Response<Sent<K>>, Left) {
    let (mut head, body) = response.into_parts();
    let is_head = *method == Method::HEAD;
    if is_head && let Some(bytes) = body.size_hint().exact().filter(|it| 0 < *it) {
        head.headers.entry(header::CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(bytes));
    }
    let progress = Arc::<Progress>::default();
    let left = Left { progress: Arc::downgrade(&progress), seen: 0, looks: 0 };
    let sent = Sent { body: Some(body).filter(|_| !is_head), rest: Bytes::new(), progress, _kept: kept };
    (hyper::Response::from_parts(head, sent), left)
}

impl<K> Sent<K> {
    /// The next piece of the part that was taken from the body.
    fn piece(&mut self) -> Frame<Bytes> {
        let bytes = self.rest.split_to(PIECE_BYTES.min(self.rest.len()));
        self.progress.held.fetch_add(1, Ordering::Relaxed);
        Frame::data(Bytes::from_owner(Piece { bytes, progress: Arc::clone(&self.progress) }))
    }
}

impl<K: Unpin> Body for Sent<K> {
    type Data = Bytes;
    type Error = h2::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
        let own = &mut *self;
        if !own.rest.is_empty() {
            return Poll::Ready(Some(Ok(own.piece())));
        }
        let Some(body) = &mut own.body else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(cx);
        own.progress.waits.store(polled.is_pending(), Ordering::Relaxed);
        polled.map(|next| match next? {
            Ok(frame) => {
                own.rest = frame.into_data().unwrap_or_default();
                Some(Ok(own.piece()))
            }
            Err(why) => Some(Err(reset(why.downcast_ref().copied().unwrap_or(Cut::Off)))),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let Some(body) = &self.body else { return SizeHint::with_exact(self.rest.len() as u64) };
        let (mut hint, rest) = (body.size_hint(), self.rest.len() as u64);
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + rest);
        }
        hint.set_lower(hint.lower() + rest);
        hint
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use http_body_util::{BodyExt, Either, Full, StreamBody};

    use super::*;

    fn answer(body: Written, method: &Method) -> (Sent<()>, Left, Option<String>) {
        let (response, left) = pace(hyper::Response::new(body), method, ());
        let length = response.headers().get(header::CONTENT_LENGTH).map(|it| it.to_str().expect("text").to_owned());
        (response.into_body(), left, length)
    }

    async fn piece(body: &mut Sent<()>) -> Option<Bytes> {
        Some(body.frame().await?.expect("whole").into_data().expect("data"))
    }

    #[tokio::test]
    async fn an_answer_that_is_not_read_is_noticed_until_its_last_byte_has_left() {
        let whole = Bytes::from(vec![b'x'; 2 * PIECE_BYTES + 1]);
        let (mut body, mut left, _) = answer(Either::Left(Full::new(whole.clone())), &Method::GET);
        assert_eq!(body.size_hint().exact(), Some(whole.len() as u64));
        assert_eq!([left.looks_without_progress(), left.looks_without_progress()], [1, 2], "its client has no room for the first piece");
        let first = piece(&mut body).await.expect("a piece");
        assert_eq!(left.looks_without_progress(), 3, "the library holds it");
        drop(first);
        assert_eq!([left.looks_without_progress(), left.looks_without_progress()], [0, 1]);
        let second = piece(&mut body).await;
        let last = piece(&mut body).await.expect("a piece");
        assert_eq!((last.len(), body.is_end_stream(), body.size_hint().exact()), (1, true, Some(0)));
        drop((body, second));
        assert!(left.is_under_way() && left.looks_without_progress() == 0 && left.looks_without_progress() == 1);
        drop(last);
        assert!(!left.is_under_way());
    }

    #[tokio::test]
    async fn an_answer_that_has_nothing_to_say_does_not_wait_for_its_reader() {
        let endless: crate::edge::streams::Body = StreamBody::new(Box::pin(stream::pending()));
        let (mut body, mut left, _) = answer(Either::Right(endless), &Method::GET);
        assert_eq!(left.looks_without_progress(), 1, "it was not asked yet");
        assert!(futures_util::FutureExt::now_or_never(body.frame()).is_none());
        assert_eq!([left.looks_without_progress(), left.looks_without_progress()], [0, 0]);
        let cut: crate::edge::streams::Body = StreamBody::new(Box::pin(stream::iter([Err(Cut::Malformed)])));
        let (mut body, ..) = answer(Either::Right(cut), &Method::GET);
        let error = body.frame().await.expect("a cut").expect_err("a cut");
        assert_eq!(error.reason(), Some(h2::Reason::PROTOCOL_ERROR));
    }

    #[test]
    fn head_has_a_length_alone() {
        let (body, _, length) = answer(Either::Left(Full::new(Bytes::from_static(b"abc"))), &Method::HEAD);
        assert_eq!((body.is_end_stream(), length.as_deref()), (true, Some("3")));
        let (body, _, length) = answer(Either::Left(Full::default()), &Method::GET);
        assert_eq!((body.is_end_stream(), length), (true, None));
    }
}
