//! The one place that writes to standard output and standard error. No live key and no card number passes it.

use std::fmt::Display;
use std::io::{ErrorKind, Write};

use super::Stop;
use crate::kit::concealed;

/// Writes a text and a line break to standard output. A reader that has closed its end wants no more, and that is not an error.
pub fn print(text: &str) -> Result<(), Stop> {
    let mut out = anstream::stdout().lock();
    let written = writeln!(out, "{}", concealed::text(text.trim_end())).and_then(|()| out.flush());
    match written {
        Err(why) if why.kind() != ErrorKind::BrokenPipe => Err(Stop::usage(format!("cannot write to standard output: {why}"))),
        Ok(()) | Err(_) => Ok(()),
    }
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
