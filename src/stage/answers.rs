//! Judges the answer to a step by what the step expects.

use serde_json::{Value as Json, json};

use super::{Received, Runner, StepFailure};
use crate::engine::matching::Mismatch;
use crate::kit::http::{Response, StatusCode, headers_in_full};
use crate::scenario::{Expect, Step};

impl Runner<'_> {
    /// Judges an answer, and saves it when the step says so. Without an expectation, a control call has to succeed, and a
    /// provider may answer anything.
    pub fn judge_answer(
        &mut self,
        step: &Step,
        expect: Option<&Expect>,
        answer: Result<Response, &'static str>,
        is_call: bool,
    ) -> Result<String, StepFailure> {
        let wanted = expect.and_then(|it| it.error.as_ref()).map(|it| self.plain(it)).transpose()?;
        let response = match (answer, wanted) {
            (Err(error), Some(wanted)) if error == wanted => return Ok(error.to_owned()),
            (Err(error), wanted) => {
                let why = format!("the call got no answer: {error}");
                let expected = wanted.unwrap_or_else(|| "an answer".to_owned());
                return Err(StepFailure { misses: vec![miss("error", expected, error)], ..StepFailure::new(why) });
            }
            (Ok(response), Some(wanted)) => {
                let why = "there was an answer";
                return Err(StepFailure {
                    misses: vec![miss("error", wanted, &format!("status {}", response.status.as_u16()))],
                    ..StepFailure::new(why)
                });
            }
            (Ok(response), None) => response,
        };
        if expect.is_none_or(|it| it.status.is_none()) && !is_call {
            good(Ok(response.clone()))?;
        }
        let body = serde_json::from_slice(&response.body).unwrap_or_else(|_| Json::from(String::from_utf8_lossy(&response.body)));
        let status = response.status.as_u16();
        if let Some(expect) = expect {
            let (mut misses, mut of_body) = (Vec::new(), None);
            let seen = [
                ("status", &expect.status, json!(status)),
                ("headers", &expect.headers, headers_in_full(&response.headers)),
                ("body", &expect.body, body.clone()),
            ];
            for (name, node, value) in seen {
                let Some(node) = node else { continue };
                let matcher = self.matcher(node)?;
                misses.extend(matcher.misses(Some(&value)).into_iter().map(|it| within(name, it)));
                of_body = Some(matcher).filter(|_| name == "body").or(of_body);
            }
            judge(misses, || {
                let received = Received::of(response.status.to_string(), &response.body, of_body.as_ref());
                (format!("{status} {}", String::from_utf8_lossy(&response.body)), received)
            })?;
        }
        if let Some(name) = &step.save {
            self.save(name, body)?;
        }
        Ok(if is_call { format!("{status} {}", StatusCode::canonical_reason(&response.status).unwrap_or("")) } else { brief(&response) })
    }
}

/// An answer of the control API, unless it is a refusal.
pub fn good(answer: Result<Response, &'static str>) -> Result<Response, StepFailure> {
    let response = answer.map_err(|it| StepFailure::new(format!("the call got no answer: {it}")))?;
    if response.status.is_success() {
        return Ok(response);
    }
    let document: Json = serde_json::from_slice(&response.body).unwrap_or_default();
    let why = document["detail"].as_str().map_or_else(|| String::from_utf8_lossy(&response.body).into_owned(), str::to_owned);
    Err(StepFailure::new(why))
}

/// Fails when expectations were not met; the failure contains what was received, in one text and in lines.
pub fn judge(misses: Vec<Mismatch>, answer: impl FnOnce() -> (String, Received)) -> Result<(), StepFailure> {
    if misses.is_empty() {
        return Ok(());
    }
    let why =
        if misses.len() == 1 { "an expectation was not met".to_owned() } else { format!("{} expectations were not met", misses.len()) };
    let (answer, received) = answer();
    Err(StepFailure { misses, answer: Some(answer), received: Some(received), ..StepFailure::new(why) })
}

/// One expectation that was not met.
pub fn miss(path: &str, expected: impl Into<String>, actual: &str) -> Mismatch {
    Mismatch { path: path.to_owned(), expected: expected.into(), actual: actual.to_owned() }
}

/// The same mismatch, with its path below that name.
pub fn within(name: &str, it: Mismatch) -> Mismatch {
    let path = if it.path.is_empty() { name.to_owned() } else { format!("{name}.{}", it.path) };
    Mismatch { path, ..it }
}

/// A control answer in a few words.
fn brief(response: &Response) -> String {
    let document: Json = serde_json::from_slice(&response.body).unwrap_or_default();
    let text = |name: &str| document[name].as_str();
    match (text("subject"), text("status"), text("now")) {
        (Some(subject), Some(status), _) => format!("{subject} is {status}"),
        (_, _, Some(now)) => {
            let fired = document["fired_total"].as_u64().unwrap_or(0);
            let deliveries = document["deliveries_total"].as_u64().unwrap_or(0);
            let counted = |n: u64, one: &str, more: &str| format!("{n} {}", if n == 1 { one } else { more });
            let (fired, left) = (counted(fired, "thing has", "things have"), counted(deliveries, "webhook has", "webhooks have"));
            format!("it is {now}: {fired} happened, {left} left")
        }
        _ => "done".to_owned(),
    }
}
