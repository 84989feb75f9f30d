//! What a row of the control API's table says, and how a path finds its row.

use std::time::Duration;

use http::{HeaderMap, Method};

use super::events;
use super::sandboxes::Wish;
use super::table::TABLE;
use super::{Answer, Ask, Problem};
use crate::kit::accept::weight;
use crate::kit::fields::Field;
use crate::kit::http::{Request, Response};

/// A call of the control API. Everything that is special about a call stands in its row.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The operation's name in the OpenAPI document.
    pub name: &'static str,
    /// `None`: the call answers to every method.
    pub method: Option<&'static str>,
    /// Below `/__admin/`. A name in braces is a row of `table::IN_PATH`.
    pub path: &'static str,
    pub summary: &'static str,
    pub query: &'static [Field],
    pub body: Body,
    /// Examples of bodies, as JSON.
    pub examples: &'static [&'static str],
    pub caller: Caller,
    pub limits: BodyLimits,
    pub effort: Effort,
    pub when_broken: WhenBroken,
    pub stirs: Stirs,
    /// What a browser gets that asks for a page: one that says nothing by itself, so it needs no token.
    pub page: Option<fn(&Request) -> Response>,
    pub handler: Handler,
}

/// What a call reads of its body.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// Nothing: a body is not looked at.
    Ignored,
    /// A JSON object with these members and no others. It may be left out where no row is required.
    Fields(&'static [Field]),
    /// A JSON object whose rows depend on the path: the parameters of an action, the settings of an account.
    ByPath(Rows),
    /// A text in the language of scenarios, as YAML or JSON, with the component that describes it.
    Scenario { component: &'static str },
    /// What is looked for, as JSON: matchers as in a scenario, with the component that describes it.
    Criteria { component: &'static str },
    /// A saved sandbox, as JSON.
    State,
    /// Bytes of any kind.
    Bytes,
}

/// Whose rows a body follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Those of the action that the path names.
    Action,
    /// The settings of the provider whose account the path names.
    Account,
}

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Everyone, from every page, without a token.
    Everyone,
    /// Callers with the server's token, where the server has one.
    TokenHolder,
}

/// How large a body may be, and how long it may take to arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyLimits {
    pub bytes_max: usize,
    pub time_max: Duration,
}

impl BodyLimits {
    /// For every request, unless its row says otherwise.
    pub const USUAL: Self = Self { bytes_max: 1024 * 1024, time_max: Duration::from_secs(10) };
    /// For a saved sandbox: its journal alone may hold 32 MiB.
    pub const STATE: Self = Self { bytes_max: 256 * 1024 * 1024, time_max: Duration::from_secs(60) };
}

/// How much a call can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Little.
    Usual,
    /// Much time and memory, in work that needs no sandbox. A server takes few such calls at a time.
    Long,
}

/// What a call does in a sandbox that a bug has broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenBroken {
    /// It is refused: the state is in doubt.
    Refused,
    /// It replaces the state by a new one first.
    BeginsAnew,
}

/// Whether pages of providers can show something else after a call, whatever it leaves in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stirs {
    Pages,
    Nothing,
}

/// What a call concerns, and the function that answers it.
#[derive(Clone, Copy, Debug)]
pub enum Handler {
    /// The server. Such a call is answered even when the sandbox is broken. It gets what links of the sandbox begin with.
    Server(fn(base_url: &str) -> Result<Response, Problem>),
    /// A file of our pages, by its name. It is the same for everyone.
    File(fn(name: &str) -> Result<Response, Problem>),
    /// The sandboxes of a server: the call says what the server is to do with them. It gets the parts of the path at the names
    /// in braces.
    Sandboxes(fn(&Call, &Request, &[&str]) -> Result<Wish, Problem>),
    /// An answer that stays open, of one sandbox or of all.
    Stream(fn(&Call, &Request) -> Result<events::Stream, Problem>),
    /// One sandbox.
    Sandbox(fn(&mut Ask<'_>) -> Result<Answer, Problem>),
}

impl Call {
    const fn new(method: Option<&'static str>, path: &'static str, name: &'static str, summary: &'static str, handler: Handler) -> Self {
        Self {
            name,
            method,
            path,
            summary,
            query: &[],
            body: Body::Ignored,
            examples: &[],
            caller: Caller::TokenHolder,
            limits: BodyLimits::USUAL,
            effort: Effort::Usual,
            when_broken: WhenBroken::Refused,
            stirs: Stirs::Pages,
            page: None,
            handler,
        }
    }

    pub(super) const fn get(path: &'static str, name: &'static str, summary: &'static str, handler: Handler) -> Self {
        Self::new(Some("GET"), path, name, summary, handler).quiet()
    }

    pub(super) const fn post(path: &'static str, name: &'static str, summary: &'static str, handler: Handler) -> Self {
        Self::new(Some("POST"), path, name, summary, handler)
    }

    pub(super) const fn put(path: &'static str, name: &'static str, summary: &'static str, handler: Handler) -> Self {
        Self::new(Some("PUT"), path, name, summary, handler)
    }

    pub(super) const fn patch(path: &'static str, name: &'static str, summary: &'static str, handler: Handler) -> Self {
        Self::new(Some("PATCH"), path, name, summary, handler)
    }

    pub(super) const fn delete(path: &'static str, name: &'static str, summary: &'static str, handler: Handler) -> Self {
        Self::new(Some("DELETE"), path, name, summary, handler)
    }

    pub(super) const fn any(path: &'static str, name: &'static str, summary: &'static str, handler: Handler) -> Self {
        Self::new(None, path, name, summary, handler)
    }

    pub(super) const fn query(self, query: &'static [Field]) -> Self {
        Self { query, ..self }
    }

    pub(super) const fn body(self, body: Body) -> Self {
        Self { body, ..self }
    }

    pub(super) const fn examples(self, examples: &'static [&'static str]) -> Self {
        Self { examples, ..self }
    }

    pub(super) const fn caller(self, caller: Caller) -> Self {
        Self { caller, ..self }
    }

    pub(super) const fn long(self) -> Self {
        Self { effort: Effort::Long, ..self }
    }

    pub(super) const fn limits(self, limits: BodyLimits) -> Self {
        Self { limits, ..self }
    }

    pub(super) const fn quiet(self) -> Self {
        Self { stirs: Stirs::Nothing, ..self }
    }

    pub(super) const fn when_broken(self, when_broken: WhenBroken) -> Self {
        Self { when_broken, ..self }
    }

    pub(super) const fn page(self, page: fn(&Request) -> Response) -> Self {
        Self { page: Some(page), ..self }
    }

    /// The page that a request asks for in place of the call's answer: when it would rather have it.
    pub fn page_for(&self, headers: &HeaderMap) -> Option<fn(&Request) -> Response> {
        self.page.filter(|_| weight(headers, "application/json") < weight(headers, "text/html"))
    }

    /// Who may make the call in the way in which these headers ask for it.
    pub fn caller_for(&self, headers: &HeaderMap) -> Caller {
        if self.page_for(headers).is_some() { Caller::Everyone } else { self.caller }
    }

    /// The call that answers to this method at this path. HEAD asks for what GET answers, without its body.
    pub fn find(method: &Method, path: &str) -> Option<&'static Self> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        Self::at(path).find(|it| it.method.is_none_or(|own| own == method.as_str()))
    }

    /// The calls at this path, with any method.
    pub(super) fn at(path: &str) -> impl Iterator<Item = &'static Self> {
        TABLE.iter().filter(move |it| it.captures(path).is_some())
    }

    /// The parts of a path at the names in braces.
    pub(super) fn captures<'a>(&self, path: &'a str) -> Option<Vec<&'a str>> {
        captures(self.path, path)
    }

    /// The names in braces.
    pub(super) fn names_in_path(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.split_once('}').map(|it| it.0))
    }
}

/// The parts of a path at the names in braces of a pattern. Empty segments do not count.
fn captures<'a>(pattern: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let mut captures = Vec::new();
    let mut segments = path.split('/').filter(|it| !it.is_empty());
    for part in pattern.split('/').filter(|it| !it.is_empty()) {
        let segment = segments.next()?;
        match part.strip_prefix('{').and_then(|it| it.split_once('}')) {
            Some((_, ending)) => captures.push(segment.strip_suffix(ending)?),
            None if part == segment => {}
            None => return None,
        }
    }
    segments.next().is_none().then_some(captures)
}
