//! The server's log has one line for each attempt: what came of it, why, and what can be done.

use std::io::Read;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use crate::cli::{PLAYMONEY, Ready};
use crate::net::{Receiver, request, send};

#[tokio::test]
async fn every_attempt_has_one_line_whatever_way_it_took() {
    let ready = Ready::new("lines");
    let mut command = Command::new(PLAYMONEY);
    command.args(["--clock", "frozen", "--listen", "127.0.0.1:0", "--log", "json", "--ready-file"]);
    command.arg(&ready.file).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut serving = command.spawn().expect("it runs");
    let base = ready.wait()["base_url"].as_str().expect("a URL").to_owned();
    let to: SocketAddr = base.trim_start_matches("http://").parse().expect("an address");
    let call = async |method: &str, path: &str, body: &Json| assert_eq!(send(to, request(method, path, body)).await.status, 200, "{path}");
    let redirect = Receiver::raw(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/login\r\nContent-Length: 0\r\n\r\n").await;
    let broken = Receiver::raw(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n").await;
    let cut = Receiver::raw(b"").await;
    let scripts =
        [("http://shop.inbox.playmoney.test/".to_owned(), "shop"), (format!("{base}/__admin/inbox/own?token=abcdefghijklmnop"), "own")];
    for (_, inbox) in &scripts {
        call("PUT", &format!("/__admin/inbox/{inbox}/script"), &json!({"respond": [503]})).await;
    }
    let expected = [
        (format!("http://{redirect}/"), json!(302), Json::Null, "accepts a webhook", "`http://127.0.0.1/login`"),
        (format!("http://{broken}/"), json!(500), Json::Null, "accepts a webhook", "receiver's log"),
        (format!("http://{cut}/"), Json::Null, json!("reset"), "closed the connection", "receiver's log"),
        (format!("{base}/__admin/reset"), Json::Null, json!("blocked"), "this server", "that webhooks may reach"),
        (scripts[0].0.clone(), json!(503), Json::Null, "accepts a webhook", "script"),
        (scripts[1].0.clone(), json!(503), Json::Null, "accepts a webhook", "script"),
        ("http://fine.inbox.playmoney.test/".to_owned(), json!(200), Json::Null, "", ""),
    ];
    for (number, (url, ..)) in expected.iter().enumerate() {
        call("PATCH", "/__admin/accounts/quantum-payouts/default", &json!({"webhook_url": url})).await;
        let payout = json!({"orderNumber": number.to_string(), "amount": 1, "urls": {"returnUrl": "https://shop.test/ok"}});
        call("POST", "/quantum-payouts/api/v1/createPayout", &payout).await;
        call("POST", "/__admin/clock/advance", &json!({"by": "0s"})).await;
    }
    serving.kill().expect("it ends");
    _ = serving.wait();
    let mut log = String::new();
    serving.stderr.take().expect("a pipe").read_to_string(&mut log).expect("text");
    let lines: Vec<Json> = log.lines().filter_map(|it| serde_json::from_str(it).ok()).collect();
    for (number, (url, status, error, detail, hint)) in (1_u32..).zip(&expected) {
        let own: Vec<&Json> = lines.iter().filter(|it| it["kind"] == "webhook" && it["id"] == format!("dlv-{number}")).collect();
        let [line] = own[..] else { panic!("{url} has one line: {own:?} of {log}") };
        let text = |name: &str| line[name].as_str().unwrap_or("").to_owned();
        assert_eq!((&line["attempt"], &line["status"], &line["error"]), (&json!(1), status, error), "{line}");
        assert_eq!(Some(&*text("url")), url.split('?').next(), "{line}");
        assert!(text("detail").contains(detail) && text("hint").contains(hint), "{line}");
        assert_eq!((text("detail").is_empty(), text("hint").is_empty()), (detail.is_empty(), hint.is_empty()), "{line}");
    }
    assert!(!log.contains("abcdefghijklmnop"), "{log}");
}
