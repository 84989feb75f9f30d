//! Every row of a contract is played by some tape.

use std::collections::BTreeSet;

use playmoney::inside::engine::tables::Contract;
use serde_json::{Value as Json, json};

use crate::tape::{Tape, changes};

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
