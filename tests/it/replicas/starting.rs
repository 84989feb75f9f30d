//! How a server with a database starts, and how it does not.

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use playmoney::inside::edge::driver::Stopwatch;
use serde_json::{Value as Json, json};

use super::cluster::Cluster;
use super::postgres::{Postgres, free_port, wait_for};
use crate::cli::{PLAYMONEY, Ready};

/// How a server ends that cannot start, and what it says.
pub fn serve(arguments: &[&str]) -> (Option<i32>, String) {
    let ready = Ready::new(&format!("refused-{}", free_port()));
    let mut command = Command::new(PLAYMONEY);
    command.args(["serve", "--listen", "127.0.0.1:0", "--ready-file"]).arg(&ready.file).args(arguments);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
    let is_over = || child.try_wait().expect("it is ours").map(drop).or_else(|| ready.file.exists().then_some(()));
    wait_for("its end", is_over);
    _ = child.kill(); // one that serves
    let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
    (status.code(), String::from_utf8_lossy(&stderr).into_owned())
}

#[test]
fn flags_that_cannot_work_are_refused_before_anything_starts() {
    let store = ["--store", "postgres://u:secret@127.0.0.1:1/d"];
    let advertise = ["--advertise", "http://127.0.0.1:4242"];
    for (flags, word) in [
        (vec![store[0], store[1]], "--advertise"),
        (vec![advertise[0], advertise[1]], "--store"),
        (vec!["--store", "mysql://u:secret@h/d", advertise[0], advertise[1]], "postgres://"),
        (vec![store[0], store[1], "--advertise", "http://0.0.0.0:4242"], "every machine has that address"),
        (vec![store[0], store[1], "--advertise", "10.0.0.1:4242"], "http://HOST:PORT"),
        (vec![store[0], store[1], advertise[0], advertise[1], "--lease", "10ms"], "a lease lasts"),
        (vec![store[0], store[1], advertise[0], advertise[1], "--data", "somewhere"], "--data"),
        (vec![store[0], store[1], advertise[0], advertise[1], "--tls"], "--tls"),
    ] {
        let (code, why) = serve(&flags);
        assert_eq!(code, Some(2), "{flags:?}: {why}");
        assert!(why.contains(word) && !why.contains("secret"), "{flags:?}: {why}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_waited_for() {
    let (port, began) = (free_port().to_string(), Stopwatch::start());
    let url = format!("postgres://u:secret@127.0.0.1:{port}/d");
    let flags = ["--store", &url, "--advertise", "http://127.0.0.1:4242", "--store-wait", "1s", "--log", "none"];
    let (code, why) = serve(&flags);
    assert_eq!(code, Some(3), "{why}");
    assert!(why.contains(&format!("127.0.0.1:{port}/d was not there within 1 s")) && !why.contains("secret"), "{why}");
    assert!(Duration::from_millis(700) < began.elapsed(), "{:?}", began.elapsed());

    let mut postgres = Postgres::start();
    postgres.down();
    let mut cluster = Cluster::spawned(postgres, 1, &[]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    cluster.postgres.up();
    cluster.ready(0).await;
    assert!(cluster.log(0).contains("is waited for"), "{}", cluster.log(0));
    assert_eq!(cluster.ask(0, "GET", "/__admin/clock", &Json::Null).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_of_a_later_version_are_refused_and_kept_data_count() {
    let mut cluster = Cluster::start(1, &[]).await;
    let reset = json!({"by": "3h"});
    assert_eq!(cluster.ask(0, "POST", "/__admin/clock/advance", &reset).await.status, 200);
    cluster.stop(0);
    cluster.spawn(0);
    cluster.ready(0).await;
    let clock = cluster.ask(0, "GET", "/__admin/clock", &Json::Null).await.json();
    assert_eq!(clock["now"], "2026-01-01T03:00:00Z", "--now is that of the first start");
    assert!(cluster.log(0).contains("for new sandboxes only: --clock, --now"), "{}", cluster.log(0));
    cluster.stop(0);
    cluster.postgres.sql("playmoney", "UPDATE playmoney_schema SET version = 99").expect("it is ours");
    let (url, before) = (cluster.postgres.url(), cluster.postgres.dump("playmoney", ""));
    let (code, why) = serve(&["--store", &url, "--advertise", "http://127.0.0.1:4242", "--log", "none"]);
    assert_eq!(code, Some(3), "{why}");
    assert!(why.contains("its tables have the version 99"), "{why}");
    assert_eq!(cluster.postgres.dump("playmoney", ""), before, "nothing has changed");
}
