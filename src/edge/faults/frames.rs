//! The faults of rules on HTTP/2.

use bytes::Bytes;
use futures_util::stream::unfold;
use http::{Method, header};
use http_body_util::StreamBody;
use hyper::body::Frame;
use tokio::sync::oneshot;

use super::{Cut, end_of, gap, needs_a_body};
use crate::edge::streams;
use crate::engine::rules::Transport;
use crate::engine::rules::effects::share_of;
use crate::kit::http::Response;
use crate::kit::time::Duration;

/// The body that leaves in place of that of the answer. `None`: the answer is as it was.
pub fn spoil(transport: &Transport, method: &Method, response: &mut Response) -> Result<Option<streams::Body>, Cut> {
    if needs_a_body(transport, method, response) {
        return Ok(None);
    }
    let body = response.body.clone();
    let whole = |bytes, cut| Pieces { body: body.slice(..bytes), sent: 0, pieces: 1, over: Duration::ZERO, cut };
    let pieces = match transport {
        Transport::ConnectionReset => return Err(Cut::Off),
        Transport::EmptyResponse => return Err(Cut::Unanswered),
        Transport::RandomDataThenClose => return Err(Cut::Malformed),
        // HTTP/2 has no chunks: the head leaves, and then the stream ends for a mistake in the protocol.
        Transport::MalformedResponseChunk => whole(0, Some(Cut::Malformed)),
        Transport::TruncateBodyAtFraction(share) => whole(share_of(body.len(), *share), Some(Cut::Off)),
        Transport::Dribble { chunks, over } => Pieces { pieces: (*chunks).max(1), over: *over, ..whole(body.len(), None) },
    };
    if *transport != Transport::MalformedResponseChunk {
        response.headers.insert(header::CONTENT_LENGTH, body.len().into());
    }
    response.body = Bytes::new();
    let pieces = unfold((pieces, None), |(mut pieces, left)| async move {
        let (next, left) = pieces.next(left).await?;
        Some((next, (pieces, left)))
    });
    Ok(Some(StreamBody::new(Box::pin(pieces))))
}

/// What leaves of a body on HTTP/2.
struct Pieces {
    body: Bytes,
    sent: u32,
    pieces: u32,
    over: Duration,
    /// How it ends, unless it is complete.
    cut: Option<Cut>,
}

/// Ends when the last byte of a piece has left.
type Gone = oneshot::Receiver<()>;

impl Pieces {
    /// The next piece; behind the last one, the cut. It waits until the piece before has left: a reset overtakes what waits to leave.
    async fn next(&mut self, left: Option<Gone>) -> Option<(Result<Frame<Bytes>, Cut>, Option<Gone>)> {
        if let Some(left) = left {
            _ = left.await; // an error says that it was dropped, as is meant
        }
        if self.sent == self.pieces {
            return self.cut.take().map(|it| (Err(it), None));
        }
        if 0 < self.sent {
            tokio::time::sleep(gap(self.pieces, self.over)).await;
        }
        let end_of = |piece| end_of(piece, self.pieces, self.body.len());
        let bytes = self.body.slice(end_of(self.sent)..end_of(self.sent + 1));
        self.sent += 1;
        let (kept, gone) = oneshot::channel();
        Some((Ok(Frame::data(Bytes::from_owner(Kept { bytes, _until_it_has_left: kept }))), Some(gone)))
    }
}

struct Kept {
    bytes: Bytes,
    _until_it_has_left: oneshot::Sender<()>,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
