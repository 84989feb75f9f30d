//! Logs that our own server has recorded from random scenarios come back as scenarios with the same story.

use playmoney::inside::stage::Stage;

use super::recorded::{log, recorded, story};
use super::{folder, imported, played, scenario, tapes};

/// Imports the log of a random scenario, and compares the story of its replay.
fn comes_back(slug: &str, seed: u64) {
    let tape = tapes::tape(slug, seed);
    let (mut stage, report) = played(&scenario(&tape.yaml));
    assert!(report.failed().is_none(), "{:?}\n{}", report.failed(), tape.yaml);
    let mut original = Vec::new();
    let from = tape.begins(&report);
    stage.look(None, &mut |world| original = recorded(world, slug, world_sequence(world, from)));
    assert!(3 < original.len(), "{}", tape.yaml);

    let folder = folder(&format!("{slug}-{seed}"));
    let (text, said) = imported(&folder, &log(&original), slug);
    let (mut stage, report) = played(&scenario(&text));
    assert!(report.failed().is_none(), "{:?}\n{text}", report.failed());
    let mut replay = Vec::new();
    stage.look(None, &mut |world| replay = recorded(world, slug, 0));
    let (original_story, replayed) = (story(&original), story(&replay));
    assert_eq!(original_story, replayed, "\n{}\n--- said\n{said}\n--- imported\n{text}\n--- log\n{}", tape.yaml, log(&original));
    assert!(!said.contains("left out"), "{said}");
    _ = std::fs::remove_dir_all(folder);
}

/// The first entry of the log at or after that moment.
fn world_sequence(world: &playmoney::inside::engine::world::World, from: playmoney::inside::kit::time::Timestamp) -> u64 {
    world.core.log.entries().find(|it| from <= it.at).map_or(0, |it| it.sequence)
}

/// The seeds that are tried: `PLAYMONEY_IMPORT_SEEDS=1-60` tries more.
fn seeds() -> std::ops::RangeInclusive<u64> {
    let Ok(text) = std::env::var("PLAYMONEY_IMPORT_SEEDS") else { return 1..=5 };
    let (first, last) = text.split_once('-').expect("PLAYMONEY_IMPORT_SEEDS is two numbers with a dash");
    first.parse().expect("a number")..=last.parse().expect("a number")
}

fn all_come_back(slug: &str) {
    let mut failed = Vec::new();
    for seed in seeds() {
        let out = std::panic::catch_unwind(|| comes_back(slug, seed));
        if let Err(why) = out {
            let text = why.downcast_ref::<String>().cloned().unwrap_or_default();
            _ = std::fs::write(format!("{}/fail-{slug}-{seed}.txt", env!("CARGO_TARGET_TMPDIR")), text);
            failed.push(seed);
        }
    }
    assert!(failed.is_empty(), "{slug}: {failed:?}");
}

#[test]
fn logs_of_quantapay_come_back() {
    all_come_back("quantapay");
}

#[test]
fn logs_of_qbitpay_come_back() {
    all_come_back("qbitpay");
}

#[test]
fn logs_of_cryptopay_come_back() {
    all_come_back("cryptopay");
}

#[test]
fn logs_of_quantum_payouts_come_back() {
    all_come_back("quantum-payouts");
}

#[test]
fn logs_of_quoine_come_back() {
    all_come_back("quoine");
}
