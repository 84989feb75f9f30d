//! Checks the keys of accounts.

use super::Check;
use crate::engine::tables::Contract;
use crate::kit::live_keys;
use crate::scenario::mistakes::Mistake;
use crate::scenario::yaml::{Node, What};

impl Check<'_> {
    /// Checks keys that replace those of an account.
    pub fn new_keys(&mut self, node: &Node, contract: &'static Contract) {
        if let What::Map(members) = &node.what {
            self.check_repeated(members);
        } else {
            self.wrong(&node.at, "`credentials` is a mapping of names and keys: { api_key: qp_other_key }");
        }
        self.credentials(node, contract);
        for (key, it) in node.members() {
            if contract.credentials.iter().any(|own| own.name == key.name) && !contract.keys().any(|own| own.name == key.name) {
                self.wrong(&key.at, format!("`{}` names the account and stays; another account has another", key.name));
            } else if it.plain().is_none_or(str::is_empty) {
                self.wrong(&it.at, format!("`{}` must be a text", key.name));
            }
        }
    }

    /// Checks the keys of an account.
    pub(super) fn credentials(&mut self, node: &Node, contract: &'static Contract) {
        for (key, it) in node.members() {
            if it.plain().is_some_and(live_keys::contains) {
                self.mistakes.push(Mistake::at(it.at.clone(), format!("`{}` {}", key.name, live_keys::REFUSAL)));
            }
            if it.plain() == Some("") {
                self.wrong(&it.at, format!("`{}` must not be empty", key.name));
            }
            if !contract.credentials.iter().any(|own| own.name == key.name) {
                let words = contract.credentials.iter().map(|it| it.name);
                self.note_unknown(&key.at, format!("an account of {} has no credential `{}`", contract.name, key.name), &key.name, words);
            }
        }
    }
}
