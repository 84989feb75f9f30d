//! The heads of answers: in which case the names of their headers leave, and a head for an answer that is written past hyper.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Extensions, HeaderMap, HeaderName, header};
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::kit::http::{Response, written_name};

/// What hyper writes into the memory of [`Names::learn`] at most.
const PIPE_BYTES: usize = 4 * 1024;

/// The names of headers whose capital letters are not only at the beginning and behind hyphens. A name has no case for a
/// client of HTTP/1.1, but people compare what they read with the documentation.
#[derive(Clone, Debug, Default)]
pub struct Names {
    unusual: Vec<(HeaderName, &'static str)>,
    /// What they begin with.
    initials: Vec<u8>,
    /// The same names for hyper, which keeps them in an extension of a type of its own.
    extension: Extensions,
}

impl Names {
    /// The unusual ones among these names, and `WWW-Authenticate`.
    pub async fn learn(documented: impl IntoIterator<Item = &'static str>) -> Self {
        let mut unusual: Vec<(HeaderName, &'static str)> = Vec::new();
        for name in documented.into_iter().chain(["WWW-Authenticate"]) {
            let Ok(parsed) = name.parse::<HeaderName>() else { continue };
            if written_name(parsed.as_str(), &[]) != name && unusual.iter().all(|it| it.0 != parsed) {
                unusual.push((parsed, name));
            }
        }
        let mut initials: Vec<u8> = unusual.iter().filter_map(|it| it.0.as_str().bytes().next()).collect();
        initials.sort_unstable();
        initials.dedup();
        let extension = extension(&unusual).await.unwrap_or_default();
        Self { unusual, initials, extension }
    }

    /// What an answer with these headers tells hyper about their names.
    pub fn extension(&self, headers: &HeaderMap) -> Option<&Extensions> {
        let may_be = |name: &HeaderName| name.as_str().bytes().next().is_some_and(|it| self.initials.contains(&it));
        let mut unusual = headers.keys().filter(|it| may_be(it));
        unusual.any(|name| self.unusual.iter().any(|it| it.0 == *name)).then_some(&self.extension)
    }

    /// A name as it leaves.
    fn written<'a>(&self, name: &'a HeaderName) -> Cow<'a, str> {
        let unusual = self.unusual.iter().find(|it| it.0 == *name);
        unusual.map_or_else(|| written_name(name.as_str(), &[]), |it| Cow::Borrowed(it.1))
    }

    /// The status line and headers as hyper writes them, with this framing of the body.
    pub fn head(&self, response: &Response, framing: &str) -> Vec<u8> {
        let (status, reason) = (response.status.as_str(), response.status.canonical_reason().unwrap_or(""));
        let mut head = format!("HTTP/1.1 {status} {reason}\r\n").into_bytes();
        let framing_headers = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION];
        for (name, value) in response.headers.iter().filter(|it| !framing_headers.contains(it.0)) {
            head.extend_from_slice(&[self.written(name).as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        head.extend_from_slice(format!("{framing}\r\n\r\n").as_bytes());
        head
    }
}

/// The extension in which hyper keeps the case of names. Its type is private, but an answer that hyper has read carries one: so
/// hyper reads an answer with these names, from memory.
async fn extension(names: &[(HeaderName, &'static str)]) -> Option<Extensions> {
    let (client, mut server) = tokio::io::duplex(PIPE_BYTES);
    let mut builder = hyper::client::conn::http1::Builder::new();
    builder.preserve_header_case(true);
    let (mut sender, connection) = builder.handshake::<_, Empty<Bytes>>(TokioIo::new(client)).await.ok()?;
    let lines: Vec<&str> = names.iter().flat_map(|it| [it.1, ": x\r\n"]).collect();
    let answer = format!("HTTP/1.1 204 No Content\r\n{}\r\n", lines.concat());
    let answering = async move {
        server.read_u8().await.ok()?; // hyper takes an answer that comes before its request for a mistake
        server.write_all(answer.as_bytes()).await.ok()?;
        Some(server)
    };
    let asking = sender.send_request(http::Request::new(Empty::new()));
    let both = async { tokio::join!(answering, asking) };
    let (_server, response) = tokio::select! {
        both = both => both,
        _ = connection => return None,
    };
    Some(response.ok()?.extensions().clone())
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_head_is_framed_once_and_has_the_documented_names() {
        let names = Names::learn(["X-RateLimit-Limit", "Retry-After", "Allow"]).await;
        let own = Response::new(StatusCode::OK, "text/plain", "abc")
            .with(header::CONTENT_LENGTH, "7")
            .with(header::CONNECTION, "keep-alive")
            .with(header::WWW_AUTHENTICATE, "Bearer")
            .with(HeaderName::from_static("x-ratelimit-limit"), "1");
        let head = String::from_utf8(names.head(&own, "Content-Length: 3")).expect("text");
        let lines = "Content-Type: text/plain\r\nWWW-Authenticate: Bearer\r\nX-RateLimit-Limit: 1\r\nContent-Length: 3\r\n\r\n";
        assert_eq!(head, format!("HTTP/1.1 200 OK\r\n{lines}"));
        assert!(names.extension(&own.headers).is_some_and(|it| !it.is_empty()));
        assert!(names.extension(&HeaderMap::new()).is_none(), "the usual answer needs none");
    }
}
