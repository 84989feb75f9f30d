//! Which sandbox a request means, and what its path is once that is known.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use parking_lot::RwLock;

use super::access::Called;
use super::driver::Driver;
use crate::kit::http::Response;
use crate::sandbox::SANDBOX;

/// The sandbox that every server has.
pub const DEFAULT: &str = "default";

/// Every sandbox of a server, by name.
#[derive(Default)]
pub struct Registry(RwLock<BTreeMap<String, Arc<Driver>>>);

/// A path, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// The sandbox that the path names.
    pub sandbox: Option<&'a str>,
    /// `/__admin/...` or `/{slug}/...`.
    pub path: Cow<'a, str>,
}

impl Registry {
    /// A sandbox has moved in.
    pub fn enter(&self, name: &str, driver: Arc<Driver>) {
        self.0.write().insert(name.to_owned(), driver);
    }

    /// A sandbox has moved out.
    pub fn leave(&self, name: &str) {
        self.0.write().remove(name);
    }

    /// The sandbox of that name.
    pub fn find(&self, name: &str) -> Option<Arc<Driver>> {
        self.0.read().get(name).cloned()
    }

    /// The sandbox that a request means: by its path, else by its header, else the default one.
    pub fn choose(&self, named: Option<&str>, headers: &HeaderMap) -> Result<Arc<Driver>, Response> {
        let header = headers.get(SANDBOX).map(|it| it.to_str().unwrap_or("?"));
        let name = named.or(header).unwrap_or(DEFAULT);
        self.find(name).ok_or_else(|| {
            let known = self.0.read().keys().cloned().collect::<Vec<_>>().join(", ");
            let detail = format!("There is no sandbox `{name}`. There is {known}.");
            Response::problem(StatusCode::NOT_FOUND, "unknown_sandbox", &detail)
        })
    }
}

/// Takes `/s/{name}` and the provider's slug off the front, as often as a client that joined base URL and link has put
/// them there, and writes the path as the sandbox reads it.
pub fn address<'a>(called: &Called, path: &'a str) -> Address<'a> {
    let (mut sandbox, mut rest) = (None, path);
    if let ("s", after) = first(path) {
        let (name, after) = first(after);
        (sandbox, rest) = (Some(name), after);
    }
    let (segment, after) = first(rest);
    if segment == "__admin" && called.provider.is_none() {
        return control(sandbox, rest, after);
    }
    let slug = called.provider.unwrap_or(segment);
    let mut own = if called.provider.is_some() { rest } else { after };
    while let Some(after) = repetition(own, sandbox, slug, called.provider.is_some()) {
        own = after;
    }
    let as_sent = called.provider.is_none() && own.len() == after.len();
    Address { sandbox, path: if as_sent { Cow::Borrowed(rest) } else { format!("/{slug}{own}").into() } }
}

/// `/__admin/sandboxes/{name}/clock` is `/__admin/clock` of another sandbox.
fn control<'a>(sandbox: Option<&'a str>, path: &'a str, below: &'a str) -> Address<'a> {
    if let ("sandboxes", after) = first(below) {
        let (name, tail) = first(after);
        if tail.len() > 1 {
            return Address { sandbox: Some(name), path: format!("/__admin{tail}").into() };
        }
    }
    Address { sandbox, path: Cow::Borrowed(path) }
}

/// What follows a prefix that stands there once more.
fn repetition<'a>(path: &'a str, sandbox: Option<&str>, slug: &str, by_own_host: bool) -> Option<&'a str> {
    let (mut segment, mut after) = first(path);
    let mut found = false;
    if let ("s", Some(name)) = (segment, sandbox)
        && first(after).0 == name
    {
        let rest = first(after).1;
        found = by_own_host;
        (segment, after) = if found && first(rest).0 != slug { ("", rest) } else { first(rest) };
    }
    (found || (segment == slug && !slug.is_empty())).then_some(after)
}

/// The first segment of a path, and the rest with its slash.
fn first(path: &str) -> (&str, &str) {
    let inner = path.strip_prefix('/').unwrap_or(path);
    inner.split_at(inner.find('/').unwrap_or(inner.len()))
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
            ("/__admin/clock", None, None, "/__admin/clock"),
            ("/__admin/", None, None, "/__admin/"),
            ("/s/a/__admin/clock", None, Some("a"), "/__admin/clock"),
            ("/__admin/sandboxes/a/clock/advance", None, Some("a"), "/__admin/clock/advance"),
            ("/__admin/sandboxes/a", None, None, "/__admin/sandboxes/a"),
            ("/", None, None, "/"),
            ("/", Some("quoine"), None, "/quoine/"),
        ];
        for (path, provider, sandbox, inside) in rows {
            let called = Called { origin: String::new(), provider };
            assert_eq!(address(&called, path), Address { sandbox, path: inside.into() }, "{path} by {provider:?}");
        }
    }
}
