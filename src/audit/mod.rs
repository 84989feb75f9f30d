//! An audit of a receiver: what is sent, in which order, and what its answers mean. Nothing here waits or opens a socket: a driver posts
//! what [`Course::next`] gives, and brings back what came of it with [`Course::take`].

use crate::control::audit::{Row, Verdict, Wanted, answer, no_event, no_target};
use crate::control::{Problem, Renderer};
use crate::engine::delivery::{AttemptId, Outgoing, Signed};
use crate::engine::tables::Contract;
use crate::engine::tables::audit::{Check, Must};
use crate::kit::http::Response;
use crate::kit::time::{Duration, Uptime};
use crate::sandbox::Sandbox;

mod event;
mod judging;
mod variations;

use event::Origin;
pub use judging::{Probed, Seen};
use variations::Variations;

/// Behind the provider's own limit, a receiver is waited for this long, so that its time can be told.
const PATIENCE: Duration = Duration::from_secs(5);

/// One request of an audit.
struct Trial {
    check: Check,
    /// The request, or why this check cannot be made.
    request: Result<Box<Signed>, String>,
}

/// An audit under way.
pub struct Course {
    contract: &'static Contract,
    target: String,
    probe: String,
    event: String,
    origin: Origin,
    checks: Vec<Check>,
    render: Renderer,
    /// Those that are left, the next one last.
    left: Vec<Trial>,
    rows: Vec<Row>,
    /// Why the rest is not tried.
    ended: Option<String>,
    under_way: Option<(Check, Box<Signed>)>,
}

impl Course {
    /// Plans an audit on a copy of the sandbox, which is changed.
    ///
    /// # Errors
    /// Nothing can be sent, or no address is known.
    pub fn plan(sandbox: Sandbox, wanted: Wanted, uptime: Uptime) -> Result<Self, Problem> {
        let Some(provider_id) = sandbox.world().provider_id(wanted.provider) else {
            return Err(no_event("the sandbox lacks this provider"));
        };
        let contract = sandbox.world().provider(provider_id).contract();
        let target = wanted.webhook_url.clone().or_else(|| event::target(sandbox.world(), provider_id)).ok_or_else(no_target)?;
        let (mut sandbox, events) = event::find(sandbox, provider_id, contract, uptime).map_err(|why| no_event(&why))?;
        let (event, origin) = (events.last.event.clone(), events.origin);
        let mut variations =
            Variations::new(sandbox.world_mut(), events, &target, wanted.secret.as_deref(), uptime).map_err(|why| no_event(&why))?;
        let wants = |it: &Check| *it == Check::GoodEvent || wanted.checks.contains(it);
        let trials = Check::ALL.into_iter().filter(wants);
        let mut left: Vec<Trial> = trials.map(|check| Trial { check, request: variations.request(check).map(Box::new) }).collect();
        left.reverse();
        let render = Renderer::of(sandbox.world());
        let (checks, probe) = (wanted.checks, wanted.probe.unwrap_or_default());
        Ok(Self { contract, target, probe, event, origin, checks, render, left, rows: Vec::new(), ended: None, under_way: None })
    }

    /// The next request that has to be posted. What came of it is told with [`Self::take`].
    pub fn next(&mut self) -> Option<Outgoing> {
        while let Some(Trial { check, request }) = self.left.pop() {
            match (request, &self.ended) {
                (Ok(signed), None) => {
                    let outgoing = self.outgoing(&signed);
                    self.under_way = Some((check, signed));
                    return Some(outgoing);
                }
                (Err(why), _) => self.skip(check, why),
                (Ok(_), Some(why)) => {
                    let why = why.clone();
                    self.skip(check, why);
                }
            }
        }
        None
    }

    fn outgoing(&self, signed: &Signed) -> Outgoing {
        let Signed { url, headers, body, dated, .. } = signed.clone();
        Outgoing {
            id: AttemptId { delivery: 0, number: u32::try_from(self.rows.len()).unwrap_or(u32::MAX).saturating_add(1), copy: 0 },
            generation: 0,
            url,
            headers,
            body,
            time_limit: self.contract.schedule.time_limit.saturating_add(PATIENCE),
            documented_headers: self.contract.webhook_headers(&self.event),
            dated,
        }
    }

    /// Whether the request under way is compared by the probe, before it and after it.
    pub fn needs_probe(&self) -> bool {
        self.under_way.as_ref().is_some_and(|it| it.0.must() != Must::Accept)
    }

    /// The rest is not tried, for that reason.
    pub fn end(&mut self, why: &str) {
        self.ended.get_or_insert_with(|| why.to_owned());
        if let Some((check, _)) = self.under_way.take() {
            self.skip(check, why.to_owned());
        }
    }

    fn skip(&mut self, check: Check, why: String) {
        self.rows.push(Row { check, sent: None, answered: None, verdict: Verdict::Skipped, why });
    }

    /// What came of the request that [`Self::next`] has given.
    pub fn take(&mut self, seen: &Seen) {
        let Some((check, signed)) = self.under_way.take() else { return };
        let (verdict, why) = self.judge(check, seen);
        self.add(check, &signed, seen, (verdict, &why));
        if check != Check::GoodEvent {
            return;
        }
        if verdict == Verdict::Fail {
            self.ended = Some(match seen.outcome.error() {
                Some(error @ ("timeout" | "reset" | "bad_response")) => format!("The receiver has not answered ({error})."),
                Some(error) => format!("The receiver was not reached ({error})."),
                None => "The receiver does not accept the event as the provider sends it, so this says nothing.".to_owned(),
            });
        } else if let Some(why) = self.too_late(seen) {
            self.left.retain(|it| it.check != Check::LateAnswer);
            self.add(Check::LateAnswer, &signed, seen, (Verdict::Fail, &why));
            self.ended =
                Some("The receiver takes longer than the provider waits (see late_answer), so the rest is left for later.".to_owned());
        }
    }

    fn add(&mut self, check: Check, signed: &Signed, seen: &Seen, (verdict, why): (Verdict, &str)) {
        let sent = Some(self.render.audited(signed, self.contract.webhook_headers(&self.event)));
        let why = self.render.about_url(&self.probe, &self.render.about_url(&self.target, why));
        self.rows.push(Row { check, sent, answered: Some(seen.shown()), verdict, why });
    }

    /// The result, in the order of the checks. The good event stands in it when it was asked for, or has failed.
    pub fn answer(mut self) -> Response {
        let place = |check: Check| Check::ALL.iter().position(|it| *it == check);
        self.rows.retain(|it| self.checks.contains(&it.check) || it.verdict == Verdict::Fail);
        self.rows.sort_by_key(|it| place(it.check));
        answer(self.contract, &self.render.url(&self.target), &self.rows)
    }
}
