//! The documents: what their commands print is what they show, each block is run, and each link leads somewhere.

use std::path::{Path, PathBuf};

mod blocks;
mod building;
mod cookbook;
mod links;
mod recipes;
mod starting;
mod verifying;
mod walks;

fn path(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// Every file below a folder, sorted by its path.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(below(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// The pages of the book, and the README.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<_> = below(&path("docs/src")).into_iter().filter(|it| ends(it, "md")).collect();
    pages.push(path("README.md"));
    pages
}

/// Whether the name of a file ends so, behind a dot.
fn ends(file: &Path, with: &str) -> bool {
    file.extension().is_some_and(|it| it == with)
}

/// An empty folder of a test, until it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("docs-{name}-{}", std::process::id()));
        _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn file(&self, name: &str, text: &str) {
        let file = self.0.join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text).expect("it is written");
    }

    /// A program of the shell in the folder `bin`.
    fn program(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        let name = format!("bin/{name}");
        self.file(&name, &format!("#!/bin/sh\n{text}\n"));
        std::fs::set_permissions(self.0.join(name), std::fs::Permissions::from_mode(0o755)).expect("it is set");
    }

    /// The folder `bin` before all others.
    fn search_path(&self) -> String {
        format!("{}:{}", self.0.join("bin").display(), std::env::var("PATH").expect("a search path"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}
