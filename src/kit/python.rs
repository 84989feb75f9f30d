//! Numbers as Python reads them, for platforms that are written in it.

use super::digits;

/// `int` reads no more digits (`sys.set_int_max_str_digits`).
const INT_DIGITS_MAX: usize = 4_300;

/// A text as `int` reads it: white space around it, a sign, digits of any script, and single underscores between them. A number
/// that is too large for the type is the largest or the smallest. `None`: a `ValueError`.
pub fn int(text: &str) -> Option<i128> {
    let text = ascii(text.trim());
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let is_group = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    if !digits.split('_').all(is_group) {
        return None;
    }
    let digits = digits.replace('_', "");
    if INT_DIGITS_MAX < digits.len() {
        return None;
    }
    let number = digits.parse().unwrap_or(i128::MAX);
    Some(if is_negative { -number } else { number })
}

/// A JSON number or text as the framework's field of whole numbers reads it: `int` of its text, without zeros behind a point. The
/// text of a number with a point or an exponent is that of the double. `None`: it is not a whole number.
pub fn int_of_json(raw: &str) -> Option<i128> {
    let text = if raw.starts_with('"') { serde_json::from_str(raw).ok()? } else { number_text(raw)? };
    let whole = text.trim_end().trim_end_matches('0').strip_suffix('.').map(str::to_owned);
    int(&whole.unwrap_or(text))
}

/// A text as `Decimal` reads it: white space around it, underscores anywhere, digits of any script, an exponent. What it gives is
/// the same number for [`crate::kit::money::parse`], without zeros in front. `None`: not a finite number.
pub fn decimal(text: &str) -> Option<String> {
    let is_space = |it: char| it.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&it);
    let text = ascii(text.trim_matches(is_space)).replace('_', "");
    let plain = text.bytes().all(|it| it.is_ascii_digit() || b"+-.eE".contains(&it));
    if !plain || text.parse::<f64>().is_err() {
        return None;
    }
    let (sign, rest) = text.split_at(usize::from(text.starts_with(['+', '-'])));
    let (number, exponent) = rest.split_at(rest.find(['e', 'E']).unwrap_or(rest.len()));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole = whole.trim_start_matches('0');
    let (sign, whole) = (if sign == "-" { sign } else { "" }, if whole.is_empty() { "0" } else { whole });
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}{exponent}"))
}

/// A JSON number as the text that the framework makes of it: that of the double if it has a point or an exponent. `None`: no
/// double is as large.
pub fn number_text(raw: &str) -> Option<String> {
    if !raw.bytes().any(|it| b".eE".contains(&it)) {
        return Some(raw.to_owned());
    }
    let double: f64 = raw.parse().ok().filter(|it: &f64| it.is_finite())?;
    Some(repr(double))
}

/// `repr` of a double: an exponent below 0.0001 and from ten quadrillions on.
fn repr(double: f64) -> String {
    let size = double.abs();
    if size == 0.0 || (1e-4..1e16).contains(&size) {
        return format!("{double:?}");
    }
    let text = format!("{double:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(("+", exponent), |it| ("-", it));
    format!("{digits}e{sign}{exponent:0>2}")
}

/// The text with the digits of other scripts in ASCII.
fn ascii(text: &str) -> String {
    text.chars().map(|it| digits::value(it).map_or(it, |value| char::from(b'0' + value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i20_whole_numbers_are_those_of_int() {
        for (text, number) in
            [("12", 12), (" 12\n", 12), ("+5", 5), ("-5", -5), ("1_0", 10), ("٣_٤", 34), ("0012", 12), ("\u{a0}１", 1), ("-0", 0)]
        {
            assert_eq!(int(text), Some(number), "{text}");
        }
        for text in ["", " ", "_1", "1_", "1__0", "- 5", "--5", "1.0", "1e3", "0x1", "²", "1 0", "\u{1c}1", "ten"] {
            assert_eq!(int(text), None, "{text}");
        }
        assert_eq!(int(&"9".repeat(4_300)), Some(i128::MAX));
        assert_eq!(int(&"9".repeat(4_301)), None);
    }

    #[test]
    fn i20_whole_numbers_in_json_are_read_by_their_text() {
        for (raw, number) in [
            ("12", 12),
            ("12.0", 12),
            ("1e3", 1_000),
            ("9007199254740993", 9_007_199_254_740_993),
            ("9007199254740993.0", 9_007_199_254_740_992),
            ("\"1_000\"", 1_000),
            ("\"12.00 \"", 12),
            ("\"5.\"", 5),
            ("\"\\u0663\"", 3),
            ("100", 100),
            ("\"100\"", 100),
        ] {
            assert_eq!(int_of_json(raw), Some(number), "{raw}");
        }
        for raw in ["1.5", "1e22", "1e16", "1e400", "1e-1", "\"1e3\"", "\"1.5\"", "true", "\"\"", "\".0\"", "\"1. 0\""] {
            assert_eq!(int_of_json(raw), None, "{raw}");
        }
    }

    #[test]
    fn i20_decimals_are_those_of_decimal() {
        for (text, number) in [
            ("1_000", "1000"),
            ("_1__0_.5_0", "10.50"),
            ("٣", "3"),
            ("１.５", "1.5"),
            ("1e٣", "1e3"),
            ("5.", "5"),
            (".5", "0.5"),
            ("+007.50", "7.50"),
            ("-0", "-0"),
            ("\u{1c} 1\u{a0}", "1"),
            ("1E-2", "1E-2"),
        ] {
            assert_eq!(decimal(text).as_deref(), Some(number), "{text}");
        }
        for text in ["", "_", ".", "1 0", "1e", "nan", "Infinity", "1,5", "0x1", "−1", "½", "1e1.5"] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }

    #[test]
    fn i20_doubles_are_written_as_repr_writes_them() {
        for (raw, text) in [
            ("12", "12"),
            ("1.10", "1.1"),
            ("100.0", "100.0"),
            ("1e2", "100.0"),
            ("1e15", "1000000000000000.0"),
            ("1e16", "1e+16"),
            ("1e22", "1e+22"),
            ("1.5e-5", "1.5e-05"),
            ("0.0001", "0.0001"),
            ("-1e-100", "-1e-100"),
            ("-0.0", "-0.0"),
            ("123456789012345678.0", "1.2345678901234568e+17"),
        ] {
            assert_eq!(number_text(raw).as_deref(), Some(text), "{raw}");
        }
        assert_eq!(number_text("1e400"), None);
    }
}
