//! Card and phone numbers with their middle hidden.

/// `411111******1111`: the first six, the last four, and a star for each digit between them.
pub fn mask_pan(pan: &str) -> String {
    let (first, rest) = pan.split_at(6.min(pan.len()));
    let (middle, last) = rest.split_at(rest.len().saturating_sub(4));
    format!("{first}{}{last}", "*".repeat(middle.len()))
}

/// `+7******4567`.
pub fn mask_phone(phone: &str) -> String {
    let last: String = phone.chars().skip(phone.chars().count().saturating_sub(4)).collect();
    format!("+7******{last}")
}

/// Whether the last digit of a card number is the check digit of the others.
pub fn has_check_digit(pan: &str) -> bool {
    let doubled = |it: u32| if 4 < it { it * 2 - 9 } else { it * 2 };
    let digits = pan.chars().rev().filter_map(|it| it.to_digit(10));
    let sum: u32 = digits.enumerate().map(|(place, it)| if place % 2 == 0 { it } else { doubled(it) }).sum();
    sum.is_multiple_of(10)
}
