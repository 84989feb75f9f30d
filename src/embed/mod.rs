//! For Rust programs: a sandbox in memory that its owner drives, and the values that its methods return.

mod answer;
mod exploring;
mod report;
mod served;
mod spawned;

use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

pub use self::answer::{Answer, Error};
use self::answer::{good, read, verified};
pub use self::exploring::{Counterexample, Exploration, Findings, Tried};
pub use self::report::{Fired, Report, Webhook};
pub use self::served::ServedSandbox;
pub use self::spawned::{SpawnedSandbox, SpawnedServer};
use crate::engine::delivery::{Outcome, Outgoing};
use crate::engine::start::Start;
use crate::engine::tables::{Contract, Operation};
use crate::engine::world::World;
use crate::kit::http::{Method, Request, Response};
use crate::kit::nearest::nearest;
use crate::kit::time::{Timestamp, Uptime};
use crate::scenario::{self, Known, Proof, Scenario, yaml};
use crate::stage::call::{Caller, build, prove};
use crate::stage::{self, memory};
use crate::{providers, sandbox};

/// Where the webhooks of an account go that has no target. They do not leave the process.
const RECEIVER: &str = "http://receiver.playmoney.test/{provider}";
/// Where all webhooks of a fork go, also when its objects carry other addresses.
const FORK_RECEIVER: &str = "http://fork.receiver.playmoney.test/";

/// A receiver's answer to a webhook, as an HTTP status.
type Receiver = Box<dyn FnMut(&Webhook) -> u16 + Send>;

/// Five payment providers in memory, on a clock that stands until it is advanced.
///
/// Nothing here opens a socket, sleeps or reads a clock, so a test takes as long as its computation. The same seed and the same
/// calls give the same answers, byte for byte. Webhooks are sent during [`call`], [`act`], [`send`] and [`advance`], and each
/// is answered by the [`receiver`] before the next thing happens; without a receiver the answer is 200.
///
/// ```
/// use playmoney::{Error, Sandbox};
/// use serde_json::json;
///
/// # fn main() -> Result<(), Error> {
/// let mut shop = Sandbox::new();
/// let invoice = shop.call("quoine.createInvoice", json!({"price": "500.0"}))?;
/// assert_eq!(invoice.status, 200);
/// assert_eq!(invoice["invoice_status"], "payment_awaited");
/// # Ok(())
/// # }
/// ```
///
/// [`call`]: Self::call
/// [`act`]: Self::act
/// [`send`]: Self::send
/// [`advance`]: Self::advance
/// [`receiver`]: Self::receiver
pub struct Sandbox {
    sandbox: sandbox::Sandbox,
    receiver: Option<Receiver>,
    warnings: Vec<String>,
    /// The scenario with which it has begun, and its text.
    scenario: Option<Arc<(String, Scenario)>>,
}

impl Sandbox {
    /// The default sandbox: seed 1, frozen at 2026-01-01T00:00:00Z, one account at each provider.
    pub fn new() -> Self {
        Self::starting(Start::default())
    }

    /// A sandbox that begins with this start. In memory, time moves only when it is advanced, also when [`Start::mode`] says
    /// otherwise, and dates of signatures are compared with simulated time.
    ///
    /// Without [`Start::webhook_url`], the webhooks of every account go to the [`receiver`](Self::receiver).
    pub fn starting(start: Start) -> Self {
        Self::of(sandbox::Sandbox::new(in_memory(start), Uptime::START))
    }

    /// A sandbox that begins as a scenario says: its accounts, settings, balances, rates, rules, seed and clock. Its steps
    /// are not played; `playmoney run` plays them.
    ///
    /// # Errors
    /// [`Error::Scenario`], with every mistake of the text and its place. `${env:NAME}` is a mistake: the text cannot read the
    /// environment of this machine.
    pub fn from_scenario(text: &str) -> Result<Self, Error> {
        let contracts: Vec<&'static Contract> = providers::all().iter().map(|it| it.contract()).collect();
        let known = Known { contracts: &contracts, environment: None };
        let scenario = scenario::parse("scenario", text, known).map_err(|it| Error::Scenario(it.render(false)))?;
        let mut sandbox = sandbox::Sandbox::new(in_memory(Start::default()), Uptime::START);
        let start = in_memory(scenario.apply_to(Start::default()));
        let begun = sandbox.begin(start, Uptime::START);
        begun.map_err(|it| Error::Scenario(scenario.mistakes(it).render(false)))?;
        let warnings = scenario.warnings_of_start().map_or(String::new(), |it| it.in_words());
        let warnings = warnings.lines().map(str::to_owned).collect();
        Ok(Self { warnings, scenario: Some(Arc::new((text.to_owned(), scenario))), ..Self::of(sandbox) })
    }

    /// What the author of the scenario may not want, one line each, with its place and the advice: a rule that never fires, a misspelt
    /// member. Such a scenario is not refused. A sandbox that did not begin with a scenario has none.
    ///
    /// ```
    /// let text = "version: 1
    /// rules:
    ///   - on: quoine.createInvoice
    ///     when: { body: { prise: { gt: 100 } } }
    ///     then: { error: usage_limit }
    /// ";
    /// let shop = playmoney::Sandbox::from_scenario(text)?;
    /// assert_eq!(shop.warnings(), ["scenario:4:21: the request quoine.createInvoice has no `prise` (the nearest is `price`)"]);
    /// # Ok::<(), playmoney::Error>(())
    /// ```
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn of(sandbox: sandbox::Sandbox) -> Self {
        Self { sandbox, receiver: None, warnings: Vec::new(), scenario: None }
    }

    /// From now on, this function answers webhooks with an HTTP status. A status from 200 to 299 accepts the webhook; after any
    /// other, the provider tries again, as its documented schedule says.
    ///
    /// Webhooks to the built-in inboxes (`http://NAME.inbox.playmoney.test/`) arrive there and not here.
    pub fn receiver(&mut self, receiver: impl FnMut(&Webhook) -> u16 + Send + 'static) {
        self.receiver = Some(Box::new(receiver));
    }

    /// Plays the steps of the scenario with which the sandbox has begun, under every schedule of its webhooks that the provider's own rules
    /// allow: a webhook comes twice, late, or after later ones. Each run begins a sandbox of its own, with ids that no other run has, so
    /// the receiver needs no reset. What must hold is what the steps expect; the step `probe` asks the function that
    /// [`Exploration::probe`] gives.
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use std::collections::BTreeMap;
    ///
    /// use playmoney::{Error, Sandbox};
    /// use serde_json::json;
    ///
    /// # fn main() -> Result<(), Error> {
    /// let shop = Sandbox::from_scenario("
    /// version: 1
    /// providers: { quoine: { pace: manual } }
    /// steps:
    ///   - { call: quoine.createInvoice, with: { price: \"500.0\" }, save: invoice }
    ///   - { act: quoine.pay, with: { invoice: \"${invoice.id}\" } }
    ///   - { act: quoine.confirm, with: { invoice: \"${invoice.id}\" } }
    ///   - advance: { until: idle }
    ///   - probe: { url: \"${invoice.id}\", expect: { body: { grants: 1 } } }
    /// ")?;
    /// let grants = RefCell::new(BTreeMap::<String, u32>::new());
    /// let findings = shop
    ///     .explore(|webhook| {
    ///         if webhook.event == "payment_confirmed" {
    ///             *grants.borrow_mut().entry(webhook.subject.clone()).or_default() += 1; // each time it comes
    ///         }
    ///         200
    ///     })
    ///     .probe(|invoice| json!({"grants": grants.borrow().get(invoice)}))
    ///     .play()?;
    /// let counterexample = findings.counterexample.expect("it grants twice");
    /// assert_eq!(counterexample.deviations, ["payment_confirmed number 1 is sent twice"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// When the sandbox did not begin with a scenario.
    pub fn explore<'a>(&'a self, receiver: impl FnMut(&Webhook) -> u16 + 'a) -> Exploration<'a> {
        let own = self.scenario.as_ref().expect("only a sandbox that begins with a scenario has steps: use `Sandbox::from_scenario`");
        Exploration::of(&own.0, &own.1, self.sandbox.world().core.seed, Box::new(receiver))
    }

    /// Calls an operation of a provider (`quoine.createInvoice`), signed as the account that every sandbox has there. The
    /// members of `with` travel where the operation has them: in the path, the query, or the body. `Json::Null` gives none.
    ///
    /// Any answer of the provider is `Ok`, a refusal too: see [`Answer::status`].
    ///
    /// # Errors
    /// [`Error::Usage`] when the operation does not exist, or `with` cannot be sent; [`Error::NoAnswer`] when a rule cuts the
    /// connection.
    pub fn call(&mut self, operation: &str, with: Json) -> Result<Answer, Error> {
        let request = merchant_request(self.sandbox.world_mut(), Uptime::START, operation, &with)?;
        self.send(request).map(Answer::of)
    }

    /// Does what a customer, a bank or a blockchain does: an action of a provider, `quoine.pay`. The answer is the control
    /// API's: `provider`, `action`, `subject`, `status`, and the object as the provider shows it.
    ///
    /// # Errors
    /// [`Error::Refused`] when the action does not exist, `with` does not fit, or the object's status does not allow it;
    /// [`Error::Usage`] when the name is not of the form `provider.action`.
    pub fn act(&mut self, action: &str, with: Json) -> Result<Answer, Error> {
        let (path, body) = path_of(action, &with)?;
        self.control(Method::POST, &path, body).map(Answer::of)
    }

    /// Lets simulated time pass: `90s`, `31m`, `1h30m`, `7d` or `PT31M`. Everything that is due happens at its own moment, and
    /// each webhook is answered before time goes on. The call returns when all of it has happened. Its report also holds what
    /// happened since the report before, such as the webhooks of a [`call`](Self::call).
    ///
    /// # Errors
    /// [`Error::Usage`] when `span` is not such a duration or leads past the year 9999; [`Error::StandsStill`] when a
    /// receiver causes its own next webhook at the same instant again and again.
    pub fn advance(&mut self, span: &str) -> Result<Report, Error> {
        let body = stage::until(self.now(), span).map_err(Error::Usage)?;
        let answers = stage::advance(&body, |it| self.ask(it).and_then(good))?;
        let answers = answers.ok_or(Error::StandsStill)?;
        Ok(Report::of(self.sandbox.world(), answers.iter().map(|it| read(&it.body))))
    }

    /// Sends any request, as a client would over the network: to a provider (`/quoine/api/v1/invoices`), or to the control API
    /// (`/__admin/...`). It is sent as it is, without a signature.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] when a rule cuts the connection.
    pub fn send(&mut self, request: Request) -> Result<Response, Error> {
        let is_head = request.method == Method::HEAD;
        let response = self.ask(request)?;
        Ok(if is_head { response.without_body() } else { response })
    }

    /// The simulated moment.
    pub fn now(&self) -> Timestamp {
        self.sandbox.world().core.now
    }

    /// A copy of the present state under another name, with its clock, its timers and the webhooks that are still owed. The
    /// two sandboxes do not affect each other. All webhooks of the copy go to its own [`receiver`](Self::receiver), also when
    /// its objects carry other addresses; until it has one, they are answered with 200.
    #[must_use]
    pub fn fork(&self, name: &str) -> Self {
        let sandbox = self.sandbox.fork(name, Some(FORK_RECEIVER), Uptime::START);
        Self { warnings: self.warnings.clone(), scenario: self.scenario.clone(), ..Self::of(sandbox) }
    }

    /// The calls so far, oldest first: the array that `GET /__admin/requests` answers with.
    ///
    /// # Errors
    /// [`Error::Refused`] when a bug has broken the sandbox.
    pub fn requests(&mut self) -> Result<Json, Error> {
        self.control(Method::GET, "requests", String::new()).map(|it| read(&it.body)["requests"].take())
    }

    /// The whole sandbox as one JSON document, secrets in clear.
    ///
    /// # Errors
    /// [`Error::Refused`] when a bug has broken the sandbox.
    pub fn state(&mut self) -> Result<Json, Error> {
        self.control(Method::GET, "state", String::new()).map(|it| read(&it.body))
    }

    /// Replaces the state by a document that [`state`](Self::state) has returned, perhaps in another process. The receiver
    /// stays the same.
    ///
    /// # Errors
    /// [`Error::Refused`] when the document is damaged, or of another version; then nothing has changed.
    pub fn restore(&mut self, state: &Json) -> Result<(), Error> {
        self.control(Method::PUT, "state", state.to_string()).map(|_| ())
    }

    /// Whether calls were made as expected: `criteria` is what `POST /__admin/requests/verify` takes. It names an operation, and
    /// perhaps conditions (`where`) and a `count`; or it has a `sequence`. Returns how many calls fit.
    ///
    /// ```
    /// use playmoney::{Error, Sandbox};
    /// use serde_json::json;
    ///
    /// let mut shop = Sandbox::new();
    /// shop.call("quoine.createInvoice", json!({"price": "500.0"}))?;
    /// let expected = json!({"operation": "quoine.createInvoice", "where": {"body": {"price": {"gt": 100}}}, "count": 1});
    /// assert_eq!(shop.verify(&expected)?, 1);
    ///
    /// let missing = shop.verify(&json!({"operation": "quoine.getInvoice"})).unwrap_err();
    /// assert_eq!(missing.to_string().lines().next(), Some("0 requests fit, but the call expects at least 1."));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Refused`] with the code `not_verified` when the calls were others; its detail has what came nearest, criterion by
    /// criterion. With the code `invalid_request` when `criteria` has a mistake, such as an operation that does not exist.
    pub fn verify(&mut self, criteria: &Json) -> Result<u64, Error> {
        verified(self.ask(stage::control(Method::POST, "requests/verify", criteria.to_string()))?)
    }

    /// What the calls so far have leaned on and no document confirms: the array that `GET /__admin/assumptions` answers with.
    ///
    /// ```
    /// use playmoney::Sandbox;
    /// use serde_json::json;
    ///
    /// let mut shop = Sandbox::new();
    /// shop.call("quantum-payouts.getPayoutStatus", json!({"orderNumber": "A"}))?;
    /// let leaned = shop.assumptions()?;
    /// assert_eq!(leaned[0]["row"], "quantum-payouts.decisions.payout-unknown");
    /// # Ok::<(), playmoney::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Refused`] when the sandbox is not to be trusted any more.
    pub fn assumptions(&mut self) -> Result<Json, Error> {
        self.control(Method::GET, "assumptions", String::new()).map(|it| read(&it.body)["assumptions"].take())
    }

    /// Which parts of the contracts the calls so far have reached, and how to reach the others: what `GET /__admin/coverage` answers
    /// with.
    ///
    /// # Errors
    /// [`Error::Refused`] when the sandbox is not to be trusted any more.
    pub fn coverage(&mut self) -> Result<Json, Error> {
        self.control(Method::GET, "coverage", String::new()).map(|it| read(&it.body))
    }

    fn control(&mut self, method: Method, path: &str, body: String) -> Result<Response, Error> {
        self.ask(stage::control(method, path, body)).and_then(good)
    }

    fn ask(&mut self, request: Request) -> Result<Response, Error> {
        let Self { sandbox, receiver, .. } = self;
        let mut answer = |sandbox: &mut sandbox::Sandbox, it: &Outgoing| {
            let status = receiver.as_mut().map_or(200, |receiver| receiver(&Webhook::of_outgoing(sandbox.world(), it)));
            Outcome::status(status)
        };
        memory::ask(sandbox, request, &mut answer).map_err(|it| Error::NoAnswer(it.to_owned()))
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

/// A merchant's call, signed as the account that every sandbox has.
fn merchant_request(world: &mut World, uptime: Uptime, operation: &str, with: &Json) -> Result<Request, Error> {
    let with = if with.is_null() { None } else { Some(yaml::parse(&with.to_string()).map_err(|it| Error::Usage(it.what))?) };
    let (slug, row) = find(world, operation)?;
    let mut request = build(slug, row, with.as_ref());
    // The state counts calls, so that a restored or copied sandbox uses no nonce twice.
    let number = world.core.log.next_id();
    let has_member = |name: &str| with.as_ref().is_some_and(|it| it.get(name).is_some());
    let caller = Caller { provider: slug, account: None, proof: Proof::Usual, date: None, number, has_member: &has_member };
    prove(world, uptime, row, &caller, &mut request).map_err(Error::Usage)?;
    Ok(request)
}

/// The contract's row with that name.
fn find(world: &World, name: &str) -> Result<(&'static str, &'static Operation), Error> {
    let contracts = || world.providers.iter().map(|it| it.contract());
    let (slug, operation) = name.split_once('.').unwrap_or((name, ""));
    let contract = contracts().find(|it| it.slug == slug);
    let found = contract.and_then(|it| it.operation(operation).map(|row| (it.slug, row)));
    found.ok_or_else(|| {
        let all: Vec<String> = contracts().flat_map(|it| it.operations.iter().map(|row| format!("{}.{}", it.slug, row.name))).collect();
        let nearest = nearest(name, all.iter().map(String::as_str)).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
        Error::Usage(format!("No operation is named `{name}`.{nearest}"))
    })
}

/// The path and the body of the control call that does an action.
fn path_of(action: &str, with: &Json) -> Result<(String, String), Error> {
    let (slug, name) =
        action.split_once('.').ok_or_else(|| Error::Usage(format!("`{action}` is not an action: write provider.action, as quoine.pay")))?;
    let body = if with.is_null() { "{}".to_owned() } else { with.to_string() };
    Ok((format!("act/{slug}/{name}"), body))
}

/// Shows the name, the seed and the moment, and nothing of the state.
impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let core = &self.sandbox.world().core;
        f.debug_struct("Sandbox").field("name", &core.name).field("seed", &core.seed).field("now", &core.now).finish_non_exhaustive()
    }
}

fn in_memory(start: Start) -> Start {
    let webhook_url = start.webhook_url.or_else(|| Some(RECEIVER.to_owned()));
    Start { webhook_url, judged_by_simulated_time: true, ..start }
}
