//! Where the documentation contradicts itself or says nothing, and what happens here.
//!
//! Of several decisions that an answer rests on, the first of this table is shown: the ones that say most about a case stand first.

use crate::engine::tables::{Decision, Row, SILENT, decided, decision};
use crate::kit::evidence::Evidence::{Assumed, Documented};

pub const ORDER_NUMBER_LENGTH: Row = decision(DECISIONS, "order-number-length");
pub const BANK_CODE_ABSENT: Row = decision(DECISIONS, "bank-code-absent");
pub const BANK_CODE_FORM: Row = decision(DECISIONS, "bank-code-form");
pub const ORDER_ID_DAY: Row = decision(DECISIONS, "order-id-day");
pub const ORDER_NUMBER_USED: Row = decision(DECISIONS, "order-number-used");
pub const REPEATED_WITH_CHANGES: Row = decision(DECISIONS, "repeated-with-changes");
pub const PERFORMED_AFTER_CREATED: Row = decision(DECISIONS, "performed-after-created");
pub const PAYOUT_UNKNOWN: Row = decision(DECISIONS, "payout-unknown");
pub const TYPE_ABSENT: Row = decision(DECISIONS, "type-absent");
pub const REDIRECT_PARAMETERS: Row = decision(DECISIONS, "redirect-parameters");
pub const SIGNED_TEXT: Row = decision(DECISIONS, "signed-text");
pub const RETRY_FIGURES: Row = decision(DECISIONS, "retry-figures");
pub const WEBHOOKS_OVER_HTTP: Row = decision(DECISIONS, "webhooks-over-http");
pub const SEVERAL_FAULTS: Row = decision(DECISIONS, "several-faults");
pub const AMOUNT_WORDING: Row = decision(DECISIONS, "amount-wording");
pub const DOUBLED_SLASH: Row = decision(DECISIONS, "doubled-slash");
pub const CHECK_DIGIT: Row = decision(DECISIONS, "check-digit");
pub const ENVIRONMENT_SHOWN: Row = decision(DECISIONS, "environment");
pub const FAIL_URL_USE: Row = decision(DECISIONS, "fail-url");
pub const FILE_PAYOUT: Row = decision(DECISIONS, "file-payout");
pub const WHOLE_SECONDS: Row = decision(DECISIONS, "whole-seconds");
pub const DESCRIPTION_LIMIT: Row = decision(DECISIONS, "description-limit");
pub const SESSION_RANGE: Row = decision(DECISIONS, "session-range");
pub const REDIRECT_URLS: Row = decision(DECISIONS, "redirect-urls");
pub const RIGHT_MISSING: Row = decision(DECISIONS, "right-missing");
pub const PORTAL_REFUSALS: Row = decision(DECISIONS, "portal-refusals");
pub const PORTAL_ANSWERS: Row = decision(DECISIONS, "portal-answers");
pub const TEST_EVENT: Row = decision(DECISIONS, "test-event");
pub const MASKS: Row = decision(DECISIONS, "masks");
pub const BEARER_FORM: Row = decision(DECISIONS, "bearer-form");
pub const NULL_AND_EMPTY: Row = decision(DECISIONS, "null-and-empty");
pub const UNKNOWN_MEMBERS: Row = decision(DECISIONS, "unknown-members");
pub const TEXTS: Row = decision(DECISIONS, "texts");
pub const REQUIRED_HEADERS: Row = decision(DECISIONS, "required-headers");

#[rustfmt::skip]
pub const DECISIONS: &[Decision] = &[
    decided("order-number-length", "an orderNumber has 36 characters in createPayout and 32 elsewhere", "getPayoutStatus takes 36, unless `strict_order_number` is set", Assumed("otherwise the status of a payout with 33 to 36 characters could never be read")),
    decided("bank-code-absent", "getPayoutStatus calls orderId required, `if available`, and leaves it out of its example", "absent until the bank has answered, then present", Assumed("the text between table and example")),
    decided("bank-code-form", "the form of the bank's order code", "a UUID", Assumed("the example has a placeholder, and no page shows a real code")),
    decided("two-order-ids", "orderId means two things", "createPayout answers the provider's own identifier, the other calls answer the bank's code", Documented("Developer API, response parameters of the three calls")),
    decided("order-id-day", "which day stands in PAY_YYYY_MM_DD_xxxxxx", "the day of the registration in Moscow", Assumed("only one example shows the form; webhooks are dated in Moscow time")),
    decided("order-number-used", "createPayout with an orderNumber that exists", "400 VALIDATION_ERROR, `orderNumber must be unique`", Assumed("idempotency is promised for performPayout only")),
    decided("repeated-with-changes", "performPayout again with another amount or card", "the answer is the stored payout, and nothing changes", Assumed("idempotency per (user, orderNumber) is documented; the effect of other parameters is not")),
    decided("performed-after-created", "performPayout with an orderNumber of createPayout", "the answer is the stored payout, and nothing changes", Assumed("idempotency per (user, orderNumber) does not name the call that used the number first")),
    decided("payout-unknown", "getPayoutStatus for an unknown orderNumber, or that of another user", "400 VALIDATION_ERROR, `payout not found`", Assumed("the code table has no 404")),
    decided("type-absent", "createPayout without `type`", "a card payout; with `type_when_absent: choose` the recipient chooses", Documented("Developer API, Create Payout, channel; the older page let the recipient choose")),
    decided("link-not-opened", "the recipient does not open the link", "after sessionTimeoutSecs the payout is cancelled, a webhook is sent, and the page says so", SILENT),
    decided("redirect-parameters", "parameters added to returnUrl and failUrl", "none", SILENT),
    decided("sample-signature", "the sample signature is not the HMAC of its body", "the real HMAC of the minified body", Documented("Developer API: `This is an example hash`")),
    decided("signed-text", "the signature covers the body `exactly as it was sent`, and then its minified form", "its minified form; bodies are sent minified unless `pretty_body` is set", Documented("Developer API, both code samples minify")),
    decided("retry-figures", "what the figures of the retry schedule count from", "each figure is the wait before its attempt, counted from the previous attempt; `retry_clock: event` counts from the event", SILENT),
    decided("receiver-never-accepts", "the receiver never answers 2xx", "after ten attempts the delivery has failed; the webhook stays enabled", SILENT),
    decided("retries-end", "the URL is removed, or webhooks are disabled, while retries are open", "these deliveries end, also when the URL comes back", SILENT),
    decided("webhooks-over-http", "webhooks need HTTPS", "http is accepted as well, for local receivers, unless `require_https` is set", Assumed("a sandbox needs local receivers")),
    decided("several-faults", "several faults in one request", "one message, joined by `; `: createPayout in the order orderNumber, urls.returnUrl, amount, then the rest; performPayout in the order of its table", Documented("Developer API, both error examples; the place of parameters outside the examples is assumed")),
    decided("amount-wording", "the wording for an amount of zero", "`must be positive` in createPayout, `must be greater than 0` in performPayout", Documented("Developer API, both error examples")),
    decided("doubled-slash", "a doubled slash in the path", "served as one", Documented("Developer API, Integration Examples: the Python client sends one")),
    decided("check-digit", "the check digit of a card number", "not checked", SILENT),
    decided("bank-outcomes", "bank outcomes", "the action `settle` chooses the outcome, no magic number does; without the action the bank accepts after five seconds", SILENT),
    decided("calls-above-limit", "more than 30 requests per second", "served, unless the account's `rate_limit` is `enforce`: then 429 RATE_LIMITED", SILENT),
    decided("environment", "environment in features", "development, unless the setting `environment` says uat or production", Assumed("the example says production, but its host says dev")),
    decided("fail-url", "which error sends the recipient to failUrl", "a refusal at once: payouts of that kind are not enabled any more, or the bank refuses while the recipient submits (a button on the page of the sandbox); wrong details are shown on the form again, and the page of a payout that has expired, failed or was cancelled links to failUrl", Assumed("Create Payout says `URL for redirect on error`, and names no error")),
    decided("file-payout", "a payout by file", "the action `file-payout` pays one row of a file, to a card or through SBP; it runs like performPayout, and its webhooks have no externalId", Assumed("file payouts are mentioned under externalId; how they run is not documented")),
    decided("whole-seconds", "seconds in creationDate", "a payout is created at a whole second, and its link ends sessionTimeoutSecs after that", Assumed("creationDate has whole seconds")),
    decided("repeated-reads", "how often the same object may be read", "as often as a client likes; more than 60 reads of it in a minute are listed as a violation, because webhooks report its changes", SILENT),
    decided("description-limit", "the length of a description", "at most 600 characters in both calls", Assumed("performPayout says about 600, and createPayout does not name a limit")),
    decided("session-range", "the range of sessionTimeoutSecs", "from 1 second to 86400", Assumed("only the default of 600 is documented")),
    decided("redirect-urls", "which texts returnUrl and failUrl may be", "http and https URLs of at most 2048 characters", SILENT),
    decided("right-missing", "a kind of payout that is not enabled, or a channel that is not integrated", "403 PERMISSION_DENIED when the parameters are right; performPayout needs card payouts through vtb", Assumed("the code is documented, and that performPayout needs a permission; which refusal it is, and its text, are not")),
    decided("portal-refusals", "a portal call without a session, with a wrong csrf_token, or of a user without a company", "401 UNAUTHORIZED `Login required`, 403 PERMISSION_DENIED, 400 NO_COMPANY", Assumed("the page says that the calls need both, and names NO_COMPANY without a status")),
    decided("portal-answers", "what webhook_save and webhook_test answer", "the saved settings with the secret, and the receiver's status with the duration", Assumed("the page names the calls and their parameters, but not their answers")),
    decided("test-event", "the event of a test delivery", "payout.id 0, externalId TEST, status success, amount 100, and an eventId of its own", SILENT),
    decided("masks", "the masks of phone numbers, and of card numbers that do not have 16 digits", "`+7******` and the last four digits; the first six and last four digits with a star for each between them", Assumed("the only example is a card number of 16 digits")),
    decided("bearer-form", "which forms of `Authorization: Bearer` are read", "the scheme in any case, and any number of spaces behind it", SILENT),
    decided("order-of-checks", "in which order a call is checked", "the token, the required headers, the limit, the parameters, the rights, and then the orderNumber", SILENT),
    decided("null-and-empty", "a parameter that is null or an empty text", "it counts as not sent; an empty `url` of webhook_save removes the target", SILENT),
    decided("unknown-members", "members of a body that the documentation does not name", "ignored", SILENT),
    decided("repeated-members", "a member that stands in a body twice", "the last one counts", SILENT),
    decided("texts", "the texts of refusals that no example shows", "the name of the parameter, and what it must be", Assumed("two examples show `is required`, `must be positive` and `must be greater than 0`")),
    decided("required-headers", "headers called required", "not enforced unless `strict_headers` is set; a JSON body is read with any content type", SILENT),
];
