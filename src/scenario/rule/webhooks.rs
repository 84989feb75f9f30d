//! Rules on webhooks: their conditions and effects.

use super::{decimal, duration, exclude, headers, patch, values};
use crate::engine::matching::Matcher;
use crate::engine::rules::{ANSWERS_MAX, CopiesLeave, GivenAnswer, On, PATHS_MAX, WebhookFault, is_selector, selects_attempts};
use crate::scenario::check::Check;
use crate::scenario::mistakes::Mistake;
use crate::scenario::yaml::{Node, What};

/// Effects that a rule can have on requests and on webhooks.
pub const ALSO: [&str; 3] = ["headers", "patch", "truncate_body_at_fraction"];
/// Effects on a webhook as a whole: they are decided before its first attempt.
const WHOLE: [&str; 3] = ["drop", "delay", "reorder"];
/// Effects that count attempts by themselves.
const COUNTING: [&str; 2] = ["answer_lost", "unreachable"];

/// Notes conditions that belong to rules of the other kind.
pub fn check_conditions(check: &mut Check<'_>, node: &Node, on: &On) {
    let Some(when) = node.get("when") else { return };
    let is_on_webhooks = matches!(on, On::Webhooks { .. });
    for name in ["headers", "query"].into_iter().filter(|it| is_on_webhooks && when.get(it).is_some()) {
        let mistake = Mistake::at(when.place_of(name), format!("`{name}` is a condition on requests, and this rule is on webhooks"));
        check.mistakes.push(mistake.help("a rule on webhooks can check the event, the attempt, the account and the body"));
    }
    if when.get("attempt").is_none() {
        return;
    }
    if let On::Requests { provider, .. } = on {
        let mistake = Mistake::at(when.place_of("attempt"), "a request has no attempts");
        check.mistakes.push(mistake.help(format!("for a rule on webhooks write `on: {provider}:webhook`")));
    }
    if let Some(Ok(attempt)) = when.get("attempt").map(Matcher::read)
        && !selects_attempts(&attempt)
    {
        if !is_selector(&attempt) {
            return check.wrong(&when.place_of("attempt"), "this condition on `attempt` is too long: it may have about 500 characters");
        }
        let mistake = Mistake::at(when.place_of("attempt"), format!("no attempt of a webhook is {}", attempt.in_words()));
        check.mistakes.push(mistake.help("attempts are numbers from 1: `attempt: 1`, or `attempt: {gt: 1}`"));
    }
    let then = node.get("then");
    for name in WHOLE.into_iter().filter(|it| is_on_webhooks && then.is_some_and(|then| then.get(it).is_some())) {
        let why = format!("`attempt` selects attempts, and `{name}` concerns the whole webhook: remove one of them");
        check.mistakes.push(Mistake::at(when.place_of("attempt"), why));
    }
    for name in COUNTING.into_iter().filter(|it| is_on_webhooks && then.is_some_and(|then| then.get(it).is_some())) {
        let why = format!("`attempt` selects attempts, and `{name}` counts them from the first: remove one of them");
        check.mistakes.push(Mistake::at(when.place_of("attempt"), why));
    }
    if is_on_webhooks && then.is_some_and(counts_answers) {
        let mistake = Mistake::at(when.place_of("attempt"), "`attempt` selects attempts, and a list of `answered` has one answer for each");
        check.mistakes.push(mistake.help("write `attempt: 2` with one answer, such as `answered: 502`, or the list without `attempt`"));
    }
}

/// Whether `answered` has an answer for each request.
fn counts_answers(then: &Node) -> bool {
    then.get("answered").is_some_and(|it| matches!(it.what, What::List(_)))
}

/// Notes effects that change nothing, or exclude each other.
pub fn check_effects(check: &mut Check<'_>, then: &Node) {
    if then.get("bad_signature").is_some() && then.get("unsigned").is_some() {
        exclude(
            check,
            then,
            "bad_signature",
            "unsigned",
            "a webhook without a signature has no wrong one: remove `bad_signature` or `unsigned`",
        );
    }
    if let Some(tamper) = then.get("tamper").filter(|it| PATHS_MAX < it.members().len()) {
        check.wrong(&tamper.at, format!("`tamper` changes at most {PATHS_MAX} members"));
    }
    if let Some(answered) = then.get("answered").filter(|it| matches!(it.what, What::List(_))) {
        let count = answered.items().len();
        if count == 0 || ANSWERS_MAX < count {
            check.wrong(&answered.at, format!("`answered` is a list of 1 to {ANSWERS_MAX} answers"));
        }
    }
    let Some(patch) = then.get("patch") else { return };
    let part = |name: &str| patch.get(name);
    if PATHS_MAX < part("set").map_or(0, |it| it.members().len()) + part("remove").map_or(0, |it| it.items().len()) {
        check.wrong(&patch.at, format!("a patch has at most {PATHS_MAX} paths"));
    }
    let is_empty = patch.members().iter().all(|it| matches!(it.0.name.as_str(), "set" | "remove"));
    if is_empty && patch.get("set").is_none_or(|it| it.members().is_empty()) && patch.get("remove").is_none_or(|it| it.items().is_empty()) {
        check.wrong(&patch.at, "this patch changes nothing: it needs `set` or `remove`");
    }
    if let Some(own) = ["status", "body"].into_iter().find(|it| then.get(it).is_some()) {
        exclude(check, then, "patch", own, &format!("`patch` changes the provider's answer, and `{own}` replaces it: remove one of them"));
    }
}

/// What the provider takes for answers: one for all, or a list.
fn answered(node: &Node) -> Vec<GivenAnswer> {
    let plain = |it: &Node| it.plain().and_then(|text| text.parse().ok());
    let one = |it: &Node| {
        let delay = it.get("delay").and_then(duration).unwrap_or_default();
        let by_gateway = it.get("by_gateway").is_some();
        let status = |status| GivenAnswer::Status { status, delay, by_gateway };
        let word = it.plain().and_then(GivenAnswer::of_word);
        word.or_else(|| it.get("status").map_or_else(|| plain(it), plain).map(status))
    };
    if let What::List(items) = &node.what { items.iter().filter_map(one).collect() } else { one(node).into_iter().collect() }
}

/// What a rule does to a webhook.
pub fn fault(node: &Node) -> WebhookFault {
    let is_true = |name: &str| node.get(name).is_some_and(|it| it.what == What::Flag(true));
    let span = |name: &str| node.get(name).and_then(duration);
    let count = |name: &str| node.get(name).and_then(Node::plain).and_then(|it| it.parse().ok()).unwrap_or(0);
    let duplicate = node.get("duplicate");
    let together = duplicate.and_then(|it| it.get("together")).is_some_and(|it| it.what == What::Flag(true));
    let copies = duplicate.and_then(|it| it.get("copies").unwrap_or(it).plain());
    WebhookFault {
        duplicate: copies.and_then(|it| it.parse().ok()).unwrap_or(0),
        copies_leave: if together { CopiesLeave::Together } else { CopiesLeave::InTurn },
        drop: is_true("drop"),
        delay: span("delay"),
        reorder: is_true("reorder"),
        answer_lost: count("answer_lost"),
        unreachable: count("unreachable"),
        answered: node.get("answered").map_or(Vec::new(), answered),
        tamper: values(node.get("tamper")),
        bad_signature: is_true("bad_signature"),
        stale: span("stale_timestamp"),
        patch: node.get("patch").map(patch),
        unsigned: is_true("unsigned"),
        headers: headers(node),
        truncate: node.get("truncate_body_at_fraction").map(decimal),
    }
}
