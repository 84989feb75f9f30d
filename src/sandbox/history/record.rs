//! One thing that came in or went out, as the history keeps it and a capsule holds it.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use crate::engine::delivery::{AttemptId, Outcome, WaitsFor};
use crate::engine::inbox::Signature;
use crate::engine::start::Start;
use crate::kit::chunked::Chunked;
use crate::kit::heap;
use crate::kit::http::{Kept, KeptHeaders, Request, RequestPath};
use crate::kit::split;
use crate::kit::time::{Timestamp, Uptime};
use crate::sandbox::Ticket;

/// An uptime: nanoseconds since the process began, and the real date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment(u64, Timestamp);

impl From<Uptime> for Moment {
    fn from(uptime: Uptime) -> Self {
        Self(u64::try_from(uptime.elapsed.as_nanos()).unwrap_or(u64::MAX), uptime.date)
    }
}

impl From<Moment> for Uptime {
    fn from(Moment(nanos, date): Moment) -> Self {
        Self { elapsed: Duration::from_nanos(nanos), date }
    }
}

/// One entry of a history.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Record {
    /// Something came in.
    Input(Came),
    /// A caller took out an answer.
    Taken { at: Moment, ticket: Ticket, given: Given },
    /// A caller looked for an answer, and what they waited for became a delay.
    Looked { at: Moment, ticket: Ticket },
    /// An answer was made that needs the sandbox no more.
    Made { ticket: Ticket, digest: Digest },
    /// An attempt left.
    Left { attempt: AttemptId, digest: Digest },
    /// A snapshot was taken here.
    Settled { at: Moment },
}

/// An input, and when it came.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Came {
    pub at: Moment,
    /// Attempts that were to leave and that no driver had taken out before.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left: u32,
    pub what: What,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What came in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// A request, of a client or of a tester.
    Request { ticket: Ticket, request: Asked },
    /// What a request brought was read.
    Rest { ticket: Ticket },
    /// A receiver answered, or did not.
    Outcome { generation: u64, attempt: AttemptId, outcome: Outcome },
    /// Real time passed, and something happened by itself.
    Tick,
    /// Time passed for a caller who is told nothing.
    Walk { ticket: Ticket, to: Timestamp },
    /// A webhook of this process came to an inbox.
    Message(Box<Message>),
    /// A request that was refused before the sandbox heard it.
    Unheard(Box<Unheard>),
    /// A caller went away.
    Gone { ticket: Ticket },
    /// A caller sends nothing more.
    HalfClosed { ticket: Ticket },
    /// A caller may not have read the report of a walk.
    ToldAgain { ticket: Ticket },
    /// A caller's wait was ended.
    Patience { ticket: Ticket },
    /// The sandbox began anew, with another start.
    Begin { start: Box<Start> },
    /// A tester's own client logged in to a portal.
    LoggedIn { provider: String, account: String },
    /// An attempt waits for something on this machine.
    Waits { generation: u64, attempt: AttemptId, waits_for: Option<WaitsFor> },
    /// The sandbox was deleted.
    Closed,
    /// Attempts under way leave again: what has sent them is gone.
    Again,
}

/// A webhook to an inbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    pub inbox: String,
    pub path: String,
    pub headers: KeptHeaders,
    pub body: Kept,
    /// The provider that sent it, and what its signature is.
    pub verdict: Option<(Option<String>, Signature)>,
}

/// A request that no sandbox has heard, and the status, headers and body of its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unheard {
    pub request: Asked,
    pub answer: (u16, KeptHeaders, Kept),
}

/// A request as it came.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    #[serde(with = "method")]
    pub method: Method,
    #[serde(with = "target")]
    target: Bytes,
    /// The path that it is routed by, where the target does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<Box<str>>,
    /// The query, where the target does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    query: Option<Box<str>>,
    pub headers: KeptHeaders,
    #[serde(default, skip_serializing_if = "Kept::is_empty")]
    body: Kept,
    origin: Arc<str>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    by_own_host: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_ambiguous: bool,
}

impl Asked {
    /// Keeps a request. The bytes of its body are shared with it; its head is written into a chunk.
    pub fn of(request: &Request, heads: &mut Chunked, origin: Arc<str>) -> Self {
        let (path, query) = split::once(&request.target, b'?').unwrap_or((&request.target, ""));
        Self {
            method: request.method.clone(),
            target: heads.put(request.target.len(), |it| it.extend_from_slice(request.target.as_bytes())),
            path: (path != request.path.as_str()).then(|| request.path.as_str().into()),
            query: (query != request.query).then(|| request.query.as_str().into()),
            headers: KeptHeaders::in_chunk(&request.headers, heads),
            body: Kept(request.body.clone()),
            origin,
            by_own_host: request.by_own_host,
            is_ambiguous: request.is_ambiguous,
        }
    }

    /// Path and query as they were sent.
    pub fn target(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.target)
    }

    /// The same request again.
    pub fn request(&self) -> Request {
        let target = self.target().into_owned();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        Request {
            method: self.method.clone(),
            path: RequestPath::new(self.path.as_deref().unwrap_or(path).to_owned()),
            query: self.query.as_deref().unwrap_or(query).to_owned(),
            target,
            headers: self.headers.map(),
            kept_headers: None,
            body: self.body.0.clone(),
            origin: self.origin.to_string(),
            by_own_host: self.by_own_host,
            is_ambiguous: self.is_ambiguous,
        }
    }

    fn bytes(&self) -> usize {
        self.target.len() + self.headers.cost() + heap::block(self.body.0.len())
    }
}

/// What a caller took out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Given {
    Answer(Digest),
    /// The connection was cut.
    Cut,
    /// What the call brought had to be read first.
    Before,
    /// The answer was made later.
    Later,
}

impl Given {
    /// Its part of the running hash.
    pub const fn hash(self) -> u64 {
        match self {
            Self::Answer(digest) => digest.hash,
            Self::Cut => 1,
            Self::Before => 2,
            Self::Later => 3,
        }
    }
}

impl Record {
    /// What it costs.
    pub fn bytes(&self) -> usize {
        let Self::Input(Came { what, .. }) = self else { return size_of::<Self>() };
        let inner = match what {
            What::Request { request, .. } => request.bytes(),
            What::Unheard(it) => heap::block(size_of::<Unheard>()) + it.request.bytes() + it.answer.1.cost() + it.answer.2.0.len(),
            What::Message(it) => heap::block(size_of::<Message>()) + it.inbox.len() + it.path.len() + it.headers.cost() + it.body.0.len(),
            What::Outcome { outcome, .. } => {
                outcome.result.as_ref().map_or(0, |it| it.headers.cost() + it.body.0.len())
                    + outcome.remarks.as_ref().map_or(0, |it| it.cost())
            }
            What::Begin { start } => start.cost(),
            What::LoggedIn { provider, account } => provider.len() + account.len(),
            What::Rest { .. }
            | What::Tick
            | What::Walk { .. }
            | What::Gone { .. }
            | What::HalfClosed { .. }
            | What::ToldAgain { .. }
            | What::Patience { .. }
            | What::Waits { .. }
            | What::Closed
            | What::Again => 0,
        };
        size_of::<Self>() + inner
    }
}

mod target {
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(target: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(target))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        String::deserialize(deserializer).map(Into::into)
    }
}

mod method {
    use http::Method;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(method.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Method, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
