//! `playmoney capsule` and `run --capsules`: a history leaves one process, and is the same in another.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use playmoney::inside::engine::clock::{Mode, Rate};
use playmoney::inside::engine::start::Start;
use playmoney::inside::sandbox::history::Capsule;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::PLAYMONEY;
use super::clients::command;
use crate::net::{Receiver, admin, perform, request, send, server};

/// An empty folder for one test.
fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("a folder");
    path
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PLAYMONEY).current_dir(folder).args(arguments).stdin(Stdio::null()).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// Saves the history of that sandbox of a server.
async fn save(url: &str, file: &Path, sandbox: &str) -> Output {
    let file = file.to_str().expect("text");
    command(url, &["capsule", "save", file, "--sandbox", sandbox]).output().await.expect("it runs")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_with_a_real_receiver_is_played_again_without_it() {
    let folder = folder("capsule-receiver");
    let file = folder.join("failed.capsule");
    let receiver = Receiver::always(503).await;
    let webhook_url = Some(format!("http://{}/hooks", receiver.address));
    let server = server(Start { webhook_url, ..Start::default() }).await;
    perform(&server, "A").await;
    admin(&server, "POST", "clock/advance", &json!({"by": "2m"})).await;
    let deliveries = admin(&server, "GET", "deliveries", &Json::Null).await;
    assert!(deliveries["deliveries"][0]["attempts"].as_array().is_some_and(|it| 1 < it.len()), "{deliveries}");
    let saved = save(&server.base_url(), &file, "default").await;
    assert_eq!(saved.status.code(), Some(0), "{}", text(&saved.stderr));
    drop(receiver);
    server.stop().await;

    let replayed = run(&folder, &["capsule", "replay", "failed.capsule"]);
    assert_eq!(replayed.status.code(), Some(0), "{}", text(&replayed.stderr));
    let told = text(&replayed.stdout);
    assert!(told.starts_with("same: ") && told.ends_with("; the clock stands at 2026-01-01T00:02:00Z\n"), "{told}");
    let shown = text(&run(&folder, &["capsule", "show", "failed.capsule"]).stdout);
    for line in ["POST /quantum-payouts/api/v1/performPayout", "the webhook dlv-1 attempt 1: 503", "POST /__admin/clock/advance"] {
        assert!(shown.contains(line), "{shown}");
    }
    let first: Json =
        serde_json::from_slice(&run(&folder, &["capsule", "replay", "failed.capsule", "--until", "1", "--json"]).stdout).expect("JSON");
    assert_eq!((&first["same"], &first["inputs"], &first["now"]), (&json!(true), &json!(1), &json!("2026-01-01T00:00:00Z")));
    let all: Json =
        serde_json::from_slice(&run(&folder, &["capsule", "replay", "failed.capsule", "--until", "9999", "--json"]).stdout).expect("JSON");
    assert!(2 < all["inputs"].as_u64().expect("a number"), "past the end is the end: {all}");

    let mut damaged = std::fs::read(&file).expect("a file");
    let place = damaged.len() / 2;
    damaged[place] ^= 1;
    std::fs::write(folder.join("damaged.capsule"), damaged).expect("written");
    for arguments in [&["capsule", "replay", "damaged.capsule"], &["capsule", "show", "damaged.capsule"]] {
        let refused = run(&folder, arguments);
        let told = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{told}");
        assert!(told.starts_with("playmoney: damaged.capsule cannot be used: byte ") && told.contains("checksum"), "{told}");
    }
    assert_eq!(run(&folder, &["capsule", "replay", "absent.capsule"]).status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_is_served_again_as_it_was() {
    let folder = folder("capsule-served");
    let file = folder.join("two.capsule");
    let server = server(Start::default()).await;
    admin(&server, "POST", "sandboxes", &json!({"name": "checkout-7", "seed": 7})).await;
    for number in ["A", "B"] {
        let mut call = request("POST", "/s/checkout-7/quantum-payouts/api/v1/performPayout", &crate::net::payout(number));
        call.headers_mut().insert("authorization", "Bearer qm_test_token_checkout-7".parse().expect("a header"));
        assert_eq!(send(server.address(), call).await.status, 200);
    }
    assert_eq!(save(&server.base_url(), &file, "checkout-7").await.status.code(), Some(0));
    let mut serving = command("", &["capsule", "replay", file.to_str().expect("text"), "--until", "1", "--serve", "--port", "0"]);
    let mut serving = serving.stdout(Stdio::piped()).spawn().expect("it runs");
    let mut lines = BufReader::new(serving.stdout.take().expect("a pipe")).lines();
    let mut told: Vec<String> = Vec::new();
    let address: std::net::SocketAddr = loop {
        let line = lines.next_line().await.expect("text").expect("it serves");
        if line.starts_with("Playmoney ") {
            assert!(line.ends_with("(seed 7, clock frozen, from 2026-01-01T00:00:00Z)"), "{line}");
            break line.split([' ', '/']).find_map(|it| it.parse().ok()).expect("an address");
        }
        told.push(line);
    };
    assert!(told[0].starts_with("same: 1 of "), "{told:?}");
    let mut greeting = Vec::new();
    while greeting.last().is_none_or(|it: &String| !it.starts_with("dashboard ")) {
        greeting.push(lines.next_line().await.expect("text").expect("a greeting"));
    }
    let key = "  token           qm_test_token";
    assert!(greeting.iter().any(|it| it == key), "{greeting:?}");
    let listed = send(address, request("GET", "/__admin/objects?provider=quantum-payouts", &Json::Null)).await.json();
    let subjects: Vec<&str> = listed["objects"].as_array().expect("a list").iter().filter_map(|it| it["subject"].as_str()).collect();
    assert_eq!(subjects, ["A"], "{listed}");
    let clock = send(address, request("GET", "/__admin/clock", &Json::Null)).await.json();
    assert_eq!((&clock["mode"], &clock["now"]), (&json!("frozen"), &json!("2026-01-01T00:00:00Z")));
    let advanced = send(address, request("POST", "/__admin/clock/advance", &json!({"by": "1h"}))).await.json();
    assert_eq!(advanced["now"], "2026-01-01T01:00:00Z");
    assert_eq!(send(address, request("GET", "/__admin/capsule", &Json::Null)).await.status, 200, "it has a history of its own");
    serving.kill().await.expect("it ends");

    let mut serving = command("", &["capsule", "replay", file.to_str().expect("text"), "--serve", "--port", "0", "--json"]);
    let mut serving = serving.stdout(Stdio::piped()).spawn().expect("it runs");
    let mut lines = BufReader::new(serving.stdout.take().expect("a pipe")).lines();
    let document: Json = serde_json::from_str(&lines.next_line().await.expect("text").expect("a line")).expect("JSON");
    assert_eq!((&document["same"], &document["serving"]["admin_token"]), (&json!(true), &Json::Null));
    let base_url = document["serving"]["base_url"].as_str().expect("a URL");
    let address = base_url.trim_start_matches("http://").parse().expect("an address");
    assert_eq!(send(address, request("GET", "/__admin/health", &Json::Null)).await.status, 200);
    assert_eq!(document["serving"]["env"]["QUANTUM_PAYOUTS_TOKEN"], "qm_test_token");
    serving.kill().await.expect("it ends");
    assert_eq!(lines.next_line().await.expect("text"), None, "the document is all that it prints");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_a_capsule_can_be_used() {
    let folder = folder("capsule-said");
    let server = server(Start::default()).await;
    let file = folder.join("one.capsule");
    let saved = text(&save(&server.base_url(), &file, "default").await.stdout);
    assert!(saved.ends_with("one.capsule: 1 input of the sandbox default\n"), "{saved}");
    let same = text(&run(&folder, &["capsule", "replay", "one.capsule"]).stdout);
    assert!(same.starts_with("same: 1 input, hash "), "{same}");
    admin(&server, "POST", "clock/advance", &json!({"by": "2h"})).await;
    perform(&server, "B").await;
    save(&server.base_url(), &file, "default").await;
    let shown: Json = serde_json::from_slice(&run(&folder, &["capsule", "show", "one.capsule", "--json"]).stdout).expect("JSON");
    let inputs = shown["inputs"].as_array().expect("a list");
    for (place, it) in inputs.iter().enumerate() {
        let until = (place + 1).to_string();
        let replayed = run(&folder, &["capsule", "replay", "one.capsule", "--until", &until, "--json"]).stdout;
        let replayed: Json = serde_json::from_slice(&replayed).expect("JSON");
        assert_eq!(it["now"], replayed["now"], "{it}");
    }
    assert_eq!(inputs.last().map(|it| &it["now"]), Some(&json!("2026-01-01T02:00:00Z")));
    let shown = text(&run(&folder, &["capsule", "show", "one.capsule"]).stdout);
    assert!(shown.contains("  2026-01-01T02:00:00Z  POST /quantum-payouts/"), "{shown}");
    for flag in [&["--listen", "127.0.0.1:0"], &["--port", "0"]] {
        let refused = run(&folder, &[&["capsule", "replay", "one.capsule"], &flag[..]].concat());
        assert_eq!((refused.status.code(), text(&refused.stderr).contains("--serve")), (Some(2), true), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i7_calls_from_all_sides_on_a_running_clock_are_played_again() {
    let receiver = Receiver::always(500).await;
    let webhook_url = Some(format!("http://{}/", receiver.address));
    let mode = Mode::Scaled(Rate::parse("60").expect("a rate"));
    let server = server(Start { webhook_url, mode, ..Start::default() }).await;
    let to = server.address();
    let client = |client: usize| async move {
        for n in 0..12 {
            let wait = json!({"operation": "quantum-payouts.performPayout", "count": 1_000, "timeout": "30ms"});
            match (client + n) % 6 {
                0 | 1 => {
                    let payout = crate::net::payout(&format!("{client}-{n}"));
                    send(to, request("POST", "/quantum-payouts/api/v1/performPayout", &payout)).await;
                }
                2 => _ = send(to, request("POST", "/__admin/clock/advance", &json!({"by": "90s"}))).await,
                3 => _ = send(to, request("POST", "/__admin/requests/wait", &wait)).await,
                4 => {
                    // It goes away before it is answered.
                    let mut stream = TcpStream::connect(to).await.expect("a server listens");
                    let body = json!({"by": "9d"}).to_string();
                    let kind = format!("content-type: application/json\r\ncontent-length: {}", body.len());
                    let head = format!("POST /__admin/clock/advance HTTP/1.1\r\nhost: {to}\r\n{kind}\r\n\r\n{body}");
                    stream.write_all(head.as_bytes()).await.expect("sent");
                    tokio::time::sleep(Duration::from_millis(3)).await;
                }
                _ => _ = send(to, request("GET", "/__admin/deliveries", &Json::Null)).await,
            }
        }
    };
    let clients: Vec<_> = (0..6).map(|it| tokio::spawn(client(it))).collect();
    for it in clients {
        it.await.expect("a client");
    }
    let file = send(to, request("GET", "/__admin/capsule", &Json::Null)).await;
    assert_eq!(file.header("content-type"), "application/vnd.playmoney.capsule");
    let capsule = Capsule::read(&file.body).expect("a capsule");
    let (replay, compared) = capsule.replay(None).expect("a beginning");
    assert_eq!(compared, Ok(()));
    assert_eq!((replay.inputs(), replay.hash()), (capsule.inputs(), capsule.hash()));
    assert!(100 < capsule.inputs(), "{}", capsule.inputs());
}

const FAILING: &str = "version: 1
steps:
  - { call: quoine.createInvoice, with: { price: '5' }, save: invoice }
  - advance: 1h
  - { call: quoine.getProfile, expect: { status: 500 } }
";

#[test]
fn a_run_saves_the_history_of_what_has_failed() {
    let folder = folder("capsule-run");
    for (name, expected) in [("bad/pays.yaml", "500"), ("good/fine.yaml", "200"), ("other/pays.yaml", "501")] {
        std::fs::create_dir_all(folder.join(name).parent().expect("a folder")).expect("a folder");
        std::fs::write(folder.join(name), FAILING.replace("status: 500", &format!("status: {expected}"))).expect("written");
    }
    let alone = run(&folder, &["run", "bad", "good", "--capsules", "kept"]);
    assert_eq!(alone.status.code(), Some(1));
    let told = text(&alone.stdout);
    assert!(told.contains("its history is in kept/pays.capsule: playmoney capsule replay kept/pays.capsule"), "{told}");
    let names = |folder: &Path| {
        let mut names: Vec<String> =
            std::fs::read_dir(folder).expect("a folder").map(|it| it.expect("a file").file_name().into_string().expect("text")).collect();
        names.sort();
        names
    };
    assert_eq!(names(&folder.join("kept")), ["pays.capsule"]);
    let replayed = run(&folder, &["capsule", "replay", "kept/pays.capsule"]);
    assert_eq!(replayed.status.code(), Some(0), "{}", text(&replayed.stdout));
    assert!(text(&replayed.stdout).ends_with("the clock stands at 2026-01-01T01:00:00Z\n"), "{replayed:?}");
    assert_eq!(run(&folder, &["run", "bad", "other", "--capsules", "both", "--repeat", "2"]).status.code(), Some(1));
    let both = ["bad-pays-seed-1.capsule", "bad-pays-seed-2.capsule", "other-pays-seed-1.capsule", "other-pays-seed-2.capsule"];
    assert_eq!(names(&folder.join("both")), both);
    for name in ["sub/a.yaml", "sub-a.yaml", "third/a.yaml", "b name.yaml"] {
        std::fs::create_dir_all(folder.join(name).parent().expect("a folder")).expect("a folder");
        std::fs::write(folder.join(name), FAILING).expect("written");
    }
    let alike = text(&run(&folder, &["run", "sub", "sub-a.yaml", "third", "b name.yaml", "--capsules", "alike"]).stdout);
    assert_eq!(names(&folder.join("alike")), ["b name.capsule", "sub-a-2.capsule", "sub-a.capsule", "third-a.capsule"]);
    for command in ["playmoney run 'b name.yaml' --seed 1", "playmoney capsule replay 'alike/b name.capsule'"] {
        assert!(alike.contains(command), "{alike}");
    }
    let served = run(&folder, &["run", "bad", "--capsules", "served", "--webhook-url", "http://127.0.0.1:9/", "--port", "0"]);
    assert_eq!(served.status.code(), Some(1), "{}", text(&served.stderr));
    let replayed = run(&folder, &["capsule", "replay", "served/pays.capsule"]);
    assert_eq!(replayed.status.code(), Some(0), "{}{}", text(&replayed.stdout), text(&replayed.stderr));
}
