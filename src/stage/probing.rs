//! Steps that ask the application under test what it has made of its webhooks.

use super::{Runner, StepFailure};
use crate::kit::http::{Method, Response, StatusCode};
use crate::kit::ids::{LOWER, unique_code};
use crate::kit::time::Duration;
use crate::scenario::yaml::Node;
use crate::scenario::{Expect, Step};

/// How long a probe is asked again unless it says otherwise, in real time. An application may work after its answers.
const PATIENCE: Duration = Duration::from_secs(2);

/// A text that belongs to one run alone: for order numbers.
pub(super) fn run_text(seed: u64, run: u32) -> String {
    const CHARS: u32 = 6;
    unique_code(seed, "run", run.into(), LOWER, CHARS)
}

impl Runner<'_> {
    /// Asks until the answer fits, or the time is up.
    pub(super) fn probe(&mut self, step: &Step, url: &Node, expect: &Expect, timeout: Option<Duration>) -> Result<String, StepFailure> {
        let url = self.plain(url)?;
        // Webhooks that leave after the reply to a call have their outcome before the application is asked.
        _ = self.control(step.fork.as_deref(), Method::POST, "clock/advance", r#"{"by":"0s"}"#);
        self.watch.probes(&url);
        let began = self.stage.uptime().elapsed;
        let patience = timeout.unwrap_or(PATIENCE).unsigned_abs();
        loop {
            let failure = match self.stage.probe(&url) {
                Ok(answer) => match self.judge_probe(step, expect, answer) {
                    Ok(seen) => return Ok(seen),
                    Err(failure) => failure,
                },
                Err(why) => StepFailure { is_unanswered: true, ..StepFailure::new(format!("the probe failed: {why}")) },
            };
            if patience <= self.stage.uptime().elapsed.saturating_sub(began) || !self.stage.pause() {
                return Err(failure);
            }
        }
    }

    fn judge_probe(&mut self, step: &Step, expect: &Expect, answer: Response) -> Result<String, StepFailure> {
        let status = answer.status;
        if expect.status.is_none() && !status.is_success() {
            let why = format!("the application answered {}", words(status));
            return Err(StepFailure { answer: Some(String::from_utf8_lossy(&answer.body).into_owned()), ..StepFailure::new(why) });
        }
        self.judge_answer(step, Some(expect), Ok(answer), true)
    }
}

fn words(status: StatusCode) -> String {
    format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or("")).trim_end().to_owned()
}
