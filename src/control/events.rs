//! `/__admin/events`: what happens, while it happens, as server-sent events (WHATWG HTML, section 9.2). A caller says what it wants to
//! hear; the server reads on in the logs of its sandboxes.

use http::StatusCode;
use serde::Serialize;

use super::call::Call;
use super::input::Input;
use super::journal::PROVIDER;
use super::render::{Excerpt, KINDS, News};
use super::{Problem, no_provider};
use crate::engine::world::World;
use crate::kit::fields::{Field, Kind, Need, TEXT};
use crate::kit::http::{Request, Response, header};
use crate::providers;
use crate::scenario::told::field;

const SINCE: Field = field(
    "since",
    TEXT,
    Need::Optional,
    "the number or the id of an event: the events behind it come first, and 0 stands for the beginning; without it, the stream begins now",
);
const SANDBOXES: Field = field(
    "sandboxes",
    Kind::Word(&["own", "all"]),
    Need::Optional,
    "whose events: those of the sandbox that is asked, or of all of the server",
);
const KIND: Field = field("kind", Kind::Word(KINDS), Need::Optional, "only events of this kind, and those that tell of the stream itself");
/// The query of the call.
pub const WANTED: &[Field] = &[SINCE, SANDBOXES, PROVIDER, KIND];
/// The header in which a browser that has lost its connection says how far it has read.
pub const LAST_EVENT_ID: &str = "last-event-id";

/// Bytes of events after which others get their turn.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// A stream that a caller asks for.
#[derive(Clone, Debug)]
pub enum Stream {
    /// What happens.
    Events(Watch),
    /// The clock of the sandbox.
    Clock,
}

/// What a caller wants to hear.
#[derive(Clone, Debug)]
pub struct Watch {
    pub since: Since,
    pub of: Of,
    provider: Option<&'static str>,
    kind: Option<String>,
}

/// Whose events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    One,
    All,
}

/// Where a stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    Now,
    /// Behind the event of that number, if the sandbox is the one that was made at that moment: another one begins anew.
    Number {
        number: u64,
        born: Option<u64>,
    },
}

impl Since {
    /// Reads the number or the id of an event.
    fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        let wrong = || {
            let detail = format!("`{name}` is the number or the id of an event, as 17 or 17-64f1c2a4b3d80; 0 stands for the beginning.");
            Problem::invalid(detail)
        };
        let digits = |it: &str, radix| u64::from_str_radix(it, radix).ok().filter(|_| it.bytes().all(|own| own.is_ascii_alphanumeric()));
        let (number, born) = text.split_once('-').map_or((text, None), |(number, born)| (number, Some(born)));
        let born = born.map(|it| digits(it, 16).ok_or_else(wrong)).transpose()?;
        Ok(Self::Number { number: digits(number, 10).ok_or_else(wrong)?, born })
    }

    /// The place in the log of a sandbox behind which the stream begins.
    pub fn place(self, sandbox_born: u64, world: &World) -> u64 {
        match self {
            Self::Now => world.core.log.written(),
            Self::Number { born: Some(born), .. } if born != sandbox_born => 0,
            Self::Number { number, .. } if world.core.log.written() < number => 0,
            Self::Number { number, .. } => number,
        }
    }
}

pub fn watch(call: &Call, request: &Request) -> Result<Stream, Problem> {
    let query = Input::query(call, request)?;
    let of = if query.text(&SANDBOXES)?.as_deref() == Some("all") { Of::All } else { Of::One };
    let provider = match query.text(&PROVIDER)? {
        Some(slug) => Some(known(&slug)?),
        None => None,
    };
    let asked = query.text(&SINCE)?.map(|it| Since::parse(SINCE.name, &it)).transpose()?;
    // A browser sends the address again as it was, so the header is the later word.
    let last = request.header(LAST_EVENT_ID);
    let last = if last.is_empty() { None } else { Some(Since::parse("Last-Event-ID", last)?) };
    let since = last.or(asked).unwrap_or(Since::Now);
    if of == Of::All && !matches!(since, Since::Now | Since::Number { number: 0, born: None }) {
        let detail = "Each sandbox counts its own events: a stream of all begins now, or with `since=0` at the beginning.";
        return Err(Problem::invalid(detail));
    }
    Ok(Stream::Events(Watch { since, of, provider, kind: query.text(&KIND)? }))
}

/// A provider of that name.
fn known(slug: &str) -> Result<&'static str, Problem> {
    let slugs = || providers::all().into_iter().map(|it| it.contract().slug);
    slugs().find(|it| *it == slug).ok_or_else(|| Problem::invalid(no_provider(slug, slugs())))
}

/// The head of the answer. Its body is the stream.
pub fn head() -> Response {
    let mut head = Response::new(StatusCode::OK, "text/event-stream", "").with(header::CACHE_CONTROL, "no-store");
    head.headers.insert("x-accel-buffering", header::HeaderValue::from_static("no"));
    head
}

/// The server has as many streams as it may.
pub fn too_many(streams_max: usize) -> Problem {
    let detail = format!("{streams_max} streams of events are open, as many as a server has at a time: close one, and try again.");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", detail)
}

/// A sandbox as its events name it.
#[derive(Clone, Copy, Debug)]
pub struct Teller<'a> {
    pub sandbox: &'a str,
    /// When it was made, in microseconds since 1970: another of the same name has another moment.
    pub born: u64,
    /// Whether an event carries an id by which a reader goes on. One of several sandboxes says nothing about the others.
    pub ids: Ids,
}

/// Whether events carry ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    Sent,
    None,
}

/// One event's data.
#[derive(Serialize)]
struct Data<'a> {
    sandbox: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    #[serde(flatten)]
    news: &'a News,
}

impl Teller<'_> {
    /// Sets what a reader sends when it comes back, without an event.
    pub fn at(&self, place: u64) -> String {
        match self.ids {
            Ids::Sent => format!("id: {place}-{:x}\n", self.born),
            Ids::None => String::new(),
        }
    }

    /// An event of that place, if it has one.
    pub fn event(&self, place: Option<u64>, news: &News) -> String {
        let data = Data { sandbox: self.sandbox, sequence: place, news };
        let (id, data) = (place.map_or(String::new(), |it| self.at(it)), serde_json::to_string(&data).unwrap_or_default());
        format!("{id}event: {}\ndata: {data}\n\n", news.kind)
    }

    /// Something about the sandbox itself, or about the stream.
    pub fn word(&self, kind: &'static str, message: &str) -> String {
        self.event(None, &News { kind, message: message.to_owned(), ..News::default() })
    }
}

impl Watch {
    /// The events of an excerpt that are wanted, as text, and the place of the last that was looked at. A long text ends early.
    pub fn write(&self, teller: Teller<'_>, excerpt: &Excerpt, place: &mut u64) -> String {
        let mut text = String::new();
        for (at, news) in excerpt.events() {
            *place = at;
            if let Some(it) = news.filter(|it| self.wants(it)) {
                text += &teller.event(Some(at), &it);
            }
            if TEXT_BYTES_MAX <= text.len() {
                break;
            }
        }
        text
    }

    fn wants(&self, it: &News) -> bool {
        let is_of_sandbox = !KINDS.contains(&it.kind);
        is_of_sandbox || (self.kind.as_deref().is_none_or(|own| own == it.kind) && self.provider.is_none_or(|own| it.provider == Some(own)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_number_or_an_id() {
        for (text, read) in [
            ("0", Some((0, None))),
            ("17", Some((17, None))),
            ("17-64f1c2a4b3d80", Some((17, Some(0x0006_4f1c_2a4b_3d80)))),
            ("", None),
            ("-", None),
            ("17-", None),
            ("+17", None),
            ("17-+1", None),
            ("17-1-1", None),
            ("1.5", None),
            ("99999999999999999999", None),
        ] {
            let since = Since::parse("since", text).ok();
            assert_eq!(since, read.map(|(number, born)| Since::Number { number, born }), "{text}");
        }
    }
}
