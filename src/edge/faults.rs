//! Faults: what a rule does to an answer on its socket. HTTP/1 only.

use std::io;

use http::StatusCode;
use tokio::io::AsyncWriteExt;

use super::heads::Names;
use super::socket::Socket;
use crate::engine::rules::Transport;
use crate::engine::rules::effects::share_of;
use crate::kit::http::Response;
use crate::kit::ids::{Draws, entity};
use crate::kit::time::Duration;

/// An invalid chunk: the size of a chunk is hexadecimal, and this is not.
const INVALID_CHUNK: &[u8] = b"no size of a chunk\r\n";
/// Bytes that are not HTTP.
const NOISE_BYTES: usize = 256;

/// The answer that is changed on its way: its socket, how names of headers leave, and the sandbox that gave it.
pub struct Answering<'a> {
    pub socket: &'a Socket,
    pub names: &'a Names,
    pub sandbox: &'a str,
}

/// Writes a faulty answer to the socket; the connection has to be closed afterwards. Returns the response unchanged when
/// the fault needs a body and the response has none.
pub async fn inject(answering: &Answering<'_>, transport: &Transport, is_head: bool, response: Response) -> Option<Response> {
    let Answering { socket, names, sandbox } = answering;
    let mut socket = Socket::clone(socket);
    let head = |framing: &str| names.head(&response, framing);
    let bodiless = is_head || matches!(response.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let done = match transport {
        Transport::ConnectionReset => socket.close_with_reset(),
        Transport::EmptyResponse => Ok(()),
        Transport::RandomDataThenClose => socket.write_all(&noise(&response)).await,
        Transport::MalformedResponseChunk | Transport::TruncateBodyAtFraction(_) | Transport::Dribble { .. } if bodiless => {
            return Some(response);
        }
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
    if let Err(why) = done {
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

/// The whole answer, with its body in pieces: the first with the head, the last after the duration `over`. When the body
/// has fewer bytes than pieces, some pieces are empty, and the pace stays the same.
async fn dribble(socket: &mut Socket, head: &[u8], body: &[u8], chunks: u32, over: Duration) -> io::Result<()> {
    let pieces = u64::from(chunks.max(1));
    let gap = over.unsigned_abs() / chunks.saturating_sub(1).max(1);
    let end_of = |piece: u64| usize::try_from(body.len() as u64 * piece / pieces).unwrap_or(body.len());
    socket.write_all(&[head, &body[..end_of(1)]].concat()).await?;
    for piece in 1..pieces {
        tokio::time::sleep(gap).await;
        socket.write_all(&body[end_of(piece)..end_of(piece + 1)]).await?;
    }
    Ok(())
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
