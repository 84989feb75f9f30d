//! The measure: hyper on one thread, and nothing else. It has no timer, no second thread and no lock; it reads each body and
//! gives the same answer each time.

use std::convert::Infallible;
use std::io::Read;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// The argument that turns this executable into a bare server.
pub const ARGUMENT: &str = "bare-server";

/// An answer without its status line; `content-length` is left to hyper, as it is in the other server.
type Answer = (HeaderMap, Bytes);

/// Answers every request with what standard input holds, until the process is killed. It prints its address first.
pub fn serve() {
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text).expect("an answer to give");
    // Both live as long as the process: a clone of them allocates and counts nothing.
    let answer: &'static Answer = Box::leak(Box::new(parsed(Box::leak(text.into_boxed_slice()))));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        println!("{}", listener.local_addr().expect("bound"));
        while let Ok((stream, _)) = listener.accept().await {
            _ = stream.set_nodelay(true);
            let service = service_fn(move |request| same_again(answer, request));
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
}

async fn same_again(answer: &'static Answer, request: hyper::Request<Incoming>) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let mut body = request.into_body();
    while !body.is_end_stream() && body.frame().await.is_some() {}
    let mut response = hyper::Response::new(Full::new(answer.1.clone()));
    *response.headers_mut() = answer.0.clone();
    Ok(response)
}

/// An answer of the other server, taken apart.
fn parsed(text: &'static [u8]) -> Answer {
    let end = text.windows(4).position(|it| it == b"\r\n\r\n").expect("a head");
    let head = std::str::from_utf8(&text[..end]).expect("a head is text");
    let pairs = head.lines().skip(1).filter_map(|it| it.split_once(": "));
    let headers = pairs.map(|(name, value)| (HeaderName::from_bytes(name.as_bytes()).expect("a name"), HeaderValue::from_static(value)));
    (headers.filter(|it| it.0 != http::header::CONTENT_LENGTH).collect(), Bytes::from_static(&text[end + 4..]))
}
