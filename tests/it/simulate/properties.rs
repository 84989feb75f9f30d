//! Properties of one sandbox, and of two.

use std::collections::{BTreeMap, VecDeque};

use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::sample::select;
use serde_json::{Value as Json, json};

use super::arbitrary::{halved, tape, tape_without_ties};
use super::{
    always, changes_nothing, cryptopay, exported, invariants, memory, played, qbitpay, quantapay, quoine, same_but_for_moves, same_state,
    without_requests,
};
use crate::tape::Tape;

/// What has left the sandbox: its webhooks with their moments, without the answers to control calls.
fn left(shop: &Tape) -> Vec<String> {
    shop.log
        .lines()
        .filter(|it| it.starts_with("  ~ ") || it.starts_with("    {\"event\"") || it.starts_with("    17"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn i1_i2_i3_i4_i13_i15_hold_at_every_step() {
    always(120, &tape(), |tape| {
        let mut shop = Tape::shop();
        for line in &tape {
            shop.play(line);
            invariants::check(&mut shop);
        }
        shop.play("merchant 200\nadvance until idle");
        invariants::check(&mut shop);
    });
}

#[test]
fn i7_the_same_tape_gives_the_same_bytes() {
    always(120, &tape(), |tape| {
        let (mut a, mut b) = (played(&tape), played(&tape));
        assert_eq!(a.log, b.log);
        same_state(&mut a, &mut b);
    });
}

#[test]
fn i8_two_steps_equal_one_leap() {
    always(120, &(tape(), 0..1000_u64), |(tape, thousandths)| {
        let (mut leap, mut steps) = (played(&tape), played(&halved(&tape, thousandths)));
        assert_eq!(left(&leap), left(&steps));
        same_but_for_moves(&mut leap, &mut steps);
    });
}

#[test]
fn i10_a_restart_goes_unnoticed() {
    always(120, &(tape(), any::<u32>()), |(tape, places)| {
        let mut shop = Tape::shop();
        for (n, line) in tape.iter().enumerate() {
            shop.play(line);
            if places >> (n % 32) & 1 == 1 {
                shop.restart();
            }
        }
        let mut straight = played(&tape);
        assert_eq!(shop.log, straight.log);
        same_state(&mut shop, &mut straight);
    });
}

#[test]
fn i10_a_fork_and_its_original_never_meet() {
    always(120, &(tape(), tape(), tape()), |(before, own, forks)| {
        let mut shop = played(&before);
        let mut fork = shop.fork();
        let mut alone = shop.fork();
        shop.play(&own.join("\n"));
        fork.play(&forks.join("\n"));
        alone.play(&own.join("\n"));
        assert_eq!(shop.log, alone.log);
        same_state(&mut shop, &mut alone);
    });
}

/// One of several sandboxes: what has been played in it, since before it was copied from another, and what will be.
struct Shop {
    tape: Tape,
    played: Vec<String>,
    rest: VecDeque<String>,
}

/// What is done next with one of them.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Play,
    Fork,
    Restart,
}

#[test]
fn i10_i11_sandboxes_and_their_forks_are_alone() {
    let any_tape = || prop_oneof![tape(), cryptopay::tape(), qbitpay::tape(), quantapay::tape(), quoine::tape()];
    let deed = prop_oneof![12 => Just(Deed::Play), 1 => Just(Deed::Fork), 1 => Just(Deed::Restart)];
    let strategy = (vec(any_tape(), 2..4), vec(any_tape(), 0..4), vec((0..60_usize, deed), 1..90));
    always(60, &strategy, |(tapes, mut of_forks, deeds)| {
        let new = |rest: Vec<String>| Shop { tape: Tape::shop(), played: Vec::new(), rest: rest.into() };
        let mut all: Vec<Shop> = tapes.into_iter().map(new).collect();
        for (which, deed) in deeds {
            let which = which % all.len();
            let shop = &mut all[which];
            match deed {
                Deed::Play => {
                    let Some(line) = shop.rest.pop_front() else { continue };
                    shop.tape.play(&line);
                    shop.played.push(line);
                }
                Deed::Fork => {
                    let Some(rest) = of_forks.pop() else { continue };
                    let copy = Shop { tape: shop.tape.fork(), played: shop.played.clone(), rest: rest.into() };
                    all.push(copy);
                }
                Deed::Restart => shop.tape.restart(),
            }
        }
        for shop in &mut all {
            let mut alone = played(&shop.played);
            assert_eq!(shop.tape.log, alone.log);
            same_state(&mut shop.tape, &mut alone);
        }
    });
}

/// The drawn values of each order number: the link's token, the bank's code, an event id for each status.
fn drawn(shop: &mut Tape) -> BTreeMap<String, String> {
    let state = exported(shop);
    let payouts = memory(&state, "quantum-payouts")["payouts"].as_array().expect("a list").clone();
    let own = payouts.iter().filter_map(|it| {
        let number = it["order_number"].as_str()?;
        Some((number.to_owned(), format!("{} {}", it["link"]["token"], it["bank_order"])))
    });
    let deliveries = shop.admin("GET", "deliveries", &Json::Null);
    let ids = deliveries["deliveries"].as_array().expect("a list").clone().into_iter().filter_map(|it| {
        let body: Json = serde_json::from_str(it["attempts"][0]["request"]["body"].as_str()?).ok()?;
        Some((format!("{} {}", body["payout"]["externalId"].as_str()?, body["payout"]["status"]), it["event_id"].to_string()))
    });
    own.chain(ids).collect()
}

#[test]
fn i12_another_payout_changes_no_draw_of_the_others() {
    let receivers_agree =
        |line: &String| !line.starts_with("merchant") && !line.contains("script") && !line.contains("resend") && !line.contains("until");
    always(120, &(tape(), 0..24_usize), |(tape, place)| {
        let mut tape: Vec<String> = tape.into_iter().filter(receivers_agree).collect();
        let alone = drawn(&mut played(&tape));
        let extra = r#"POST /quantum-payouts/api/v1/performPayout {"orderNumber":"X","amount":1,"description":"d","target":{"pan":"4111111111111111"}}"#;
        tape.insert(place.min(tape.len()), extra.to_owned());
        let mut among = drawn(&mut played(&tape));
        among.retain(|name, _| !name.starts_with('X'));
        assert_eq!(among, alone);
    });
}

#[test]
fn i9_every_clock_tells_the_same_story() {
    always(50, &(tape_without_ties(), select(&[1_u32, 10, 1000][..])), |(tape, rate)| {
        let frozen = played(&tape);
        let mut running = Tape::shop();
        running.play(&if rate == 1 {
            "control POST clock/resume".to_owned()
        } else {
            format!("control POST clock/scale {{\"rate\":{rate}}}")
        });
        for line in tape.iter().flat_map(|it| it.lines()) {
            match line.strip_prefix("advance ").and_then(|it| it.strip_suffix("ms")) {
                Some(span) => running.run_for(std::time::Duration::from_millis(span.parse().expect("a span")) / rate),
                None => _ = running.play(line),
            }
        }
        assert_eq!(left(&frozen), left(&running));
    });
}

/// Calls that are refused in any state.
const REFUSED: &[&str] = &[
    r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"Z","amount":0,"urls":{"returnUrl":"https://shop.test/ok"}}"#,
    r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"Z","amount":1}"#,
    r#"POST /quantum-payouts/api/v1/performPayout {"orderNumber":"Z","amount":1,"description":"d","target":{"pan":"4111"}}"#,
    r#"POST /quantum-payouts/api/v1/getPayoutStatus {"orderNumber":"Z"}"#,
    "POST /quantum-payouts/api/v1/webhook_save {}",
    "POST /quantum-payouts/api/v1/webhook_test {}",
    "POST /quantum-payouts/index.php?view=login username=demo&password=wrong",
    "POST /quantum-payouts/static/payout.php?payout_id=1&token=0 pan=4111111111111111",
    "GET /quantum-payouts/api/v1/createPayout",
    "GET /quantum-payouts/nothing",
    "GET /nobody/here",
    "control POST clock/advance {\"by\":\"-1s\"}",
    "control POST clock/advance {\"to\":\"1999-01-01T00:00:00Z\"}",
    "control POST clock/scale {\"rate\":0}",
    "control POST act/quantum-payouts/settle {\"orderNumber\":\"Z\",\"outcome\":\"failed\"}",
    "control POST act/quantum-payouts/manual-payout {\"amount\":0,\"pan\":\"4111111111111111\"}",
    "control POST deliveries/dlv-999/resend",
    "control PATCH accounts/quantum-payouts/default {\"pace\":\"manual\",\"nothing\":1}",
    "control PUT inbox/shop/script {\"respond\":[200,700]}",
    "control PUT state {\"playmoney_state\":4}",
    "control GET requests?operation=nothing",
    "control POST webhooks/verify {}",
    "with Playmoney-Fault: internal_error\nPOST /quantum-payouts/api/v1/performPayout {\"orderNumber\":\"Z\",\"amount\":1,\"description\":\"d\",\"target\":{\"pan\":\"4111111111111111\"}}",
];

#[test]
fn i6_a_refusal_changes_nothing() {
    always(50, &tape(), |tape| {
        let mut shop = played(&tape);
        changes_nothing(&mut shop, REFUSED);
    });
}

#[test]
fn i17_performing_again_answers_the_stored_payout_and_does_nothing() {
    always(50, &tape(), |tape| {
        let mut shop = played(&tape);
        for number in ["A", "B", "C", "D"] {
            let perform = |amount: u32| {
                format!(r#"{{"orderNumber":"{number}","amount":{amount},"description":"d","target":{{"pan":"5555555555554444"}}}}"#)
            };
            crate::quantum_payouts::answer(&mut shop, "POST", "performPayout", &perform(7));
            let first: Json =
                serde_json::from_str(&crate::quantum_payouts::answer(&mut shop, "POST", "performPayout", &perform(7)).1).expect("JSON");
            let before = without_requests(&mut shop);
            let (status, again) = crate::quantum_payouts::answer(&mut shop, "POST", "performPayout", &perform(8));
            assert_eq!((status, serde_json::from_str::<Json>(&again).expect("JSON")), (200, first));
            assert_eq!(without_requests(&mut shop), before);
        }
    });
}

#[test]
fn i21_what_is_kept_stays_within_its_bound() {
    always(50, &(tape(), 1_000..20_000_usize), |(tape, bytes_max)| {
        let start =
            playmoney::inside::engine::start::Start { journal_bytes_max: bytes_max, ..playmoney::inside::engine::start::Start::default() };
        let mut shop = Tape::new(start);
        let mut asked = 0;
        for line in &tape {
            shop.play(line);
            asked += usize::from(line.starts_with("POST") || line.starts_with("GET"));
            let journal = shop.admin("GET", "requests", &json!(null));
            let kept = journal["requests"].as_array().expect("a list");
            let bytes: usize = kept
                .iter()
                .map(|it| it["request"]["body"].as_str().map_or(0, str::len) + it["response"]["body"].as_str().map_or(0, str::len))
                .sum();
            assert!(bytes <= bytes_max);
            assert_eq!(journal["truncated"], kept.len() < asked, "a drop is confessed");
        }
    });
}
