//! The scenario files that ship with the program, and what their steps mean.

use std::path::{Path, PathBuf};

use playmoney::inside::engine::start::Start;
use playmoney::inside::engine::tables::Contract;
use playmoney::inside::engine::world::World;
use playmoney::inside::kit::http::{Method, Request, Response};
use playmoney::inside::kit::time::Uptime;
use playmoney::inside::providers;
use playmoney::inside::scenario::keys::{ANY_STEP, SCENARIO, STEPS, THEN};
use playmoney::inside::scenario::matchers::OPERATORS;
use playmoney::inside::scenario::shape::{Kind, Row, Shape};
use playmoney::inside::scenario::{Known, Scenario, parse, schema, schema::components::components, yaml};
use playmoney::inside::stage::{INBOXES, MemoryStage, Report, Stage, play};

mod groups;
mod kept;
mod reached;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn contracts() -> Vec<&'static Contract> {
    providers::all().iter().map(|it| it.contract()).collect()
}

/// A scenario that a sandbox can begin with.
fn loaded(name: &str, text: &str) -> Scenario {
    let contracts = contracts();
    let scenario =
        parse(name, text, Known { contracts: &contracts, environment: None }).unwrap_or_else(|it| panic!("{}", it.render(false)));
    let start = scenario.apply_to(Start::default());
    if let Err(impossible) = World::load(start, providers::all(), Uptime::START) {
        panic!("{}", scenario.mistakes(impossible).render(false));
    }
    scenario
}

fn played(scenario: &Scenario) -> Report {
    let start = Start { webhook_url: Some(INBOXES.to_owned()), judged_by_simulated_time: true, ..Start::default() };
    let mut stage = MemoryStage::new(scenario.apply_to(start));
    let report = play(scenario, &mut stage);
    stage.look(None, &mut |world| {
        let strange = crate::contract::members::without_row(world);
        assert!(strange.is_empty(), "members without a row: {strange:?}");
    });
    report
}

/// Plays a text's steps: why the first that fails does so.
fn failure(steps: &str) -> Option<String> {
    let scenario = loaded("steps.yaml", &format!("version: 1\n{steps}"));
    let played = played(&scenario);
    played.failed().map(|it| format!("line {}: {}", it.line, it.seen))
}

/// Every file below `scenarios/`, by its path from there, with its text.
fn shipped() -> Vec<(String, String)> {
    let base = root().join("scenarios");
    let mut folders = vec![base.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "yaml" || it == "yml") {
                let name = path.strip_prefix(&base).expect("below").to_string_lossy().replace('\\', "/");
                found.push((name, std::fs::read_to_string(&path).expect("text")));
            }
        }
    }
    found.sort();
    found
}

const STARTER: &str = include_str!("../../src/cli/starter.yaml");

fn told(played: &Report) -> String {
    let steps = played.steps.iter().map(|it| format!("{} {}: {}: {}: {:?}", it.at, it.line, it.title, it.seen, it.failure));
    let timeline = played.timeline.iter().map(|it| format!("{} {} {}", it.at, it.kind, it.what));
    steps.chain(timeline).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_shipped_scenario_passes_and_passes_alike() {
    let all = shipped();
    assert!(!all.is_empty());
    for (name, text) in all.into_iter().chain([("starter.yaml".to_owned(), STARTER.to_owned())]) {
        let scenario = loaded(&name, &text);
        assert!(!scenario.steps.is_empty(), "{name} proves nothing");
        let (first, second) = (played(&scenario), played(&scenario));
        if let Some(it) = first.failed() {
            panic!("scenarios/{name}:{}: {}: {:#?}\n{}", it.line, it.seen, it.failure, told(&first));
        }
        assert_eq!(first.steps.len(), scenario.steps.len(), "{name}");
        assert_eq!(told(&first), told(&second), "{name} twice");
    }
}

#[test]
fn every_shipped_scenario_says_what_it_teaches() {
    for (name, text) in shipped() {
        let lines = text.lines().take_while(|it| it.starts_with("# ")).count();
        assert!((2..=5).contains(&lines), "{name} opens with {lines} lines of comment, not two to five");
        let stem = name.rsplit('/').next().and_then(|it| it.strip_suffix(".yaml")).unwrap_or("");
        let scenario = loaded(&name, &text);
        let words: String =
            scenario.name.chars().map(|it| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '-' }).collect();
        assert_eq!(words, stem, "{name} is called by the fact that it shows");
        let folder = name.split('/').next().unwrap_or("");
        assert!(folder == "across" || contracts().iter().any(|it| it.slug == folder), "{name} lies in the folder of its provider");
    }
}

#[test]
fn every_shipped_scenario_is_good_by_the_schema() {
    let schema = schema::document(&contracts());
    let component = serde_json::json!({"$ref": "#/components/schemas/scenario", "components": {"schemas": components(&contracts())}});
    let validators = [&schema, &component].map(|it| jsonschema::validator_for(it).expect("a schema"));
    for (name, text) in shipped().into_iter().chain([("starter.yaml".to_owned(), STARTER.to_owned())]) {
        let document = yaml::parse(&text).unwrap_or_else(|it| panic!("{name}: {}", it.what)).to_value();
        let faults: Vec<String> =
            validators.iter().flat_map(|it| it.iter_errors(&document)).map(|it| format!("{}: {it}", it.instance_path())).collect();
        assert!(faults.is_empty(), "{name}: {faults:#?}");
    }
}

/// Every mapping of the grammar below these rows, once.
fn shapes(rows: &'static [Row], found: &mut Vec<&'static Shape>) {
    fn inside(kind: &Kind, found: &mut Vec<&'static Shape>) {
        if let Kind::Shape(it) | Kind::Settings(it) | Kind::Providers(it) = kind
            && !found.iter().any(|known| std::ptr::eq(*known, *it))
        {
            found.push(it);
            shapes(it.rows, found);
        } else if let Kind::List(it) | Kind::Map(it) = kind {
            inside(it, found);
        } else if let Kind::Either(first, second) = kind {
            inside(first, found);
            inside(second, found);
        }
    }
    for it in rows {
        inside(&it.kind, found);
    }
}

/// What stands in backticks in a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

#[test]
fn the_page_on_the_grammar_has_every_name_and_no_other() {
    let page = include_str!("../../scenarios/README.md");
    let rows = |it: &&str| it.starts_with('|');
    let mut tables: Vec<Vec<&str>> = vec![Vec::new()];
    for line in page.lines() {
        if rows(&line) {
            tables.last_mut().expect("one at least").push(line);
        } else if !tables.last().expect("one at least").is_empty() {
            tables.push(Vec::new());
        }
    }
    let mut all: Vec<&'static Shape> = vec![&SCENARIO, &ANY_STEP];
    shapes(SCENARIO.rows, &mut all);
    for it in STEPS {
        all.push(it);
        shapes(it.rows, &mut all);
    }
    assert!(20 < all.len(), "{}", all.len());
    for shape in &all {
        let has = |lines: &[&str], name: &str| lines.iter().any(|it| quoted(it).any(|own| own == name));
        // The effects of rules are in a table for each of the three things that they happen to.
        let in_one = tables.iter().any(|lines| shape.rows.iter().all(|it| has(lines, it.name)));
        let in_some = shape.what == THEN.what && shape.rows.iter().all(|it| tables.iter().any(|lines| has(lines, it.name)));
        assert!(in_one || in_some, "no table names all of {}: {:?}", shape.what, shape.rows.iter().map(|it| it.name).collect::<Vec<_>>());
    }
    let operators = OPERATORS.iter().map(|it| it.0);
    let known: Vec<&str> = all.iter().flat_map(|it| it.rows).map(|it| it.name).chain(operators).collect();
    for line in tables.iter().flatten() {
        let first = line.split('|').nth(1).and_then(|it| quoted(it).next()).unwrap_or("");
        let is_name = !first.is_empty() && first.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
        assert!(!is_name || known.contains(&first), "no `{first}` exists: {line}");
    }
    for (name, meaning) in OPERATORS {
        let row = page.lines().find(|it| it.starts_with(&format!("| `{name}` |"))).unwrap_or_else(|| panic!("{name}"));
        assert!(row.contains(meaning.trim_start_matches("true: ")), "the schema says `{meaning}`, the page {row}");
    }
}

#[test]
fn the_scenario_on_the_page_passes() {
    let page = include_str!("../../scenarios/README.md");
    let text = page.split("```yaml\n").nth(1).and_then(|it| it.split("```").next()).expect("a scenario");
    let played = played(&loaded("README.md", text));
    assert!(played.failed().is_none(), "{}", told(&played));
}

const INVOICE: &str = "
steps:
  - { call: quoine.createInvoice, with: { price: 500 }, save: invoice }
  - { act: quoine.pay, with: { invoice: '${invoice.id}' } }";

#[test]
fn ids_are_text_however_they_are_written() {
    let told = |it: &str| failure(&format!("{INVOICE}\n  - {it}"));
    for subject in ["'${invoice.id}'", "1", "'1'", "{ one_of: [7, 1] }", "{ matches: '^1$' }"] {
        assert_eq!(told(&format!("expect_webhook: {{ provider: quoine, subject: {subject}, account: 2 }}")), None, "{subject}");
        let unexpected = told(&format!("expect_no_webhook: {{ provider: quoine, subject: {subject} }}"));
        assert!(unexpected.is_some(), "{subject} was told of");
    }
    assert_eq!(told("expect_no_webhook: { provider: quoine, subject: 2 }"), None);
    assert_eq!(told("expect_no_webhook: { provider: quoine, account: 3 }"), None);
    let rule = "rules: [{ on: quoine.*, when: { account: 2 }, then: { error: usage_limit } }]\nsteps:\n  - { call: quoine.getProfile, expect: { status: 503 } }";
    assert_eq!(failure(rule), None);
}

#[test]
fn a_rule_ends_after_a_span_or_at_a_moment() {
    for until in ["5m", "'2026-01-01T00:05:00Z'"] {
        let rule = format!("rules: [{{ on: quoine.*, when: {{ until: {until} }}, then: {{ status: 418 }} }}]");
        let call = |status: u16| format!("  - {{ call: quoine.getProfile, expect: {{ status: {status} }} }}");
        let steps = [call(418), "  - advance: 299s".to_owned(), call(418), "  - advance: 1s".to_owned(), call(200)].join("\n");
        assert_eq!(failure(&format!("{rule}\nsteps:\n{steps}")), None, "{until}");
    }
}

#[test]
fn calls_of_the_portal_log_in_by_themselves() {
    let call = |rest: &str| failure(&format!("steps:\n  - {{ call: quantum-payouts.webhook_save, {rest} }}"));
    assert_eq!(call("with: { enabled: false }, expect: { status: 200, body: { webhook.enabled: false } }"), None);
    assert_eq!(call("expect: { status: 200 }"), None);
    assert_eq!(call("signature: none, expect: { status: 401 }"), None);
    assert_eq!(call("signature: wrong, expect: { status: 403 }"), None);
    assert_eq!(call("with: { csrf_token: guessed }, expect: { status: 403 }"), None);
    assert_eq!(call("headers: { Cookie: payouts_session=guessed }, expect: { status: 401 }"), None);
    assert_eq!(call("body: '{}', expect: { status: 403 }"), None);
}

#[test]
fn a_link_from_an_answer_can_be_followed() {
    let create = "call: quantum-payouts.createPayout, with: { orderNumber: A, amount: 1, urls: { returnUrl: 'https://shop.test/ok' } }, save: payout";
    let page = "call: quantum-payouts.createPayout, method: GET, signature: none";
    let visit = |path: &str, status: u16| {
        failure(&format!("steps:\n  - {{ {create} }}\n  - {{ {page}, path: '{path}', expect: {{ status: {status} }} }}"))
    };
    assert_eq!(visit("${payout.payoutUrl}", 200), None);
    assert_eq!(visit("/static/payout.php?payout_id=1&token=guessed", 404), None);
    assert_eq!(visit("/api/v1/nowhere?back=http://127.0.0.1/quantum-payouts/api/v1/features", 404), None);
}

#[test]
fn a_rule_leads_what_was_asked_for_and_not_its_ledger_row() {
    let payout = "{ amount: 100, currency: USD, destination: { type: GCash, payerName: A, bankAccountNum: '1' } }";
    for (then, event) in [("payout_returned: 5m", "payout.failed"), ("lifecycle: [{ after: 5m, to: cancelled }]", "payout.cancelled")] {
        let rule = format!("rules: [{{ on: qbitpay.createPayout, then: {{ {then} }} }}]");
        let steps = format!(
            "  - {{ call: qbitpay.createPayout, with: {payout} }}\n  - advance: 5m\n  - expect_webhook: {{ provider: qbitpay, event: {event}, count: 1 }}"
        );
        assert_eq!(failure(&format!("{rule}\nsteps:\n{steps}\n  - expect_webhook: {{ provider: qbitpay, count: 2 }}")), None, "{then}");
    }
}

#[test]
fn a_life_is_led_by_the_action_that_leads_nowhere_else() {
    let order =
        "{ call: cryptopay.createPaymentOrder, with: { amount: '1', currency: USDC, blockchain: base, order_info: '{}', nonce: 1 } }";
    for (to, event) in [("failed", "payment.failed"), ("confirmed", "payment.confirmed")] {
        let rule = format!("rules: [{{ on: cryptopay.*, then: {{ lifecycle: [{{ to: pending }}, {{ after: 5m, to: {to} }}] }} }}]");
        let told = format!("  - advance: 5m\n  - expect_webhook: {{ provider: cryptopay, event: {event}, count: 1 }}");
        assert_eq!(failure(&format!("{rule}\nsteps:\n  - {order}\n{told}")), None, "{to}");
    }
    let pay = "{ act: quantapay.pay, with: { transaction: 1, amount: '0.02' } }";
    let payment = "{ call: quantapay.create-transaction, with: { amount: '49.99', cryptocurrency_code: eth } }";
    let rule = "rules: [{ on: quantapay.create-transaction, then: { lifecycle: [{ after: 1m, to: X }, { after: 5m, to: C }, { after: 5m, to: R }] } }]";
    let seen = |status: &str| {
        format!(
            "  - {{ call: quantapay.get-transaction, with: {{ transaction_id: 1 }}, expect: {{ body: {{ response.status: {status} }} }} }}"
        )
    };
    let steps =
        format!("  - {payment}\n  - {pay}\n  - advance: 1m\n{}\n  - advance: 5m\n{}\n  - advance: 5m\n{}", seen("X"), seen("C"), seen("R"));
    let fresh = "providers: { quantapay: { address_mode: fresh } }";
    assert_eq!(failure(&format!("{fresh}\n{rule}\nsteps:\n{steps}")), None);
}

#[test]
fn a_step_is_called_by_what_it_does() {
    let text = "version: 1\nsteps:\n  - { fork: other }\n  - { in: other, expect: { status: 200 }, call: quoine.getProfile }\n  - { advance: 1s, title: a second }";
    let titles: Vec<String> = loaded("steps.yaml", text).steps.into_iter().map(|it| it.title).collect();
    assert_eq!(titles, ["fork other", "call quoine.getProfile", "a second"]);
}

/// What the environment of a test holds.
const KEYS: [(&str, &str); 2] = [("SHOP_KEY", "a-canary-for-the-shop-4711"), ("SHOP_WORD", "a-canary-for-a-body-0815")];

#[test]
fn i28_no_secret_of_the_environment_is_told() {
    let text = r#"version: 1
name: "with ${env:SHOP_KEY}"
providers:
  quoine: { accounts: [{ id: 2, credentials: { secret: "${env:SHOP_KEY}" } }] }
rules:
  - name: busy
    on: quoine.createInvoice
    when: { body: { name: "${env:SHOP_WORD}" } }
    then: { status: 503, body: { said: "no ${env:SHOP_WORD}" } }
steps:
  - call: quoine.createInvoice
    title: "${env:SHOP_WORD} is busy"
    with: { price: 5, name: "${env:SHOP_WORD}" }
    expect: { status: 200, body: { said: "${env:SHOP_WORD}" } }
"#;
    let contracts = contracts();
    let environment = |name: &str| KEYS.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
    let scenario = parse("secret.yaml", text, Known { contracts: &contracts, environment: Some(&environment) }).expect("a scenario");
    let played = played(&scenario);
    let all = format!("{} {}", scenario.name, told(&played));
    assert!(played.failed().is_some() && all.contains("with ***4711") && all.contains("***0815 is busy"), "{all}");
    let mut shop = crate::tape::Tape::new(scenario.apply_to(Start::default()));
    shop.play("POST /quoine/api/v1/invoices {\"price\":5,\"name\":\"a-canary-for-a-body-0815\"}");
    let mut look = |path: &str| shop.admin("GET", path, &serde_json::Value::Null).to_string();
    let (rules, requests, state) = (look("rules"), look("requests"), look("state"));
    assert!(rules.contains("no ***0815") && requests.contains("no ***0815"), "{rules} {requests}");
    assert!([all, rules, requests].iter().all(|it| !it.contains("a-canary")));
    assert!(state.contains("a-canary-for-a-body-0815") && state.contains("\"contains_secrets\":true"), "it can be gone on from");
}

#[test]
fn a_rule_of_a_step_says_what_it_says() {
    for (body, sent) in [("'$${a}'", "${a}"), ("'$${env:PATH} $${'", "${env:PATH} ${"), ("'${invoice.name} $$'", "${env:HOME} $$")] {
        let text = format!(
            "steps:
  - {{ call: quoine.createInvoice, with: {{ price: 5, name: '$${{env:HOME}}' }}, save: invoice }}
  - rule: {{ name: 'a rule, 100 % odd/even?', on: quoine.*, then: {{ status: 500, body: {body} }} }}
  - {{ call: quoine.getProfile, expect: {{ status: 500, body: '{}' }} }}
  - drop_rule: a rule, 100 % odd/even?
  - {{ call: quoine.getProfile, expect: {{ status: 200 }} }}",
            sent.replace("${", "$${")
        );
        assert_eq!(failure(&text), None, "{body}");
    }
}

/// A sandbox and an application outside that calls whenever a step waits, a number of times.
struct Outside(MemoryStage, usize);

impl Stage for Outside {
    fn ask(&mut self, fork: Option<&str>, request: Request) -> Result<Response, &'static str> {
        self.0.ask(fork, request)
    }

    fn ask_together(&mut self, fork: Option<&str>, requests: Vec<Request>) -> Vec<Result<Response, &'static str>> {
        self.0.ask_together(fork, requests)
    }

    fn look(&mut self, fork: Option<&str>, look: &mut dyn FnMut(&mut World)) {
        self.0.look(fork, look);
    }

    fn fork(&mut self, from: Option<&str>, name: &str) {
        self.0.fork(from, name);
    }

    fn uptime(&self) -> Uptime {
        self.0.uptime()
    }

    fn pause(&mut self) -> bool {
        if 0 < self.1 {
            self.1 -= 1;
            _ = self.0.ask(None, Request::new(Method::GET, "/quoine/api/v1/profile", ""));
        }
        true
    }
}

/// The same with that many calls from outside.
fn failure_outside(calls: usize, steps: &str) -> Option<String> {
    let scenario = loaded("steps.yaml", &format!("version: 1\nsteps:\n{steps}"));
    let start = Start { webhook_url: Some(INBOXES.to_owned()), ..Start::default() };
    let played = play(&scenario, &mut Outside(MemoryStage::new(scenario.apply_to(start)), calls));
    played.failed().map(|it| format!("line {}: {}", it.line, it.seen))
}

#[test]
fn a_wait_takes_the_calls_of_others_and_each_once() {
    let (own, wait) = ("  - call: quoine.getProfile\n", "  - wait_for: { operation: quoine.getProfile, timeout: 50ms }\n");
    let missed = |line: u32| Some(format!("line {line}: no such call of quoine.getProfile has come within 50ms"));
    assert_eq!(failure_outside(1, &format!("{own}{wait}{wait}")), missed(5));
    assert_eq!(failure_outside(2, &format!("{own}{wait}{own}{wait}")), None);
    let back = format!("{own}  - snapshot: kept\n{own}{own}  - restore: kept\n{wait}{wait}");
    assert_eq!(failure_outside(2, &back), None, "numbers of calls that were undone are given again");
    let forked = format!("{own}{wait}  - fork: other\n  - wait_for: {{ operation: quoine.getProfile, timeout: 50ms }}\n    in: other\n");
    assert_eq!(failure_outside(1, &forked), missed(6), "a fork knows which calls were taken");
}
