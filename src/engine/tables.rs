//! What is known about a provider, as rows: its own tables, collected once for all readers.

mod asks;
pub mod audit;
pub mod bound;
pub mod found;
pub mod leading;
mod next;
mod rows;
pub mod settings;
mod statuses;

use std::sync::LazyLock;

pub use asks::{Again, Asks, Once, Polls, UsedUp};
use http::{Method, StatusCode};

pub use next::NextAction;
pub use rows::{Basis, Index, NamedRow, Row, Sought};
pub use settings::{Setting, SettingKind};
pub use statuses::{Also, On, RowId, StatusTable, Transition};

use super::signature::RequestSignature;
use crate::kit::evidence::Evidence;
use crate::kit::fields::{Field, Kind, Need};
use crate::kit::http::{HeaderMap, Request, Response};
use crate::kit::time::Duration;

/// Everything about one provider.
pub struct Contract {
    pub slug: &'static str,
    pub name: &'static str,
    /// One sentence about its purpose.
    pub about: &'static str,
    /// Its own scheme and host, as its documentation writes them.
    pub base_url: &'static str,
    /// Host names that mean this provider.
    pub hosts: &'static [&'static str],
    /// The id of the account that every sandbox has.
    pub account: &'static str,
    /// The first is the one that calls carry.
    pub credentials: &'static [Credential],
    pub sources: &'static [Source],
    pub operations: &'static [&'static Operation],
    pub actions: &'static [&'static ActionRow],
    /// A function, because the tables are of types of the provider.
    pub lifecycles: fn() -> Vec<StatusTable>,
    pub pages: &'static [Page],
    pub errors: &'static [&'static ErrorRow],
    /// The fields in the body of every refusal.
    pub error_body: &'static [Field],
    /// The headers that its answers have beside Content-Type. Their names leave as they are written here.
    pub answer_headers: &'static [Field],
    /// A documented refusal by its name, as the provider answers it.
    pub refusal: fn(&str) -> Option<Response>,
    /// The name in a request by which its account is found. Nothing is verified: a server asks before it knows whose account it is.
    pub presented: fn(&Request) -> Option<String>,
    pub limit: Limit,
    pub events: &'static [EventRow],
    /// The headers by which a webhook shows that it is one of this provider's; one is enough.
    pub marks: &'static [Mark],
    /// Where a webhook carries its signature.
    pub proof: Proof,
    /// The credential that signs webhooks as long as the account has no webhook secret.
    pub signing_credential: Option<&'static str>,
    /// The text that is signed, where it follows from the body and is not the body itself. No attempt keeps it then.
    pub signed_of: Option<fn(&[u8]) -> String>,
    /// How a client's signature on a request is judged, where clients sign.
    pub request_signature: Option<RequestSignature>,
    /// What rules can bring about, beyond what the other tables say.
    pub reach: Reach,
    pub schedule: Schedule,
    /// How receivers of its webhooks are tried.
    pub audit: audit::AuditTable,
    pub settings: &'static [&'static Setting],
    pub asks: Asks,
    pub decisions: &'static [Decision],
    /// The names of all its rows.
    pub index: &'static LazyLock<Index>,
}

/// What rules can bring about at a provider.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// Before this much of the time after the payment window, a late payment has an effect. Zero: it never has.
    pub late_payment: Duration,
    /// The signature of a webhook covers a date.
    pub signs_dates: bool,
}

impl Contract {
    /// The setting with this name, of this provider or of all.
    pub fn setting(&self, name: &str) -> Option<&'static Setting> {
        let own = self.settings.iter().copied().find(|it| it.name == name);
        own.or_else(|| settings::COMMON.iter().copied().find(|it| it.name == name))
    }

    /// All settings: those of every provider, then its own. One of its own with the name of a common one replaces it: the
    /// provider has another default.
    pub fn settings(&self) -> impl Iterator<Item = &'static Setting> {
        let common = |name: &str| settings::COMMON.iter().any(|it| it.name == name);
        let own = |name: &str| self.settings.iter().find(|it| it.name == name).copied();
        let shared = settings::COMMON.iter().map(move |it| own(it.name).unwrap_or(it));
        shared.chain(self.settings.iter().copied().filter(move |it| !common(it.name)))
    }

    /// The documented error with this name.
    pub fn error(&self, name: &str) -> Option<&'static ErrorRow> {
        self.errors.iter().copied().find(|it| it.name == name)
    }

    /// The operation with this name.
    pub fn operation(&self, name: &str) -> Option<&'static Operation> {
        self.operations.iter().copied().find(|it| it.name == name)
    }

    /// The row of an event; that of the first, when none has this name.
    pub fn event(&self, name: &str) -> Option<&'static EventRow> {
        self.events.iter().find(|it| it.name == name).or(self.events.first())
    }

    /// The headers of the webhooks of an event.
    pub fn webhook_headers(&self, event: &str) -> &'static [Field] {
        self.event(event).map_or(&[], |it| it.headers)
    }

    /// Whether an action of that name makes an object. Of a call, its row says so.
    pub fn action_makes(&self, name: &str) -> bool {
        let is_birth = |it: &Transition| it.from.is_empty() && matches!(it.on, On::Act(own) if own == name);
        (self.lifecycles)().iter().any(|it| it.rows.iter().any(is_birth))
    }

    /// The credential that calls carry.
    pub fn credential(&self) -> Option<&'static Credential> {
        self.credentials.first()
    }

    /// The credentials that can be replaced: keys, secrets and passwords. A name stays with its account.
    pub fn keys(&self) -> impl Iterator<Item = &'static Credential> {
        self.credentials.iter().filter(|it| !["user_id", "username"].contains(&it.name))
    }

    /// Whether a received webhook looks like one of this provider's.
    pub fn recognises(&self, headers: &HeaderMap) -> bool {
        self.marks.iter().any(|it| match it {
            Mark::Header(name) => headers.contains_key(*name),
            Mark::Is(name, value) => headers.get(*name).is_some_and(|it| it == value),
            Mark::Begins(name, value) => headers.get(*name).is_some_and(|it| it.as_bytes().starts_with(value.as_bytes())),
        })
    }
}

/// Where a webhook carries what proves its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// In the header with this name, in lower case.
    Header(&'static str),
    /// In this member of the body.
    Member(&'static str),
}

/// A stored version of a document that is a source of facts.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    pub name: &'static str,
    pub what: &'static str,
}

/// A credential of the account that every sandbox has.
#[derive(Clone, Copy, Debug)]
pub struct Credential {
    pub name: &'static str,
    /// Its value in the default sandbox.
    pub test_value: &'static str,
    /// In other sandboxes: this, and then `drawn_chars` random hexadecimal characters.
    pub prefix: &'static str,
    pub drawn_chars: usize,
    /// An account is found by it, so no two accounts have the same.
    pub is_a_name: bool,
}

/// One call that the documentation lists.
#[derive(Clone, Debug)]
pub struct Operation {
    pub name: &'static str,
    pub method: Method,
    /// Below the provider's scheme and host.
    pub path: &'static str,
    pub auth: Auth,
    pub summary: &'static str,
    /// Media types that the body may have.
    pub media: &'static [&'static str],
    pub headers: &'static [Field],
    pub parameters: &'static [Field],
    /// The status of an answer that is not a refusal.
    pub success: StatusCode,
    /// The fields of such an answer.
    pub answer: &'static [Field],
    /// Names of rows of the error table.
    pub errors: &'static [&'static str],
    /// The kind of the object that it makes. A sandbox that is full refuses such a call.
    pub makes: Option<&'static str>,
    /// A request body from the documentation, when it has one.
    pub example: Option<&'static str>,
    pub evidence: Evidence,
}

impl Operation {
    /// Whether a parameter is a part of the path.
    pub fn has_in_path(&self, parameter: &str) -> bool {
        self.path.split('/').any(|segment| segment.strip_prefix('{').and_then(|it| it.strip_suffix('}')) == Some(parameter))
    }

    /// The parameters beside those in the path. A call without a body has them in its query.
    pub fn beside_the_path(&self) -> impl Iterator<Item = &'static Field> + Clone {
        self.parameters.iter().filter(|it| !self.has_in_path(it.name))
    }

    /// The same call, which makes an object of that kind.
    #[must_use]
    pub const fn making(mut self, object: &'static str) -> Self {
        self.makes = Some(object);
        self
    }

    /// The parameter that a refusal blames when a tester asks for one: the first that a caller has to send, else the first.
    /// Those in the path, those that always have the same value, and the credential are not blamed.
    pub fn blamed(&self) -> Option<&'static Field> {
        let key = if let Auth::Field { name } = self.auth { name } else { "" };
        let sent = |it: &&&'static Field| !matches!(it.kind, Kind::Constant(_)) && it.name != key && !self.has_in_path(it.name);
        let fields: Vec<&'static Field> = self.parameters.iter().collect();
        let needed = fields.iter().filter(sent).find(|it| it.need == Need::Required);
        needed.or_else(|| fields.iter().find(sent)).copied()
    }
}

/// How a call is authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// The header `Authorization: Bearer`, and the account's first credential.
    Bearer,
    /// HTTP Basic: the account's first credential is the user name, the password is empty.
    Basic,
    /// A signature over the request in the header `Authorization`, under that scheme; `how` says how it is made.
    Signed { scheme: &'static str, how: &'static str },
    /// Not at all: the call registers an account or logs in.
    Open,
    /// A field of the form: the account's first credential.
    Field { name: &'static str },
    /// The cookie of a portal session; a token from one of its forms is among the parameters.
    Session { cookie: &'static str },
}

/// A page for people.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub name: &'static str,
    pub path: &'static str,
    /// The methods that it answers to, beside HEAD and OPTIONS.
    pub methods: &'static [&'static str],
    pub what: &'static str,
    pub evidence: Evidence,
}

/// An action of the customer, the bank or the blockchain.
#[derive(Clone, Copy, Debug)]
pub struct ActionRow {
    pub name: &'static str,
    pub meaning: &'static str,
    pub parameters: &'static [Field],
    pub evidence: Evidence,
}

/// The rate limit of an account.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The error that answers a call above it, by name.
    pub error: &'static str,
    pub calls_max: u32,
    pub window: Duration,
    /// Of the figure.
    pub evidence: Evidence,
}

/// One documented refusal.
#[derive(Clone, Copy, Debug)]
pub struct ErrorRow {
    /// Its name in rules and coverage, in snake case.
    pub name: &'static str,
    /// As the answer writes it.
    pub code: &'static str,
    pub status: StatusCode,
    pub when: &'static str,
    pub evidence: Evidence,
}

/// A webhook event.
#[derive(Clone, Copy, Debug)]
pub struct EventRow {
    pub name: &'static str,
    pub when: &'static str,
    pub headers: &'static [Field],
    /// The members of all events of its kind.
    pub body: &'static [Field],
    /// The words that a member has in this event, where the others of its kind have more.
    pub only: &'static [(&'static str, &'static [&'static str])],
    pub signature: &'static str,
    pub example: &'static str,
    pub evidence: Evidence,
}

impl EventRow {
    /// The members of this event: the one that names the event has its name.
    pub fn fields(&'static self) -> impl Iterator<Item = Field> {
        self.body.iter().map(|row| {
            let only = self.only.iter().find(|it| it.0 == row.name).map(|it| it.1);
            let is_name = ["event", "type"].contains(&row.name) && matches!(row.kind, Kind::Word(words) if words.contains(&self.name));
            let only = if is_name { Some(std::slice::from_ref(&self.name)) } else { only };
            Field { kind: only.map_or(row.kind, Kind::Word), ..*row }
        })
    }
}

/// A header that only this provider's webhooks have.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    /// Whatever its value.
    Header(&'static str),
    /// With exactly that value.
    Is(&'static str, &'static str),
    /// With a value that begins so.
    Begins(&'static str, &'static str),
}

/// When a webhook is tried again.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// The wait before each attempt, counted from the attempt before; the first is the wait before the first.
    pub waits: &'static [Duration],
    /// A receiver has this long to answer.
    pub time_limit: Duration,
    pub evidence: Evidence,
    pub time_limit_evidence: Evidence,
}

/// Where the documents are silent or contradict themselves: what we do.
#[derive(Clone, Copy, Debug)]
pub struct Decision {
    /// Its name in scenarios and lists.
    pub name: &'static str,
    pub question: &'static str,
    pub decision: &'static str,
    pub evidence: Evidence,
}

/// A row of the decisions.
pub const fn decided(name: &'static str, question: &'static str, decision: &'static str, evidence: Evidence) -> Decision {
    Decision { name, question, decision, evidence }
}

/// The decision of that name, for constants: a name that none has does not compile.
pub const fn decision(table: &'static [Decision], name: &str) -> Row {
    let mut place = 0;
    while !bound::is_same(table[place as usize].name, name) {
        place += 1;
    }
    Row::Decision(place)
}

/// The documentation does not mention it.
pub const SILENT: Evidence = Evidence::Assumed("the documentation is silent");
