//! Card numbers in texts that callers send: possibly real ones are kept without their middle.

use std::borrow::Cow;

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
/// check digit. Test numbers stay.
pub fn concealed(text: &[u8]) -> Option<Vec<u8>> {
    // Most texts have too few digits for any card, and counting them is the faster check.
    if text.iter().filter(|it| it.is_ascii_digit()).count() < *DIGITS.start() {
        return None;
    }
    let mut hidden: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(digit) = text[at..].iter().position(u8::is_ascii_digit) {
        let start = at + digit;
        let (end, digits) = run_at(text, start);
        if DIGITS.contains(&digits) && stands_alone(text, start, end) {
            let places: Vec<usize> = (start..end).filter(|it| text[*it].is_ascii_digit()).collect();
            let digits: Vec<u8> = places.iter().map(|it| text[*it]).collect();
            if is_card(&digits) {
                let out = hidden.get_or_insert_with(|| text.to_vec());
                places[6..places.len() - 4].iter().for_each(|it| out[*it] = b'*');
            }
        }
        at = end;
    }
    hidden
}

/// The same for a text.
pub fn concealed_text(text: &str) -> Cow<'_, str> {
    concealed(text.as_bytes()).and_then(|it| String::from_utf8(it).ok()).map_or(text.into(), Cow::Owned)
}

/// The end of the run of digits that begins at `start`, with single separators between them, and its number of digits.
fn run_at(text: &[u8], start: usize) -> (usize, usize) {
    let (mut end, mut digits) = (start, 0);
    for (at, byte) in text.iter().enumerate().skip(start) {
        if byte.is_ascii_digit() {
            (end, digits) = (at + 1, digits + 1);
        } else if at != end || !b" -+".contains(byte) {
            break;
        }
    }
    (end, digits)
}

/// Whether the digits are not part of a longer word: digits inside an identifier are not a card.
fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let word = |it: &u8| it.is_ascii_alphanumeric() || b"-_".contains(it);
    let before = start.checked_sub(1).and_then(|it| text.get(it));
    !before.is_some_and(|it| word(it) || *it == b'.') && !text.get(end).is_some_and(word)
}

fn is_card(digits: &[u8]) -> bool {
    let doubled = |(place, digit): (usize, u32)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 };
    let values = digits.iter().rev().map(|it| u32::from(it - b'0'));
    let sum: u32 = values.enumerate().map(doubled).sum();
    let network = matches!((digits[0], digits[1]), (b'4' | b'5' | b'6', _) | (b'2', b'2'..=b'7') | (b'3', b'0' | b'4'..=b'8'));
    network && sum.is_multiple_of(10) && !TEST_NUMBERS.contains(&digits)
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
    fn what_is_not_a_card_stays() {
        for text in [
            "4111111111111111",
            "4276380012345672",
            "1767225600000",
            "id-4276380012345679",
            "a4276380012345679",
            "0.4276380012345679",
            "42763800123456790000",
            "",
            "ЗАКАЗ",
        ] {
            assert_eq!(seen(text), text);
        }
    }
}
