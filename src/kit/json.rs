//! JSON that keeps what a tree loses: the order of members, repeated members, the digits of numbers.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

mod compact;
mod plain;

pub use compact::{RAW, Writer, compact};

/// Levels of nesting. Deeper texts are refused before they are parsed.
pub const DEPTH_MAX: usize = 64;

/// Whether two texts are equal, or are JSON that says the same.
pub fn says_the_same(one: &[u8], other: &[u8]) -> bool {
    let value = |it| serde_json::from_slice::<serde_json::Value>(it).ok();
    one == other || value(one).is_some_and(|it| value(other) == Some(it))
}

/// A value as it is sent: its members in their order, its numbers as they are written. A tree would lose both.
pub fn written(value: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).unwrap_or_default()
}

/// The members of one object in the order in which they were sent, values unread.
#[derive(Debug, Default, Clone)]
pub struct Members<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// `None` when the text is not one JSON object, or is nested deeper than [`DEPTH_MAX`].
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        // Checked as UTF-8 once: the parser of bytes would check each name and each text on its own.
        is_shallow(text).then(|| serde_json::from_str(std::str::from_utf8(text).ok()?).ok()).flatten()
    }

    /// The members of an object inside a text that [`Self::parse`] has accepted: its depth is bounded.
    pub fn within(value: &'a RawValue) -> Option<Self> {
        serde_json::from_str(value.get()).ok()
    }

    /// The member with this name, the last of several.
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().rev().find(|(it, _)| it == name).map(|(_, value)| *value)
    }

    /// The first name that occurs twice.
    pub fn repeated(&self) -> Option<&str> {
        let mut names: Vec<&str> = self.0.iter().map(|(name, _)| name.as_ref()).collect();
        names.sort_unstable();
        names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// The name of a member, borrowed unless it contains escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Whether a text is nested at most [`DEPTH_MAX`] deep. Most texts have fewer opening brackets than that, and counting them is
/// the faster check.
pub fn is_shallow(text: &[u8]) -> bool {
    text.iter().filter(|it| matches!(it, b'{' | b'[')).count() <= DEPTH_MAX || depth(text) <= DEPTH_MAX
}

/// The nesting depth of the brackets of a text, even if it is not valid JSON.
pub fn depth(text: &[u8]) -> usize {
    let (mut open, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' if !quoted => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The name of a member that an object inside the text has twice.
pub fn repeated_member(text: &[u8]) -> Option<String> {
    let raw: &RawValue = is_shallow(text).then(|| serde_json::from_slice(text).ok()).flatten()?;
    repeated_within(raw)
}

fn repeated_within(raw: &RawValue) -> Option<String> {
    match raw.get().as_bytes().first() {
        Some(b'{') => {
            let members: Members<'_> = serde_json::from_str(raw.get()).ok()?;
            let own = members.repeated().map(str::to_owned);
            own.or_else(|| members.0.iter().find_map(|(_, value)| repeated_within(value)))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(raw.get()).ok()?;
            items.into_iter().find_map(repeated_within)
        }
        _ => None,
    }
}

/// The same text with one value replaced, and every other byte as it was. A dotted path reaches inside; a missing member
/// is added. `None` when the path cannot be followed.
pub fn altered(text: &[u8], path: &str, value: &str) -> Option<Vec<u8>> {
    let whole: &RawValue = is_shallow(text).then(|| serde_json::from_slice(text).ok()).flatten()?;
    let mut at: &RawValue = whole;
    let mut steps = path.split('.').peekable();
    while let Some(step) = steps.next() {
        match inner(at, step) {
            Some(inner) => at = inner,
            None if steps.peek().is_none() && at.get().starts_with('{') => {
                let end = place_in(text, at) + at.get().len() - 1;
                let is_empty = serde_json::from_str::<Members<'_>>(at.get()).is_ok_and(|it| it.0.is_empty());
                let member = format!("{}{}:{value}", if is_empty { "" } else { "," }, serde_json::to_string(step).ok()?);
                return Some([&text[..end], member.as_bytes(), &text[end..]].concat());
            }
            None => return None,
        }
    }
    let begin = place_in(text, at);
    Some([&text[..begin], value.as_bytes(), &text[begin + at.get().len()..]].concat())
}

/// What stands at a dotted path, as it is written.
pub fn value_at<'a>(text: &'a [u8], path: &str) -> Option<&'a str> {
    let whole: &RawValue = is_shallow(text).then(|| serde_json::from_slice(text).ok()).flatten()?;
    path.split('.').try_fold(whole, inner).map(RawValue::get)
}

/// A text without the member or the item at a dotted path. Everything else stays to the byte. `None`: it has no such place.
pub fn without(text: &[u8], path: &str) -> Option<Vec<u8>> {
    let whole: &RawValue = is_shallow(text).then(|| serde_json::from_slice(text).ok()).flatten()?;
    let (way, last) = path.rsplit_once('.').map_or((None, path), |(way, last)| (Some(way), last));
    let at = way.into_iter().flat_map(|it| it.split('.')).try_fold(whole, inner)?;
    let (values, place): (Vec<&RawValue>, usize) = if at.get().starts_with('{') {
        let Members(members) = serde_json::from_str(at.get()).ok()?;
        let place = members.iter().rposition(|it| it.0 == last)?;
        (members.into_iter().map(|it| it.1).collect(), place)
    } else {
        (serde_json::from_str(at.get()).ok()?, last.parse().ok()?)
    };
    let end_of = |it: &RawValue| place_in(text, it) + it.get().len();
    let end = end_of(values.get(place)?);
    let (from, to) = match place {
        0 if values.len() == 1 => (place_in(text, at) + 1, end),
        0 => (place_in(text, at) + 1, end + text[end..].iter().position(|it| *it == b',')? + 1),
        _ => (end_of(values[place - 1]), end),
    };
    Some([&text[..from], &text[to..]].concat())
}

/// The member or the item of that name in a value.
fn inner<'a>(at: &'a RawValue, step: &str) -> Option<&'a RawValue> {
    match at.get().as_bytes().first()? {
        b'{' => serde_json::from_str::<Members<'a>>(at.get()).ok()?.get(step),
        b'[' => serde_json::from_str::<Vec<&RawValue>>(at.get()).ok()?.into_iter().nth(step.parse().ok()?),
        _ => None,
    }
}

/// The place of a value that was read from the text.
fn place_in(text: &[u8], raw: &RawValue) -> usize {
    (raw.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

/// The form in which [`rewritten`] writes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// No white space, text unescaped, order kept: `JSON.stringify(JSON.parse(it))`.
    Minified,
    /// Minified, with `/` and everything outside ASCII escaped: PHP's `json_encode` without flags.
    Escaped,
    /// Minified, members sorted by name.
    Sorted,
    /// Minified, the members of each object in the opposite order.
    Reversed,
}

/// The same value in another form. `None` when the text is not JSON.
pub fn rewritten(text: &[u8], writing: Writing) -> Option<String> {
    let raw: &RawValue = is_shallow(text).then(|| serde_json::from_slice(text).ok()).flatten()?;
    let mut out = String::with_capacity(text.len());
    rewrite(raw, writing, &mut out)?;
    Some(out)
}

fn rewrite(raw: &RawValue, writing: Writing, out: &mut String) -> Option<()> {
    match raw.get().as_bytes().first()? {
        b'{' => {
            let Members(mut members) = serde_json::from_str(raw.get()).ok()?;
            if writing == Writing::Sorted {
                members.sort_by(|a, b| a.0.cmp(&b.0));
            }
            if writing == Writing::Reversed {
                members.reverse();
            }
            let mut separator = '{';
            for (name, value) in &members {
                out.push(separator);
                write_text(name, writing, out)?;
                out.push(':');
                rewrite(value, writing, out)?;
                separator = ',';
            }
            out.push_str(if members.is_empty() { "{}" } else { "}" });
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(raw.get()).ok()?;
            let mut separator = '[';
            for item in &items {
                out.push(separator);
                rewrite(item, writing, out)?;
                separator = ',';
            }
            out.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        b'"' => write_text(&serde_json::from_str::<String>(raw.get()).ok()?, writing, out)?,
        _ => out.push_str(raw.get()),
    }
    Some(())
}

fn write_text(text: &str, writing: Writing, out: &mut String) -> Option<()> {
    use fmt::Write;
    let quoted = serde_json::to_string(text).ok()?;
    if writing != Writing::Escaped {
        out.push_str(&quoted);
        return Some(());
    }
    for character in quoted.chars() {
        match character {
            '/' => out.push_str("\\/"),
            it if it.is_ascii() => out.push(it),
            it => {
                for unit in it.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").ok()?;
                }
            }
        }
    }
    Some(())
}

/// The same value on several lines, two spaces for each level, members in their order. `None` when the text is not JSON.
pub fn indented(text: &str) -> Option<String> {
    let raw: &RawValue = is_shallow(text.as_bytes()).then(|| serde_json::from_str(text).ok()).flatten()?;
    let mut out = String::with_capacity(text.len() * 2);
    indent(raw, 1, &mut out)?;
    Some(out)
}

fn indent(raw: &RawValue, level: usize, out: &mut String) -> Option<()> {
    let entries: Vec<(String, &RawValue)> = match raw.get().as_bytes().first()? {
        b'{' => {
            let Members(members) = serde_json::from_str(raw.get()).ok()?;
            members.into_iter().map(|(name, value)| Some((serde_json::to_string(&name).ok()? + ": ", value))).collect::<Option<_>>()?
        }
        b'[' => serde_json::from_str::<Vec<&RawValue>>(raw.get()).ok()?.into_iter().map(|it| (String::new(), it)).collect(),
        _ => Vec::new(),
    };
    if entries.is_empty() {
        return rewrite(raw, Writing::Minified, out);
    }
    let (open, close) = raw.get().split_at(1);
    let mut separator = open;
    for (name, value) in entries {
        out.push_str(separator);
        out.push('\n');
        out.push_str(&"  ".repeat(level));
        out.push_str(&name);
        indent(value, level + 1, out)?;
        separator = ",";
    }
    out.push('\n');
    out.push_str(&"  ".repeat(level - 1));
    out.push_str(&close[close.len() - 1..]);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_altered_and_every_other_byte_stays() {
        let text = r#"{ "a": {"b": [1, 2.50], "c":"x"}, "d" : null}"#;
        for (path, value, expected) in [
            ("a.b.1", "3", Some(r#"{ "a": {"b": [1, 3], "c":"x"}, "d" : null}"#)),
            ("d", "\"y\"", Some(r#"{ "a": {"b": [1, 2.50], "c":"x"}, "d" : "y"}"#)),
            ("a.new", "true", Some(r#"{ "a": {"b": [1, 2.50], "c":"x","new":true}, "d" : null}"#)),
            ("a.c.d", "1", None),
            ("no.way", "1", None),
        ] {
            assert_eq!(altered(text.as_bytes(), path, value).as_deref(), expected.map(str::as_bytes), "{path}");
        }
        assert_eq!(altered(b"{}", "a", "1").as_deref(), Some(&b"{\"a\":1}"[..]));
        assert_eq!(altered(b"no JSON", "a", "1"), None);
    }

    #[test]
    fn rewriting_keeps_order_and_unescapes() {
        let text = "{ \"b\" : \"\\u0417\\/1\",\n \"a\": [1, 2.50, {}], \"c\": [] }".as_bytes();
        assert_eq!(rewritten(text, Writing::Minified).as_deref(), Some(r#"{"b":"З/1","a":[1,2.50,{}],"c":[]}"#));
        assert_eq!(rewritten(text, Writing::Escaped).as_deref(), Some(r#"{"b":"\u0417\/1","a":[1,2.50,{}],"c":[]}"#));
        assert_eq!(rewritten(text, Writing::Sorted).as_deref(), Some(r#"{"a":[1,2.50,{}],"b":"З/1","c":[]}"#));
        assert_eq!(rewritten(b"{", Writing::Minified), None);
    }

    #[test]
    fn indenting_keeps_order_and_digits() {
        let text = r#"{"b":{"c":[1,2.50,[]],"a":{}},"a":"x"}"#;
        let lines = "{\n  \"b\": {\n    \"c\": [\n      1,\n      2.50,\n      []\n    ],\n    \"a\": {}\n  },\n  \"a\": \"x\"\n}";
        assert_eq!(indented(text).as_deref(), Some(lines));
        assert_eq!(indented("1").as_deref(), Some("1"));
        assert_eq!(indented("{"), None);
    }

    #[test]
    fn repeated_members_are_found_at_any_depth() {
        assert_eq!(repeated_member(br#"{"a":1,"b":[{"c":1,"c":2}]}"#).as_deref(), Some("c"));
        assert_eq!(repeated_member(br#"{"a":{"a":1}}"#), None);
    }

    #[test]
    fn depth_ignores_brackets_in_text() {
        assert_eq!(depth(br#"{"a":"[[[\"[","b":[1]}"#), 2);
        assert!(Members::parse(format!("{}1{}", "{\"a\":".repeat(65), "}".repeat(65)).as_bytes()).is_none());
    }
}
