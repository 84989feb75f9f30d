//! The answers that wait to be written: a caller who reads nothing keeps one waiting. All together have a bound.

use bytes::Bytes;
use http::{StatusCode, header};

use super::memory::{ALL_BYTES_MAX, ALL_FIRST_BYTES_MAX, Memory, SHORT_BYTES, Taken};
use super::notices::{Notices, Shortage};
use crate::kit::http::{NOSNIFF, Response};

/// The memory for answers that wait to be written.
#[derive(Default)]
pub struct Answers(Memory);

/// The body of an answer, counted until its last byte has left.
struct Counted {
    bytes: Bytes,
    _taken: Taken,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Answers {
    /// The refusal of a request, before a sandbox hears it, because its answer would find no room.
    pub fn refusal(&self, notices: &Notices) -> Option<Response> {
        let detail = "Too many answers wait for callers who do not read them. This request was not carried out. Send it again.";
        (!self.0.has_room()).then(|| no_memory(notices, detail).with(header::CONNECTION, "close"))
    }

    /// Counts the body of an answer. When it finds no room, the answer is a refusal instead. A short one leaves in any case, because a
    /// refusal in its place would be as long; it may be a refusal itself.
    pub fn count(&self, response: &mut Response, notices: &Notices) -> Result<(), Response> {
        if response.body.len() <= SHORT_BYTES {
            return Ok(());
        }
        let (mut taken, bytes) = (Taken::default(), std::mem::take(&mut response.body));
        if self.0.take(&mut taken, 0, bytes.len()).is_err() {
            let detail = "The answers that wait to be read are too large together at this moment. This request was carried out, \
                          but its answer is not kept. A request that only reads can be sent again.";
            return Err(no_memory(notices, detail));
        }
        response.body = Bytes::from_owner(Counted { bytes, _taken: taken });
        Ok(())
    }
}

fn no_memory(notices: &Notices, detail: &str) -> Response {
    notices.say(Shortage::Answers, || {
        format!(
            "requests get 503, because the answers that wait to be read have reached {} MiB. Read answers, or ask for fewer large ones \
             at a time",
            (ALL_BYTES_MAX + ALL_FIRST_BYTES_MAX) / (1024 * 1024)
        )
    });
    let mut response = Response::problem(StatusCode::SERVICE_UNAVAILABLE, "too_many_answers", detail).with(header::RETRY_AFTER, "1");
    response.headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    response
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;
    use crate::edge::driver::Stopwatch;
    use crate::edge::memory::FIRST_BYTES;
    use crate::edge::{Config, Server};
    use crate::kit::secret::Secret;

    #[test]
    fn i21_answers_have_one_bound_until_their_last_byte_has_left() {
        let (answers, notices) = (Answers::default(), Notices::new(Stopwatch::start()));
        let answer = |bytes: usize| Response::new(StatusCode::OK, "text/plain", vec![b'x'; bytes]);
        let mut large = answer(ALL_BYTES_MAX + FIRST_BYTES);
        answers.count(&mut large, &notices).expect("room");
        assert_eq!(large.body.len(), ALL_BYTES_MAX + FIRST_BYTES);
        let refusal = answers.count(&mut answer(FIRST_BYTES + 1), &notices).expect_err("no large answer more");
        assert_eq!((refusal.status, refusal.headers.get(header::RETRY_AFTER).is_some()), (StatusCode::SERVICE_UNAVAILABLE, true));
        let mut usual: Vec<Response> = Vec::new();
        while answers.refusal(&notices).is_none() {
            let mut it = answer(FIRST_BYTES);
            answers.count(&mut it, &notices).expect("a usual one has its place");
            usual.push(it);
        }
        assert_eq!(usual.len(), ALL_FIRST_BYTES_MAX / FIRST_BYTES - 1);
        let half_sent = large.body.split_off(ALL_BYTES_MAX);
        drop((large, usual));
        assert!(answers.count(&mut answer(FIRST_BYTES + 1), &notices).is_err(), "the last bytes wait still");
        drop(half_sent);
        assert_eq!(answers.0.free(), (ALL_FIRST_BYTES_MAX, ALL_BYTES_MAX));
    }

    async fn asked(server: &Server, path: &str) -> String {
        let mut stream = TcpStream::connect(server.address()).await.expect("it listens");
        let request = format!("GET /__admin/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("a request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The answer to a request with a body, read when all of the body was sent.
    async fn sent(server: &Server, headers: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(server.address()).await.expect("it listens");
        let head = format!(
            "PUT /__admin/state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.expect("a head");
        stream.write_all(body).await.expect("a body");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[tokio::test]
    async fn a_refusal_is_read_behind_a_large_body() {
        let server = Server::start(Config { admin_token: Some(Secret::issued("right")), ..Config::default() }).await.expect("a free port");
        let body = vec![b' '; 8 * 1024 * 1024];
        let length = "Content-Type: application/json\r\n";
        for (headers, status) in [(length.to_owned(), 401), (format!("{length}Origin: http://evil.test\r\n"), 403)] {
            let answer = sent(&server, &headers, &body).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{headers}: {answer}");
        }
        server.stop().await;
    }

    #[tokio::test]
    async fn i21_without_room_a_large_answer_is_refused_and_then_every_request() {
        let server = Server::start(Config::default()).await.expect("a free port");
        let takes = |before, bytes| {
            let mut taken = Taken::default();
            server.shared.answers.0.take(&mut taken, before, bytes).expect("room");
            taken
        };
        let large = takes(FIRST_BYTES, FIRST_BYTES + ALL_BYTES_MAX);
        let refused = asked(&server, "openapi/qbitpay.json").await;
        assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("too_many_answers"), "{refused}");
        assert!(refused.contains("was carried out") && refused.contains("Retry-After: 1"), "{refused}");
        assert!(refused.contains("X-Content-Type-Options: nosniff"), "{refused}");
        assert!(asked(&server, "health").await.starts_with("HTTP/1.1 200"), "a usual answer has its place");
        let usual: Vec<Taken> = (0..ALL_FIRST_BYTES_MAX / FIRST_BYTES).map(|_| takes(0, FIRST_BYTES)).collect();
        let refused = asked(&server, "health").await;
        assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("was not carried out"), "{refused}");
        let posted = sent(&server, "Content-Type: application/json\r\n", &vec![b' '; 8 * 1024 * 1024]).await;
        assert!(posted.starts_with("HTTP/1.1 503") && posted.contains("was not carried out"), "after a large body too: {posted}");
        drop((large, usual));
        assert!(asked(&server, "openapi/qbitpay.json").await.starts_with("HTTP/1.1 200"));
        server.stop().await;
    }
}
