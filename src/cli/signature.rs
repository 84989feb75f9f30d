//! `playmoney sign` and `playmoney verify`: signatures of webhooks, shown and explained.

use std::io::Read;

use clap::Args;
use playmoney::engine::account::Account;
use playmoney::engine::provider::{Member, Received, Verdict};
use playmoney::kit::http::{HeaderMap, HeaderName, HeaderValue};
use playmoney::kit::secret::Secret;
use playmoney::kit::time::Timestamp;
use playmoney::providers;
use serde_json::json;

use super::{Exit, Stop, contract, print};

/// The webhook that is meant.
#[derive(Args)]
struct Webhook {
    /// A provider's slug
    provider: String,
    /// The body: text, @FILE, or - for standard input
    #[arg(long, value_name = "TEXT|@FILE|-", default_value = "-", allow_hyphen_values = true)]
    body: String,
    /// The secret that signs; the test secret of the default sandbox unless given
    #[arg(long, value_name = "SECRET", env = "PLAYMONEY_WEBHOOK_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// Where the webhook went, for providers that sign it
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// What to sign.
#[derive(Args)]
pub struct Sign {
    #[command(flatten)]
    webhook: Webhook,
}

/// What to verify.
#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    webhook: Webhook,
    /// A header of the webhook, as 'Name: value' (repeatable)
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    headers: Vec<String>,
}

impl Webhook {
    fn verdict(&self, headers: &HeaderMap) -> Result<Verdict, Stop> {
        let contract = contract::provider(&self.provider)?;
        let member = member(contract.slug)?;
        let account = Account::initial(contract, "default");
        let known = member.signing_secret(&account).map(Secret::expose);
        let secret = self.secret.as_deref().or(known).unwrap_or("");
        let body = self.read()?;
        let received = Received { url: self.url.as_deref(), headers, body: &body, now: Timestamp::UNIX_EPOCH };
        Ok(member.verify(&received, secret, known.as_slice()))
    }

    fn read(&self) -> Result<Vec<u8>, Stop> {
        if let Some(file) = self.body.strip_prefix('@') {
            return std::fs::read(file).map_err(|why| Stop::usage(format!("cannot read {file}: {why}")));
        }
        if self.body != "-" {
            return Ok(self.body.clone().into_bytes());
        }
        let mut body = Vec::new();
        let read = std::io::stdin().lock().take(BODY_BYTES_MAX).read_to_end(&mut body);
        read.map_err(|why| Stop::usage(format!("cannot read standard input: {why}")))?;
        Ok(body)
    }
}

/// Of standard input this much is read.
const BODY_BYTES_MAX: u64 = 16 * 1024 * 1024;

fn member(slug: &str) -> Result<Box<dyn Member>, Stop> {
    let found = providers::all().into_iter().find(|it| it.contract().slug == slug);
    found.ok_or_else(|| Stop::usage(format!("there is no provider `{slug}`")))
}

impl Sign {
    /// Prints the text that is signed, and its signature.
    pub fn run(self) -> Result<Exit, Stop> {
        let verdict = self.webhook.verdict(&HeaderMap::new())?;
        let text = if self.webhook.json {
            json!({"canonical": verdict.canonical, "signature": verdict.expected}).to_string()
        } else {
            format!("signed     {}\nsignature  {}", verdict.canonical, verdict.expected)
        };
        print(&text);
        Ok(Exit::Good)
    }
}

impl Verify {
    /// Prints the verdict; the exit code tells it too.
    pub fn run(self) -> Result<Exit, Stop> {
        let mut headers = HeaderMap::new();
        for text in &self.headers {
            let (name, value) = header(text).ok_or_else(|| Stop::usage(format!("`{text}` is not a header: write 'Name: value'")))?;
            headers.append(name, value);
        }
        let verdict = self.webhook.verdict(&headers)?;
        if self.webhook.json {
            print(&serde_json::to_string(&verdict).unwrap_or_default());
        } else {
            print(&told(&verdict));
        }
        Ok(if verdict.valid { Exit::Good } else { Exit::Failed })
    }
}

fn header(text: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = text.split_once(':')?;
    Some((name.trim().parse().ok()?, HeaderValue::from_str(value.trim()).ok()?))
}

fn told(verdict: &Verdict) -> String {
    let judgement = match verdict.reason {
        None => "valid".to_owned(),
        Some(reason) => format!("invalid: {reason}\n           {}", explained(reason)),
    };
    let received = verdict.received.as_deref().unwrap_or("none");
    format!("{judgement}\nsigned     {}\nexpected   {}\nreceived   {received}", verdict.canonical, verdict.expected)
}

/// What to do about it.
fn explained(reason: &str) -> &'static str {
    match reason {
        "missing_signature" => "No signature header was given: pass it with --header, or switch signing on for the account.",
        "wrong_secret" => "The signature was made with another secret that is known here, or with a part of this one: compare both sides.",
        "reserialised_body" => {
            "The signature covers other bytes of the same JSON: sign what the documentation says, not what a library printed."
        }
        "wrong_field_order" => "The signature covers the same members in another order: keep the order of the body.",
        "wrong_encoding" => "The digest is right but written another way, or covers text that was escaped differently.",
        "stale_timestamp" => "The signature is right, but too old to be taken.",
        _ => "Neither the secret nor the usual mistakes explain it: was the body altered on its way?",
    }
}
