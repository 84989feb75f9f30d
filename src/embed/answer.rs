//! The answer to a call, or the reason why it has none.

use std::ops::Index;

use serde_json::Value as Json;

use crate::kit::http::{HeaderMap, Response};
use crate::stage;

/// Why a call has failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The call was not made, because its operation, account or duration does not exist. A sentence that says what would be
    /// right.
    #[error("{0}")]
    Usage(String),
    /// A scenario has mistakes: each of them, with its place in the text.
    #[error("{0}")]
    Scenario(String),
    /// The control API refused.
    #[error("{detail}")]
    Refused {
        /// The HTTP status that a caller over the network would get.
        status: u16,
        /// The word for the problem: `wrong_state`, `invalid_request`, `not_found`.
        code: String,
        /// The problem in a sentence.
        detail: String,
    },
    /// An advance stands at one instant for ever, because a receiver causes its own next webhook again and again.
    #[error("{}", stage::STANDS_STILL)]
    StandsStill,
    /// A rule has cut the connection: `empty_response`, `connection_reset`, or another effect's word.
    #[error("the call got no answer: {0}")]
    NoAnswer(String),
}

/// An answer of a provider or of the control API. Members of the body are read by index: `answer["id"]`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, those of Playmoney included.
    pub headers: HeaderMap,
    /// The body as JSON; as a text when it is not JSON.
    pub body: Json,
}

impl Answer {
    pub(super) fn of(response: Response) -> Self {
        let body = serde_json::from_slice(&response.body).unwrap_or_else(|_| Json::from(String::from_utf8_lossy(&response.body)));
        Self { status: response.status.as_u16(), headers: response.headers, body }
    }
}

/// A member or an item of the body; `null` when it does not exist.
impl<I: serde_json::value::Index> Index<I> for Answer {
    type Output = Json;

    fn index(&self, index: I) -> &Json {
        &self.body[index]
    }
}

/// The control API's answer, unless it is a refusal.
pub fn good(response: Response) -> Result<Response, Error> {
    if response.status.is_success() {
        return Ok(response);
    }
    let problem = read(&response.body);
    let text = |name: &str| problem[name].as_str().map(str::to_owned);
    let detail = text("detail").unwrap_or_else(|| String::from_utf8_lossy(&response.body).into_owned());
    Err(Error::Refused { status: response.status.as_u16(), code: text("code").unwrap_or_default(), detail })
}

/// How many calls fit, as a verification or a wait answers.
pub fn verified(response: Response) -> Result<u64, Error> {
    let near = if response.status.is_success() { String::new() } else { nearest_in_words(&read(&response.body)) };
    match good(response) {
        Ok(it) => Ok(read(&it.body)["matched"].as_u64().unwrap_or(0)),
        Err(Error::Refused { status, code, detail }) => Err(Error::Refused { status, code, detail: detail + &near }),
        Err(other) => Err(other),
    }
}

/// A body as JSON; `null` when it is not JSON.
pub fn read(body: &[u8]) -> Json {
    serde_json::from_slice(body).unwrap_or_default()
}

/// What came nearest, as lines behind the detail of a verification that fails.
fn nearest_in_words(problem: &Json) -> String {
    let list = |it: &Json| it.as_array().cloned().unwrap_or_default();
    let text = |it: &Json| it.as_str().unwrap_or("").to_owned();
    let unmet = |it: &Json| {
        let [criterion, expected, actual] = ["criterion", "expected", "actual"].map(|name| text(&it[name]));
        format!("\n    {criterion}: {actual}, and {expected} was expected")
    };
    let near = |it: &Json| {
        let request = &it["request"];
        let [method, path] = ["method", "path"].map(|name| text(&request["request"][name]));
        let criteria: String = list(&it["criteria"]).iter().filter(|own| own["met"] == false).map(unmet).collect();
        format!("\n  {}: {method} {path}{criteria}", text(&request["id"]))
    };
    list(&problem["nearest"]).iter().map(near).collect()
}
