//! Sandboxes on several threads: a connection reaches them all, moves to the one that it asks, and loses nothing on the way.

use std::num::NonZeroUsize;

use tokio::task::JoinHandle;

use super::verification::{endless, has_room, waiting};
use super::*;
use crate::net::{self, perform_in};

/// A server with three threads, on which three sandboxes beside the default one are at home: `a` and `b` on threads of their own.
async fn server_with_threads() -> Server {
    let threads = NonZeroUsize::new(3).expect("not zero");
    let server = Server::start(Config { threads, ..Config::default() }).await.expect("a free port");
    for name in ["a", "b", "c"] {
        admin(&server, "POST", "sandboxes", &json!({"name": name})).await;
    }
    server
}

/// A connection that stays open.
struct Open(TcpStream, Vec<u8>);

impl Open {
    async fn to(server: &Server) -> Self {
        Self(TcpStream::connect(server.address()).await.expect("it listens"), Vec::new())
    }

    /// A connection that is served on the thread of that sandbox.
    async fn beside(server: &Server, sandbox: &str) -> Self {
        let mut open = Self::to(server).await;
        for _ in 0..2 {
            open.ask("GET", sandbox, "clock", &Json::Null).await;
            assert!(open.answer().await.0.starts_with("HTTP/1.1 200"));
        }
        open
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("sent");
    }

    /// Sends a control call for that sandbox.
    async fn ask(&mut self, method: &str, sandbox: &str, path: &str, body: &Json) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (begins, length) = (format!("{method} /s/{sandbox}/__admin/{path} HTTP/1.1\r\nHost: localhost\r\n"), body.len());
        self.send(format!("{begins}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}").as_bytes()).await;
    }

    /// The head and the body of the next answer.
    async fn answer(&mut self) -> (String, String) {
        loop {
            if let Some(answer) = self.whole() {
                return answer;
            }
            let read = self.0.read_buf(&mut self.1).await.expect("an answer");
            assert!(0 < read, "the connection was closed behind {}", String::from_utf8_lossy(&self.1));
        }
    }

    fn whole(&mut self) -> Option<(String, String)> {
        let end = self.1.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&self.1[..end]).into_owned();
        let length: usize = head.lines().find_map(|it| it.strip_prefix("Content-Length: "))?.parse().expect("a number");
        let body = self.1.get(end..end + length)?;
        let body = String::from_utf8_lossy(body).into_owned();
        self.1.drain(..end + length);
        Some((head, body))
    }
}

/// A payout in that sandbox, `default` without a prefix.
fn payout(sandbox: &str, number: usize) -> Vec<u8> {
    let (body, path) = (net::payout(&format!("A{number}")).to_string(), "/quantum-payouts/api/v1/performPayout");
    let (prefix, token) = match sandbox {
        "default" => (String::new(), "qm_test_token".to_owned()),
        _ => (format!("/s/{sandbox}"), format!("qm_test_token_{sandbox}")),
    };
    format!(
        "POST {prefix}{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json; \
         charset=UTF-8\r\nAccept: application/json; version=1.0\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn is_from(sandbox: &str, (head, body): &(String, String), number: usize) {
    assert!(head.starts_with("HTTP/1.1 200") && head.contains(&format!("Playmoney-Sandbox: {sandbox}\r\n")), "{head}{body}");
    assert!(body.contains(&format!("\"A{number}\"")), "{sandbox} {number}: {body}");
}

/// Sends payouts to these sandboxes over one connection, cut as `cut` says, and checks each answer.
async fn talk(server: &Server, order: &[&str], cut: impl Fn(usize) -> usize) {
    let mut open = Open::to(server).await;
    let (mut requests, mut ends) = (Vec::new(), Vec::new());
    for (number, sandbox) in order.iter().enumerate() {
        requests.extend(payout(sandbox, number));
        ends.push(requests.len());
    }
    let mut expected = order.iter().zip(ends).enumerate().peekable();
    let (mut sent, mut round) = (0, 0);
    while sent < requests.len() {
        let end = requests.len().min(sent + cut(round));
        open.send(&requests[sent..end]).await;
        (sent, round) = (end, round + 1);
        // All that is sent completely is answered before more is sent.
        while let Some((number, (sandbox, _))) = expected.next_if(|(_, (_, end))| *end <= sent) {
            is_from(sandbox, &open.answer().await, number);
        }
    }
    assert!(expected.next().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i11_a_connection_that_moves_loses_and_doubles_nothing() {
    let server = server_with_threads().await;
    let all = ["default", "a", "b", "c"];
    let same: Vec<&str> = all.iter().flat_map(|it| [*it; 7]).collect();
    let mixed: Vec<&str> = (0..40).map(|it| all[it * it % 7 % 4]).collect();
    for order in [&same, &mixed] {
        let length = payout("a", 1).len();
        talk(&server, order, |_| length * 40).await; // all at once
        admin(&server, "POST", "reset", &json!({})).await;
        for name in ["a", "b", "c"] {
            admin(&server, "POST", &format!("sandboxes/{name}/reset"), &json!({})).await;
        }
        talk(&server, order, |round| length / 3 + round * 7 % 100).await; // heads and bodies in parts
        for name in all {
            let journal = admin(&server, "GET", &format!("sandboxes/{name}/requests"), &Json::Null).await;
            let own = order.iter().filter(|it| **it == name).count();
            assert_eq!(journal["requests"].as_array().expect("a list").len(), own, "{name}");
            admin(&server, "POST", &format!("sandboxes/{name}/reset"), &json!({})).await;
        }
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_answers_again_after_each_move() {
    let server = server_with_threads().await;
    let mut open = Open::to(&server).await;
    let mut number = 0;
    for sandbox in ["a", "b", "default", "c", "a"] {
        for _ in 0..5 {
            number += 1;
            open.send(&payout(sandbox, number)).await;
            is_from(sandbox, &open.answer().await, number);
        }
    }
    open.send(b"GET /s/a/__admin/clock HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(open.answer().await.0.starts_with("HTTP/1.1 200"));
    assert_eq!(open.0.read(&mut [0]).await.expect("the end"), 0);
    server.stop().await;
}

#[tokio::test]
async fn a_connection_is_served_on_the_thread_that_it_asks() {
    let server = server_with_threads().await;
    // Threads take turns with new connections, so one begins on each.
    let mut connections = [Open::to(&server).await, Open::to(&server).await, Open::to(&server).await];
    let numbers = 0..2;
    for (place, open) in connections.iter_mut().enumerate() {
        for number in numbers.clone().map(|it| it + 10 * place) {
            open.send(&payout("a", number)).await;
            is_from("a", &open.answer().await, number);
        }
    }
    for (place, open) in connections.into_iter().enumerate() {
        // The first thread of the server is the one of this test. It waits here, and serves nothing meanwhile.
        let mut stream = open.0.into_std().expect("a socket");
        stream.set_nonblocking(false).expect("set");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
        std::io::Write::write_all(&mut stream, &payout("a", numbers.end + 10 * place)).expect("sent");
        let mut begins = [0; 12];
        std::io::Read::read_exact(&mut stream, &mut begins).expect("another thread answers");
        assert_eq!(&begins, b"HTTP/1.1 200");
    }
    server.stop().await;
}

/// Pairs of sandboxes that are at home on different threads.
const APART: [[&str; 2]; 3] = [["a", "b"], ["b", "default"], ["default", "a"]];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_hangs_up_waits_no_more_on_another_thread() {
    let server = server_with_threads().await;
    for [name, other] in APART {
        let path = format!("sandboxes/{name}/requests/wait");
        let mut open = Open::beside(&server, other).await;
        open.ask("POST", name, "requests/wait", &endless()).await;
        let waits = waiting(&server, &path, 99).await; // with the one above they have all places
        drop(open);
        eventually(|| has_room(&server, &path)).await;
        waits.iter().for_each(JoinHandle::abort);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_hangs_up_ends_their_walk_on_another_thread() {
    let is_silent = Arc::new(AtomicBool::new(true));
    let receiver = holding(&is_silent).await;
    let server = server_with_threads().await;
    for [name, other] in APART {
        let walks = async || {
            let answer = send(server.address(), request("POST", &format!("/__admin/sandboxes/{name}/clock/freeze"), &Json::Null)).await;
            answer.status == 409 && answer.json()["code"] == "advance_in_progress"
        };
        let url = json!({"webhook_url": receiver.url()});
        admin(&server, "PATCH", &format!("sandboxes/{name}/accounts/quantum-payouts/default"), &url).await;
        let paid = if name == "default" { perform(&server, "A").await } else { perform_in(&server, name, "A").await };
        assert_eq!(paid.status, 200);
        // Who sends nothing more may still read.
        let mut open = Open::beside(&server, other).await;
        open.ask("POST", name, "clock/advance", &json!({"by": "1h"})).await;
        eventually(walks).await;
        open.0.shutdown().await.expect("half closed");
        let (head, body) = open.answer().await;
        assert!(head.starts_with("HTTP/1.1 200") && body.contains("\"incomplete\":true"), "{head}{body}");
        assert!(!walks().await);
        // Who resets the connection is gone.
        let mut open = Open::beside(&server, other).await;
        open.ask("POST", name, "clock/advance", &json!({"by": "1h"})).await;
        eventually(walks).await;
        open.0.set_zero_linger().expect("set");
        drop(open);
        eventually(async || !walks().await).await;
    }
    is_silent.store(false, Ordering::Release);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_of_all_threads_arrive() {
    let receiver = Receiver::always(200).await;
    let server = server_with_threads().await;
    let url = json!({"webhook_url": receiver.url()});
    for (number, name) in ["default", "a", "b", "c"].iter().enumerate() {
        admin(&server, "PATCH", &format!("sandboxes/{name}/accounts/quantum-payouts/default"), &url).await;
        let mut open = Open::to(&server).await;
        open.send(&payout(name, number)).await;
        is_from(name, &open.answer().await, number);
        let walked = admin(&server, "POST", &format!("sandboxes/{name}/clock/advance"), &json!({"by": "1d"})).await;
        let deliveries = walked["deliveries"].as_array().expect("a list");
        assert!(!deliveries.is_empty() && deliveries.iter().all(|it| it["status"] == 200), "{walked}");
    }
    server.stop().await;
}

/// The server's further threads gather answers: a runtime of the test's own does not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i22_answers_that_leave_together_are_each_their_own() {
    let server = server_with_threads().await;
    let mut open = Vec::new();
    for _ in 0..12 {
        open.push(Open::beside(&server, "a").await);
    }
    for round in 0..20 {
        for (at, it) in open.iter_mut().enumerate() {
            it.send(&payout("a", round * 100 + at)).await;
        }
        for (at, it) in open.iter_mut().enumerate() {
            is_from("a", &it.answer().await, round * 100 + at);
        }
    }
    // One of them is cut, and one stays open: the others get their answers nevertheless.
    open[0].send(b"GET /s/a/__admin/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n").await;
    let cut = String::from_utf8(payout("a", 9_000)).expect("a text").replacen("\r\n", "\r\nPlaymoney-Fault: connection_reset\r\n", 1);
    open[1].send(cut.as_bytes()).await;
    for (at, it) in open.iter_mut().enumerate().skip(2) {
        it.send(&payout("a", 9_000 + at)).await;
    }
    for (at, it) in open.iter_mut().enumerate().skip(2) {
        is_from("a", &it.answer().await, 9_000 + at);
    }
    let Open(cut, seen) = &mut open[1];
    assert!(cut.read_buf(seen).await.is_err(), "it was reset");
    let Open(stream, seen) = &mut open[0];
    assert!(0 < stream.read_buf(seen).await.expect("a head") && seen.starts_with(b"HTTP/1.1 200"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_always_has_a_further_request_does_not_keep_the_server_from_ending() {
    let server = server_with_threads().await;
    let Open(stream, _) = Open::beside(&server, "a").await;
    let (mut reader, mut writer) = stream.into_split();
    let request = b"GET /s/a/__admin/clock HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
    let writing = tokio::spawn(async move { while writer.write_all(&request).await.is_ok() {} });
    let mut seen = Vec::new();
    while seen.len() < 100_000 {
        reader.read_buf(&mut seen).await.expect("answers");
    }
    let reading = tokio::spawn(async move {
        while reader.read_buf(&mut seen).await.is_ok_and(|it| 0 < it) {
            let spare = seen.len().saturating_sub(10_000);
            seen.drain(..spare);
        }
        String::from_utf8_lossy(&seen).into_owned()
    });
    server.stop().await;
    let last = tokio::time::timeout(Duration::from_secs(30), reading).await.expect("the connection ends").expect("it is read");
    let head = last.rfind("HTTP/1.1 200").map(|at| &last[at..]).expect("a last answer");
    assert!(head.contains("Connection: close\r\n"), "the connection was cut behind {head}");
    writing.abort();
}
