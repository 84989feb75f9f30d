//! Long lines of snapshots, broken so that a difference is the line of one member.

use std::fmt::Write;

use serde::de::IgnoredAny;

/// A line that is longer is broken, when it ends with JSON.
const CHARS_MAX: usize = 140;
const STEP: usize = 2;

/// Every long line that ends with JSON, one member a line where a value does not fit; nothing but white space is added.
pub fn wrapped(text: &str) -> String {
    let mut lines = text.split('\n').map(|line| {
        if line.chars().count() <= CHARS_MAX {
            return line.to_owned();
        }
        let Some(at) = json_at(line) else { return line.to_owned() };
        let indent = if line.starts_with(' ') { 4 } else { 0 };
        format!("{}{}", &line[..at], broken(&line[at..], indent, line[..at].chars().count()))
    });
    let first = lines.next().unwrap_or_default();
    lines.fold(first, |all, it| all + "\n" + &it)
}

/// Where the JSON begins that a line ends with.
fn json_at(line: &str) -> Option<usize> {
    let places = line.match_indices(['{', '[']).map(|it| it.0);
    places.into_iter().find(|it| serde_json::from_str::<IgnoredAny>(&line[*it..]).is_ok())
}

/// A value on a line with that indent, after this number of characters.
fn broken(value: &str, indent: usize, before: usize) -> String {
    let Some(members) = members(value).filter(|it| !it.is_empty() && CHARS_MAX < before + value.chars().count()) else {
        return value.to_owned();
    };
    let mut text = value[..1].to_owned();
    for (n, member) in members.iter().enumerate() {
        let (name, inner) = member.split_at(value_at(member));
        let within = indent + STEP;
        let comma = if n + 1 < members.len() { "," } else { "" };
        let inner = broken(inner, within, within + name.chars().count() + comma.len());
        write!(text, "\n{:within$}{name}{inner}{comma}", "").expect("text");
    }
    format!("{text}\n{:indent$}{}", "", &value[value.len() - 1..])
}

/// The members of an object or a list, as they are written; `None` for another value.
fn members(value: &str) -> Option<Vec<&str>> {
    let inside = value.strip_prefix(['{', '['])?.strip_suffix(['}', ']'])?;
    let commas = outside_strings(inside).filter(|it| it.1 == ',' && it.2 == 0).map(|it| it.0);
    let mut found = Vec::new();
    let mut begin = 0;
    for comma in commas {
        found.push(&inside[begin..comma]);
        begin = comma + 1;
    }
    found.push(&inside[begin..]);
    found.retain(|it| !it.is_empty());
    Some(found)
}

/// Where the value of a member begins: behind its name and the colon, or at once.
fn value_at(member: &str) -> usize {
    let colon = outside_strings(member).find(|it| it.1 == ':' && it.2 == 0).map(|it| it.0 + 1);
    colon.map_or(0, |colon| colon + member[colon..].chars().take_while(|it| *it == ' ').count())
}

/// The characters outside of strings, each with its place and with how many brackets are open there.
fn outside_strings(text: &str) -> impl Iterator<Item = (usize, char, i32)> {
    let (mut quoted, mut escaped, mut depth) = (false, false, 0);
    text.char_indices().filter_map(move |(place, it)| {
        if quoted {
            quoted = it != '"' || escaped;
            escaped = it == '\\' && !escaped;
            return None;
        }
        quoted = it == '"';
        depth += i32::from(matches!(it, '{' | '[')) - i32::from(matches!(it, '}' | ']'));
        Some((place, it, depth))
    })
}

#[test]
fn long_json_is_broken_by_member_and_keeps_its_characters() {
    let long = "x".repeat(100);
    let line = format!(r#"  < 200 [allow: GET] {{"b":1.50,"a":{{"c,":"\"{long}","d":[1,{{}}],"e":"{long}"}},"f": [],"g":{{"h":"é"}}}}"#);
    let told = wrapped(&format!("short {{\"a\":1}}\n{line}\nlast"));
    let expected = [
        "short {\"a\":1}",
        "  < 200 [allow: GET] {",
        "      \"b\":1.50,",
        "      \"a\":{",
        &format!("        \"c,\":\"\\\"{long}\","),
        "        \"d\":[1,{}],",
        &format!("        \"e\":\"{long}\""),
        "      },",
        "      \"f\": [],",
        "      \"g\":{\"h\":\"é\"}",
        "    }",
        "last",
    ];
    assert_eq!(told.lines().collect::<Vec<_>>(), expected);
    let bare = format!("{long} {long} {{not JSON}}");
    assert_eq!(wrapped(&bare), bare);
}
