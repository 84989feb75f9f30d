//! A request and a response as values: without a socket, and with their whole body.

use std::borrow::Cow;

use bytes::Bytes;
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::json;

use super::fields::Field;
use super::json::compact;
use super::path::normalised;
use super::{concealed, split};

mod kept;

pub use kept::{Kept, KeptHeaders, fitted};

/// The first segment of every control path.
const CONTROL: &str = "__admin";

/// The value of `X-Content-Type-Options`: a browser takes an answer for what its type says.
pub const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// A path of which it is known whom it asks: `/__admin/...` or `/{slug}/...`. This is the one place that recognises the
/// control API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPath {
    text: String,
    /// Where the first segment ends.
    first_end: usize,
    is_control: bool,
}

/// Whom a path asks, and what is left of it for the one who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// The control API: the path below `/__admin/`.
    Control { path: &'a str },
    /// A provider, or a name that no provider has: the path below the slug, with its slash.
    Provider { slug: &'a str, path: &'a str },
}

impl RequestPath {
    /// Finds out whom a path asks.
    pub fn new(text: String) -> Self {
        let first_end = text.strip_prefix('/').map_or(0, |below| 1 + split::all(below, b'/').next().map_or(0, str::len));
        let is_control = text[..first_end].strip_prefix('/') == Some(CONTROL);
        Self { text, first_end, is_control }
    }

    /// The path of a control call, from what stands below `/__admin/`.
    pub fn control(below: &str) -> Self {
        Self::new(format!("/{CONTROL}/{below}"))
    }

    /// Whom it asks.
    pub fn target(&self) -> Target<'_> {
        let (first, path) = self.text.split_at(self.first_end);
        if self.is_control {
            Target::Control { path: path.strip_prefix('/').unwrap_or(path) }
        } else {
            Target::Provider { slug: first.strip_prefix('/').unwrap_or(first), path }
        }
    }

    /// The whole path.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// A request that has arrived completely.
#[derive(Clone, Debug)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// Path and query exactly as sent, which a client may have signed.
    pub target: String,
    /// The path that Playmoney routes by, sandbox prefix removed.
    pub path: RequestPath,
    /// The query without its `?`.
    pub query: String,
    /// The headers, in the order in which they arrived.
    pub headers: HeaderMap,
    /// A copy of these headers for the journal, if one was made.
    pub kept_headers: Option<KeptHeaders>,
    /// The whole body; empty without one.
    pub body: Bytes,
    /// Scheme and host for absolute links: `http://127.0.0.1:4242`.
    pub origin: String,
    /// The provider was called by its own host name, so links need no slug.
    pub by_own_host: bool,
    /// Several sandboxes have the credential that it carries, so that it proves nothing.
    pub is_ambiguous: bool,
}

impl Request {
    /// A request of a test: without a sandbox prefix and host rules.
    pub fn new(method: Method, target: &str, body: impl Into<Bytes>) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method,
            target: target.to_owned(),
            path: RequestPath::new(normalised(path).into_owned()),
            query: query.to_owned(),
            headers: HeaderMap::new(),
            kept_headers: None,
            body: body.into(),
            origin: DEFAULT_ORIGIN.to_owned(),
            by_own_host: false,
            is_ambiguous: false,
        }
    }

    /// The same request with one more header.
    ///
    /// # Panics
    /// When the name or the value is not valid in a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header name");
        self.headers.append(name, value.parse().expect("a header value"));
        self
    }

    /// The text of a header; empty when it is missing or not text.
    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or("")
    }

    /// The media type without its parameters, lowercase.
    pub fn media_type(&self) -> String {
        self.header(header::CONTENT_TYPE).split(';').next().unwrap_or("").trim().to_ascii_lowercase()
    }

    /// The query parameter with this name, decoded: the last of several, as PHP, Rack and Django take it.
    pub fn query_parameter(&self, name: &str) -> Option<String> {
        form_pairs(self.query.as_bytes()).into_iter().rev().find(|(it, _)| it == name).map(|(_, value)| value)
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let all = self.headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
        all.flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('=')).find(|it| it.0 == name).map(|it| it.1)
    }
}

/// The beginning of links in messages that no request has caused.
pub const DEFAULT_ORIGIN: &str = "http://127.0.0.1:4242";

/// The map of an answer's headers seldom has to grow.
const HEADERS_USUAL: usize = 12;

/// A response.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers, those of Playmoney included.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Response {
    /// A body with its media type.
    pub fn new(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self::exact(status, media_type, fitted(body.into()))
    }

    /// A body that its buffer fits.
    fn exact(status: StatusCode, media_type: &'static str, body: Bytes) -> Self {
        let mut headers = HeaderMap::with_capacity(HEADERS_USUAL);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        Self { status, headers, body }
    }

    /// No body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// A value as compact JSON.
    ///
    /// # Panics
    /// When the value cannot be written as JSON; all our types can.
    pub fn json(status: StatusCode, value: &impl Serialize) -> Self {
        Self::exact(status, "application/json", compact(value).expect("our types are JSON"))
    }

    /// An RFC 9457 problem document. Its detail shows no key that looks live, and no card number.
    pub fn problem(status: StatusCode, kind: &str, detail: &str) -> Self {
        Self::problem_with(status, kind, detail, &json!({}))
    }

    /// A problem document with additional members.
    pub fn problem_with(status: StatusCode, kind: &str, detail: &str, members: &serde_json::Value) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        let mut document = json!({
            "type": format!("urn:playmoney:problem:{kind}"), "code": kind,
            "title": title, "status": status.as_u16(), "detail": concealed::text(detail),
        });
        if let (Some(document), Some(members)) = (document.as_object_mut(), members.as_object()) {
            document.extend(members.clone());
        }
        let mut response = Self::new(status, "application/problem+json", document.to_string());
        response.headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        response
    }

    /// 303 to another address. An address that is not valid in a header is a mistake of the caller: 400.
    pub fn see_other(location: &str) -> Self {
        let mut response = Self::new(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", Bytes::new());
        match HeaderValue::try_from(location_value(location)) {
            Ok(value) => response.headers.insert(header::LOCATION, value),
            Err(_) => return Self::new(StatusCode::BAD_REQUEST, "text/plain; charset=utf-8", "The address to go to is not a URL."),
        };
        response.headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        response
    }

    /// The answer to HEAD: everything but the body, with the length that the body has.
    #[must_use]
    pub fn without_body(self) -> Self {
        let bytes = self.body.len().to_string();
        Self { body: Bytes::new(), ..self }.with(header::CONTENT_LENGTH, &bytes)
    }

    /// The same response with a header set. A value that is not valid in a header is left out.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

/// An address as the header `Location` carries it: what RFC 3986 does not allow in one is percent-encoded. A control
/// character stays, so that the header refuses it.
pub fn location_value(address: &str) -> String {
    const NOT_IN_URLS: &AsciiSet =
        &AsciiSet::EMPTY.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');
    utf8_percent_encode(address, NOT_IN_URLS).to_string()
}

/// The value of `Allow` for a path with these methods: HEAD goes with GET, and OPTIONS with all.
pub fn allow(methods: &[&str]) -> String {
    let mut all: Vec<&str> = Vec::with_capacity(methods.len() + 2);
    let implied = methods.contains(&"GET").then_some("HEAD").into_iter().chain(["OPTIONS"]);
    for it in methods.iter().copied().chain(implied) {
        if !all.contains(&it) {
            all.push(it);
        }
    }
    all.join(", ")
}

/// The pairs of a query or form body, decoded, in order.
pub fn form_pairs(text: &[u8]) -> Vec<(String, String)> {
    serde_urlencoded::from_bytes(text).unwrap_or_default()
}

/// Percent-encodes all characters that RFC 3986 does not call unreserved.
pub fn encoded(text: &str) -> Cow<'_, str> {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, RESERVED).into()
}

/// The text of a percent-encoded segment of a path.
pub fn decoded(segment: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(segment).decode_utf8_lossy()
}

/// An address with additional query parameters, after its own and before its fragment.
pub fn with_query(url: &str, pairs: &[(&str, &str)]) -> String {
    let (address, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
    let joint = match address.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    format!("{address}{joint}{}{fragment}", pairs.join("&"))
}

/// Headers as one JSON object, in lower case; repeated headers are joined with commas.
pub fn headers_as_object(headers: &HeaderMap, show: impl Fn(&str) -> String) -> serde_json::Value {
    named_headers_as_object(headers, |it| Cow::Borrowed(it.as_str()), show)
}

/// Headers as one JSON object, in the case in which they leave.
pub fn headers_as_written(headers: &HeaderMap, documented: &[Field], show: impl Fn(&str) -> String) -> serde_json::Value {
    named_headers_as_object(headers, |it| written_name(it.as_str(), documented), show)
}

fn named_headers_as_object<'a>(
    headers: &'a HeaderMap,
    name_of: impl Fn(&'a HeaderName) -> Cow<'a, str>,
    show: impl Fn(&str) -> String,
) -> serde_json::Value {
    let mut object = serde_json::Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter().map(|it| show(&String::from_utf8_lossy(it.as_bytes())));
        object.insert(concealed::text(&name_of(name)).into_owned(), values.collect::<Vec<_>>().join(", ").into());
    }
    object.into()
}

/// The name of a header as the documentation writes it; one that it does not name, with capital letters at the beginning
/// and behind hyphens.
pub fn written_name<'a>(name: &'a str, documented: &[Field]) -> Cow<'a, str> {
    if let Some(row) = documented.iter().find(|it| it.name.eq_ignore_ascii_case(name)) {
        return Cow::Borrowed(row.name);
    }
    let mut begins = true;
    let cased = name.chars().map(|it| {
        let cased = if begins { it.to_ascii_uppercase() } else { it };
        begins = it == '-';
        cased
    });
    Cow::Owned(cased.collect())
}

/// Headers as one JSON object, with their values in full.
pub fn headers_in_full(headers: &HeaderMap) -> serde_json::Value {
    headers_as_object(headers, str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_encoded_before_a_browser_is_sent_there() {
        for (address, sent) in [
            ("http://h/a?b=c#d", "http://h/a?b=c#d"),
            ("http://h/%22?x=[1]'", "http://h/%22?x=[1]'"),
            ("http://h/\"<b>é", "http://h/%22%3Cb%3E%C3%A9"),
        ] {
            assert_eq!(Response::see_other(address).headers[header::LOCATION], sent);
        }
        assert_eq!(Response::see_other("http://h/\r\nx: y").status, StatusCode::BAD_REQUEST);
    }

    #[test]
    fn headers_have_the_case_of_the_documentation() {
        let row = |name| Field {
            name,
            kind: crate::kit::fields::TEXT,
            need: crate::kit::fields::Need::Required,
            meaning: "",
            evidence: crate::kit::evidence::Evidence::Assumed("a test"),
        };
        let documented = [row("QbitPay-Signature"), row("Content-MD5"), row("NONCE")];
        for (name, written) in [
            ("qbitpay-signature", "QbitPay-Signature"),
            ("Content-Md5", "Content-MD5"),
            ("Nonce", "NONCE"),
            ("content-type", "Content-Type"),
            ("playmoney-delivery", "Playmoney-Delivery"),
        ] {
            assert_eq!(written_name(name, &documented), written);
        }
    }

    #[test]
    fn the_control_api_is_recognised_by_its_whole_first_segment() {
        let target = |path: &str| RequestPath::new(path.to_owned());
        assert_eq!(RequestPath::control("clock/advance"), target("/__admin/clock/advance"));
        for (path, below) in [("/__admin", ""), ("/__admin/", ""), ("/__admin/clock", "clock"), ("/__admin//clock", "/clock")] {
            assert_eq!(target(path).target(), Target::Control { path: below }, "{path}");
        }
        for (path, slug, below) in [
            ("/__administrator/x", "__administrator", "/x"),
            ("/quoine/__admin/x", "quoine", "/__admin/x"),
            ("/quoine", "quoine", ""),
            ("//x", "", "/x"),
            ("/", "", ""),
            ("__admin", "", "__admin"),
            ("", "", ""),
        ] {
            assert_eq!(target(path).target(), Target::Provider { slug, path: below }, "{path}");
        }
    }

    #[test]
    fn parameters_come_after_others_and_before_the_fragment() {
        for (url, expected) in [
            ("https://shop.test", "https://shop.test?a=1.5&b=x%26%20%C3%BC-_~"),
            ("https://shop.test/?", "https://shop.test/?a=1.5&b=x%26%20%C3%BC-_~"),
            ("https://shop.test/?c=d", "https://shop.test/?c=d&a=1.5&b=x%26%20%C3%BC-_~"),
            ("https://shop.test/?c=d&#e?f", "https://shop.test/?c=d&a=1.5&b=x%26%20%C3%BC-_~#e?f"),
        ] {
            assert_eq!(with_query(url, &[("a", "1.5"), ("b", "x& ü-_~")]), expected);
        }
    }
}
