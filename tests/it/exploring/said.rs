//! What an exploration says of itself: bounds that were hit, runs that take long, and the time that it shows to an application.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use super::Shop;

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

#[test]
fn schedules_that_are_too_many_to_look_at_are_said_not_to_be_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("many.yaml");
    let pay = |number: &str| {
        let with = format!("{{ orderNumber: '{number}', amount: 1500, description: d, target: {{ pan: '4111111111111111' }} }}");
        format!("{{ call: quantum-payouts.performPayout, with: {with}, expect: {{ status: 200 }} }}")
    };
    let paid = format!("  - repeat: {{ times: 40, steps: [{}, {{ advance: 1m }}] }}\n", pay("P-${index}"));
    let steps = format!("{paid}  - advance: 30d\n  - {}\n", pay("last"));
    std::fs::write(&path, format!("version: 1\nsteps:\n{steps}")).expect("written");
    let shop = Shop::open("python3", "");
    let explored = |budget: &str| shop.playmoney("explore", &path).args(["--budget", budget]).output().expect("it runs");
    let many = explored("2");
    assert_eq!(many.status.code(), Some(0), "{many:?}");
    let line = "  not counted: how many of those that are left show nothing new\n";
    assert!(text(&many.stdout).contains(line), "{}", text(&many.stdout));
    std::fs::write(&path, format!("version: 1\nsteps: [{}, {{ advance: 1d }}, {}]\n", pay("A"), pay("B"))).expect("written");
    let few = explored("2");
    assert!(!text(&few.stdout).contains("not counted"), "{}", text(&few.stdout));
    assert!(text(&few.stderr).contains("the scenario asks the application nothing"), "{}", text(&few.stderr));
}

#[test]
fn a_run_that_takes_long_is_said_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("slow.yaml");
    let steps = "[{ call: quoine.createInvoice, with: { price: 500 } }, { advance: 31m }, { expect_webhook: { provider: quoine } }]";
    std::fs::write(&path, format!("version: 1\nsteps: {steps}\n")).expect("written");
    // It takes connections, and answers nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let mut explore = Command::new(env!("CARGO_BIN_EXE_playmoney"));
    explore.arg("explore").arg(&path).args(["--listen", "127.0.0.1:0", "--webhook-url"]);
    explore.arg(format!("http://{}/", silent.local_addr().expect("an address"))).stdin(Stdio::null()).stderr(Stdio::piped());
    let mut child = explore.stdout(Stdio::null()).spawn().expect("it runs");
    let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let said = lines.map_while(Result::ok).find(|it| it.contains("seconds"));
    child.kill().expect("it runs still");
    child.wait().expect("it ends");
    assert_eq!(said.as_deref(), Some("playmoney: run 1 has taken 10 seconds: perhaps the application does not answer"));
}

/// An application that reads a file when a webhook comes. Returns its address, and what it has read.
fn reader(file: &Path) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let (told, read) = channel();
    let file = file.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            drain(&stream);
            if told.send(std::fs::read_to_string(&file).expect("a file")).is_err() {
                return;
            }
            _ = (&stream).write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    (address, read)
}

/// Reads one request.
fn drain(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        if let Some(own) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = own.trim().parse().expect("a number");
        }
        if line.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).expect("a body");
}

#[test]
fn i14_an_application_under_libfaketime_has_the_time_of_the_webhook_in_run_and_explore() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, file) = (folder.path().join("late.yaml"), folder.path().join("now"));
    let steps = "[{ call: quoine.createInvoice, with: { price: 500 } }, { advance: 45m }, { expect_webhook: { provider: quoine } }]";
    std::fs::write(&path, format!("version: 1\nsteps: {steps}\n")).expect("written");
    let (address, read) = reader(&file);
    let play = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_playmoney"));
        command.args(arguments).arg(&path).args(["--listen", "127.0.0.1:0", "--webhook-url", &format!("http://{address}/")]);
        command.arg("--faketime-file").arg(&file).output().expect("it runs")
    };
    for (arguments, webhooks) in [(&["run"][..], 1), (&["explore", "--budget", "2"], 2)] {
        let done = play(arguments);
        assert_eq!(done.status.code(), Some(0), "{}{}", text(&done.stdout), text(&done.stderr));
        let seen: Vec<String> = read.try_iter().map(|it| it.trim().to_owned()).collect();
        assert_eq!(seen, vec!["1767227400"; webhooks], "half an hour after 2026 began");
        assert_eq!(std::fs::read_to_string(&file).expect("a file").trim(), "1767228300", "where the scenario ends");
    }
    let several = play(&["explore", "--jobs", "2"]);
    let why = "playmoney: --faketime-file shows one time, and each of several --jobs has its own: explore with --jobs 1\n";
    assert_eq!((several.status.code(), text(&several.stderr)), (Some(2), why));
    std::fs::write(&file, "my notes").expect("written");
    for arguments in [&["run"][..], &["explore"]] {
        let done = play(arguments);
        assert!(done.status.code() == Some(2) && text(&done.stderr).contains("is not a file with a time for libfaketime"), "{done:?}");
    }
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), "my notes");
}
