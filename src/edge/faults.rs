//! What a rule does to an answer on its socket.

use std::io;

use http::{StatusCode, header};
use rust_decimal::Decimal;
use tokio::io::AsyncWriteExt;

use super::socket::Socket;
use crate::engine::rules::Transport;
use crate::kit::http::Response;
use crate::kit::ids::{Draws, entity};
use crate::kit::time::Duration;

/// What follows a head that has announced chunks: the size of a chunk is hexadecimal, and this is not.
const NO_CHUNK: &[u8] = b"no size of a chunk\r\n";
/// The length of an answer that is not HTTP.
const NOISE_BYTES: usize = 256;

/// Writes to the socket what the client gets in place of the answer; afterwards the connection has to end. `Some`: the
/// answer has no body that the effect could change, and it is sent as it is.
pub async fn inject(mut line: Socket, sandbox: &str, transport: &Transport, is_head: bool, response: Response) -> Option<Response> {
    let bodiless = is_head || matches!(response.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let done = match transport {
        Transport::ConnectionReset => line.end_with_reset(),
        Transport::EmptyResponse => Ok(()),
        Transport::RandomDataThenClose => line.write_all(&noise(&response)).await,
        Transport::MalformedResponseChunk | Transport::TruncateBodyAtFraction(_) | Transport::Dribble { .. } if bodiless => {
            return Some(response);
        }
        Transport::MalformedResponseChunk => line.write_all(&[&head(&response, "transfer-encoding: chunked"), NO_CHUNK].concat()).await,
        Transport::TruncateBodyAtFraction(share) => {
            let bytes = response.body.len();
            let announced = format!("content-length: {bytes}");
            line.write_all(&[&head(&response, &announced), &response.body[..share_of(bytes, *share)]].concat()).await
        }
        Transport::Dribble { chunks, over } => dribble(&mut line, &response, *chunks, *over).await,
    };
    if let Err(why) = done {
        tracing::debug!(sandbox, %why, "the client hung up before a rule had changed its answer");
    }
    None
}

/// Status line and headers as hyper writes them, but for the framing of the body, which is told here.
fn head(response: &Response, framing: &str) -> Vec<u8> {
    let (status, reason) = (response.status.as_str(), response.status.canonical_reason().unwrap_or(""));
    let mut head = format!("HTTP/1.1 {status} {reason}\r\n").into_bytes();
    let framed_by = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION];
    for (name, value) in response.headers.iter().filter(|it| !framed_by.contains(it.0)) {
        head.extend_from_slice(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    head.extend_from_slice(format!("{framing}\r\n\r\n").as_bytes());
    head
}

/// A share of so many bytes, rounded down.
fn share_of(bytes: usize, share: Decimal) -> usize {
    let exact = Decimal::from(bytes).checked_mul(share);
    exact.and_then(|it| usize::try_from(it.trunc()).ok()).unwrap_or(bytes).min(bytes)
}

/// The same for the same answer, and no HTTP: no byte of it is ASCII.
fn noise(response: &Response) -> Vec<u8> {
    let texts: Vec<_> = response.headers.values().map(|it| String::from_utf8_lossy(it.as_bytes())).collect();
    let body = String::from_utf8_lossy(&response.body);
    let names: Vec<&str> = texts.iter().map(AsRef::as_ref).chain([&*body]).collect();
    let mut draws = Draws::new(0, "random data in place of an answer", entity(&names));
    (0..NOISE_BYTES).map(|_| 0x80 | u8::try_from(draws.below(0x80)).unwrap_or(0)).collect()
}

/// The whole answer, its body in pieces: the first comes at once with the head, the last after that span. Of a body that
/// has fewer bytes than pieces, some are empty, and the pace stays the same.
async fn dribble(line: &mut Socket, response: &Response, chunks: u32, over: Duration) -> io::Result<()> {
    let (body, pieces) = (&response.body, u64::from(chunks.max(1)));
    let gap = over.unsigned_abs() / chunks.saturating_sub(1).max(1);
    let end_of = |piece: u64| usize::try_from(body.len() as u64 * piece / pieces).unwrap_or(body.len());
    line.write_all(&[&head(response, &format!("content-length: {}\r\nconnection: close", body.len())), &body[..end_of(1)]].concat())
        .await?;
    for piece in 1..pieces {
        tokio::time::sleep(gap).await;
        line.write_all(&body[end_of(piece)..end_of(piece + 1)]).await?;
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

    #[test]
    fn a_head_is_framed_once() {
        let own =
            Response::new(StatusCode::OK, "text/plain", "abc").with(header::CONTENT_LENGTH, "7").with(header::CONNECTION, "keep-alive");
        let head = String::from_utf8(head(&own, "content-length: 3")).expect("text");
        assert_eq!(head, "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 3\r\n\r\n");
    }
}
