//! Names that stand in several places as text mean the same row everywhere: a misspelt one fails here.

use std::path::{Path, PathBuf};

use playmoney::inside::engine::lifecycle::On;
use playmoney::inside::engine::tables::Contract;
use playmoney::inside::providers;

/// Whether the tables of a provider have what a transition follows from.
fn is_known(contract: &Contract, on: On) -> bool {
    match on {
        On::Call(name) => contract.operation(name).is_some(),
        On::Act(name) => contract.actions.iter().any(|it| it.name == name),
        On::Delivered(name) => contract.events.iter().any(|it| it.name == name),
        On::After(_) | On::Timer(_) | On::Pace(_) | On::Deadline(_) | On::Block(_) => true,
    }
}

#[test]
fn transitions_follow_from_rows_of_the_tables() {
    for contract in providers::all().iter().map(|it| it.contract()) {
        for (table, row) in (contract.lifecycles)().iter().flat_map(|it| it.rows.iter().map(|row| (it.object, row))) {
            assert!(is_known(contract, row.on), "{}: `{}` of the {table} names no row", contract.slug, row.on);
            if let Some(event) = row.event {
                assert!(is_known(contract, On::Delivered(event)), "{}: the {table} names no event `{event}`", contract.slug);
            }
        }
    }
}

/// The Rust files of a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path());
    entries
        .flat_map(|it| if it.is_dir() { files(&it) } else { vec![it] })
        .filter(|it| it.extension().is_some_and(|it| it == "rs"))
        .collect()
}

/// The texts in a file that stand between those two.
fn texts_between<'a>(code: &'a str, before: &'a str, after: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(before).filter_map(move |(place, _)| Some(code[place + before.len()..].split_once(after)?.0))
}

#[test]
fn handlers_name_rows_of_the_tables() {
    let mut found = 0;
    for contract in providers::all().iter().map(|it| it.contract()) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/providers").join(contract.slug.replace('-', "_"));
        for file in files(&folder) {
            let code = std::fs::read_to_string(&file).expect("text");
            for name in texts_between(&code, "Call(\"", "\")") {
                assert!(contract.operation(name).is_some(), "{} names no operation `{name}`", file.display());
                found += 1;
            }
            let passed_on = texts_between(&code, "cx, with, \"", "\")");
            for name in texts_between(&code, "Act(\"", "\")").chain(passed_on) {
                assert!(contract.actions.iter().any(|it| it.name == name), "{} names no action `{name}`", file.display());
                found += 1;
            }
        }
    }
    assert!(50 < found, "only {found} names were found");
}
