//! `playmoney sign` and `playmoney verify`: show and explain signatures of webhooks and requests.

mod callers;

use callers::{names_another, unchecked, unchecked_line};
use clap::Args;
use serde_json::{Map, json};

use super::output::print;
use super::paths::bounded;
use super::serve::{moment, unpredictable};
use super::style::fitted;
use super::{Exit, Stop, contract};
use crate::edge::driver::Stopwatch;
use crate::engine::provider::DynProvider;
use crate::engine::signature::{Received, SignedRequest, Verdict};
use crate::engine::tables::Auth;
use crate::kit::http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use crate::kit::printable::line;
use crate::kit::time::{Timestamp, http_date};
use crate::providers;

/// The sandbox whose keys are the published ones.
const DEFAULT: &str = "default";

/// The webhook or request.
#[derive(Args)]
struct Webhook {
    /// The slug of a provider
    provider: String,
    /// The body: text, @FILE, or - for standard input; default: standard input for a webhook, no body for a request
    #[arg(long, value_name = "TEXT|@FILE|-", allow_hyphen_values = true)]
    body: Option<String>,
    /// The secret with which the provider signs webhooks and the merchant signs requests; default: the test secret of the default sandbox
    #[arg(long, value_name = "SECRET", env = "PLAYMONEY_WEBHOOK_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// The address of the webhook, for providers that sign it
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// A header, as 'Name: value' (repeatable)
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    headers: Vec<String>,
}

/// What to sign: a webhook, or with `--target` a request.
#[derive(Args)]
pub struct Sign {
    #[command(flatten)]
    webhook: Webhook,
    /// Sign a request instead of a webhook: its path and query, as they are sent
    #[arg(long, value_name = "PATH", value_parser = target)]
    target: Option<String>,
    /// The method of the request
    #[arg(long, value_name = "METHOD", default_value = "GET", requires = "target", value_parser = method)]
    method: Method,
    /// The header Date of the request; default: now
    #[arg(long, value_name = "HTTP DATE", requires = "target")]
    date: Option<String>,
    /// The header NONCE of the request, an empty text for none; default: a new one
    #[arg(long, value_name = "TEXT", requires = "target")]
    nonce: Option<String>,
    /// Print a `curl` command that sends the request, to --url or to the usual address of `serve`
    #[arg(long, requires = "target", conflicts_with = "json")]
    curl: bool,
}

/// Where a signed text goes.
enum Place<'a> {
    /// The address of a webhook, when it is known.
    Url(Option<&'a str>),
    /// The target of a request, and the moment at which it arrives.
    Target(&'a str, Timestamp),
}

/// A method in capitals, as every server here reads it.
fn method(text: &str) -> Result<Method, &'static str> {
    text.to_ascii_uppercase().parse().map_err(|_| "a method is a word, such as POST")
}

fn target(text: &str) -> Result<String, &'static str> {
    if text.starts_with('/') { Ok(text.to_owned()) } else { Err("a request target is a path, such as /api/v1/invoices?page=2") }
}

/// What to verify: a webhook, or with `--target` a request.
#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    webhook: Webhook,
    /// Verify a request instead of a webhook: its path and query, as they were sent
    #[arg(long, value_name = "PATH", value_parser = target, conflicts_with = "url")]
    target: Option<String>,
    /// The moment at which the server gets the request, such as 2026-01-01T09:00:00Z; default: now
    #[arg(long, value_name = "RFC3339", value_parser = moment, requires = "target")]
    now: Option<Timestamp>,
}

impl Webhook {
    /// Judges a signature in these headers: that of a webhook to this address, or that of a request to this target.
    fn judge(&self, place: &Place<'_>, headers: &HeaderMap, body: &[u8]) -> Result<Verdict, Stop> {
        let (member, known) = self.provider()?;
        let secret = self.secret.as_deref().unwrap_or(&known);
        let (target, now) = match place {
            Place::Url(url) => return Ok(member.explain(&received(*url, headers, body), secret, &[&known])),
            Place::Target(target, now) => (target, *now),
        };
        let request = arrived(target, headers, body);
        let own = member.contract().request_signature.ok_or_else(|| self.unsigned("verify"))?;
        let verdict = own.explain_at(&request, secret, &[&known], now);
        let is_of_another = verdict.valid && self.secret.is_none() && names_another(member.contract(), &own, &request);
        Ok(if is_of_another { Verdict { valid: false, reason: Some("wrong_caller"), ..verdict } } else { verdict })
    }

    /// The provider has no signatures on requests.
    fn unsigned(&self, verb: &str) -> Stop {
        Stop::usage(format!("requests to {} are not signed; leave --target out to {verb} a webhook", line(&self.provider)))
    }

    /// What was not given and makes another verdict when it is: headers by their names, and the address.
    fn missing(
        &self,
        place: &Place<'_>,
        body: &[u8],
        verdict: &Verdict,
        differs: fn(&Verdict, &Verdict) -> bool,
    ) -> Result<Vec<&'static str>, Stop> {
        let given = self.headers()?;
        let covers = |place: &Place<'_>, headers: &HeaderMap| Ok::<_, Stop>(differs(&self.judge(place, headers, body)?, verdict));
        let contract = self.provider()?.0.contract();
        let event = contract.events.first().map_or("", |it| it.name);
        let mut missing = Vec::new();
        // A client signs the same headers as its provider.
        for it in contract.webhook_headers(event) {
            let Ok(name) = it.name.parse::<HeaderName>() else { continue };
            // A request without a body needs no digest of it.
            if body.is_empty() && name == "content-md5" {
                continue;
            }
            let mut with = given.clone();
            with.entry(name.clone()).or_insert(HeaderValue::from_static("x"));
            if !given.contains_key(&name) && covers(place, &with)? {
                missing.push(it.name);
            }
        }
        if matches!(place, Place::Url(None)) && covers(&Place::Url(Some("http://127.0.0.1/hooks")), &given)? {
            missing.push("the address (--url)");
        }
        Ok(missing)
    }

    /// The provider, and the secret that signs its webhooks in the default sandbox.
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
        return within_bound(&line(file), std::fs::File::open(file).and_then(|it| bounded(it, BODY_BYTES_MAX)));
    }
    if body != "-" {
        return Ok(body.as_bytes().to_vec());
    }
    within_bound("standard input", bounded(std::io::stdin().lock(), BODY_BYTES_MAX))
}

fn within_bound(source: &str, read: std::io::Result<Option<Vec<u8>>>) -> Result<Vec<u8>, Stop> {
    let body = read.map_err(|why| Stop::usage(format!("cannot read {source}: {why}")))?;
    body.ok_or_else(|| Stop::usage(format!("{source} has more than {BODY_BYTES_MAX} bytes, too many for a body")))
}

/// Bytes of a body that is read from a file or from standard input.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

fn member(slug: &str) -> Result<Box<dyn DynProvider>, Stop> {
    let found = providers::all().into_iter().find(|it| it.contract().slug == slug);
    found.ok_or_else(|| Stop::usage(format!("no provider is named `{slug}`")))
}

impl Sign {
    /// Prints the signed text and its signature.
    pub fn run(self) -> Result<Exit, Stop> {
        let mut missing = Vec::new();
        let signed = if let Some(target) = &self.target {
            self.request(target)?
        } else {
            let body = read(self.webhook.body.as_deref().unwrap_or("-"))?;
            let verdict = self.webhook.judge(&Place::Url(self.webhook.url.as_deref()), &self.webhook.headers()?, &body)?;
            missing = self.webhook.missing(&Place::Url(self.webhook.url.as_deref()), &body, &verdict, has_other_text)?;
            SignedRequest { canonical: verdict.canonical, signature: verdict.expected, headers: Vec::new() }
        };
        if let (Some(target), true) = (&self.target, self.curl) {
            print(&self.curl(target, &signed)?)?;
            return Ok(Exit::Good);
        }
        let SignedRequest { canonical, signature, headers } = signed;
        let text = if self.webhook.json {
            let mut signed = json!({"canonical": canonical, "signature": signature});
            if self.target.is_none() {
                signed["missing"] = missing.into();
            } else {
                signed["headers"] = headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect::<Map<_, _>>().into();
            }
            signed.to_string()
        } else {
            let headers = headers.iter().map(|(name, value)| format!("\nheader     {name}: {value}"));
            let missing = missing_line(&missing);
            format!("signed     {}{missing}\nsignature  {signature}{}", line(&canonical), headers.collect::<String>())
        };
        print(&text)?;
        Ok(Exit::Good)
    }

    fn request(&self, target: &str) -> Result<SignedRequest, Stop> {
        let (member, known) = self.webhook.provider()?;
        let body = self.webhook.body.as_deref().map_or(Ok(Vec::new()), read)?;
        let mut request = Request::new(self.method.clone(), target, body);
        request.headers = self.webhook.headers()?;
        let signs_headers = member.contract().operations.iter().any(|it| matches!(it.auth, Auth::Signed { .. }));
        for (name, value) in [("date", &self.date), ("nonce", &self.nonce)] {
            let value = match value {
                Some(it) => it.clone(),
                None if !signs_headers || request.headers.contains_key(name) => continue,
                None if name == "date" => http_date(Stopwatch::start().uptime().date),
                None => unpredictable()?.chars().take(NONCE_CHARS).collect(),
            };
            let value = HeaderValue::from_str(&value).map_err(|_| Stop::usage(format!("--{name} is not a valid header value")))?;
            if !value.is_empty() {
                request.headers.insert(HeaderName::from_static(name), value);
            }
        }
        let signed = member.sign_request(&request, self.webhook.secret.as_deref().unwrap_or(&known));
        signed.ok_or_else(|| self.webhook.unsigned("sign"))
    }
}

impl Sign {
    /// The command that sends the signed request.
    fn curl(&self, target: &str, signed: &SignedRequest) -> Result<String, Stop> {
        let slug = contract::provider(&self.webhook.provider)?.slug;
        if signed.headers.is_empty() {
            return Err(Stop::usage(format!("{slug} signs a field of the form, not the headers: add the signature to the form instead")));
        }
        let base = self.webhook.url.as_deref().unwrap_or("http://127.0.0.1:4242").trim_end_matches('/');
        // The address of a server alone: the provider stands below it. A longer one is that of the provider.
        let is_server = base.split_once("://").is_none_or(|it| !it.1.contains('/'));
        let base = if is_server { format!("{base}/{slug}") } else { base.to_owned() };
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        let mut parts = vec![format!("curl -X {} {}", self.method, quoted(&format!("{base}{target}")))];
        parts.extend(signed.headers.iter().map(|(name, value)| format!("-H {}", quoted(&format!("{name}: {value}")))));
        if let Some(body) = &self.webhook.body {
            if body.lines().any(|it| line(it) != it) {
                return Err(Stop::usage("the body has control characters: put it into a file, and write --body @FILE".to_owned()));
            }
            let body = if body == "-" { "@-" } else { body };
            parts.push(format!("--data-binary {}", quoted(body)));
        }
        Ok(parts.join(" \\\n  "))
    }
}

impl Verify {
    /// Prints the verdict. The exit code says it too.
    pub fn run(self) -> Result<Exit, Stop> {
        let given = self.webhook.body.as_deref();
        let (place, body) = match self.target.as_deref() {
            Some(target) => {
                (Place::Target(target, self.now.unwrap_or_else(|| Stopwatch::start().uptime().date)), given.map_or(Ok(Vec::new()), read)?)
            }
            None => (Place::Url(self.webhook.url.as_deref()), read(given.unwrap_or("-"))?),
        };
        let headers = self.webhook.headers()?;
        let verdict = self.webhook.judge(&place, &headers, &body)?;
        let request = arrived(self.target.as_deref().unwrap_or("/"), &headers, &body);
        let unchecked = unchecked(self.webhook.provider()?.0.contract(), &place, &request, self.webhook.secret.as_deref());
        let missing = if verdict.valid {
            Vec::new()
        } else {
            self.webhook.missing(&place, &body, &verdict, |a, b| has_other_text(a, b) || a.received.is_some() != b.received.is_some())?
        };
        if self.webhook.json {
            let mut told = serde_json::to_value(&verdict).unwrap_or_default();
            told["missing"] = missing.into();
            told["unchecked"] = unchecked.into();
            print(&told.to_string())?;
        } else {
            let unchecked = if verdict.valid { unchecked_line(&unchecked, &place) } else { String::new() };
            print(&render(&verdict, &missing, &unchecked))?;
        }
        Ok(if verdict.valid { Exit::Good } else { Exit::Failed })
    }
}

fn header(text: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = text.split_once(':')?;
    Some((name.trim().parse().ok()?, HeaderValue::from_str(value.trim()).ok()?))
}

/// A request as it is judged.
fn arrived(target: &str, headers: &HeaderMap, body: &[u8]) -> Request {
    let mut request = Request::new(Method::POST, target, body.to_vec());
    request.headers = headers.clone();
    request
}

/// A webhook as it is judged. No clock is read: a signature is never too old here.
const fn received<'a>(url: Option<&'a str>, headers: &'a HeaderMap, body: &'a [u8]) -> Received<'a> {
    Received { url, headers, body, now: Timestamp::UNIX_EPOCH, date: Timestamp::UNIX_EPOCH }
}

/// Characters of a nonce.
const NONCE_CHARS: usize = 32;

fn render(verdict: &Verdict, missing: &[&str], unchecked: &str) -> String {
    let judgement = match verdict.reason {
        None => "valid".to_owned(),
        Some(reason) => fitted(&format!("invalid: {reason}\n           {}", advice(reason)), &std::io::stdout()),
    };
    let received = verdict.received.as_deref().unwrap_or("none");
    let [signed, expected, received] = [&verdict.canonical, &verdict.expected, received].map(line);
    let (missing, unchecked) = (missing_line(missing), fitted(unchecked, &std::io::stdout()));
    format!("{judgement}{missing}{unchecked}\nsigned     {signed}\nexpected   {expected}\nreceived   {received}")
}

/// Whether the signatures cover different texts.
fn has_other_text(a: &Verdict, b: &Verdict) -> bool {
    a.canonical != b.canonical
}

/// The line that names what is missing, if anything is.
fn missing_line(missing: &[&str]) -> String {
    if missing.is_empty() { String::new() } else { format!("\nmissing    {}", missing.join(", ")) }
}

/// What to do about it.
fn advice(reason: &str) -> &'static str {
    match reason {
        "missing_signature" => "No signature header was given: pass it with --header, or switch signing on for the account.",
        "wrong_secret" => {
            "The signature was made with another known secret, or with a part of this one: compare the secrets on both sides."
        }
        "reserialised_body" => {
            "The signature covers other bytes of the same JSON: sign what the documentation says, not what a library printed."
        }
        "wrong_field_order" => "The signature covers the same members in another order: keep the order of the body.",
        "wrong_encoding" => {
            "The digest is encoded in another way, or the text is: escaped, in Latin-1, with a mark in front, with ? for letters."
        }
        "missing_content_type" => "The signature is right, but each request needs a Content-Type, also a GET.",
        "wrong_date" => "The signature is right, but Date is not an HTTP date, such as Sat, 27 Sep 2014 04:55:17 GMT.",
        "wrong_timestamp" => "The signature is right, but the timestamp is not in Unix seconds.",
        "wrong_nonce" => "The signature is right, but NONCE is missing, or is not 32 letters and digits.",
        "wrong_caller" => {
            "The signature is right with the test secret of the default sandbox, but the request names another user: send the id or key of \
             that sandbox, or give the secret of the user with --secret."
        }
        "stale_timestamp" => "The signature is right, but too old to be accepted.",
        _ => "The secret is another one, or the body was altered: no known secret and no usual mistake explains it.",
    }
}
