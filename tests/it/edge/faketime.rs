//! The file that shows the time of the default sandbox to processes under libfaketime.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use playmoney::inside::edge::{Config, Server};
use playmoney::inside::engine::clock::{Mode, Rate};
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use crate::net::{Receiver, admin, answered, eventually, perform, perform_in};

/// The second at which the frozen sandbox begins.
const BEGINS: i64 = 1_767_225_600;

fn path(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("faketime-{name}"));
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder.join("now")
}

async fn server(file: &Path, start: Start) -> Server {
    Server::start(Config { start, faketime_file: Some(file.to_owned()), ..Config::default() }).await.expect("a free port")
}

fn text(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

/// A receiver that reads the file whenever a webhook comes, and answers with that status.
async fn reading(file: &Path, status: u16) -> (Receiver, Arc<Mutex<Vec<String>>>) {
    let (file, read) = (file.to_owned(), Arc::new(Mutex::new(Vec::new())));
    let kept = Arc::clone(&read);
    let receiver = Receiver::start(move |_| {
        kept.lock().expect("no panic").push(text(&file));
        Box::pin(async move { answered(status) })
    });
    (receiver.await, read)
}

#[tokio::test]
async fn i14_it_shows_the_moment_of_each_attempt_before_that_leaves() {
    let file = path("attempts");
    let (receiver, read) = reading(&file, 500).await;
    let server = server(&file, Start { webhook_url: Some(receiver.url()), ..Start::default() }).await;
    assert_eq!(text(&file), format!("{BEGINS}\n"), "it is there when the server is");
    perform(&server, "A").await;
    let walk = admin(&server, "POST", "clock/advance", &json!({"by": "1d"})).await;
    let at = |it: &Json| format!("{}\n", it["at"].as_str().expect("a time").parse::<playmoney::Timestamp>().expect("one").as_second());
    let mut left: Vec<String> = walk["deliveries"].as_array().expect("a list").iter().map(at).collect();
    let mut read = read.lock().expect("no panic").clone();
    // Two events go to one target, so attempts of the one arrive between those of the other.
    left.sort();
    read.sort();
    assert!(10 < left.len(), "{walk}");
    assert_eq!(read, left);
    assert_eq!(text(&file), format!("{}\n", BEGINS + 86_400));
}

#[tokio::test]
async fn it_follows_the_default_sandbox_and_no_other() {
    let file = path("others");
    let server = server(&file, Start::default()).await;
    admin(&server, "POST", "sandboxes", &json!({"name": "a", "webhook_url": "http://shop.inbox.playmoney.test/"})).await;
    perform_in(&server, "a", "A").await;
    admin(&server, "POST", "sandboxes/a/clock/advance", &json!({"by": "1h"})).await;
    admin(&server, "POST", "sandboxes/default/fork", &json!({"name": "copy"})).await;
    admin(&server, "POST", "sandboxes/copy/clock/advance", &json!({"by": "1h"})).await;
    assert_eq!(text(&file), format!("{BEGINS}\n"));
    admin(&server, "POST", "clock/advance", &json!({"by": "1h"})).await;
    assert_eq!(text(&file), format!("{}\n", BEGINS + 3_600));
    admin(&server, "POST", "reset", &json!({})).await;
    assert_eq!(text(&file), format!("{BEGINS}\n"), "a reset sets the clock back");
    server.stop().await;
    assert_eq!(text(&file), format!("{BEGINS}\n"), "it stays");
}

#[tokio::test]
async fn a_running_clock_is_written_again_and_again() {
    let file = path("runs");
    let mode = Mode::Scaled(Rate::parse("60").expect("a rate"));
    let server = server(&file, Start { mode, ..Start::default() }).await;
    let moment = || text(&file).strip_prefix('@').and_then(|it| it.strip_suffix(" x60\n")).and_then(|it| it.parse::<f64>().ok());
    eventually(async || moment().is_some_and(|it| 0.5 < it - 1_767_225_600.0)).await;
    admin(&server, "POST", "clock/freeze", &json!({})).await;
    let stands = text(&file);
    assert!(!stands.contains(['@', 'x']), "{stands}");
    admin(&server, "POST", "clock/resume", &json!({})).await;
    assert!(text(&file).starts_with('@') && text(&file).ends_with(" x1\n"), "{}", text(&file));
}

#[tokio::test]
async fn webhooks_leave_when_it_cannot_be_written_and_it_is_made_good() {
    let file = path("fails");
    let folder = file.parent().expect("a folder").to_owned();
    let (receiver, read) = reading(&file, 200).await;
    let server = server(&file, Start { webhook_url: Some(receiver.url()), ..Start::default() }).await;
    std::fs::remove_dir_all(&folder).expect("removed");
    perform(&server, "A").await;
    let walk = admin(&server, "POST", "clock/advance", &json!({"by": "1h"})).await;
    let count = usize::try_from(walk["deliveries_total"].as_u64().expect("a number")).expect("few");
    assert!(0 < count, "{walk}");
    assert_eq!(*read.lock().expect("no panic"), vec![String::new(); count]);
    std::fs::create_dir(&folder).expect("made");
    eventually(async || text(&file) == format!("{}\n", BEGINS + 3_600)).await;
}
