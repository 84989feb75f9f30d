//! The house is in order: imports point right, files stay short, nothing is left for later, every row is played.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use playmoney::engine::tables::Contract;
use serde_json::{Value as Json, json};

use crate::tape::{Tape, changes};

/// The rooms of the crate; each may import from those to its right.
const ROOMS: &[&str] =
    &["main", "cli", "embed", "edge", "stage", "sandbox", "control", "providers", "contract", "scenario", "engine", "kit"];
/// The files of the engine, each with its folder; each may import from those to its left.
#[rustfmt::skip]
const ENGINE: &[&str] = &[
    "blockchain", "ids", "clock", "matching", "tables", "limits", "account", "rules", "delivery", "inbox", "outbox", "agenda", "actions",
    "chain", "signature", "log", "start", "core", "context", "store", "lifecycle", "client", "provider", "walk", "world", "state",
];
/// The rooms of a provider, in the same sense.
const PROVIDER_ROOMS: &[&str] =
    &["mod", "contract", "routes", "pages", "actions", "auth", "lifecycle", "webhooks", "settings", "wire", "model", "errors"];
/// A file that is longer becomes a folder.
const LINES_MAX: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder, by its path from there, with its text.
fn files(folder: &str) -> Vec<(String, String)> {
    let base = root().join(folder);
    let mut folders = vec![base.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).expect("a folder");
        let mut paths: Vec<PathBuf> = entries.map(|it| it.expect("an entry").path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let name = path.strip_prefix(&base).expect("below").to_string_lossy().replace('\\', "/");
                found.push((name, std::fs::read_to_string(&path).expect("text")));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} holds files");
    found
}

/// The code of a file: its comments left out.
fn code(text: &str) -> String {
    text.lines().map(|it| it.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

/// The names that follow a path prefix, also inside the braces of a `use`.
fn named_after(code: &str, prefix: &str) -> Vec<String> {
    let word = |text: &str| text.trim().chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect::<String>();
    let mut names = Vec::new();
    for (place, _) in code.match_indices(prefix) {
        if code[..place].ends_with(|it: char| it.is_alphanumeric() || it == '_' || it == ':') {
            continue;
        }
        let behind = &code[place + prefix.len()..];
        let Some(group) = behind.strip_prefix('{') else {
            names.push(word(behind));
            continue;
        };
        let mut depth = 1;
        let mut member = String::new();
        for it in group.chars() {
            depth += i32::from(it == '{') - i32::from(it == '}');
            if depth == 0 || (depth == 1 && it == ',') {
                names.push(word(&std::mem::take(&mut member)));
            } else {
                member.push(it);
            }
            if depth == 0 {
                break;
            }
        }
    }
    names.retain(|it| !it.is_empty());
    names
}

#[test]
fn imports_are_found_however_they_are_written() {
    let code = "use super::{wire::{A, self}, acts::right,\n model};\nuse super::pages::X; let it = super::auth::login(mysuper::no);";
    assert_eq!(named_after(code, "super::"), ["wire", "acts", "model", "pages", "auth"]);
}

#[test]
fn imports_point_right() {
    let place = |room: &str| ROOMS.iter().position(|it| *it == room);
    for (name, text) in files("src").iter().filter(|it| !["lib.rs", "inside.rs"].contains(&it.0.as_str())) {
        let room = name.split(['/', '.']).next().expect("a room");
        let own = place(room).unwrap_or_else(|| panic!("{name} is in no room"));
        let code = code(text);
        for other in named_after(&code, "crate::") {
            assert!(place(&other).is_some_and(|it| own <= it), "{name} imports {other}, which lies to its left");
        }
        assert!(!code.contains("super::super"), "{name} climbs out of its room");
    }
}

#[test]
fn imports_inside_the_engine_point_left() {
    let place = |file: &str| ENGINE.iter().position(|it| *it == file);
    for (name, text) in files("src/engine").iter().filter(|it| it.0 != "mod.rs") {
        let file = name.split(['/', '.']).next().expect("a file");
        let own = place(file).unwrap_or_else(|| panic!("engine/{name} has no place in the order"));
        let code = code(text);
        let code = code.split("#[cfg(test)]").next().unwrap_or_default();
        let siblings = if name.contains('/') { Vec::new() } else { named_after(code, "super::") };
        for other in siblings.into_iter().chain(named_after(code, "crate::engine::")) {
            assert!(place(&other).is_some_and(|it| it <= own), "engine/{name} imports {other}, which comes after it");
        }
    }
}

#[test]
fn imports_inside_a_provider_point_right() {
    let place = |room: &str| PROVIDER_ROOMS.iter().position(|it| *it == room);
    for (name, text) in files("src/providers").iter().filter(|it| it.0.contains('/')) {
        let parts: Vec<&str> = name.split(['/', '.']).collect();
        let (provider, room) = (parts[0], parts[1]);
        let own = place(room).unwrap_or_else(|| panic!("{name} is in no room"));
        let code = code(text);
        let nested = parts.len() > 3;
        let inside = format!("crate::providers::{provider}::");
        let siblings = if nested { Vec::new() } else { named_after(&code, "super::") };
        for other in siblings.into_iter().chain(named_after(&code, &inside)).filter(|it| place(it).is_some()) {
            assert!(place(&other).is_some_and(|it| own <= it), "{name} imports {other}, which lies to its left");
        }
        for other in named_after(&code, "crate::providers::") {
            assert_eq!(other, provider, "{name} imports another provider");
        }
    }
}

#[test]
fn only_the_edge_waits() {
    for (name, text) in files("src") {
        let may_wait = ["edge/", "edge.rs", "cli/", "cli.rs", "main.rs"].iter().any(|it| name.starts_with(it));
        let code = code(&text);
        for crate_name in ["tokio", "hyper", "hyper_util", "http_body_util", "rustls", "tokio_rustls", "hyper_rustls"] {
            let used = code.match_indices(crate_name).any(|(place, _)| {
                let before = code[..place].chars().next_back();
                let behind = &code[place + crate_name.len()..];
                !before.is_some_and(|it| it.is_alphanumeric() || it == '_') && behind.starts_with("::")
            });
            assert!(may_wait || !used, "{name} uses {crate_name}");
        }
    }
}

/// Who may look into the log; who shows something of it does so through `control/render`, which masks secrets.
const LOG_READERS: &[&str] = &["control/render", "control/journal.rs", "stage/waiting.rs"];

#[test]
fn secrets_are_masked_in_one_place() {
    for (name, text) in files("src").iter().filter(|it| !it.0.starts_with("engine/")) {
        let code = code(text);
        let is_reader = LOG_READERS.iter().any(|it| name.starts_with(it));
        let reads = ["log.entries(", "log.requests(", "log.since("].iter().any(|it| code.contains(it));
        assert!(is_reader || !reads, "{name} reads the log");
        assert!(name.starts_with("control/render") || !code.contains("Mask::"), "{name} masks by itself");
    }
}

#[test]
fn files_are_short_and_finished() {
    let unfinished = [["FIX", "ME"], ["TO", "DO"], ["todo", "!("], ["unimplemented", "!("], ["#[ign", "ore"], ["should", "_panic"]]
        .map(|it| it.concat());
    for folder in ["src", "tests"] {
        for (name, text) in files(folder) {
            let lines = text.lines().count();
            assert!(lines <= LINES_MAX, "{folder}/{name} has {lines} lines");
            for word in &unfinished {
                assert!(!text.contains(word), "{folder}/{name} says {word}");
            }
        }
    }
}

/// Tapes that play every row of a contract once.
const TAPES: &[&str] = &[
    r#"
    merchant 500
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1,"sessionTimeoutSecs":60,"urls":{"returnUrl":"https://shop.test/ok"}}
    GET ${link}
    advance 8h
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"B","amount":1,"type":"sbp","urls":{"returnUrl":"https://shop.test/ok"}}
    act quantum-payouts.settle orderNumber=B outcome=cancelled
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"C","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
    act quantum-payouts.submit-details orderNumber=C pan=4111111111111111
    advance 1s
    act quantum-payouts.settle orderNumber=C outcome=failed
    POST /quantum-payouts/api/v1/performPayout {"orderNumber":"D","amount":1,"description":"d","target":{"pan":"4111111111111111"}}
    act quantum-payouts.settle orderNumber=D outcome=cancelled
    act quantum-payouts.manual-payout amount=1 pan=4111111111111111
    advance 5s
    POST /quantum-payouts/api/v1/getPayoutStatus {"orderNumber":"D"}
    GET /quantum-payouts/api/v1/features
    "#,
    r#"
    set pace=manual
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
    act quantum-payouts.submit-details orderNumber=A pan=4111111111111111
    act quantum-payouts.settle orderNumber=A outcome=processing
    act quantum-payouts.settle orderNumber=A outcome=success
    GET /quantum-payouts/index.php?view=login
    with Content-Type: application/x-www-form-urlencoded
    POST /quantum-payouts/index.php?view=login username=demo&password=demo-password
    with Cookie: ${cookie}
    GET /quantum-payouts/index.php?view=settings
    with Cookie: ${cookie}
    POST /quantum-payouts/api/v1/webhook_save {"csrf_token":"${csrf}","url":"http://shop.test/new"}
    with Cookie: ${cookie}
    POST /quantum-payouts/api/v1/webhook_test {"csrf_token":"${csrf}"}
    set company=null
    with Cookie: ${cookie}
    POST /quantum-payouts/api/v1/webhook_save {"csrf_token":"${csrf}"}
    POST /quantum-payouts/api/v1/createPayout {}
    without Authorization
    POST /quantum-payouts/api/v1/createPayout {}
    set card_payouts=false
    POST /quantum-payouts/api/v1/performPayout {"orderNumber":"B","amount":1,"description":"d","target":{"pan":"4111111111111111"}}
    GET /quantum-payouts/api/v1/nothing
    GET /quantum-payouts/api/v1/createPayout
    with Playmoney-Fault: internal_error
    GET /quantum-payouts/api/v1/features
    set rate_limit=enforce
    "#,
];

/// The tapes of a provider, and the calls that reach its limit.
fn tapes(slug: &str) -> (&'static [&'static str], String) {
    match slug {
        "cryptopay" => (crate::cryptopay::TAPES, "GET /cryptopay/api/merchant-wallets/\n".repeat(1_001)),
        "qbitpay" => (crate::qbitpay::TAPES, "GET /qbitpay/api/v1/accounts/show\n".repeat(21)),
        "quantum-payouts" => (TAPES, "GET /quantum-payouts/api/v1/features\n".repeat(31)),
        "quantapay" => (crate::quantapay::TAPES, "POST /quantapay/api.php function=get-balances&api-key=qp_test_key\n".repeat(101)),
        "quoine" => (crate::quoine::TAPES, "GET /quoine/api/v1/profile\n".repeat(301)),
        _ => panic!("no tape plays {slug}"),
    }
}

/// What the tapes of a provider have played, each as kind and name.
fn played(contract: &Contract) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let (tapes, too_many) = tapes(contract.slug);
    for tape in tapes {
        let mut shop = Tape::shop();
        shop.play(tape);
        if tape.contains("rate_limit") {
            shop.play(&too_many);
        }
        for act in tape.lines().filter_map(|it| it.trim().strip_prefix(&format!("act {}.", contract.slug))) {
            seen.insert(format!("action {}", act.split(' ').next().expect("a name")));
        }
        for it in shop.admin("GET", "requests", &Json::Null)["requests"].as_array().expect("a list") {
            let text = |value: &Json| value.as_str().unwrap_or("").to_owned();
            let target = text(&it["request"]["path"]);
            let path = target.strip_prefix(&format!("/{}", contract.slug)).unwrap_or_default();
            seen.insert(format!("error {}", text(&it["error"])));
            if it["response"]["status"].as_u64().is_some_and(|it| (200..300).contains(&it)) {
                seen.insert(format!("operation {}", text(&it["operation"])));
                let shown = contract.pages.iter().filter(|it| path.starts_with(it.path.split('{').next().expect("a path")));
                seen.extend(shown.map(|it| format!("page {}", it.path)));
            }
        }
        let state = shop.admin("GET", "state", &Json::Null);
        for it in changes(&state) {
            seen.insert(format!(
                "transition {}>{} {}",
                it["from"].as_str().unwrap_or(""),
                it["to"].as_str().unwrap_or(""),
                it["cause"].as_str().unwrap_or("")
            ));
            seen.insert(format!("status {}", it["to"].as_str().unwrap_or("")));
        }
        for it in shop.admin("GET", "deliveries", &json!(null))["deliveries"].as_array().expect("a list") {
            seen.insert(format!("event {}", it["event"].as_str().unwrap_or("")));
            (0..it["attempts"].as_array().map_or(0, Vec::len)).for_each(|n| _ = seen.insert(format!("retry step {n}")));
        }
    }
    seen
}

#[test]
fn every_row_of_a_contract_is_played() {
    for member in playmoney::providers::all() {
        let contract = member.contract();
        let seen = played(contract);
        let mut rows: Vec<String> = contract.operations.iter().map(|it| format!("operation {}", it.name)).collect();
        rows.extend(contract.actions.iter().map(|it| format!("action {}", it.name)));
        rows.extend(contract.errors.iter().map(|it| format!("error {}", it.name)));
        rows.extend(contract.pages.iter().map(|it| format!("page {}", it.path)));
        rows.extend(contract.events.iter().map(|it| format!("event {}", it.name)));
        rows.extend((0..contract.schedule.waits.len()).map(|n| format!("retry step {n}")));
        for table in (contract.lifecycles)() {
            rows.extend(table.statuses.iter().map(|it| format!("status {it}")));
            for row in &table.rows {
                let from: Vec<&str> = if row.from.is_empty() { vec![""] } else { row.from.clone() };
                rows.extend(from.iter().map(|it| format!("transition {it}>{} {}", row.to, row.on)));
            }
        }
        let missing: Vec<_> = rows.iter().filter(|it| !seen.contains(*it)).collect();
        assert!(missing.is_empty(), "{} has rows that no tape plays: {missing:?}", contract.slug);
    }
}
