//! `exec`: a command with a server of its own.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use super::PLAYMONEY;
use super::clients::command;
use crate::tape::snapshot;

/// No server of that address exists: what is asked must come from the environment that `exec` makes.
const NOWHERE: &str = "http://127.0.0.1:1";

async fn exec(arguments: &[&str], script: &str) -> (Option<i32>, String, String) {
    let mut command = command(NOWHERE, &[&["exec"], arguments, &["--", "sh", "-c", script]].concat());
    let output = command.env("PLAYMONEY", PLAYMONEY).env("PLAYMONEY_SANDBOX", "elsewhere").output().await.expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn the_command_reaches_its_server_by_its_environment_alone() {
    let script = r#"
        features="$QUANTUM_PAYOUTS_BASE_URL/api/v1/features"
        curl -s --noproxy "*" "$features" -H "Authorization: Bearer $QUANTUM_PAYOUTS_TOKEN" | grep -o '"system":"payouts"'
        "$PLAYMONEY" act quantum-payouts.manual-payout amount=100 pan=4111111111111111
        "$PLAYMONEY" clock advance 1h | tail -n 1
        "$PLAYMONEY" requests
        "$PLAYMONEY" clock --sandbox worker-1
        "$PLAYMONEY" env --sandbox worker-1 | grep QUANTUM_PAYOUTS_TOKEN
        echo "$QUOINE_USER_ID $CRYPTOPAY_USERNAME ${PLAYMONEY_SANDBOX-none}"
    "#;
    let (code, told, errors) = exec(&[], script).await;
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!((code, lines[0]), (Some(0), "\"system\":\"payouts\""), "{told}");
    assert!(errors.starts_with("playmoney: This run leans on ") && errors.contains(".manual-payout: time (assumed: "), "{errors}");
    assert!(lines[1].starts_with("ok  quantum-payouts.manual-payout: "), "{told}");
    assert!(lines[2].starts_with("2026-01-01T00:00:00Z -> 2026-01-01T01:00:00Z: "), "{told}");
    assert!(told.contains("\nreq-1  2026-01-01T00:00:00Z  quantum-payouts.features  200\n"), "{told}");
    assert!(told.ends_with("pending  0\nQUANTUM_PAYOUTS_TOKEN=qm_test_token_worker-1\n2 demo none\n"), "{told}");
}

#[tokio::test]
async fn flags_and_scenarios_begin_the_sandbox() {
    let clock = r#""$PLAYMONEY" clock | head -n 1"#;
    let now = "2030-05-01T12:00:00Z";
    assert_eq!(exec(&["--now", now], clock).await.1, format!("{now} (frozen)\n"));
    assert!(exec(&["--clock", "60x", "--now", now], clock).await.1.ends_with("(60x)\n"));
    assert!(!exec(&["--clock", "real"], clock).await.1.starts_with("2026-01-01T00:00:0"), "a clock that runs begins with the real time");
    let target =
        r#""$PLAYMONEY" act quantum-payouts.manual-payout amount=100 pan=4111111111111111 > /dev/null; "$PLAYMONEY" deliveries --json"#;
    let told = exec(&["--webhook-url", "http://127.0.0.1:1/{provider}", "--seed", "7"], target).await.1;
    assert!(told.contains("\"url\":\"http://127.0.0.1:1/quantum-payouts\""), "{told}");
    let head = r#"curl -si --noproxy "*" "$QUANTUM_PAYOUTS_BASE_URL/api/v1/features" -H "Authorization: Bearer $QUANTUM_PAYOUTS_TOKEN""#;
    assert!(exec(&[], head).await.1.contains("Playmoney-Evidence: "));
    assert!(!exec(&["--no-evidence-header"], head).await.1.contains("Playmoney-Evidence"));
    let (code, told, errors) = exec(&["tests/broken/seed_is_text.yaml"], "echo ran").await;
    assert!(code == Some(2) && told.is_empty() && errors.contains("seed"), "{errors}");
}

#[tokio::test]
async fn violations_are_told_when_the_command_has_ended() {
    let script = r#"
        pay() {
            curl -s -o /dev/null --noproxy "*" "$1/quantum-payouts/api/v1/performPayout" -H "Authorization: Bearer $2" \
                -H "Content-Type: application/json" -H "Accept: application/json; version=1.0" --data '{"orderNumber":"A","amount":1.5}'
        }
        pay "$PLAYMONEY_URL" "$QUANTUM_PAYOUTS_TOKEN"
        pay "$PLAYMONEY_URL" "$QUANTUM_PAYOUTS_TOKEN"
    "#;
    let (code, told, errors) = exec(&[], script).await;
    assert_eq!((code, &*told), (Some(0), ""));
    snapshot("cli/exec_violations", &errors);
    // Of several sandboxes, the name is told.
    let other = "pay \"$PLAYMONEY_URL/s/worker-1\" qm_test_token_worker-1\n";
    let errors = exec(&[], &(script.to_owned() + other)).await.2;
    let codes = |it: &&str| it.starts_with("  ") && it.contains(" number_format: ") | it.contains(" retry_of_refused: ");
    assert!(errors.contains("3 number_format: default req-1: "), "{errors}");
    assert_eq!(errors.lines().filter(codes).count(), 2, "{errors}");
    // A reset and a deletion take nothing back, and a copy does not count what its original did.
    let later = r#"
        worker() {
            curl -s -o /dev/null --noproxy "*" "$PLAYMONEY_URL/__admin/sandboxes/worker-1$1" -X "$2" \
                -H "Content-Type: application/json" $3
        }
        worker /reset POST --data={}
        worker /fork POST --data={"name":"copy"}
        worker "" DELETE
    "#;
    let again = format!("{script}{other}{later}{other}{later}");
    let errors = exec(&[], &again).await.2;
    assert!(errors.contains("4 number_format: ") && errors.contains("1 retry_of_refused: "), "{errors}");
}

#[tokio::test]
async fn the_exit_code_is_that_of_the_command() {
    assert_eq!(exec(&[], "exit 7").await, (Some(7), String::new(), String::new()));
    assert_eq!(exec(&[], "kill -9 $$").await.0, Some(137));
    let missing = command(NOWHERE, &["exec", "--", "no-such-command"]).output().await.expect("it runs");
    let why = "playmoney: the command `no-such-command` was not found: write a program of PATH, or a path such as ./test.sh\n";
    assert_eq!((missing.status.code(), &*missing.stderr), (Some(127), why.as_bytes()));
    let text = command(NOWHERE, &["exec", "--", "./Cargo.toml"]).output().await.expect("it runs");
    assert_eq!(text.status.code(), Some(126), "{text:?}");
}

async fn first_line(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    lines.next_line().await.expect("text").expect("a line")
}

#[cfg(unix)]
#[tokio::test]
async fn signals_are_passed_on() {
    for (signal, trap, code) in [
        ("TERM", "trap 'exit 5' TERM;", 5),
        ("INT", "trap 'exit 6' INT;", 6),
        ("TERM", "", 143),
        ("HUP", "", 129),
        ("USR1", "trap 'exit 7' USR1;", 7),
    ] {
        let script = format!("{trap} echo ready; while :; do sleep 0.02; done");
        let mut child = command(NOWHERE, &["exec", "--", "sh", "-c", &script]).stdout(Stdio::piped()).spawn().expect("it runs");
        assert_eq!(first_line(&mut child).await, "ready");
        let id = child.id().expect("it runs").to_string();
        let sent = tokio::process::Command::new("kill").args(["-s", signal, &id]).status().await.expect("kill is there");
        assert!(sent.success());
        assert_eq!(child.wait().await.expect("it ends").code(), Some(code), "{signal} {trap}");
    }
}

#[tokio::test]
async fn assumptions_of_deleted_sandboxes_fail_a_command_that_is_to_lean_on_none() {
    let script = r#"
        ask() {
            curl -s -o /dev/null --noproxy "*" "$PLAYMONEY_URL$1/quantum-payouts/api/v1/getPayoutStatus" -H "Authorization: Bearer $2" \
                -H "Content-Type: application/json" --data '{"orderNumber":"A"}'
        }
        ask /s/worker-1 qm_test_token_worker-1
        curl -s -o /dev/null --noproxy "*" "$PLAYMONEY_URL/__admin/sandboxes/worker-1" -X DELETE
    "#;
    let (code, _, errors) = exec(&[], script).await;
    assert_eq!(code, Some(0));
    assert!(
        errors.contains("leans on 1 assumption ") && errors.contains("  1 quantum-payouts.decisions.payout-unknown: req-1"),
        "{errors}"
    );
    assert_eq!(exec(&["--fail-on", "assumed"], script).await.0, Some(1));
    assert_eq!(exec(&["--fail-on", "assumed"], &format!("{script}\nexit 7")).await.0, Some(7), "a command that fails keeps its code");
    assert_eq!(exec(&["--fail-on", "assumed"], "true").await.0, Some(0));
    let folder = tempfile::tempdir().expect("a folder");
    let accepting = folder.path().join("accepting.yaml");
    std::fs::write(&accepting, "version: 1\naccepts: [quantum-payouts.decisions.payout-unknown]\n").expect("a file");
    let accepting = accepting.to_str().expect("a path");
    assert_eq!(exec(&["--fail-on", "assumed", accepting], script).await.0, Some(0));
}
