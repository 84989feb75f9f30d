//! Lines that look like the provider's and are none: each is named, and `--strict` fails.

use serde_json::{Value as Json, json};

use super::{folder, run, text};
use playmoney::inside::providers;

/// A log with one webhook to the shop, as nginx writes it, and with one that is whole.
fn log(body: &str, whole: &str) -> String {
    let line = |second: u32, body: &str| {
        json!({
            "msec": format!("17413422{second}.395"), "request_time": "0.050", "request_method": "POST", "request_uri": "/callbacks/x",
            "host": "shop.internal", "proxy_host": "", "status": "200", "request_body": body,
        })
    };
    format!("{}\n{}\n", line(72, whole), line(80, body))
}

/// What is said of the second line.
fn said(slug: &str, body: &str, whole: &str) -> String {
    let folder = folder(&format!("nearly-{slug}"));
    std::fs::write(folder.join("log.jsonl"), log(body, whole)).expect("written");
    let done = run(&folder, &["import", "log.jsonl", "--provider", slug, "--strict"]);
    let said = text(&done.stderr);
    assert_ne!(done.status.code(), Some(0), "{slug}: {said}\n{body}");
    _ = std::fs::remove_dir_all(folder);
    said.lines().find(|it| it.starts_with("log.jsonl:2: ")).unwrap_or_else(|| panic!("{slug}: {said}\n{body}")).to_owned()
}

#[test]
fn webhooks_that_lack_something_are_named() {
    for contract in providers::all().iter().map(|it| it.contract()) {
        let whole = contract.events[0].example;
        let body: Json = serde_json::from_str(whole).expect("JSON");
        let (root, inner) = body.as_object().expect("an object").iter().find(|it| it.1.is_object()).expect("a part");
        let leaf = inner.as_object().expect("an object").keys().next_back().expect("a member");
        let mut lacking = body.clone();
        lacking[root].as_object_mut().expect("an object").remove(leaf);
        let why = said(contract.slug, &lacking.to_string(), whole);
        assert!(why.contains("nearly a webhook of") && why.contains(&format!("`{root}.{leaf}` is missing")), "{why}");
        let cut = said(contract.slug, &whole[..whole.len() * 3 / 4], whole);
        assert!(cut.contains("not whole JSON"), "{cut}");
        let gone = said(contract.slug, "", whole);
        assert!(gone.contains("the line does not have its body"), "{gone}");
    }
}

#[test]
fn a_word_that_the_provider_does_not_have_is_named_without_it() {
    for (slug, word, member) in [("quoine", "payment_detected", "invoice.invoice_status"), ("quantum-payouts", "success", "payout.status")]
    {
        let contract = providers::all().iter().map(|it| it.contract()).find(|it| it.slug == slug).expect("a provider");
        let event = contract.events.iter().find(|it| it.example.contains(word)).expect("an event");
        let why = said(slug, &event.example.replace(word, "annlee"), event.example);
        assert!(why.contains(&format!("`{member}` has none of the words")) && !why.contains("annlee"), "{why}");
    }
}
