//! The contract of this provider, collected from its rooms.

use std::sync::LazyLock;

use super::actions::ACTS;
use super::auth::STANDARD;
use super::decisions::DECISIONS;
use super::errors::ERRORS;
use super::lifecycle::{ORDER, TRANSACTION};
use super::model::{ORDER_STATUSES, TRANSACTION_STATUSES};
use super::pages::PAGES;
use super::routes::{BASE_URL, ROUTES};
use super::settings::SETTINGS;
use super::webhooks::{AUDIT, EVENTS, MARKS, PROOF, SCHEDULE, SIGNING_CREDENTIAL};
use super::wire::{ANSWER_HEADERS, REFUSAL};
use crate::engine::tables::bound::{example, rows};
use crate::engine::tables::{Again, Asks, Contract, Credential, Index, Once, Polls, Reach, Source, StatusTable, UsedUp};
use crate::kit::time::{Duration, Timestamp};

/// The timestamp of the documented refusal: 2024-01-01T12:00:00Z.
const EXAMPLE: Timestamp = Timestamp::constant(1_704_110_400, 0);

/// An order that was refused has not used up its nonce.
const ASKS: Asks = Asks {
    once: &[Once { name: "nonce", calls: &[("createPaymentOrder", Again::Never)], used_up: UsedUp::BySuccess }],
    polls: Polls::of(&["getPaymentOrder", "getTransaction"]),
    fresh_dates: None,
};

/// The provider on one page.
pub static CONTRACT: Contract = Contract {
    slug: "cryptopay",
    name: "CryptoPay",
    about: "Payment orders in tokens on five chains. Customers pay directly to the merchant's own wallet; CryptoPay watches the chain and reports payments by signed webhooks.",
    base_url: BASE_URL,
    hosts: &["sandbox-api.cryptopay.com", "pay.cryptopay.com"],
    account: "default",
    credentials: &[
        Credential { name: "api_key", test_value: "cp_test_key", prefix: "cp_test_", drawn_chars: 24, is_a_name: true },
        Credential { name: "username", test_value: "demo", prefix: "demo-", drawn_chars: 8, is_a_name: true },
        Credential { name: "password", test_value: "demo-password", prefix: "", drawn_chars: 24, is_a_name: false },
        Credential { name: "webhook_secret", test_value: "whsec_test_secret", prefix: "whsec_", drawn_chars: 32, is_a_name: false },
    ],
    sources: &[
        Source { name: "API overview", what: "the documentation's API overview, complete" },
        Source { name: "Payment Orders", what: "the page on payment orders: how to create one; the rest is not readable" },
        Source { name: "Webhooks", what: "the page on webhooks: events, payload and signature; retries are not readable" },
        Source { name: "Authentication", what: "the page on authentication: registration, login, lifetimes of tokens, refresh" },
        Source { name: "FAQ", what: "the frequently asked questions: chains, tokens, custody, sandbox" },
        Source {
            name: "project page",
            what: "the authors' description of their project: a Django server, nonces against replays, a payment page",
        },
    ],
    operations: &rows::<_, _, { ROUTES.len() }>(ROUTES),
    actions: &rows::<_, _, { ACTS.len() }>(ACTS),
    lifecycles: || vec![StatusTable::of(ORDER_STATUSES, &ORDER), StatusTable::of(TRANSACTION_STATUSES, &TRANSACTION)],
    pages: PAGES,
    errors: &rows::<_, _, { ERRORS.len() }>(ERRORS),
    error_body: REFUSAL,
    answer_headers: ANSWER_HEADERS,
    presented: super::auth::presented,
    refusal: |name| example(ERRORS, name).map(|it| it.render(EXAMPLE)),
    limit: STANDARD,
    events: EVENTS,
    marks: MARKS,
    proof: PROOF,
    signing_credential: SIGNING_CREDENTIAL,
    signed_of: None,
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
