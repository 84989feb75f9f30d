//! The contract of this provider, collected from its rooms.

use std::sync::LazyLock;

use super::actions::ACTS;
use super::decisions::DECISIONS;
use super::errors::ERRORS;
use super::lifecycle::{BALANCE_TRANSACTION, CHARGE, DEPOSIT, ORDER, PAYOUT};
use super::model::{CHARGE_STATUSES, DEPOSIT_STATUSES, OrderStatus, PAYOUT_STATUSES, ROW_STATUSES};
use super::pages::PAGES;
use super::routes::{BASE_URL, ROUTES};
use super::settings::SETTINGS;
use super::webhooks::{AUDIT, EVENTS, MARKS, PROOF, SCHEDULE, SIGNING_CREDENTIAL, canonical};
use super::wire::REFUSAL;
use crate::engine::tables::bound::{example, rows};
use crate::engine::tables::{Asks, Contract, Credential, Index, Limit, Polls, Reach, Source, StatusTable};
use crate::kit::evidence::Evidence::Assumed;
use crate::kit::time::Duration;

/// A merchant's number may repeat.
const ASKS: Asks = Asks { once: &[], polls: Polls::of(&["getCharge", "getPayout"]), fresh_dates: None };

/// The provider on one page.
pub static CONTRACT: Contract = Contract {
    slug: "qbitpay",
    name: "QbitPay",
    about: "Charges that are paid in fiat and settled in dollars or tokens, a balance with its ledger, a market, and payouts to banks, e-wallets and wallets, with webhooks signed by MD5.",
    base_url: BASE_URL,
    hosts: &["api.qbitnetwork.com"],
    account: "default",
    credentials: &[Credential { name: "api_key", test_value: "qbit_test_key", prefix: "qbit_test_", drawn_chars: 24, is_a_name: true }],
    sources: &[
        Source {
            name: "API reference",
            what: "the provider's API reference in English, a page for each resource, newest archived version",
        },
        Source { name: "earlier Chinese page", what: "the same reference in Chinese, versions of 2019 and early 2020" },
        Source { name: "later product's server", what: "public server code of a later product by the same team" },
    ],
    operations: &rows::<_, _, { ROUTES.len() }>(ROUTES),
    actions: &rows::<_, _, { ACTS.len() }>(ACTS),
    lifecycles: || {
        vec![
            StatusTable::of(CHARGE_STATUSES, &CHARGE),
            StatusTable::of(PAYOUT_STATUSES, &PAYOUT),
            StatusTable::of(DEPOSIT_STATUSES, &DEPOSIT),
            StatusTable::of(&[OrderStatus::Closed], &ORDER),
            StatusTable::of(ROW_STATUSES, &BALANCE_TRANSACTION),
        ]
    },
    pages: PAGES,
    errors: &rows::<_, _, { ERRORS.len() }>(ERRORS),
    error_body: REFUSAL,
    answer_headers: &[],
    presented: crate::engine::client::key,
    refusal: |name| example(ERRORS, name).map(|it| it.render()),
    limit: Limit {
        error: "rate_limit_error",
        calls_max: 20,
        window: Duration::from_secs(1),
        evidence: Assumed("earlier Chinese page, status table: too many concurrent calls are refused; no page has a figure"),
    },
    events: EVENTS,
    marks: MARKS,
    proof: PROOF,
    signing_credential: SIGNING_CREDENTIAL,
    signed_of: Some(canonical),
    request_signature: None,
    reach: Reach { late_payment: Duration::ZERO, signs_dates: false },
    schedule: SCHEDULE,
    audit: AUDIT,
    settings: SETTINGS,
    asks: ASKS,
    decisions: DECISIONS,
    index: &INDEX,
};

/// The names of its rows.
static INDEX: LazyLock<Index> = LazyLock::new(|| Index::of(&CONTRACT));
