//! Methods that no documentation names and every HTTP server has, HEAD and OPTIONS, and methods that HTTP does not have.

use std::borrow::Cow;

use crate::engine::tables::Contract;
use crate::kit::http::{HeaderValue, Method, Request, Response, StatusCode, allow, header};
use crate::kit::path::loosely;

/// The request as a provider sees it: HEAD asks for all of a GET but the body, which the connection leaves out.
pub fn as_get(request: &Request) -> Cow<'_, Request> {
    if request.method == Method::HEAD { Cow::Owned(Request { method: Method::GET, ..request.clone() }) } else { Cow::Borrowed(request) }
}

/// The methods that a standard defines. A provider says itself what it answers to one that a path does not have.
const KNOWN: [Method; 9] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::TRACE, Method::CONNECT];

/// The answer at a path that the provider has, where the provider's own answer, with that status, does not know the method: to
/// OPTIONS the methods of the path, and to a method that no standard defines a refusal.
pub fn of_the_server(contract: &Contract, path: &str, request: &Request, status: StatusCode) -> Option<Response> {
    let is_unknown = matches!(status, StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_FOUND);
    let is_asked = request.method == Method::OPTIONS && is_unknown;
    let is_foreign = !KNOWN.contains(&request.method) && status != StatusCode::METHOD_NOT_ALLOWED;
    if !is_asked && !is_foreign {
        return None;
    }
    let mut methods: Vec<&str> =
        contract.operations.iter().filter(|it| loosely(it.path, path).is_some()).map(|it| it.method.as_str()).collect();
    methods.extend(contract.pages_at(path).flat_map(|it| it.methods));
    if methods.is_empty() {
        return None;
    }
    methods.sort_unstable();
    let allowed = allow(&methods);
    let detail = || format!("{path} answers to {allowed}.");
    let response = if is_asked {
        Response::empty(StatusCode::NO_CONTENT)
    } else {
        Response::problem(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", &detail())
    };
    Some(response.with(header::ALLOW, &allowed))
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
