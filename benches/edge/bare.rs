//! The measure: hyper and nothing else, on the same kind of runtime and sockets.

use std::convert::Infallible;
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// What makes this executable a bare server.
pub const ARGUMENT: &str = "bare-server";

/// Answers what standard input holds, for ever; the address goes to standard output.
pub fn serve() {
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text).expect("an answer to give");
    let answer = Arc::new(parsed(&text));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        println!("{}", listener.local_addr().expect("bound"));
        while let Ok((stream, _)) = listener.accept().await {
            _ = stream.set_nodelay(true);
            let answer = Arc::clone(&answer);
            let service = service_fn(move |request| {
                let answer = Arc::clone(&answer);
                async move { Ok::<_, Infallible>(same_again(&answer, request).await) }
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
}

async fn same_again(answer: &(http::HeaderMap, Bytes), request: http::Request<Incoming>) -> http::Response<Full<Bytes>> {
    _ = request.into_body().collect().await;
    let mut response = http::Response::new(Full::new(answer.1.clone()));
    *response.headers_mut() = answer.0.clone();
    response
}

/// An answer of the other server, taken apart.
fn parsed(text: &[u8]) -> (http::HeaderMap, Bytes) {
    let end = text.windows(4).position(|it| it == b"\r\n\r\n").expect("a head");
    let head = std::str::from_utf8(&text[..end]).expect("a head is text");
    let pairs = head.lines().skip(1).filter_map(|it| it.split_once(": "));
    let header = |(name, value): (&str, &str)| (name.parse().expect("a name"), value.parse().expect("a value"));
    let headers = pairs.map(header).filter(|it: &(http::HeaderName, http::HeaderValue)| it.0 != http::header::CONTENT_LENGTH);
    (headers.collect(), Bytes::copy_from_slice(&text[end + 4..]))
}
