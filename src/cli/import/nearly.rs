//! Requests that look like an event of the contract and are none: what they lack.

use serde_json::Value as Json;

use crate::engine::tables::{Contract, EventRow};
use crate::kit::fields::{Field, Kind, Need};

/// Members that a body has to have in common with an event before it looks like one.
const COMMON_MIN: usize = 3;
/// The part of an event's members that such a body has at least, in percent.
const PERCENT_MIN: usize = 60;
/// The same for a text that was cut.
const CUT_PERCENT_MIN: usize = 40;

/// What is wrong with a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Missing,
    OtherWord,
    OtherText(&'static str),
}

/// What is wrong with a member of a body. `None`: it is as the event has it.
fn wrong(field: &Field, body: &Json) -> Option<Wrong> {
    let value = field.name.split('.').try_fold(body, |it, name| it.get(name));
    match (field.kind, value) {
        (_, None) => Some(Wrong::Missing),
        (Kind::Word(words), Some(value)) => value.as_str().is_none_or(|it| !words.contains(&it)).then_some(Wrong::OtherWord),
        (Kind::Constant(text), Some(value)) => (value != text).then_some(Wrong::OtherText(text)),
        (_, Some(_)) => None,
    }
}

/// The members that an event always has.
fn needed(event: &'static EventRow) -> impl Iterator<Item = Field> {
    event.fields().filter(|it| it.need == Need::Required && !it.name.contains(['[', '{']))
}

/// Whether a body has what an event always has.
pub fn has_form(event: &'static EventRow, body: &Json) -> bool {
    needed(event).all(|it| wrong(&it, body).is_none())
}

/// A body beside the event that it comes nearest to.
struct Nearest {
    common: usize,
    all: usize,
    wrong: Option<(Field, Wrong)>,
}

fn nearest(contract: &'static Contract, body: &Json) -> Option<Nearest> {
    let beside = |event: &'static EventRow| {
        let (mut common, mut all, mut first) = (0, 0, None);
        for field in needed(event) {
            all += 1;
            match wrong(&field, body) {
                None => common += 1,
                Some(wrong) => first = first.or(Some((field, wrong))),
            }
        }
        Nearest { common, all, wrong: first }
    };
    contract.events.iter().map(beside).max_by_key(|it| it.common * 100 / it.all.max(1))
}

/// What a body lacks that looks like an event of the contract. `None`: it does not look like one.
pub fn lacks(contract: &'static Contract, body: &Json) -> Option<String> {
    let near = nearest(contract, body).filter(|it| COMMON_MIN <= it.common && PERCENT_MIN * it.all <= 100 * it.common)?;
    near.wrong.map(|(field, wrong)| said(contract, &field, wrong))
}

/// What a body lacks that was sent as a webhook, whatever it looks like.
pub fn lacks_as_webhook(contract: &'static Contract, body: &[u8]) -> String {
    if body.is_empty() {
        return "the line does not have its body".to_owned();
    }
    match serde_json::from_slice::<Json>(body) {
        Ok(body) if body.is_object() => match nearest(contract, &body).filter(|it| 0 < it.common) {
            Some(Nearest { wrong: Some((field, wrong)), .. }) => said(contract, &field, wrong),
            Some(_) | None => format!("its body has nothing in common with those of {}", contract.name),
        },
        Ok(_) => "its body is not an object".to_owned(),
        Err(_) => "its body is not whole JSON".to_owned(),
    }
}

fn said(contract: &Contract, field: &Field, wrong: Wrong) -> String {
    let name = field.name;
    match wrong {
        Wrong::Missing => format!("`{name}` is missing"),
        Wrong::OtherWord => format!("`{name}` has none of the words that {} writes there", contract.name),
        Wrong::OtherText(text) => format!("`{name}` is not `{text}`"),
    }
}

/// Whether a text that was cut has the names of an event's members, as JSON or inside a text of JSON.
pub fn has_names(contract: &'static Contract, text: &str) -> bool {
    let has = |name: &str| text.contains(&format!("\"{name}\"")) || text.contains(&format!("\\\"{name}\\\""));
    contract.events.iter().any(|event| {
        let fields: Vec<Field> = needed(event).collect();
        let is_there = fields.first().and_then(|it| it.name.split('.').next()).is_some_and(has);
        let own = |it: &&Field| it.name.rsplit('.').next().is_some_and(has);
        let common = fields.iter().filter(own).count();
        is_there && COMMON_MIN <= common && CUT_PERCENT_MIN * fields.len() <= 100 * common
    })
}

/// Whether the text of a line that could not be read concerns the provider: it names its host, the path of a call, or the
/// members of an event.
pub fn concerns(contract: &'static Contract, line: &str) -> bool {
    let has_path = |path: &str| {
        let fixed = path.split('{').next().unwrap_or("").trim_end_matches('/');
        let is_end = |it: &str| it.starts_with(['"', '/', '?', ' ']);
        1 < fixed.matches('/').count() && line.match_indices(fixed).any(|it| is_end(&line[it.0 + fixed.len()..]))
    };
    let has_host = contract.hosts.iter().any(|it| line.contains(it));
    has_host || contract.operations.iter().any(|it| has_path(it.path)) || has_names(contract, line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers;

    /// Every member that an event needs is named when it is missing; the documented example is whole.
    #[test]
    fn a_missing_member_is_named() {
        for contract in providers::all().iter().map(|it| it.contract()) {
            for event in contract.events {
                let body: Json = serde_json::from_str(event.example).expect("JSON");
                assert!(contract.events.iter().any(|it| has_form(it, &body)), "{} {}", contract.slug, event.name);
                for field in needed(event) {
                    let mut other = body.clone();
                    let (parent, leaf) = field.name.rsplit_once('.').unwrap_or(("", field.name));
                    let parent = parent.split('.').filter(|it| !it.is_empty()).try_fold(&mut other, |it, name| it.get_mut(name));
                    parent.and_then(Json::as_object_mut).expect("an object").remove(leaf);
                    let said = lacks(contract, &other);
                    let other_event = contract.events.iter().any(|it| has_form(it, &other));
                    let names_it = said.as_ref().is_some_and(|it| it.contains(&format!("`{}", field.name.split('.').next().unwrap_or(""))));
                    // Without its root an event looks like nothing.
                    let is_root = event.fields().filter(|it| it.name.starts_with(&format!("{}.", field.name))).count() > 1;
                    assert!(names_it || other_event || is_root, "{} {}: without {} {said:?}", contract.slug, event.name, field.name);
                }
            }
        }
    }

    #[test]
    fn a_body_that_was_cut_still_has_the_names() {
        for contract in providers::all().iter().map(|it| it.contract()) {
            for event in contract.events {
                let most = &event.example[..event.example.len() * 3 / 4];
                assert!(has_names(contract, most), "{} {}", contract.slug, event.name);
                assert!(has_names(contract, &Json::from(most).to_string()), "{} {}", contract.slug, event.name);
            }
            assert!(!has_names(contract, r#"{"order":{"id":1,"name":"x"},"status":"paid"}"#), "{}", contract.slug);
        }
    }
}
