//! Receivers behind TLS, and what is said about their certificates.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::cli::{PLAYMONEY, Ready};
use crate::net::{request, send};

/// The years between which a certificate is valid.
type Years = (i32, i32);

/// A receiver whose certificate is for 127.0.0.1, and the file with the authority that vouches for it.
async fn https_receiver((from, to): Years) -> (SocketAddr, PathBuf) {
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
    https_server(&params, &format!("{from}-{to}"), "HTTP/1.1 204 No Content\r\n\r\n").await
}

/// A server with such a certificate that gives one answer, and the file with the authority that vouches for it.
pub async fn https_server(params: &CertificateParams, name: &str, answer: &'static str) -> (SocketAddr, PathBuf) {
    let key = KeyPair::generate().expect("a key");
    let signed = params.self_signed(&key).expect("a certificate");
    let authority = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("authority-{name}-{}.pem", std::process::id()));
    std::fs::write(&authority, signed.pem()).expect("written");
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = config.with_no_client_auth().with_single_cert(vec![signed.der().clone()], key).expect("a pair");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            _ = stream.read(&mut [0; 4096]).await;
            _ = stream.write_all(answer.as_bytes()).await;
            _ = stream.shutdown().await;
        }
    });
    (address, authority)
}

/// The first attempt of a server that trusts this authority alone, and the line of its log.
async fn attempt(url: &str, authority: Option<&Path>) -> (Json, Json) {
    let ready = Ready::new("https");
    let mut command = tokio::process::Command::new(PLAYMONEY);
    command.args(["--clock", "frozen", "--log", "json", "--listen", "127.0.0.1:0", "--webhook-url", url]);
    command.arg("--ready-file").arg(&ready.file).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    if let Some(authority) = authority {
        command.env("SSL_CERT_FILE", authority);
    }
    let mut serving = command.spawn().expect("it runs");
    let to = ready.wait()["base_url"].as_str().expect("a URL").trim_start_matches("http://").parse().expect("an address");
    let card = json!({"amount": 1, "pan": "4111111111111111"});
    send(to, request("POST", "/__admin/act/quantum-payouts/manual-payout", &card)).await;
    let deliveries = send(to, request("GET", "/__admin/deliveries", &Json::Null)).await.json();
    serving.start_kill().expect("it ends");
    let mut log = String::new();
    serving.stderr.take().expect("a pipe").read_to_string(&mut log).await.expect("text");
    let lines = log.lines().filter_map(|it| serde_json::from_str::<Json>(it).ok());
    let line = lines.into_iter().find(|it| it["kind"] == "webhook").unwrap_or_default();
    (deliveries["deliveries"][0]["attempts"][0].clone(), line)
}

#[tokio::test]
async fn t25_https_receivers_are_verified() {
    const NOW: Years = (2000, 4000);
    for (years, vouched, host, outcome, detail, hint) in [
        (NOW, true, "127.0.0.1", (json!(204), Json::Null), "", ""),
        (NOW, false, "127.0.0.1", (Json::Null, json!("tls")), "the certificate was issued by an unknown authority", "SSL_CERT_FILE"),
        (NOW, true, "localhost", (Json::Null, json!("tls")), "the certificate is for another name", ""),
        ((2000, 2001), true, "127.0.0.1", (Json::Null, json!("tls")), "the certificate has expired", ""),
        ((3999, 4000), true, "127.0.0.1", (Json::Null, json!("tls")), "the certificate is not valid yet", ""),
    ] {
        let (address, authority) = https_receiver(years).await;
        let url = format!("https://{host}:{}/hooks", address.port());
        let (attempt, line) = attempt(&url, Some(&*authority).filter(|_| vouched)).await;
        _ = std::fs::remove_file(authority);
        assert_eq!((attempt["status"].clone(), attempt["error"].clone()), outcome, "{attempt}");
        for told in [&attempt, &line] {
            let said = |name: &str| told[name].as_str().unwrap_or("");
            assert!(said("detail").starts_with(detail) && said("hint").contains(hint), "{attempt} {line}");
            assert!(detail.is_empty() || said("detail").contains(host), "{attempt} {line}");
        }
    }
}
