//! An audit: its requests leave one after another, through the courier, while the sandbox goes on. It changes nothing in it.

use std::sync::Arc;
use std::time::Duration as RealDuration;

use bytes::Bytes;

use super::driver::{Driver, LONG_CALLS, Stopwatch};
use crate::audit::{Course, Probed, Seen};
use crate::control::audit::{Wanted, under_way};
use crate::control::{Problem, sandboxes};
use crate::engine::delivery::{ANSWER_BYTES_MAX, AttemptId, Outgoing, authorize};
use crate::kit::http::{HeaderMap, Response};
use crate::kit::time::Duration;

/// No request leaves later than this. With the last one, an audit takes less than three minutes.
const TIME_MAX: RealDuration = RealDuration::from_secs(140);
/// A probe answers within this time.
const PROBE_TIME_MAX: Duration = Duration::from_secs(5);
/// An application may work behind its answer, so its probe is asked until two answers are the same, for this time.
const PROBE_SETTLES: RealDuration = RealDuration::from_secs(5);
const PROBE_PAUSE: RealDuration = RealDuration::from_millis(100);

/// Makes an audit, and answers.
///
/// # Errors
/// Another one is under way, or nothing can be sent.
pub async fn run(driver: &Arc<Driver>, stopwatch: Stopwatch, wanted: Wanted) -> Result<Response, Problem> {
    let _turn = driver.begin_audit().ok_or_else(under_way)?;
    let probe = wanted.probe.clone();
    let began = stopwatch.uptime();
    let copy = driver.copy(began);
    let mut course = {
        let _place = LONG_CALLS.acquire().await;
        let planned = tokio::task::spawn_blocking(move || Course::plan(copy, wanted, began)).await;
        planned.unwrap_or_else(|why| Err(sandboxes::unread(&why.to_string())))?
    };
    let mut known = None;
    while let Some(outgoing) = course.next() {
        if driver.is_closed() {
            course.end("The sandbox was deleted meanwhile.");
            continue;
        }
        if TIME_MAX < stopwatch.uptime().elapsed.saturating_sub(began.elapsed) {
            course.end("The audit has taken too long: make the rest with `checks`.");
            continue;
        }
        let probe = probe.as_deref().filter(|_| course.needs_probe());
        let before = ask(driver, stopwatch, probe, known.take()).await;
        let left = stopwatch.uptime().elapsed;
        let outcome = driver.courier().post(&outgoing, &|_| {}).await;
        let queued = outcome.remarks.as_ref().and_then(|it| it.waited_ms).map_or(RealDuration::ZERO, RealDuration::from_millis);
        let took = stopwatch.uptime().elapsed.saturating_sub(left).saturating_sub(queued);
        let took = Duration::try_from(took).unwrap_or(Duration::MAX);
        // A probe that has failed before the request is not asked again.
        let after = if let Some(Err(_)) = &before { before.clone() } else { ask(driver, stopwatch, probe, None).await };
        known.clone_from(&after);
        course.take(&Seen { outcome, took, probed: before.zip(after) });
    }
    Ok(course.answer())
}

/// What the application shows, once that has settled: it is what was known, or two answers are the same. A probe that was found to say
/// nothing is not asked again. `None`: it has no probe.
async fn ask(driver: &Driver, stopwatch: Stopwatch, probe: Option<&str>, known: Option<Probed>) -> Option<Probed> {
    let url = probe?;
    let mut last = match known {
        Some(Err(why)) => return Some(Err(why)),
        Some(Ok(answer)) => Some(answer),
        None => None,
    };
    let began = stopwatch.uptime().elapsed;
    while stopwatch.uptime().elapsed.saturating_sub(began) < PROBE_SETTLES {
        let answer = match ask_once(driver, url).await {
            Ok(answer) => answer,
            Err(why) => return Some(Err(why)),
        };
        if last.as_ref() == Some(&answer) {
            return Some(Ok(answer));
        }
        last = Some(answer);
        tokio::time::sleep(PROBE_PAUSE).await;
    }
    Some(Err("its answer changes by itself; it has to show the effect of the event alone".to_owned()))
}

async fn ask_once(driver: &Driver, url: &str) -> Probed {
    let mut headers = HeaderMap::new();
    authorize(&mut headers, url);
    let outgoing = Outgoing {
        id: AttemptId { delivery: 0, number: 1, copy: 0 },
        generation: 0,
        url: url.to_owned(),
        headers,
        body: Bytes::new(),
        time_limit: PROBE_TIME_MAX,
        documented_headers: &[],
        dated: None,
    };
    let outcome = driver.courier().get(&outgoing).await;
    let detail = outcome.remarks.as_ref().and_then(|it| it.detail.clone()).map_or(String::new(), |it| format!(" ({it})"));
    match (outcome.error(), &outcome.result) {
        (None, Ok(answer)) if ANSWER_BYTES_MAX <= answer.body.0.len() => {
            Err(format!("its answer has {} KiB or more, and only shorter answers are compared", ANSWER_BYTES_MAX / 1024))
        }
        (None, Ok(answer)) if (200..300).contains(&answer.status) => Ok(answer.body.0.clone()),
        (None, Ok(answer)) => Err(format!("it answered {}", answer.status)),
        (Some(error), _) => Err(format!("it gave no answer: {error}{detail}")),
        (None, Err(failure)) => Err(format!("it gave no answer: {}", failure.word())),
    }
}
