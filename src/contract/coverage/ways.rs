//! The name of a row in a coverage, and a line that shows how to reach it.

use crate::engine::tables::{Contract, On, Row, Transition};
use crate::kit::time::Duration;

/// The shipped scenario that reaches a row, by the row's name.
const STORIES: &str = include_str!("stories.tsv");

/// The same way, with the shipped scenario that goes it, if one does.
pub fn with_story(contract: &Contract, row: Row, way: String) -> String {
    let name = contract.index.get(row).map_or("", |it| it.name);
    let story = STORIES.lines().filter_map(|it| it.split_once('\t')).find(|it| it.0 == name);
    match story {
        Some((_, story)) => format!("{way}; scenarios/{story} does"),
        None => way,
    }
}

/// The full name of an operation, and the step of a scenario that calls it.
pub fn operation(contract: &Contract, row: Row) -> (String, String) {
    let Row::Operation(place) = row else { return nothing() };
    let Some(it) = contract.operations.get(usize::from(place)) else { return nothing() };
    let name = format!("{}.{}", contract.slug, it.name);
    let way = format!("`call: {name}`, or {} {}{}", it.method, contract.base_url, it.path);
    (name, way)
}

/// A parameter with its operation.
pub fn parameter(contract: &Contract, row: Row) -> (String, String) {
    let Row::Parameter(place, parameter) = row else { return nothing() };
    let Some(it) = contract.operations.get(usize::from(place)) else { return nothing() };
    let Some(field) = it.parameters.get(usize::from(parameter)) else { return nothing() };
    let operation = format!("{}.{}", contract.slug, it.name);
    (format!("{operation}.{}", field.name), format!("`call: {operation}` with `{}`, and an answer that is not a refusal", field.name))
}

/// An error by its name, and when it comes.
pub fn error(contract: &Contract, row: Row) -> (String, String) {
    let Row::Error(place) = row else { return nothing() };
    let Some(it) = contract.errors.get(usize::from(place)) else { return nothing() };
    (it.name.to_owned(), format!("{}; or a rule with `then: {{error: {}}}`", it.when, it.name))
}

/// An event by its name, and when it comes.
pub fn event(contract: &Contract, row: Row) -> (String, String) {
    let Row::Event(place) = row else { return nothing() };
    let Some(it) = contract.events.get(usize::from(place)) else { return nothing() };
    (it.name.to_owned(), format!("{}; the account, or the object, needs an address for webhooks", it.when))
}

/// An attempt by its number.
pub fn attempt(contract: &Contract, row: Row) -> (String, String) {
    let Row::Attempt(place) = row else { return nothing() };
    let waits = contract.schedule.waits.get(..=usize::from(place)).unwrap_or_default();
    let since = waits.iter().fold(Duration::ZERO, |sum, it| sum + *it);
    let way = match place {
        0 => "an event for an account that has an address for webhooks".to_owned(),
        before => format!("a receiver that refuses {} (`receiver: {{respond: [500]}}`), and `advance: {since:#}`", attempts(before)),
    };
    (format!("attempt {}", u16::from(place) + 1), way)
}

fn attempts(count: u8) -> String {
    if count == 1 { "the first attempt".to_owned() } else { format!("the first {count} attempts") }
}

/// A page by its name, and its address.
pub fn page(contract: &Contract, row: Row) -> (String, String) {
    let Row::Page(place) = row else { return nothing() };
    let Some(it) = contract.pages.get(usize::from(place)) else { return nothing() };
    (it.name.to_owned(), format!("GET {}{}", contract.base_url, it.path))
}

/// A row of a status table: `payout.created.processing.pace`.
pub fn step(contract: &Contract, object: &str, it: &Transition) -> (String, String) {
    let from = if it.from.is_empty() { "new".to_owned() } else { it.from.join("+") };
    let slug = contract.slug;
    let way = match it.on {
        On::Call(name) => format!("`call: {slug}.{name}`"),
        On::Act(name) => format!("`act: {slug}.{name}`"),
        On::After(span) | On::Timer(span) => format!("`advance: {span:#}`"),
        On::Pace(span) => format!("`advance: {span:#}`, unless the account's `pace` is manual"),
        On::Deadline(name) => format!("`advance` beyond its {name}"),
        On::Delivered(event) => format!("a receiver that accepts {event}"),
        On::Block(_) => "`advance` until a block of the chain has come".to_owned(),
    };
    let way = if it.from.is_empty() { way } else { format!("in {}: {way}", it.from.join(" or ")) };
    (format!("{object}.{from}.{}.{}", it.to, it.on.word()), way)
}

/// Rows that do not exist have no way.
fn nothing() -> (String, String) {
    (String::new(), String::new())
}
