//! The house is in order. Rules that read code read it as a parser does, also inside macros and without its comments.
//!
//! Some rules have exceptions. A list of them may only shrink: what it no longer needs fails as well as what it lacks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

mod closures;
mod codes;
mod files;
mod functions;
mod imports;
mod played;
mod snapshots;
mod widths;

/// Where Rust is.
const FOLDERS: &[&str] = &["src", "tests", "benches", "examples"];

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A Rust file.
struct Source {
    /// From the top of the repository.
    path: String,
    text: String,
}

impl Source {
    fn syntax(&self) -> syn::File {
        syn::parse_file(&self.text).unwrap_or_else(|why| panic!("{}: {why}", self.path))
    }

    /// The path below a folder, when it is there.
    fn below(&self, folder: &str) -> Option<&str> {
        self.path.strip_prefix(folder)?.strip_prefix('/')
    }
}

/// Every file below a folder, in order.
pub fn paths(folder: &Path) -> Vec<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        // No folder holds examples until there is one.
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// Every Rust file of the repository.
fn sources() -> Vec<Source> {
    let all = FOLDERS.iter().flat_map(|it| paths(&root().join(it)));
    let rust = all.filter(|it| it.extension() == Some("rs".as_ref()));
    let read = rust.map(|it| Source {
        path: it.strip_prefix(root()).expect("below").to_string_lossy().replace('\\', "/"),
        text: std::fs::read_to_string(&it).expect("text"),
    });
    let found: Vec<Source> = read.collect();
    for folder in ["src", "tests", "benches"] {
        assert!(found.iter().any(|it| it.below(folder).is_some()), "{folder} holds files");
    }
    found
}

/// Compares what was found in the lines of each place with how often it is allowed there.
fn only(what: &str, found: &BTreeMap<String, Vec<usize>>, allowed: &[(&str, usize)]) {
    let allowed: BTreeMap<&str, usize> = allowed.iter().copied().collect();
    let places: BTreeSet<&str> = found.keys().map(String::as_str).chain(allowed.keys().copied()).collect();
    let mut faults = Vec::new();
    for place in places {
        let lines = found.get(place).map_or(&[][..], Vec::as_slice);
        let allowed = allowed.get(place).copied().unwrap_or_default();
        if allowed < lines.len() {
            faults.push(format!("{place}: {} in the lines {lines:?}, and {allowed} are allowed", lines.len()));
        } else if lines.len() < allowed {
            faults.push(format!("{place}: {} are left, so the list shall no longer allow {allowed}", lines.len()));
        }
    }
    assert!(faults.is_empty(), "{what}\n{}", faults.join("\n"));
}
