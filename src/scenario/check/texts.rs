//! Values of the wrong kind, and texts that do not say what they should.

use super::Check;
use crate::engine::clock::Rate;
use crate::engine::inbox::parse_script;
use crate::kit::nearest::close;
use crate::kit::time::parse_duration;
use crate::scenario::keys::SCENARIO;
use crate::scenario::mistakes::{Mistake, cut};
use crate::scenario::shape::Shape;
use crate::scenario::yaml::{Node, What};

/// How a scenario begins.
pub(super) const BEGINNING: &str = "begin with `version: 1`; `playmoney init` writes a first scenario";

impl Check<'_> {
    /// Notes a value that is not `what`.
    pub(super) fn wrong_kind(&mut self, node: &Node, what: &str) {
        self.mistakes.push(Mistake::at(node.at.clone(), format!("this has to be {what}, not {}", described(node))));
    }

    /// Notes a value that is not `what`, with advice when it is nearly right.
    pub(super) fn wrong_kind_but_near(&mut self, node: &Node, what: &str, help: Option<&str>) {
        self.wrong_kind(node, what);
        if let (Some(help), Some(it)) = (help, self.mistakes.last_mut()) {
            it.help = Some(help.to_owned());
        }
    }

    /// Notes a value that is not a whole number in this range. The only number with one value is the version.
    pub(super) fn not_a_number(&mut self, node: &Node, min: i64, max: i64) {
        if min == max && matches!(node.what, What::Number(_)) {
            let what = format!("this playmoney reads version {min}, and this file has version {}", cut(node.plain().unwrap_or("")));
            return self.wrong(&node.at, what);
        }
        let what = if min == max { format!("the number {min}") } else { format!("a whole number from {min} to {max}") };
        let quoted = matches!(&node.what, What::Text(it) if it.parse::<i64>().is_ok());
        self.wrong_kind_but_near(node, &what, quoted.then_some("write it without quotes"));
    }

    /// Notes a value of an effect that is switched on by `true`.
    pub(super) fn not_a_flag(&mut self, node: &Node) {
        let help = match node.plain().map(str::to_lowercase).as_deref() {
            Some("yes" | "on" | "y" | "true" | "1") => Some("write it as `true`, without quotes"),
            Some("no" | "off" | "n" | "false" | "0") => Some("to switch it off, remove it"),
            _ => None,
        };
        self.wrong_kind_but_near(node, "true", help);
    }

    pub(super) fn not_a_mapping(&mut self, node: &Node, shape: &'static Shape) {
        let names = shape.rows.iter().map(|it| it.name).collect::<Vec<_>>().join(", ");
        let help = match &node.what {
            _ if std::ptr::eq(shape, &raw const SCENARIO) => BEGINNING.to_owned(),
            What::Number(it) if shape.row("times").is_some_and(|it| it.required) => format!("write {{ times: {it}, steps: [...] }}"),
            What::Text(it) if shape.row("mode").is_some_and(|_| matches!(&**it, "frozen" | "real") || Rate::parse(it).is_ok()) => {
                format!("write {{ mode: {it} }}")
            }
            What::Number(it) if shape.row("status").is_some() => format!("write {{ status: {it} }}"),
            What::Null if 0 < node.at.start => format!("write its lines below it, indented deeper; its names are {names}"),
            What::Null | What::Flag(_) | What::Number(_) | What::Text(_) | What::List(_) | What::Map(_) => format!("its names are {names}"),
        };
        self.mistakes
            .push(Mistake::at(node.at.clone(), format!("{} is a mapping, and this is {}", shape.what, described(node))).help(help));
    }

    pub(super) fn check_text(&mut self, node: &Node, what: &str, read: impl Fn(&str) -> Result<(), String>) {
        match &node.what {
            What::Text(text) => {
                if read(text).is_err() {
                    let quoted = format!("`{}`", cut(text));
                    self.wrong(&node.at, read(text).err().unwrap_or_default().replace(&format!("`{text}`"), &quoted));
                }
            }
            What::Number(it) if read(&format!("{it}s")).is_ok() => {
                self.wrong_kind_but_near(node, what, Some("add the unit: 30s, 30m or 30h"));
            }
            What::Null | What::Flag(_) | What::Number(_) | What::List(_) | What::Map(_) => self.wrong_kind(node, what),
        }
    }

    pub(super) fn clock_mode(&mut self, node: &Node) {
        match &node.what {
            What::Text(it) if it == "frozen" || it == "real" => {}
            What::Text(it) if it.starts_with(|it: char| it.is_ascii_digit()) => {
                if let Err(why) = Rate::parse(it) {
                    self.wrong(&node.at, why);
                }
            }
            What::Text(it) => {
                let near = close(it, ["frozen", "real"])
                    .map_or("write frozen, real, or a rate such as 60x".to_owned(), |it| format!("the nearest is `{it}`"));
                self.mistakes.push(Mistake::at(node.at.clone(), format!("a clock has no mode `{}`", cut(it))).help(near));
            }
            What::Number(it) => self.wrong_kind_but_near(node, "frozen, real or a rate such as 60x", Some(&format!("write {it}x"))),
            What::Null | What::Flag(_) | What::List(_) | What::Map(_) => self.wrong_kind(node, "frozen, real or a rate such as 60x"),
        }
    }

    /// Checks the answers of a receiver. A mistake is noted at its step of the script.
    pub(super) fn script(&mut self, node: &Node) {
        let one = |it: &Node| parse_script(&format!("[{}]", it.to_json())).err().map(|why| (it.at.clone(), why));
        let wrong: Vec<_> = node.items().iter().filter_map(one).collect();
        if let Some(it) = node.plain() {
            return self.wrong_kind_but_near(node, "a list of answers", Some(&format!("write [{}]", cut(it))));
        }
        if let (true, Err(why)) = (wrong.is_empty(), parse_script(&node.to_json())) {
            self.wrong(&node.at, why);
        }
        for (at, why) in wrong {
            self.wrong(&at, why);
        }
    }
}

pub(super) fn check_offset(text: &str) -> Result<(), String> {
    let wrong = |_| format!("`{text}` is not a duration with a sign: write -20m or +1h");
    parse_duration(text.trim_start_matches(['-', '+'])).map(|_| ()).map_err(wrong)
}

/// What a value is, for a sentence.
fn described(node: &Node) -> String {
    match &node.what {
        What::Text(it) if it.is_empty() => "an empty text".to_owned(),
        What::Text(it) => format!("the text `{}`", cut(it)),
        What::Number(it) => format!("the number `{}`", cut(it)),
        What::Flag(it) => format!("`{it}`"),
        What::Null | What::List(_) | What::Map(_) => node.word().to_owned(),
    }
}
