//! A change of parts of a JSON body: everything else stays to the byte.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::kit::json::{altered, without};

/// Paths of one patch, or of one `tamper`: each reads the body again.
pub const PATHS_MAX: usize = 100;

/// Members that are set, then members that are removed, by their dotted paths.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// Each with its value as JSON.
    pub set: Vec<(String, String)>,
    pub remove: Vec<String>,
}

impl Patch {
    /// Whether a rule can have it: it may come from a saved state.
    pub fn is_sound(&self) -> bool {
        self.set.len() + self.remove.len() <= PATHS_MAX
    }

    /// The body with its changes, and the paths that it does not have.
    pub fn apply(&self, body: &Bytes) -> (Bytes, Vec<&str>) {
        let mut body = body.clone();
        let mut missing = Vec::new();
        let set = self.set.iter().map(|(path, value)| (path, Some(value)));
        for (path, value) in set.chain(self.remove.iter().map(|path| (path, None))) {
            let changed = value.map_or_else(|| without(&body, path), |value| altered(&body, path, value));
            match changed {
                Some(changed) => body = changed.into(),
                None => missing.push(path.as_str()),
            }
        }
        (body, missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(set: &[(&str, &str)], remove: &[&str], body: &'static str) -> (String, Vec<String>) {
        let set = set.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned())).collect();
        let patch = Patch { set, remove: remove.iter().map(|it| (*it).to_owned()).collect() };
        let (body, missing) = patch.apply(&Bytes::from_static(body.as_bytes()));
        (String::from_utf8(body.to_vec()).expect("text"), missing.into_iter().map(str::to_owned).collect())
    }

    #[test]
    fn everything_else_stays_to_the_byte() {
        let body = r#"{ "a" : 1.0, "b": {"c":[1, 2 ,3], "d":"\/"} }"#;
        for (remove, left) in [
            ("a", r#"{ "b": {"c":[1, 2 ,3], "d":"\/"} }"#),
            ("b", r#"{ "a" : 1.0 }"#),
            ("b.c", r#"{ "a" : 1.0, "b": { "d":"\/"} }"#),
            ("b.d", r#"{ "a" : 1.0, "b": {"c":[1, 2 ,3]} }"#),
            ("b.c.0", r#"{ "a" : 1.0, "b": {"c":[ 2 ,3], "d":"\/"} }"#),
            ("b.c.2", r#"{ "a" : 1.0, "b": {"c":[1, 2], "d":"\/"} }"#),
        ] {
            assert_eq!(patched(&[], &[remove], body), (left.to_owned(), Vec::new()), "{remove}");
        }
        assert_eq!(patched(&[("a", "2")], &["b"], r#"{"a":1,"b":2}"#).0, r#"{"a":2}"#);
        assert_eq!(patched(&[("n", "null")], &["a"], r#"{"a":1}"#).0, r#"{"n":null}"#);
        assert_eq!(patched(&[], &["a"], r#"{"a":1}"#).0, "{}");
    }

    #[test]
    fn what_a_body_does_not_have_is_reported() {
        assert_eq!(
            patched(&[("x.y", "1")], &["z", "a.b"], r#"{"a":1}"#),
            (r#"{"a":1}"#.to_owned(), vec!["x.y".to_owned(), "z".to_owned(), "a.b".to_owned()])
        );
        assert_eq!(patched(&[("a", "1")], &[], "not JSON").1, ["a"]);
    }
}
