//! An audit: its requests leave one after another, through the courier, while the sandbox goes on. It changes nothing in it.

use std::sync::Arc;
use std::time::Duration as RealDuration;

use super::driver::{Driver, LONG_CALLS, Stopwatch};
use super::probing;
use crate::audit::{Course, Probed, Seen};
use crate::control::audit::{Wanted, under_way};
use crate::control::{Problem, sandboxes};
use crate::kit::http::Response;
use crate::kit::time::Duration;

/// No request leaves later than this. With the last one, an audit takes less than three minutes.
const TIME_MAX: RealDuration = RealDuration::from_secs(140);
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
    let answer = probing::ask(driver, url).await?;
    if answer.status.is_success() { Ok(answer.body) } else { Err(format!("it answered {}", answer.status.as_u16())) }
}
