//! What requests break together with those before them.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use super::calls::{beginning, value};
use super::walk::{Call, Known};
use super::{POLLING, RETRY_OF_REFUSED, TOO_MANY_CALLS, USED_BEFORE, Violation};
use crate::engine::limits::Window;
use crate::engine::log::RequestEntry;
use crate::engine::tables::{Again, Auth, Contract, Limit, Once, UsedUp};
use crate::kit::evidence::Evidence;
use crate::kit::fields::Field;
use crate::kit::json::says_the_same;
use crate::kit::time::{Duration, Timestamp, unix_seconds};

/// Who calls: the number of the provider, and the account or, unverified, the name that the request presents.
type Client<'l> = (u8, Cow<'l, str>);

/// A read of an object: the client, the call, the address and the body.
type Read<'l> = (Client<'l>, &'static str, &'l str, &'l [u8]);

/// What the walk keeps of the requests that it has read. No map has more items than there are requests.
#[derive(Default)]
pub struct Past<'l> {
    /// The latest request of each client and call.
    latest: BTreeMap<(Client<'l>, &'static str), &'l RequestEntry>,
    /// The number of the latest request of each client.
    last: BTreeMap<Client<'l>, u64>,
    /// The first request with each value that may be used once, by the name of the value and by call.
    used: BTreeMap<(Client<'l>, &'static str, String), BTreeMap<&'static str, &'l RequestEntry>>,
    paces: BTreeMap<Client<'l>, Pace>,
    reads: BTreeMap<Read<'l>, VecDeque<Timestamp>>,
}

/// How fast a client calls.
#[derive(Default)]
struct Pace {
    window: Window,
    /// The moment of its latest call.
    last: Option<Timestamp>,
    /// When the latest breach was told.
    told: Option<Timestamp>,
}

impl<'l> Past<'l> {
    /// A tester has moved, stopped or started the clock: calls before and after did not follow each other as fast as their moments say.
    pub fn moved(&mut self) {
        self.paces.values_mut().for_each(|it| (it.window, it.last) = (Window::default(), None));
        self.last.clear();
    }

    /// What the next request breaks.
    pub fn judge(&mut self, known: &Known, call: &Call<'l>) -> Vec<Violation> {
        let Some(client) = client(call) else { return Vec::new() };
        let mut found: Vec<Violation> = self.retry(&client, call).into_iter().collect();
        found.extend(call.contract.asks.once.iter().filter_map(|it| self.used_before(&client, call, it)));
        found.extend(self.too_many(known, &client, call));
        found.extend(self.poll(&client, call));
        self.latest.insert((client.clone(), call.operation.name), call.request);
        self.last.insert(client, call.request.id);
        found
    }

    /// The same call again, although it was refused for what it says.
    fn retry(&self, client: &Client<'l>, call: &Call<'l>) -> Option<Violation> {
        let (own, before) = (call.request, *self.latest.get(&(client.clone(), call.operation.name))?);
        let refusal = Refusal::of(call.contract, before)?;
        if asks_for_fault(own) || !is_same_call(call, before, refusal.status) {
            return None;
        }
        // A provider may serve the next time what a rule has refused. When the provider itself refuses a call and later serves it,
        // something has changed in between.
        let is_next = before.rule.is_some() && self.last.get(client) == Some(&before.id);
        let is_refused_again =
            || Refusal::of(call.contract, own).is_some_and(|it| (it.status, it.error) == (refusal.status, refusal.error));
        if !is_next && !is_refused_again() {
            return None;
        }
        let why = refusal.error.map_or_else(|| format!("with {}", refusal.status), |it| format!("with {} ({it})", refusal.status));
        let detail = format!("{} came again unchanged, although req-{} was refused {why}", call.operation.name, before.id);
        Some(Violation { code: RETRY_OF_REFUSED, detail, evidence: refusal.evidence.unwrap_or(call.operation.evidence) })
    }

    /// A value again that may be used once.
    fn used_before(&mut self, client: &Client<'l>, call: &Call<'l>, once: &'static Once) -> Option<Violation> {
        let name = call.operation.name;
        let again = once.calls.iter().find(|it| it.0 == name).map(|it| it.1);
        let again = again.or(once.calls.is_empty().then_some(Again::Never))?;
        let (row, value) = once_of(call, once)?;
        let key = (client.clone(), once.name, value);
        let first = self.used.get(&key).and_then(|by_call| match again {
            Again::Never => by_call.values().min_by_key(|it| it.id).copied(),
            Again::Unchanged => by_call.get(name).copied().filter(|it| !says_the_same(&it.body.0, &call.request.body.0)),
        });
        if once.used_up == UsedUp::BySending || is_served(call.request) {
            self.used.entry(key.clone()).or_default().entry(name).or_insert(call.request);
        }
        let (first, value) = (first?, beginning(&key.2));
        let otherwise = if again == Again::Unchanged { ", with other contents" } else { "" };
        let detail = format!("`{}` {value} was used before, by req-{}{otherwise}: {}", once.name, first.id, row.meaning);
        Some(Violation { code: USED_BEFORE, detail, evidence: row.evidence })
    }

    /// A call above the limit, once in each window. A figure that no page has counts only where the limit is enforced. While the
    /// clock stands all calls come at one moment, which says nothing about their pace.
    fn too_many(&mut self, known: &Known, client: &Client<'l>, call: &Call<'l>) -> Option<Violation> {
        let account = call.request.account.as_deref().filter(|_| call.operation.auth != Auth::Open)?;
        let (at, limit) = (call.entry.at, call.contract.limit);
        let limit = Limit { calls_max: known.calls_max(call.provider, account, call.contract), ..limit };
        let pace = self.paces.entry(client.clone()).or_default();
        let passes = pace.last.replace(at).is_none_or(|it| it < at);
        let exceeds = passes && pace.window.count(unix_seconds(at), limit).is_exceeded;
        let is_refused = call.request.error.as_deref() == Some(limit.error) && call.request.rule.is_none();
        let is_documented = !matches!(limit.evidence, Evidence::Assumed(_));
        let is_new = pace.told.is_none_or(|it| limit.window <= at.duration_since(it));
        if !is_new || !(is_refused || (exceeds && is_documented)) {
            return None;
        }
        pace.told = Some(at);
        let detail = if exceeds && is_documented {
            format!("the account `{account}` made more than {} calls {}", limit.calls_max, within(limit.window))
        } else {
            format!("the account `{account}` made more calls than its limit allows, and was refused")
        };
        Some(Violation { code: TOO_MANY_CALLS, detail, evidence: limit.evidence })
    }

    /// The same read once more than is needed where webhooks report changes; then the count begins anew.
    fn poll(&mut self, client: &Client<'l>, call: &Call<'l>) -> Option<Violation> {
        let polls = call.contract.asks.polls;
        let name = call.operation.name;
        if !polls.calls.contains(&name) {
            return None;
        }
        let (request, at) = (call.request, call.entry.at);
        let reads = self.reads.entry((client.clone(), name, &request.target, &request.body.0)).or_default();
        while reads.front().is_some_and(|it| polls.window <= at.duration_since(*it)) {
            reads.pop_front();
        }
        reads.push_back(at);
        if reads.len() <= usize::try_from(polls.calls_max).unwrap_or(usize::MAX) {
            return None;
        }
        reads.clear();
        let detail = format!("{name} read the same object more than {} times {} of simulated time", polls.calls_max, within(polls.window));
        Some(Violation { code: POLLING, detail, evidence: polls.evidence })
    }
}

/// Whether a request says the same as the one before it.
fn is_same_call(call: &Call<'_>, before: &RequestEntry, refused_with: u16) -> bool {
    let own = call.request;
    let is_alike = |name: &str| own.headers.get(name) == before.headers.get(name);
    // A signature is made anew for each request, from what each request has of its own.
    let is_signed = matches!(call.operation.auth, Auth::Signed { .. });
    let documented = call.operation.headers.iter().filter(|_| !is_signed).all(|it| is_alike(it.name));
    // A client that is not admitted may come again with another proof.
    let proven = refused_with != 401 || ["authorization", "cookie"].into_iter().all(is_alike);
    let says_the_same = (&own.method, &own.target, &own.body) == (&before.method, &before.target, &before.body);
    says_the_same && is_alike("content-type") && documented && proven
}

fn client<'l>(call: &Call<'l>) -> Option<Client<'l>> {
    let name = match call.request.account.as_deref() {
        Some(account) => Cow::Borrowed(account),
        None => Cow::Owned((call.contract.presented)(&call.request.as_request())?),
    };
    Some((call.provider, name))
}

/// Why a request was refused that does not become better when it comes again.
struct Refusal<'l> {
    status: u16,
    error: Option<&'l str>,
    evidence: Option<Evidence>,
}

impl<'l> Refusal<'l> {
    /// `None`: it was served, may be tried again, or its caller has perhaps not read the answer.
    fn of(contract: &Contract, it: &'l RequestEntry) -> Option<Self> {
        /// Statuses of HTTP that invite to try again, such as when there is money.
        const AGAIN: [u16; 5] = [402, 408, 409, 425, 429];
        let status = it.answer.as_ref()?.status;
        let error = it.error.as_deref();
        let row = error.and_then(|it| contract.error(it));
        // A provider may answer a refusal with a status of success.
        let is_refused = (400..500).contains(&status) || (status < 300 && row.is_some_and(|it| it.status.is_success()));
        let may_come_again = AGAIN.contains(&status) || error == Some(contract.limit.error) || it.is_paced || asks_for_fault(it);
        (is_refused && !may_come_again).then_some(Self { status, error, evidence: row.map(|it| it.evidence) })
    }
}

/// Whether a tester asks for a fault, as no application does.
fn asks_for_fault(it: &RequestEntry) -> bool {
    it.headers.get("playmoney-fault").is_some()
}

/// Whether its caller has read that it was served.
fn is_served(it: &RequestEntry) -> bool {
    it.error.is_none() && !it.is_paced && it.answer.as_ref().is_some_and(|it| (200..300).contains(&it.status))
}

/// The row of a value that may be used once, and what was sent for it.
fn once_of(call: &Call<'_>, once: &Once) -> Option<(&'static Field, String)> {
    if let Some(row) = call.operation.headers.iter().find(|it| it.name == once.name) {
        let value = call.request.headers.get(once.name)?;
        return Some((row, String::from_utf8_lossy(value).into_owned()));
    }
    let row = call.operation.parameters.iter().find(|it| it.name == once.name)?;
    Some((row, value(call.operation, call.request, once.name)?))
}

/// `within a minute`.
fn within(window: Duration) -> String {
    match window.as_secs() {
        1 => "within a second".to_owned(),
        60 => "within a minute".to_owned(),
        3_600 => "within an hour".to_owned(),
        _ => format!("within {window:#}"),
    }
}
