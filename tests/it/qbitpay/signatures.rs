//! Signatures, known and explained.

use base64::Engine;
use serde_json::{Value as Json, json};

use super::{KEY, signature, string_a};
use crate::tape::Tape;

/// The event of the documentation's page on signatures, as JavaScript writes it.
const PUBLISHED: &str = r#"{"id":"fDOuTy95uSiTi","type":"charge.succeeded","createdAt":"2019-02-25T16:13:12.278Z","object":"event","pendingWebhooks":0,"livemode":true,"data":{"id":"5","object":"charge","createdAt":"2019-02-25T16:13:12.278Z","paid":false,"status":"pending","amount":1000,"currency":"USD","externalOrderId":"DTSifOuTy95ui","paymentPageUrl":"https://qbitpay.blockscape.co/?zh#/otc/payment?tradeId=DTSifOuTy95ifOuTy95","cbUrl":"https://api.blockscape.co","redirectUrl":"https://qbitpay.blockscape.co"}}"#;
/// One of our own, with a nested object and Chinese.
const OWN: &str = r#"{"id":"fDOuTy95uSiTi","type":"payout.paid","createdAt":"2019-02-25T16:13:12.278Z","object":"event","pendingWebhooks":0,"livemode":false,"data":{"id":"5d0f1e2a3b4c5d6e7f8a9b0c","object":"payout","createdAt":"2019-02-23T16:13:12.278Z","amount":99.5,"fee":0.5,"currency":"USD","description":"Payout memo","status":"paid","type":"bankAccount","arrivalDate":"2019-02-25T16:13:12.278Z","externalOrderId":"ba126aa385cd5580","destination":{"id":"5d0f1e2a3b4c5d6e7f8a9b0d","object":"bankAccount","payerName":"user name","bankAccountNum":"444444444444111","bankName":"Chase","type":"bankAccount","typeLabel":{"en":"Bank account","zh":"银行转账"}}}}"#;

fn verdict(body: &str, signature: &str, secret: Option<&str>) -> Json {
    let mut call = json!({"provider": "qbitpay", "headers": {"QbitPay-Signature": signature}, "body": body});
    if let Some(secret) = secret {
        call["secret"] = secret.into();
    }
    Tape::shop().admin("POST", "webhooks/verify", &call)
}

#[test]
fn the_published_digest_comes_out() {
    for (body, key, length, digest) in [
        (PUBLISHED, "T9uTy95uSifOOuTy", Some(464), "EE53810FF1341779F2FF25989A67DCFC"),
        (OWN, "sandboxQbitKey01", None, "0BEE5CFA1016AD87A3BA1C01B8EB1551"),
    ] {
        let verdict = verdict(body, digest, Some(key));
        assert_eq!((&verdict["valid"], &verdict["expected"]), (&json!(true), &json!(digest)), "{verdict}");
        let canonical = verdict["canonical"].as_str().expect("text");
        assert!(length.is_none_or(|it| canonical.len() == it), "{}", canonical.len());
        assert_eq!(canonical, string_a(body));
        assert_eq!(signature(canonical, key), digest, "another implementation agrees");
    }
}

#[test]
fn the_published_text_comes_out() {
    let text = concat!(
        "createdAt=2019-02-25T16:13:12.278Z&data={\"id\":\"5\",\"object\":\"charge\",\"createdAt\":\"2019-02-25T16:13:12.278Z\",",
        "\"paid\":false,\"status\":\"pending\",\"amount\":1000,\"currency\":\"USD\",\"externalOrderId\":\"DTSifOuTy95ui\",",
        "\"paymentPageUrl\":\"https://qbitpay.blockscape.co/?zh#/otc/payment?tradeId=DTSifOuTy95ifOuTy95\",",
        "\"cbUrl\":\"https://api.blockscape.co\",\"redirectUrl\":\"https://qbitpay.blockscape.co\"}&id=fDOuTy95uSiTi&livemode=true&object=event&pendingWebhooks=0&type=charge.succeeded",
    );
    assert_eq!(verdict(PUBLISHED, "", None)["canonical"], text);
}

#[test]
fn the_usual_mistakes_are_recognised() {
    let right = signature(&string_a(OWN), KEY);
    let digest = hex::decode(&right).expect("hexadecimal");
    let parsed: Json = serde_json::from_str(OWN).expect("JSON");
    let sorted = OWN.replace(OWN.split(",\"data\":").nth(1).expect("data"), &format!("{}}}", parsed["data"]));
    let escaped = string_a(OWN).replace("银行转账", "\\u94f6\\u884c\\u8f6c\\u8d26");
    let spaced = OWN.replace(",\"", ", \"").replace("\":", "\": ");
    let plain: String = OWN.chars().filter(|it| it.is_ascii() && *it != '/').collect(); // nothing in it needs escaping
    let plain_spaced = plain.replace(",\"", ", \"").replace("\":", "\": ");
    let spaced_text = format!("{},data={}", "", "").replace(",data=", &string_a(OWN).replace(",\"", ", \"").replace("\":", "\": "));
    let unsorted = {
        let (head, data) = OWN[1..].split_once(",\"data\":").expect("data");
        let head = head.split(',').map(|it| it.replacen(':', "=", 1).replace('"', "")).collect::<Vec<_>>().join("&");
        format!("{head}&data={}", data.strip_suffix('}').expect("an object"))
    };
    for (body, sent, reason) in [
        (OWN, right.clone(), Json::Null),
        (spaced.as_str(), right.clone(), json!("reserialised_body")),
        (plain_spaced.as_str(), signature(&string_a(&plain), KEY), json!("reserialised_body")),
        (&OWN.replace("银行转账", "\\u94f6\\u884c\\u8f6c\\u8d26"), right.clone(), json!("reserialised_body")),
        (
            &OWN.replace("Payout memo", "Payout\\/memo"),
            signature(&string_a(&OWN.replace("Payout memo", "Payout/memo")), KEY),
            json!("reserialised_body"),
        ),
        (&serde_json::to_string_pretty(&parsed).expect("JSON"), right.clone(), json!("wrong_field_order")),
        (&parsed.to_string(), right.clone(), json!("wrong_field_order")),
        (OWN, right.to_lowercase(), json!("wrong_encoding")),
        (OWN, base64::engine::general_purpose::STANDARD.encode(digest), json!("wrong_encoding")),
        (OWN, signature(&escaped, KEY), json!("wrong_encoding")),
        (spaced.as_str(), signature(&spaced_text, KEY), json!("reserialised_body")),
        (OWN, signature(OWN, KEY), json!("reserialised_body")),
        (OWN, signature(&string_a(&sorted), KEY), json!("wrong_field_order")),
        (OWN, signature(&unsorted, KEY), json!("wrong_field_order")),
        (OWN, signature(&string_a(OWN), ""), json!("wrong_secret")),
        (OWN, signature(&string_a(OWN), "another"), json!("mismatch")),
        (&OWN.replace("99.5", "995"), right, json!("mismatch")),
        ("no JSON", signature("no JSON", KEY), Json::Null),
    ] {
        let verdict = verdict(body, &sent, None);
        assert_eq!(verdict["reason"], reason, "{sent} of {body}: {verdict}");
        assert_eq!(verdict["valid"], reason.is_null());
    }
    let missing = Tape::shop().admin("POST", "webhooks/verify", &json!({"provider": "qbitpay", "body": OWN}));
    assert_eq!(missing["reason"], "missing_signature");
    assert_eq!(verdict(OWN, &signature(&string_a(OWN), KEY), Some("another"))["reason"], "wrong_secret", "the account's own key was used");
}

#[test]
fn the_built_in_receiver_knows_the_signature() {
    let mut shop = Tape::shop();
    shop.play("set qbitpay/default webhook_url=http://shop.inbox.playmoney.test/\nact qbitpay.deposit currency=USDT amount=5\nadvance 3m");
    let messages = shop.admin("GET", "inbox/shop/messages", &Json::Null);
    let message = &messages["messages"][0];
    assert_eq!((&message["provider"], &message["signature"]), (&json!("qbitpay"), &json!("valid")), "{message}");
    let mut altered = Tape::control("POST", "inbox/shop", &Json::Null);
    altered.body = OWN.into();
    shop.ask(altered.with("QbitPay-Signature", "00"));
    assert_eq!(shop.admin("GET", "inbox/shop/messages", &Json::Null)["messages"][1]["signature"], "invalid");
}

#[test]
fn a_webhook_secret_takes_the_place_of_the_key() {
    let mut shop = Tape::shop();
    shop.play("set qbitpay/default webhook_secret=another_key_of_ours\nact qbitpay.deposit currency=USDT amount=5\nadvance 3m");
    let attempt = &shop.posted[0];
    let body = std::str::from_utf8(&attempt.body).expect("text");
    assert_eq!(attempt.headers["qbitpay-signature"], signature(&string_a(body), "another_key_of_ours"));
}
