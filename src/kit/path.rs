//! The one matcher of paths: a pattern is a path in which a segment in braces, as `{id}`, takes any one segment.

use std::borrow::Cow;

use fluent_uri::Uri;
use memchr::{memchr, memchr2};

use super::split;

/// A pattern has at most this many segments in braces.
pub const CAPTURES_MAX: usize = 4;

/// What stands for the braces of a pattern, in their order: as it was sent, percent signs included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Captures<'a>([&'a str; CAPTURES_MAX]);

impl<'a> Captures<'a> {
    /// What stands for the first braces; empty when the pattern has none.
    pub fn first(&self) -> &'a str {
        self.0[0]
    }

    /// What stands for the braces at that place, counted from 0; empty when the pattern has fewer.
    pub fn at(&self, place: usize) -> &'a str {
        self.0.get(place).copied().unwrap_or_default()
    }
}

/// Matches a path to the letter: a slash too many, or one too few, makes it another path.
pub fn exactly<'a>(pattern: &str, path: &'a str) -> Option<Captures<'a>> {
    let (pattern_end, path_end) = (pattern.bytes().next_back(), path.bytes().next_back());
    if pattern_end != path_end && pattern_end != Some(b'}') {
        return None; // most patterns
    }
    let Some(brace) = memchr(b'{', pattern.as_bytes()) else { return (pattern == path).then(Captures::default) };
    let (before, braces) = pattern.split_at(brace);
    path.strip_prefix(before).and_then(|rest| captured(split::all(braces, b'/'), split::all(rest, b'/')))
}

/// Matches a path whatever its slashes: doubled ones, and one at the end, do not count.
pub fn loosely<'a>(pattern: &str, path: &'a str) -> Option<Captures<'a>> {
    captured(pattern.split('/').filter(|it| !it.is_empty()), path.split('/').filter(|it| !it.is_empty()))
}

/// The same path in its normal form (RFC 3986, section 6.2.2): unreserved characters are not percent-encoded, and `.` and `..`
/// are removed. A path that is not one by that standard stays as it is.
pub fn normalised(path: &str) -> Cow<'_, str> {
    if memchr2(b'%', b'.', path.as_bytes()).is_none() || !path.contains('%') && !path.contains("/.") {
        return path.into();
    }
    let normal = Uri::parse(format!("http://host{path}")).ok().map(|it| it.normalize());
    normal.map_or(path.into(), |it| it.path().as_str().to_owned().into())
}

fn captured<'a, 'p>(mut own: impl Iterator<Item = &'p str>, mut asked: impl Iterator<Item = &'a str>) -> Option<Captures<'a>> {
    let mut captures = Captures::default();
    let mut free = captures.0.iter_mut();
    loop {
        match (own.next(), asked.next()) {
            (None, None) => return Some(captures),
            (Some(own), Some(asked)) if own.starts_with('{') && !asked.is_empty() => *free.next()? = asked,
            (Some(own), Some(asked)) if own == asked => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_take_one_segment_that_is_not_empty() {
        let first = |pattern, path| exactly(pattern, path).map(|it| it.first());
        assert_eq!(first("/charges", "/charges"), Some(""));
        assert_eq!(first("/charges/{id}", "/charges/a%2Fb"), Some("a%2Fb"));
        assert_eq!(first("/charges/{id}", "/charges/{id}"), Some("{id}"));
        assert_eq!(first("/orders/{id}/", "/orders/7/"), Some("7"));
        for (pattern, path) in [
            ("/charges", "/charges/"),
            ("/charges/{id}", "/charges/"),
            ("/charges/{id}", "/charges"),
            ("/charges/{id}", "/charges/7/"),
            ("/charges/{id}", "/charges//7"),
            ("/charges/{id}", "/charge/7"),
            ("/orders/{id}/", "/orders/7"),
            ("/orders/{id}/", "/orders/7/8/"),
        ] {
            assert_eq!(exactly(pattern, path), None, "{pattern} {path}");
        }
        let both = exactly("inboxes/{name}/messages/{id}", "inboxes/a/messages/2").expect("it matches");
        assert_eq!((both.first(), both.at(1), both.at(2), both.at(CAPTURES_MAX)), ("a", "2", "", ""));
    }

    #[test]
    fn equivalent_paths_have_one_form() {
        for (path, normal) in [
            ("/api/v1/x", "/api/v1/x"),
            ("/api/v1/%66eatures", "/api/v1/features"),
            ("/api/./v1/../v1/features", "/api/v1/features"),
            ("/quoine/%2e%2E/__admin/clock", "/__admin/clock"),
            ("/../../x", "/x"),
            ("/a/..", "/"),
            ("/a%2fb", "/a%2Fb"),
            ("/a//b/.", "/a//b/"),
            ("/a%zz/./b", "/a%zz/./b"),
            ("/.well-known", "/.well-known"),
            ("/", "/"),
        ] {
            assert_eq!(normalised(path), normal, "{path}");
        }
    }

    #[test]
    fn slashes_do_not_count_where_they_are_not_looked_at() {
        for path in ["/charges/7", "charges/7", "//charges//7/", "/charges/7/"] {
            assert_eq!(loosely("/charges/{id}", path).map(|it| it.first()), Some("7"), "{path}");
        }
        assert_eq!(loosely("/charges/{id}", "/charges/"), None);
    }
}
