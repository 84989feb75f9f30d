//! A chain alone, with an agenda to book on.

use super::*;

const SEAT: ProviderId = ProviderId(0);

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).expect("a time")
}

fn id(number: u32) -> TransferId {
    TransferId { provider_id: SEAT, object: ObjectId { kind: 0, number: 7 }, number }
}

/// A sandbox that began at zero.
struct MemoryStage {
    chains: Chains,
    agenda: Agenda,
    now: Timestamp,
}

impl MemoryStage {
    fn new() -> Self {
        Self { chains: Chains::new(at(0)), agenda: Agenda::default(), now: at(0) }
    }

    fn watch(&mut self, number: u32, blockchain: Blockchain, wanted: u32, by_hand: bool) {
        let watch = Watch { object: id(number).object, number, blockchain, wanted, account: "" };
        assert!(self.chains.watch(&mut self.agenda, self.now, id(number), watch, by_hand));
    }

    /// Plays what is due until then, and says when each live block came.
    fn pass(&mut self, millis: i64) -> Vec<i64> {
        let mut blocks = Vec::new();
        while let Some((moment, due)) = self.agenda.take(at(millis)) {
            if let Due::Block { transfer, turn } = due
                && self.chains.is_live(transfer, turn)
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
        let mut bench = MemoryStage::new();
        bench.pass(seen);
        bench.watch(0, blockchain, 2, false);
        assert_eq!(bench.pass(10_000_000), blocks);
        assert_eq!(bench.count(0), 2);
        assert_eq!(bench.agenda.first(), None, "nothing is booked beyond what is wanted");
    }
}

#[test]
fn the_height_follows_from_the_time_and_from_what_was_undone() {
    let mut bench = MemoryStage::new();
    bench.pass(1_199_999);
    assert_eq!(bench.chains.height(Blockchain::Btc, bench.now), 1_000_001);
    assert_eq!(bench.chains.height(Blockchain::Eth, bench.now), 1_000_099);
    bench.undo(Blockchain::Eth, 9);
    assert_eq!(bench.chains.height(Blockchain::Eth, bench.now), 1_000_090);
    assert_eq!(bench.chains.height(Blockchain::Btc, bench.now), 1_000_001);
}

#[test]
fn a_reorganisation_takes_confirmations_back_and_blocks_return_them() {
    let mut bench = MemoryStage::new();
    bench.watch(0, Blockchain::Doge, 4, false);
    bench.pass(60_000);
    bench.watch(1, Blockchain::Doge, 4, false);
    bench.pass(180_000);
    assert_eq!((bench.count(0), bench.count(1)), (3, 2));
    assert_eq!(bench.undo(Blockchain::Btc, 5), 0);
    assert_eq!(bench.undo(Blockchain::Doge, 2), 2);
    assert_eq!((bench.count(0), bench.count(1)), (1, 0));
    assert_eq!(bench.chains.get(id(1)).and_then(|it| it.block), None, "it waits to be mined again");
    assert_eq!(bench.pass(1_000_000), [240_000, 240_000, 300_000, 300_000, 360_000, 360_000, 420_000]);
    assert_eq!((bench.count(0), bench.count(1)), (4, 4));
}

#[test]
fn a_transfer_that_lies_deep_is_not_reached() {
    let mut bench = MemoryStage::new();
    bench.watch(0, Blockchain::Doge, 2, false);
    bench.pass(600_000);
    assert_eq!(bench.undo(Blockchain::Doge, 8), 0, "ten blocks deep");
    assert_eq!(bench.undo(Blockchain::Doge, 1), 1);
    assert_eq!(bench.count(0), 1);
    assert_eq!(bench.pass(2_000_000), [660_000]);
}

#[test]
fn by_hand_no_block_comes_and_actions_confirm() {
    let mut bench = MemoryStage::new();
    bench.watch(0, Blockchain::Btc, 6, true);
    assert_eq!(bench.agenda.first(), None);
    let mut confirm = |number| bench.chains.confirm(&mut bench.agenda, at(5), id(0), number);
    assert_eq!([confirm(2), confirm(1), confirm(99), confirm(3)], [Some(2), Some(2), Some(6), Some(6)]);
    assert_eq!(bench.chains.reorganise(&mut bench.agenda, at(5), Blockchain::Btc, 4), 1);
    assert_eq!(bench.count(0), 2);
    assert_eq!(bench.agenda.iter().filter(|it| matches!(it.1, Due::Block { .. })).count(), 0);
    assert_eq!(bench.chains.confirm(&mut bench.agenda, at(5), id(9), 1), None);
}

#[test]
fn an_action_runs_ahead_of_the_blocks_and_they_go_on_from_there() {
    let mut bench = MemoryStage::new();
    bench.watch(0, Blockchain::Btc, 6, false);
    assert_eq!(bench.chains.confirm(&mut bench.agenda, bench.now, id(0), 4), Some(4));
    assert_eq!(bench.undo(Blockchain::Btc, 1), 1);
    assert_eq!(bench.count(0), 3, "the blocks that the action pretended can be undone like any other");
    assert_eq!(bench.pass(10_000_000), [600_000, 1_200_000, 1_800_000]);
}

#[test]
fn i21_the_longest_finished_goes_and_nothing_unfinished_does() {
    let mut bench = MemoryStage::new();
    let object = id(0).object;
    bench.watch(0, Blockchain::Btc, 0, false);
    (1..100_000).for_each(|it| bench.watch(it, Blockchain::Btc, u32::from(it > 1), false));
    bench.watch(100_000, Blockchain::Btc, 1, false);
    bench.watch(100_001, Blockchain::Btc, 1, false);
    assert_eq!(bench.chains.of(SEAT, object).next().map(|it| it.0.number), Some(2));
    let more = Watch { object, number: 100_002, blockchain: Blockchain::Btc, wanted: 1, account: "" };
    assert!(!bench.chains.watch(&mut bench.agenda, bench.now, id(100_002), more, false));
    bench.chains.forget(SEAT, object);
    assert!(bench.chains.watch(&mut bench.agenda, bench.now, id(100_002), more, false));
    assert!(bench.chains.is_sound(1) && !bench.chains.is_sound(0));
}

#[test]
fn what_was_saved_is_what_is_read() {
    let mut bench = MemoryStage::new();
    bench.watch(0, Blockchain::Btc, 0, false);
    bench.watch(1, Blockchain::Sol, 3, true);
    bench.undo(Blockchain::Sol, 1);
    let saved = serde_json::to_value(&bench.chains).expect("JSON");
    let read: Chains = serde_json::from_value(saved.clone()).expect("chains");
    assert_eq!(serde_json::to_value(&read).expect("JSON"), saved);
    assert_eq!(read.finished, bench.chains.finished);
}
