//! A schedule as a scenario that `playmoney run` plays: the file as it was, with the rules of the schedule.

use serde_json::Value as Json;

use super::schedule::{Deviation, written_rules};
use crate::scenario::yaml::{self, Node, What};

/// What stands above the rules.
const NOTE: &str = "# Added by `playmoney explore`: the schedule under which an expectation breaks.";

/// The text of a scenario with the rules of a schedule behind its own. The rest stays as it is written. Where text cannot be added, the
/// same values are written anew.
pub fn with_rules(text: &str, schedule: &[Deviation], prefix: &str) -> String {
    // The library that reads YAML counts other line ends in its own way.
    if text.contains("\r\n") && text.matches("\r\n").count() == text.matches('\n').count() {
        return with_rules(&text.replace("\r\n", "\n"), schedule, prefix).replace('\n', "\r\n");
    }
    let rules = written_rules(schedule, prefix);
    let Ok(tree) = yaml::parse(text) else { return text.to_owned() };
    let wanted = wanted(&tree, &rules);
    let is_wanted = |text: &String| yaml::parse(text).is_ok_and(|it| same(&it, &wanted));
    added(text, &tree, &rules).into_iter().find(is_wanted).unwrap_or_else(|| anew(text, &tree, &rules))
}

/// The members of the file in their order, with the rules.
fn members(tree: &Node, rules: &[Json]) -> Vec<(String, String)> {
    let own = tree.get("rules").map_or(&[][..], Node::items).iter().map(Node::to_json);
    let rules = format!("[{}]", own.chain(rules.iter().map(Json::to_string)).collect::<Vec<_>>().join(","));
    let mut all: Vec<(String, String)> = tree.members().iter().map(|(key, it)| (key.name.clone(), it.to_json())).collect();
    if let Some(own) = all.iter_mut().find(|it| it.0 == "rules") {
        own.1 = rules;
    } else {
        let before = all.iter().position(|it| it.0 == "steps").unwrap_or(all.len());
        all.insert(before, ("rules".to_owned(), rules));
    }
    all
}

fn wanted(tree: &Node, rules: &[Json]) -> Json {
    let member = |(name, value): &(String, String)| format!("{}:{value}", Json::from(name.as_str()));
    let all = members(tree, rules).iter().map(member).collect::<Vec<_>>().join(",");
    serde_json::from_str(&format!("{{{all}}}")).unwrap_or_default()
}

fn same(tree: &Node, wanted: &Json) -> bool {
    serde_json::from_str::<Json>(&tree.to_json()).is_ok_and(|it| it == *wanted)
}

/// The text with the rules in the style in which its own are written: as lines, or between brackets. Where a comment or a text may look
/// like a part of the list, several are tried.
fn added(text: &str, tree: &Node, rules: &[Json]) -> Vec<String> {
    /// Brackets that may be the end of the list.
    const BRACKETS_MAX: usize = 8;
    let put = |place: usize, added: &str| format!("{}{added}{}", &text[..place], &text[place..]);
    let inline = rules.iter().map(Json::to_string).collect::<Vec<_>>().join(", ");
    let is_json = text.trim_start().starts_with('{');
    if tree.get("rules").is_none() {
        let place = tree.place_of("steps").start;
        let lines = || put(line_start(text, place), &block("", "  ", rules, "rules:\n"));
        return vec![if is_json { put(place, &format!("\"rules\": [{inline}], ")) } else { lines() }];
    }
    let key = tree.place_of("rules");
    let next = tree.members().iter().map(|it| it.0.at.start).filter(|it| key.start < *it).min().unwrap_or(text.len());
    let mut all = Vec::new();
    for bracket in text[key.end..next].rmatch_indices(']').take(BRACKETS_MAX).map(|it| key.end + it.0) {
        // Behind the last rule may be a comma, or behind the bracket that opens the list nothing.
        all.extend([put(bracket, &format!(", {inline}")), put(bracket, &inline)]);
    }
    if !is_json {
        let behind = end_of_lines(text, key.end, next);
        let first = text[key.end..behind].lines().skip(1).find(|it| it.trim_start().starts_with('-'));
        let indent = first.map_or("  ", |it| &it[..it.len() - it.trim_start().len()]);
        all.push(put(behind, &block(&text[..behind], indent, rules, "")));
    }
    all
}

fn line_start(text: &str, place: usize) -> usize {
    text[..place].rfind('\n').map_or(0, |it| it + 1)
}

/// The end of the lines up to a place, without empty lines and comments there: these belong to what follows.
fn end_of_lines(text: &str, begin: usize, next: usize) -> usize {
    let next = if next == text.len() { next } else { line_start(text, next) };
    let mut end = next;
    for line in text[begin..next].split_inclusive('\n').collect::<Vec<_>>().into_iter().rev() {
        let own = line.trim_start();
        if !own.is_empty() && !own.starts_with('#') {
            break;
        }
        end -= line.len();
    }
    end.max(begin)
}

/// The rules as lines behind a text.
fn block(text: &str, indent: &str, rules: &[Json], head: &str) -> String {
    let gap = if text.is_empty() || text.ends_with('\n') || !head.is_empty() { "" } else { "\n" };
    let one = |it: &Json| format!("{indent}- {}\n", line(it));
    format!("{gap}{head}{indent}{NOTE}\n{}", rules.iter().map(one).collect::<String>())
}

/// A rule in one line, its members in the order in which people write them.
fn line(rule: &Json) -> String {
    let members = |it: &Json, first: &[&str]| {
        let own = it.as_object().into_iter().flatten().filter(|(name, _)| !first.contains(&name.as_str()));
        let first = first.iter().filter(|name| !it[**name].is_null()).map(|name| format!("{name}: {}", it[*name]));
        first.chain(own.map(|(name, value)| format!("{name}: {}", spaced(value)))).collect::<Vec<_>>().join(", ")
    };
    let (when, then) = (members(&rule["when"], &["event", "after", "times"]), members(&rule["then"], &[]));
    format!("{{ name: {}, on: {}, when: {{ {when} }}, then: {{ {then} }} }}", rule["name"], rule["on"])
}

/// A value as people write it in a line.
fn spaced(value: &Json) -> String {
    let Some(members) = value.as_object() else { return value.to_string() };
    format!("{{ {} }}", members.iter().map(|(name, it)| format!("{name}: {it}")).collect::<Vec<_>>().join(", "))
}

/// The same values: JSON if the text is JSON, else each member and each rule and step on a line of its own. Comments are lost.
fn anew(text: &str, tree: &Node, rules: &[Json]) -> String {
    let all = members(tree, rules);
    if text.trim_start().starts_with('{') {
        let member = |(name, value): &(String, String)| format!("{}:{value}", Json::from(name.as_str()));
        return format!("{{{}}}\n", all.iter().map(member).collect::<Vec<_>>().join(",\n"));
    }
    let listed = |json: &str| match yaml::parse(json).map(|it| it.what) {
        Ok(What::List(items)) if !items.is_empty() => items.iter().fold(String::new(), |all, it| all + "\n  - " + &it.to_json()),
        Ok(_) | Err(_) => format!(" {json}"),
    };
    let member = |(name, value): &(String, String)| format!("{name}:{}\n", listed(value));
    format!("{NOTE}\n{}", all.iter().map(member).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::schedule::{Effect, Which};

    const RULE: &str = "- { name: \"explore-1\", on: \"quoine:webhook\", when: { event: \"payment_detected\", after: 1, times: 1 }, \
                        then: { duplicate: { copies: 2, together: true }, unreachable: 1 } }";

    fn schedule() -> Vec<Deviation> {
        let which = Which { provider: "quoine".to_owned(), event: "payment_detected".to_owned(), nth: 1 };
        vec![Deviation { which: which.clone(), effect: Effect::Together(2) }, Deviation { which, effect: Effect::Unreachable(1) }]
    }

    /// The text with the rules, and whether all that was written before still stands in it.
    fn written(text: &str) -> (String, bool) {
        let written = with_rules(text, &schedule(), "explore");
        let wanted = wanted(&yaml::parse(text).expect("YAML"), &written_rules(&schedule(), "explore"));
        assert!(same(&yaml::parse(&written).expect("YAML"), &wanted), "{written}");
        let mut rest = written.lines();
        let stays = text.lines().all(|line| rest.any(|it| it == line));
        (written, stays)
    }

    #[test]
    fn rules_are_added_as_text_in_the_style_of_the_file() {
        for text in [
            "version: 1\nsteps: [] # none\n",
            "version: 1\r\nrules:\r\n  - on: quoine:webhook # late\r\n    then: { delay: 3s }\r\nsteps: []\r\n",
            "version: 1\nrules:\n- name: a\n  on: quoine:webhook\n  when:\n    event: x\n  then:\n    delay: 3s # 3\n\n# end\nsteps: []\n",
            "rules:\n  # first\n  - { name: a, on: quoine:webhook, then: { drop: true } }\nsteps: []\nversion: 1\n",
            "version: 1\nrules: # [none]\n\n# soon\nsteps: []\n",
            "version: 1\nrules:\n  - on: quoine:webhook\n    then: {\n      delay: 3s\n    }\nsteps: []\n",
            "version: 1\nsteps: []\nrules:\n    - name: last\n      then: { status: 500 }",
            "version: 1\nsteps: []\nrules:\n  - then:\n      body: |\n        two\n        lines\n      status: 500\n# end\n",
        ] {
            let (written, stays) = written(text);
            assert!(stays && written.contains(NOTE), "{text}\n->\n{written}");
            assert!(written.contains(RULE), "{written}");
        }
    }

    #[test]
    fn rules_between_brackets_get_more_of_them() {
        for text in [
            "version: 1\nrules: [] # so far\nsteps: []\n",
            "version: 1\nrules: [{ name: a, then: { status: 500 } }] # one\nsteps: []\n",
            "version: 1\nrules: [\n  { name: a, then: { status: 500 } }, # one\n] # [two]\nsteps: []\n",
            "{\"version\": 1, \"rules\": [{\"name\": \"a\", \"then\": {\"status\": 500}}], \"steps\": []}\n",
            "{\"version\": 1, \"steps\": []}\n",
        ] {
            let written = written(text).0;
            let own = text.split(['#', ']']).next().unwrap_or("");
            assert!(written.starts_with(own.trim_end_matches([' ', ',', '\n']).trim_end_matches("\"steps\": [")), "{text}\n->\n{written}");
            assert_eq!(written.contains('#'), text.contains('#'), "comments stay: {written}");
        }
    }

    #[test]
    fn where_text_cannot_be_added_the_values_are_written_anew() {
        // What stands in both places would change in both.
        let text = "version: 1 # one\nrules: &r [{ name: a, then: { status: 500 } }]\nsteps: *r\n";
        let (written, _) = written(text);
        assert!(!written.starts_with('{') && written.contains("\nsteps:\n  - "), "{written}");
    }
}
