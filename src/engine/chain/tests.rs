//! A chain alone, with an agenda to book on.

use super::*;

const PROVIDER_ID: ProviderId = ProviderId(0);

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).expect("a time")
}

fn id(number: u32) -> TransferId {
    TransferId { provider_id: PROVIDER_ID, object: ObjectId { kind: 0, number: 7 }, number }
}

/// A sandbox that began at zero.
struct Fixture {
    chains: Chains,
    agenda: Agenda,
    now: Timestamp,
}

impl Fixture {
    fn new() -> Self {
        Self { chains: Chains::new(at(0)), agenda: Agenda::default(), now: at(0) }
    }

    fn watch(&mut self, number: u32, blockchain: Blockchain, wanted: u32, by_hand: bool) {
        let watch = Watch { object: id(number).object, number, blockchain, wanted, account: "" };
        assert!(self.chains.watch(&mut self.agenda, self.now, id(number), watch, by_hand));
    }

    /// Lets everything happen that is due until then, and returns when each live block came.
    fn pass(&mut self, millis: i64) -> Vec<i64> {
        let mut blocks = Vec::new();
        while let Some((moment, due)) = self.agenda.take(at(millis)) {
            if let Due::Block { transfer, generation } = due
                && self.chains.is_live(transfer, generation)
            {
                self.now = moment;
                self.chains.mine(&mut self.agenda, moment, transfer);
                blocks.push(moment.as_millisecond());
            }
        }
        self.now = at(millis);
        blocks
    }

    fn count(&self, number: u32) -> u32 {
        self.chains.get(id(number)).expect("watched").confirmations
    }

    fn undo(&mut self, blockchain: Blockchain, depth: u32) -> usize {
        self.chains.reorganise(&mut self.agenda, self.now, blockchain, depth)
    }
}

#[test]
fn blocks_fall_on_multiples_since_the_start() {
    for (blockchain, seen, blocks) in [
        (Blockchain::Btc, 0, vec![600_000, 1_200_000]),
        (Blockchain::Btc, 599_999, vec![600_000, 1_200_000]),
        (Blockchain::Btc, 600_000, vec![1_200_000, 1_800_000]),
        (Blockchain::Sol, 1_000, vec![1_200, 1_600]),
        (Blockchain::Arbitrum, 250, vec![500, 750]),
    ] {
        let mut fixture = Fixture::new();
        fixture.pass(seen);
        fixture.watch(0, blockchain, 2, false);
        assert_eq!(fixture.pass(10_000_000), blocks);
        assert_eq!(fixture.count(0), 2);
        assert_eq!(fixture.agenda.first(), None, "nothing is booked beyond what is wanted");
    }
}

#[test]
fn the_height_follows_from_the_time_and_from_what_was_undone() {
    let mut fixture = Fixture::new();
    fixture.pass(1_199_999);
    assert_eq!(fixture.chains.height(Blockchain::Btc, fixture.now), 1_000_001);
    assert_eq!(fixture.chains.height(Blockchain::Eth, fixture.now), 1_000_099);
    fixture.undo(Blockchain::Eth, 9);
    assert_eq!(fixture.chains.height(Blockchain::Eth, fixture.now), 1_000_090);
    assert_eq!(fixture.chains.height(Blockchain::Btc, fixture.now), 1_000_001);
}

#[test]
fn a_reorganisation_takes_confirmations_back_and_blocks_return_them() {
    let mut fixture = Fixture::new();
    fixture.watch(0, Blockchain::Doge, 4, false);
    fixture.pass(60_000);
    fixture.watch(1, Blockchain::Doge, 4, false);
    fixture.pass(180_000);
    assert_eq!((fixture.count(0), fixture.count(1)), (3, 2));
    assert_eq!(fixture.undo(Blockchain::Btc, 5), 0);
    assert_eq!(fixture.undo(Blockchain::Doge, 2), 2);
    assert_eq!((fixture.count(0), fixture.count(1)), (1, 0));
    assert_eq!(fixture.chains.get(id(1)).and_then(|it| it.block), None, "it waits to be mined again");
    assert_eq!(fixture.pass(1_000_000), [240_000, 240_000, 300_000, 300_000, 360_000, 360_000, 420_000]);
    assert_eq!((fixture.count(0), fixture.count(1)), (4, 4));
}

#[test]
fn a_transfer_that_lies_deep_is_not_reached() {
    let mut fixture = Fixture::new();
    fixture.watch(0, Blockchain::Doge, 2, false);
    fixture.pass(600_000);
    assert_eq!(fixture.undo(Blockchain::Doge, 8), 0, "ten blocks deep");
    assert_eq!(fixture.undo(Blockchain::Doge, 1), 1);
    assert_eq!(fixture.count(0), 1);
    assert_eq!(fixture.pass(2_000_000), [660_000]);
}

#[test]
fn by_hand_no_block_comes_and_actions_confirm() {
    let mut fixture = Fixture::new();
    fixture.watch(0, Blockchain::Btc, 6, true);
    assert_eq!(fixture.agenda.first(), None);
    let mut confirm = |number| fixture.chains.confirm(&mut fixture.agenda, at(5), id(0), number);
    assert_eq!([confirm(2), confirm(1), confirm(99), confirm(3)], [Some(2), Some(2), Some(6), Some(6)]);
    assert_eq!(fixture.chains.reorganise(&mut fixture.agenda, at(5), Blockchain::Btc, 4), 1);
    assert_eq!(fixture.count(0), 2);
    assert_eq!(fixture.agenda.iter().filter(|it| matches!(it.1, Due::Block { .. })).count(), 0);
    assert_eq!(fixture.chains.confirm(&mut fixture.agenda, at(5), id(9), 1), None);
}

#[test]
fn an_action_runs_ahead_of_the_blocks_and_they_go_on_from_there() {
    let mut fixture = Fixture::new();
    fixture.watch(0, Blockchain::Btc, 6, false);
    assert_eq!(fixture.chains.confirm(&mut fixture.agenda, fixture.now, id(0), 4), Some(4));
    assert_eq!(fixture.undo(Blockchain::Btc, 1), 1);
    assert_eq!(fixture.count(0), 3, "the blocks that the action pretended can be undone like any other");
    assert_eq!(fixture.pass(10_000_000), [600_000, 1_200_000, 1_800_000]);
}

#[test]
fn i21_the_longest_finished_goes_and_nothing_unfinished_does() {
    let mut fixture = Fixture::new();
    let object = id(0).object;
    fixture.watch(0, Blockchain::Btc, 0, false);
    (1..100_000).for_each(|it| fixture.watch(it, Blockchain::Btc, u32::from(it > 1), false));
    fixture.watch(100_000, Blockchain::Btc, 1, false);
    fixture.watch(100_001, Blockchain::Btc, 1, false);
    assert_eq!(fixture.chains.of(PROVIDER_ID, object).next().map(|it| it.0.number), Some(2));
    let more = Watch { object, number: 100_002, blockchain: Blockchain::Btc, wanted: 1, account: "" };
    assert!(!fixture.chains.watch(&mut fixture.agenda, fixture.now, id(100_002), more, false));
    fixture.chains.forget(PROVIDER_ID, object);
    assert!(fixture.chains.watch(&mut fixture.agenda, fixture.now, id(100_002), more, false));
    assert!(fixture.chains.is_sound(1) && !fixture.chains.is_sound(0));
}

#[test]
fn what_was_saved_is_what_is_read() {
    let mut fixture = Fixture::new();
    fixture.watch(0, Blockchain::Btc, 0, false);
    fixture.watch(1, Blockchain::Sol, 3, true);
    fixture.undo(Blockchain::Sol, 1);
    let saved = serde_json::to_value(&fixture.chains).expect("JSON");
    let read: Chains = serde_json::from_value(saved.clone()).expect("chains");
    assert_eq!(serde_json::to_value(&read).expect("JSON"), saved);
    assert_eq!(read.finished, fixture.chains.finished);
}
