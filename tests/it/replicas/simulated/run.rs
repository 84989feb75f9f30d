//! A run: machines with replicas, callers, and faults, until all faults have ended and every caller was served again.

use std::collections::{BTreeMap, VecDeque};

use rand::RngExt;

use super::callers::Caller;
use super::database::{Ask, Database, Mutation, Reply};
use super::replica::{Deed, Replica, Request};
use super::{Input, Millis, Network, Told};

const MACHINES: usize = 3;
const SANDBOXES: usize = 4;
const CALLERS: usize = 10;
const LEASE: Millis = 5_000;
/// Faults end at this moment.
const FAULTS_END: Millis = 60_000;
/// By then every caller was served again.
const END: Millis = 110_000;
/// A caller gives up after this time.
const PATIENCE: Millis = 12_000;

#[derive(Debug)]
enum Event {
    ToDatabase { machine: usize, replica: String, number: u64, ask: Ask },
    ToMachine { machine: usize, replica: Option<String>, what: Arrives },
    ToCaller { caller: usize, input: Input, told: Told },
    Turn(usize),
    Impatient(usize, Input),
    Tick(usize),
    Fault,
    Continues(usize),
    Restarts(usize),
    Healed,
}

#[derive(Debug)]
enum Arrives {
    Request(Request),
    Reply(u64, Reply),
}

struct Machine {
    replica: Option<Replica>,
    /// It is stopped: what arrives waits.
    stopped: Option<VecDeque<(Option<String>, Arrives)>>,
    starts: u64,
}

pub struct Run {
    pub database: Database,
    pub callers: Vec<Caller>,
    network: Network<Event>,
    machines: Vec<Machine>,
    mutation: Option<Mutation>,
    steps: u64,
    counted: BTreeMap<&'static str, u64>,
}

impl Run {
    pub fn of(seed: u64, mutation: Option<Mutation>) -> Self {
        let callers = (0..CALLERS).map(|it| Caller::new(it, it % SANDBOXES)).collect();
        let machines = (0..MACHINES).map(|_| Machine { replica: None, stopped: None, starts: 0 }).collect();
        let (database, network) = (Database::new(SANDBOXES, LEASE, mutation), Network::new(seed));
        let mut run = Self { database, callers, network, machines, mutation, steps: 0, counted: BTreeMap::new() };
        (0..MACHINES).for_each(|it| run.network.at(1, Event::Restarts(it)));
        (0..CALLERS).for_each(|it| run.network.at(10, Event::Turn(it)));
        run.network.at(2_000, Event::Fault);
        run.network.at(FAULTS_END, Event::Healed);
        while let Some(event) = run.network.next() {
            run.steps += 1;
            run.happen(event);
        }
        run
    }

    pub fn counts(&self) -> Vec<(&'static str, u64)> {
        let told = |what: fn(&Told) -> bool| self.callers.iter().flat_map(|it| &it.told).filter(|it| what(&it.1)).count() as u64;
        let mut counts: Vec<_> = self.counted.iter().map(|it| (*it.0, *it.1)).collect();
        counts.extend([
            ("steps", self.steps),
            ("heard", told(|it| matches!(it, Told::Heard(_)))),
            ("not applied", told(|it| *it == Told::NotApplied)),
            ("unknown", told(|it| *it == Told::Unknown)),
            ("claims", self.database.claims),
            ("taken over", self.database.taken_over),
            ("refused by fence", self.database.refused),
        ]);
        counts
    }

    fn count(&mut self, what: &'static str) {
        *self.counted.entry(what).or_default() += 1;
    }

    fn happen(&mut self, event: Event) {
        let now = self.network.now;
        match event {
            Event::ToDatabase { machine, replica, number, ask } => {
                let reply = self.database.hear(&replica, ask, now);
                self.network.send(Event::ToMachine { machine, replica: Some(replica), what: Arrives::Reply(number, reply) });
            }
            Event::ToMachine { machine, replica, what } => match &mut self.machines[machine].stopped {
                Some(waiting) => waiting.push_back((replica, what)),
                None => self.arrive(machine, replica, what),
            },
            Event::ToCaller { caller, input, told } => self.hear(caller, input, told),
            Event::Turn(caller) => self.call(caller),
            Event::Impatient(caller, input) => self.hear(caller, input, Told::Unknown),
            Event::Tick(machine) => {
                let machine_ = &mut self.machines[machine];
                if let (Some(replica), None) = (&mut machine_.replica, &machine_.stopped) {
                    replica.tick(now);
                    self.act(machine);
                }
                if now < END {
                    self.network.at(1_000, Event::Tick(machine));
                }
            }
            Event::Fault => self.strike(),
            Event::Continues(machine) => {
                for (replica, what) in self.machines[machine].stopped.take().into_iter().flatten() {
                    self.arrive(machine, replica, what);
                }
            }
            Event::Restarts(machine) => self.start(machine),
            Event::Healed => self.network.is_healed = true,
        }
    }

    fn start(&mut self, machine: usize) {
        let skew = self.network.rng.random_range(0..4_000);
        let it = &mut self.machines[machine];
        if it.replica.is_some() {
            return;
        }
        it.starts += 1;
        if it.starts == 1 {
            self.network.at(1, Event::Tick(machine));
        }
        let mut replica = Replica::new(format!("m{machine}-{}", it.starts), skew, self.mutation);
        replica.tick(self.network.now);
        it.replica = Some(replica);
        self.act(machine);
    }

    /// A machine dies, stops, or is told to hand over.
    fn strike(&mut self) {
        let (now, machine) = (self.network.now, self.network.rng.random_range(0..MACHINES));
        if FAULTS_END <= now {
            return;
        }
        let next = self.network.rng.random_range(300..6_000);
        self.network.at(next, Event::Fault);
        let lasts = self.network.rng.random_range(50..12_000);
        let it = &mut self.machines[machine];
        match (self.network.rng.random_range(0..3), &mut it.replica) {
            (0, Some(replica)) if it.stopped.is_none() => {
                replica.drain(now);
                self.act(machine);
            }
            (1, Some(_)) if it.stopped.is_none() => {
                it.stopped = Some(VecDeque::new());
                self.network.at(lasts, Event::Continues(machine));
            }
            (2, Some(_)) => self.end(machine, lasts),
            _ => {}
        }
    }

    fn end(&mut self, machine: usize, lasts: Millis) {
        let it = &mut self.machines[machine];
        (it.replica, it.stopped) = (None, None);
        self.network.at(lasts, Event::Restarts(machine));
    }

    fn arrive(&mut self, machine: usize, addressee: Option<String>, what: Arrives) {
        let now = self.network.now;
        let replica = self.machines[machine].replica.as_mut();
        let replica = replica.filter(|it| addressee.as_ref().is_none_or(|addressee| *addressee == it.id));
        match (replica, what) {
            (Some(replica), Arrives::Request(request)) => replica.hear(request, now),
            (Some(replica), Arrives::Reply(number, reply)) => replica.reply(number, reply, now),
            // A connection to a machine that is gone is refused: who has forwarded looks again.
            (None, Arrives::Request(request)) => {
                let back = Request { hop: None, ..request };
                match request.hop {
                    Some(from) => self.network.at(150, Event::ToMachine { machine: from, replica: None, what: Arrives::Request(back) }),
                    None => self.hear(request.caller, request.input, Told::NotApplied),
                }
                return;
            }
            (None, Arrives::Reply(..)) => return,
        }
        self.act(machine);
    }

    /// Does what a replica has decided.
    fn act(&mut self, machine: usize) {
        let Some(replica) = &mut self.machines[machine].replica else { return };
        let (id, deeds) = (replica.id.clone(), std::mem::take(&mut replica.deeds));
        let (lost, is_drained) = (std::mem::take(&mut replica.commits_lost), replica.is_drained());
        *self.counted.entry("answers of commits lost").or_default() += lost;
        for it in deeds {
            match it {
                Deed::Ask(number, ask) => _ = self.network.send(Event::ToDatabase { machine, replica: id.clone(), number, ask }),
                Deed::Tell { caller, input, told } => _ = self.network.send(Event::ToCaller { caller, input, told }),
                Deed::Forward(to, request) => {
                    self.count("forwarded");
                    let owner = to[1..2].parse().unwrap_or_default();
                    let what = Arrives::Request(Request { hop: Some(machine), ..request });
                    self.network.send(Event::ToMachine { machine: owner, replica: Some(to), what });
                }
                Deed::NotHere(from, request) => {
                    let what = Arrives::Request(Request { hop: None, ..request });
                    self.network.at(100, Event::ToMachine { machine: from, replica: None, what });
                }
                Deed::Later(request) => {
                    self.network.at(200, Event::ToMachine { machine, replica: None, what: Arrives::Request(request) });
                }
                Deed::HandedOver => self.count("handed over"),
            }
        }
        if is_drained {
            self.end(machine, 500);
        }
    }

    fn call(&mut self, caller: usize) {
        if END <= self.network.now {
            return;
        }
        let input = self.callers[caller].ask();
        let request = Request::new(caller, input, self.callers[caller].sandbox, self.network.now);
        let machine = self.network.rng.random_range(0..MACHINES);
        self.network.at(PATIENCE, Event::Impatient(caller, input));
        self.network.send(Event::ToMachine { machine, replica: None, what: Arrives::Request(request) });
    }

    fn hear(&mut self, caller: usize, input: Input, told: Told) {
        if self.callers[caller].hear(input, told) {
            let after = self.network.rng.random_range(20..300);
            self.network.at(after, Event::Turn(caller));
        }
    }
}
