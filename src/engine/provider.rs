//! What a provider is to the engine.

use bytes::Bytes;
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::account::Account;
use super::chain::Blockchain;
pub use super::client::{self, Proof, Signing};
pub use super::context::{Context, Stay, Trace};
use super::contract::Contract;
use super::delivery::{Attempt, Delivery};
use crate::kit::fields::Fields;
use crate::kit::http::{HeaderMap, Request, Response};
use crate::kit::secret::Secret;
use crate::kit::time::Timestamp;

/// A provider's place in its sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Seat(pub u8);

/// One of a provider's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectId {
    /// Which of its kinds, as the provider counts them.
    pub kind: u8,
    pub number: u64,
}

impl ObjectId {
    /// The kind that no provider counts to: a chain, by its place.
    const CHAIN: u8 = u8::MAX;

    /// A chain as the object of an action.
    pub const fn of_chain(blockchain: Blockchain) -> Self {
        Self { kind: Self::CHAIN, number: blockchain.place() }
    }

    /// The chain that it is, if it is one.
    pub fn as_chain(self) -> Option<Blockchain> {
        (self.kind == Self::CHAIN).then(|| Blockchain::at(self.number))?
    }
}

/// Why an object takes a step by itself.
#[derive(Clone, Copy, Debug)]
pub enum Cause<'a> {
    /// That row of its status table is due.
    Row(u8),
    /// A receiver accepted that event.
    Delivered(&'a str),
    /// The confirmations of that transfer to it have changed: a block has come, or a reorganisation has undone some.
    Block { transfer: u32, confirmations: u32 },
}

/// Something to tell a merchant.
#[derive(Clone, Debug)]
pub struct Event {
    pub name: &'static str,
    pub id: String,
    pub account: String,
    pub subject: String,
    pub object: ObjectId,
    pub url: String,
    pub body: Bytes,
    /// One attempt, no retries.
    pub once: bool,
}

/// An attempt as it leaves.
#[derive(Clone, Debug)]
pub struct Signed {
    pub url: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The text that was signed, when one was.
    pub signed: Option<String>,
}

/// A webhook as somebody has received it.
#[derive(Clone, Debug)]
pub struct Received<'a> {
    pub url: Option<&'a str>,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    pub now: Timestamp,
    /// The real date, for signatures that were dated by it.
    pub date: Timestamp,
}

/// What a client signs in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRequest {
    pub canonical: String,
    pub signature: String,
    /// Headers that go with it, as they are sent.
    pub headers: Vec<(&'static str, String)>,
}

/// Whether a signature is right and, if not, the likely reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub valid: bool,
    pub reason: Option<&'static str>,
    pub canonical: String,
    pub expected: String,
    pub received: Option<String>,
}

/// Why an action did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotActed {
    /// There is no such action.
    Unknown,
    /// The object is in a state that does not allow it; a sentence that names the state.
    State(String),
    /// A parameter is missing or wrong.
    Invalid(String),
    /// The object does not exist.
    Nothing(String),
}

/// What an action was done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    pub object: ObjectId,
}

/// An object as a control answer shows it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub subject: String,
    pub status: &'static str,
    /// As the provider's own API would show it: its order of members, its writing of numbers.
    pub object: Box<RawValue>,
}

/// A session on a provider's pages for people, as a browser keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    /// As the header `Cookie` carries it.
    pub cookie: String,
    /// The field by which forms prove where they come from, and its value.
    pub token: (&'static str, String),
}

/// What a customer is asked to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bill {
    pub due: Decimal,
    /// No payment is finer.
    pub decimals: u32,
    /// A payment is late from then on.
    pub closes_at: Timestamp,
    /// Where it is paid, when that is known.
    pub blockchain: Option<Blockchain>,
}

/// One payment provider: its memory of a sandbox, and its rules.
pub trait Provider: Send {
    /// Everything that is known of it.
    fn contract(&self) -> &'static Contract;

    /// An account begins: what it owns from the start. Balances that are given, by currency, stand in place of the usual
    /// ones.
    ///
    /// # Errors
    /// The first balance that cannot be, by its place, and why.
    fn open(&mut self, _: &mut Context<'_>, _account: &str, balances: &[(String, Decimal)]) -> Result<(), (usize, String)> {
        if balances.is_empty() { Ok(()) } else { Err((0, format!("{} keeps no balances", self.contract().name))) }
    }

    /// A price is another from now on.
    ///
    /// # Errors
    /// A sentence about what is wrong with it.
    fn set_rate(&mut self, _: &mut Context<'_>, _pair: &str, _ask: Decimal, _bid: Decimal) -> Result<(), String> {
        Err(format!("{} has no rates", self.contract().name))
    }

    /// The account whose credential a request carries, whether or not it would be served.
    fn caller(&self, cx: &Context<'_>, _path: &str, request: &Request) -> Option<String> {
        client::caller(self.contract(), cx, request)
    }

    /// What was sent, for rules: the JSON of the body, or the fields of a form as text.
    fn sent(&self, request: &Request) -> Json {
        client::sent(request)
    }

    /// Dresses a request as that account's client would send it.
    fn authorise(&self, account: &Account, request: &mut Request, signing: &Signing) {
        client::authorise(self.contract(), account, request, signing);
    }

    /// An account's user logs in on the provider's pages for people. `None`: there is nowhere to.
    fn log_in(&mut self, _: &mut Context<'_>, _account: &str) -> Option<LoggedIn> {
        None
    }

    /// What a customer is asked to pay for an object. `None`: there is nothing to pay.
    fn bill(&self, _: &Context<'_>, _object: ObjectId) -> Option<Bill> {
        None
    }

    /// The merchant, or a payer's browser, asks. `path` lacks our prefixes.
    fn call(&mut self, cx: &mut Context<'_>, path: &str, request: &Request) -> Response;

    /// The outside world acts.
    ///
    /// # Errors
    /// The action does not exist, is incomplete, or the state forbids it; then nothing has changed.
    fn act(&mut self, cx: &mut Context<'_>, act: &str, with: &Fields<'_>) -> Result<Acted, NotActed>;

    /// A row is due, a webhook was accepted, or a block has come.
    fn step(&mut self, cx: &mut Context<'_>, object: ObjectId, cause: Cause<'_>);

    /// Builds and signs an attempt at the moment it leaves. `None`: the target is gone.
    fn attempt(&mut self, cx: &mut Context<'_>, webhook: &Delivery) -> Option<Signed>;

    /// When the next attempt leaves after a failure; `None` when the schedule has ended.
    fn retry(&self, cx: &Context<'_>, webhook: &Delivery, failed: &Attempt) -> Option<Timestamp>;

    /// The answer to a call that waited for its own webhook.
    fn tested(&self, webhook: &Delivery) -> Response;

    /// A documented error by its name, as this request would be answered with it, in the provider's own dialect.
    fn refuse(&mut self, _: &mut Context<'_>, error: &str, _path: &str, _request: &Request) -> Option<Response> {
        (self.contract().refusal)(error)
    }

    /// Whether a received webhook looks like one of this provider's.
    fn recognises(&self, headers: &HeaderMap) -> bool;

    /// Whether a webhook's signature is right. `others` are secrets that the sender may have used by mistake.
    fn verify(&self, webhook: &Received<'_>, secret: &str, others: &[&str]) -> Verdict;

    /// How a client signs a request, with that secret. `None`: this provider's requests are not signed.
    fn sign_request(&self, _: &Request, _: &str) -> Option<SignedRequest> {
        None
    }

    /// The account that every sandbox has, with the keys that follow from the sandbox's name.
    fn initial_account(&self, sandbox: &str) -> Account {
        Account::initial(self.contract(), sandbox)
    }

    /// A further account, with keys that follow from the sandbox's name and the id.
    ///
    /// # Errors
    /// Why no account can have that id.
    fn further_account(&self, sandbox: &str, id: &str) -> Result<Account, String> {
        Ok(Account::further(self.contract(), sandbox, id))
    }

    /// What signs an account's webhooks.
    fn signing_secret<'a>(&self, account: &'a Account) -> Option<&'a Secret> {
        account.webhook_secret()
    }

    /// Every secret that an account's webhooks may be signed with, the likeliest first: targets may have their own.
    fn signing_secrets<'a>(&'a self, account: &'a Account) -> Vec<&'a str> {
        self.signing_secret(account).map(Secret::expose).into_iter().collect()
    }

    /// Whether a memory that was read from outside is one that it can go on from.
    fn is_sound(&self) -> bool;

    /// In which of its stays an object is; `None` when it does not exist.
    fn stay(&self, object: ObjectId) -> Option<u32>;

    /// What the merchant calls an object; `None` when it does not exist.
    fn subject(&self, object: ObjectId) -> Option<String>;

    /// The object for control answers.
    fn show(&self, cx: &Context<'_>, object: ObjectId) -> Option<Shown>;
}

/// A provider of any type, as a sandbox holds it: the one place where types are forgotten.
pub trait Member: Provider {
    /// A copy that shares nothing.
    fn boxed(&self) -> Box<dyn Member>;
    /// Its memory, for a saved state.
    fn save(&self) -> Json;
    /// The same provider with another memory.
    ///
    /// # Errors
    /// The memory is not one of this provider's.
    fn restored(&self, memory: Json) -> Result<Box<dyn Member>, serde_json::Error>;
}

impl<P: Provider + Clone + Serialize + DeserializeOwned + 'static> Member for P {
    fn boxed(&self) -> Box<dyn Member> {
        Box::new(self.clone())
    }

    fn save(&self) -> Json {
        serde_json::to_value(self).expect("a provider's memory is JSON")
    }

    fn restored(&self, memory: Json) -> Result<Box<dyn Member>, serde_json::Error> {
        Ok(Box::new(serde_json::from_value::<P>(memory)?))
    }
}
