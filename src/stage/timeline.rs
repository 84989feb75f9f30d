//! What happened in a sandbox, in order: calls, changes of status and webhooks.

use crate::engine::delivery::Outcome;
use crate::engine::delivery::delivery_name;
use crate::engine::world::World;
use crate::kit::time::Timestamp;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub at: Timestamp,
    pub kind: &'static str,
    pub what: String,
}

/// Everything that is still known, in the order in which it happened.
pub fn timeline(world: &World) -> Vec<Entry> {
    let calls = world.core.journal.entries().map(|it| {
        let operation = it.operation.as_deref().unwrap_or(&it.target);
        let answer = it.answer.as_ref().map_or("no answer yet".to_owned(), |it| it.status.to_string());
        let rule = it.rule.as_ref().map_or(String::new(), |it| format!(" (rule `{it}`)"));
        (it.turn, Entry { at: it.at, kind: "call", what: format!("{}.{operation} {answer}{rule}", it.provider) })
    });
    let changes = world.core.journal.changes().map(|it| {
        let from = if it.from.is_empty() { "new" } else { &it.from };
        (it.turn, Entry { at: it.at, kind: "change", what: format!("{} {}: {from} to {} ({})", it.provider, it.subject, it.to, it.cause) })
    });
    let webhooks = world.core.outbox.iter().flat_map(|it| {
        let provider = world.provider(it.provider_id).contract().slug;
        let rule = it.spoiled.as_ref().map_or(String::new(), |it| format!(" (rule `{}`)", it.rule));
        it.attempts.iter().map(move |attempt| {
            let outcome = attempt.outcome.as_ref();
            let answer = outcome.and_then(Outcome::answered).map(|it| it.to_string());
            let answer = answer.or_else(|| outcome.and_then(Outcome::error).map(str::to_owned)).unwrap_or_else(|| "under way".to_owned());
            let id = delivery_name(it.id);
            let rule = if attempt.resend { "" } else { &rule };
            let what = format!("{provider} {} for {}, {id} attempt {}: {answer}{rule}", it.event, it.subject, attempt.number);
            (attempt.turn, Entry { at: attempt.at, kind: "webhook", what })
        })
    });
    let notes = world.core.journal.notes();
    let notes = notes.map(|it| (it.turn, Entry { at: it.at, kind: "note", what: format!("{}: {}", it.provider, it.text) }));
    let mut all: Vec<(u64, Entry)> = calls.chain(changes).chain(webhooks).chain(notes).collect();
    all.sort_by_key(|it| it.0);
    all.into_iter().map(|it| it.1).collect()
}
