//! A server inside a tokio program: the application under test is given its address in place of the provider's, and gets real webhooks.
//! The first webhook finds it down.
//!
//! `cargo run --example server`

use std::sync::{Arc, Mutex};

use playmoney::{Config, Server};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A free port on loopback. Each test has a sandbox of its own.
    let server = Server::start(Config::default()).await?;
    let shop = server.sandbox("checkout-7")?;

    // The application: it would get `shop.base_url("quantum-payouts")`, or all of `shop.environment()`.
    let application = Application::start().await?;
    shop.reset(Some(&application.webhook_url)).await?;
    let token = shop.environment()["QUANTUM_PAYOUTS_TOKEN"].as_str().unwrap_or_default().to_owned();
    let order = json!({"orderNumber": "A-1", "amount": 1000, "description": "wages", "target": {"pan": "4111111111111111"}});
    let answer = post(&shop.base_url("quantum-payouts"), "/api/v1/performPayout", &token, &order.to_string()).await?;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");

    // Time passes when the test says so. The first attempt is refused, so each event is sent again until it is accepted.
    let report = shop.advance("1h").await?;
    let (first, last) = (&report.deliveries[0], &report.deliveries[report.deliveries.len() - 1]);
    println!("{} attempts, the first was answered with {:?}", report.deliveries.len(), first.status);
    assert_eq!((first.status, last.status), (Some(503), Some(200)));
    assert!(report.deliveries.iter().any(|it| it.json()["payout"]["status"] == "success" && it.status == Some(200)));
    assert!(application.heard.lock().expect("no panic").iter().all(|it| it.contains("x-payouts-signature: sha256=")));

    // What the application has called.
    let expected = json!({"operation": "quantum-payouts.performPayout", "where": {"body": {"orderNumber": "A-1"}}, "count": 1});
    assert_eq!(shop.verify(&expected).await?, 1);
    server.stop().await;
    Ok(())
}

/// Stands for the application: it notes what arrives, and refuses the first request.
struct Application {
    webhook_url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Application {
    async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let webhook_url = format!("http://{}/hooks/{{provider}}", listener.local_addr()?);
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = vec![0; 64 * 1024];
                let bytes = socket.read(&mut request).await.unwrap_or(0);
                let is_first = {
                    let mut notes = notes.lock().expect("no panic");
                    notes.push(String::from_utf8_lossy(&request[..bytes]).to_lowercase());
                    notes.len() == 1
                };
                let status = if is_first { "503 Service Unavailable" } else { "200 OK" };
                _ = socket.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes()).await;
            }
        });
        Ok(Self { webhook_url, heard })
    }
}

/// One request on a connection of its own; a real application has a client for this.
async fn post(base_url: &str, path: &str, token: &str, body: &str) -> std::io::Result<String> {
    let (host, prefix) = base_url.trim_start_matches("http://").split_once('/').unwrap_or((base_url, ""));
    let mut socket = TcpStream::connect(host).await?;
    let head = format!(
        "POST /{prefix}{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).await?;
    socket.write_all(body.as_bytes()).await?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await?;
    Ok(answer)
}
