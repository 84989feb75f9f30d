//! A disk that is full when a sandbox is made or deleted.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{Folder, PLAYMONEY, Ready, Serving, address, control, pay};
use crate::net::{payout, request, send};

/// A server whose files can be kept from growing.
fn serve(folder: &Folder) -> Serving {
    let mut command = Command::new("sh");
    let serve = "trap '' XFSZ; exec \"$@\"";
    command.args(["-c", serve, "sh", PLAYMONEY, "serve", "--listen", "127.0.0.1:0", "--data", folder.text(), "--clock", "frozen"]);
    Serving::by(command, Ready::new("squeezed"))
}

/// No file of the server may become longer than that many bytes. `None`: as long as it wants.
fn limit(serving: &Serving, bytes: Option<u64>) {
    let size = bytes.map_or_else(|| "--fsize=unlimited".to_owned(), |it| format!("--fsize={it}:unlimited"));
    let limited = Command::new("prlimit").args(["--pid", &serving.child.id().to_string(), &size]).status();
    assert!(limited.expect("util-linux has it").success());
}

fn last_log(folder: &Folder) -> PathBuf {
    folder.logs().pop().expect("a log")
}

async fn names(serving: &Serving) -> Vec<String> {
    let list = control(serving, "GET", "sandboxes", &Json::Null).await.json();
    list["sandboxes"].as_array().expect("a list").iter().map(|it| it["name"].as_str().expect("a name").to_owned()).collect()
}

async fn pay_in(serving: &Serving, name: &str, number: &str) -> u16 {
    let mut pay = request("POST", &format!("/s/{name}/quantum-payouts/api/v1/performPayout"), &payout(number));
    pay.headers_mut().insert("authorization", format!("Bearer qm_test_token_{name}").parse().expect("a header"));
    send(address(serving), pay).await.status
}

#[tokio::test]
async fn a_sandbox_is_made_and_deleted_as_a_whole_or_not_at_all() {
    let folder = Folder::new("squeezed");
    let serving = serve(&folder);
    for name in ["goes", "stays"] {
        assert_eq!(control(&serving, "POST", "sandboxes", &json!({"name": name, "seed": 3})).await.status, 201);
        assert_eq!(pay_in(&serving, name, "order-1").await, 200);
    }
    for (method, path, body) in [
        ("POST", "sandboxes", json!({"name": "new", "seed": 5})),
        ("POST", "sandboxes", json!({"seed": 5})),
        ("POST", "sandboxes/stays/fork", json!({"name": "copy"})),
        ("DELETE", "sandboxes/goes", Json::Null),
    ] {
        let before = names(&serving).await;
        limit(&serving, Some(std::fs::metadata(last_log(&folder)).expect("a file").len()));
        let refused = control(&serving, method, path, &body).await;
        let text = String::from_utf8_lossy(&refused.body).into_owned();
        assert_eq!((refused.status, refused.header("retry-after")), (503, "1"), "{method} {path}: {text}");
        assert_eq!((refused.json()["code"].clone(), refused.header("playmoney-outcome")), (json!("not_kept"), ""), "{text}");
        assert!(text.contains("a file of the data folder may not become larger"), "{text}");
        assert_eq!(names(&serving).await, before, "{method} {path}, while the disk is full");
        assert_eq!(control(&serving, method, path, &body).await.status, 503, "and again");
        limit(&serving, None);
        while control(&serving, "GET", "health", &Json::Null).await.json()["away"] != Json::Null {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(names(&serving).await, before, "{method} {path}, after it");
        // What was in it is there, and works.
        let status = request("POST", "/s/goes/quantum-payouts/api/v1/getPayoutStatus", &json!({"orderNumber": "order-1"}));
        let mut status = status;
        status.headers_mut().insert("authorization", "Bearer qm_test_token_goes".parse().expect("a header"));
        assert_eq!(send(address(&serving), status).await.status, 200);
        assert_eq!(
            control(&serving, "GET", "sandboxes/new", &Json::Null).await.status,
            if before.contains(&"new".to_owned()) { 200 } else { 404 }
        );
        let again = control(&serving, method, path, &body).await;
        assert!([200, 201].contains(&again.status), "{method} {path}: {}", String::from_utf8_lossy(&again.body));
    }
    let there = names(&serving).await;
    assert_eq!(there, ["copy", "default", "new", "sandbox-1", "stays"]);
    assert_eq!(pay(&serving, "A").await.status, 200);
    drop(serving);
    let serving = folder.serve(&[]);
    assert_eq!(names(&serving).await, there);
    assert_eq!(pay_in(&serving, "copy", "order-2").await, 200);
}
