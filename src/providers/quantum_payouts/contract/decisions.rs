//! Where the documentation contradicts itself or says nothing, and what happens here.

use crate::engine::tables::{Decision, Row, SILENT, decided, decision};
use crate::kit::evidence::Evidence::{Assumed, Documented};

/// The texts of refusals that no example shows.
pub const TEXTS: Row = decision(DECISIONS, "texts");
/// An order number that was used.
pub const ORDER_NUMBER_USED: Row = decision(DECISIONS, "order-number-used");
/// An order number that no payout has.
pub const PAYOUT_UNKNOWN: Row = decision(DECISIONS, "payout-unknown");
/// What is enforced of the headers.
pub const REQUIRED_HEADERS: Row = decision(DECISIONS, "required-headers");

#[rustfmt::skip]
pub const DECISIONS: &[Decision] = &[
    decided("ordernumber-36-characters-createpayout-32", "an orderNumber has 36 characters in createPayout and 32 elsewhere", "getPayoutStatus takes 36, unless `strict_order_number` is set", Assumed("otherwise the status of a payout with 33 to 36 characters could never be read")),
    decided("getpayoutstatus-calls-orderid-required-if", "getPayoutStatus calls orderId required, `if available`, and leaves it out of its example", "absent until the bank has answered, then present", Assumed("the text between table and example")),
    decided("orderid-means-two-things", "orderId means two things", "createPayout answers the provider's own identifier, the other calls answer the bank's code", Documented("Developer API, response parameters of the three calls")),
    decided("order-number-used", "createPayout with an orderNumber that exists", "400 VALIDATION_ERROR, `orderNumber must be unique`", Assumed("idempotency is promised for performPayout only")),
    decided("performpayout-again-another-amount-card", "performPayout again with another amount or card", "the answer is the stored payout, and nothing changes", Assumed("idempotency per (user, orderNumber) is documented; the effect of other parameters is not")),
    decided("payout-unknown", "getPayoutStatus for an unknown orderNumber", "400 VALIDATION_ERROR, `payout not found`", Assumed("the code table has no 404")),
    decided("createpayout-without-type", "createPayout without `type`", "a card payout; with `type_when_absent: choose` the recipient chooses", Documented("Developer API, Create Payout, channel; the older page let the recipient choose")),
    decided("recipient-open-link", "the recipient does not open the link", "after sessionTimeoutSecs the payout is cancelled, a webhook is sent, and the page says so", SILENT),
    decided("parameters-added-returnurl-failurl", "parameters added to returnUrl and failUrl", "none", SILENT),
    decided("sample-signature-hmac-body", "the sample signature is not the HMAC of its body", "the real HMAC of the minified body", Documented("Developer API: `This is an example hash`")),
    decided("signature-covers-body-exactly-as", "the signature covers the body `exactly as it was sent`, and then its minified form", "its minified form; bodies are sent minified unless `pretty_body` is set", Documented("Developer API, both code samples minify")),
    decided("figures-retry-schedule-count-from", "what the figures of the retry schedule count from", "each figure is the wait before its attempt, counted from the previous attempt; `retry_clock: event` counts from the event", SILENT),
    decided("receiver-never-answers-2xx", "the receiver never answers 2xx", "after ten attempts the delivery has failed; the webhook stays enabled", SILENT),
    decided("webhooks-need-https", "webhooks need HTTPS", "http is accepted as well, for local receivers, unless `require_https` is set", Assumed("a sandbox needs local receivers")),
    decided("required-headers", "headers called required", "not enforced unless `strict_headers` is set; a JSON body is read with any content type", SILENT),
    decided("several-faults-one-request", "several faults in one request", "one message, joined by `; `: createPayout in the order orderNumber, urls.returnUrl, amount, then the rest; performPayout in the order of its table", Documented("Developer API, both error examples")),
    decided("wording-amount-zero", "the wording for an amount of zero", "`must be positive` in createPayout, `must be greater than 0` in performPayout", Documented("Developer API, both error examples")),
    decided("doubled-slash-path", "a doubled slash in the path", "served as one", Documented("Developer API, Integration Examples: the Python client sends one")),
    decided("check-digit-card-number", "the check digit of a card number", "not checked", SILENT),
    decided("bank-outcomes", "bank outcomes", "the action `settle` chooses the outcome, no magic number does; without the action the bank accepts after five seconds", SILENT),
    decided("more-than-30-requests-per", "more than 30 requests per second", "served, unless the account's `rate_limit` is `enforce`: then 429 RATE_LIMITED", SILENT),
    decided("environment-features", "environment in features", "development, unless the setting `environment` says uat or production", Assumed("the example says production, but its host says dev")),
    decided("error-sends-recipient-failurl", "which error sends the recipient to failUrl", "a refusal at once: payouts of that kind are not enabled any more, or the bank refuses while the recipient submits (a button on the page of the sandbox); wrong details are shown on the form again, and the page of a payout that has expired, failed or was cancelled links to failUrl", Assumed("Create Payout says `URL for redirect on error`, and names no error")),
    decided("payout-file", "a payout by file", "the action `file-payout` pays one row of a file, to a card or through SBP; it runs like performPayout, and its webhooks have no externalId", Assumed("file payouts are mentioned under externalId; how they run is not documented")),
    decided("seconds-creationdate", "seconds in creationDate", "a payout is created at a whole second, and its link ends sessionTimeoutSecs after that", Assumed("creationDate has whole seconds")),
    decided("often-same-object-may-be", "how often the same object may be read", "as often as a client likes; more than 60 reads of it in a minute are listed as a violation, because webhooks report its changes", SILENT),
    decided("texts", "the texts of refusals that no example shows", "the name of the parameter, and what it must be", Assumed("two examples show `is required`, `must be positive` and `must be greater than 0`")),
];
