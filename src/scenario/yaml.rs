//! YAML text as a tree whose nodes know their places. The only module that uses the YAML library.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use serde_saphyr::{DuplicateKeyPolicy, Location, Spanned};

use super::mistakes::Mistake;

mod slips;
mod syntax;
#[cfg(feature = "cli")]
mod written;

#[cfg(feature = "cli")]
pub use written::written;

/// Bytes of the text of a scenario.
pub const BYTES_MAX: usize = 1024 * 1024;
/// Levels of nested nodes.
pub const DEPTH_MAX: usize = 32;
const NODES_MAX: usize = 20_000;
const ALIASES_MAX: usize = 500;
const ANCHORS_MAX: usize = 200;
/// Characters of a name. YAML has this bound for names without `?`, JSON has none.
const NAME_CHARS_MAX: usize = 1_024;
/// Characters in which the library looks for the end of a name: enough to say that it is too long.
const LOOKAHEAD_CHARS: usize = 64 * 1024;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Bytes of the text. For an anchor with aliases, the place where it is used.
    pub at: Range<usize>,
    pub what: What,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Null,
    Flag(bool),
    /// As JSON writes it, with the digits of the text.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// The name of a member and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    pub at: Range<usize>,
    pub name: String,
}

impl Node {
    /// The member with this name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|it| it.0.name == name).map(|it| &it.1)
    }

    /// The place of the name of a member; without such a member, the place of the node.
    pub fn place_of(&self, name: &str) -> Range<usize> {
        self.members().iter().find(|it| it.0.name == name).map_or(self.at.clone(), |it| it.0.at.clone())
    }

    /// The members; none when it is not a mapping.
    pub fn members(&self) -> &[(Key, Self)] {
        if let What::Map(members) = &self.what { members } else { &[] }
    }

    /// The items; none when it is not a list.
    pub fn items(&self) -> &[Self] {
        if let What::List(items) = &self.what { items } else { &[] }
    }

    /// A text, or a number or a flag as it is written: `id: 2` names the same account as `id: "2"`.
    pub fn plain(&self) -> Option<&str> {
        match &self.what {
            What::Text(text) | What::Number(text) => Some(text),
            What::Flag(true) => Some("true"),
            What::Flag(false) => Some("false"),
            What::Null | What::List(_) | What::Map(_) => None,
        }
    }

    /// The same value as JSON text: members in their order, numbers with their digits.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        let quoted = |text: &str| Json::from(text).to_string();
        match &self.what {
            What::Null => out.push_str("null"),
            What::Flag(it) => out.push_str(if *it { "true" } else { "false" }),
            What::Number(it) => out.push_str(it),
            What::Text(it) => out.push_str(&quoted(it)),
            What::List(items) => {
                out.push('[');
                for (place, it) in items.iter().enumerate() {
                    out.push_str(if place == 0 { "" } else { "," });
                    it.write(out);
                }
                out.push(']');
            }
            What::Map(members) => {
                out.push('{');
                for (place, (key, it)) in members.iter().enumerate() {
                    out.push_str(if place == 0 { "" } else { "," });
                    out.push_str(&quoted(&key.name));
                    out.push(':');
                    it.write(out);
                }
                out.push('}');
            }
        }
    }

    /// The same value as a tree without its order and digits.
    pub fn to_value(&self) -> Json {
        serde_json::from_str(&self.to_json()).unwrap_or_default()
    }

    /// The same value with every text replaced by the result of `with`.
    ///
    /// # Errors
    /// The first error of `with`.
    pub fn map_texts<E>(&self, with: &mut impl FnMut(&str, &Range<usize>) -> Result<What, E>) -> Result<Self, E> {
        let what = match &self.what {
            What::Text(text) => with(text, &self.at)?,
            What::List(items) => What::List(items.iter().map(|it| it.map_texts(with)).collect::<Result<_, _>>()?),
            What::Map(members) => {
                let members = members.iter().map(|(key, it)| Ok((key.clone(), it.map_texts(with)?)));
                What::Map(members.collect::<Result<_, _>>()?)
            }
            What::Null | What::Flag(_) | What::Number(_) => self.what.clone(),
        };
        Ok(Self { at: self.at.clone(), what })
    }

    /// The name of its kind, for messages.
    pub const fn word(&self) -> &'static str {
        match self.what {
            What::Null => "nothing",
            What::Flag(_) => "true or false",
            What::Number(_) => "a number",
            What::Text(_) => "text",
            What::List(_) => "a list",
            What::Map(_) => "a mapping",
        }
    }
}

/// Reads one document.
///
/// # Errors
/// The place of the first text that is not acceptable YAML.
pub fn parse(text: &str) -> Result<Node, Mistake> {
    if text.len() > BYTES_MAX {
        return Err(Mistake::at(0..0, format!("the file is larger than {BYTES_MAX} bytes")));
    }
    let budget = serde_saphyr::budget! {
        flow_nesting_limit: DEPTH_MAX,
        max_events: 4 * NODES_MAX,
        max_aliases: ALIASES_MAX,
        max_anchors: ANCHORS_MAX,
        max_nodes: NODES_MAX,
        max_depth: DEPTH_MAX,
        max_documents: 1,
        simple_key_max_lookahead: LOOKAHEAD_CHARS,
    };
    let options = serde_saphyr::options! {
        budget: budget,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
        reject_unsupported_tags: true,
    };
    let read: Result<Spanned<Content>, _> = serde_saphyr::from_str_with_options(text, options);
    let node = read.map(|it| node(text, it)).map_err(|why| mistake(text, &why))?;
    let tagged = if text.contains("!!") { syntax::tagged(text, &node) } else { None };
    tagged.or_else(|| syntax::long_name(&node)).map_or(Ok(node), Err)
}

/// The message of the library, as one of our sentences.
fn mistake(text: &str, why: &serde_saphyr::Error) -> Mistake {
    let at = why.location().map_or(0..0, |it| place(text, it));
    let said = why.to_string();
    let said = said.split(" at line ").next().unwrap_or(&said).trim_end_matches('.');
    syntax::mistake(text, at, said)
}

/// The bytes of a place; of an unknown place, the beginning.
fn place(text: &str, it: Location) -> Range<usize> {
    let span = it.span();
    let Some((from, len)) = span.byte_offset().zip(span.byte_len()) else { return by_line(text, it) };
    let from = usize::try_from(from).unwrap_or(0).min(text.len());
    let to = from.saturating_add(usize::try_from(len).unwrap_or(0)).min(text.len());
    if text.is_char_boundary(from) && text.is_char_boundary(to) { from..to } else { by_line(text, it) }
}

fn by_line(text: &str, it: Location) -> Range<usize> {
    let (line, column) = (usize::try_from(it.line()).unwrap_or(0), usize::try_from(it.column()).unwrap_or(0));
    let begin: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let within = text[begin..].char_indices().nth(column.saturating_sub(1)).map_or(0, |it| it.0);
    begin + within..begin + within
}

/// A value as the library reads it.
enum Content {
    Null,
    Flag(bool),
    Number(String),
    Text(String),
    List(Vec<Spanned<Content>>),
    Map(Vec<(Spanned<String>, Spanned<Content>)>),
}

fn node(text: &str, it: Spanned<Content>) -> Node {
    let (at, defined) = (place(text, it.referenced), place(text, it.defined));
    let at = at.start..at.end.max(at.start);
    let what = match it.value {
        Content::Null => What::Null,
        Content::Flag(it) => What::Flag(it),
        Content::Number(counted) => What::Number(json_digits(text.get(defined).unwrap_or("").trim(), counted)),
        Content::Text(it) => What::Text(it),
        Content::List(items) => What::List(items.into_iter().map(|it| node(text, it)).collect()),
        Content::Map(members) => {
            let key = |it: Spanned<String>| Key { at: place(text, it.referenced), name: it.value };
            What::Map(members.into_iter().map(|(name, it)| (key(name), node(text, it))).collect())
        }
    };
    let end = at.start + text[at.clone()].trim_end().len();
    // The library knows only the beginning of lists and mappings. The first name of a block stands for the block.
    let end = match &what {
        What::Map(members) if end == at.start => members.first().map_or(end, |it| it.0.at.end),
        What::Map(members) => syntax::closing_bracket(text, &at, members.last().map(|it| it.1.at.end)).unwrap_or(end),
        What::List(items) => syntax::closing_bracket(text, &at, items.last().map(|it| it.at.end)).unwrap_or(end),
        What::Null | What::Flag(_) | What::Number(_) | What::Text(_) => end,
    };
    Node { at: at.start..end.max(at.start), what }
}

/// The digits as they were written, when JSON can write them.
fn json_digits(text: &str, counted: String) -> String {
    let is_json = serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok_and(|it| it.get() == text);
    let begins = text.starts_with(|it: char| it.is_ascii_digit() || it == '-');
    if is_json && begins { text.to_owned() } else { counted }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_none<E>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, it: D) -> Result<Content, D::Error> {
        Content::deserialize(it)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Content, E> {
        Ok(Content::Flag(it))
    }

    fn visit_i64<E>(self, it: i64) -> Result<Content, E> {
        Ok(Content::Number(it.to_string()))
    }

    fn visit_u64<E>(self, it: u64) -> Result<Content, E> {
        Ok(Content::Number(it.to_string()))
    }

    fn visit_i128<E>(self, it: i128) -> Result<Content, E> {
        Ok(Content::Number(it.to_string()))
    }

    fn visit_u128<E>(self, it: u128) -> Result<Content, E> {
        Ok(Content::Number(it.to_string()))
    }

    fn visit_f64<E>(self, it: f64) -> Result<Content, E> {
        Ok(Content::Number(it.to_string()))
    }

    fn visit_str<E>(self, it: &str) -> Result<Content, E> {
        Ok(Content::Text(it.to_owned()))
    }

    fn visit_string<E>(self, it: String) -> Result<Content, E> {
        Ok(Content::Text(it))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Content, A::Error> {
        let mut items = Vec::new();
        while let Some(it) = seq.next_element()? {
            items.push(it);
        }
        Ok(Content::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Content, A::Error> {
        let mut members = Vec::new();
        while let Some(it) = map.next_entry()? {
            members.push(it);
        }
        Ok(Content::Map(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slices<'a>(text: &'a str, node: &Node, into: &mut Vec<&'a str>) {
        into.push(&text[node.at.clone()]);
        for (key, it) in node.members() {
            into.push(&text[key.at.clone()]);
            slices(text, it, into);
        }
        node.items().iter().for_each(|it| slices(text, it, into));
    }

    #[test]
    fn every_node_knows_its_place() {
        let text = "# é\na: 1.50\n\"b\": [ 'x', true ]\nc: {d: ~}\n";
        let node = parse(text).expect("YAML");
        let mut found = Vec::new();
        slices(text, &node, &mut found);
        assert_eq!(found, ["a", "a", "1.50", "\"b\"", "[ 'x', true ]", "'x'", "true", "c", "{d: ~}", "d", "~"]);
        assert_eq!(node.get("a").map(|it| it.what.clone()), Some(What::Number("1.50".to_owned())));
    }

    #[test]
    fn numbers_keep_their_digits() {
        for (text, number) in
            [("0.10", "0.10"), ("9007199254740993", "9007199254740993"), ("-1", "-1"), ("0x1F", "31"), ("1e3", "1e3"), ("+5", "5")]
        {
            assert_eq!(parse(text).expect("YAML").what, What::Number(number.to_owned()), "{text}");
        }
        for text in ["2026-01-01T00:00:00Z", "yes", "\"1\"", "31m", "1_000", "-1_0.5"] {
            assert!(matches!(parse(text).expect("YAML").what, What::Text(_)), "{text}");
        }
    }

    #[test]
    fn every_number_is_one_in_json() {
        for text in
            ["007", "0o17", "0b11", "1_000", "0x1F", "1e21", "1e-400", "18446744073709551616", "-0", ".5", "5.", "1.", "+1e2", "12e03"]
        {
            let json = parse(&format!("a: {text}")).expect("YAML").to_json();
            assert!(serde_json::from_str::<Json>(&json).is_ok(), "{text}: {json}");
        }
        for text in [".inf", "-.INF", ".nan", "1e400"] {
            assert!(parse(&format!("a: {text}")).is_err(), "{text}");
        }
    }

    #[test]
    fn a_merged_mapping_gives_the_members_that_are_missing() {
        let node = parse("a: &base { id: 1, name: x }\nb: { <<: *base, id: 2 }\n").expect("YAML");
        assert_eq!(node.get("b").map(Node::to_value), Some(serde_json::json!({"id": 2, "name": "x"})));
    }

    #[test]
    fn t10_what_is_too_much_is_refused_with_its_place() {
        let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
        let laughs = (0..9).fold("a0: &a0 [x, x]\n".to_owned(), |it, n| {
            format!("{it}a{}: &a{} [*a{n}, *a{n}, *a{n}, *a{n}, *a{n}, *a{n}, *a{n}]\n", n + 1, n + 1)
        });
        for text in [deep, laughs, "a: b\n---\nc: d\n".to_owned(), "a: *nobody\n".to_owned(), format!("a: {}", "x".repeat(BYTES_MAX))] {
            let mistake = parse(&text).expect_err("too much");
            assert!(mistake.at.end <= text.len() && !mistake.what.is_empty(), "{mistake:?}");
        }
    }
}
