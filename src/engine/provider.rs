//! What a provider is to the engine.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::account::Account;
use super::chain::Blockchain;
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

/// One payment provider: its memory of a sandbox, and its rules.
pub trait Provider: Send {
    /// Everything that is known of it.
    fn contract(&self) -> &'static Contract;

    /// An account begins: what it owns from the start.
    fn open(&mut self, _: &mut Context<'_>, _account: &str) {}

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

    /// A documented error by its name, in the provider's own dialect, answered at that moment.
    fn refuse(&self, error: &str, _: Timestamp) -> Option<Response> {
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
