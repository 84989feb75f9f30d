//! Everything that is known about this provider, collected from its rooms.

use std::sync::LazyLock;

use super::actions::ACTS;
use super::auth::REQUEST_SIGNATURE;
use super::decisions::DECISIONS;
use super::errors::ERRORS;
use super::lifecycle::TRANSACTION;
use super::model::STATUSES;
use super::pages::PAGES;
use super::routes::{BASE_URL, ROUTES};
use super::settings::SETTINGS;
use super::webhooks::{AUDIT, EVENTS, MARKS, PROOF, SCHEDULE, SIGNING_CREDENTIAL};
use super::wire::REFUSAL;
use crate::engine::tables::bound::{example, rows};
use crate::engine::tables::{Asks, Contract, Credential, Index, Limit, Polls, Reach, Source, StatusTable};
use crate::kit::evidence::Evidence::{Documented, Observed};
use crate::kit::time::Duration;

/// Webhooks do not prove when they were made, and no number is used up.
const ASKS: Asks = Asks {
    once: &[],
    polls: Polls {
        calls: &["get-transaction", "check-transactions", "check-transaction"],
        calls_max: 30,
        window: Duration::from_mins(1),
        evidence: Observed(
            "the sibling product's payment page asks every 3 seconds, which is 20 reads a minute, and a webhook reports the completion; 10 more are allowed",
        ),
    },
    fresh_dates: None,
};

/// The provider on one page.
pub static CONTRACT: Contract = Contract {
    slug: "quantapay",
    name: "QuantaPay",
    about: "A gateway that never holds money: a price in one of over 160 currencies is paid in a coin of the payer's choice to the merchant's own wallet. One webhook reports a completed payment; a fee of 0.8 % is taken from prepaid credits.",
    base_url: BASE_URL,
    hosts: &["cloud.quantapay.app"],
    account: "default",
    credentials: &[
        Credential { name: "api_key", test_value: "qp_test_key", prefix: "qp_", drawn_chars: 40, is_a_name: true },
        Credential { name: "webhook_secret", test_value: "qp_test_webhook_secret", prefix: "", drawn_chars: 64, is_a_name: false },
    ],
    sources: &[
        Source { name: "API Overview", what: "API Overview & Authentication, the whole page" },
        Source {
            name: "Transactions API",
            what: "state of 2026-03-09: the flow and the first request; parameters, responses and later functions are cut off",
        },
        Source {
            name: "Webhooks",
            what: "states of 2026-03-09 and 2026-04-08, English and Chinese: setup, payload, fields, how to verify; retries and examples are cut off",
        },
        Source {
            name: "Utilities API",
            what: "credits, balances and rates are complete, get-fiat-value lacks its response; a function on supported coins is announced and cut off",
        },
        Source { name: "Help center", what: "FAQ and Security, the first half of each" },
        Source {
            name: "sibling product",
            what: "Boxcoin, on which QuantaPay is visibly built: its public documentation and its behaviour",
        },
        Source { name: "official client", what: "a published client of the cloud service" },
    ],
    operations: &rows::<_, _, { ROUTES.len() }>(ROUTES),
    actions: &rows::<_, _, { ACTS.len() }>(ACTS),
    lifecycles: || vec![StatusTable::of(STATUSES, &TRANSACTION)],
    pages: PAGES,
    errors: &rows::<_, _, { ERRORS.len() }>(ERRORS),
    error_body: REFUSAL,
    answer_headers: &[],
    presented: super::auth::presented,
    refusal: |name| example(ERRORS, name).map(|it| it.render()),
    limit: Limit {
        error: "too_many_requests",
        calls_max: 100,
        window: Duration::from_mins(1),
        evidence: Documented("API Overview, Rate Limits: excessive requests may be throttled; up to 100 a minute are said to be fine"),
    },
    events: EVENTS,
    marks: MARKS,
    proof: PROOF,
    signing_credential: SIGNING_CREDENTIAL,
    signed_of: None,
    request_signature: Some(REQUEST_SIGNATURE),
    reach: Reach { late_payment: Duration::from_hours(47), signs_dates: false },
    schedule: SCHEDULE,
    audit: AUDIT,
    settings: SETTINGS,
    asks: ASKS,
    decisions: DECISIONS,
    index: &INDEX,
};

/// The names of its rows.
static INDEX: LazyLock<Index> = LazyLock::new(|| Index::of(&CONTRACT));
