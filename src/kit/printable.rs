//! Texts from outside on their way to a terminal or a log.

use std::borrow::Cow;

/// `1 attempt`, `2 attempts`.
pub fn counted(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A text as one line: whatever breaks a line, moves a cursor or reverses the direction of reading is escaped, so that a name
/// can neither forge a line of a log nor hide one.
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for it in text.chars() {
        if is_harmful(it) { out.extend(it.escape_default()) } else { out.push(it) }
    }
    out.into()
}

/// A text as one word of a shell's command line: in quotes where it needs them.
pub fn word(text: &str) -> Cow<'_, str> {
    let is_plain = |it: char| it.is_alphanumeric() || "%+,-./:=@_".contains(it) || (cfg!(windows) && it == '\\');
    if !text.is_empty() && text.chars().all(is_plain) { text.into() } else { format!("'{}'", text.replace('\'', r"'\''")).into() }
}

/// The first characters of a text, with `...` behind them if it has more.
pub fn shortened(text: &str, chars_max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars_max) {
        None => text.into(),
        Some((end, _)) => format!("{}...", &text[..end]).into(),
    }
}

/// Control characters, the two separators of lines and paragraphs, and the marks of writing direction.
fn is_harmful(it: char) -> bool {
    it.is_control()
        || matches!(it, '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t19_a_name_forges_no_line() {
        assert_eq!(line("x\n::error file=a::forged\r\u{1b}[31m"), "x\\n::error file=a::forged\\r\\u{1b}[31m");
        assert_eq!(line("a\u{2028}b\u{2029}c\u{202e}d\u{2066}e"), "a\\u{2028}b\\u{2029}c\\u{202e}d\\u{2066}e");
        assert!(matches!(line("ЗАКАЗ 鍵 🔑 `x`"), Cow::Borrowed(_)));
    }
}
