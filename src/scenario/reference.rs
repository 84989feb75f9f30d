//! `${...}` inside a text: a saved value, an environment variable, the address of an inbox, or a value of a request.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use self::request::{Place, is_template, map_rule, with_saved};
use super::mistakes::cut;
use super::yaml::{Node, What};
use crate::engine::inbox::{HOST_SUFFIX, is_name as is_inbox};

pub mod request;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Plain(&'a str),
    /// `${invoice.id}`: a saved name, and the path inside its value.
    Saved {
        name: &'a str,
        path: Vec<&'a str>,
    },
    /// `${env:NAME|default}`.
    Environment {
        name: &'a str,
        default: Option<&'a str>,
    },
    /// `${inbox:shop}`.
    Inbox(&'a str),
}

/// Splits a text into its pieces. `$${` stands for `${`.
///
/// # Errors
/// A sentence about the first invalid reference.
pub fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        if let Some(plain) = before.strip_suffix('$') {
            found.extend([Piece::Plain(plain), Piece::Plain("${")]);
            rest = after;
            continue;
        }
        found.push(Piece::Plain(before));
        let (inner, behind) = after.split_once('}').ok_or_else(|| "`${` has no `}`".to_owned())?;
        found.push(reference(inner)?);
        rest = behind;
    }
    found.push(Piece::Plain(rest));
    found.retain(|it| *it != Piece::Plain(""));
    Ok(found)
}

fn reference(inner: &str) -> Result<Piece<'_>, String> {
    if let Some(variable) = inner.strip_prefix("env:") {
        let (name, default) = variable.split_once('|').map_or((variable, None), |it| (it.0, Some(it.1)));
        let fits = !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
        return if fits {
            Ok(Piece::Environment { name, default })
        } else {
            Err(format!("`{}` is not the name of an environment variable", cut(name)))
        };
    }
    if let Some(name) = inner.strip_prefix("inbox:") {
        return if is_inbox(name) {
            Ok(Piece::Inbox(name))
        } else {
            Err(format!("`{}` is not the name of an inbox: use a-z, 0-9 and -, at most 63 characters", cut(name)))
        };
    }
    let mut path = inner.split(['.', '[']).map(|it| it.strip_suffix(']').unwrap_or(it));
    let name = path.next().filter(|it| is_name(it));
    let path: Vec<&str> = path.collect();
    match name {
        Some(name) if path.iter().all(|it| !it.is_empty()) => Ok(Piece::Saved { name, path }),
        _ => Err(format!("`${{{}}}` is not a reference", cut(inner))),
    }
}

/// Whether a step may be saved under this name.
pub fn is_name(name: &str) -> bool {
    let begins = name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
    begins && name.len() <= 63 && name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-'))
}

/// The address of an inbox.
pub fn inbox_url(name: &str) -> String {
    format!("http://{name}{HOST_SUFFIX}/")
}

/// Bytes that references add to one value of a step, or to one answer of a rule. A body has no more.
pub const ADDED_BYTES_MAX: usize = 1024 * 1024;

/// Bytes of a value as JSON, nearly.
pub fn json_bytes(value: &Json) -> usize {
    match value {
        Json::Null | Json::Bool(_) => 4,
        Json::Number(_) => 20,
        Json::String(it) => it.len() + 2,
        Json::Array(items) => items.iter().map(|it| json_bytes(it) + 1).sum::<usize>() + 2,
        Json::Object(members) => members.iter().map(|(name, it)| name.len() + json_bytes(it) + 4).sum::<usize>() + 2,
    }
}

/// The values that the steps so far have saved.
pub type Saved = BTreeMap<String, Json>;

/// The same value with every reference to a saved value replaced. A text that is one reference and nothing else gets
/// the type of the saved value.
///
/// # Errors
/// A sentence about the first reference that leads nowhere, or that makes the value too large.
pub fn resolved(node: &Node, saved: &Saved) -> Result<Node, String> {
    let mut values = Values { saved, left: ADDED_BYTES_MAX };
    node.map_texts(&mut |text, at| values.text(text, at.start))
}

/// The same for a rule, as it is sent to a sandbox: what the saved values bring is only text. Values of requests stay references.
///
/// # Errors
/// As [`resolved`].
pub fn resolved_rule(rule: &Node, saved: &Saved) -> Result<Node, String> {
    let mut values = Values { saved, left: ADDED_BYTES_MAX };
    map_rule(rule, &mut |place, text, at| {
        if place == Place::Answer && is_template(text) {
            return with_saved(text, &mut |name, path| Ok(printed(values.of(name, path)?))).map(What::Text);
        }
        let what = values.text(text, at.start)?;
        Node { at: at.clone(), what }.map_texts(&mut |text, _| Ok(What::Text(text.replace("${", "$${")))).map(|it| it.what)
    })
}

/// Saved values, and how many bytes of them may still be added.
struct Values<'a> {
    saved: &'a Saved,
    left: usize,
}

impl<'a> Values<'a> {
    fn of(&mut self, name: &str, path: &[&str]) -> Result<&'a Json, String> {
        let value = follow(self.saved, name, path)?;
        let too_much = || format!("the saved values to which it refers add more than {ADDED_BYTES_MAX} bytes");
        self.left = self.left.checked_sub(json_bytes(value)).ok_or_else(too_much)?;
        Ok(value)
    }

    /// A text with its references replaced.
    fn text(&mut self, text: &str, at: usize) -> Result<What, String> {
        let pieces = pieces(text)?;
        if let [Piece::Saved { name, path }] = &pieces[..] {
            return Ok(to_node(self.of(name, path)?, at).what);
        }
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Plain(it) => out.push_str(it),
                Piece::Inbox(name) => out.push_str(&inbox_url(name)),
                Piece::Environment { default, .. } => out.push_str(default.unwrap_or("")),
                Piece::Saved { name, path } => out.push_str(&printed(self.of(name, &path)?)),
            }
        }
        Ok(What::Text(out))
    }
}

/// A value inside a longer text.
fn printed(value: &Json) -> String {
    match value {
        Json::String(it) => it.clone(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => value.to_string(),
    }
}

/// The saved value at the end of a path.
fn follow<'a>(saved: &'a Saved, name: &str, path: &[&str]) -> Result<&'a Json, String> {
    let mut value = saved.get(name).ok_or_else(|| format!("no step has saved `{name}`"))?;
    for (depth, step) in path.iter().enumerate() {
        let inside = match value {
            Json::Object(members) => members.get(*step),
            Json::Array(items) => step.parse::<usize>().ok().and_then(|it| items.get(it)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
        };
        value = inside.ok_or_else(|| {
            let known = match value {
                Json::Object(members) => format!("known members: {}", members.keys().cloned().collect::<Vec<_>>().join(", ")),
                Json::Array(items) => format!("the list has {} items", items.len()),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => format!("the value is {}", cut(&value.to_string())),
            };
            format!("`{name}` has no `{}`; {known}", path[..=depth].join("."))
        })?;
    }
    Ok(value)
}

/// A JSON value as a node at one place.
fn to_node(value: &Json, at: usize) -> Node {
    let key = |name: &String| crate::scenario::yaml::Key { at: at..at, name: name.clone() };
    let what = match value {
        Json::Null => What::Null,
        Json::Bool(it) => What::Flag(*it),
        Json::Number(it) => What::Number(it.to_string()),
        Json::String(it) => What::Text(it.clone()),
        Json::Array(items) => What::List(items.iter().map(|it| to_node(it, at)).collect()),
        Json::Object(members) => What::Map(members.iter().map(|(name, it)| (key(name), to_node(it, at))).collect()),
    };
    Node { at: at..at, what }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_split_at_references() {
        let saved = |name, path: &[&'static str]| Piece::Saved { name, path: path.to_vec() };
        let rows: [(&str, Vec<Piece<'_>>); 7] = [
            ("plain $ {text}", vec![Piece::Plain("plain $ {text}")]),
            ("${a}", vec![saved("a", &[])]),
            ("x${a.b[0].c}y", vec![Piece::Plain("x"), saved("a", &["b", "0", "c"]), Piece::Plain("y")]),
            ("$${a}", vec![Piece::Plain("${"), Piece::Plain("a}")]),
            ("${env:HOME}", vec![Piece::Environment { name: "HOME", default: None }]),
            ("${env:X|http://a/?b=c}", vec![Piece::Environment { name: "X", default: Some("http://a/?b=c") }]),
            ("${inbox:shop-1}", vec![Piece::Inbox("shop-1")]),
        ];
        for (text, expected) in rows {
            assert_eq!(pieces(text), Ok(expected), "{text}");
        }
        for text in ["${", "${}", "${a.}", "${1}", "${env:}", "${env:A B}", "${inbox:Shop}", "${a b}", "${a..b}"] {
            assert!(pieces(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_lone_reference_keeps_its_type() {
        let saved = Saved::from([("a".to_owned(), json!({"n": 2, "list": [{"t": "x"}]}))]);
        let read = |text: &str| resolved(&Node { at: 0..0, what: What::Text(text.to_owned()) }, &saved).map(|it| it.to_json());
        assert_eq!(read("${a.n}"), Ok("2".to_owned()));
        assert_eq!(read("n${a.n}"), Ok("\"n2\"".to_owned()));
        assert_eq!(read("${a.list[0].t}"), Ok("\"x\"".to_owned()));
        assert_eq!(read("${a.list}"), Ok("[{\"t\":\"x\"}]".to_owned()));
        assert_eq!(read("${a.m}"), Err("`a` has no `m`; known members: list, n".to_owned()));
        let long = Saved::from([("a".to_owned(), json!("x".repeat(600_000)))]);
        let grown = |text: &str| resolved(&Node { at: 0..0, what: What::Text(text.to_owned()) }, &long).err();
        assert_eq!(grown("${a}"), None);
        assert_eq!(grown("${a}${a}").as_deref(), Some("the saved values to which it refers add more than 1048576 bytes"));
        assert_eq!(read("${b}"), Err("no step has saved `b`".to_owned()));
    }
}
