//! Values of the request in the answers of rules.

use crate::engine::rules::On;
use crate::scenario::check::Check;
use crate::scenario::mistakes::Mistake;
use crate::scenario::reference::request::{Place, REQUEST, is_template, map_rule};
use crate::scenario::reference::{Piece, pieces};
use crate::scenario::yaml::{Node, What};

/// Values of the request in the answer of one rule: each may read its body again.
const VALUES_MAX: usize = 100;

/// Notes values of a request where none is answered, and too many of them.
pub fn check_values(check: &mut Check<'_>, rule: &Node, on: &On) {
    let (mut first, mut count) = (None, 0);
    let looked: Result<_, std::convert::Infallible> = map_rule(rule, &mut |place, text, at| {
        if place == Place::Answer && is_template(text) {
            first.get_or_insert_with(|| at.clone());
            count += pieces(text).unwrap_or_default().iter().filter(|it| matches!(it, Piece::Saved { name: REQUEST, .. })).count();
        }
        Ok(What::Null)
    });
    let (Ok(_), Some(at)) = (looked, first) else { return };
    if matches!(on, On::Webhooks { .. }) {
        let mistake = Mistake::at(at, "a webhook answers no request, so `${request...}` has no value here");
        check.mistakes.push(mistake.help("it stands in `body`, `headers` and `patch.set` of rules on requests"));
    } else if VALUES_MAX < count {
        check.wrong(&at, format!("the answer of a rule has at most {VALUES_MAX} values of the request, and this one has {count}"));
    }
}
