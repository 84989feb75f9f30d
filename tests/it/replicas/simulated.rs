//! Replicas, a database, and callers, all simulated: machines stop and die, and what is sent comes late or never. Every step follows from
//! a seed. The replicas decide with the functions that the program decides with.

use std::collections::BTreeMap;

use self::database::Mutation;
use self::judging::judge;
use self::network::Network;

mod callers;
mod database;
mod judging;
mod network;
mod replica;
mod run;

use self::run::Run;

/// Milliseconds.
type Millis = u64;
/// What a caller sends: a number that no other has, larger than all that it has sent before.
type Input = u64;

/// What a caller was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// It was heard as the so-many-th of its sandbox.
    Heard(usize),
    /// It was not applied.
    NotApplied,
    /// Nothing is known.
    Unknown,
}

fn seeds(usual: u64) -> u64 {
    std::env::var("PLAYMONEY_REPLICA_SEEDS").map_or(usual, |it| it.parse().expect("a number"))
}

#[test]
fn no_fault_of_machines_or_networks_loses_or_repeats_what_was_acknowledged() {
    let mut counted = BTreeMap::<&str, u64>::new();
    for seed in 0..seeds(60) {
        let run = Run::of(seed, None);
        if let Err(why) = judge(&run) {
            panic!("seed {seed}: {why}");
        }
        for (what, count) in run.counts() {
            *counted.entry(what).or_default() += count;
        }
    }
    println!("{counted:?}");
    for what in ["heard", "not applied", "unknown", "claims", "taken over", "refused by fence", "answers of commits lost", "handed over"] {
        assert!(counted.get(what).is_some_and(|it| 0 < *it), "{what} never happened: {counted:?}");
    }
}

/// The simulation finds what each rule of the protocol is for.
#[test]
fn without_a_rule_of_the_protocol_the_simulation_fails() {
    for mutation in Mutation::ALL {
        let found = (0..seeds(60).max(60)).find_map(|seed| judge(&Run::of(seed, Some(mutation))).err());
        let why = found.unwrap_or_else(|| panic!("{mutation:?} was not noticed"));
        assert!(mutation.breaks().iter().any(|it| why.starts_with(it)), "{mutation:?}: {why}");
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let (one, other) = (Run::of(7, None), Run::of(7, None));
    assert_eq!(one.counts(), other.counts());
    assert_eq!(one.database.rows, other.database.rows);
}
