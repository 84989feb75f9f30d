//! Texts of the form of another: as long, with letters where it has letters and digits where it has digits.

use crate::kit::ids::Draws;

/// Card numbers that networks publish for tests.
pub const TEST_CARDS: &[&str] = &[
    "4111111111111111",
    "4242424242424242",
    "4012888888881881",
    "5555555555554444",
    "5105105105105100",
    "2223003122003222",
    "2200000000000004",
    "2201382000000013",
    "6011111111111117",
];

/// Letters for those that ASCII does not have.
const LETTERS: [char; 16] = ['а', 'б', 'в', 'г', 'д', 'е', 'ж', 'з', 'и', 'к', 'л', 'м', 'н', 'о', 'п', 'р'];

/// A text of the same form, drawn.
pub fn like(text: &str, draws: &mut Draws) -> String {
    let body = text.strip_prefix("0x").unwrap_or(text);
    let is_uuid = is_uuid(body);
    let is_hex = is_uuid || (8 <= body.len() && body.bytes().all(|it| it.is_ascii_hexdigit()));
    let prefix = &text[..text.len() - body.len()];
    let mut made = String::with_capacity(text.len());
    for (place, it) in body.chars().enumerate() {
        made.push(match it {
            // Its version and its variant are part of its form.
            it if is_uuid && (place == 14 || place == 19) => it,
            // A number does not begin with a zero that it did not have.
            '1'..='9' if place == 0 => other(it, b"123456789", draws),
            '0'..='9' => other(it, b"0123456789", draws),
            'a'..='z' => other(it, if is_hex { b"abcdef" } else { b"abcdefghijklmnopqrstuvwxyz" }, draws),
            'A'..='Z' => other(it, if is_hex { b"ABCDEF" } else { b"ABCDEFGHJKLMNPQRSTUVWXYZ" }, draws),
            '$' => '_', // it would begin a reference
            it if it.is_ascii() => it,
            it if it.is_alphanumeric() => letter(it, draws),
            it => it,
        });
    }
    if (13..=19).contains(&made.len()) && has_check_digit(&made) {
        // It would look like a card number.
        let last = made.pop().and_then(|it| it.to_digit(10)).unwrap_or_default();
        made.extend(char::from_digit((last + 1) % 10, 10));
    }
    format!("{prefix}{made}")
}

/// A number of JSON of the same form, drawn: as many digits, with the same sign, point and exponent.
pub fn number(text: &str, draws: &mut Draws) -> String {
    let (mantissa, exponent) = text.find(['e', 'E']).map_or((text, ""), |at| text.split_at(at));
    let has_point = mantissa.contains('.');
    let first = mantissa.find(|it: char| it.is_ascii_digit()).unwrap_or(0);
    let mut made = String::with_capacity(text.len());
    for (place, it) in mantissa.char_indices() {
        let is_last = place + 1 == mantissa.len();
        made.push(match it {
            // No number begins with a zero before other digits, and a last zero behind the point is not written.
            '0' if place == first && has_point => it,
            '0'..='9' if place == first || (is_last && has_point) => other(it, b"123456789", draws),
            '0'..='9' => other(it, b"0123456789", draws),
            it => it,
        });
    }
    // Another whole number may be too large for one.
    let is_whole = !has_point && exponent.is_empty();
    if is_whole && made.parse::<u64>().is_err() && made.parse::<i64>().is_err() {
        made.replace_range(first..first + 2, "10");
    }
    format!("{made}{exponent}")
}

/// The same with one more digit, where all of its form are taken.
pub fn longer(text: &str, draws: &mut Draws) -> String {
    let end = text.find(['e', 'E']).filter(|_| text.parse::<f64>().is_ok()).unwrap_or(text.len());
    format!("{}{}{}", &text[..end], 1 + draws.below(9), &text[end..])
}

/// Whether a text has the form of a UUID.
fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|it| it.is_ascii_hexdigit() || it == b'-')
}

/// The digits of a number in the groups of another text.
pub fn grouped(text: &str, digits: &str) -> String {
    let mut digits = digits.chars();
    text.chars().map(|it| if it.is_ascii_digit() { digits.next().unwrap_or(it) } else { it }).collect()
}

/// One of an alphabet that is not this one.
fn other(it: char, alphabet: &[u8], draws: &mut Draws) -> char {
    let others: Vec<u8> = alphabet.iter().copied().filter(|own| char::from(*own) != it).collect();
    draws.text(&others, 1).chars().next().unwrap_or('x')
}

/// A letter beyond ASCII that is not this one.
fn letter(it: char, draws: &mut Draws) -> char {
    let made = LETTERS[usize::try_from(draws.below(15)).unwrap_or(0)];
    if made == it { LETTERS[15] } else { made }
}

/// Whether the last digit is right for the others, as on a card.
pub fn has_check_digit(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_digit()) && sum(text).is_multiple_of(10)
}

fn sum(text: &str) -> u32 {
    let digits = text.chars().rev().filter_map(|it| it.to_digit(10)).enumerate();
    digits.map(|(place, it)| if place % 2 == 0 { it } else { it * 2 / 10 + it * 2 % 10 }).sum()
}

/// A number of that length with a right check digit. It begins with a nine, as no card does.
pub fn card(nth: usize, chars: usize) -> String {
    let front = format!("9{nth:0width$}", width = chars.saturating_sub(2));
    let open = sum(&format!("{front}0"));
    format!("{front}{}", (10 - open % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_kept() {
        let mut draws = Draws::new(1, "test", 0);
        let made = like("Order-2025/77 Ж", &mut draws);
        let kind = |it: char| match it {
            '0'..='9' => '0',
            it if it.is_alphabetic() => 'a',
            it => it,
        };
        let shape = |text: &str| text.chars().map(kind).collect::<String>();
        assert_eq!(shape(&made), shape("Order-2025/77 Ж"));
        let hash = like("0xdeadbeef00000000", &mut draws);
        assert!(hash.starts_with("0x") && hash.len() == 18 && hash[2..].bytes().all(|it| it.is_ascii_hexdigit()), "{hash}");
        assert!(TEST_CARDS.iter().all(|it| has_check_digit(it)));
        for text in ["-15", "7", "0", "0.5", "52.520008", "4.081781009991001e+19", "1e-7", "18446744073709551615", "-9223372036854775808"] {
            let made = number(text, &mut draws);
            let value: serde_json::Value = serde_json::from_str(&made).expect("JSON");
            assert!(made.len() == text.len() && made != text && value.is_number(), "{text} {made}");
            assert_eq!(value.is_f64(), text.contains(['.', 'e']), "{text} {made}");
        }
        for chars in 13..=19 {
            let made = card(7, chars);
            assert!(made.len() == chars && has_check_digit(&made), "{made}");
        }
    }
}
