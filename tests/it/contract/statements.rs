//! Every statement of the documents that are all there is of each provider: how it is reached, and that it holds.

use std::collections::BTreeMap;

use playmoney::Server;
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use crate::net::{admin, raw, server};
use crate::tape::Tape;

mod cryptopay;
mod qbitpay;
mod quantapay;
mod quantum_payouts;
mod quoine;

/// By which means a statement is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    /// Any client does so.
    Call,
    /// A setting of the account.
    Setting,
    /// What a customer, a bank or a chain does.
    Action,
    /// A rule, or the header Playmoney-Fault: no input can mean it.
    Rule,
    /// Time passes.
    Time,
    /// The provider's own host, without the slug: a request to a server, in place of a tape.
    Host,
    /// It cannot be reached: a decision with this text says what happens instead.
    Decision(&'static str),
}

/// One statement: its number, its content in short, how it is reached, a tape that reaches it, and what the tape then shows.
struct Row(u32, &'static str, By, &'static str, &'static [&'static str]);

/// What was seen, without the line breaks of the log, in small letters: names of headers have any case.
fn seen(tape: &str) -> String {
    let mut shop = Tape::shop();
    shop.play(tape);
    shop.log.lines().map(str::trim).collect::<Vec<_>>().join("").to_lowercase()
}

/// Plays the rows of a document; how many are reached by each means.
fn hold(slug: &str, rows: &[Row], count: u32) -> BTreeMap<&'static str, usize> {
    let numbers: Vec<u32> = rows.iter().map(|it| it.0).collect();
    assert_eq!(numbers, (1..=count).collect::<Vec<_>>(), "{slug}: every statement has its row");
    let contract = crate::asking::contract(slug);
    let (mut means, mut wrong) = (BTreeMap::new(), Vec::new());
    for Row(number, says, by, tape, shows) in rows {
        let word = match by {
            By::Call => "call",
            By::Setting => "setting",
            By::Action => "action",
            By::Rule => "rule",
            By::Time => "time",
            By::Host => "host",
            By::Decision(question) => {
                assert!(contract.decisions.iter().any(|it| it.question == *question), "{slug} {number}: no decision asks {question}");
                "decision"
            }
        };
        *means.entry(word).or_default() += 1;
        assert!(!shows.is_empty(), "{slug} {number} shows nothing");
        if *by == By::Host {
            continue;
        }
        let log = if tape.is_empty() { String::new() } else { seen(tape) };
        let missing = shows.iter().filter(|it| !log.contains(&it.to_lowercase()));
        wrong.extend(missing.map(|it| format!("{slug} {number}, {says}: `{it}` is not in\n{log}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    means
}

const DOCUMENTS: &[(&str, &[Row], u32)] = &[
    ("quantapay", quantapay::ROWS, 20),
    ("qbitpay", qbitpay::ROWS, 40),
    ("cryptopay", cryptopay::ROWS, 40),
    ("quantum-payouts", quantum_payouts::ROWS, 72),
    ("quoine", quoine::ROWS, 46),
];

#[test]
fn every_statement_is_reached_and_holds() {
    let mut told = String::new();
    for &(slug, rows, count) in DOCUMENTS {
        let means: Vec<String> = hold(slug, rows, count).iter().map(|(word, count)| format!("{word} {count}")).collect();
        told += &[slug, ": ", &means.join(", "), "\n"].concat();
    }
    crate::tape::snapshot("contract/statements", &told);
}

/// Sends a request without a body and without credentials; the answer as text.
async fn asked(server: &Server, host: &str, call: &str) -> String {
    let text = format!("{call} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    raw(server.address(), text.as_bytes()).await
}

#[tokio::test]
async fn the_addresses_of_the_documents_reach_their_provider() {
    let server = server(Start::default()).await;
    for (slug, rows, _) in DOCUMENTS {
        for Row(number, says, _, call, shows) in rows.iter().filter(|it| it.2 == By::Host) {
            let (host, call) = call.split_once(' ').expect("a host and a call");
            let answer = asked(&server, host, call).await;
            assert!(shows.iter().all(|it| answer.contains(it)), "{slug} {number}, {says}: {answer}");
        }
        for host in crate::asking::contract(slug).hosts {
            let answer = asked(&server, host, "GET /nothing").await;
            assert!(!answer.contains("HTTP/1.1 421"), "{host}: {answer}");
            let journal = admin(&server, "GET", "requests", &Json::Null).await;
            let last = journal["requests"].as_array().and_then(|it| it.last()).expect("a request");
            assert_eq!((&last["provider"], &last["request"]["path"]), (&json!(slug), &json!("/nothing")), "{host}");
        }
    }
}
