//! One question and its answer, on a connection of its own. No proxy, no redirect.

use std::io::{Error, ErrorKind};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Concerns, Connection, Question, Reply};
use crate::cli::output::without_numbers;
use crate::cli::{Exit, Stop};
use crate::kit::http::{HeaderValue, header};

const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
/// A saved state has at most as much.
const BODY_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Asks once. The answer has this time.
pub fn exchange(connection: &Connection, question: &Question<'_>, time_max: Duration) -> Result<Reply, Stop> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| Stop { exit: Exit::Start, why: format!("cannot start threads: {why}") })?;
    let answered = runtime.block_on(async {
        let asked = timeout(time_max, ask(connection, question)).await;
        asked.unwrap_or_else(|_| Err(format!("it has not answered within {time_max:?}")))
    });
    runtime.shutdown_background();
    answered.map_err(|why| connection.unreachable(&without_numbers(&why)))
}

async fn ask(connection: &Connection, question: &Question<'_>) -> Result<Reply, String> {
    let request = request(connection, question)?;
    let url = &connection.url;
    let stream = timeout(CONNECT_TIME_MAX, TcpStream::connect((url.host(), url.port()))).await;
    let stream = stream.unwrap_or_else(|_| Err(Error::new(ErrorKind::TimedOut, "no connection within 5 seconds")));
    let stream = stream.map_err(|it| it.to_string())?;
    if !url.is_https() {
        return send(stream, request).await;
    }
    #[cfg(feature = "tls")]
    return send(super::tls::handshake(connection, stream).await?, request).await;
    #[cfg(not(feature = "tls"))]
    return Err("this program was built without TLS, so it speaks http alone".to_owned());
}

fn request(connection: &Connection, question: &Question<'_>) -> Result<hyper::Request<Full<Bytes>>, String> {
    let target = connection.url.target(question.path, &question.query);
    let body = question.body.clone().map_or_else(Bytes::new, Bytes::from);
    let mut request = hyper::Request::new(Full::new(body));
    *request.method_mut() = question.method.clone();
    *request.uri_mut() = target.parse().map_err(|why| format!("{target} cannot be asked for: {why}"))?;
    let headers = request.headers_mut();
    let host = HeaderValue::from_str(connection.url.authority()).map_err(|it| it.to_string())?;
    headers.insert(header::HOST, host);
    headers.insert(header::ACCEPT, HeaderValue::from_static(question.accept));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    if question.body.is_some() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let sandbox = connection.sandbox.as_deref().filter(|_| question.concerns == Concerns::Sandbox);
    if let Some(name) = sandbox.and_then(|it| HeaderValue::from_str(it).ok()) {
        headers.insert("playmoney-sandbox", name);
    }
    if let Some(token) = connection.token.as_ref().and_then(|it| it.0.clone()) {
        headers.insert(header::AUTHORIZATION, token);
    }
    Ok(request)
}

async fn send<S>(stream: S, request: hyper::Request<Full<Bytes>>) -> Result<Reply, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |why: hyper::Error| format!("the connection broke before the answer was complete ({why})");
    let (mut sender, driving) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    tokio::spawn(async move { _ = driving.await });
    let (head, body) = sender.send_request(request).await.map_err(broken)?.into_parts();
    let body = Limited::new(body, BODY_BYTES_MAX).collect().await.map_err(|why| {
        let is_too_large = why.is::<LengthLimitError>();
        if is_too_large { format!("its answer has more than {BODY_BYTES_MAX} bytes") } else { format!("the answer was cut off ({why})") }
    })?;
    Ok(Reply { status: head.status, headers: head.headers, body: body.to_bytes() })
}
