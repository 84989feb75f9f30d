//! One replica: its desk, the sandboxes in its memory, and what it has asked the database.

use std::collections::BTreeMap;

use playmoney::inside::edge::replicas::tenure::{Claim, Desk, Fate, Fence, Way, fate};

use super::database::{Ask, Mutation, Reply};
use super::{Input, Millis, Told};

/// A question to the database whose answer has not come by then is taken for lost.
const ANSWER_TIME_MAX: Millis = 2_000;
/// A request that could not be heard anywhere by then is refused.
const REQUEST_TIME_MAX: Millis = 9_000;

#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub caller: usize,
    pub input: Input,
    pub sandbox: usize,
    /// When it is refused.
    pub until: Millis,
    /// The machine that has forwarded it.
    pub hop: Option<usize>,
}

impl Request {
    pub fn new(caller: usize, input: Input, sandbox: usize, now: Millis) -> Self {
        Self { caller, input, sandbox, until: now + REQUEST_TIME_MAX, hop: None }
    }
}

/// What a replica does.
#[derive(Debug)]
pub enum Deed {
    Ask(u64, Ask),
    Tell {
        caller: usize,
        input: Input,
        told: Told,
    },
    /// To the replica of that name.
    Forward(String, Request),
    /// The machine that has forwarded it asks again.
    NotHere(usize, Request),
    /// It looks again a little later.
    Later(Request),
    HandedOver,
}

/// A sandbox in memory.
#[derive(Debug, Default)]
struct Memory {
    fence: Fence,
    heard: Vec<Input>,
    kept: i64,
    /// Heard, and not written yet.
    pending: Vec<(Request, usize)>,
    writing: Vec<(Request, usize)>,
}

pub struct Replica {
    pub id: String,
    /// How far its own clock is ahead.
    skew: Millis,
    desk: Desk,
    memories: BTreeMap<usize, Memory>,
    waiting: BTreeMap<usize, Vec<Request>>,
    asked: BTreeMap<u64, (Millis, Ask)>,
    asks: u64,
    mutation: Option<Mutation>,
    pub deeds: Vec<Deed>,
    pub commits_lost: u64,
    now: Millis,
}

fn key(sandbox: usize) -> String {
    format!("s{sandbox}")
}

impl Replica {
    pub fn new(id: String, skew: Millis, mutation: Option<Mutation>) -> Self {
        let (memories, waiting, asked) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { id, skew, desk: Desk::default(), memories, waiting, asked, asks: 0, mutation, deeds: Vec::new(), commits_lost: 0, now: 0 }
    }

    fn ask(&mut self, ask: Ask) {
        self.asks += 1;
        self.asked.insert(self.asks, (self.now, ask.clone()));
        self.deeds.push(Deed::Ask(self.asks, ask));
    }

    fn tell(&mut self, request: Request, told: Told) {
        self.deeds.push(Deed::Tell { caller: request.caller, input: request.input, told });
    }

    /// It renews its lease, and takes for lost what was not answered.
    pub fn tick(&mut self, now: Millis) {
        self.now = now;
        let late: Vec<u64> = self.asked.iter().filter(|it| it.1.0 + ANSWER_TIME_MAX < now).map(|it| *it.0).collect();
        for it in late {
            if let Some((_, ask)) = self.asked.remove(&it) {
                self.miss(ask);
            }
        }
        if !self.asked.values().any(|it| matches!(it.1, Ask::Renew)) {
            self.ask(Ask::Renew);
        }
    }

    /// The connection has broken before the answer came.
    fn miss(&mut self, ask: Ask) {
        match ask {
            Ask::Renew => {}
            Ask::Claim { name, .. } => self.give_up_claim(name),
            Ask::Write { name, fence, before, .. } => {
                self.commits_lost += 1;
                self.ask(Ask::Look { name, fence, piece: before + 1 });
            }
            Ask::Look { .. } | Ask::Release { .. } => self.ask(ask),
        }
    }

    pub fn hear(&mut self, request: Request, now: Millis) {
        self.now = now;
        if request.until <= now {
            return self.tell(request, Told::NotApplied);
        }
        let (name, key) = (request.sandbox, key(request.sandbox));
        match self.desk.ask(&key) {
            Way::Here(_) => self.take_in(name, request),
            Way::Wait => self.waiting.entry(name).or_default().push(request),
            Way::Claim => {
                self.waiting.entry(name).or_default().push(request);
                self.ask(Ask::Claim { name, clock: self.now + self.skew });
            }
            Way::Elsewhere => match request.hop {
                Some(from) => self.deeds.push(Deed::NotHere(from, request)),
                None => self.tell(request, Told::NotApplied),
            },
        }
    }

    fn take_in(&mut self, name: usize, request: Request) {
        let early = self.mutation == Some(Mutation::AnsweredEarly);
        let memory = self.memories.entry(name).or_default();
        let place = memory.heard.len();
        memory.heard.push(request.input);
        memory.pending.push((request, place));
        if early {
            self.tell(request, Told::Heard(place));
        }
        self.write(name);
    }

    /// Writes what has gathered, if nothing is being written.
    fn write(&mut self, name: usize) {
        let Some(memory) = self.memories.get_mut(&name) else { return };
        if memory.writing.is_empty() && !memory.pending.is_empty() {
            memory.writing = std::mem::take(&mut memory.pending);
            self.write_again(name);
        } else if memory.writing.is_empty()
            && let Some(fence) = self.desk.fence(&key(name))
            && !self.desk.held().any(|it| it.0 == key(name))
        {
            self.ask(Ask::Release { name, fence }); // it leaves, and all of it is kept
        }
    }

    fn write_again(&mut self, name: usize) {
        let Some(memory) = self.memories.get(&name) else { return };
        let inputs = memory.writing.iter().map(|it| it.0.input).collect();
        self.ask(Ask::Write { name, fence: memory.fence, before: memory.kept, inputs });
    }

    pub fn reply(&mut self, number: u64, reply: Reply, now: Millis) {
        self.now = now;
        if self.asked.remove(&number).is_none() {
            return; // its connection was given up
        }
        match reply {
            Reply::Renewed => {}
            Reply::Claimed { name, claim, fence, inputs, kept } => self.claimed(name, &claim, (fence, inputs, kept)),
            Reply::Written { name, is_kept: true, .. } => self.kept(name),
            Reply::Written { name, fence, is_kept: false } => {
                let piece = self.memories.get(&name).map_or(0, |it| it.kept + 1);
                self.ask(Ask::Look { name, fence, piece });
            }
            Reply::Looked { name, fence, row, found } => {
                let before = self.memories.get(&name).map_or(0, |it| it.kept);
                match fate(Some(&row), &self.id, fence, (before, before + 1), found) {
                    Fate::Kept => self.kept(name),
                    Fate::Again => self.write_again(name),
                    Fate::Lost => self.drop_sandbox(name, Told::NotApplied),
                    Fate::Unknown => self.drop_sandbox(name, Told::Unknown),
                }
            }
            Reply::Released { name } => {
                if let Some(fence) = self.desk.fence(&key(name)) {
                    self.desk.end(&key(name), fence);
                }
                self.memories.remove(&name);
                self.deeds.push(Deed::HandedOver);
                self.wake(name);
            }
        }
    }

    fn claimed(&mut self, name: usize, claim: &Claim, (fence, inputs, kept): (Fence, Vec<Input>, i64)) {
        match claim {
            Claim::Granted => {
                self.memories.insert(name, Memory { fence, heard: inputs, kept, ..Memory::default() });
                if !self.desk.hold(&key(name), fence) {
                    self.write(name);
                }
                self.wake(name);
            }
            Claim::Held { by, .. } => {
                self.desk.forget_claim(&key(name));
                for it in self.waiting.remove(&name).unwrap_or_default() {
                    // One hop at most: who has sent it on finds the owner anew.
                    self.deeds.push(match it.hop {
                        Some(from) => Deed::NotHere(from, it),
                        None => Deed::Forward(by.clone(), it),
                    });
                }
            }
            Claim::Lapsed => self.give_up_claim(name),
        }
    }

    fn give_up_claim(&mut self, name: usize) {
        self.desk.forget_claim(&key(name));
        for it in self.waiting.remove(&name).unwrap_or_default() {
            self.deeds.push(Deed::Later(it));
        }
    }

    fn wake(&mut self, name: usize) {
        for it in self.waiting.remove(&name).unwrap_or_default() {
            self.hear(it, self.now);
        }
    }

    /// A piece is kept: its callers are answered, and the next one is written.
    fn kept(&mut self, name: usize) {
        let Some(memory) = self.memories.get_mut(&name) else { return };
        memory.kept += 1;
        for (request, place) in std::mem::take(&mut memory.writing) {
            self.tell(request, Told::Heard(place));
        }
        self.write(name);
    }

    /// The sandbox belongs to another: what was heard and not kept is taken back.
    fn drop_sandbox(&mut self, name: usize, writing: Told) {
        let Some(memory) = self.memories.remove(&name) else { return };
        for (request, _) in memory.writing {
            self.tell(request, writing);
        }
        for (request, _) in memory.pending {
            self.tell(request, Told::NotApplied);
        }
        self.desk.end(&key(name), memory.fence);
        self.wake(name);
    }

    /// It is about to stop: what it holds leaves.
    pub fn drain(&mut self, now: Millis) {
        self.now = now;
        for it in self.desk.drain() {
            self.desk.leave(&it);
            if let Ok(name) = it[1..].parse() {
                self.write(name);
            }
        }
    }

    /// Whether nothing is left that it has to hand over.
    pub fn is_drained(&self) -> bool {
        self.desk.is_draining() && self.memories.is_empty()
    }
}
