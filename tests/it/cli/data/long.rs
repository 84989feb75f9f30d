//! A server that has heard much: its log has many files, old ones go, and it comes back as it was.

use std::collections::BTreeMap;
use std::path::Path;

use playmoney::inside::edge::keeping::disk::Sizes;
use playmoney::inside::edge::{Config, Server};
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use super::Folder;
use crate::net::{Answer, admin, payout, request, send};

const FILE_BYTES: u64 = 64 * 1024;
const LOG_BYTES: u64 = 512 * 1024;
/// Sandboxes, `default` among them; the last is used once and never again.
const NAMES: [&str; 4] = ["default", "one", "two", "rests"];

async fn server(folder: &Path) -> Server {
    let data_sizes = Sizes { file_bytes: FILE_BYTES, log_bytes: LOG_BYTES };
    Server::start(Config { data: Some(folder.to_owned()), data_sizes, ..Config::default() }).await.expect("it starts")
}

async fn ask(server: &Server, name: &str, (method, path, body): (&str, &str, &Json)) -> Answer {
    let mut request = request(method, &format!("/s/{name}/{path}"), body);
    let token = if name == "default" { "Bearer qm_test_token".to_owned() } else { format!("Bearer qm_test_token_{name}") };
    request.headers_mut().insert("authorization", token.parse().expect("a header"));
    request.headers_mut().insert("host", "localhost".parse().expect("a host"));
    send(server.address(), request).await
}

/// A server, and one that keeps nothing, which hear the same.
struct Twins(Server, Server);

impl Twins {
    async fn ask(&self, name: &str, what: (&str, &str, &Json)) {
        let (own, other) = tokio::join!(ask(&self.0, name, what), ask(&self.1, name, what));
        assert_eq!((own.status, own.json()), (other.status, other.json()), "{name}: {} {}", what.0, what.1);
        assert!(own.status < 500, "{}", String::from_utf8_lossy(&own.body));
    }

    async fn pay(&self, name: &str, number: usize) {
        let mut payout = payout(&format!("order-{number}"));
        payout["description"] = json!("x".repeat(3_000));
        self.ask(name, ("POST", "quantum-payouts/api/v1/performPayout", &payout)).await;
    }

    async fn are_the_same(&self) {
        for name in NAMES {
            self.ask(name, ("GET", "__admin/requests?limit=100000", &Json::Null)).await;
            self.ask(name, ("GET", "__admin/state", &Json::Null)).await;
        }
    }
}

/// The bytes of all files of the log.
fn log_bytes(folder: &Folder) -> u64 {
    // One can be removed meanwhile.
    folder.logs().iter().filter_map(|it| std::fs::metadata(it).ok()).map(|it| it.len()).sum()
}

#[tokio::test]
async fn old_files_of_a_log_go_and_the_sandboxes_come_back_as_their_twins_are() {
    let mut folder = Folder::new("long");
    let mut twins = Twins(server(&folder.0).await, crate::net::server(Start::default()).await);
    for name in &NAMES[1..] {
        for it in [&twins.0, &twins.1] {
            assert_eq!(admin(it, "POST", "sandboxes", &json!({"name": name, "seed": 7})).await["name"], **name);
        }
    }
    twins.pay("rests", 0).await;
    let (mut most, mut files, mut database, mut number) = (0, 0, 0, 0);
    for round in 0..3 {
        for _ in 0..250 {
            twins.pay(NAMES[number % 3], number).await;
            number += 1;
            most = most.max(log_bytes(&folder));
            files = files.max(folder.logs().len());
            database = database.max(std::fs::metadata(folder.0.join("snapshots.redb")).expect("a file").len());
        }
        twins.are_the_same().await;
        let oldest = folder.logs().swap_remove(0);
        assert_ne!(oldest.file_name().and_then(|it| it.to_str()), Some("inputs-0000000001.log"), "round {round}: it was removed");
        let Twins(own, other) = twins;
        // By turns as after SIGTERM, with snapshots at the end, and as after a crash.
        if round % 2 == 0 {
            own.stop().await;
        } else {
            let copy = Folder::new("long-copy");
            crashed(&folder, &copy).await;
            own.stop().await;
            folder = copy;
        }
        twins = Twins(server(&folder.0).await, other);
        twins.are_the_same().await;
    }
    println!("log: {most} bytes in {files} files at most, database: {database} bytes");
    let written = 4_000 * u64::try_from(number).expect("a number");
    assert!(LOG_BYTES * 4 < written && 4 < files);
    assert!(most < LOG_BYTES * 2, "{most} bytes of {written}");
    assert!(database < 16 * 1024 * 1024, "{database} bytes");
}

/// What a crash would leave of a folder, whose server rests.
async fn crashed(of: &Folder, to: &Folder) {
    let files = || {
        let all = std::fs::read_dir(&of.0).expect("a folder").map(|it| it.expect("a file").path());
        all.map(|it| (it.file_name().expect("a name").to_owned(), std::fs::read(&it).expect("a file"))).collect::<BTreeMap<_, _>>()
    };
    // A snapshot may still be written.
    let mut before = files();
    loop {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let now = files();
        if before == now {
            break;
        }
        before = now;
    }
    std::fs::create_dir_all(&to.0).expect("a folder");
    for (name, bytes) in before {
        std::fs::write(to.0.join(name), bytes).expect("it can be written");
    }
}
