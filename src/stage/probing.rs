//! Steps that ask the application under test what it has made of its webhooks.

use std::time::Duration as RealDuration;

use serde_json::Value as Json;

use super::{INBOXES, Runner, Stage, StepFailure, StepReport, Watch, now};
use crate::engine::world::World;
use crate::kit::http::{Method, Response, StatusCode};
use crate::kit::ids::{LOWER, unique_code};
use crate::kit::time::Duration;
use crate::scenario::keys::{JOB, RUN, WEBHOOK_URL};
use crate::scenario::reference::Saved;
use crate::scenario::yaml::Node;
use crate::scenario::{Expect, Step, StepKind};

/// Characters of the text that belongs to one run alone.
pub const RUN_CHARS: u32 = 6;
/// How long a probe is asked again unless it says otherwise, in real time. An application may work after its answers.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long after the last step the last probes are asked once more, in real time.
pub const LOOKS_AGAIN_AFTER: RealDuration = RealDuration::from_millis(100);

/// What steps find without a step that saves it: a text that belongs to this run alone, for order numbers, the number of its job, and
/// where webhooks go.
pub(super) fn own_values(stage: &mut dyn Stage, watch: &dyn Watch) -> Saved {
    let (mut run, mut urls) = (String::new(), Json::Null);
    stage.look(None, &mut |world| {
        run = unique_code(world.core.seed, "run", world.core.run.into(), LOWER, RUN_CHARS);
        urls = webhook_urls(world);
    });
    Saved::from([(RUN.to_owned(), Json::from(run)), (JOB.to_owned(), Json::from(watch.job())), (WEBHOOK_URL.to_owned(), urls)])
}

/// The starting address for webhooks of each provider: that of the application, or of the built-in receiver that is named after the
/// provider.
pub fn webhook_urls(world: &World) -> Json {
    let url = world.start.webhook_url.as_deref().unwrap_or(INBOXES);
    let own = |slug: &str| (slug.to_owned(), Json::from(url.replace("{provider}", slug)));
    Json::Object(world.providers.iter().map(|it| own(it.contract().slug)).collect())
}

impl Runner<'_> {
    /// Asks until the answer fits, or the time is up. Then the answers have to fit for a while, if the step says so.
    pub(super) fn probe(
        &mut self,
        step: &Step,
        url: &Node,
        expect: &Expect,
        [timeout, stays]: [Option<Duration>; 2],
    ) -> Result<String, StepFailure> {
        let url = self.plain(url)?;
        // Webhooks that leave after the reply to a call have their outcome before the application is asked.
        _ = self.control(step.fork.as_deref(), Method::POST, "clock/advance", r#"{"by":"0s"}"#);
        self.watch.probes(&url);
        let began = self.stage.uptime().elapsed;
        let patience = timeout.unwrap_or(PATIENCE).unsigned_abs();
        let mut seen = loop {
            match self.asked(step, &url, expect) {
                Ok(seen) => break seen,
                Err(failure) if patience <= self.since(began) || !self.stage.pause() => return Err(failure),
                Err(_) => {}
            }
        };
        let fitted_at = self.stage.uptime().elapsed;
        let stays = stays.unwrap_or(Duration::ZERO).unsigned_abs();
        while self.since(fitted_at) < stays && self.stage.pause() {
            seen = self.asked(step, &url, expect).map_err(|failure| changed(failure, self.since(fitted_at)))?;
        }
        self.fitted.insert(step.source.at.start);
        Ok(seen)
    }

    /// Asks the probes at the end once more, some time after all steps were played: an application may still have worked. The first
    /// whose answer does not fit fails, and the steps behind it count as not played.
    pub(super) fn look_again(&mut self, all: &[Step], played: &mut Vec<StepReport>) {
        let is_good = all.len() == played.len() && played.iter().all(|it| it.failure.is_none());
        let looks = |it: &Step| it.only_looks() || matches!(it.doing, StepKind::Probe { .. });
        let first = all.iter().rposition(|it| !looks(it)).map_or(0, |it| it + 1);
        let is_probe = |(_, it): &(usize, &Step)| it.fork.is_none() && self.fitted.contains(&it.source.at.start);
        let probes: Vec<(usize, &Step)> = all.iter().enumerate().skip(first).filter(is_probe).collect();
        if !is_good || probes.is_empty() || !self.watch.looks_again() {
            return;
        }
        let began = self.stage.uptime().elapsed;
        while self.since(began) < LOOKS_AGAIN_AFTER {
            if !self.stage.pause() {
                return; // no application works beside this program
            }
        }
        for (nth, step) in probes {
            let StepKind::Probe { url, expect, .. } = &step.doing else { continue };
            let Err(failure) = self.plain(url).and_then(|url| self.asked(step, &url, expect)) else { continue };
            let failure = changed(failure, self.since(began));
            let mut open = None;
            let Self { stage, watch, .. } = self;
            stage.look(None, &mut |world| open = watch.leaves_open(step, &failure, world));
            if open.is_none() {
                played.truncate(nth + 1);
                let at = now(self.stage, None);
                let last = StepReport { line: step.line, title: step.title.clone(), at, seen: failure.why.clone(), failure: Some(failure) };
                played[nth] = last;
                return;
            }
        }
    }

    /// The real time since a moment.
    fn since(&self, began: RealDuration) -> RealDuration {
        self.stage.uptime().elapsed.saturating_sub(began)
    }

    /// Asks once.
    fn asked(&mut self, step: &Step, url: &str, expect: &Expect) -> Result<String, StepFailure> {
        match self.stage.probe(url) {
            Ok(answer) => self.judge_probe(step, expect, answer),
            Err(why) => Err(StepFailure { is_unanswered: true, ..StepFailure::new(format!("the probe failed: {why}")) }),
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

/// The failure of a probe whose answer has fitted before.
fn changed(failure: StepFailure, after: RealDuration) -> StepFailure {
    StepFailure { why: format!("the answer fitted, and {} ms later it did not: {}", after.as_millis(), failure.why), ..failure }
}

fn words(status: StatusCode) -> String {
    format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or("")).trim_end().to_owned()
}
