//! The README's commands, executed: what it shows is what they print.

use std::io::Read;
use std::process::{Command, Stdio};

use crate::cli::{PLAYMONEY, Ready, Serving};

/// A fenced block of a shell's words or their result, and its language.
struct Block<'a> {
    language: &'a str,
    text: &'a str,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let fenced = page.split("```").skip(1).step_by(2);
    let blocks = fenced.filter_map(|it| it.split_once('\n')).map(|(language, text)| Block { language, text });
    blocks.filter(|it| it.language != "rust").collect()
}

/// Whether a text is what was promised; `...` stands for anything, within a line or for whole lines.
fn fits(promised: &str, seen: &str) -> bool {
    let pieces: Vec<&str> = promised.trim().split("...").map(|it| it.trim_matches('\n')).collect();
    let [first, between @ .., last] = &pieces[..] else { return promised.trim() == seen.trim() };
    let Some(mut rest) = seen.trim().strip_prefix(first) else { return false };
    for piece in between {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[test]
fn the_walk_prints_what_it_shows() {
    let page = include_str!("../../README.md");
    let blocks = blocks(page);
    let run = "cargo run --release -- ";
    let serve = blocks.iter().find(|it| it.text.starts_with("cargo run --release -- serve")).expect("the README starts a server");
    let ready = Ready::new("readme");
    let flags = serve.text.strip_prefix(run).expect("checked").replace("4242", &ready.port.to_string());
    let port = ready.port;
    let mut started = Command::new("bash");
    started.args(["-c", &format!("exec {PLAYMONEY} {} --listen 127.0.0.1:{port} \"$@\"", flags.trim()), "bash"]);
    let _serving = Serving::by(started, ready);

    let mut commands = blocks.iter().skip_while(|it| !std::ptr::eq(*it, serve)).skip(1).peekable();
    let mut played = 0;
    while let Some(command) = commands.next() {
        assert_eq!(command.language, "sh", "a result without its command: {}", command.text);
        let text = command.text.replace("127.0.0.1:4242", &format!("127.0.0.1:{port}")).replace(run, &format!("{PLAYMONEY} "));
        let mut child = Command::new("bash").args(["-euo", "pipefail", "-c", &text]).stdout(Stdio::piped()).spawn().expect("bash is there");
        let mut seen = String::new();
        child.stdout.take().expect("piped").read_to_string(&mut seen).expect("text");
        assert!(child.wait().expect("it ends").success(), "{text}");
        let promised = commands.next_if(|it| it.language == "text").expect("a command shows what it prints").text;
        let seen = seen.replace(&format!("127.0.0.1:{port}"), "127.0.0.1:4242");
        assert!(fits(promised, &seen), "{text}\nshows\n{promised}\nprints\n{seen}");
        played += 1;
    }
    assert!(played >= 6, "the walk was played");
}

#[test]
fn a_promise_that_is_not_kept_is_noticed() {
    assert!(fits("{\"a\":...,\"b\":1}", "{\"a\":7,\"b\":1}\n"));
    assert!(fits("first\n...\nlast", "first\nsecond\nlast"));
    for seen in ["", "{\"a\":7,\"b\":2}", "x{\"a\":7,\"b\":1}", "{\"a\":7,\"b\":1} more"] {
        assert!(!fits("{\"a\":...,\"b\":1}", seen), "{seen}");
    }
}
