//! A client of the control API of a running server: which server is asked, and what is told when it refuses or cannot be reached.

mod address;
mod exchange;
#[cfg(feature = "tls")]
mod tls;

use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use serde_json::Value as Json;

use self::address::{Address, address};
use super::output::{pass_on, print};
use super::style::fitted;
use super::{Exit, Stop};
use crate::control::sandboxes;
#[cfg(feature = "mcp")]
use crate::kit::http::Request;
use crate::kit::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use crate::kit::printable::line;
use crate::sandbox::HINT;

/// An `advance` takes a minute of real time at most, and may wait for receivers before and after it.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(180);

/// Which server, and how it is asked. The flags may stand before or behind the words of the command.
#[derive(Args, Clone)]
pub struct Connection {
    /// The address of the server
    #[arg(long, global = true, value_name = "URL", value_parser = address, default_value = "http://127.0.0.1:4242")]
    #[arg(env = "PLAYMONEY_URL", help_heading = "Server")]
    url: Address,
    /// The sandbox that is asked; default: `default`
    #[arg(long, global = true, value_name = "NAME", value_parser = sandbox, env = "PLAYMONEY_SANDBOX", help_heading = "Server")]
    sandbox: Option<String>,
    /// The Bearer token of the control API, if the server wants one
    #[arg(long, global = true, value_name = "TOKEN", value_parser = token, env = "PLAYMONEY_ADMIN_TOKEN", hide_env_values = true)]
    #[arg(help_heading = "Server")]
    token: Option<Token>,
    /// The certificate of the authority that vouches for an https server, as PEM; default: those of the system, and the
    /// user's own of `serve --tls`
    #[arg(long, global = true, value_name = "FILE", env = "PLAYMONEY_CA_FILE", help_heading = "Server")]
    ca_file: Option<PathBuf>,
    /// Print the answer of the server as it is
    #[arg(long, global = true, help_heading = "Output")]
    json: bool,
}

/// Which server, for a command that has one of its own when none is named.
#[derive(Args, Clone)]
pub struct NamedServer {
    /// The address of a running server; default: a server of its own
    #[arg(long, value_name = "URL", value_parser = address, env = "PLAYMONEY_URL", help_heading = "Server")]
    url: Option<Address>,
    /// The sandbox that is asked; default: `default`
    #[arg(long, value_name = "NAME", value_parser = sandbox, env = "PLAYMONEY_SANDBOX", help_heading = "Server")]
    sandbox: Option<String>,
    /// The Bearer token of the control API, if the server wants one
    #[arg(long, value_name = "TOKEN", value_parser = token, env = "PLAYMONEY_ADMIN_TOKEN", hide_env_values = true)]
    #[arg(help_heading = "Server")]
    token: Option<Token>,
    /// The certificate of the authority that vouches for an https server, as PEM; default: those of the system, and the
    /// user's own of `serve --tls`
    #[arg(long, value_name = "FILE", env = "PLAYMONEY_CA_FILE", help_heading = "Server")]
    ca_file: Option<PathBuf>,
}

/// How such a command prints an answer.
#[derive(Args, Clone, Copy)]
pub struct Printed {
    /// Print the answer of the server as it is
    #[arg(long, help_heading = "Output")]
    json: bool,
}

impl NamedServer {
    /// The connection to the server that was named.
    pub fn connection(&self) -> Option<Connection> {
        self.url.clone().map(|url| self.to(url))
    }

    /// The connection to a server of the command's own, which wants no token.
    pub fn own(&self, base_url: &str) -> Result<Connection, Stop> {
        let url = address(base_url).map_err(Stop::usage)?;
        Ok(Connection { token: None, ..self.to(url) })
    }

    fn to(&self, url: Address) -> Connection {
        let Self { sandbox, token, ca_file, .. } = self.clone();
        Connection { url, sandbox, token, ca_file, json: false }
    }
}

/// The value of `Authorization`. The word `none` means that no token is sent: `serve` reads the same variable, and takes this word.
#[derive(Clone)]
struct Token(Option<HeaderValue>);

fn token(text: &str) -> Result<Token, &'static str> {
    if text.is_empty() || text == "none" {
        return Ok(Token(None));
    }
    let value = HeaderValue::from_str(&format!("Bearer {text}")).map_err(|_| "a header cannot carry this token")?;
    Ok(Token(Some(value)))
}

fn sandbox(text: &str) -> Result<String, &'static str> {
    if sandboxes::is_name(text) { Ok(text.to_owned()) } else { Err("a name has 1 to 63 of a-z, 0-9 and -") }
}

/// What is asked for.
pub struct Question<'a> {
    method: Method,
    /// The segments of the path below `/__admin/`.
    path: &'a [&'a str],
    query: Vec<(&'static str, String)>,
    body: Option<String>,
    accept: &'static str,
    concerns: Concerns,
}

/// A call that concerns the server names no sandbox: it may not exist yet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Concerns {
    Sandbox,
    Server,
}

impl<'a> Question<'a> {
    pub fn get(path: &'a [&'a str]) -> Self {
        Self { method: Method::GET, path, query: Vec::new(), body: None, accept: "application/json", concerns: Concerns::Sandbox }
    }

    /// A call that changes something.
    pub fn post(path: &'a [&'a str], body: impl Display) -> Self {
        Self { method: Method::POST, body: Some(body.to_string()), ..Self::get(path) }
    }

    /// A call by this method; the body is JSON.
    #[cfg(feature = "mcp")]
    pub fn by(method: Method, path: &'a [&'a str], body: Option<String>) -> Self {
        Self { method, body, ..Self::get(path) }
    }

    pub fn delete(path: &'a [&'a str]) -> Self {
        Self { method: Method::DELETE, ..Self::get(path) }
    }

    /// The same, for an answer of another media type than JSON.
    #[must_use]
    pub fn accepting(self, accept: &'static str) -> Self {
        Self { accept, ..self }
    }

    #[must_use]
    pub fn of_server(self) -> Self {
        Self { concerns: Concerns::Server, ..self }
    }

    /// The parameters that were given.
    #[must_use]
    pub fn with(mut self, parameters: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Self {
        self.query = parameters.into_iter().filter_map(|(name, it)| Some((name, it?))).collect();
        self
    }
}

/// The answer of a server.
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The status, and the headers.
    #[cfg(feature = "mcp")]
    pub const fn head(&self) -> (StatusCode, &HeaderMap) {
        (self.status, &self.headers)
    }

    /// Whether it is the JSON that it says it is.
    fn is_readable(&self) -> bool {
        !self.is("application/json") || serde_json::from_slice::<serde::de::IgnoredAny>(&self.body).is_ok()
    }

    fn is(&self, media_type: &str) -> bool {
        self.headers.get(header::CONTENT_TYPE).is_some_and(|it| it.as_bytes().starts_with(media_type.as_bytes()))
    }
}

impl Connection {
    /// Whether the answer is printed as it is.
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// Asks, and returns what is good.
    ///
    /// # Errors
    /// The server cannot be reached, refuses, or is another program.
    pub fn ask(&self, question: &Question<'_>) -> Result<Reply, Stop> {
        self.ask_within(question, ANSWER_TIME_MAX)
    }

    /// The same, for an answer that comes within this time.
    pub fn ask_within(&self, question: &Question<'_>, time_max: Duration) -> Result<Reply, Stop> {
        self.judged(question, self.answer(question, time_max)?)
    }

    /// Asks, and returns any answer.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub fn answer(&self, question: &Question<'_>, time_max: Duration) -> Result<Reply, Stop> {
        exchange::exchange(self, exchange::request(self, question), time_max).map_err(|why| self.unreachable(&why))
    }

    /// The answer, if it is good.
    ///
    /// # Errors
    /// The server refuses, or is another program.
    pub fn judged(&self, question: &Question<'_>, reply: Reply) -> Result<Reply, Stop> {
        if reply.status.is_success() && reply.is(question.accept) && reply.is_readable() {
            return Ok(reply);
        }
        if !reply.is("application/problem+json") {
            let status = reply.status;
            return Err(self.unreachable(&format!("another program answers there, with {status}")));
        }
        if self.json {
            pass_on(&reply.body)?;
        }
        let problem = reply.json();
        let told = |member: &Json| member.as_str().map(|text| text.lines().map(line).collect::<Vec<_>>().join("\n"));
        let mut why = told(&problem["detail"]).unwrap_or_else(|| format!("the server answers with {}", reply.status));
        let hint = reply.headers.get(HINT).and_then(|it| it.to_str().ok()).map(|it| line(it).into_owned());
        if let Some(hint) = hint.or_else(|| told(&problem["hint"])).or_else(|| self.advice(reply.status)) {
            why.push_str("\nhint: ");
            why.push_str(&hint);
        }
        Err(Stop { exit: Exit::Failed, why })
    }

    /// Sends a call to a provider, and returns any answer.
    ///
    /// # Errors
    /// A sentence that says why no answer came.
    #[cfg(feature = "mcp")]
    pub fn call(&self, request: &Request) -> Result<Reply, String> {
        exchange::exchange(self, exchange::provider_request(self, request), ANSWER_TIME_MAX)
    }

    /// The same server, and another of its sandboxes.
    #[cfg(feature = "mcp")]
    pub fn in_sandbox(&self, name: &str) -> Result<Self, Stop> {
        Ok(Self { sandbox: Some(sandbox(name).map_err(Stop::usage)?), ..self.clone() })
    }

    #[cfg(feature = "mcp")]
    pub fn base_url(&self) -> &str {
        self.url.as_str()
    }

    /// The same connection, for answers that are printed in this way.
    pub const fn printing(mut self, printed: Printed) -> Self {
        self.json = printed.json;
        self
    }

    /// Prints an answer: as it is, or as a text for people.
    pub fn show(&self, reply: &Reply, text: impl FnOnce(&Json) -> String) -> Result<Exit, Stop> {
        if self.json {
            pass_on(&reply.body)?;
        } else {
            print(&fitted(&text(&reply.json()), &std::io::stdout()))?;
        }
        Ok(Exit::Good)
    }

    /// What to do about a refusal that says no more than its status.
    fn advice(&self, status: StatusCode) -> Option<String> {
        let has_token = self.token.as_ref().is_some_and(|it| it.0.is_some());
        match status {
            StatusCode::UNAUTHORIZED if has_token => {
                Some("the server has another token: it stands in its greeting and its ready file".to_owned())
            }
            StatusCode::UNAUTHORIZED => Some("give the token with --token or PLAYMONEY_ADMIN_TOKEN".to_owned()),
            _ => None,
        }
    }

    /// Why the server does not answer, and what to do.
    fn unreachable(&self, why: &str) -> Stop {
        let url = line(self.url.as_str()).into_owned();
        let why =
            format!("{url} cannot be reached: {why}. Start a server with `playmoney serve`, or name another with --url or PLAYMONEY_URL.");
        Stop { exit: Exit::Start, why }
    }
}
