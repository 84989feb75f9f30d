//! Walks through time that meet each other.

use std::num::NonZeroUsize;
use std::sync::Arc;

use http::Method;
use playmoney::inside::edge::courier::Courier;
use playmoney::inside::edge::driver::{Driver, Outside, Stopwatch};
use playmoney::inside::edge::egress::Egress;
use playmoney::inside::edge::loopback::Loopback;
use playmoney::inside::edge::notices::Notices;
use playmoney::inside::edge::threads::Threads;
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::Request;
use playmoney::inside::sandbox::Sandbox;

/// A sandbox behind its lock, and no socket before it.
pub fn driver(start: Start) -> Arc<Driver> {
    let stopwatch = Stopwatch::start();
    let sandbox = Sandbox::new(start, stopwatch.uptime());
    let courier = Courier::new(Egress::default(), NonZeroUsize::MIN, Arc::new(Notices::new(stopwatch)));
    let outside = Outside { courier: Arc::new(courier), loopback: Arc::new(Loopback::default()), keeping: None };
    let driver = Driver::new(sandbox, stopwatch, outside, Threads::new(NonZeroUsize::MIN).settle());
    driver.run();
    driver
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_that_has_arrived_ends_no_other() {
    let driver = driver(Start::default());
    let walks = || {
        let driver = Arc::clone(&driver);
        tokio::spawn(async move {
            for _ in 0..20_000 {
                let advance = Request::new(Method::POST, "/__admin/clock/advance", r#"{"by": "1s"}"#);
                let answer = driver.put(advance.with("Content-Type", "application/json")).answer().await.expect("an answer");
                let body = String::from_utf8_lossy(&answer.response.body);
                assert!(!body.contains("advance_ended"), "{body}");
            }
        })
    };
    let (one, other) = (walks(), walks());
    one.await.expect("no walk of one caller is ended by the other");
    other.await.expect("no walk of one caller is ended by the other");
}
