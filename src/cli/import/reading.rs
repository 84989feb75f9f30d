//! Reads a log, and refuses one that says nothing of the provider: with what it is instead, and what to do.

use std::fs::File;
use std::path::Path;

use super::forms::{self, Form, Log};
use super::items::{Items, Kind};
use super::nearly::concerns;
use super::recognise::{What, recognised};
use super::record::Record;
use super::unread::{packed, remedy};
use crate::cli::Stop;
use crate::cli::paths::{bounded, kind, shown};
use crate::cli::scenarios::{contracts, count};
use crate::engine::tables::{Contract, Operation};
use crate::kit::fields::Need;

/// Bytes of a log.
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// Lines of a log that concern the provider.
const ITEMS_MAX: usize = 500;

/// Reads the log of a path.
///
/// # Errors
/// It cannot be read, it is too large, or no line of it was understood.
pub fn log(path: &Path, form: Form, contract: &'static Contract) -> Result<Log, Stop> {
    let (name, bytes) = (shown(path), bytes(path)?);
    if let Some((what, command)) = packed(&bytes) {
        let slug = contract.slug;
        return Err(Stop::usage(format!("{name} {what}: `{command} {name} | playmoney import - --provider {slug}` reads it")));
    }
    let log = forms::read(&bytes, form, |it| concerns(contract, it))
        .map_err(|it| Stop::usage(format!("{name}:{}:{}: {}", it.line, it.column, it.why)))?;
    let first = log.broken.iter().chain(&log.first).min_by_key(|it| it.line).filter(|_| log.records.is_empty());
    if let Some(first) = first {
        let remedy = remedy(&bytes).map_or(String::new(), |it| format!("; {it}"));
        return Err(Stop::usage(format!("{name}:{}:{}: {}{remedy}", first.line, first.column, first.why)));
    }
    Ok(log)
}

/// The bytes of a file, a pipe or standard input.
fn bytes(path: &Path) -> Result<Vec<u8>, Stop> {
    let cannot = |why: std::io::Error| Stop::usage(format!("cannot read {}: {why}", shown(path)));
    let bytes = if path == Path::new("-") {
        bounded(std::io::stdin().lock(), BYTES_MAX).map_err(cannot)?
    } else {
        let kind = kind(std::fs::metadata(path).map_err(cannot)?.file_type());
        // A shell gives the output of a command as a pipe: `<(zcat log.gz)`.
        if !["a file", "a pipe"].contains(&kind) {
            return Err(Stop::usage(format!("cannot read {}: it is {kind}, not a file", shown(path))));
        }
        bounded(File::open(path).map_err(cannot)?, BYTES_MAX).map_err(cannot)?
    };
    bytes.ok_or_else(|| Stop::usage(format!("{} is larger than {BYTES_MAX} bytes: give a part of the log", shown(path))))
}

/// Why a log that was read makes no scenario: it has nothing of the provider, no bodies, or too many lines.
pub fn makes_none(path: &Path, contract: &'static Contract, log: &Log, items: &Items) -> Option<Stop> {
    let name = shown(path);
    let bodiless = bodiless(&log.records);
    if items.all.is_empty() {
        let lines = match log.lines {
            0 => "it is empty".to_owned(),
            lines => format!("{} read", count(lines, "line")),
        };
        let more = bodiless.or_else(|| of_another(contract, &log.records)).map_or(String::new(), |it| format!("; {it}"));
        return Some(Stop::usage(format!("{name} has no call and no webhook of {}: {lines}{more}", contract.name)));
    }
    if ITEMS_MAX < items.all.len() {
        let lines = items.all.len();
        return Some(Stop::usage(format!(
            "{lines} lines of {name} concern {}, and a scenario takes at most {ITEMS_MAX}: give a part of the log",
            contract.name
        )));
    }
    let needs_one = |operation: &Operation| operation.beside_the_path().any(|it| it.need == Need::Required);
    let is_empty =
        items.all.iter().any(|it| matches!(it.what, Kind::Call { operation, .. } if !operation.media.is_empty() && needs_one(operation)));
    bodiless.filter(|_| is_empty).map(|why| Stop::usage(format!("{name}: {why}")))
}

/// Why webhooks cannot be recognised, and what to do, if no line has a body that could have one.
fn bodiless(records: &[Record]) -> Option<String> {
    let adds = records.iter().find(|it| it.lacks_body())?.adds_bodies;
    let lines = count(records.iter().filter(|it| it.lacks_body()).count(), "line");
    let has_some = records.iter().any(|it| !it.body.is_empty());
    (!has_some)
        .then(|| format!("no line has the body of its request ({lines} should have one), and the body says which event came: {adds}"))
}

/// The provider that has most lines of a log.
fn of_another(contract: &'static Contract, records: &[Record]) -> Option<String> {
    let lines = |other: &'static Contract| {
        let all = recognised(other, records);
        all.iter().filter(|it| matches!(it, What::Call(_) | What::Event(_))).count()
    };
    let others = contracts().into_iter().filter(|it| it.slug != contract.slug).map(|it| (lines(it), it));
    let (lines, other) = others.max_by_key(|it| it.0).filter(|it| 0 < it.0)?;
    Some(format!("{} of {} may be meant: --provider {}", count(lines, "line"), other.name, other.slug))
}
