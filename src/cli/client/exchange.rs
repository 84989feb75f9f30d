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
use crate::kit::http::{HeaderValue, Method, header};

/// The header that names a sandbox.
const SANDBOX: &str = "playmoney-sandbox";
const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
/// A saved state has at most as much.
const BODY_BYTES_MAX: usize = 256 * 1024 * 1024;

/// A request to a server.
type Asked = hyper::Request<Full<Bytes>>;

/// Asks once. The answer has this time.
///
/// # Errors
/// Why no answer came.
pub fn exchange(connection: &Connection, request: Result<Asked, String>, time_max: Duration) -> Result<Reply, String> {
    let request = request?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| format!("cannot start threads: {why}"))?;
    let answered = runtime.block_on(async {
        let asked = timeout(time_max, ask(connection, request)).await;
        asked.unwrap_or_else(|_| Err(format!("it has not answered within {time_max:?}")))
    });
    runtime.shutdown_background();
    answered.map_err(|why| without_numbers(&why))
}

async fn ask(connection: &Connection, request: Asked) -> Result<Reply, String> {
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

/// A request of this method to this target, on a connection of its own.
fn asked(connection: &Connection, method: &Method, target: &str, body: Bytes) -> Result<Asked, String> {
    let mut request = hyper::Request::new(Full::new(body));
    *request.method_mut() = method.clone();
    *request.uri_mut() = target.parse().map_err(|why| format!("{target} cannot be asked for: {why}"))?;
    let headers = request.headers_mut();
    let host = HeaderValue::from_str(connection.url.authority()).map_err(|it| it.to_string())?;
    headers.insert(header::HOST, host);
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    Ok(request)
}

/// A call to a provider, as it was built; the sandbox is named.
#[cfg(feature = "mcp")]
pub fn provider_request(connection: &Connection, call: &crate::kit::http::Request) -> Result<Asked, String> {
    let mut request = asked(connection, &call.method, &connection.url.below(&call.target), call.body.clone())?;
    let headers = request.headers_mut();
    call.headers.iter().for_each(|(name, value)| _ = headers.append(name.clone(), value.clone()));
    if let Some(name) = connection.sandbox.as_deref().and_then(|it| HeaderValue::from_str(it).ok()) {
        headers.insert(SANDBOX, name);
    }
    Ok(request)
}

/// A control call.
pub fn request(connection: &Connection, question: &Question<'_>) -> Result<Asked, String> {
    let target = connection.url.target(question.path, &question.query);
    let body = question.body.clone().map_or_else(Bytes::new, Bytes::from);
    let mut request = asked(connection, &question.method, &target, body)?;
    let headers = request.headers_mut();
    headers.insert(header::ACCEPT, HeaderValue::from_static(question.accept));
    if question.body.is_some() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let sandbox = connection.sandbox.as_deref().filter(|_| question.concerns == Concerns::Sandbox);
    if let Some(name) = sandbox.and_then(|it| HeaderValue::from_str(it).ok()) {
        headers.insert(SANDBOX, name);
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
