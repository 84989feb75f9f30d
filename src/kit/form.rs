//! A form as a PHP server reads it: pairs of text, from one of the two encodings of forms.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::stream::once;
use multer::{Constraints, Multipart, SizeLimit};

use super::http::{Request, form_pairs, header};

/// Fields of one form. Later fields are not read.
pub const FIELDS_MAX: usize = 1_000;
/// Bytes of a body, and of a field.
const BODY_BYTES_MAX: u64 = 1024 * 1024;

/// The fields of a form, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form(pub Vec<(String, String)>);

impl Form {
    /// The form in the body of a request. A body of any other media type is an empty form.
    pub fn of(request: &Request) -> Self {
        Self::read(request.header(header::CONTENT_TYPE), &request.body)
    }

    /// The form in a body of this type.
    pub fn read(content_type: &str, body: &Bytes) -> Self {
        let media = content_type.split(';').next().unwrap_or("").trim();
        if media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Self::urlencoded(body)
        } else if media.eq_ignore_ascii_case("multipart/form-data") {
            Self(parts(content_type, body))
        } else {
            Self::default()
        }
    }

    /// A form whose pairs are joined with `&`.
    pub fn urlencoded(body: &[u8]) -> Self {
        let mut pairs = form_pairs(body);
        pairs.truncate(FIELDS_MAX);
        Self(pairs)
    }

    /// The value of a field, the last of several; empty text is a value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|it| it.0 == name).map(|it| it.1.as_str())
    }
}

/// The fields of a multipart body, as far as it can be read. Files are not fields.
fn parts(content_type: &str, body: &Bytes) -> Vec<(String, String)> {
    let Ok(boundary) = multer::parse_boundary(content_type) else { return Vec::new() };
    let limits = SizeLimit::new().whole_stream(BODY_BYTES_MAX).per_field(BODY_BYTES_MAX);
    let whole = once(std::future::ready(Ok::<_, Infallible>(body.clone())));
    let mut multipart = Multipart::with_constraints(whole, boundary, Constraints::new().size_limit(limits));
    let mut pairs = Vec::new();
    // The whole body is here, so the future is ready at once.
    while let Some(Ok(Some(field))) = multipart.next_field().now_or_never() {
        let name = field.name().filter(|_| field.file_name().is_none()).map(str::to_owned);
        let Some(Ok(value)) = field.bytes().now_or_never() else { break };
        pairs.extend(name.map(|it| (it, String::from_utf8_lossy(&value).into_owned())));
        if pairs.len() >= FIELDS_MAX {
            break;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::http::Method;

    fn form(content_type: &str, body: &str) -> Vec<(String, String)> {
        let request = Request::new(Method::POST, "/", body.as_bytes().to_vec());
        Form::of(&request.with("Content-Type", content_type)).0
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn both_encodings_say_the_same() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"function\"\r\n\r\nget-balances\r\n--b\r\nContent-Disposition: form-data; name=\"note\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\na=1&b\r\n\u{e9}\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n?\r\n--b--\r\n";
        let both = [pair("function", "get-balances"), pair("note", "a=1&b\r\n\u{e9}")];
        assert_eq!(form("multipart/form-data; boundary=b", body), both);
        assert_eq!(form("application/x-www-form-urlencoded; charset=UTF-8", "function=get-balances&note=a%3D1%26b%0D%0A%C3%A9"), both);
    }

    #[test]
    fn what_is_not_a_form_is_an_empty_form() {
        for (content_type, body) in [
            ("application/json", "{\"function\":\"get-balances\"}"),
            ("text/plain", "function=get-balances"),
            ("multipart/form-data", "--b--"),
            ("multipart/form-data; boundary=b", "function=get-balances"),
            ("multipart/form-data; boundary=b", ""),
        ] {
            assert_eq!(form(content_type, body), [], "{content_type} {body}");
        }
    }

    #[test]
    fn i21_fields_are_bounded_and_the_last_of_a_name_counts() {
        let many = (0..1_500).map(|it| format!("a={it}")).collect::<Vec<_>>().join("&");
        let read = Form::urlencoded(many.as_bytes());
        assert_eq!((read.0.len(), read.get("a")), (FIELDS_MAX, Some("999")));
        let part = |it: u32| format!("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{it}\r\n");
        let many: String = (0..1_500).map(part).collect::<String>() + "--b--";
        assert_eq!(form("multipart/form-data; boundary=b", &many).len(), FIELDS_MAX);
        let cut = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b\r\nContent-Disp";
        assert_eq!(form("multipart/form-data; boundary=b", cut), [pair("a", "1")]);
    }
}
