//! Users: how they come, what their tokens open, and what they see of each other.

use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use super::{answer, asked, ordered, served};
use crate::tape::Tape;

const LIST: &str = "/api/payment-orders/";

fn register(shop: &mut Tape, name: &str) -> Json {
    let body = json!({"username": name, "email": format!("{name}@shop.test"), "password": "correct horse", "shop_name": "A shop"});
    served(shop, "POST", "/api/auth/register", &body)
}

fn login(shop: &mut Tape, name: &str, password: &str) -> Json {
    served(shop, "POST", "/api/auth/login", &json!({"username": name, "password": password}))
}

/// Status and message of a call under that header.
fn under(shop: &mut Tape, header: &str, target: &str) -> (u16, Json) {
    shop.play(&format!("with Authorization: {header}"));
    let (status, body) = answer(shop, "GET", target, "");
    (status, body["error"]["message"].clone())
}

fn bearer(shop: &mut Tape, token: &str, target: &str) -> (u16, Json) {
    under(shop, &format!("Bearer {token}"), target)
}

#[test]
fn only_a_bearer_that_is_known_opens() {
    let mut shop = Tape::shop();
    let session = login(&mut shop, "demo", "demo-password");
    let access = session["access"].as_str().expect("a token").to_owned();
    let none = json!("Authentication credentials were not provided.");
    let invalid = json!("Token is invalid.");
    let (text, signature) = access.rsplit_once('.').expect("three parts");
    let (_, claims) = text.split_once('.').expect("three parts");
    let forged = format!("eyJhbGciOiJub25lIn0.{claims}.");
    for (header, expected) in [
        (format!("Bearer {access}"), (200, Json::Null)),
        (format!("bearer   {access}"), (200, Json::Null)),
        ("Bearer cp_test_key".to_owned(), (200, Json::Null)),
        (format!("Token {access}"), (401, none.clone())),
        ("Basic ZGVtbzpkZW1v".to_owned(), (401, none.clone())),
        (access.clone(), (401, none.clone())),
        ("Bearer".to_owned(), (401, invalid.clone())),
        (format!("Bearer {access} {access}"), (401, invalid.clone())),
        ("Bearer cp_test_keys".to_owned(), (401, invalid.clone())),
        (format!("Bearer {text}.{}", signature.to_ascii_uppercase()), (401, invalid.clone())),
        (format!("Bearer {text}"), (401, invalid.clone())),
        (format!("Bearer {forged}"), (401, invalid)),
    ] {
        assert_eq!(under(&mut shop, &header, LIST), expected, "{header}");
    }
    shop.play("without Authorization");
    let refused = asked(&mut shop, "GET", &format!("{LIST}?access_token={access}&api_key=cp_test_key"), "");
    assert_eq!((refused.status.as_u16(), &refused.headers["www-authenticate"]), (401, &"Bearer realm=\"api\"".parse().expect("text")));
}

#[test]
fn authentication_paths_are_known_with_and_without_their_slash() {
    let mut shop = Tape::shop();
    for path in ["/api/auth/register", "/api/auth/login", "/api/auth/token/refresh"] {
        for path in [path.to_owned(), format!("{path}/")] {
            let (status, refusal) = answer(&mut shop, "POST", &path, "{}");
            assert_eq!((status, &refusal["error"]["code"]), (400, &json!("VALIDATION_ERROR")), "{path}");
            let refused = asked(&mut shop, "GET", &path, "");
            assert_eq!((refused.status.as_u16(), &refused.headers["allow"]), (405, &"POST, OPTIONS".parse().expect("text")), "{path}");
        }
    }
    for path in ["/api/payment-orders/1", "/api/transactions", "/api/merchant-wallets/1", "/api/webhook-endpoints"] {
        let moved = asked(&mut shop, "PUT", &format!("{path}?a=1"), "{}");
        assert_eq!(
            (moved.status.as_u16(), moved.headers["location"].to_str().ok()),
            (301, Some(format!("/cryptopay{path}/?a=1").as_str()))
        );
    }
    for path in ["/api/payment-orders//", "/api/payment-orders/1/2/", "/api/transaction/", "/api", "/", ""] {
        assert_eq!(asked(&mut shop, "GET", path, "").status, 404, "{path}");
    }
}

/// Field, value, and what is said of it.
const FAULTS: &[(&str, &str, &str)] = &[
    ("username", "", "This field is required"),
    ("username", "demo", "A user with that username already exists"),
    ("username", "a b", "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters"),
    ("email", "demo@example.com", "A user with that email already exists"),
    ("email", "DEMO@example.com", "A user with that email already exists"),
    ("email", "ann", "Enter a valid email address"),
    ("email", "ann@shop", "Enter a valid email address"),
    ("email", "@shop.test", "Enter a valid email address"),
    ("email", "a@b@shop.test", "Enter a valid email address"),
    ("email", "ann@shop..test", "Enter a valid email address"),
    ("password", "1234567", "This password is too short. It must contain at least 8 characters"),
    ("shop_name", "", "This field is required"),
];

#[test]
fn a_registration_names_every_fault() {
    let mut shop = Tape::shop();
    for (field, value, text) in FAULTS {
        let mut body = json!({"username": "ann", "email": "ann@shop.test", "password": "correct horse", "shop_name": "A shop"});
        body[*field] = json!(value);
        let (status, refusal) = answer(&mut shop, "POST", "/api/auth/register", &body.to_string());
        assert_eq!((status, &refusal["error"]["details"]), (400, &json!({*field: [text]})), "{body}: {refusal}");
    }
    let all = answer(&mut shop, "POST", "/api/auth/register", "{}").1["error"]["details"].to_string();
    assert_eq!(all.matches("This field is required").count(), 4);
}

#[test]
fn a_body_that_cannot_be_read_has_no_details() {
    let mut shop = Tape::shop();
    for (media, body) in [
        ("application/json", "{"),
        ("application/json", "[]"),
        ("application/json", "\"text\""),
        ("application/x-www-form-urlencoded", "username=demo&password=demo-password"),
        ("text/plain", "{}"),
    ] {
        shop.play(&format!("with Content-Type: {media}"));
        let (status, refusal) = answer(&mut shop, "POST", "/api/auth/login", body);
        assert_eq!(
            (status, &refusal["error"]["code"], &refusal["error"]["details"]),
            (400, &json!("VALIDATION_ERROR"), &json!({})),
            "{media}"
        );
    }
}

#[test]
fn users_do_not_see_each_other() {
    let mut shop = Tape::shop();
    let order = ordered(&mut shop, 1, &Json::Null);
    shop.admin("POST", "act/cryptopay/pay", &json!({"order": order["order_id"]}));
    let paid = served(&mut shop, "GET", "/api/payment-orders/1/", &Json::Null);
    let hash = paid["data"]["transaction"]["transaction_hash"].as_str().expect("a hash").to_owned();
    served(&mut shop, "POST", "/api/webhook-endpoints/", &json!({"url": "http://shop.test/own"}));
    let id = register(&mut shop, "ann")["id"].clone();
    assert_eq!(id, 2);
    let session = login(&mut shop, "ann", "correct horse");
    let token = session["access"].as_str().expect("a token").to_owned();
    assert_eq!(session["user"], json!({"id": 2, "username": "ann", "email": "ann@shop.test"}));
    let missing = (404, json!("Not found."));
    let code = order["order_id"].as_str().expect("text").to_owned();
    for target in [format!("/api/payment-orders/{code}/"), "/api/payment-orders/1/".to_owned(), format!("/api/transactions/{hash}/")] {
        assert_eq!(bearer(&mut shop, &token, &target), missing, "{target}");
        assert_eq!(asked(&mut shop, "GET", &target, "").status, 200, "{target}");
    }
    assert_eq!(asked(&mut shop, "GET", &format!("/api/transactions/{}/", hash.to_uppercase().replace("0X", "0x")), "").status, 200);
    for list in ["payment-orders/", "transactions/", "merchant-wallets/", "webhook-endpoints/", "transactions/?order_id=1"] {
        shop.play(&format!("with Authorization: Bearer {token}"));
        let page = served(&mut shop, "GET", &format!("/api/{list}"), &Json::Null);
        assert_eq!(page, json!({"count": 0, "next": null, "previous": null, "results": []}), "{list}");
    }
    for target in ["/api/merchant-wallets/1/", "/api/webhook-endpoints/1/"] {
        shop.play(&format!("with Authorization: Bearer {token}"));
        let body = r#"{"url":"http://shop.test/x","blockchain":"base","address":"0x1234567890123456789012345678901234567890"}"#;
        assert_eq!(answer(&mut shop, "PUT", target, body).0, 404, "{target}");
    }
}

#[test]
fn a_user_is_an_account_that_a_tester_can_set() {
    let mut shop = Tape::shop();
    register(&mut shop, "ann");
    let account = shop.admin("GET", "accounts/cryptopay/user-2", &Json::Null);
    let credentials = &account["credentials"];
    assert_eq!(
        (&credentials["username"], &credentials["password"]),
        (&json!("ann"), &json!("***orse")),
        "a password from outside is masked"
    );
    assert_eq!(account["webhook_url"], "http://shop.test/hooks", "everybody's webhooks go there at first");
    let (key, secret) = (credentials["api_key"].as_str().expect("a key"), credentials["webhook_secret"].as_str().expect("a secret"));
    assert!(key.starts_with("cp_test_") && key.len() == 32 && secret.starts_with("whsec_") && secret.len() == 38, "{key} {secret}");
    assert_eq!(bearer(&mut shop, key, LIST), (200, Json::Null));
    let suspended = shop.admin("PATCH", "accounts/cryptopay/user-2", &json!({"suspended": true}));
    assert_eq!(suspended["suspended"], true);
    assert_eq!(bearer(&mut shop, key, LIST), (403, json!("This account is suspended.")));
    assert_eq!(answer(&mut shop, "POST", "/api/auth/login", r#"{"username":"ann","password":"correct horse"}"#).0, 403);
    assert_eq!(asked(&mut shop, "GET", LIST, "").status, 200);
    let journal = shop.admin("GET", "requests?provider=cryptopay", &Json::Null).to_string();
    assert!(!journal.contains("correct horse") && journal.contains("***orse"), "{journal}");
}

#[test]
fn i21_a_sandbox_keeps_so_many_users_and_says_so() {
    let mut shop = Tape::shop();
    (2..=1_000).for_each(|n| _ = register(&mut shop, &format!("user{n}")));
    let body = r#"{"username":"late","email":"late@shop.test","password":"correct horse","shop_name":"Late"}"#;
    let (status, refusal) = answer(&mut shop, "POST", "/api/auth/register", body);
    let why = json!({"username": ["This sandbox has 1000 users, as many as it keeps"]});
    assert_eq!((status, &refusal["error"]["details"]), (400, &why));
    assert_eq!(login(&mut shop, "user1000", "correct horse")["user"]["id"], 1_000);
}

#[test]
fn a_token_of_another_sandbox_opens_nothing() {
    let start = |name: &str| Start { name: name.to_owned(), ..Start::default() };
    let mut shop = Tape::shop();
    let own = login(&mut shop, "demo", "demo-password")["access"].as_str().expect("a token").to_owned();
    let mut other = Tape::new(start("other"));
    assert_eq!(bearer(&mut other, &own, LIST).0, 401);
    assert_eq!(bearer(&mut other, "cp_test_key", LIST).0, 401, "its keys are others");
    // What was saved here goes on there: the tokens that it has issued still open it.
    let saved = shop.ask(Tape::control("GET", "state", &Json::Null)).body;
    let mut put = Tape::control("PUT", "state", &Json::Null);
    put.body = saved;
    assert_eq!(other.ask(put).status, 200);
    assert_eq!(bearer(&mut other, &own, LIST), (200, Json::Null));
}

#[test]
fn without_rotation_a_refresh_token_works_again() {
    let mut shop = Tape::shop();
    shop.play("set cryptopay/default refresh_rotation=false");
    let first = json!({"refresh": login(&mut shop, "demo", "demo-password")["refresh"]});
    let second = served(&mut shop, "POST", "/api/auth/token/refresh/", &first);
    let third = served(&mut shop, "POST", "/api/auth/token/refresh/", &first);
    assert_ne!(second["refresh"], third["refresh"], "each pair is another one");
    shop.play("set cryptopay/default refresh_rotation=true");
    served(&mut shop, "POST", "/api/auth/token/refresh/", &first);
    assert_eq!(answer(&mut shop, "POST", "/api/auth/token/refresh", &first.to_string()).0, 401);
    let access = json!({"refresh": second["access"]});
    assert_eq!(answer(&mut shop, "POST", "/api/auth/token/refresh/", &access.to_string()).0, 401, "an access token brings nothing");
}
