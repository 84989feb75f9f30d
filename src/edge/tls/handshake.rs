//! Handshakes, within their limits.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{AlertDescription, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::Certificate;
use super::secured::{Movable, Secured};
use crate::edge::driver::Stopwatch;
use crate::edge::places::{Place, Places};

/// HTTP/2 by its name in a handshake (RFC 9113, 3.1).
pub const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";
/// From the moment at which a connection is accepted until its handshake is done.
const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(5);
/// Handshakes at a time. Past it, the one that has taken longest gives way.
const HANDSHAKES_MAX: NonZeroUsize = NonZeroUsize::new(512).expect("not zero");

/// The handshakes of a server.
pub struct Handshakes {
    acceptor: TlsAcceptor,
    places: Arc<Places>,
}

/// How a handshake has ended.
pub enum Ended {
    Done(Box<Secured>),
    /// The client speaks without TLS.
    Plain(TcpStream),
    /// The connection is closed.
    Failed,
}

impl Handshakes {
    /// # Errors
    /// As [`Certificate::check`].
    pub fn with(certificate: &Certificate, stopwatch: Stopwatch) -> io::Result<Self> {
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config(certificate)?)), places: Places::new(HANDSHAKES_MAX, stopwatch) })
    }

    /// The handshake of a connection that was just accepted. It ends early when its place is needed for another one.
    pub async fn shake(&self, stream: TcpStream, peer: SocketAddr, place: &Place) -> Ended {
        let shaking = async {
            let own = self.places.take().await;
            tokio::select! {
                biased;
                ended = self.begin(stream, peer) => ended,
                () = own.is_needed() => Ended::Failed,
            }
        };
        tokio::select! {
            biased;
            ended = tokio::time::timeout(HANDSHAKE_TIME_MAX, shaking) => ended.unwrap_or(Ended::Failed),
            () = place.is_needed() => Ended::Failed,
        }
    }

    async fn begin(&self, stream: TcpStream, peer: SocketAddr) -> Ended {
        let mut first = [0];
        match stream.peek(&mut first).await {
            // The method of a request; a handshake begins with 22 (RFC 8446, 5.1).
            Ok(1..) if first[0].is_ascii_alphabetic() => return Ended::Plain(stream),
            Ok(1..) => {}
            Ok(0) | Err(_) => return Ended::Failed,
        }
        match self.acceptor.accept(Movable(Some(stream))).await {
            Ok(done) => Ended::Done(Box::new(Secured::new(done))),
            Err(why) => {
                tell(peer, &why);
                Ended::Failed
            }
        }
    }
}

/// Why a handshake has failed. What a tester has to mend stands out.
fn tell(peer: SocketAddr, why: &io::Error) {
    use AlertDescription as Alert;
    let refused = match why.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::AlertReceived(it)) => Some(*it),
        _ => None,
    };
    if refused.is_some_and(|it| [Alert::UnknownCA, Alert::BadCertificate, Alert::CertificateUnknown].contains(&it)) {
        tracing::warn!(%peer, "a client refuses the certificate of this server ({why}): it has to trust the authority that has issued it");
    } else {
        tracing::debug!(%peer, %why, "a TLS handshake has failed");
    }
}

/// What the server shows and speaks: HTTP/2 and HTTP/1.1, as the client chooses.
pub fn config(certificate: &Certificate) -> io::Result<ServerConfig> {
    let bad = |why: String| io::Error::new(ErrorKind::InvalidData, why);
    let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(certificate.chain.as_bytes()).collect();
    let chain = chain.map_err(|it| bad(format!("the certificate is not PEM ({it})")))?;
    if chain.is_empty() {
        return Err(bad("the certificate is not PEM: it has no block that begins with -----BEGIN CERTIFICATE-----".to_owned()));
    }
    let key = certificate.key.expose();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|it| {
        let is_encrypted = key.contains("ENCRYPTED");
        bad(if is_encrypted { "the key is encrypted: write it without a password".to_owned() } else { unusable_key(&it) })
    })?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|it| bad(it.to_string()))?.with_no_client_auth();
    let mut config = config.with_single_cert(chain, key).map_err(|why| {
        if matches!(why, rustls::Error::InconsistentKeys(_)) {
            return io::Error::new(ErrorKind::InvalidInput, "the certificate and the key do not belong to each other");
        }
        bad(format!("the certificate or the key cannot be used ({why})"))
    })?;
    config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
    Ok(config)
}

fn unusable_key(why: &pem::Error) -> String {
    if matches!(why, pem::Error::NoItemsFound) {
        return "the key is not PEM: it has no block that begins with -----BEGIN PRIVATE KEY-----".to_owned();
    }
    format!("the key is not PEM ({why})")
}
