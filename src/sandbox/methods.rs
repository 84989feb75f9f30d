//! Methods that no documentation names and every HTTP server has: HEAD and OPTIONS.

use std::borrow::Cow;

use crate::engine::tables::Contract;
use crate::kit::http::{HeaderValue, Method, Request, Response, StatusCode, allow, header};
use crate::kit::path::loosely;

/// The request as a provider sees it: HEAD asks for all of a GET but the body, which the connection leaves out.
pub fn as_get(request: &Request) -> Cow<'_, Request> {
    if request.method == Method::HEAD { Cow::Owned(Request { method: Method::GET, ..request.clone() }) } else { Cow::Borrowed(request) }
}

/// The answer to OPTIONS at a path that the provider has, where the provider's own answer, with that status, does not know the
/// method: the methods of the path.
pub fn options(contract: &Contract, path: &str, request: &Request, status: StatusCode) -> Option<Response> {
    let is_unknown = matches!(status, StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_FOUND);
    if request.method != Method::OPTIONS || !is_unknown {
        return None;
    }
    let mut methods: Vec<&str> =
        contract.operations.iter().filter(|it| loosely(it.path, path).is_some()).map(|it| it.method.as_str()).collect();
    if contract.has_page(path) {
        methods.extend(["GET", "POST"]);
    }
    methods.sort_unstable();
    (!methods.is_empty()).then(|| Response::empty(StatusCode::NO_CONTENT).with(header::ALLOW, &allow(&methods)))
}

/// Adds HEAD and OPTIONS to the methods that a refusal lists.
pub fn complete(response: &mut Response) {
    if response.status != StatusCode::METHOD_NOT_ALLOWED {
        return;
    }
    let listed = response.headers.get(header::ALLOW).and_then(|it| it.to_str().ok()).unwrap_or("");
    let methods: Vec<&str> = listed.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
    if let Ok(value) = HeaderValue::from_str(&allow(&methods)) {
        response.headers.insert(header::ALLOW, value);
    }
}
