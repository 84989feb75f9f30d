//! Where the documentation contradicts itself or says nothing, and what happens here.

use crate::engine::tables::{Decision, Row, SILENT, decided, decision};
use crate::kit::evidence::Evidence::{Assumed, Documented, Observed};

// Those that a check, a figure or a value rests on.
pub const PAYOUT_AMOUNT: Row = decision(DECISIONS, "payout-amount");
pub const ARRIVAL_DATE: Row = decision(DECISIONS, "arrival-date");
pub const LEDGER_NAMES: Row = decision(DECISIONS, "ledger-names");
pub const PAYMENT_METHOD_OBJECT: Row = decision(DECISIONS, "payment-method-object");
pub const SIGNED_TEXT: Row = decision(DECISIONS, "signed-text");
pub const LIST_URL: Row = decision(DECISIONS, "list-url");
pub const PAYOUT_MINIMUM: Row = decision(DECISIONS, "payout-minimum");
pub const CHARGE_LIMITS: Row = decision(DECISIONS, "charge-limits");
pub const EVENT_STATE: Row = decision(DECISIONS, "event-state");
pub const ANOTHER_MERCHANTS_OBJECT: Row = decision(DECISIONS, "another-merchants-object");
pub const BODY_FORMATS: Row = decision(DECISIONS, "body-formats");
pub const ACCESS_TOKEN_LIFE: Row = decision(DECISIONS, "access-token-life");
pub const PAYMENT_PAGE_TOKEN: Row = decision(DECISIONS, "payment-page-token");
pub const CHARGE_FEE: Row = decision(DECISIONS, "charge-fee");
pub const ACCESS_TOKEN_SECRET: Row = decision(DECISIONS, "access-token-secret");
pub const ORDER_CALL: Row = decision(DECISIONS, "order-call");
pub const DEPOSIT_EVENT: Row = decision(DECISIONS, "deposit-event");
pub const PENDING_DEPOSIT: Row = decision(DECISIONS, "pending-deposit");
pub const REPEATED_ORDER_NUMBER: Row = decision(DECISIONS, "repeated-order-number");
pub const CHARGE_WINDOW: Row = decision(DECISIONS, "charge-window");
pub const PAYOUT_REVERSAL: Row = decision(DECISIONS, "payout-reversal");
pub const CHARGE_MONEY: Row = decision(DECISIONS, "charge-money");
pub const DISPUTE_OUTCOME: Row = decision(DECISIONS, "dispute-outcome");
pub const LIVE_MODE: Row = decision(DECISIONS, "live-mode");
pub const NO_WEBHOOK_URL: Row = decision(DECISIONS, "no-webhook-url");
pub const CURRENCY_DECIMALS: Row = decision(DECISIONS, "currency-decimals");
pub const SAMPLE_PRICES: Row = decision(DECISIONS, "sample-prices");
pub const CHARGE_AMOUNTS: Row = decision(DECISIONS, "charge-amounts");
pub const RATE_LIMIT: Row = decision(DECISIONS, "rate-limit");
pub const OTHER_PRICES: Row = decision(DECISIONS, "other-prices");
pub const PAYOUT_DEBIT: Row = decision(DECISIONS, "payout-debit");
pub const DESTINATION_IDS: Row = decision(DECISIONS, "destination-ids");
pub const PAYMENT_METHOD_VALUES: Row = decision(DECISIONS, "payment-method-values");
pub const PAYMENT_TYPE_DEFAULT: Row = decision(DECISIONS, "payment-type-default");
pub const TYPE_LABELS: Row = decision(DECISIONS, "type-labels");
pub const PAYMENT_PAGE_ADDRESS: Row = decision(DECISIONS, "payment-page-address");
pub const PENDING_WEBHOOKS: Row = decision(DECISIONS, "pending-webhooks");
pub const LEDGER_ROWS: Row = decision(DECISIONS, "ledger-rows");
pub const OPENING_BALANCE: Row = decision(DECISIONS, "opening-balance");
pub const TEST_EVENT: Row = decision(DECISIONS, "test-event");
pub const CHARGE_NOT_PENDING: Row = decision(DECISIONS, "charge-not-pending");
pub const LARGEST_AMOUNTS: Row = decision(DECISIONS, "largest-amounts");
pub const UNKNOWN_PAIR: Row = decision(DECISIONS, "unknown-pair");
pub const UNKNOWN_PATH: Row = decision(DECISIONS, "unknown-path");
pub const VALIDATION_DETAIL: Row = decision(DECISIONS, "validation-detail");
pub const NESTED_FIELDS: Row = decision(DECISIONS, "nested-fields");
pub const FORBIDDEN_TEXT: Row = decision(DECISIONS, "forbidden-text");
pub const PAYOUT_NOT_FOUND: Row = decision(DECISIONS, "payout-not-found");
pub const SERVER_ERROR_TEXT: Row = decision(DECISIONS, "server-error-text");
pub const NULL_AND_EMPTY: Row = decision(DECISIONS, "null-and-empty");
pub const DUPLICATE_MEMBERS: Row = decision(DECISIONS, "duplicate-members");
pub const REPEATED_QUERY_PARAMETER: Row = decision(DECISIONS, "repeated-query-parameter");
pub const UNKNOWN_MEMBERS: Row = decision(DECISIONS, "unknown-members");
pub const LIST_OBJECTS: Row = decision(DECISIONS, "list-objects");
pub const VALIDATION_STATUS: Row = decision(DECISIONS, "validation-status");
pub const EMPTY_QUERY_PARAMETER: Row = decision(DECISIONS, "empty-query-parameter");
pub const TEXTS: Row = decision(DECISIONS, "texts");

#[rustfmt::skip]
pub const DECISIONS: &[Decision] = &[
    decided("payout-amount", "the amount of a new payout: what the recipient gets, or what leaves the balance", "what leaves the balance; fee = amount x payout_fee_rate, and the answer's `amount` is the rest. A rate of 0.005 splits 100 into 99.5 and 0.5, a rate of 0.019 into the documented 98.1 and 1.9", Documented("earlier Chinese page, Payouts: the fee is deducted; the example sends 100 and its answer has 98.1 and 1.9; the English text differs; the rounding is assumed")),
    decided("arrival-date", "arrivalDate is the moment of payment, but examples of pending payouts have it too", "createdAt plus 48 hours until the payout is paid, then the real moment", Assumed("API reference, Payouts: createdAt and arrivalDate of the pending examples are two days apart; that this is an estimate is a reading")),
    decided("ledger-names", "the table of a balance transaction says `balance` and `available`, its example `balanceTransaction` and `availableOn`", "as in the example", Documented("API reference, Balance transactions, example")),
    decided("payment-method-object", "the `object` of a payment method", "its type in payouts, paymentMethod in charges", Documented("API reference, both examples")),
    decided("destination-keys", "accountNum or bankAccountNum, state or states", "bankAccountNum; state and states are both accepted; answers repeat the one that was sent", Documented("API reference, Payouts: examples and required keys; the table of payment methods says accountNum and state; that answers repeat the key is assumed")),
    decided("webhook-retries", "the number of retries of a webhook", "five, so six attempts; the setting `webhook_retries` changes it", Documented("earlier Chinese page, Webhooks: up to five retries; a test in a later product's server counts five attempts in total")),
    decided("signed-text", "signature: whether the case of names matters, and whether objects follow the same rules or are JSON", "case matters; objects are compact JSON exactly as in the body", Documented("earlier Chinese page, Webhooks: signature; this rule gives the published digest EE53810FF1341779F2FF25989A67DCFC")),
    decided("printed-digests", "the two digests printed under the second step of the signature", "ignored: no data on the page gives them", Assumed("API reference, Webhooks: neither digest follows from the example, and a third one, EE53810FF1341779F2FF25989A67DCFC, does")),
    decided("list-url", "whether the `url` of a list includes the query", "it does not", Documented("API reference, Pagination and Charges; the example of payouts includes it")),
    decided("payout-minimum", "the minimum of a payout is 200 USDT, but the example pays out 100 USD", "the minimum applies to payouts in USDT only", Assumed("otherwise the documented example would be refused")),
    decided("charge-limits", "a charge outside limit.pay, whose currency is USDT", "402; an amount in USD is compared as if it were USDT", Assumed("the limits are documented in Accounts, the answer to an amount outside them is not")),
    decided("event-state", "event examples show a succeeded charge and a paid payout as pending", "the object as it was at the event: `paid` is true in charge.succeeded", Observed("a test in a later product's server expects paid true")),
    decided("in-transit-words", "status inTransit, event payout.inTransition", "both are used as documented", Documented("API reference, Payouts: status values and event types")),
    decided("validation-status", "status of a validation error", "400", Documented("API reference, Errors; a later product's server answers 422")),
    decided("another-merchants-object", "status for another merchant's object", "403", Assumed("API reference, Errors: 403 is for a key without permissions; that it covers the objects of another merchant is a reading; a later product's server answers 402")),
    decided("body-formats", "bodies are JSON in the text, forms in the examples of charges", "both are accepted; in a form, numbers are text, and a dot or brackets name the member of an object: destination.type, destination[type]", Documented("API reference, Introduction, and Charges: examples; how a form names the member of an object is assumed")),
    decided("access-token-life", "the lifetime of an access token", "30 days", Assumed("API reference, Authentication: the example has exp, and an iat without one of its digits; only 30 whole days fit; a later product has 15")),
    decided("payment-page-token", "what the payment page does with an access token", "`&accessToken=` behind paymentPageUrl opens the page while the token is valid; a wrong or expired one is refused with 401, another merchant's with 403; without a token the page opens too", Assumed("API reference, Charges, and the earlier Chinese page say that the token goes behind the address, not what a wrong one does")),
    decided("coin-delivery", "how long a charge stays sellerConfirmed", "it is closed at once; `pace: manual` leaves it to the action `deliver-coins`, and a rule's `lifecycle` can end there", Observed("a later product's server delivers the coins at once; a test there confirms and closes in one step")),
    decided("charge-fee", "the fee of a charge", "amount x pay_fee_rate, rounded to the currency's decimals; it is taken from the credit: amount 1000.5, fee 1.1, net 999.4", Documented("API reference, Accounts: `process payment fee rate`; Balance transactions: the example; the rounding is assumed")),
    decided("access-token-secret", "how an access token is signed", "HS256 with the secret of the sandbox: qbit_test_jwt_secret in `default`, in any other sandbox 32 characters derived from its name; the header Playmoney-Hint of the answer contains it", Assumed("API reference, Authentication: the head of the example names HS256; no page has the secret")),
    decided("orders-and-charges", "the reference mentions orders without a page on them, and has a page on charges without mentioning them", "both are served", Documented("API reference, includes, Quickstart and Pagination")),
    decided("cursor-names", "one text says start_after and end_before", "only starting_after and ending_before, as in the table", Documented("API reference, Pagination: parameters")),
    decided("order-call", "the orders' parameters, objects and errors", "symbol, side and amount; a buy uses ask, a sell uses bid; the price is the one that the ticker answered to this merchant in the last 30 seconds, otherwise the current one", Assumed("Quickstart: the order is executed immediately and the balances are updated")),
    decided("deposit-event", "the deposit's event and object", "deposit.succeeded with id, amount, currency, addr and confirmations", Assumed("Quickstart announces the notification without any name")),
    decided("pending-deposit", "the money of a deposit until it is credited", "pending, with a ledger row without availableOn", SILENT),
    decided("repeated-order-number", "a repeated externalOrderId", "creates another object: no call is idempotent", Documented("API reference, Pagination: the example repeats one among charges; for payouts and orders it is assumed")),
    decided("charge-window", "how long a charge can be paid", "30 minutes; then it is cancelled, with charge.expired", Assumed("expiresAt and charge.expired are documented, the time is not; a later product's server reserves the amount of a charge for 1800 seconds")),
    decided("payout-pace", "how long a payout takes", "60 seconds until inTransit, 48 hours until paid; `pace: manual` leaves both to settle-payout", SILENT),
    decided("payout-reversal", "when the money of a failed or cancelled payout returns", "at once, fee included, as a row payout_failure or payout_cancel", Assumed("API reference, Balance transactions, has the types; neither the moment nor the fee is documented")),
    decided("charge-money", "when a charge's money can be used", "24 hours after it was received; until then it is pending", Assumed("API reference, Balance transactions: availableOn of the example is 24 hours after its createdAt; no text has a time")),
    decided("dispute-outcome", "the charge of a closed dispute", "for the buyer: closed, paid and credited, with charge.dispute.closed and then charge.succeeded; for the seller: cancelled", Assumed("both events are documented, their results are not")),
    decided("no-such-calls", "refunds, cancelling, withdrawals, a list of events", "404 Not Found", Assumed("no page lists such a call")),
    decided("slow-receiver", "a slow receiver, and one that redirects", "the time limit is 10 seconds; a redirect is not followed and counts as a failure", SILENT),
    decided("live-mode", "livemode", "true as in production, false in test events; the setting `livemode` changes the first", Assumed("API reference, Webhooks: `true when in production mode`; a receiver that ignores test events should still process the others")),
    decided("no-webhook-url", "an account without a webhook URL", "payouts and deposits send no events; charges have their own cbUrl; events/test without cbUrl is 400", SILENT),
    decided("event-order", "order of events", "kept for each target", SILENT),
    decided("currency-decimals", "a currency's decimals", "two, and six for BTC; an amount with more is refused", Assumed("the examples show 0.017451 BTC and 98.1 USD")),
    decided("balance-currency", "balance of another currency", "the parameter currency of balances/show", Assumed("the page shows one balance and no parameter")),
    decided("sample-prices", "prices", "as in the examples: BTC/CNY 38737.7, USD/CNY 6.76, because 100 USD cost 676 CNY, and USDT/CNY 6.97 to buy; the action `set-price` changes them", Documented("API reference, Charges and Markets: the examples' prices")),
    decided("charge-amounts", "the amounts of a charge", "totalCost = amount x the price of currency in quoteCurrency, baseAmount = totalCost / price, both at ask", Documented("API reference, Charges: 100 USD, 676 CNY, 0.017451 BTC; that both prices are ask is assumed")),
    decided("rate-limit", "rate limit", "none unless the account's setting `rate_limit` is `enforce`; then 20 calls a second, and 403 rate_limit_error above that", Assumed("earlier Chinese page: too many concurrent calls are 403; no page has a figure")),
    decided("repeated-query-parameter", "a query parameter that is sent twice", "the first counts", Assumed("the framework of the API's servers, egg, keeps the first")),
    decided("number-precision", "the precision of numbers", "a JSON number has the value of a JavaScript number: 19.989999999999998 is 19.99", Assumed("the API's servers run on Node.js")),
    decided("frequent-reads", "how often the same object may be read", "as often as a client likes; more than 60 reads of it in a minute are listed as a violation, because webhooks report its changes", SILENT),
    decided("other-prices", "prices that no example shows", "USDT/CNY 6.95 to sell, USD/PHP 52, USDT/USD 1, any other pair is calculated through CNY with eight decimals", Assumed("no example has them")),
    decided("payout-debit", "when the money of a payout leaves the balance", "at once, with its fee, and only if it is available", Assumed("API reference, Balances: pending money cannot be used for a payout; the moment is not documented")),
    decided("destination-ids", "the id of a destination", "the same details of the same merchant have the same id", Assumed("the filter `destination` of the list of payouts would find only one payout otherwise")),
    decided("payment-method-values", "what a payer pays to", "made up: a text for the QR code of Alipay, the address of an image, the name of a bank, 12 digits as the number of an account", Assumed("the examples show one QR code, of Alipay")),
    decided("payment-type-default", "a charge without paymentType", "the first type of quoteCurrency: Alipay, PayPal or Coins.ph", Assumed("API reference, Charges: the parameter is optional, and its default is not documented")),
    decided("type-labels", "the labels of payment types", "those of Yunshanfu, PayPal, Coins.ph, GCash and wallet are made up", Assumed("the examples show the labels of Alipay and of bankAccount")),
    decided("payment-page-address", "the address of the payment page", "below the address at which the sandbox was called, with tradeId in the query; the setting `documented_links` writes the documented one", Assumed("a browser has to reach the page of the sandbox")),
    decided("pending-webhooks", "what pendingWebhooks counts", "the attempts of this event that were not accepted: 0 at first, then 1, 2 and so on", Assumed("API reference, Webhooks: `the number of unsuccessfuly pushed notifications`; that it grows is a reading")),
    decided("ledger-rows", "the rows of the ledger that no example shows", "money that leaves is negative, and net is amount less fee; every type can be asked for; deposits and orders have the types deposit and order, and an order has a row in each of its currencies", Assumed("API reference, Balance transactions, has one example, of a charge, four types, and two of them in the filter")),
    decided("opening-balance", "the balance of a new account", "10000 USD and 10000 USDT, unless its setup has others", Assumed("a tester needs money to pay out")),
    decided("test-event", "the event and the answer of events/test", "a charge of 1000 USD that is made up and has been paid; the answer is the event", Assumed("API reference, Webhooks: Debug, shows a notification; the answer to the caller is not documented")),
    decided("list-objects", "a list of charges has objects with nine members in one example, and whole ones in another", "whole ones", Documented("API reference, Charges: the example of the list; Pagination has the shorter one")),
    decided("charge-not-pending", "a report of the payment of a charge that is not pending", "402 `Charge status can not be updated`", Assumed("API reference, Errors: 402 is for valid parameters of a request that failed; this case is not named")),
    decided("largest-amounts", "an amount that no balance can hold, or that is worth nothing in the other currency", "402 `Amount is beyond what its price can express`, and similar texts", SILENT),
    decided("unknown-pair", "a ticker of a pair that does not exist", "404 `Symbol not found`", SILENT),
    decided("unknown-path", "an unknown path without a valid key", "404, because the path is looked up before the key", SILENT),
    decided("validation-detail", "the shape of `detail`", "a list with message, code and field of every fault; `required` and missing_field, `should be a number` and invalid", Observed("a later product's server: its validator answers so")),
    decided("nested-fields", "the name of a member of an object in `detail`", "a dot separates the two: destination.bankName", SILENT),
    decided("forbidden-text", "the text of 403", "`Forbidden`", Observed("a later product's server answers in this word")),
    decided("payout-not-found", "the text of 404 for a payout", "`Payout not found`", Observed("a later product's server answers in these words")),
    decided("server-error-text", "the text of 500", "`Internal Server Error`", Observed("a later product's server answers in these words")),
    decided("unknown-members", "unknown parameters of a body or a query", "are ignored", SILENT),
    decided("null-and-empty", "null and empty text", "count as not sent", SILENT),
    decided("duplicate-members", "a member of a JSON body that is sent twice", "the last counts", Assumed("JavaScript reads JSON so")),
    decided("empty-query-parameter", "a query parameter without a value", "counts as not sent", SILENT),
    decided("removed-url", "attempts that are pending when the account's webhook URL is removed", "are not made", SILENT),
    decided("texts", "the texts of refusals that no source has", "short sentences in the manner of the others", SILENT),
];
