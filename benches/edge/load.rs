//! The client: one thread, many connections that stay open, one request at a time on each. It writes requests that were
//! made beforehand and reads as much of an answer as is needed to find its end, so that the server is what has to work.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use memchr::{memmem, memrchr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::process::Process;

/// How much is asked.
#[derive(Clone, Copy)]
pub struct Load {
    pub connections: u64,
    pub requests: u64,
}

/// What one server needed for one load.
#[derive(Clone, Copy)]
pub struct Measured {
    pub per_second: u64,
    pub p50_micros: u64,
    pub p99_micros: u64,
    pub cpu_nanos_per_request: u64,
}

/// Requests written out beforehand, by connection.
pub struct Prepared(Vec<Vec<Vec<u8>>>);

/// Writes every request before the first one leaves.
pub fn prepare(load: Load, ask: impl Fn(u64) -> Vec<u8>) -> Prepared {
    let own = |connection| (0..load.requests).filter(|n| n % load.connections == connection).map(&ask).collect();
    Prepared((0..load.connections).map(own).collect())
}

/// One request after another on one connection, and the whole answer to each.
pub fn answers(address: SocketAddr, requests: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    runtime().block_on(async {
        let mut client = Client::connect(address).await;
        let mut answers = Vec::new();
        for request in requests {
            client.exchange(&request).await;
            answers.push(client.buffer[..client.filled].to_vec());
        }
        answers
    })
}

/// One request on a connection of its own.
pub fn answer(address: SocketAddr, request: &[u8]) -> Vec<u8> {
    answers(address, std::iter::once(request.to_vec())).remove(0)
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime")
}

impl Prepared {
    /// Sends everything to a server and reads what it cost. Every connection is open before the first request leaves.
    pub fn fire(self, server: &Process) -> Measured {
        let (mut latencies, took, cpu) = runtime().block_on(async {
            let awake = tokio::spawn(stay_awake());
            let mut clients = Vec::new();
            for own in self.0 {
                clients.push((Client::connect(server.address).await, own));
            }
            let (cpu, begun) = (server.cpu(), Instant::now());
            let talks: Vec<_> = clients.into_iter().map(|(client, own)| tokio::spawn(client.converse(own))).collect();
            let mut latencies = Vec::new();
            for talk in talks {
                latencies.extend(talk.await.expect("no client fails"));
            }
            awake.abort();
            (latencies, begun.elapsed(), server.cpu().saturating_sub(cpu))
        });
        latencies.sort_unstable();
        let requests = latencies.len();
        let at = |percent: usize| micros(latencies[(requests * percent / 100).min(requests - 1)]);
        let each = |it: Duration| u64::try_from(it.as_nanos() / requests as u128).unwrap_or(u64::MAX);
        Measured { per_second: 1_000_000_000 / each(took).max(1), p50_micros: at(50), p99_micros: at(99), cpu_nanos_per_request: each(cpu) }
    }
}

/// Looks for answers without a pause. A client that sleeps is woken by the server's kernel, once for each answer of a server that is
/// slower than it and never by a faster one: in a virtual machine that costs more than most requests.
async fn stay_awake() {
    loop {
        tokio::task::yield_now().await;
    }
}

fn micros(it: Duration) -> u64 {
    u64::try_from(it.as_micros()).unwrap_or(u64::MAX)
}

struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, buffer: vec![0; 16 * 1024], filled: 0 }
    }

    async fn converse(mut self, requests: Vec<Vec<u8>>) -> Vec<Duration> {
        let mut latencies = Vec::with_capacity(requests.len());
        for request in &requests {
            let begun = Instant::now();
            self.exchange(request).await;
            latencies.push(begun.elapsed());
        }
        latencies
    }

    /// Sends a request and reads the answer, which must be a good one.
    async fn exchange(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.expect("the server reads");
        self.filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[self.filled..]).await.expect("the server answers");
            assert!(read > 0, "the server has hung up: {}", String::from_utf8_lossy(&self.buffer[..self.filled]));
            self.filled += read;
            if is_whole(&self.buffer[..self.filled]) {
                break;
            }
        }
        assert!(self.buffer.starts_with(b"HTTP/1.1 20"), "{}", String::from_utf8_lossy(&self.buffer[..self.filled]));
    }
}

/// Whether an answer has arrived to the last byte that its head announces.
fn is_whole(text: &[u8]) -> bool {
    length(text) == Some(text.len())
}

/// The length of the first answer, once all of it has arrived. Both servers say it in the last line of their heads.
pub fn length(text: &[u8]) -> Option<usize> {
    let end = memmem::find(text, b"\r\n\r\n")?;
    let begin = memrchr(b'\n', &text[..end]).map_or(0, |it| it + 1);
    let said = text[begin..end].split_at_checked("content-length: ".len()).filter(|it| it.0.eq_ignore_ascii_case(b"content-length: "));
    let (_, digits) = said.expect("the last line of a head says how long the answer is");
    let body = std::str::from_utf8(digits).ok().and_then(|it| it.parse::<usize>().ok()).expect("a number");
    let whole = end + 4 + body;
    (whole <= text.len()).then_some(whole)
}
