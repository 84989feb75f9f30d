//! `${request.body.x}` in the answer of a rule: a value of the request that is answered. It stays in the rule, and is replaced at
//! each answer.

use std::ops::Range;

use super::{Piece, inbox_url, pieces};
use crate::scenario::yaml::{Key, Node, What};

/// What such a reference begins with.
pub const REQUEST: &str = "request";

/// The parts of a request; those with `true` have members.
pub const PARTS: [(&str, bool); 5] = [("body", true), ("headers", true), ("method", false), ("path", false), ("query", true)];

/// Where a text of a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the body, a header or a changed member of its answer.
    Answer,
    Elsewhere,
}

/// Whether a text of an answer is kept with its references and with `$${`. Any other has neither: `$${` was replaced in it.
pub fn is_template(text: &str) -> bool {
    text.contains("${request")
}

/// The same rule with other texts.
///
/// # Errors
/// The first of `with`.
pub fn map_rule<E>(rule: &Node, with: &mut impl FnMut(Place, &str, &Range<usize>) -> Result<What, E>) -> Result<Node, E> {
    members(rule, &mut |name, part| match name {
        "then" => members(part, &mut |name, effect| match name {
            "body" | "headers" => texts(Place::Answer, effect, with),
            "patch" => {
                members(effect, &mut |name, values| texts(if name == "set" { Place::Answer } else { Place::Elsewhere }, values, with))
            }
            _ => texts(Place::Elsewhere, effect, with),
        }),
        _ => texts(Place::Elsewhere, part, with),
    })
}

fn texts<E>(place: Place, node: &Node, with: &mut impl FnMut(Place, &str, &Range<usize>) -> Result<What, E>) -> Result<Node, E> {
    node.map_texts(&mut |text, at| with(place, text, at))
}

fn members<E>(node: &Node, with: &mut dyn FnMut(&str, &Node) -> Result<Node, E>) -> Result<Node, E> {
    let What::Map(all) = &node.what else { return Ok(node.clone()) };
    let all = all.iter().map(|(key, it)| Ok::<(Key, Node), E>((key.clone(), with(&key.name, it)?)));
    Ok(Node { at: node.at.clone(), what: What::Map(all.collect::<Result<_, _>>()?) })
}

/// A rule whose other references were replaced, as it is kept.
pub fn kept(rule: &Node) -> Node {
    let kept = map_rule(rule, &mut |place, text, _| {
        let own = if place == Place::Answer && is_template(text) { text.to_owned() } else { text.replace("$${", "${") };
        Ok::<_, std::convert::Infallible>(What::Text(own))
    });
    kept.unwrap_or_else(|never| match never {})
}

/// A rule that was kept, as it is written.
pub fn written(rule: &Node) -> Node {
    let written = map_rule(rule, &mut |place, text, _| {
        let own = if place == Place::Answer && is_template(text) { text.to_owned() } else { text.replace("${", "$${") };
        Ok::<_, std::convert::Infallible>(What::Text(own))
    });
    written.unwrap_or_else(|never| match never {})
}

/// Whether a rule refers to what a step saves.
pub fn refers_to_steps(rule: &Node) -> bool {
    let mut refers = false;
    let looked: Result<_, std::convert::Infallible> = map_rule(rule, &mut |place, text, _| {
        let of_request = |name: &str| place == Place::Answer && name == REQUEST;
        refers |= pieces(text).unwrap_or_default().iter().any(|it| matches!(it, Piece::Saved { name, .. } if !of_request(name)));
        Ok(What::Null)
    });
    looked.is_ok() && refers
}

/// A text of an answer with values of steps in it, as it is written.
///
/// # Errors
/// A sentence about a reference that leads nowhere.
pub fn with_saved(text: &str, value: &mut impl FnMut(&str, &[&str]) -> Result<String, String>) -> Result<String, String> {
    let escaped = |it: &str| it.replace("${", "$${");
    let mut out = String::new();
    for piece in pieces(text)? {
        match piece {
            Piece::Plain(it) => out.push_str(&escaped(it)),
            Piece::Inbox(name) => out.push_str(&inbox_url(name)),
            Piece::Environment { default, .. } => out.push_str(&escaped(default.unwrap_or(""))),
            Piece::Saved { name: REQUEST, path } => {
                out.extend(["${", &[&[REQUEST], &path[..]].concat().join("."), "}"]);
            }
            Piece::Saved { name, path } => out.push_str(&escaped(&value(name, &path)?)),
        }
    }
    Ok(out)
}

/// Why a path leads to nothing that a request has.
pub fn mistaken(path: &[&str]) -> Option<String> {
    let names = || PARTS.map(|it| it.0).join(", ");
    let Some((part, inside)) = path.split_first() else { return Some(format!("`${{request}}` needs a part: {}", names())) };
    match PARTS.iter().find(|it| it.0 == *part) {
        None => Some(format!("a request has no part `{}`", super::cut(part))),
        Some((_, false)) if !inside.is_empty() => Some(format!("`${{request.{part}}}` is a text and has no members")),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_and_written_to_the_byte() {
        for text in ["${request.body.x}", "a $${request.x} ${request.path}", "$${request", "$${a}", "plain", "$", "$$${request.path}"] {
            let rule = |text: &str| crate::scenario::yaml::parse(&serde_json::json!({"then": {"body": text}, "name": text}).to_string());
            let Ok(node) = rule(text) else { panic!("{text}") };
            let own = kept(&node);
            assert_eq!(kept(&written(&own)), own, "{text}");
        }
    }
}
