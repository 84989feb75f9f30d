//! What each answer rests on: documented where a page has the code and the text for the very case, and else the decision.

use serde_json::json;

use crate::quantum_payouts::shop;
use crate::weighing::weigh;

const REFUSALS: &str = r#"
    # the two examples of the page
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"E","amount":0}
    => documented decisions.several-faults
    POST /quantum-payouts/api/v1/performPayout {"amount":0,"description":"d","target":{"pan":"4111111111111111"}}
    => documented decisions.several-faults
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"E","amount":1}
    => documented errors.validation_error
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"E","amount":-1,"urls":{"returnUrl":"https://shop.test/ok"}}
    => documented decisions.amount-wording
    POST /quantum-payouts/api/v1/performPayout {"orderNumber":"E","amount":0,"description":"d","target":{"pan":"4111111111111111"}}
    => documented decisions.amount-wording
    without Authorization
    GET /quantum-payouts/api/v1/features
    => documented errors.unauthorized
    with Authorization: Bearer qm_test_wrong
    GET /quantum-payouts/api/v1/features
    => documented errors.unauthorized
    # texts that no page has
    POST /quantum-payouts/api/v1/createPayout {"amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
    => assumed decisions.texts
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"E","amount":"1","urls":{"returnUrl":"https://shop.test/ok"}}
    => assumed decisions.texts
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"E","amount":1000000000000,"urls":{"returnUrl":"https://shop.test/ok"}}
    => assumed decisions.texts
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"E","amount":1,"type":"cash","urls":{"returnUrl":"https://shop.test/ok"}}
    => assumed decisions.texts
    POST /quantum-payouts/api/v1/createPayout nothing
    => assumed decisions.texts
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"E","amount":0,"type":"cash"}
    => assumed decisions.texts
    POST /quantum-payouts/api/v1/performPayout {"orderNumber":"E","amount":1,"description":"d","target":{"pan":"411"}}
    => assumed decisions.texts
    POST /quantum-payouts/api/v1/getPayoutStatus {}
    => assumed decisions.texts
    # bounds that no page has
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"E","amount":1,"sessionTimeoutSecs":0,"urls":{"returnUrl":"https://shop.test/ok"}}
    => assumed decisions.session-range
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"E","amount":1,"urls":{"returnUrl":"shop"}}
    => assumed decisions.redirect-urls
    # cases that no page has
    POST /quantum-payouts/api/v1/getPayoutStatus {"orderNumber":"nothing"}
    => assumed decisions.payout-unknown
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1,"type":"card","urls":{"returnUrl":"https://shop.test/ok"}}
    => documented lifecycle.payout.new.uploaded.createPayout
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1,"type":"card","urls":{"returnUrl":"https://shop.test/ok"}}
    => assumed decisions.order-number-used
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"E","amount":1,"urls":{"returnUrl":""}}
    => assumed decisions.null-and-empty
    GET /quantum-payouts/api/v1/nothing
    => assumed errors.not_found
    GET /quantum-payouts/api/v1/createPayout
    => assumed errors.method_not_allowed
    set quantum-payouts/default strict_headers=true
    without Accept
    GET /quantum-payouts/api/v1/features
    => assumed decisions.required-headers
    set quantum-payouts/default strict_headers=false card_payouts=false
    POST /quantum-payouts/api/v1/performPayout {"orderNumber":"E","amount":1,"description":"d","target":{"pan":"4111111111111111"}}
    => assumed decisions.right-missing
    POST /quantum-payouts/api/v1/webhook_save {}
    => assumed decisions.portal-refusals
"#;

const SERVED: &str = r#"
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
    => documented decisions.type-absent
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"B","amount":1,"shop":1,"urls":{"returnUrl":"https://shop.test/ok"}}
    => assumed decisions.unknown-members
    POST /quantum-payouts/api/v1//createPayout {"orderNumber":"C","amount":1,"type":"card","urls":{"returnUrl":"https://shop.test/ok"}}
    => documented decisions.doubled-slash
    without Accept
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"D","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
    => assumed decisions.required-headers
    with Authorization: bearer  qm_test_token
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"E","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
    => assumed decisions.bearer-form
    POST /quantum-payouts/api/v1/getPayoutStatus {"orderNumber":"A"}
    => assumed decisions.bank-code-absent
    GET /quantum-payouts/api/v1/features
    => assumed decisions.environment
    POST /quantum-payouts/api/v1/performPayout {"orderNumber":"P","amount":1,"description":"d","target":{"pan":"4111111111111111"}}
    => documented lifecycle.payout.new.uploaded.performPayout
    POST /quantum-payouts/api/v1/performPayout {"orderNumber":"P","amount":1,"description":"d","target":{"pan":"4111111111111111"}}
    => documented performPayout
    POST /quantum-payouts/api/v1/performPayout {"orderNumber":"P","amount":2,"description":"d","target":{"pan":"4111111111111111"}}
    => assumed decisions.repeated-with-changes
    POST /quantum-payouts/api/v1/performPayout {"orderNumber":"A","amount":1,"description":"d","target":{"pan":"4111111111111111"}}
    => assumed decisions.performed-after-created
    POST /quantum-payouts/api/v1/performPayout {"orderNumber":"Q","amount":1,"description":"d","target":{"pan":"4111111111111112"}}
    => assumed decisions.check-digit
    POST /quantum-payouts/api/v1/performPayout {"orderNumber":"R","amount":1,"description":"d","target":{"pan":"6304000000000000000"}}
    => assumed decisions.masks
    advance 6s
    POST /quantum-payouts/api/v1/getPayoutStatus {"orderNumber":"P"}
    => assumed decisions.bank-code-form
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"012345678901234567890123456789012345","amount":1,"type":"card","urls":{"returnUrl":"https://shop.test/ok"}}
    => documented lifecycle.payout.new.uploaded.createPayout
    POST /quantum-payouts/api/v1/getPayoutStatus {"orderNumber":"012345678901234567890123456789012345"}
    => assumed decisions.order-number-length
    advance 500ms
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"F","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
    => assumed decisions.whole-seconds
    GET ${link}
    => documented pages.payout
    with Content-Type: application/x-www-form-urlencoded
    POST ${link} pan=1
    => assumed decisions.fail-url
    with Content-Type: application/x-www-form-urlencoded
    POST ${link} pan=4111111111111111
    => assumed decisions.redirect-parameters
    advance 21h59m
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"G","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
    => assumed decisions.order-id-day
    with Content-Type: application/x-www-form-urlencoded
    POST /quantum-payouts/index.php?view=login username=demo&password=demo-password
    with Cookie: ${cookie}
    GET /quantum-payouts/index.php?view=settings
    => documented pages.settings
    with Cookie: ${cookie}
    POST /quantum-payouts/api/v1/webhook_save {"csrf_token":"${csrf}","url":"http://shop.test/new"}
    => assumed decisions.webhooks-over-http
    with Cookie: ${cookie}
    POST /quantum-payouts/api/v1/webhook_save {"csrf_token":"${csrf}","url":"https://shop.test/new"}
    => assumed decisions.portal-answers
    with Cookie: ${cookie}
    POST /quantum-payouts/api/v1/webhook_test {"csrf_token":"${csrf}"}
    -> assumed decisions.portal-answers
"#;

#[test]
fn a_refusal_rests_on_its_case() {
    assert!(25 <= weigh(&mut shop(&[]), "quantum-payouts", REFUSALS));
}

#[test]
fn what_is_served_rests_on_what_was_decided_for_it() {
    assert!(20 <= weigh(&mut shop(&[]), "quantum-payouts", SERVED));
}

#[test]
fn a_bound_that_no_page_has_is_assumed() {
    let body = json!({"orderNumber": "E", "amount": 1, "description": "d".repeat(601), "urls": {"returnUrl": "https://shop.test/ok"}});
    let table = format!("POST /quantum-payouts/api/v1/createPayout {body}\n=> assumed decisions.description-limit");
    assert_eq!(weigh(&mut shop(&[]), "quantum-payouts", &table), 1);
}
