//! Every row of the tables is something that the server does, and the server does nothing beside them.

use playmoney::inside::engine::tables::{Contract, Operation, Setting, SettingKind};
use playmoney::inside::kit::fields::Kind;
use playmoney::inside::kit::http::{Method, Request, RequestPath, Response};
use playmoney::inside::providers;
use serde_json::{Value as Json, json};

use crate::tape::Tape;

/// Every provider, in a sandbox of its own.
fn each(mut check: impl FnMut(&mut Tape, &'static Contract)) {
    for member in providers::all() {
        check(&mut Tape::shop(), member.contract());
    }
}

/// A request for an operation: no credentials but those in its example, its documented headers and example.
fn request(contract: &Contract, row: &Operation) -> Request {
    let target = format!("/{}{}", contract.slug, row.path.replace(['{', '}'], ""));
    let bare = Request::new(row.method.clone(), &target, row.example.unwrap_or("{}").as_bytes().to_vec());
    let typed = row.headers.iter().any(|it| it.name.eq_ignore_ascii_case("content-type"));
    let media = row.media.first().filter(|_| !typed);
    let bare = media.iter().fold(bare, |it, media| it.with("Content-Type", media));
    row.headers.iter().fold(bare, |it, header| if let Kind::Constant(value) = header.kind { it.with(header.name, value) } else { it })
}

fn text(response: &Response) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}

/// The journal's words for the last request: its operation and its error.
fn last(shop: &Tape) -> (Option<String>, Option<String>) {
    let entry = shop.sandbox.world().core.log.requests().last().expect("a request").1;
    (entry.operation.as_deref().map(str::to_owned), entry.error.as_deref().map(str::to_owned))
}

#[test]
fn every_operation_is_routed() {
    each(|shop, contract| {
        for row in contract.operations {
            let response = shop.ask(request(contract, row));
            assert!(![404, 405].contains(&response.status.as_u16()), "{}: {}", row.name, text(&response));
            assert_eq!(last(shop).0.as_deref(), Some(row.name));
        }
    });
}

#[test]
fn every_error_can_be_asked_for_by_name() {
    each(|shop, contract| {
        for (row, operation) in contract.errors.iter().flat_map(|it| contract.operations.iter().copied().map(move |row| (it, row))) {
            let response = shop.ask(request(contract, operation).with("Playmoney-Fault", row.name));
            assert_eq!(response.status, row.status, "{}", row.name);
            assert!(text(&response).contains(&format!("\"{}\"", row.code)), "{} says {}", row.name, text(&response));
            assert_eq!(last(shop), (Some(operation.name.to_owned()), Some(row.name.to_owned())));
        }
        let operation = contract.operations[0];
        let unknown = shop.ask(request(contract, operation).with("Playmoney-Fault", "no_such_error"));
        assert_eq!(unknown.status, 422);
    });
}

#[test]
fn operations_name_errors_of_the_table() {
    each(|_, contract| {
        for row in contract.operations {
            for name in row.errors {
                assert!(contract.error(name).is_some(), "{} names the error {name}", row.name);
            }
        }
    });
}

#[test]
fn every_action_is_known() {
    each(|shop, contract| {
        let listed = shop.admin("GET", "act", &Json::Null);
        for act in contract.actions {
            let here = |it: &&Json| it["provider"] == contract.slug && it["action"] == act.name;
            assert_eq!(listed["actions"].as_array().expect("actions").iter().filter(here).count(), 1, "{}", act.name);
            let empty = shop.admin("POST", &format!("act/{}/{}", contract.slug, act.name), &json!({}));
            assert_eq!(empty["code"], "invalid_request", "{} without parameters: {empty}", act.name);
        }
        let unknown = shop.admin("POST", &format!("act/{}/no-such-action", contract.slug), &json!({}));
        assert_eq!(unknown["code"], "not_found");
    });
}

#[test]
fn every_page_answers() {
    each(|shop, contract| {
        for page in contract.pages {
            let response = shop.ask(Request::new(Method::GET, &format!("/{}{}", contract.slug, page.path), ""));
            let media = response.headers.get("content-type").and_then(|it| it.to_str().ok()).unwrap_or_default();
            assert!(response.status == 303 || media.starts_with("text/html"), "{}: {} {media}", page.name, response.status);
            assert!(last(shop).1.is_none(), "{} is not a page: it refuses with {:?}", page.name, last(shop).1);
        }
    });
}

#[test]
fn every_setting_can_be_set_and_taken_back() {
    each(|shop, contract| {
        let path = format!("accounts/{}/{}", contract.slug, contract.account);
        for row in contract.settings() {
            for value in values(row) {
                let answer = shop.admin("PATCH", &path, &json!({row.name: value}));
                let shown = if matches!(row.kind, SettingKind::Secret) { json!("***4321") } else { value.clone() };
                assert_eq!(answer[row.name], shown, "{}: {answer}", row.name);
            }
            let answer = shop.admin("PATCH", &path, &json!({row.name: null}));
            let back = if let SettingKind::Text { .. } = row.kind { Json::Null } else { row.kind.default() };
            assert_eq!(answer[row.name], back, "{}", row.name);
            assert_eq!(answer["settings"][row.name]["meaning"], row.meaning);
            let wrong = shop.admin("PATCH", &path, &json!({row.name: {"a": 1}}));
            assert_eq!(wrong["code"], "invalid_request", "{}: {wrong}", row.name);
        }
    });
}

fn values(row: &Setting) -> Vec<Json> {
    match row.kind {
        SettingKind::Flag { default } => vec![json!(!default), json!(default)],
        SettingKind::Word { words, .. } => words.iter().map(|it| json!(it)).collect(),
        SettingKind::Text { .. } => vec![json!("a text")],
        SettingKind::List { words } => words.iter().map(|it| json!([it])).chain([json!([]), json!(words)]).collect(),
        SettingKind::Waits { .. } => vec![json!([]), json!(["90s", "1h30m"])],
        SettingKind::Integer { min, max, .. } => vec![json!(min), json!(max)],
        SettingKind::Fraction { .. } => vec![json!(0), json!(0.019)],
        SettingKind::Numbers { .. } => vec![row.kind.default()],
        SettingKind::Url => vec![json!("https://other.test/hooks")],
        SettingKind::Secret => vec![json!("a secret that ends with 4321")],
    }
}

#[test]
fn what_no_row_names_is_refused() {
    const METHODS: [Method; 8] =
        [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS, Method::TRACE];
    each(|shop, contract| {
        let operations = contract.operations;
        for row in operations {
            let has = |method: &Method| operations.iter().any(|it| it.path == row.path && it.method == *method);
            let mut allowed: Vec<&str> = operations.iter().filter(|it| it.path == row.path).map(|it| it.method.as_str()).collect();
            allowed.sort_unstable();
            let is_read = has(&Method::GET);
            allowed.extend(is_read.then_some("HEAD").into_iter().chain(["OPTIONS"]));
            // HEAD is answered as GET is.
            for method in METHODS.into_iter().filter(|it| !has(it) && (!is_read || *it != Method::HEAD)) {
                let mut request = Request { method: method.clone(), ..request(contract, row) };
                if contract.error("method_not_allowed").is_some() {
                    request = shop.dressed(request); // one of them wants to know first who asks
                }
                let response = shop.ask(request);
                if contract.error("missing_function_name").is_some() {
                    assert_eq!(response.status, 200, "{method} {}", row.path);
                    assert_eq!(last(shop), (None, Some("missing_function_name".to_owned())));
                } else if method == Method::OPTIONS {
                    assert_eq!((response.status.as_u16(), response.headers["allow"].to_str().ok()), (204, Some(&*allowed.join(", "))));
                    assert_eq!(last(shop), (None, None));
                } else if contract.error("method_not_allowed").is_some() {
                    assert_eq!(response.status, 405, "{method} {}", row.path);
                    assert_eq!(response.headers["allow"], allowed.join(", "));
                    assert_eq!(last(shop), (None, Some("method_not_allowed".to_owned())));
                } else {
                    assert_eq!(response.status, 404, "{method} {}", row.path);
                    assert_eq!(last(shop), (None, Some("not_found".to_owned())));
                }
            }
            // Where a slash at the end is asked for or forgiven, the nearest paths are known too.
            let slashed = operations.iter().any(|it| it.path.ends_with('/'));
            let near = if slashed { ["/x/y", "/x/y/"] } else { ["/", "x"] };
            let beside = near.map(|it| format!("{}{it}", row.path.trim_end_matches('/')));
            let strange = beside.into_iter().chain([row.path.to_ascii_uppercase(), format!("/x{}", row.path)]);
            for path in strange.filter(|it| !it.ends_with("}x")) {
                let mut strange = request(contract, row);
                strange.path = RequestPath::new(format!("/{}{path}", contract.slug));
                assert_eq!(shop.ask(strange).status, 404, "{path}");
                assert_eq!(last(shop), (None, Some("not_found".to_owned())));
            }
        }
    });
}
