//! TLS to a server, whose certificate is verified.

use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::Connection;
use crate::cli::paths::shown;
use crate::cli::{authority, written};

const HANDSHAKE_TIME_MAX: std::time::Duration = std::time::Duration::from_secs(5);

pub async fn handshake(connection: &Connection, stream: TcpStream) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + 'static, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|it| it.to_string())?.with_root_certificates(roots(connection.ca_file.as_deref())?);
    let connector = TlsConnector::from(Arc::new(config.with_no_client_auth()));
    let host = connection.url.host().to_owned();
    let name = ServerName::try_from(host).map_err(|why| format!("its name cannot stand in a certificate ({why})"))?;
    let done = timeout(HANDSHAKE_TIME_MAX, connector.connect(name, stream)).await;
    let done = done.map_err(|_| "the TLS handshake took more than 5 seconds".to_owned())?;
    done.map_err(|why| format!("the TLS handshake failed ({why}); --ca-file names the certificate of an authority of your own"))
}

/// The authorities of that file, else those of the system or of `SSL_CERT_FILE` and `SSL_CERT_DIR`, and the one with which `serve --tls`
/// makes certificates for this user.
fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let Some(path) = ca_file else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let own = authority::default_folder().and_then(|it| written::own(&authority::ca_file(&it), authority::MARK).ok());
        roots.add_parsable_certificates(own.and_then(|it| CertificateDer::from_pem_slice(it.as_bytes()).ok()));
        return Ok(roots);
    };
    let unusable = |why: &dyn std::fmt::Display| format!("{} is not a file of certificates ({why})", shown(path));
    for certificate in CertificateDer::pem_file_iter(path).map_err(|it| unusable(&it))? {
        roots.add(certificate.map_err(|it| unusable(&it))?).map_err(|it| unusable(&it))?;
    }
    if roots.is_empty() { Err(unusable(&"it has none")) } else { Ok(roots) }
}
