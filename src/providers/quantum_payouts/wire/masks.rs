//! Card and phone numbers with their middle hidden.

/// `411111******1111`: the first six, the last four, and as many stars as there were digits between.
pub fn masked_pan(pan: &str) -> String {
    let (first, rest) = pan.split_at(6.min(pan.len()));
    let (middle, last) = rest.split_at(rest.len().saturating_sub(4));
    format!("{first}{}{last}", "*".repeat(middle.len()))
}

/// `+7******4567`.
pub fn masked_phone(phone: &str) -> String {
    let last: String = phone.chars().skip(phone.chars().count().saturating_sub(4)).collect();
    format!("+7******{last}")
}

/// Numbers that card networks publish for tests, and that nobody needs to hide.
const TEST_PANS: &[&str] = &[
    "4111111111111111",
    "4242424242424242",
    "4012888888881881",
    "4000000000000002",
    "5555555555554444",
    "5105105105105100",
    "2223003122003222",
    "2200000000000004",
    "2201382000000013",
    "6759649826438453",
    "378282246310005",
    "6011111111111117",
];

/// What stands for a card number that may be somebody's: one with a right check digit that is no test number.
pub fn concealed_pan(pan: &str) -> Option<String> {
    let digits = pan.bytes().rev().map(|it| u32::from(it.wrapping_sub(b'0')));
    let doubled = |(place, digit): (usize, u32)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 };
    let sum: u32 = digits.enumerate().map(doubled).sum();
    (sum.is_multiple_of(10) && !TEST_PANS.contains(&pan)).then(|| masked_pan(pan))
}
