//! A client that blocks: one request, one answer, the connection kept while the server keeps it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Client {
    stream: TcpStream,
    host: SocketAddr,
}

/// Status and body.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Client {
    pub fn connect(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, host: address })
    }

    /// A control call: a `POST` of JSON when it has a body, else a `GET`.
    pub fn control(&mut self, path: &str, body: &str) -> std::io::Result<Answer> {
        let method = if body.is_empty() { "GET" } else { "POST" };
        self.send(method, &format!("/__admin/{path}"), "content-type: application/json\r\n", body.as_bytes())
    }

    /// One exchange.
    pub fn send(&mut self, method: &str, target: &str, headers: &str, body: &[u8]) -> std::io::Result<Answer> {
        let head = format!("{method} {target} HTTP/1.1\r\nhost: {}\r\n{headers}content-length: {}\r\n\r\n", self.host, body.len());
        self.stream.write_all(head.as_bytes())?;
        self.stream.write_all(body)?;
        self.answer()
    }

    fn answer(&mut self) -> std::io::Result<Answer> {
        let mut read = Vec::new();
        let mut chunk = vec![0; 64 * 1024];
        loop {
            let n = self.stream.read(&mut chunk)?;
            if n == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            read.extend_from_slice(&chunk[..n]);
            let Some(end) = read.windows(4).position(|it| it == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
            let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
            let length = head.lines().find_map(|it| it.strip_prefix("content-length: ")).and_then(|it| it.parse().ok()).unwrap_or(0);
            let mut body = read.split_off(end + 4);
            let arrived = body.len();
            body.resize(arrived.max(length), 0);
            self.stream.read_exact(&mut body[arrived..])?;
            return Ok(Answer { status, body });
        }
    }
}
