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
