//! Names of hosts: which ones a server answers to, and the one under which others know it.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

use url::{Origin, Url};

use crate::kit::http::{RequestPath, Target};
use crate::kit::path::normalised;
use crate::providers;

/// Endings of names that no public zone can hand to a stranger: each is reserved for the use inside a machine or a network.
const RESERVED: [&str; 6] = [".localhost", ".internal", ".local", ".test", ".home.arpa", ".svc.cluster.local"];

/// The address under which others reach the server: through a proxy, perhaps below a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    host: String,
    /// `/mocks`, or nothing.
    prefix: String,
}

impl PublicUrl {
    /// Scheme, host, perhaps a port and perhaps a path; nothing else.
    ///
    /// # Errors
    /// What is wrong, as a sentence without its end.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let text = text.strip_suffix('/').unwrap_or(text);
        let advice =
            || "write a scheme, a host and perhaps a port and a path, such as http://localhost:3000 or https://ci.example.com/mocks";
        let uri: http::Uri = text.parse().map_err(|_| advice())?;
        let authority = uri.authority().filter(|it| !it.as_str().contains('@')).ok_or_else(advice)?;
        let host = host_name(authority.as_str()).to_ascii_lowercase();
        let is_web = matches!(uri.scheme_str(), Some("http" | "https")) && text.is_ascii();
        if !is_web || host.is_empty() || uri.query().is_some() || text.contains('#') {
            return Err(advice().to_owned());
        }
        let has_port = !authority.as_str().ends_with(authority.host());
        if has_port && authority.port_u16().is_none_or(|it| it == 0) {
            return Err("its port is not a number from 1 to 65535".to_owned());
        }
        if let Some(contract) = providers::all().iter().map(|it| it.contract()).find(|it| it.hosts.contains(&host.as_str())) {
            return Err(format!("its host is the own one of {}, where only that provider is reached: choose another name", contract.name));
        }
        let prefix = if uri.path() == "/" { "" } else { uri.path() };
        check_prefix(prefix)?;
        Ok(Self { text: text.to_owned(), host, prefix: prefix.to_owned() })
    }

    /// The same address as what links begin with.
    ///
    /// # Errors
    /// What is wrong, as a sentence without its end.
    pub fn checked(text: &str) -> Result<String, String> {
        Self::parse(text).map(|it| it.text)
    }

    /// What links begin with.
    pub fn text(&self) -> &String {
        &self.text
    }

    /// The name of the host, in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it has a path of its own.
    pub fn has_prefix(&self) -> bool {
        !self.prefix.is_empty()
    }

    /// A path without this address's own path in front.
    pub fn without_prefix<'a>(&self, path: &'a str) -> &'a str {
        match path.strip_prefix(self.prefix.as_str()) {
            Some("") => "/",
            Some(rest) if rest.starts_with('/') => rest,
            _ => path,
        }
    }
}

/// Refuses a path in front of all paths that no request can have, or that looks like one of the server's own.
fn check_prefix(prefix: &str) -> Result<(), String> {
    if prefix.contains("//") || prefix.ends_with('/') || normalised(prefix) != prefix {
        return Err(
            "its path has an empty segment, `.` or `..`, or signs that are percent-encoded without need: write it as /mocks or /a/b"
                .to_owned(),
        );
    }
    let path = RequestPath::new(prefix.to_owned());
    let first = prefix.split('/').nth(1).unwrap_or_default();
    let is_taken = match path.target() {
        Target::Control { .. } => true,
        Target::Provider { slug, .. } => slug == "s" || providers::all().iter().any(|it| it.contract().slug == slug),
    };
    if is_taken {
        return Err(format!(
            "its path begins with /{first}, as the server's own paths do: put another segment in front, such as /mocks/{first}"
        ));
    }
    Ok(())
}

/// A further name that a server answers to, as requests carry it: in lower case, without brackets and without the dot that ends
/// a full name. Letters beyond ASCII are written as DNS has them.
///
/// # Errors
/// Why no request can have this name, as a sentence without its end.
pub fn served_name(text: &str) -> Result<String, String> {
    let advice = "write the name of a host alone, such as mock.example.com, without scheme, port and path";
    if text.contains('*') {
        return Err("a pattern matches no host: write each name, such as mock.example.com".to_owned());
    }
    let name = text.trim();
    let name = name.strip_suffix('.').unwrap_or(name);
    let name = if name.parse::<Ipv6Addr>().is_ok() { Cow::Owned(format!("[{name}]")) } else { Cow::Borrowed(name) };
    let labels = |it: &str| it.split('.').all(|label| !label.is_empty());
    match url::Host::parse(&name) {
        Ok(url::Host::Domain(it)) if labels(&it) && it.len() <= 253 => Ok(it),
        Ok(url::Host::Ipv4(it)) => Ok(it.to_string()),
        Ok(url::Host::Ipv6(it)) => Ok(it.to_string()),
        Ok(url::Host::Domain(_)) | Err(_) => Err(advice.to_owned()),
    }
}

/// A host without its port and without the dot that ends a full name; nothing when more than a port follows it.
pub fn host_name(authority: &str) -> &str {
    let bracketed = authority.strip_prefix('[').and_then(|it| it.split_once(']'));
    let (name, rest) = bracketed.unwrap_or_else(|| authority.split_at(authority.find([':', '/']).unwrap_or(authority.len())));
    let is_port = rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.bytes().all(|it| it.is_ascii_digit()));
    if is_port { name.strip_suffix('.').unwrap_or(name) } else { "" }
}

/// Names in lower case that no public DNS zone can point here: addresses, names of a single label, and names with a
/// reserved ending.
pub fn is_local(name: &str) -> bool {
    let label = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it));
    let is_reserved = || RESERVED.iter().filter_map(|ending| name.strip_suffix(ending)).any(|it| it.split('.').all(label));
    name.parse::<IpAddr>().is_ok() || label(name) || is_reserved()
}

/// The origin of a web page.
///
/// # Errors
/// What is wrong, as a sentence without its end.
pub fn origin(text: &str) -> Result<String, String> {
    let advice = "write a scheme, a host and perhaps a port, such as https://pay.test.example or http://localhost:3000";
    PublicUrl::parse(text).ok().filter(|it| !it.has_prefix()).map(|it| it.text().clone()).ok_or_else(|| advice.to_owned())
}

/// Whether two origins have the same scheme, host and port.
pub fn is_same_origin(a: &str, b: &str) -> bool {
    let origin = |text: &str| Url::parse(text).ok().map(|it| it.origin()).filter(Origin::is_tuple);
    origin(a).is_some_and(|it| origin(b) == Some(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t3_names_of_machines_and_containers_are_local() {
        for name in [
            "127.0.0.1",
            "::1",
            "192.168.1.7",
            "localhost",
            "playmoney",
            "api.localhost",
            "a.b.localhost",
            "host.docker.internal",
            "host.testcontainers.internal",
            "mac.local",
            "x.test",
            "pm.home.arpa",
            "playmoney.default.svc.cluster.local",
        ] {
            assert!(is_local(name), "{name}");
        }
        for name in
            ["", ".local", "a..test", "evil.example", "localhost.evil.example", "test.com", "home.arpa.example", "a b.test", "internal.co"]
        {
            assert!(!is_local(name), "{name}");
        }
    }

    #[test]
    fn a_public_address_may_have_a_path() {
        let public = PublicUrl::parse("https://CI.example.com:8443/mocks/a/").expect("an address");
        assert_eq!(
            (public.text().as_str(), public.host(), public.has_prefix()),
            ("https://CI.example.com:8443/mocks/a", "ci.example.com", true)
        );
        for (path, inside) in
            [("/mocks/a/quoine/x", "/quoine/x"), ("/mocks/a", "/"), ("/quoine/x", "/quoine/x"), ("/mocks/ab/x", "/mocks/ab/x"), ("/", "/")]
        {
            assert_eq!(public.without_prefix(path), inside, "{path}");
        }
        assert_eq!(PublicUrl::parse("http://a.test/").map(|it| it.without_prefix("/x") == "/x" && !it.has_prefix()), Ok(true));
        for text in [" http://[::1]:3000 ", "http://a./mocks", "https://a/mocks/quoine", "http://a/quoines"] {
            assert!(PublicUrl::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_public_address_that_no_request_can_have_is_refused_with_its_reason() {
        for (text, why) in [
            ("", "write a scheme"),
            ("ci.example.com", "write a scheme"),
            ("ftp://a", "write a scheme"),
            ("http://", "write a scheme"),
            ("http://u@a/", "write a scheme"),
            ("http://a/?x=1", "write a scheme"),
            ("http://a/#x", "write a scheme"),
            ("http://a/é", "write a scheme"),
            ("http://a:99999", "port"),
            ("http://a:", "port"),
            ("http://a:0/x", "port"),
            ("http://a/x//y", "empty segment"),
            ("http://a/x//", "empty segment"),
            ("http://a//x", "empty segment"),
            ("http://a/../x", "`..`"),
            ("http://a/x/.", "`.`"),
            ("http://a/%6Docks", "percent-encoded"),
            ("http://a/quoine", "begins with /quoine"),
            ("http://a/quantum-payouts/x", "/mocks/quantum-payouts"),
            ("http://a/s/x", "begins with /s"),
            ("http://a/__admin", "begins with /__admin"),
            ("https://pay.quoine.com/mocks", "Quoine"),
        ] {
            let said = PublicUrl::parse(text).expect_err(text);
            assert!(said.contains(why), "{text}: {said}");
        }
    }

    #[test]
    fn a_served_name_is_as_requests_carry_it() {
        for (text, name) in [
            ("Mock.CI.example.", "mock.ci.example"),
            ("[::1]", "::1"),
            ("2001:DB8::1", "2001:db8::1"),
            (" 10.0.0.7", "10.0.0.7"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("my_host.example", "my_host.example"),
        ] {
            assert_eq!(served_name(text).as_deref(), Ok(name), "{text}");
        }
        let long = "x.".repeat(130);
        for text in ["", ".", "a:80", "[::1]:80", "http://b", "*", "*.example.com", "a b", "a/b", "a..b", ".a", "u@a", "a?b", "a#b", &long]
        {
            assert!(served_name(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_origin_has_no_path() {
        assert!(["http://localhost:3000", "https://a.test/"].iter().all(|it| origin(it).is_ok()));
        assert!(["null", "*", "http://a/x", "http://a:", "a.test", "app://x", "http://a:99999"].iter().all(|it| origin(it).is_err()));
    }
}
