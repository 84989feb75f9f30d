//! Why a scenario may fail without a deviation.

use super::Ended;
use crate::cli::paths::shown;
use crate::engine::start::{OBJECTS_OF_A_RUN, RUNS_COUNTED};
use crate::explore::{End, Run};
use crate::scenario::Step;
use crate::scenario::yaml::{Key, Node};

/// Whether the application has not answered a probe at all.
pub fn is_gone(run: &Run) -> bool {
    run.report.failed().and_then(|it| it.failure.as_ref()).is_some_and(|it| it.is_unanswered)
}

/// An id that is written as a number fits one run alone: which one stands in the step that has failed. Empty: none does.
pub fn hint(told: &Ended<'_>, run: &Run) -> String {
    let failed = run.report.steps.len().checked_sub(1).and_then(|it| told.scenario.steps.get(it));
    let Some((step, (name, id))) = failed.and_then(|it| Some(it).zip(literal(it))) else { return String::new() };
    let number = told.first_run.saturating_add(u32::from(matches!(told.explored.end, End::FailsAgain(_))));
    let first = (number % RUNS_COUNTED) * OBJECTS_OF_A_RUN + 1;
    let file = shown(std::path::Path::new(&told.file.path));
    format!(
        "\n  {file}:{}: each run has ids of its own, and those of this one begin at {first}, so `{name}: {id}` names nothing: save the \
         answer that has the id, and write ${{NAME.id}}",
        step.line
    )
}

/// The first id of a step that is a number of the text, with its name.
fn literal(step: &Step) -> Option<(String, String)> {
    let source = &step.source;
    let url = source.get("probe").and_then(|it| it.get("url")).and_then(Node::plain).unwrap_or("");
    let in_url = url.split(['/', '=']).skip(3).find(|it| is_id(it)).map(|it| ("url".to_owned(), it.to_owned()));
    let act = source.get("act").and_then(|_| source.get("with")).map_or(&[][..], Node::members);
    // What an action is about stands before its figures.
    in_url.or_else(|| own(act.first()?)).or_else(|| named(source))
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() < 10 && text.bytes().all(|it| it.is_ascii_digit())
}

/// A member that is a number.
fn own((key, value): &(Key, Node)) -> Option<(String, String)> {
    let id = value.plain().filter(|it| is_id(it))?;
    Some((key.name.clone(), id.to_owned()))
}

/// The first number, however deep, whose name says that it is an id.
fn named(node: &Node) -> Option<(String, String)> {
    for member in node.members() {
        let name = &member.0.name;
        let says_id = name == "id" || name.ends_with("_id") || name.ends_with("Id");
        if let Some(found) = if says_id { own(member) } else { named(&member.1) } {
            return Some(found);
        }
    }
    node.items().iter().find_map(named)
}
