//! Keys that are replaced while the server runs.

use playmoney::inside::kit::http::{Method, Request};
use playmoney::inside::providers;
use serde_json::{Value as Json, json};

use super::call;
use crate::asking;
use crate::tape::Tape;
use crate::{qbitpay, quantapay, quoine};

fn rotate(shop: &mut Tape, slug: &str, keys: &Json) -> Json {
    let account = asking::contract(slug).account;
    let (status, answer) = call(shop, "PATCH", &format!("accounts/{slug}/{account}"), &json!({"credentials": keys}));
    assert_eq!(status, 200, "{slug} {keys}: {answer}");
    answer
}

/// What a call with this header is answered with.
fn status(shop: &mut Tape, target: &str, authorization: &str) -> u16 {
    shop.ask(Request::new(Method::GET, target, "").with("Authorization", authorization)).status.as_u16()
}

#[test]
fn the_old_key_is_refused_from_then_on_and_the_new_one_works() {
    for (slug, name, target, old, new) in [
        ("cryptopay", "api_key", "/cryptopay/api/merchant-wallets/", "Bearer cp_test_key", "Bearer the_new_key"),
        ("quantum-payouts", "token", "/quantum-payouts/api/v1/features", "Bearer qm_test_token", "Bearer the_new_key"),
        ("qbitpay", "api_key", "/qbitpay/api/v1/accounts/show", "Basic cWJpdF90ZXN0X2tleTo=", "Basic dGhlX25ld19rZXk6"),
    ] {
        let mut shop = Tape::shop();
        assert_eq!((status(&mut shop, target, old), status(&mut shop, target, new)), (200, 401), "{slug}");
        let answer = rotate(&mut shop, slug, &json!({name: "the_new_key"}));
        assert!(answer["credentials"][name].as_str().is_some_and(|it| it.starts_with("***")), "it came from outside: {answer}");
        assert_eq!((status(&mut shop, target, old), status(&mut shop, target, new)), (401, 200), "{slug}");
        shop.play("restart");
        assert_eq!((status(&mut shop, target, old), status(&mut shop, target, new)), (401, 200), "{slug}");
    }
    let mut shop = Tape::shop();
    rotate(&mut shop, "quantapay", &json!({"api_key": "the_new_key", "webhook_secret": "the_new_secret"}));
    assert!(quantapay::post(&mut shop, "function=get-balances&api-key=qp_test_key").1.contains("invalid-api-key"));
    assert!(quantapay::post(&mut shop, "function=get-balances&api-key=the_new_key").1.contains("\"success\":true"));
}

#[test]
fn a_new_secret_signs_requests_and_the_attempts_that_follow() {
    let mut shop = Tape::shop();
    shop.play("merchant 500");
    qbitpay::good(&mut shop, "GET", "events/test", &Json::Null);
    let payout = json!({"amount": 100, "currency": "USD", "destination": {"type": "GCash", "payerName": "A", "bankAccountNum": "1"}});
    qbitpay::good(&mut shop, "POST", "payouts", &payout);
    let signed = |shop: &Tape, key: &str| {
        let attempt = shop.posted.last().expect("an attempt");
        let body = std::str::from_utf8(&attempt.body).expect("text");
        attempt.headers["qbitpay-signature"] == qbitpay::signature(&qbitpay::string_a(body), key)
    };
    assert!(signed(&shop, "qbit_test_key"));
    rotate(&mut shop, "qbitpay", &json!({"api_key": "the_new_key"}));
    shop.play("advance 15m");
    assert!(signed(&shop, "the_new_key") && !signed(&shop, "qbit_test_key"), "a retry of the same event");

    let mut shop = Tape::shop();
    assert_eq!(quoine::answer(&mut shop, "GET", "profile", "").0, 200);
    rotate(&mut shop, "quoine", &json!({"secret": "another secret"}));
    assert_eq!(quoine::answer(&mut shop, "GET", "profile", "").0, 401);
    shop.play("client 2 another secret");
    assert_eq!(quoine::answer(&mut shop, "GET", "profile", "").0, 200);
}

#[test]
fn a_change_of_keys_is_whole_or_nothing() {
    let mut shop = Tape::shop();
    let other = json!({"id": "other", "credentials": {"api_key": "other_key"}});
    shop.admin("POST", "scenario", &json!({"version": 1, "name": "two", "providers": {"qbitpay": {"accounts": [other]}}}));
    for (slug, keys, why) in [
        ("qbitpay", json!("key"), "`credentials` must be an object with some of api_key"),
        ("qbitpay", json!({"token": "x"}), "QbitPay has no credential `token`; it has api_key"),
        ("qbitpay", json!({"api_key": ""}), "`api_key` must be a text of 1 to 256 bytes in one line"),
        ("qbitpay", json!({"api_key": null}), "`api_key` must be a text of 1 to 256 bytes in one line"),
        ("qbitpay", json!({"api_key": "two\nlines"}), "`api_key` must be a text of 1 to 256 bytes in one line"),
        ("qbitpay", json!({"api_key": "x".repeat(257)}), "`api_key` must be a text of 1 to 256 bytes in one line"),
        ("qbitpay", json!({"api_key": "other_key"}), "the account `other` has this `api_key` already"),
        ("quoine", json!({"user_id": "3"}), "`user_id` names the account and stays; another account has another"),
        ("cryptopay", json!({"api_key": "new", "username": "x"}), "`username` names the account and stays; another account has another"),
    ] {
        let account = asking::contract(slug).account;
        let (status, answer) =
            call(&mut shop, "PATCH", &format!("accounts/{slug}/{account}"), &json!({"credentials": keys, "pace": "manual"}));
        assert_eq!((status, answer["detail"].as_str()), (422, Some(why)), "{keys}");
        let (_, account) = call(&mut shop, "GET", &format!("accounts/{slug}/{account}"), &Json::Null);
        assert_eq!(account["pace"], "auto", "{keys}");
    }
}

/// Whatever a provider calls a key can be replaced; the state that is saved then is taken back.
#[test]
fn every_key_of_every_provider_can_be_replaced() {
    for provider in providers::all() {
        let contract = provider.contract();
        let mut shop = Tape::shop();
        let keys: serde_json::Map<String, Json> =
            contract.keys().map(|it| (it.name.to_owned(), json!(format!("new {}", it.name)))).collect();
        assert!(!keys.is_empty());
        let answer = rotate(&mut shop, contract.slug, &Json::Object(keys.clone()));
        for name in keys.keys() {
            assert!(answer["credentials"][name].as_str().is_some_and(|it| it.starts_with("***")), "{}: {answer}", contract.slug);
        }
        shop.play("restart");
        let journal = shop.admin("GET", "requests", &Json::Null).to_string();
        assert!(!journal.contains("new api_key") && !journal.contains("new token"), "{journal}");
    }
}
