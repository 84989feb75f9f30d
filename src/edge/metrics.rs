//! Figures of a server in the text format of Prometheus. The sandboxes count; what the server adds is the time that answers take.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet, prometheus_text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use crate::engine::ids::ProviderId;
use crate::engine::log::Tally;
use crate::engine::world::World;
use crate::kit::http::{Response, StatusCode};
use crate::providers;

/// The bounds of the histogram, in microseconds and in seconds.
const BOUNDS: [(u64, f64); 12] = [
    (100, 0.000_1),
    (250, 0.000_25),
    (500, 0.000_5),
    (1_000, 0.001),
    (2_500, 0.002_5),
    (5_000, 0.005),
    (10_000, 0.01),
    (50_000, 0.05),
    (100_000, 0.1),
    (500_000, 0.5),
    (1_000_000, 1.0),
    (5_000_000, 5.0),
];

/// How long answers have taken, as one thread counts it: what two threads write costs both of them time. It shares no line of memory.
#[derive(Debug, Default)]
#[repr(align(128))]
pub struct Durations {
    /// By the smallest bound that is not exceeded; the last for those above all.
    answers: [AtomicU64; BOUNDS.len() + 1],
    nanos: AtomicU64,
}

impl Durations {
    /// An answer has taken this long.
    pub fn count(&self, duration: Duration) {
        let bucket = BOUNDS.partition_point(|(micros, _)| Duration::from_micros(*micros) < duration);
        self.answers[bucket].fetch_add(1, Ordering::Relaxed);
        self.nanos.fetch_add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn add(&self, other: &Self) {
        let pairs = self.answers.iter().zip(&other.answers).chain([(&self.nanos, &other.nanos)]);
        pairs.for_each(|(own, other)| _ = own.fetch_add(other.load(Ordering::Relaxed), Ordering::Relaxed));
    }

    fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let counts = self.answers.iter().map(|it| it.load(Ordering::Relaxed));
        let bounds = BOUNDS.iter().map(|it| it.1).chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> = bounds.zip(counts).collect();
        let seconds = Duration::from_nanos(self.nanos.load(Ordering::Relaxed)).as_secs_f64();
        let help = "Real time from a request to its answer.";
        let mut metric = encoder.encode_descriptor("playmoney_answer_duration_seconds", help, None, MetricType::Histogram)?;
        metric.encode_histogram::<NoLabelSet>(seconds, buckets.iter().map(|it| it.1).sum(), &buckets, None)
    }
}

/// The sum over all sandboxes at a moment.
#[derive(Debug, Default)]
pub struct Snapshot {
    durations: Durations,
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

    /// Adds what a thread has counted.
    pub fn add_durations(&mut self, durations: &Durations) {
        self.durations.add(durations);
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

    /// All figures as text.
    pub fn render(self) -> Response {
        let (mut registry, mut text) = (Registry::default(), String::new());
        registry.register_collector(Box::new(self));
        // A String takes everything.
        _ = prometheus_text::encode(&mut text, &registry);
        Response::new(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text)
    }
}

fn number(it: usize) -> i64 {
    i64::try_from(it).unwrap_or(i64::MAX)
}

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.durations.encode(&mut encoder)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_has_each_bound_once_and_counts_what_exceeds_all() {
        let durations = [Durations::default(), Durations::default()];
        for (thread, micros) in [(0, 100), (1, 101), (0, 5_000_000), (1, 8_000_000)] {
            durations[thread].count(Duration::from_micros(micros));
        }
        let mut all = Snapshot::default();
        for it in &durations {
            all.add_durations(it);
        }
        let text = String::from_utf8(all.render().body.to_vec()).expect("text");
        let of = |name: &str| -> Vec<String> {
            let begins = format!("playmoney_answer_duration_seconds_{name}");
            text.lines().filter_map(|it| it.strip_prefix(begins.as_str())).map(|it| it.trim().to_owned()).collect()
        };
        let within = |bound: &str, count: u64| format!("{{le=\"{bound}\"}} {count}");
        let mut expected = vec![within("0.0001", 1)];
        expected.extend(["0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.05", "0.1", "0.5", "1"].map(|it| within(it, 2)));
        expected.extend([within("5", 3), within("+Inf", 4)]);
        assert_eq!(of("bucket"), expected);
        assert_eq!((of("sum"), of("count")), (vec!["13.000201".to_owned()], vec!["4".to_owned()]));
    }
}
