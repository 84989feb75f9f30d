//! The forms of logs: which one a line has, and the records of a whole log.

use clap::ValueEnum;

use super::entry::{Broken, Entry, entries};
use super::record::Record;
use crate::kit::time::{Duration, Timestamp};

mod kong;
mod nginx;
mod own;

/// Bytes of one line.
const LINE_BYTES_MAX: usize = 1024 * 1024;
/// Lines of one log.
const LINES_MAX: usize = 100_000;

/// The form of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Each line as its members show
    Auto,
    /// The form of Playmoney: `at`, `method`, `path`, `body`, `status`
    Playmoney,
    /// An access log of nginx, `log_format ... escape=json`
    Nginx,
    /// The objects of Kong's plugins http-log, file-log and tcp-log
    Kong,
}

/// What a log says.
#[derive(Debug, Default)]
pub struct Log {
    /// In the order of time.
    pub records: Vec<Record>,
    /// Lines with anything on them.
    pub lines: usize,
    /// Lines that could not be read although they concern the provider.
    pub broken: Vec<Broken>,
    /// Other lines that could not be read.
    pub passed: usize,
    /// The first of them.
    pub first: Option<Broken>,
}

/// Reads a log. A line that cannot be read is passed over; `concerns` says of its text whether it is about the provider.
///
/// # Errors
/// It has too many lines.
pub fn read(bytes: &[u8], form: Form, concerns: impl Fn(&str) -> bool) -> Result<Log, Broken> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let mut log = Log::default();
    for (line, bytes) in (1..).zip(bytes.split(|it| *it == b'\n')) {
        if LINES_MAX < line {
            return Err(Broken { line, column: 1, why: format!("a log has at most {LINES_MAX} lines: give a part of it") });
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        log.lines += 1;
        let read = records(line, bytes.strip_suffix(b"\r").unwrap_or(bytes), form).unwrap_or_else(|broken| vec![Err(broken)]);
        for record in read {
            match record {
                Ok(record) => log.records.push(record),
                Err(broken) if concerns(&String::from_utf8_lossy(bytes)) => log.broken.push(broken),
                Err(broken) => {
                    log.passed += 1;
                    log.first.get_or_insert(broken);
                }
            }
        }
    }
    log.records.sort_by_key(|it| it.at);
    Ok(log)
}

/// The records of a line: one, or those of a list, as far as they can be read.
fn records(line: usize, bytes: &[u8], form: Form) -> Result<Vec<Result<Record, Broken>>, Broken> {
    let refused = |column: usize, why: String| Err(Broken { line, column, why });
    if LINE_BYTES_MAX < bytes.len() {
        return refused(1, format!("a line has at most {LINE_BYTES_MAX} bytes"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(entries(line, text)?.iter().map(|it| record(it, form)).collect()),
        Err(why) => {
            let before = String::from_utf8_lossy(&bytes[..why.valid_up_to()]);
            refused(before.chars().count() + 1, "this is not UTF-8".to_owned())
        }
    }
}

fn record(entry: &Entry<'_>, form: Form) -> Result<Record, Broken> {
    match form {
        Form::Playmoney => own::record(entry),
        Form::Nginx => nginx::record(entry),
        Form::Kong => kong::record(entry),
        Form::Auto if entry.has("started_at") && entry.has("request") => kong::record(entry),
        Form::Auto if entry.has("at") => own::record(entry),
        Form::Auto if entry.has("request_method") || entry.has("request") => nginx::record(entry),
        Form::Auto => Err(entry.wrong(
            "",
            "the form of this line is not known: `at` (Playmoney), `request_method` (nginx) and `started_at` (Kong) are missing",
        )),
    }
}

/// Milliseconds of a text, perhaps with a fraction.
fn millis(text: &str) -> Option<Duration> {
    decimal(text, 6)
}

/// Seconds of a text, perhaps with a fraction.
fn seconds(text: &str) -> Option<Duration> {
    decimal(text, 9)
}

/// A number whose unit has that many decimals of a nanosecond.
fn decimal(text: &str, decimals: usize) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_plain(whole) || !is_plain(fraction) || 18 < whole.len() {
        return None;
    }
    let fraction: String = fraction.chars().chain(std::iter::repeat('0')).take(decimals).collect();
    let nanos: i128 = format!("{whole}{fraction}").parse().ok()?;
    Some(Duration::from_nanos(i64::try_from(nanos).ok()?))
}

/// A moment in seconds since 1970.
fn moment(since: Duration) -> Option<Timestamp> {
    Timestamp::UNIX_EPOCH.checked_add(since).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_a_fraction_are_read_to_the_nanosecond() {
        assert_eq!(seconds("1767225600.25").and_then(moment).map(|it| it.to_string()).as_deref(), Some("2026-01-01T00:00:00.25Z"));
        assert_eq!(millis("1.5"), Some(Duration::from_micros(1_500)));
        for text in ["", "-1", "1e3", ".5", "1.2.3", "99999999999999999999"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
