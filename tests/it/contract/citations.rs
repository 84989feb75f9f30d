//! Every row of a contract has its citation in `tests/citations`: the document, the section, and the words that say it.
//!
//! The columns are the row (without the slug), the document, the section, and the words, at most ten. Documented words are quoted
//! from the document. The words of an observed row say what was seen. An assumed row has neither document nor words.
//!
//! Whole documents are not in the repository. A quotation that begins with a quotation mark is from a sample, and the samples
//! stand in the tests. When `PLAYMONEY_DOCUMENTS` names a folder with documents as text files, each documented quotation has
//! to be in one of them.

use std::collections::BTreeMap;

use playmoney::inside::engine::tables::{Contract, NamedRow};
use playmoney::inside::kit::evidence::Evidence;
use playmoney::inside::providers;

use crate::tidy::{paths, root};

/// The most words of a citation.
const WORDS_MAX: usize = 10;

struct Citation<'a> {
    document: &'a str,
    section: &'a str,
    words: &'a str,
}

/// A text without white space and the marks of code, in small letters.
fn folded(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace() && *it != '`').flat_map(char::to_lowercase).collect()
}

/// The samples of a provider's documents that the tests have.
fn samples(contract: &Contract) -> String {
    let folder = root().join("tests/it").join(contract.slug.replace('-', "_"));
    let tests = paths(&folder).into_iter().filter(|it| it.extension() == Some("rs".as_ref()));
    let sources = tests.map(|it| std::fs::read_to_string(it).expect("text"));
    let events = contract.events.iter().map(|it| it.example.to_owned());
    folded(&sources.chain(events).collect::<Vec<_>>().join("\n"))
}

/// The documents outside of the repository.
fn documents() -> Option<Vec<String>> {
    let folder = std::env::var_os("PLAYMONEY_DOCUMENTS")?;
    let files = paths(std::path::Path::new(&folder)).into_iter();
    Some(files.filter_map(|it| std::fs::read_to_string(it).ok()).map(|it| folded(&it)).collect())
}

/// What is wrong with the citation of a row.
fn fault(row: &NamedRow, own: &Citation<'_>, contract: &Contract) -> Option<&'static str> {
    let is_known = contract.sources.iter().any(|it| it.name == own.document);
    let is_quoted = !own.words.is_empty();
    match row.evidence {
        _ if WORDS_MAX < own.words.split_whitespace().count() => Some("has too many words"),
        Evidence::Assumed(_) if own.document != "-" || is_quoted => Some("is assumed: its document is `-`, and it has no words"),
        Evidence::Documented(_) | Evidence::Observed(_) if !is_known => Some("names no document of the contract's `sources`"),
        Evidence::Documented(_) if !is_quoted || own.section.is_empty() => Some("is documented: it has a section and words"),
        Evidence::Observed(_) if !is_quoted => Some("is observed: its words say what was seen"),
        Evidence::Assumed(_) | Evidence::Documented(_) | Evidence::Observed(_) => None,
    }
}

/// Compares a provider's table with its contract and returns the numbers of documented rows, and of those that the samples have.
fn compare(contract: &'static Contract, text: &str, documents: Option<&[String]>) -> (usize, usize) {
    let (mut cited, mut wrong, mut counts) = (BTreeMap::new(), Vec::new(), (0, 0));
    let mut names = Vec::new();
    for line in text.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [row, document, section, words] = columns[..] else { panic!("{}: four columns: {line}", contract.slug) };
        assert!(cited.insert(format!("{}.{row}", contract.slug), Citation { document, section, words }).is_none(), "{row} is there twice");
        names.push(row);
    }
    assert!(names.is_sorted(), "the table of {} is sorted by its rows", contract.slug);
    let samples = samples(contract);
    for row in contract.index.rows() {
        let Some(own) = cited.remove(row.name) else {
            wrong.push(format!("{} has no citation", row.name));
            continue;
        };
        wrong.extend(fault(row, &own, contract).map(|it| format!("{} {it}", row.name)));
        if !matches!(row.evidence, Evidence::Documented(_)) {
            continue;
        }
        let words = folded(own.words);
        counts.0 += 1;
        if own.words.starts_with('"') {
            counts.1 += 1;
            if !samples.contains(&words) {
                wrong.push(format!("{}: no sample has {}", row.name, own.words));
            }
        }
        if documents.is_some_and(|all| !all.iter().any(|it| it.contains(&words))) {
            wrong.push(format!("{}: no document has {}", row.name, own.words));
        }
    }
    wrong.extend(cited.keys().map(|it| format!("{it} is cited, but no row has this name")));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    counts
}

#[test]
fn every_row_has_a_citation_that_fits_its_tag() {
    let documents = documents();
    for contract in providers::all().iter().map(|it| it.contract()) {
        let slug = contract.slug;
        match std::fs::read_to_string(root().join(format!("tests/citations/{slug}.tsv"))) {
            Ok(text) => {
                let (documented, in_samples) = compare(contract, &text, documents.as_deref());
                let where_else = if documents.is_some() { "all of them in the documents" } else { "the documents are not at hand" };
                println!("{slug}: {documented} documented rows; {in_samples} compared with samples in the tests; {where_else}");
            }
            Err(why) => panic!("tests/citations/{slug}.tsv: {why}"),
        }
    }
}
