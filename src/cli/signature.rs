//! `playmoney sign` and `playmoney verify`: signatures of webhooks and requests, shown and explained.

use std::io::Read;

use crate::engine::provider::DynProvider;
use crate::engine::signature::{Received, SignedRequest, Verdict};
use crate::kit::http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use crate::kit::time::Timestamp;
use crate::providers;
use clap::Args;
use serde_json::{Map, json};

use super::{Exit, Stop, contract, print};

/// The sandbox whose keys are the published ones.
const DEFAULT: &str = "default";

/// The webhook or request that is meant.
#[derive(Args)]
struct Webhook {
    /// A provider's slug
    provider: String,
    /// The body: text, @FILE, or - for standard input; a webhook's is read from there unless given, a request has none
    #[arg(long, value_name = "TEXT|@FILE|-", allow_hyphen_values = true)]
    body: Option<String>,
    /// The secret that signs; the test secret of the default sandbox unless given
    #[arg(long, value_name = "SECRET", env = "PLAYMONEY_WEBHOOK_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// Where the webhook went, for providers that sign it
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// A header of it, as 'Name: value' (repeatable)
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    headers: Vec<String>,
}

/// What to sign: a webhook, or with `--target` a request.
#[derive(Args)]
pub struct Sign {
    #[command(flatten)]
    webhook: Webhook,
    /// Path and query of a request, as they are sent: a request is signed in place of a webhook
    #[arg(long, value_name = "PATH", value_parser = target)]
    target: Option<String>,
    /// The request's method
    #[arg(long, value_name = "METHOD", default_value = "GET", requires = "target")]
    method: Method,
    /// Its header Date
    #[arg(long, value_name = "HTTP DATE", requires = "target")]
    date: Option<String>,
    /// Its header NONCE
    #[arg(long, value_name = "TEXT", requires = "target")]
    nonce: Option<String>,
}

fn target(text: &str) -> Result<String, &'static str> {
    if text.starts_with('/') { Ok(text.to_owned()) } else { Err("a request target is a path, as /api/v1/invoices?page=2") }
}

/// What to verify.
#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    webhook: Webhook,
}

impl Webhook {
    fn verdict(&self) -> Result<Verdict, Stop> {
        let (member, known) = self.provider()?;
        let secret = self.secret.as_deref().unwrap_or(&known);
        let (headers, body) = (self.headers()?, read(self.body.as_deref().unwrap_or("-"))?);
        // No clock is read: a signature is never too old here.
        let (now, date) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
        let received = Received { url: self.url.as_deref(), headers: &headers, body: &body, now, date };
        Ok(member.verify(&received, secret, &[&known]))
    }

    /// The provider, and what signs its webhooks in the default sandbox.
    fn provider(&self) -> Result<(Box<dyn DynProvider>, String), Stop> {
        let member = member(contract::provider(&self.provider)?.slug)?;
        let account = member.initial_account(DEFAULT);
        let known = member.signing_secret(&account).map_or(String::new(), |it| it.expose().to_owned());
        Ok((member, known))
    }

    fn headers(&self) -> Result<HeaderMap, Stop> {
        let mut headers = HeaderMap::new();
        for text in &self.headers {
            let (name, value) = header(text).ok_or_else(|| Stop::usage(format!("`{text}` is not a header: write 'Name: value'")))?;
            headers.append(name, value);
        }
        Ok(headers)
    }
}

fn read(body: &str) -> Result<Vec<u8>, Stop> {
    if let Some(file) = body.strip_prefix('@') {
        return std::fs::read(file).map_err(|why| Stop::usage(format!("cannot read {file}: {why}")));
    }
    if body != "-" {
        return Ok(body.as_bytes().to_vec());
    }
    let mut body = Vec::new();
    let read = std::io::stdin().lock().take(BODY_BYTES_MAX).read_to_end(&mut body);
    read.map_err(|why| Stop::usage(format!("cannot read standard input: {why}")))?;
    Ok(body)
}

/// Of standard input this much is read.
const BODY_BYTES_MAX: u64 = 16 * 1024 * 1024;

fn member(slug: &str) -> Result<Box<dyn DynProvider>, Stop> {
    let found = providers::all().into_iter().find(|it| it.contract().slug == slug);
    found.ok_or_else(|| Stop::usage(format!("there is no provider `{slug}`")))
}

impl Sign {
    /// Prints the text that is signed, and its signature.
    pub fn run(self) -> Result<Exit, Stop> {
        let signed = if let Some(target) = &self.target {
            self.request(target)?
        } else {
            let verdict = self.webhook.verdict()?;
            SignedRequest { canonical: verdict.canonical, signature: verdict.expected, headers: Vec::new() }
        };
        let SignedRequest { canonical, signature, headers } = signed;
        let text = if self.webhook.json {
            let mut signed = json!({"canonical": canonical, "signature": signature});
            if self.target.is_some() {
                signed["headers"] = headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect::<Map<_, _>>().into();
            }
            signed.to_string()
        } else {
            let headers = headers.iter().map(|(name, value)| format!("\nheader     {name}: {value}"));
            format!("signed     {canonical}\nsignature  {signature}{}", headers.collect::<String>())
        };
        print(&text);
        Ok(Exit::Good)
    }

    fn request(&self, target: &str) -> Result<SignedRequest, Stop> {
        let (member, known) = self.webhook.provider()?;
        let body = self.webhook.body.as_deref().map_or(Ok(Vec::new()), read)?;
        let mut request = Request::new(self.method.clone(), target, body);
        request.headers = self.webhook.headers()?;
        for (name, value) in [("date", &self.date), ("nonce", &self.nonce)] {
            let value = value.as_deref().map(HeaderValue::from_str).transpose();
            let value = value.map_err(|_| Stop::usage(format!("--{name} is no text that a header can hold")))?;
            value.map(|it| request.headers.insert(HeaderName::from_static(name), it));
        }
        let signed = member.sign_request(&request, self.webhook.secret.as_deref().unwrap_or(&known));
        signed.ok_or_else(|| Stop::usage(format!("{} does not sign requests; leave --target out to sign a webhook", self.webhook.provider)))
    }
}

impl Verify {
    /// Prints the verdict; the exit code tells it too.
    pub fn run(self) -> Result<Exit, Stop> {
        let verdict = self.webhook.verdict()?;
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
