//! Parameters at their limits and one beyond: the server takes what the served schema takes, and names what it refuses.

use playmoney::inside::engine::tables::{Contract, Operation};
use playmoney::inside::kit::fields::{Field, Kind, Need, TEXT};
use playmoney::inside::kit::http::Request;
use playmoney::inside::providers;
use serde_json::{Value as Json, json};

use super::served::Served;
use crate::tape::Tape;

#[test]
fn a_parameter_is_taken_up_to_its_limits() {
    let mut tried = 0;
    for contract in providers::all().iter().map(|it| it.contract()) {
        let served = Served::by(&mut Tape::shop(), contract.slug);
        let operations = contract.operations;
        let json = operations.iter().filter(|it| it.media.contains(&"application/json"));
        for (row, example) in json.filter_map(|it| Some((it, it.example?))) {
            let example: Json = serde_json::from_str(example).expect("an example is JSON");
            assert!(served.takes(row.name, &example));
            for field in row.parameters.iter().filter(|it| !row.path.contains(&format!("{{{}}}", it.name))) {
                assert_eq!(complaint(contract, row, &example, field.name), None);
                // The framework behind CryptoPay also takes the digits as text; the page documents a number.
                let is_lenient =
                    |it: &Option<Json>| (contract.slug, field.name) == ("cryptopay", "nonce") && it.as_ref().is_some_and(Json::is_string);
                for value in values(field).into_iter().filter(|it| !is_lenient(it)) {
                    let body = changed(&example, field.name, value.as_ref());
                    let refused = complaint(contract, row, &body, field.name);
                    assert_eq!(refused.is_none(), served.takes(row.name, &body), "{}: {refused:?} of {body}", row.name);
                    tried += 1;
                }
            }
        }
    }
    assert!(50 < tried, "only {tried} bodies were tried");
}

/// The refusal of a body for the sake of that parameter, in a sandbox where nothing has happened. What only another
/// parameter makes wrong, because it "needs" this one or "when" it has some value, no schema of one can say.
fn complaint(contract: &Contract, row: &Operation, body: &Json, parameter: &str) -> Option<String> {
    let mut shop = Tape::shop();
    let request = Request::new(row.method.clone(), &format!("/{}{}", contract.slug, row.path), body.to_string().into_bytes());
    let request = shop.dressed(request);
    let response = shop.ask(request);
    let answer = String::from_utf8_lossy(&response.body).into_owned();
    let error = shop.sandbox.world().core.log.requests().last().and_then(|it| it.1.error.as_deref().map(str::to_owned));
    let blamed = error.is_some_and(|it| it.starts_with("validation_"));
    let named = [' ', '.', '"'].iter().any(|it| answer.contains(&format!("{parameter}{it}"))); // an object by what it holds
    let with_others = response.headers.get("playmoney-hint").is_some_and(|hint| hint.to_str().is_ok_and(|it| it.contains(" needs ")));
    (blamed && named && !with_others && !answer.contains(" when ")).then_some(answer)
}

/// Values at the limits of a parameter and just outside; `None` leaves it out.
fn values(field: &Field) -> Vec<Option<Json>> {
    let inside_out: Vec<Json> = match field.kind {
        TEXT => vec![json!("ы"), json!(5)],
        Kind::Text { chars_max } => vec![json!("ы".repeat(chars_max)), json!("x".repeat(chars_max + 1)), json!(5)],
        Kind::Like { chars_max, .. } => vec![json!("0"), json!("x".repeat(chars_max + 1)), json!(5)],
        Kind::Integer { min, max } => {
            vec![json!(min), json!(max), json!(min - 1), json!(max.saturating_add(1)), json!(min.to_string()), json!(1.5)]
        }
        Kind::Word(words) => words.iter().map(|it| json!(it)).chain([json!("no such word"), json!(true)]).collect(),
        Kind::Digits { min, max } => {
            let digits = |count: usize| json!("4".repeat(count));
            vec![digits(min), digits(max), digits(min - 1), digits(max + 1), json!("4111 1111 1111 1111"), json!(4_111_111_111_111_111_i64)]
        }
        Kind::Flag => vec![json!(true), json!(false), json!("perhaps")],
        Kind::Url => vec![json!("app.shop:paid"), json!("/relative"), json!(["https://shop.test"])],
        Kind::HttpUrl => {
            vec![json!("HTTP://shop.test:8080/a?b=c"), json!("app.shop:paid"), json!("/relative"), json!(["https://shop.test"])]
        }
        Kind::Object => vec![json!("an object"), json!(7)],
        Kind::Constant(text) => vec![json!(text), json!(format!("{text}x"))],
        Kind::Amount { .. } => vec![json!(1), json!(0), json!(-1), json!("no number")],
        Kind::Decimal | Kind::DecimalText => {
            vec![json!(1), json!("1"), json!(0), json!("0"), json!(""), json!(-1), json!(true), json!([1])]
        }
        Kind::Number => vec![json!(1.5), json!("no number")],
        Kind::List => vec![json!([]), json!(7)],
        Kind::JsonText { chars_max } => {
            let long = |chars: usize| json!(format!("\"{}\"", "ы".repeat(chars - 2)));
            vec![json!("{}"), json!(" [1] "), json!({"a": 1}), json!(5), long(chars_max), long(chars_max + 1)]
        }
        Kind::Time
        | Kind::NullableTime
        | Kind::Truth(_)
        | Kind::Either(_)
        | Kind::Any
        | Kind::NullableObject
        | Kind::Nullable
        | Kind::NullableInteger => vec![Json::Null],
    };
    // A text that is empty counts as one that is not there.
    let absent = (field.need == Need::Required && matches!(field.kind, Kind::Text { .. } | Kind::Like { .. } | Kind::Url | Kind::HttpUrl))
        .then(|| Some(json!("")));
    inside_out.into_iter().map(Some).chain([None]).chain(absent).collect()
}

/// The example with another value, or none, for a dotted name.
fn changed(example: &Json, name: &str, value: Option<&Json>) -> Json {
    let mut body = example.clone();
    let (holder, last) =
        name.rsplit_once('.').map_or((String::new(), name), |(outer, last)| (format!("/{}", outer.replace('.', "/")), last));
    let holder = body.pointer_mut(&holder).and_then(Json::as_object_mut).expect("the example has that object");
    match value {
        Some(value) => holder.insert(last.to_owned(), value.clone()),
        None => holder.remove(last),
    };
    body
}
