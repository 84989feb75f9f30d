//! A server behind TLS, whose certificate is verified.

use std::path::PathBuf;

use rcgen::CertificateParams;

use super::{command, run, text};
use crate::edge::tls::https_server;

/// A server at 127.0.0.1 that answers everything as `health`, and the certificate that vouches for it.
async fn health_server() -> (String, PathBuf) {
    const HEALTHY: &str =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 33\r\n\r\n{\"status\":\"ok\",\"version\":\"0.0.0\"}";
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
    let (address, authority) = https_server(&params, "client", HEALTHY).await;
    (format!("https://{address}"), authority)
}

#[tokio::test]
async fn an_https_server_is_reached_with_the_certificate_of_its_authority() {
    let (url, authority) = health_server().await;
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
