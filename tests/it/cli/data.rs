//! `serve --data`: what was answered is there after the process was killed, and damage is said.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::sync::Barrier;

use super::{PLAYMONEY, Ready, Serving};
use crate::net::{Answer, Receiver, answered, connect, exchange, payout, request, send};

mod clocks;
mod full;
mod long;
mod versions;

/// A folder of the test's own, which does not exist.
struct Folder(PathBuf, AtomicU32);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("data-{name}-{}", std::process::id()));
        _ = std::fs::remove_dir_all(&path);
        Self(path, AtomicU32::new(0))
    }

    fn text(&self) -> &str {
        self.0.to_str().expect("text")
    }

    fn serve(&self, arguments: &[&str]) -> Serving {
        let name = self.0.file_name().and_then(|it| it.to_str()).expect("a name");
        let name = format!("{name}-{}", self.1.fetch_add(1, Ordering::Relaxed));
        Serving::start(&name, Path::new("."), &[&["--data", self.text(), "--clock", "frozen"], arguments].concat())
    }

    /// The files of its log, the oldest first.
    fn logs(&self) -> Vec<PathBuf> {
        let all = std::fs::read_dir(&self.0).expect("a folder").map(|it| it.expect("a file").path());
        let mut logs: Vec<PathBuf> = all.filter(|file| file.extension().is_some_and(|it| it == "log")).collect();
        logs.sort();
        logs
    }

    /// How a server ends that cannot start with it, and what it says. One that starts is killed.
    fn refused(&self) -> (Option<i32>, String) {
        let ready = Ready::new(&format!("refused-{}", self.1.fetch_add(1, Ordering::Relaxed)));
        let mut command = Command::new(PLAYMONEY);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data", self.text(), "--ready-file"]).arg(&ready.file).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
        while child.try_wait().expect("it is ours").is_none() && !ready.file.exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        _ = child.kill();
        let ended = child.wait_with_output().expect("it ends");
        (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Tells a server to stop, and waits for its end: its exit code.
fn terminate(mut serving: Serving) -> Option<i32> {
    let pid = i32::try_from(serving.child.id()).ok().and_then(rustix::process::Pid::from_raw).expect("a process");
    _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    serving.child.wait().expect("it ends").code()
}

fn address(serving: &Serving) -> SocketAddr {
    serving.base_url().trim_start_matches("http://").parse().expect("an address")
}

async fn control(serving: &Serving, method: &str, path: &str, body: &Json) -> Answer {
    send(address(serving), request(method, &format!("/__admin/{path}"), body)).await
}

async fn pay(serving: &Serving, number: &str) -> Answer {
    send(address(serving), request("POST", "/quantum-payouts/api/v1/performPayout", &payout(number))).await
}

/// The order numbers of all payouts in the journal.
async fn orders(serving: &Serving) -> BTreeSet<String> {
    let journal = control(serving, "GET", "requests?limit=100000", &Json::Null).await.json();
    let bodies = journal["requests"].as_array().expect("a list").iter().filter_map(|it| it["request"]["body"].as_str());
    let numbers = bodies.filter_map(|it| serde_json::from_str::<Json>(it).ok()?["orderNumber"].as_str().map(str::to_owned));
    numbers.collect()
}

/// Pays until the server is gone, and notes what was answered.
async fn load(to: SocketAddr, name: String, answered: Arc<Mutex<BTreeSet<String>>>, connected: Arc<Barrier>) {
    let mut connection = connect(to).await;
    connected.wait().await;
    for n in 0.. {
        let number = format!("{name}-{n}");
        let request = request("POST", "/quantum-payouts/api/v1/performPayout", &payout(&number));
        match exchange(&mut connection, to, request).await {
            Some(answer) => {
                assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
                answered.lock().expect("no panic").insert(number);
            }
            None => return,
        }
    }
}

/// How often a server is killed: `PLAYMONEY_CRASHES` replaces the number.
fn crashes() -> u64 {
    std::env::var("PLAYMONEY_CRASHES").map_or(6, |it| it.parse().expect("PLAYMONEY_CRASHES is a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_a_kill_at_any_moment() {
    let folder = Folder::new("crashes");
    let answered: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    for round in 0..crashes() {
        // The least history takes a snapshot for each 256 KiB of inputs, so that kills meet snapshots and the cutting of the log too.
        let serving = folder.serve(&["--journal-bytes", "268435456", "--history-bytes", "1048576"]);
        let there = orders(&serving).await;
        let missing: Vec<String> = answered.lock().expect("no panic").difference(&there).cloned().collect();
        assert!(missing.is_empty(), "round {round}: {missing:?}");
        let connected = Arc::new(Barrier::new(5));
        let client = |n: u64| load(address(&serving), format!("{round}-{n}"), Arc::clone(&answered), Arc::clone(&connected));
        let clients: Vec<_> = (0..4).map(|n| tokio::spawn(client(n))).collect();
        connected.wait().await;
        tokio::time::sleep(Duration::from_micros(3_000 + round * 7_919 % 60_000)).await;
        drop(serving); // SIGKILL
        for it in clients {
            it.await.expect("no client has failed");
        }
    }
    let count = answered.lock().expect("no panic").len();
    println!("{} kills, {count} answered calls", crashes());
    assert!(0 < count);
}

#[tokio::test]
async fn sandboxes_and_their_settings_come_back() {
    let folder = Folder::new("sandboxes");
    let serving = folder.serve(&["--now", "2026-01-01"]);
    for body in [json!({"name": "a", "seed": 7, "ttl": "PT30M"}), json!({"name": "gone"}), json!({}), json!({})] {
        assert_eq!(control(&serving, "POST", "sandboxes", &body).await.status, 201);
    }
    assert_eq!(control(&serving, "POST", "sandboxes/a/clock/advance", &json!({"by": "31m"})).await.status, 200);
    assert_eq!(control(&serving, "POST", "sandboxes/a/fork", &json!({"name": "b", "ttl": "1h"})).await.status, 201);
    for name in ["gone", "sandbox-2"] {
        assert_eq!(control(&serving, "DELETE", &format!("sandboxes/{name}"), &Json::Null).await.status, 200);
    }
    pay(&serving, "A").await;
    assert_eq!(control(&serving, "POST", "reset", &json!({})).await.status, 200);
    pay(&serving, "B").await;
    let list = |it: Answer| {
        let mut list = it.json();
        for it in list["sandboxes"].as_array_mut().expect("a list") {
            let it = it.as_object_mut().expect("a sandbox");
            // The latest use of a sandbox that only a list has shown is that of its latest input.
            it.retain(|name, _| !["last_used_at", "expires_at"].contains(&name.as_str()));
        }
        list
    };
    let before = list(control(&serving, "GET", "sandboxes", &Json::Null).await);
    let state = control(&serving, "GET", "state", &Json::Null).await.json();
    drop(serving);
    let serving = folder.serve(&["--seed", "99", "--now", "2030-01-01"]);
    assert_eq!(list(control(&serving, "GET", "sandboxes", &Json::Null).await), before);
    assert_eq!(control(&serving, "GET", "state", &Json::Null).await.json(), state, "what is stored counts more than flags");
    assert_eq!(orders(&serving).await, BTreeSet::from(["B".to_owned()]));
    let made = control(&serving, "POST", "sandboxes", &json!({})).await.json();
    assert_eq!((&made["name"], &made["seed"]), (&json!("sandbox-3"), &json!(99)), "the number of one that was deleted is not given out");
    let health = control(&serving, "GET", "health", &Json::Null).await.json();
    assert_eq!((&health["status"], &health["recovered"], &health["away"]), (&json!("ok"), &Json::Null, &Json::Null));
}

#[tokio::test]
async fn an_attempt_under_way_leaves_again_and_says_so() {
    let folder = Folder::new("repeated");
    let reply = |_: Json, count: usize| async move { if count == 1 { std::future::pending().await } else { answered(200) } };
    let counted = Arc::new(Mutex::new(0));
    let receiver = Receiver::start(move |event| {
        let mut count = counted.lock().expect("no panic");
        *count += 1;
        Box::pin(reply(event, *count))
    })
    .await;
    let serving = folder.serve(&["--webhook-url", &receiver.url()]);
    pay(&serving, "A").await;
    let settle = request("POST", "/__admin/act/quantum-payouts/settle", &json!({"orderNumber": "A", "status": "success"}));
    let asked =
        tokio::spawn(async move { exchange(&mut connect(address(&serving)).await, address(&serving), settle).await.map(|_| serving) });
    while receiver.arrived.lock().expect("no panic").is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    asked.abort();
    _ = asked.await; // the server was dropped with it
    let serving = folder.serve(&[]);
    let delivery = loop {
        let deliveries = control(&serving, "GET", "deliveries", &Json::Null).await.json();
        let first = deliveries["deliveries"][0].clone();
        if first["attempts"][0]["status"] == json!(200) {
            break first;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert_eq!(delivery["attempts"][0]["repeated"], json!(true), "{delivery}");
    assert_eq!(delivery["attempts"].as_array().map(Vec::len), Some(1));
    let arrived = receiver.arrived.lock().expect("no panic").clone();
    assert_eq!(arrived[0], arrived[1], "the same event again");
}

/// A folder with three payouts, whose server was killed.
async fn three(name: &str) -> Folder {
    let folder = Folder::new(name);
    let serving = folder.serve(&[]);
    for number in ["A", "B", "C"] {
        assert_eq!(pay(&serving, number).await.status, 200);
    }
    folder
}

#[tokio::test]
async fn a_damaged_end_is_cut_and_said() {
    for (name, damage) in [("cut", true), ("flipped", false)] {
        let folder = three(name).await;
        let log = folder.logs().pop().expect("a log");
        let mut bytes = std::fs::read(&log).expect("a file");
        let length = bytes.len();
        if damage {
            bytes.truncate(length - 5);
        } else {
            bytes[length - 5] ^= 0x20;
        }
        std::fs::write(&log, &bytes).expect("it can be written");
        let serving = folder.serve(&[]);
        let recovered = control(&serving, "GET", "health", &Json::Null).await.json()["recovered"].clone();
        let at = recovered["at"].as_u64().expect("a place");
        assert_eq!(recovered["file"], json!("inputs-0000000001.log"));
        assert_eq!(at + recovered["bytes"].as_u64().expect("a number"), bytes.len() as u64);
        assert!(recovered["why"].as_str().is_some_and(|it| it.contains("checksum")), "{recovered}");
        let there = orders(&serving).await;
        assert!(there.contains("A") && there.contains("B"), "only the end is gone: {there:?}");
        assert_eq!(pay(&serving, "D").await.status, 200);
        drop(serving);
        let serving = folder.serve(&[]);
        assert!(orders(&serving).await.contains("D"));
        assert_eq!(control(&serving, "GET", "health", &Json::Null).await.json()["recovered"], Json::Null);
    }
}

#[tokio::test]
async fn damage_before_the_end_is_refused_with_its_place() {
    let folder = three("damaged").await;
    let log = folder.logs().pop().expect("a log");
    let good = std::fs::read(&log).expect("a file");
    let second = good.windows(4).skip(1).position(|it| it == b"PmB1").expect("a block") + 1;
    for at in [3, second + 40, good.len() / 2] {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        std::fs::write(&log, &bytes).expect("it can be written");
        let (exit, why) = folder.refused();
        assert_eq!(exit, Some(3), "{at}: {why}");
        assert!(why.contains("inputs-0000000001.log is damaged before its end, at byte "), "{why}");
        assert_eq!(std::fs::read(&log).expect("a file"), bytes, "what is refused is not touched");
    }
    std::fs::write(&log, &good).expect("it can be written");
    let database = folder.0.join("snapshots.redb");
    let whole = std::fs::read(&database).expect("a file");
    std::fs::write(&database, &whole[..whole.len() / 3]).expect("it can be written");
    let (exit, why) = folder.refused();
    assert_eq!(exit, Some(3));
    assert!(why.contains("snapshots.redb"), "{why}");
    std::fs::write(&database, &whole).expect("it can be written");
    assert!(orders(&folder.serve(&[])).await.contains("C"));
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_refused_at_the_start() {
    let folder = Folder::new("twice");
    let serving = folder.serve(&[]);
    let (exit, why) = folder.refused();
    assert_eq!((exit, why.contains("another server uses the data folder")), (Some(3), true), "{why}");
    assert_eq!(pay(&serving, "A").await.status, 200);
    drop(serving);
    let foreign = Folder::new("foreign");
    std::fs::create_dir_all(&foreign.0).expect("a folder");
    std::fs::write(foreign.0.join("letter.txt"), "dear").expect("a file");
    let (exit, why) = foreign.refused();
    assert_eq!((exit, why.contains("is not a data folder")), (Some(3), true), "{why}");
    // The system refuses these to everybody, also to the superuser.
    for path in ["/proc/playmoney", "/dev/null/data", folder.logs()[0].to_str().expect("text")] {
        let (exit, why) = Folder(PathBuf::from(path), AtomicU32::new(0)).refused_and_kept();
        assert_eq!((exit, why.contains("the data folder ")), (Some(3), true), "{path}: {why}");
    }
}

impl Folder {
    /// As `refused`, for a path that is not the test's own.
    fn refused_and_kept(self) -> (Option<i32>, String) {
        let told = self.refused();
        std::mem::forget(self);
        told
    }
}

/// A body that fills the disk.
fn long(number: &str) -> http::Request<String> {
    request("POST", "/quantum-payouts/api/v1/performPayout", &json!({"orderNumber": number, "description": "x".repeat(500_000)}))
}

#[tokio::test]
async fn a_full_disk_refuses_what_has_to_be_kept_until_there_is_room() {
    let folder = Folder::new("full");
    let mut command = Command::new("sh");
    // A file may have 1,600 KiB: the database has 1,032 of them from its beginning. What the log has beyond is refused.
    let serve = format!(
        "trap '' XFSZ; ulimit -S -f 3200; echo $$ > {0}.pid; exec {PLAYMONEY} serve --listen 127.0.0.1:0 --data {0} --clock frozen \"$@\"",
        folder.text()
    );
    command.args(["-c", &serve, "sh"]);
    let serving = Serving::by(command, Ready::new("full"));
    let pid = std::fs::read_to_string(format!("{}.pid", folder.text())).expect("a number");
    std::fs::remove_file(format!("{}.pid", folder.text())).expect("it is there");
    assert_eq!(pay(&serving, "A").await.status, 200);
    let mut refused = None;
    for n in 0..8 {
        let answer = send(address(&serving), long(&format!("long-{n}"))).await;
        if answer.status == 503 {
            refused = Some((format!("long-{n}"), answer));
            break;
        }
    }
    let (number, answer) = refused.expect("the disk is full");
    assert_eq!((answer.header("retry-after"), answer.json()["code"].clone()), ("1", json!("not_kept")));
    assert!(answer.header("playmoney-outcome").is_empty(), "it has changed nothing");
    let late = pay(&serving, "late").await;
    assert!([200, 503].contains(&late.status), "a small call may still find room: {}", late.status);
    let raised = Command::new("prlimit").args(["--pid", pid.trim(), "--fsize=unlimited"]).status().expect("util-linux has it");
    assert!(raised.success());
    while send(address(&serving), long("more")).await.status == 503 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let there = orders(&serving).await;
    assert!(there.contains("A") && there.contains("more") && !there.contains(&number), "{there:?}");
    assert_eq!(control(&serving, "GET", "health", &Json::Null).await.json()["away"], Json::Null);
    drop(serving);
    assert_eq!(orders(&folder.serve(&[])).await, there);
}
