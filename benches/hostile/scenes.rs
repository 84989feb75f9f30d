//! The attacks. Each is what one caller, receiver or tenant can do with the public interface alone.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::time::Duration;

use super::client::Client;
use super::merchant;
use super::receivers::{Manner, listen};
use super::server::Server;

pub struct Scene {
    pub name: &'static str,
    /// How many files the server may open.
    pub descriptors: Option<u32>,
    /// The sum of the bounds of `ARCHITECTURE.md` that the scene fills, in MiB.
    pub bounds_mib: u64,
    /// What happens before the healthy client comes.
    pub prepare: fn(&Server),
    pub play: fn(&Server),
}

const fn scene(name: &'static str, bounds_mib: u64, play: fn(&Server)) -> Scene {
    Scene { name, descriptors: None, bounds_mib, prepare: |_| (), play }
}

/// The log, and the history, which keeps the same requests.
const LOG_MIB: u64 = 32 + 64;
/// Pending deliveries.
const OWED_MIB: u64 = 128;
const INBOX_MIB: u64 = 8;
/// Ten thousand rows in each of its two lists.
const REPORT_MIB: u64 = 8;
/// A saved state, which is the largest answer.
const STATE_MIB: u64 = 256;
/// The journal as an answer.
const JOURNAL_MIB: u64 = 64;
/// Bodies that are being read, or answers that wait to be read.
const WAITING_MIB: u64 = 64 + 256;
/// What 500 connections read into: each has the bound of a head.
const BUFFERS_MIB: u64 = 32;
/// What all objects may take.
const OBJECTS_MIB: u64 = 256;
/// Of that, what ten thousand payouts and ten thousand charges take.
const PAYOUTS_MIB: u64 = 6;
const CHARGES_MIB: u64 = 8;

pub const SCENES: &[Scene] = &[
    scene("colons", LOG_MIB, colons),
    scene("patterns", LOG_MIB, patterns),
    Scene { descriptors: Some(1_024), ..scene("idle connections", 0, idle_connections) },
    scene("long answers", LOG_MIB + OWED_MIB + INBOX_MIB + REPORT_MIB + PAYOUTS_MIB + STATE_MIB, long_answers),
    scene("fast clock", LOG_MIB + 2 * PAYOUTS_MIB + REPORT_MIB, fast_clock),
    scene("long walk", LOG_MIB + 2 * PAYOUTS_MIB + REPORT_MIB, long_walk),
    scene("interim answers", 0, interim_answers),
    scene("endless heads", 0, endless_heads),
    Scene { descriptors: Some(256), ..scene("webhooks take all descriptors", 0, hanging_receivers) },
    scene("withheld bodies", WAITING_MIB + BUFFERS_MIB, withheld_bodies),
    scene("bodies that end together", LOG_MIB + WAITING_MIB + BUFFERS_MIB, bodies_that_end_together),
    Scene {
        prepare: |it| payouts(it, 0..20_000),
        ..scene("unread answers", LOG_MIB + 2 * PAYOUTS_MIB + WAITING_MIB + 2 * JOURNAL_MIB, unread_answers)
    },
    Scene { prepare: charges, ..scene("large state", LOG_MIB + 20 * CHARGES_MIB + STATE_MIB, large_state) },
    scene("full log", LOG_MIB, full_log),
    scene("full outbox", LOG_MIB + OWED_MIB + INBOX_MIB + REPORT_MIB + 5 * PAYOUTS_MIB, full_outbox),
    scene("large objects", LOG_MIB + OBJECTS_MIB, large_objects),
];

const YAML: &str = "content-type: application/yaml\r\n";
const BEARER: &str = "authorization: Bearer qm_test_token\r\ncontent-type: application/json\r\n";

/// Texts of one short piece repeated, as long as a scenario may be.
fn colons(server: &Server) {
    for piece in [":", ":-?", "a:a:a:", "-:", "?:", "!:", "&:", "*:", "{", "[", "- ", "? ", "\"", "'", "a: &a ", "| ", "%", "\t:"] {
        let text = piece.repeat(1_000_000 / piece.len());
        let answer = server.client().send("POST", "/__admin/scenario", YAML, text.as_bytes()).expect("an answer");
        assert_eq!(answer.status / 100, 4, "`{piece}` repeated: {}", answer.status);
    }
}

/// Patterns with nested counts against a text of a million letters.
fn patterns(server: &Server) {
    let patterns = [
        "(?:(?:(?:a{0,8}){0,8}){0,8}){0,8}b",
        ".{0,900}b",
        "a{0,500}a{0,500}b",
        "[a-z]{0,900}b",
        "(?:a{0,30}){0,30}b",
        "(?:a?){400}a{400}b",
        "(?:a.{0,40}){0,10}b",
        "(?:a{0,20}){0,20}b",
    ];
    for pattern in patterns {
        let when = serde_json::json!({"body": {"description": {"matches": pattern}}});
        let rule = serde_json::json!({"on": "quantum-payouts.createPayout", "when": when, "then": {"status": 200}});
        let status = server.control("rules", &rule.to_string()).status;
        assert!(status == 201 || status == 422, "`{pattern}`: {status}");
    }
    let body = serde_json::json!({"orderNumber": "o", "amount": 100, "description": "a".repeat(1_000_000)}).to_string();
    for _ in 0..20 {
        let target = "/quantum-payouts/api/v1/createPayout";
        server.client().send("POST", target, BEARER, body.as_bytes()).expect("an answer");
    }
}

/// More connections than the server may open files; the webhook of a healthy merchant is due meanwhile.
fn idle_connections(server: &Server) {
    let url = listen(Manner::Status(200));
    server.set("quantum-payouts/default", &format!(r#"{{"webhook_url":"{url}"}}"#));
    let held: Vec<TcpStream> = (0..1_100).filter_map(|_| TcpStream::connect(server.address).ok()).collect();
    std::thread::sleep(Duration::from_secs(2));
    payout(&mut server.client(), 1);
    let told = server.client().control("clock/advance", r#"{"by":"0s"}"#).expect("an answer");
    let told = String::from_utf8_lossy(&told.body).into_owned();
    assert!(told.contains(r#""status":200"#) && !told.contains("refused"), "the webhook arrives: {told}");
    drop(held);
}

/// A state, a list of deliveries and a journal of many MiB, asked for at once.
fn long_answers(server: &Server) {
    tell_failing_inbox(server);
    payouts(server, 0..12_000);
    walk(server, r#"{"by":"8h"}"#);
    for path in ["deliveries", "state", "requests", "accounts", "openapi/cryptopay.json"] {
        let answer = server.control(path, "");
        assert_eq!(answer.status, 200, "{path}");
    }
}

/// A clock at a million times its speed, with many timers under way.
fn fast_clock(server: &Server) {
    payouts(server, 0..20_000);
    server.control("clock/scale", r#"{"rate":1000000}"#);
    std::thread::sleep(Duration::from_secs(3));
}

fn long_walk(server: &Server) {
    payouts(server, 0..20_000);
    walk(server, r#"{"by":"8h"}"#);
}

fn interim_answers(server: &Server) {
    receivers(server, 30, Manner::Floods);
}

fn endless_heads(server: &Server) {
    receivers(server, 30, Manner::EndlessHead);
    receivers(server, 30, Manner::Hangs);
}

/// More webhooks under way than the server may open files.
fn hanging_receivers(server: &Server) {
    receivers(server, 300, Manner::Hangs);
}

/// A webhook to each of these receivers, which never end their answers.
fn receivers(server: &Server, count: u64, manner: Manner) {
    let mut merchant = server.client();
    for n in 0..count {
        let url = listen(manner);
        server.set("quantum-payouts/default", &format!(r#"{{"webhook_url":"{url}"}}"#));
        payout(&mut merchant, n);
    }
    std::thread::sleep(Duration::from_secs(3));
}

/// Bodies whose last byte does not come.
fn withheld_bodies(server: &Server) {
    let open = send_but_last(server, &vec![b' '; 1_000_000]);
    std::thread::sleep(Duration::from_secs(1));
    drop(open);
}

/// Bodies with many values, whose last bytes come at the same time.
fn bodies_that_end_together(server: &Server) {
    let body = format!(r#"{{"orderNumber":"o","amount":100,"description":"d","more":[{}0]"#, "0,".repeat(499_960));
    let mut open = send_but_last(server, body.as_bytes());
    for it in &mut open {
        _ = it.write_all(b"}");
    }
    for mut it in open {
        _ = it.set_read_timeout(Some(Duration::from_secs(60)));
        _ = it.read(&mut [0; 1_024]);
    }
}

/// Connections that have sent a request but for the last byte of its body.
fn send_but_last(server: &Server, body: &[u8]) -> Vec<TcpStream> {
    let head = format!(
        "POST /quantum-payouts/api/v1/createPayout HTTP/1.1\r\nhost: {}\r\n{BEARER}content-length: {}\r\n\r\n",
        server.address,
        body.len() + 1
    );
    let send = |_| {
        let mut stream = TcpStream::connect(server.address).ok()?;
        stream.set_write_timeout(Some(Duration::from_millis(500))).ok()?;
        stream.write_all(head.as_bytes()).ok()?;
        _ = stream.write_all(body);
        Some(stream)
    };
    (0..500).filter_map(send).collect()
}

/// Callers who ask for the longest answers and read nothing of them.
fn unread_answers(server: &Server) {
    let ask = |_| {
        let mut stream = TcpStream::connect(server.address).ok()?;
        write!(stream, "GET /__admin/requests HTTP/1.1\r\nhost: {}\r\n\r\n", server.address).ok()?;
        Some(stream)
    };
    let open: Vec<TcpStream> = (0..40).filter_map(ask).collect();
    std::thread::sleep(Duration::from_secs(20));
    drop(open);
}

/// A sandbox with many objects.
fn charges(server: &Server) {
    let mut client = server.client();
    for n in 0..200_000 {
        send(&mut client, &merchant::qbitpay("charges", merchant::charge(n)));
    }
}

/// What takes a copy of that sandbox, and documents that are long.
fn large_state(server: &Server) {
    for path in ["state", "accounts", "openapi/qbitpay.json", "openapi.json", "state"] {
        let answer = server.control(path, "");
        assert_eq!(answer.status, 200, "{path}");
        charges_after(server);
    }
}

/// Charges after a copy: they share nothing with it.
fn charges_after(server: &Server) {
    let mut client = server.client();
    for n in 0..2_000 {
        send(&mut client, &merchant::qbitpay("charges", merchant::charge(n)));
    }
}

/// The log, filled with the smallest requests.
fn full_log(server: &Server) {
    let mut merchant = server.client();
    for _ in 0..200_000 {
        merchant.send("GET", "/quantum-payouts/api/v1/features", BEARER, b"").expect("an answer");
    }
}

/// The outbox, filled with webhooks that fail until they are given up.
fn full_outbox(server: &Server) {
    tell_failing_inbox(server);
    for round in 0..5 {
        payouts(server, round * 10_000..(round + 1) * 10_000);
        walk(server, r#"{"by":"8h"}"#);
    }
}

/// Orders with the longest texts that are taken.
fn large_objects(server: &Server) {
    server.set("cryptopay/default", r#"{"rate_limit":"off"}"#);
    let info = "a".repeat(10_000);
    let mut client = server.client();
    for n in 0..20_000_u64 {
        let body = serde_json::json!({"amount": "1", "currency": "USDC", "blockchain": "ethereum", "order_info": info, "nonce": n + 1});
        send(&mut client, &merchant::cryptopay("payment-orders/", body.to_string()));
    }
}

fn send(client: &mut Client, asked: &merchant::Asked) {
    let own = asked.headers.iter().filter(|it| !["content-length", "host"].contains(&it.0));
    let headers = own.fold(String::new(), |all, (name, value)| all + name + ": " + value + "\r\n");
    client.send("POST", &asked.target, &headers, asked.body.as_bytes()).expect("an answer");
}

/// Every webhook goes to an inbox that answers 500, so that none leaves the process and each is tried until the end.
fn tell_failing_inbox(server: &Server) {
    server.set("quantum-payouts/default", r#"{"webhook_url":"http://f.inbox.playmoney.test/x","rate_limit":"off"}"#);
    let target = "/__admin/inbox/f/script";
    server.client().send("PUT", target, "content-type: application/json\r\n", br#"{"respond":[500]}"#).expect("an answer");
}

fn payouts(server: &Server, numbers: Range<u64>) {
    let mut merchant = server.client();
    for n in numbers {
        payout(&mut merchant, n);
    }
}

fn payout(merchant: &mut Client, n: u64) {
    let body = format!(r#"{{"orderNumber":"o{n}","amount":100,"description":"d","target":{{"pan":"4111111111111111"}}}}"#);
    merchant.send("POST", "/quantum-payouts/api/v1/performPayout", BEARER, body.as_bytes()).expect("an answer");
}

/// Advances until the walk is complete.
fn walk(server: &Server, how: &str) {
    for _ in 0..100 {
        let told = server.control("clock/advance", how);
        if !String::from_utf8_lossy(&told.body).contains(r#""incomplete":true"#) {
            return;
        }
    }
}
