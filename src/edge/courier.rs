//! hyper out: one attempt of a webhook, on a connection of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::BytesMut;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::egress::Egress;
use crate::engine::delivery::{ANSWER_BYTES_MAX, Answer, Failure, Outcome, Outgoing};
use crate::kit::http::{HeaderMap, HeaderName, HeaderValue, Kept, KeptHeaders, header};
use crate::kit::time::Duration;

/// The header with the id of a delivery. The control API refuses requests with this header, so that a webhook cannot
/// reach it through another server.
pub const DELIVERY: HeaderName = HeaderName::from_static("playmoney-delivery");

/// Connections to one host and port at a time. Further attempts wait; their time limit begins later.
const CONNECTIONS_PER_TARGET_MAX: usize = 64;
/// Connections at a time.
const CONNECTIONS_MAX: usize = 512;

/// Posts webhooks: no pool, no redirects, no proxy.
pub struct Courier {
    egress: Egress,
    #[cfg(feature = "tls")]
    tls: std::sync::OnceLock<Result<tokio_rustls::TlsConnector, String>>,
    all: Arc<Semaphore>,
    targets: Mutex<BTreeMap<String, Arc<Semaphore>>>,
}

impl Courier {
    /// A courier that opens the connections that `egress` permits.
    pub fn new(egress: Egress) -> Self {
        Self {
            egress,
            #[cfg(feature = "tls")]
            tls: std::sync::OnceLock::new(),
            all: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
            targets: Mutex::new(BTreeMap::new()),
        }
    }

    /// One attempt. The receiver's time limit is real time at any rate of the simulated clock.
    pub async fn post(&self, outgoing: &Outgoing) -> Outcome {
        let Some(target) = Target::of(&outgoing.url) else { return Outcome::failed(Failure::BadResponse) };
        let permits = self.permits(&target).await;
        let attempt = tokio::time::timeout(outgoing.time_limit.unsigned_abs(), self.attempt(&target, outgoing)).await;
        drop(permits);
        match attempt {
            Ok(Ok(answer)) => Outcome { result: Ok(answer), took: Duration::ZERO },
            Ok(Err(failure)) => Outcome::failed(failure),
            Err(_) => Outcome::failed(Failure::Timeout),
        }
    }

    /// First a permit of the target, then one of all: a slow target cannot take the permits of others while its attempts
    /// wait for each other.
    async fn permits(&self, target: &Target) -> [Option<OwnedSemaphorePermit>; 2] {
        let own = {
            let mut targets = self.targets.lock();
            if targets.len() > CONNECTIONS_MAX {
                targets.retain(|_, it| Arc::strong_count(it) > 1);
            }
            Arc::clone(targets.entry(target.authority.clone()).or_insert_with(|| Arc::new(Semaphore::new(CONNECTIONS_PER_TARGET_MAX))))
        };
        [own.acquire_owned().await.ok(), Arc::clone(&self.all).acquire_owned().await.ok()]
    }

    async fn attempt(&self, target: &Target, outgoing: &Outgoing) -> Result<Answer, Failure> {
        let stream = self.connect(target).await?;
        if !target.secure {
            return exchange(stream, target, outgoing).await;
        }
        #[cfg(feature = "tls")]
        {
            exchange(self.handshake(target, stream).await?, target, outgoing).await
        }
        #[cfg(not(feature = "tls"))]
        Err(Failure::Tls)
    }

    /// Resolves once, and connects only to addresses that were checked.
    async fn connect(&self, target: &Target) -> Result<TcpStream, Failure> {
        let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await.map_err(|_| Failure::Dns)?;
        let found: Vec<SocketAddr> = found.collect();
        if found.is_empty() {
            return Err(Failure::Dns);
        }
        let mut failure = Failure::Blocked;
        for address in found.into_iter().filter(|it| self.egress.permits(*it)) {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Err(why) => failure = if why.kind() == std::io::ErrorKind::TimedOut { Failure::Timeout } else { Failure::Refused },
            }
        }
        Err(failure)
    }

    #[cfg(feature = "tls")]
    async fn handshake(&self, target: &Target, stream: TcpStream) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + 'static, Failure> {
        let connector = self.tls.get_or_init(connector).as_ref().map_err(|why| {
            tracing::warn!(%why, "https webhooks are not possible: the certificates of the system cannot be used");
            Failure::Tls
        })?;
        let name = rustls::pki_types::ServerName::try_from(target.host.clone()).map_err(|_| Failure::Tls)?;
        connector.connect(name, stream).await.map_err(|why| {
            tracing::debug!(%why, host = target.host, "TLS handshake");
            Failure::Tls
        })
    }
}

/// Certificates are verified against those of the system; `SSL_CERT_FILE` adds a development authority.
#[cfg(feature = "tls")]
fn connector() -> Result<tokio_rustls::TlsConnector, String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|it| it.to_string())?.with_root_certificates(roots).with_no_client_auth();
    Ok(tokio_rustls::TlsConnector::from(Arc::new(config)))
}

/// The address of an attempt, parsed once.
struct Target {
    secure: bool,
    host: String,
    port: u16,
    /// Host and port as the URL writes them.
    authority: String,
    path: String,
}

impl Target {
    fn of(url: &str) -> Option<Self> {
        let uri: http::Uri = url.parse().ok()?;
        let secure = uri.scheme_str() == Some("https");
        let authority = uri.authority()?.as_str().to_owned();
        let host = uri.host()?.trim_matches(['[', ']']).to_owned();
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let path = uri.path_and_query().map_or("/", |it| it.as_str()).to_owned();
        Some(Self { secure, host, port, authority, path })
    }
}

async fn exchange<S>(stream: S, target: &Target, outgoing: &Outgoing) -> Result<Answer, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = hyper::client::conn::http1::Builder::new();
    builder.title_case_headers(true).max_buf_size(64 * 1024);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(|it| failure(&it))?;
    let connection = Connection(tokio::spawn(async move { _ = connection.await }));
    let mut request = hyper::Request::new(Full::new(outgoing.body.clone()));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = target.path.parse().map_err(|_| Failure::BadResponse)?;
    *request.headers_mut() = headers(target, outgoing);
    let response = sender.send_request(request).await.map_err(|it| failure(&it))?;
    let (head, body) = response.into_parts();
    let body = beginning(body).await?;
    drop(connection);
    Ok(Answer { status: head.status.as_u16(), headers: KeptHeaders::of(&head.headers), body })
}

fn headers(target: &Target, outgoing: &Outgoing) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(outgoing.headers.len() + 3);
    if let Ok(host) = HeaderValue::from_str(&target.authority) {
        headers.insert(header::HOST, host);
    }
    headers.extend(outgoing.headers.clone());
    if let Ok(id) = HeaderValue::from_str(&crate::engine::delivery::delivery_name(outgoing.id.delivery)) {
        headers.insert(DELIVERY, id);
    }
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers
}

/// Ends the task of the connection with the attempt.
struct Connection(tokio::task::JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The first bytes of an answer. Later bytes are not awaited.
async fn beginning(mut body: Incoming) -> Result<Kept, Failure> {
    let mut kept = BytesMut::new();
    while kept.len() < ANSWER_BYTES_MAX
        && let Some(frame) = body.frame().await
    {
        let frame = frame.map_err(|it| failure(&it))?;
        let Some(chunk) = frame.data_ref() else { continue };
        kept.extend_from_slice(&chunk[..chunk.len().min(ANSWER_BYTES_MAX - kept.len())]);
    }
    Ok(Kept::copy(&kept))
}

fn failure(error: &hyper::Error) -> Failure {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(it) = cause {
        match it.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
            Some(std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe | std::io::ErrorKind::UnexpectedEof) => {
                return Failure::Reset;
            }
            Some(std::io::ErrorKind::TimedOut) => return Failure::Timeout,
            _ => cause = it.source(),
        }
    }
    if error.is_incomplete_message() || error.is_canceled() || error.is_closed() { Failure::Reset } else { Failure::BadResponse }
}
