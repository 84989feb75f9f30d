//! The nearest known operation, for a request to an unknown path.

use crate::engine::tables::Contract;
use crate::kit::nearest::nearest;

/// The nearest documented operation or page for a path that the provider does not have.
pub fn for_path(contract: &Contract, method: &str, path: &str) -> String {
    let rows: Vec<String> = contract.operations.iter().map(|it| format!("{} {}", it.method, it.path)).collect();
    let pages = contract.pages.iter().map(|it| it.path);
    let asked = format!("{method} {path}");
    let nearest = nearest(&asked, rows.iter().map(String::as_str).chain(pages));
    nearest.map_or_else(|| format!("{} documents no such path", contract.name), |it| format!("the nearest documented operation is {it}"))
}
