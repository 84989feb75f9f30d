//! Verifications of random tapes, beside a count over the journal as a client sees it.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any};
use proptest::sample::select;
use serde_json::{Value as Json, json};

use super::arbitrary::tape;
use super::{always, played};
use crate::asking;
use crate::tape::Tape;

/// What is asked of one call.
#[derive(Clone, Debug)]
struct Wanted {
    operation: &'static str,
    number: Option<&'static str>,
    amount_above: Option<i64>,
    was_refused: Option<bool>,
}

impl Wanted {
    fn criteria(&self) -> Json {
        let mut conditions = json!({});
        if let Some(it) = self.number {
            conditions["body"]["orderNumber"] = it.into();
        }
        if let Some(it) = self.amount_above {
            conditions["body"]["amount"] = json!({"gt": it});
        }
        if let Some(it) = self.was_refused {
            conditions["status"] = if it { json!({"gte": 400}) } else { json!(200) };
        }
        json!({"operation": self.operation, "where": conditions})
    }

    /// The same, judged from the text of the journal.
    fn fits(&self, entry: &Json) -> bool {
        let body: Json = serde_json::from_str(entry["request"]["body"].as_str().unwrap_or("")).unwrap_or_default();
        let status = entry["response"]["status"].as_u64().unwrap_or(0);
        entry["operation"] == self.operation
            && self.number.is_none_or(|it| body["orderNumber"] == it)
            && self.amount_above.is_none_or(|it| body["amount"].as_i64().is_some_and(|own| it < own))
            && self.was_refused.is_none_or(|it| if it { 400 <= status } else { status == 200 })
    }
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let operation = select(
        &["quantum-payouts.createPayout", "quantum-payouts.performPayout", "quantum-payouts.getPayoutStatus", "quoine.createInvoice"][..],
    );
    let number = option::of(select(&["A", "B", "ЗАКАЗ/1"][..]));
    (operation, number, option::of(0..4_i64), option::of(any::<bool>())).prop_map(|(operation, number, amount_above, was_refused)| Wanted {
        operation,
        number,
        amount_above,
        was_refused,
    })
}

fn journal(shop: &mut Tape) -> Vec<Json> {
    shop.admin("GET", "requests", &Json::Null)["requests"].as_array().expect("a list").clone()
}

fn verify(shop: &mut Tape, criteria: &Json) -> (u16, Json) {
    asking::json(&shop.ask(Tape::control("POST", "requests/verify", criteria)))
}

/// Whether the calls stand in the journal in this order: the longest beginning of the sequence is found by looking at each call once.
fn found_in_order(sequence: &[Wanted], entries: &[Json]) -> usize {
    entries.iter().fold(0, |found, it| if sequence.get(found).is_some_and(|own| own.fits(it)) { found + 1 } else { found })
}

#[test]
fn a_verification_agrees_with_a_count_over_the_journal() {
    always(60, &(tape(), wanted(), option::of(0..4_u64), option::of(0..4_u64)), |(tape, wanted, least, most)| {
        let mut shop = played(&tape);
        let entries = journal(&mut shop);
        let matched = entries.iter().filter(|it| wanted.fits(it)).count() as u64;
        let mut criteria = wanted.criteria();
        for (name, it) in [("at_least", least), ("at_most", most)] {
            if let Some(it) = it {
                criteria["count"][name] = it.into();
            }
        }
        if least.zip(most).is_some_and(|(least, most)| most < least) {
            assert_eq!(verify(&mut shop, &criteria).0, 422);
            return;
        }
        let least = if least.is_none() && most.is_none() { 1 } else { least.unwrap_or(0) };
        let fits = least <= matched && most.is_none_or(|it| matched <= it);
        let (status, document) = verify(&mut shop, &criteria);
        assert_eq!((status == 200, &document["verified"], &document["matched"]), (fits, &json!(fits), &json!(matched)), "{criteria}");
        let nearest = document["nearest"].as_array().cloned().unwrap_or_default();
        assert!(nearest.len() <= 3 && (fits || nearest.len() == 3.min(nearest_of(&entries, matched, least))), "{criteria} {document}");
        assert_eq!(journal(&mut shop), entries, "it changes nothing");
    });
}

/// How many can be shown: those that do not fit when more are wanted, else those that do.
fn nearest_of(entries: &[Json], matched: u64, least: u64) -> usize {
    let matched_here = usize::try_from(matched).expect("few");
    if matched < least { entries.len() - matched_here } else { matched_here }
}

#[test]
fn a_sequence_agrees_with_the_order_of_the_journal() {
    always(60, &(tape(), vec(wanted(), 1..5)), |(tape, sequence)| {
        let mut shop = played(&tape);
        let found = found_in_order(&sequence, &journal(&mut shop));
        let criteria: Vec<Json> = sequence.iter().map(Wanted::criteria).collect();
        let (status, document) = verify(&mut shop, &json!({"sequence": criteria}));
        assert_eq!((status == 200, &document["matched"]), (found == sequence.len(), &json!(found)), "{document}");
    });
}

#[test]
fn a_wait_that_was_there_before_agrees_with_a_verification_afterwards() {
    always(60, &(tape(), wanted(), 1..4_u64), |(tape, wanted, least)| {
        let mut shop = Tape::shop();
        let mut criteria = wanted.criteria();
        criteria["count"] = json!({"at_least": least});
        let wait = shop.sandbox.handle(shop.uptime, Tape::control("POST", "requests/wait", &criteria));
        assert!(shop.sandbox.poll_answer(shop.uptime, wait).is_none());
        for line in &tape {
            shop.play(line);
        }
        let ended = shop.sandbox.poll_answer(shop.uptime, wait).and_then(|it| it.response);
        assert_eq!(ended.map_or(409, |it| it.status.as_u16()), verify(&mut shop, &criteria).0, "{criteria}");
    });
}
