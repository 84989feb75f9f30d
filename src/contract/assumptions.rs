//! What traffic has leaned on and no document confirms.

use serde::Serialize;

use crate::engine::tables::{Contract, NamedRow};
use crate::engine::touched::{Touch, Touched};
use crate::kit::evidence::Evidence;
use crate::kit::time::Timestamp;

/// A row that is assumed or observed, and that traffic has reached.
#[derive(Clone, Debug, Serialize)]
pub struct Assumption {
    /// Its name: `quoine.decisions.texts`.
    pub row: &'static str,
    #[serde(flatten)]
    pub evidence: Evidence,
    /// What was decided, where it is a decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<&'static str>,
    pub count: u64,
    pub first: First,
}

/// When it was reached first.
#[derive(Clone, Debug, Serialize)]
pub struct First {
    /// `req-1`; `None`: time or the outside world did.
    pub request: Option<String>,
    pub at: Timestamp,
    /// The full name of the operation.
    pub operation: Option<String>,
}

impl Assumption {
    /// Whether the row is tagged `assumed`.
    pub fn is_assumed(&self) -> bool {
        matches!(self.evidence, Evidence::Assumed(_))
    }
}

/// All of them; those that are assumed come first.
pub fn list(contracts: &[&'static Contract], touched: &Touched) -> Vec<Assumption> {
    let of = |contract: &'static Contract, named: &'static NamedRow, touch: Touch| {
        let decision = contract.decision_at(named.row).map(|it| it.decision);
        let operation = touch.operation.as_deref().map(|it| format!("{}.{it}", contract.slug));
        let first = First { request: touch.request.map(|it| format!("req-{it}")), at: touch.at, operation };
        Assumption { row: named.name, evidence: named.evidence, decision, count: touch.count, first }
    };
    let is_documented = |it: &NamedRow| matches!(it.evidence, Evidence::Documented(_));
    let mut all: Vec<Assumption> = touched
        .providers()
        .zip(contracts)
        .flat_map(|(id, contract)| {
            let rows = touched.rows(id).filter(|(named, _)| !is_documented(named));
            rows.map(move |(named, touch)| of(contract, named, touch))
        })
        .collect();
    all.sort_by_key(|it| !it.is_assumed());
    all
}
