//! The one place that writes to standard output and standard error. No live key and no card number passes it, but for the answers of a
//! server that has hidden them itself.

use std::fmt::Display;
use std::io::{ErrorKind, Write};

use super::Stop;
use crate::kit::concealed;

/// Writes a text and a line break to standard output. A reader that has closed its end wants no more, and that is not an error.
pub fn print(text: &str) -> Result<(), Stop> {
    let mut out = anstream::stdout().lock();
    ended(writeln!(out, "{}", concealed::text(text.trim_end())).and_then(|()| out.flush()))
}

fn ended(written: std::io::Result<()>) -> Result<(), Stop> {
    match written {
        Err(why) if why.kind() != ErrorKind::BrokenPipe => Err(Stop::usage(format!("cannot write to standard output: {why}"))),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes the answer of a server as it is, and a line break if it does not end with one.
pub fn pass_on(answer: &[u8]) -> Result<(), Stop> {
    let mut out = std::io::stdout().lock();
    let end: &[u8] = if answer.ends_with(b"\n") { b"" } else { b"\n" };
    ended(out.write_all(answer).and_then(|()| out.write_all(end)).and_then(|()| out.flush()))
}

/// Writes a line to standard error. If that fails, no other place is left to say so.
pub fn tell(text: impl Display) {
    _ = writeln!(anstream::stderr().lock(), "{}", concealed::text(&text.to_string()));
}

/// Writes a count over the one before it, on a terminal.
pub fn tell_count(text: &str) {
    _ = write!(anstream::stderr().lock(), "\r{text}\x1b[K");
}

/// A text without the numbers of system errors, which say nothing to people.
pub fn without_numbers(text: &str) -> String {
    let mut parts = text.split(" (os error ");
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |all, part| all + part.split_once(')').map_or("", |it| it.1))
}
