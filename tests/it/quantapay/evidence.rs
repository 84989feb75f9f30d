//! What each answer rests on: documented where a page has it, and else what was observed or decided.

use crate::tape::Tape;
use crate::weighing::weigh;

const REFUSALS: &str = "
    # the codes are documented, but no message, and not the status
    POST /quantapay/api.php function=nothing
    => assumed decisions.messages
    POST /quantapay/api.php function=get-balances
    => assumed decisions.messages
    POST /quantapay/api.php function=get-balances&api-key=x
    => assumed decisions.messages
    POST /quantapay/api.php function=get-transaction&api-key=qp_test_key
    => assumed decisions.messages
    POST /quantapay/api.php
    => assumed decisions.messages
    POST /quantapay/api.php function=&api-key=qp_test_key
    => assumed decisions.empty-function
    # codes and bounds of our own
    POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=0&currency=USD
    => assumed decisions.price-bounds
    POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=1e3&currency=USD
    => assumed decisions.price-bounds
    POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=1&currency=XXX
    => assumed decisions.codes-accepted
    POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=1&currency=USD&redirect=x
    => assumed decisions.value-bounds
    POST /quantapay/api.php function=get-exchange-rates&api-key=qp_test_key&currency_code=USD&cryptocurrency_code=xxx
    => assumed decisions.messages
    POST /quantapay/api.php function=get-fiat-value&api-key=qp_test_key&amount=x&currency_code=USD&cryptocurrency_code=btc
    => assumed decisions.value-bounds
    POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=1&currency=USD&signature=x
    => assumed decisions.half-a-signature
    POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=1&currency=USD&signature=x&timestamp=1767220000
    => assumed decisions.signature-refusals
    POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=1&currency=USD&signature=x&timestamp=1767225901
    => assumed decisions.timestamp-tolerance
    POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=1&currency=USD&signature=x&timestamp=1767225600
    => assumed decisions.signature-refusals
    GET /quantapay/nothing
    => assumed errors.not_found
    with Playmoney-Fault: missing_argument
    POST /quantapay/api.php function=get-exchange-rates&api-key=qp_test_key
    => assumed decisions.messages
    with Playmoney-Fault: too_many_requests
    POST /quantapay/api.php function=get-balances&api-key=qp_test_key
    => assumed decisions.throttling
";

const SERVED: &str = "
    POST /quantapay/api.php function=get-credit-balance&api-key=qp_test_key
    => documented decisions.credit-number
    POST /quantapay/api.php function=get-exchange-rates&api-key=qp_test_key&currency_code=USD&cryptocurrency_code=btc
    => documented decisions.rate-form
    POST /quantapay/api.php function=get-exchange-rates&api-key=qp_test_key&currency_code=EUR&cryptocurrency_code=btc
    => assumed decisions.rate-table
    POST /quantapay/api.php function=get-exchange-rates&api-key=qp_test_key&currency_code=USD&cryptocurrency_code=eth
    => assumed decisions.rate-table
    POST /quantapay/api.php function=get-balances&api-key=qp_test_key
    => assumed decisions.wallets
    POST /quantapay/api.php function=get-fiat-value&api-key=qp_test_key&amount=0.5&cryptocurrency_code=btc&currency_code=USD
    => assumed decisions.fiat-value
    POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=usd
    => assumed decisions.session-answer
    POST /quantapay/api.php function=get-credit-balance&api-key=qp_test_key&shop=1
    => assumed decisions.unknown-fields
    POST /quantapay/api.php function=get-credit-balance&api-key=x&api-key=qp_test_key
    => observed decisions.repeated-fields
    POST /quantapay/api.php function=create-transaction&api-key=qp_test_key&amount=20&cryptocurrency_code=btc&title=true
    => assumed decisions.true-and-false
    POST /quantapay/api.php function=get-transactions&api-key=qp_test_key&search=true
    => assumed decisions.true-and-false
    POST /quantapay/api.php function=get-transactions&api-key=qp_test_key
    => observed decisions.other-statuses
    POST /quantapay/api.php function=get-transaction&api-key=qp_test_key&transaction_id=9
    => observed decisions.other-statuses
    POST /quantapay/api.php function=check-transactions&api-key=qp_test_key&transaction_id=1
    => observed check-transactions
    GET /quantapay/pay.php?checkout_id=cs-${session}
    => documented pages.pay
    act quantapay.choose-coin session=${session} cryptocurrency=eth
    act quantapay.pay session=${session}
    act quantapay.confirm transaction=2
    POST /quantapay/api.php function=get-transaction&api-key=qp_test_key&transaction_id=2
    => assumed decisions.checkout-id-shown
    GET /quantapay/pay.php?price=10&currency=usd
    => observed decisions.checkout-on-page
    GET /quantapay/pay.php?price=10&currency=usd&checkout_id=mine
    => observed decisions.own-checkout-id
    advance 61m
    POST /quantapay/api.php function=check-transactions&api-key=qp_test_key&transaction_id=1
    => observed decisions.expired-status
    set quantapay/default documented_only=true
    POST /quantapay/api.php function=get-transactions&api-key=x
    => assumed decisions.documented-only-without-key
    POST /quantapay/api.php function=get-transactions&api-key=qp_test_key
    => assumed decisions.messages
";

#[test]
fn a_refusal_rests_on_its_case() {
    let mut shop = Tape::shop();
    assert!(15 <= weigh(&mut shop, "quantapay", REFUSALS));
}

#[test]
fn what_is_served_rests_on_what_was_decided_for_it() {
    assert!(20 <= weigh(&mut Tape::shop(), "quantapay", SERVED));
}
