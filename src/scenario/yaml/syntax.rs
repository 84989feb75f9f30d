//! What the YAML library says of a text that it cannot read, as sentences for the one who wrote it.

use std::ops::Range;

use super::{ALIASES_MAX, ANCHORS_MAX, DEPTH_MAX, NODES_MAX};
use crate::scenario::mistakes::{Mistake, shown};

const QUOTES: &str = "put the text in quotes";
const BACKSLASH: &str = "in double quotes a backslash is written twice; single quotes take it as it is";
const TOO_MUCH: &str = "";

/// A part of what the library says, what we say for it, and what to do.
#[rustfmt::skip]
const SENTENCES: &[(&str, &str, &str)] = &[
    ("Documents {",                         "a scenario is one document, here a second begins", "put it into a file of its own"),
    ("multiple documents",                  "a scenario is one document, here a second begins", "put it into a file of its own"),
    ("budget breached",                     "this is more than a scenario may hold", TOO_MUCH),
    ("recursion limit",                     "this is nested deeper than a scenario may be", TOO_MUCH),
    ("alias replay",                        "the aliases repeat more than a scenario may hold", TOO_MUCH),
    ("alias expansion",                     "the aliases repeat more than a scenario may hold", TOO_MUCH),
    ("unknown anchor",                      "this alias repeats an anchor that is nowhere above", "write `&NAME` before the value that `*NAME` repeats; a text that begins with `*` stands in quotes"),
    ("tabs disallowed",                     "a tab stands where the line is indented", "indent with spaces"),
    ("tab cannot be used",                  "a tab stands where the line is indented", "indent with spaces"),
    ("cannot start with a tab",             "a tab stands where the line is indented", "indent with spaces"),
    ("found a tab",                         "a tab stands in a text without quotes", QUOTES),
    ("unclosed quote",                      "the text that begins here has no closing quote", "add the quote"),
    ("unclosed bracket",                    "a bracket is opened and never closed", "add the bracket"),
    ("misplaced bracket",                   "this bracket closes nothing", "take it out, or put the text in quotes"),
    ("mismatched bracket",                  "this bracket does not fit the one that was opened", "{ is closed by }, [ by ]"),
    ("parsing a flow mapping",              "a mapping in braces goes on here without a comma", "add the comma, or the closing }"),
    ("parsing a flow sequence",             "a list in brackets goes on here without a comma", "add the comma, or the closing ]"),
    ("illegal placement of ':'",            "this `:` stands inside brackets that are not closed", "close the list with ] or the mapping with }, or put the text in quotes"),
    ("mapping values are not allowed",      "a second `:` stands in this line", "put the text that holds it in quotes, or begin a new line"),
    ("simple key expected ':'",             "this line has no name with a colon and a space", "write `name: value`, with a space behind the colon"),
    ("simple key is no longer valid",       "this line has no name with a colon and a space", "write `name: value`, with a space behind the colon"),
    ("':' must be followed",                "a space is missing behind this colon", "write `name: value`"),
    ("'-' must be followed",                "a space is missing behind this dash", "write `- item`"),
    ("did not find expected key",           "this line is indented like none before it", "indent it like the names that it stands beside"),
    ("expected '-' indicator",              "here a list stops without an end", "indent its items alike, each with `- `"),
    ("block sequence entries are not",      "a list cannot begin here", "begin it on a line of its own"),
    ("only valid inside a block",           "a dash begins no item inside brackets", "separate the items with commas"),
    ("mapping keys are not allowed",        "a mapping cannot begin here", "begin it on a line of its own"),
    ("invalid indentation",                 "this line is indented too little", "indent it further than the line that it belongs to"),
    ("wrongly indented line",               "this line is indented too little for the text that it goes on with", "indent it like the first line of that text"),
    ("unknown escape",                      "the text that begins here holds a backslash that means nothing", BACKSLASH),
    ("hexadecimal number",                  "the text that begins here holds an escape without its digits", BACKSLASH),
    ("surrogate",                           "the text that begins here holds half a character", "write the character itself"),
    ("Unicode character escape",            "the text that begins here holds an escape of no character", "write the character itself"),
    ("invalid trailing content",            "something stands behind the closing quote", "put all of the text into the quotes; a quote in single quotes is written twice"),
    ("document indicator",                  "the text in quotes reaches the end of the document", "add the closing quote"),
    ("end marker",                          "something stands behind the end of the document", "take it out, and the `...` before it"),
    ("comments must be separated",          "a space is missing before this #", "write ` #`, or put the text in quotes"),
    ("comment intercepting",                "a comment stands inside a text of several lines", "put the comment before it"),
    ("expected string scalar",              "a name is text, and neither a list nor a mapping", "write `name: value`"),
    ("null into string",                    "a value stands here without its name", "write `name: value`"),
    ("BOM must not",                        "a byte order mark stands inside the text", "take it out"),
    ("directive",                           "a line that begins with % speaks to the YAML reader, and this one says nothing that it knows", "take it out"),
    ("YAML major version",                  "this YAML is of a later version", "take the line out: YAML 1.2 is read"),
    ("handle wasn't declared",              "a text that begins with ! is a tag, and a scenario has none", QUOTES),
    ("tag",                                 "a text that begins with ! is a tag, and a scenario has none", QUOTES),
    ("scanning an anchor",                  "a text that begins with & or * is an anchor or an alias, and here it has no name", QUOTES),
    ("scanning a block scalar",             "something stands behind the | or > that begins a text", "begin the text on the next line"),
    ("merge value",                         "`<<` repeats mappings, and this is none", "write `<<: *NAME` with the anchor of a mapping"),
    ("non-finite",                          "this is no number that JSON can write", QUOTES),
    ("unexpected eof",                      "the text ends in the middle of something", "close what is open"),
];

/// A mistake for what the library has said about that place.
pub fn mistake(text: &str, at: Range<usize>, said: &str) -> Mistake {
    let lower = said.to_lowercase();
    if lower.contains("unexpected character") {
        return character(text, at);
    }
    if let Some(tab) = indented_with_a_tab(text, at.start) {
        return Mistake::at(tab, "a tab stands where the line is indented").help("indent with spaces");
    }
    match SENTENCES.iter().find(|it| lower.contains(&it.0.to_lowercase())) {
        Some((_, what, TOO_MUCH)) => Mistake::at(at, *what).help(format!(
            "a scenario has at most {NODES_MAX} values, {DEPTH_MAX} levels, {ANCHORS_MAX} anchors and {ALIASES_MAX} aliases"
        )),
        Some((_, what, help)) => Mistake::at(at, *what).help(*help),
        None => Mistake::at(at, format!("this is not YAML: {}", shown(said))),
    }
}

/// The tab that indents a line near that place: what cannot be read there begins with it.
fn indented_with_a_tab(text: &str, at: usize) -> Option<Range<usize>> {
    /// Lines before the place and one behind it: the text of a value may have gone on over the tab.
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

/// A character that begins no value, or that stands in no text.
fn character(text: &str, at: Range<usize>) -> Mistake {
    let rest = text.get(at.start..).unwrap_or("");
    if let Some(it @ ('@' | '`' | '%')) = rest.chars().next() {
        return Mistake::at(at, format!("no text without quotes begins with {it}")).help(QUOTES);
    }
    let is_out = |it: &(usize, char)| it.1.is_control() && !matches!(it.1, '\n' | '\r' | '\t');
    let found = rest.char_indices().find(is_out);
    let at = found.map_or(at.clone(), |(place, it)| at.start + place..at.start + place + it.len_utf8());
    let which = found.map_or(String::new(), |it| format!(" (U+{:04X})", u32::from(it.1)));
    Mistake::at(at, format!("a character that YAML does not take{which}"))
        .help("take it out; in double quotes it can be written as \\u0007")
}
