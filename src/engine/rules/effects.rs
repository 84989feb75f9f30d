//! What a rule does when it fires.

use std::mem::discriminant;

use rust_decimal::{Decimal, MathematicalOps};
use serde::{Deserialize, Serialize};

use super::faults::WebhookFault;
use super::patch::Patch;
use crate::kit::http::{HeaderName, HeaderValue};
use crate::kit::ids::Draws;
use crate::kit::money;
use crate::kit::time::{Duration, parse_duration};

/// Everything that one rule does. Everything else stays as documented.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Effects {
    /// Answers in place of the provider.
    pub answer: Option<Override>,
    /// Delays the answer.
    pub latency: Option<Latency>,
    /// What happens to the bytes of the answer.
    pub transport: Option<Transport>,
    /// What the outside world does to the object that the call created.
    pub course: Vec<LifecycleStep>,
    pub business: Option<Business>,
    /// What happens to a webhook.
    pub fault: Option<WebhookFault>,
    /// Parts of the provider's answer that are changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<Patch>,
}

/// Pieces of one dribbled body.
pub const CHUNKS_MAX: u32 = 1_000;
/// Blocks that one rule removes from a chain.
pub const DEPTH_MAX: u32 = 1_000;

/// Whether this is a share of one.
pub fn is_share(it: Decimal) -> bool {
    (Decimal::ZERO..=Decimal::ONE).contains(&it)
}

/// A share of a number of bytes, rounded down.
pub fn share_of(bytes: usize, share: Decimal) -> usize {
    let exact = Decimal::from(bytes).checked_mul(share);
    exact.and_then(|it| usize::try_from(it.trunc()).ok()).unwrap_or(bytes).min(bytes)
}

/// Headers that a reader needs to find the end of a message. One that lies would spoil the next message too.
pub const FRAMING: [&str; 3] = ["content-length", "transfer-encoding", "connection"];

/// Whether a rule can add these headers.
pub fn are_headers(all: &[(String, String)]) -> bool {
    let is_header = |(name, value): &(String, String)| name.parse::<HeaderName>().is_ok() && HeaderValue::from_str(value).is_ok();
    all.iter().all(|it| is_header(it) && !FRAMING.iter().any(|framing| it.0.eq_ignore_ascii_case(framing)))
}

/// Whether this is not a negative duration.
pub(super) fn is_span(it: Duration) -> bool {
    !it.is_negative()
}

impl Effects {
    /// Whether a rule can have these effects: they may come from a saved state.
    pub fn is_sound(&self) -> bool {
        let answer = match &self.answer {
            Some(Override::Own { status, headers, .. }) => status.is_none_or(|it| (200..=599).contains(&it)) && are_headers(headers),
            Some(Override::Error(_)) | None => true,
        };
        answer
            && self.latency.as_ref().is_none_or(|it| it.spread.is_sound())
            && self.transport.as_ref().is_none_or(Transport::is_sound)
            && self.course.iter().all(|it| is_span(it.after))
            && self.business.as_ref().is_none_or(Business::is_sound)
            && self.fault.as_ref().is_none_or(WebhookFault::is_sound)
            && self.patch.as_ref().is_none_or(Patch::is_sound)
    }

    /// Whether the rule only says what the provider takes for the answers to webhooks.
    pub fn only_answers(&self) -> bool {
        self.fault.as_ref().is_some_and(WebhookFault::only_answers)
    }

    /// Whether the rule alone moves the object that the call created: its own timers do nothing.
    pub fn leads_alone(&self) -> bool {
        !self.course.is_empty() || matches!(self.business, Some(Business::PayoutReturned { .. }))
    }
}

/// An answer in place of the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Override {
    /// A documented error, by name.
    Error(String),
    /// Any other answer. Missing parts are those of the provider.
    Own { status: Option<u16>, headers: Vec<(String, String)>, body: Option<String> },
}

/// How long an answer is delayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    pub spread: Spread,
    /// Real time instead of simulated time.
    pub real: bool,
}

/// How a delay is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    Fixed(Duration),
    /// Every duration between the two is equally likely.
    Uniform(Duration, Duration),
    /// Half of the delays are below the median, with a long tail above it, as in slow networks.
    Lognormal {
        median: Duration,
        sigma: Decimal,
    },
}

impl Spread {
    /// The longest delay.
    pub const MAX: Duration = Duration::from_hours(1);

    /// One delay.
    pub fn draw(&self, mut draws: Draws) -> Duration {
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
                // What does not fit into a number is far out in one of the two tails.
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

/// A draw from (nearly) the normal distribution with variance 1: the sum of twelve uniform draws. In decimals, so that it
/// is the same on every machine.
fn normal(draws: &mut Draws) -> Decimal {
    const PARTS: u64 = 1_000_000;
    let sum: u64 = (0..12).map(|_| draws.below(PARTS)).sum();
    Decimal::new(i64::try_from(sum).unwrap_or(0), 6) - Decimal::from(6)
}

/// What a rule does to the bytes of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// The connection is reset.
    ConnectionReset,
    /// The connection is closed without a byte.
    EmptyResponse,
    /// A valid head, then invalid chunks.
    MalformedResponseChunk,
    /// Bytes that are not HTTP.
    RandomDataThenClose,
    /// The whole length is announced, and this share of it is sent.
    TruncateBodyAtFraction(Decimal),
    /// The body comes in this number of pieces, over this duration of real time.
    Dribble { chunks: u32, over: Duration },
}

/// All about one effect on the bytes of an answer, apart from what is written to the socket.
pub struct TransportRow {
    /// The name of the effect in a rule.
    pub word: &'static str,
    /// The effect when a request asks for it by name, without a value.
    pub default: Transport,
    /// Whether the client gets no whole answer.
    pub fails: bool,
    /// Whether writing it takes a while: such an answer keeps its place among the slow ones until it has left.
    is_slow: bool,
    parameters: Option<Parameters>,
}

/// What a rule writes beside the name of an effect.
struct Parameters {
    read: fn(Parts<'_>) -> Option<Transport>,
    is_sound: fn(&Transport) -> bool,
}

/// The texts in the value of an effect, by name. A value that is not a mapping answers to every name.
pub type Parts<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

/// The effects on the bytes of an answer, one row each.
pub const TRANSPORTS: &[TransportRow] = &[
    TransportRow { word: "connection_reset", default: Transport::ConnectionReset, fails: true, is_slow: false, parameters: None },
    TransportRow { word: "empty_response", default: Transport::EmptyResponse, fails: true, is_slow: false, parameters: None },
    TransportRow {
        word: "malformed_response_chunk",
        default: Transport::MalformedResponseChunk,
        fails: true,
        is_slow: false,
        parameters: None,
    },
    TransportRow { word: "random_data_then_close", default: Transport::RandomDataThenClose, fails: true, is_slow: false, parameters: None },
    TransportRow {
        word: "truncate_body_at_fraction",
        default: Transport::TruncateBodyAtFraction(Decimal::from_parts(5, 0, 0, false, 1)),
        fails: true,
        is_slow: false,
        parameters: Some(Parameters {
            read: |part| part("share").and_then(money::parse).map(Transport::TruncateBodyAtFraction),
            is_sound: |it| matches!(it, Transport::TruncateBodyAtFraction(share) if is_share(*share)),
        }),
    },
    TransportRow {
        word: "dribble",
        default: Transport::Dribble { chunks: 5, over: Duration::from_secs(2) },
        fails: false,
        is_slow: true,
        parameters: Some(Parameters {
            read: |part| Some(Transport::Dribble { chunks: part("chunks")?.parse().ok()?, over: parse_duration(part("over")?).ok()? }),
            is_sound: |it| matches!(it, Transport::Dribble { chunks, over } if (1..=CHUNKS_MAX).contains(chunks) && is_span(*over)),
        }),
    },
];

impl TransportRow {
    /// The effect with the values of a rule.
    pub fn read(&self, part: Parts<'_>) -> Option<Transport> {
        self.parameters.as_ref().map_or(Some(self.default.clone()), |it| (it.read)(part))
    }
}

impl Transport {
    fn row(&self) -> Option<&'static TransportRow> {
        TRANSPORTS.iter().find(|it| discriminant(&it.default) == discriminant(self))
    }

    fn is_sound(&self) -> bool {
        self.row().is_some_and(|row| row.parameters.as_ref().is_none_or(|it| (it.is_sound)(self)))
    }

    /// Whether the client gets no whole answer.
    pub fn fails(&self) -> bool {
        self.row().is_none_or(|it| it.fails)
    }

    /// Whether writing it takes a while.
    pub fn is_slow(&self) -> bool {
        self.row().is_some_and(|it| it.is_slow)
    }

    /// The name of the effect in a rule.
    pub fn word(&self) -> &'static str {
        self.row().map_or("", |it| it.word)
    }
}

/// One step in the lifecycle of an object: the wait since the previous step, and the next status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleStep {
    pub after: Duration,
    pub to: String,
}

/// What the customer, the bank or the chain does to the object that a call created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Business {
    /// The customer pays this share of the amount due, `after` the call.
    Underpaid { share: Decimal, after: Duration },
    /// The customer pays in full, `after` the payment window has closed.
    LatePayment { after: Duration },
    /// The customer pays at once; `after` the payment, the chain removes this number of blocks.
    Reorg { depth: u32, after: Duration },
    /// The bank returns the payout, `after` the call.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i24_a_spread_of_any_width_gives_a_span() {
        for sigma in ["0.5", "40", "79228162514264337593543950335"] {
            let long = Spread::Lognormal { median: Duration::from_secs(1), sigma: sigma.parse().expect("a number") };
            let drawn: Vec<_> = (0..200).map(|n| long.draw(Draws::new(3, "test", n))).collect();
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
        let drawn = |spread: &Spread| (0..5).map(|n| spread.draw(Draws::new(1, "test", n)).as_micros()).collect::<Vec<_>>();
        let all: Vec<_> = (0..500).map(|n| (uniform.draw(Draws::new(2, "test", n)), long.draw(Draws::new(2, "test", n)))).collect();
        assert!(all.iter().all(|it| (millis(100)..=millis(300)).contains(&it.0)));
        let below = all.iter().filter(|it| it.1 < millis(100)).count();
        assert!((200..300).contains(&below), "{below} of 500 below the median");
        assert_eq!((drawn(&uniform), drawn(&long)), (GOLDEN[0].to_vec(), GOLDEN[1].to_vec()));
    }

    /// Written down once: they never change.
    const GOLDEN: [[i128; 5]; 2] = [[164_483, 242_020, 107_752, 132_194, 181_600], [81_767, 121_769, 92_135, 162_359, 278_026]];
}
