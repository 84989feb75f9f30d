//! Steps that hold other steps: repetitions, and calls at one instant.

use serde_json::json;

use super::{Runner, StepFailure};
use crate::scenario::keys::{INDEX, TIMES_MAX};
use crate::scenario::yaml::Node;
use crate::scenario::{Step, StepKind};

/// Steps that one scenario plays inside repetitions: repetitions can stand inside others.
const REPEATED_MAX: usize = 100_000;

impl StepFailure {
    /// The failure of a step inside another. The innermost is the one that is shown.
    fn inside(mut self, step: &Step, title: String) -> Self {
        self.inside.get_or_insert((step.line, title));
        self
    }
}

impl Runner<'_> {
    /// Plays steps several times.
    pub(super) fn repeat(&mut self, times: &Node, steps: &[Step]) -> Result<String, StepFailure> {
        let times = self.plain(times)?;
        let count = times.parse::<u32>().ok().filter(|it| (1..=TIMES_MAX).contains(it));
        let count = count.ok_or_else(|| StepFailure::new(format!("steps are repeated 1 to {TIMES_MAX} times, not {times}")))?;
        let outer = self.saved.remove(INDEX);
        for index in 1..=count {
            self.saved.insert(INDEX.to_owned(), json!(index));
            for step in steps {
                self.repeated += 1;
                if REPEATED_MAX < self.repeated {
                    return Err(StepFailure::new(format!("a scenario plays at most {REPEATED_MAX} steps inside repetitions")));
                }
                self.step(step).map_err(|it| it.inside(step, format!("{} ({index} of {count})", step.title)))?;
            }
        }
        self.saved.remove(INDEX);
        self.saved.extend(outer.map(|it| (INDEX.to_owned(), it)));
        Ok(if count == 1 { "once".to_owned() } else { format!("{count} times") })
    }

    /// Makes calls that arrive at one instant, and judges their answers.
    pub(super) fn together(&mut self, fork: Option<&str>, steps: &[Step]) -> Result<String, StepFailure> {
        let mut requests = Vec::new();
        let calls = steps.iter().filter_map(|step| if let StepKind::Call(call) = &step.doing { Some((step, call)) } else { None });
        for (step, call) in calls.clone() {
            requests.push(self.request(fork, call).map_err(|it| it.inside(step, step.title.clone()))?);
        }
        let first = self.next_journal_id(fork);
        let answers = self.stage.ask_together(fork, requests);
        let last = self.next_journal_id(fork);
        self.own.extend((first..last).map(|it| (fork.map(str::to_owned), it)));
        let mut seen = Vec::new();
        for ((step, call), answer) in calls.zip(answers) {
            let judged = self.judge_answer(step, call.expect.as_ref(), answer, true);
            seen.push(judged.map_err(|it| it.inside(step, step.title.clone()))?);
        }
        Ok(seen.join(", "))
    }
}
