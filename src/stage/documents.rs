//! A document that was received beside the same document as a step expects it, both in indented lines. Members keep the order and
//! numbers the digits in which they were sent.

use std::borrow::Cow;

use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::engine::matching::Matcher;
use crate::kit::json::{Members, is_shallow};

/// What a failed step received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// What it is: an answer's status, or the webhook that came nearest.
    pub what: String,
    /// Its body in lines.
    pub lines: String,
    /// The same as the step expects it. A value that has no single right text is in words.
    pub expected: String,
}

impl Received {
    /// A body beside what is expected of it. A body that is not JSON is shown as it is.
    pub fn of(what: impl Into<String>, body: &[u8], wanted: Option<&Matcher>) -> Self {
        let raw: Option<&RawValue> = is_shallow(body).then(|| serde_json::from_slice(body).ok()).flatten();
        let Some(raw) = raw else {
            let lines = String::from_utf8_lossy(body).into_owned();
            return Self { what: what.into(), expected: lines.clone(), lines };
        };
        let mut sides = Sides::default();
        sides.write(Frame { indent: 0, head: "", tail: "" }, raw, wanted.map(|it| ("".into(), it)).into_iter().collect());
        Self { what: what.into(), lines: sides.received.join("\n"), expected: sides.expected.join("\n") }
    }
}

/// An expectation, and the path to it from the value that is written: empty for the value itself.
type Wanted<'m> = (Cow<'m, str>, &'m Matcher);

/// What stands around a value.
#[derive(Clone, Copy)]
struct Frame<'a> {
    indent: usize,
    /// Its name, with a colon.
    head: &'a str,
    /// The comma behind it.
    tail: &'a str,
}

impl Frame<'_> {
    fn line(&self, value: &str) -> String {
        format!("{}{}{value}{}", "  ".repeat(self.indent), self.head, self.tail)
    }
}

#[derive(Default)]
struct Sides {
    expected: Vec<String>,
    received: Vec<String>,
}

impl Sides {
    fn both(&mut self, line: String) {
        self.expected.push(line.clone());
        self.received.push(line);
    }

    fn write(&mut self, frame: Frame<'_>, raw: &RawValue, wanted: Vec<Wanted<'_>>) {
        let children = Children::of(raw);
        let (mut here, mut inside) = (Vec::new(), Vec::new());
        for it in wanted {
            sort(it, &children, &mut here, &mut inside);
        }
        let value: Json = if here.is_empty() { Json::Null } else { serde_json::from_str(raw.get()).unwrap_or_default() };
        let mut missed: Vec<String> = here.iter().filter(|it| !it.fits(Some(&value))).map(|it| it.in_words()).collect();
        let mut of_children: Vec<Vec<Wanted<'_>>> = vec![Vec::new(); children.values.len()];
        let mut absent: Vec<(String, String)> = Vec::new();
        for (path, matcher) in inside {
            match children.reached(&path) {
                Some((place, rest)) => of_children[place].push((rest.to_owned().into(), matcher)),
                None if matcher.fits(None) => {}
                None => absent.push((format!("{}: ", Json::from(&*path)), matcher.in_words())),
            }
        }
        if children.values.is_empty() {
            missed.extend(absent.drain(..).map(|it| format!("{{ {}{} }}", it.0, it.1)));
        }
        if !missed.is_empty() {
            self.expected.push(frame.line(&missed.join(" and ")));
            let mut own = Self::default();
            own.write(frame, raw, Vec::new());
            return self.received.append(&mut own.received);
        }
        if children.values.is_empty() {
            return self.both(frame.line(raw.get()));
        }
        let (open, close) = if children.names.is_some() { ("{", "}") } else { ("[", "]") };
        self.both(Frame { tail: "", ..frame }.line(open));
        let within = frame.indent + 1;
        self.expected.extend(absent.iter().map(|(head, words)| Frame { indent: within, head, tail: "," }.line(words)));
        for (place, (it, own)) in children.values.iter().zip(of_children).enumerate() {
            let head = children.names.as_ref().map_or(String::new(), |names| format!("{}: ", Json::from(&*names[place])));
            let tail = if place + 1 < children.values.len() { "," } else { "" };
            self.write(Frame { indent: within, head: &head, tail }, it, own);
        }
        self.both(Frame { head: "", ..frame }.line(close));
    }
}

/// The values inside a value.
struct Children<'a> {
    /// The names of members; the items of a list have none.
    names: Option<Vec<Cow<'a, str>>>,
    values: Vec<&'a RawValue>,
    is_list: bool,
}

impl<'a> Children<'a> {
    fn of(raw: &'a RawValue) -> Self {
        if let Some(Members(members)) = raw.get().starts_with('{').then(|| Members::within(raw)).flatten() {
            let (names, values) = members.into_iter().unzip();
            return Self { names: Some(names), values, is_list: false };
        }
        let is_list = raw.get().starts_with('[');
        let values = if is_list { serde_json::from_str(raw.get()).unwrap_or_default() } else { Vec::new() };
        Self { names: None, values, is_list }
    }

    /// The child to which a dotted path leads, and the rest of the path. A member with exactly this name comes first.
    fn reached<'p>(&self, path: &'p str) -> Option<(usize, &'p str)> {
        let place = |name: &str| match &self.names {
            Some(names) => names.iter().rposition(|it| it == name),
            None => name.parse().ok().filter(|it| *it < self.values.len()),
        };
        let whole = place(path).map(|it| (it, ""));
        whole.or_else(|| path.split_once('.').and_then(|(first, rest)| Some((place(first)?, rest))))
    }
}

/// Sorts an expectation by whether it judges the value itself or something inside it.
fn sort<'m>((path, matcher): Wanted<'m>, children: &Children<'_>, here: &mut Vec<&'m Matcher>, inside: &mut Vec<Wanted<'m>>) {
    match matcher {
        _ if !path.is_empty() => inside.push((path, matcher)),
        Matcher::All(all) => all.iter().for_each(|it| sort(("".into(), it), children, here, inside)),
        Matcher::Members(members) if children.names.is_some() => inside.extend(members.iter().map(|it| (it.0.as_str().into(), &it.1))),
        Matcher::Items(all) if children.is_list && all.len() == children.values.len() => {
            inside.extend(all.iter().enumerate().map(|(place, it)| (place.to_string().into(), it)));
        }
        Matcher::Any
        | Matcher::Absent
        | Matcher::Equal(_)
        | Matcher::Compare(..)
        | Matcher::Matches(_)
        | Matcher::OneOf(_)
        | Matcher::Length(_)
        | Matcher::Members(_)
        | Matcher::Items(_) => here.push(matcher),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::yaml;

    fn of(body: &str, wanted: &str) -> (String, String) {
        let wanted = Matcher::read(&yaml::parse(wanted).expect("YAML")).expect("a matcher");
        let read = Received::of("200", body.as_bytes(), Some(&wanted));
        (read.expected, read.lines)
    }

    #[test]
    fn lines_differ_where_an_expectation_is_not_met() {
        let body = r#"{"b":1.10,"a":{"x":[1,{"y":"z"}]},"c.d":true,"e":[],"f":{}}"#;
        let wanted = "{ b: { gt: 2 }, a.x.1.y: w, a: { x: [1, { y: z }], q: 3 }, c.d: true, e: { absent: true }, f: { g: 1 }, h: 2 }";
        let (expected, lines) = of(body, wanted);
        let all = |it: &str| it.lines().map(str::to_owned).collect::<Vec<_>>();
        let own = |all: &[String], other: &[String]| {
            all.iter().filter(|it| !other.contains(it)).map(|it| it.trim().to_owned()).collect::<Vec<_>>()
        };
        let (expected, lines) = (all(&expected), all(&lines));
        let wanted = [r#""h": 2,"#, r#""b": > 2,"#, r#""q": 3,"#, r#""y": "w""#, r#""e": nothing,"#, r#""f": { "g": 1 }"#];
        assert_eq!(own(&expected, &lines), wanted);
        assert_eq!(own(&lines, &expected), [r#""b": 1.10,"#, r#""y": "z""#, r#""e": [],"#, r#""f": {}"#]);
        assert!(lines[1].ends_with("1.10,"), "members and digits stay as they were sent: {lines:?}");
    }

    #[test]
    fn what_fits_or_is_not_json_has_the_same_lines_twice() {
        for (body, wanted) in [(r#"{"a":[1,2]}"#, "{ a: [1, 2] }"), ("[]", "[]"), ("3", "{ gt: 2 }"), ("no JSON", "{ a: 1 }")] {
            let (expected, lines) = of(body, wanted);
            assert_eq!(expected, lines, "{body}");
        }
        assert_eq!(
            of("[1]", "[1, 2]"),
            (
                "a list of 2 items: [1, 2]".to_owned(),
                "[
  1
]"
                .to_owned()
            )
        );
    }
}
