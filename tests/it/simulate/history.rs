//! A sandbox follows from its beginning and what came in: a replay from each snapshot is the run.

use std::time::Duration;

use playmoney::inside::engine::delivery::{Failure, Outcome, Outgoing};
use playmoney::inside::engine::start::Start;
use playmoney::inside::providers;
use playmoney::inside::sandbox::history::file::{Header, Place, Writer};
use playmoney::inside::sandbox::history::{Capsule, state_of};
use playmoney::inside::sandbox::{Sandbox, Ticket, Work};
use playmoney::inside::scenario::{self, Known};
use playmoney::inside::stage::{INBOXES, MemoryStage, play};
use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::{always, arbitrary, cryptopay, qbitpay, quantapay, quoine};
use crate::tape::{SHOP, Tape};

const PERFORM: &str = concat!(
    r#"POST /quantum-payouts/api/v1/performPayout {"orderNumber":"A","amount":1500,"#,
    r#""description":"d","target":{"pan":"4111111111111111"}}"#
);

pub fn any_tape() -> BoxedStrategy<Vec<String>> {
    prop_oneof![arbitrary::tape(), cryptopay::tape(), qbitpay::tape(), quantapay::tape(), quoine::tape()].boxed()
}

/// The ways in which a clock can run, as a line of a tape.
pub fn clocks() -> impl Strategy<Value = &'static str> {
    select(&["", "", "control POST clock/resume", "control POST clock/scale {\"rate\":60}", "control POST clock/scale {\"rate\":0.37}"][..])
}

/// A sandbox whose history is so short.
pub fn shop(history_bytes_max: usize) -> Tape {
    Tape::new(Start { webhook_url: Some(SHOP.to_owned()), history_bytes_max, ..Start::default() })
}

/// A replay of the capsule gives this sandbox, to the byte, and so does a replay of its file.
pub fn replays(capsule: &Capsule, sandbox: &Sandbox) {
    let read = Capsule::read(&capsule.write()).expect("a capsule");
    assert_eq!((read.inputs(), read.hash(), read.dropped()), (capsule.inputs(), capsule.hash(), capsule.dropped()));
    for capsule in [capsule, &read] {
        let (replay, compared) = capsule.replay(None).expect("a beginning");
        compared.unwrap_or_else(|it| panic!("{it}"));
        assert_eq!((replay.hash(), replay.inputs()), (capsule.hash(), capsule.dropped() + capsule.inputs()));
        let at = replay.latest();
        let [own, other] = [replay.sandbox(), sandbox].map(|it| state_of(it.world(), at));
        assert!(own == other, "the states differ:\n{}\n{}", String::from_utf8_lossy(&own), String::from_utf8_lossy(&other));
    }
}

#[test]
fn i7_a_replay_from_the_start_and_from_each_snapshot_is_the_run() {
    let strategy = (any_tape(), clocks(), any::<u32>(), prop_oneof![select(&[64 * 1024 * 1024][..]), 6_000..60_000_usize]);
    always(120, &strategy, |(tape, clock, places, bytes_max)| {
        let mut shop = shop(bytes_max);
        shop.play(clock);
        for (n, line) in tape.iter().enumerate() {
            shop.play(line);
            if places >> (n % 32) & 1 == 1 {
                shop.run_for(Duration::from_millis(u64::from(places % 9_000)));
            }
            assert!(shop.sandbox.history_bytes() <= bytes_max);
        }
        let capsules = shop.sandbox.capsules();
        let first = capsules.first().map_or(0, Capsule::dropped);
        assert!(0 < first || bytes_max < 64 * 1024 * 1024 || capsules.len() == 1);
        for it in &capsules {
            replays(it, &shop.sandbox);
        }
    });
}

/// What happens next to a sandbox with many callers.
#[derive(Clone, Copy, Debug)]
pub enum Deed {
    Ask,
    Poll,
    Leave,
    HalfClose,
    Lose,
    Settle,
    Drain,
    Wait,
}

/// Callers and receivers that come, go, and answer in any order.
pub struct Crowd {
    pub tape: Tape,
    waiting: Vec<Ticket>,
    gone: Vec<Ticket>,
    under_way: Vec<Outgoing>,
}

impl Crowd {
    pub fn new(tape: Tape) -> Self {
        Self { tape, waiting: Vec::new(), gone: Vec::new(), under_way: Vec::new() }
    }

    pub fn do_next(&mut self, deed: Deed, n: usize, lines: &mut std::vec::IntoIter<String>) {
        let (uptime, place) = (self.tape.uptime, |len: usize| n.checked_rem(len));
        match deed {
            Deed::Ask => {
                let mut line = String::new();
                while let Some(request) = lines.next().map(|it| {
                    line = it;
                    self.tape.request(&line)
                }) {
                    let Some(request) = request else { continue };
                    let ticket = self.tape.sandbox.handle(uptime, request);
                    self.waiting.push(ticket);
                    return;
                }
            }
            Deed::Poll => {
                let Some(ticket) = place(self.waiting.len()).map(|it| self.waiting[it]) else { return };
                let Some(answered) = self.tape.sandbox.poll_unfinished(uptime, ticket) else { return };
                match answered.work {
                    Some(Work::Before(before)) => self.tape.sandbox.hear_rest(uptime, ticket, before.finish()),
                    Some(Work::Later(later)) => self.tape.sandbox.made(ticket, &later.finish()),
                    None => {
                        self.waiting.retain(|it| *it != ticket);
                        self.gone.push(ticket);
                    }
                }
            }
            Deed::Leave => {
                let Some(place) = place(self.waiting.len()) else { return };
                let ticket = self.waiting.remove(place);
                self.tape.sandbox.give_up(uptime, ticket);
            }
            Deed::HalfClose => {
                let Some(ticket) = place(self.waiting.len()).map(|it| self.waiting[it]) else { return };
                self.tape.sandbox.half_close(uptime, ticket);
            }
            Deed::Lose => {
                let Some(ticket) = self.gone.last() else { return };
                self.tape.sandbox.tell_again(*ticket);
            }
            Deed::Settle => {
                let Some(place) = place(self.under_way.len()) else { return };
                let outgoing = self.under_way.remove(place);
                let outcomes = [Outcome::status(200), Outcome::status(500), Outcome::failed(Failure::Timeout)];
                self.tape.sandbox.settle(uptime, &outgoing, outcomes[n % 3].clone());
            }
            Deed::Drain => self.under_way.extend(std::iter::from_fn(|| self.tape.sandbox.poll_outgoing())),
            Deed::Wait => {
                self.tape.uptime.elapsed += Duration::from_millis(n as u64 * 7);
                self.tape.sandbox.tick(self.tape.uptime);
            }
        }
    }
}

/// Deeds in any order, each with a number that says whose.
pub fn deeds() -> impl Strategy<Value = Vec<(Deed, usize)>> {
    use Deed::{Ask, Drain, HalfClose, Leave, Lose, Poll, Settle, Wait};
    let deed = select(&[Ask, Ask, Ask, Ask, Poll, Poll, Poll, Leave, HalfClose, Lose, Settle, Settle, Drain, Drain, Wait][..]);
    vec((deed, 0..1_000_usize), 1..90)
}

/// The lines of a tape that make requests.
pub fn requests_of(tape: &[String]) -> std::vec::IntoIter<String> {
    let is_request = |it: &String| !["merchant", "wait", "restart"].iter().any(|word| it.starts_with(word));
    tape.iter().flat_map(|it| it.lines()).map(str::to_owned).filter(is_request).collect::<Vec<_>>().into_iter()
}

#[test]
fn i7_no_order_of_callers_and_receivers_is_lost() {
    let strategy = (any_tape(), clocks(), deeds(), prop_oneof![select(&[64 * 1024 * 1024][..]), 6_000..60_000_usize]);
    always(120, &strategy, |(tape, clock, deeds, bytes_max)| {
        let mut tape_of_shop = shop(bytes_max);
        tape_of_shop.play(clock);
        let mut crowd = Crowd::new(tape_of_shop);
        let mut lines = requests_of(&tape);
        for (deed, n) in deeds {
            crowd.do_next(deed, n, &mut lines);
        }
        for it in crowd.tape.sandbox.capsules() {
            replays(&it, &crowd.tape.sandbox);
        }
    });
}

#[test]
fn i10_what_is_behind_an_input_is_not_played() {
    always(40, &(any_tape(), 0..40_u64), |(tape, until)| {
        let mut whole = shop(64 * 1024 * 1024);
        whole.play(&tape.join("\n"));
        let capsule = whole.sandbox.capsule().expect("a history");
        let (replay, compared) = capsule.replay(Some(until)).expect("a beginning");
        assert_eq!(compared, Ok(()));
        assert_eq!(replay.inputs(), until.min(capsule.inputs()));
    });
}

/// A small history with everything of which a file has another part: a call, an action, a webhook with its answer.
fn small() -> Capsule {
    let mut shop = shop(64 * 1024 * 1024);
    shop.play("merchant 500 200");
    shop.play(PERFORM);
    shop.play("advance 2m");
    shop.sandbox.capsule().expect("a history")
}

#[test]
fn a_file_with_another_byte_is_refused_with_its_place() {
    let file = small().write();
    assert!(Capsule::read(&file).is_ok());
    let head = file.iter().position(|it| *it == b'\n').expect("a line") + 1;
    for at in 0..file.len() {
        for change in [0x01, 0x20, 0x80, 0xFF] {
            let mut damaged = file.clone();
            damaged[at] ^= change;
            let why = Capsule::read(&damaged).err().unwrap_or_else(|| panic!("byte {at} ^ {change}"));
            assert!(!matches!(why.at, Place::Byte(it) if at < it), "byte {at}: {why}");
            assert!(why.to_string().starts_with("byte ") || why.to_string().starts_with("at its end: "), "{why}");
        }
        let why = Capsule::read(&file[..at]).err().unwrap_or_else(|| panic!("{at} bytes"));
        assert!(head <= at || why.at == Place::Byte(0) || at == 0, "{at} bytes: {why}");
    }
    let mut packed = Writer::new(&Header::new("1".to_owned(), "default".to_owned(), 1, 0));
    packed.line(&serde_json::json!({"start": 7}));
    let why = Capsule::read(&packed.end()).err().expect("refused").to_string();
    assert!(why.starts_with("line 1 of what is packed: it cannot be read: "), "{why}");
    let why = Capsule::read(&[&file[..], b"x"].concat()).err().expect("refused");
    assert_eq!(why.to_string(), format!("byte {}: something follows its end", file.len()));
}

#[test]
fn the_first_line_is_plain_and_another_format_is_refused() {
    let file = small().write();
    let line = file.split(|it| *it == b'\n').next().expect("a line");
    let header: serde_json::Value = serde_json::from_slice(line).expect("JSON");
    let inputs = header["inputs"].as_u64().expect("a number");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        header,
        serde_json::json!({"playmoney_capsule": 1, "version": version, "sandbox": "default", "inputs": inputs, "contains_secrets": true})
    );
    let other = br#"{"playmoney_capsule": 2}"#;
    let sum = flate2_sum(other);
    let refused = |file: &[u8]| Capsule::read(file).err().expect("refused").to_string();
    let why = refused(&[&other[..], b"\n", &sum].concat());
    assert_eq!(why, "byte 0: the capsule has the format 2, and this Playmoney reads the format 1");
    assert_eq!(refused(b"{}\n0000"), "byte 0: the first line is damaged, or this is not a capsule");
    assert_eq!(refused(b"\x7fELF"), "byte 0: this is not a capsule: it does not begin with a line of JSON");
}

/// The checksum that stands behind a first line.
fn flate2_sum(line: &[u8]) -> [u8; 4] {
    let mut crc = u32::MAX;
    for byte in line.iter().chain(b"\n") {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    (!crc).to_le_bytes()
}

#[test]
fn a_replay_names_the_first_difference() {
    let mut shop = shop(64 * 1024 * 1024);
    shop.play("GET /quantum-payouts/api/v1/features");
    // A change that came in past every door.
    shop.sandbox.world_mut().core.seed = 99;
    shop.play(PERFORM);
    let (_, compared) = shop.sandbox.capsule().expect("a history").replay(None).expect("a beginning");
    let difference = compared.expect_err("another seed draws otherwise");
    assert_eq!((difference.input, difference.about.as_str()), (2, "POST /quantum-payouts/api/v1/performPayout"));
    assert!(difference.expected.starts_with("the webhook dlv-1 attempt 1 with 205 bytes (hash "), "{difference}");
    assert!(difference.came.contains(": {"), "{difference}");
}

#[test]
fn i21_a_history_that_cannot_begin_anew_is_refused_until_it_can() {
    let mut shop = shop(20_000);
    let wait = serde_json::json!({"operation": "quoine.createInvoice", "timeout": "60s"});
    let waiter = shop.sandbox.handle(shop.uptime, Tape::control("POST", "requests/wait", &wait));
    let long = format!("GET /quantum-payouts/api/v1/features {}", "x".repeat(6_000));
    for _ in 0..5 {
        shop.play(&long);
        assert!(shop.sandbox.history_bytes() <= 20_000);
    }
    let refused = shop.ask(Tape::control("GET", "capsule", &serde_json::Value::Null));
    assert_eq!(refused.status, 503);
    assert!(String::from_utf8_lossy(&refused.body).contains("history_dropped"));
    shop.sandbox.give_up(shop.uptime, waiter);
    shop.play(&long);
    let capsule = shop.sandbox.capsule().expect("it has begun anew");
    assert!(0 < capsule.dropped() && capsule.inputs() < 10, "{} {}", capsule.dropped(), capsule.inputs());
    replays(&capsule, &shop.sandbox);
}

/// The YAML files below a folder.
fn files_below(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for it in std::fs::read_dir(folder).expect("a folder") {
        let path = it.expect("an entry").path();
        if path.is_dir() {
            files_below(&path, found);
        } else if path.extension().is_some_and(|it| it == "yaml") {
            found.push(path);
        }
    }
}

#[test]
fn i7_each_scenario_is_played_again_out_of_its_file() {
    let contracts: Vec<_> = providers::all().iter().map(|it| it.contract()).collect();
    let mut files = Vec::new();
    files_below(std::path::Path::new("scenarios"), &mut files);
    let mut with_setup = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).expect("text");
        let known = Known { contracts: &contracts, environment: None };
        let Ok(scenario) = scenario::parse("scenario.yaml", &text, known) else { continue };
        let start = Start { webhook_url: Some(INBOXES.to_owned()), judged_by_simulated_time: true, ..Start::default() };
        let mut stage = MemoryStage::new(scenario.apply_to(start));
        play(&scenario, &mut stage);
        let sandbox = stage.into_sandbox();
        with_setup += usize::from(sandbox.world().start.setup.is_some());
        let capsule = sandbox.capsule().expect("a history");
        println!("{}", file.display());
        replays(&capsule, &sandbox);
    }
    assert!(30 < with_setup, "{with_setup}");
}
