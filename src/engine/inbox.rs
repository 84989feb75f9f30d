//! The built-in receiver: it stores what arrives and answers as its script says.

use serde::{Deserialize, Serialize};

use super::delivery::{Outcome, Remarks};
use super::ids::COUNT_MAX;
use crate::kit::chunks::Chunks;
use crate::kit::heap;
use crate::kit::http::{Kept, KeptHeaders};
use crate::kit::time::Timestamp;
use crate::kit::webhook_url::{Host, WebhookUrl};

mod script;

pub use script::{Reaction, SCRIPT_MAX, parse_script};

/// The address of an inbox without a socket is `http://NAME` and this.
pub const HOST_SUFFIX: &str = ".inbox.playmoney.test";
/// Bytes of messages kept in one inbox.
pub const BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of messages kept in all inboxes of a sandbox. Any caller may fill them.
pub const ALL_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of the scripts of all inboxes of a sandbox.
pub const SCRIPTS_BYTES_MAX: usize = 16 * 1024 * 1024;
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
    /// How many messages were dropped or removed, so that those that follow keep their ids.
    #[serde(default)]
    gone: u64,
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
        let step = self.script.get(self.answered).or(self.script.last()).cloned();
        self.answered = self.answered.saturating_add(1);
        step.unwrap_or_default()
    }

    /// Bytes of the messages kept.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Drops the oldest message, and sets `truncated`.
    pub fn drop_oldest(&mut self) {
        if let Some(oldest) = self.messages.front() {
            self.bytes -= size(oldest);
            self.messages.drop_front();
            self.gone += 1;
            self.truncated = true;
        }
    }

    /// Removes all messages; returns how many there were. The script goes on where it is.
    pub fn clear(&mut self) -> usize {
        let count = self.messages.count();
        self.gone += count as u64;
        (self.messages, self.bytes, self.truncated) = (Chunks::default(), 0, false);
        count
    }

    /// Bytes of the script.
    pub fn script_bytes(&self) -> usize {
        self.script.iter().map(Reaction::bytes).sum()
    }

    /// Whether an inbox that was read from outside can be one.
    pub fn is_sound(&self) -> bool {
        self.script.len() <= SCRIPT_MAX && self.script.iter().all(Reaction::is_sound) && self.gone < COUNT_MAX
    }

    /// Counts the bytes of a saved state.
    pub fn recount(&mut self) {
        self.bytes = self.messages.iter().map(size).sum();
    }

    /// The messages with the numbers of their ids, oldest first.
    pub fn messages(&self) -> impl Iterator<Item = (u64, &Message)> {
        (self.gone + 1..).zip(self.messages.iter())
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

/// Whether a URL means an inbox, without a socket or behind one.
pub fn is_one(url: &str) -> bool {
    let behind_socket = |own: WebhookUrl| own.request_uri.split_once("/__admin/").is_some_and(|it| it.1.contains("inbox/"));
    of_url(url).is_some() || WebhookUrl::parse(url).is_ok_and(behind_socket)
}

fn size(message: &Message) -> usize {
    let texts = [Some(&message.path), Some(&message.method), message.provider.as_ref()].into_iter().flatten();
    let texts: usize = texts.map(|it| heap::block(it.len())).sum();
    size_of::<Message>() + texts + message.headers.cost() + heap::shared(&message.body.0)
}
