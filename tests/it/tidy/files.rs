//! Files are short, finished and part of a target.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use syn::{Attribute, Expr, Item, Lit, Meta};

use super::{FOLDERS, Source, root, sources};

/// A file that is longer becomes a folder.
const LINES_MAX: usize = 400;
/// The entry files of the crate; those of tests, benchmarks and examples stand at the top of their folders.
const ENTRIES: [&str; 2] = ["src/lib.rs", "src/main.rs"];

#[test]
fn files_are_short_and_finished() {
    let unfinished = [["FIX", "ME"], ["TO", "DO"], ["todo", "!("], ["unimplemented", "!("], ["#[ign", "ore"], ["should", "_panic"]]
        .map(|it| it.concat());
    for Source { path, text } in sources() {
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{path} has {lines} lines");
        for word in &unfinished {
            assert!(!text.contains(word), "{path} says {word}");
        }
    }
}

#[test]
fn every_file_is_reached_by_a_mod() {
    let mut reached = BTreeSet::new();
    let sources = sources();
    for it in sources.iter().filter(|it| is_entry(&it.path)) {
        reach(&root().join(&it.path), &mut reached);
    }
    let dead: Vec<&str> = sources.iter().map(|it| it.path.as_str()).filter(|it| !reached.contains(&canonical(&root().join(it)))).collect();
    assert!(dead.is_empty(), "no `mod` names {dead:?}");
}

fn is_entry(path: &str) -> bool {
    let beside = |it: &str| it.ends_with("/main.rs") && it.matches('/').count() == 2 || it.matches('/').count() == 1;
    ENTRIES.contains(&path) || FOLDERS[1..].iter().any(|it| path.starts_with(it) && beside(path))
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().expect("a file")
}

/// Notes a file and all that its modules are.
fn reach(path: &Path, reached: &mut BTreeSet<PathBuf>) {
    if !reached.insert(canonical(path)) {
        return;
    }
    let text = std::fs::read_to_string(path).expect("text");
    let syntax = syn::parse_file(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let folder = path.parent().expect("a folder");
    let (stem, relative) =
        (path.file_stem().expect("a name"), path.strip_prefix(root()).expect("below").to_string_lossy().replace('\\', "/"));
    let is_top = stem == "mod" || stem == "main" || is_entry(&relative);
    let own = if is_top { folder.to_owned() } else { folder.join(stem) };
    reach_modules(&syntax.items, folder, &own, reached);
}

/// Follows the modules among these items: `#[path]` begins at the file's folder, the rest at the module's own.
fn reach_modules(items: &[Item], folder: &Path, own: &Path, reached: &mut BTreeSet<PathBuf>) {
    for it in items {
        let Item::Mod(module) = it else { continue };
        let name = module.ident.to_string();
        if let Some((_, items)) = &module.content {
            reach_modules(items, &own.join(&name), &own.join(&name), reached);
            continue;
        }
        let named = module.attrs.iter().find_map(path_of).map(|it| folder.join(it));
        let places = [Some(own.join(format!("{name}.rs"))), Some(own.join(&name).join("mod.rs"))];
        let file = named.into_iter().chain(places.into_iter().flatten()).find(|it| it.is_file());
        reach(&file.unwrap_or_else(|| panic!("{} has no file of the module {name}", own.display())), reached);
    }
}

/// What `#[path = ".."]` says.
fn path_of(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(it) = &attribute.meta else { return None };
    let Expr::Lit(value) = &it.value else { return None };
    let Lit::Str(text) = &value.lit else { return None };
    it.path.is_ident("path").then(|| text.value())
}
