//! A server inside a tokio program: an application under test is given its address in place of the provider's.
//!
//! `cargo run --example server`

use playmoney::{Config, Server, Start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    // A free port on loopback. The application would get `server.base_url()` and the test credentials.
    let start = Start { seed: 7, ..Start::default() };
    let server = Server::start(Config { start, ..Config::default() }).await?;
    println!("serving on {}", server.base_url());

    let features = ask(&server, "GET", "/quantum-payouts/api/v1/features", "").await?;
    assert!(features.starts_with("HTTP/1.1 200 OK"), "{features}");

    // The control API stands on the same address.
    let advanced = ask(&server, "POST", "/__admin/clock/advance", r#"{"by":"1h"}"#).await?;
    assert!(advanced.contains(r#""now":"2026-01-01T01:00:00Z""#), "{advanced}");

    server.stop().await;
    Ok(())
}

/// One request on a connection of its own; a real application has a client for this.
async fn ask(server: &Server, method: &str, path: &str, body: &str) -> std::io::Result<String> {
    let mut socket = TcpStream::connect(server.address()).await?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer qm_test_token\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        server.address(),
        body.len()
    );
    socket.write_all(head.as_bytes()).await?;
    socket.write_all(body.as_bytes()).await?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await?;
    Ok(answer)
}
