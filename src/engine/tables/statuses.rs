//! Status tables with their types forgotten: what makes a step happen, from where to where.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kit::evidence::Evidence;
use crate::kit::time::Duration;

/// What makes a step happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// The merchant's call of that name.
    Call(&'static str),
    /// Customer, bank or blockchain act: an action of that name.
    Act(&'static str),
    /// The provider's own rule: this long after the status was entered.
    After(Duration),
    /// The same without a new status: the object stays where it is, and its other timers keep running.
    Timer(Duration),
    /// The outside world's tempo, which `pace: manual` leaves to actions: this long after the status was entered.
    Pace(Duration),
    /// The moment that the object itself carries under that name.
    Deadline(&'static str),
    /// A receiver accepted the webhook of that event.
    Delivered(&'static str),
    /// A block of a chain that is watched: what it brings about.
    Block(&'static str),
}

impl On {
    /// The cause in one word, for the name of a row.
    pub fn word(self) -> String {
        let word = match self {
            Self::Call(name) | Self::Act(name) | Self::Deadline(name) => name,
            Self::After(_) => "after",
            Self::Timer(_) => "timer",
            Self::Pace(_) => "pace",
            Self::Delivered(_) => "delivered",
            Self::Block(what) => what,
        };
        word.split_whitespace().collect::<Vec<_>>().join("-")
    }
}

impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(name) => write!(f, "call {name}"),
            Self::Act(name) => write!(f, "act {name}"),
            Self::After(span) | Self::Timer(span) => write!(f, "after {span:#}"),
            Self::Pace(span) => write!(f, "pace {span:#}"),
            Self::Deadline(name) => write!(f, "at {name}"),
            Self::Delivered(event) => write!(f, "{event} accepted"),
            Self::Block(what) => write!(f, "block: {what}"),
        }
    }
}

/// Which row of which of a provider's status tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowId {
    /// The kind of object that the table is about.
    pub table: Cow<'static, str>,
    /// The row's place in it, from zero.
    pub row: u8,
}

/// A status table.
#[derive(Clone, Debug)]
pub struct StatusTable {
    pub object: &'static str,
    pub statuses: Vec<&'static str>,
    pub rows: Vec<Transition>,
    /// What else an answer says of a status, if it has such a member.
    pub also: Option<Also>,
}

/// A second member that follows from the status.
#[derive(Clone, Debug)]
pub struct Also {
    /// The name of the member.
    pub member: &'static str,
    /// Its word for each status.
    pub words: Vec<(&'static str, &'static str)>,
}

/// A row of a status table.
#[derive(Clone, Debug)]
pub struct Transition {
    pub on: On,
    pub from: Vec<&'static str>,
    pub to: &'static str,
    pub event: Option<&'static str>,
    /// The status stays, and its deadline does not come any more.
    pub ends_deadline: bool,
    pub evidence: Evidence,
}

impl StatusTable {
    /// The same table, whose statuses have another word in this member.
    #[must_use]
    pub fn also(self, member: &'static str, words: Vec<(&'static str, &'static str)>) -> Self {
        Self { also: Some(Also { member, words }), ..self }
    }

    /// The statuses that a word means: the status itself, or those that have it in the other member. Capitals do not count.
    pub fn meant_by(&self, word: &str) -> Vec<&'static str> {
        let own = self.statuses.iter().copied().filter(|it| it.eq_ignore_ascii_case(word));
        let also = self.also.iter().flat_map(|it| &it.words).filter(|it| it.1.eq_ignore_ascii_case(word)).map(|it| it.0);
        own.chain(also).collect()
    }

    /// Whether nothing leads out of a status.
    pub fn is_final(&self, status: &str) -> bool {
        !self.rows.iter().any(|it| it.from.contains(&status))
    }
}
