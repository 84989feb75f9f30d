//! Dates of a log, at the same distance from the beginning of the scenario as they had from that of the log.

use super::allowed::{PERSONAL, has};
use crate::cli::import::script::BEGINNING;
use crate::cli::import::words::{is_identity, of_name};
use crate::kit::time::{Duration, Timestamp, http_date, parse_http_date, parse_plain_utc, parse_timestamp, plain_utc};

/// A date that is further away is none of what happened: it may be a day of a person's life.
const NEAR: Duration = Duration::from_hours(2 * 366 * 24);
/// Words in the names of members that hold dates.
const DATES: &[&str] = &["date", "time", "timestamp"];
/// The last word of such a name.
const ENDS: &[&str] = &["at", "on", "ts", "created", "updated", "modified", "issued", "paid", "expires", "expired", "until", "since"];
/// Seconds since 1970 have ten digits; here are the digits that a finer unit adds.
const FINER: [usize; 3] = [0, 3, 6];
const UNIX_DIGITS: usize = 10;
/// A date without a time, as it is written.
const DAY: &str = "2025-03-07";

/// Whether a text begins with a day: four digits, a dash, two digits, a dash, two digits.
pub fn begins_with_day(text: &str) -> bool {
    let is_like = |(it, like): (u8, u8)| if like == b'-' { it == b'-' } else { it.is_ascii_digit() };
    DAY.len() <= text.len() && text.bytes().zip(DAY.bytes()).all(is_like)
}

/// A date with another day in front.
pub fn with_day(text: &str, day: &str) -> String {
    format!("{day}{}", text.get(DAY.len()..).unwrap_or_default())
}

/// A date that has been moved. `None`: the text is none, or no date of what happened.
pub fn moved(name: &str, text: &str, shift: Duration) -> Option<String> {
    if has(name, PERSONAL) {
        return None;
    }
    let move_near = |at: Timestamp| at.checked_add(shift).ok().filter(|it| it.duration_since(BEGINNING).abs() <= NEAR);
    if begins_with_day(text) {
        if let Ok(at) = parse_timestamp(text) {
            return move_near(at).map(|it| it.to_string());
        }
        let at = plain_utc(parse_plain_utc(text).and_then(move_near)?);
        return Some(like(text, &at));
    }
    if let Some(at) = parse_http_date(text) {
        return move_near(at).map(http_date);
    }
    let is_dated = has(name, DATES) || of_name(name).last().is_some_and(|it| ENDS.contains(&it.as_str()));
    if is_dated && !is_identity(name) { unix(text, shift, move_near) } else { None }
}

/// Seconds since 1970, or thousandths or millionths of them, perhaps with a fraction.
fn unix(text: &str, shift: Duration, move_near: impl Fn(Timestamp) -> Option<Timestamp>) -> Option<String> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, it)| (whole, Some(it)));
    let is_plain = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain(whole) || !fraction.is_none_or(is_plain) {
        return None;
    }
    let finer = FINER.into_iter().find(|it| whole.len() == UNIX_DIGITS + it)?;
    let unit = 10_i64.pow(u32::try_from(finer).ok()?);
    let count: i64 = whole.parse().ok()?;
    move_near(Timestamp::from_second(count / unit).ok()?)?;
    let moved = count.checked_add(shift.as_secs().checked_mul(unit)?)?;
    Some(fraction.map_or_else(|| moved.to_string(), |it| format!("{moved}.{it}")))
}

/// A date in the form of another: its signs, and its fraction, because dates move by whole seconds.
fn like(text: &str, moved: &str) -> String {
    let moved: Vec<char> = moved.chars().collect();
    let digit = |(place, it): (usize, char)| {
        if it.is_ascii_digit() { moved.get(place).copied().filter(char::is_ascii_digit).unwrap_or(it) } else { it }
    };
    text.trim().chars().enumerate().map(digit).collect()
}
