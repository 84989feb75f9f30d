//! The machine, moving the objects of a provider that stands here alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::*;
use crate::engine::account::Account;
use crate::engine::agenda::Agenda;
use crate::engine::chain::Chains;
use crate::engine::clock::{Clock, Mode};
use crate::engine::core::Core;
use crate::engine::ids::ProviderId;
use crate::engine::log::{Change, Entry, Log, What};
use crate::engine::outbox::Outbox;
use crate::engine::rules::Rules;
use crate::engine::tables::audit::AuditTable;
use crate::engine::tables::{Asks, Contract, Index, Limit, Polls, Proof, Reach, Schedule};
use crate::engine::touched::Touched;
use crate::kit::evidence::Evidence::Assumed;
use crate::kit::time::{Duration, Uptime};

const HERE: Evidence = Assumed("a provider for one test");

static CONTRACT: Contract = Contract {
    slug: "toy",
    name: "Toy",
    about: "A provider for one test.",
    base_url: "https://toy.test",
    hosts: &[],
    account: "default",
    credentials: &[],
    sources: &[],
    operations: &[],
    actions: &[],
    lifecycles: Vec::new,
    pages: &[],
    errors: &[],
    error_body: &[],
    answer_headers: &[],
    presented: |_| None,
    refusal: |_| None,
    limit: Limit { error: "full", calls_max: 1, window: Duration::from_secs(1), evidence: HERE },
    events: &[],
    schedule: Schedule { waits: &[], time_limit: Duration::ZERO, evidence: HERE, time_limit_evidence: HERE },
    marks: &[],
    proof: Proof::Header("signature"),
    signing_credential: None,
    signed_of: None,
    request_signature: None,
    reach: Reach { late_payment: Duration::ZERO, signs_dates: false },
    audit: AuditTable {
        steps: "",
        amount: "",
        event_id: None,
        event_name: None,
        object: "",
        repeats: &[],
        proof: &[],
        refusal: 401,
        other_algorithm: None,
        rows: &[],
    },
    settings: &[],
    asks: Asks { once: &[], polls: Polls::of(&[]), fresh_dates: None },
    decisions: &[],
    index: &INDEX,
};

static INDEX: LazyLock<Index> = LazyLock::new(|| Index::of(&CONTRACT));

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Status {
    Open,
    Paid,
    Ended,
}

impl Word for Status {
    fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Ended => "ended",
        }
    }
}

use Status::{Ended, Open, Paid};

const fn row(on: On, from: &'static [Status], to: Status) -> Row<Status> {
    Row { on, from, to, event: None, evidence: HERE }
}

static BILL: Lifecycle<Status> = Lifecycle::new(
    "bill",
    &[
        row(On::Call("make"), &[], Open),
        row(On::Act("touch"), &[Open], Open),
        row(On::Act("see"), &[Open], Open),
        row(On::Deadline("until"), &[Open], Ended),
        row(On::Timer(Duration::from_secs(60)), &[Open], Open),
        row(On::Pace(Duration::from_secs(5)), &[Paid], Ended),
        row(On::Act("pay"), &[Open], Paid),
    ],
)
.whose_deadline_ends(On::Act("see"));

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Bill {
    number: u32,
    until: Timestamp,
    #[serde(flatten)]
    head: Head<Status>,
}

impl Indexed for Bill {
    type Index = ();
    type Keys = ();

    fn keys(&self) {}

    fn file(&self, _: u32, (): &mut ()) {}
}

/// The bills, and the rows whose hook was called.
#[derive(Default)]
struct Memory {
    bills: Store<Bill>,
    entered: Vec<(u32, String, Status)>,
}

impl Object for Bill {
    type Memory = Memory;
    type Status = Status;

    const TABLE: &'static Lifecycle<Status> = &BILL;

    fn store(memory: &Memory) -> &Store<Self> {
        &memory.bills
    }

    fn store_mut(memory: &mut Memory) -> &mut Store<Self> {
        &mut memory.bills
    }

    fn head(&self) -> &Head<Status> {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head<Status> {
        &mut self.head
    }

    fn object_id(&self) -> ObjectId {
        ObjectId { kind: 0, number: self.number.into() }
    }

    fn created_at(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn subject(&self) -> String {
        format!("bill {}", self.number)
    }

    fn account<'a>(&'a self, _: &'a Memory) -> Cow<'a, str> {
        "default".into()
    }

    fn deadline(&self) -> Option<Timestamp> {
        Some(self.until)
    }

    fn entered(memory: &mut Memory, _: &mut Context<'_>, number: u32, row: &'static Row<Status>) {
        let status = memory.bills.get(number).expect("it is kept before its hook").head.status();
        memory.entered.push((number, row.on.to_string(), status));
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

/// A sandbox that began at zero, with one bill that is open until second 100.
struct MemoryStage {
    core: Core,
    memory: Memory,
}

impl MemoryStage {
    fn new() -> Self {
        let core = Core {
            name: "default".to_owned(),
            seed: 1,
            run: 0,
            now: at(0),
            clock: Clock::new(Mode::Frozen, at(0), Uptime::START),
            agenda: Agenda::default(),
            chains: Chains::new(at(0)),
            outbox: Outbox::default(),
            log: Log::new(1_000_000),
            inboxes: BTreeMap::new(),
            rules: Rules::default(),
            paced_by_rules: BTreeSet::new(),
            spoilt: Vec::new(),
            secrets: Vec::new(),
            redirect: None,
            rotations: 0,
            touched: Touched::of(std::iter::once(&CONTRACT)),
            touched_before: Touched::default(),
            touched_elsewhere: Touched::default(),
            serving: None,
            accounts: vec![BTreeMap::from([("default".to_owned(), Account::new("default".to_owned(), BTreeMap::new()))])],
        };
        let mut own = Self { core, memory: Memory::default() };
        own.with(|memory, cx| born(memory, cx, Bill { number: 1, until: at(100), head: Head::default() }, On::Call("make")));
        own
    }

    fn with<T>(&mut self, call: impl FnOnce(&mut Memory, &mut Context<'_>) -> T) -> T {
        let mut cx = Context::new(&mut self.core, ProviderId(0), &CONTRACT, Uptime::START);
        call(&mut self.memory, &mut cx)
    }

    fn act(&mut self, name: &'static str) -> Option<Status> {
        self.with(|memory, cx| take::<Bill>(memory, cx, 1, On::Act(name))).map(|it| it.to)
    }

    fn head(&self) -> (Status, u32) {
        let head = self.memory.bills.get(1).expect("the bill").head;
        (head.status(), head.generation())
    }

    /// What stands on the agenda for the bill as it is: when, and for which row.
    fn booked(&self) -> Vec<(i64, u8)> {
        let live = |due: &Due| {
            if let Due::Row { generation, row, .. } = due { Some(*row).filter(|_| *generation == self.head().1) } else { None }
        };
        self.core.agenda.iter().filter_map(|(at, due)| Some((at.as_second(), live(due)?))).collect()
    }

    /// The log's changes: from, to, and the row.
    fn lines(&self) -> Vec<String> {
        let change = |it: &Entry| if let What::Change(change) = &it.what { Some(change.clone()) } else { None };
        let line = |it: Change| {
            let row = it.row.as_ref().map_or(u8::MAX, |it| it.row);
            format!("{} {}>{} {} {row}", it.subject, it.from, it.to, it.cause)
        };
        self.core.log.entries().filter_map(change).map(line).collect()
    }
}

#[test]
fn a_birth_is_written_down_and_books_its_timers() {
    let own = MemoryStage::new();
    assert_eq!(own.head(), (Open, 0));
    assert_eq!(own.lines(), ["bill 1 >open call make 0"]);
    assert_eq!(own.booked(), [(60, 4), (100, 3)]);
    assert_eq!(own.memory.entered, [(1, "call make".to_owned(), Open)]);
}

#[test]
fn a_step_raises_the_generation_and_calls_the_hook_in_the_new_status() {
    let mut own = MemoryStage::new();
    assert_eq!((own.act("pay"), own.head()), (Some(Paid), (Paid, 1)));
    assert_eq!(own.booked(), [(5, 5)], "timers of the status before have fallen through");
    assert_eq!(own.memory.entered.last(), Some(&(1, "act pay".to_owned(), Paid)));
    assert_eq!((own.act("pay"), own.head()), (None, (Paid, 1)), "no such row starts there");
    assert_eq!((own.lines().len(), own.memory.entered.len()), (2, 2));
}

#[test]
fn a_timer_leaves_the_status_and_the_other_timers() {
    let mut own = MemoryStage::new();
    own.with(|memory, cx| fire::<Bill>(memory, cx, 1, 4));
    assert_eq!(own.head(), (Open, 0));
    assert_eq!(own.lines().last().map(String::as_str), Some("bill 1 open>open after 1m 4"));
    assert!(own.booked().contains(&(100, 3)));
    own.act("pay");
    own.with(|memory, cx| fire::<Bill>(memory, cx, 1, 4));
    assert_eq!(own.lines().len(), 3, "the object has moved on");
}

#[test]
fn a_deadline_survives_a_step_unless_the_table_says_that_it_ends() {
    let mut own = MemoryStage::new();
    own.core.now = at(30);
    assert_eq!((own.act("touch"), own.head()), (Some(Open), (Open, 1)));
    assert_eq!(own.booked(), [(90, 4), (100, 3)]);
    own.act("see");
    assert_eq!(own.booked(), [(90, 4)]);
    let table = StatusTable::of(&[Open, Paid, Ended], &BILL);
    let ending: Vec<On> = table.rows.iter().filter(|it| it.ends_deadline).map(|it| it.on).collect();
    assert_eq!(ending, [On::Act("see")]);
}

#[test]
fn an_object_that_is_placed_leaves_no_line() {
    let mut own = MemoryStage::new();
    let number = own.with(|memory, cx| placed(memory, cx, Bill { number: 2, until: at(7), head: Head::default() }, Open));
    assert_eq!((number, own.lines().len(), own.memory.entered.len()), (2, 1, 1));
    assert!(own.core.agenda.iter().any(|(moment, _)| moment == at(7)), "its timers are booked");
}

#[test]
fn a_head_is_saved_with_its_object() {
    let mut own = MemoryStage::new();
    own.act("pay");
    let saved = serde_json::to_value(&own.memory.bills).expect("JSON");
    assert_eq!(saved[0]["status"], "Paid");
    own.memory.bills = serde_json::from_value(saved).expect("a store");
    assert_eq!(own.head(), (Paid, 1));
    assert!(serde_json::from_str::<Head<Status>>(r#"{"status":null,"generation":0}"#).is_err(), "an unborn object is not one");
}
