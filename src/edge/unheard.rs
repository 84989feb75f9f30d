//! What is answered for its head alone: refusals, and OPTIONS of the server as a whole.

use http::request::Parts;
use http::{Method, StatusCode, Uri, header};

use super::bodies::refused;
use crate::kit::http::Response;
use crate::kit::webhook_url::Scheme;
use crate::sandbox::{HEAD_BYTES_MAX, HEADERS_MAX, HINT, METHOD_BYTES_MAX, head_bytes, head_too_large};

/// The target of a request in the form in which it came: a path, an address, a host with its port (CONNECT), or `*`. A user name
/// and a password in an address are left out.
pub fn target(uri: &Uri) -> String {
    let path = uri.path_and_query().map_or("", |it| it.as_str());
    let host = uri.authority().map_or("", |it| it.as_str().rsplit('@').next().unwrap_or_default());
    match uri.scheme_str() {
        Some(scheme) => format!("{scheme}://{host}{path}"),
        None if uri.authority().is_some() => host.to_owned(),
        None => path.to_owned(),
    }
}

/// Refuses a head that is too large, and what a proxy would be asked for: Playmoney is the end of the way. A server with TLS may also be
/// named with its own scheme.
pub fn check(head: &Parts, own: Scheme) -> Result<(), Response> {
    // hyper counts the fields of HTTP/1 itself.
    if HEADERS_MAX < head.headers.len()
        || HEAD_BYTES_MAX < head_bytes(&head.method, head.uri.path_and_query().map_or("", |it| it.as_str()), &head.headers)
    {
        return Err(head_too_large().with(header::CONNECTION, "close"));
    }
    if METHOD_BYTES_MAX < head.method.as_str().len() {
        let detail = format!("A method has at most {METHOD_BYTES_MAX} bytes here.");
        return Err(refused(StatusCode::NOT_IMPLEMENTED, "method_too_long", &detail));
    }
    let is_host = head.uri.scheme().is_none() && head.uri.authority().is_some() && head.method != Method::CONNECT;
    if is_host || (head.uri.path() == "*" && head.method != Method::OPTIONS) {
        let detail = "The target of a request is a path that begins with a slash, or a whole address that begins with http://. \
                      Only CONNECT asks for a host, and only OPTIONS for `*`.";
        return Err(refused(StatusCode::BAD_REQUEST, "bad_target", detail));
    }
    let is_served = |it: &str| it.eq_ignore_ascii_case("http") || (own == Scheme::Https && it.eq_ignore_ascii_case("https"));
    let foreign = head.method == Method::CONNECT || head.uri.scheme_str().is_some_and(|it| !is_served(it));
    if foreign {
        let detail = "This server is not a proxy that makes tunnels: it answers to http requests itself.";
        let hint = "send the requests to the provider's base URL here, such as http://127.0.0.1:4242/quoine, in place of a proxy; \
                    a proxy for plain http is possible, without CONNECT (curl -x, not -p)";
        return Err(refused(StatusCode::NOT_IMPLEMENTED, "no_tunnel", detail).with(HINT, hint));
    }
    if head.method == Method::TRACE {
        let detail = "No path here answers to TRACE.";
        return Err(refused(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail).with(header::ALLOW, "GET, HEAD, OPTIONS"));
    }
    Ok(())
}

/// The answer to `OPTIONS *`, which asks what the server can do as a whole, and not what one of its paths can (RFC 9110, 9.3.7).
pub fn options_of_server(head: &Parts) -> Option<Response> {
    let is_asked = head.method == Method::OPTIONS && head.uri.path() == "*";
    let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    is_asked.then(|| Response::empty(StatusCode::NO_CONTENT).with(header::ALLOW, methods))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_four_forms() {
        for (sent, shown) in [
            ("/quoine/api?x=1", "/quoine/api?x=1"),
            ("http://pay.test:80/a?b=c", "http://pay.test:80/a?b=c"),
            ("http://me:secret@pay.test/a", "http://pay.test/a"),
            ("pay.test:443", "pay.test:443"),
            ("*", "*"),
        ] {
            assert_eq!(target(&sent.parse().expect("a target")), shown);
        }
    }
}
