//! What becomes of a text when a program reads or writes it in the wrong encoding.

use encoding_rs::{Encoding, WINDOWS_1252};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The bytes of which these may be the remains, and those which a careless program makes of them.
pub fn slips(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![[BOM, bytes].concat()];
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        all.push(encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned().into_bytes());
    }
    let latin_1 = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect::<String>().into_bytes();
    let windows = |bytes: &[u8]| WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned().into_bytes();
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_ascii() => {
            let as_bytes = |it: char| u8::try_from(it).ok();
            all.extend(text.chars().map(as_bytes).collect::<Option<Vec<u8>>>()); // read as Latin-1 before
            all.extend([latin_1(bytes), windows(bytes)]);
            let (encoded, _, has_others) = WINDOWS_1252.encode(text);
            all.extend((!has_others).then(|| encoded.into_owned())); // read as Windows-1252 before, or written in it
            all.push(text.chars().map(|it| as_bytes(it).unwrap_or(b'?')).collect());
            all.push(text.chars().map(|it| if it.is_ascii() { it } else { '?' }).collect::<String>().into_bytes());
            all.push(bytes.iter().map(|it| if it.is_ascii() { *it } else { b'?' }).collect());
            all.push(text.replace(|it: char| !it.is_ascii(), "\u{fffd}").into_bytes());
            all.push(text.replace(|it: char| !it.is_ascii(), "").into_bytes());
        }
        Ok(_) => {}
        Err(_) => all.extend([latin_1(bytes), windows(bytes), String::from_utf8_lossy(bytes).into_owned().into_bytes()]),
    }
    all
}

/// Whether characters of a text seem to be lost: U+FFFD stands in it, or question marks where letters were.
pub fn has_lost_characters(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    // A single mark may end a sentence or begin a query.
    text.contains('\u{fffd}') || text.contains("??") || text.split(['"', ' ', '\n']).any(is_broken_word)
}

/// A question mark between letters, unless it begins the query of an address.
fn is_broken_word(word: &str) -> bool {
    let is_letter = |it: Option<char>| it.is_some_and(char::is_alphabetic);
    let between = |(before, after): (&str, &str)| is_letter(before.chars().last()) && is_letter(after.chars().next());
    !word.contains(['/', '=']) && word.split_once('?').is_some_and(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slip_is_found_in_both_directions() {
        let original = "{\"name\":\"José, Größe\"}";
        let read_as_latin_1: String = original.bytes().map(char::from).collect();
        for (received, signed) in [
            (read_as_latin_1.as_bytes(), original.as_bytes()),
            (original.as_bytes(), read_as_latin_1.as_bytes()),
            (&[BOM, original.as_bytes()].concat(), original.as_bytes()),
            (original.as_bytes(), &[BOM, original.as_bytes()].concat()),
            (original.as_bytes(), b"{\"name\":\"Jos?, Gr??e\"}"),
            (b"{\"name\":\"Jos\xe9, Gr\xf6\xdfe\"}", original.as_bytes()),
            (original.as_bytes(), b"{\"name\":\"Jos\xe9, Gr\xf6\xdfe\"}"),
            ("â‚¬".as_bytes(), "€".as_bytes()),
            (b"\xff\xfe{\0}\0", b"{}"),
        ] {
            assert!(slips(received).iter().any(|it| it == signed), "{received:?} {signed:?}");
        }
        assert_eq!(slips(b"{}").len(), 1, "plain ASCII can only have lost its mark");
    }

    #[test]
    fn lost_characters_are_seen() {
        for text in ["{\"name\":\"??\"}", "Gr\u{fffd}\u{fffd}e", "Jos? and Gr?ne", "M?ller"] {
            assert!(has_lost_characters(text.as_bytes()), "{text}");
        }
        for text in ["why?", "https://shop.test/?a=1", "Jos", "a ? b", "x/y?z=1", "{\"u\":\"http://a.test?b\"}"] {
            assert!(!has_lost_characters(text.as_bytes()), "{text}");
        }
    }
}
