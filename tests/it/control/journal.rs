//! The journal: what it holds, what it hides, what it has dropped.

use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use super::{call, create, exported, perform, problem, refused};
use crate::quantum_payouts::{answer, portal};
use crate::tape::{SHOP, Tape};

fn entries(shop: &mut Tape, query: &str) -> Vec<Json> {
    let (status, document) = call(shop, "GET", &format!("requests{query}"), &Json::Null);
    assert_eq!(status, 200, "{document}");
    document["requests"].as_array().expect("a list").clone()
}

#[test]
fn i22_each_request_has_one_entry() {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    shop.play("GET /quantum-payouts/api/v1/features?x=1\nadvance 1m\nPOST /quantum-payouts/api/v1/nothing {}");
    shop.play("control GET clock");
    let all = entries(&mut shop, "");
    let seen: Vec<_> =
        all.iter().map(|it| [&it["id"], &it["at"], &it["operation"], &it["response"]["status"], &it["error"]].map(Clone::clone)).collect();
    let (start, later) = (json!("2026-01-01T00:00:00Z"), json!("2026-01-01T00:01:00Z"));
    assert_eq!(
        seen,
        [
            [json!("req-1"), start.clone(), json!("quantum-payouts.createPayout"), json!(200), Json::Null],
            [json!("req-2"), start, json!("quantum-payouts.features"), json!(200), Json::Null],
            [json!("req-3"), later, Json::Null, json!(404), json!("not_found")],
        ]
    );
    let it = &all[1];
    assert_eq!((&it["provider"], &it["account"], &it["rule"]), (&json!("quantum-payouts"), &json!("default"), &Json::Null));
    assert_eq!((&it["request"]["method"], &it["request"]["path"]), (&json!("GET"), &json!("/quantum-payouts/api/v1/features?x=1")));
    assert_eq!(it["request"]["headers"]["authorization"], "Bearer qm_test_token", "what we issued is test data");
    assert!(it["response"]["body"].as_str().is_some_and(|it| it.contains("\"system\":\"payouts\"")));
    assert_eq!(
        all[0]["evidence"],
        json!({
            "evidence": "documented", "row": "quantum-payouts.decisions.type-absent",
            "source": "Developer API, Create Payout, channel; the older page let the recipient choose",
        })
    );
}

#[test]
fn filters_since_and_limit() {
    let mut shop = Tape::shop();
    for number in ["A", "A", "B"] {
        create(&mut shop, number);
    }
    shop.play("advance 1s");
    perform(&mut shop, "C");
    let ids = |shop: &mut Tape, query: &str| -> Vec<String> {
        entries(shop, query).iter().map(|it| it["id"].as_str().expect("text").replace("req-", "")).collect()
    };
    for (query, found) in [
        ("", "1 2 3 4"),
        ("?operation=createPayout", "1 2 3"),
        ("?operation=quantum-payouts.performPayout", "4"),
        ("?status=400", "2"),
        ("?status=200&operation=createPayout", "1 3"),
        ("?since=req-2", "3 4"),
        ("?since=2026-01-01T00:00:01Z", "4"),
        ("?since=2026-01-01T00:00:00Z&limit=2", "1 2"),
        ("?limit=0", ""),
        ("?provider=quantum-payouts", "1 2 3 4"),
    ] {
        assert_eq!(ids(&mut shop, query).join(" "), found, "{query}");
    }
    for query in [
        "?operation=createNothing",
        "?operation=quoine.createPayout",
        "?provider=quoin",
        "?status=ok",
        "?since=yesterday",
        "?limit=-1",
        "?who=me",
    ] {
        assert_eq!(refused(&mut shop, "GET", &format!("requests{query}"), &Json::Null).0, 422, "{query}");
    }
    let (_, _, why) = refused(&mut shop, "GET", "requests?operation=createPayuot", &Json::Null);
    assert_eq!(why, "No provider has an operation `createPayuot`. The nearest is `createPayout`.");
}

#[test]
fn violations_name_what_the_documentation_asks_for() {
    let mut shop = Tape::shop();
    shop.play("without Accept\nwithout Content-Type");
    answer(&mut shop, "POST", "getPayoutStatus", r#"{"orderNumber":"A","order_number":"A"}"#);
    let codes: Vec<_> = entries(&mut shop, "")[0]["violations"].as_array().expect("a list").iter().map(|it| it["code"].clone()).collect();
    assert_eq!(codes, ["missing_header", "missing_header", "unknown_field"]);
}

#[test]
fn violations_are_listed_with_their_requests() {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    shop.play("without Accept");
    answer(&mut shop, "POST", "getPayoutStatus", r#"{"orderNumber":"A","order_number":"A"}"#);
    shop.play("advance 1s");
    answer(&mut shop, "POST", "getPayoutStatus", r#"{"orderNumber":"A","x":1}"#);
    let listed = |shop: &mut Tape, query: &str| call(shop, "GET", &format!("violations{query}"), &Json::Null).1;
    let all = listed(&mut shop, "");
    assert_eq!(all["truncated"], false);
    let kinds: Vec<_> =
        all["violations"].as_array().expect("a list").iter().map(|it| (it["request"].clone(), it["code"].clone())).collect();
    let expected = [("req-2", "missing_header"), ("req-2", "unknown_field"), ("req-3", "unknown_field")];
    assert_eq!(kinds, expected.map(|(request, code)| (json!(request), json!(code))));
    let last = &all["violations"][2];
    assert_eq!(
        (&last["at"], &last["operation"], &last["detail"]),
        (&json!("2026-01-01T00:00:01Z"), &json!("quantum-payouts.getPayoutStatus"), &json!("getPayoutStatus has no parameter `x`"))
    );
    assert!(last["source"].as_str().is_some_and(|it| !it.is_empty()), "{last}");
    assert_eq!(entries(&mut shop, "?since=req-2")[0]["violations"][0]["source"], last["source"], "as the journal says it");
    for (query, count) in [
        ("?since=req-2", 1),
        ("?since=2026-01-01T00:00:01Z", 1),
        ("?limit=2", 2),
        ("?limit=0", 0),
        ("?provider=quoine", 0),
        ("?operation=quantum-payouts.createPayout", 0),
        ("?operation=quantum-payouts.getPayoutStatus", 3),
    ] {
        let found = listed(&mut shop, query);
        assert_eq!((found["violations"].as_array().map(Vec::len), &found["truncated"]), (Some(count), &json!(false)), "{query}");
    }
    for query in ["?provider=quoin", "?operation=quoine.nothing", "?since=soon", "?limit=-1", "?code=x"] {
        assert_eq!(refused(&mut shop, "GET", &format!("violations{query}"), &Json::Null).0, 422, "{query}");
    }
}

#[test]
fn i21_violations_of_a_truncated_journal_say_so() {
    let mut shop = Tape::new(Start { journal_bytes_max: 20_000, ..Start::default() });
    for _ in 0..30 {
        answer(&mut shop, "POST", "getPayoutStatus", r#"{"orderNumber":"A","x":1}"#);
    }
    let (_, document) = call(&mut shop, "GET", "violations", &Json::Null);
    let fields = document["violations"].as_array().expect("a list").iter().filter(|it| it["code"] == "unknown_field");
    let count = fields.count();
    assert!((5..30).contains(&count), "{count}");
    assert_eq!(document["truncated"], true);
}

#[test]
fn a_fault_that_is_asked_for_executes_nothing() {
    let mut shop = Tape::shop();
    let before = exported(&mut shop);
    shop.play("with Playmoney-Fault: permission_denied");
    let (status, body) =
        answer(&mut shop, "POST", "createPayout", r#"{"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}"#);
    assert_eq!(
        (status, body.as_str()),
        (403, r#"{"result":{"error":"PERMISSION_DENIED","message":"Insufficient permissions for operation"}}"#)
    );
    assert!(shop.posted.is_empty());
    let mut after = exported(&mut shop);
    let it = &entries(&mut shop, "")[0];
    assert_eq!(
        (&it["operation"], &it["rule"], &it["error"]),
        (&json!("quantum-payouts.createPayout"), &json!("permission_denied"), &json!("permission_denied"))
    );
    for name in ["log", "touched"] {
        after["core"][name] = before["core"][name].clone();
    }
    assert_eq!(after, before, "nothing but the log knows of it");
    shop.play("with Playmoney-Fault: permission_denid");
    let request = crate::quantum_payouts::request(&mut shop, "POST", "createPayout", "{}");
    let (status, code, detail) = problem(&shop.ask(request));
    assert_eq!((status, code.as_str()), (422, "unknown_fault"));
    assert!(detail.contains("The nearest is `permission_denied`."), "{detail}");
    let it = &entries(&mut shop, "")[1];
    assert_eq!(
        (&it["operation"], &it["rule"], &it["response"]["status"]),
        (&json!("quantum-payouts.createPayout"), &Json::Null, &json!(422))
    );
}

#[test]
fn every_documented_error_can_be_asked_for() {
    for (name, status) in [
        ("validation_error", 400),
        ("unauthorized", 401),
        ("permission_denied", 403),
        ("internal_error", 500),
        ("no_company", 400),
        ("not_found", 404),
        ("method_not_allowed", 405),
        ("rate_limited", 429),
    ] {
        let mut shop = Tape::shop();
        shop.play(&format!("with Playmoney-Fault: {name}"));
        let (got, body) = answer(&mut shop, "GET", "features", "");
        let body: Json = serde_json::from_str(&body).expect("JSON");
        assert_eq!((got, &body["result"]["error"]), (status, &json!(name.to_uppercase())));
    }
}

#[test]
fn i21_a_journal_that_has_dropped_something_says_so() {
    let mut shop = Tape::new(Start { journal_bytes_max: 20_000, ..Start::default() });
    for n in 0..30 {
        answer(&mut shop, "POST", "getPayoutStatus", &format!(r#"{{"orderNumber":"{n}"}}"#));
        let kept: usize = entries(&mut shop, "").iter().map(|it| it.to_string().len()).sum();
        assert!(kept < 40_000, "{kept}");
    }
    let (_, document) = call(&mut shop, "GET", "requests", &Json::Null);
    assert_eq!(document["truncated"], true);
    let ids: Vec<_> =
        document["requests"].as_array().expect("a list").iter().map(|it| it["id"].as_str().expect("text").to_owned()).collect();
    assert!((5..30).contains(&ids.len()), "{}", ids.len());
    assert_eq!(ids.last().map(String::as_str), Some("req-30"), "the newest stay");
    answer(&mut shop, "POST", "createPayout", &"x".repeat(30_000));
    assert!(entries(&mut shop, "").is_empty(), "one that is larger than the journal is not kept");
    answer(&mut shop, "GET", "features", "");
    assert_eq!(entries(&mut shop, "").len(), 1, "and the journal goes on");
}

#[test]
fn t20_card_numbers_that_may_be_somebodys_are_kept_without_their_middle() {
    let card = "4276380012345679";
    let mut shop = Tape::shop();
    let perform = |pan: &str| format!(r#"{{"orderNumber":"A","amount":150000,"description":"d","target":{{"pan":"{pan}"}}}}"#);
    answer(&mut shop, "POST", "performPayout", &perform(card));
    answer(&mut shop, "POST", "performPayout", &perform(card).replace("150000", "0"));
    answer(&mut shop, "POST", "performPayout", &perform("4276 3800 1234 5679"));
    answer(&mut shop, "POST", "performPayout", &perform(card)[..60]);
    answer(&mut shop, "POST", "createPayout", &perform(card));
    shop.play("without Authorization");
    answer(&mut shop, "POST", "performPayout", &perform(card));
    shop.play("with Playmoney-Fault: internal_error");
    answer(&mut shop, "POST", "performPayout", &perform(card));
    create(&mut shop, "page");
    shop.play(&format!("with Content-Type: application/x-www-form-urlencoded\nPOST ${{link}} pan={card}&x=1\nGET ${{link}}&pan={card}"));
    answer(&mut shop, "POST", "performPayout", &perform("4111111111111111"));
    let state = exported(&mut shop).to_string();
    let journal = json!(entries(&mut shop, "")).to_string();
    let deliveries = call(&mut shop, "GET", "deliveries", &Json::Null).1.to_string();
    for text in [&state, &journal, &deliveries] {
        assert!(!text.contains(card) && !text.contains("1234 5679"));
    }
    assert!(journal.contains("427638******5679") && journal.contains("4276 38** **** 5679"));
    assert!(journal.contains("4111111111111111"), "test numbers stay");
}

/// A secret from outside that would be written differently in JSON and in a form.
const CANARY: &str = "canary/\"секрет\" &+1234567890";

#[test]
fn i28_a_secret_from_outside_is_shown_nowhere() {
    let mut shop = Tape::shop();
    let (status, account) = call(&mut shop, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_secret": CANARY}));
    assert_eq!(
        (status, &account["webhook_secret"], &account["credentials"]["webhook_secret"]),
        (200, &json!("***7890"), &json!("***7890"))
    );
    create(&mut shop, "A");
    answer(&mut shop, "POST", "createPayout", &json!({"orderNumber": CANARY, "amount": "?"}).to_string());
    let form = serde_urlencoded::to_string([("url", CANARY)]).expect("a form");
    shop.play(&format!("with Content-Type: application/x-www-form-urlencoded\nPOST /quantum-payouts/index.php?view=login {form}"));
    shop.play(&format!("GET /quantum-payouts/api/v1/features?{form}"));
    let (_, saved) = portal(&mut shop, "webhook_save", &json!({"url": "http://shop.inbox.playmoney.test/"}));
    let saved: Json = serde_json::from_str(&saved).expect("JSON");
    assert_eq!(saved["webhook"]["secret"], CANARY, "the provider tells its merchant");
    create(&mut shop, "B");
    let views = |shop: &mut Tape| -> String {
        ["requests", "deliveries", "accounts", "inbox/shop/messages", "clock"]
            .map(|it| call(shop, "GET", it, &Json::Null).1.to_string())
            .concat()
    };
    let shown = |text: &str| text.contains("canary") || text.contains("секрет") || text.contains("%D1%81%D0%B5%D0%BA");
    assert!(!shown(&views(&mut shop)));
    assert!(views(&mut shop).contains("***7890"));
    let target = format!("http://shop.inbox.playmoney.test/?{form}");
    call(&mut shop, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_url": target}));
    let named = json!({"orderNumber": CANARY, "amount": 1, "urls": {"returnUrl": "https://shop.test/ok"}});
    answer(&mut shop, "POST", "createPayout", &named.to_string());
    assert!(!shown(&views(&mut shop)), "nor as the name of an object or in a target");
    let (_, walk) = call(&mut shop, "POST", "clock/advance", &json!({"until": "next"}));
    assert!(walk["fired_total"] != 0 && !shown(&walk.to_string()), "{walk}");
    portal(&mut shop, "webhook_save", &json!({"regenerate_secret": true}));
    assert!(!shown(&views(&mut shop)), "nor once another has replaced it");
    call(&mut shop, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_secret": "another one from outside"}));
    call(&mut shop, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_secret": null}));
    assert!(!shown(&views(&mut shop)));
    let state = exported(&mut shop);
    assert_eq!(state["contains_secrets"], true, "the state holds it, and says so");
    assert!(shown(&state.to_string()));
    shop.restart();
    assert!(!shown(&views(&mut shop)), "a restored journal is masked as well");
    shop.play("control POST reset");
    assert_eq!(exported(&mut shop)["contains_secrets"], false);
}

#[test]
fn secrets_are_shown_to_those_who_ask_for_it() {
    let mut shop = Tape::new(Start { webhook_url: Some(SHOP.to_owned()), show_secrets: true, ..Start::default() });
    let (_, account) = call(&mut shop, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_secret": CANARY}));
    assert_eq!(account["webhook_secret"], CANARY);
}

#[test]
fn bytes_that_are_no_text_are_kept() {
    let mut shop = Tape::shop();
    let mut request = Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", vec![0xff, 0xfe, b'{']);
    request.headers.insert("x-odd", http::HeaderValue::from_bytes(&[0xff, b'a']).expect("opaque"));
    shop.ask(request);
    let before = entries(&mut shop, "");
    assert_eq!((&before[0]["request"]["body"], &before[0]["request"]["encoding"]), (&json!("//57"), &json!("base64")));
    let state = exported(&mut shop);
    shop.restart();
    assert_eq!(entries(&mut shop, ""), before);
    assert_eq!(exported(&mut shop), state, "to the byte");
}

#[test]
fn a_wrong_signature_is_shown_with_the_text_that_it_has_to_cover() {
    let mut shop = Tape::shop();
    let secret = "a-secret-of-mine-123";
    shop.play(&format!("set quoine/2 webhook_secret={secret}"));
    let profile = |authorization: &str| {
        let request = Request::new(Method::GET, &format!("/quoine/api/v1/profile?key={secret}"), "");
        let dated = request.with("Date", "Thu, 01 Jan 2026 00:00:00 GMT").with("NONCE", "0123456789abcdef0123456789abcdef");
        dated.with("Content-Type", "application/json").with("Authorization", authorization)
    };
    let answer = shop.ask(profile("APIAuth 2:d3Jvbmc="));
    assert!(answer.headers["playmoney-hint"].to_str().is_ok_and(|it| it.contains("GET /__admin/requests shows the text")), "{answer:?}");
    shop.ask(profile("APIAuth 77:d3Jvbmc="));
    shop.play("GET /quoine/api/v1/profile");
    let entries = call(&mut shop, "GET", "requests", &Json::Null).1;
    let text = "application/json,,/api/v1/profile?key=***-123,Thu, 01 Jan 2026 00:00:00 GMT,0123456789abcdef0123456789abcdef";
    assert_eq!(entries["requests"][0]["signed"], text, "{entries}");
    assert_eq!(entries["requests"][1]["signed"], Json::Null, "an unknown user has no secret with which a text can be signed");
    let right = &entries["requests"][2];
    assert_eq!(right["response"]["status"], 200, "{entries}");
    assert!(right["signed"].as_str().is_some_and(|it| it.contains(",/api/v1/profile,")), "{right}");
}
