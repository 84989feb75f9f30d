//! The nearest known operation, for a request to an unknown path.

use crate::engine::tables::Contract;
use crate::kit::http::Method;
use crate::kit::nearest::nearest_path;

/// The nearest documented operation or page for a path that the provider does not have. The path decides: a wrong method is
/// the smaller slip.
pub fn for_path(contract: &Contract, method: &Method, path: &str) -> String {
    let paths = contract.operations.iter().map(|it| it.path).chain(contract.pages.iter().map(|it| it.path));
    let Some(near) = nearest_path(path, paths) else { return format!("{} documents no such path", contract.name) };
    let here: Vec<&Method> = contract.operations.iter().filter(|it| it.path == near).map(|it| &it.method).collect();
    match here.iter().find(|it| **it == method).or(here.iter().find(|it| ***it == Method::GET)).or(here.first()) {
        Some(method) => format!("the nearest documented operation is {method} {near}"),
        None => format!("the nearest documented page is {near}"),
    }
}
