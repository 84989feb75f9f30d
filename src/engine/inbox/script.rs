//! How an inbox answers: a list of steps, of which the last one is repeated.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::engine::delivery::{ANSWER_BYTES_MAX, Answer, Failure, Outcome};
use crate::engine::rules::effects::are_headers;
use crate::engine::rules::{GivenAnswer, UNANSWERED};
use crate::kit::http::{HeaderMap, HeaderName, HeaderValue, Kept, KeptHeaders, StatusCode, header};
use crate::kit::nearest::nearest;
use crate::kit::printable::shortened;
use crate::kit::time::{Duration, parse_duration};

/// Steps of a script.
pub const SCRIPT_MAX: usize = 1_000;

/// One step of a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// This answer, after this delay of simulated time.
    Answer {
        status: u16,
        delay: Duration,
        #[serde(default, skip_serializing_if = "KeptHeaders::is_empty")]
        headers: KeptHeaders,
        #[serde(default, skip_serializing_if = "Kept::is_empty")]
        body: Kept,
    },
    /// No answer, for longer than any provider waits.
    Timeout,
    /// The connection is cut.
    Reset,
    /// Nothing listens at the address.
    Refused,
    /// The name has no address.
    Dns,
    /// The two cannot agree on an encrypted connection.
    Tls,
}

/// Of a step that is not one, a message shows this much.
const SHOWN_CHARS: usize = 80;
const MEMBERS: [&str; 5] = ["status", "delay", "headers", "body", "encoding"];
const EXAMPLE: &str = r#"{"status": 200, "delay": "11s"}"#;

impl Default for Reaction {
    fn default() -> Self {
        Self::of_status(200)
    }
}

/// What comes of an attempt when the provider takes that for the answer.
impl From<GivenAnswer> for Reaction {
    fn from(it: GivenAnswer) -> Self {
        match it {
            GivenAnswer::Status { status, delay, .. } => {
                Self::Answer { status, delay, headers: KeptHeaders::default(), body: Kept::default() }
            }
            GivenAnswer::Timeout => Self::Timeout,
            GivenAnswer::Reset => Self::Reset,
            GivenAnswer::Refused => Self::Refused,
            GivenAnswer::Dns => Self::Dns,
            GivenAnswer::Tls => Self::Tls,
        }
    }
}

impl Reaction {
    fn of_status(status: u16) -> Self {
        GivenAnswer::Status { status, delay: Duration::ZERO, by_gateway: false }.into()
    }

    /// The outcome for a provider with this time limit.
    pub fn outcome(self, time_limit: Duration) -> Outcome {
        match self {
            Self::Answer { delay, .. } if delay >= time_limit => Outcome { took: time_limit, ..Outcome::failed(Failure::Timeout) },
            Self::Answer { status, delay, headers, body } => {
                Outcome { result: Ok(Answer { status, headers, body, is_cut: false }), took: delay, remarks: None }
            }
            Self::Timeout => Outcome { took: time_limit, ..Outcome::failed(Failure::Timeout) },
            Self::Reset => Outcome::failed(Failure::Reset),
            Self::Refused => Outcome::failed(Failure::Refused),
            Self::Dns => Outcome::failed(Failure::Dns),
            Self::Tls => Outcome::failed(Failure::Tls),
        }
    }

    /// What it takes in memory.
    pub fn bytes(&self) -> usize {
        let own = if let Self::Answer { headers, body, .. } = self { headers.cost() + body.0.len() } else { 0 };
        size_of::<Self>() + own
    }

    /// Whether a script can have this step: it may come from a saved state.
    pub fn is_sound(&self) -> bool {
        let Self::Answer { status, delay, headers, body } = self else { return true };
        let headers: Vec<_> =
            headers.map().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned())).collect();
        (200..600).contains(status) && !delay.is_negative() && are_headers(&headers) && body.0.len() <= ANSWER_BYTES_MAX
    }

    fn parse(raw: &RawValue) -> Result<Self, String> {
        let step: Json = serde_json::from_str(raw.get()).map_err(|it| it.to_string())?;
        match &step {
            Json::Number(_) => Ok(Self::of_status(status(&step)?)),
            Json::String(word) => GivenAnswer::of_word(word).map(Self::from).ok_or_else(|| wrong(&step, Some(word))),
            Json::Object(members) => {
                if let Some(name) = members.keys().find(|it| !MEMBERS.contains(&it.as_str())) {
                    let nearest = nearest(name, MEMBERS).map_or(String::new(), |it| format!(", the nearest is `{it}`"));
                    return Err(format!("`{name}` is not a member of an answer: its members are {}{nearest}", listed(&MEMBERS)));
                }
                let delay = match members.get("delay") {
                    Some(Json::String(text)) => parse_duration(text)?,
                    Some(other) => return Err(format!("`{other}` is not a duration: write \"11s\"")),
                    None => Duration::ZERO,
                };
                let status = members.get("status").map_or(Ok(200), status)?;
                let mut headers = members.get("headers").map_or_else(|| Ok(HeaderMap::new()), parse_headers)?;
                let body = parse_body(raw, members.get("body"), members.get("encoding"))?;
                if !body.is_empty() && [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].iter().any(|it| it.as_u16() == status) {
                    return Err(format!("an answer with the status {status} has no body: remove `body`, or write another status"));
                }
                if members.get("body").is_some_and(|it| !it.is_string()) {
                    headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
                }
                Ok(Self::Answer { status, delay, headers: KeptHeaders::of(&headers), body: Kept(body) })
            }
            Json::Null | Json::Bool(_) | Json::Array(_) => Err(wrong(&step, None)),
        }
    }
}

fn wrong(step: &Json, word: Option<&str>) -> String {
    let nearest =
        word.and_then(|it| nearest(it, UNANSWERED.iter().copied())).map_or(String::new(), |it| format!(", the nearest is \"{it}\""));
    let words = UNANSWERED.iter().map(|it| format!("\"{it}\"")).collect::<Vec<_>>().join(", ");
    let step = step.to_string();
    let shown = shortened(&step, SHOWN_CHARS);
    format!("`{shown}` is not an answer of a receiver: write 500, {words} or {EXAMPLE}{nearest}")
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}

fn status(value: &Json) -> Result<u16, String> {
    let status = value.as_u64().and_then(|it| u16::try_from(it).ok()).filter(|it| (200..600).contains(it));
    status.ok_or_else(|| format!("`{value}` is not an HTTP status from 200 to 599"))
}

fn parse_headers(value: &Json) -> Result<HeaderMap, String> {
    let members = value.as_object().ok_or_else(|| format!("`{value}` is not a mapping of headers: write {{\"Retry-After\": \"5\"}}"))?;
    let text = |it: &Json| match it {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    };
    let mut headers = HeaderMap::new();
    for (name, value) in members {
        let pair = text(value).map(|it| (name.clone(), it)).filter(|it| are_headers(std::slice::from_ref(it)));
        let pair = pair.and_then(|it| Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_str(&it.1).ok()?)));
        let (name, value) = pair.ok_or_else(|| format!("`{name}` with {value} is not a header that an answer of an inbox can have"))?;
        headers.insert(name, value);
    }
    Ok(headers)
}

/// A text as it is, or what it stands for in base64; anything else as JSON, as it was written.
fn parse_body(raw: &RawValue, value: Option<&Json>, encoding: Option<&Json>) -> Result<Bytes, String> {
    #[derive(Deserialize)]
    struct Written<'a> {
        #[serde(borrow)]
        body: Option<&'a RawValue>,
    }
    let is_base64 = match encoding {
        None => false,
        Some(Json::String(it)) if it == "base64" => true,
        Some(other) => return Err(format!("`encoding` is {other}, but its only value is \"base64\"")),
    };
    let body = match value {
        Some(Json::String(text)) if is_base64 => {
            let bytes = STANDARD.decode(text).map_err(|why| format!("`body` is not base64: {why}"))?;
            Bytes::from(bytes)
        }
        Some(Json::String(text)) => Bytes::copy_from_slice(text.as_bytes()),
        _ if is_base64 => return Err("`encoding` says how the text of `body` is written, and `body` is not a text".to_owned()),
        Some(_) => {
            let written: Written<'_> = serde_json::from_str(raw.get()).map_err(|it| it.to_string())?;
            Bytes::copy_from_slice(written.body.map_or("null", RawValue::get).as_bytes())
        }
        None => Bytes::new(),
    };
    if ANSWER_BYTES_MAX < body.len() {
        return Err(format!("`body` has {} bytes, and of an answer {ANSWER_BYTES_MAX} are kept", body.len()));
    }
    Ok(body)
}

/// Reads a script from JSON.
///
/// # Errors
/// A sentence about the first invalid step.
pub fn parse_script(steps: &str) -> Result<Vec<Reaction>, String> {
    let steps: Vec<&RawValue> =
        serde_json::from_str(steps).map_err(|_| "`respond` must be a list such as [500, \"timeout\", 200]".to_owned())?;
    if steps.len() > SCRIPT_MAX {
        return Err(format!("a script has at most {SCRIPT_MAX} steps"));
    }
    steps.into_iter().map(Reaction::parse).collect()
}
