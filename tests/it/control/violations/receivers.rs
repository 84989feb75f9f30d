//! What receivers of webhooks break, and everything that is told of a sandbox in which each kind happens.

use serde_json::Value as Json;

use super::{of, order, payout, place, played};
use crate::control::call;
use crate::tape::{Tape, snapshot};

/// What makes one webhook, by provider.
const WEBHOOKS: [(&str, &str); 5] = [
    (
        "quantum-payouts",
        r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}"#,
    ),
    (
        "qbitpay",
        r#"POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/c","redirectUrl":"https://shop.test/ok"}
            act qbitpay.buyer-paid charge=${charge}
            act qbitpay.confirm-charge charge=${charge}"#,
    ),
    ("quoine", "POST /quoine/api/v1/invoices {\"price\":500}\nact quoine.pay invoice=1"),
    (
        "cryptopay",
        r#"POST /cryptopay/api/payment-orders/ {"amount":"100.00","currency":"USDC","blockchain":"base","order_info":"{}","nonce":1}
            act cryptopay.pay order=${order_id}"#,
    ),
    (
        "quantapay",
        "POST /quantapay/api.php function=create-transaction&api-key=qp_test_key&amount=20&cryptocurrency_code=btc\nact quantapay.pay transaction=1\nadvance 3h",
    ),
];

/// A webhook of that provider under a rule, and a receiver that answers like this.
fn received(provider: &str, then: &str, answers: &str) -> Tape {
    let makes = WEBHOOKS.iter().find(|it| it.0 == provider).expect("a provider").1;
    played(&format!(
        "control POST rules {{\"on\":\"{provider}:webhook\",\"when\":{{\"times\":1}},\"then\":{then}}}\nmerchant {answers}\n{makes}"
    ))
}

#[test]
fn a_receiver_that_accepts_what_proves_nothing_is_a_violation() {
    let forged = &["dlv-1 forgery_accepted"][..];
    for (provider, _) in WEBHOOKS {
        let member = match provider {
            "quantum-payouts" => "payout.amount",
            "qbitpay" => "livemode",
            "quoine" => "invoice.price",
            "cryptopay" => "order_id",
            _ => "transaction.amount",
        };
        let tamper = format!(r#"{{"tamper":{{"{member}":"9"}}}}"#);
        // QuantaPay's webhooks carry a secret and no signature: no receiver can see that the rest was changed.
        assert_eq!(of(&mut received(provider, &tamper, "200")), if provider == "quantapay" { &[] } else { forged }, "{provider}");
        assert_eq!(of(&mut received(provider, &tamper, "400")), [""; 0], "{provider}");
        for then in [r#"{"bad_signature":true}"#, r#"{"unsigned":true}"#] {
            assert_eq!(of(&mut received(provider, then, "204")), forged, "{provider} {then}");
            assert_eq!(of(&mut received(provider, then, "401")), [""; 0], "{provider} {then}");
        }
        let stale = if ["quantum-payouts", "quoine"].contains(&provider) { forged } else { &[] };
        assert_eq!(of(&mut received(provider, r#"{"stale_timestamp":"1h"}"#, "200")), stale, "{provider}");
        for then in
            [r#"{"stale_timestamp":"1m"}"#, r#"{"patch":{"set":{"note":"x"}}}"#, r#"{"headers":{"X-Trace":"1"}}"#, r#"{"duplicate":3}"#]
        {
            assert_eq!(of(&mut received(provider, then, "200")), [""; 0], "{provider} {then}");
        }
    }
    assert_eq!(of(&mut received("quantapay", r#"{"tamper":{"key":"9"}}"#, "200")), forged);
    // Without a signature, nothing shows whose webhook it is.
    for then in [r#"{"bad_signature":true}"#, r#"{"unsigned":true}"#, r#"{"tamper":{"payout.amount":9}}"#, r#"{"stale_timestamp":"1h"}"#] {
        let rule = format!(r#"control POST rules {{"on":"quantum-payouts:webhook","then":{then}}}"#);
        assert_eq!(of(&mut played(&format!("set webhook_signed=false\n{rule}\n{}", payout("A", "1")))), [""; 0], "{then}");
    }
}

#[test]
fn a_receiver_that_refuses_an_event_that_it_has_accepted_is_a_violation() {
    let refused = &["dlv-1 duplicate_refused"][..];
    for (provider, makes) in WEBHOOKS {
        let resent = |answers: &str| played(&format!("merchant {answers}\n{makes}\ncontrol POST deliveries/dlv-1/resend {{}}"));
        assert_eq!(of(&mut received(provider, r#"{"duplicate":2}"#, "200 500 200")), refused, "{provider}");
        assert_eq!(of(&mut received(provider, r#"{"duplicate":3}"#, "200 409 200")), refused, "{provider}");
        assert_eq!(of(&mut received(provider, r#"{"duplicate":2}"#, "500 500 200")), [""; 0], "{provider}");
        assert_eq!(of(&mut received(provider, r#"{"duplicate":2}"#, "200 302 200")), [""; 0], "{provider}: it is not an error");
        assert_eq!(of(&mut received(provider, r#"{"duplicate":2}"#, "200 timeout 200")), [""; 0], "{provider}: it has not answered");
        // The copies leave together, so that none was accepted before.
        let together = r#"{"duplicate":{"copies":2,"together":true}}"#;
        assert_eq!(of(&mut received(provider, together, "200 500 200")), [""; 0], "{provider}");
        // A copy that proves nothing is to be refused.
        assert_eq!(of(&mut received(provider, r#"{"duplicate":2,"bad_signature":true}"#, "401 401 200")), [""; 0], "{provider}");
        if provider == "quantum-payouts" {
            assert_eq!(of(&mut resent("200 500 200")), refused);
            assert_eq!(of(&mut resent("500 200")), [""; 0]);
            let mut moved = played(&format!("merchant 200 500 200\n{makes}\nset webhook_url=http://other.test/hooks"));
            moved.play("control POST deliveries/dlv-1/resend {}");
            assert_eq!(of(&mut moved), [""; 0], "another receiver has not accepted it yet");
        }
    }
}

#[test]
fn an_inbox_is_not_a_receiver_of_a_merchant() {
    for url in ["http://shop.inbox.playmoney.test/hooks", "http://127.0.0.1:4242/s/a/__admin/inbox/shop"] {
        let mut shop = Tape::shop();
        shop.play(&format!("set webhook_url={url}\ncontrol PUT inbox/shop/script {{\"respond\":[200,500,200]}}\nmerchant 200 500 200"));
        shop.play(r#"control POST rules {"on":"quantum-payouts:webhook","when":{"times":1},"then":{"duplicate":2}}"#);
        shop.play(&payout("A", "1"));
        shop.play(r#"control POST rules {"on":"quantum-payouts:webhook","then":{"bad_signature":true}}"#);
        shop.play(&payout("B", "1"));
        assert_eq!(of(&mut shop), [""; 0], "{url}");
    }
}

/// Everything that is told of a sandbox in which each kind happens.
#[test]
fn each_kind_names_its_page() {
    let mut shop = played(&format!(
        "without Accept\n{}\n{}\n{}\n{}\n",
        payout("A", "1").replace("\"amount\"", "\"note\":1,\"amount\""),
        payout("A", "1"),
        payout("B", "10.5"),
        payout("B", "10.5"),
    ));
    shop.play(&format!("set rate_limit=enforce\nadvance 1s\n{}", "GET /quantum-payouts/api/v1/features\n".repeat(31)));
    shop.play(&"POST /quantapay/api.php function=get-transaction&api-key=qp_test_key&transaction_id=1\n".repeat(31));
    shop.play(&format!("{}\n{}", order("1", "5.00"), order("1", "\"5.00\"")));
    let nonce = format!("with NONCE: {}\n", "a".repeat(32));
    shop.play(&format!("{nonce}GET /quoine/api/v1/profile\n{nonce}GET /quoine/api/v1/profile"));
    for (provider, makes) in WEBHOOKS {
        let rules = [r#"{"bad_signature":true}"#, r#"{"stale_timestamp":"1h"}"#, r#"{"duplicate":2}"#];
        for (nth, then) in (1..).zip(rules) {
            shop.play(&format!(r#"control POST rules {{"on":"{provider}:webhook","when":{{"times":1}},"then":{then}}}"#));
            shop.play(&format!("advance 1s\nmerchant 200 500 200\n{}\ncontrol DELETE rules", fresh(makes, nth)));
        }
    }
    let (_, document) = call(&mut shop, "GET", "violations", &Json::Null);
    let told = |it: &Json| {
        let [at, provider, operation, code, detail, evidence, source] =
            ["at", "provider", "operation", "code", "detail", "evidence", "source"].map(|name| it[name].as_str().unwrap_or("-"));
        format!("{} {at} {provider} {operation}\n  {code}: {detail}\n  {evidence}: {source}\n", place(it))
    };
    snapshot("control/violations", &document["violations"].as_array().expect("a list").iter().map(told).collect::<String>());
}

/// The same calls with numbers that were not used yet.
fn fresh(makes: &str, nth: usize) -> String {
    let numbers = makes.replace("\"A\"", &format!("\"C{nth}\"")).replace("\"nonce\":1", &format!("\"nonce\":{}", nth + 1));
    numbers.replace("invoice=1", &format!("invoice={nth}")).replace("transaction=1", &format!("transaction={nth}"))
}
