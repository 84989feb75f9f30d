//! What each answer rests on: documented where a page has the code and the text for the very case, and else the decision.

use crate::tape::Tape;
use crate::weighing::weigh;

const REFUSALS: &str = r#"
    # the one refusal whose text a page has
    without Authorization
    GET /qbitpay/api/v1/accounts/show
    => documented errors.authentication_error
    with Authorization: Bearer qbit_test_key
    GET /qbitpay/api/v1/charges
    => documented errors.authentication_error
    # the words of a later product's server
    POST /qbitpay/api/v1/charges {"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/c","redirectUrl":"https://shop.test/"}
    => observed decisions.validation-detail
    POST /qbitpay/api/v1/charges {"amount":"many","currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/c","redirectUrl":"https://shop.test/"}
    => observed decisions.validation-detail
    GET /qbitpay/api/v1/payouts/aaaaaaaaaaaaaaaaaaaaaaaa
    => observed decisions.payout-not-found
    GET /qbitpay/api/v1/charges?starting_after=nothing
    => observed errors.invalid_cursor
    with Playmoney-Fault: api_error
    GET /qbitpay/api/v1/charges
    => observed decisions.server-error-text
    # texts that no source has
    GET /qbitpay/api/v1/charges/nothing
    => assumed decisions.texts
    GET /qbitpay/api/v1/charges?limit=0
    => assumed decisions.texts
    GET /qbitpay/api/v1/charges?starting_after=a&ending_before=b
    => assumed decisions.texts
    GET /qbitpay/api/v1/markets/ticker?symbol=USDT/CNY&side=mid
    => assumed decisions.texts
    POST /qbitpay/api/v1/charges nothing
    => assumed decisions.texts
    POST /qbitpay/api/v1/charges {"amount":100,"currency":"CNY","externalOrderId":"A","cbUrl":"http://shop.test/c","redirectUrl":"https://shop.test/"}
    => assumed decisions.texts
    with Playmoney-Fault: bad_gateway
    GET /qbitpay/api/v1/charges
    => assumed decisions.texts
    # a fault of the case that counts least, beside others
    POST /qbitpay/api/v1/charges {"currency":"CNY"}
    => assumed decisions.texts
    # cases that no page has
    POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"","cbUrl":"http://shop.test/c","redirectUrl":"https://shop.test/"}
    => assumed decisions.null-and-empty
    POST /qbitpay/api/v1/charges {"amount":1.234,"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/c","redirectUrl":"https://shop.test/"}
    => assumed decisions.currency-decimals
    POST /qbitpay/api/v1/charges {"amount":4,"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/c","redirectUrl":"https://shop.test/"}
    => assumed decisions.charge-limits
    POST /qbitpay/api/v1/payouts {"amount":100,"currency":"USDT","destination":{"type":"wallet","payerName":"A","addr":"0x1"}}
    => assumed decisions.payout-minimum
    POST /qbitpay/api/v1/payouts {"amount":1000000,"currency":"USD","destination":{"type":"wallet","payerName":"A","addr":"0x1"}}
    => assumed decisions.texts
    POST /qbitpay/api/v1/payouts {"amount":100,"currency":"USD","destination":{"type":"bankAccount","payerName":"A","bankAccountNum":"1"}}
    => assumed decisions.nested-fields
    GET /qbitpay/api/v1/markets/ticker?symbol=USDT/XXX&side=ask
    => assumed decisions.unknown-pair
    GET /qbitpay/api/v1/charges?limit=0&limit=1
    => assumed decisions.repeated-query-parameter
    GET /qbitpay/api/v1/refunds
    => assumed decisions.unknown-path
    set qbitpay/default permissions=["markets"]
    GET /qbitpay/api/v1/charges
    => observed decisions.forbidden-text
"#;

const SERVED: &str = r#"
    GET /qbitpay/api/v1/accounts/show
    => documented showAccount
    GET /qbitpay/api/v1/markets/ticker?symbol=USDT/CNY&side=ask
    => documented decisions.sample-prices
    GET /qbitpay/api/v1/markets/ticker?symbol=USDT/CNY&side=bid
    => assumed decisions.other-prices
    GET /qbitpay/api/v1/markets/ticker?symbol=BTC/USD&side=ask
    => assumed decisions.other-prices
    act qbitpay.set-price symbol=BTC/USD ask=6000 bid=6000
    GET /qbitpay/api/v1/markets/ticker?symbol=BTC/USD&side=ask
    => documented getTicker
    GET /qbitpay/api/v1/accessToken
    => assumed decisions.access-token-life
    GET /qbitpay/api/v1/balances/show
    => assumed decisions.opening-balance
    GET /qbitpay/api/v1/balances/show?currency=BTC
    => assumed showBalance.currency
    POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/c","redirectUrl":"https://shop.test/"}
    => assumed decisions.charge-window
    GET /qbitpay/api/v1/charges/${charge}
    => documented getCharge
    GET /qbitpay/api/v1/charges
    => documented decisions.list-url
    GET /qbitpay/api/v1/charges?limit=
    => assumed decisions.empty-query-parameter
    GET /qbitpay/api/v1/charges?colour=red
    => assumed decisions.unknown-members
    GET ${page}
    => documented pages.pay
    GET ${page}&accessToken=nothing
    => assumed decisions.payment-page-token
    PUT /qbitpay/api/v1/charges/${charge} {"status":"buyerPaid"}
    => documented lifecycle.charge.pending.buyerPaid.updateCharge
    PUT /qbitpay/api/v1/charges/${charge} {"status":"buyerPaid"}
    => assumed decisions.charge-not-pending
    with Content-Type: application/x-www-form-urlencoded
    PUT /qbitpay/api/v1/charges/${charge} status=other
    => assumed decisions.texts
    with Playmoney-Fault: forbidden
    GET /qbitpay/api/v1/charges
    => observed decisions.forbidden-text
    POST /qbitpay/api/v1/charges {"amount":100,"amount":200,"currency":"USD","externalOrderId":"B","cbUrl":"http://shop.test/c","redirectUrl":"https://shop.test/"}
    => assumed decisions.charge-window
    advance 25h
    GET /qbitpay/api/v1/balanceTransactions?type=charge
    => documented decisions.ledger-names
    GET /qbitpay/api/v1/balanceTransactions?type=payout_cancel
    => assumed decisions.ledger-rows
    GET /qbitpay/api/v1/balanceTransactions?status=pending
    => documented decisions.ledger-names
    GET /qbitpay/api/v1/balanceTransactions
    => assumed decisions.ledger-rows
    POST /qbitpay/api/v1/payouts {"amount":150,"currency":"USD","destination":{"type":"bankAccount","payerName":"A","bankAccountNum":"1","bankName":"B"}}
    => assumed decisions.arrival-date
    GET /qbitpay/api/v1/payouts/${payout}
    => documented getPayout
    GET /qbitpay/api/v1/payouts?status=pending
    => documented decisions.list-url
    POST /qbitpay/api/v1/orders {"symbol":"USDT/CNY","side":"sell","amount":100}
    => assumed decisions.order-call
    GET /qbitpay/api/v1/orders/${order}
    => assumed getOrder
    GET /qbitpay/api/v1/events/test?cbUrl=http://shop.test/c
    => assumed decisions.test-event
    GET /qbitpay/api/v1/balances/show
    => documented showBalance
"#;

#[test]
fn each_answer_says_what_it_rests_on() {
    assert!(25 <= weigh(&mut Tape::shop(), "qbitpay", REFUSALS));
    assert!(20 <= weigh(&mut Tape::shop(), "qbitpay", SERVED));
}
