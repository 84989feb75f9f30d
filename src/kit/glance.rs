//! A first look at a text: whether it may contain a live key or a card number at all. Most texts do not, and every request is
//! looked at, so this costs a fraction of the search. It may be wrong in one way only: it says yes too often.

use memchr::{memchr, memchr_iter, memchr2, memchr2_iter};

/// What stands in every live key, and in front of Basic credentials.
const MARK: &[u8] = b"_live_";
const BASIC: &[u8] = b"basic";
/// The place of the `v` in the mark: the rarest of its letters.
const RAREST: usize = 3;

/// As many bytes as every processor compares at once.
const PIECE_BYTES: usize = 16;

/// The least characters of credentials that contain a live key: 16 of its own, in base64.
const PAIR_CHARS_MIN: usize = 22;

/// Whether a live key may stand in it, as it is or encoded.
pub fn may_hide_key(text: &[u8]) -> bool {
    let begins = |at: usize, word: &[u8]| text.get(at..at + word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
    let is_mark = |at: usize| at.checked_sub(RAREST).is_some_and(|start| begins(start, MARK));
    let code = has_code(text);
    (memchr(b'_', text).is_some() && memchr2_iter(b'v', b'V', text).any(is_mark))
        || memchr2_iter(b'b', b'B', text).any(|at| begins(at, BASIC) && may_be_pair(&text[at + BASIC.len()..]))
        || (code && memchr_iter(b'%', text).any(|at| may_be_letter(&text[at + 1..])))
        || (code && memchr_iter(b'\\', text).any(|at| text.get(at + 1).is_some_and(|it| !b"\"\\/bfnrt".contains(it))))
}

/// Whether it has a percent sign or a backslash, with which codes begin.
fn has_code(text: &[u8]) -> bool {
    memchr2(b'%', b'\\', text).is_some()
}

/// Whether what follows the word may be credentials that are long enough for a live key.
fn may_be_pair(behind: &[u8]) -> bool {
    let spaces = behind.iter().take_while(|it| it.is_ascii_whitespace() || **it == b'+').count();
    let pair = &behind[spaces..];
    let end = pair.iter().take(PAIR_CHARS_MIN).position(|it| !(it.is_ascii_alphanumeric() || b"+/=".contains(it)));
    end.map_or(PAIR_CHARS_MIN <= pair.len(), |it| !pair[it].is_ascii() || b"%\\".contains(&pair[it]))
}

/// Whether what follows a percent sign may stand for a letter, a digit, an underscore, or for the sign of another code.
fn may_be_letter(code: &[u8]) -> bool {
    match code {
        [b'2', b'5', ..] | [b'%' | b'\\', ..] | [_, b'%' | b'\\', ..] => true,
        [b'2', low, ..] | [b'3', low @ (b'a'..=b'f' | b'A'..=b'F'), ..] => !low.is_ascii(),
        [high, low, ..] => !high.is_ascii() || !low.is_ascii() || (high.is_ascii_hexdigit() && low.is_ascii_hexdigit()),
        _ => false,
    }
}

/// Whether it has digits enough for a card number, of the fewest that one has, and near enough to each other.
pub fn may_hide_card(text: &[u8], fewest: usize) -> bool {
    if digits(text) < fewest {
        return false;
    }
    if has_code(text) || !text.is_ascii() {
        return true;
    }
    // Up to 16 digits, with one separator at most between two, lie in three pieces, wherever the first stands.
    let (pieces, rest) = text.as_chunks::<PIECE_BYTES>();
    let (fewest, mut near) = (fewest.min(16), [0; 3]);
    pieces.iter().map(digits_of_piece).chain(std::iter::once(digits(rest))).enumerate().any(|(place, third)| {
        near = [near[1], near[2], third];
        let (first, end) = (place.saturating_sub(2), text.len().min((place + 1) * PIECE_BYTES));
        fewest <= near.iter().sum() && has_run(&text[first * PIECE_BYTES..end], fewest)
    })
}

fn digits_of_piece(piece: &[u8; PIECE_BYTES]) -> usize {
    piece.iter().map(|it| u8::from(it.is_ascii_digit())).sum::<u8>().into()
}

/// Whether that number of digits stand in it without anything else than separators between them.
fn has_run(text: &[u8], fewest: usize) -> bool {
    let mut run = 0;
    text.iter().any(|it| {
        // A digit lengthens the run, a separator leaves it, and anything else ends it.
        let [keeps, adds] = IN_RUNS[usize::from(*it)];
        run = run * keeps + adds;
        fewest <= run
    })
}

/// What a byte does to a run of digits: whether the run goes on, and by how much it is longer.
const IN_RUNS: [[usize; 2]; 256] = {
    let mut rows = [[0, 0]; 256];
    let mut digit = b'0';
    while digit <= b'9' {
        rows[digit as usize] = [1, 1];
        digit += 1;
    }
    let separators = b" -+._";
    let mut at = 0;
    while at < separators.len() {
        rows[separators[at] as usize] = [1, 0];
        at += 1;
    }
    rows
};

/// At least the number of its digits, up to 255. The first bytes of digits in other scripts count.
fn digits(text: &[u8]) -> usize {
    let (pieces, rest) = text.as_chunks::<PIECE_BYTES>();
    let mut last = [0; PIECE_BYTES];
    last[..rest.len()].copy_from_slice(rest);
    let mut counts = [0_u8; PIECE_BYTES];
    for piece in pieces.iter().chain([&last]) {
        for (count, it) in counts.iter_mut().zip(piece) {
            *count = count.saturating_add(u8::from(it.is_ascii_digit()) | u8::from(0xc0 <= *it));
        }
    }
    counts.into_iter().map(usize::from).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_requests_need_one_look() {
        for text in [
            r#"{"amount":100,"currency":"USD","cbUrl":"http://127.0.0.1:9/","note":"a \"live\" one\n"}"#,
            "function=get-balances&url=https%3A%2F%2Fx.example%2F&items=a%20b",
            "application/x-www-form-urlencoded",
            "authorization: Basic cWJpdF90ZXN0X2tleTo=",
            "basic values of the store of goods",
            "100%",
            "%",
            "",
        ] {
            assert!(!may_hide_key(text.as_bytes()) && !may_hide_card(text.as_bytes(), 13), "{text}");
        }
        for text in [
            "a=sk%5flive_1",
            "%255f",
            r"\u005f",
            "sk_LIVE_1",
            "BASIC c2tfbGl2ZV81MUhhYmNERUY",
            r"Basic\tc2",
            "Basic + c2tfbGl2ZV81MUhhYmNERUY6",
            "%%35f",
            "%5",
            "%２5F",
        ] {
            assert_eq!(may_hide_key(text.as_bytes()), text != "%5", "{text}");
        }
        let spread = format!("{}1234567", "1234567 ".to_owned() + &"-".repeat(40));
        for (text, may) in [
            ("4276380012345679", true),
            ("4276-3800.1234 5679", true),
            ("427638001234,5679", false),
            ("٤٢٧٦%20".repeat(4).as_str(), true),
            (spread.as_str(), false),
        ] {
            assert_eq!(may_hide_card(text.as_bytes(), 13), may, "{text}");
        }
        // Thirteen digits with a separator between each two, wherever they stand among the pieces.
        for before in 0..48 {
            for behind in ["", "x", "12 and more than a piece of 16"] {
                let text = " ".repeat(before) + "x1-2-3-4-5-6-7-8-9-0-1-2-3" + behind;
                assert!(may_hide_card(text.as_bytes(), 13), "{text}");
                assert!(!may_hide_card(text.replacen("-7", ":7", 1).as_bytes(), 13), "{text}");
            }
        }
    }
}
