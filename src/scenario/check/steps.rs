//! Checks steps. Each does one thing, named by its verb.

use std::ops::Range;

use super::Check;
use super::words::{ADVICE_MAX, slip};
use crate::engine::tables::Contract;
use crate::scenario::keys::{ANY_STEP, INDEX, JOB, RUN, STEPS, WEBHOOK_URL};
use crate::scenario::mistakes::{Mistake, cut};
use crate::scenario::reference::request;
use crate::scenario::shape::{Kind, Shape};
use crate::scenario::yaml::{Key, Node, What};

impl Check<'_> {
    pub(super) fn step(&mut self, node: &Node) {
        let What::Map(members) = &node.what else {
            let slip = node.plain().and_then(|it| slip(it, &STEPS.iter().map(Shape::verb).collect::<Vec<_>>()));
            let help = slip.unwrap_or_else(|| "write it as `advance: 30m`".to_owned());
            return self.wrong_kind_but_near(node, "a mapping that begins with what the step does", Some(&help));
        };
        let Some(shape) = self.verb(node, members) else { return };
        self.check_repeated(members);
        let own = node.get("expect").filter(|it| shape.verb() == "expect" && it.get("of").is_none());
        if own.is_some_and(|it| ["status", "headers", "body", "error"].iter().any(|name| it.get(name).is_some())) {
            let mistake =
                Mistake::at(node.place_of("expect"), "this `expect` is a step of its own, and does not say of which saved answer");
            let help = "if it belongs to the step above, write it below `call`, without a dash; or add `of`, a name that a step saves";
            return self.mistakes.push(mistake.help(help));
        }
        // A step inside another finds both already.
        let own: Vec<&str> = [RUN, JOB, WEBHOOK_URL].into_iter().filter(|it| !self.saved.contains_key(*it)).collect();
        for it in &own {
            self.saved.insert((*it).to_owned(), node.at.clone());
        }
        let repeats = shape.verb() == "repeat";
        let outer = if repeats { self.saved.insert(INDEX.to_owned(), node.at.clone()) } else { None };
        for (key, it) in members {
            if let Some(row) = shape.row(&key.name).or_else(|| ANY_STEP.row(&key.name)) {
                self.value(it, row.kind, None);
            } else {
                self.note_unknown_row(key, shape, ANY_STEP.rows);
            }
        }
        self.check_missing(node, shape);
        match outer {
            Some(outer) => _ = self.saved.insert(INDEX.to_owned(), outer),
            None if repeats => _ = self.saved.remove(INDEX),
            None => {}
        }
        for it in own {
            self.saved.remove(it);
        }
        if let Some(name) = node.get("save").or_else(|| node.get("probe")?.get("save")) {
            self.saved.insert(name.plain().unwrap_or("").to_owned(), name.at.clone());
        }
    }

    /// Checks calls that arrive at one instant. None can refer to the answer of another.
    pub(super) fn calls(&mut self, node: &Node) {
        let What::List(items) = &node.what else { return self.wrong_kind_but_near(node, "a list of calls", None) };
        if items.len() < 2 {
            self.wrong(&node.at, "`together` needs two calls or more");
        }
        let mut names = Vec::new();
        for it in items {
            self.step(it);
            if matches!(it.what, What::Map(_)) && it.get("call").is_none() {
                let mistake = Mistake::at(it.at.clone(), "only calls arrive together");
                self.mistakes.push(mistake.help("write another step before or after this one"));
            }
            if it.get("in").is_some() {
                self.wrong(&it.place_of("in"), "the calls go to one sandbox: write `in` beside `together`");
            }
            let name = it.get("save").and_then(Node::plain).unwrap_or("");
            names.extend(self.saved.remove_entry(name));
        }
        self.saved.extend(names);
    }

    /// What a step does: the shape of its verb.
    fn verb(&mut self, node: &Node, members: &[(Key, Node)]) -> Option<&'static Shape> {
        // Other verbs can have `expect` too.
        let mut found: Vec<&'static Shape> = STEPS.iter().filter(|it| node.get(it.verb()).is_some()).collect();
        if 1 < found.len() {
            found.retain(|it| it.verb() != "expect");
        }
        match found[..] {
            [one] => Some(one),
            [first, second, ..] => {
                let mistake = format!("a step does one thing, and this one has `{}` and `{}`", first.verb(), second.verb());
                let (a, b) = (node.place_of(first.verb()), node.place_of(second.verb()));
                let (early, late) = if a.start < b.start { (a, b) } else { (b, a) };
                self.mistakes.push(Mistake::at(late, mistake).also(early, "the first").help("write two steps"));
                None
            }
            [] => {
                let beside =
                    |it: &&(Key, Node)| ANY_STEP.row(&it.0.name).is_none() && STEPS.iter().all(|step| step.row(&it.0.name).is_none());
                let name = members.iter().find(beside).or(members.first()).map(|it| &it.0);
                let at = name.map_or(node.at.clone(), |it| it.at.clone());
                let asked = name.map_or("", |it| it.name.as_str());
                let what =
                    if asked.is_empty() { "this step does nothing".to_owned() } else { format!("no step is named `{}`", cut(asked)) };
                self.note_unknown(&at, what, asked, STEPS.iter().map(Shape::verb));
                let span = node.get(asked).and_then(Node::plain).unwrap_or("30m");
                if let (Some(it), "wait" | "sleep" | "pause" | "delay") = (self.mistakes.last_mut(), asked) {
                    it.help = Some(format!("time passes with `advance: {}`", cut(span)));
                }
                None
            }
        }
    }

    /// Warns of a text that another program would read as a reference to what a step saves.
    pub(super) fn nearly_a_reference(&mut self, node: &Node) {
        let What::Text(text) = &node.what else { return };
        let braced = text.strip_prefix("{{").and_then(|it| it.strip_suffix("}}"));
        let Some(inner) = braced.or_else(|| text.strip_prefix('$')).map(str::trim) else { return };
        if self.saved.contains_key(inner.split(['.', '[']).next().unwrap_or("")) {
            let mistake = Mistake::at(node.at.clone(), format!("`{}` is a text and not a reference", cut(text)));
            self.mistakes.push(mistake.help(format!("a reference is written \"${{{}}}\"", cut(inner))).warning());
        }
    }

    /// Checks a part of a rule's answer, in which values of the request can stand.
    pub(super) fn answering(&mut self, node: &Node, kind: Kind, provider: Option<&'static Contract>) {
        let before = std::mem::replace(&mut self.in_answer, true);
        self.value(node, kind, provider);
        self.in_answer = before;
    }

    /// Notes a reference to what a request does not have.
    pub(super) fn check_request(&mut self, at: &Range<usize>, path: &[&str]) {
        if let Some(why) = request::mistaken(path) {
            let asked = path.first().copied().unwrap_or("");
            self.note_unknown(at, why, asked, request::PARTS.iter().map(|it| it.0));
        }
    }

    /// Notes a name that no earlier step has saved.
    pub fn check_saved(&mut self, at: &Range<usize>, name: &str) {
        if !self.saved.contains_key(name) {
            let listed = if self.mistakes.len() < ADVICE_MAX { usize::MAX } else { 0 };
            let request = self.in_answer.then(|| request::REQUEST.to_owned());
            let names: Vec<String> = self.saved.keys().take(listed).cloned().chain(request).collect();
            self.note_undefined(
                at,
                format!("no step before this one saves `{name}`"),
                name,
                &names,
                &if name == request::REQUEST {
                    "values of a request stand in `body`, `headers` and `patch.set` of the `then` of a rule on requests".to_owned()
                } else if name == RUN {
                    "the text of the run stands in steps only".to_owned()
                } else {
                    format!("a step with `save: {name}` keeps its answer")
                },
            );
        }
    }
}
