//! The nearest thing that exists, for somebody who has asked for something that does not.

use super::Contract;

/// The nearest of several words, when one is near enough to be meant.
pub fn nearest<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.into_iter().map(|it| (strsim::jaro_winkler(&asked.to_lowercase(), &it.to_lowercase()), it));
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|it| it.0 > 0.6).map(|it| it.1)
}

/// For a path that a provider does not have: the nearest documented operation or page.
pub fn for_path(contract: &Contract, method: &str, path: &str) -> String {
    let rows: Vec<String> = (contract.operations)().iter().map(|it| format!("{} {}", it.method, it.path)).collect();
    let pages = contract.pages.iter().map(|it| it.path);
    let asked = format!("{method} {path}");
    let nearest = nearest(&asked, rows.iter().map(String::as_str).chain(pages));
    nearest.map_or_else(|| format!("{} documents no such path", contract.name), |it| format!("the nearest documented operation is {it}"))
}
