//! Logs of production: most of their lines are about something else, and some of them are odd.

use std::fs::{create_dir, read_to_string, write};
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use super::{folder, imported, run, text};

/// A line of nginx.
fn line(second: u32, method: &str, target: &str, hosts: (&str, &str), body: &str) -> Json {
    json!({
        "msec": format!("17413422{second:02}.395"), "request_time": "0.050", "request_method": method, "request_uri": target,
        "host": hosts.0, "proxy_host": hosts.1, "content_type": "application/json", "status": "200", "request_body": body,
    })
}

/// The webhook of a payment that was seen, or confirmed.
fn event(system: &str, status: &str) -> String {
    let invoice = json!({
        "id": 4711, "system_status": system, "invoice_status": status, "user_id": 88, "sub_account_id": 4711,
        "bitcoin_address": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "name": "Order 77", "data": null, "price": "500.0", "btc_price": 0.5,
        "btc_balance": 0.5, "currency": "USD", "qrcode_address_url": "", "qrcode_protocol_url": "",
        "paid_at": "2025-03-07T19:11:20.000+09:00", "created_at": "2025-03-07T19:11:12.000+09:00",
        "updated_at": "2025-03-07T19:11:20.000+09:00", "expired_at": "2025-03-07T19:41:12.000+09:00",
    });
    json!({"invoice": invoice}).to_string()
}

const PROVIDER: (&str, &str) = ("gateway.internal", "pay.quoine.com");
const SHOP: (&str, &str) = ("shop.internal", "");

/// A call and the webhook that it leads to, at that path of the shop.
fn call_and_webhook(receiver: &str) -> [Json; 2] {
    let order = json!({"price": "500.0", "name": "Order 77"}).to_string();
    [line(72, "POST", "/api/v1/invoices", PROVIDER, &order), line(80, "POST", receiver, SHOP, &event("unconfirmed", "payment_detected"))]
}

fn log(lines: &[Json]) -> String {
    lines.iter().fold(String::new(), |log, it| log + &it.to_string() + "\n")
}

/// How many calls and webhooks a scenario says that it has.
fn told(scenario: &str) -> &str {
    scenario.lines().find_map(|it| it.strip_prefix("description: ")).unwrap_or("").split(" of a log").next().unwrap_or("")
}

#[test]
fn odd_lines_of_others_are_passed_over() {
    let other = |status: &str| {
        let mut line = line(75, "GET", "/socket", ("shop.example", ""), "");
        line["status"] = status.into();
        line.to_string().into_bytes()
    };
    let mut of_scanner = line(75, "", "", ("shop.example", ""), "");
    of_scanner["status"] = "400".into();
    let odd: [(&str, Vec<u8>, &str); 8] = [
        ("a web socket", other("101"), "this is not the status of an answer"),
        ("no answer", other("000"), "this is not the status of an answer"),
        ("a scanner", of_scanner.to_string().into_bytes(), "this is not a method of HTTP"),
        (
            "other bytes",
            b"{\"msec\":\"1741342275.1\",\"request_method\":\"POST\",\"request_body\":\"\xff\xfe\"}".to_vec(),
            "this is not UTF-8",
        ),
        ("an upload", other(&"9".repeat(1024 * 1024)), "a line has at most 1048576 bytes"),
        ("a notice", b"2025/03/07 10:11:15 [notice] 1#1: signal 1 (SIGHUP) received".to_vec(), "this is not JSON"),
        ("other JSON", br#"{"level":"info","message":"reloaded"}"#.to_vec(), "the form of this line is not known"),
        ("a cut line", br#"{"msec":"1741342275.1","request_time":"0.0"#.to_vec(), "this is not JSON"),
    ];
    let folder = folder("odd");
    for (what, odd, why) in odd {
        let [call, webhook] = call_and_webhook("/callbacks/quoine");
        let mut log = format!("{call}\n").into_bytes();
        log.extend(odd);
        log.extend(format!("\n{webhook}\n").into_bytes());
        write(folder.join("log.jsonl"), log).expect("written");
        _ = std::fs::remove_file(folder.join("s.yaml"));
        let done = run(&folder, &["import", "log.jsonl", "--provider", "quoine", "--strict", "-o", "s.yaml"]);
        let said = text(&done.stderr);
        assert_eq!(done.status.code(), Some(0), "{what}: {said}");
        assert!(
            said.contains("1 line that cannot be read passed over") && said.contains("log.jsonl:2:") && said.contains(why),
            "{what}: {said}"
        );
        assert_eq!(told(&read_to_string(folder.join("s.yaml")).expect("text")), "1 call and 1 webhook", "{what}");
    }
    _ = std::fs::remove_dir_all(folder);
}

/// A line of the provider that cannot be read is named, and `--strict` fails.
#[test]
fn a_cut_line_of_the_provider_is_named() {
    let folder = folder("cut");
    let [call, webhook] = call_and_webhook("/callbacks/quoine");
    let cut = webhook.to_string();
    write(folder.join("log.jsonl"), format!("{call}\n{webhook}\n{}", &cut[..cut.len() * 3 / 4])).expect("written");
    let import = |more: &[&str]| run(&folder, &[&["import", "log.jsonl", "--provider", "quoine"], more].concat());
    let (lax, strict) = (import(&[]), import(&["--strict"]));
    let said = text(&lax.stderr);
    assert!(said.contains("log.jsonl:3: this is not JSON") && said.contains("it is left out"), "{said}");
    assert_eq!((lax.status.code(), strict.status.code()), (Some(0), Some(1)));
    _ = std::fs::remove_dir_all(folder);
}

/// The shop has paths of the provider too.
#[test]
fn what_goes_to_another_host_is_no_call_of_the_provider() {
    let folder = folder("hosts");
    let shop = ("shop.example", "shop-backend");
    let [call, webhook] = call_and_webhook("/callbacks/quoine");
    let own =
        [line(82, "GET", "/api/v1/profile", shop, ""), line(83, "POST", "/api/v1/invoices", shop, r#"{"customer":"Ann","total":12}"#)];
    let (scenario, said) = imported(&folder, &log(&[vec![call, webhook], own.to_vec()].concat()), "quoine");
    assert_eq!(told(&scenario), "1 call and 1 webhook", "{scenario}");
    assert!(said.contains("2 lines about something else passed over"), "{said}");
    _ = std::fs::remove_dir_all(folder);
}

#[test]
fn a_webhook_to_a_path_that_a_call_has_is_a_webhook() {
    let folder = folder("paths");
    let (scenario, said) = imported(&folder, &log(&call_and_webhook("/api/v1/invoices")), "quoine");
    assert_eq!(told(&scenario), "1 call and 1 webhook", "{scenario}\n{said}");
    let own = call_and_webhook("/api/v1/invoices").map(|it| {
        let at = if it["host"] == "shop.internal" { "2025-03-07T10:11:20Z" } else { "2025-03-07T10:11:12Z" };
        let body: Json = serde_json::from_str(it["request_body"].as_str().expect("text")).expect("JSON");
        json!({"at": at, "method": "POST", "path": it["request_uri"], "body": body, "status": 200})
    });
    let (scenario, said) = imported(&folder, &log(&own), "quoine");
    assert_eq!(told(&scenario), "1 call and 1 webhook", "{scenario}\n{said}");
    _ = std::fs::remove_dir_all(folder);
}

#[test]
fn a_log_without_bodies_is_refused_with_what_to_switch_on() {
    let folder = folder("bodies");
    let refused = |log: &str, remedy: &str| {
        write(folder.join("log.jsonl"), log).expect("written");
        let done = run(&folder, &["import", "log.jsonl", "--provider", "quoine", "-o", "s.yaml"]);
        let said = text(&done.stderr);
        assert!(done.status.code() == Some(2) && said.contains(remedy) && !folder.join("s.yaml").exists(), "{said}");
    };
    let bare = |mut it: Json| {
        it["request_body"] = "-".into();
        it
    };
    let [call, webhook] = call_and_webhook("/callbacks/quoine").map(bare);
    refused(&log(&[call, webhook.clone()]), "$request_body");
    refused(&log(&[webhook]), "$request_body");
    let of_kong = json!({
        "started_at": 1_741_342_272_345_u64, "latencies": {"request": 50}, "service": {"host": "pay.quoine.com"},
        "request": {"method": "POST", "uri": "/api/v1/invoices", "headers": {"host": "gw"}}, "response": {"status": 200},
    });
    refused(&log(&[of_kong]), "request.body");
    _ = std::fs::remove_dir_all(folder);
}

#[test]
fn a_file_that_is_something_else_names_its_remedy() {
    let folder = folder("else");
    let refused = |bytes: &[u8]| {
        write(folder.join("log"), bytes).expect("written");
        let done = run(&folder, &["import", "log", "--provider", "quoine"]);
        assert_eq!(done.status.code(), Some(2));
        text(&done.stderr)
    };
    assert_eq!(
        refused(b"\x1f\x8b\x08\x00\x00\x00"),
        "playmoney: log is packed by gzip: `gunzip -c log | playmoney import - --provider quoine` reads it\n"
    );
    let combined = refused(b"203.0.113.7 - - [07/Mar/2025:10:11:12 +0000] \"POST /hooks HTTP/1.1\" 200 2 \"-\" \"curl\"\n");
    assert!(combined.contains("`combined`") && combined.contains("escape=json"), "{combined}");
    let pretty = refused(format!("{:#}\n", json!(call_and_webhook("/hooks"))).as_bytes());
    assert!(pretty.contains("jq -c '.[]'"), "{pretty}");
    _ = std::fs::remove_dir_all(folder);
}

#[test]
fn the_wrong_provider_is_told_from_an_empty_log() {
    let folder = folder("wrong");
    write(folder.join("log"), log(&call_and_webhook("/hooks"))).expect("written");
    let done = run(&folder, &["import", "log", "--provider", "qbitpay"]);
    let said = text(&done.stderr);
    assert!(done.status.code() == Some(2) && said.contains("2 lines read") && said.contains("--provider quoine"), "{said}");
    _ = std::fs::remove_dir_all(folder);
}

/// Each step says which line of the log it is about, and the last line says how to play it for the application.
#[test]
fn steps_name_their_lines() {
    let folder = folder("lines");
    let (scenario, said) = imported(&folder, &format!("\n{}", log(&call_and_webhook("/callbacks/quoine"))), "quoine");
    assert!(scenario.contains("- call: quoine.createInvoice # line 2\n"), "{scenario}");
    assert!(scenario.contains("- act: quoine.pay # line 3\n"), "{scenario}");
    assert!(said.contains("playmoney run scenario.yaml --webhook-url http"), "{said}");
    _ = std::fs::remove_dir_all(folder);
}

#[test]
fn a_missing_folder_is_not_made() {
    let folder = folder("made");
    write(folder.join("log.jsonl"), log(&call_and_webhook("/hooks"))).expect("written");
    let done = run(&folder, &["import", "log.jsonl", "--provider", "quoine", "-o", "new/s.yaml"]);
    assert_eq!(
        (done.status.code(), text(&done.stderr)),
        (Some(2), "playmoney: cannot write new/s.yaml: the folder new does not exist\n".to_owned())
    );
    assert!(!folder.join("new").exists());
    create_dir(folder.join("new")).expect("a folder");
    assert_eq!(run(&folder, &["import", "log.jsonl", "--provider", "quoine", "-o", "new/s.yaml"]).status.code(), Some(0));
    _ = std::fs::remove_dir_all(folder);
}

/// Both ways to get a scenario give the same one, whatever it holds.
#[test]
fn standard_output_has_what_a_file_has() {
    let folder = folder("same-text");
    let order =
        json!({"price": "500.0", "name": "Order 77", "data": {"net_account": "40817810099910", "card": "4276380012345679"}}).to_string();
    write(folder.join("log.jsonl"), log(&[line(72, "POST", "/api/v1/invoices", PROVIDER, &order)])).expect("written");
    let shown = run(&folder, &["import", "log.jsonl", "--provider", "quoine"]);
    assert_eq!(run(&folder, &["import", "log.jsonl", "--provider", "quoine", "-o", "s.yaml"]).status.code(), Some(0));
    assert_eq!(text(&shown.stdout), read_to_string(folder.join("s.yaml")).expect("text"));
    _ = std::fs::remove_dir_all(folder);
}

#[test]
fn what_the_application_has_to_know_is_kept_on_demand() {
    let folder = folder("keep");
    let order = json!({"price": "500.0", "name": "Order 77", "data": {"plan": "premium-yearly", "who": "Ann Lee"}}).to_string();
    write(folder.join("log.jsonl"), log(&[line(72, "POST", "/api/v1/invoices", PROVIDER, &order)])).expect("written");
    let done = run(&folder, &["import", "log.jsonl", "--provider", "quoine", "--keep", "plan", "--keep", "tier"]);
    let (scenario, said) = (text(&done.stdout), text(&done.stderr));
    assert!(scenario.contains("plan: premium-yearly") && !scenario.contains("Ann Lee"), "{scenario}");
    assert!(said.contains("kept as they are in the log: plan (1)") && said.contains("--keep tier: no call and no webhook"), "{said}");
    _ = std::fs::remove_dir_all(folder);
}

/// A shell gives the output of a command as a pipe.
#[cfg(unix)]
#[test]
fn a_pipe_is_read() {
    let folder = folder("pipe");
    write(folder.join("log.jsonl"), log(&call_and_webhook("/hooks"))).expect("written");
    let script = "mkfifo log.pipe && (cat log.jsonl > log.pipe &) && \"$0\" import log.pipe --provider quoine";
    let done = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_playmoney")])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .output()
        .expect("it runs");
    assert_eq!((done.status.code(), told(&text(&done.stdout))), (Some(0), "1 call and 1 webhook"), "{}", text(&done.stderr));
    _ = std::fs::remove_dir_all(folder);
}
