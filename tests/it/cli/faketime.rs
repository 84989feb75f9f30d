//! `exec --faketime` and `serve --faketime-file`: processes that know nothing of Playmoney have the time of its sandbox.
//!
//! `tests/prepare` installs libfaketime.
#![cfg(target_os = "linux")]

use std::path::PathBuf;
use std::process::Output;

use super::PLAYMONEY;
use super::clients::command;

async fn exec(arguments: &[&str], script: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = command("http://127.0.0.1:1", &[&["exec"], arguments, &["--", "sh", "-c", script]].concat());
    for name in ["FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "PLAYMONEY_FAKETIME_LIBRARY", "LD_PRELOAD"] {
        command.env_remove(name);
    }
    command.env("PLAYMONEY", PLAYMONEY).envs(variables.iter().copied()).output().await.expect("it runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

/// The lines that the script has printed.
async fn lines(arguments: &[&str], script: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let Output { status, stdout, stderr } = exec(arguments, script, variables).await;
    assert!(status.success(), "{}{}: run tests/prepare", text(&stdout), text(&stderr));
    text(&stdout).lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_command_has_the_time_of_its_sandbox() {
    let script = r#"
        date -u +%s.%N
        "$PLAYMONEY" clock advance 90s > /dev/null; date -u +%s.%N
        "$PLAYMONEY" clock advance 250ms > /dev/null; date -u +%s.%N
        "$PLAYMONEY" clock advance 3652d > /dev/null; date -u +%FT%T.%N
        "$PLAYMONEY" reset > /dev/null; TZ=Asia/Tokyo date +%FT%T
    "#;
    let told = lines(&["--faketime"], script, &[]).await;
    let expected = ["1767225600.000000000", "1767225690.000000000", "1767225690.250000000", "2036-01-01T00:01:30.250000000"];
    assert_eq!(told, [&expected[..], &["2026-01-01T09:00:00"]].concat());
    let twice = r#"
        TZ=Europe/Berlin date "+%H:%M %s"; "$PLAYMONEY" clock advance 1h > /dev/null; TZ=Europe/Berlin date "+%H:%M %s"
    "#;
    let told = lines(&["--faketime", "--now", "2026-10-25T00:30:00Z"], twice, &[]).await;
    assert_eq!(told, ["02:30 1792888200", "02:30 1792891800"], "also in an hour that a time zone has twice");
}

#[tokio::test]
async fn a_running_clock_runs_at_its_rate_in_each_process() {
    let script = r#"
        first=$(date +%s); "$PLAYMONEY" clock freeze > /dev/null; stands=$(date +%s); again=$(date +%s)
        "$PLAYMONEY" clock scale 1000 > /dev/null; at=$(date +%s)
        while [ $(($(date +%s) - at)) -lt 1000 ]; do :; done
        "$PLAYMONEY" clock freeze > /dev/null
        shown=$("$PLAYMONEY" clock | head -n 1 | cut -c 1-19)
        echo "$((stands - first < 60)) $((again - stands)) $shown $(date -u +%FT%T)"
    "#;
    let told = lines(&["--faketime", "--clock", "real", "--now", "2030-05-01"], script, &[]).await;
    let words: Vec<&str> = told[0].split(' ').collect();
    assert_eq!(words[..2], ["1", "0"], "{told:?}");
    assert_eq!(words[2], words[3], "{told:?}");
    assert!("2030-05-01T00:16:40" <= words[3], "{told:?}");
}

#[tokio::test]
async fn a_command_of_playmoney_is_not_on_the_time_that_it_moves() {
    let script = r#"
        "$PLAYMONEY" clock advance 10m | tail -n 1; echo $?; "$PLAYMONEY" clock advance 40d > /dev/null; echo $?; date -u +%F
        LD_PRELOAD="$LD_PRELOAD:/nowhere/other.so" "$PLAYMONEY" exec -- sh -c 'echo "$LD_PRELOAD"' 2> /dev/null
    "#;
    let told = lines(&["--faketime"], script, &[]).await;
    assert!(told[0].contains("2026-01-01T00:10:00Z"), "{told:?}");
    assert_eq!(told[1..], ["0", "0", "2026-02-10", "/nowhere/other.so"]);
}

#[tokio::test]
async fn its_environment_is_that_of_libfaketime() {
    let script = r#"
        echo "$LD_PRELOAD"
        echo "$FAKETIME_FMT $FAKETIME_NO_CACHE $FAKETIME_DONT_FAKE_MONOTONIC ${FAKETIME-none}"
        cat "$FAKETIME_TIMESTAMP_FILE"; echo "$FAKETIME_TIMESTAMP_FILE"
    "#;
    let told = lines(&["--faketime"], script, &[("FAKETIME", "-5d"), ("LD_PRELOAD", "")]).await;
    assert!(told[0].starts_with('/') && told[0].ends_with("/faketime/libfaketimeMT.so.1"), "{told:?}");
    assert_eq!(told[1..3], ["%s 1  none", "1767225600"]);
    assert!(!PathBuf::from(&told[3]).parent().expect("a folder").exists(), "{told:?} is left behind");
    let library = told[0].clone();
    let own = [("LD_PRELOAD", &*library), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("PLAYMONEY_FAKETIME", "true")];
    let told = lines(&[], script, &own).await;
    assert_eq!((&*told[0], &*told[1]), (&*format!("{library}:{library}"), "%s 1 1 none"), "what the caller has chosen stays");
    assert_eq!(lines(&[], script, &[]).await[1], "   none", "without the flag nothing is set");
}

#[tokio::test]
async fn a_caller_can_leave_timers_and_time_limits_to_real_time() {
    let script = r"timeout 60 python3 -c 'import asyncio, threading, time
asyncio.run(asyncio.sleep(0.01)); threading.Event().wait(0.01); print(time.time())'";
    assert_eq!(lines(&["--faketime"], script, &[("FAKETIME_DONT_FAKE_MONOTONIC", "1")]).await, ["1767225600.0"]);
}

#[tokio::test]
async fn without_the_library_the_command_is_not_run() {
    let ended = exec(&["--faketime"], "echo ran", &[("PLAYMONEY_FAKETIME_LIBRARY", "/nowhere/lib.so")]).await;
    let expected = "playmoney: --faketime needs libfaketime, and /nowhere/lib.so does not exist: install it, on Debian with \
                    `apt-get install libfaketime`, or set PLAYMONEY_FAKETIME_LIBRARY to its path; the command was not run";
    assert_eq!((ended.status.code(), text(&ended.stdout)), (Some(3), ""));
    assert_eq!(text(&ended.stderr).split_whitespace().collect::<Vec<_>>().join(" "), expected);
}
