//! Receivers in Python and Node, each with one defect of order, duplication, retry or expiry: each is found. Receivers that do right:
//! nothing is found.

use serde_json::Value as Json;

use super::Shop;

/// The program, the defect, the scenario, and the effects of the shortest schedule that shows the defect.
type Animal = (&'static str, &'static str, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const ZOO: &[Animal] = &[
    ("python3", "grants_twice", "invoice.yaml", &["duplicate"]),
    ("python3", "knows_the_last_only", "invoice.yaml", &["answer_lost", "delay"]),
    ("python3", "knows_by_nonce", "invoice.yaml", &["answer_lost"]),
    ("python3", "forgets_after_ten_minutes", "invoice.yaml", &["answer_lost"]),
    ("python3", "notes_before_it_works", "invoice.yaml", &["delay"]),
    ("python3", "goes_back", "invoice.yaml", &["delay"]),
    ("python3", "judges_by_arrival", "invoice.yaml", &["unreachable"]),
    ("python3", "needs_the_first", "invoice.yaml", &["delay"]),
    ("python3", "opens_again", "expired.yaml", &["delay"]),
    ("python3", "delivers_the_current", "two.yaml", &["delay"]),
    ("python3", "strict_steps", "payout.yaml", &["unreachable"]),
    ("python3", "counts_steps", "payout.yaml", &["duplicate"]),
    ("python3", "refuses_again", "payout.yaml", &["answer_lost"]),
    ("python3", "refuses_old_events", "payout.yaml", &["answer_lost"]),
    ("python3", "locks_for_ever", "payout.yaml", &["answer_lost"]),
    ("python3", "takes_repeats_for_orders", "payout.yaml", &["duplicate"]),
    ("python3", "guards_by_a_flag", "booked.yaml", &["answer_lost", "answer_lost"]),
    ("node", "grants_twice", "order.yaml", &["duplicate"]),
    ("node", "goes_back", "order.yaml", &["answer_lost"]),
    ("node", "answers_before_it_looks", "order.yaml", &["unreachable"]),
    ("node", "refuses_what_is_done", "order.yaml", &["answer_lost"]),
    ("node", "crashes_on_the_second", "order.yaml", &["duplicate"]),
    ("node", "knows_by_order", "order.yaml", &["duplicate"]),
    ("node", "works_later", "order.yaml", &["duplicate"]),
    ("node", "looks_then_works", "order.yaml", &["duplicate"]),
    ("node", "toggles", "dispute.yaml", &["duplicate"]),
    ("node", "freezes_late", "dispute.yaml", &["unreachable"]),
    ("node", "ignores_while_frozen", "dispute.yaml", &["unreachable"]),
    ("node", "takes_retries_for_failures", "dispute.yaml", &["answer_lost"]),
];

#[rustfmt::skip]
const RIGHT: &[Animal] = &[
    ("python3", "", "invoice.yaml", &[]),
    ("python3", "", "two.yaml", &[]),
    ("python3", "asks_again", "payout.yaml", &[]),
    ("node", "", "order.yaml", &[]),
    ("node", "", "dispute.yaml", &[]),
];

/// Animals at a time: they wait more than they work.
const TOGETHER: usize = 3;

fn all(animals: &[Animal], budget: &[&str], judge: impl Fn(Animal, &Json, Option<i32>) + Sync) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..TOGETHER {
            scope.spawn(|| {
                while let Some(animal) = animals.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    let shop = Shop::open(animal.0, animal.1);
                    let (found, code) = shop.explored(animal.2, budget);
                    judge(*animal, &found, code);
                }
            });
        }
    });
}

#[test]
fn each_defect_of_a_receiver_is_found_with_few_deviations() {
    all(ZOO, &[], |(language, defect, scenario, effects), found, code| {
        let name = format!("{language} {defect}: {found:#}");
        assert_eq!((code, &found["status"]), (Some(1), &"failed".into()), "{name}");
        let deviations = found["counterexample"]["deviations"].as_array().expect("a list");
        let own: Vec<&str> = deviations.iter().filter_map(|it| it["effect"].as_str()).collect();
        assert!(own == effects, "{scenario} {own:?}, and {effects:?} was expected: {name}");
        assert!(found["counterexample"]["found_in_run"].as_u64().is_some_and(|it| it <= 200), "{name}");
        let marks: Vec<&str> =
            found["counterexample"]["timeline"].as_array().expect("a list").iter().filter_map(|it| it["mark"].as_str()).collect();
        assert!(marks.contains(&"first_difference") && marks.contains(&"failed"), "{name}");
    });
}

#[test]
fn nothing_is_found_in_receivers_that_do_right() {
    all(RIGHT, &["--budget", "100"], |(language, defect, scenario, _), found, code| {
        assert_eq!((code, &found["status"]), (Some(0), &"ok".into()), "{language} {defect} {scenario}: {found:#}");
        assert_eq!(found["schedules"]["one"]["left"], 0, "{scenario}: {found:#}");
    });
}
