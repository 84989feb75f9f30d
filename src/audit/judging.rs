//! What the answer of a receiver means.

use bytes::Bytes;
use serde_json::{Value as Json, json};

use super::{Course, Origin};
use crate::control::audit::Verdict;
use crate::engine::delivery::{Failure, Outcome};
use crate::engine::tables::audit::{Check, Must, Scheme};
use crate::kit::time::Duration;

/// Characters of a probe's answer that a sentence shows.
const SHOWN_CHARS_MAX: usize = 200;

/// What is said when the event of an audit is refused.
#[rustfmt::skip]
const MADE: &str = " The event is about an object that was made for this audit: a receiver that refuses objects that it does not know has to be tried in a sandbox in which it has made one.";

/// What a probe has answered, or why it says nothing.
pub type Probed = Result<Bytes, String>;

/// What came of one request.
pub struct Seen {
    pub outcome: Outcome,
    /// Real time.
    pub took: Duration,
    /// What the probe answered before and after it, if it was asked.
    pub probed: Option<(Probed, Probed)>,
}

impl Seen {
    /// As an answer shows it.
    pub fn shown(&self) -> Json {
        json!({"status": self.outcome.answered(), "error": self.outcome.error(), "duration_ms": self.took.as_millis()})
    }

    /// The answer in a few words.
    fn in_words(&self) -> String {
        let milliseconds = self.took.as_millis();
        match (self.outcome.answered(), self.outcome.error()) {
            (Some(status), None) => format!("answered {status} in {milliseconds} ms"),
            (_, error) => {
                let remarks = self.outcome.remarks.as_ref();
                let detail = remarks.and_then(|it| it.detail.as_deref()).map_or(String::new(), |it| format!(": {it}"));
                format!("gave no answer ({}{detail})", error.unwrap_or("bad_response"))
            }
        }
    }
}

/// What the probe shows of a request.
enum Effect {
    Unknown,
    None,
    Changed(String),
    Broken(String),
}

impl Course {
    /// Whether the receiver has done what it must, and why that is so.
    pub(super) fn judge(&self, check: Check, seen: &Seen) -> (Verdict, String) {
        let words = seen.in_words();
        match check.must() {
            Must::Refuse => self.judge_refusal(check, seen, &words),
            Must::NotChange if seen.outcome.accepted() => match effect(seen) {
                Effect::Unknown => (Verdict::Pass, format!("The receiver {words}. Without a probe, only that is judged.")),
                Effect::None => (Verdict::Pass, format!("The receiver {words}, and the probe's answer stayed the same.")),
                Effect::Changed(how) => {
                    self.fail(check, &format!("The receiver {words}, but {} has changed something: {how}.", sent(check)))
                }
                Effect::Broken(why) => (Verdict::Fail, format!("The receiver {words}, but the probe says nothing: {why}.")),
            },
            Must::Accept if seen.outcome.accepted() => match (check, self.too_late(seen)) {
                (Check::LateAnswer, Some(why)) => (Verdict::Fail, why),
                _ => (Verdict::Pass, format!("The receiver {words}.")),
            },
            Must::Accept | Must::NotChange => {
                let what = self.not_accepted(check, seen, &words);
                match (check, seen.outcome.failure()) {
                    (Check::GoodEvent, Some(Failure::Timeout)) => self.fail(Check::LateAnswer, &what),
                    (Check::GoodEvent, Some(_)) => (Verdict::Fail, what),
                    _ => self.fail(check, &what),
                }
            }
        }
    }

    fn judge_refusal(&self, check: Check, seen: &Seen, words: &str) -> (Verdict, String) {
        if seen.outcome.accepted() {
            return self.fail(check, &format!("The receiver {words} to {}.", sent(check)));
        }
        let Some(status) = seen.outcome.answered().filter(|_| seen.outcome.failure().is_none()) else {
            let refusal = self.contract.audit.refusal;
            return self.fail(check, &format!("The receiver {words} to {}; a refusal is an answer, such as {refusal}.", sent(check)));
        };
        if let Effect::Changed(how) = effect(seen) {
            return self.fail(check, &format!("The receiver {words} to {}, but it has changed something: {how}.", sent(check)));
        }
        let refusal = self.contract.audit.refusal;
        let remark = match status {
            _ if status == refusal => String::new(),
            500.. => format!(" That reads as a failure of the receiver: {refusal} says what is meant."),
            300..400 => format!(" The provider does not follow redirects: {refusal} says what is meant."),
            _ => String::new(),
        };
        (Verdict::Pass, format!("The receiver {words}.{remark}"))
    }

    /// Why something that is right was not accepted.
    fn not_accepted(&self, check: Check, seen: &Seen, words: &str) -> String {
        let hint = seen.outcome.remarks.as_ref().and_then(|it| it.hint.as_deref()).map_or(String::new(), |it| format!(" Hint: {it}."));
        let redirect = match seen.outcome.answered() {
            Some(300..400) => " The provider does not follow redirects.",
            _ => "",
        };
        let is_made = check == Check::GoodEvent && self.origin == Origin::Made && seen.outcome.failure().is_none();
        let made = if is_made { MADE } else { "" };
        format!("The receiver {words} to {}.{redirect}{hint}{made}", sent(check))
    }

    /// The sentence, and what has to be changed in the receiver.
    fn fail(&self, check: Check, what: &str) -> (Verdict, String) {
        let change = match self.contract.audit.row(check).scheme {
            Scheme::Has(change) => change,
            Scheme::Lacks(_) => "",
        };
        (Verdict::Fail, format!("{what} {change}"))
    }

    /// That an answer came later than the provider waits.
    pub(super) fn too_late(&self, seen: &Seen) -> Option<String> {
        let limit = self.contract.schedule.time_limit;
        let is_late = seen.outcome.accepted() && limit < seen.took;
        let what = || format!("The receiver {}; the provider waits for {limit:#}.", seen.in_words());
        is_late.then(|| self.fail(Check::LateAnswer, &what()).1)
    }
}

/// What the probe shows.
fn effect(seen: &Seen) -> Effect {
    match &seen.probed {
        None => Effect::Unknown,
        Some((Err(why), _) | (_, Err(why))) => Effect::Broken(why.clone()),
        Some((Ok(before), Ok(after))) if before == after => Effect::None,
        Some((Ok(before), Ok(after))) => Effect::Changed(format!("the probe's answer was {} and is {}", shown(before), shown(after))),
    }
}

fn shown(answer: &Bytes) -> String {
    let text = String::from_utf8_lossy(answer);
    let short: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    let more = if short.len() < text.len() { "..." } else { "" };
    format!("`{short}{more}`")
}

/// What was sent, in words.
const fn sent(check: Check) -> &'static str {
    match check {
        Check::GoodEvent => "the event as the provider sends it",
        Check::TamperedBody => "a body that was changed after it was signed",
        Check::WrongSecret => "an event that was signed with another secret",
        Check::AlteredSignature => "a signature with another last character",
        Check::MissingSignature => "an event without its signature",
        Check::SignatureOfAnotherEvent => "the signature of another event",
        Check::StaleTimestamp => "an event that was signed with an old date",
        Check::ReplayedNonce => "the same request again, with a nonce that was used",
        Check::WrongAlgorithm => "a signature under another algorithm",
        Check::OtherAccount => "an event that another account's secret has signed",
        Check::Duplicate => "the event again",
        Check::OutOfOrder => "an older status after a newer one",
        Check::ExtraField => "an event with members that it did not have before",
        Check::UnknownEvent => "an event of a name that it does not know",
        Check::ReorderedMembers => "an event with its members in another order",
        Check::LateAnswer => "a further event",
    }
}
