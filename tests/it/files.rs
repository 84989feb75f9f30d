//! Files and outputs of the command: what it refuses to read, what it leaves alone, and what a failed write ends with.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::cli::PLAYMONEY;

mod faketime;

const GOOD: &str = "version: 1\nname: good\nsteps:\n  - call: quantum-payouts.features\n    expect: { status: 200 }\n";

/// An empty folder of the test's own.
fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("files-{name}"));
    _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a folder");
    path
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PLAYMONEY).current_dir(folder).args(arguments).stdin(Stdio::null()).output().expect("it runs")
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo is there").success());
}

/// What a shell says of a command with this redirection.
fn redirected(folder: &Path, redirection: &str, arguments: &[&str]) -> Output {
    let script = format!("\"$0\" \"$@\" {redirection}");
    Command::new("sh").current_dir(folder).args(["-c", &script, PLAYMONEY]).args(arguments).stdin(Stdio::null()).output().expect("a shell")
}

fn serving(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(PLAYMONEY);
    command
        .current_dir(folder)
        .args(["serve", "--ready-file", "ready.json"])
        .args(arguments)
        .stdout(Stdio::null())
        .spawn()
        .expect("it runs")
}

fn ready(folder: &Path) -> String {
    for _ in 0..6_000 {
        if let Some(text) = fs::read_to_string(folder.join("ready.json")).ok().filter(|it| it.contains("http://")) {
            return text;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("the server never became ready");
}

fn end(mut serving: Child) {
    assert!(Command::new("kill").args(["-TERM", &serving.id().to_string()]).status().expect("kill is there").success());
    assert_eq!(serving.wait().expect("it ends").code(), Some(0));
}

#[test]
fn t18_a_ready_file_replaces_only_a_ready_file() {
    let here = folder("ready");
    make_pipe(&here.join("pipe"));
    fs::write(here.join("mine.txt"), "mine\n").expect("written");
    fs::write(here.join("other.json"), "{\"base\": 1}").expect("written");
    symlink("mine.txt", here.join("link")).expect("a link");
    symlink("nothing", here.join("loose")).expect("a link");
    for (name, why) in [
        ("pipe", "is a pipe"),
        ("link", "is a link"),
        ("loose", "is a link"),
        (".", "is a folder"),
        ("mine.txt", "is not a ready file"),
        ("other.json", "is not a ready file"),
    ] {
        for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["run", ".", "--webhook-url", "http://127.0.0.1:9/"]] {
            let output = run(&here, &[command, &["--ready-file", name]].concat());
            assert_eq!(output.status.code(), Some(2), "{name}: {}", told(&output));
            assert!(told(&output).contains(why), "{name}: {}", told(&output));
        }
    }
    assert!(fs::symlink_metadata(here.join("pipe")).expect("there").file_type().is_fifo());
    assert!(fs::symlink_metadata(here.join("link")).expect("there").is_symlink());
    assert_eq!(fs::read_to_string(here.join("mine.txt")).expect("there"), "mine\n");
    assert_eq!(fs::read_dir(&here).expect("a folder").count(), 5, "no other file was left");
}

#[test]
fn t18_a_ready_file_stays_while_another_server_has_the_port() {
    let here = folder("port");
    fs::write(here.join("ready.json"), "").expect("an empty file may be replaced");
    fs::write(here.join("ready.new"), "of another program").expect("written");
    let first = serving(&here, &["--listen", "127.0.0.1:0"]);
    let text = ready(&here);
    let address = text.split("http://").nth(1).and_then(|it| it.split('"').next()).expect("an address").to_owned();
    let second = run(&here, &["serve", "--listen", &address, "--ready-file", "ready.json"]);
    assert_eq!(second.status.code(), Some(3));
    assert_eq!(fs::read_to_string(here.join("ready.json")).expect("there"), text, "it is the first one's");
    assert_eq!(fs::read_to_string(here.join("ready.new")).expect("there"), "of another program");
    end(first);
    assert!(!here.join("ready.json").exists(), "the file goes with its server");
}

#[test]
fn t18_a_ready_file_with_the_token_is_for_its_owner_alone() {
    let here = folder("token");
    let child = serving(&here, &["--listen", "127.0.0.1:0", "--admin-token", "a-token-of-mine"]);
    assert!(ready(&here).contains("a-token-of-mine"));
    let mode = fs::metadata(here.join("ready.json")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::write(here.join("ready.json"), "{\"base_url\": \"another server's\"}").expect("written");
    end(child);
    assert!(here.join("ready.json").exists(), "another server had replaced it");
}

#[test]
fn a_ready_file_has_addresses_and_credentials_of_all_providers() {
    let here = folder("environment");
    let child = serving(&here, &["--listen", "127.0.0.1:0"]);
    let told: serde_json::Value = serde_json::from_str(&ready(&here)).expect("JSON");
    let base = told["base_url"].as_str().expect("a URL");
    assert!(told["admin_token"].is_null());
    assert_eq!(told["providers"].as_object().map(serde_json::Map::len), Some(5));
    assert_eq!(told["providers"]["quoine"]["base_url"], format!("{base}/quoine"));
    assert_eq!(told["providers"]["quantum-payouts"]["credentials"]["token"], "qm_test_token");
    assert_eq!((&told["env"]["QUOINE_USER_ID"], &told["env"]["QBITPAY_API_KEY"]), (&"2".into(), &"qbit_test_key".into()));
    assert_eq!(told["env"]["QUANTUM_PAYOUTS_BASE_URL"], format!("{base}/quantum-payouts"));
    end(child);
}

#[test]
fn i28_a_ready_file_with_a_credential_from_outside_is_for_its_owner_alone() {
    let here = folder("outside-key");
    let text =
        "version: 1\nproviders:\n  qbitpay:\n    accounts:\n      - id: default\n        credentials: { api_key: key-from-outside }\n";
    fs::write(here.join("s.yaml"), text).expect("written");
    let child = serving(&here, &["s.yaml", "--listen", "127.0.0.1:0", "--public-url", "https://ci.example.com/mocks"]);
    let told: serde_json::Value = serde_json::from_str(&ready(&here)).expect("JSON");
    assert_eq!(told["env"]["QBITPAY_API_KEY"], "key-from-outside", "the application needs it in full");
    assert_eq!(told["env"]["QBITPAY_BASE_URL"], "https://ci.example.com/mocks/qbitpay");
    assert!(told["base_url"].as_str().expect("a URL").starts_with("http://127.0.0.1:"), "for a program that waits on this machine");
    let mode = fs::metadata(here.join("ready.json")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    end(child);
}

#[test]
fn t18_a_report_replaces_a_file_and_nothing_else() {
    let here = folder("report");
    fs::write(here.join("good.yaml"), GOOD).expect("written");
    fs::write(here.join("old.xml"), "old").expect("written");
    symlink("old.xml", here.join("link.xml")).expect("a link");
    let output = run(&here, &["run", "good.yaml", "--junit", "link.xml"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "refused before it plays: {}", told(&output));
    assert_eq!(fs::read_to_string(here.join("old.xml")).expect("there"), "old");
    assert_eq!(run(&here, &["run", "good.yaml", "--junit", "old.xml"]).status.code(), Some(0));
    assert!(fs::read_to_string(here.join("old.xml")).expect("there").starts_with("<?xml"));
    assert_eq!(run(&here, &["init", "link.xml"]).status.code(), Some(2));
    assert_eq!(fs::read_dir(&here).expect("a folder").count(), 3, "no other file was left");
}

#[test]
fn a_folder_that_does_not_take_a_file_is_named_before_anything_is_played() {
    let here = folder("unwritable");
    fs::write(here.join("good.yaml"), GOOD).expect("written");
    let report = &["run", "good.yaml", "--junit"][..];
    let ready = &["serve", "--listen", "127.0.0.1:0", "--ready-file"][..];
    let cases = [
        (report, "no/such/r.xml", "playmoney: cannot write no/such/r.xml: the folder no/such does not exist\n"),
        (report, "good.yaml/r.xml", "playmoney: cannot write good.yaml/r.xml: good.yaml is a file, not a folder\n"),
        (ready, "no/such/r.json", "playmoney: cannot write no/such/r.json: the folder no/such does not exist\n"),
        (&["init"], "good.yaml/s.yaml", "playmoney: cannot write good.yaml/s.yaml: good.yaml is a file, not a folder\n"),
    ];
    for (command, path, said) in cases {
        let output = run(&here, &[command, &[path]].concat());
        let (code, printed, told) = (output.status.code(), output.stdout.len(), String::from_utf8_lossy(&output.stderr));
        assert_eq!((code, printed, &*told), (Some(2), 0, said), "{command:?}");
    }
    let made = run(&here, &["init", "a/b/first.yaml"]);
    assert_eq!(told(&made), "wrote a/b/first.yaml; play it with: playmoney run a/b/first.yaml\n");
    assert!(fs::read_dir(here.join("a/b")).expect("a folder").count() == 1, "the temporary file is gone");
}

/// Puts something into a folder; the second one is outside it.
type Make = fn(&Path, &Path);

#[test]
fn t18_a_folder_leads_nowhere_else() {
    let outside = folder("outside");
    fs::write(outside.join("secret.txt"), "PASSWORD=canary\n").expect("written");
    let cases: [(&str, Make, &str); 6] = [
        ("device", |here, _| symlink("/dev/zero", here.join("z.yaml")).expect("a link"), "leads out of"),
        ("out", |here, outside| symlink(outside.join("secret.txt"), here.join("e.yaml")).expect("a link"), "leads out of"),
        ("gone", |here, _| symlink("nothing", here.join("e.yaml")).expect("a link"), "cannot read"),
        ("pipe", |here, _| make_pipe(&here.join("p.yaml")), "is a pipe"),
        ("named", |here, _| fs::create_dir(here.join("d.yaml")).expect("a folder"), "ok"),
        (
            "large",
            |here, _| fs::File::create(here.join("large.yaml")).and_then(|it| it.set_len(300 << 20)).expect("a file with a hole"),
            "is larger than 1048576 bytes",
        ),
    ];
    for (name, make, why) in cases {
        let here = folder(&format!("leads-{name}"));
        fs::write(here.join("good.yaml"), GOOD).expect("written");
        make(&here, &outside);
        for command in ["check", "run"] {
            let output = run(&here, &[command, "."]);
            let told = told(&output);
            if why == "ok" {
                assert_eq!(output.status.code(), Some(0), "{name}: {told}");
                continue;
            }
            assert_eq!(output.status.code(), Some(2), "{name}: {told}");
            assert!(told.contains(why) && told.lines().count() == 1 && !told.contains("canary"), "{name}: {told}");
        }
    }
}

#[test]
fn t18_a_link_to_a_folder_is_passed_over() {
    let outside = folder("linked-outside");
    fs::write(outside.join("bad.yaml"), "canary: 1\n").expect("written");
    let here = folder("linked");
    fs::create_dir(here.join("inner")).expect("a folder");
    fs::write(here.join("good.yaml"), GOOD).expect("written");
    fs::write(here.join("inner/other.yaml"), GOOD).expect("written");
    symlink(".", here.join("again")).expect("a link");
    symlink("../..", here.join("inner/up")).expect("a link");
    symlink(&outside, here.join("out.yaml")).expect("a link");
    for command in ["check", "run"] {
        let output = run(&here, &[command, "."]);
        let told = told(&output);
        assert_eq!(output.status.code(), Some(0), "{told}");
        for link in ["./again", "./inner/up", "./out.yaml"] {
            assert!(told.contains(&format!("playmoney: {link} passed over: it is a link to a folder")), "{told}");
        }
        assert!(told.matches("passed over").count() == 3 && !told.contains("canary"), "{told}");
        assert!(told.contains("2 scenarios") || told.matches("ok  ").count() == 2, "each file once: {told}");
    }
}

#[test]
fn t18_a_link_that_is_named_or_stays_inside_is_followed() {
    let here = folder("inside");
    fs::write(here.join("good.yaml"), GOOD).expect("written");
    symlink("good.yaml", here.join("link.yaml")).expect("a link");
    fs::write(here.join("data.json"), "{}").expect("written");
    make_pipe(&here.join("pipe"));
    let whole = run(&here, &["check", "."]);
    assert_eq!(String::from_utf8_lossy(&whole.stdout), "2 scenarios good\n", "{}", told(&whole));
    assert!(String::from_utf8_lossy(&whole.stderr).contains("1 .json file in . passed over"), "{}", told(&whole));
    let outside = folder("inside-named");
    symlink(here.join("good.yaml"), outside.join("named.yaml")).expect("a link");
    assert_eq!(run(&outside, &["run", "named.yaml"]).status.code(), Some(0));
    fs::write(here.join("canary.txt"), "CANARY: canary\n").expect("written");
    symlink(here.join("canary.txt"), outside.join("canary.yaml")).expect("a link");
    let refused = run(&outside, &["check", "canary.yaml"]);
    assert_eq!((refused.status.code(), told(&refused).contains("CANARY")), (Some(2), false), "{}", told(&refused));
    assert_eq!(run(&here, &["check", "pipe"]).status.code(), Some(2), "a pipe is not waited for");
    assert_eq!(run(&here, &["serve", "pipe", "--listen", "127.0.0.1:0"]).status.code(), Some(2));
}

const PRINTING: [&[&str]; 14] = [
    &["run", "good.yaml"],
    &["run", "good.yaml", "--json"],
    &["check", "good.yaml"],
    &["check", "good.yaml", "--json"],
    &["schema"],
    &["openapi", "quoine"],
    &["describe"],
    &["describe", "quoine", "--json"],
    &["sign", "cryptopay", "--body", "{}"],
    &["verify", "cryptopay", "--body", "{}"],
    &["serve", "--listen", "127.0.0.1:0"],
    &["--help"],
    &["run", "--help"],
    &["--version"],
];

#[test]
fn an_output_that_cannot_be_written_to_is_said() {
    let here = folder("full");
    fs::write(here.join("good.yaml"), GOOD).expect("written");
    for arguments in PRINTING {
        let output = redirected(&here, ">/dev/full", arguments);
        let told = told(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.starts_with("playmoney: cannot write to standard output: ") && told.lines().count() == 1, "{arguments:?}: {told}");
        assert_eq!(redirected(&here, ">/dev/full 2>/dev/full", arguments).status.code(), Some(2), "{arguments:?}");
    }
    let output = redirected(&here, ">/dev/full", &["init", "new.yaml"]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    fs::write(here.join("broken.yaml"), "version: 1\nsteps: x\n").expect("written");
    for arguments in [
        &["check", "broken.yaml"][..],
        &["run", "broken.yaml"],
        &["describe", "nothing-of-ours"],
        &["--no-such"],
        &["serve", "broken.yaml"],
    ] {
        assert_eq!(redirected(&here, "2>/dev/full", arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn t18_a_file_that_grows_too_large_is_said_and_leaves_nothing() {
    let here = folder("too-large");
    fs::write(here.join("good.yaml"), GOOD).expect("written");
    fs::write(here.join("old.xml"), "old").expect("written");
    fs::write(here.join("ready.json"), "").expect("written");
    let before = fs::read_dir(&here).expect("a folder").count();
    let within_limit = |arguments: &[&str]| {
        let script = "ulimit -f 1; exec \"$0\" \"$@\"";
        let mut shell = Command::new("sh");
        shell.current_dir(&here).args(["-c", script, PLAYMONEY]).args(arguments).stdin(Stdio::null()).output().expect("a shell")
    };
    let listen = ["--listen", "127.0.0.1:0", "--ready-file", "ready.json"];
    let calling = ["run", "good.yaml", "--webhook-url", "http://127.0.0.1:9/"];
    for (arguments, path) in [
        (&["run", "good.yaml", "--junit", "old.xml"][..], "old.xml"),
        (&["init", "new.yaml"], "new.yaml"),
        (&[&["serve"], &listen[..]].concat(), "ready.json"),
        (&[&calling[..], &listen[..]].concat(), "ready.json"),
    ] {
        let output = within_limit(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {} {}", output.status, told(&output));
        let last = errors.lines().last().unwrap_or("");
        assert_eq!(last, format!("playmoney: cannot write {path}: File too large"), "{arguments:?}: {errors}");
    }
    assert_eq!(fs::read_to_string(here.join("old.xml")).expect("there"), "old");
    assert_eq!(fs::read_to_string(here.join("ready.json")).expect("there"), "");
    assert_eq!(fs::read_dir(&here).expect("a folder").count(), before, "no half file was left");
    let script = "ulimit -f 1; exec \"$0\" openapi quoine >out.json";
    let output = Command::new("sh").current_dir(&here).args(["-c", script, PLAYMONEY]).output().expect("a shell");
    assert_eq!((output.status.code(), &*told(&output)), (Some(2), "playmoney: cannot write to standard output: File too large\n"));
}

#[test]
fn a_reader_that_has_seen_enough_is_not_an_error() {
    let here = folder("closed");
    fs::write(here.join("good.yaml"), GOOD).expect("written");
    for arguments in PRINTING.into_iter().filter(|it| !["serve", "verify"].contains(&it[0])) {
        let mut child = Command::new(PLAYMONEY);
        let child = child.current_dir(&here).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().expect("it runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), told(&output)), (Some(0), String::new()), "{arguments:?}");
    }
}

#[test]
fn t19_a_name_forges_no_line_of_a_log() {
    let here = folder("forged");
    let name = "x\\n::error file=a::forged\\u2028\\u202Ereversed";
    let step = "call: quoine.getProfile, expect: { status: 500, body: { a: \"b\\n::error::c\" } }";
    let text = format!("version: 1\nname: \"{name}\"\nsteps:\n  - {{ title: \"{name}\", {step} }}\n");
    fs::write(here.join("s.yaml"), text).expect("written");
    fs::write(here.join("t.yaml"), format!("version: 1\n\"{name}\": 1\nsteps:\n  - {{ call: \"{name}\" }}\n")).expect("written");
    fs::write(here.join("u\n::error::v.yaml"), "version: 1\nsteps: []\n").expect("written");
    for arguments in [&["run", "."][..], &["check", "."], &["run", "t.yaml"]] {
        let output = run(&here, arguments);
        let told = told(&output);
        assert!(told.contains("forged"), "{told}");
        assert!(!told.lines().any(|it| it.trim_start().starts_with("::")) && !told.contains(['\u{2028}', '\u{202e}']), "{told}");
    }
    let child = Command::new(PLAYMONEY)
        .current_dir(&here)
        .args(["serve", "s.yaml", "--listen", "127.0.0.1:0", "--ready-file", "ready.json"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    ready(&here);
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill is there").success());
    let greeting = told(&child.wait_with_output().expect("it ends"));
    assert!(greeting.contains("scenario          x\\n::error file=a::forged\\u{2028}\\u{202e}reversed"), "{greeting}");
}
