//! What the outside world can do next with an object, as its status table has it.

use super::{ActionRow, Contract, On, StatusTable};
use crate::kit::fields::{Field, Kind, Need};

/// An action that moves an object from where it stands.
#[derive(Clone, Debug)]
pub struct NextAction {
    pub row: &'static ActionRow,
    /// The status to which it leads.
    pub to: &'static str,
    /// The parameter that names the object.
    pub names: &'static str,
    /// Further parameters that have to be given, each with a word of its list.
    pub with: Vec<(&'static str, &'static str)>,
}

impl Contract {
    /// The status table of that kind of object.
    pub fn lifecycle(&self, object: &str) -> Option<StatusTable> {
        (self.lifecycles)().into_iter().find(|it| it.object == object)
    }

    /// The actions that an object with this table can take part in, once it has that status. One that leads to several statuses, as
    /// its parameter says, is there for each of them.
    pub fn next_actions(&self, table: &StatusTable, status: &str) -> Vec<NextAction> {
        let mut next: Vec<NextAction> = Vec::new();
        for row in table.rows.iter().filter(|it| it.from.contains(&status)) {
            let On::Act(name) = row.on else { continue };
            let action = self.actions.iter().copied().find(|it| it.name == name);
            for it in action.into_iter().flat_map(|it| self.ways(table, it, row.to)) {
                let is_there = next.iter().any(|own| own.row.name == it.row.name && own.with == it.with);
                if !is_there {
                    next.push(it);
                }
            }
        }
        next
    }

    /// One action for each combination of words that it can be given.
    fn ways(&self, table: &StatusTable, row: &'static ActionRow, to: &'static str) -> Vec<NextAction> {
        let Some(names) = self.names(table, row) else { return Vec::new() };
        let mut ways = vec![NextAction { row, to, names, with: Vec::new() }];
        for it in row.parameters.iter().filter(|it| it.need == Need::Required && it.name != names) {
            let Kind::Word(words) = it.kind else { return Vec::new() };
            let words: &[&'static str] = if words.contains(&to) { &[to][..] } else { words };
            let with = |way: &NextAction, word| [way.with.clone(), vec![(it.name, word)]].concat();
            ways = ways.iter().flat_map(|way| words.iter().map(|word| NextAction { with: with(way, *word), ..way.clone() })).collect();
        }
        ways
    }

    /// The parameter by which an action finds an object with this table: it has the name of the kind, or is the first that is
    /// required where the provider has one kind of object alone.
    fn names(&self, table: &StatusTable, row: &'static ActionRow) -> Option<&'static str> {
        let own = row.parameters.iter().find(|it| it.name == table.object);
        let is_text = |it: &&Field| it.need == Need::Required && matches!(it.kind, Kind::Text { .. });
        let first = || row.parameters.first().filter(is_text).filter(|_| (self.lifecycles)().len() == 1);
        own.or_else(first).map(|it| it.name)
    }
}
