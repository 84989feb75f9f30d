//! `/__admin/audit`: what an audit is asked for, and how its result is written. The server makes it.

use http::StatusCode;
use serde_json::{Value as Json, json};

use super::call::Call;
use super::input::Input;
use super::sandboxes::Wish;
use super::{Problem, no_provider};
use crate::engine::inbox;
use crate::engine::tables::Contract;
use crate::engine::tables::audit::Check;
use crate::kit::fields::{Fault, Field, Kind, Need, TEXT};
use crate::kit::http::{Request, Response};
use crate::kit::nearest::nearest;
use crate::kit::webhook_url::{URL_BYTES_MAX, WebhookUrl};
use crate::providers;
use crate::scenario::told::field;

const ADDRESS: Kind = Kind::Text { chars_max: URL_BYTES_MAX };

const PROVIDER: Field = field("provider", TEXT, Need::Required, "the slug of the provider whose webhooks the receiver gets");
const WEBHOOK_URL: Field = field("webhook_url", ADDRESS, Need::Optional, "the address of the receiver; without one, that of the account");
const SECRET: Field = field(
    "secret",
    TEXT,
    Need::Optional,
    "the secret with which the receiver verifies; without one, that which signs the account's webhooks",
);
const PROBE: Field = field(
    "probe",
    ADDRESS,
    Need::Optional,
    "an address of the application that answers GET with the effect of the event, such as http://127.0.0.1:8000/orders/42",
);
pub const CHECKS: Field = field("checks", Kind::List, Need::Optional, "the names of the checks to make; without them, all");
/// The body of the call.
pub const AUDIT: &[Field] = &[PROVIDER, WEBHOOK_URL, SECRET, PROBE, CHECKS];

/// What an audit is asked for.
#[derive(Debug)]
pub struct Wanted {
    /// The slug of a provider.
    pub provider: &'static str,
    pub webhook_url: Option<String>,
    pub secret: Option<String>,
    pub probe: Option<String>,
    pub checks: Vec<Check>,
}

pub fn wanted(call: &Call, request: &Request, _: &[&str]) -> Result<Wish, Problem> {
    let body = Input::body(call, request)?;
    let slug = body.required_text(&PROVIDER)?;
    let all = providers::all();
    let known = || all.iter().map(|it| it.contract().slug);
    let provider = known().find(|it| *it == slug).ok_or_else(|| Problem::invalid(no_provider(&slug, known())))?;
    let secret = body.text(&SECRET)?;
    if secret.as_ref().is_some_and(String::is_empty) {
        return Err(Problem::invalid("`secret` is empty: leave it out, or write the secret of the receiver."));
    }
    let (webhook_url, probe) = (address(&body, &WEBHOOK_URL)?, address(&body, &PROBE)?);
    Ok(Wish::Audit(Box::new(Wanted { provider, webhook_url, secret, probe, checks: checks(&body)? })))
}

/// An address that a receiver or an application can have.
fn address(body: &Input<'_>, row: &Field) -> Result<Option<String>, Problem> {
    let Some(url) = body.text(row)? else { return Ok(None) };
    judge_address(&url).map_err(|why| Problem::invalid(format!("`{}`: {why}.", row.name)))?;
    Ok(Some(url))
}

/// Judges the address of a receiver or an application.
///
/// # Errors
/// What is wrong with it.
pub fn judge_address(url: &str) -> Result<(), &'static str> {
    WebhookUrl::parse(url)?;
    if inbox::is_one(url) { Err("this is a built-in inbox, which verifies nothing; name a receiver of your own") } else { Ok(()) }
}

fn checks(body: &Input<'_>) -> Result<Vec<Check>, Problem> {
    let Some(text) = body.json(&CHECKS) else { return Ok(Check::ALL.to_vec()) };
    let words: Vec<String> = serde_json::from_str(text).map_err(|_| body.refusal(&CHECKS, Fault::NotA("list of names")))?;
    let mut checks = Vec::new();
    for word in &words {
        let check = Check::parse(word).ok_or_else(|| Problem::invalid(no_check(word)))?;
        if checks.contains(&check) {
            return Err(Problem::invalid(format!("`checks` names `{word}` twice.")));
        }
        checks.push(check);
    }
    if checks.is_empty() {
        return Err(Problem::invalid("`checks` names no check: leave it out to make all."));
    }
    Ok(checks)
}

/// That no check has that name, with the nearest.
pub fn no_check(word: &str) -> String {
    let known = || Check::ALL.into_iter().map(Check::word);
    match nearest(word, known()) {
        Some(it) => format!("No check is named `{word}`. The nearest is `{it}`."),
        None => format!("No check is named `{word}`. The checks are {}.", known().collect::<Vec<_>>().join(", ")),
    }
}

/// Another audit of this sandbox is under way.
pub fn under_way() -> Problem {
    Problem::new(StatusCode::CONFLICT, "audit_in_progress", "An audit of this sandbox is under way: one is made at a time.")
}

/// The call names no address, and the sandbox has none.
pub fn no_target() -> Problem {
    Problem::invalid("`webhook_url` is missing, and the account that makes the event has no address of a receiver: name one.")
}

/// The sandbox has no event of this provider, and none could be made, or its account sends none.
pub fn no_event(why: &str) -> Problem {
    let detail = format!("No event can be sent: {why}. Make one in the sandbox first.");
    Problem::new(StatusCode::CONFLICT, "no_event", detail)
}

/// The result of one check.
#[derive(Debug)]
pub struct Row {
    pub check: Check,
    /// What was sent, as it may be shown.
    pub sent: Option<Json>,
    pub answered: Option<Json>,
    pub verdict: Verdict,
    pub why: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    Fail,
    Skipped,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
        }
    }
}

/// The answer to the call.
pub fn answer(contract: &Contract, target: &str, rows: &[Row]) -> Response {
    let count = |verdict| rows.iter().filter(|it| it.verdict == verdict).count();
    let row = |it: &Row| {
        json!({
            "name": it.check.word(), "must": it.check.must().word(), "sent": it.sent, "answered": it.answered,
            "verdict": it.verdict.word(), "why": it.why,
        })
    };
    let document = json!({
        "provider": contract.slug, "target": target,
        "passed": count(Verdict::Pass), "failed": count(Verdict::Fail), "skipped": count(Verdict::Skipped),
        "checks": rows.iter().map(row).collect::<Vec<_>>(),
    });
    Response::json(StatusCode::OK, &document)
}
