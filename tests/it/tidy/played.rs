//! Every row of a contract is played by some tape.

use std::collections::BTreeSet;

use playmoney::inside::engine::tables::Contract;
use serde_json::{Value as Json, json};

use crate::contract::members::without_row;
use crate::merchants::merchant;
use crate::tape::{Tape, changes};

/// What the tapes of a provider have played, each as kind and name.
fn played(contract: &Contract) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let merchant = merchant(contract.slug).expect("tests/it/merchants.rs has a line for each provider");
    let too_many = format!("{}\n", merchant.cheapest).repeat(1 + contract.limit.calls_max as usize);
    for tape in merchant.tapes {
        let mut shop = Tape::shop();
        shop.play(tape);
        if tape.contains("rate_limit") {
            shop.play(&too_many);
        }
        let strange = without_row(shop.sandbox.world());
        assert!(strange.is_empty(), "members without a row: {strange:?}");
        for act in tape.lines().filter_map(|it| it.trim().strip_prefix(&format!("act {}.", contract.slug))) {
            seen.insert(format!("action {}", act.split(' ').next().expect("a name")));
        }
        for it in shop.admin("GET", "requests", &Json::Null)["requests"].as_array().expect("a list") {
            let text = |value: &Json| value.as_str().unwrap_or("").to_owned();
            let target = text(&it["request"]["path"]);
            let path = target.strip_prefix(&format!("/{}", contract.slug)).unwrap_or_default();
            seen.insert(format!("error {}", text(&it["error"])));
            if it["response"]["status"].as_u64().is_some_and(|it| (200..300).contains(&it)) {
                let operation = text(&it["operation"]);
                seen.insert(format!("operation {}", operation.split_once('.').map_or("", |it| it.1)));
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
    for member in playmoney::inside::providers::all() {
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
