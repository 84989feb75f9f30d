//! What a sandbox has lived through: as a log, and as what a replay has to have in common with it.

use std::collections::BTreeMap;

use playmoney::inside::engine::log::What;
use playmoney::inside::engine::world::World;
use playmoney::inside::kit::time::Timestamp;
use serde_json::{Value as Json, json};

/// One line of a log, and what it says besides names and dates.
pub struct Line {
    pub json: Json,
    pub at: Timestamp,
    /// An operation; or an event with its words, and which object it is about, counted in the order in which they were
    /// told of.
    pub what: String,
    /// What was answered.
    pub verdict: String,
}

/// Everything of one provider from that entry of the log on.
pub fn recorded(world: &World, slug: &str, from: u64) -> Vec<Line> {
    let own = world.provider_id(slug);
    let (mut lines, mut objects) = (Vec::new(), BTreeMap::new());
    for entry in world.core.log.entries().filter(|it| from <= it.sequence && it.provider == own) {
        if let What::Request(request) = &entry.what {
            let answer = request.answer.as_ref().expect("it was answered");
            let body = String::from_utf8_lossy(&answer.body.0);
            let json = json!({
                "at": entry.at, "direction": "call", "method": request.method, "path": request.target,
                "headers": {"content-type": request.headers.map().get("content-type").and_then(|it| it.to_str().ok()).unwrap_or("")},
                "body": String::from_utf8_lossy(&request.body.0), "status": answer.status, "answer": body,
            });
            let what = request.operation.as_deref().unwrap_or("nothing").to_owned();
            lines.push(Line { json, at: entry.at, what, verdict: answer.status.to_string() });
        }
        if let What::Attempt(attempt) = &entry.what {
            let delivery = world.core.outbox.get(attempt.webhook.delivery).expect("it is kept");
            let one = delivery.attempts.iter().find(|it| it.is(attempt.id())).expect("an attempt");
            let body = String::from_utf8_lossy(&one.body.text(&delivery.body).0).into_owned();
            let outcome = one.outcome.as_ref().expect("an outcome");
            let took = outcome.took.as_millis();
            let json = json!({
                "at": entry.at, "direction": "webhook", "method": "POST", "path": format!("/hooks/{slug}"), "body": body,
                "status": outcome.answered(), "error": outcome.error(), "duration_ms": i64::try_from(took).expect("short"),
            });
            let next = objects.len();
            let object = *objects.entry(delivery.subject.clone()).or_insert(next);
            let body: Json = serde_json::from_str(&body).expect("JSON");
            let words = ["/invoice/system_status", "/data/status", "/payout/status", "/transaction/status"];
            let status = words.iter().find_map(|it| body.pointer(it)).and_then(Json::as_str).unwrap_or("");
            let what = format!("{} {status} of {object}", delivery.event);
            let verdict = format!("{:?} {:?} {took}", outcome.answered(), outcome.error());
            lines.push(Line { json, at: entry.at, what, verdict });
        }
    }
    lines
}

/// The order, the distances and the verdicts.
pub fn story(lines: &[Line]) -> Vec<String> {
    let first = lines.first().map_or(Timestamp::UNIX_EPOCH, |it| it.at);
    lines.iter().map(|it| format!("+{} {} -> {}", it.at.duration_since(first), it.what, it.verdict)).collect()
}

/// A log as text.
pub fn log(lines: &[Line]) -> String {
    lines.iter().map(|it| it.json.to_string() + "\n").collect()
}
