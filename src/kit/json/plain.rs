//! Which texts stand in JSON as they are.

/// Whether nothing in a text has to be escaped. Eight bytes are looked at in one number; the last ones may be looked at twice.
pub fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (whole, rest) = bytes.as_chunks::<8>();
    let signs = whole.iter().fold(0, |found, it| found | escaped_in(u64::from_le_bytes(*it)));
    let last = match (bytes.last_chunk::<8>(), rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        (Some(last), _, _) => u64::from_le_bytes(*last),
        (None, Some(first), Some(last)) => u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last)),
        _ => rest.iter().fold(u64::from_le_bytes([b' '; 8]), |before, it| before << 8 | u64::from(*it)),
    };
    signs | escaped_in(last) == 0
}

/// Not 0 if one of eight bytes is a control character, a quotation mark or a backslash.
fn escaped_in(bytes: u64) -> u64 {
    let each = |byte: u8| u64::from_le_bytes([byte; 8]);
    // The highest bit of a byte is set if it is less than that, up to the first byte of which this is true.
    let below = |bytes: u64, limit: u8| bytes.wrapping_sub(each(limit)) & !bytes & each(0x80);
    below(bytes, b' ') | below(bytes ^ each(b'"'), 1) | below(bytes ^ each(b'\\'), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_that_is_escaped_is_found_wherever_it_stands() {
        for length in 0..40 {
            assert!(is_plain(&"a".repeat(length)));
            assert!(is_plain(&"\u{7f}!#[]\u{80}ü\u{ff}".repeat(length)));
            for (at, sign) in (0..=length).flat_map(|at| ['"', '\\', '\0', '\u{1f}'].map(|sign| (at, sign))) {
                let text = format!("{}{sign}{}", "a".repeat(at), "ü".repeat(length - at));
                assert!(!is_plain(&text), "{text:?}");
            }
        }
    }
}
