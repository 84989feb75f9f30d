//! The words that a contract has by itself: they say how an object stands or which event it is, and nothing about
//! a person.

use std::collections::BTreeSet;

use crate::engine::tables::{Contract, EventRow};
use crate::kit::fields::Kind;

/// Words by which two bodies differ in what they say: statuses, events, codes of errors.
pub fn telling(contract: &'static Contract) -> BTreeSet<&'static str> {
    let mut words = BTreeSet::new();
    for table in (contract.lifecycles)() {
        words.extend(table.statuses.iter().copied());
        words.extend(table.also.iter().flat_map(|it| it.words.iter().map(|word| word.1)));
    }
    words.extend(contract.events.iter().map(|it| it.name));
    words.extend(contract.errors.iter().map(|it| it.code));
    words
}

/// All words of the contract, which a disguise leaves alone.
pub fn harmless(contract: &'static Contract) -> BTreeSet<&'static str> {
    let mut words = telling(contract);
    let calls = contract.operations.iter().flat_map(|it| it.parameters.iter().chain(it.answer));
    let kinds = calls.map(|it| it.kind).chain(contract.events.iter().flat_map(EventRow::fields).map(|it| it.kind));
    for kind in kinds.chain(contract.actions.iter().flat_map(|it| it.parameters).map(|it| it.kind)) {
        if let Kind::Word(own) = kind {
            words.extend(own.iter().copied());
        }
        if let Kind::Constant(own) = kind {
            words.insert(own);
        }
    }
    words
}

/// The words of a member's name, in lower case: `webhook`, `url` of `webhook_url` and of `webhookUrl`.
pub fn of_name(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut was_lower = false;
    for it in name.chars() {
        if !it.is_ascii_alphanumeric() || (was_lower && it.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if let (true, Some(last)) = (it.is_ascii_alphanumeric(), words.last_mut()) {
            last.push(it.to_ascii_lowercase());
        }
        was_lower = it.is_ascii_lowercase();
    }
    words.retain(|it| !it.is_empty());
    words
}

/// Whether a name is that of a name: an id, a number, a reference. The number of a block is none: it says how far a
/// blockchain is.
pub fn is_identity(name: &str) -> bool {
    const ENDS: &[&str] = &["id", "ids", "number", "num", "reference", "nonce"];
    let words = of_name(name);
    let is_named = words.last().is_some_and(|it| ENDS.contains(&it.as_str())) || words.iter().any(|it| it == "external");
    is_named && words.first().is_none_or(|it| it != "block")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_words() {
        assert_eq!(of_name("externalOrderId"), ["external", "order", "id"]);
        assert_eq!(of_name("date_range[0]"), ["date", "range", "0"]);
        let identities = ["id", "order_id", "orderNumber", "externalId", "external_reference"];
        assert!(identities.iter().all(|it| is_identity(it)));
        assert!(["paid", "amount", "idle", "title", "order_info", "block_number"].iter().all(|it| !is_identity(it)));
    }
}
