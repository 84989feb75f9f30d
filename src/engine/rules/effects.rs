//! What a rule does when it fires.

use rust_decimal::{Decimal, MathematicalOps};
use serde::{Deserialize, Serialize};

use crate::kit::ids::Draws;
use crate::kit::time::Duration;

/// Everything that one rule does. What is not there is as documented.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Effects {
    /// Answers in the provider's place.
    pub answer: Option<Override>,
    /// The answer is held back.
    pub latency: Option<Latency>,
    /// What becomes of the answer on its way.
    pub transport: Option<Transport>,
    /// What the outside world does to the object that the call has made.
    pub course: Vec<LifecycleStep>,
    pub business: Option<Business>,
    /// What becomes of a webhook.
    pub spoil: Option<WebhookFault>,
}

/// Copies of a webhook that a rule sends.
pub const DUPLICATES_MAX: u32 = 100;
/// Pieces in which a body dribbles.
pub const CHUNKS_MAX: u32 = 1_000;
/// Blocks that a rule has a chain undo.
pub const DEPTH_MAX: u32 = 1_000;

/// Whether it is a share of one.
pub fn is_share(it: Decimal) -> bool {
    (Decimal::ZERO..=Decimal::ONE).contains(&it)
}

/// Whether time does not run backwards in it.
fn is_span(it: Duration) -> bool {
    !it.is_negative()
}

impl Effects {
    /// Whether what was read from outside is something that a rule could have been made of.
    pub fn is_sound(&self) -> bool {
        let answer = !matches!(self.answer, Some(Override::Own { status: Some(status), .. }) if !(200..=599).contains(&status));
        answer
            && self.latency.as_ref().is_none_or(|it| it.spread.is_sound())
            && self.transport.as_ref().is_none_or(Transport::is_sound)
            && self.course.iter().all(|it| is_span(it.after))
            && self.business.as_ref().is_none_or(Business::is_sound)
            && self.spoil.as_ref().is_none_or(WebhookFault::is_sound)
    }

    /// Whether what the call makes takes no step at its own pace.
    pub fn leads_alone(&self) -> bool {
        !self.course.is_empty() || matches!(self.business, Some(Business::PayoutReturned { .. }))
    }
}

/// An answer in the provider's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Override {
    /// A documented error, by name.
    Error(String),
    /// Anything else. What is missing is as the provider would have answered.
    Own { status: Option<u16>, headers: Vec<(String, String)>, body: Option<String> },
}

/// How long an answer is held back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    pub spread: Spread,
    /// Real time in place of simulated time.
    pub real: bool,
}

/// How a span is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    Fixed(Duration),
    /// Each between the two as likely as any other.
    Uniform(Duration, Duration),
    /// Half of them below the median, and a long tail above it, as slow networks have.
    Lognormal {
        median: Duration,
        sigma: Decimal,
    },
}

impl Spread {
    /// No latency is longer.
    pub const MAX: Duration = Duration::from_hours(1);

    /// One span.
    pub fn drawn(&self, mut draws: Draws) -> Duration {
        let span = match self {
            Self::Fixed(span) => *span,
            Self::Uniform(from, to) => {
                let width = u64::try_from((*to - *from).as_micros()).unwrap_or(0);
                *from + Duration::from_micros(i64::try_from(draws.below(width + 1)).unwrap_or(0))
            }
            Self::Lognormal { median, sigma } => {
                let micros = Decimal::from(i64::try_from(median.as_micros()).unwrap_or(i64::MAX));
                let deviation = normal(&mut draws);
                let factor = sigma.checked_mul(deviation).and_then(|it| it.checked_exp());
                let span = factor.and_then(|it| micros.checked_mul(it)).and_then(|it| i64::try_from(it.trunc()).ok());
                // What no number tells is far out in one of the two tails.
                let tail = if deviation.is_sign_negative() { Duration::ZERO } else { Self::MAX };
                span.map_or(tail, Duration::from_micros)
            }
        };
        span.min(Self::MAX)
    }

    fn is_sound(&self) -> bool {
        match self {
            Self::Fixed(span) | Self::Lognormal { median: span, .. } => is_span(*span),
            Self::Uniform(from, to) => is_span(*from) && from <= to,
        }
    }
}

/// A draw from (nearly) the normal distribution with variance 1: twelve even draws, added up. In decimals, so that it is
/// the same on every machine.
fn normal(draws: &mut Draws) -> Decimal {
    const PARTS: u64 = 1_000_000;
    let sum: u64 = (0..12).map(|_| draws.below(PARTS)).sum();
    Decimal::new(i64::try_from(sum).unwrap_or(0), 6) - Decimal::from(6)
}

/// What becomes of an answer between here and the client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// The connection is reset.
    ConnectionReset,
    /// The connection is closed without a byte.
    EmptyResponse,
    /// A good head, then chunks that are none.
    MalformedResponseChunk,
    /// Bytes that are no HTTP.
    RandomDataThenClose,
    /// The whole length is announced, this share of it is sent.
    TruncateBodyAtFraction(Decimal),
    /// The body comes in so many pieces, over that span of real time.
    Dribble { chunks: u32, over: Duration },
}

impl Transport {
    fn is_sound(&self) -> bool {
        match self {
            Self::TruncateBodyAtFraction(share) => is_share(*share),
            Self::Dribble { chunks, over } => (1..=CHUNKS_MAX).contains(chunks) && is_span(*over),
            Self::ConnectionReset | Self::EmptyResponse | Self::MalformedResponseChunk | Self::RandomDataThenClose => true,
        }
    }

    /// As a rule writes it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::ConnectionReset => "connection_reset",
            Self::EmptyResponse => "empty_response",
            Self::MalformedResponseChunk => "malformed_response_chunk",
            Self::RandomDataThenClose => "random_data_then_close",
            Self::TruncateBodyAtFraction(_) => "truncate_body_at_fraction",
            Self::Dribble { .. } => "dribble",
        }
    }
}

/// The effects of the transport that a request may ask for by name. Those that need a value have it here.
pub const TRANSPORTS: &[(&str, Transport)] = &[
    ("connection_reset", Transport::ConnectionReset),
    ("empty_response", Transport::EmptyResponse),
    ("malformed_response_chunk", Transport::MalformedResponseChunk),
    ("random_data_then_close", Transport::RandomDataThenClose),
    ("truncate_body_at_fraction", Transport::TruncateBodyAtFraction(Decimal::from_parts(5, 0, 0, false, 1))),
    ("dribble", Transport::Dribble { chunks: 5, over: Duration::from_secs(2) }),
];

/// One step of an object's life: so long after the step before it, to that status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleStep {
    pub after: Duration,
    pub to: String,
}

/// What customer, bank or chain do to the object that a call has made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Business {
    /// The customer pays this share of what is due, so long after the call.
    Underpaid { share: Decimal, after: Duration },
    /// The customer pays in full, so long after the window has closed.
    LatePayment { after: Duration },
    /// The customer pays at once, and so long later the chain undoes that many blocks.
    Reorg { depth: u32, after: Duration },
    /// The bank sends a payout back, so long after the call.
    PayoutReturned { after: Duration },
}

impl Business {
    fn is_sound(&self) -> bool {
        match self {
            Self::Underpaid { share, after } => is_share(*share) && is_span(*after),
            Self::Reorg { depth, after } => (1..=DEPTH_MAX).contains(depth) && is_span(*after),
            Self::LatePayment { after } | Self::PayoutReturned { after } => is_span(*after),
        }
    }
}

/// What becomes of a webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookFault {
    /// Each attempt is sent so often in all; 0 and 1 are once.
    pub duplicate: u32,
    /// It is never sent.
    pub drop: bool,
    /// The first attempt leaves so much later, and the events behind it do not wait.
    pub delay: Option<Duration>,
    /// It leaves after the next event for its target.
    pub reorder: bool,
    /// Members of the body that are altered after it was signed, as JSON.
    pub tamper: Vec<(String, String)>,
    /// It is signed with a secret that nobody knows.
    pub bad_signature: bool,
    /// It is dated so much too early.
    pub stale: Option<Duration>,
}

impl WebhookFault {
    /// Whether what was read from outside is something that a rule could do.
    pub fn is_sound(&self) -> bool {
        self.duplicate <= DUPLICATES_MAX && [self.delay, self.stale].into_iter().flatten().all(is_span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i24_a_spread_of_any_width_gives_a_span() {
        for sigma in ["0.5", "40", "79228162514264337593543950335"] {
            let long = Spread::Lognormal { median: Duration::from_secs(1), sigma: sigma.parse().expect("a number") };
            let drawn: Vec<_> = (0..200).map(|n| long.drawn(Draws::new(3, "test", n))).collect();
            let below = drawn.iter().filter(|it| **it < Duration::from_secs(1)).count();
            assert!((70..130).contains(&below), "{sigma}: {below} of 200 below the median");
            assert!(drawn.iter().all(|it| (Duration::ZERO..=Spread::MAX).contains(it)), "{sigma}");
        }
    }

    #[test]
    fn i7_spans_are_drawn_the_same_everywhere() {
        let millis = Duration::from_millis;
        let uniform = Spread::Uniform(millis(100), millis(300));
        let long = Spread::Lognormal { median: millis(100), sigma: "0.5".parse().expect("a number") };
        let drawn = |spread: &Spread| (0..5).map(|n| spread.drawn(Draws::new(1, "test", n)).as_micros()).collect::<Vec<_>>();
        let all: Vec<_> = (0..500).map(|n| (uniform.drawn(Draws::new(2, "test", n)), long.drawn(Draws::new(2, "test", n)))).collect();
        assert!(all.iter().all(|it| (millis(100)..=millis(300)).contains(&it.0)));
        let below = all.iter().filter(|it| it.1 < millis(100)).count();
        assert!((200..300).contains(&below), "{below} of 500 below the median");
        assert_eq!((drawn(&uniform), drawn(&long)), (GOLDEN[0].to_vec(), GOLDEN[1].to_vec()));
    }

    /// Written down once: they never change.
    const GOLDEN: [[i128; 5]; 2] = [[164_483, 242_020, 107_752, 132_194, 181_600], [81_767, 121_769, 92_135, 162_359, 278_026]];
}
