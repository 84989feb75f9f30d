//! Everything that is known of this provider, collected from its rooms.

use super::actions::ACTS;
use super::errors::{ERRORS, Error};
use super::lifecycle::{BALANCE_TRANSACTION, CHARGE, DEPOSIT, ORDER, PAYOUT};
use super::model::{CHARGE_STATUSES, DEPOSIT_STATUSES, OrderStatus, PAYOUT_STATUSES, ROW_STATUSES};
use super::pages::PAGES;
use super::routes::{BASE_URL, ROUTES};
use super::settings::SETTINGS;
use super::webhooks::{EVENTS, SCHEDULE};
use super::wire::REFUSAL;
use crate::engine::tables::{Contract, Credential, Limit, Source, StatusTable};
use crate::kit::time::Duration;

mod decisions;

/// The provider on one page.
pub static CONTRACT: Contract = Contract {
    slug: "qbitpay",
    name: "QbitPay",
    about: "Charges that are paid in fiat and settled in dollars or tokens, a balance with its ledger, a market, and payouts to banks, e-wallets and wallets, with webhooks signed by MD5.",
    base_url: BASE_URL,
    hosts: &["api.qbitnetwork.com"],
    account: "default",
    credentials: &[Credential { name: "api_key", test_value: "qbit_test_key", prefix: "qbit_test_", drawn_chars: 24 }],
    sources: &[
        Source { name: "API reference", what: "the provider's API reference in English with its pages by resource, newest stored state" },
        Source { name: "earlier Chinese page", what: "the same reference in Chinese, states of 2019 and early 2020" },
        Source { name: "later product's server", what: "public server code of a later product by the same team" },
    ],
    operations: || ROUTES.iter().map(|it| &it.0).collect(),
    actions: || ACTS.iter().map(|it| &it.0).collect(),
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
    errors: ERRORS,
    error_body: REFUSAL,
    refusal: |name| Error::named(name).map(|it| it.render()),
    limit: Limit { error: "rate_limit_error", calls_max: 20, window: Duration::from_secs(1) },
    events: EVENTS,
    schedule: SCHEDULE,
    settings: SETTINGS,
    decisions: decisions::DECISIONS,
};
