//! A status table, as the provider's page prints it: from, to, and what makes the step.

use super::evidence::Evidence;
use super::time::Duration;

/// What makes a step happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// The merchant's call of that name.
    Call(&'static str),
    /// Customer, bank or blockchain act: an action of that name.
    Act(&'static str),
    /// The provider's own rule: so long after the status was entered.
    After(Duration),
    /// The outside world's tempo, which `pace: manual` leaves to actions: so long after the status was entered.
    Pace(Duration),
    /// The moment that the object itself carries under that name.
    Deadline(&'static str),
    /// A receiver accepted the webhook of that event.
    Delivered(&'static str),
    /// A block of a chain that is watched: what it brings about.
    Block(&'static str),
}

impl std::fmt::Display for On {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Call(name) => write!(f, "call {name}"),
            Self::Act(name) => write!(f, "act {name}"),
            Self::After(span) => write!(f, "after {span:#}"),
            Self::Pace(span) => write!(f, "pace {span:#}"),
            Self::Deadline(name) => write!(f, "at {name}"),
            Self::Delivered(event) => write!(f, "{event} accepted"),
            Self::Block(what) => write!(f, "block: {what}"),
        }
    }
}

/// A status that has the provider's own word.
pub trait Word: Copy + PartialEq + 'static {
    /// As the API writes it.
    fn word(self) -> &'static str;
}

/// One row. An empty `from` is the object's birth.
#[derive(Clone, Copy, Debug)]
pub struct Row<S: 'static> {
    pub on: On,
    pub from: &'static [S],
    pub to: S,
    /// The event that tells the merchant.
    pub event: Option<&'static str>,
    pub evidence: Evidence,
}

/// The whole table.
#[derive(Debug)]
pub struct Lifecycle<S: 'static>(pub &'static [Row<S>]);

impl<S: Word> Lifecycle<S> {
    /// The row that `on` means for an object in that status (`None`: not born yet).
    pub fn row(&self, from: Option<S>, on: On) -> Option<&'static Row<S>> {
        self.0.iter().find(|it| it.on == on && starts(it, from))
    }

    /// Whether such an object comes into being because a client asks for it.
    pub fn is_born_of_calls(&self) -> bool {
        self.0.iter().any(|it| it.from.is_empty() && matches!(it.on, On::Call(_)))
    }

    /// The rows that time alone brings about from there, with their places in the table.
    pub fn timed(&self, from: S) -> impl Iterator<Item = (u8, &'static Row<S>)> {
        let rows = (0_u8..).zip(self.0);
        rows.filter(move |(_, it)| it.from.contains(&from) && matches!(it.on, On::After(_) | On::Pace(_) | On::Deadline(_)))
    }
}

fn starts<S: Word>(row: &Row<S>, from: Option<S>) -> bool {
    match from {
        None => row.from.is_empty(),
        Some(status) => row.from.contains(&status),
    }
}
