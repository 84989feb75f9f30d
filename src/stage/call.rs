//! A merchant's call, built from the rows of its operation, which say what is sent in the path, the query and the body.

use super::{Runner, StepFailure};
use crate::engine::actions::LoggedIn;
use crate::engine::client::{Proof as Proven, Signing, key_for, put};
use crate::engine::tables::{Auth, Operation};
use crate::engine::world::World;
use crate::kit::fields::{Kind, Need};
use crate::kit::http::{HeaderName, HeaderValue, Method, Request, encoded, header};
use crate::kit::ids::Draws;
use crate::kit::time::{Timestamp, Uptime, parse_duration};
use crate::sandbox::FAULT;
use crate::scenario::reference::resolved;
use crate::scenario::yaml::{Node, What};
use crate::scenario::{Call, Proof};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
/// What nonces are made of.
const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

impl Runner<'_> {
    /// The request of a call, with the proof of who makes it.
    pub fn request(&mut self, fork: Option<&str>, call: &Call) -> Result<Request, StepFailure> {
        let mut operation = None;
        self.stage.look(fork, &mut |world| {
            operation = world.provider_id(&call.provider).and_then(|it| world.provider(it).contract().operation(&call.operation));
        });
        let operation =
            operation.ok_or_else(|| StepFailure::new(format!("no operation is named `{}.{}`", call.provider, call.operation)))?;
        let with = call.with.as_ref().map(|it| resolved(it, &self.saved).map_err(StepFailure::new)).transpose()?;
        let mut request = build(&call.provider, operation, with.as_ref());
        add_constants(operation, &mut request);
        if let Some(path) = &call.path {
            let path = self.plain(path)?;
            request = Request {
                method: request.method,
                body: request.body,
                headers: request.headers,
                ..Request::new(Method::GET, &target(&call.provider, &path), "")
            };
        }
        if let Some(method) = call.method.as_deref().and_then(|it| it.parse().ok()) {
            request.method = method;
        }
        if let Some(body) = &call.body {
            request.body = self.plain(body)?.into();
        }
        let mut removed = Vec::new();
        for (name, value) in &call.headers {
            let (name, value) = (name.parse::<HeaderName>(), HeaderValue::from_str(&self.plain(value)?));
            let (Ok(name), Ok(value)) = (name, value) else {
                return Err(StepFailure::new("a header has a name or a text that HTTP does not allow"));
            };
            if value.is_empty() {
                removed.push(name.clone());
            }
            request.headers.insert(name, value);
        }
        self.prove(fork, call, operation, &mut request)?;
        if let Some(fault) = &call.fault {
            let fault = HeaderValue::from_bytes(fault.as_bytes())
                .map_err(|_| StepFailure::new("`fault` has characters that HTTP does not allow in a header"))?;
            request.headers.insert(FAULT, fault);
        }
        for name in removed {
            request.headers.remove(name);
        }
        Ok(request)
    }

    fn prove(&mut self, fork: Option<&str>, call: &Call, operation: &Operation, request: &mut Request) -> Result<(), StepFailure> {
        self.calls += 1;
        let account = call.account.as_ref().map(|it| self.plain(it)).transpose()?;
        let has_member = |name: &str| call.body.is_some() || call.with.as_ref().is_some_and(|it| it.get(name).is_some());
        let caller = Caller {
            provider: &call.provider,
            account: account.as_deref(),
            proof: call.signature,
            date: call.date.as_deref(),
            number: self.calls,
            has_member: &has_member,
        };
        let uptime = self.stage.uptime();
        let mut result = Ok(());
        self.stage.look(fork, &mut |world| result = prove(world, uptime, operation, &caller, request));
        result.map_err(StepFailure::new)
    }
}

/// Who makes a call, and how they prove it.
pub struct Caller<'a> {
    pub provider: &'a str,
    /// Without one, the account that every sandbox has.
    pub account: Option<&'a str>,
    pub proof: Proof,
    /// The error of the caller's clock.
    pub date: Option<&'a str>,
    /// Counts the calls: each has a nonce of its own.
    pub number: u64,
    /// Whether the caller has set a member of the body, which then stays as it is.
    pub has_member: &'a dyn Fn(&str) -> bool,
}

/// Adds to a request the proof of who makes it.
///
/// # Errors
/// The provider does not have the account, or the account cannot log in.
pub fn prove(world: &mut World, uptime: Uptime, operation: &Operation, caller: &Caller<'_>, request: &mut Request) -> Result<(), String> {
    let slug = caller.provider;
    let usual = || usual_account(world, slug).ok_or_else(|| format!("{slug} has no account"));
    let account = caller.account.map_or_else(usual, |it| Ok(it.to_owned()))?;
    let proof = match caller.proof {
        Proof::Usual => Proven::Usual,
        Proof::Right => Proven::Right,
        Proof::Wrong => Proven::Wrong,
        Proof::Absent => return Ok(()),
    };
    match operation.auth {
        Auth::Open => return Ok(()),
        Auth::Session { .. } => return log_in(world, uptime, caller, &account, request),
        Auth::Bearer | Auth::Basic | Auth::Signed { .. } | Auth::Field { .. } => {}
    }
    let Some(provider_id) = world.provider_id(slug) else { return Ok(()) };
    let own = world.core.accounts(provider_id).get(&account).ok_or_else(|| format!("{slug} has no account `{account}`"))?;
    let nonce = Draws::new(world.core.seed, "scenario nonce", caller.number).text(ALPHANUMERIC, 32);
    let date = caller.date.map_or(world.core.now, |it| shifted(world.core.now, it));
    world.provider(provider_id).authorise(own, request, &Signing { proof, date, nonce });
    Ok(())
}

/// A call of a portal comes from one of its pages: with the session's cookie, and the token of the page's form.
fn log_in(world: &mut World, uptime: Uptime, caller: &Caller<'_>, account: &str, request: &mut Request) -> Result<(), String> {
    let Some(LoggedIn { cookie, token: (name, token) }) = world.log_in(uptime, caller.provider, account) else {
        return Err(format!("{} has no account `{account}` that could log in", caller.provider));
    };
    put(request, header::COOKIE, &cookie);
    if !(caller.has_member)(name) {
        let proof = if caller.proof == Proof::Wrong { Proven::Wrong } else { Proven::Usual };
        request.body = with_member(&request.body, name, &key_for(&token, proof)).into();
    }
    Ok(())
}

/// The account that every sandbox has at that provider; when it does not exist, the first one.
pub fn usual_account(world: &World, slug: &str) -> Option<String> {
    let provider_id = world.provider_id(slug)?;
    let accounts = world.core.accounts(provider_id);
    let usual = world.provider(provider_id).contract().account;
    accounts.get(usual).or_else(|| accounts.values().next()).map(|it| it.id.clone())
}

/// The target of a path below a provider's slug. For a link from an answer, it is everything behind the host.
fn target(slug: &str, path: &str) -> String {
    let behind_host = path.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| rest[at..].to_owned()));
    behind_host.filter(|_| path.starts_with("http")).unwrap_or_else(|| format!("/{slug}{path}"))
}

/// A body with one more member, if it is an object.
fn with_member(body: &[u8], name: &str, value: &str) -> String {
    let body = String::from_utf8_lossy(body);
    let member = format!("{}:{}", serde_json::Value::from(name), serde_json::Value::from(value));
    match body.strip_prefix('{') {
        Some("}") => format!("{{{member}}}"),
        Some(rest) => format!("{{{member},{rest}"),
        None => body.into_owned(),
    }
}

/// A moment, moved by a duration with a sign.
fn shifted(now: Timestamp, offset: &str) -> Timestamp {
    let span = parse_duration(offset.trim_start_matches(['-', '+'])).unwrap_or_default();
    let moved = if offset.starts_with('-') { now.checked_sub(span) } else { now.checked_add(span) };
    moved.unwrap_or(now)
}

/// The request of an operation with these values.
pub fn build(slug: &str, operation: &Operation, with: Option<&Node>) -> Request {
    let mut path = operation.path.to_owned();
    let mut rest: Vec<(&str, &Node)> = with.map_or(&[][..], Node::members).iter().map(|(key, it)| (key.name.as_str(), it)).collect();
    rest.retain(|(name, it)| {
        let mark = format!("{{{name}}}");
        let is_in_path = path.contains(&mark);
        if is_in_path {
            path = path.replace(&mark, &encoded(it.plain().unwrap_or("")));
        }
        !is_in_path
    });
    let has_body = !operation.media.is_empty();
    let mut target = format!("/{slug}{path}");
    if !has_body && !rest.is_empty() {
        target = format!("{target}?{}", form(&rest));
    }
    let mut request = Request::new(operation.method.clone(), &target, "");
    if !has_body {
        return request;
    }
    let media = operation.media.first().copied().unwrap_or(JSON);
    request.body = if media == FORM {
        let constants = operation.parameters.iter().filter(|it| rest.iter().all(|own| own.0 != it.name));
        let constants = constants.filter_map(|it| {
            if let Kind::Constant(text) = it.kind { Some(format!("{}={}", encoded(it.name), encoded(text))) } else { None }
        });
        let own = form(&rest);
        constants.chain((!own.is_empty()).then_some(own)).collect::<Vec<_>>().join("&").into()
    } else {
        match with {
            Some(it) if matches!(it.what, What::Map(_)) => object(&rest).into(),
            Some(it) => it.to_json().into(),
            None if operation.parameters.is_empty() => String::new().into(),
            None => "{}".into(),
        }
    };
    if let Ok(media) = HeaderValue::from_str(media) {
        request.headers.insert(header::CONTENT_TYPE, media);
    }
    request
}

/// The headers that every client sends, with the text that the documentation has, unless the body is of another media type.
pub fn add_constants(operation: &Operation, request: &mut Request) {
    for row in operation.headers.iter().filter(|it| it.need == Need::Required) {
        if let (Kind::Constant(text), Ok(name)) = (row.kind, row.name.parse::<HeaderName>())
            && (name != header::CONTENT_TYPE || text.split(';').next() == Some(request.media_type().as_str()))
            && let Ok(text) = HeaderValue::from_str(text)
        {
            request.headers.insert(name, text);
        }
    }
}

fn object(members: &[(&str, &Node)]) -> String {
    let one = |(name, it): &(&str, &Node)| format!("{}:{}", serde_json::Value::from(*name), it.to_json());
    format!("{{{}}}", members.iter().map(one).collect::<Vec<_>>().join(","))
}

/// The pairs of a form or a query. Nested values have names with brackets: `created[gt]`, `ids[0]`.
fn form(members: &[(&str, &Node)]) -> String {
    fn pairs(name: &str, node: &Node, into: &mut Vec<String>) {
        match &node.what {
            What::Map(members) => members.iter().for_each(|(key, it)| pairs(&format!("{name}[{}]", key.name), it, into)),
            What::List(items) => items.iter().enumerate().for_each(|(place, it)| pairs(&format!("{name}[{place}]"), it, into)),
            What::Null => into.push(format!("{}=", encoded(name))),
            What::Flag(_) | What::Number(_) | What::Text(_) => {
                into.push(format!("{}={}", encoded(name), encoded(node.plain().unwrap_or(""))));
            }
        }
    }
    let mut all = Vec::new();
    for (name, it) in members {
        pairs(name, it, &mut all);
    }
    all.join("&")
}
