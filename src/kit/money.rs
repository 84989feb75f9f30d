//! Amounts without floats: minor units inside, decimals outside, JSON numbers as JavaScript writes them.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// Digits of one number.
const DIGITS_MAX: usize = 40;

/// Reads a number exactly: digits, a fraction, an exponent. `None` when it is not a number, or has too many digits.
pub fn parse(text: &str) -> Option<Decimal> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.bytes().all(|it| it.is_ascii_digit() || b"+-.eE".contains(&it));
    if !plain || digits == 0 || digits > DIGITS_MAX {
        return None;
    }
    let text = text.replace('E', "e");
    if text.contains('e') { Decimal::from_scientific(&text).ok() } else { Decimal::from_str_exact(&text).ok() }
}

/// The nearest number of minor units, halves away from zero. `None` when it does not fit.
pub fn minor(amount: Decimal, decimals: u32) -> Option<i64> {
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
        let plain = self.0.normalize();
        if plain.is_zero() { "0".to_owned() } else { plain.to_string() }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.text()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn i20_halves_go_away_from_zero() {
        for (text, decimals, units) in
            [("1.005", 2, 101), ("-1.005", 2, -101), ("1.0049", 2, 100), ("98.1", 2, 9810), ("0.0174507", 6, 17451)]
        {
            assert_eq!(parse(text).and_then(|it| minor(it, decimals)), Some(units), "{text}");
        }
        assert_eq!(parse("99999999999999999999").and_then(|it| minor(it, 2)), None);
    }
}
