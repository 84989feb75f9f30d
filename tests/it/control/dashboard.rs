//! The page of the dashboard and its files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use playmoney::inside::kit::http::Response;
use serde_json::Value as Json;

use crate::tape::Tape;

fn asset(shop: &mut Tape, name: &str) -> Response {
    shop.ask(Tape::control("GET", &format!("assets/{name}"), &Json::Null))
}

fn text(response: &Response) -> String {
    String::from_utf8(response.body.to_vec()).expect("text")
}

/// What stands between these two in a text, each time.
fn between<'a>(text: &'a str, begin: &'a str, end: char) -> impl Iterator<Item = &'a str> {
    text.split(begin).skip(1).filter_map(move |it| it.split(end).next())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/control/dashboard")
}

fn is_script(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|it| it == "js")
}

fn modules() -> BTreeSet<String> {
    let files = std::fs::read_dir(folder()).expect("it is there").map(|it| it.expect("a file").file_name());
    files.filter_map(|it| it.into_string().ok()).filter(|it| is_script(it)).collect()
}

#[test]
fn each_file_that_a_page_or_a_module_names_is_there_and_each_module_is_used() {
    let mut shop = Tape::shop();
    let page = text(&shop.ask(Tape::control("GET", "", &Json::Null).with("Accept", "text/html")));
    let mut open: Vec<String> = between(&page, "\"assets/", '"').map(str::to_owned).collect();
    assert_eq!(open, ["theme.css", "dashboard.css", "dashboard.js"]);
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        let response = asset(&mut shop, &name);
        assert_eq!(response.status, 200, "{name}");
        let expected = if is_script(&name) { "text/javascript; charset=utf-8" } else { "text/css; charset=utf-8" };
        assert_eq!(response.headers["content-type"], expected, "{name}");
        if seen.insert(name.clone()) && name != "preact.js" {
            open.extend(between(&text(&response), "'./", '\'').map(str::to_owned));
        }
    }
    let unused: Vec<String> = modules().into_iter().filter(|it| !seen.contains(it)).collect();
    assert!(unused.is_empty(), "nothing loads {unused:?}");
}

#[test]
fn a_page_without_its_last_slash_leads_to_the_one_with_it() {
    let mut shop = Tape::shop();
    let mut asked = Tape::control("GET", "", &Json::Null).with("Accept", "text/html");
    asked.target = "/__admin".to_owned();
    let response = shop.ask(asked);
    assert_eq!((response.status.as_u16(), &response.headers["location"]), (303, &"__admin/".parse().expect("a value")));
}

#[test]
fn a_client_gets_the_page_only_where_it_would_rather_have_it() {
    let mut shop = Tape::shop();
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (accept, is_page) in
        [(browser, true), ("application/json, text/html;q=0.1", false), ("text/html, application/json", false), ("*/*", false)]
    {
        let response = shop.ask(Tape::control("GET", "", &Json::Null).with("Accept", accept));
        assert_eq!(response.headers["content-type"].to_str().is_ok_and(|it| it.starts_with("text/html")), is_page, "{accept}");
        assert_eq!(response.headers["vary"], "Accept", "{accept}");
    }
}

#[test]
fn every_module_can_be_read_by_node() {
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("dashboard-{}", std::process::id()));
    std::fs::create_dir_all(&own).expect("a folder");
    for name in modules() {
        let copy = own.join(&name).with_extension("mjs");
        std::fs::copy(folder().join(&name), &copy).expect("a copy");
        let output = Command::new("node").arg("--check").arg(&copy).output().expect("node is installed");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
    std::fs::remove_dir_all(own).expect("it goes");
}
