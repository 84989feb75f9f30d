//! Everything that is known about this provider, collected from its rooms.

use super::actions::ACTS;
use super::errors::ERRORS;
use super::lifecycle::PAYOUT;
use super::model::STATUSES;
use super::pages::PAGES;
use super::routes::{BASE_URL, ROUTES};
use super::settings::SETTINGS;
use super::webhooks::{AUDIT, EVENTS, MARKS, PROOF, SCHEDULE, SIGNING_CREDENTIAL};
use super::wire::{ANSWER_HEADERS, REFUSAL};
use crate::engine::tables::bound::{example, rows};
use crate::engine::tables::{
    Again, Asks, Contract, Credential, Decision, Limit, Once, Polls, Reach, SILENT, Source, StatusTable, UsedUp, decided,
};
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
};

#[rustfmt::skip]
const DECISIONS: &[Decision] = &[
    decided("an orderNumber has 36 characters in createPayout and 32 elsewhere", "getPayoutStatus takes 36, unless `strict_order_number` is set", Assumed("otherwise the status of a payout with 33 to 36 characters could never be read")),
    decided("getPayoutStatus calls orderId required, `if available`, and leaves it out of its example", "absent until the bank has answered, then present", Assumed("the text between table and example")),
    decided("orderId means two things", "createPayout answers the provider's own identifier, the other calls answer the bank's code", Documented("Developer API, response parameters of the three calls")),
    decided("createPayout with an orderNumber that exists", "400 VALIDATION_ERROR, `orderNumber must be unique`", Assumed("idempotency is promised for performPayout only")),
    decided("performPayout again with another amount or card", "the answer is the stored payout, and nothing changes", Assumed("idempotency per (user, orderNumber) is documented; the effect of other parameters is not")),
    decided("getPayoutStatus for an unknown orderNumber", "400 VALIDATION_ERROR, `payout not found`", Assumed("the code table has no 404")),
    decided("createPayout without `type`", "a card payout; with `type_when_absent: choose` the recipient chooses", Documented("Developer API, Create Payout, channel; the older page let the recipient choose")),
    decided("the recipient does not open the link", "after sessionTimeoutSecs the payout is cancelled, a webhook is sent, and the page says so", SILENT),
    decided("parameters added to returnUrl and failUrl", "none", SILENT),
    decided("the sample signature is not the HMAC of its body", "the real HMAC of the minified body", Documented("Developer API: `This is an example hash`")),
    decided("the signature covers the body `exactly as it was sent`, and then its minified form", "its minified form; bodies are sent minified unless `pretty_body` is set", Documented("Developer API, both code samples minify")),
    decided("what the figures of the retry schedule count from", "each figure is the wait before its attempt, counted from the previous attempt; `retry_clock: event` counts from the event", SILENT),
    decided("the receiver never answers 2xx", "after ten attempts the delivery has failed; the webhook stays enabled", SILENT),
    decided("webhooks need HTTPS", "http is accepted as well, for local receivers, unless `require_https` is set", Assumed("a sandbox needs local receivers")),
    decided("headers called required", "not enforced unless `strict_headers` is set; a JSON body is read with any content type", SILENT),
    decided("several faults in one request", "one message, joined by `; `: createPayout in the order orderNumber, urls.returnUrl, amount, then the rest; performPayout in the order of its table", Documented("Developer API, both error examples")),
    decided("the wording for an amount of zero", "`must be positive` in createPayout, `must be greater than 0` in performPayout", Documented("Developer API, both error examples")),
    decided("a doubled slash in the path", "served as one", Documented("Developer API, Integration Examples: the Python client sends one")),
    decided("the check digit of a card number", "not checked", SILENT),
    decided("bank outcomes", "the action `settle` chooses the outcome, no magic number does; without the action the bank accepts after five seconds", SILENT),
    decided("more than 30 requests per second", "served, unless the account's `rate_limit` is `enforce`: then 429 RATE_LIMITED", SILENT),
    decided("environment in features", "development, unless the setting `environment` says uat or production", Assumed("the example says production, but its host says dev")),
    decided("which error sends the recipient to failUrl", "a refusal at once: payouts of that kind are not enabled any more, or the bank refuses while the recipient submits (a button on the page of the sandbox); wrong details are shown on the form again, and the page of a payout that has expired, failed or was cancelled links to failUrl", Assumed("Create Payout says `URL for redirect on error`, and names no error")),
    decided("a payout by file", "the action `file-payout` pays one row of a file, to a card or through SBP; it runs like performPayout, and its webhooks have no externalId", Assumed("file payouts are mentioned under externalId; how they run is not documented")),
    decided("seconds in creationDate", "a payout is created at a whole second, and its link ends sessionTimeoutSecs after that", Assumed("creationDate has whole seconds")),
    decided("how often the same object may be read", "as often as a client likes; more than 60 reads of it in a minute are listed as a violation, because webhooks report its changes", SILENT),
];
