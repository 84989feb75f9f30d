//! Decimal digits of every script.

/// The zeros of Unicode 15, general category Nd. The digits from one to nine follow each.
const ZEROS: &[u32] = &[
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20,
    0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0,
    0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730,
    0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140,
    0x1E2F0, 0x1E4F0, 0x1E950, 0x1FBF0,
];

/// The value of a decimal digit, as Python's `int` and `Decimal` read it.
pub fn value(it: char) -> Option<u8> {
    let code = u32::from(it);
    let zero = ZEROS[..ZEROS.partition_point(|zero| *zero <= code)].last()?;
    u8::try_from(code - zero).ok().filter(|it| *it < 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_each_script_have_their_value() {
        for (it, digit) in [('0', 0), ('9', 9), ('٣', 3), ('۴', 4), ('५', 5), ('６', 6), ('𝟗', 9)] {
            assert_eq!(value(it), Some(digit), "{it}");
        }
        for it in [' ', '/', ':', 'a', '²', '½', '〇', '٪', '/', '：'] {
            assert_eq!(value(it), None, "{it}");
        }
    }

    #[test]
    fn no_digit_is_missing() {
        let known = regex::Regex::new(r"^\p{Nd}$").expect("a pattern");
        let mut buffer = [0; 4];
        let others = ('\0'..=char::MAX).filter(|it| known.is_match(it.encode_utf8(&mut buffer)) && value(*it).is_none());
        assert!(others.count() <= 100, "ten scripts of a newer Unicode at most");
    }
}
