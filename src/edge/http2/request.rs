//! A request of HTTP/2 in the form that one of HTTP/1 has, so that everything behind the connection knows one form.

use http::uri::Parts;
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use hyper::body::Incoming;

/// With a path as its target, and the host in the header Host. CONNECT keeps its host.
pub fn as_http1(request: hyper::Request<Incoming>) -> hyper::Request<Incoming> {
    let (mut head, body) = request.into_parts();
    if let Some(authority) = head.uri.authority().filter(|_| head.method != Method::CONNECT) {
        let host = authority.as_str().rsplit('@').next().unwrap_or_default(); // a user and a password have no place there
        head.headers = with_host(host, head.headers);
        let Parts { path_and_query, .. } = head.uri.into_parts();
        head.uri = path_and_query.map_or_else(|| Uri::from_static("/"), Uri::from);
    }
    join_cookies(&mut head.headers);
    hyper::Request::from_parts(head, body)
}

/// A host that differs from the one that the headers name stands beside it, and the request is refused for it (RFC 9113, 8.3.1).
fn with_host(authority: &str, headers: HeaderMap) -> HeaderMap {
    let Ok(host) = HeaderValue::from_str(authority) else { return headers };
    let mut all = HeaderMap::with_capacity(headers.len() + 1);
    all.insert(header::HOST, host);
    let mut name = None;
    for (own, value) in headers {
        name = own.or(name);
        let Some(name) = &name else { continue };
        if name != header::HOST || !value.as_bytes().eq_ignore_ascii_case(authority.as_bytes()) {
            all.append(name, value);
        }
    }
    all
}

/// A client may send each cookie in a field of its own (RFC 9113, 8.2.3).
fn join_cookies(headers: &mut HeaderMap) {
    let cookies: Vec<&[u8]> = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if cookies.len() < 2 {
        return;
    }
    if let Ok(joined) = HeaderValue::from_bytes(&cookies.join(&b"; "[..])) {
        headers.insert(header::COOKIE, joined);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_host_stands_first_and_one_that_differs_is_kept_beside_it() {
        let all = |own: &[(&'static str, &'static str)]| {
            let all = with_host("pay.test:443", headers(own));
            all.iter().map(|(name, value)| format!("{name}: {}", value.to_str().expect("text"))).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(all(&[("a", "1"), ("b", "2"), ("a", "3")]), "host: pay.test:443, a: 1, a: 3, b: 2");
        assert_eq!(all(&[("host", "PAY.test:443")]), "host: pay.test:443");
        assert_eq!(all(&[("host", "other.test")]), "host: pay.test:443, host: other.test");
    }

    #[test]
    fn cookies_become_one_field() {
        let mut several = headers(&[("cookie", "a=1"), ("x", "y"), ("cookie", "b=2; c=3")]);
        join_cookies(&mut several);
        assert_eq!(several.get_all("cookie").iter().collect::<Vec<_>>(), ["a=1; b=2; c=3"]);
    }
}
