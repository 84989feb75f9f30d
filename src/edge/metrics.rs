//! Figures of a server in the text format of Prometheus. The sandboxes count; what the server adds is the time that answers take.

use std::fmt;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet, prometheus_text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::engine::ids::ProviderId;
use crate::engine::log::Tally;
use crate::engine::world::World;
use crate::kit::http::{Response, StatusCode};
use crate::providers;

/// The bounds of the histogram, in seconds.
const SECONDS: [f64; 12] = [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];

/// What a server counts itself.
#[derive(Debug)]
pub struct Metrics {
    duration: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { duration: Histogram::new(SECONDS) }
    }
}

impl Metrics {
    /// An answer has taken this long.
    pub fn answered(&self, duration: Duration) {
        self.duration.observe(duration.as_secs_f64());
    }

    /// All figures as text.
    pub fn render(&self, all: Snapshot) -> Response {
        let (mut registry, mut text) = (Registry::default(), String::new());
        registry.register_collector(Box::new(all));
        registry.register("playmoney_answer_duration_seconds", "Real time from a request to its answer", self.duration.clone());
        // A String takes everything.
        _ = prometheus_text::encode(&mut text, &registry);
        Response::new(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text)
    }
}

/// The sum over all sandboxes at a moment.
#[derive(Debug, Default)]
pub struct Snapshot {
    tally: Tally,
    sandboxes: i64,
    journal_bytes: i64,
    webhooks_waiting: i64,
    event_streams: i64,
    /// What a store counts: name, meaning, and how often.
    store: Vec<(&'static str, &'static str, u64)>,
}

impl Snapshot {
    /// What sandboxes have counted that were deleted, to which the others are added, and how many streams of events are open.
    pub fn beginning_with(tally: Tally, event_streams: usize) -> Self {
        Self { tally, event_streams: number(event_streams), ..Self::default() }
    }

    /// Adds what a store has counted.
    #[cfg(feature = "postgres")]
    pub fn add_store(&mut self, counted: Vec<(&'static str, &'static str, u64)>) {
        self.store = counted;
    }

    /// Adds a sandbox.
    pub fn add(&mut self, world: &World) {
        self.tally.add(&world.core.log.tally);
        self.sandboxes += 1;
        self.journal_bytes += number(world.core.log.bytes());
        self.webhooks_waiting += number(world.core.outbox.waiting());
    }
}

fn number(it: usize) -> i64 {
    i64::try_from(it).unwrap_or(i64::MAX)
}

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let slugs: Vec<&str> = providers::all().iter().map(|it| it.contract().slug).collect();
        let slug = |it: ProviderId| slugs.get(usize::from(it.0)).copied().unwrap_or_default().to_owned();
        let requests = self.tally.requests.iter().map(|((provider_id, operation, status), count)| {
            let (provider, operation) = (provider_id.map_or(String::new(), slug), operation.unwrap_or_default().to_owned());
            ([("provider", provider), ("operation", operation), ("status", status.to_string())], *count)
        });
        counters(&mut encoder, ("playmoney_requests", "Requests by provider, operation and status"), requests)?;
        let attempts = self.tally.attempts.iter();
        let attempts = attempts
            .map(|((provider_id, outcome), count)| ([("provider", slug(*provider_id)), ("outcome", (*outcome).to_owned())], *count));
        counters(&mut encoder, ("playmoney_webhook_attempts", "Attempts of webhooks by provider and outcome"), attempts)?;
        let fired = std::iter::once(([] as [(&str, String); 0], self.tally.fired));
        counters(&mut encoder, ("playmoney_timers_fired", "Things that were due and have happened"), fired)?;
        for (name, help, count) in &self.store {
            counters(&mut encoder, (name, help), std::iter::once(([] as [(&str, String); 0], *count)))?;
        }
        for (name, help, value) in [
            ("playmoney_sandboxes", "Sandboxes, the default one included", self.sandboxes),
            ("playmoney_journal_bytes", "What the journals of all sandboxes take", self.journal_bytes),
            ("playmoney_webhooks_waiting", "Attempts of webhooks that wait in a queue", self.webhooks_waiting),
            ("playmoney_event_streams", "Streams of events that are open", self.event_streams),
        ] {
            encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)?;
        }
        Ok(())
    }
}

/// Writes a counter for each set of labels.
fn counters<const LABELS: usize>(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): (&str, &str),
    rows: impl Iterator<Item = ([(&'static str, String); LABELS], u64)>,
) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (labels, count) in rows {
        metric.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
    }
    Ok(())
}
