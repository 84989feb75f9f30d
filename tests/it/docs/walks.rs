//! The commands of each page, in their order: what is shown is what they print.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use super::blocks::{Block, blocks};
use super::{Folder, ends, pages, path};
use crate::cli::{PLAYMONEY, Ready, Serving};

/// How the README starts the program, and how all other pages do.
const COMPILED: &str = "cargo run --release -- ";
const SERVE: &str = "playmoney serve";

/// The command that runs this very test.
const TESTS: &str = "bash tests/prepare && cargo test\n";

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

/// A page that is walked: its folder, and the server that it has started.
struct Walk {
    name: String,
    folder: Folder,
    serving: Option<(Serving, u16)>,
}

impl Walk {
    fn new(page: &Path) -> Self {
        let name = page.file_stem().expect("a name").to_string_lossy().into_owned();
        let folder = Folder::new(&name);
        folder.program("playmoney", &format!("exec '{PLAYMONEY}' \"$@\""));
        Self { name, folder, serving: None }
    }

    /// Starts a server in place of the one before.
    fn serve(&mut self, flags: &str) {
        self.serving = None;
        let ready = Ready::new(&format!("docs-{}", self.name));
        let port = ready.port;
        let flags = flags.replace("4242", &port.to_string());
        let mut command = Command::new("bash");
        command.args(["-c", &format!("exec {PLAYMONEY} serve {} --listen 127.0.0.1:{port} \"$@\"", flags.trim()), "bash"]);
        self.serving = Some((Serving::by(command, ready), port));
    }

    /// Runs commands of the shell, and returns what they print.
    fn run(&self, text: &str) -> String {
        let mut command = Command::new("bash");
        command.current_dir(&self.folder.0).env("PATH", self.folder.search_path()).env_remove("PLAYMONEY_URL").stdin(Stdio::null());
        let port = self.serving.as_ref().map(|it| it.1.to_string());
        let text = port.as_ref().map_or(text.to_owned(), |it| text.replace("127.0.0.1:4242", &format!("127.0.0.1:{it}")));
        if let Some(port) = &port {
            command.env("PLAYMONEY_URL", format!("http://127.0.0.1:{port}"));
        }
        let mut child = command.args(["-euo", "pipefail", "-c", &text]).stdout(Stdio::piped()).spawn().expect("bash is there");
        let mut seen = String::new();
        child.stdout.take().expect("piped").read_to_string(&mut seen).expect("text");
        assert!(child.wait().expect("it ends").success(), "{}: {text}\n{seen}", self.name);
        port.map_or(seen.clone(), |it| seen.replace(&format!("127.0.0.1:{it}"), "127.0.0.1:4242"))
    }
}

/// Plays the commands of a page, and returns how often what they printed was compared.
fn walk(page: &Path) -> usize {
    let blocks = blocks(page);
    let mut walk = Walk::new(page);
    for file in blocks.iter().flat_map(|it| &it.included).filter(|it| ends(it, "yaml")) {
        std::fs::copy(file, walk.folder.0.join(file.file_name().expect("a name"))).expect("it is copied");
    }
    let mut compared = 0;
    let mut shown = blocks.iter().filter(|it| ["sh", "text"].contains(&it.language.as_str())).peekable();
    while let Some(Block { language, text, .. }) = shown.next() {
        assert_eq!(language, "sh", "{}: a result without its command: {text}", walk.name);
        let text = text.replace(COMPILED, "playmoney ");
        if text == TESTS {
            continue;
        }
        if let Some(flags) = text.strip_prefix(SERVE) {
            walk.serve(flags);
            continue;
        }
        let seen = walk.run(&text);
        if let Some(promised) = shown.next_if(|it| it.language == "text") {
            assert!(fits(&promised.text, &seen), "{}\n{text}\nshows\n{}\nprints\n{seen}", walk.name, promised.text);
            compared += 1;
        }
    }
    compared
}

#[test]
fn the_readme_prints_what_it_shows() {
    assert_eq!(walk(&path("README.md")), 1);
}

#[test]
fn the_ten_minutes_print_what_they_show() {
    assert!(walk(&path("docs/src/walk.md")) >= 8);
}

#[test]
fn all_other_pages_print_what_they_show() {
    let others = pages().into_iter().filter(|it| !it.ends_with("README.md") && !it.ends_with("walk.md"));
    let compared: usize = others.map(|it| walk(&it)).sum();
    assert!(compared >= 25, "{compared}");
}

#[test]
fn a_promise_that_is_not_kept_is_noticed() {
    assert!(fits("{\"a\":...,\"b\":1}", "{\"a\":7,\"b\":1}\n"));
    assert!(fits("first\n...\nlast", "first\nsecond\nlast"));
    for seen in ["", "{\"a\":7,\"b\":2}", "x{\"a\":7,\"b\":1}", "{\"a\":7,\"b\":1} more"] {
        assert!(!fits("{\"a\":...,\"b\":1}", seen), "{seen}");
    }
}
