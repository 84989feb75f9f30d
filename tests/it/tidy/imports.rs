//! Imports point one way, and only the edge waits.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{Source, sources};

/// The rooms of the crate; each may import from those to its right.
const ROOMS: &[&str] = &[
    "main",
    "cli",
    "embed",
    "edge",
    "audit",
    "explore",
    "stage",
    "sandbox",
    "control",
    "providers",
    "contract",
    "scenario",
    "engine",
    "kit",
];
/// The files of the engine, each with its folder; each may import from those to its left.
#[rustfmt::skip]
const ENGINE: &[&str] = &[
    "blockchain", "ids", "clock", "matching", "signature", "tables", "limits", "account", "rules", "delivery", "inbox", "outbox", "agenda", "actions",
    "chain", "log", "touched", "start", "core", "context", "store", "lifecycle", "client", "provider", "world", "state",
];
/// The rooms of a provider, in the same sense.
const PROVIDER_ROOMS: &[&str] =
    &["mod", "contract", "routes", "pages", "actions", "auth", "lifecycle", "webhooks", "settings", "wire", "model", "errors", "decisions"];
/// The rooms that may wait, so that they alone use what waits.
const WAITING: &[&str] = &["edge", "cli", "main"];
const WAITERS: &[&str] = &["tokio", "hyper", "hyper_util", "http_body_util", "rustls", "tokio_rustls", "hyper_rustls"];

type Names = Vec<String>;

/// Every path of several names in a file, in a `use` each member of a group by itself.
fn named(text: &str) -> Vec<Names> {
    let mut found = Vec::new();
    search(text.parse().expect("Rust"), &mut found);
    found
}

fn search(tokens: TokenStream, found: &mut Vec<Names>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at = match token {
            TokenTree::Ident(_) => follow(&tokens, at, Vec::new(), found),
            TokenTree::Group(group) => {
                search(group.stream(), found);
                at + 1
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => at + 1,
        };
    }
}

/// Follows a path that goes on at `at`, and says where it ends.
fn follow(tokens: &[TokenTree], mut at: usize, mut path: Names, found: &mut Vec<Names>) -> usize {
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(name)) => path.push(name.to_string()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let members: Vec<TokenTree> = group.stream().into_iter().collect();
                for member in members.split(|it| is(it, ',')) {
                    follow(member, 0, path.clone(), found);
                }
                return at + 1;
            }
            _ => break,
        }
        at += 1;
        if !matches!(tokens.get(at..at + 2), Some([one, other]) if is(one, ':') && is(other, ':')) {
            break;
        }
        at += 2;
    }
    if 1 < path.len() {
        found.push(path);
    }
    at
}

fn is(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(it) if it.as_char() == sign)
}

/// The names that follow a prefix.
fn named_after(paths: &[Names], prefix: &[&str]) -> Vec<String> {
    let behind = paths.iter().filter(|it| it.iter().zip(prefix).filter(|(one, other)| one == other).count() == prefix.len());
    behind.filter_map(|it| it.get(prefix.len()).cloned()).collect()
}

#[test]
fn imports_are_found_however_they_are_written() {
    let code = "use super::{wire::{A, self}, acts::right,\n model}; // super::never\nuse super::pages::X;
        let it = super::auth::login(mysuper::no, \"super::no\"); assert!(super::money::<A>::is(it)); use crate::{engine::{ids, clock::*}};";
    let paths = named(code);
    assert_eq!(named_after(&paths, &["super"]), ["wire", "wire", "acts", "model", "pages", "auth", "money"]);
    assert_eq!(named_after(&paths, &["crate", "engine"]), ["ids", "clock"]);
}

/// The files below a folder, each with its path from there.
fn below(folder: &str) -> impl Iterator<Item = (String, Source)> {
    sources().into_iter().filter_map(move |it| Some((it.below(folder)?.to_owned(), it)))
}

fn place(rooms: &[&str], room: &str) -> Option<usize> {
    rooms.iter().position(|it| *it == room)
}

#[test]
fn imports_point_right() {
    for (name, source) in below("src").filter(|it| !["lib.rs", "inside.rs"].contains(&it.0.as_str())) {
        let room = name.split(['/', '.']).next().expect("a room");
        let own = place(ROOMS, room).unwrap_or_else(|| panic!("{name} is in no room"));
        let paths = named(&source.text);
        for other in named_after(&paths, &["crate"]) {
            assert!(place(ROOMS, &other).is_some_and(|it| own <= it), "{name} imports {other}, which lies to its left");
        }
        assert!(!named_after(&paths, &["super"]).contains(&"super".to_owned()), "{name} climbs out of its room");
    }
}

#[test]
fn imports_inside_the_engine_point_left() {
    for (name, source) in below("src/engine").filter(|it| it.0 != "mod.rs") {
        let file = name.split(['/', '.']).next().expect("a file");
        let own = place(ENGINE, file).unwrap_or_else(|| panic!("engine/{name} has no place in the order"));
        let paths = named(source.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default());
        let siblings = if name.contains('/') { Vec::new() } else { named_after(&paths, &["super"]) };
        for other in siblings.into_iter().chain(named_after(&paths, &["crate", "engine"])) {
            assert!(place(ENGINE, &other).is_some_and(|it| it <= own), "engine/{name} imports {other}, which comes after it");
        }
    }
}

#[test]
fn imports_inside_a_provider_point_right() {
    for (name, source) in below("src/providers").filter(|it| it.0.contains('/')) {
        let parts: Vec<&str> = name.split(['/', '.']).collect();
        let (provider, room) = (parts[0], parts[1]);
        let own = place(PROVIDER_ROOMS, room).unwrap_or_else(|| panic!("{name} is in no room"));
        let paths = named(&source.text);
        let nested = parts.len() > 3;
        let siblings = if nested { Vec::new() } else { named_after(&paths, &["super"]) };
        let inside = named_after(&paths, &["crate", "providers", provider]);
        for other in siblings.into_iter().chain(inside).filter(|it| place(PROVIDER_ROOMS, it).is_some()) {
            assert!(place(PROVIDER_ROOMS, &other).is_some_and(|it| own <= it), "{name} imports {other}, which lies to its left");
        }
        for other in named_after(&paths, &["crate", "providers"]) {
            assert_eq!(other, provider, "{name} imports another provider");
        }
    }
}

#[test]
fn only_the_edge_waits() {
    for (name, source) in below("src") {
        let room = name.split(['/', '.']).next().expect("a room");
        let waiter = named(&source.text).into_iter().find(|it| WAITERS.contains(&it[0].as_str()));
        assert!(WAITING.contains(&room) || waiter.is_none(), "{name} uses {waiter:?}");
    }
}

/// Who may look into the log; who shows something of it does so through `control/render`, which masks secrets.
const LOG_READERS: &[&str] = &[
    "control/render",
    "control/journal.rs",
    "control/verification/search.rs",
    "stage/waiting.rs",
    "cli/import/course.rs",
    "cli/import/rehearsal.rs",
];

#[test]
fn secrets_are_masked_in_one_place() {
    for (name, source) in below("src").filter(|it| !it.0.starts_with("engine/")) {
        let is_reader = LOG_READERS.iter().any(|it| name.starts_with(it));
        let code: String = source.text.lines().filter(|it| !it.trim_start().starts_with("//")).collect();
        let reads = ["log.entries(", "log.requests(", "log.since("].iter().any(|it| code.contains(it));
        assert!(is_reader || !reads, "{name} reads the log");
        let masks = named(&source.text).iter().any(|it| it[0] == "Mask");
        assert!(name.starts_with("control/render") || !masks, "{name} masks by itself");
    }
}
