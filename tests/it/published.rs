//! What is published beside the code: the files of the crate, and `llms.txt` for coding assistants.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use playmoney::Method;
use playmoney::inside::control::Call;
use playmoney::inside::engine::tables::Contract;
use playmoney::inside::providers;

use crate::cli::PLAYMONEY;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(of: &str) -> String {
    std::fs::read_to_string(root().join(of)).unwrap_or_else(|why| panic!("{of}: {why}"))
}

/// What `cargo package` would pack.
fn packed() -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).args(["package", "--list", "--allow-dirty", "--offline", "--locked", "--quiet"]);
    let listed = cargo.output().expect("cargo is there");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    String::from_utf8(listed.stdout).expect("text").lines().map(|it| it.replace('\\', "/")).collect()
}

/// Files at the top of the crate. The first three are cargo's own.
const AT_THE_TOP: &[&str] = &[
    ".cargo_vcs_info.json",
    "Cargo.lock",
    "Cargo.toml.orig",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
    "llms.txt",
];
/// Bytes of all files of the crate, before they are compressed. A registry takes 10 MiB after that.
const BYTES_MAX: u64 = 8 * 1024 * 1024;

#[test]
fn the_crate_has_its_sources_and_nothing_else() {
    let packed = packed();
    let folders = ["src/", "scenarios/", "examples/"];
    let foreign: Vec<_> =
        packed.iter().filter(|it| !AT_THE_TOP.contains(&it.as_str()) && !folders.iter().any(|own| it.starts_with(own))).collect();
    assert!(foreign.is_empty(), "these files are not for the crate: {foreign:?}");
    let endings = [".rs", ".html", ".css", ".js", ".tsv", ".yaml", ".md", ".txt", ".svg", ".LICENSE"];
    let inside = packed.iter().filter(|it| it.contains('/'));
    let odd: Vec<_> = inside.filter(|it| !endings.iter().any(|own| it.ends_with(own)) && !it.contains("/vendor/")).collect();
    assert!(odd.is_empty(), "files of a kind that the crate does not need: {odd:?}");
    let bytes: u64 = packed.iter().filter_map(|it| std::fs::metadata(root().join(it)).ok()).map(|it| it.len()).sum();
    assert!(bytes < BYTES_MAX, "{bytes} bytes");
    for name in AT_THE_TOP {
        // Outside a repository, cargo has no word on the revision.
        assert!(packed.contains(*name) || *name == ".cargo_vcs_info.json", "{name} is missing");
    }
}

#[test]
fn every_file_that_the_sources_read_is_in_the_crate() {
    let packed = packed();
    let mut read = 0;
    for source in packed.iter().filter(|it| it.starts_with("src/") && Path::new(it).extension().is_some_and(|own| own == "rs")) {
        let code = text(source);
        for marker in ["include_str!(\"", "include_bytes!(\""] {
            for it in code.split(marker).skip(1) {
                let name = it.split('"').next().expect("a name");
                let path = normal(&Path::new(source).parent().expect("a folder").join(name));
                assert!(packed.contains(&path), "{source} reads {path}, which is not packed");
                read += 1;
            }
        }
    }
    assert!(30 < read, "the macros were found: {read}");
}

/// A path without `..`.
fn normal(path: &Path) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in path.iter().map(|it| it.to_string_lossy().into_owned()) {
        match part.as_str() {
            ".." => _ = parts.pop(),
            "." => {}
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The targets of the links and pictures of a Markdown text that lead to files.
fn linked(page: &str) -> Vec<String> {
    let outside_code = page.split("```").step_by(2);
    let links = outside_code.flat_map(|it| it.split("](").skip(1)).filter_map(|it| it.split([')', ' ']).next());
    let files = links.filter(|it| !it.contains("://") && !it.starts_with('#'));
    files.map(|it| it.split('#').next().expect("the whole").to_owned()).collect()
}

/// A registry completes relative links by the address of the repository, so each has to be a file of it.
#[test]
fn relative_links_of_the_published_pages_lead_to_files() {
    for page in ["README.md", "llms.txt", "packages/python/README.md", "packages/node/README.md"] {
        let folder = root().join(page).parent().map(PathBuf::from).expect("a folder");
        let links = linked(&text(page));
        assert!(!links.is_empty() || page.starts_with("packages"), "{page} has links");
        for link in links {
            assert!(folder.join(&link).exists(), "{page} links to {link}, which does not exist");
            assert!(!link.starts_with('/'), "{page}: {link} is not relative");
        }
    }
}

/// <https://llmstxt.org>: a title, a summary, then sections with lists of links.
#[test]
fn llms_txt_has_the_form_of_its_kind() {
    let page = text("llms.txt");
    let mut lines = page.lines().filter(|it| !it.is_empty());
    assert_eq!(lines.next(), Some("# Playmoney"));
    assert!(lines.next().is_some_and(|it| it.starts_with("> ")));
    let sections: Vec<&str> = page.split("\n## ").skip(1).collect();
    assert!(4 <= sections.len() && sections.last().is_some_and(|it| it.starts_with("Optional\n")));
    for section in sections {
        let mut lines = section.lines().skip(1).filter(|it| !it.is_empty());
        assert!(lines.all(|it| it.starts_with("- ")), "{section}");
    }
    assert!(page.len() < 16 * 1024, "an assistant reads all of it: {}", page.len());
}

/// What stands between backquotes.
fn spans(page: &str) -> impl Iterator<Item = &str> {
    page.split('`').skip(1).step_by(2)
}

fn contracts() -> Vec<&'static Contract> {
    providers::all().iter().map(|it| it.contract()).collect()
}

#[test]
fn commands_and_flags_of_llms_txt_exist() {
    let page = text("llms.txt");
    let mut tried = 0;
    for command in spans(&page).filter_map(|it| it.strip_prefix("playmoney ")) {
        let own = command.split(" -- ").next().expect("the whole");
        let mut words = own.split(' ');
        let name = words.next().expect("a command");
        let help = Command::new(PLAYMONEY).args([name, "--help"]).output().expect("it runs");
        assert!(help.status.success(), "`playmoney {command}`: {}", String::from_utf8_lossy(&help.stderr));
        let help = String::from_utf8(help.stdout).expect("text");
        for flag in words.filter(|it| it.starts_with("--")) {
            assert!(help.contains(flag), "`playmoney {name}` has no {flag}");
        }
        tried += 1;
    }
    assert!(10 < tried, "{tried}");
    let serve = Command::new(PLAYMONEY).args(["serve", "--help"]).output().expect("it runs").stdout;
    let env = Command::new(PLAYMONEY).args(["exec", "--", "env"]).output().expect("it runs").stdout;
    let [serve, env] = [serve, env].map(|it| String::from_utf8(it).expect("text"));
    let is_name = |it: &&str| it.contains('_') && it.bytes().all(|own| own.is_ascii_uppercase() || own == b'_');
    for name in spans(&page).filter(is_name) {
        // As the help of `serve` says: each flag is a variable too.
        let flag = name.strip_prefix("PLAYMONEY_").map(|it| format!("--{}", it.to_lowercase().replace('_', "-")));
        let is_flag = flag.is_some_and(|it| serve.contains(&format!("{it} <")));
        assert!(is_flag || env.lines().any(|it| it.starts_with(&format!("{name}="))), "no variable is named {name}");
    }
}

#[test]
fn calls_operations_and_keys_of_llms_txt_exist() {
    let page = text("llms.txt");
    let mut tried = 0;
    for (method, path) in spans(&page).filter_map(|it| it.split_once(" /__admin/")) {
        let parsed: Method = method.parse().expect("a method");
        assert!(Call::find(&parsed, path).is_some(), "no call answers to {method} /__admin/{path}");
        tried += 1;
    }
    assert!(10 < tried, "{tried}");
    let contracts = contracts();
    let own = |name: &str| {
        let (slug, name) = name.split_once('.')?;
        let contract = contracts.iter().find(|it| it.slug == slug)?;
        Some(contract.operation(name).is_some() || contract.actions.iter().any(|it| it.name == name))
    };
    let named: Vec<(&str, bool)> = page.split(['`', ' ', '"']).filter_map(|it| Some((it, own(it)?))).collect();
    assert!(4 <= named.len() && named.iter().all(|it| it.1), "{named:?}");
    let keys: Vec<&str> = contracts.iter().flat_map(|it| it.credentials).map(|it| it.test_value).collect();
    for key in spans(&page).filter(|it| it.contains("_test_key") || it.contains("_test_token")) {
        assert!(keys.contains(&key), "{key} is not a test key");
    }
}
