//! A request and a response as values: no socket, no body that is still arriving.

use std::borrow::Cow;

use bytes::Bytes;
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What somebody asks.
#[derive(Clone, Debug)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// Path and query exactly as sent: what a client has signed.
    pub target: String,
    /// The path that Playmoney routes by: `/__admin/...` or `/{slug}/...`, sandbox prefix removed.
    pub path: String,
    /// The query without its `?`.
    pub query: String,
    /// The headers, in the order in which they arrived.
    pub headers: HeaderMap,
    /// The whole body; empty without one.
    pub body: Bytes,
    /// Scheme and host for absolute links: `http://127.0.0.1:4242`.
    pub origin: String,
    /// The provider was addressed by its own host name, so that links need no slug.
    pub by_own_host: bool,
}

impl Request {
    /// A request as a test writes it, straight to the door: no sandbox prefix, no host rules.
    pub fn new(method: Method, target: &str, body: impl Into<Bytes>) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method,
            target: target.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: HeaderMap::new(),
            body: body.into(),
            origin: DEFAULT_ORIGIN.to_owned(),
            by_own_host: false,
        }
    }

    /// The same request with one more header.
    ///
    /// # Panics
    /// When the name or the value is no header text.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header name");
        self.headers.append(name, value.parse().expect("a header value"));
        self
    }

    /// A header's text; empty when it is absent or not text.
    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or("")
    }

    /// The media type without its parameters, lowercase.
    pub fn media_type(&self) -> String {
        let value = self.header(header::CONTENT_TYPE);
        value.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
    }

    /// The first query parameter of that name, decoded.
    pub fn query_parameter(&self, name: &str) -> Option<String> {
        form_pairs(self.query.as_bytes()).into_iter().find(|(it, _)| it == name).map(|(_, value)| value)
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let all = self.headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
        all.flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('=')).find(|it| it.0 == name).map(|it| it.1)
    }
}

/// Links in what no request has caused start with this.
pub const DEFAULT_ORIGIN: &str = "http://127.0.0.1:4242";

/// What is answered.
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
        let mut headers = HeaderMap::with_capacity(6);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        Self { status, headers, body: body.into() }
    }

    /// A value as compact JSON.
    ///
    /// # Panics
    /// When the value cannot be written as JSON, which no type of ours refuses.
    pub fn json(status: StatusCode, value: &impl Serialize) -> Self {
        Self::new(status, "application/json", serde_json::to_vec(value).expect("our types are JSON"))
    }

    /// An RFC 9457 problem document.
    pub fn problem(status: StatusCode, kind: &str, detail: &str) -> Self {
        Self::problem_with(status, kind, detail, &json!({}))
    }

    /// A problem document with members of its own.
    pub fn problem_with(status: StatusCode, kind: &str, detail: &str, members: &serde_json::Value) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        let mut document = json!({
            "type": format!("urn:playmoney:problem:{kind}"), "code": kind,
            "title": title, "status": status.as_u16(), "detail": detail,
        });
        if let (Some(document), Some(members)) = (document.as_object_mut(), members.as_object()) {
            document.extend(members.clone());
        }
        Self::new(status, "application/problem+json", document.to_string())
    }

    /// 303 to somewhere else. An address that is no header text leads nowhere: 500 would be our fault, so 400.
    pub fn see_other(location: &str) -> Self {
        let mut response = Self::new(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", Bytes::new());
        match HeaderValue::from_str(location) {
            Ok(value) => response.headers.insert(header::LOCATION, value),
            Err(_) => return Self::new(StatusCode::BAD_REQUEST, "text/plain; charset=utf-8", "The address to go to is not a URL."),
        };
        response
    }

    /// The same response with a header set; a value that is no header text is left out.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

/// The pairs of a query or form body, decoded, in order.
pub fn form_pairs(text: &[u8]) -> Vec<(String, String)> {
    serde_urlencoded::from_bytes(text).unwrap_or_default()
}

/// Percent-encodes all but what RFC 3986 leaves as it is wherever it stands.
pub fn encoded(text: &str) -> Cow<'_, str> {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, RESERVED).into()
}

/// The text that somebody has percent-encoded in a path.
pub fn decoded(segment: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(segment).decode_utf8_lossy()
}

/// An address with more parameters behind those that it has, and before its fragment.
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

/// A body that is kept: as text where it is text, so that a saved state can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept(pub Bytes);

impl Kept {
    /// The text, with what is not UTF-8 replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Writing {
    Text(String),
    Binary { base64: String },
}

impl Serialize for Kept {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use base64::Engine;
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => Writing::Binary { base64: base64::engine::general_purpose::STANDARD.encode(&self.0) }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Kept {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use base64::Engine;
        Ok(Self(match Writing::deserialize(deserializer)? {
            Writing::Text(text) => Bytes::from(text),
            Writing::Binary { base64 } => {
                base64::engine::general_purpose::STANDARD.decode(base64).map_err(serde::de::Error::custom)?.into()
            }
        }))
    }
}

/// Headers in a saved state or a journal: names and values, in order.
pub mod header_pairs {
    use super::{Bytes, HeaderMap, HeaderName, HeaderValue, Kept};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes a list of pairs.
    pub fn serialize<S: Serializer>(headers: &HeaderMap, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(headers.iter().map(|(name, value)| (name.as_str(), Kept(Bytes::copy_from_slice(value.as_bytes())))))
    }

    /// Reads a list of pairs.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HeaderMap, D::Error> {
        let mut headers = HeaderMap::new();
        for (name, value) in Vec::<(String, Kept)>::deserialize(deserializer)? {
            let name: HeaderName = name.parse().map_err(D::Error::custom)?;
            headers.append(name, HeaderValue::from_bytes(&value.0).map_err(D::Error::custom)?);
        }
        Ok(headers)
    }
}

/// Headers as one JSON object for people: a repeated header is joined with commas.
pub fn headers_as_object(headers: &HeaderMap, show: impl Fn(&str) -> String) -> serde_json::Value {
    let mut object = serde_json::Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter().map(|it| show(&String::from_utf8_lossy(it.as_bytes())));
        object.insert(name.as_str().to_owned(), values.collect::<Vec<_>>().join(", ").into());
    }
    object.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stand_behind_others_and_before_the_fragment() {
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
