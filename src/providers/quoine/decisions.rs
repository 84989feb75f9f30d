//! Where the documents are silent or contradict themselves.
//!
//! Of several decisions that an answer rests on, the first of this table is shown: the ones that say most about a case stand first.

use crate::engine::tables::{Decision, Row, SILENT, decided, decision};
use crate::kit::evidence::Evidence::{Assumed, Documented, Observed};

pub const STATUS_WORDS: Row = decision(DECISIONS, "status-words");
pub const PRICE_FORMS: Row = decision(DECISIONS, "price-forms");
pub const COMPLETE_NOTICE: Row = decision(DECISIONS, "complete-notice");
pub const UNREADABLE_BODY: Row = decision(DECISIONS, "unreadable-body");
pub const QUERY_SIGNED: Row = decision(DECISIONS, "query-signed");
pub const BTC_SENT: Row = decision(DECISIONS, "btc-sent");
pub const ENOUGH_CONFIRMATIONS: Row = decision(DECISIONS, "confirmations");
pub const UPDATED_AT: Row = decision(DECISIONS, "updated-at");
pub const LIMIT_STATUS: Row = decision(DECISIONS, "usage-limit-status");
pub const CALLBACK_NAMES: Row = decision(DECISIONS, "callback-names");
pub const DATA_FORMS: Row = decision(DECISIONS, "data-forms");
pub const ONE_SECRET: Row = decision(DECISIONS, "one-secret");
pub const CALLBACKS_SIGNED: Row = decision(DECISIONS, "callbacks-signed");
pub const DATE_AGE: Row = decision(DECISIONS, "date-age");
pub const DATE_FORMS: Row = decision(DECISIONS, "date-forms");
pub const MD5_OF_A_GET: Row = decision(DECISIONS, "md5-of-a-get");
pub const NONCE_MEMORY: Row = decision(DECISIONS, "nonce-memory");
pub const MEDIA_TYPE: Row = decision(DECISIONS, "media-type");
pub const MEDIA_TYPE_OF_A_GET: Row = decision(DECISIONS, "media-type-of-a-get");
pub const UNKNOWN_PATH: Row = decision(DECISIONS, "unknown-path");
pub const FOREIGN_INVOICE: Row = decision(DECISIONS, "foreign-invoice");
pub const PAGE_SIZE: Row = decision(DECISIONS, "page-size");
pub const PRICE_BOUNDS: Row = decision(DECISIONS, "price-bounds");
pub const TEXT_LENGTHS: Row = decision(DECISIONS, "text-lengths");
pub const CALLBACK_FORMS: Row = decision(DECISIONS, "callback-forms");
pub const FAULT_WORDING: Row = decision(DECISIONS, "fault-wording");
pub const CLAIMS: Row = decision(DECISIONS, "claims");
pub const CLAIM_OF_NOTHING: Row = decision(DECISIONS, "claim-of-nothing");
pub const LATE_PAYMENT: Row = decision(DECISIONS, "late-payment");
pub const PART_PAYMENT: Row = decision(DECISIONS, "part-payment");
pub const SEVERAL_PAYMENTS: Row = decision(DECISIONS, "several-payments");
pub const OVERPAYMENT: Row = decision(DECISIONS, "overpayment");
pub const PAID_AT: Row = decision(DECISIONS, "paid-at");
pub const REORGANISATION: Row = decision(DECISIONS, "reorganisation");
pub const CALLBACK_CAUSES: Row = decision(DECISIONS, "callback-causes");
pub const NO_CALLBACK_ADDRESS: Row = decision(DECISIONS, "no-callback-address");
pub const CALLBACK_RETRIES: Row = decision(DECISIONS, "callback-retries");
pub const CALLBACK_WITHOUT_PATH: Row = decision(DECISIONS, "callback-without-path");
pub const CALLS_LIMIT: Row = decision(DECISIONS, "calls-limit");
pub const REPEATED_QUERY_PARAMETER: Row = decision(DECISIONS, "repeated-query-parameter");
pub const PRICE_TEXTS: Row = decision(DECISIONS, "price-texts");
pub const PRICE_PRECISION: Row = decision(DECISIONS, "price-precision");
pub const ADDRESSES_IN_THE_URI: Row = decision(DECISIONS, "addresses-in-uri");
pub const UNKNOWN_MEMBERS: Row = decision(DECISIONS, "unknown-members");
pub const ABSENT_TEXTS: Row = decision(DECISIONS, "absent-texts");
pub const MESSAGE_TEXTS: Row = decision(DECISIONS, "message-texts");
pub const RATES: Row = decision(DECISIONS, "rates");
pub const SUB_ACCOUNT: Row = decision(DECISIONS, "sub-account");

#[rustfmt::skip]
pub const DECISIONS: &[Decision] = &[
    decided("status-words", "samples say account_created, unpaid and paid, the enumerations list other words", "only the words of the enumerations", Documented("API Reference, Create An Invoice, invoice_status and system_status; the samples' words are those of the first revision")),
    decided("price-forms", "price is a text, btc_price and btc_balance are numbers; how a request sends a price is not said", "both types exactly as shown; a request may send price as a number or as a text", Observed("SDKs of 2014: the Python sample sends a text; the final revision sends a number")),
    decided("complete-notice", "complete means that the merchant has been notified, but the notice itself says complete", "the notice says complete, but the invoice stays captured until a receiver accepts the notice", Documented("API Reference, system_status and the callback's sample; their order is assumed")),
    decided("unreadable-body", "400 and 422 have the same description, and 404 is missing from the table of statuses", "a body that cannot be read is 400, a wrong parameter 422, an unknown invoice 404", Assumed("the samples show 422 and 404; the page does not say which requests are answered with 400")),
    decided("empty-md5-slot", "without Content-MD5 `it should not be in the canonical string`, but the code sample leaves an empty slot", "the slot stays empty: two commas", Documented("API Reference, Authentication, code sample; the api_auth gem does the same")),
    decided("signed-path", "the signed path is /profile in the code sample, /api/invoices in the text, and the base URL ends in /api/v1", "the path of the request, with or without Playmoney's prefix", Documented("API Reference, Authentication: request URI; that the prefix may be left out is Playmoney's own")),
    decided("query-signed", "whether the query is signed", "it is; a signature over the path alone is accepted only with `legacy_no_nonce`", Observed("the api_auth gem and the Python sample sign it, the C# sample does not")),
    decided("btc-sent", "only one sample shows `status: btc_sent`", "only getInvoice answers it: null until the invoice is paid in full, then btc_sent", Assumed("the sample is of a confirmed invoice; what other invoices show is not documented")),
    decided("invalid-shown", "invalid is said to show as payment_expired, which is defined as nothing detected in 30 minutes", "invalid shows as payment_expired", Documented("API Reference, system_status")),
    decided("confirmations", "unconfirmed is `with 1 confirmation`, payment_detected `not 100% confirmed`", "unconfirmed as soon as the payment is seen, confirmed with 6 confirmations, or with the number in `confirmations`", Assumed("nothing else fits both texts")),
    decided("updated-at", "updated_at equals created_at in samples of paid invoices", "updated_at is the moment of the last change", Assumed("the samples look edited by hand")),
    decided("usage-limit-status", "the usage limit is answered with 503 here and with 429 on the exchange", "503", Documented("API Reference, status codes")),
    decided("callback-names", "the parameter is `callback` here, `callback_url` in the C# sample; the path was once set_payments_callback", "the page's names; the old path exists with the setting `set_payments_callback`", Documented("API Reference, Update Notification URL")),
    decided("data-forms", "data is any text here, an object in the final revision", "both are accepted and returned unchanged", Documented("API Reference, Create An Invoice: any string; final revision: an object")),
    decided("one-secret", "User Secret, API_KEY and token name the same thing", "each user has one secret: for an unknown user the answer is `API_KEY is invalid`, for any other fault `Token is invalid`", Documented("API Reference, status codes: the body of a 401 distinguishes the two, in these words; its form is assumed")),
    decided("callbacks-signed", "whether callbacks are signed", "always, in the same way as a request, with the merchant's own id and secret", Documented("final revision; the demo shop verifies it since 2014-09-27")),
    decided("date-age", "the highest age of a Date", "900 seconds; a Date in the future is accepted", Observed("the api_auth gem")),
    decided("date-forms", "which forms of a date are read", "those of HTTP, with two digits for the day, in capital or small letters; the name of the weekday need not be right", Assumed("Ruby's parser of HTTP dates, which the api_auth gem uses")),
    decided("md5-of-a-get", "a Content-MD5 that does not fit a request without a body", "it is not compared, only signed", Observed("the api_auth gem compares it for POST and PUT only")),
    decided("order-of-checks", "the order of checks", "header, user, Content-MD5, signature, Date, NONCE", Assumed("the order of the api_auth gem, with NONCE last, so that a refused request does not use one up")),
    decided("nonce-memory", "the time for which a NONCE is remembered", "until its Date is too old to be accepted; beyond 100000 per user the oldest is forgotten, and `note` of the request's journal entry says so", SILENT),
    decided("nonce-of-a-refusal", "whether a refused request uses up its NONCE", "no, for every refusal", SILENT),
    decided("media-type", "a POST whose Content-Type is not JSON", "400", SILENT),
    decided("media-type-of-a-get", "a GET whose Content-Type is not JSON", "any text is accepted, as it is signed", SILENT),
    decided("unknown-path", "a path or method that is not documented", "404 `Not found`, for every caller", SILENT),
    decided("foreign-invoice", "another merchant's invoice, or an id that is not a number", "404 `Invoice not found`", Assumed("the sample error is documented; these cases are not")),
    decided("page-size", "size and order of a page", "25 by default, at most 100, ascending by id; an impossible number counts as not sent", Assumed("the sample lists 1, 2; the numbers are those of the usual pagination library")),
    decided("same-invoice-twice", "the same invoice twice", "two invoices: no idempotency is documented", SILENT),
    decided("price-bounds", "the smallest and the highest price", "above zero and worth at least a hundred-millionth of a bitcoin, otherwise `is too small`; at most 1000000000", SILENT),
    decided("text-lengths", "the length of name, data and callback", "at most 255, 65535 and 2048 characters, otherwise `is too long`", SILENT),
    decided("callback-forms", "which texts are a callback", "an http or https address without a user name, otherwise `is invalid`", SILENT),
    decided("fault-wording", "the wording of other faults of a parameter", "the words of the Rails framework: `is not a number`, `must be greater than 0`, `is invalid`; also `can't be blank` for a callback", Assumed("the demo shop and the api_auth gem are Rails; only `can't be blank` of a price is documented")),
    decided("claims", "what claim_bitcoin does", "with the setting, the payments beyond the price of a paid invoice, or all payments of an expired one, are claimed at once", Documented("final revision; which payments are a surplus is assumed")),
    decided("claim-of-nothing", "claim_bitcoin when nothing can be claimed", "200 with an amount of 0", SILENT),
    decided("late-payment", "a payment after the end", "btc_balance grows, but the status stays; a payment exactly at expired_at is late", SILENT),
    decided("part-payment", "a payment of a part of the price", "btc_balance grows, but the invoice stays ready and still expires", Assumed("the page says `full payment`")),
    decided("several-payments", "several payments", "they add up; the one that reaches the price moves the invoice on", Assumed("`full payment`")),
    decided("overpayment", "more than the price", "the statuses do not differ; the surplus stays in btc_balance", Assumed("in the final revision the merchant can claim it; here with `claim_bitcoin`")),
    decided("paid-at", "the moment of paid_at", "the moment at which the full payment is seen", SILENT),
    decided("reorganisation", "confirmed payments that a reorganisation undoes", "an unconfirmed invoice waits for new blocks; a status that was reached stays", Assumed("the table does not show a way back")),
    decided("callback-causes", "which changes send a callback", "detected, confirmed, expired and captured; creation and completion do not", Assumed("`everytime invoice status is updated`, and the notice that complete presupposes")),
    decided("no-callback-address", "an invoice without a callback address", "no callback is sent: the invoice stays captured, also when an address is set later", Assumed("complete is defined by a notification")),
    decided("callback-retries", "a callback that fails", "five attempts in all: retries after 1, 5, 15 and 60 minutes, each with a new Date and NONCE, to the address that is set at the time", SILENT),
    decided("retries-end", "the callback address is removed while retries are open", "these callbacks end, also when an address comes back", SILENT),
    decided("accepted-callback", "which answers accept a callback", "any 2xx within 10 seconds; redirects are not followed", Assumed("the demo shop answers 200")),
    decided("callback-without-path", "a callback address without a path", "the request and the signature use the path `/`", SILENT),
    decided("calls-limit", "the limit of a user's calls", "none, unless the account's `rate_limit` is `enforce`: then 300 calls in five minutes", Assumed("the Exchange API's number")),
    decided("repeated-query-parameter", "a query parameter that is sent twice", "the last counts", Assumed("Rack, below the Rails framework, does so")),
    decided("repeated-members", "a member that stands in a body twice", "the last counts", SILENT),
    decided("price-texts", "prices as texts that are not plain digits", "` 5 `, `+5`, `.5`, `5.` and `1e3` are numbers", SILENT),
    decided("price-precision", "the precision of a price that is a JSON number", "without a point it is exact; with one it has the value of a double, as text: 19.989999999999998 is 19.99", Assumed("Ruby reads it so")),
    decided("addresses-in-uri", "an address inside the signed path and query", "scheme and host may be left out of the signed text wherever they stand; callbacks leave them out", Observed("the api_auth gem removes them with one pattern")),
    decided("unknown-members", "members that the page does not name, refund_mispayment and refund_address of the final revision among them", "ignored", Assumed("the page that is served does not have them")),
    decided("absent-texts", "how a text that was not given is shown", "null", SILENT),
    decided("message-texts", "the message of a 400, of a 503 and of an unknown path", "`Invalid request body`, `API usage limit exceeded`, `Internal error on Authy`, `You don't have access to this API call`, `Not found`", Assumed("the statuses have descriptions, but no sample")),
    decided("rates", "rates and currencies", "a bitcoin costs 1000 USD, 120000 JPY, 1350 SGD, 900 EUR; the price in BTC has 8 decimals, halves away from zero", Assumed("the sample's 500 USD are 0.5 BTC")),
    decided("sub-account", "sub_account_id", "one account for each invoice, with the invoice's number", Assumed("both samples show invoice 1 with sub-account 1")),
    decided("repeated-reads", "how often the same object may be read", "as often as a client likes; more than 60 reads of it in a minute are listed as a violation, because webhooks report its changes", SILENT),
];
