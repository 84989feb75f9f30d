//! Where the documentation contradicts itself or says nothing, and what happens here.

use crate::engine::contract::Decision;
use crate::kit::evidence::Evidence::{self, Assumed, Documented, Observed};

const SILENT: Evidence = Assumed("the documentation is silent");

const fn decided(question: &'static str, decision: &'static str, evidence: Evidence) -> Decision {
    Decision { question, decision, evidence }
}

#[rustfmt::skip]
pub const DECISIONS: &[Decision] = &[
    decided("the amount of a new payout: what the recipient gets, or what leaves the balance", "what leaves the balance; fee = amount x payout_fee_rate, and the answer's amount is the rest. 0.005 makes 99.5 and 0.5 of 100, 0.019 the documented 98.1 and 1.9", Documented("earlier Chinese page, Payouts: the fee is deducted; the example sends 100 and answers 98.1 and 1.9; the English text says otherwise")),
    decided("arrivalDate is the moment of payment, and stands in pending examples", "createdAt and 48 hours until the payout is paid, then the real moment", Documented("API reference, Payouts: the examples are two days apart")),
    decided("a balance transaction is called `balance` with `available` in its table, `balanceTransaction` with `availableOn` in its example", "as in the example", Documented("API reference, Balance transactions, example")),
    decided("the `object` of a payment method", "its type in payouts, paymentMethod in charges", Documented("API reference, both examples")),
    decided("accountNum or bankAccountNum, state or states", "bankAccountNum; state and states are both taken, and shown as they were sent", Documented("API reference, Payouts: examples and required keys; the table of payment methods says accountNum and state")),
    decided("how often a webhook is sent again", "five times, so six attempts; the setting `webhook_retries` changes it", Documented("earlier Chinese page, Webhooks: up to five more; a test in a later product's server counts five in all")),
    decided("signature: names with or without regard to case, objects by the same rules or as JSON", "case matters, objects are compact JSON as in the body", Documented("earlier Chinese page, Webhooks: signature; the published digest EE53810FF1341779F2FF25989A67DCFC comes out so")),
    decided("the two digests printed under the second step of the signature", "ignored: they belong to no data of the page", Documented("API reference, Webhooks: neither digest is one of the example's")),
    decided("`url` of a list with its query or without", "without", Documented("API reference, Pagination and Charges; the example of payouts has one")),
    decided("the minimum of a payout is 200 USDT, and the example pays out 100 USD", "the minimum holds for payouts in its own currency", Assumed("otherwise the documented example would be refused")),
    decided("a charge outside limit.pay, whose currency is USDT", "402; USD and USDT count alike", Assumed("the limits are documented in Accounts, what breaks them is not")),
    decided("event examples show a succeeded charge as pending, a paid payout as pending", "the object as it was at that moment: paid is true in charge.succeeded", Observed("a test in a later product's server expects paid true")),
    decided("status inTransit, event payout.inTransition", "both as they are written", Documented("API reference, Payouts: status values and event types")),
    decided("status of a validation error", "400", Documented("API reference, Errors; a later product's server answers 422")),
    decided("status for another merchant's object", "403", Documented("API reference, Errors; a later product's server answers 402")),
    decided("bodies are JSON in the text, forms in the examples of charges", "both are taken; in a form numbers are text, and destination.type is written with a dot", Documented("API reference, Introduction, and Charges: examples")),
    decided("how long an access token is good", "30 days", Documented("API reference, Authentication: exp of the example less its iat; a later product has 15 days")),
    decided("what signs an access token", "HS256 with a secret of the sandbox: qbit_test_jwt_secret in `default`, else 32 characters that follow from the sandbox's name; the answer's Playmoney-Hint names it", SILENT),
    decided("orders are named in the reference and have no page, charges have a page and are not named", "both are served", Documented("API reference, includes, Quickstart and Pagination")),
    decided("start_after and end_before, once in a text", "only starting_after and ending_before, as in the table", Documented("API reference, Pagination: parameters")),
    decided("the orders' parameters, objects and errors", "symbol, side, amount; bought at ask, sold at bid, at the price that the ticker told this merchant at most 30 seconds ago, else at the present one", Assumed("Quickstart: the order is executed immediately and the balances are updated")),
    decided("the deposit's event and object", "deposit.succeeded with id, amount, currency, addr and confirmations", Assumed("Quickstart announces the notification and names nothing")),
    decided("what a deposit counts as until it is credited", "pending money, with a ledger row that has no availableOn yet", SILENT),
    decided("the same externalOrderId again", "another object: nothing is idempotent", Documented("API reference, Pagination: the example repeats one")),
    decided("how long a charge can be paid", "30 minutes; then it is cancelled, with charge.expired", Observed("a later product's server reserves the amount of a charge for 1800 seconds")),
    decided("how long a payout takes", "60 seconds until inTransit, 48 hours until paid; `pace: manual` leaves both to settle-payout", SILENT),
    decided("when a failed or cancelled payout pays back", "at once, with its fee, as a row payout_failure or payout_cancel", Documented("API reference, Balance transactions: the types; the moment is assumed")),
    decided("when a charge's money can be used", "24 hours after it was received; until then it is pending", Documented("API reference, Balance transactions: the example's availableOn")),
    decided("a dispute that is closed", "in favour of the buyer: closed, paid and credited, charge.dispute.closed and then charge.succeeded; of the seller: cancelled", Assumed("both events are documented, what they lead to is not")),
    decided("refunds, cancelling, withdrawals, a list of events", "404 Not Found", Documented("API reference: no such call is listed")),
    decided("a receiver that is slow, or redirects", "10 seconds; a redirect is not followed, and counts as a failure", SILENT),
    decided("livemode", "true as in production, false in test events; the setting `livemode` changes the first", Assumed("a receiver that ignores test events should meet the others")),
    decided("an account without a webhook URL", "payouts and deposits tell nobody; charges have their own cbUrl, and events/test without one is 400", SILENT),
    decided("order of events", "kept for each target", SILENT),
    decided("a currency's decimals", "two, and six for BTC; an amount with more is refused", Assumed("the examples show 0.017451 BTC and 98.1 USD")),
    decided("balance of another currency", "the parameter currency of balances/show", Assumed("the page shows one balance and no parameter")),
    decided("prices", "BTC/CNY 38737.7, USD/CNY 6.76, USDT/CNY 6.97 and 6.95, USD/PHP 52, USDT/USD 1, any other pair by division through CNY with eight decimals; set-price changes them", Documented("API reference, Charges and Markets: the examples' prices; the others are assumed")),
    decided("the amounts of a charge", "totalCost = amount x the price of currency in quoteCurrency, baseAmount = totalCost / price, both at ask", Documented("API reference, Charges: 100 USD, 676 CNY, 0.017451 BTC")),
    decided("rate limit", "none unless the account's `rate_limit` is `enforce`: then 20 calls a second, 403 rate_limit_error", Documented("earlier Chinese page: 403; the figure is assumed")),
];
