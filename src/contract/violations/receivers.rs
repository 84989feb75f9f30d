//! What receivers of webhooks break.

use std::collections::{BTreeMap, BTreeSet};

use super::{DUPLICATE_REFUSED, FORGERY_ACCEPTED, Violation};
use crate::engine::delivery::{Alteration, AttemptId, delivery_name};
use crate::engine::log::{AttemptEntry, OutcomeEntry};
use crate::engine::tables::{Contract, Proof};
use crate::kit::evidence::Evidence;

/// What is expected of the receiver of an attempt.
#[derive(Clone, Copy)]
enum Expected {
    /// Any answer: the event is new.
    Any,
    /// To accept it: it has accepted the event before.
    Accepts,
    /// To refuse it.
    Refuses(Alteration),
    /// Any answer, which means nothing for further attempts.
    Nothing,
}

/// An attempt under way.
struct Sent {
    target: u64,
    expected: Expected,
}

/// What has been sent, and what was accepted of it.
#[derive(Default)]
pub struct Receivers {
    under_way: BTreeMap<AttemptId, Sent>,
    /// Deliveries that were accepted as the provider makes them, each with the address.
    accepted: BTreeSet<(u64, u64)>,
}

impl Receivers {
    /// An attempt has left.
    pub fn sent(&mut self, it: &AttemptEntry) {
        if it.to_inbox {
            return;
        }
        let expected = match it.altered {
            None if self.accepted.contains(&(it.webhook.delivery, it.target)) => Expected::Accepts,
            None => Expected::Any,
            Some(Alteration::Other) => Expected::Nothing,
            Some(forgery) => Expected::Refuses(forgery),
        };
        self.under_way.insert(it.id(), Sent { target: it.target, expected });
    }

    /// It has its outcome.
    pub fn judge(&mut self, contract: &Contract, it: &OutcomeEntry) -> Option<Violation> {
        let Sent { target, expected } = self.under_way.remove(&it.id())?;
        let status = *it.result.as_ref().ok()?;
        let what = || {
            let (name, event, subject) = (delivery_name(it.webhook.delivery), &it.webhook.event, &it.webhook.subject);
            let copy = if it.copy == 0 { String::new() } else { format!("copy {} of ", it.copy + 1) };
            format!("{copy}attempt {} of {name} ({event} for {subject}) was answered with {status}", it.number)
        };
        match (expected, status) {
            (Expected::Any, 200..=299) => {
                self.accepted.insert((it.webhook.delivery, target));
                None
            }
            (Expected::Accepts, 400..=599) => {
                let detail = format!("{}, although the receiver had accepted the same event before", what());
                Some(Violation { code: DUPLICATE_REFUSED, detail, evidence: contract.schedule.evidence })
            }
            (Expected::Refuses(forgery), 200..=299) => {
                let (why, evidence) = forged(contract, &it.webhook.event, forgery)?;
                Some(Violation { code: FORGERY_ACCEPTED, detail: format!("{}, although {why}", what()), evidence })
            }
            _ => None,
        }
    }
}

/// Why a receiver has to refuse it, and the row that says so.
fn forged(contract: &Contract, event: &str, forgery: Alteration) -> Option<(String, Evidence)> {
    let (place, row) = match contract.proof {
        Proof::Header(name) => {
            let row = contract.webhook_headers(event).iter().find(|it| it.name.eq_ignore_ascii_case(name));
            (format!("the header {}", row.map_or(name, |it| it.name)), row)
        }
        Proof::Member(name) => {
            let row = contract.event(event).and_then(|event| event.body.iter().find(|it| it.name == name));
            (format!("the member `{name}`"), row)
        }
    };
    let evidence = row.map_or(contract.schedule.evidence, |it| it.evidence);
    Some(match forgery {
        Alteration::Tampered => (format!("a rule had changed it, and {place} did not fit"), evidence),
        Alteration::WrongSecret => (format!("{place} was made with another secret"), evidence),
        Alteration::Unsigned => (format!("{place} was missing"), evidence),
        Alteration::Stale => ("its date was too old".to_owned(), contract.asks.fresh_dates?),
        Alteration::Other => return None,
    })
}
