//! `/__admin/clock/stream`: the clock of one sandbox, as server-sent events. Only its latest state counts, so what a reader has not read
//! is not kept for it: it gets the state at the moment at which it reads on.

use std::pin::pin;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use tokio::sync::OwnedSemaphorePermit;

use super::driver::Driver;
use super::registry::Registry;
use super::streams::{STREAMS_MAX, Source};
use crate::control::events::too_many;
use crate::control::{Problem, Reading};

/// What a stream of the clock reads.
pub struct Clock {
    driver: Arc<Driver>,
    told: Option<Reading>,
    /// The sandbox was deleted, and the stream has said so.
    is_over: bool,
    _place: OwnedSemaphorePermit,
}

impl Clock {
    /// Begins with the present state. That a stream is opened is a use of the sandbox; that it stays open is not.
    ///
    /// # Errors
    /// Too many streams are open.
    pub fn open(registry: &Registry, driver: &Arc<Driver>) -> Result<Self, Problem> {
        let place = registry.feed().place().ok_or_else(|| too_many(STREAMS_MAX))?;
        driver.touch();
        Ok(Self { driver: Arc::clone(driver), told: None, is_over: false, _place: place })
    }
}

/// An event as its reader gets it.
fn event(kind: &str, data: &Json) -> String {
    format!("event: {kind}\ndata: {data}\n\n")
}

impl Source for Clock {
    async fn next(&mut self) -> Option<String> {
        let Self { driver, told, is_over, _place: _ } = self;
        while !*is_over {
            let mut changed = pin!(driver.changed());
            changed.as_mut().enable();
            let is_closed = driver.is_closed();
            let reading = driver.reading();
            if told.as_ref().is_none_or(|it| reading.is_news_after(it)) {
                let text = event("clock", &reading.render());
                *told = Some(reading);
                return Some(text);
            }
            if is_closed {
                *is_over = true;
                return Some(event("deleted", &json!({})));
            }
            changed.await;
        }
        None
    }

    fn place(&self) -> String {
        String::new()
    }

    fn farewell(&self) -> String {
        event("stopped", &json!({}))
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use tokio::sync::Semaphore;

    use super::*;
    use crate::edge::courier::Courier;
    use crate::edge::driver::{Outside, Stopwatch};
    use crate::edge::egress::Egress;
    use crate::edge::loopback::Loopback;
    use crate::edge::notices::Notices;
    use crate::edge::threads::Threads;
    use crate::engine::start::Start;
    use crate::kit::http::Method;
    use crate::sandbox::Sandbox;
    use crate::stage::control;

    fn driver() -> Arc<Driver> {
        let stopwatch = Stopwatch::start();
        let courier = Courier::new(Egress::default(), NonZeroUsize::MIN, Arc::new(Notices::new(stopwatch)));
        let outside = Outside { courier: Arc::new(courier), loopback: Arc::new(Loopback::default()), keeping: None };
        let sandbox = Sandbox::new(Start::default(), stopwatch.uptime());
        Driver::new(sandbox, stopwatch, outside, Threads::new(NonZeroUsize::MIN).settle())
    }

    #[tokio::test]
    async fn i21_a_slow_reader_gets_the_latest_state_alone() {
        let (driver, places) = (driver(), Arc::new(Semaphore::new(1)));
        let place = places.try_acquire_owned().expect("a place");
        let mut clock = Clock { driver: Arc::clone(&driver), told: None, is_over: false, _place: place };
        for (steps, expected) in [(0, "00:00:00"), (3, "00:00:03"), (2, "00:00:05")] {
            for _ in 0..steps {
                let advance = driver.put(control(Method::POST, "clock/advance", r#"{"by": "1s"}"#));
                assert!(advance.answer().await.is_some_and(|it| it.response.status.is_success()));
            }
            let text = clock.next().await.expect("an event");
            assert!(text.starts_with("event: clock\ndata: {") && text.ends_with("}\n\n"), "{text}");
            assert!(text.contains(&format!("\"now\":\"2026-01-01T{expected}Z\"")), "{text}");
        }
        driver.close();
        assert_eq!(clock.next().await.as_deref(), Some("event: deleted\ndata: {}\n\n"), "and each once");
        assert_eq!(clock.next().await, None);
    }
}
