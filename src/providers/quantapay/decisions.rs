//! Where the documents are silent or contradict themselves.
//!
//! Of several decisions that an answer rests on, the first of this table is shown: the ones that say most about a case stand first.

use crate::engine::tables::{Decision, Row, SILENT, decided, decision};
use crate::kit::evidence::Evidence::{Assumed, Documented, Observed};

pub const CURRENCY_CASE: Row = decision(DECISIONS, "currency-case");
pub const PAYLOAD_OF_APRIL: Row = decision(DECISIONS, "payload-of-april");
pub const CHECKOUT_ID_SHOWN: Row = decision(DECISIONS, "checkout-id-shown");
pub const KEY_IN_WEBHOOK: Row = decision(DECISIONS, "key-in-webhook");
pub const RATE_FORM: Row = decision(DECISIONS, "rate-form");
pub const BALANCE_FORM: Row = decision(DECISIONS, "balance-form");
pub const WEBHOOK_MEMBER: Row = decision(DECISIONS, "webhook-member");
pub const RATE_TABLE: Row = decision(DECISIONS, "rate-table");
pub const THROTTLING: Row = decision(DECISIONS, "throttling");
pub const COMPLETION_ONLY: Row = decision(DECISIONS, "completion-only");
pub const CREDIT_NUMBER: Row = decision(DECISIONS, "credit-number");
pub const SESSION_ANSWER: Row = decision(DECISIONS, "session-answer");
pub const FORMS_READ: Row = decision(DECISIONS, "forms-read");
pub const REPEATED_FIELDS: Row = decision(DECISIONS, "repeated-fields");
pub const TRUE_AND_FALSE: Row = decision(DECISIONS, "true-and-false");
pub const DOCUMENTED_ONLY_WITHOUT_KEY: Row = decision(DECISIONS, "documented-only-without-key");
pub const TIMESTAMP_TOLERANCE: Row = decision(DECISIONS, "timestamp-tolerance");
pub const HALF_A_SIGNATURE: Row = decision(DECISIONS, "half-a-signature");
pub const UNSIGNED_CHECKOUT: Row = decision(DECISIONS, "unsigned-checkout");
pub const SIGNATURE_REFUSALS: Row = decision(DECISIONS, "signature-refusals");
pub const FALLBACK_KEY: Row = decision(DECISIONS, "fallback-key");
pub const FALLBACK_KEY_OF_REQUESTS: Row = decision(DECISIONS, "fallback-key-of-requests");
pub const OTHER_STATUSES: Row = decision(DECISIONS, "other-statuses");
pub const SESSION_LIFETIME: Row = decision(DECISIONS, "session-lifetime");
pub const EXPIRED_STATUS: Row = decision(DECISIONS, "expired-status");
pub const PURGE_WITH_TRANSFER: Row = decision(DECISIONS, "purge-with-transfer");
pub const ONE_ATTEMPT: Row = decision(DECISIONS, "one-attempt");
pub const RETRY_WAITS: Row = decision(DECISIONS, "retry-waits");
pub const PRICE_BOUNDS: Row = decision(DECISIONS, "price-bounds");
pub const VALUE_BOUNDS: Row = decision(DECISIONS, "value-bounds");
pub const CODES_ACCEPTED: Row = decision(DECISIONS, "codes-accepted");
pub const COIN_DECIMALS: Row = decision(DECISIONS, "coin-decimals");
pub const COINS_OFFERED: Row = decision(DECISIONS, "coins-offered");
pub const VARIANT_CODES: Row = decision(DECISIONS, "variant-codes");
pub const CHAINS: Row = decision(DECISIONS, "chains");
pub const MATCHING: Row = decision(DECISIONS, "matching");
pub const UNIQUE_AMOUNTS: Row = decision(DECISIONS, "unique-amounts");
pub const UNDERPAYMENT: Row = decision(DECISIONS, "underpayment");
pub const ACCEPTED_UNDERPAYMENT: Row = decision(DECISIONS, "accepted-underpayment");
pub const FEE: Row = decision(DECISIONS, "fee");
pub const WALLET_AT_ONCE: Row = decision(DECISIONS, "wallet-at-once");
pub const WALLETS: Row = decision(DECISIONS, "wallets");
pub const BALANCE_CURRENCY: Row = decision(DECISIONS, "balance-currency");
pub const FIAT_VALUE_ROUNDED: Row = decision(DECISIONS, "fiat-value");
pub const CREDITS_BELOW_ZERO: Row = decision(DECISIONS, "credits-below-zero");
pub const TRANSACTION_TYPE: Row = decision(DECISIONS, "transaction-type");
pub const EVENT_NAME: Row = decision(DECISIONS, "event-name");
pub const SENDER_NAME: Row = decision(DECISIONS, "sender-name");
pub const OWN_CHECKOUT_ID: Row = decision(DECISIONS, "own-checkout-id");
pub const TRANSFER_DECIMALS: Row = decision(DECISIONS, "transfer-decimals");
pub const CHECKOUT_ON_THE_PAGE: Row = decision(DECISIONS, "checkout-on-page");
pub const TOKEN_OF_AN_UNPAID: Row = decision(DECISIONS, "token-of-an-unpaid");
pub const EMPTY_FUNCTION: Row = decision(DECISIONS, "empty-function");
pub const UNKNOWN_FIELDS: Row = decision(DECISIONS, "unknown-fields");
pub const ADDRESSES_AND_HASHES: Row = decision(DECISIONS, "addresses-and-hashes");
pub const MESSAGES: Row = decision(DECISIONS, "messages");
pub const REFUSAL_STATUS: Row = decision(DECISIONS, "refusal-status");

#[rustfmt::skip]
pub const DECISIONS: &[Decision] = &[
    decided("currency-case", "the currency is `usd` in the signing sample, `USD` in the curl", "the characters are signed as they are posted; both cases are accepted, and lowercase is stored", Documented("API Overview, HMAC Signature; Transactions API")),
    decided("timestamp-field", "the PHP sample's comment shows a multiplication sign in place of `&time`", "the field is `timestamp`; the page shows a broken HTML entity", Documented("API Overview, HMAC Signature")),
    decided("payload-of-april", "the webhook's payload of March and that of April differ: biz_id, type, decimals, checkout_id, vat", "April's payload; March's with the setting `payload`", Documented("Webhooks, 2026-03-09 and 2026-04-08")),
    decided("checkout-id-shown", "checkout_id is null although the payment came from a session", "null when the reference is not empty, otherwise cs-cs_...; in March's payload always cs-cs_...", Assumed("the examples show null beside a reference, and cs-cs_...; no page says when it is which")),
    decided("key-in-webhook", "the section is called signature verification, but the body carries only a shared secret", "webhooks are not signed; `key` carries the secret", Documented("Webhooks")),
    decided("rate-form", "the sibling product gives rates as coins per currency, and as numbers", "the price of a coin, as text", Documented("Utilities API, get-exchange-rates")),
    decided("balance-form", "the sibling product nests balances, with names and totals", "flat: a member for each coin", Documented("Utilities API, get-balances")),
    decided("webhook-member", "`webhook` is \"1\" in the payload, and would be 0 at that moment in the sibling product", "\"1\"; without a webhook address it stays \"0\"", Documented("Webhooks, payload; the case without an address is assumed")),
    decided("rate-table", "the examples do not agree on a rate: 0.5432 btc are 35210.50, and a btc is 64850.25", "one fixed table: btc 64850.25, eth 1999.60, stablecoins 1", Assumed("Utilities API, get-exchange-rates, shows the price of btc; no page has the other figures")),
    decided("throttling", "no strict rate limit, but excessive requests may be throttled", "off; with `rate_limit` at `enforce` the 101st call of a minute is refused with 429", Assumed("API Overview, Rate Limits, documents that throttling may happen; how is not documented")),
    decided("completion-only", "a webhook is sent when payment events occur, but only completion is described", "a webhook is sent on completion only", Documented("Webhooks; that other changes send none is observed in the sibling product")),
    decided("credit-number", "credit_balance is a number, every other amount is a text", "both as documented", Documented("Utilities API, get-credit-balance")),
    decided("session-answer", "parameters and response of create-checkout-session beyond price, currency, order_id and payment_url", "redirect, title, description and note as on the page; session_id, price, currency, order_id, created_at and expires_at in the answer", Assumed("the page's table is cut off in the stored state")),
    decided("media-type", "the media type of an answer", "application/json", Assumed("the sibling product sets no media type, and PHP's default is text/html")),
    decided("forms-read", "which requests carry a form", "a POST that is urlencoded or multipart; JSON, the query and GET carry none", Observed("the sibling product reads forms as PHP does: a multipart file is not a field, and only the first 1000 fields are read")),
    decided("repeated-fields", "a field that is sent twice", "the last one counts", Observed("the sibling product")),
    decided("true-and-false", "`true` and `false` as texts of optional fields", "they are texts", Assumed("the sibling product turns them into booleans, which none of these fields needs")),
    decided("function-names", "names of the functions that query and verify", "the sibling product's: get-transaction, get-transactions, create-transaction, check-transactions, check-transaction, payment-link, get-cryptocurrency-codes; `documented_only` removes them", Observed("the sibling product")),
    decided("documented-only-without-key", "what `documented_only` does for a caller without a valid key", "nothing: only the key tells whose setting applies", SILENT),
    decided("order-of-checks", "order of checks", "function, key, missing fields in their order, values, then age and signature", Observed("the sibling product; that the signature comes last is assumed")),
    decided("timestamp-tolerance", "how far a timestamp may differ from the server's time", "300 seconds in either direction; 301 are too many", Assumed("within 5 minutes of the server time")),
    decided("half-a-signature", "only one of signature and timestamp", "missing-argument, which names the other", SILENT),
    decided("unsigned-checkout", "a request without a signature, although the account has a secret", "accepted: signing is optional", Documented("API Overview, HMAC Signature (Optional)")),
    decided("expired-before-wrong", "a signature that is expired and also wrong", "the answer is `Request expired`", SILENT),
    decided("signature-refusals", "the codes of a signature that is expired or wrong", "request-expired and invalid-signature", Assumed("API Overview, HMAC Signature, has the message `Request expired`; the table of codes has neither")),
    decided("fallback-key", "the key in webhooks when the account has no webhook secret", "the account's encryption key", Documented("Webhooks, Chinese state of 2026-03-09")),
    decided("fallback-key-of-requests", "which key signs requests when the account has no webhook secret", "the account's encryption key", Assumed("it replaces the secret in webhooks")),
    decided("other-statuses", "statuses other than C", "P pending, X underpaid, R refunded; for a deleted row the answer is false", Observed("the sibling product")),
    decided("session-lifetime", "how long a session lives", "60 minutes; each payment in it has 60 minutes of its own", Assumed("the sibling product gives a payment 60 minutes")),
    decided("expired-status", "whether `expired` is a status", "no: the row stays pending, and a late transfer still completes it, until it is deleted after 48 hours; the end of the hour is still a timer, and an advance of the clock can stop there", Observed("the sibling product")),
    decided("purge-with-transfer", "a row that is still pending after 48 hours because its transfer is not confirmed yet", "it is deleted as well", SILENT),
    decided("one-attempt", "retries of a webhook", "none: one attempt with a limit of 7 seconds, whatever the answer; `webhook_retries` turns retries on", Observed("the sibling product")),
    decided("retry-waits", "when retries follow that `webhook_retries` has turned on", "1, 5, 15, 60 and 360 minutes after the previous attempt", SILENT),
    decided("refund-and-cancel", "refund and cancel by the API", "not offered", SILENT),
    decided("same-checkout-twice", "the same checkout twice", "two sessions: no idempotency is documented", SILENT),
    decided("price-bounds", "bounds of a price", "above zero, at most 15 digits and 8 decimals, plain digits without an exponent", SILENT),
    decided("value-bounds", "bounds and forms of other fields", "a reference has at most 255 characters, another text 4096, a redirect is an http or https address; dates, pages and statuses are read as the sibling product writes them; any other value is invalid-argument", SILENT),
    decided("codes-accepted", "which currencies there are", "163 codes at fixed rates to the dollar; any other is invalid-argument", Assumed("Help center, FAQ, says 160+ and names none")),
    decided("coin-decimals", "amounts of coins", "cut, not rounded, to the coin's decimals: btc, eth, ltc, bch, doge 8, xrp, usdt, usdc, algo 6, bnb 7, link 5, bat 3, shib 1", Observed("the sibling product; other coins have the decimals of their chain, at most 8")),
    decided("coins-offered", "which coins are offered", "those that the FAQ names: 28 with their variants; Lightning and custom tokens are not offered", Documented("Help center, FAQ; that any other code is invalid-argument is assumed")),
    decided("variant-codes", "the codes of a coin on another chain", "the coin, an underscore and the chain: usdt_tron, usdt_bsc", Observed("the sibling product; the codes of other chains follow its pattern")),
    decided("chains", "on which chains the coins move", "each on its own chain; the clock that all providers of a sandbox share drives the chains; USDT on Tron moves with Tron", Assumed("no page says how often a chain has a block")),
    decided("matching", "which transfer is for a payment on a shared address", "a transfer whose amount, as a text, begins with the expected amount; the longest match wins: 0.0251 pays 0.025, 125 pays 12. Any other transfer stays in the wallet unrecognised", Observed("the sibling product")),
    decided("unique-amounts", "two open payments of the same amount on a shared address", "the second amount is 0.01 to 0.1 % higher; the seed decides the exact difference", Observed("the sibling product")),
    decided("underpayment", "a payment of too little, on an address of its own", "underpaid, with a note; with `accept_underpayments`, and when less than 5 % of the mean is missing, it is completed over the amount that arrived", Observed("the sibling product")),
    decided("accepted-underpayment", "what the merchant's acceptance changes", "amount and amount_fiat become what arrived, as with automatic acceptance; the fee was taken before", Assumed("the sibling product rewrites both when it accepts automatically")),
    decided("fee", "fee", "0.8 % of amount_fiat in dollars, rounded to cents, halves up; an underpaid payment has a fee as well", Documented("Help center, FAQ: 0.8 % of each completed payment; the fee of underpaid ones is observed in the sibling product, the rounding is assumed")),
    decided("wallet-at-once", "when the wallet shows a transfer", "as soon as it is seen, recognised or not", SILENT),
    decided("wallets", "for which coins an account has a wallet", "for each coin that is offered; an empty one shows 0", Assumed("the example of get-balances shows two coins; the sibling product leaves a coin without an address out")),
    decided("balance-currency", "in which currency `fiat` of a balance is", "in dollars", Assumed("Utilities API, get-balances, does not name it; its example fits dollars")),
    decided("fiat-value", "the form of a fiat value", "a text with 2 decimals, halves up", Assumed("the answer of get-fiat-value is cut off in the stored state")),
    decided("credits-below-zero", "credits below zero", "the payment page says no-credit-balance; calls still work", Observed("the sibling product; that create-checkout-session still works is assumed")),
    decided("transaction-type", "type", "2 for payments of a session, 1 for create-transaction unless it says otherwise", Observed("the sibling product: 1 by default; the payload of 2026-04-08 shows 2, whose meaning no page says")),
    decided("event-name", "the name of the webhook's event", "completed", Assumed("the webhook does not name its event")),
    decided("sender-name", "who sends the webhook", "User-Agent: QuantaPay; an inbox recognises the provider by it", Assumed("the sibling product sends its own name")),
    decided("own-checkout-id", "a `checkout_id` on the page that is not the id of a session", "beside a price it is the shop's own id: a checkout begins under it, answers and webhooks show it as checkout_id, and the link finds the latest checkout of that id until it has ended unpaid; an id of the form of a session's, or one without a price, is 404", Observed("an official client links to the page with an id of its own; that answers show it is assumed")),
    decided("transfer-decimals", "a transfer with more decimals than amounts are shown with", "it counts with all of them, up to those of the coin on its chain: 18 for ether and the tokens of its chains, 12 for xmr, 10 for dot, 9 for sol and ton; answers cut it. A transfer that is short by less than the last decimal shown is underpaid", Assumed("a chain knows nothing of the provider's decimals")),
    decided("checkout-on-page", "a checkout that begins on the page, without a call", "the page's query takes price, currency, external_reference, redirect, title, description, note, pay, and cloud with the API key; the session begins when a coin is chosen", Observed("the sibling product and an official client; that cloud is the API key is assumed")),
    decided("repeated-reads", "how often the same transaction may be read", "as often as a client likes; more than 30 reads of it in a minute are listed as a violation, because a webhook reports its completion", Observed("the sibling product's payment page asks every 3 seconds")),
    decided("token-of-an-unpaid", "check-transaction with the token of a transaction for which no transfer was seen", "transaction-not-found", SILENT),
    decided("empty-function", "an empty `function`", "function-not-found", SILENT),
    decided("unknown-fields", "fields that a function does not have", "ignored", SILENT),
    decided("addresses-and-hashes", "addresses and hashes", "they look like those of their chain; addresses of btc, ltc, doge, bch and trx have a correct checksum", SILENT),
    decided("messages", "the message of a refusal", "the code in words; `Missing argument` names the field, and `Invalid argument` says what it must be", Assumed("the table of codes describes each of them, and only `Request expired` is shown as a message")),
    decided("refusal-status", "the HTTP status of a refusal", "200", Observed("the sibling product; QuantaPay's pages do not say")),
];
