//! A server behind TLS, whose certificate is verified.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{command, run, text};

/// A server at 127.0.0.1 that answers everything as `health`, and the certificate that vouches for it.
async fn https_server() -> (String, PathBuf) {
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
    let key = KeyPair::generate().expect("a key");
    let signed = params.self_signed(&key).expect("a certificate");
    let authority = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("client-{}.pem", std::process::id()));
    std::fs::write(&authority, signed.pem()).expect("written");
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = config.with_no_client_auth().with_single_cert(vec![signed.der().clone()], key).expect("a pair");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("https://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            _ = stream.read(&mut [0; 4096]).await;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 33\r\n\r\n";
            _ = stream.write_all(format!("{head}{{\"status\":\"ok\",\"version\":\"0.0.0\"}}").as_bytes()).await;
            _ = stream.shutdown().await;
        }
    });
    (url, authority)
}

#[tokio::test]
async fn an_https_server_is_reached_with_the_certificate_of_its_authority() {
    let (url, authority) = https_server().await;
    let authority = authority.to_str().expect("text");
    let good = run(&url, &["health", "--ca-file", authority]).await;
    assert_eq!((good.status.code(), text(&good.stdout)), (Some(0), "ok  Playmoney 0.0.0\n"), "{good:?}");
    let by_variable = command(&url, &["health"]).env("SSL_CERT_FILE", authority).output().await.expect("it runs");
    assert!(by_variable.status.success(), "{by_variable:?}");
    let unknown = run(&url, &["health"]).await;
    let why = text(&unknown.stderr);
    assert!(unknown.status.code() == Some(3) && why.contains("--ca-file") && why.lines().count() == 1, "{why}");
    let none = run(&url, &["health", "--ca-file", "Cargo.toml"]).await;
    assert!(none.status.code() == Some(3) && text(&none.stderr).contains("Cargo.toml is not a file of certificates"), "{none:?}");
    let plain = run(&url.replace("https", "http"), &["health"]).await;
    assert_eq!(plain.status.code(), Some(3), "{plain:?}");
    std::fs::remove_file(authority).expect("it is ours");
}
