//! Amounts without floats: minor units inside, decimals outside, JSON numbers as JavaScript writes them.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::json::RAW;

/// Digits of one number.
const DIGITS_MAX: usize = 40;

/// Reads a number exactly: digits, a fraction, an exponent. `None` when it is not a number, or has too many digits.
pub fn parse(text: &str) -> Option<Decimal> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.bytes().all(|it| it.is_ascii_digit() || b"+-.eE".contains(&it));
    if !plain || digits == 0 || digits > DIGITS_MAX {
        return None;
    }
    let is_scientific = text.bytes().any(|it| it.eq_ignore_ascii_case(&b'e'));
    if is_scientific { Decimal::from_scientific(&text.replace('E', "e")).ok() } else { Decimal::from_str_exact(text).ok() }
}

/// Reads a number as a platform does that keeps all numbers as IEEE doubles: the shortest digits that mean the same double.
/// What no decimal can hold is the largest one, or the one nearest to zero. `None` when it is not a number.
pub fn by_double(text: &str) -> Option<Decimal> {
    const LEAST: Decimal = Decimal::from_parts(1, 0, 0, false, Decimal::MAX_SCALE);
    let plain = text.bytes().all(|it| it.is_ascii_digit() || b"+-.eE".contains(&it));
    let double: f64 = text.parse().ok().filter(|_| plain)?;
    let written = format!("{double:e}");
    let exact = Decimal::from_scientific(&written).ok();
    let saturated = || {
        let size = if double.abs() < 1.0 { LEAST } else { Decimal::MAX };
        if double.is_sign_negative() { -size } else { size }
    };
    Some(exact.unwrap_or_else(saturated))
}

/// Reads a JSON number as Ruby does: without point and exponent it is exact; any other is a double, and its text has a point.
pub fn by_float(text: &str) -> Option<Decimal> {
    if !text.bytes().any(|it| b".eE".contains(&it)) {
        return parse(text);
    }
    let mut number = by_double(text)?;
    if number.is_integer() {
        number.rescale(1);
    }
    Some(number)
}

/// The nearest number of minor units, halves away from zero. `None` when it does not fit.
pub fn minor(amount: Decimal, decimals: u32) -> Option<i64> {
    // Most amounts have no more decimals than their currency.
    if let Some(missing) = decimals.checked_sub(amount.scale()) {
        return i64::try_from(amount.mantissa()).ok()?.checked_mul(10_i64.checked_pow(missing)?);
    }
    let scaled = amount.checked_mul(Decimal::from(10_i64.checked_pow(decimals)?))?;
    i64::try_from(scaled.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)).ok()
}

/// A number of minor units as a decimal.
pub fn major(minor: i64, decimals: u32) -> Decimal {
    Decimal::new(minor, decimals)
}

/// A decimal as a JSON number in JavaScript's form: `100`, not `100.0`; `0.017451`; never an exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(pub Decimal);

impl Number {
    /// A number of minor units.
    pub fn of_minor(units: i64, decimals: u32) -> Self {
        Self(major(units, decimals))
    }

    /// The number as text.
    pub fn text(self) -> String {
        plain(self.0)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let short = shortest(self.0);
        match i64::try_from(short.mantissa()) {
            Ok(units) if short.scale() == 0 => serializer.serialize_i64(units),
            _ => with_digits(short, short.scale(), |it| raw(it, serializer)),
        }
    }
}

/// Writes the digits of a number into JSON as they are.
pub fn raw<S: Serializer>(digits: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut parts = serializer.serialize_struct(RAW, 1)?;
    parts.serialize_field(RAW, digits)?;
    parts.end()
}

/// The same amount without zeros at the end of its fraction.
pub fn shortest(amount: Decimal) -> Decimal {
    let Ok(mut units) = i64::try_from(amount.mantissa()) else { return amount.normalize() };
    let mut scale = amount.scale();
    while 0 < scale && units % 10 == 0 {
        (units, scale) = (units / 10, scale - 1);
    }
    Decimal::new(units, scale)
}

/// The shortest text of an amount: `100`, `0.017451`.
pub fn plain(amount: Decimal) -> String {
    with_plain(amount, str::to_owned)
}

/// The same for a reader who needs it only for a moment.
pub fn with_plain<R>(amount: Decimal, read: impl FnOnce(&str) -> R) -> R {
    let short = shortest(amount);
    with_digits(short, short.scale(), read)
}

/// An amount with that many decimals, halves away from zero: `0.50`.
pub fn fixed(amount: Decimal, decimals: u32) -> String {
    with_fixed(amount, decimals, str::to_owned)
}

/// The same for a reader who needs it only for a moment.
pub fn with_fixed<R>(amount: Decimal, decimals: u32, read: impl FnOnce(&str) -> R) -> R {
    let is_short = amount.scale() <= decimals;
    let rounded = if is_short { amount } else { amount.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero) };
    with_digits(rounded, decimals, read)
}

/// The amount with that many decimals; it has no more of them.
fn with_digits<R>(amount: Decimal, decimals: u32, read: impl FnOnce(&str) -> R) -> R {
    let places = usize::try_from(decimals).unwrap_or(0);
    let padding = decimals.checked_sub(amount.scale()).and_then(|it| 10_u64.checked_pow(it));
    let units = padding.and_then(|it| u64::try_from(amount.mantissa()).ok()?.checked_mul(it));
    let Some(mut units) = units.filter(|_| !amount.is_sign_negative() && places < 20) else { return read(&format!("{amount:.places$}")) };
    // From the last digit to the first, at least one before the point.
    let mut text = [b'.'; 24];
    let (mut at, mut digits) = (text.len(), 0);
    while 0 < units || digits <= places {
        at -= if digits == places && 0 < places { 2 } else { 1 };
        text[at] = b'0' + u8::try_from(units % 10).unwrap_or(0);
        (units, digits) = (units / 10, digits + 1);
    }
    read(std::str::from_utf8(&text[at..]).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i20_doubles_have_their_shortest_digits() {
        for (text, double, float) in [
            ("19.989999999999998", "19.99", "19.99"),
            ("9007199254740993", "9007199254740992", "9007199254740993"),
            ("1e2", "100", "100.0"),
            ("500.00", "500", "500.0"),
            ("1.0e-5", "0.00001", "0.00001"),
            ("0.1", "0.1", "0.1"),
        ] {
            let texts = [by_double(text), by_float(text)].map(|number| number.map(|it| it.to_string()));
            assert_eq!(texts, [Some(double.to_owned()), Some(float.to_owned())], "{text}");
        }
        assert_eq!([by_double("1e400"), by_double("-1e400")], [Some(Decimal::MAX), Some(Decimal::MIN)]);
        assert!(by_double("5e-324").is_some_and(|it| it > Decimal::ZERO));
        for text in ["", "inf", "nan", "1_0", "0x1", "true", "1e"] {
            assert_eq!(by_double(text), None, "{text}");
        }
    }

    #[test]
    fn i20_numbers_are_read_and_written_exactly() {
        let rows = [
            ("100", "100"),
            ("100.0", "100"),
            ("0.017451", "0.017451"),
            ("1e2", "100"),
            ("1.5E-3", "0.0015"),
            ("-0", "0"),
            ("1000.50", "1000.5"),
        ];
        for (text, written) in rows {
            let read = parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(serde_json::to_string(&Number(read)).ok().as_deref(), Some(written), "{text}");
        }
        for text in ["", "-", "abc", "1 2", "0x1", "Infinity", "1_0", &"9".repeat(41), "\"1\""] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn i20_amounts_are_written_as_the_library_writes_them() {
        let library = |it: Decimal, places: usize| {
            let rounded = it.round_dp_with_strategy(u32::try_from(places).unwrap_or(0), RoundingStrategy::MidpointAwayFromZero);
            format!("{rounded:.places$}")
        };
        for text in [
            "0",
            "0.00",
            "0.5",
            "0.005",
            "0.0049",
            "1",
            "10",
            "100.00",
            "64850.25",
            "0.00000001",
            "0.077100",
            "9999999999999.99",
            "18446744073709551615",
            "18446744073709551616",
            "184467440737095516.15",
            "0.0000000000000000000000000001",
            "1.2345678901234567890123456789",
            "-1.50",
            "-0.004",
            "-7",
        ] {
            let amount = parse(text).unwrap_or_else(|| panic!("{text}"));
            let shortest = amount.normalize();
            assert_eq!(plain(amount), shortest.to_string(), "{text}");
            for places in [0, 2, 8] {
                let decimals = u32::try_from(places).unwrap_or(0);
                assert_eq!(fixed(amount, decimals), library(amount, places), "{text} with {places} decimals");
            }
        }
    }

    #[test]
    fn i20_halves_go_away_from_zero() {
        for (text, decimals, units) in
            [("1.005", 2, 101), ("-1.005", 2, -101), ("1.0049", 2, 100), ("98.1", 2, 9810), ("0.0174507", 6, 17451)]
        {
            assert_eq!(parse(text).and_then(|it| minor(it, decimals)), Some(units), "{text}");
        }
        assert_eq!(parse("99999999999999999999").and_then(|it| minor(it, 2)), None);
    }
}
