//! The currencies of prices, and what a dollar buys of each unless the sandbox sets another rate.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::kit::money;

/// A currency by its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fiat(u8);

/// The code, and what a dollar buys of it: our own fixed figures.
#[rustfmt::skip]
const TABLE: &[(&str, &str)] = &[
    ("usd", "1"), ("eur", "0.92"), ("gbp", "0.79"), ("jpy", "149.5"), ("cny", "7.21"), ("cad", "1.37"), ("aud", "1.53"),
    ("chf", "0.88"), ("hkd", "7.78"), ("sgd", "1.34"), ("sek", "10.45"), ("nok", "10.7"), ("dkk", "6.86"), ("nzd", "1.66"),
    ("inr", "84.2"), ("krw", "1385"), ("brl", "5.7"), ("mxn", "20.1"), ("zar", "17.9"), ("rub", "92.5"), ("try", "34.3"),
    ("pln", "3.98"), ("czk", "23.3"), ("huf", "372"), ("ron", "4.58"), ("bgn", "1.8"), ("isk", "138"), ("ils", "3.72"),
    ("aed", "3.6725"), ("sar", "3.75"), ("qar", "3.64"), ("kwd", "0.307"), ("bhd", "0.376"), ("omr", "0.3845"), ("jod", "0.709"),
    ("egp", "49.3"), ("mad", "9.98"), ("tnd", "3.12"), ("dzd", "133.5"), ("lyd", "4.85"), ("ngn", "1650"), ("ghs", "16.3"),
    ("kes", "129"), ("ugx", "3680"), ("tzs", "2690"), ("rwf", "1370"), ("etb", "121"), ("xaf", "603.5"), ("xof", "603.5"),
    ("xpf", "109.8"), ("zmw", "26.9"), ("mwk", "1735"), ("mzn", "63.9"), ("aoa", "912"), ("bwp", "13.5"), ("nad", "17.9"),
    ("szl", "17.9"), ("lsl", "17.9"), ("mur", "46.2"), ("scr", "13.7"), ("mga", "4620"), ("kmf", "452.6"), ("djf", "177.8"),
    ("sos", "571"), ("sdg", "601"), ("ssp", "3300"), ("ern", "15"), ("bif", "2900"), ("cdf", "2840"), ("gmd", "70.5"),
    ("gnf", "8610"), ("lrd", "190"), ("sll", "22700"), ("sle", "22.7"), ("stn", "22.5"), ("cve", "101.4"), ("mru", "39.7"),
    ("thb", "34.2"), ("vnd", "25350"), ("idr", "15750"), ("myr", "4.38"), ("php", "58.2"), ("twd", "32.1"), ("mop", "8.01"),
    ("khr", "4060"), ("lak", "21900"), ("mmk", "2100"), ("bnd", "1.34"), ("pkr", "278"), ("bdt", "119.5"), ("lkr", "293"),
    ("npr", "134.7"), ("btn", "84.2"), ("mvr", "15.4"), ("afn", "67.2"), ("irr", "42100"), ("iqd", "1310"), ("syp", "13000"),
    ("lbp", "89500"), ("yer", "250"), ("kzt", "492"), ("uzs", "12800"), ("kgs", "85.9"), ("tjs", "10.65"), ("tmt", "3.5"),
    ("mnt", "3390"), ("azn", "1.7"), ("gel", "2.73"), ("amd", "387"), ("uah", "41.3"), ("byn", "3.27"), ("mdl", "17.9"),
    ("rsd", "107.7"), ("mkd", "56.6"), ("all", "90.5"), ("bam", "1.8"), ("hrk", "6.93"), ("gip", "0.79"), ("fkp", "0.79"),
    ("shp", "0.79"), ("imp", "0.79"), ("jep", "0.79"), ("ggp", "0.79"), ("ars", "990"), ("clp", "955"), ("cop", "4420"),
    ("pen", "3.77"), ("uyu", "41.8"), ("pyg", "7830"), ("bob", "6.91"), ("ves", "43.5"), ("gyd", "209"), ("srd", "35.1"),
    ("gtq", "7.73"), ("hnl", "25.1"), ("nio", "36.8"), ("crc", "512"), ("pab", "1"), ("svc", "8.75"), ("bzd", "2.02"),
    ("dop", "60.2"), ("htg", "131.6"), ("jmd", "158.5"), ("ttd", "6.79"), ("bbd", "2"), ("bsd", "1"), ("bmd", "1"),
    ("kyd", "0.83"), ("xcd", "2.7"), ("awg", "1.79"), ("ang", "1.79"), ("cup", "24"), ("fjd", "2.26"), ("pgk", "3.98"),
    ("sbd", "8.3"), ("vuv", "120.5"), ("wst", "2.75"), ("top", "2.36"), ("kpw", "900"), ("zwl", "322"), ("cuc", "1"),
    ("clf", "0.0355"), ("cnh", "7.22"),
];

impl Fiat {
    /// The currency of credits, and of prices without a currency.
    pub const USD: Self = Self(0);

    /// The currency with this code, in any case.
    pub fn of(code: &str) -> Option<Self> {
        let place = TABLE.iter().position(|it| it.0.eq_ignore_ascii_case(code))?;
        u8::try_from(place).ok().map(Self)
    }

    /// Every currency.
    pub fn all() -> impl Iterator<Item = Self> {
        (0_u8..).take(TABLE.len()).map(Self)
    }

    /// As transactions write it.
    pub fn code(self) -> &'static str {
        TABLE[usize::from(self.0)].0
    }

    /// What a dollar buys, unless a rate was set.
    pub fn per_dollar(self) -> Decimal {
        money::parse(TABLE[usize::from(self.0)].1).unwrap_or(Decimal::ONE)
    }
}

impl From<Fiat> for String {
    fn from(it: Fiat) -> Self {
        it.code().to_owned()
    }
}

impl TryFrom<String> for Fiat {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        Self::of(&code).ok_or_else(|| format!("no currency is named `{code}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_more_than_160_currencies_each_once_and_each_with_a_rate() {
        let codes: std::collections::BTreeSet<_> = Fiat::all().map(Fiat::code).collect();
        assert!(160 < codes.len() && codes.len() == TABLE.len(), "{}", codes.len());
        for (code, written) in TABLE {
            assert!(money::parse(written).is_some_and(|it| Decimal::ZERO < it), "{code}");
            assert!(code.len() == 3 && code.bytes().all(|it| it.is_ascii_lowercase()), "{code}");
        }
        assert_eq!((Fiat::of("USD"), Fiat::of("eUr").map(Fiat::code)), (Some(Fiat::USD), Some("eur")));
    }
}
