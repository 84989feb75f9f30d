//! `playmoney mcp` as a process: what stands on its two outputs, and what ends it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value as Json, json};

use super::{PLAYMONEY, run};

/// The program, and the lines that it prints.
struct Assistant {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Assistant {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(PLAYMONEY);
        command.arg("mcp").args(arguments).env_remove("PLAYMONEY_URL");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut own = Self { child, lines };
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
        let told = own.ask("initialize", &hello);
        assert_eq!(told["result"]["serverInfo"]["name"], "playmoney");
        own.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string());
        own
    }

    fn say(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().expect("open");
        stdin.write_all(format!("{line}\n").as_bytes()).and_then(|()| stdin.flush()).expect("it reads");
    }

    /// The next line of standard output, which is a message of the protocol like every other.
    fn next(&mut self) -> Json {
        let line = self.lines.next().expect("an answer").expect("text");
        let message: Json = serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why}: {line}"));
        assert_eq!(message["jsonrpc"], "2.0");
        message
    }

    fn ask(&mut self, method: &str, params: &Json) -> Json {
        self.say(&json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string());
        self.next()
    }

    fn tool(&mut self, name: &str, arguments: &Json) -> Json {
        self.ask("tools/call", &json!({"name": name, "arguments": arguments}))
    }

    /// Closes standard input, and returns how it ends and what it has said beside the protocol.
    fn end(mut self) -> (Option<i32>, String) {
        drop(self.child.stdin.take());
        let rest = self.lines.count();
        assert_eq!(rest, 0, "nothing stands behind the last answer");
        let ended = self.child.wait_with_output().expect("it ends");
        (ended.status.code(), String::from_utf8(ended.stderr).expect("text"))
    }
}

#[test]
fn standard_output_carries_the_protocol_alone_and_its_end_ends_the_program() {
    let mut assistant = Assistant::start(&["--allow-changes"]);
    let called = assistant.tool("call", &json!({"operation": "quoine.createInvoice", "with": {"price": "5.0"}}));
    assert_eq!(called["result"]["isError"], false, "{called}");
    let told = assistant.tool("no_such_tool", &json!({}));
    assert_eq!(told["error"]["code"], -32602, "{told}");
    let (code, log) = assistant.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("it may change the sandbox") && log.contains("quoine.createInvoice"), "{log}");
}

#[test]
fn an_answer_that_is_under_way_when_standard_input_ends_arrives() {
    let mut assistant = Assistant::start(&["--allow-changes", "--log", "none"]);
    assistant.say(
        &json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "advance", "arguments": {"by": "1h"}}}).to_string(),
    );
    drop(assistant.child.stdin.take());
    let answer = assistant.next();
    assert_eq!((&answer["id"], &answer["result"]["isError"]), (&json!(7), &json!(false)), "{answer}");
    let (code, log) = assistant.end();
    assert_eq!((code, log.lines().count()), (Some(0), 1), "{log}");
}

#[test]
fn lines_that_are_not_messages_and_messages_that_are_too_long_do_no_harm() {
    let mut assistant = Assistant::start(&[]);
    assistant.say("");
    assistant.say(&"x".repeat(3 * 1024 * 1024));
    let clock = assistant.tool("clock", &json!({}));
    assert_eq!(clock["result"]["isError"], false, "{clock}");
    assistant.say(r#"{"jsonrpc": "2.0", "id": 2}"#);
    assert!(assistant.next()["error"].is_object());
    let text = "a".repeat(900_000);
    let refused = assistant.tool("describe", &json!({"what": text}));
    assert!(refused["result"]["content"][0]["text"].as_str().expect("text").len() <= 32 * 1024);
    let (code, log) = assistant.end();
    assert_eq!(code, Some(0), "{log}");
}

#[cfg(unix)]
#[test]
fn sigterm_ends_it() {
    let mut assistant = Assistant::start(&[]);
    assert!(assistant.ask("tools/list", &json!({}))["result"]["tools"].is_array());
    let sent = Command::new("kill").args(["-TERM", &assistant.child.id().to_string()]).status().expect("kill is there");
    assert!(sent.success());
    assert_eq!(assistant.child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_server_that_is_not_there_is_a_refusal_of_the_tool() {
    let mut assistant = Assistant::start(&["--url", "http://127.0.0.1:1"]);
    let told = assistant.tool("clock", &json!({}));
    assert_eq!(told["result"]["isError"], true);
    assert!(told["result"]["content"][0]["text"].as_str().expect("text").contains("cannot be reached"), "{told}");
    let known = assistant.tool("describe", &json!({"what": "quoine.pay"}));
    assert_eq!(known["result"]["isError"], false, "the contract needs no server: {known}");
    assert_eq!(assistant.end().0, Some(0));
}

#[test]
fn flags_of_two_servers_are_bad_usage() {
    let ended = run(&["mcp", "--url", "http://127.0.0.1:1", "--port", "4242"]);
    assert_eq!(ended.status.code(), Some(2));
    assert!(ended.stdout.is_empty() && String::from_utf8_lossy(&ended.stderr).contains("--port"));
}
