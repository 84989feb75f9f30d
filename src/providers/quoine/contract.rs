//! Everything that is known about this provider, collected from its rooms.

use std::sync::LazyLock;

use super::actions::ACTS;
use super::auth::REQUEST_SIGNATURE;
use super::decisions::DECISIONS;
use super::errors::ERRORS;
use super::lifecycle::INVOICE;
use super::model::STATUSES;
use super::pages::PAGES;
use super::routes::{BASE_URL, ROUTES};
use super::settings::SETTINGS;
use super::webhooks::{AUDIT, EVENTS, MARKS, PROOF, SCHEDULE, SIGNING_CREDENTIAL};
use super::wire::REFUSAL;
use crate::engine::tables::bound::{example, rows};
use crate::engine::tables::{Asks, Contract, Credential, Index, Limit, Once, Polls, Reach, Source, StatusTable, UsedUp};
use crate::kit::evidence::Evidence::{Assumed, Observed};
use crate::kit::time::Duration;
use crate::kit::word::Word;

/// Each request has a NONCE of its own, also one that will be refused.
const ASKS: Asks = Asks {
    once: &[Once { name: "NONCE", calls: &[], used_up: UsedUp::BySending }],
    polls: Polls::of(&["getInvoice"]),
    fresh_dates: Some(Observed("the api_auth gem refuses a Date that is more than 900 seconds old")),
};

/// The provider on one page.
pub static CONTRACT: Contract = Contract {
    slug: "quoine",
    name: "Quoine Payment",
    about: "Invoices in a merchant's currency that payers pay in bitcoins within 30 minutes. The price in BTC is locked, the merchant is credited the exact amount, and signed callbacks report the statuses.",
    base_url: BASE_URL,
    hosts: &["pay.quoine.com", "api.quoine.com"],
    account: "2",
    credentials: &[
        Credential { name: "user_id", test_value: "2", prefix: "", drawn_chars: 0, is_a_name: true },
        Credential {
            name: "secret",
            test_value: "cGxheW1vbmV5LXF1b2luZS10ZXN0LXNlY3JldC1vbmx5LWZvci1sb2NhbC11c2UtMDAwMDAwMDAwMDAwMDAwMDA=",
            prefix: "",
            drawn_chars: 0,
            is_a_name: false,
        },
    ],
    sources: &[
        Source {
            name: "API Reference",
            what: "Quoine Payment API Reference, state of 2015-06-01, the whole page: Playmoney serves this state",
        },
        Source { name: "first revision", what: "the same page, state of 2015-05-26, with older status words" },
        Source { name: "final revision", what: "the same page, state of 2015-06-23, with renamed fields, claims and signed callbacks" },
        Source { name: "Exchange API", what: "the sibling page on the exchange, for limits and the form of errors" },
        Source { name: "api_auth gem", what: "the Ruby library that the page names, branch quoine: both sides of the signature" },
        Source { name: "demo shop", what: "Quoine's own Rails shop, 2014 to 2015, a receiver of callbacks" },
        Source { name: "SDKs of 2014", what: "Quoine's Python and C# samples, from before NONCE existed" },
    ],
    operations: &rows::<_, _, { ROUTES.len() }>(ROUTES),
    actions: &rows::<_, _, { ACTS.len() }>(ACTS),
    lifecycles: || {
        let words = STATUSES.iter().map(|it| (it.word(), it.for_merchants())).collect();
        vec![StatusTable::of(STATUSES, &INVOICE).also("invoice_status", words)]
    },
    pages: PAGES,
    errors: &rows::<_, _, { ERRORS.len() }>(ERRORS),
    error_body: REFUSAL,
    answer_headers: &[],
    presented: super::auth::presented,
    refusal: |name| example(ERRORS, name).map(|it| it.render()),
    limit: Limit {
        error: "usage_limit",
        calls_max: 300,
        window: Duration::from_mins(5),
        evidence: Assumed("API Reference, status codes, has a usage limit without a figure; this is the Exchange API's"),
    },
    events: EVENTS,
    marks: MARKS,
    proof: PROOF,
    signing_credential: SIGNING_CREDENTIAL,
    signed_of: None,
    request_signature: Some(REQUEST_SIGNATURE),
    reach: Reach { late_payment: Duration::MAX, signs_dates: true },
    schedule: SCHEDULE,
    audit: AUDIT,
    settings: SETTINGS,
    asks: ASKS,
    decisions: DECISIONS,
    index: &INDEX,
};

/// The names of its rows.
static INDEX: LazyLock<Index> = LazyLock::new(|| Index::of(&CONTRACT));
