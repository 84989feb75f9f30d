//! `playmoney audit`: tries a receiver of webhooks, and says what to change in it.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::Value as Json;

use super::act::members;
use super::client::{Connection, NamedServer, Printed, Question, Reply};
use super::clock::text;
use super::run::junit::allowed;
use super::style::judged;
use super::{Exit, Stop, written};
use crate::control::audit::{judge_address, no_check};
use crate::edge::{Config, Making, Server};
use crate::engine::clock::Mode;
use crate::engine::start::Start;
use crate::engine::tables::audit::Check;
use crate::kit::concealed;
use crate::kit::nearest::nearest;
use crate::kit::printable::line;
use crate::providers;

/// An audit takes less than three minutes.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(200);

/// The receiver, and what is checked.
#[derive(Args)]
pub struct Audit {
    /// The slug of the provider whose webhooks the receiver gets
    #[arg(value_parser = provider)]
    provider: String,
    /// The address of the receiver; {provider} is replaced by the slug; default: the address to which the server that --url names has sent
    /// its last event
    #[arg(long, value_name = "URL", value_parser = receiver, env = "PLAYMONEY_WEBHOOK_URL")]
    webhook_url: Option<String>,
    /// The secret with which the receiver verifies; default: that of the sandbox, as `playmoney env` shows it
    #[arg(long, value_name = "SECRET", env = "PLAYMONEY_WEBHOOK_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// An address of the application that shows the effect of the event, such as that of an order
    ///
    /// It is asked by GET before and after what must have no effect, and its answer has to stay the same.
    #[arg(long, value_name = "URL", value_parser = probe)]
    probe: Option<String>,
    /// The checks to make, separated by commas; default: all
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = check)]
    checks: Vec<String>,
    #[arg(long, value_name = "FILE", help = "Write a report for CI servers to this file, in the XML of JUnit", help_heading = "Output")]
    junit: Option<PathBuf>,
    #[command(flatten)]
    server: NamedServer,
    #[command(flatten)]
    printed: Printed,
}

/// Reads a slug.
pub fn provider(slug: &str) -> Result<String, String> {
    let all = providers::all();
    let known = || all.iter().map(|it| it.contract().slug);
    if known().any(|it| it == slug) {
        return Ok(slug.to_owned());
    }
    let near = nearest(slug, known()).map_or_else(|| known().collect::<Vec<_>>().join(", "), |it| format!("the nearest is `{it}`"));
    Err(format!("no provider has this slug: {near}"))
}

fn receiver(url: &str) -> Result<String, &'static str> {
    judge_address(&url.replace("{provider}", "quoine")).map(|()| url.to_owned())
}

fn probe(url: &str) -> Result<String, &'static str> {
    judge_address(url).map(|()| url.to_owned())
}

fn check(word: &str) -> Result<String, String> {
    let word = word.trim();
    if Check::parse(word).is_some() { Ok(word.to_owned()) } else { Err(no_check(word)) }
}

impl Audit {
    pub fn run(self) -> Result<Exit, Stop> {
        if let Some(file) = &self.junit {
            written::may_report(file)?;
        }
        let twice = (1..self.checks.len()).find(|it| self.checks[..*it].contains(&self.checks[*it]));
        if let Some(place) = twice {
            return Err(Stop::usage(format!("--checks names `{}` twice", self.checks[place])));
        }
        if self.secret.as_ref().is_some_and(String::is_empty) {
            return Err(Stop::usage("--secret is empty: leave it out, or write the secret of the receiver"));
        }
        let body = self.body();
        let (connection, reply) = match self.server.connection().map(|it| it.printing(self.printed)) {
            Some(connection) => {
                let reply = ask(&connection, &body)?;
                (connection, reply)
            }
            None if self.webhook_url.is_none() => {
                let why = "name the receiver with --webhook-url, or the server that sends to it with --url";
                return Err(Stop::usage(why));
            }
            None => ask_own(&self.server, self.printed, &body)?,
        };
        let answer = reply.json();
        if let Some(file) = &self.junit {
            written::report(file, &concealed::text(&junit(&answer)?))?;
        }
        connection.show(&reply, page)?;
        Ok(if answer["failed"] == 0 { Exit::Good } else { Exit::Failed })
    }

    fn body(&self) -> Json {
        let webhook_url = self.webhook_url.as_ref().map(|it| it.replace("{provider}", &self.provider));
        let checks = (!self.checks.is_empty()).then(|| Json::from(self.checks.clone()));
        members([
            ("provider", Some(self.provider.clone().into())),
            ("webhook_url", webhook_url.map(Json::from)),
            ("secret", self.secret.clone().map(Json::from)),
            ("probe", self.probe.clone().map(Json::from)),
            ("checks", checks),
        ])
    }
}

fn ask(connection: &Connection, body: &Json) -> Result<Reply, Stop> {
    connection.ask_within(&Question::post(&["audit"], body), ANSWER_TIME_MAX)
}

/// Asks a server that lives as long as this question. Its clock begins at the real date, as those of its events do.
fn ask_own(named: &NamedServer, printed: Printed, body: &Json) -> Result<(Connection, Reply), Stop> {
    let cannot = |why: std::io::Error| Stop { exit: Exit::Start, why: format!("cannot start a server: {why}") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(cannot)?;
    let done = runtime.block_on(async {
        let start = Start { mode: Mode::Real, now: None, ..Start::default() };
        let server = Server::start(Config { start, sandboxes: Making::OnUse, ..Config::default() }).await.map_err(cannot)?;
        let connection = named.own(&server.base_url())?.printing(printed);
        let (asking, body) = (connection.clone(), body.clone());
        let asked = tokio::task::spawn_blocking(move || ask(&asking, &body)).await;
        drop(server);
        let reply = asked.map_err(|why| Stop { exit: Exit::Start, why: format!("cannot ask a server of its own: {why}") })??;
        Ok((connection, reply))
    });
    runtime.shutdown_background();
    done
}

/// A line for each check, and below one that has failed what to change in the receiver.
fn page(answer: &Json) -> String {
    let checks = answer["checks"].as_array().map_or(&[][..], Vec::as_slice);
    let width = checks.iter().map(|it| text(&it["name"]).len()).max().unwrap_or(0);
    let mut page = String::new();
    for it in checks {
        let (name, why) = (text(&it["name"]), text(&it["why"]));
        let (name, why) = (line(&name), line(&why));
        page.push_str(&match it["verdict"].as_str() {
            Some("pass") => judged(&format!("ok       {name:width$}  {}\n", why.strip_prefix("The receiver ").unwrap_or(&why))),
            Some("fail") => judged(&format!("FAILED   {name:width$}  {}\n    {why}\n", answered(&it["answered"]))),
            _ => judged(&format!("skipped  {name:width$}  {why}\n")),
        });
    }
    let [passed, failed, skipped] = ["passed", "failed", "skipped"].map(|it| text(&answer[it]));
    page + &format!("{passed} passed, {failed} failed, {skipped} skipped: {}\n", line(&text(&answer["target"])))
}

/// The answer of the receiver in a few words.
fn answered(answered: &Json) -> String {
    match answered["error"].as_str() {
        None => format!("answered {} in {} ms", text(&answered["status"]), text(&answered["duration_ms"])),
        Some(error) => format!("no answer: {}", line(error)),
    }
}

/// A report for CI servers: one suite, a case for each check.
fn junit(answer: &Json) -> Result<String, Stop> {
    let mut suite = TestSuite::new(format!("audit {}", allowed(&text(&answer["provider"]))));
    let mut all = Duration::ZERO;
    for it in answer["checks"].as_array().into_iter().flatten() {
        let why = allowed(&text(&it["why"]));
        let status = match it["verdict"].as_str() {
            Some("pass") => TestCaseStatus::success(),
            Some("fail") => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_type("audit").set_message(why);
                status
            }
            _ => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(why);
                status
            }
        };
        let took = Duration::from_millis(it["answered"]["duration_ms"].as_u64().unwrap_or(0));
        let mut case = TestCase::new(allowed(&text(&it["name"])), status);
        case.set_classname(allowed(&text(&answer["target"]))).set_time(took);
        suite.add_test_case(case);
        all += took;
    }
    suite.set_time(all);
    let mut report = Report::new("playmoney");
    report.add_test_suite(suite).set_time(all);
    report.to_string().map_err(|why| Stop::usage(format!("cannot write the report: {why}")))
}
