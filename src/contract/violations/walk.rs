//! One walk through the log, from its oldest entry on.

use std::collections::{BTreeMap, BTreeSet};

use super::past::Past;
use super::receivers::Receivers;
use super::{Violation, calls};
use crate::engine::log::{Entry, RequestEntry, What};
use crate::engine::tables::{Contract, Operation};
use crate::engine::world::World;

/// What a walk has to know of a sandbox beside its log.
pub struct Known {
    /// By the number of the provider.
    contracts: Vec<&'static Contract>,
    /// How many calls the limit of each account allows, by the number of the provider.
    calls_max: Vec<BTreeMap<String, u32>>,
}

impl Known {
    pub fn of(world: &World) -> Self {
        let contracts = world.providers.iter().map(|it| it.contract()).collect();
        let of_each = world.providers.iter().zip(&world.core.accounts);
        let calls_max = of_each.map(|(provider, accounts)| accounts.iter().map(|(id, it)| (id.clone(), provider.calls_max(it))).collect());
        Self { contracts, calls_max: calls_max.collect() }
    }

    /// The contract of the provider that an entry is about.
    pub fn contract(&self, entry: &Entry) -> Option<&'static Contract> {
        self.contracts.get(usize::from(entry.provider?.0)).copied()
    }

    /// How many calls an account may make in the window of the limit.
    pub(super) fn calls_max(&self, provider: u8, account: &str, contract: &Contract) -> u32 {
        let own = self.calls_max.get(usize::from(provider)).and_then(|it| it.get(account));
        own.copied().unwrap_or(contract.limit.calls_max)
    }
}

/// A request to a call that its provider has.
pub(super) struct Call<'l> {
    pub entry: &'l Entry,
    pub request: &'l RequestEntry,
    pub provider: u8,
    pub contract: &'static Contract,
    pub operation: &'static Operation,
}

/// Reads the entries of a log in their order.
pub struct Walk<'l> {
    known: &'l Known,
    past: Past<'l>,
    receivers: Receivers,
}

impl<'l> Walk<'l> {
    pub fn new(known: &'l Known) -> Self {
        Self { known, past: Past::default(), receivers: Receivers::default() }
    }

    /// Reads the next entry, and returns the breaches that it completes.
    pub fn read(&mut self, entry: &'l Entry) -> Vec<Violation> {
        let own = self.call(entry).map_or_else(Vec::new, |it| calls::of(it.operation, it.request));
        own.into_iter().chain(self.pass(entry)).collect()
    }

    /// The same without those of a request alone, for an entry that is only read for what follows.
    pub fn pass(&mut self, entry: &'l Entry) -> Vec<Violation> {
        match &entry.what {
            What::Request(_) => self.call(entry).map_or_else(Vec::new, |it| self.past.judge(self.known, &it)),
            What::Attempt(it) => {
                self.receivers.sent(it);
                Vec::new()
            }
            What::Outcome(it) => self.known.contract(entry).and_then(|contract| self.receivers.judge(contract, it)).into_iter().collect(),
            What::Moved { .. } | What::Mode(_) => {
                self.past.moved();
                Vec::new()
            }
            What::Change(_) | What::Fired(_) | What::Note(_) | What::Answered(_) => Vec::new(),
        }
    }

    fn call(&self, entry: &'l Entry) -> Option<Call<'l>> {
        let What::Request(request) = &entry.what else { return None };
        let contract = self.known.contract(entry)?;
        let operation = contract.operation(request.operation.as_deref()?)?;
        Some(Call { entry, request, provider: entry.provider?.0, contract, operation })
    }
}

/// The breaches of the requests with these sequence numbers. Nothing behind the last of them is read.
pub fn at<'l>(known: &'l Known, entries: impl Iterator<Item = &'l Entry>, wanted: &BTreeSet<u64>) -> BTreeMap<u64, Vec<Violation>> {
    let Some(last) = wanted.last() else { return BTreeMap::new() };
    let mut walk = Walk::new(known);
    let judge = |it: &'l Entry| {
        if wanted.contains(&it.sequence) {
            Some((it.sequence, walk.read(it)))
        } else {
            walk.pass(it);
            None
        }
    };
    entries.take_while(|it| it.sequence <= *last).filter_map(judge).filter(|it| !it.1.is_empty()).collect()
}

/// The breaches of receivers, by the number of the delivery. Requests are passed over, so this is quick.
pub fn of_receivers<'l>(known: &'l Known, entries: impl Iterator<Item = &'l Entry>) -> BTreeMap<u64, Vec<Violation>> {
    let (mut walk, mut found) = (Walk::new(known), BTreeMap::<u64, Vec<Violation>>::new());
    for entry in entries.filter(|it| matches!(it.what, What::Attempt(_) | What::Outcome(_))) {
        let own = walk.pass(entry);
        if let (What::Outcome(it), false) = (&entry.what, own.is_empty()) {
            found.entry(it.webhook.delivery).or_default().extend(own);
        }
    }
    found
}
