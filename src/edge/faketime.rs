//! A file that tells a process under libfaketime what time it is in a sandbox. libfaketime reads it whenever its process asks for the time
//! (`FAKETIME_NO_CACHE=1`), and counts on from the moment at which it has read a text that it did not know.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::notices::{About, Notices};
use crate::control::Reading;
use crate::engine::clock::Rate;

/// While the clock runs, the file is written anew after this time: a process that reads it for the first time is behind by as much at most.
pub const BEAT: Duration = Duration::from_millis(100);
/// A text is short.
pub const TEXT_BYTES_MAX: u64 = 100;
/// Names for the file that is renamed. More than one is tried only when something stands there.
const NAMES_MAX: u32 = 16;

/// The file, and what was written to it.
pub struct FaketimeFile {
    path: PathBuf,
    notices: Arc<Notices>,
    /// The number of the next look at the clock.
    next: AtomicU64,
    written: Mutex<Written>,
}

#[derive(Default)]
struct Written {
    latest: Option<Look>,
    /// libfaketime keeps a rate until a text has another, so each text after one with a rate has one too.
    has_rate: bool,
    has_failed: bool,
}

/// A look at the clock. Looks are numbered under the sandbox's lock, so the later one counts, whichever is written first.
#[derive(Clone)]
pub struct Look {
    number: u64,
    reading: Reading,
}

/// Why a look may have to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A step has ended, and no webhook leaves.
    Step,
    /// Webhooks leave: their receivers read the time.
    Webhooks,
    /// The clock may run.
    Beat,
}

impl FaketimeFile {
    /// Writes to that path, in place of what stands there.
    pub fn new(path: &Path, notices: Arc<Notices>) -> Self {
        let is_short = fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() <= TEXT_BYTES_MAX);
        let has_rate = is_short && fs::read_to_string(path).is_ok_and(|it| it.contains('x'));
        let written = Mutex::new(Written { has_rate, ..Written::default() });
        Self { path: path.to_owned(), notices, next: AtomicU64::new(0), written }
    }

    /// Takes a look into account. Call it under the lock of the sandbox.
    pub fn look(&self, reading: Reading) -> Look {
        Look { number: self.next.fetch_add(1, Ordering::AcqRel), reading }
    }

    /// Writes what a look has seen, if the file does not say it yet. Call it without the lock of the sandbox, before what its step has to
    /// send leaves. When it fails, that is said, and the file is written at the next occasion.
    pub fn write(&self, look: Look, occasion: Occasion) {
        let mut written = self.written.lock();
        let is_due = written.latest.as_ref().is_none_or(|it| {
            let goes_on = !look.reading.stands() && occasion != Occasion::Step;
            it.number < look.number && (written.has_failed || goes_on || look.reading.is_news_after(&it.reading))
        });
        if !is_due {
            return;
        }
        let has_rate = written.has_rate || ![0, Rate::AS_REAL.millionths].contains(&look.reading.pace().millionths);
        let outcome = replace(&self.path, &text(&look.reading, has_rate.then(|| look.reading.pace())));
        *written = Written { latest: Some(look), has_rate, has_failed: outcome.is_err() };
        if let Err(why) = outcome {
            self.notices.say(About::FaketimeFile, || {
                let path = self.path.display();
                format!("{path} cannot be written ({why}): processes under libfaketime read an old time, and webhooks leave nevertheless")
            });
        }
    }
}

/// What libfaketime reads with `FAKETIME_FMT=%s`: the moment, `@` in front of it if the clock runs, and after it that rate.
fn text(reading: &Reading, rate: Option<Rate>) -> String {
    // Seconds before 1970 would end the process, because %s takes digits only.
    let nanos = u128::try_from(reading.now().as_nanosecond()).unwrap_or(0);
    let (seconds, fraction) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    // It reads a fraction as a binary number and cuts it off, so that .7 would become .699999999: the last digit prevents that.
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:09}5") };
    if reading.stands() {
        return format!("{seconds}{fraction}\n");
    }
    let rate = rate.map_or(String::new(), |it| format!(" x{}", it.number()));
    format!("@{seconds}{fraction}{rate}\n")
}

/// Whether that is a text of such a file.
pub fn is_own(text: &str) -> bool {
    let number = |it: &str| !it.is_empty() && it.bytes().all(|own| own.is_ascii_digit() || own == b'.');
    let line = text.strip_suffix('\n').unwrap_or(text);
    let (moment, rate) = line.strip_prefix('@').unwrap_or(line).split_once(" x").map_or((line, None), |it| (it.0, Some(it.1)));
    number(moment.strip_prefix('@').unwrap_or(moment)) && rate.is_none_or(number)
}

/// Replaces a file in one step. It is not synced to the disk: after a loss of power it has no meaning.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_string_lossy();
    let beside = |number: u32| path.with_file_name(format!(".{name}.{}-{number}", std::process::id()));
    // A name that exists is never opened: a link could stand there.
    let free = |number: u32| {
        let beside = beside(number);
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            Ok(file) => Some(Ok((beside, file))),
            Err(why) if why.kind() == ErrorKind::AlreadyExists => None,
            Err(why) => Some(Err(why)),
        }
    };
    let (beside, mut file) = (0..NAMES_MAX).find_map(free).ok_or(ErrorKind::AlreadyExists)??;
    let replaced = file.write_all(text.as_bytes()).and_then(|()| fs::rename(&beside, path));
    if replaced.is_err() {
        _ = fs::remove_file(&beside);
    }
    replaced
}

#[cfg(test)]
mod tests;
