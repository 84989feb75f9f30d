//! Requests that hyper refuses, because they are too large to be read or are not HTTP/1.1, and heads that never end. hyper says
//! only a status: the refusal here says what is wrong, and stands in the journal with what could be read of the request.

use std::net::SocketAddr;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::address::Address;
use super::inbound::Shared;
use super::registry::Last;
use super::socket::{HEAD_BEGIN_BYTES_MAX, HalfHead, Socket};
use crate::kit::http::{NOSNIFF, Request, Response, Target};
use crate::kit::path::normalised;
use crate::kit::printable::line;
use crate::sandbox::{HEAD_BYTES_MAX, HEADERS_MAX, head_too_large};

/// The client has this long to take a refusal.
const WRITING_TIME_MAX: Duration = Duration::from_secs(5);
/// What the client sends after its refusal is read and dropped: the refusal would be lost with a socket that is closed before
/// all was read.
const DISCARDED_BYTES_MAX: usize = 1024 * 1024;
const DISCARDING_TIME_MAX: Duration = Duration::from_millis(500);

/// Why the head of a request was not read to its end.
pub enum Cause {
    /// hyper has ended the connection with this error.
    Hyper(hyper::Error),
    TooSlow,
}

/// Answers a request whose head was not read to its end, and keeps it. A connection that has ended in another way gets no answer.
pub async fn refuse(shared: &Shared, peer: SocketAddr, mut socket: Socket, cause: Cause) {
    let head = socket.take_half_head();
    let asked = Asked::read(&head.begins);
    let Some(response) = refusal(&head, &asked, &cause) else {
        if let Cause::Hyper(why) = cause {
            tracing::debug!(%peer, %why, "connection");
        }
        return;
    };
    let response = keep(shared, peer, asked, response);
    write(shared, &mut socket, &response).await;
}

/// Answers a client that speaks without TLS to a server that has it. Nothing of TLS has been said on the connection.
#[cfg(feature = "tls")]
pub async fn refuse_plain(shared: &Shared, peer: SocketAddr, mut socket: Socket) {
    let detail = "This port speaks TLS, and the request came without it: write https:// in place of http://.";
    let mut response = Response::problem(StatusCode::BAD_REQUEST, "tls_needed", detail).with(header::CONNECTION, "close");
    response.headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    tracing::warn!(%peer, status = response.status.as_u16(), "a request came without TLS: write https:// in place of http://");
    socket.take_half_head(); // what leaves is not a refusal of hyper's
    write(shared, &mut socket, &shared.registry.default().stamped(response)).await;
}

/// Writes a refusal, and waits a little for its reader.
async fn write(shared: &Shared, socket: &mut Socket, response: &Response) {
    let framing = format!("Content-Length: {}\r\nConnection: close", response.body.len());
    let bytes = [&shared.names.head(response, &framing), &response.body[..]].concat();
    let answering = async {
        socket.write_all(&bytes).await?;
        socket.shutdown().await
    };
    if matches!(tokio::time::timeout(WRITING_TIME_MAX, answering).await, Ok(Ok(()))) {
        _ = tokio::time::timeout(DISCARDING_TIME_MAX, discard(socket)).await;
    }
}

async fn discard(socket: &mut Socket) {
    let (mut seen, mut buffer) = (0, vec![0; 16 * 1024]);
    while let Ok(bytes @ 1..) = socket.read(&mut buffer).await {
        seen += bytes;
        if seen > DISCARDED_BYTES_MAX {
            return;
        }
    }
}

/// What could be read of a head.
struct Asked {
    /// None when not even its target could be read.
    request: Option<Request>,
    /// What is wrong with it, when its beginning shows that.
    wrong: Option<&'static str>,
    has_other_version: bool,
}

impl Asked {
    fn read(begins: &[u8]) -> Self {
        let mut fields = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut parsed = httparse::Request::new(&mut fields);
        let mut outcome = parsed.parse(begins);
        if outcome == Err(httparse::Error::Version) && !has_version(begins) {
            (outcome, parsed.path) = (Err(httparse::Error::Token), None); // a target with a space in it
        }
        let wrong = match outcome {
            _ if begins.starts_with(&[0x16, 0x03]) => {
                Some("a TLS handshake came to a port without TLS, so write http:// in place of https://")
            }
            Err(httparse::Error::Token) if parsed.method.is_none() => Some("its method is malformed"),
            Err(httparse::Error::Token) => Some("its target is malformed: a space and other signs have to be percent-encoded"),
            Err(httparse::Error::HeaderName) => Some("the name of a header field is malformed"),
            Err(httparse::Error::HeaderValue) => Some("the value of a header field is malformed"),
            Err(httparse::Error::NewLine) => Some("a line does not end with CR LF"),
            Err(_) | Ok(_) => None,
        };
        let method = parsed.method.and_then(|it| Method::from_bytes(it.as_bytes()).ok());
        let target = parsed.path.map(str::to_owned).or_else(|| rest_of_line(begins, parsed.method?));
        let request = method.zip(target).map(|(method, target)| {
            let mut request = Request::new(method, &without_user(&target), "");
            for it in parsed.headers.iter().take_while(|it| !it.name.is_empty()) {
                if let (Ok(name), Ok(value)) = (it.name.parse::<HeaderName>(), HeaderValue::from_bytes(it.value)) {
                    request.headers.append(name, value);
                }
            }
            request
        });
        Self { request, wrong, has_other_version: outcome == Err(httparse::Error::Version) }
    }
}

/// Whether the first line has three parts, of which the last is a version of HTTP.
fn has_version(begins: &[u8]) -> bool {
    let line = begins.split(|it| *it == b'\n').next().unwrap_or_default().trim_ascii();
    let mut parts = line.split(|it| *it == b' ');
    parts.nth(2).is_some_and(|it| it.starts_with(b"HTTP/")) && parts.next().is_none()
}

/// What follows the method in the first line, when it is not a target.
fn rest_of_line(begins: &[u8], method: &str) -> Option<String> {
    let text = String::from_utf8_lossy(begins);
    let (_, rest) = text.split_once(method)?;
    let (first, is_whole) = rest.split_once('\n').map_or((rest, begins.len() < HEAD_BEGIN_BYTES_MAX), |it| (it.0, true));
    let first = first.trim();
    let target = first.rsplit_once(" HTTP/").map_or(first, |it| it.0).trim_end();
    (!target.is_empty()).then(|| if is_whole { target.to_owned() } else { format!("{target}...") })
}

/// A target without the user name and the password of an address. When an address ends within its host, or has a port that is not
/// a number, its rest may be a password, and is left out too.
fn without_user(target: &str) -> String {
    if target.starts_with('/') {
        return target.to_owned();
    }
    let is_scheme = |it: &str| !it.contains(['/', '?', '#']);
    let start = target.find("://").filter(|it| is_scheme(&target[..*it])).map_or(0, |it| it + 3);
    let (scheme, rest) = target.split_at(start);
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    match (host.rsplit_once('@'), host.split_once(':')) {
        (Some((_, host)), _) => format!("{scheme}{host}{path}"),
        (None, Some((name, port))) if !name.starts_with('[') && port.contains(|it: char| !it.is_ascii_digit()) => {
            format!("{scheme}{name}:...")
        }
        (None, _) => target.to_owned(),
    }
}

/// The refusal of such a head. `None`: the connection has ended between two requests, or in the middle of an answer.
fn refusal(head: &HalfHead, asked: &Asked, cause: &Cause) -> Option<Response> {
    let problem = |status, kind, detail: &str| Some(Response::problem(status, kind, detail));
    let why = match cause {
        Cause::Hyper(why) => why,
        Cause::TooSlow => {
            return problem(StatusCode::REQUEST_TIMEOUT, "head_too_slow", "The head of the request did not arrive completely within 45 s.");
        }
    };
    if why.is_parse_too_large() {
        return Some(too_large(head, asked));
    }
    if why.is_parse_version_h2() || (why.is_parse() && asked.has_other_version) {
        let detail = "This port speaks HTTP/1.1, and the request is of another version.";
        return problem(StatusCode::HTTP_VERSION_NOT_SUPPORTED, "version_not_supported", detail);
    }
    if why.is_parse() {
        let wrong = asked.wrong.map_or_else(|| why.to_string(), str::to_owned);
        return problem(StatusCode::BAD_REQUEST, "not_http", &format!("This is not a request of HTTP/1.1: {wrong}."));
    }
    let detail = "The connection ended before the head of the request was complete.";
    if why.is_incomplete_message() && 0 < head.bytes { problem(StatusCode::BAD_REQUEST, "half_a_head", detail) } else { None }
}

/// Which limit such a head exceeds.
fn too_large(head: &HalfHead, asked: &Asked) -> Response {
    let is_line = head.lines == 0 && HEAD_BYTES_MAX <= head.bytes && asked.request.is_some();
    if is_line || head.refused_with == Some(StatusCode::URI_TOO_LONG) {
        let detail =
            format!("Request line and headers together have at most {HEAD_BYTES_MAX} bytes here, and the request line alone has more.");
        return Response::problem(StatusCode::URI_TOO_LONG, "uri_too_long", &detail);
    }
    // The request line is not a header field, but the empty line at the end may be missing.
    if HEAD_BYTES_MAX <= head.bytes || HEADERS_MAX < head.lines {
        return head_too_large();
    }
    let detail = "The Content-Length is larger than every body that is taken here.";
    Response::problem(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
}

/// Puts the refusal into the journal of the sandbox that is asked, or into the server's log, and stamps it.
fn keep(shared: &Shared, peer: SocketAddr, asked: Asked, response: Response) -> Response {
    let mut response = response.with(header::CONNECTION, "close");
    response.headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    let status = response.status.as_u16();
    let Some(request) = asked.request else {
        let wrong = asked.wrong.unwrap_or("it has no method and no target");
        tracing::warn!(%peer, status, "something that came is not a request of HTTP/1.1: {wrong}");
        return shared.registry.default().stamped(response);
    };
    let uri = request.target.parse::<Uri>();
    let path = uri.as_ref().map_or_else(|_| request.target.split('?').next().unwrap_or_default(), Uri::path);
    let path = normalised(path);
    let address = Address::parse(None, shared.access.without_prefix(&path));
    let chosen = shared.registry.choose(address.sandbox, &request, shared.access.naming(), &mut Last::default()).ok();
    let driver = chosen.and_then(|it| it.driver().cloned()).unwrap_or_else(|| shared.registry.default());
    let response = driver.stamped(response);
    if matches!(address.path.target(), Target::Provider { .. }) {
        driver.keep_unheard(request, &response); // its line in the log comes from the journal
    } else if tracing::enabled!(tracing::Level::INFO) {
        let asked = driver.renderer().text(&format!("{} {path}", request.method));
        tracing::info!(sandbox = driver.name(), status, "{}", line(&asked));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_kept_without_user_and_password() {
        for (sent, kept) in [
            ("/a@b:c d", "/a@b:c d"),
            ("http://me:hushhush1@pay.test:80/a b@c", "http://pay.test:80/a b@c"),
            ("http://me:hush@hush@pay.test?a b", "http://pay.test?a b"),
            ("me:hushhush1@pay.test:443 x", "pay.test:443 x"),
            ("http://me:hushhu", "http://me:..."),
            ("http://me:hush/hush@pay.test/a b", "http://me:..."),
            ("pay.test:44", "pay.test:44"),
            ("http://[::1]:80/a b", "http://[::1]:80/a b"),
            ("pay?to=http://me:a@pay.test b", "pay?to=http://me:a@pay.test b"),
            ("*", "*"),
        ] {
            assert_eq!(without_user(sent), kept, "{sent}");
        }
    }

    #[test]
    fn what_could_be_read_of_a_head_is_kept() {
        let read = |text: &str| Asked::read(text.as_bytes()).request.map(|it| (it.method.to_string(), it.target, it.headers.len()));
        let long = format!("GET /{}", "x".repeat(HEAD_BEGIN_BYTES_MAX - 5));
        for (head, method, target, headers) in [
            ("GET /a?b HTTP/1.1\r\nHost: x\r\nBad name: y\r\n\r\n", "GET", "/a?b", 1),
            ("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "/a b", 0),
            ("GET /a HTTP/2.0\r\n\r\n", "GET", "/a", 0),
            ("POST /a HTTP/1.1\r\nContent-Length: x\r\n\r\n", "POST", "/a", 1),
            ("GET /a", "GET", "/a", 0),
            (&long, "GET", &format!("{}...", &long[4..]), 0),
        ] {
            assert_eq!(read(head), Some((method.to_owned(), target.to_owned(), headers)), "{head}");
        }
        for head in ["", "\u{16}\u{3}\u{1}", "GET", "GET ", "G@T / HTTP/1.1\r\n\r\n", "SSH-2.0-OpenSSH_9\r\n"] {
            assert_eq!(read(head), None, "{head}");
        }
    }
}
