//! Where the documents are silent or contradict themselves.

use crate::engine::contract::Decision;
use crate::kit::evidence::Evidence::{self, Assumed, Documented, Observed};

const SILENT: Evidence = Assumed("the documentation is silent");

const fn decided(question: &'static str, decision: &'static str, evidence: Evidence) -> Decision {
    Decision { question, decision, evidence }
}

#[rustfmt::skip]
pub const DECISIONS: &[Decision] = &[
    decided("samples say account_created, unpaid and paid, the enumerations list other words", "the words of the enumerations alone", Documented("first revision: the samples' words are what that revision called them; API Reference, samples of the callback use the new ones")),
    decided("price is a text, btc_price and btc_balance are numbers", "both types exactly; price is taken as a number or as text", Documented("API Reference, samples; the final revision sends a number, the Python sample and the demo shop a text")),
    decided("complete means that the merchant has been notified, yet the notice itself says complete", "the notice says complete, the invoice stays captured until a receiver accepts it", Documented("API Reference, system_status and the callback's sample; their order is assumed")),
    decided("400 and 422 are described alike, and 404 is missing from the table of statuses", "a body that cannot be read is 400, a wrong parameter 422, an unknown invoice 404", Documented("API Reference, status codes and sample errors; where the line lies is assumed")),
    decided("without Content-MD5 `it should not be in the canonical string`, yet the code sample leaves an empty slot", "the slot stays, empty: two commas", Documented("API Reference, Authentication, code sample; the api_auth gem does the same")),
    decided("the signed path is /profile in the code sample, /api/invoices in the text, and the base URL ends in /api/v1", "the path that is asked for, with or without what Playmoney puts before it", Documented("API Reference, Authentication: request URI")),
    decided("whether the query is signed", "it is; the path alone is taken with `legacy_no_nonce` only", Observed("the api_auth gem and the Python sample sign it, the C# sample does not")),
    decided("`status: btc_sent` stands in one sample only", "getInvoice alone has it: null until paid in full, then btc_sent", Documented("API Reference, Get An Invoice, sample response; null is assumed")),
    decided("invalid is said to show as payment_expired, which is defined as nothing detected in 30 minutes", "invalid shows as payment_expired", Documented("API Reference, system_status")),
    decided("unconfirmed is `with 1 confirmation`, payment_detected `not 100% confirmed`", "unconfirmed from the first sighting on, confirmed at a depth of 6, or as `confirmations` says", Assumed("nothing else fits both texts")),
    decided("updated_at equals created_at in samples of paid invoices", "the moment of the last change", Assumed("the samples look edited by hand")),
    decided("the usage limit is answered with 503 here and with 429 on the exchange", "503", Documented("API Reference, status codes")),
    decided("the parameter is `callback` here, `callback_url` in the C# sample; the path was once set_payments_callback", "the page's names; the old path with the setting `set_payments_callback`", Documented("API Reference, Update Notification URL")),
    decided("data is any text here, an object in the final revision", "both are taken and returned unchanged", Documented("API Reference, Create An Invoice; final revision")),
    decided("User Secret, API_KEY and token name the same thing", "one secret a user: an unknown user is `API_KEY is invalid`, anything else `Token is invalid`", Documented("API Reference, status codes: the 401 body tells the two apart; the texts are assumed")),
    decided("whether callbacks are signed", "always, as a request is, with the merchant's own id and secret", Observed("the final revision documents it, the demo shop verifies it since 2014-09-27")),
    decided("how old a Date may be", "900 seconds; one from the future is taken", Observed("the api_auth gem")),
    decided("which forms of a date are read", "those of HTTP; the day has two digits", Assumed("Ruby's parser of HTTP dates, which the api_auth gem uses")),
    decided("the order of checks", "header, user, Content-MD5, signature, Date, NONCE", Assumed("the api_auth gem, and NONCE last so that a refused request uses none up")),
    decided("how long a NONCE is remembered", "until its Date would be refused anyhow; past 100000 of a user the oldest goes, and the request's journal entry says so in `note`", SILENT),
    decided("whether a refused request uses up its NONCE", "no, whatever the refusal", SILENT),
    decided("a POST whose Content-Type is not JSON", "400", SILENT),
    decided("a path or method that is not documented", "404 `Not found`, whoever asks", SILENT),
    decided("another merchant's invoice, or an id that is no number", "404 `Invoice not found`", Documented("API Reference, Get An Invoice, sample error; the cases are assumed")),
    decided("size and order of a page", "25 unless asked for, 100 at most, ascending by id; nonsense counts as not sent", Assumed("the sample lists 1, 2; the numbers are the usual pagination library's")),
    decided("the same invoice twice", "two invoices: no idempotency is documented", SILENT),
    decided("rates and currencies", "a bitcoin costs 1000 USD, 120000 JPY, 1350 SGD, 900 EUR; the price in BTC has 8 decimals, halves away from zero", Assumed("the sample's 500 USD are 0.5 BTC")),
    decided("the smallest and the highest price", "above zero, and at least a hundred-millionth of a bitcoin: `is too small`; 1000000000 at most", SILENT),
    decided("the length of name, data and callback", "255, 65535 and 2048 characters: `is too long`", SILENT),
    decided("wording of other faults of a parameter", "that of the Rails framework: `is not a number`, `must be greater than 0`, `is invalid`", Observed("the demo shop and the api_auth gem are Rails; `can't be blank` is documented")),
    decided("how a text that was not given is shown", "null", SILENT),
    decided("sub_account_id", "one account for each invoice, with the invoice's number", Assumed("both samples show invoice 1 with sub-account 1")),
    decided("a part of the payment", "btc_balance grows, the invoice stays ready and expires all the same", Assumed("`full payment` is what moves it on")),
    decided("several payments", "they add up; the one that reaches the price moves the invoice on", Assumed("`full payment`")),
    decided("more than the price", "the usual way; the surplus stays in btc_balance", Assumed("the final revision lets it be claimed; with `claim_bitcoin` it can be")),
    decided("a payment after the end", "btc_balance grows, the status stays; a payment at the very moment of expired_at is late", SILENT),
    decided("when paid_at is set", "when the full payment is seen", SILENT),
    decided("confirmed payments that a reorganisation undoes", "an unconfirmed invoice waits for new blocks; a status that was reached stays", Assumed("the table knows no way back")),
    decided("which changes are told", "detected, confirmed, expired and captured; creation and completion are not", Assumed("`everytime invoice status is updated`, and the notice that complete presupposes")),
    decided("no callback address", "nothing is owed: the invoice stays captured, and an address that is set later hears nothing of it", Assumed("complete is defined by a notification")),
    decided("a callback that fails", "five attempts: after 1, 5, 15 and 60 minutes, each with a new Date and NONCE, to the address that is set then", SILENT),
    decided("which answers accept a callback", "any 2xx within 10 seconds; redirects are not followed", Assumed("the demo shop answers 200")),
    decided("a callback address without a path", "`/` is asked for and signed", SILENT),
    decided("how often a user may call", "as often as they like, unless the account's `rate_limit` is `enforce`: then 300 calls in five minutes", Assumed("the Exchange API's number")),
    decided("refund_mispayment and refund_address of the final revision", "ignored like any unknown parameter", Assumed("the page that is served does not have them")),
];
