//! A schedule as a scenario that `playmoney run` plays: the file as it was, with the rules of the schedule.

use serde_json::Value as Json;

use super::schedule::{Deviation, written_rules};
use crate::scenario::yaml::{self, What};
use crate::scenario::{Known, parse};

/// The text of a scenario with the rules of a schedule after its own. Where its rules are written in a line, or where lines cannot be
/// added, the result is JSON.
///
/// # Panics
/// When the text is not the one of a scenario.
pub fn with_rules(text: &str, schedule: &[Deviation], prefix: &str, known: Known<'_>) -> String {
    let rules = written_rules(schedule, prefix);
    let wanted = parse("scenario", text, known).map_or(0, |it| it.setup.rules.len()) + rules.len();
    let fits = |text: &String| parse("scenario", text, known).is_ok_and(|it| it.setup.rules.len() == wanted);
    in_lines(text, &rules).filter(fits).unwrap_or_else(|| as_json(text, &rules))
}

/// The same text with further lines: at the end of `rules`, or before `steps`.
fn in_lines(text: &str, rules: &[Json]) -> Option<String> {
    let tree = yaml::parse(text).ok()?;
    let note = "# Added by `playmoney explore`: the schedule under which an expectation breaks.";
    let lines = |indent: &str| {
        let one = |it: &Json| format!("{indent}- {}\n", line(it));
        format!("{indent}{note}\n{}", rules.iter().map(one).collect::<String>())
    };
    let begins_line = |at: usize| text[..at].rfind('\n').map_or(0, |it| it + 1);
    let (place, added) = match tree.get("rules") {
        Some(own) => {
            let last = own.items().last()?;
            let first = own.items().first()?;
            let indent = &text[begins_line(first.at.start)..first.at.start];
            let indent = indent.strip_suffix("- ").filter(|it| it.chars().all(|sign| sign == ' '))?;
            let behind = text[last.at.end..].find('\n').map_or(text.len(), |it| last.at.end + it + 1);
            // A node of lines can end at the beginning of the next one.
            let behind = if text[..last.at.end].ends_with('\n') { last.at.end } else { behind };
            (behind, lines(indent))
        }
        None => (begins_line(tree.place_of("steps").start), format!("rules:\n{}", lines("  "))),
    };
    let gap = if text[..place].is_empty() || text[..place].ends_with('\n') { "" } else { "\n" };
    Some(format!("{}{gap}{added}{}", &text[..place], &text[place..]))
}

/// A rule in one line, its members in the order in which people write them.
fn line(rule: &Json) -> String {
    let members = |it: &Json, first: &[&str]| {
        let own = it.as_object().into_iter().flatten().filter(|(name, _)| !first.contains(&name.as_str()));
        let first = first.iter().filter(|name| !it[**name].is_null()).map(|name| format!("{name}: {}", it[*name]));
        first.chain(own.map(|(name, value)| format!("{name}: {value}"))).collect::<Vec<_>>().join(", ")
    };
    let (when, then) = (members(&rule["when"], &["event", "after", "times"]), members(&rule["then"], &[]));
    format!("{{ name: {}, on: {}, when: {{ {when} }}, then: {{ {then} }} }}", rule["name"], rule["on"])
}

/// The same as JSON.
fn as_json(text: &str, rules: &[Json]) -> String {
    let tree = yaml::parse(text).unwrap_or(yaml::Node { at: 0..0, what: What::Null });
    let own = tree.get("rules").map_or(&[][..], yaml::Node::items).iter().map(yaml::Node::to_json);
    let rules = own.chain(rules.iter().map(Json::to_string)).collect::<Vec<_>>().join(",");
    let others = tree.members().iter().filter(|it| it.0.name != "rules");
    let member = |name: &str, value: &str| format!("{}:{value}", Json::from(name));
    let others = others.map(|(key, it)| member(&key.name, &it.to_json()));
    let all = others.chain([member("rules", &format!("[{rules}]"))]).collect::<Vec<_>>().join(",\n");
    format!("{{{all}}}\n")
}
