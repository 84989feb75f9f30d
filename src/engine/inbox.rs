//! The built-in receiver: it stores what arrives and answers as its script says.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::delivery::{Failure, Outcome, Remarks};
use crate::kit::chunks::Chunks;
use crate::kit::heap;
use crate::kit::http::{Kept, KeptHeaders};
use crate::kit::time::{Duration, Timestamp, parse_duration};
use crate::kit::webhook_url::{Host, WebhookUrl};

/// The address of an inbox without a socket is `http://NAME` and this.
pub const HOST_SUFFIX: &str = ".inbox.playmoney.test";
/// Bytes of messages kept in one inbox.
pub const BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of messages kept in all inboxes of a sandbox. Any caller may fill them.
pub const ALL_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Steps of a script.
pub const SCRIPT_MAX: usize = 1_000;
/// Inboxes of one sandbox.
pub const INBOXES_MAX: usize = 1_000;

/// One receiver.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Inbox {
    script: Vec<Reaction>,
    /// How many messages the current script has answered.
    answered: usize,
    /// Shared with copies until one of them changes them.
    messages: Chunks<Message>,
    /// Counted again when a saved state is read.
    #[serde(skip)]
    bytes: usize,
    /// Messages were dropped to stay below the bound.
    pub truncated: bool,
}

/// A message that arrived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    pub at: Timestamp,
    pub method: String,
    pub path: String,
    pub headers: KeptHeaders,
    pub body: Kept,
    /// The slug of the provider whose webhook this seems to be.
    pub provider: Option<String>,
    pub signature: Signature,
}

/// The judgement of the signature of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    Valid,
    Invalid,
    Unsigned,
}

/// One step of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// This status, after this delay of simulated time.
    Answer { status: u16, delay: Duration },
    /// No answer, for longer than any provider waits.
    Timeout,
    /// The connection is cut.
    Reset,
}

const AT_ONCE: Reaction = Reaction::Answer { status: 200, delay: Duration::ZERO };

impl Reaction {
    /// The outcome for a provider with this time limit.
    pub fn outcome(self, time_limit: Duration) -> Outcome {
        match self {
            Self::Answer { delay, .. } if delay >= time_limit => Outcome { took: time_limit, ..Outcome::failed(Failure::Timeout) },
            Self::Answer { status, delay } => Outcome { took: delay, ..Outcome::status(status) },
            Self::Timeout => Outcome { took: time_limit, ..Outcome::failed(Failure::Timeout) },
            Self::Reset => Outcome::failed(Failure::Reset),
        }
    }

    fn parse(step: &Json) -> Result<Self, String> {
        let wrong =
            || format!("`{step}` is not a step of a script: write 500, \"timeout\", \"reset\" or {{\"status\": 200, \"delay\": \"11s\"}}");
        match step {
            Json::Number(_) => Ok(Self::Answer { status: status(step)?, delay: Duration::ZERO }),
            Json::String(word) if word == "timeout" => Ok(Self::Timeout),
            Json::String(word) if word == "reset" => Ok(Self::Reset),
            Json::Object(members) => {
                if let Some(name) = members.keys().find(|it| !["status", "delay"].contains(&it.as_str())) {
                    return Err(format!("`{name}` is not a member of a step: its members are `status` and `delay`"));
                }
                let delay = match members.get("delay") {
                    Some(Json::String(text)) => parse_duration(text)?,
                    Some(other) => return Err(format!("`{other}` is not a duration: write \"11s\"")),
                    None => Duration::ZERO,
                };
                Ok(Self::Answer { status: members.get("status").map_or(Ok(200), status)?, delay })
            }
            Json::Null | Json::Bool(_) | Json::String(_) | Json::Array(_) => Err(wrong()),
        }
    }
}

fn status(value: &Json) -> Result<u16, String> {
    let status = value.as_u64().and_then(|it| u16::try_from(it).ok()).filter(|it| (200..600).contains(it));
    status.ok_or_else(|| format!("`{value}` is not an HTTP status from 200 to 599"))
}

/// Reads a script.
///
/// # Errors
/// A sentence about the first invalid step.
pub fn parse_script(steps: &Json) -> Result<Vec<Reaction>, String> {
    let steps = steps.as_array().ok_or("`respond` must be a list such as [500, \"timeout\", 200]")?;
    if steps.len() > SCRIPT_MAX {
        return Err(format!("a script has at most {SCRIPT_MAX} steps"));
    }
    steps.iter().map(Reaction::parse).collect()
}

impl Inbox {
    /// Replaces the script. The last step is repeated; an empty script answers 200.
    pub fn set_script(&mut self, script: Vec<Reaction>) {
        self.script = script;
        self.answered = 0;
    }

    /// Stores a message, and returns the reaction of the receiver.
    pub fn receive(&mut self, message: Message) -> Reaction {
        self.bytes += size(&message);
        self.messages.push_back(message);
        while self.bytes > BYTES_MAX && self.messages.count() > 1 {
            self.drop_oldest();
        }
        let step = self.script.get(self.answered).or(self.script.last()).copied();
        self.answered = self.answered.saturating_add(1);
        step.unwrap_or(AT_ONCE)
    }

    /// Bytes of the messages kept.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Drops the oldest message, and sets `truncated`.
    pub fn drop_oldest(&mut self) {
        if let Some(oldest) = self.messages.pop_front() {
            self.bytes -= size(&oldest);
            self.truncated = true;
        }
    }

    /// Counts the bytes of a saved state.
    pub fn recount(&mut self) {
        self.bytes = self.messages.iter().map(size).sum();
    }

    /// The messages, oldest first.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter()
    }
}

/// What comes of a webhook to an inbox that cannot be made: that status, and what to do.
pub fn full(status: u16) -> Outcome {
    let hint = format!("a sandbox has at most {INBOXES_MAX} inboxes, and this would be one more: use one of these, or POST /__admin/reset");
    Outcome { remarks: Remarks { hint: Some(hint), ..Remarks::default() }.boxed(), ..Outcome::status(status) }
}

/// Whether an inbox can have this name.
pub fn is_name(name: &str) -> bool {
    (1..=63).contains(&name.len()) && name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
}

/// The name and the path of the inbox without a socket that a URL means, if it means one.
pub fn of_url(url: &str) -> Option<(String, String)> {
    let WebhookUrl { host: Host::Name(host), request_uri, .. } = WebhookUrl::parse(url).ok()? else { return None };
    let name = host.strip_suffix(HOST_SUFFIX)?.to_owned();
    is_name(&name).then_some((name, request_uri))
}

fn size(message: &Message) -> usize {
    let texts = [Some(&message.path), Some(&message.method), message.provider.as_ref()].into_iter().flatten();
    let texts: usize = texts.map(|it| heap::block(it.len())).sum();
    size_of::<Message>() + texts + message.headers.cost() + heap::shared(&message.body.0)
}
