//! What playing a scenario has shown: a report of each step, and what happened meanwhile.

use super::documents::Received;
use crate::control::{Line, Renderer};
use crate::engine::log::Violations;
use crate::engine::matching::Mismatch;
use crate::engine::touched::Touched;
use crate::kit::time::Timestamp;

/// The result of one step.
#[derive(Clone, Debug)]
pub struct StepReport {
    pub line: usize,
    pub title: String,
    /// The simulated moment after it.
    pub at: Timestamp,
    /// The result in a few words.
    pub seen: String,
    pub failure: Option<StepFailure>,
}

/// Why a step failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepFailure {
    pub why: String,
    /// Each expectation that was not met.
    pub misses: Vec<Mismatch>,
    /// The answer, when it helps to understand the failure.
    pub answer: Option<String>,
    /// The same in lines, beside what the step expects.
    pub received: Option<Received>,
    /// Nothing was learned, and later steps build on what was to be learned: the play ends without a failure.
    pub(super) is_open: bool,
    /// A probe got no answer at all.
    pub is_unanswered: bool,
    /// The line and the title of the step that failed, when it is inside another.
    pub(super) inside: Option<(usize, String)>,
}

impl StepReport {
    /// Masks secrets from outside.
    pub(super) fn mask(&mut self, render: &Renderer) {
        let mask = |text: &mut String| *text = render.text(text);
        [&mut self.title, &mut self.seen].into_iter().for_each(mask);
        let Some(failure) = &mut self.failure else { return };
        mask(&mut failure.why);
        failure.misses.iter_mut().flat_map(|it| [&mut it.path, &mut it.expected, &mut it.actual]).for_each(mask);
        failure.answer.iter_mut().for_each(mask);
        failure.received.iter_mut().flat_map(|it| [&mut it.what, &mut it.lines, &mut it.expected]).for_each(mask);
    }
}

impl StepFailure {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), ..Self::default() }
    }
}

/// The result of a whole scenario.
#[derive(Clone, Debug)]
pub struct Report {
    pub steps: Vec<StepReport>,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub timeline: Vec<Line>,
    /// Where the calls of the sandbox, and the receivers of its webhooks, broke the contract.
    pub violations: Violations,
    /// What its traffic has reached of the contracts.
    pub touched: Touched,
}

impl Report {
    /// The step that failed. It is the last one, because no step is played after it.
    pub fn failed(&self) -> Option<&StepReport> {
        self.steps.last().filter(|it| it.failure.is_some())
    }
}

/// What happened, with the steps that made it happen before it.
pub(super) fn interleaved(happened: Vec<Line>, mut steps: Vec<Line>) -> Vec<Line> {
    // A step that goes back to a snapshot also takes the log back: what came before it stands before what comes after.
    let mut later = u64::MAX;
    for it in steps.iter_mut().rev() {
        later = later.min(it.sequence);
        it.sequence = later;
    }
    let (mut all, mut happened) = (Vec::new(), happened.into_iter().peekable());
    for it in steps {
        while let Some(line) = happened.next_if(|line| line.sequence < it.sequence) {
            all.push(line);
        }
        all.push(it);
    }
    all.extend(happened);
    all
}
