//! The library: a receiver in the same program.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use playmoney::{Error, Sandbox, Tried, Webhook};
use serde_json::{Value as Json, json};

const PAID: &str = r#"
version: 1
providers: { quoine: { pace: manual } }
steps:
  - { call: quoine.createInvoice, with: { price: "500.0", name: "order ${run}" }, save: invoice }
  - { act: quoine.pay, with: { invoice: "${invoice.id}" } }
  - advance: 1m
  - { act: quoine.confirm, with: { invoice: "${invoice.id}" } }
  - advance: { until: idle }
  - probe: { url: "/invoices/${invoice.id}", expect: { body: { status: payment_confirmed, grants: 1 } } }
"#;

/// Invoices with their status and what was granted for them.
#[derive(Default)]
struct Shop {
    invoices: RefCell<BTreeMap<String, (String, u32)>>,
    known: RefCell<BTreeSet<String>>,
}

impl Shop {
    /// It knows an event again, but takes the last status for the present one.
    fn goes_back(&self, webhook: &Webhook) -> u16 {
        let body = webhook.json();
        let status = body["invoice"]["invoice_status"].as_str().unwrap_or("").to_owned();
        let key = format!("{} {}", webhook.subject, body["invoice"]["system_status"]);
        if self.known.borrow_mut().insert(key) {
            let mut invoices = self.invoices.borrow_mut();
            let own = invoices.entry(webhook.subject.clone()).or_default();
            own.1 += u32::from(status == "payment_confirmed" && own.1 == 0);
            own.0 = status;
        }
        200
    }

    fn show(&self, url: &str) -> Json {
        let id = url.rsplit('/').next().unwrap_or("");
        let (status, grants) = self.invoices.borrow().get(id).cloned().unwrap_or_default();
        json!({"status": status, "grants": grants})
    }
}

#[test]
fn a_receiver_in_the_program_is_explored_without_a_socket() {
    let (sandbox, shop) = (Sandbox::from_scenario(PAID).expect("a scenario"), Shop::default());
    let findings = sandbox.explore(|it| shop.goes_back(it)).probe(|url| shop.show(url)).play().expect("it plays");
    let found = findings.counterexample.expect("an older event overwrites a newer one");
    assert!(found.repeats && found.deviations.len() == 1, "{found}");
    assert_eq!(found.deviations, ["payment_detected number 1 is held back for 1m 1s"], "{found}");
    assert!(found.failed.contains("body.status: \"payment_confirmed\" expected, \"payment_detected\" actual"), "{found}");
    assert_eq!(found.timeline.iter().filter(|it| it.starts_with('>')).count(), 1, "{found}");
    let ids: BTreeSet<String> = shop.invoices.borrow().keys().cloned().collect();
    assert!(usize::try_from(findings.runs).expect("few") <= ids.len(), "each run has an invoice of its own");
    // The scenario that was written brings the same about, in one run.
    let (again, shop) = (Sandbox::from_scenario(&found.scenario).expect("a scenario"), Shop::default());
    let findings = again.explore(|it| shop.goes_back(it)).probe(|url| shop.show(url)).budget(1).play().expect("it plays");
    assert_eq!(findings.counterexample.expect("it fails").failed, found.failed.replace("line 10", "line 13"));
}

#[test]
fn i7_the_same_exploration_finds_the_same() {
    let explored = || {
        let (sandbox, shop) = (Sandbox::from_scenario(PAID).expect("a scenario"), Shop::default());
        sandbox.explore(|it| shop.goes_back(it)).probe(|url| shop.show(url)).seed(3).play().expect("it plays")
    };
    assert_eq!(explored(), explored());
}

const TWO: &str = r#"
version: 1
providers: { quoine: { pace: manual } }
steps:
  - { call: quoine.createInvoice, with: { price: "500.0", name: "order ${run} a" }, save: a }
  - { call: quoine.createInvoice, with: { price: "500.0", name: "order ${run} b" }, save: b }
  - { act: quoine.pay, with: { invoice: "${a.id}" } }
  - { act: quoine.pay, with: { invoice: "${b.id}" } }
  - advance: { until: idle }
  - probe: { url: "/invoices/${a.id}", expect: { body: { ok: true } } }
  - probe: { url: "/invoices/${b.id}", expect: { body: { ok: true } } }
"#;

#[test]
fn pairs_on_two_objects_are_played_when_all_others_were() {
    let sandbox = Sandbox::from_scenario(TWO).expect("a scenario");
    let explored = |budget| sandbox.explore(|_| 200).probe(|_| json!({"ok": true})).budget(budget).play().expect("it plays");
    let (few, many) = (explored(2), explored(400));
    let looked_at = |it: Tried| it.played + it.same + it.too_late;
    assert!(0 < few.two.same && (few.two.played, many.two.all) == (0, few.two.all), "{few:?} {many:?}");
    assert!(looked_at(many.two) == many.two.all && many.two.same < few.two.same, "{few:?} {many:?}");
    // A receiver that takes the second copy of one order for the first of another breaks under no other schedule.
    let seen = RefCell::new(BTreeMap::<(u32, String), u32>::new());
    let mixes = |it: &Webhook| {
        let id: u32 = it.subject.parse().expect("a number");
        *seen.borrow_mut().entry((id, it.event.clone())).or_default() += 1;
        200
    };
    let shows = |url: &str| {
        let id: u32 = url.rsplit('/').next().and_then(|it| it.parse().ok()).expect("a number");
        let twice = |it: u32| seen.borrow().iter().any(|(key, count)| key.0 == it && 1 < *count);
        let other = if id % 1_000 == 1 { id + 1 } else { id - 1 };
        json!({"ok": !(twice(id) && twice(other))})
    };
    let found = sandbox.explore(mixes).probe(shows).budget(400).play().expect("it plays").counterexample.expect("two copies");
    assert_eq!(found.deviations.len(), 2, "{found}");
}

#[test]
fn a_scenario_that_fails_by_itself_is_said_to() {
    let sandbox = Sandbox::from_scenario(PAID).expect("a scenario");
    let findings = sandbox.explore(|_| 200).probe(|_| json!({"status": "new"})).play().expect("it plays");
    let found = findings.counterexample.expect("it fails");
    assert_eq!((findings.runs, found.deviations.len()), (1, 0));
    let counted = RefCell::new(0);
    let once = |_: &str| {
        *counted.borrow_mut() += 1;
        if *counted.borrow() == 1 { json!({"status": "payment_confirmed", "grants": 1}) } else { json!({"status": "used"}) }
    };
    let findings = sandbox.explore(|_| 200).probe(once).play().expect("it plays");
    assert_eq!((findings.runs, findings.counterexample.expect("it fails").deviations.len()), (2, 0), "the second plain run");
}

#[test]
fn a_scenario_without_an_expectation_cannot_break() {
    let sandbox = Sandbox::from_scenario("version: 1\nsteps: [{ advance: 1m }]\n").expect("a scenario");
    let played = sandbox.explore(|_| 200).play();
    assert!(matches!(played, Err(Error::Usage(_))), "{played:?}");
    let asks = Sandbox::from_scenario("version: 1\nsteps: [{ probe: { url: \"http://shop.test/\" } }]\n").expect("a scenario");
    let findings = asks.explore(|_| 200).play().expect("it plays");
    assert!(findings.counterexample.expect("it fails").failed.contains("no function that answers probes"));
}
