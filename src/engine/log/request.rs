//! A request in the log, with its answer.

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::engine::tables::Basis;
use crate::kit::concealed;
use crate::kit::heap;
use crate::kit::http::{Kept, KeptHeaders, Method, Request, Response};

/// What a provider says of a request that it answers.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    pub operation: Option<&'static str>,
    pub account: Option<String>,
    /// The documented error that was answered, by name.
    pub error: Option<&'static str>,
    pub hint: Option<Cow<'static, str>>,
    /// The answer waits for this delivery.
    pub waits_for: Option<u64>,
    /// What a reader of the journal has to know of it besides: a bound that was hit, or until when the answer is held.
    pub note: Option<Cow<'static, str>>,
    /// A rule delays the answer, or damages it on its way.
    pub is_paced: bool,
    /// What the answer rests on.
    pub basis: Option<Basis>,
}

/// One request to a provider and its answer. Until the provider has seen it, only its number is known.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RequestEntry {
    /// Counts the requests alone: `req-1`, `req-2`.
    pub id: u64,
    pub operation: Option<Cow<'static, str>>,
    pub account: Option<String>,
    /// The documented error that was answered, by name.
    pub error: Option<Cow<'static, str>>,
    /// The rule that answered in the provider's place.
    pub rule: Option<String>,
    /// What a reader has to know besides: a bound that was hit, or until when the answer is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Cow<'static, str>>,
    pub method: Cow<'static, str>,
    pub target: String,
    pub headers: KeptHeaders,
    pub body: Kept,
    /// The name of the least certain row of the contract that the answer rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<Cow<'static, str>>,
    pub answer: Option<Answer>,
    /// A rule has delayed the answer, or damaged it on its way: its caller may not have read it when the next request came.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_paced: bool,
    /// Something of the request was not kept, so its answer is looked through for the same.
    #[serde(skip)]
    pub(super) conceals: bool,
    /// Its caller has gone, so that it gets no answer.
    #[serde(skip)]
    pub(super) is_left: bool,
}

/// What was answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    pub headers: KeptHeaders,
    pub body: Kept,
}

impl RequestEntry {
    /// The request that has this number, as it came. Keys that look live are not kept, nor is the middle of card numbers.
    pub(super) fn new(id: u64, request: Request, trace: Trace, rule: Option<String>) -> Self {
        let target = match concealed::text(&request.target) {
            Cow::Owned(target) => Some(target),
            Cow::Borrowed(_) => None,
        };
        let headers = request.kept_headers.unwrap_or_else(|| KeptHeaders::of(&request.headers));
        let (own_headers, body) = (headers.concealed(), concealed::bytes(&request.body));
        let conceals = target.is_some() || own_headers.is_some() || body.is_some();
        Self {
            id,
            operation: trace.operation.map(Cow::Borrowed),
            account: trace.account,
            error: trace.error.map(Cow::Borrowed),
            rule,
            note: trace.note,
            row: trace.basis.map(|it| Cow::Borrowed(it.named.name)),
            method: method_name(&request.method),
            target: target.unwrap_or(request.target),
            headers: own_headers.unwrap_or(headers),
            body: Kept(body.map_or(request.body, Bytes::from)),
            answer: None,
            is_paced: trace.is_paced,
            conceals,
            is_left: false,
        }
    }

    /// The answer to it, as it is kept.
    pub(super) fn answer(&self, response: &Response, headers: KeptHeaders) -> Answer {
        let mut answer = Answer { status: response.status.as_u16(), headers, body: Kept(response.body.clone()) };
        if self.method == "HEAD" {
            answer.body = Kept::default(); // it is not sent
        }
        if self.conceals {
            answer.headers = answer.headers.concealed().unwrap_or(answer.headers);
            answer.body = concealed::bytes(&answer.body.0).map_or(answer.body, |it| Kept(it.into()));
        }
        answer
    }

    /// The request as it came, as far as it was kept.
    pub fn as_request(&self) -> Request {
        let method = self.method.parse().unwrap_or(Method::GET);
        Request { headers: self.headers.map(), ..Request::new(method, &self.target, self.body.0.clone()) }
    }

    /// Bytes that it takes.
    pub(super) fn size(&self) -> usize {
        let texts = [Some(&*self.target), self.account.as_deref(), self.rule.as_deref(), self.note.as_deref()].into_iter().flatten();
        let texts: usize = texts.map(|it| heap::block(it.len())).sum();
        let answer = self.answer.as_ref().map_or(0, Answer::size);
        // An entry from a saved state costs what it cost before, so that the same entries fit.
        let method = if USUAL.contains(&&*self.method) { 0 } else { heap::block(self.method.len()) };
        heap::block(size_of::<Self>()) + texts + method + self.headers.cost() + heap::shared(&self.body.0) + answer
    }
}

impl Answer {
    /// Bytes that it takes besides its place in the request.
    pub(super) fn size(&self) -> usize {
        self.headers.cost() + heap::shared(&self.body.0)
    }
}

/// The usual methods.
const USUAL: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// The name of a method; the usual ones need no memory.
fn method_name(method: &Method) -> Cow<'static, str> {
    let found = USUAL.into_iter().find(|it| *it == method.as_str());
    found.map_or_else(|| Cow::Owned(method.as_str().to_owned()), Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i21_an_unknown_method_counts() {
        let size = |method: &str| {
            let request = Request::new(method.parse().expect("a method"), "/", Bytes::new());
            RequestEntry::new(1, request, Trace::default(), None).size()
        };
        assert_eq!(size(&"X".repeat(10_000)) - size("GET"), heap::block(10_000));
    }
}
