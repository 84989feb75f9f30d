//! What authors get wrong in YAML every day. Where the library stumbles is often not where the mistake is, so the lines
//! around that place are read again.

use std::ops::Range;

use crate::scenario::mistakes::Mistake;

/// The slip that explains why the library stumbled over this place, when it is a usual one.
pub fn find(text: &str, at: &Range<usize>, said: &str) -> Option<Mistake> {
    let (before, rest) = (text.get(..at.start)?, text.get(at.start..)?);
    reference(text, at.start)
        .or_else(|| moustache(text, at.start))
        .or_else(|| {
            ["parsing a flow", "illegal placement of ':'"]
                .iter()
                .any(|it| said.contains(it))
                .then(|| never_closed(text, at.start))
                .flatten()
        })
        .or_else(|| said.contains("invalid trailing content").then(|| behind_a_quote(before, rest)).flatten())
        .or_else(|| comma_at_the_end(before, rest))
        .or_else(|| (!is_in_brackets(before)).then(|| other_column(text, at.start)).flatten())
}

/// A reference without quotes in braces or brackets, where `{` begins a mapping.
fn reference(text: &str, at: usize) -> Option<Mistake> {
    let dollar = at.checked_sub(1).filter(|_| text[..at].ends_with('$') && text[at..].starts_with('{'))?;
    let end = text[at..].find(['}', '\n']).map_or(text.len(), |it| at + it + usize::from(text[at + it..].starts_with('}')));
    let begin = text[..dollar].rfind([' ', ',', '[', '{', '\n']).map_or(0, |it| it + 1);
    let reference = &text[dollar..end];
    let is_shown = begin == dollar && reference.ends_with('}') && reference[2..].chars().all(|it| is_of_reference(it) || it == '}');
    let help =
        if is_shown { format!("write \"{reference}\"") } else { "put the whole text in quotes, with the reference in it".to_owned() };
    let which = if innermost(&text[..dollar]).is_some_and(|it| text[it..].starts_with('[')) { "brackets" } else { "braces" };
    Some(Mistake::at(begin..end, format!("a reference in {which} has to stand in quotes")).help(help))
}

const fn is_of_reference(it: char) -> bool {
    it.is_ascii_alphanumeric() || matches!(it, '_' | '.' | ':' | '-')
}

/// `{{ name.field }}`, as other programs write a reference.
fn moustache(text: &str, at: usize) -> Option<Mistake> {
    let begin = at.checked_sub(1).filter(|before| text.get(*before..).is_some_and(|it| it.starts_with("{{")))?;
    let (inner, _) = text[begin + 2..].split_once("}}")?;
    let name = inner.trim();
    let is_reference = !name.is_empty() && name.chars().all(is_of_reference);
    let end = begin + 2 + inner.len() + 2;
    is_reference
        .then(|| Mistake::at(begin..end, "a reference is written with one $ and one pair of braces").help(format!("write \"${{{name}}}\"")))
}

/// A bracket of an earlier line, when this line goes on with the names of a block.
fn never_closed(text: &str, at: usize) -> Option<Mistake> {
    let open = innermost(&text[..at])?;
    let (own, line) = (Line::around(text, open), Line::around(text, at));
    if own.start == line.start || own.column < line.column || line.name.is_none() {
        return None;
    }
    let close = if text[open..].starts_with('{') { '}' } else { ']' };
    Some(Mistake::at(open..open + 1, "this bracket is never closed").help(format!("add the {close}")))
}

/// A second name behind a text in quotes.
fn behind_a_quote(before: &str, rest: &str) -> Option<Mistake> {
    let name = name_of(rest.trim_start())?;
    let start = before.len() + rest.len() - rest.trim_start().len();
    let start = if name.starts_with('"') { start + 1 } else { start };
    let name = name.trim_matches('"');
    Some(if is_in_brackets(before) {
        Mistake::at(start..start + name.len(), format!("a comma is missing before `{name}`")).help("separate the members with commas")
    } else {
        Mistake::at(start..start + name.len(), format!("`{name}` stands behind a value")).help("begin a new line with it")
    })
}

/// A comma at the end of a line of a block, as in JSON.
fn comma_at_the_end(before: &str, rest: &str) -> Option<Mistake> {
    let at = if rest.starts_with(',') { before.len() } else { before.len().checked_sub(1).filter(|_| before.ends_with(','))? };
    let is_last = rest.trim_start_matches(',').lines().next().is_none_or(|it| it.trim().is_empty());
    (is_last && !is_in_brackets(&before[..at]))
        .then(|| Mistake::at(at..at + 1, "a comma cannot end this line").help("remove it: commas stand only inside braces and brackets"))
}

/// A name in another column than the names that it belongs with.
fn other_column(text: &str, at: usize) -> Option<Mistake> {
    let line = Line::around(text, at);
    let name = line.name.filter(|_| !line.is_item)?;
    let earlier = line.earlier(text)?;
    let neighbour = earlier.name?;
    let span = line.column_at()..line.column_at() + name.len();
    if earlier.key < line.key && earlier.has_value {
        let what = format!("`{name}` is indented deeper than `{neighbour}`");
        return Some(Mistake::at(span, what).help(format!("put `{name}` in the same column as `{neighbour}`")));
    }
    let item = line.item_before(text)?;
    let first = item.name?;
    if item.column < line.column && line.column < item.key {
        let what = format!("`{name}` is indented less than `{first}`");
        return Some(Mistake::at(span, what).help(format!("put `{name}` in the same column as `{first}`")));
    }
    (item.column == line.column).then(|| {
        Mistake::at(span, format!("a list goes on here, and the dash before `{name}` is missing"))
            .help(format!("write `- {name}` for a new item; put `{name}` in the column of `{first}` if it belongs to the item before"))
    })
}

/// What a line begins with.
struct Line<'a> {
    /// Where it begins in the text.
    start: usize,
    /// Bytes before its first character that is not a space.
    column: usize,
    is_item: bool,
    /// The column of its name, behind the dashes.
    key: usize,
    name: Option<&'a str>,
    /// A value stands behind the name.
    has_value: bool,
}

impl<'a> Line<'a> {
    fn around(text: &'a str, at: usize) -> Self {
        let start = text[..at].rfind('\n').map_or(0, |it| it + 1);
        let own = text[start..].lines().next().unwrap_or("");
        let column = own.len() - own.trim_start_matches(' ').len();
        let mut rest = &own[column..];
        let is_item = rest.starts_with("- ");
        while let Some(it) = rest.strip_prefix("- ") {
            rest = it.trim_start_matches(' ');
        }
        let name = name_of(rest);
        let behind = name.map_or("", |it| rest[it.len() + 1..].trim());
        let has_value = !behind.is_empty() && !behind.starts_with(['#', '&', '|', '>']);
        Self { start, column, is_item, key: own.len() - rest.len(), name, has_value }
    }

    fn column_at(&self) -> usize {
        self.start + self.key
    }

    /// The line before, without empty lines and comments.
    fn earlier(&self, text: &'a str) -> Option<Self> {
        let is_blank = |it: &Self| {
            let own = text[it.start..].lines().next().unwrap_or("").trim();
            own.is_empty() || own.starts_with('#')
        };
        self.before(text).find(|it| !is_blank(it))
    }

    /// The line that begins the item before, when only lines of that item are between.
    fn item_before(&self, text: &'a str) -> Option<Self> {
        self.before(text).find(|it| it.is_item && it.column <= self.column)
    }

    fn before(&self, text: &'a str) -> impl Iterator<Item = Self> {
        let step = move |it: usize| it.checked_sub(1).map(|end| Line::around(text, end));
        std::iter::successors(step(self.start), move |it| step(it.start))
    }
}

/// The name with which a text begins, in front of a colon.
fn name_of(text: &str) -> Option<&str> {
    let end = text.find(':')?;
    let (name, behind) = text.split_at(end);
    let bare = name.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(name);
    let is_name = !bare.is_empty() && bare.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.'));
    (is_name && (behind.len() == 1 || behind[1..].starts_with([' ', '\n', '\r']))).then_some(name)
}

fn is_in_brackets(before: &str) -> bool {
    innermost(before).is_some()
}

/// The last bracket that is open at the end of a text. Quotes and comments are left out, and the braces of references.
fn innermost(before: &str) -> Option<usize> {
    let mut open: Vec<usize> = Vec::new();
    let mut quote = None;
    let mut last = '\n';
    for (place, it) in before.char_indices() {
        match (quote, it) {
            (Some('#'), '\n') => quote = None,
            (Some(own), _) if own == it && own != '#' && (own == '\'' || last != '\\') => quote = None,
            (None, '#') if last.is_whitespace() => quote = Some('#'),
            (None, '"' | '\'') if last.is_whitespace() || matches!(last, '{' | '[' | ',' | ':') => quote = Some(it),
            // In a block, a bracket begins a value only where a value can begin.
            (None, '{' | '[') if !open.is_empty() || last.is_whitespace() => open.push(place),
            (None, '}' | ']') => _ = open.pop(),
            _ => {}
        }
        last = it;
    }
    open.pop()
}
