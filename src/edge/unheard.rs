//! What is answered for its head alone: refusals, and OPTIONS of the server as a whole. hyper refuses some heads by itself, with
//! a status and no word about the reason: the reason is added here.

use http::request::Parts;
use http::{Method, StatusCode, header};

use super::bodies::refused;
use crate::kit::http::Response;
use crate::sandbox::{HEAD_BYTES_MAX, HEADERS_MAX, HINT, METHOD_BYTES_MAX, head_bytes, head_too_large};

/// Whether these bytes are an answer that hyper has made itself: it is short, and without our name for the sandbox.
pub fn is_automatic(bytes: &[u8]) -> bool {
    const AUTOMATIC_BYTES_MAX: usize = 200;
    bytes.starts_with(b"HTTP/1.1 4") && bytes.len() < AUTOMATIC_BYTES_MAX && !bytes.windows(10).any(|it| it == b"playmoney-")
}

/// The same refusal with its reason, which follows from the size of the head that was read.
pub fn explained(automatic: &[u8], head_bytes: usize, head_lines: usize) -> Vec<u8> {
    let status = automatic.get(9..12).and_then(|it| StatusCode::from_bytes(it).ok()).unwrap_or(StatusCode::BAD_REQUEST);
    let response = match status {
        // The request line is not a header field, but the empty line at the end may be missing.
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE if head_bytes >= HEAD_BYTES_MAX => head_too_large(),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE if head_lines > HEADERS_MAX => head_too_large(),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            let detail = "The Content-Length is larger than every body that is taken here.";
            Response::problem(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
        }
        StatusCode::URI_TOO_LONG => Response::problem(
            status,
            "uri_too_long",
            &format!("Request line and headers together have at most {HEAD_BYTES_MAX} bytes here."),
        ),
        status => {
            Response::problem(status, "not_http", "This is not a request of HTTP/1.1: its request line or a header field is malformed.")
        }
    };
    let reason = response.status.canonical_reason().unwrap_or("");
    let head = format!(
        "HTTP/1.1 {} {reason}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        response.status.as_str(),
        response.body.len()
    );
    [head.as_bytes(), &response.body].concat()
}

/// Refuses a head that is too large, and what a proxy would be asked for: Playmoney is the end of the way.
pub fn check(head: &Parts) -> Result<(), Response> {
    if HEAD_BYTES_MAX < head_bytes(&head.method, head.uri.path_and_query().map_or("", |it| it.as_str()), &head.headers) {
        return Err(head_too_large().with(header::CONNECTION, "close"));
    }
    if METHOD_BYTES_MAX < head.method.as_str().len() {
        let detail = format!("A method has at most {METHOD_BYTES_MAX} bytes here.");
        return Err(refused(StatusCode::NOT_IMPLEMENTED, "method_too_long", &detail));
    }
    let foreign = head.method == Method::CONNECT || head.uri.scheme_str().is_some_and(|it| !it.eq_ignore_ascii_case("http"));
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
