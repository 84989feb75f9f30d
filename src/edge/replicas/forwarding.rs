//! A request goes on to the replica that owns its sandbox, and the answer comes back. One hop: the owner sends it nowhere else.
//!
//! ```text
//! caller ─▶ replica without the sandbox ─▶ owner       Playmoney-Hop: TOKEN, Playmoney-Peer: IP of the caller
//!        ◀─                             ◀─             Playmoney-Transport: what a rule does to the answer on its way
//! ```

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{CaptureConnection, HttpConnector, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::database::Replica;
use crate::edge::faults::Cut;
use crate::edge::streams;
use crate::engine::rules::Transport;
use crate::kit::http::{HeaderName, Response};
use crate::kit::sign::same;

/// Marks a request that has made its hop, with the token between replicas.
const HOP: HeaderName = HeaderName::from_static("playmoney-hop");
/// Who has sent it: wrong tokens are counted by caller.
const PEER: HeaderName = HeaderName::from_static("playmoney-peer");
/// What a rule does to the answer: the replica that has the caller does it.
const TRANSPORT: HeaderName = HeaderName::from_static("playmoney-transport");
/// The owner has lost the sandbox, and has not heard the request.
const NOT_HERE: HeaderName = HeaderName::from_static("playmoney-not-here");
/// What belongs to one connection (RFC 9110, section 7.6.1).
const OF_CONNECTION: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::EXPECT,
];
/// A connection to another replica that nothing uses is closed after this time.
const IDLE_TIME_MAX: Duration = Duration::from_secs(30);
/// Such connections to one replica.
const IDLE_MAX: usize = 64;
/// The time for a connection.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(2);

/// A request that another replica has sent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Who has sent it to that replica.
    pub peer: IpAddr,
}

/// Takes the mark of a hop out of a head. A mark without the right token counts as none, and does not reach the sandbox either.
pub fn take_hop(headers: &mut HeaderMap, token: &str) -> Option<Hop> {
    let (given, peer) = (headers.remove(HOP), headers.remove(PEER));
    let is_right = given.as_ref().and_then(|it| it.to_str().ok()).is_some_and(|it| same(it, token));
    let peer = peer.and_then(|it| it.to_str().ok()?.parse().ok());
    peer.filter(|_| is_right).map(|peer| Hop { peer })
}

/// A request, as it is sent on.
#[derive(Clone)]
pub struct Onward {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub peer: IpAddr,
}

/// What came of it.
pub enum Sent {
    /// The owner's answer; a body that stays open is passed on as it comes.
    Answered { response: Response, transport: Option<Box<Transport>>, stream: Option<streams::Body> },
    /// It was not heard: the replica is not reached, or does not own the sandbox any more.
    Unheard,
    /// The connection has broken before the answer came.
    Broken(String),
}

/// Whether a request has got a connection.
pub struct Begun(Option<CaptureConnection>);

impl Begun {
    /// What is known of a request that is given up: without a connection it was not heard.
    pub fn given_up(&self, why: &str) -> Sent {
        let is_sent = self.0.as_ref().is_some_and(|it| it.connection_metadata().is_some());
        if is_sent { Sent::Broken(why.to_owned()) } else { Sent::Unheard }
    }
}

/// Sends requests on.
pub struct Forwarding {
    client: Client<HttpConnector, Full<Bytes>>,
    token: HeaderValue,
}

impl Forwarding {
    /// With the token that the database keeps.
    pub fn new(token: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT_TIME_MAX));
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_TIME_MAX)
            .pool_max_idle_per_host(IDLE_MAX)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Self { client, token: HeaderValue::from_str(token).unwrap_or_else(|_| HeaderValue::from_static("-")) }
    }

    /// Sends a request to a replica. Dropping this drops the connection, so that the owner sees the caller hang up. What was sent by then
    /// is known beside it.
    pub fn send(&self, to: &Replica, onward: Onward) -> (impl Future<Output = Sent>, Begun) {
        let mut request = self.request(to, onward);
        let begun = Begun(request.as_mut().map(capture_connection));
        (self.exchange(request), begun)
    }

    async fn exchange(&self, request: Option<hyper::Request<Full<Bytes>>>) -> Sent {
        let Some(request) = request else { return Sent::Unheard };
        let (head, body) = match self.client.request(request).await {
            Ok(response) => response.into_parts(),
            Err(why) if why.is_connect() => return Sent::Unheard,
            Err(why) => return Sent::Broken(in_words(&why)),
        };
        let (status, mut headers) = (head.status, head.headers);
        if headers.contains_key(NOT_HERE) {
            return Sent::Unheard;
        }
        without_connection(&mut headers);
        let transport = headers.remove(TRANSPORT).and_then(|it| serde_json::from_slice(it.as_bytes()).ok());
        if headers.get(header::CONTENT_TYPE).is_some_and(|it| it == "text/event-stream") {
            let response = Response { status, headers, body: Bytes::new() };
            return Sent::Answered { response, transport, stream: Some(passed_on(body)) };
        }
        match body.collect().await {
            Ok(body) => Sent::Answered { response: Response { status, headers, body: body.to_bytes() }, transport, stream: None },
            Err(why) => Sent::Broken(why.to_string()),
        }
    }

    /// `None`: the other replica has told an address that is none.
    fn request(&self, to: &Replica, onward: Onward) -> Option<hyper::Request<Full<Bytes>>> {
        let Onward { method, uri, mut headers, body, peer } = onward;
        let path = uri.path_and_query().map_or("/", |it| it.as_str());
        let uri: Uri = format!("{}{path}", to.advertise).parse().ok()?;
        if !headers.contains_key(header::HOST)
            && let Some(host) = uri.authority().and_then(|it| HeaderValue::from_str(it.as_str()).ok())
        {
            headers.insert(header::HOST, host);
        }
        without_connection(&mut headers);
        headers.insert(HOP, self.token.clone());
        if let Ok(peer) = HeaderValue::from_str(&peer.to_string()) {
            headers.insert(PEER, peer);
        }
        let mut request = hyper::Request::new(Full::new(body));
        (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, uri, headers);
        Some(request)
    }
}

/// Tells the replica that has sent a request on what it has to do to the answer.
pub fn tell_transport(response: &mut Response, transport: &Transport) {
    let text = serde_json::to_vec(transport).unwrap_or_default();
    if let Ok(text) = HeaderValue::from_bytes(&text) {
        response.headers.insert(TRANSPORT, text);
    }
}

/// The answer to a request that has made its hop, and finds no sandbox here.
pub fn not_here(mut response: Response) -> Response {
    response.headers.insert(NOT_HERE, HeaderValue::from_static("true"));
    response
}

/// Takes out what belongs to one connection.
fn without_connection(headers: &mut HeaderMap) {
    for it in &OF_CONNECTION {
        headers.remove(it);
    }
}

/// A body that stays open, piece by piece. It ends with the owner's; one that breaks off cuts the caller's connection.
fn passed_on(body: Incoming) -> streams::Body {
    let pieces = futures_util::stream::unfold(Some(body), |body| async move {
        let mut body = body?;
        match body.frame().await? {
            Ok(frame) => Some((Ok(frame), Some(body))),
            Err(_) => Some((Err(Cut::Off), None)),
        }
    });
    http_body_util::StreamBody::new(Box::pin(pieces))
}

/// An error with what has caused it: the outer one alone says little.
fn in_words(why: &hyper_util::client::legacy::Error) -> String {
    let mut text = why.to_string();
    let mut source = std::error::Error::source(why);
    while let Some(it) = source {
        text = format!("{text}: {it}");
        source = it.source();
    }
    text
}

/// Where other replicas reach this one: `http://HOST:PORT`.
///
/// # Errors
/// A sentence.
pub fn advertised(text: &str) -> Result<String, String> {
    let wrong = |why: &str| format!("this is not where other replicas reach this one: {why}. Write http://HOST:PORT");
    let rest = text.strip_prefix("http://").ok_or_else(|| wrong("it must begin with http://"))?;
    let uri: Uri = text.parse().map_err(|it: http::uri::InvalidUri| wrong(&it.to_string()))?;
    let authority = uri.authority().ok_or_else(|| wrong("it must name a host"))?;
    if authority.as_str().contains('@') {
        return Err(wrong("it must not have a user"));
    }
    if rest.trim_end_matches('/') != authority.as_str() || authority.host().is_empty() {
        return Err(wrong("it must be a host and a port, with nothing after them"));
    }
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    if host.parse::<IpAddr>().is_ok_and(|it| it.is_unspecified()) {
        return Err(wrong("every machine has that address, so it names none"));
    }
    if authority.port_u16() == Some(0) {
        return Err(wrong("port 0 stands for any port"));
    }
    Ok(format!("http://{authority}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_says_where_others_reach_it() {
        assert_eq!(advertised("http://10.0.0.7:4242").as_deref(), Ok("http://10.0.0.7:4242"));
        assert_eq!(advertised("http://[::1]:4242/").as_deref(), Ok("http://[::1]:4242"));
        assert_eq!(advertised("http://replica1").as_deref(), Ok("http://replica1"));
        for text in [
            "",
            "10.0.0.7:4242",
            "https://a:1",
            "http://",
            "http://a:1/x",
            "http://u@a:1",
            "http://0.0.0.0:1",
            "http://[::]:1",
            "http://a:0",
        ] {
            assert!(advertised(text).is_err(), "{text}");
        }
        let why = |text: &str| advertised(text).err().unwrap_or_default();
        assert!(why("127.0.0.1:7120").contains("it must begin with http://"));
        assert!(why("http://a:1/path").contains("it must be a host and a port, with nothing after them"));
    }

    #[test]
    fn only_the_token_marks_a_hop_and_no_sandbox_sees_the_mark() {
        let head = |token: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOP, HeaderValue::from_static(token));
            headers.insert(PEER, HeaderValue::from_static("10.1.2.3"));
            headers
        };
        let mut right = head("right");
        assert_eq!(take_hop(&mut right, "right"), Some(Hop { peer: IpAddr::from([10, 1, 2, 3]) }));
        assert!(right.is_empty());
        let mut wrong = head("wrong");
        assert_eq!(take_hop(&mut wrong, "right"), None);
        assert!(wrong.is_empty());
    }
}
