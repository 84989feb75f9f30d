//! One request and its answer, on a connection that stands.

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::broken::{self, Broken};
use super::wire::{ANSWER_HEAD_BYTES_MAX, Wire};
use crate::edge::threads::AbortOnDrop;
use crate::engine::delivery::{ANSWER_BYTES_MAX, Answer, Failure, Outgoing, delivery_name};
use crate::kit::fields::Field;
use crate::kit::http::{HeaderMap, HeaderName, HeaderValue, Kept, KeptHeaders, Method, header};
use crate::kit::webhook_url::WebhookUrl;

/// All headers of a request, in the order in which they leave.
pub fn headers(target: &WebhookUrl, outgoing: &Outgoing, mark: Option<HeaderName>) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(outgoing.headers.len() + 3);
    if let Ok(host) = HeaderValue::from_str(&target.authority) {
        headers.insert(header::HOST, host);
    }
    headers.extend(outgoing.headers.clone());
    if let (Some(mark), Ok(id)) = (mark, HeaderValue::from_str(&delivery_name(outgoing.id.delivery))) {
        headers.insert(mark, id);
    }
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers
}

/// The beginning of an answer and, if the whole of it did not come, why not.
pub type Answered = (Answer, Option<String>);

/// A request: its method, target, headers and body.
pub type Request<'a> = (&'a Method, &'a str, HeaderMap, Bytes);

/// Sends a request, and returns the beginning of the answer.
pub async fn exchange<S>(stream: S, request: Request<'_>, documented: &'static [Field]) -> Result<Answered, Broken>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let unusable = |why: http::uri::InvalidUri| Broken::new(Failure::Blocked, format!("the address cannot be called: {why}"));
    let (stream, answering) = Wire::new(stream, documented);
    let (method, request_uri, headers, body) = request;
    let mut request = hyper::Request::new(Full::new(body));
    request.method_mut().clone_from(method);
    *request.uri_mut() = request_uri.parse().map_err(unusable)?;
    *request.headers_mut() = headers;
    let counting = answering.clone();
    hyper::ext::on_informational(&mut request, move |_| counting.count_interim());

    let mut builder = hyper::client::conn::http1::Builder::new();
    builder.title_case_headers(true).max_buf_size(ANSWER_HEAD_BYTES_MAX);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(|it| broken::exchanging(&it))?;
    let connection = AbortOnDrop(tokio::spawn(async move { _ = connection.await }));
    let response = sender.send_request(request).await;
    let excess = answering.complete();
    let response = match (response, excess) {
        (_, Some(excess)) => return Err(Broken::new(Failure::BadResponse, excess)),
        (response, None) => response.map_err(|it| broken::exchanging(&it))?,
    };
    let (head, body) = response.into_parts();
    let (body, cut) = beginning(body).await;
    drop(connection);
    let (status, headers) = (head.status.as_u16(), KeptHeaders::of(&head.headers));
    Ok((Answer { status, headers, body: Kept::copy(&body), is_cut: cut.is_some() }, cut))
}

/// The first bytes of an answer, and why it ended within them if it did. Later bytes are not awaited.
async fn beginning(mut body: Incoming) -> (Bytes, Option<String>) {
    let mut kept = BytesMut::new();
    while kept.len() < ANSWER_BYTES_MAX
        && let Some(frame) = body.frame().await
    {
        let frame = match frame {
            Ok(frame) => frame,
            Err(why) => return (kept.freeze(), Some(broken::within(&why))),
        };
        let Some(chunk) = frame.data_ref() else { continue };
        kept.extend_from_slice(&chunk[..chunk.len().min(ANSWER_BYTES_MAX - kept.len())]);
    }
    (kept.freeze(), None)
}
