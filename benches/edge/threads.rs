//! What several threads bring: as many sandboxes as there are connections beside one sandbox with the same load, and one sandbox on a
//! server that may use two threads beside one that may not.
//!
//! Client and server share the cores here, because the servers need them. So the client is as lean as it can be: one thread without a
//! runtime, which writes some requests on a connection at once. Its connections are in two groups: while the server answers one, the client
//! reads the answers of the other, those of its last connection first, so that it is seldom woken and reads many answers at once.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::process::{Cores, Process};
use super::{hundredths, load, middle, operations};

/// What this comparison is called.
pub const NAME: &str = "threads";
/// Connections, and sandboxes where each has its own.
const CONNECTIONS: usize = 64;
/// Groups of connections that take turns.
const GROUPS: usize = 2;
/// Requests that are written at once.
const AT_ONCE: usize = 32;
/// Requests of a round, on all connections.
const REQUESTS: usize = 64 * 32 * 40;
const ROUNDS: usize = 5;
/// Requests before those that are measured.
const BEFORE: usize = 4;

/// Hundredths of the throughput of one sandbox that many have, and of the CPU time with one thread that one sandbox may take with two.
const MANY_MIN: u64 = 160;
const ONE_MAX: u64 = 110;

/// What a load took, for each request.
#[derive(Clone, Copy)]
struct Cost {
    nanos: u64,
    cpu_nanos: u64,
}

/// Measures and prints.
pub fn compare() {
    println!(
        "\n{ROUNDS} rounds of {REQUESTS} requests over {CONNECTIONS} connections, {AT_ONCE} at once; client and server share all cores"
    );
    let everywhere = Cores::default();
    for operation in ["createPayout", "getPayoutStatus"] {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let [one, two, many] = [1, 2, 2].map(|it| Process::with_threads(&everywhere, it));
            rounds.push((load(&one, operation, 1), load(&two, operation, 1), load(&many, operation, CONNECTIONS)));
        }
        let median = |figure: fn(&(Cost, Cost, Cost)) -> u64| middle(rounds.iter().map(figure).collect());
        let row = |name: &str, nanos: u64, cpu: u64| {
            println!(
                "{operation:<16} {name:<38} {:>8} req/s {:>6}.{:01} us of CPU",
                1_000_000_000 / nanos.max(1),
                cpu / 1_000,
                cpu % 1_000 / 100
            );
        };
        row("one sandbox, --threads 1", median(|it| it.0.nanos), median(|it| it.0.cpu_nanos));
        row("one sandbox, --threads 2", median(|it| it.1.nanos), median(|it| it.1.cpu_nanos));
        row("64 sandboxes, --threads 2", median(|it| it.2.nanos), median(|it| it.2.cpu_nanos));
        let many = median(|it| it.1.nanos * 100 / it.2.nanos.max(1));
        let cpu = median(|it| it.1.cpu_nanos * 100 / it.0.cpu_nanos.max(1));
        let verdict = |met: bool| if met { "met" } else { "missed" };
        println!(
            "{operation:<16} 64 sandboxes: {}x the throughput of one (goal 1.60x: {}); one with two threads: {}x the CPU (goal 1.10x: {})",
            hundredths(many),
            verdict(MANY_MIN <= many),
            hundredths(cpu),
            verdict(cpu <= ONE_MAX)
        );
    }
}

/// Fires requests on every connection. Each has a sandbox of its own, or all ask the default one.
fn load(server: &Process, operation: &str, sandboxes: usize) -> Cost {
    let sandbox = |number: usize| (1 < sandboxes).then_some(number);
    let mut clients: Vec<Client> = (0..CONNECTIONS).map(|number| Client::connect(server, number, sandbox(number))).collect();
    for it in &mut clients {
        for payout in 0..BEFORE {
            it.send(&it.request("createPayout", payout)); // a connection has found its thread after two of them
            it.receive(1);
        }
    }
    let batches = REQUESTS / CONNECTIONS / AT_ONCE;
    let group = CONNECTIONS / GROUPS;
    let prepared: Vec<Vec<Vec<u8>>> = clients.iter().map(|it| (0..batches).map(|batch| it.batch(operation, batch)).collect()).collect();
    let (begun, cpu) = (Instant::now(), server.cpu());
    for batch in 0..=batches {
        for (clients, prepared) in clients.chunks_mut(group).zip(prepared.chunks(group)) {
            if 0 < batch {
                clients.iter_mut().rev().for_each(|it| it.receive(AT_ONCE));
            }
            for (it, own) in clients.iter_mut().zip(prepared) {
                own.get(batch).inspect(|requests| it.send(requests));
            }
        }
    }
    let each = |it: Duration| u64::try_from(it.as_nanos() / REQUESTS as u128).unwrap_or(u64::MAX);
    Cost { nanos: each(begun.elapsed()), cpu_nanos: each(server.cpu().saturating_sub(cpu)) }
}

/// One connection.
struct Client {
    stream: TcpStream,
    number: usize,
    sandbox: Option<usize>,
    buffer: Vec<u8>,
}

impl Client {
    fn connect(server: &Process, number: usize, sandbox: Option<usize>) -> Self {
        if let Some(it) = sandbox {
            load::answer(server.address, &operations::control("POST", "sandboxes", &format!(r#"{{"name":"s{it}"}}"#)));
        }
        let stream = TcpStream::connect(server.address).expect("the server listens");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, number, sandbox, buffer: vec![0; 64 * 1024] }
    }

    /// Requests that are written at once.
    fn batch(&self, operation: &str, batch: usize) -> Vec<u8> {
        let payout = |place: usize| if operation == "createPayout" { BEFORE + batch * AT_ONCE + place } else { place % BEFORE };
        (0..AT_ONCE).flat_map(|place| self.request(operation, payout(place))).collect()
    }

    /// A request about one of this connection's payouts.
    fn request(&self, operation: &str, payout: usize) -> Vec<u8> {
        let request = operations::payout(operation, &format!("ORDER_{}_{payout}", self.number));
        let Some(it) = self.sandbox else { return request };
        let text = String::from_utf8(request).expect("text");
        let text = text.replacen(" /quantum", &format!(" /s/s{it}/quantum"), 1);
        text.replacen("_token\r", &format!("_token_s{it}\r"), 1).into_bytes()
    }

    fn send(&self, requests: &[u8]) {
        (&self.stream).write_all(requests).expect("sent");
    }

    /// Reads that number of answers. Each must be a good one.
    fn receive(&mut self, mut answers: usize) {
        let mut filled = 0;
        while 0 < answers {
            let read = self.stream.read(&mut self.buffer[filled..]).expect("an answer");
            assert!(0 < read, "the server has hung up");
            filled += read;
            let mut from = 0;
            while let Some(length) = load::length(&self.buffer[from..filled]) {
                assert!(self.buffer[from..].starts_with(b"HTTP/1.1 20"), "{}", String::from_utf8_lossy(&self.buffer[from..filled]));
                from += length;
                answers -= 1;
            }
            self.buffer.copy_within(from..filled, 0);
            filled -= from;
        }
    }
}
