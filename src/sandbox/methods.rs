//! Methods that no documentation names and every HTTP server has, HEAD and OPTIONS, and methods that HTTP does not have.

use std::borrow::Cow;

use crate::engine::tables::Contract;
use crate::kit::http::{HeaderValue, Method, Request, Response, StatusCode, allow, header};
use crate::kit::path::loosely;

/// The request as a provider sees it: HEAD asks for all of a GET but the body, which the connection leaves out.
pub fn as_get(request: &Request) -> Cow<'_, Request> {
    if request.method == Method::HEAD { Cow::Owned(Request { method: Method::GET, ..request.clone() }) } else { Cow::Borrowed(request) }
}

/// The methods that HTTP defines. What a provider's path answers to another one, no documentation says.
const KNOWN: [Method; 9] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::TRACE, Method::CONNECT];

/// The refusal of a method that HTTP does not define, at a path that the provider has. Neither a rule nor the provider hears such
/// a request.
pub fn foreign(contract: &Contract, path: &str, request: &Request) -> Option<Response> {
    if KNOWN.contains(&request.method) {
        return None;
    }
    let allowed = allowed(contract, path)?;
    let detail = format!("{path} answers to {allowed}.");
    Some(Response::problem(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", &detail).with(header::ALLOW, &allowed))
}

/// The methods of a path, as the answer to OPTIONS, where the provider's own answer, with that status, does not know OPTIONS.
pub fn options(contract: &Contract, path: &str, request: &Request, status: StatusCode) -> Option<Response> {
    let is_unknown = matches!(status, StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_FOUND);
    if request.method != Method::OPTIONS || !is_unknown {
        return None;
    }
    Some(Response::empty(StatusCode::NO_CONTENT).with(header::ALLOW, &allowed(contract, path)?))
}

/// The methods of a path, as `Allow` lists them. `None`: the provider does not have the path.
fn allowed(contract: &Contract, path: &str) -> Option<String> {
    let mut methods: Vec<&str> =
        contract.operations.iter().filter(|it| loosely(it.path, path).is_some()).map(|it| it.method.as_str()).collect();
    methods.extend(contract.pages_at(path).flat_map(|it| it.methods));
    methods.sort_unstable();
    (!methods.is_empty()).then(|| allow(&methods))
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
