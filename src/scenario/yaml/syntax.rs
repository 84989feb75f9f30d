//! The messages of the YAML library as sentences for the author of the text.

use std::ops::Range;

use super::slips;
use super::{ALIASES_MAX, ANCHORS_MAX, DEPTH_MAX, LOOKAHEAD_CHARS, NAME_CHARS_MAX, NODES_MAX, Node};
use crate::scenario::mistakes::{Mistake, cut};

const QUOTES: &str = "put the text in quotes";
const BACKSLASH: &str = "in double quotes write a backslash twice; in single quotes write it once";
const TOO_MUCH: &str = "";

/// A part of a message of the library, our message for it, and what to do.
#[rustfmt::skip]
const SENTENCES: &[(&str, &str, &str)] = &[
    ("Documents {",                         "a scenario is one document, and a second one begins here", "put it into its own file"),
    ("multiple documents",                  "a scenario is one document, and a second one begins here", "put it into its own file"),
    ("budget breached",                     "this is more than a scenario may contain", TOO_MUCH),
    ("recursion limit",                     "this is nested deeper than a scenario may be", TOO_MUCH),
    ("alias replay",                        "the aliases repeat more than a scenario may contain", TOO_MUCH),
    ("alias expansion",                     "the aliases repeat more than a scenario may contain", TOO_MUCH),
    ("unknown anchor",                      "this alias repeats an unknown anchor", "write `&NAME` before the value that `*NAME` repeats; put a text that begins with `*` in quotes"),
    ("tabs disallowed",                     "this line is indented with a tab", "indent with spaces"),
    ("tab cannot be used",                  "this line is indented with a tab", "indent with spaces"),
    ("cannot start with a tab",             "this line is indented with a tab", "indent with spaces"),
    ("found a tab",                         "a text without quotes contains a tab", QUOTES),
    ("unclosed quote",                      "the text that begins here has no closing quote", "add the quote"),
    ("unclosed bracket",                    "this bracket is never closed", "add the bracket"),
    ("misplaced bracket",                   "this bracket closes nothing", "remove it, or put the text in quotes"),
    ("mismatched bracket",                  "this bracket does not match the opening one", "close { with } and [ with ]"),
    ("parsing a flow mapping",              "a comma is missing in this mapping in braces", "add the comma, or the closing }"),
    ("parsing a flow sequence",             "a comma is missing in this list in brackets", "add the comma, or the closing ]"),
    ("illegal placement of ':'",            "this `:` is inside brackets that are not closed", "close the list with ] or the mapping with }, or put the text in quotes"),
    ("mapping values are not allowed",      "this line has a second `:`", "put the text with the second `:` in quotes, or begin a new line"),
    ("simple key expected ':'",             "this line has to begin with a name, a colon and a space", "write `name: value`, with a space after the colon"),
    ("simple key is no longer valid",       "this line has to begin with a name, a colon and a space", "write `name: value`, with a space after the colon"),
    ("':' must be followed",                "a space is missing after this colon", "write `name: value`"),
    ("'-' must be followed",                "a space is missing after this dash", "write `- item`"),
    ("did not find expected key",           "the indentation of this line matches no line before it", "indent it like the names that it belongs with"),
    ("expected '-' indicator",              "this list ends unexpectedly", "indent its items alike, each with `- `"),
    ("block sequence entries are not",      "a list cannot begin here", "begin it on its own line"),
    ("only valid inside a block",           "a dash cannot begin an item inside brackets", "separate the items with commas"),
    ("mapping keys are not allowed",        "a mapping cannot begin here", "begin it on its own line"),
    ("invalid indentation",                 "this line is indented too little", "indent it further than the line that it belongs to"),
    ("wrongly indented line",               "this line continues a text, and is indented too little for it", "indent it like the first line of that text"),
    ("unknown escape",                      "the text that begins here contains an unknown backslash escape", BACKSLASH),
    ("hexadecimal number",                  "the text that begins here contains an escape without its digits", BACKSLASH),
    ("surrogate",                           "the text that begins here contains half a character", "write the character itself"),
    ("Unicode character escape",            "the text that begins here contains an escape that is not a character", "write the character itself"),
    ("invalid trailing content",            "there is text after the closing quote", "put the whole text into the quotes; inside single quotes write a single quote twice"),
    ("document indicator",                  "the quotes are not closed before the end of the document", "add the closing quote"),
    ("end marker",                          "there is text after the end of the document", "remove it, and the `...` before it"),
    ("comments must be separated",          "a space is missing before this #", "write ` #`, or put the text in quotes"),
    ("comment intercepting",                "a comment is inside a text of several lines", "put the comment before it"),
    ("expected string scalar",              "a name must be text, not a list or a mapping", "write `name: value`"),
    ("null into string",                    "this value has no name", "write `name: value`"),
    ("BOM must not",                        "a byte order mark is inside the text", "remove it"),
    ("directive",                           "a line that begins with % is a YAML directive, and this directive is unknown", "remove it"),
    ("YAML major version",                  "this version of YAML is not supported", "remove the line: the file is read as YAML 1.2"),
    ("handle wasn't declared",              "a text that begins with ! is a tag, and tags are not allowed", QUOTES),
    ("tag",                                 "a text that begins with ! is a tag, and tags are not allowed", QUOTES),
    ("scanning an anchor",                  "a text that begins with & or * is an anchor or an alias, and this one has no name", QUOTES),
    ("scanning a block scalar",             "there is text after the | or > that begins a text", "begin the text on the next line"),
    ("merge value",                         "`<<` repeats mappings, and this is not a mapping", "write `<<: *NAME` with the anchor of a mapping"),
    ("non-finite",                          "JSON cannot write this number", QUOTES),
    ("unexpected eof",                      "the text ends in the middle of something", "close what is open"),
];

/// The mistake for a message of the library about a place.
pub fn mistake(text: &str, at: Range<usize>, said: &str) -> Mistake {
    let lower = said.to_lowercase();
    if lower.contains("unexpected character") {
        return character(text, at);
    }
    if let Some(tab) = indented_with_a_tab(text, at.start) {
        return Mistake::at(tab, "this line is indented with a tab").help("indent with spaces");
    }
    if is_behind_a_long_name(text, at.start) {
        return name_too_long(at);
    }
    if let Some(slip) = slips::find(text, &at, &lower) {
        return slip;
    }
    match SENTENCES.iter().find(|it| lower.contains(&it.0.to_lowercase())) {
        Some((_, what, TOO_MUCH)) => Mistake::at(at, *what).help(format!(
            "a scenario has at most {NODES_MAX} values, {DEPTH_MAX} levels, {ANCHORS_MAX} anchors and {ALIASES_MAX} aliases"
        )),
        Some((_, what, help)) => Mistake::at(at, *what).help(*help),
        None => Mistake::at(at, format!("this is not YAML: {}", cut(said))),
    }
}

/// The tab that indents a line near this place: it is the cause when the line cannot be read.
fn indented_with_a_tab(text: &str, at: usize) -> Option<Range<usize>> {
    /// Lines before the place, and one after it: the text of a value may continue over the tab.
    const NEAR: usize = 4;
    let line = text.get(..at)?.matches('\n').count();
    let mut start = 0;
    for (number, own) in text.split_inclusive('\n').take(line + 2).enumerate() {
        let indent = own.len() - own.trim_start_matches([' ', '\t']).len();
        let tab = own[..indent].find('\t').filter(|_| line < number + NEAR && !own.trim().is_empty());
        if let Some(tab) = tab {
            return Some(start + tab..start + tab + 1);
        }
        start += own.len();
    }
    None
}

/// A character that cannot begin a value, or that cannot be in a text.
fn character(text: &str, at: Range<usize>) -> Mistake {
    let rest = text.get(at.start..).unwrap_or("");
    if let Some(it @ ('@' | '`' | '%')) = rest.chars().next() {
        return Mistake::at(at, format!("a text without quotes cannot begin with {it}")).help(QUOTES);
    }
    let is_out = |it: &(usize, char)| it.1.is_control() && !matches!(it.1, '\n' | '\r' | '\t');
    let found = rest.char_indices().find(is_out);
    let at = found.map_or(at.clone(), |(place, it)| at.start + place..at.start + place + it.len_utf8());
    let which = found.map_or(String::new(), |it| format!(" (U+{:04X})", u32::from(it.1)));
    Mistake::at(at, format!("YAML does not allow this character{which}"))
        .help(format!("remove it; in double quotes it can be written as \\u{:04x}", found.map_or(7, |it| u32::from(it.1))))
}

/// The end of the bracket that closes a list or a mapping, when only white space and a comma are before it.
pub fn closing_bracket(text: &str, at: &Range<usize>, last: Option<usize>) -> Option<usize> {
    let bracket = match text.get(at.start..)?.chars().next()? {
        '{' => '}',
        '[' => ']',
        _ => return None,
    };
    let from = last.unwrap_or(at.start + 1);
    let rest = text.get(from..)?;
    let gap = rest.len() - rest.trim_start_matches(|it: char| it.is_whitespace() || it == ',').len();
    rest[gap..].starts_with(bracket).then_some(from + gap + 1)
}

/// Whether what stands before this place may be a name in which the library has found no end.
fn is_behind_a_long_name(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or("").trim_end_matches([':', ' ', '"', '\'']);
    let name = before.chars().rev().take_while(|it| !"{}[],\"'\n".contains(*it)).take(LOOKAHEAD_CHARS).count();
    LOOKAHEAD_CHARS <= name
}

fn name_too_long(at: Range<usize>) -> Mistake {
    Mistake::at(at, format!("a name has at most {NAME_CHARS_MAX} characters"))
}

/// The tags that the library follows are short.
const TAG_CHARS_MAX: usize = 64;

/// The first value with a tag that the library would follow: `!!binary` makes bytes of a text.
pub fn tagged(text: &str, node: &Node) -> Option<Mistake> {
    let before = text[..node.at.start].trim_end();
    let tail = &before[before.char_indices().rev().nth(TAG_CHARS_MAX).map_or(0, |it| it.0)..];
    let token = tail.rsplit(char::is_whitespace).next().unwrap_or_default().trim_start_matches(['[', '{', ',', '-', ':']);
    let stands_before = token.starts_with("!!");
    if stands_before || text[node.at.clone()].starts_with("!!") {
        let start = if stands_before { before.len() - token.len() } else { node.at.start };
        let what = "a text that begins with ! is a tag, and tags are not allowed";
        return Some(Mistake::at(start..node.at.end, what).help(QUOTES));
    }
    node.members().iter().map(|it| &it.1).chain(node.items()).find_map(|it| tagged(text, it))
}

/// The first name that is longer than a name may be.
pub fn long_name(node: &Node) -> Option<Mistake> {
    let own = node.members().iter().map(|it| &it.0).find(|it| NAME_CHARS_MAX < it.name.chars().count());
    own.map(|it| name_too_long(it.at.clone())).or_else(|| node.members().iter().map(|it| &it.1).chain(node.items()).find_map(long_name))
}
