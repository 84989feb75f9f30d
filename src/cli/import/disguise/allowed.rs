//! What may stay of a log although it is not replaced: the contract's own words, truth values, codes, and numbers in
//! members whose names say that they count money or things.

use std::collections::BTreeSet;

use super::codes::is_code;
use crate::cli::import::words::{harmless, is_identity, of_name};
use crate::engine::tables::{Contract, EventRow};
use crate::kit::fields::{Field, Kind};

/// Words of truth.
const TRUTHS: &[&str] = &["true", "false", "yes", "no", "on", "off", "null", "none"];
/// The last word of a name that holds an amount, whatever program has chosen the name.
const MONEY: &[&str] = &[
    "amount", "price", "rate", "fee", "vat", "balance", "cost", "total", "subtotal", "sum", "tax", "discount", "shipping", "tip", "net",
    "gross", "refund", "deposit",
];
/// The same for a number of things.
const THINGS: &[&str] = &["quantity", "qty", "count", "limit", "pieces", "confirmations", "items"];
/// Words in names that the contract itself has for amounts.
const OWN_MONEY: &[&str] =
    &["amount", "price", "rate", "fee", "vat", "balance", "cost", "ask", "bid", "net", "available", "pending", "underpayment"];
/// Words in names that the contract itself has for numbers of things, pages and waits.
const OWN_THINGS: &[&str] = &[
    "confirmations",
    "limit",
    "page",
    "pages",
    "per",
    "pagination",
    "size",
    "secs",
    "seconds",
    "quantity",
    "duration",
    "count",
    "webhook",
];
/// Words in the names of members that are about a life, whatever else the name says.
pub const PERSONAL: &[&str] = &[
    "phone",
    "mobile",
    "tel",
    "telephone",
    "fax",
    "pin",
    "passport",
    "ssn",
    "inn",
    "snils",
    "iban",
    "card",
    "pan",
    "cvv",
    "cvc",
    "birth",
    "birthday",
    "birthdate",
    "bday",
    "dob",
    "born",
    "anniversary",
    "zip",
    "postal",
    "geburtstag",
];
/// Words in the names of members that are about a person or a key: their numbers are replaced.
const PERSONS: &[&str] = &[
    "user",
    "customer",
    "client",
    "buyer",
    "payer",
    "payee",
    "person",
    "holder",
    "owner",
    "recipient",
    "sender",
    "contact",
    "member",
    "token",
    "secret",
    "key",
    "password",
    "code",
    "otp",
    "account",
    "acct",
    "address",
    "hash",
    "login",
    "name",
];

/// Numbers of JSON that say yes or no.
pub const FLAGS: [&str; 2] = ["0", "1"];

/// What stays.
pub struct Allowed {
    words: BTreeSet<&'static str>,
    /// Members of the contract that hold amounts.
    money: BTreeSet<&'static str>,
    /// Members of the contract that hold whole numbers of things.
    things: BTreeSet<&'static str>,
}

impl Allowed {
    /// What that contract lets stay.
    pub fn of(contract: &'static Contract) -> Self {
        let calls = contract.operations.iter().flat_map(|it| it.parameters.iter().chain(it.answer)).copied();
        let fields = calls.chain(contract.events.iter().flat_map(EventRow::fields)).chain(contract.error_body.iter().copied());
        let (mut money, mut things) = (BTreeSet::new(), BTreeSet::new());
        for Field { name, kind, .. } in fields {
            let leaf = leaf(name);
            if is_identity(leaf) || has(leaf, PERSONAL) {
                continue;
            }
            if is_amount(kind) || has(leaf, OWN_MONEY) {
                money.insert(leaf);
            } else if has(leaf, OWN_THINGS) {
                things.insert(leaf);
            }
        }
        Self { words: harmless(contract), money, things }
    }

    /// Whether a text may stay in a member of that name.
    pub fn text(&self, name: &str, text: &str) -> bool {
        let is_truth = TRUTHS.iter().any(|it| it.eq_ignore_ascii_case(text));
        // Signs alone say nothing; a dollar sign may begin a reference.
        let are_signs = !text.contains(|it: char| it.is_alphanumeric() || it == '$');
        are_signs || is_truth || self.words.contains(text) || self.number(name, text) || is_code(name, text)
    }

    /// Whether a number of JSON may stay in a member of that name.
    pub fn json_number(&self, name: &str, text: &str) -> bool {
        self.number(name, text) || (FLAGS.contains(&text) && !is_identity(name))
    }

    /// Whether a number, as it is written, may stay in a member of that name.
    pub fn number(&self, name: &str, text: &str) -> bool {
        let Some(number) = Written::of(text) else { return false };
        let name = leaf(name);
        if self.money.contains(name) {
            return number.is_within(12, 18);
        }
        if self.things.contains(name) {
            let is_wait = has(name, &["secs", "seconds", "duration"]);
            return number.is_within(if is_wait { 6 } else { 4 }, 0);
        }
        if is_identity(name) || has(name, PERSONAL) || has(name, PERSONS) {
            return false;
        }
        let words = of_name(name);
        let ends = |kinds: &[&str]| words.last().is_some_and(|it| kinds.contains(&it.as_str()));
        // Numbers of accounts and telephones are long, and have no decimals.
        let is_money = number.is_within(9, 8) || (0 < number.fraction && number.is_within(12, 8));
        (ends(MONEY) && is_money) || (ends(THINGS) && number.is_within(5, 0))
    }
}

/// The last part of the name of a row: `id` of `data[].id`.
fn leaf(name: &str) -> &str {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.split('[').next().unwrap_or(last)
}

/// Whether one of these words stands in a name.
pub fn has(name: &str, kinds: &[&str]) -> bool {
    of_name(name).iter().any(|it| kinds.contains(&it.as_str()))
}

fn is_amount(kind: Kind) -> bool {
    if let Kind::Either(kinds) = kind {
        return kinds.iter().any(|it| is_amount(*it));
    }
    matches!(kind, Kind::Number | Kind::Amount { .. } | Kind::Decimal | Kind::DecimalText)
}

/// A number as it is written.
struct Written {
    /// Digits before the point.
    whole: usize,
    /// Digits behind it.
    fraction: usize,
    exponent: i32,
}

impl Written {
    /// `None`: it is none, or has zeros in front.
    fn of(text: &str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, Some(0)), |(front, it)| (front, it.parse().ok()));
        let digits = mantissa.strip_prefix('-').unwrap_or(mantissa);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_plain = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
        if !is_plain(whole) || !is_plain(fraction) || (1 < whole.len() && whole.starts_with('0')) {
            return None;
        }
        Some(Self { whole: whole.len(), fraction: if digits.contains('.') { fraction.len() } else { 0 }, exponent: exponent? })
    }

    /// Whether it has at most that number of digits before and behind the point. A fraction of something may have an exponent.
    fn is_within(&self, whole: usize, fraction: usize) -> bool {
        match self.exponent {
            0 => self.whole <= whole && self.fraction <= fraction,
            below => below < 0 && 0 < fraction && self.whole <= 1 && self.fraction <= 8,
        }
    }
}
