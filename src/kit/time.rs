//! Instants and durations, as people and programs write them. Calendars are those of jiff.

use std::time::Duration as RealDuration;

pub use jiff::Timestamp;
use jiff::fmt::rfc2822;
use jiff::fmt::temporal::{DateTimePrinter, Pieces};
use jiff::tz::Offset;
use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Deserialize, Serialize};

/// A duration of simulated time, to the nanosecond.
pub type Duration = SignedDuration;

/// A moment of real time: all that the core ever learns about real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uptime {
    /// Since the process began, monotonic.
    pub elapsed: RealDuration,
    /// The real date, for clocks that follow it and for signatures judged by it.
    pub date: Timestamp,
}

impl Uptime {
    /// The beginning of a process whose real date does not matter.
    pub const START: Self = Self { elapsed: RealDuration::ZERO, date: Timestamp::UNIX_EPOCH };
}

/// Reads `1h30m`, `90s`, `2 days` or `PT31M`; a day is 24 hours. Negative durations and calendar months are refused.
///
/// # Errors
/// A sentence that says what is wrong and what to write.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a duration: write 90s, 31m, 1h30m, 7d or PT31M");
    let span: Span = text.trim().parse().map_err(|_| wrong())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    if duration.is_negative() {
        return Err(format!("`{text}` is negative: a duration is zero or more"));
    }
    Ok(duration)
}

/// Reads an RFC 3339 instant.
///
/// # Errors
/// A sentence that says what is wrong and what to write.
pub fn parse_timestamp(text: &str) -> Result<Timestamp, String> {
    match text.trim().parse() {
        Ok(at) if at < beginning_of_time() => Err(format!("`{text}` is outside simulated time, which begins at {}", beginning_of_time())),
        Ok(at) => Ok(at),
        Err(_) => {
            let parts = Pieces::parse(text.trim()).ok().filter(|it| it.time().is_some() && it.offset().is_some());
            Err(match parts {
                Some(_) => format!("`{text}` is outside simulated time, which ends at {}", end_of_time()),
                None => format!("`{text}` is not an RFC 3339 time: write 2026-01-01T00:00:00Z"),
            })
        }
    }
}

/// `at + span`, unless that is past the end of time.
pub fn later(at: Timestamp, span: Duration) -> Option<Timestamp> {
    at.checked_add(span).ok().filter(|it| *it <= end_of_time())
}

/// The moment that is nearer to the date; the first when both are equally near.
pub fn nearer(date: Timestamp, first: Timestamp, second: Timestamp) -> Timestamp {
    let far = |it: Timestamp| it.duration_since(date).abs();
    if far(second) < far(first) { second } else { first }
}

/// Years before it have a sign and six digits.
const YEAR_0: Timestamp = Timestamp::constant(-62_167_219_200, 0);

/// The first instant that a sandbox can show: no date of HTTP has a year before 0.
pub fn beginning_of_time() -> Timestamp {
    YEAR_0
}

/// The last instant that a sandbox can reach: `9999-12-30T22:00:00Z`.
pub fn end_of_time() -> Timestamp {
    Timestamp::constant(253_402_207_200, 0)
}

/// Whole seconds since 1970, rounded down.
pub fn unix_seconds(at: Timestamp) -> i64 {
    at.as_second() - i64::from(at.subsec_nanosecond() < 0)
}

/// The whole second of a moment.
pub fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(unix_seconds(at)).unwrap_or(at)
}

/// `2025-09-15T19:40:21+03:00`: whole seconds with a fixed offset.
pub fn with_offset(at: Timestamp, hours: i8) -> String {
    whole_second(at).display_with_offset(Offset::constant(hours)).to_string()
}

/// `12:10 (UTC+3), 1 January 2026`: for a person who reads a page.
pub fn for_people(at: Timestamp, hours: i8) -> String {
    let there = Offset::constant(hours).to_datetime(at);
    let zone = if hours == 0 { "UTC".to_owned() } else { format!("(UTC{hours:+})") };
    format!("{} {zone}, {}", there.strftime("%H:%M"), there.strftime("%-d %B %Y"))
}

/// `2024-01-01T12:00:00Z`: whole seconds in UTC.
pub fn in_utc(at: Timestamp) -> String {
    if at < YEAR_0 {
        return whole_second(at).to_string();
    }
    let mut text = civil(at, b"0000-00-00T00:00:00.000Z");
    text[19] = b'Z';
    owned(&text[..20])
}

/// `2014-08-08T19:40:12.855+09:00`: milliseconds with a fixed offset, rounded down.
pub fn millis_with_offset(at: Timestamp, hours: i8) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
    let there = at.checked_add(Duration::from_hours(hours.into())).ok().filter(|it| YEAR_0 <= *it);
    let Some(there) = there else { return PRINTER.timestamp_with_offset_to_string(&at, Offset::constant(hours)) };
    let (sign, hours) = (if hours < 0 { b'-' } else { b'+' }, hours.unsigned_abs());
    let mut text = *b"0000-00-00T00:00:00.000+00:00";
    text[..23].copy_from_slice(&civil(there, b"0000-00-00T00:00:00.000Z")[..23]);
    (text[23], text[24], text[25]) = (sign, b'0' + hours / 10, b'0' + hours % 10);
    owned(&text)
}

/// `2026-03-08 10:00:00`: whole seconds in UTC, without a zone.
pub fn plain_utc(at: Timestamp) -> String {
    owned(&civil(at, b"0000-00-00 00:00:00.000Z")[..19])
}

/// `2019-02-25T16:13:12.278Z`: milliseconds in UTC, rounded down.
pub fn millis_utc(at: Timestamp) -> String {
    owned(&civil(at, b"0000-00-00T00:00:00.000Z"))
}

/// The text of a pattern that was filled in, which is ASCII.
fn owned(text: &[u8]) -> String {
    std::str::from_utf8(text).unwrap_or_default().to_owned()
}

/// Day, second and milliseconds in UTC, rounded down: the numbers are put into the zeros of the pattern.
fn civil(at: Timestamp, pattern: &[u8; 24]) -> [u8; 24] {
    let it = Offset::UTC.to_datetime(at);
    let (year, millis) = (i32::from(it.year()), it.subsec_nanosecond() / 1_000_000);
    let mut text = *pattern;
    let two_digits = [
        (0, year / 100),
        (2, year % 100),
        (5, i32::from(it.month())),
        (8, i32::from(it.day())),
        (11, i32::from(it.hour())),
        (14, i32::from(it.minute())),
        (17, i32::from(it.second())),
        (20, millis / 10),
    ];
    let digit = |it: i32| u8::try_from(it % 10).unwrap_or(0);
    for (place, number) in two_digits {
        text[place] += digit(number / 10);
        text[place + 1] += digit(number);
    }
    text[22] += digit(millis);
    text
}

/// `29:59`, or `1:59:59`: hours, minutes and seconds until a moment, rounded up; zero when it has passed.
pub fn countdown(now: Timestamp, until: Timestamp) -> String {
    let left = until.duration_since(now).max(Duration::ZERO);
    let seconds = left.as_secs() + i64::from(0 < left.subsec_nanos());
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 { format!("{minutes}:{seconds:02}") } else { format!("{hours}:{minutes:02}:{seconds:02}") }
}

/// Reads a moment as [`plain_utc`] writes it, or a day, which means its first moment.
pub fn parse_plain_utc(text: &str) -> Option<Timestamp> {
    let civil: jiff::civil::DateTime = text.trim().parse().ok()?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|it| it.timestamp())
}

/// The `Date` header of a moment.
pub fn http_date(at: Timestamp) -> String {
    match u64::try_from(unix_seconds(at)) {
        Ok(seconds) => httpdate::fmt_http_date(std::time::UNIX_EPOCH + RealDuration::from_secs(seconds)),
        // Before 1970.
        Err(_) => rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap_or_default(),
    }
}

/// The moment of a `Date` header, written as [`http_date`] writes it.
#[cfg(feature = "cli")]
pub fn parse_http_date(text: &str) -> Option<Timestamp> {
    let at = rfc2822::parse(text).ok()?.timestamp();
    (http_date(at) == text).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_both_styles() {
        for (text, seconds) in [("31m", 1860), ("1h30m", 5400), ("90s", 90), ("PT31M", 1860), ("7d", 604_800), ("0s", 0)] {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "soon", "-1s", "1 month", "5"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_outside_is_told_from_a_text_that_is_not_a_time() {
        assert_eq!(parse_timestamp("9999-12-30T22:00:00Z"), Ok(end_of_time()));
        let ended = "`9999-12-31T23:59:59Z` is outside simulated time, which ends at 9999-12-30T22:00:00Z";
        assert_eq!(parse_timestamp("9999-12-31T23:59:59Z").expect_err("too late"), ended);
        assert_eq!(parse_timestamp("0000-01-01T00:00:00Z"), Ok(beginning_of_time()));
        assert_eq!(http_date(beginning_of_time()), "Sat, 01 Jan 0000 00:00:00 GMT");
        let begins = "`-000001-12-31T23:59:59Z` is outside simulated time, which begins at 0000-01-01T00:00:00Z";
        assert_eq!(parse_timestamp("-000001-12-31T23:59:59Z").expect_err("too early"), begins);
        for text in ["9999-12-31", "9999-12-31T23:59:59", "9999-13-31T23:59:59Z", "later"] {
            assert!(parse_timestamp(text).expect_err("not a time").contains("is not an RFC 3339 time"), "{text}");
        }
    }

    #[test]
    fn moscow_time_has_whole_seconds() {
        let at: Timestamp = "2025-09-15T16:40:21.987Z".parse().expect("a time");
        assert_eq!(with_offset(at, 3), "2025-09-15T19:40:21+03:00");
        assert_eq!(http_date(at), "Mon, 15 Sep 2025 16:40:21 GMT");
        for (text, date) in
            [("1969-12-31T23:59:59.5Z", "Wed, 31 Dec 1969 23:59:59 GMT"), ("0001-01-01T00:00:00Z", "Mon, 01 Jan 0001 00:00:00 GMT")]
        {
            assert_eq!(http_date(text.parse().expect("a time")), date, "{text}");
        }
        assert_eq!(in_utc(at), "2025-09-15T16:40:21Z");
        assert_eq!("9999-12-30T22:00:00Z".parse().ok(), Some(end_of_time()));
    }

    #[test]
    fn plain_times_are_those_of_utc() {
        for (text, second) in
            [("2026-03-08 10:00:00", 1_772_964_000), ("2026-03-08", 1_772_928_000), ("2023-11-14T22:13:20", 1_700_000_000)]
        {
            let at = parse_plain_utc(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(at.as_second(), second);
        }
        assert_eq!(plain_utc("2026-03-08T10:00:00.999Z".parse().expect("a time")), "2026-03-08 10:00:00");
        assert_eq!(["", "soon", "2026-13-01"].map(parse_plain_utc), [None; 3]);
    }

    #[test]
    fn times_are_written_as_the_library_writes_them() {
        for (second, nanos) in [
            (0, 0),
            (0, 999_999_999),
            (951_782_399, 1_000_000),
            (1_772_964_000, 7_999_999),
            (1_772_964_000, 78_000_000),
            (253_402_207_200, 0),
            (-1, -500_000_000),
            (-62_167_219_200, 0),
        ] {
            let at = Timestamp::new(second, nanos).expect("a time");
            assert_eq!(in_utc(at), whole_second(at).to_string());
            assert_eq!(plain_utc(at), at.strftime("%Y-%m-%d %H:%M:%S").to_string());
            assert_eq!(millis_utc(at), format!("{at:.3}"));
        }
        assert_eq!(in_utc(Timestamp::constant(-62_167_219_201, 0)), "-000001-12-31T23:59:59Z");
    }

    #[test]
    fn a_countdown_ends_at_the_moment_itself() {
        let at = |millis| Timestamp::from_millisecond(millis).expect("a time");
        for (now, written) in [
            (0, "2:00:00"),
            (1, "2:00:00"),
            (1_000, "1:59:59"),
            (3_600_001, "1:00:00"),
            (3_601_000, "59:59"),
            (7_199_999, "0:01"),
            (7_200_000, "0:00"),
            (9_000_000, "0:00"),
        ] {
            assert_eq!(countdown(at(now), at(7_200_000)), written, "{now}");
        }
    }

    #[test]
    fn japan_time_has_milliseconds() {
        for (at, written) in [
            ("2014-08-08T10:40:12.855Z", "2014-08-08T19:40:12.855+09:00"),
            ("2026-01-01T00:00:00Z", "2026-01-01T09:00:00.000+09:00"),
            ("2025-12-31T15:00:00.0009Z", "2026-01-01T00:00:00.000+09:00"),
        ] {
            assert_eq!(millis_with_offset(at.parse().expect("a time"), 9), written);
        }
        let by_library = DateTimePrinter::new().precision(Some(3));
        let seconds = (-62_167_300_000..-62_167_100_000).step_by(40_003).chain((-62_000_000_000..253_000_000_000).step_by(99_991_237));
        let times = seconds.filter_map(|it| Timestamp::new(it, 123_999_999).ok()).chain([Timestamp::MIN, Timestamp::MAX]);
        for (at, hours) in times.flat_map(|at| [-11, 0, 9, 14].map(|it| (at, it))) {
            let written = by_library.timestamp_with_offset_to_string(&at, Offset::constant(hours));
            assert_eq!(millis_with_offset(at, hours), written);
        }
    }

    #[test]
    fn the_nearer_clock_judges() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        for (date, judge) in [(0, 10), (54, 10), (55, 10), (56, 100), (500, 100), (-500, 10)] {
            assert_eq!(nearer(at(date), at(10), at(100)), at(judge), "{date}");
        }
    }
}
