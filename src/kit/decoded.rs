//! A text as its reader gets it, with the place of each byte: percent codes and JSON escapes are decoded, digits, spaces and
//! hyphens of other scripts become those of ASCII.

use std::ops::Range;

use super::digits;

/// How often what was decoded is decoded again.
const LEVELS_MAX: usize = 3;

/// What becomes of the escapes that break a line or move the pen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Breaks {
    Decoded,
    Kept,
}

pub struct Decoded {
    pub bytes: Vec<u8>,
    /// Where each byte begins in the text, and where the text ends.
    starts: Vec<usize>,
}

impl Decoded {
    /// The text decoded once, twice and so on, as long as that changes it. What is a key after one decoding can be another text
    /// after the next one.
    pub fn levels(text: &[u8]) -> Vec<Self> {
        let is_plain = |it: &u8| it.is_ascii() && !b"%\\".contains(it);
        if text.iter().all(is_plain) {
            return Vec::new();
        }
        let own = Self { bytes: text.to_vec(), starts: (0..=text.len()).collect() };
        let with = |breaks: Breaks| std::iter::successors(own.once(breaks), move |it| it.once(breaks)).take(LEVELS_MAX);
        let mut levels: Vec<Self> = with(Breaks::Decoded).collect();
        // A backslash before a word may be none of JSON: `\rk_live` is a key then, and not a line with `k_live`.
        if text.contains(&b'\\') || levels.iter().any(|it| it.bytes.contains(&b'\\')) {
            levels.extend(with(Breaks::Kept));
        }
        levels
    }

    /// Where a part of it stands in the text.
    pub fn place(&self, part: Range<usize>) -> Range<usize> {
        self.starts[part.start]..self.starts[part.end]
    }

    /// The same, decoded once. `None`: that changes nothing.
    fn once(&self, breaks: Breaks) -> Option<Self> {
        let mut next = Self { bytes: Vec::with_capacity(self.bytes.len()), starts: Vec::with_capacity(self.starts.len()) };
        let mut at = 0;
        while at < self.bytes.len() {
            let (byte, length) = first(&self.bytes[at..], breaks);
            next.bytes.push(byte);
            next.starts.push(self.starts[at]);
            at += length;
        }
        next.starts.extend(self.starts.last());
        (next.bytes.len() < self.bytes.len()).then_some(next)
    }
}

/// The first byte that a reader gets, and how many bytes stand for it.
fn first(text: &[u8], breaks: Breaks) -> (u8, usize) {
    let as_it_is = (text[0], 1);
    match text {
        [b'%', high, low, ..] => number(&[*high, *low]).and_then(|it| u8::try_from(it).ok()).map_or(as_it_is, |it| (it, 3)),
        [b'\\', b'u', code @ ..] if 4 <= code.len() => {
            number(&code[..4]).and_then(char::from_u32).and_then(ascii).map_or(as_it_is, |it| (it, 6))
        }
        [b'\\', it @ (b'/' | b'\\' | b'"'), ..] => (*it, 2),
        // What breaks a line or moves the pen ends a word, as a space does.
        [b'\\', b'n' | b'r' | b't' | b'b' | b'f', ..] if breaks == Breaks::Decoded => (b' ', 2),
        [lead, ..] if !lead.is_ascii() => {
            let length = text.iter().skip(1).take(3).take_while(|it| (0x80..0xc0).contains(*it)).count() + 1;
            let it = std::str::from_utf8(&text[..length]).ok().and_then(|it| it.chars().next());
            it.and_then(ascii).map_or(as_it_is, |it| (it, length))
        }
        _ => as_it_is,
    }
}

fn number(hex: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(hex).ok().filter(|_| hex.iter().all(u8::is_ascii_hexdigit))?;
    u32::from_str_radix(digits, 16).ok()
}

/// The sign of ASCII that a reader takes this one for.
fn ascii(it: char) -> Option<u8> {
    match it {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(b' '),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some(b'-'),
        it if it.is_ascii() => u8::try_from(it).ok(),
        it => digits::value(it).map(|it| b'0' + it),
    }
}

/// The text with its parts replaced. Of two parts that overlap the first counts, and what is left of the second goes.
pub fn replaced(text: &[u8], mut parts: Vec<(Range<usize>, String)>) -> Vec<u8> {
    parts.sort_by_key(|it| (it.0.start, it.0.end));
    let (mut out, mut from) = (Vec::with_capacity(text.len()), 0);
    for (part, with) in parts {
        if from <= part.start {
            out.extend_from_slice(&text[from..part.start]);
            out.extend_from_slice(with.as_bytes());
        }
        from = from.max(part.end);
    }
    out.extend_from_slice(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_knows_its_place() {
        for (text, read) in [
            ("a%20b", "a b"),
            ("%2525 %zz %2", "% %zz %2"),
            (r"\u0034\/\n\u20ac\ud83d", r"4/ \u20ac\ud83d"),
            (r#"\\u0034\\n\"\\\\t"#, "4 \" "),
            (r"a\nb\rc\td\be\ff\x", r"a b c d e f\x"),
            ("１٣ é–", "13\u{20}é-"),
            ("%e2%80%93", "-"),
        ] {
            let own = Decoded { bytes: text.as_bytes().to_vec(), starts: (0..=text.len()).collect() };
            let decoded = std::iter::successors(Some(own), |it| it.once(Breaks::Decoded)).take(LEVELS_MAX + 1).last().expect(text);
            assert_eq!(String::from_utf8_lossy(&decoded.bytes), read, "{text}");
            assert_eq!(decoded.place(0..decoded.bytes.len()), 0..text.len(), "{text}");
        }
        let decoded = Decoded::levels(b"a%20b").pop().expect("decoded");
        assert_eq!([decoded.place(0..1), decoded.place(1..2), decoded.place(2..3)], [0..1, 1..4, 4..5]);
        assert!(["plain", "", "é", r"\x", "100%"].iter().all(|it| Decoded::levels(it.as_bytes()).is_empty()));
        let levels: Vec<_> = Decoded::levels(br"\%256e").iter().map(|it| String::from_utf8_lossy(&it.bytes).into_owned()).collect();
        assert_eq!(levels, [r"\%6e", r"\n", " ", r"\%6e", r"\n"]);
    }

    #[test]
    fn parts_that_overlap_leave_nothing_of_either() {
        let parts = vec![(3..6, "b".to_owned()), (1..4, "a".to_owned()), (7..8, "c".to_owned())];
        assert_eq!(replaced(b"0123456789", parts), b"0a6c89");
    }
}
