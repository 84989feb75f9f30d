//! The log on standard error: one line for each request, change and webhook, for people or as JSON.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Write};
use std::io::IsTerminal;

use anstyle::Style;
use clap::ValueEnum;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::cli::output::without_numbers;
use crate::cli::style::{BAD, ELSEWHERE, GOOD, QUIET, STRONG, WARNING, painted, stderr_has_colours};
use crate::kit::printable::line;

/// The values of `--log`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One line for people
    Text,
    /// One JSON object a line, with every field
    Json,
    /// Nothing
    None,
}

/// Writes the log from now on. Without a flag, it is for people, and only a terminal shows it.
pub fn write(format: Option<LogFormat>) {
    let usual = if std::io::stderr().is_terminal() { LogFormat::Text } else { LogFormat::None };
    let builder = tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false).with_max_level(Level::INFO);
    // A log that cannot be written must not end the server: the subscriber would say so with `eprintln!`, which panics.
    let builder = builder.log_internal_errors(false);
    match format.unwrap_or(usual) {
        LogFormat::Text => builder.event_format(Lines { colours: stderr_has_colours() }).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
        LogFormat::None => {}
    }
}

/// Writes an event as a line for people.
struct Lines {
    colours: bool,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        // Libraries tell their own steps, which mean nothing to people: what matters of them, the server says itself. That of the protocol
        // for assistants also says what has gone wrong.
        let (target, level) = (event.metadata().target(), *event.metadata().level());
        let is_own = target.starts_with(env!("CARGO_CRATE_NAME"));
        if !is_own && (!target.starts_with("rmcp") || Level::WARN < level) {
            return Ok(());
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        match fields.line(level) {
            Some(text) if self.colours => writeln!(writer, "{text}"),
            Some(text) => writeln!(writer, "{}", anstream::adapter::strip_str(&text)),
            None => Ok(()),
        }
    }
}

/// The fields of an event, as texts of one line.
#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), line(value).into_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

impl Fields {
    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The line. `None`: people need not see this one.
    fn line(&self, level: Level) -> Option<String> {
        let mut text = self.moment();
        let sandbox = self.get("sandbox");
        if !sandbox.is_empty() && sandbox != "default" {
            _ = write!(text, "{} ", painted(ELSEWHERE, format!("[{sandbox}]")));
        }
        let rest = match self.get("kind") {
            "request" => self.request(),
            "change" => self.change(),
            "webhook" => self.webhook(level),
            "awaited" => self.awaited(),
            "clock" => painted(QUIET, format!("== {}", self.get("message"))),
            "control" => self.control()?,
            "transport" => return None, // the line of the request names the rule
            "note" => painted(WARNING, format!("!! {}{}", self.prefix("provider", ": "), self.get("message"))),
            _ => self.other(level),
        };
        Some(text + &rest)
    }

    /// The simulated time. The date is less important, but a step can take days.
    fn moment(&self) -> String {
        let at = self.get("at");
        let (date, time) = at.split_once('T').unwrap_or(("", at));
        let time = time.split(['.', 'Z']).next().unwrap_or("");
        if time.is_empty() { String::new() } else { format!("{} {time}  ", painted(QUIET, date)) }
    }

    /// A field with what follows it, or nothing.
    fn prefix(&self, name: &str, sign: &str) -> String {
        let value = self.get(name);
        if value.is_empty() { String::new() } else { format!("{value}{sign}") }
    }

    /// A field with what stands before it, or nothing.
    fn suffix(&self, sign: &str, name: &str) -> String {
        let value = self.get(name);
        if value.is_empty() { String::new() } else { format!("{sign}{value}") }
    }

    fn rule(&self) -> String {
        let rule = self.get("rule");
        if rule.is_empty() { String::new() } else { painted(ELSEWHERE, format!("  by the rule `{rule}`")) }
    }

    fn request(&self) -> String {
        let (operation, path, subject) = (self.get("operation"), self.get("message"), self.get("subject"));
        let (name, what) = if operation.is_empty() { (path, "") } else { (operation, if subject.is_empty() { path } else { subject }) };
        let status = format!("{}{}", self.get("status"), self.suffix(" ", "error"));
        let mut text = format!("-> {} {}", painted(STRONG, name), painted(style_of(self.get("status")), status));
        if !what.is_empty() {
            _ = write!(text, "  {what}");
        }
        text.push_str(&self.rule());
        if ["assumed", "observed"].contains(&self.get("evidence")) {
            _ = write!(text, "{}", painted(QUIET, format!("  [{}]", self.get("evidence"))));
        }
        for name in ["detail", "hint"] {
            if !self.get(name).is_empty() {
                _ = write!(text, "  {}", painted(WARNING, self.get(name)));
            }
        }
        text
    }

    fn change(&self) -> String {
        let [provider, subject, from, to, cause] = ["provider", "subject", "from", "to", "cause"].map(|it| self.get(it));
        format!("   {provider} {subject}: {from} to {} {}", painted(STRONG, to), painted(QUIET, format!("({cause})")))
    }

    fn webhook(&self, level: Level) -> String {
        let [provider, event, subject, attempt, url] = ["provider", "event", "subject", "attempt", "url"].map(|it| self.get(it));
        let result = format!("{}{}", self.get("status"), self.get("error"));
        let style = match level {
            Level::ERROR => BAD,
            Level::WARN => WARNING,
            _ => GOOD,
        };
        let mut text =
            format!("<- {} {}  {subject}  attempt {attempt}", painted(STRONG, format!("{provider}.{event}")), painted(style, result));
        if !url.is_empty() {
            _ = write!(text, " to {url}");
        }
        text.push_str(&self.rule());
        let next = match level {
            Level::ERROR => "no further attempt follows".to_owned(),
            Level::WARN => self.next_attempt(),
            _ => String::new(),
        };
        let detail = without_numbers(self.get("detail"));
        let why: Vec<&str> = [&detail, self.get("hint"), &next].into_iter().filter(|it| !it.is_empty()).collect();
        if !why.is_empty() {
            _ = write!(text, ": {}", painted(style, why.join("; ")));
        }
        text
    }

    /// When the next attempt is due, with the date only if it is another.
    fn next_attempt(&self) -> String {
        let (date, time) = self.get("next_attempt_at").split_once('T').unwrap_or_default();
        let date = if self.get("at").starts_with(date) { "" } else { date };
        let time = time.split(['.', 'Z']).next().unwrap_or("");
        if time.is_empty() { String::new() } else { format!("next attempt at {}", format!("{date} {time}").trim()) }
    }

    fn awaited(&self) -> String {
        let [url, event, limit] = ["url", "event", "limit"].map(|it| self.get(it));
        painted(WARNING, format!("!! time waits for {url} ({event}, {limit} at most): does the receiver run in the thread that waits?"))
    }

    /// Control calls matter less than what they cause; those that only look and succeed are not shown.
    fn control(&self) -> Option<String> {
        let (status, only_looks) = (self.get("status"), ["GET", "HEAD", "OPTIONS"].contains(&self.get("method")));
        let style = if status.starts_with(['2', '3']) { QUIET } else { style_of(status) };
        (!only_looks || style != QUIET)
            .then(|| painted(style, format!("   {} {status}{}", self.get("message"), self.suffix("  ", "detail"))))
    }

    /// A line of the server itself, with its fields.
    fn other(&self, level: Level) -> String {
        let fields = self.0.iter().filter(|it| !["message", "sandbox", "at", "kind"].contains(it.0));
        let fields = fields.fold(String::new(), |all, (name, value)| all + " " + name + "=" + value);
        let (style, sign) = if level == Level::INFO { (QUIET, "==") } else { (WARNING, "!!") };
        painted(style, format!("{sign} {}{fields}", self.get("message")))
    }
}

/// The colour of a status.
fn style_of(status: &str) -> Style {
    match status.as_bytes().first() {
        Some(b'2') => GOOD,
        Some(b'3') => ELSEWHERE,
        Some(b'4') => WARNING,
        _ => BAD,
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn t19_a_line_names_another_sandbox_and_forges_no_other_line() {
        let written = Written::default();
        let (to, lines) = (written.clone(), Lines { colours: false });
        let subscriber = tracing_subscriber::fmt().event_format(lines).with_writer(move || to.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            let at = "2026-01-01T00:00:06.5Z";
            let subject = "A\n\u{1b}[31mB";
            tracing::info!(
                sandbox = "checkout-7",
                kind = "change",
                at,
                provider = "quoine",
                subject,
                from = "new",
                to = "ready",
                cause = "x"
            );
            tracing::info!(sandbox = "default", kind = "control", at, method = "GET", status = 200, "GET /__admin/clock");
            tracing::warn!(limit = 20, "all connections are open");
            tracing::info!(sandbox = "default", kind = "moved", inputs = 3, "the sandbox goes on here");
            tracing::warn!(target: "deadpool.postgres", "Connection could not be recycled");
        });
        let told = String::from_utf8(written.0.lock().clone()).expect("text");
        let change = "2026-01-01 00:00:06  [checkout-7]    quoine A\\n\\u{1b}[31mB: new to ready (x)\n";
        assert_eq!(told, format!("{change}!! all connections are open limit=20\n== the sandbox goes on here inputs=3\n"));
    }
}
