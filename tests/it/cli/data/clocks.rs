//! What clocks show after a server was down.

use std::fmt::Write as _;
use std::time::Duration;

use playmoney::inside::edge::driver::Stopwatch;
use serde_json::{Value as Json, json};

use super::{Folder, Serving, address, control, terminate};
use crate::net::{Receiver, eventually, payout, request, send};

/// Names of sandboxes, and how fast their clocks run.
const CLOCKS: [(&str, f64); 3] = [("stands", 0.0), ("real", 1.0), ("fast", 600.0)];

async fn now(serving: &Serving, name: &str) -> jiff::Timestamp {
    let clock = send(address(serving), request("GET", &format!("/s/{name}/__admin/clock"), &Json::Null)).await.json();
    clock["now"].as_str().expect("text").parse().expect("a moment")
}

#[tokio::test]
async fn a_clock_that_runs_has_gone_on_while_the_server_was_down() {
    let folder = Folder::new("clocks");
    let mut serving = folder.serve(&[]);
    for (name, rate) in CLOCKS {
        let clock = match name {
            "fast" => json!({"mode": "scaled", "rate": rate, "now": "2026-01-01T00:00:00Z"}),
            "real" => json!({"mode": "real", "now": "2026-01-01T00:00:00Z"}),
            _ => json!({"mode": "frozen", "now": "2026-01-01T00:00:00Z"}),
        };
        let made = control(&serving, "POST", "sandboxes", &json!({"name": name, "seed": 1, "clock": clock})).await;
        assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
    }
    for ends_well in [true, false] {
        let mut before = Vec::new();
        for (name, _) in CLOCKS {
            let asked = Stopwatch::start();
            let now = now(&serving, name).await;
            before.push((asked, Stopwatch::start(), now));
        }
        if ends_well {
            assert_eq!(terminate(serving), Some(0));
        } else {
            drop(serving); // SIGKILL
        }
        std::thread::sleep(Duration::from_secs(2));
        serving = folder.serve(&[]);
        let mut told = String::new();
        for ((name, rate), (asked, answered, was)) in CLOCKS.into_iter().zip(before) {
            let least = answered.elapsed().as_secs_f64() * rate;
            let moved = now(&serving, name).await.duration_since(was).as_secs_f64();
            let most = asked.elapsed().as_secs_f64() * rate;
            // The real date and the monotonic clock differ by a little.
            let little = 0.01 * rate;
            if moved < least - little || most + little < moved {
                _ = writeln!(told, "{name}, {ends_well}: {moved} s, and not {least} to {most}");
            }
        }
        assert!(told.is_empty(), "{told}");
    }
}

#[tokio::test]
async fn what_was_due_while_the_server_was_down_happens_at_once_and_at_its_own_time() {
    let (folder, receiver) = (Folder::new("due"), Receiver::always(200).await);
    let serving = folder.serve(&[]);
    let clock = json!({"mode": "real", "now": "2026-01-01T00:00:00Z"});
    let made = json!({"name": "shop", "seed": 1, "clock": clock, "webhook_url": receiver.url()});
    assert_eq!(control(&serving, "POST", "sandboxes", &made).await.status, 201);
    let mut pay = request("POST", "/s/shop/quantum-payouts/api/v1/performPayout", &payout("order-1"));
    pay.headers_mut().insert("authorization", "Bearer qm_test_token_shop".parse().expect("a header"));
    assert_eq!(send(address(&serving), pay).await.status, 200);
    let was = now(&serving, "shop").await;
    drop(serving);
    // The bank answers after five seconds.
    std::thread::sleep(Duration::from_secs(7));
    assert!(!receiver.statuses().iter().any(|it| it == "success"), "none has sent it");
    let serving = folder.serve(&[]);
    eventually(|| async { receiver.statuses().iter().any(|it| it == "success") }).await;
    assert!(Duration::from_secs(7) <= now(&serving, "shop").await.duration_since(was).unsigned_abs());
    let events = receiver.arrived.lock().expect("no panic").clone();
    let event = events.iter().find(|it| it["payout"]["status"] == "success").expect("it has arrived");
    let occurred: jiff::Timestamp = event["occurredAt"].as_str().expect("text").parse().expect("a moment");
    assert!(occurred.duration_since(was).as_secs_f64() < 6.0, "it shows its own time: {event}, and not one after {was}");
}
