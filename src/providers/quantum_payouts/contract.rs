//! Everything that is known about this provider, collected from its rooms.

use std::sync::LazyLock;

use super::actions::ACTS;
use super::decisions::DECISIONS;
use super::errors::ERRORS;
use super::lifecycle::PAYOUT;
use super::model::STATUSES;
use super::pages::PAGES;
use super::routes::{BASE_URL, ROUTES};
use super::settings::SETTINGS;
use super::webhooks::{AUDIT, EVENTS, MARKS, PROOF, SCHEDULE, SIGNING_CREDENTIAL};
use super::wire::{ANSWER_HEADERS, REFUSAL};
use crate::engine::tables::bound::{example, rows};
use crate::engine::tables::{Again, Asks, Contract, Credential, Index, Limit, Once, Polls, Reach, Source, StatusTable, UsedUp};
use crate::kit::evidence::Evidence::{Assumed, Documented};
use crate::kit::time::Duration;

/// `performPayout` is idempotent, `createPayout` is not.
const ASKS: Asks = Asks {
    once: &[Once {
        name: "orderNumber",
        calls: &[("createPayout", Again::Never), ("performPayout", Again::Unchanged)],
        used_up: UsedUp::BySuccess,
    }],
    polls: Polls::of(&["getPayoutStatus"]),
    fresh_dates: Some(Assumed("no page says how old a webhook may be; receivers usually refuse X-Payouts-Timestamp after five minutes")),
};

/// The provider on one page.
pub static CONTRACT: Contract = Contract {
    slug: "quantum-payouts",
    name: "Quantum Payouts",
    about: "Russian payouts in roubles to bank cards and, through SBP, to phone numbers. The API makes one payout at a time, and signed webhooks report every status.",
    base_url: BASE_URL,
    hosts: &["payouts-dev.quantumlabs.ru"],
    account: "default",
    credentials: &[
        Credential { name: "token", test_value: "qm_test_token", prefix: "qm_test_", drawn_chars: 32, is_a_name: true },
        Credential { name: "username", test_value: "demo", prefix: "demo-", drawn_chars: 8, is_a_name: true },
        Credential { name: "password", test_value: "demo-password", prefix: "", drawn_chars: 24, is_a_name: false },
        Credential {
            name: "webhook_secret",
            test_value: "sk_test_1234567890abcdef1234567890abcdef12345678",
            prefix: "sk_test_",
            drawn_chars: 40,
            is_a_name: false,
        },
    ],
    sources: &[
        Source { name: "Developer API", what: "the provider's Developer API page in English, newest stored state, the whole page" },
        Source { name: "older page", what: "an earlier stored state of the same page, its beginning" },
        Source { name: "portal guide", what: "the portal's user guide (docs/index.php?page=lk), its first part" },
    ],
    operations: &rows::<_, _, { ROUTES.len() }>(ROUTES),
    actions: &rows::<_, _, { ACTS.len() }>(ACTS),
    lifecycles: || vec![StatusTable::of(STATUSES, &PAYOUT)],
    pages: PAGES,
    errors: &rows::<_, _, { ERRORS.len() }>(ERRORS),
    error_body: REFUSAL,
    answer_headers: ANSWER_HEADERS,
    presented: super::auth::presented,
    refusal: |name| example(ERRORS, name).map(|it| it.render()),
    limit: Limit {
        error: "rate_limited",
        calls_max: 30,
        window: Duration::from_secs(1),
        evidence: Documented("Developer API, limits: at most 30 requests per second"),
    },
    events: EVENTS,
    marks: MARKS,
    proof: PROOF,
    signing_credential: SIGNING_CREDENTIAL,
    signed_of: None,
    request_signature: None,
    reach: Reach { late_payment: Duration::ZERO, signs_dates: true },
    schedule: SCHEDULE,
    audit: AUDIT,
    settings: SETTINGS,
    asks: ASKS,
    decisions: DECISIONS,
    index: &INDEX,
};

/// The names of its rows.
static INDEX: LazyLock<Index> = LazyLock::new(|| Index::of(&CONTRACT));
