//! A server behind TLS, and clients that trust its authority.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use playmoney::inside::edge::{Certificate, Config, Server};
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::secret::Secret;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::Value as Json;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::net::{Answer, request};

/// An authority, and a certificate for this machine.
static ISSUED: LazyLock<(CertificateDer<'static>, Certificate)> = LazyLock::new(|| {
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let (authority_key, key) = (KeyPair::generate().expect("a key"), KeyPair::generate().expect("a key"));
    let root = authority.self_signed(&authority_key).expect("a certificate");
    let own = CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).expect("names");
    let own = own.signed_by(&key, &Issuer::from_params(&authority, &authority_key)).expect("a certificate");
    (root.der().clone(), Certificate { chain: own.pem(), key: Secret::from_outside(key.serialize_pem()) })
});

pub fn certificate() -> Certificate {
    ISSUED.1.clone()
}

/// A server that speaks TLS.
pub async fn server(start: Start) -> Server {
    with(Config { start, ..Config::default() }).await
}

pub async fn with(config: Config) -> Server {
    Server::start(Config { tls: Some(certificate()), ..config }).await.expect("a free port")
}

/// A connection whose client speaks this protocol alone.
pub async fn connect(to: SocketAddr, protocol: &str) -> TlsStream<TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(ISSUED.0.clone()).expect("an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.into()];
    let stream = TcpStream::connect(to).await.expect("it listens");
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("a handshake");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol.as_bytes()));
    stream
}

pub type Http2 = http2::SendRequest<Full<Bytes>>;

pub async fn http2(to: SocketAddr) -> Http2 {
    let io = TokioIo::new(connect(to, "h2").await);
    let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await.expect("settings");
    tokio::spawn(connection);
    sender
}

pub async fn http1(to: SocketAddr) -> http1::SendRequest<Full<Bytes>> {
    let (sender, connection) = http1::handshake(TokioIo::new(connect(to, "http/1.1").await)).await.expect("a connection");
    tokio::spawn(connection);
    sender
}

/// A request to a whole address.
pub fn asking(method: &str, url: &str, body: &Json) -> http::Request<Full<Bytes>> {
    request(method, url, body).map(|it| Full::new(Bytes::from(it)))
}

/// The answer on a stream of its own, or why it was cut.
pub async fn ask(sender: &mut Http2, request: http::Request<Full<Bytes>>) -> Result<Answer, Option<h2::Reason>> {
    let reason =
        |why: hyper::Error| std::error::Error::source(&why).and_then(|it| it.downcast_ref::<h2::Error>()).and_then(h2::Error::reason);
    let (head, body) = sender.send_request(request).await.map_err(reason)?.into_parts();
    let body = body.collect().await.map_err(reason)?.to_bytes();
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
}
