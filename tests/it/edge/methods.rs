//! GET, HEAD, OPTIONS and a method that nothing has, at every path of the contracts and of the control API, in front of which the
//! path of a public address and a sandbox may stand.

use std::collections::{BTreeMap, BTreeSet};

use playmoney::inside::control::TABLE;
use playmoney::inside::edge::{Config, Server};
use playmoney::inside::providers;
use serde_json::Value as Json;

use crate::net::{Answer, request, send};

type Methods = BTreeSet<String>;

/// A path in which each name in braces stands for something.
fn concrete(pattern: &str) -> String {
    let values = [("provider", "quoine"), ("action", "pay"), ("delivery", "dlv-1"), ("inbox", "shop"), ("account", "2")];
    let mut path = pattern.to_owned();
    for (name, value) in values {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        path.replace_range(from..=to, "1");
    }
    path
}

/// Every path with the methods that its tables name. None: it takes every method.
fn paths() -> BTreeMap<String, Option<Methods>> {
    let mut paths: BTreeMap<String, Option<Methods>> = BTreeMap::from([("/".to_owned(), Some(Methods::from(["GET".to_owned()])))]);
    let mut add = |path: String, method: Option<&str>| {
        let methods = paths.entry(path).or_insert_with(|| Some(Methods::new()));
        match (methods.as_mut(), method) {
            (Some(methods), Some(method)) => _ = methods.insert(method.to_owned()),
            _ => *methods = None,
        }
    };
    for call in TABLE {
        add(format!("/__admin/{}", concrete(call.path)), call.method);
    }
    for provider in providers::all() {
        let contract = provider.contract();
        for it in contract.operations {
            add(format!("/{}{}", contract.slug, concrete(it.path)), Some(it.method.as_str()));
        }
        for page in contract.pages {
            let path = page.path.split('?').next().unwrap_or_default();
            add(format!("/{}{}", contract.slug, concrete(path)), Some("GET"));
        }
    }
    paths
}

async fn ask(server: &Server, method: &str, path: &str) -> Answer {
    let mut asked = request(method, path, &Json::Null);
    let key = match path {
        _ if path.contains("/qbitpay/") => "Basic cWJpdF90ZXN0X2tleTo=",
        _ if path.contains("/cryptopay/") => "Bearer cp_test_key",
        _ => "Bearer qm_test_token",
    };
    asked.headers_mut().insert("authorization", key.parse().expect("a header"));
    send(server.address(), asked).await
}

fn listed(answer: &Answer) -> Methods {
    answer.header("allow").split(", ").filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// The names of the headers. An answer to HEAD does not say how a body that stays open is sent.
fn names(answer: &Answer) -> BTreeSet<String> {
    answer.headers.keys().map(|it| it.as_str().to_owned()).filter(|it| it != "transfer-encoding").collect()
}

#[tokio::test]
async fn every_path_knows_its_methods_behind_every_prefix() {
    let config = Config { public_url: Some("http://localhost/mocks".to_owned()), ..Config::default() };
    let server = Server::start(config).await.expect("a free port");
    let mut wrong = Vec::new();
    for (path, methods) in paths() {
        for prefix in ["", "/s/default", "/mocks", "/mocks/s/default"] {
            let path = format!("{prefix}{path}");
            let options = ask(&server, "OPTIONS", &path).await;
            let Some(own) = &methods else {
                assert_ne!(options.status, 405, "{path}");
                continue;
            };
            let allowed = listed(&options);
            let is_script = path.ends_with("/quantapay/api.php"); // which answers every known method alike
            if is_script {
                assert_eq!((options.status, listed(&ask(&server, "BREW", &path).await).len()), (200, 2), "{path}");
                continue;
            }
            if options.status != 204 || !own.is_subset(&allowed) || !allowed.contains("OPTIONS") {
                wrong.push(format!("OPTIONS {path}: {} {allowed:?}, the tables say {own:?}", options.status));
            }
            let unknown = ask(&server, "BREW", &path).await;
            if unknown.status != 405 || listed(&unknown) != allowed {
                wrong.push(format!("BREW {path}: {} {:?}, OPTIONS says {allowed:?}", unknown.status, listed(&unknown)));
            }
            let (get, head) = (ask(&server, "GET", &path).await, ask(&server, "HEAD", &path).await);
            if get.status != head.status || !head.body.is_empty() || names(&get) != names(&head) {
                wrong.push(format!("HEAD {path}: {} {:?}, GET says {} {:?}", head.status, names(&head), get.status, names(&get)));
            }
            // A provider has its own answer to a method that a path does not have. QuantaPay says every refusal with 200.
            let is_refused = [404, 405].contains(&get.status) || path.contains("/quantapay/");
            let is_read = allowed.contains("GET");
            if (is_read && get.status == 405) || !(is_read || is_refused) || is_read != allowed.contains("HEAD") {
                wrong.push(format!("GET {path}: {}, OPTIONS says {allowed:?}", get.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
