//! The documentation's own examples. They never change to suit us.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::sign::derived;
use serde_json::{Value as Json, json};
use sha2::Sha256;

use super::{answer, good};
use crate::tape::{SHOP, Tape};

/// Members of a document in the order in which they are written, at every depth, with the kind of each value.
fn shape(text: &str) -> Vec<String> {
    let mut rest = text;
    let mut seen = Vec::new();
    let mut depth = 0;
    while let Some(place) = rest.find(['{', '}', '"']) {
        let mark = rest.as_bytes()[place];
        rest = &rest[place + 1..];
        match mark {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {
                let (name, behind) = rest.split_once('"').expect("a closing quote");
                rest = behind;
                if let Some(value) = behind.trim_start().strip_prefix(':') {
                    let kind = match value.trim_start().as_bytes()[0] {
                        b'"' => "text",
                        b'{' => "object",
                        b'[' => "list",
                        b't' | b'f' => "flag",
                        _ => "number",
                    };
                    seen.push(format!("{}{name} {kind}", " ".repeat(depth)));
                }
            }
        }
    }
    seen
}

const CHARGE_ANSWER: &str = r#"{"id":"ifDOu5uTSTy9i","object":"charge","createdAt":"2019-02-23T16:13:12.278Z","paid":false,"status":"pending",
 "amount":100,"totalCost":676,"price":38737.7,"fee":0,"baseAmount":0.017451,"currency":"USD","quoteCurrency":"CNY",
 "baseCurrency":"BTC","payerName":"Alex","externalOrderId":"DTSifOuTy95ui",
 "paymentPageUrl":"https://qbitpay.blockscape.co/?zh#/otc/payment?tradeId=uTifOuTy95DTSifOy95",
 "cbUrl":"https://api.blockscape.co","redirectUrl":"https://qbitpay.blockscape.co",
 "paymentMethod":{"object":"paymentMethod","alipayQRCodeUrl":"https://alipay.net.com/qrcode","type":"Alipay",
  "currency":"CNY","status":"active","typeLabel":{"en":"Alipay","zh":"支付宝"}},
 "expiresAt":"2019-05-12T01:31:43.602Z"}"#;
const PAYOUT_REQUEST: &str = r#"{"amount":100,"currency":"USD","description":"Payout memo","externalOrderId":"ba126aa385cd5580","destination":{"payerName":"user name","bankAccountNum":"444444444444111","bankRoutingNum":"12345678","bankName":"Chase","bankAddr":"505 Michigan ave, NY, 12345","country":"United States","states":"California","city":"San Francisco","addr":"110 market street","type":"bankAccount"}}"#;
const PAYOUT_ANSWER: &str = r#"{"id":"d55ba126aa385c808t8aeb0d","object":"payout","createdAt":"2019-02-23T16:13:12.278Z","amount":98.1,"fee":1.9,
 "currency":"USD","description":"Payout memo","status":"pending","type":"bankAccount",
 "arrivalDate":"2019-02-25T16:13:12.278Z","externalOrderId":"ba126aa385cd5580",
 "destination":{"id":"ba126aa385cd55808t8aeb0d","object":"bankAccount","payerName":"user name",
  "bankAccountNum":"444444444444111","bankRoutingNum":"12345678","bankName":"Chase",
  "bankAddr":"505 Michigan ave, NY, 12345","country":"United States","states":"California","city":"San Francisco",
  "addr":"110 market street","type":"bankAccount","typeLabel":{"en":"Bank account","zh":"银行转账"}}}"#;
const LIST_ANSWER: &str = r#"{"object":"list","url":"/api/v1/charges","data":[]}"#;
const ACCOUNT_ANSWER: &str = r#"{"feeRates":{"payout":0.005,"pay":0,"withdrawToken":0,"trade":0},
 "limit":{"pay":{"currency":"USDT","min":5,"max":10000},"payout":{"currency":"USDT","min":200},"withdrawToken":{"currency":"USDT","min":200}},
 "wallets":[{"currency":"USDT","addr":"0x31C27642169B61ceD340Ba99643CC3EAd729321F"}]}"#;
const BALANCE_ANSWER: &str = r#"{"id":"5c808t8d55ba126aa38aeb0d","object":"balance","currency":"USD","available":1000.5,"pending":100.5}"#;
const TICKER_ANSWER: &str = r#"{"symbol":"USDT/CNY","timestamp":1558062945801,"ask":6.97}"#;
const ROW_ANSWER: &str = r#"{"id":"55ba126aa38a5c808t8deb0d","object":"balanceTransaction","currency":"USD","amount":1000.5,
 "availableOn":"2019-02-23T16:13:12.278Z","createdAt":"2019-02-22T16:13:12.278Z","type":"charge",
 "source":"55ba12b0d6aa38a5c808t8de","status":"available","description":"This is a memo","fee":1.1,"net":999.4}"#;
const ORDER_ANSWER: &str = r#"{"id":"5d0f1e2a3b4c5d6e7f8a9b10","object":"order","createdAt":"2019-02-23T16:13:12.278Z","symbol":"USDT/CNY","side":"sell",
 "status":"closed","baseCurrency":"USDT","quoteCurrency":"CNY","baseAmount":100,"price":6.95,"totalCost":695,"fee":0}"#;
const UNAUTHORIZED: &str = r#"{"type":"authentication_error","message":"No valid API key provided"}"#;
const FAULTY: &str = r#"{"type":"invalid_request_error","message":"Validation Failed","detail":[{"message":"required","code":"missing_field","field":"amount"}]}"#;

/// Values that an example leaves no choice about: those of its request, of its prices and of its words.
fn agrees(name: &str) -> bool {
    !["id", "createdAt", "expiresAt", "arrivalDate", "paymentPageUrl", "alipayQRCodeUrl", "timestamp", "addr", "available", "pending"]
        .contains(&name)
}

fn same_values(seen: &Json, documented: &Json) {
    match (seen, documented) {
        (Json::Object(seen), Json::Object(documented)) => {
            for (name, value) in documented.iter().filter(|it| agrees(it.0)) {
                same_values(&seen[name], value);
            }
        }
        (Json::Array(seen), Json::Array(documented)) => seen.iter().zip(documented).for_each(|(seen, own)| same_values(seen, own)),
        _ => assert_eq!(seen, documented),
    }
}

/// A shop that was opened when the examples were written.
fn then(settings: &str) -> Tape {
    let now = "2019-02-23T16:13:12.278Z".parse().expect("a time");
    let mut shop = Tape::new(Start { webhook_url: Some(SHOP.to_owned()), now: Some(now), ..Start::default() });
    shop.play(&format!("set qbitpay/default documented_links=true {settings}"));
    shop
}

#[test]
fn answers_as_their_examples_say() {
    let charge = "amount=100&currency=USD&externalOrderId=DTSifOuTy95ui&cbUrl=https://api.blockscape.co&redirectUrl=https://qbitpay.blockscape.co&payerName=Alex";
    let as_json = r#"{"amount":100,"currency":"USD","externalOrderId":"DTSifOuTy95ui","cbUrl":"https://api.blockscape.co","redirectUrl":"https://qbitpay.blockscape.co","payerName":"Alex"}"#;
    let form = "with Content-Type: application/x-www-form-urlencoded";
    for (page, settings, before, method, target, body, status, documented) in [
        ("Charges: create, as a form", "", form, "POST", "charges", charge, 200, CHARGE_ANSWER),
        ("Charges: create, as JSON", "", "", "POST", "charges", as_json, 200, CHARGE_ANSWER),
        ("Payouts: create", "payout_fee_rate=0.019", "", "POST", "payouts", PAYOUT_REQUEST, 200, PAYOUT_ANSWER),
        ("Pagination: the envelope", "", "", "GET", "charges?limit=3", "", 200, LIST_ANSWER),
        ("Accounts", "", "", "GET", "accounts/show", "", 200, ACCOUNT_ANSWER),
        ("Balances", "", "", "GET", "balances/show", "", 200, BALANCE_ANSWER),
        ("Markets: ticker", "", "", "GET", "markets/ticker?symbol=USDT/CNY&side=ask", "", 200, TICKER_ANSWER),
        ("Orders", "", "", "POST", "orders", r#"{"symbol":"USDT/CNY","side":"sell","amount":100}"#, 200, ORDER_ANSWER),
        ("Errors: 401", "", "without Authorization", "GET", "accounts/show", "", 401, UNAUTHORIZED),
        ("Errors: 400", "", "", "POST", "payouts", &PAYOUT_REQUEST.replace("\"amount\":100,", ""), 400, FAULTY),
    ] {
        let mut shop = then(settings);
        shop.play(before);
        let (seen, text) = answer(&mut shop, method, target, body);
        assert_eq!((seen, shape(&text)), (status, shape(documented)), "{page}: {text}");
        let document = |text: &str| serde_json::from_str::<Json>(text).expect("JSON");
        same_values(&document(&text), &document(documented));
    }
}

#[test]
fn the_examples_of_the_page_link_and_the_times() {
    let mut shop = then("");
    let made = good(
        &mut shop,
        "POST",
        "charges",
        &json!({"amount": 100, "currency": "USD", "externalOrderId": "A", "cbUrl": "http://a", "redirectUrl": "http://b"}),
    );
    assert_eq!(made["createdAt"], "2019-02-23T16:13:12.278Z");
    let page = made["paymentPageUrl"].as_str().expect("text");
    let trade = page.strip_prefix("https://qbitpay.blockscape.co/?zh#/otc/payment?tradeId=").expect("the documented form");
    assert!(trade.len() == 20 && trade.bytes().all(|it| it.is_ascii_alphanumeric()) && made["id"] != trade, "{trade}");
    let paid = good(&mut shop, "POST", "payouts", &serde_json::from_str(PAYOUT_REQUEST).expect("JSON"));
    assert_eq!(paid["arrivalDate"], "2019-02-25T16:13:12.278Z", "two days after, as in the example");
}

#[test]
fn a_ledger_row_as_its_example_says() {
    let mut shop = then("pace=manual payout_fee_rate=0.019");
    good(&mut shop, "POST", "payouts", &serde_json::from_str(PAYOUT_REQUEST).expect("JSON"));
    let list = good(&mut shop, "GET", "balanceTransactions?type=payout", &Json::Null);
    let id = list["data"][0]["id"].as_str().expect("an id").to_owned();
    let (status, text) = answer(&mut shop, "GET", &format!("balanceTransactions/{id}"), "");
    assert_eq!((status, shape(&text)), (200, shape(ROW_ANSWER)), "{text}");
    let row = &list["data"][0];
    assert_eq!((&row["amount"], &row["fee"], &row["net"]), (&json!(-98.1), &json!(1.9), &json!(-100)));
}

/// The list of the page on pagination: three charges, newest first; their fields are among those of the object.
#[test]
fn a_list_of_charges_as_its_example_says() {
    let mut shop = then("pace=manual");
    for (amount, wait) in [(950, "24h"), (900, "24h"), (1000, "0s")] {
        let body = json!({"amount": amount, "currency": "USD", "externalOrderId": "DTSifOuTy95ui", "cbUrl": SHOP, "redirectUrl": SHOP});
        let id = good(&mut shop, "POST", "charges", &body)["id"].clone();
        if amount == 950 {
            for act in ["buyer-paid", "confirm-charge", "deliver-coins"] {
                shop.admin("POST", &format!("act/qbitpay/{act}"), &json!({"charge": id}));
            }
        }
        shop.play(&format!("advance {wait}"));
    }
    let list = good(&mut shop, "GET", "charges?limit=3", &Json::Null);
    let rows: Vec<_> = list["data"].as_array().expect("a page").iter().map(|it| (&it["createdAt"], &it["amount"], &it["paid"])).collect();
    let at = ["2019-02-25T16:13:12.278Z", "2019-02-24T16:13:12.278Z", "2019-02-23T16:13:12.278Z"].map(|it| json!(it));
    assert_eq!(rows, [(&at[0], &json!(1000), &json!(false)), (&at[1], &json!(900), &json!(false)), (&at[2], &json!(950), &json!(true))]);
    assert_eq!(list["data"][2]["status"], "closed");
    for name in ["id", "object", "createdAt", "paid", "status", "amount", "currency", "externalOrderId", "paymentPageUrl"] {
        assert!(!list["data"][0][name].is_null(), "{name}");
    }
}

/// The token of a sandbox, verified with nothing but its parts: header, claims, signature.
fn verified(shop: &mut Tape, secret: &str) -> (Json, Json) {
    let token = good(shop, "GET", "accessToken", &Json::Null)["accessToken"].as_str().expect("a token").to_owned();
    let parts: Vec<&str> = token.split('.').collect();
    let [head, claims, signature] = parts[..] else { panic!("{token}") };
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(format!("{head}.{claims}").as_bytes());
    mac.verify_slice(&URL_SAFE_NO_PAD.decode(signature).expect("base64")).expect("the signature is right");
    let read = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON");
    (read(head), read(claims))
}

#[test]
fn an_access_token_is_verified_by_any_library() {
    let mut shop = Tape::shop();
    let (head, claims) = verified(&mut shop, "qbit_test_jwt_secret");
    assert_eq!(head, json!({"alg": "HS256", "typ": "JWT"}));
    let (iat, exp) = (claims["iat"].as_i64().expect("a number"), claims["exp"].as_i64().expect("a number"));
    assert_eq!((iat, exp - iat), (1_767_225_600, 30 * 24 * 60 * 60));
    let text = |name: &str| claims[name].as_str().expect("text").to_owned();
    assert!(text("_id").len() == 24 && text("authCode").len() == 6 && claims["isAdmin"] == true, "{claims}");
    shop.play("advance 10d");
    let later = verified(&mut shop, "qbit_test_jwt_secret").1;
    assert_eq!((later["iat"].as_i64(), &later["_id"]), (Some(iat + 864_000), &claims["_id"]), "the same user, on the simulated clock");
    // The example's header, of which the page has lost one character.
    assert_eq!(URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#), "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9");
}

#[test]
fn another_sandbox_signs_tokens_with_a_secret_of_its_own() {
    let mut shop = Tape::new(Start { name: "checkout-7".to_owned(), ..Start::default() });
    let key = shop.admin("GET", "accounts/qbitpay/default", &Json::Null)["credentials"]["api_key"].as_str().expect("a key").to_owned();
    assert_eq!(key, "qbit_test_key_checkout-7");
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{key}:"));
    shop.play(&format!("with Authorization: Basic {basic}"));
    verified(&mut shop, &derived(&["checkout-7", "qbitpay", "jwt_secret"])[..32]);
    assert_eq!(answer(&mut shop, "GET", "accessToken", "").0, 401, "the published key opens only the default sandbox");
}
