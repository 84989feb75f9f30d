//! The address of a request: which sandbox its path names, and what the path is inside that sandbox. Requests from
//! outside and webhooks to this server's own inboxes are read by the same parser.

use memchr::memchr;

use crate::kit::http::{RequestPath, Target};

/// Where pages look for their files.
const ASSETS: &str = "/__admin/assets/";

/// A path, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// The sandbox that the path names.
    pub sandbox: Option<&'a str>,
    /// The path inside the sandbox.
    pub path: RequestPath,
}

impl<'a> Address<'a> {
    /// Removes `/s/{name}` and the provider's slug from the front, and also their repetitions: a client that joins base URL
    /// and link repeats them. With `by_host`, the slug of the provider whose own host name was called, the whole path is
    /// that provider's.
    pub fn parse(by_host: Option<&'static str>, path: &'a str) -> Self {
        let (mut sandbox, mut rest) = (None, path);
        if let ("s", after) = first(path) {
            let (name, after) = first(after);
            (sandbox, rest) = (Some(name), after);
        }
        if let Some(slug) = by_host {
            let own = without_repetitions(rest, sandbox, slug, by_host);
            let path = asset(own).unwrap_or_else(|| RequestPath::new(format!("/{slug}{own}")));
            return Self { sandbox, path };
        }
        let as_sent = RequestPath::new(rest.to_owned());
        match as_sent.target() {
            Target::Control { path: below } => {
                control(sandbox, &rest[rest.len() - below.len()..]).unwrap_or(Self { sandbox, path: as_sent })
            }
            Target::Provider { slug, path: below } => {
                let own = without_repetitions(below, sandbox, slug, by_host);
                let path = if let Some(it) = asset(own) {
                    it
                } else if own.len() < below.len() {
                    RequestPath::new(format!("/{slug}{own}"))
                } else {
                    as_sent
                };
                Self { sandbox, path }
            }
        }
    }
}

/// A page of a provider finds its files below the provider's own paths, because its own host serves no control call.
fn asset(path: &str) -> Option<RequestPath> {
    path.strip_prefix(ASSETS).map(|it| RequestPath::control(&format!("assets/{it}")))
}

/// `/__admin/sandboxes/{name}/clock` is `/__admin/clock` of another sandbox. Without a tail it is a call to the server.
fn control<'a>(sandbox: Option<&'a str>, below: &'a str) -> Option<Address<'a>> {
    let ("sandboxes", after) = first(below) else { return None };
    let (name, tail) = first(after);
    let tail = tail.strip_prefix('/').filter(|it| !it.is_empty())?;
    Some(Address { sandbox: Some(name).or(sandbox), path: RequestPath::control(tail) })
}

/// The path behind every repetition of its prefix.
fn without_repetitions<'a>(mut path: &'a str, sandbox: Option<&str>, slug: &str, by_host: Option<&str>) -> &'a str {
    while let Some(after) = repetition(path, sandbox, slug, by_host) {
        path = after;
    }
    path
}

/// What follows a prefix that is repeated.
fn repetition<'a>(path: &'a str, sandbox: Option<&str>, slug: &str, by_host: Option<&str>) -> Option<&'a str> {
    let (mut segment, mut after) = first(path);
    let mut found = false;
    if let ("s", Some(name)) = (segment, sandbox)
        && first(after).0 == name
    {
        let rest = first(after).1;
        found = by_host.is_some();
        (segment, after) = if found && first(rest).0 != slug { ("", rest) } else { first(rest) };
    }
    (found || (segment == slug && !slug.is_empty())).then_some(after)
}

/// The first segment of a path, and the rest with its slash.
fn first(path: &str) -> (&str, &str) {
    let inner = path.strip_prefix('/').unwrap_or(path);
    inner.split_at(memchr(b'/', inner.as_bytes()).unwrap_or(inner.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_a_sandbox_and_a_provider() {
        let rows = [
            ("/quoine/api/v1/x", None, None, "/quoine/api/v1/x"),
            ("/s/a/quoine/api/v1/x", None, Some("a"), "/quoine/api/v1/x"),
            ("/quoine/quoine/api/v1/x", None, None, "/quoine/api/v1/x"),
            ("/s/a/quoine/s/a/quoine/pay/1", None, Some("a"), "/quoine/pay/1"),
            ("/s/a/quoine/s/b/quoine/pay/1", None, Some("a"), "/quoine/s/b/quoine/pay/1"),
            ("/quoine/api/v1//x", None, None, "/quoine/api/v1//x"),
            ("/quoine", None, None, "/quoine"),
            ("/api/v1/x", Some("quoine"), None, "/quoine/api/v1/x"),
            ("/s/a/api/v1/x", Some("quoine"), Some("a"), "/quoine/api/v1/x"),
            ("/s/a/s/a/api/v1/x", Some("quoine"), Some("a"), "/quoine/api/v1/x"),
            ("/quoine/api/v1/x", Some("quoine"), None, "/quoine/api/v1/x"),
            ("/__admin/clock", Some("quoine"), None, "/quoine/__admin/clock"),
            ("/__admin/assets/page.css", Some("quoine"), None, "/__admin/assets/page.css"),
            ("/s/a/quoine/__admin/assets/page.css", None, Some("a"), "/__admin/assets/page.css"),
            ("/__admin/clock", None, None, "/__admin/clock"),
            ("/__admin/", None, None, "/__admin/"),
            ("/s/a/__admin/clock", None, Some("a"), "/__admin/clock"),
            ("/__admin/sandboxes/a/clock/advance", None, Some("a"), "/__admin/clock/advance"),
            ("/__admin/sandboxes/a", None, None, "/__admin/sandboxes/a"),
            ("/__admin/sandboxes/a/", None, None, "/__admin/sandboxes/a/"),
            ("/", None, None, "/"),
            ("/", Some("quoine"), None, "/quoine/"),
        ];
        for (path, provider, sandbox, inside) in rows {
            assert_eq!(
                Address::parse(provider, path),
                Address { sandbox, path: RequestPath::new(inside.to_owned()) },
                "{path} by {provider:?}"
            );
        }
    }
}
