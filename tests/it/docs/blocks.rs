//! The fenced blocks of a page, and the files whose text they have. Each has a test that runs it.

use std::path::{Path, PathBuf};

use super::{pages, path, read};

/// A fenced block.
pub struct Block {
    /// `sh`, or `sh,install`.
    pub language: String,
    pub text: String,
    /// The file whose text it has, or a part of its text. `building` compares both.
    pub included: Option<PathBuf>,
}

/// The file that the comment in front of a block names.
fn included(page: &Path, before: &str) -> Option<PathBuf> {
    let named = before.trim_end().strip_suffix(" -->")?.rsplit_once("<!-- include ")?.1;
    let file = named.split_once(':').map_or(named, |(file, _)| file);
    Some(page.parent()?.join(file).canonicalize().unwrap_or_else(|why| panic!("{named}: {why}")))
}

/// The blocks of a text that stands in that page.
fn blocks_of(page: &Path, text: &str) -> Vec<Block> {
    let pieces: Vec<_> = text.split("```").collect();
    let fenced = pieces.chunks_exact(2).filter_map(|it| Some((it[0], it[1].split_once('\n')?)));
    let block = |(before, (language, text)): (&str, (&str, &str))| Block {
        language: language.to_owned(),
        text: text.to_owned(),
        included: included(page, before),
    };
    fenced.map(block).collect()
}

pub fn blocks(page: &Path) -> Vec<Block> {
    blocks_of(page, &read(page))
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
        "python" if block.included.is_none() => {
            let is_run = read(&path("packages/python/README.md")).contains(&block.text);
            (!is_run).then(|| told("packages/python/README.md does not have it")).flatten()
        }
        // The documentation of the crate has the same example, which is compiled and run with it.
        "rust" if block.included.is_none() => {
            let crate_root = read(&path("src/lib.rs"));
            let is_run = block.text.lines().all(|line| crate_root.contains(line.trim()));
            (!is_run).then(|| told("src/lib.rs does not have it")).flatten()
        }
        "yaml" | "python" | "js" | "php" | "rust" | "ini" | "sh,ci" => match &block.included {
            None => told("no file that a test runs has it"),
            Some(file) if RUN.iter().any(|it| file.starts_with(path(it))) => None,
            Some(file) => told(&format!("{} is not run", file.display())),
        },
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
    let page = path("README.md");
    for text in [
        "```sh,install\npip install a\nrm -r b\n```\n",
        "```yaml\na: 1\n```\n",
        "```python\nprint(1)\n```\n",
        "```rust\nfn unknown() {}\n```\n",
        "```ruby\nputs 1\n```\n",
        "<!-- include justfile -->\n```js\n```\n",
    ] {
        let [block] = &blocks_of(&page, text)[..] else { panic!("{text}") };
        assert!(left(&page, block).is_some(), "{text}");
    }
}
