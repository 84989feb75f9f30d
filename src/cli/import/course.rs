//! A sandbox and the steps that have led it there. A course is a value: a copy tries a step out, and nothing has
//! happened.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::causes::identities;
use super::script::{Act, Call, Rule, Step, references, span};
use super::twins::Twins;
use crate::engine::clock::Mode;
use crate::engine::delivery::{Failure, Outcome, Status};
use crate::engine::log::What;
use crate::engine::start::{ProviderSetup, Setup, Start};
use crate::engine::tables::{Contract, Operation};
use crate::kit::http::{HeaderValue, Method, Request, Response};
use crate::kit::time::{Duration, Timestamp, Uptime};
use crate::sandbox::{FAULT, Sandbox};
use crate::scenario::keys::WEBHOOK_URL;
use crate::scenario::reference::{Saved, resolved, resolved_rule};
use crate::scenario::{Known, Proof, parse_rule, yaml};
use crate::stage::call::{Caller, add_constants, build, prove};
use crate::stage::{self, INBOXES, memory, webhook_urls};

/// A request to the receiver.
#[derive(Clone, Debug)]
pub struct Sent {
    pub delivery: u64,
    pub number: u32,
    /// The moment at which it has left; while it waits, the present one.
    pub at: Timestamp,
    /// The moment at which its event happened.
    pub made: Timestamp,
    pub event: String,
    pub body: Json,
    /// It has not left yet.
    pub waits: bool,
}

/// What the sandbox answered to a call.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The status, or how the connection failed.
    pub status: Result<u16, &'static str>,
    pub body: Json,
}

/// Something that is done to the sandbox, without the name under which it is saved.
#[derive(Clone, Debug)]
pub enum Move {
    Advance(Timestamp),
    Call(&'static Operation, Box<Call>),
    Act(Act),
}

/// What a step has saved.
#[derive(Debug)]
pub struct SavedValue {
    pub value: Json,
    /// The paths of all names in it, with their texts.
    pub identities: Vec<(String, String)>,
}

impl SavedValue {
    fn of(name: &str, value: Json) -> Arc<Self> {
        Arc::new(Self { identities: identities(name, &value), value })
    }
}

/// See the module.
pub struct Course {
    sandbox: Sandbox,
    contract: &'static Contract,
    /// Shared with the copies: most steps of a copy are those of its original.
    pub steps: Vec<Arc<Step>>,
    /// The length of each walk through time among the steps.
    pub spans: BTreeMap<usize, Duration>,
    pub saved: BTreeMap<String, Arc<SavedValue>>,
    /// What made each saved value: the operation or action.
    pub makers: BTreeMap<String, &'static str>,
    pub twins: Arc<Twins>,
    /// Which message of the log a delivery is.
    pub messages: BTreeMap<u64, usize>,
    /// The records of the log that have happened.
    pub happened: Vec<bool>,
    /// The same in the order in which they happened, with their moments.
    pub order: Vec<(usize, Timestamp)>,
    /// The events that the receiver got, one entry a request.
    pub got: Vec<String>,
    /// The line of the log that the next steps are about.
    pub line: Option<usize>,
    calls: u64,
    seen: u64,
}

impl Course {
    /// The beginning at that moment with those rules, for a log of that many records.
    ///
    /// # Panics
    /// When a rule is none of the grammar.
    pub fn new(contract: &'static Contract, now: Timestamp, records: usize, rules: &[Rule]) -> Self {
        let settings = SETTINGS.iter().map(|(name, text)| ((*name).to_owned(), Json::from(*text))).collect();
        let own = ProviderSetup { slug: contract.slug.to_owned(), settings, accounts: Vec::new(), rates: Vec::new(), balances: Vec::new() };
        let known = Known { contracts: &[contract], environment: None };
        let read = |it: &Rule| parse_rule(&json!(it).to_string(), known).expect("it is written as the grammar says").0;
        let rules = rules.iter().map(read).collect();
        let setup = Setup { name: String::new(), providers: vec![own], rules, secrets: Vec::new() };
        let start = Start {
            mode: Mode::Frozen,
            now: Some(now),
            webhook_url: Some(INBOXES.to_owned()),
            judged_by_simulated_time: true,
            history_bytes_max: 0,
            setup: Some(setup.into()),
            ..Start::default()
        };
        let mut sandbox = Sandbox::new(start, Uptime::START);
        let addresses = webhook_urls(sandbox.world_mut());
        Self {
            sandbox,
            contract,
            steps: Vec::new(),
            spans: BTreeMap::new(),
            saved: BTreeMap::from([(WEBHOOK_URL.to_owned(), SavedValue::of(WEBHOOK_URL, addresses))]),
            makers: BTreeMap::new(),
            twins: Arc::default(),
            messages: BTreeMap::new(),
            happened: vec![false; records],
            order: Vec::new(),
            got: Vec::new(),
            line: None,
            calls: 0,
            seen: 0,
        }
    }

    /// The same again.
    pub fn copy(&self) -> Self {
        Self {
            sandbox: self.sandbox.twin(),
            contract: self.contract,
            steps: self.steps.clone(),
            spans: self.spans.clone(),
            saved: self.saved.clone(),
            makers: self.makers.clone(),
            twins: self.twins.clone(),
            messages: self.messages.clone(),
            happened: self.happened.clone(),
            order: self.order.clone(),
            got: self.got.clone(),
            line: self.line,
            calls: self.calls,
            seen: self.seen,
        }
    }

    /// The simulated moment.
    pub fn now(&self) -> Timestamp {
        self.sandbox.world().core.now
    }

    fn ask(&mut self, request: Request) -> Result<Response, &'static str> {
        memory::ask(&mut self.sandbox, request, &mut |_, _| Outcome::failed(Failure::Refused))
    }

    fn control(&mut self, method: Method, path: &str, body: &Json) -> Option<Json> {
        let answer = self.ask(stage::control(method, path, body.to_string())).ok()?;
        let document = serde_json::from_slice(&answer.body).unwrap_or_default();
        answer.status.is_success().then_some(document)
    }

    /// Does something, and notes it as a step. `None`: the sandbox has refused it, and nothing has happened.
    pub fn go(&mut self, to: &Move) -> Option<Answered> {
        match to {
            Move::Advance(at) => {
                let by = at.duration_since(self.now());
                stage::advance(&json!({"to": at}).to_string(), |it| self.ask(it)).ok()??;
                self.spans.insert(self.steps.len(), by);
                self.steps.push(Arc::new(Step::Advance { advance: span(by) }));
                Some(Answered { status: Ok(200), body: Json::Null })
            }
            Move::Act(act) => {
                let (provider, name) = act.act.split_once('.')?;
                let body = self.control(Method::POST, &format!("act/{provider}/{name}"), &self.literal(&act.with)?)?;
                self.save(act.act.split_once('.')?.1, act.save.as_deref(), &body);
                self.steps.push(Arc::new(Step::Act(Act { line: self.line, ..act.clone() })));
                Some(Answered { status: Ok(200), body })
            }
            Move::Call(operation, call) => {
                let answered = self.call(operation, call)?;
                self.save(operation.name, call.save.as_deref(), &answered.body);
                self.steps.push(Arc::new(Step::Call(Box::new(Call { line: self.line, ..(**call).clone() }))));
                Some(answered)
            }
        }
    }

    fn save(&mut self, maker: &str, name: Option<&str>, body: &Json) {
        let Some(name) = name else { return };
        let operations = self.contract.operations.iter().map(|it| it.name);
        let maker = operations.chain(self.contract.actions.iter().map(|it| it.name)).find(|it| *it == maker);
        self.makers.extend(maker.map(|it| (name.to_owned(), it)));
        self.saved.insert(name.to_owned(), SavedValue::of(name, body.clone()));
    }

    /// Parameters with their references replaced.
    fn literal(&self, with: &Map<String, Json>) -> Option<Json> {
        let text = Json::Object(with.clone()).to_string();
        let node = yaml::parse(&text).ok()?;
        Some(resolved(&node, &self.referred(&text)).ok()?.to_value())
    }

    /// The saved values to which a text refers.
    fn referred(&self, text: &str) -> Saved {
        let names = references(text).filter_map(|name| self.saved.get_key_value(name));
        names.map(|(name, it)| (name.clone(), it.value.clone())).collect()
    }

    fn call(&mut self, operation: &'static Operation, call: &Call) -> Option<Answered> {
        let with = self.literal(&call.with).and_then(|it| yaml::parse(&it.to_string()).ok())?;
        let mut request = build(self.contract.slug, operation, Some(&with).filter(|it| !it.members().is_empty()));
        add_constants(operation, &mut request);
        if let Some(body) = call.body {
            request.body = body.into();
        }
        self.calls += 1;
        let proof = match call.signature {
            Some("wrong") => Proof::Wrong,
            Some("none") => Proof::Absent,
            Some(_) | None => Proof::Usual,
        };
        let has_member = |name: &str| call.body.is_some() || with.get(name).is_some();
        let caller = Caller { provider: self.contract.slug, account: None, proof, date: None, number: self.calls, has_member: &has_member };
        prove(self.sandbox.world_mut(), Uptime::START, operation, &caller, &mut request).ok()?;
        if let Some(fault) = &call.fault {
            request.headers.insert(FAULT, HeaderValue::from_str(fault).ok()?);
        }
        let answer = self.ask(request);
        let body = answer.as_ref().ok().and_then(|it| serde_json::from_slice(&it.body).ok()).unwrap_or_default();
        Some(Answered { status: answer.map(|it| it.status.as_u16()), body })
    }

    /// Adds a rule.
    pub fn rule(&mut self, rule: Rule) -> bool {
        let text = json!(rule).to_string();
        let node = yaml::parse(&text).ok();
        let Some(literal) = node.and_then(|it| resolved_rule(&it, &self.referred(&text)).ok()) else { return false };
        let is_added = self.control(Method::POST, "rules", &literal.to_value()).is_some();
        if is_added {
            self.steps.push(Arc::new(Step::Rule { rule }));
        }
        is_added
    }

    /// The number of the latest webhook that was made.
    pub fn latest(&self) -> u64 {
        self.sandbox.world().core.outbox.shared().next_back().map_or(0, |it| it.id)
    }

    /// The webhooks that were made after the one of that number and are not dropped, in the order in which they were made.
    pub fn made_after(&self, number: u64) -> Vec<Sent> {
        let core = &self.sandbox.world().core;
        let mut made = Vec::new();
        for delivery in core.outbox.after(number) {
            let first = delivery.attempts.first();
            if first.is_none() && delivery.status != Status::Pending {
                continue;
            }
            let body = serde_json::from_slice(&delivery.body.0).unwrap_or_default();
            let (at, event) = (first.map_or(core.now, |it| it.at), delivery.event.clone());
            made.push(Sent { delivery: delivery.id, number: 1, at, made: delivery.created_at, event, body, waits: first.is_none() });
        }
        made
    }

    /// The requests to the receiver since the last look, in the order in which they left.
    pub fn sent(&mut self) -> Vec<Sent> {
        let core = &self.sandbox.world().core;
        let mut sent = Vec::new();
        for entry in core.log.since(self.seen) {
            let What::Attempt(own) = &entry.what else { continue };
            let Some(delivery) = core.outbox.get(own.webhook.delivery) else { continue };
            let attempt = delivery.attempts.iter().find(|it| it.is(own.id()));
            let body = attempt.map(|it| it.body.text(&delivery.body)).and_then(|it| serde_json::from_slice(&it.0).ok());
            let (event, body) = (own.webhook.event.to_string(), body.unwrap_or_default());
            let (id, made) = (delivery.id, delivery.created_at);
            sent.push(Sent { delivery: id, number: own.number, at: entry.at, made, event, body, waits: false });
        }
        self.seen = core.log.next_sequence();
        sent
    }
}

/// What every imported scenario sets: the log decides when something happens outside.
pub const SETTINGS: &[(&str, &str)] = &[("pace", "manual")];
