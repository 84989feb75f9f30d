//! What is known of a provider, as rows: the provider's own tables, collected once and read by everybody.

pub mod leading;
pub mod settings;

use http::{Method, StatusCode};
pub use settings::{Setting, SettingKind};

use crate::kit::evidence::Evidence;
use crate::kit::fields::{Field, Kind};
use crate::kit::form::Form;
use crate::kit::http::{Request, Response};
use crate::kit::lifecycle::{Lifecycle, On, Word};
use crate::kit::time::Duration;

/// One provider, whole.
pub struct Contract {
    pub slug: &'static str,
    pub name: &'static str,
    /// One sentence: what it is for.
    pub about: &'static str,
    /// Scheme and host of its own, as its documentation writes them.
    pub base_url: &'static str,
    /// Host names that mean this provider.
    pub hosts: &'static [&'static str],
    /// The id of the account that every sandbox has.
    pub account: &'static str,
    /// The first is the one that calls carry.
    pub credentials: &'static [Credential],
    pub sources: &'static [Source],
    /// Functions, because the rows stand in tables of the provider's own types.
    pub operations: fn() -> Vec<&'static Operation>,
    pub actions: fn() -> Vec<&'static ActionRow>,
    pub lifecycles: fn() -> Vec<StatusTable>,
    pub pages: &'static [Page],
    pub errors: &'static [ErrorRow],
    /// What stands in the body of every refusal.
    pub error_body: &'static [Field],
    /// A documented refusal by its name, as the provider would answer it.
    pub refusal: fn(&str) -> Option<Response>,
    pub limit: Limit,
    pub events: &'static [EventRow],
    pub schedule: Schedule,
    pub settings: &'static [&'static Setting],
    pub decisions: &'static [Decision],
}

impl Contract {
    /// The setting of that name, of this provider or of all.
    pub fn setting(&self, name: &str) -> Option<&'static Setting> {
        self.settings().find(|it| it.name == name)
    }

    /// All settings: those of every provider, then its own. One of its own that has the name of a common one takes its
    /// place: the provider has another default.
    pub fn settings(&self) -> impl Iterator<Item = &'static Setting> {
        let common = |name: &str| settings::COMMON.iter().any(|it| it.name == name);
        let own = |name: &str| self.settings.iter().find(|it| it.name == name).copied();
        let shared = settings::COMMON.iter().map(move |it| own(it.name).unwrap_or(it));
        shared.chain(self.settings.iter().copied().filter(move |it| !common(it.name)))
    }

    /// The documented error of that name.
    pub fn error(&self, name: &str) -> Option<&'static ErrorRow> {
        self.errors.iter().find(|it| it.name == name)
    }

    /// The operation of that name.
    pub fn operation(&self, name: &str) -> Option<&'static Operation> {
        (self.operations)().into_iter().find(|it| it.name == name)
    }

    /// The credential that calls carry.
    pub fn credential(&self) -> Option<&'static Credential> {
        self.credentials.first()
    }

    /// The operation that a request to that path means, whoever asks. Those behind one address are told apart by the
    /// parameters that always have the same value.
    pub fn operation_of(&self, path: &str, request: &Request) -> Option<&'static Operation> {
        let mut here = (self.operations)().into_iter().filter(|it| it.method == request.method && fits(it.path, path));
        let first = here.next()?;
        let Some(second) = here.next() else { return Some(first) };
        let form = Form::of(request);
        let means = |it: &&'static Operation| {
            let constant = |field: &&Field| matches!(field.kind, Kind::Constant(_));
            let sent = |field: &Field| matches!(field.kind, Kind::Constant(text) if form.get(field.name) == Some(text));
            it.parameters.iter().filter(constant).all(sent)
        };
        [first, second].into_iter().chain(here).find(means)
    }

    /// Whether a page for people lives there, whatever it shows.
    pub fn has_page(&self, path: &str) -> bool {
        self.pages.iter().any(|it| it.path.split('?').next().is_some_and(|own| fits(own, path)))
    }
}

/// Whether a path is one of a pattern, whose braces take any segment.
fn fits(pattern: &str, path: &str) -> bool {
    fn segments(path: &str) -> Vec<&str> {
        path.split('/').filter(|it| !it.is_empty()).collect()
    }
    let (own, asked) = (segments(pattern), segments(path));
    own.len() == asked.len() && own.iter().zip(&asked).all(|(own, asked)| own == asked || own.starts_with('{'))
}

/// A stored state of a document that a fact can come from.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    pub name: &'static str,
    pub what: &'static str,
}

/// A credential of the account that every sandbox has.
#[derive(Clone, Copy, Debug)]
pub struct Credential {
    pub name: &'static str,
    /// What it is in the default sandbox.
    pub test_value: &'static str,
    /// In other sandboxes: this, and that many drawn hexadecimal characters.
    pub prefix: &'static str,
    pub drawn_chars: usize,
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
    /// The status of an answer that is no refusal.
    pub success: StatusCode,
    /// What stands in it.
    pub answer: &'static [Field],
    /// Names of rows of the error table.
    pub errors: &'static [&'static str],
    /// A request body from the documentation, when there is one.
    pub example: Option<&'static str>,
    pub evidence: Evidence,
}

/// How a caller proves who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// The header `Authorization: Bearer`, and the account's first credential.
    Bearer,
    /// HTTP Basic: the account's first credential is the user name, the password is empty.
    Basic,
    /// A signature over the request in the header `Authorization`, under that scheme; `how` says how it is made.
    Signed { scheme: &'static str, how: &'static str },
    /// Nobody has to: the call is how one becomes somebody.
    Open,
    /// A field of the form that is sent: the account's first credential.
    Field { name: &'static str },
    /// The cookie of a portal session; a token from one of its forms stands among the parameters.
    Session { cookie: &'static str },
}

/// A page for people.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub name: &'static str,
    pub path: &'static str,
    pub what: &'static str,
    pub evidence: Evidence,
}

/// Something that customer, bank or blockchain can do.
#[derive(Clone, Copy, Debug)]
pub struct ActionRow {
    pub name: &'static str,
    pub meaning: &'static str,
    pub parameters: &'static [Field],
    pub evidence: Evidence,
}

/// How often an account may call.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The error that answers a call above it, by name.
    pub error: &'static str,
    pub calls_max: u32,
    pub window: Duration,
}

/// One documented refusal.
#[derive(Clone, Copy, Debug)]
pub struct ErrorRow {
    /// In snake case: what rules and coverage call it.
    pub name: &'static str,
    /// As the answer writes it.
    pub code: &'static str,
    pub status: StatusCode,
    pub when: &'static str,
    pub evidence: Evidence,
}

/// A status table with its type forgotten.
#[derive(Clone, Debug)]
pub struct StatusTable {
    pub object: &'static str,
    pub statuses: Vec<&'static str>,
    pub rows: Vec<Transition>,
}

/// A row of a status table.
#[derive(Clone, Debug)]
pub struct Transition {
    pub on: On,
    pub from: Vec<&'static str>,
    pub to: &'static str,
    pub event: Option<&'static str>,
    pub evidence: Evidence,
}

impl StatusTable {
    /// The table of one kind of object.
    pub fn of<S: Word>(object: &'static str, statuses: &[S], table: &Lifecycle<S>) -> Self {
        let none = Self { object, statuses: statuses.iter().map(|it| it.word()).collect(), rows: Vec::new() };
        none.and(table)
    }

    /// With the rows of another table of the same statuses.
    #[must_use]
    pub fn and<S: Word>(mut self, table: &Lifecycle<S>) -> Self {
        self.rows.extend(table.0.iter().map(|it| Transition {
            on: it.on,
            from: it.from.iter().map(|status| status.word()).collect(),
            to: it.to.word(),
            event: it.event,
            evidence: it.evidence,
        }));
        self
    }

    /// Whether nothing leads out of a status.
    pub fn is_final(&self, status: &str) -> bool {
        !self.rows.iter().any(|it| it.from.contains(&status))
    }
}

/// A webhook event.
#[derive(Clone, Copy, Debug)]
pub struct EventRow {
    pub name: &'static str,
    pub when: &'static str,
    pub headers: &'static [Field],
    pub body: &'static [Field],
    pub signature: &'static str,
    pub example: &'static str,
    pub evidence: Evidence,
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
    pub question: &'static str,
    pub decision: &'static str,
    pub evidence: Evidence,
}

/// A row of the decisions.
pub const fn decided(question: &'static str, decision: &'static str, evidence: Evidence) -> Decision {
    Decision { question, decision, evidence }
}

/// Nobody says anything about it.
pub const SILENT: Evidence = Evidence::Assumed("the documentation is silent");
