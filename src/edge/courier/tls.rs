//! TLS to receivers, and what is wrong with their certificates.

use std::io;
use std::sync::{Arc, OnceLock};

use rustls::CertificateError;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::broken::Broken;
use crate::engine::delivery::Failure;
use crate::kit::webhook_url::Host;

const AUTHORITY: &str = "for an authority of your own, start playmoney with SSL_CERT_FILE or SSL_CERT_DIR set to its certificate; \
     these then replace the certificates of the system";
const PLAIN: &str = "the receiver seems to speak http: begin the address with http://";

/// Made with the first attempt to an https address.
#[derive(Default)]
pub struct Connector(OnceLock<Result<TlsConnector, String>>);

impl Connector {
    /// Verifies the receiver.
    pub async fn handshake(&self, host: &Host, stream: TcpStream) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + 'static, Broken> {
        let unusable = |why: &String| Broken::new(Failure::Tls, format!("the certificates of the system cannot be used: {why}"));
        let connector = self.0.get_or_init(connector).as_ref().map_err(unusable)?;
        let text = match host {
            Host::Name(name) => name.clone(),
            Host::Address(ip) => ip.to_string(),
        };
        let name = rustls::pki_types::ServerName::try_from(text.clone());
        let name = name.map_err(|why| Broken::new(Failure::Tls, format!("`{text}` cannot be the name in a certificate: {why}")))?;
        connector.connect(name, stream).await.map_err(|why| broken(&text, &why))
    }
}

/// Certificates are verified against those of the system, or against those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
fn connector() -> Result<TlsConnector, String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|it| it.to_string())?.with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn broken(host: &str, why: &io::Error) -> Broken {
    let error = why.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>());
    let (fault, hint) = match error {
        Some(rustls::Error::InvalidCertificate(it)) => certificate(it),
        Some(rustls::Error::InvalidMessage(_)) => ("the receiver does not answer in TLS", Some(PLAIN)),
        _ => ("the TLS handshake failed", None),
    };
    Broken::new(Failure::Tls, format!("{fault} (`{host}`: {why})")).with_hint(hint)
}

fn certificate(error: &CertificateError) -> (&'static str, Option<&'static str>) {
    use CertificateError as E;
    // A certificate that signs itself says so.
    let is_authority = matches!(error, E::Other(it) if it.to_string().contains("CaUsedAsEndEntity"));
    if matches!(error, E::UnknownIssuer) {
        ("the certificate was issued by an unknown authority", Some(AUTHORITY))
    } else if is_authority {
        ("the certificate is that of an authority, and not of a server", Some(AUTHORITY))
    } else if matches!(error, E::NotValidForName | E::NotValidForNameContext { .. }) {
        ("the certificate is for another name", None)
    } else if matches!(error, E::Expired | E::ExpiredContext { .. }) {
        ("the certificate has expired", None)
    } else if matches!(error, E::NotValidYet | E::NotValidYetContext { .. }) {
        ("the certificate is not valid yet", None)
    } else {
        ("the certificate is not valid", None)
    }
}
