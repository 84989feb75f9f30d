//! How a sandbox begins.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::clock::Mode;
use super::log;
use super::rules::Rule;
use crate::kit::time::Timestamp;

/// Objects of one sandbox.
pub const OBJECTS_MAX: usize = 1_000_000;
/// What the objects of a sandbox may cost.
pub const OBJECT_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Inputs that the history of a sandbox keeps, in bytes, without `--history-bytes`.
pub const HISTORY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How a sandbox begins, and what `reset` returns it to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Its name, which answers carry in `Playmoney-Sandbox`.
    pub name: String,
    /// Ids, prices, hashes and all other drawn values follow from it.
    pub seed: u64,
    /// How simulated time follows real time.
    pub mode: Mode,
    /// The first moment; without one, the real date.
    pub now: Option<Timestamp>,
    /// Where every account's webhooks go at first; `{provider}` stands for the slug.
    pub webhook_url: Option<String>,
    /// That target wins over the targets that the scenario sets.
    #[doc(hidden)]
    pub webhook_url_wins: bool,
    /// Where every webhook goes instead of its own target, unless a tester sets another target later: a fork's inbox.
    pub redirect: Option<String>,
    /// Bytes of requests and answers that the journal keeps; beyond that, the oldest are dropped.
    pub journal_bytes_max: usize,
    /// Bytes of inputs that the history keeps; beyond that, the oldest are dropped, up to a snapshot behind them. 0: it keeps none.
    pub history_bytes_max: usize,
    /// Objects that are kept; beyond that, no new ones are made.
    pub objects_max: usize,
    /// What they may cost in memory.
    pub object_bytes_max: usize,
    /// Secrets from outside are shown in full.
    pub show_secrets: bool,
    /// Whether answers of providers say how certain they are.
    pub evidence_header: EvidenceHeader,
    /// Dates that arrive are judged by simulated time alone, unless an account says otherwise.
    pub judged_by_simulated_time: bool,
    /// What is kept for the end when the sandbox begins anew or is deleted.
    pub keeps: Keeps,
    /// Which run it is, from 1 to `RUN_MAX`: its ids are those of no run with a number near it. 0: of none.
    #[doc(hidden)]
    #[serde(default, skip_serializing_if = "is_of_no_run")]
    pub run: u32,
    /// What a scenario adds to the start.
    #[doc(hidden)]
    pub setup: Option<Arc<Setup>>,
    /// What of it was given to another sandbox, of which this one is a copy.
    #[doc(hidden)]
    pub copied: Copied,
}

impl Start {
    /// What it costs in memory, nearly: its texts and what its scenario adds.
    pub fn cost(&self) -> usize {
        size_of::<Self>() + serde_json::to_string(&self.setup).map_or(0, |it| it.len())
    }
}

/// Parts of a start that a copy has from its original: the redirect changes the addresses in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copied {
    pub webhook_url: bool,
    pub setup: bool,
}

impl Default for Start {
    /// The default sandbox, frozen at the beginning of 2026.
    fn default() -> Self {
        Self {
            name: "default".to_owned(),
            seed: 1,
            mode: Mode::Frozen,
            now: Some(Timestamp::constant(1_767_225_600, 0)),
            webhook_url: None,
            webhook_url_wins: false,
            redirect: None,
            journal_bytes_max: log::BYTES_MAX,
            history_bytes_max: HISTORY_BYTES_MAX,
            objects_max: OBJECTS_MAX,
            object_bytes_max: OBJECT_BYTES_MAX,
            show_secrets: false,
            evidence_header: EvidenceHeader::Sent,
            judged_by_simulated_time: false,
            keeps: Keeps::Nothing,
            run: 0,
            setup: None,
            copied: Copied::default(),
        }
    }
}

/// Objects of one kind in one run of an exploration. With more, it has ids of the run after it.
pub const OBJECTS_OF_A_RUN: u32 = 1_000;
/// Runs one behind another for which counted ids suffice. Further ones begin again with those of the first, so that no id has more digits
/// than databases keep for a number.
pub const RUNS_COUNTED: u32 = 1_000_000;
/// The largest number of a run: as many texts for order numbers exist.
pub const RUN_MAX: u32 = 2_000_000_000;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it")]
pub(super) fn is_of_no_run(run: &u32) -> bool {
    *run == 0
}

/// Whether answers carry the header `Playmoney-Evidence`. The journal has the evidence in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceHeader {
    #[default]
    Sent,
    Off,
}

/// What outlasts the beginnings of a sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeps {
    #[default]
    Nothing,
    /// What clients have broken.
    Violations,
}

/// A range of bytes in a text. The engine only returns it with what is impossible.
pub type Place = Range<usize>;

/// What a scenario gives a sandbox at its beginning.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The scenario's name.
    pub name: String,
    pub providers: Vec<ProviderSetup>,
    pub rules: Vec<Rule>,
    /// Values from the environment that the text contains: each may be a key.
    pub secrets: Vec<String>,
}

/// What one provider starts with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSetup {
    pub slug: String,
    /// For every account of the provider.
    pub settings: Vec<(String, Json)>,
    pub accounts: Vec<AccountSetup>,
    pub rates: Vec<RateSetup>,
    /// The balances of the account that every sandbox has.
    pub balances: Vec<BalanceSetup>,
}

/// One merchant.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSetup {
    pub id: String,
    pub at: Place,
    pub credentials: Vec<(String, String)>,
    pub settings: Vec<(String, Json)>,
    pub balances: Vec<BalanceSetup>,
}

/// What an account has of a currency, as it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalanceSetup {
    pub currency: String,
    pub amount: String,
    /// Where the amount stands.
    pub at: Place,
    /// Where the currency stands.
    pub named_at: Place,
}

/// A price, as it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateSetup {
    pub pair: String,
    pub ask: String,
    pub bid: String,
    pub at: Place,
}

/// Something in a setup with which no sandbox can begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impossible {
    pub at: Place,
    pub why: String,
    /// A second place that explains the first.
    pub also: Option<(Place, &'static str)>,
}

impl Impossible {
    /// Something impossible at that place.
    pub fn at(at: Place, why: impl Into<String>) -> Self {
        Self { at, why: why.into(), also: None }
    }
}
