//! Rules whose answers hold values of the request.

use playmoney::inside::kit::http::{Method, Request, Response};
use serde_json::{Value as Json, json};

use super::{begin, document, shop, yaml};
use crate::tape::Tape;

const RULE: &str = "{ name: echo, on: quoine.createInvoice, then: { status: 200, headers: { x-of: 'n-${request.body.name}' }, body: { id: \
     '${request.body.id}', all: '${request.body}', page: '${request.query.page}', text: '${request.path}: ${request.body.none}.', \
     none: '${request.body.none}', literal: '$${request.path} $${x}' } } }";

fn ask(shop: &mut Tape, body: &str) -> Response {
    shop.ask(Request::new(Method::POST, "/quoine/api/v1/invoices?page=2", body.to_owned()))
}

fn expected() -> Json {
    json!({
        "id": 7, "all": {"id": 7, "name": "A"}, "page": "2", "text": "/quoine/api/v1/invoices: .", "none": null,
        "literal": "${request.path} ${x}",
    })
}

#[test]
fn an_answer_holds_values_of_its_request() {
    let rules = [shop(&format!("rules: [{RULE}]\n")), {
        let mut shop = Tape::shop();
        assert_eq!(shop.ask(yaml("rules", RULE)).status, 201);
        shop
    }];
    for mut shop in rules {
        let answer = ask(&mut shop, r#"{"id":7,"name":"A"}"#);
        assert_eq!((document(&answer), &answer.headers["x-of"]), (expected(), &"n-A".parse().expect("a value")));
        let state = shop.admin("GET", "state", &Json::Null);
        let mut other = Tape::shop();
        assert_eq!(other.ask(Tape::control("PUT", "state", &state)).status, 200, "the rule is read again from its text");
        assert_eq!(document(&ask(&mut other, r#"{"id":7,"name":"A"}"#)), expected());
        let kept = |it: &Json| it["core"]["rules"]["standing"][0]["rule"].clone();
        assert_eq!(kept(&other.admin("GET", "state", &Json::Null)), kept(&state));
    }
}

#[test]
fn a_form_and_a_body_that_cannot_be_read_have_values_too() {
    let mut shop = Tape::shop();
    begin(&mut shop, "rules: [{ on: quantapay.*, then: { status: 200, body: '${request.body.name} of ${request.method}' } }]\n");
    for (body, expected) in [("name=A+B&x=1", "A B of POST"), ("\u{0}", " of POST"), ("", " of POST")] {
        let form = Request::new(Method::POST, "/quantapay/api/v1/create-checkout-session", body.to_owned());
        let answer = shop.ask(form.with("Content-Type", "application/x-www-form-urlencoded"));
        assert_eq!(String::from_utf8_lossy(&answer.body), expected, "{body}");
    }
}

#[test]
fn i21_t15_what_a_request_adds_to_an_answer_is_bounded_and_noted() {
    let text = "'${request.body.a} '".to_owned() + &", '${request.body.a} '".repeat(49);
    let header = "{ name: header, on: quoine.*, then: { headers: { x: '${request.body.b}', y: '${request.body.c}' } } }";
    let mut shop = shop(&format!("rules: [{{ name: echo, on: quoine.*, when: {{ times: 1 }}, then: {{ body: [{text}] }} }}, {header}]\n"));
    let body = json!({"a": "x".repeat(100_000), "b": "a\nb: c", "c": "d"}).to_string();
    let answer = ask(&mut shop, &body);
    assert!((1_000_000..1_200_000).contains(&answer.body.len()), "{}", answer.body.len());
    let headers = ask(&mut shop, &body).headers;
    assert_eq!((headers.get("x"), &headers["y"]), (None, &"d".parse().expect("a value")), "no header is forged");
    let notes = shop.admin("GET", "requests", &Json::Null)["notes"].to_string();
    assert!(notes.contains("add more than 1048576 bytes to the answer of the rule `echo`"), "{notes}");
    assert!(notes.contains("the rule `header` leaves out the header `x`"), "{notes}");
    let many = "'${request.method}', ".repeat(101);
    let refused = shop.ask(yaml("rules", &format!("{{ on: quoine.*, then: {{ body: [{many}] }} }}")));
    assert_eq!(refused.status, 422);
    assert!(String::from_utf8_lossy(&refused.body).contains("at most 100 values of the request, and this one has 101"));
}
