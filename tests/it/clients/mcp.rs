//! The tools of `playmoney mcp`, used by the client of the protocol's own Python SDK.

use std::path::Path;
use std::process::Command;

use super::{prepared, program, run};
use crate::cli::{PLAYMONEY, Serving};

/// The two generations of the protocol: the newest, and the handshake of those before it.
const MODES: [&str; 2] = ["auto", "legacy"];

fn story(name: &str, mode: &str, arguments: &[&str]) -> Command {
    let mut command = program(prepared(Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/mcp/bin/python")));
    command.args(["mcp/tools.py", name, mode, PLAYMONEY]).args(arguments).env_remove("PLAYMONEY_URL");
    command
}

fn passes(name: &str, mode: &str, arguments: &[&str]) {
    let (out, err) = run(story(name, mode, arguments), "");
    assert!(out.starts_with(&format!("{name}: 20")), "{out}{err}");
}

#[test]
fn an_assistant_lets_an_invoice_expire_that_was_paid_too_little() {
    for mode in MODES {
        passes("expiry", mode, &["--allow-changes"]);
    }
}

#[test]
fn an_assistant_acts_on_a_running_server() {
    let clock = ["--clock", "frozen", "--now", "2026-01-01T00:00:00Z", "--webhook-url", "http://shop.inbox.playmoney.test/"];
    let server = Serving::start("mcp", Path::new("."), &[&["--admin-token", "the-token-of-this-test"], &clock[..]].concat());
    let url = server.base_url();
    passes("expiry", "auto", &["--allow-changes", "--url", &url, "--token", "the-token-of-this-test"]);
}

#[test]
fn an_assistant_calls_every_provider_and_reads_why_it_is_refused() {
    passes("providers", "auto", &["--allow-changes"]);
}

#[test]
fn an_assistant_is_shown_a_bounded_part_of_long_answers() {
    passes("bounds", "auto", &["--allow-changes"]);
}

#[test]
fn without_allow_changes_every_tool_that_changes_is_refused() {
    for mode in MODES {
        passes("reading", mode, &[]);
    }
}
