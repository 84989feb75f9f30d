//! Faults: what a rule does to an answer on its way. On HTTP/1 they are written to the socket, past hyper. On HTTP/2 only frames can be
//! written, so the stream is reset where a connection of HTTP/1 is cut.

use std::io;

use http::{Method, StatusCode};
use tokio::io::AsyncWriteExt;

use super::heads::Names;
use super::socket::Socket;
use crate::engine::rules::Transport;
use crate::engine::rules::effects::share_of;
use crate::kit::http::Response;
use crate::kit::ids::{Draws, entity};
use crate::kit::time::Duration;

#[cfg(feature = "tls")]
pub use self::frames::spoil;

#[cfg(feature = "tls")]
mod frames;

/// An invalid chunk: the size of a chunk is hexadecimal, and this is not.
const INVALID_CHUNK: &[u8] = b"no size of a chunk\r\n";
/// Bytes that are not HTTP.
const NOISE_BYTES: usize = 256;

/// An answer ends before it is complete. On HTTP/1 the connection ends; on HTTP/2 the stream, for this reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is cut on purpose")]
pub enum Cut {
    /// In the middle, or by a rule that cuts the connection.
    Off,
    /// Nothing is answered.
    #[cfg(feature = "tls")]
    Unanswered,
    /// What follows would be no HTTP.
    #[cfg(feature = "tls")]
    Malformed,
}

/// The answer that is changed on its way: its socket, how names of headers leave, and the sandbox that gave it.
pub struct Answering<'a> {
    pub socket: &'a Socket,
    pub names: &'a Names,
    pub sandbox: &'a str,
}

/// Whether a fault needs the body of an answer that has none.
fn needs_a_body(transport: &Transport, method: &Method, response: &Response) -> bool {
    let is_bodiless = *method == Method::HEAD || matches!(response.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    is_bodiless && matches!(transport, Transport::MalformedResponseChunk | Transport::TruncateBodyAtFraction(_) | Transport::Dribble { .. })
}

/// Writes a faulty answer to the socket of HTTP/1; the connection has to be closed afterwards. Returns the response unchanged when
/// the fault needs a body and the response has none.
pub async fn inject(answering: &Answering<'_>, transport: &Transport, method: &Method, response: Response) -> Option<Response> {
    if needs_a_body(transport, method, &response) {
        return Some(response);
    }
    let Answering { socket, names, sandbox } = answering;
    let mut socket = Socket::clone(socket);
    let head = |framing: &str| names.head(&response, framing);
    let done = match transport {
        Transport::ConnectionReset => socket.close_with_reset(),
        Transport::EmptyResponse => Ok(()),
        Transport::RandomDataThenClose => socket.write_all(&noise(&response)).await,
        Transport::MalformedResponseChunk => socket.write_all(&[&head("Transfer-Encoding: chunked"), INVALID_CHUNK].concat()).await,
        Transport::TruncateBodyAtFraction(share) => {
            let bytes = response.body.len();
            let announced = format!("Content-Length: {bytes}");
            socket.write_all(&[&head(&announced), &response.body[..share_of(bytes, *share)]].concat()).await
        }
        Transport::Dribble { chunks, over } => {
            let head = head(&format!("Content-Length: {}\r\nConnection: close", response.body.len()));
            dribble(&mut socket, &head, &response.body, *chunks, *over).await
        }
    };
    let ended = match done {
        Ok(()) if *transport != Transport::ConnectionReset => socket.shutdown().await,
        done => done,
    };
    if let Err(why) = ended {
        tracing::debug!(sandbox, %why, "the client closed the connection before the fault was complete");
    }
    None
}

/// Bytes that are not HTTP, because none is ASCII. They are the same for the same answer.
fn noise(response: &Response) -> Vec<u8> {
    let texts: Vec<_> = response.headers.values().map(|it| String::from_utf8_lossy(it.as_bytes())).collect();
    let body = String::from_utf8_lossy(&response.body);
    let names: Vec<&str> = texts.iter().map(AsRef::as_ref).chain([&*body]).collect();
    let mut draws = Draws::new(0, "random data in place of an answer", entity(&names));
    (0..NOISE_BYTES).map(|_| 0x80 | u8::try_from(draws.below(0x80)).unwrap_or(0)).collect()
}

/// The whole answer, with its body in pieces: the first with the head, the last after the duration `over`.
async fn dribble(socket: &mut Socket, head: &[u8], body: &[u8], chunks: u32, over: Duration) -> io::Result<()> {
    let end_of = |piece| end_of(piece, chunks, body.len());
    socket.write_all(&[head, &body[..end_of(1)]].concat()).await?;
    for piece in 1..chunks.max(1) {
        socket.flush().await?;
        tokio::time::sleep(gap(chunks, over)).await;
        socket.write_all(&body[end_of(piece)..end_of(piece + 1)]).await?;
    }
    Ok(())
}

/// The wait between two of that many pieces, the last of which leaves after the duration `over`.
fn gap(pieces: u32, over: Duration) -> std::time::Duration {
    over.unsigned_abs() / pieces.saturating_sub(1).max(1)
}

/// Where a piece of a body ends, counted from 1. When the body has fewer bytes than pieces, some pieces are empty.
fn end_of(piece: u32, pieces: u32, bytes: usize) -> usize {
    usize::try_from(bytes as u64 * u64::from(piece) / u64::from(pieces.max(1))).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_a_body_are_rounded_down() {
        for (bytes, share, sent) in [(10, "0.55", 5), (10, "0", 0), (10, "1", 10), (3, "0.999", 2), (0, "0.5", 0)] {
            assert_eq!(share_of(bytes, share.parse().expect("a share")), sent, "{share} of {bytes}");
        }
    }

    #[test]
    fn i7_noise_repeats_and_differs_by_answer() {
        let noise = |text: &'static str| noise(&Response::new(StatusCode::OK, "text/plain", text));
        assert_eq!(noise("a"), noise("a"));
        assert_ne!(noise("a"), noise("b"));
        assert!(noise("a").iter().all(|it| !it.is_ascii()));
    }
}
