//! Card numbers in texts that callers send: possibly real ones are kept without their middle.

use std::borrow::Cow;
use std::ops::Range;

use super::decoded::{Decoded, replaced};
use super::glance;

/// Numbers that card networks publish for tests: they are not secret.
const TEST_NUMBERS: &[&[u8]] = &[
    b"4111111111111111",
    b"4242424242424242",
    b"4012888888881881",
    b"4000000000000002",
    b"5555555555554444",
    b"5105105105105100",
    b"2223003122003222",
    b"2200000000000004",
    b"2201382000000013",
    b"6759649826438453",
    b"378282246310005",
    b"6011111111111117",
];

/// The number of digits of a card number.
const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// The same text with the middle of each card number hidden: first six, last four. `None` when it contains none.
///
/// A card number is 13 to 19 digits, in groups or not, that begin like those of a card network and have a correct
/// check digit. It is looked for in the text as it is, and as a reader gets it who decodes it. Test numbers stay.
pub fn concealed(text: &[u8]) -> Option<Vec<u8>> {
    let hidden = places(text);
    (!hidden.is_empty()).then(|| replaced(text, hidden.into_iter().map(|it| (it, "*".to_owned())).collect()))
}

/// Where the digits stand that are hidden.
pub fn places(text: &[u8]) -> Vec<Range<usize>> {
    if may_hide(text) { search(text) } else { Vec::new() }
}

/// Whether a first look finds what may be a card number.
pub fn may_hide(text: &[u8]) -> bool {
    glance::may_hide_card(text, *DIGITS.start())
}

fn search(text: &[u8]) -> Vec<Range<usize>> {
    let mut hidden: Vec<Range<usize>> = middles(text).into_iter().map(|it| it..it + 1).collect();
    for decoded in Decoded::levels(text) {
        hidden.extend(middles(&decoded.bytes).into_iter().map(|it| decoded.place(it..it + 1)));
    }
    hidden.sort_by_key(|it| (it.start, it.end));
    hidden.dedup();
    hidden
}

/// The same for a text.
pub fn concealed_text(text: &str) -> Cow<'_, str> {
    concealed(text.as_bytes()).and_then(|it| String::from_utf8(it).ok()).map_or(text.into(), Cow::Owned)
}

/// The places of the digits to hide.
fn middles(text: &[u8]) -> Vec<usize> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(digit) = text[at..].iter().position(u8::is_ascii_digit) {
        let start = at + digit;
        // A number with a dot is an amount, so groups between dots have to look like those that are printed on cards.
        let card = may_begin(&text[start..])
            .then(|| Groups::card_at(text, start, b" -+", |_| true).or_else(|| Groups::card_at(text, start, b"._", Groups::are_printed)));
        let card = card.flatten();
        at = match card {
            None => end_of_digits(text, start),
            Some(it) => {
                found.extend_from_slice(&it.places[6..it.places.len() - 4]);
                it.end
            }
        };
    }
    found
}

/// Whether a card number may begin here: most numbers in requests, such as amounts and moments, need no closer look.
fn may_begin(text: &[u8]) -> bool {
    let is_near = |it: &&u8| it.is_ascii_digit() || b" -+._".contains(*it);
    // One separator at most stands behind each digit.
    let mut digits = text.iter().take(2 * DIGITS.end()).take_while(is_near).filter(|it| it.is_ascii_digit());
    let is_network = digits.next().zip(digits.next()).is_some_and(|(first, second)| is_network(*first, *second));
    is_network && *DIGITS.start() <= digits.count() + 2
}

fn end_of_digits(text: &[u8], start: usize) -> usize {
    text[start..].iter().position(|it| !it.is_ascii_digit()).map_or(text.len(), |it| start + it)
}

/// Groups of digits with single separators between them.
#[derive(Default)]
struct Groups {
    places: Vec<usize>,
    lengths: Vec<usize>,
    end: usize,
}

impl Groups {
    /// The fewest groups from here on that are a card number.
    fn card_at(text: &[u8], start: usize, separators: &[u8], fits: impl Fn(&Self) -> bool) -> Option<Self> {
        let mut own = Self::default();
        let mut next = Some(start);
        while let Some(from) = next.filter(|it| text.get(*it).is_some_and(u8::is_ascii_digit)) {
            let most = text.len().min(from + DIGITS.end() + 1);
            own.end = end_of_digits(&text[..most], from);
            own.lengths.push(own.end - from);
            own.places.extend(from..own.end);
            if DIGITS.end() < &own.places.len() {
                return None;
            }
            if DIGITS.contains(&own.places.len()) && fits(&own) && own.is_card_in(text, start) {
                return Some(own);
            }
            next = text.get(own.end).filter(|it| separators.contains(it)).map(|_| own.end + 1);
        }
        None
    }

    /// Three groups or more, each of three to six digits.
    fn are_printed(&self) -> bool {
        3 <= self.lengths.len() && self.lengths.iter().all(|it| (3..=6).contains(it))
    }

    /// Whether they are a card number, and not part of a longer word or number. A hyphen or an underscore ends a word: only a group
    /// of digits behind it goes on with groups.
    fn is_card_in(&self, text: &[u8], start: usize) -> bool {
        let is_joint = |sign: Option<&u8>| matches!(sign, Some(b'-' | b'_'));
        let is_digit = |sign: Option<&u8>| 1 < self.lengths.len() && sign.is_some_and(u8::is_ascii_digit);
        let is_word = |sign: Option<&u8>| sign.is_some_and(u8::is_ascii_alphanumeric);
        let [before, before_that] = [1, 2].map(|back| start.checked_sub(back).and_then(|place| text.get(place)));
        let [behind, behind_that] = [0, 1].map(|on| text.get(self.end + on));
        let goes_on = |sign, next| is_word(sign) || (is_joint(sign) && is_digit(next));
        let is_part = goes_on(before, before_that) || before == Some(&b'.') || goes_on(behind, behind_that);
        let digits: Vec<u8> = self.places.iter().map(|it| text[*it]).collect();
        !is_part && is_card(&digits)
    }
}

fn is_card(digits: &[u8]) -> bool {
    let doubled = |(place, digit): (usize, u32)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 };
    let values = digits.iter().rev().map(|it| u32::from(it - b'0'));
    let sum: u32 = values.enumerate().map(doubled).sum();
    is_network(digits[0], digits[1]) && sum.is_multiple_of(10) && !TEST_NUMBERS.contains(&digits)
}

/// Whether the numbers of a card network begin with these digits.
fn is_network(first: u8, second: u8) -> bool {
    matches!((first, second), (b'4' | b'5' | b'6', _) | (b'2', b'2'..=b'7') | (b'3', b'0' | b'4'..=b'8'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> String {
        concealed(text.as_bytes()).map_or_else(|| text.to_owned(), |it| String::from_utf8(it).expect("text"))
    }

    #[test]
    fn t20_cards_that_may_be_real_lose_their_middle() {
        assert_eq!(seen(r#"{"pan":"4276380012345679","a":4276380012345679}"#), r#"{"pan":"427638******5679","a":427638******5679}"#);
        assert_eq!(seen("pan=4276+3800+1234+5679&x=1"), "pan=4276+38**+****+5679&x=1");
        assert_eq!(seen("2202201234567895 and 4276-3800-1234-5679."), "220220******7895 and 4276-38**-****-5679.");
    }

    #[test]
    fn t20_cards_are_found_however_they_are_written() {
        for (text, shown) in [
            ("pan=4276%203800%201234%205679&x", "pan=4276%2038**%20****%205679&x"),
            ("pan%3D4276%2D3800%2D1234%2D5679", "pan%3D4276%2D38**%2D****%2D5679"),
            ("pan=%34276%33800%31234%35679", "pan=%34276%338******%35679"),
            (r#"{"pan":"\u0034276380012345679"}"#, r#"{"pan":"\u003427638******5679"}"#),
            (r#"{"pan":"\u0034\u0032\u0037\u00363800\u0031\u0032\u0033\u00345679"}"#, r#"{"pan":"\u0034\u0032\u0037\u003638******5679"}"#),
            (r#"{"note":"\n4276380012345679\t4276380012345679"}"#, r#"{"note":"\n427638******5679\t427638******5679"}"#),
            (r#"{"a":"{\"b\":\"\\u00344276\\n4276380012345679\"}"}"#, r#"{"a":"{\"b\":\"\\u00344276\\n427638******5679\"}"}"#),
            (r"\\u0034276380012345679", r"\\u003427638******5679"),
            ("pan%253D4276%25203800%25201234%25205679", "pan%253D4276%252038**%2520****%25205679"),
            ("4276.3800.1234.5679 4276_3800_1234_5679", "4276.38**.****.5679 4276_38**_****_5679"),
            ("order-4276380012345679 card_4276380012345679_x", "order-427638******5679 card_427638******5679_x"),
            ("order-1-4276380012345679-2026", "order-1-427638******5679-2026"),
            ("order-4276-3800-1234-5679-a", "order-4276-38**-****-5679-a"),
            ("order%2D4276380012345679", "order%2D427638******5679"),
            ("４２７６３８００１２３４５６７９", "４２７６３８******５６７９"),
            ("4276\u{a0}3800\u{2011}1234\u{2009}5679", "4276\u{a0}38**\u{2011}****\u{2009}5679"),
        ] {
            assert_eq!(seen(text), shown, "{text}");
        }
        let beside = "4276380012345679 4276-3800-1234-5679 12 28 123, 1 4276380012345679";
        assert_eq!(seen(beside), "427638******5679 4276-38**-****-5679 12 28 123, 1 427638******5679");
        let flood = "4276.3800_".repeat(100_000);
        assert_eq!(seen(&flood), flood, "in a time that is linear");
    }

    proptest::proptest! {
        #[test]
        fn t20_the_first_look_misses_no_card(parts in proptest::collection::vec(proptest::sample::select(PARTS), 1..10)) {
            let text = parts.concat();
            proptest::prop_assert!(search(text.as_bytes()).is_empty() || may_hide(text.as_bytes()), "{text}");
        }
    }

    /// What card numbers are made of, and what stands beside them.
    const PARTS: &[&str] = &[
        "4276380012345679",
        "4276",
        "3800",
        "1234",
        "5679",
        "%34276",
        "\\u0034276",
        "427638001234",
        "４２７６",
        "3800",
        "%2D",
        "-",
        " ",
        "+",
        ".",
        "_",
        "%20",
        "\\n",
        "\u{a0}",
        "é",
        "a",
        ",",
    ];

    #[test]
    fn what_is_not_a_card_stays() {
        for text in [
            "4111111111111111",
            "4276380012345672",
            "1767225600000",
            "a4276380012345679",
            "4276380012345679a",
            "1111-4276-3800-1234-5679",
            "4276-3800-1234-5679-1111",
            "0.4276380012345679",
            "42763800123456790000",
            "4.276380012345679",
            "4276380.012345679",
            "4276.380012345679",
            "4276.3800.1234.56.79.1234.5678",
            "",
            "ЗАКАЗ",
        ] {
            assert_eq!(seen(text), text);
        }
    }
}
