//! The nearest thing that exists, for somebody who has asked for something that does not.

use super::Contract;

/// The nearest of several words, when one is near enough to be meant.
pub fn nearest<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    scored(asked, known).filter(|it| it.0 > 0.6).map(|it| it.1)
}

/// The same, when it is all but certain that it is meant.
pub fn close<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    scored(asked, known).filter(|it| it.0 > 0.8).map(|it| it.1)
}

fn scored<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<(f64, &'a str)> {
    /// Nobody has meant a word with a longer text, and comparing it takes its time.
    const ASKED_BYTES_MAX: usize = 256;
    let asked = if asked.len() <= ASKED_BYTES_MAX { asked.to_lowercase() } else { return None };
    let scored = known.into_iter().map(|it| (strsim::jaro_winkler(&asked, &it.to_lowercase()), it));
    scored.max_by(|a, b| a.0.total_cmp(&b.0))
}

/// For a path that a provider does not have: the nearest documented operation or page.
pub fn for_path(contract: &Contract, method: &str, path: &str) -> String {
    let rows: Vec<String> = (contract.operations)().iter().map(|it| format!("{} {}", it.method, it.path)).collect();
    let pages = contract.pages.iter().map(|it| it.path);
    let asked = format!("{method} {path}");
    let nearest = nearest(&asked, rows.iter().map(String::as_str).chain(pages));
    nearest.map_or_else(|| format!("{} documents no such path", contract.name), |it| format!("the nearest documented operation is {it}"))
}
