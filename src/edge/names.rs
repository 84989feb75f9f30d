//! Names of hosts: which ones a server answers to, and the one under which others know it.

use std::net::IpAddr;

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
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_end_matches('/');
        let uri: http::Uri = text.parse().ok()?;
        let authority = uri.authority().filter(|it| !it.as_str().contains('@'))?;
        let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
        if !is_web || uri.query().is_some() || text.contains('#') {
            return None;
        }
        let host = host_name(authority.as_str()).to_ascii_lowercase();
        let prefix = uri.path().trim_end_matches('/').to_owned();
        (!host.is_empty()).then(|| Self { text: text.to_owned(), host, prefix })
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
    let reserved = RESERVED.iter().filter_map(|ending| name.strip_suffix(ending)).any(|it| it.split('.').all(label));
    name.parse::<IpAddr>().is_ok() || label(name) || reserved
}

/// Whether two origins have the same scheme, host and port.
pub fn is_same_origin(a: &str, b: &str) -> bool {
    let parts = |it: &str| {
        let (scheme, rest) = it.split_once("://")?;
        let (scheme, authority) = (scheme.to_ascii_lowercase(), rest.split('/').next()?.to_ascii_lowercase());
        let default = if scheme == "https" { ":443" } else { ":80" };
        let authority = authority.strip_suffix(default).unwrap_or(&authority).to_owned();
        Some((scheme, authority))
    };
    parts(a).is_some_and(|it| parts(b) == Some(it))
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
        assert_eq!(PublicUrl::parse("http://a.test/").map(|it| it.without_prefix("/x") == "/x" && !it.has_prefix()), Some(true));
        for text in ["", "ci.example.com", "ftp://a", "http://", "http://u@a/", "http://a/?x=1", "http://a/#x"] {
            assert_eq!(PublicUrl::parse(text), None, "{text}");
        }
    }
}
