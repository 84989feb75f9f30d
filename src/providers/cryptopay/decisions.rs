//! Where the documentation is silent or contradicts itself, and what happens here.

use crate::engine::tables::{Decision, Row, SILENT, decided, decision};
use crate::kit::evidence::Evidence::{Assumed, Documented};

// Those that a check, a figure or a value rests on.
pub const PAGE_LINKS: Row = decision(DECISIONS, "page-links");
pub const BEARER_FORM: Row = decision(DECISIONS, "bearer-form");
pub const PATH_SLASH: Row = decision(DECISIONS, "path-slash");
pub const LINK_HOSTS: Row = decision(DECISIONS, "link-hosts");
pub const NONCE_RANGE: Row = decision(DECISIONS, "nonce-range");
pub const MISSING_METHODS: Row = decision(DECISIONS, "missing-methods");
pub const ORDER_PATH_ID: Row = decision(DECISIONS, "order-path-id");
pub const SEEN_STATUS: Row = decision(DECISIONS, "seen-status");
pub const CHAIN_SLUGS: Row = decision(DECISIONS, "chain-slugs");
pub const CHAIN_CONFIRMATIONS: Row = decision(DECISIONS, "chain-confirmations");
pub const AMOUNT_FORM: Row = decision(DECISIONS, "amount-form");
pub const ORDER_WINDOW: Row = decision(DECISIONS, "order-window");
pub const WRONG_TRANSFER: Row = decision(DECISIONS, "wrong-transfer");
pub const OVERPAYMENT: Row = decision(DECISIONS, "overpayment");
pub const FAILED_BEFORE_TRANSFER: Row = decision(DECISIONS, "failed-before-transfer");
pub const LOST_CONFIRMATIONS: Row = decision(DECISIONS, "lost-confirmations");
pub const UNKNOWN_OBJECT: Row = decision(DECISIONS, "unknown-object");
pub const WALLETS: Row = decision(DECISIONS, "wallets");
pub const ENDPOINTS: Row = decision(DECISIONS, "endpoints");
pub const EVENT_TARGETS: Row = decision(DECISIONS, "event-targets");
pub const ACCOUNT_URL: Row = decision(DECISIONS, "account-url");
pub const EVENT_NULLS: Row = decision(DECISIONS, "event-nulls");
pub const REFRESH_REUSE: Row = decision(DECISIONS, "refresh-reuse");
pub const TOKEN_CLAIMS: Row = decision(DECISIONS, "token-claims");
pub const TOKEN_SECRET: Row = decision(DECISIONS, "token-secret");
pub const NEW_ACCOUNT: Row = decision(DECISIONS, "new-account");
pub const VALIDATION_TEXTS: Row = decision(DECISIONS, "validation-texts");
pub const NULL_AND_EMPTY: Row = decision(DECISIONS, "null-and-empty");
pub const UNREADABLE_BODY: Row = decision(DECISIONS, "unreadable-body");
pub const PAGE_BOUNDS: Row = decision(DECISIONS, "page-bounds");
pub const LIMIT_REFUSAL: Row = decision(DECISIONS, "limit-refusal");
pub const SUSPENDED_ACCOUNT: Row = decision(DECISIONS, "suspended-account");
pub const REDIRECT_RESULT: Row = decision(DECISIONS, "redirect-result");
pub const LIST_SHAPE: Row = decision(DECISIONS, "list-shape");
pub const AUTH_ANSWERS: Row = decision(DECISIONS, "auth-answers");
pub const NONCE_USED: Row = decision(DECISIONS, "nonce-used");
pub const NO_WALLET: Row = decision(DECISIONS, "no-wallet");
pub const WRONG_PAIR: Row = decision(DECISIONS, "wrong-pair");
pub const EXPIRY_RULE: Row = decision(DECISIONS, "expiry-rule");
pub const TRANSACTION_OBJECT: Row = decision(DECISIONS, "transaction-object");
pub const TRANSFER_VALUES: Row = decision(DECISIONS, "transfer-values");
pub const REGISTRATION: Row = decision(DECISIONS, "registration");
pub const EMPTY_BODY: Row = decision(DECISIONS, "empty-body");
pub const DUPLICATE_MEMBERS: Row = decision(DECISIONS, "duplicate-members");
pub const REPEATED_PARAMETER: Row = decision(DECISIONS, "repeated-parameter");
pub const UNKNOWN_PARAMETERS: Row = decision(DECISIONS, "unknown-parameters");
pub const ORDER_WORDS: Row = decision(DECISIONS, "order-words");
pub const TOKEN_DECIMALS: Row = decision(DECISIONS, "token-decimals");
pub const SECOND_TRANSFER: Row = decision(DECISIONS, "second-transfer");
pub const LATE_TRANSFER: Row = decision(DECISIONS, "late-transfer");
pub const LATE_CONFIRMATION: Row = decision(DECISIONS, "late-confirmation");
pub const FAILED_TRANSACTION: Row = decision(DECISIONS, "failed-transaction");
pub const USER_IDS: Row = decision(DECISIONS, "user-ids");
pub const RETRIES: Row = decision(DECISIONS, "retries");
pub const LIMIT_WINDOW: Row = decision(DECISIONS, "limit-window");
pub const TEXTS: Row = decision(DECISIONS, "texts");
pub const ORDER_MESSAGE: Row = decision(DECISIONS, "order-message");
pub const SINGLE_OBJECT_CALLS: Row = decision(DECISIONS, "single-object-calls");
pub const ENTERPRISE_LIMIT: Row = decision(DECISIONS, "enterprise-limit");
pub const ORDER_INFO_TEXT: Row = decision(DECISIONS, "order-info-text");

#[rustfmt::skip]
pub const DECISIONS: &[Decision] = &[
    decided("list-shape", "the text gives all responses an envelope, the examples show lists without one", "lists have no envelope: count, next, previous, results", Documented("API overview, Pagination")),
    decided("auth-answers", "answers of the authentication calls", "no envelope, as in the examples; refusals have the error envelope", Documented("Authentication, Login and Refresh Token; API overview, Error Responses")),
    decided("order-message", "the example of a new order lacks message and timestamp", "both are sent", Documented("API overview, Response Format")),
    decided("page-links", "the example of page 2 with page_size 50 has ?page=3 as next", "page_size and filters stay in the links, sorted by name; previous of page 2 has page=1", Assumed("without page_size the next page would begin at another object; the example looks shortened")),
    decided("bearer-kinds", "the API key is the token of a login in one place, a key from the dashboard in another", "both are accepted as bearer; the key never expires", Documented("API overview, Authentication, Getting Your API Key; FAQ; that a key never expires is assumed")),
    decided("path-slash", "register and login are documented without a slash at the end, all other paths with one", "the authentication calls work with and without it; any other path without it is redirected by 301 to the path with it, also for POST", Assumed("Django does so, and most clients then repeat the request as GET")),
    decided("link-hosts", "the documented base URL is empty, and the payment page is on another host", "payment_url is absolute, below the address at which the sandbox was called; qr_code_url and the links of lists are relative; the setting `documented_links` writes them as the page does", Assumed("Payment Orders, Create Payment Order: response, has an absolute payment_url and a relative qr_code_url; a browser has to reach the page of the sandbox")),
    decided("nonce-range", "a nonce has 13 digits in one sample, 16 in another", "any whole number from 1 to 9223372036854775807, kept exactly; the same written as text is accepted", Assumed("Payment Orders, Create Payment Order: integer, unique; no bounds are documented")),
    decided("nonce-scope", "among which orders a nonce must be unique", "among those of the merchant; a refused call does not use its nonce up", SILENT),
    decided("order-info-text", "order_info is JSON, but sent as text", "text that parses as JSON; an object is refused", Documented("Payment Orders, Create Payment Order, and the JavaScript sample; what is refused is assumed")),
    decided("missing-methods", "DELETE is listed as a method, but no call has it", "405 METHOD_NOT_ALLOWED with Allow for a known caller, 401 for any other, as in the framework; the same for PATCH and PUT. HEAD is answered as GET, OPTIONS with 204 and Allow", Assumed("API overview, Request Format, names DELETE, and Core Resources has no such call; the framework answers so")),
    decided("client-libraries", "the page recommends any HTTP client, the FAQ mentions SDKs", "no SDK is known", Documented("API overview, HTTP Client Libraries")),
    decided("order-path-id", "{id} in a path: the number or the order_id", "both", Assumed("API overview, Core Resources: {id}; Payment Orders shows both identifiers")),
    decided("order-words", "events are payment.* and order.*, statuses pending and confirmed", "pending, confirmed, failed, expired: the last words of the events", Assumed("pending and confirmed are documented; failed and expired are the last words of two events")),
    decided("seen-status", "the status when a transfer is seen", "still pending, with its transaction and the event payment.pending", Assumed("Webhooks, Webhook Events: `payment.pending`; the status of the order at that moment is not documented; the authors' own page has paid and pending only")),
    decided("reset-header", "the example of X-RateLimit-Reset is two years before the other dates", "the end of the current window, in seconds since 1970", Assumed("API overview, Rate Limiting, has the header in an example alone")),
    decided("chain-names", "the authors' own page names another chain", "the five of the FAQ: ethereum, base, polygon, bsc, arbitrum", Documented("FAQ")),
    decided("chain-tokens", "which tokens a chain has", "ethereum ETH USDC USDT DAI; base ETH USDC cbBTC; polygon MATIC USDC USDT WETH; bsc BNB USDC USDT BUSD; arbitrum ETH USDC ARB", Documented("FAQ")),
    decided("token-decimals", "decimals of a token", "18 for ETH, DAI, MATIC, WETH, BNB, BUSD, ARB and everything on bsc; 6 for USDC and USDT; 8 for cbBTC", Assumed("the decimals of the real contracts")),
    decided("chain-confirmations", "how many confirmations are enough", "ethereum 12, base 15, polygon 30, bsc 15, arbitrum 20; blocks of the simulated chains add them", Assumed("the documented example of payment.confirmed shows 15 on base")),
    decided("amount-form", "how an amount is written", "a number of up to 28 digits, in any spelling of Python's Decimal: a text may have an exponent, a plus, leading zeros and white space around it. A JSON number with a point or an exponent has the value of a double. Answers have it as text, with the decimals that were sent", Assumed("Payment Orders, Create Payment Order: \"100.00\"; the rules are those of Python and of the framework")),
    decided("order-window", "how long an order can be paid", "two hours unless expires_at is sent; its fraction of a second is dropped, and without an offset it is UTC", Assumed("Payment Orders, Create Payment Order: the example ends two hours after it was created; no default is documented")),
    decided("late-confirmation", "a transfer that is seen before expires_at and confirmed after it", "the order is confirmed, without order.expired", SILENT),
    decided("late-transfer", "a transfer after the end of an order", "it is not recorded and sends no event; the action `pay` is refused with 409", SILENT),
    decided("second-transfer", "a second transfer to an order", "it is ignored: an order accepts one transfer; the action `pay` is refused with 409", SILENT),
    decided("wrong-transfer", "a transfer of too little, or of another token", "payment.pending when it is seen, payment.failed when it has enough confirmations, with the received amount", Assumed("until then a reorganisation could still undo it")),
    decided("overpayment", "a transfer of too much", "the order is confirmed, with the received amount", SILENT),
    decided("failed-before-transfer", "the action `fail` before any transfer", "the payment is rejected: payment.failed, with null for every unknown detail of the transfer", SILENT),
    decided("lost-confirmations", "confirmations that a reorganisation takes back", "`confirmations` falls, and new blocks raise it again; a final status stays", SILENT),
    decided("failed-transaction", "a transaction of a failed order", "also failed, confirmed_at null, with any number of confirmations", SILENT),
    decided("unknown-object", "another merchant's object, or one that does not exist", "404 NOT_FOUND `Not found.`", SILENT),
    decided("wallets", "wallets", "one for each chain; a second one is 400 for blockchain; PUT needs the whole body; a new address applies to later orders; an inactive wallet accepts no orders", Assumed("no body is documented")),
    decided("endpoints", "webhook endpoints", "url, events (all by default, in the order sent), is_active; the server creates the secret, and no call of the API changes it; at most 100 for each merchant", Assumed("no body is documented")),
    decided("single-object-calls", "GET, PATCH and DELETE of one wallet or one endpoint", "405: only PUT is documented", Assumed("API overview, Core Resources, has PUT only; 405 is not in its table of statuses")),
    decided("event-targets", "which targets get an event", "every active endpoint that has it, signed with its own secret; the webhook_url of an order replaces them all, signed with the account's secret; a pending webhook is still sent after its endpoint has dropped the event, but not after the endpoint has become inactive", SILENT),
    decided("account-url", "the account's own webhook_url, which the provider does not have", "one more endpoint with all events, signed with the account's secret", Assumed("a tester needs a target that can be set from outside")),
    decided("retries", "retries", "after 1, 5 and 15 minutes, 1 and 6 hours, then no more; the setting `retry_schedule` changes the waits; body and webhook_id stay, and with the same secret the signature too", SILENT),
    decided("secret-rotation", "a secret that changes between attempts", "each attempt is signed with the current secret; the account's secret is a setting, the action `rotate-secret` replaces that of an endpoint", SILENT),
    decided("accepting-answers", "which answers accept a webhook", "any 2xx within 10 seconds; redirects are not followed", SILENT),
    decided("event-nulls", "what is null in an event", "hash, block, payer and confirmed_at until they are known; all of them in order.expired", Assumed("the only example is of payment.confirmed")),
    decided("refresh-reuse", "a refresh token that was already used", "401, unless the setting `refresh_rotation` is off", Assumed("the answer has a new one")),
    decided("token-claims", "the claims of a token", "token_type, exp, iat, jti, user_id", Assumed("the claims of the framework's usual library")),
    decided("token-secret", "how a token is signed", "HS256 with the secret of the sandbox: cp_test_jwt_secret in `default`; a token with any other algorithm is not valid", Assumed("Authentication, Login: the head of the example names HS256; no page has the secret")),
    decided("plain-passwords", "passwords", "stored in plain text and compared in constant time, without a slow hash: tests log in quickly, and no password here protects anything", Assumed("this is a test server")),
    decided("new-account", "the account of a new user", "named `user-` and the id, with a static key and a webhook secret, and without a wallet; at most 1000 users in a sandbox", SILENT),
    decided("user-ids", "the user's id", "1 for the account that every sandbox has, then 2, 3 and so on", SILENT),
    decided("validation-texts", "the texts of validation errors", "`This field is required`; the others are those of the framework without the full stop", Assumed("API overview, Error Responses, has the first; Django REST Framework has the others")),
    decided("null-and-empty", "null and empty text", "count as not sent", SILENT),
    decided("unknown-parameters", "unknown parameters of a body or a query", "are ignored", Assumed("the framework ignores them")),
    decided("unreadable-body", "a body that is not a JSON object, or not sent as JSON", "400 VALIDATION_ERROR with empty details: 415 is not in the table of statuses", Assumed("API overview, Status Codes, has 400 and not 415")),
    decided("page-bounds", "pages of a list", "20 objects by default, 100 at most, newest first; an invalid page_size counts as not sent; a page after the last one, or one that is not a number, is 404 `Invalid page.`; an unknown word in a filter is 400", Assumed("API overview, Pagination, has the parameters; the rest is the framework's")),
    decided("limit-window", "the window of the rate limit", "an hour of simulated time from the first call in it; every call of a known caller counts, refused ones too; the authentication calls do not count, and their answers have no headers about the limit", SILENT),
    decided("limit-refusal", "calls above the limit", "429 RATE_LIMITED with Retry-After; the setting `rate_limit` turns this off", Assumed("API overview, Status Codes: 429 Rate Limited; code, text and Retry-After are not documented")),
    decided("enterprise-limit", "the figure of the Enterprise plan", "100000 unless the setting `hourly_limit` has another", Assumed("API overview, Rate Limiting, says `custom limits`")),
    decided("suspended-account", "a suspended account", "403 FORBIDDEN for every call, logins included", Assumed("403 is in the table of statuses, without a reason")),
    decided("redirect-result", "where the customer goes after the payment", "when the order is confirmed, the page redirects to redirect_url with order_id and status appended; failed and expired orders stay on the page", Assumed("Payment Orders, Create Payment Order, has redirect_url; neither the moment nor the parameters are documented")),
    decided("same-call-twice", "the same call twice", "no call is idempotent; the nonce prevents a second order", Assumed("project page: nonces against replays; no page has a key for idempotency")),
    decided("repeated-parameter", "a query parameter that is sent twice", "the last counts", Assumed("Django does so")),
    decided("frequent-reads", "how often the same object may be read", "as often as a client likes; more than 60 reads of it in a minute are listed as a violation, because webhooks report its changes", SILENT),
    decided("chain-slugs", "the slugs of BSC and Arbitrum", "bsc and arbitrum; capital and small letters matter", Assumed("the examples have base, ethereum and polygon")),
    decided("nonce-used", "a nonce that was used", "400 for nonce, `This nonce has already been used`", Assumed("Payment Orders, Create Payment Order: unique; the refusal is not documented")),
    decided("no-wallet", "an order on a chain on which the merchant has no active wallet", "400 for blockchain", SILENT),
    decided("wrong-pair", "an order in a token that its chain does not have, or with more decimals than the token has", "400 for currency or amount", SILENT),
    decided("expiry-rule", "an expires_at that is past", "400 for expires_at", SILENT),
    decided("transaction-object", "the members of a transaction", "those of the payload of webhooks, and id, status and created_at", Assumed("the page on transactions is not published")),
    decided("transfer-values", "the hash and the payer of a transfer", "made up", Assumed("the chains are simulated")),
    decided("registration", "the answer to a registration, and what it refuses", "201 with id, username, email and shop_name; 400 for a name or an email that is taken, and for a password of less than 8 characters", Assumed("Authentication, Register, has the request only")),
    decided("starting-wallets", "the wallets of the account that every sandbox has", "one on each chain, with a made-up address", Assumed("a tester needs them to create orders")),
    decided("bearer-form", "a bearer after several spaces, and its scheme in other letters", "are accepted", SILENT),
    decided("empty-body", "a call without a body", "counts as one with an empty object, so details name every required parameter", SILENT),
    decided("duplicate-members", "a member of a JSON body that is sent twice", "the last counts", Assumed("Python reads JSON so")),
    decided("removed-url", "attempts that are pending when the account's webhook_url is removed", "are not made", SILENT),
    decided("texts", "the codes and the texts of refusals beside VALIDATION_ERROR", "the name of the status as a code, and the texts of the framework", Assumed("API overview, Status Codes, has numbers and names of statuses only")),
];
