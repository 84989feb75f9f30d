//! Numbers among the fields.

use rust_decimal::Decimal;

use super::{Fault, Field, Fields, Kind, Raw};
use crate::kit::{money, python};

impl Fields<'_> {
    /// The whole number of a row, written in digits: neither as JSON text, nor with a fraction or an exponent.
    ///
    /// # Errors
    /// The first reason to refuse it.
    pub fn integer(&self, row: &Field) -> Result<Option<i64>, Fault> {
        let Some(raw) = self.present(row)? else { return Ok(None) };
        let digits = match &raw {
            Raw::Text(text) => text.as_ref(),
            Raw::Json(value) => value.get(),
        };
        whole(row.kind, digits).map(Some)
    }

    /// The whole number of a row as a platform reads it that is written in Python.
    ///
    /// # Errors
    /// The first reason to refuse it.
    pub fn integer_of_python(&self, row: &Field) -> Result<Option<i64>, Fault> {
        let Some(raw) = self.present(row)? else { return Ok(None) };
        let number = match &raw {
            Raw::Text(text) => python::int(text),
            Raw::Json(value) => python::int_of_json(value.get()),
        };
        whole(row.kind, &number.ok_or(Fault::NotA("integer"))?.to_string()).map(Some)
    }

    /// The amount of a row: above zero, and no more precise than the row allows. Its value is that of a JavaScript number,
    /// also when it comes as the text of a form.
    ///
    /// # Errors
    /// The first reason to refuse it.
    pub fn amount(&self, row: &Field) -> Result<Option<Decimal>, Fault> {
        let Some(raw) = self.present(row)? else { return Ok(None) };
        let text = match &raw {
            Raw::Text(text) => text.as_ref(),
            Raw::Json(value) => value.get(),
        };
        let amount = money::by_double(text).ok_or(Fault::NotA("number"))?;
        let Kind::Amount { decimals_max } = row.kind else { return Err(Fault::NotA("number")) };
        if amount <= Decimal::ZERO {
            return Err(Fault::Below(0));
        }
        if amount.normalize().scale() > decimals_max { Err(Fault::TooPrecise(decimals_max)) } else { Ok(Some(amount)) }
    }
}

fn whole(kind: Kind, digits: &str) -> Result<i64, Fault> {
    let Kind::Integer { min, max } = kind else { return Err(Fault::NotA("integer")) };
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    if unsigned.is_empty() || !unsigned.bytes().all(|it| it.is_ascii_digit()) {
        return Err(Fault::NotA("integer"));
    }
    match digits.parse::<i64>() {
        Ok(it) if it < min => Err(Fault::Below(min)),
        Ok(it) if it > max => Err(Fault::Above(max)),
        Ok(it) => Ok(it),
        Err(_) if digits.starts_with('-') => Err(Fault::Below(min)),
        Err(_) => Err(Fault::Above(max)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::evidence::Evidence;
    use crate::kit::fields::Need;

    fn row(kind: Kind) -> Field {
        Field { name: "a.amount", kind, need: Need::Required, meaning: "", evidence: Evidence::Assumed("a test") }
    }

    #[test]
    fn integers_are_exact_and_count_by_their_digits_or_as_in_python() {
        let row = row(Kind::Integer { min: 1, max: 999 });
        let read = |value: &str| {
            let body = format!(r#"{{"a":{{"amount":{value}}}}}"#);
            Fields::json(body.as_bytes()).map(|it| (it.integer(&row), it.integer_of_python(&row)))
        };
        assert_eq!(read("999"), Some((Ok(Some(999)), Ok(Some(999)))));
        for (text, number) in [("12.0", 12), ("1e2", 100), ("1.5E+1", 15), ("100e-1", 10), ("\"12\"", 12), ("\" +12.00 \"", 12)] {
            assert_eq!(read(text), Some((Err(Fault::NotA("integer")), Ok(Some(number)))), "{text}");
        }
        for text in ["1.5", "1e-1", "true", "{}", "0x1", "\"1.5\"", "1e22"] {
            let got = read(text);
            assert!(got.is_none_or(|it| it.0.is_err() && it.1.is_err()), "{text}");
        }
        for (text, fault) in [("0", Fault::Below(1)), ("99999999999999999999999", Fault::Above(999)), ("null", Fault::Missing)] {
            assert_eq!(read(text), Some((Err(fault.clone()), Err(fault))), "{text}");
        }
    }

    #[test]
    fn an_amount_is_that_of_a_javascript_number() {
        let row = row(Kind::Amount { decimals_max: 6 });
        let read = |value: &str| Fields::json(format!(r#"{{"a":{{"amount":{value}}}}}"#).as_bytes()).expect("an object").amount(&row);
        for (text, value) in [("19.989999999999998", "19.99"), ("1e2", "100"), ("1.0e-5", "0.00001"), ("19.990", "19.99")] {
            assert_eq!(read(text), Ok(Some(value.parse().expect("a number"))), "{text}");
        }
        for (text, fault) in [
            ("5e-324", Fault::TooPrecise(6)),
            ("1e-9", Fault::TooPrecise(6)),
            ("0", Fault::Below(0)),
            ("-1", Fault::Below(0)),
            ("1e-400", Fault::Below(0)),
            ("\"1\"", Fault::NotA("number")),
            ("true", Fault::NotA("number")),
        ] {
            assert_eq!(read(text), Err(fault), "{text}");
        }
        assert_eq!(read("1e400"), Ok(Some(Decimal::MAX)));
    }
}
