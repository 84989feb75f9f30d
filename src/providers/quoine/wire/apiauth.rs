//! `APIAuth`: the signed text of requests and callbacks, and its signature.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::fmt::rfc2822::DateTimeParser;

use crate::kit::http::{HeaderMap, header};
use crate::kit::sign::{hmac_sha1, md5};
use crate::kit::time::Timestamp;

/// The scheme of the Authorization header.
pub const SCHEME: &str = "APIAuth";
/// The header that makes each request unique.
pub const NONCE: &str = "nonce";
/// The header with the digest of the body.
pub const CONTENT_MD5: &str = "content-md5";

/// The signed parts of a request or callback, from its headers.
#[derive(Clone, Copy, Debug)]
pub struct Signable<'a> {
    pub content_type: &'a str,
    /// Empty when it was not sent; its slot in the text stays.
    pub md5: &'a str,
    pub date: &'a str,
    pub nonce: Option<&'a str>,
}

impl<'a> Signable<'a> {
    /// Reads the headers; one that is absent, or not a text, counts as empty.
    pub fn of(headers: &'a HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
        let part = |name: &str| text(name).unwrap_or("");
        Self { content_type: part("content-type"), md5: part(CONTENT_MD5), date: part("date"), nonce: text(NONCE) }
    }

    /// The signed text: five parts, or four without a NONCE, as before 2015-02-26.
    pub fn canonical(&self, uri: &str) -> String {
        let (joint, nonce) = self.nonce.map_or(("", ""), |it| (",", it));
        [self.content_type, ",", self.md5, ",", uri, ",", self.date, joint, nonce].concat()
    }
}

/// The signature of a text.
pub fn signature(secret: &str, canonical: &str) -> String {
    STANDARD.encode(hmac_sha1(secret.as_bytes(), canonical.as_bytes()))
}

/// The digest of a body as Content-MD5 writes it.
pub fn content_md5(body: &[u8]) -> String {
    STANDARD.encode(md5(body))
}

/// The Authorization header.
pub fn authorization(user: &str, signature: &str) -> String {
    format!("{SCHEME} {user}:{signature}")
}

/// User id and signature of an Authorization header. `None`: it is missing, or has another form.
pub fn credentials(headers: &HeaderMap) -> Option<(&str, &str)> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (user, signature) = text.strip_prefix(SCHEME)?.strip_prefix(' ')?.split_once(':')?;
    (!user.is_empty() && !signature.is_empty()).then_some((user, signature))
}

/// The moment of a Date header. The day has two digits; the two older forms of an HTTP date are read as well.
pub fn date(text: &str) -> Option<Timestamp> {
    if let Ok(date) = httpdate::parse_http_date(text) {
        return Timestamp::try_from(date).ok();
    }
    // Quirk: Ruby takes small letters, and does not compare the weekday with the date.
    let usual = "Sat, 27 Sep 2014 04:55:17 GMT";
    let gmt = text.get(usual.len() - 4..).is_some_and(|it| it.eq_ignore_ascii_case(" GMT"));
    (text.len() == usual.len() && gmt).then(|| DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok())?
}

/// A text without the scheme and host of every address in it: the gem `api_auth` takes them out of the whole request URI, so
/// also out of its query.
pub fn without_origins(uri: &str) -> String {
    let mut rest = uri;
    let mut text = String::with_capacity(uri.len());
    while let Some(at) = rest.find("://") {
        let Some(begin) = ["https", "http"].iter().find_map(|it| rest[..at].ends_with(it).then(|| at - it.len())) else {
            text.push_str(&rest[..at + 3]);
            rest = &rest[at + 3..];
            continue;
        };
        text.push_str(&rest[..begin]);
        let below = &rest[at + 3..];
        rest = &below[below.find(['(', ',', '|', '?', '/', ')']).unwrap_or(below.len())..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::webhook_url::request_uri_of;

    const SECRET: &str = "qFVgWtyUlm86GM98qLrIWXRv13cWOKWhkHxlqlGlUBTYSC+yqxGpBF/pyFy2N9UPJ8A7YXHxEs1iq7cVjTm5yw==";

    #[test]
    fn dates_are_read_as_ruby_reads_them() {
        for text in ["Sat, 07 Nov 2026 10:00:00 GMT", "Fri, 07 Nov 2026 10:00:00 GMT", "sat, 07 nov 2026 10:00:00 gmt"] {
            assert_eq!(date(text).map(|it| it.to_string()).as_deref(), Some("2026-11-07T10:00:00Z"), "{text}");
        }
        for text in [
            "Sat, 7 Nov 2026 10:00:00 GMT",
            "Sat, 07 Nov 2026 10:00:00 +0900",
            "Xyz, 07 Nov 2026 10:00:00 GMT",
            "07 Nov 2026 10:00:00 GMT",
            "",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_in_a_query_lose_their_scheme_and_host() {
        for (uri, signed) in [
            ("/api/v1/invoices?next=http://shop/x", "/api/v1/invoices?next=/x"),
            ("/cb?u=http://h/p&v=https://h:1?q", "/cb?u=/p&v=?q"),
            ("/cb?u=ftp://h/p", "/cb?u=ftp://h/p"),
            ("/cb?u=http://h", "/cb?u="),
            ("/cb", "/cb"),
        ] {
            assert_eq!(without_origins(uri), signed, "{uri}");
        }
    }

    #[test]
    fn a_long_secret_may_be_hashed_before_it_signs() {
        use sha1::{Digest, Sha1};
        let text = "application/json,,/api/v1/profile,Sat, 27 Sep 2014 04:55:17 GMT,0599e5ed6cbb522053f4faf4eccfbd3a";
        let hashed = |secret: &str| STANDARD.encode(hmac_sha1(&Sha1::digest(secret), text.as_bytes()));
        assert_eq!(hashed(SECRET), signature(SECRET, text), "what the C# client does, with a key longer than a block");
        assert_ne!(hashed("short"), signature("short", text), "and breaks with any other");
    }

    #[test]
    fn only_path_and_query_of_an_address_are_signed() {
        for (url, uri) in [
            ("https://shop.test/cb?x=1", "/cb?x=1"),
            ("https://shop.test/cb#top", "/cb"),
            ("https://shop.test", "/"),
            ("https://shop.test?x=1", "/?x=1"),
            ("https://shop.test/é?ü=1", "/%C3%A9?%C3%BC=1"),
            ("/cb?x=1", "/cb?x=1"),
            ("", "/"),
        ] {
            assert_eq!(request_uri_of(url), uri);
        }
    }

    #[test]
    fn an_authorization_header_is_read_or_not() {
        let read = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", text.parse().expect("text"));
            credentials(&headers).map(|(user, signature)| format!("{user} {signature}"))
        };
        assert_eq!(read("APIAuth 2:a:b=").as_deref(), Some("2 a:b="));
        for wrong in ["APIAuth 2", "APIAuth :x", "APIAuth 2:", "apiauth 2:x", "Bearer 2:x", "APIAuth2:x"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
