//! What each answer rests on: documented where a page has the code and the text for the very case, and else the decision.

use crate::tape::Tape;
use crate::weighing::weigh;

const REFUSALS: &str = r#"
    # the one text of an example
    POST /cryptopay/api/payment-orders/ {"currency":"USDC","blockchain":"base","order_info":"{}","nonce":1}
    => documented errors.validation_error
    POST /cryptopay/api/auth/login {"username":"demo"}
    => documented errors.validation_error
    POST /cryptopay/api/merchant-wallets/ {"blockchain":"base"}
    => assumed decisions.wallets
    # codes and texts that no page has
    without Authorization
    GET /cryptopay/api/payment-orders/
    => assumed decisions.texts
    with Authorization: Bearer nothing
    GET /cryptopay/api/payment-orders/
    => assumed decisions.texts
    POST /cryptopay/api/auth/login {"username":"demo","password":"wrong"}
    => assumed decisions.texts
    GET /cryptopay/api/nothing/
    => assumed decisions.texts
    with Playmoney-Fault: internal_error
    GET /cryptopay/api/payment-orders/
    => assumed decisions.texts
    with Playmoney-Fault: rate_limited
    GET /cryptopay/api/payment-orders/
    => assumed decisions.limit-window
    POST /cryptopay/api/payment-orders/ {"amount":"1","currency":"USDC","blockchain":"base","order_info":"text","nonce":1}
    => assumed decisions.validation-texts
    POST /cryptopay/api/payment-orders/ {"amount":"many","currency":"USDC","blockchain":"base","order_info":"{}","nonce":1}
    => assumed decisions.amount-form
    POST /cryptopay/api/payment-orders/ {"amount":"1","currency":"USDC","blockchain":"solana","order_info":"{}"}
    => assumed decisions.validation-texts
    # cases that no page has
    POST /cryptopay/api/payment-orders/ {"amount":"1","currency":null,"blockchain":"base","order_info":"{}","nonce":1}
    => assumed decisions.null-and-empty
    POST /cryptopay/api/payment-orders/
    => assumed decisions.empty-body
    POST /cryptopay/api/payment-orders/ [1]
    => assumed decisions.unreadable-body
    POST /cryptopay/api/payment-orders/ {"amount":"1","currency":"USDT","blockchain":"base","order_info":"{}","nonce":1}
    => assumed decisions.wrong-pair
    POST /cryptopay/api/payment-orders/ {"amount":"1.1234567","currency":"USDC","blockchain":"base","order_info":"{}","nonce":1}
    => assumed decisions.token-decimals
    POST /cryptopay/api/payment-orders/ {"amount":"1","currency":"USDC","blockchain":"base","order_info":"{}","nonce":0}
    => assumed decisions.nonce-range
    POST /cryptopay/api/payment-orders/ {"amount":"1","currency":"USDC","blockchain":"base","order_info":"{}","nonce":1,"expires_at":"2000-01-01T00:00:00Z"}
    => assumed decisions.expiry-rule
    POST /cryptopay/api/merchant-wallets/ {"blockchain":"base","address":"0x1234567890123456789012345678901234567890"}
    => assumed decisions.wallets
    GET /cryptopay/api/payment-orders/77/
    => assumed decisions.unknown-object
    GET /cryptopay/api/payment-orders/?page=9
    => assumed decisions.page-bounds
    DELETE /cryptopay/api/payment-orders/
    => assumed decisions.missing-methods
    GET /cryptopay/api/merchant-wallets/1/
    => assumed decisions.missing-methods
    POST /cryptopay/api/payment-orders {"amount":"1"}
    => assumed decisions.path-slash
    POST /cryptopay/api/auth/register {"username":"demo","email":"a@example.com","password":"long enough","shop_name":"A"}
    => assumed decisions.registration
    PUT /cryptopay/api/merchant-wallets/2/ {"blockchain":"base","address":"0x1234567890123456789012345678901234567890","is_active":false}
    => assumed decisions.wallets
    POST /cryptopay/api/payment-orders/ {"amount":"1","currency":"USDC","blockchain":"base","order_info":"{}","nonce":1}
    => assumed decisions.no-wallet
    set cryptopay/default suspended=true
    GET /cryptopay/api/payment-orders/
    => assumed decisions.suspended-account
"#;

const SERVED: &str = r#"
    POST /cryptopay/api/auth/login {"username":"demo","password":"demo-password"}
    => assumed decisions.token-claims
    POST /cryptopay/api/auth/token/refresh/ {"refresh":"${refresh}"}
    => assumed decisions.refresh-reuse
    POST /cryptopay/api/auth/register {"username":"new","email":"a@example.com","password":"long enough","shop_name":"A"}
    => assumed decisions.new-account
    GET /cryptopay/api/payment-orders/
    => documented decisions.list-shape
    GET /cryptopay/api/payment-orders/?status=pending
    => assumed listPaymentOrders.status
    POST /cryptopay/api/payment-orders/ {"amount":"1","currency":"USDC","blockchain":"base","order_info":"{}","nonce":1}
    => assumed decisions.link-hosts
    POST /cryptopay/api/payment-orders/ {"amount":"1","currency":"USDC","blockchain":"base","order_info":"{}","nonce":1}
    => assumed decisions.nonce-used
    GET /cryptopay/api/payment-orders/1/
    => documented getPaymentOrder
    GET /cryptopay/api/payment-orders/${order_id}/
    => assumed decisions.order-path-id
    with Authorization: bearer  cp_test_key
    GET /cryptopay/api/payment-orders/1/
    => assumed decisions.bearer-form
    GET /cryptopay/order/${order_id}
    => documented pages.order
    act cryptopay.pay order=1
    GET /cryptopay/api/payment-orders/1/
    => assumed decisions.transaction-object
    GET /cryptopay/api/transactions/
    => assumed decisions.transaction-object
    act cryptopay.confirm order=1
    GET /cryptopay/api/merchant-wallets/
    => assumed decisions.wallets
    POST /cryptopay/api/webhook-endpoints/ {"url":"http://shop.test/e"}
    => assumed decisions.endpoints
    set cryptopay/default documented_links=true
    POST /cryptopay/api/payment-orders/ {"amount":"1","currency":"USDC","blockchain":"base","order_info":"{}","nonce":2}
    => assumed decisions.order-window
    POST /cryptopay/api/payment-orders/ {"amount":"1","currency":"USDC","blockchain":"base","order_info":"{}","nonce":3,"expires_at":"2030-01-01T00:00:00Z"}
    => documented decisions.order-message
    POST /cryptopay/api/payment-orders/ {"amount":"1","currency":"USDC","blockchain":"arbitrum","order_info":"{}","nonce":4,"expires_at":"2030-01-01T00:00:00Z"}
    => assumed decisions.chain-slugs
    GET /cryptopay/api/payment-orders/?page=1&page_size=1
    => assumed decisions.page-links
    POST /cryptopay/order/${order_id}
    => assumed decisions.seen-status
    POST /cryptopay/order/${order_id}
    => assumed decisions.second-transfer
    GET /cryptopay/api/payment-orders/?page_size=1&page_size=50
    => assumed decisions.repeated-parameter
    GET /cryptopay/api/payment-orders/2/?colour=red
    => assumed decisions.unknown-parameters
    act cryptopay.fail order=2
    GET /cryptopay/api/payment-orders/2/
    => assumed decisions.order-words
    GET /cryptopay/api/payment-orders/3/
    => documented getPaymentOrder
    set cryptopay/default plan=enterprise
    GET /cryptopay/api/payment-orders/3/
    => assumed decisions.enterprise-limit
"#;

#[test]
fn each_answer_says_what_it_rests_on() {
    assert!(25 <= weigh(&mut Tape::shop(), "cryptopay", REFUSALS));
    assert!(20 <= weigh(&mut Tape::shop(), "cryptopay", SERVED));
}
