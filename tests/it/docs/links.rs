//! The links of all documents lead to files and headings that are there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{below, ends, path, read};

/// Every document in Markdown that a reader opens.
fn documents() -> Vec<PathBuf> {
    let mut found: Vec<_> =
        ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "scenarios/README.md"].map(path).into();
    found.extend(below(&path("docs")));
    for package in ["packages/python", "packages/node"] {
        found.extend([path(package).join("README.md"), path(package).join("samples/README.md")]);
    }
    found.retain(|it| ends(it, "md"));
    found
}

/// A page without its code, in which nothing is a link.
fn prose(text: &str) -> String {
    let outside: String = text.split("```").step_by(2).collect();
    outside.split('`').step_by(2).collect()
}

/// Where the links and pictures of a page lead.
fn links(text: &str) -> Vec<String> {
    let targets = prose(text);
    let behind = targets.split("](").skip(1).filter_map(|it| it.split_once(')'));
    behind.map(|(target, _)| target.split(' ').next().unwrap_or_default().to_owned()).collect()
}

/// The name of a heading, as GitHub and mdBook make it.
fn slug(heading: &str) -> String {
    let kept = heading.trim().to_lowercase().replace(['`', '\\'], "");
    kept.chars().filter_map(|it| if it == ' ' { Some('-') } else { (it.is_alphanumeric() || "-_".contains(it)).then_some(it) }).collect()
}

fn headings(text: &str) -> BTreeSet<String> {
    let outside: String = text.split("```").step_by(2).collect();
    outside.lines().filter(|it| it.starts_with('#')).map(|it| slug(it.trim_start_matches('#'))).collect()
}

/// Why a link of a page leads nowhere.
fn dead(page: &Path, text: &str, link: &str) -> Option<String> {
    if ["https://", "http://", "mailto:"].iter().any(|it| link.starts_with(it)) {
        return None;
    }
    let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let target = page.parent().expect("a folder").join(file);
    let (target, text) = if file.is_empty() { (page.to_owned(), text.to_owned()) } else { (target, String::new()) };
    if !target.exists() {
        return Some(format!("{}: {link} is not there", page.display()));
    }
    let anchor = anchor?;
    let text = if text.is_empty() { read(&target) } else { text };
    (!headings(&text).contains(anchor)).then(|| format!("{}: no heading is #{anchor} in {}", page.display(), target.display()))
}

#[test]
fn no_link_of_the_documents_is_dead() {
    let mut seen = 0;
    let mut found = Vec::new();
    for page in documents() {
        let text = read(&page);
        let links = links(&text);
        seen += links.len();
        found.extend(links.iter().filter_map(|it| dead(&page, &text, it)));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(seen > 100, "{seen}");
}

#[test]
fn a_dead_link_is_noticed() {
    let page = path("docs/src/index.md");
    let text = "# A heading\n\n[one](start.md) [two](nowhere.md) [three](#a-heading) [four](#another) `[five](a.md)`\n";
    let found: Vec<_> = links(text).iter().filter_map(|it| dead(&page, text, it)).collect();
    assert_eq!(found.len(), 2, "{found:?}");
}

/// The book has each page, and no page of the book is missing.
#[test]
fn the_summary_names_each_page_once() {
    let summary = path("docs/src/SUMMARY.md");
    let mut named: Vec<_> = links(&read(&summary)).into_iter().map(|it| path("docs/src").join(it)).collect();
    named.sort();
    let there: Vec<_> = below(&path("docs/src")).into_iter().filter(|it| ends(it, "md") && *it != summary).collect();
    assert_eq!(named, there);
}
