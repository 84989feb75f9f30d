//! The fenced blocks of a page, with what they include. Each has a test that runs it.

use std::path::{Path, PathBuf};

use super::{pages, path, read};

/// A fenced block.
pub struct Block {
    /// `sh`, or `sh,install`.
    pub language: String,
    /// With what it includes in place of the directives.
    pub text: String,
    /// The files that it includes.
    pub included: Vec<PathBuf>,
}

impl Block {
    fn new(page: &Path, language: &str, written: &str) -> Self {
        let mut block = Self { language: language.to_owned(), text: String::new(), included: Vec::new() };
        for line in written.lines() {
            let Some(named) = line.strip_prefix("{{#include ").and_then(|it| it.strip_suffix("}}")) else {
                block.text += line;
                block.text.push('\n');
                continue;
            };
            let (file, anchor) = named.split_once(':').map_or((named, None), |(file, anchor)| (file, Some(anchor)));
            let file = page.parent().expect("a folder").join(file).canonicalize().unwrap_or_else(|why| panic!("{named}: {why}"));
            let text = read(&file);
            block.text += &anchor.map_or(text.clone(), |it| anchored(&text, it));
            block.included.push(file);
        }
        block
    }
}

/// The lines between `ANCHOR: name` and `ANCHOR_END: name`.
fn anchored(text: &str, name: &str) -> String {
    let (begin, end) = (format!("ANCHOR: {name}"), format!("ANCHOR_END: {name}"));
    let after = text.lines().skip_while(|it| !it.ends_with(&begin)).skip(1);
    let lines: Vec<_> = after.take_while(|it| !it.ends_with(&end)).collect();
    assert!(!lines.is_empty(), "no lines between {begin} and {end}");
    lines.join("\n") + "\n"
}

pub fn blocks(page: &Path) -> Vec<Block> {
    let text = read(page);
    let fenced = text.split("```").skip(1).step_by(2).filter_map(|it| it.split_once('\n'));
    fenced.map(|(language, written)| Block::new(page, language, written)).collect()
}

/// How the lines of a block begin that installs something. Nothing is installed by a test.
const INSTALLS: &[&str] = &["pip install ", "npm install ", "cargo install ", "docker build ", "docker run "];

/// Where files are that are run as they are: `verifying`, `cookbook` and `recipes` do so, and `cargo test` runs the examples.
const RUN: &[&str] = &["docs/verify", "docs/cookbook", "docs/ci", "docs/failing", "examples"];

/// Why no test runs a block.
fn left(page: &Path, block: &Block) -> Option<String> {
    let told = |why: &str| Some(format!("{}: {why}\n{}", page.display(), block.text));
    let is_guide = page.parent().is_some_and(|it| it.ends_with("providers"));
    match block.language.as_str() {
        // `walks` runs the first and compares the second.
        "sh" | "text" => None,
        "sh,install" => {
            let others = block.text.lines().any(|line| !INSTALLS.iter().any(|it| line.starts_with(it)));
            others.then(|| told("it does more than install")).flatten()
        }
        // `generated` writes the guides.
        "json" if is_guide => None,
        // The package for Python runs the example of its own README.
        "python" if block.included.is_empty() => {
            let is_run = read(&path("packages/python/README.md")).contains(&block.text);
            (!is_run).then(|| told("packages/python/README.md does not have it")).flatten()
        }
        // The documentation of the crate has the same example, which is compiled and run with it.
        "rust" if block.included.is_empty() => {
            let crate_root = read(&path("src/lib.rs"));
            let is_run = block.text.lines().all(|line| crate_root.contains(line.trim()));
            (!is_run).then(|| told("src/lib.rs does not have it")).flatten()
        }
        "yaml" | "python" | "js" | "php" | "rust" | "ini" | "sh,ci" => {
            let stray = block.included.iter().find(|file| !RUN.iter().any(|it| file.starts_with(path(it))));
            if let Some(stray) = stray {
                return told(&format!("{} is not run", stray.display()));
            }
            block.included.is_empty().then(|| told("it includes nothing")).flatten()
        }
        language => told(&format!("what runs `{language}`?")),
    }
}

#[test]
fn each_block_is_run_by_a_test() {
    let mut lefts = Vec::new();
    let mut seen = 0;
    for page in pages() {
        let blocks = blocks(&page);
        seen += blocks.len();
        lefts.extend(blocks.iter().filter_map(|it| left(&page, it)));
    }
    assert!(lefts.is_empty(), "{}", lefts.join("\n"));
    assert!(seen > 100, "{seen}");
}

#[test]
fn a_block_that_nothing_runs_is_noticed() {
    let block = |language: &str, written: &str| Block::new(&path("README.md"), language, written);
    for (language, written) in [
        ("sh,install", "pip install a\nrm -r b"),
        ("yaml", "a: 1"),
        ("python", "print(1)"),
        ("ruby", "puts 1"),
        ("js", "{{#include justfile}}"),
    ] {
        assert!(left(&path("README.md"), &block(language, written)).is_some(), "{language} {written}");
    }
}
