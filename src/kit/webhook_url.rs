//! The address of a receiver: judged where it is set, taken apart where a webhook leaves, and shown without its secrets.
//!
//! The host is read as browsers read it, by the `url` crate. The path and the query are not normalised: they leave as they
//! were set, with characters outside ASCII percent-encoded.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{CONTROLS, percent_decode_str, utf8_percent_encode};

use super::http::HeaderValue;

mod secrets;

pub use self::secrets::{secrets, shown, without_secrets};

/// Bytes of an address, whether a webhook is sent to it or a browser.
pub const URL_BYTES_MAX: usize = 2_048;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookUrl {
    pub scheme: Scheme,
    pub host: Host,
    pub port: u16,
    /// The value of the header `Host`: the host as it was written, a name outside ASCII in Punycode, and the port, when one
    /// was written.
    pub authority: String,
    /// Path and query as the request line carries them.
    pub request_uri: String,
    /// The value of `Authorization`, when the address has a user name or a password.
    pub basic: Option<HeaderValue>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    #[default]
    Http,
    Https,
}

impl Scheme {
    /// The address of this scheme, host and port.
    pub fn origin(self, authority: &str) -> String {
        let scheme = match self {
            Self::Http => "http://",
            Self::Https => "https://",
        };
        [scheme, authority].concat()
    }
}

/// A name or an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// In lower case, a name outside ASCII in Punycode.
    Name(String),
    Address(IpAddr),
}

impl Host {
    /// Whether it is `localhost`, or a name below it, which is this machine without asking a name server (RFC 6761).
    pub fn is_localhost(&self) -> bool {
        let Self::Name(name) = self else { return false };
        let name = name.trim_end_matches('.');
        name == "localhost" || name.ends_with(".localhost")
    }
}

/// A host and a port: the same for every way to write them.
pub type Place = (Host, u16);

impl WebhookUrl {
    /// Where it leads. Each name below `localhost` is this machine, as 127.0.0.1 is; a dot at the end of a name says nothing.
    pub fn place(&self) -> Place {
        let host = match &self.host {
            host if host.is_localhost() => Host::Address(Ipv4Addr::LOCALHOST.into()),
            Host::Name(name) => Host::Name(name.trim_end_matches('.').to_owned()),
            Host::Address(ip) => Host::Address(ip.to_canonical()),
        };
        (host, self.port)
    }

    /// Takes an address apart.
    ///
    /// # Errors
    /// A sentence about what is wrong with it.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        if url.bytes().any(|it| it <= b' ' || it == 0x7f) {
            return Err("this is not a URL: it has a space or a control character");
        }
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let scheme = match scheme {
            it if it.eq_ignore_ascii_case("http") => Scheme::Http,
            it if it.eq_ignore_ascii_case("https") => Scheme::Https,
            _ => return Err("a webhook address must begin with http:// or https://"),
        };
        let (authority, below) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (user_info, authority) = authority.rsplit_once('@').map_or((None, authority), |it| (Some(it.0), it.1));
        let (written_host, written_port) = split_port(authority);
        let host = host(written_host)?;
        let port = match written_port {
            None if scheme == Scheme::Https => 443,
            None => 80,
            Some(text) if text.bytes().all(|it| it.is_ascii_digit()) => text.parse().ok().filter(|it| 0 < *it).ok_or(BAD_PORT)?,
            Some(_) => return Err(BAD_PORT),
        };
        let sent_host = match &host {
            Host::Name(name) if !written_host.is_ascii() => name.clone(),
            Host::Address(it) if !written_host.is_ascii() => it.to_string(), // only an IPv4 address can be written so
            Host::Name(_) | Host::Address(_) => written_host.to_owned(),
        };
        let authority = if written_port.is_some() { format!("{sent_host}:{port}") } else { sent_host };
        let request_uri = request_uri(below);
        if request_uri.parse::<http::uri::PathAndQuery>().is_err() {
            return Err("the path of the address has a character that must be percent-encoded");
        }
        Ok(Self { scheme, host, port, authority, request_uri, basic: user_info.map(basic).transpose()?.flatten() })
    }
}

const BAD_PORT: &str = "the address has no host, or its port is invalid";

/// Host and port, as written. The colons of an IPv6 address do not begin a port.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn host(written: &str) -> Result<Host, &'static str> {
    // The parser would decode it first.
    if written.contains('%') {
        return Err("the host of the address must not be percent-encoded");
    }
    let host = match url::Host::parse(written).map_err(|_| BAD_PORT)? {
        url::Host::Domain(name) => Host::Name(name),
        url::Host::Ipv4(it) => Host::Address(it.into()),
        url::Host::Ipv6(it) => Host::Address(it.to_canonical()),
    };
    let any = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
    if any.map(Host::Address).contains(&host) {
        return Err("0.0.0.0 and [::] name no host, a server only listens on them: write 127.0.0.1, or [::1]");
    }
    Ok(host)
}

/// The value of `Authorization` for a user name and a password (RFC 7617). `None`: both are empty.
fn basic(user_info: &str) -> Result<Option<HeaderValue>, &'static str> {
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    if user.is_empty() && password.is_empty() {
        return Ok(None);
    }
    let user: Cow<'_, [u8]> = percent_decode_str(user).into();
    if user.contains(&b':') {
        return Err("the user name in the address must not contain a colon");
    }
    let password: Cow<'_, [u8]> = percent_decode_str(password).into();
    let value = format!("Basic {}", STANDARD.encode([&*user, b":", &*password].concat()));
    HeaderValue::try_from(value).map(Some).map_err(|_| "the user name and the password in the address are too long")
}

/// Path and query as a request carries them, from what stands behind the host. RFC 9112, 3.2.1: an empty path is `/`.
fn request_uri(below: &str) -> String {
    let below = below.split('#').next().unwrap_or("");
    let encoded: Cow<'_, str> = utf8_percent_encode(below, CONTROLS).into();
    if below.starts_with('/') { encoded.into_owned() } else { format!("/{encoded}") }
}

/// Path and query of an address or a path, as a request for it carries them.
pub fn request_uri_of(url: &str) -> String {
    request_uri(url.split_once("://").map_or(url, |it| it.1.find(['/', '?', '#']).map_or("", |at| &it.1[at..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<(String, u16, String, String), &'static str> {
        let it = WebhookUrl::parse(url)?;
        let host = match it.host {
            Host::Name(it) => it,
            Host::Address(it) => it.to_string(),
        };
        Ok((host, it.port, it.authority, it.request_uri))
    }

    #[test]
    fn an_address_leaves_as_it_was_set() {
        for (url, host, port, authority, uri) in [
            ("http://127.0.0.1:9000?x=1", "127.0.0.1", 9000, "127.0.0.1:9000", "/?x=1"),
            ("http://h", "h", 80, "h", "/"),
            ("HTTPS://H", "h", 443, "H", "/"),
            ("http://h:80/a/../b//c;d?e=f?g&h#i", "h", 80, "h:80", "/a/../b//c;d?e=f?g&h"),
            ("http://h/%e9%2F?a=%20+b", "h", 80, "h", "/%e9%2F?a=%20+b"),
            ("http://h/é?ü=1", "h", 80, "h", "/%C3%A9?%C3%BC=1"),
            ("http://bücher.test:8080/", "xn--bcher-kva.test", 8080, "xn--bcher-kva.test:8080", "/"),
            ("http://my_app.localhost:1/", "my_app.localhost", 1, "my_app.localhost:1", "/"),
            ("http://127.1:9000/", "127.0.0.1", 9000, "127.1:9000", "/"),
            ("http://2130706433/", "127.0.0.1", 80, "2130706433", "/"),
            ("http://１２７.０.０.１:1/", "127.0.0.1", 1, "127.0.0.1:1", "/"),
            ("http://h:045563/", "h", 45563, "h:45563", "/"),
            ("http://[::1]:9000/x", "::1", 9000, "[::1]:9000", "/x"),
            ("http://[::ffff:127.0.0.1]", "127.0.0.1", 80, "[::ffff:127.0.0.1]", "/"),
            ("http://u:p@h:1/x", "h", 1, "h:1", "/x"),
        ] {
            assert_eq!(read(url), Ok((host.to_owned(), port, authority.to_owned(), uri.to_owned())), "{url}");
        }
    }

    #[test]
    fn an_address_that_cannot_be_called_is_refused() {
        for (url, why) in [
            ("", "begin with http"),
            ("ftp://h/", "begin with http"),
            ("//h/", "begin with http"),
            ("http://", "no host"),
            ("http:///x", "no host"),
            ("http://[]/", "no host"),
            ("http://[::1/", "no host"),
            ("http://[fe80::1%25eth0]/", "percent-encoded"),
            ("http://%6cocalhost/", "percent-encoded"),
            ("http://1.2.3.4.5/", "no host"),
            ("http://a|b/", "no host"),
            ("http://h:/", "port"),
            ("http://h:0/", "port"),
            ("http://h:99999/", "port"),
            ("http://h:-1/", "port"),
            ("http://h:+1/", "port"),
            ("http://h/a b", "space"),
            ("http://h/a\nb", "control"),
            ("http://h/<x>", "percent-encoded"),
            ("http://a%3Ab:c@h/", "colon"),
            ("http://0.0.0.0:3000/", "127.0.0.1"),
            ("http://0:3000/", "127.0.0.1"),
            ("http://0x0.0/", "127.0.0.1"),
            ("http://[::]:3000/", "127.0.0.1"),
            ("http://[::ffff:0.0.0.0]/", "127.0.0.1"),
        ] {
            let said = WebhookUrl::parse(url).expect_err(url);
            assert!(said.contains(why), "{url}: {said}");
        }
    }

    #[test]
    fn names_below_localhost_are_this_machine() {
        for (url, is_so) in [
            ("http://localhost/", true),
            ("http://LOCALHOST/", true),
            ("http://shop.localhost:1/", true),
            ("http://a.b.localhost./", true),
            ("http://localhost.test/", false),
            ("http://notlocalhost/", false),
            ("http://127.0.0.1/", false),
        ] {
            assert_eq!(WebhookUrl::parse(url).expect(url).host.is_localhost(), is_so, "{url}");
        }
    }

    #[test]
    fn a_user_name_and_a_password_become_a_header() {
        for (url, sent) in [
            ("http://h/", None),
            ("http://@h/", None),
            ("http://:@h/", None),
            ("http://Aladdin:open%20sesame@h/", Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")),
            ("http://key@h/", Some("Basic a2V5Og==")),
            ("http://u:p%3Aq:r@h/", Some("Basic dTpwOnE6cg==")),
            ("http://u:p@q@h/", Some("Basic dTpwQHE=")),
            ("http://ü:ö@h/", Some("Basic w7w6w7Y=")),
        ] {
            let basic = WebhookUrl::parse(url).expect(url).basic;
            assert_eq!(basic.as_ref().map(|it| it.to_str().expect("text")), sent, "{url}");
        }
    }
}
