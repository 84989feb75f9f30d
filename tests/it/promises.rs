//! What `check` knows of a provider's contract: parameters, members of answers, receivers, rules that do nothing.

use serde_json::{Value as Json, json};

use crate::broken::load;

/// Lines behind `steps:`, whether it is an error, the sentence, and the advice.
type Row = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("  - { call: quoine.createInvoice, with: { prize: \"5\" } }", "warning", "quoine.createInvoice has no parameter `prize`", "the nearest is `price`"),
    ("  - { call: quoine.createInvoice, with: { price:5 } }", "warning", "quoine.createInvoice has no parameter `price:5`", "write `price: ...`, with a space after the colon"),
    ("  - { call: quoine.createInvoice, with: { name: x }, expect: { status: 200 } }", "error", "quoine.createInvoice needs `price`, and this step expects success", "`price`: "),
    ("  - { call: quoine.createInvoice, expect: { status: 200 } }", "error", "quoine.createInvoice needs `price`, and this step expects success", "`price`: "),
    ("  - { call: quoine.createInvoice, with: { price: \"5\" }, expect: { body: { invoice_state: x } } }", "warning", "the answer of createInvoice has no `invoice_state`", "the nearest is `invoice_status`"),
    ("  - { call: quoine.getInvoice, with: { id: 1 }, expect: { status: 200, body: { invoice.status: x } } }", "warning", "the answer of getInvoice has no `invoice.status`", ""),
    ("  - { call: quoine.createInvoice, expect: { status: { greater: 199 } } }", "error", "this is compared with a number, and a mapping never equals a number", "the nearest matcher is `gt"),
    ("  - { call: quoine.createInvoice, expect: { status: [200, 201] } }", "error", "this is compared with a number, and a list never equals a number", "write a matcher such as { one_of: [200, 201] }"),
    ("  - { call: quoine.createInvoice, expect: { status: 20 } }", "error", "an HTTP status is a number from 100 to 599, not `20`", ""),
    ("  - { call: quoine.createInvoice, expect: { status: { gt: 499, lt: 400 } } }", "error", "no number lies between these bounds: above 499 and below 400", ""),
    ("  - { receiver: quoin, respond: [500] }", "warning", "no account sends webhooks to the receiver `quoin`", "the nearest is `quoine`"),
    ("  - { receiver: shop, respond: [500] }", "warning", "no account sends webhooks to the receiver `shop`", "give an account `webhook_url: \"${inbox:shop}\"`"),
    ("  - { receiver: quoine, respond: [500, timout] }", "error", "`\"timout\"` is not an answer of a receiver: write 500, \"timeout\", \"reset\", \"refused\", \"dns\", \"tls\" or {\"status\": 200, \"delay\": \"11s\"}, the nearest is \"timeout\"", ""),
    ("  - rule: { on: quoine.createInvoice, then: { duplicate: 2 } }", "error", "`duplicate` is an effect on webhooks, and this rule is on requests", "for a rule on webhooks write `on: quoine:webhook`"),
    ("  - rule: { on: quoine:webhook, then: { error: usage_limit } }", "error", "`error` is an effect on requests, and this rule is on webhooks", "for a rule on calls write `on: quoine.*`, or one operation"),
    ("  - rule: { on: quoine.*, when: { times: 0 }, then: { status: 500 } }", "warning", "with `times: 0` this rule never fires", ""),
    ("  - rule: { on: quoine.*, when: { probability: 0 }, then: { status: 500 } }", "warning", "with `probability: 0` this rule never fires", ""),
    ("  - rule: { on: quoine.*, when: { body: { price: { gt: 5, lte: 5 } } }, then: { status: 500 } }", "error", "no number lies between these bounds: above 5 and below 5", ""),
    ("  - rule: { on: cryptopay.createPaymentOrder, then: { late_payment: 5m } }", "warning", "CryptoPay does not notice a payment that is this late", "to pay late without an effect, write the step `act: cryptopay.pay`"),
    ("  - rule: { on: quantapay.create-transaction, then: { late_payment: 47h } }", "warning", "QuantaPay does not notice a payment that is this late", "to pay late"),
    ("  - rule: { on: qbitpay:webhook, then: { stale_timestamp: 1h } }", "warning", "webhooks of QbitPay have no signed date", ""),
    ("  - expect_no_webhook: { provider: quoine, body: { invoice_status: x } }", "warning", "the webhook of Quoine Payment has no `invoice_status`", ""),
    ("  - expect_webhook: { provider: quoine, body: { invoice_status: x } }", "warning", "the webhook of Quoine Payment has no `invoice_status`", ""),
    ("  - expect_webhook: { provider: quoine, body: { invoice: { state: x } } }", "warning", "the webhook of Quoine Payment has no `state`", ""),
    ("  - rule: { on: quoine.createInvoice, when: { body: { prise: x } }, then: { status: 500 } }", "warning", "the request quoine.createInvoice has no `prise`", "the nearest is `price`"),
    ("  - rule: { on: quoine.*, when: { body: { prise: x } }, then: { status: 500 } }", "warning", "the request quoine.* has no `prise`", "the nearest is `price`"),
    ("  - rule: { on: quoine:webhook, when: { body: { invoice_status: x } }, then: { drop: true } }", "warning", "the webhook of Quoine Payment has no `invoice_status`", ""),
    ("  - rule: { on: quoine.*, when: { account: 77 }, then: { status: 500 } }", "warning", "Quoine Payment has no account `77` here", ""),
    ("  - rule: { on: quoine:webhook, then: { patch: { set: { invoce.invoice_status: x } } } }", "warning", "the webhook of Quoine Payment has no `invoce`", ""),
    ("  - rule: { on: quoine.createInvoice, then: { patch: { remove: [btc_prize] } } }", "warning", "the answer of quoine.createInvoice has no `btc_prize`", "the nearest is `btc_price`"),
    ("  - { call: quantapay.get-balances, expect: { body: { response.btc.fiats: x } } }", "warning", "the answer of get-balances has no `response.btc.fiats`", "the nearest is `fiat`"),
    ("  - { call: quantapay.get-balances, expect: { body: { response: { btc: { amont: x } } } } }", "warning", "the answer of get-balances has no `amont`", "the nearest is `amount`"),
    ("  - { call: quantapay.get-transaction, with: { transaction_id: \"1\" }, expect: { body: { response.hsh: x } } }", "warning", "the answer of get-transaction has no `response.hsh`", "the nearest is `hash`"),
    ("  - { call: quantum-payouts.createPayout, with: { urls: { returnURL: x } } }", "warning", "the parameter `urls` of quantum-payouts.createPayout has no `returnURL`", ""),
    ("  - { call: quoine.createInvoice, with: { price: \"5\" }, save: invoice }\n  - { call: quoine.getInvoice, with: { id: \"${invoice.number}\" } }", "warning", "`invoice` is an answer of createInvoice, which has no `number`", ""),
    ("  - wait_for: { operation: quoine.createInvoice, where: { body: { prise: x } } }", "warning", "the request quoine.createInvoice has no `prise`", "the nearest is `price`"),
    ("  - rule: { on: qbitpay.*, then: { body: {} } }\n  - { call: quoine.createInvoice, with: { price: \"5\" }, expect: { body: { invoice_state: x } } }", "warning", "the answer of createInvoice has no `invoice_state`", "the nearest is `invoice_status`"),
    ("  - { call: quoine.createInvoice, save: invoice }\n  - { call: quoine.getInvoice, with: { id: $invoice.id } }", "warning", "`$invoice.id` is a text and not a reference", "a reference is written \"${invoice.id}\""),
    ("  - { call: quoine.createInvoice, save: invoice }\n  - { call: quoine.getInvoice, with: { id: \"{{invoice.id}}\" } }", "warning", "`{{invoice.id}}` is a text and not a reference", "a reference is written \"${invoice.id}\""),
    ("  - { call: quoine.createInvoice, expect: { error: usage_limit } }", "error", "`usage_limit` is not one of connection_reset", "a documented error is expected by its status: 503"),
    ("  - { advance: 5m, expect: { body: { fird: [] } } }", "warning", "the answer of `advance` has no `fird`", "the nearest is `fired`"),
    ("  - { advance: 5m, expect: { body: { deliveries: [{ evnt: x }] } } }", "warning", "the answer of `advance` has no `evnt`", "the nearest is `event`"),
    ("  - { advance: 5m, expect: { body: { deliveries.0.evnt: x } } }", "warning", "the answer of `advance` has no `deliveries.0.evnt`", "the nearest is `event`"),
    ("  - { act: quoine.pay, with: { invoice: 1 }, expect: { body: { statuss: x } } }", "warning", "the answer of quoine.pay has no `statuss`", "the nearest is `status`"),
    ("  - { act: quoine.pay, with: { invoice: 1 }, expect: { body: { object: { invoice_state: x } } } }", "warning", "the answer of quoine.pay has no `invoice_state`", "the nearest is `invoice_status`"),
    ("  - { act: quoine.pay, with: { invoice: 1 }, expect: { body: { object.invoice_state: x } } }", "warning", "the answer of quoine.pay has no `object.invoice_state`", "the nearest is `invoice_status`"),
    ("  - repeat: { times: 2, steps: [{ advance: 5m, expect: { body: { fird: [] } } }] }", "warning", "the answer of `advance` has no `fird`", "the nearest is `fired`"),
    ("  - together: [{ call: quoine.getProfile, expect: { body: { nme: x } } }, { call: quoine.getProfile }]", "warning", "the answer of getProfile has no `nme`", "the nearest is `name`"),
    ("  - { advance: 5m, save: report }\n  - { act: quoine.pay, with: { invoice: \"${report.fird.0.subject}\" } }", "warning", "`report` is an answer of `advance`, which has no `fird.0.subject`", ""),
    ("  - { call: quoine.createInvoice, with: { price: \"5\" }, save: invoice }\n  - expect: { of: invoice, body: { invoice_state: x } }", "warning", "`invoice`, an answer of createInvoice, has no `invoice_state`", "the nearest is `invoice_status`"),
    ("  - { expect_webhook: { provider: quoine }, save: hook }\n  - expect: { of: hook, body: { invoice: 1 } }", "warning", "`hook`, a webhook of Quoine Payment, has no `invoice`", ""),
    ("  - { expect_webhook: { provider: quoine }, save: hook }\n  - expect: { of: hook, body: { body.invoce.id: 1 } }", "warning", "`hook`, a webhook of Quoine Payment, has no `body.invoce.id`", "the nearest is `invoice`"),
    ("  - { wait_for: { operation: quoine.createInvoice }, save: made }\n  - expect: { of: made, body: { request.body.prise: 1 } }", "warning", "`made`, a call of createInvoice, has no `request.body.prise`", "the nearest is `price`"),
    ("  - { call: quantum-payouts.getPayoutStatus, with: { orderNumber: A }, expect: { body: { status: paid } } }", "warning", "the answer of getPayoutStatus has no `status`", "the nearest is `orderStatus`"),
    ("  - expect_webhook: { provider: quantum-payouts, body: { status: success } }", "warning", "the webhook of Quantum Payouts has no `status`", "the nearest is `payout.status`"),
    ("  - webhook: { provider: quantum-payouts }", "error", "no step is named `webhook`", "the nearest is `expect_webhook`"),
    ("  - expect_webhook: { provider: quoine, count: one }", "error", "this is compared with a number, and the text `one` never equals a number", "write a number, or a matcher such as { gte: 2 }"),
    ("  - rule: { on: quoine.createInvoice, when: { body: { price > 100 } }, then: { status: 500 } }", "warning", "the request quoine.createInvoice has no `price > 100`", "write `price: { gt: 100 }`, with a colon and a space"),
    ("  - rule: { on: quoine.createInvoice, when: { body: { price>=100 } }, then: { status: 500 } }", "warning", "the request quoine.createInvoice has no `price>=100`", "write `price: { gte: 100 }`, with a colon and a space"),
    ("  - rule: { on: quantum-payouts.createPayout, then: { error: 500 } }", "error", "Quantum Payouts documents no error `500`", "an HTTP status is answered with `status: 500`, or by its name: `error: internal_error`"),
    ("  - rule: { on: quoine.createInvoice, then: { error: 418 } }", "error", "Quoine Payment documents no error `418`", "an HTTP status is answered with `status: 418`"),
    ("  - { call: quoine.createInvoice, with: { price: \"5\" }, expect: { body: { invoice_status: payment_await } } }", "warning", "`invoice_status` of the answer of createInvoice is never `payment_await`", "the nearest is `payment_awaited`"),
    ("  - { call: quoine.createInvoice, with: { price: \"5\" }, expect: { body: { system_status: { one_of: [ready, paid] } } } }", "warning", "`system_status` of the answer of createInvoice is never `paid`", ""),
    ("  - expect_webhook: { provider: quantum-payouts, body: { payout.status: succes } }", "warning", "`payout.status` of the webhook of Quantum Payouts is never `succes`", "the nearest is `success`"),
    ("  - { advance: 1m, expect: { fired: 2 } }", "error", "an answer has no `fired`", "known: status, headers, body, error; a member of the body stands under `body`: { body: { fired: ... } }"),
    ("  []", "warning", "this scenario has no steps, so `playmoney run` proves nothing with it", "`serve` begins with its state and its rules; add `steps` to play it"),
];

/// What is well promised, or may be: it gets no warning.
const GOOD: &[&str] = &[
    "  - { call: quantapay.get-balances, expect: { body: { response.btc.amount: x, response: { eth: { fiat: x } } } } }",
    "  - { call: quantapay.get-balances, save: held }\n  - { call: quantapay.get-transactions, with: { search: \"${held.response.btc.fiat}\" } }",
    "  - { call: quantapay.create-transaction, with: { amount: \"5\", cryptocurrency_code: btc }, expect: { body: { response.3: 3, response: [\"1\"] } } }",
    "  - { call: quoine.createInvoice, with: { price: \"5\" }, expect: { body: { secret: { absent: true } } } }",
    "  - { call: quoine.createInvoice, with: { name: x }, expect: { status: 422 } }",
    "  - { call: quoine.createInvoice, path: /api/v1/other, with: { other: 1 }, expect: { body: { other: 1 } } }",
    "  - { call: quoine.createInvoice, body: \"{}\", expect: { status: 200 } }",
    "  - { call: quoine.createInvoice, fault: usage_limit, expect: { status: 503 } }",
    "  - { call: quoine.createInvoice, with: { price: \"5\" }, expect: { status: { gte: 200, lt: 300 } } }",
    "  - { call: quoine.createInvoice, with: { prize: 1 }, expect: { status: { gte: 400 } } }",
    "  - { call: quoine.createInvoice, with: { prize: 1 }, expect: { status: { one_of: [400, 422] } } }",
    "  - expect_no_webhook: { provider: quoine, body: { invoice.invoice_status: payment_expired } }",
    "  - rule: { on: quoine.createInvoice, then: { patch: { set: { note: 1 }, remove: [btc_price] } } }",
    "  - rule: { on: quoine:webhook, then: { patch: { set: { invoice.note: 1 } } } }",
    "  - rule: { on: quoine:webhook, when: { body: { invoice.id: 1 } }, then: { drop: true } }",
    "  - { call: quoine.createInvoice, with: { price: \"5\" }, save: invoice }\n  - { call: quoine.getInvoice, with: { id: \"${invoice.id}\" } }",
    "  - { receiver: quoine, respond: [500, timeout] }",
    "  - { receiver: fork, respond: [500] }",
    "  - rule: { on: quoine.createInvoice, then: { late_payment: 48h } }",
    "  - rule: { on: quantapay.create-transaction, then: { late_payment: 46h } }",
    "  - rule: { on: quoine:webhook, then: { stale_timestamp: 1h } }",
    "  - { call: quoine.createInvoice, with: { price: \"5\" }, expect: { body: { system_status: { one_of: [ready, expired] } } } }",
    "  - expect_webhook: { provider: quantum-payouts, body: { payout.status: { matches: \"^succ\" } } }",
    "  - { advance: 5m, expect: { body: { fired: { length: 3 }, fired_total: 3, deliveries: [{ event: x, status: 200 }], deliveries.0.error: null } } }",
    "  - { advance: 5m, expect: { body: { incomplete: { absent: true }, other: { absent: true } } } }",
    "  - { act: quoine.pay, with: { invoice: 1 }, expect: { status: 409, body: { detail: { any: true }, code: wrong_state } } }",
    "  - { act: quoine.pay, with: { invoice: 1 }, expect: { body: { status: x, effect: none, object.btc_balance: 1, object: { id: 1 } } } }",
    "  - { act: quantapay.reorg, with: { depth: 1 }, expect: { body: { object: { whatever: 1 } } } }",
    "  - { expect_webhook: { provider: quoine }, save: hook }\n  - expect: { of: hook, body: { attempt: 1, headers: { x: 1 }, body.invoice.id: 1 } }",
    "  - { wait_for: { operation: quoine.createInvoice }, save: made }\n  - expect: { of: made, body: { request: { body: { price: 1 } }, response.body.id: 1, response.status: 200 } }",
    "  - { receiver: shop, respond: [500] }\n  - { set: quoine, with: { webhook_url: \"http://shop.inbox.playmoney.test/hook\" } }",
];

#[test]
fn what_the_contract_does_not_know_is_told() {
    let mut wrong = Vec::new();
    for (steps, level, sentence, help) in ROWS {
        let read = load("a.yaml", &format!("version: 1\nsteps:\n{steps}\n"));
        let told = match &read {
            Ok(scenario) => scenario.warnings.as_ref(),
            Err(mistakes) => Some(mistakes),
        };
        let is_told = |it: &Json| {
            let text = |name: &str| it[name].as_str().unwrap_or("").to_owned();
            text("level") == *level && text("message").starts_with(sentence) && text("help").starts_with(help)
        };
        if !told.is_some_and(|it| it.to_json().as_array().is_some_and(|all| all.iter().any(is_told))) {
            wrong.push(format!("{steps}\n{level}: {sentence} ({help})\n{}", told.map_or(String::new(), |it| it.render(false))));
        }
        assert_eq!(read.is_err(), *level == "error", "{steps}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}

#[test]
fn what_may_be_is_not_warned_of() {
    for steps in GOOD {
        let read = load("a.yaml", &format!("version: 1\nsteps:\n{steps}\n")).unwrap_or_else(|it| panic!("{}", it.render(false)));
        assert!(read.warnings.is_none(), "{}", read.warnings.map_or(String::new(), |it| it.render(false)));
    }
}

#[test]
fn a_rule_that_never_fires_by_itself_is_told() {
    let steps = "steps: [{ advance: 1m }]";
    let first = "{ on: quoine.*, then: { status: 500 } }";
    for (rules, more, warnings) in [
        (format!("{first}, {{ on: quoine.createInvoice, then: {{ status: 503 }} }}"), steps, 1),
        (format!("{{ on: quoine.createInvoice, then: {{ status: 503 }} }}, {first}"), steps, 0),
        (format!("{first}, {{ on: 'quoine:webhook', then: {{ drop: true }} }}"), steps, 0),
        (format!("{{ on: quoine.*, when: {{ times: 2 }}, then: {{ status: 500 }} }}, {first}"), steps, 0),
        (format!("{{ on: quoine.*, ttl: 1m, then: {{ status: 500 }} }}, {first}"), steps, 0),
        (format!("{{ name: a, on: quoine.*, then: {{ status: 500 }} }}, {first}"), "steps: [{ drop_rule: a }]", 0),
        (
            format!("{{ name: a, on: quoine.*, then: {{ status: 500 }} }}, {first}"),
            "steps: [{ repeat: { times: 1, steps: [{ drop_rule: a }] } }]",
            0,
        ),
        ("{ on: quoine.*, when: { until: 2025-12-31T00:00:00Z }, then: { status: 500 } }".to_owned(), steps, 1),
        ("{ on: quoine.*, when: { until: 2026-01-02T00:00:00Z }, then: { status: 500 } }".to_owned(), steps, 0),
    ] {
        let text = format!("version: 1\nclock: {{ mode: frozen, now: 2026-01-01T00:00:00Z }}\nrules: [{rules}]\n{more}\n");
        let read = load("a.yaml", &text).unwrap_or_else(|it| panic!("{}", it.render(false)));
        assert_eq!(read.warnings.as_ref().map_or(0, playmoney::inside::scenario::Mistakes::count), warnings, "{rules}");
    }
}

#[test]
fn with_rules_a_missing_parameter_is_only_a_warning() {
    let rules = "rules: [{ on: quoine.*, then: { status: 201 } }]\n";
    let text = format!("version: 1\n{rules}steps:\n  - {{ call: quoine.createInvoice, expect: {{ status: 201 }} }}\n");
    let read = load("a.yaml", &text).unwrap_or_else(|it| panic!("{}", it.render(false)));
    assert_eq!(read.warnings.map(|it| it.count()), Some(1));
}

#[test]
fn the_scenarios_of_this_repository_have_no_warnings() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let output = std::process::Command::new(crate::cli::PLAYMONEY).args(["check", "."]).current_dir(folder).output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.is_empty() && output.status.success(), "{told}");
}

#[test]
fn the_schema_names_what_a_step_can_say() {
    let schema = playmoney::inside::scenario::schema::document(&crate::broken::contracts());
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let titles: Vec<&str> =
        schema["$defs"]["step"]["oneOf"].as_array().expect("a list").iter().filter_map(|it| it["title"].as_str()).collect();
    assert!(schema["$id"].is_string() && titles.contains(&"call") && titles.contains(&"wait_for"), "{titles:?}");
    let snippet = &schema["$defs"]["step"]["oneOf"][0]["defaultSnippets"][0];
    assert_eq!((&snippet["label"], &snippet["body"]["call"], &snippet["body"]["with"]), (&"call".into(), &"$1".into(), &"$2".into()));
    let call = &schema["$defs"]["step"]["oneOf"][0]["allOf"];
    let own = call.as_array().expect("a list").iter().find(|it| it["if"]["properties"]["call"]["const"] == "quoine.createInvoice");
    assert!(own.is_some_and(|it| it["then"]["properties"]["with"]["properties"]["price"]["description"].is_string()), "{own:?}");
    let is_good = |text: &str| {
        let node = playmoney::inside::scenario::yaml::parse(&format!("version: 1\n{text}\n")).expect("YAML");
        validator.is_valid(&node.to_value())
    };
    for (text, good) in [
        ("steps: [{ act: quoine.pay, with: { invoice: 1 } }]", true),
        ("steps: [{ act: quoine.pay, with: { invoce: 1 } }]", false),
        ("steps: [{ set: quoine, with: { pace: manual } }]", true),
        ("steps: [{ set: quoine, with: { peace: manual } }]", false),
        ("steps: [{ set: quoine, with: { credentials: { secret: c2VjcmV0 } } }]", true),
        ("steps: [{ set: quoine, with: { credentials: { user_id: 3 } } }]", false),
        ("rules: [{ on: quoine.*, then: { error: usage_limit } }]", true),
        ("rules: [{ on: quoine.*, then: { error: insufficient_balance } }]", false),
        ("steps: [{ advance: 30m }]", true),
        ("steps: [{ advance: 30 minutes }]", true),
        ("steps: [{ advance: half an hour }]", false),
        ("steps: [{ call: quoine.createInvoice, with: { prize: 1 } }]", true),
    ] {
        assert_eq!(is_good(text), good, "{text}");
    }
}

#[test]
fn every_member_of_an_object_that_an_action_answers_is_known() {
    let address = "0x31C27642169B61ceD340Ba99643CC3EAd729321F";
    let urls = json!({"cbUrl": "http://127.0.0.1:9/", "redirectUrl": "https://shop.test/"});
    let mut shop = playmoney::Sandbox::new();
    let mut call = |operation: &str, with: Json| shop.call(operation, with).unwrap_or_else(|it| panic!("{operation}: {it}")).body;
    let invoice = call("quoine.createInvoice", json!({"price": "5"}));
    let charge =
        json!({"amount": 9, "currency": "USD", "externalOrderId": "a", "cbUrl": urls["cbUrl"], "redirectUrl": urls["redirectUrl"]});
    let charge = call("qbitpay.createCharge", charge);
    let destination = json!({"type": "wallet", "payerName": "user name", "addr": address});
    let payout = call("qbitpay.createPayout", json!({"amount": 9, "currency": "USD", "destination": destination}));
    let order = json!({"amount": "9", "currency": "USDC", "blockchain": "base", "order_info": "{}", "nonce": 1});
    let order = call("cryptopay.createPaymentOrder", order);
    call(
        "quantum-payouts.performPayout",
        json!({"orderNumber": "A", "amount": 9, "description": "d", "target": {"pan": "4111111111111111"}}),
    );
    let session = call("quantapay.create-checkout-session", json!({"price": "9", "currency": "USD", "order_id": "a"}));
    let session = &session["response"]["session_id"];
    for (action, with) in [
        ("quoine.pay", json!({"invoice": invoice["id"]})),
        ("qbitpay.buyer-paid", json!({"charge": charge["id"]})),
        ("qbitpay.settle-payout", json!({"payout": payout["id"], "outcome": "inTransit"})),
        ("qbitpay.deposit", json!({"currency": "USDT", "amount": 5})),
        ("qbitpay.set-price", json!({"symbol": "USD/CNY", "ask": 7, "bid": 6})),
        ("cryptopay.pay", json!({"order": order["data"]["order_id"]})),
        ("quantum-payouts.settle", json!({"orderNumber": "A", "outcome": "success"})),
        ("quantapay.choose-coin", json!({"session": session, "cryptocurrency": "eth"})),
        ("quantapay.pay", json!({"session": session})),
    ] {
        let answer = shop.act(action, with.clone()).unwrap_or_else(|it| panic!("{action}: {it}")).body;
        let members = answer["object"].as_object().unwrap_or_else(|| panic!("{action}: {answer}"));
        assert!(2 < members.len(), "{answer}");
        let step = json!({"act": action, "with": with, "expect": {"body": answer}});
        let read = load("a.yaml", &json!({"version": 1, "steps": [step]}).to_string()).unwrap_or_else(|it| panic!("{}", it.render(false)));
        assert!(read.warnings.is_none(), "{}", read.warnings.map_or(String::new(), |it| it.render(false)));
    }
}
