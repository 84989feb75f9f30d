//! The secrets that stand in addresses, and in addresses inside texts.

use std::borrow::Cow;
use std::ops::Range;

use crate::kit::secret::masked;

/// The names of query parameters whose values are not shown contain one of these words.
const SECRET_WORDS: [&str; 9] = ["token", "secret", "key", "password", "passwd", "pwd", "auth", "sig", "credential"];

/// Whether a query parameter is named like a secret. The name is in lower case.
fn is_secret(name: &str) -> bool {
    SECRET_WORDS.iter().any(|it| name.contains(it))
}

/// The parts of an address that are secret: the password, or a user name without one, and the values of parameters that are
/// named like a secret, whether they stand in the path, in the query or in the fragment. An address can be relative.
pub fn secrets(url: &str) -> Vec<&str> {
    let authority = url.split_once("://").map(|it| it.1).or_else(|| url.strip_prefix("//"));
    if authority.is_none() && url.contains(char::is_whitespace) {
        return Vec::new();
    }
    let (authority, below) = authority.map_or(("", url), |it| it.split_at(it.find(['/', '?', '#']).unwrap_or(it.len())));
    let user_info = authority.rsplit_once('@').map(|it| it.0);
    let password = user_info.map(|own| own.split_once(':').map_or(own, |it| if it.1.is_empty() { it.0 } else { it.1 }));
    let pairs = below.split(['?', '#', ';', '&']).skip(1).filter_map(|it| it.split_once('='));
    let tokens = pairs.filter(|(name, _)| is_secret(&name.to_ascii_lowercase())).map(|it| it.1);
    password.into_iter().chain(tokens).filter(|it| !it.is_empty()).collect()
}

/// An address as it may be shown: its secrets are masked.
pub fn shown(url: &str) -> Cow<'_, str> {
    let mut shown = Cow::Borrowed(url);
    let start = url.as_ptr() as usize;
    // From the end, so that the places of the others stay right.
    for it in secrets(url).into_iter().rev() {
        let at = it.as_ptr() as usize - start;
        shown.to_mut().replace_range(at..at + it.len(), &masked(it));
    }
    shown
}

/// How the address of a receiver can stand in a text. All its parts are in lower case and in ASCII.
struct Writing {
    /// What ends the scheme. It contains an end of the authority, so the authorities of two addresses never overlap.
    openings: &'static [&'static str],
    /// The first character of each opening.
    opens: char,
    colon: &'static str,
    at: &'static str,
    authority_ends: &'static [&'static str],
    /// What ends the whole address.
    ends: &'static [&'static str],
    /// What looks like one of `ends` and does not end it.
    escapes: &'static [&'static str],
    equals: &'static [&'static str],
    /// What stands before a parameter of the path, of the query or of the fragment, and ends the one before it.
    separators: &'static [&'static str],
    /// What separates parameters, and can stand in a user name or in a password too.
    ampersands: &'static [&'static str],
}

/// As it is or in JSON, where `/`, `&` and `=` may be escaped, and in a form.
const WRITINGS: [Writing; 2] = [
    Writing {
        openings: &["://", r":\/\/"],
        opens: ':',
        colon: ":",
        at: "@",
        authority_ends: &["/", "?", "#", "\"", "'", "<", ">", "\\", " ", "\n", "\r", "\t"],
        ends: &["\"", "<", ">", "\\", " ", "\n", "\r", "\t"],
        escapes: &[r"\/", r"\u0026", r"\u003d"],
        equals: &["=", r"\u003d"],
        separators: &["?", "#", ";", "&", r"\u0026"],
        ampersands: &["&", r"\u0026"],
    },
    Writing {
        openings: &["%3a%2f%2f"],
        opens: '%',
        colon: "%3a",
        at: "%40",
        authority_ends: &["%2f", "%3f", "%23", "&", "\"", " ", "\n", "\r", "\t"],
        ends: &["&", "\"", " ", "\n", "\r", "\t"],
        escapes: &[],
        equals: &["%3d"],
        separators: &["%3f", "%23", "%3b", "%26"],
        ampersands: &["%26"],
    },
];

/// A text without the secrets of the addresses in it: passwords, and in addresses of receivers (`http` and `https`) the values
/// of query parameters that are named like a secret. The time is linear in the length of the text.
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    if !["//", r"\/", "%2"].iter().any(|it| text.contains(it)) {
        return Cow::Borrowed(text);
    }
    let lower = text.to_ascii_lowercase(); // every place in it is a place in the text
    let mut found = Vec::new();
    for writing in &WRITINGS {
        writing.passwords(&lower, &mut found);
        writing.tokens(&lower, &mut found);
    }
    // What is masked already stays as it is.
    found.retain(|it| !text[it.clone()].starts_with("***"));
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    found.sort_by_key(|it| it.start);
    let (mut shown, mut from) = (String::with_capacity(text.len()), 0);
    for it in found {
        if from <= it.start {
            shown.push_str(&text[from..it.start]);
            shown.push_str(&masked(&text[it.clone()]));
        }
        from = from.max(it.end);
    }
    shown.push_str(&text[from..]);
    Cow::Owned(shown)
}

impl Writing {
    /// The passwords of all addresses, or the user names without one.
    fn passwords(&self, text: &str, found: &mut Vec<Range<usize>>) {
        let mut from = 0;
        while let Some(opening) = self.opening(text, from) {
            let authority = opening.end..end(text, opening.end, self.authority_ends, self.ampersands);
            from = authority.end;
            let Some(length) = text[authority.clone()].rfind(self.at) else { continue };
            let user_info = authority.start..authority.start + length;
            if self.is_next_to_an_address(text, user_info.clone()) {
                continue;
            }
            let password = first(text, user_info.clone(), &[self.colon]).map_or(user_info.clone(), |it| it.end..user_info.end);
            found.extend([if password.is_empty() { user_info } else { password }].into_iter().filter(|it| !it.is_empty()));
        }
    }

    /// Whether this is a host and the parameters behind its address, as in `http://h&mail=a@b`, and not a user name.
    fn is_next_to_an_address(&self, text: &str, user_info: Range<usize>) -> bool {
        let Some(ampersand) = first(text, user_info.clone(), self.ampersands) else { return false };
        let has_equals = first(text, ampersand.end..user_info.end, self.equals).is_some();
        has_equals && first(text, user_info, &[self.colon]).is_none()
    }

    /// The values of parameters that are named like a secret.
    fn tokens(&self, text: &str, found: &mut Vec<Range<usize>>) {
        let mut from = 0;
        while let Some(opening) = self.opening(text, from) {
            from = opening.end;
            if !["http", "https"].iter().any(|it| text[..opening.start].ends_with(it)) {
                continue;
            }
            let address = opening.end..end(text, opening.end, self.ends, self.escapes);
            from = address.end;
            let mut separator = first(text, address.clone(), self.separators);
            while let Some(own) = separator {
                separator = first(text, own.end..address.end, self.separators);
                let parameter = own.end..separator.as_ref().map_or(address.end, |it| it.start);
                let Some(equals) = first(text, parameter.clone(), self.equals) else { continue };
                let value = equals.end..parameter.end;
                if is_secret(&text[parameter.start..equals.start]) && !value.is_empty() {
                    found.push(value);
                }
            }
        }
    }

    /// The first opening from this place on. Texts are long and have few: looking for one character is the fastest way.
    fn opening(&self, text: &str, mut from: usize) -> Option<Range<usize>> {
        loop {
            let at = from + text[from..].find(self.opens)?;
            if let Some(it) = self.openings.iter().find(|it| text[at..].starts_with(**it)) {
                return Some(at..at + it.len());
            }
            from = at + 1;
        }
    }
}

/// Where an address ends that has begun before this place, or its authority. An escape only looks like an end.
fn end(text: &str, mut from: usize, ends: &[&str], escapes: &[&str]) -> usize {
    while let Some(end) = first(text, from..text.len(), ends) {
        match escapes.iter().find(|it| text[end.start..].starts_with(**it)) {
            Some(escape) => from = end.start + escape.len(),
            None => return end.start,
        }
    }
    text.len()
}

/// The first place in a part of a text where one of these texts stands.
fn first(text: &str, part: Range<usize>, texts: &[&str]) -> Option<Range<usize>> {
    let bytes = &text.as_bytes()[..part.end];
    part.into_iter().find_map(|at| {
        let found = texts.iter().find(|it| bytes[at..].starts_with(it.as_bytes()))?;
        Some(at..at + found.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i28_a_text_is_shown_without_the_passwords_of_addresses() {
        for (text, shown) in [
            (r#"{"cbUrl":"http://u:secret@h/x","mail":"a@b.c"}"#, r#"{"cbUrl":"http://u:***@h/x","mail":"a@b.c"}"#),
            (r#"{"cbUrl":"http:\/\/u:secret@h\/x"}"#, r#"{"cbUrl":"http:\/\/u:***@h\/x"}"#),
            ("cbUrl=http%3A%2F%2Fu%3Asecret%40h%2Fx&mail=a%40b", "cbUrl=http%3A%2F%2Fu%3A***%40h%2Fx&mail=a%40b"),
            ("see http://key@h and http://h/@x, ü", "see http://***@h and http://h/@x, ü"),
            ("see http://key:@h", "see http://***@h"),
            ("http://h/?mail=a@b", "http://h/?mail=a@b"),
            ("u=http://h&mail=a@b", "u=http://h&mail=a@b"),
            ("http://u&x:secret@h/", "http://u&x:***@h/"),
            ("http://u:se&cr=et@h/", "http://u:***@h/"),
            ("http://key&more@h/", "http://***@h/"),
            (r#"{"u":"http://u\u0026x:secret@h/"}"#, r#"{"u":"http://u\u0026x:***@h/"}"#),
            ("http://u%40x:p%3Ass@h/", "http://u%40x:***@h/"),
        ] {
            assert_eq!(without_secrets(text), shown);
        }
        let long = "p".repeat(2_000);
        assert_eq!(without_secrets(&format!("http://u:{long}@h/")), "http://u:***pppp@h/");
    }

    #[test]
    fn i28_a_text_is_shown_without_the_tokens_of_addresses() {
        for (text, shown) in [
            (r#"{"cbUrl":"http://h/x?a=1&token=hush&b=2","token":"a"}"#, r#"{"cbUrl":"http://h/x?a=1&token=***&b=2","token":"a"}"#),
            (r#"{"cbUrl":"HTTPS:\/\/h\/x?Token=abcdefghijklm\/n"}"#, r#"{"cbUrl":"HTTPS:\/\/h\/x?Token=***m\/n"}"#),
            (r#"{"u":"http://h?a=1\u0026api_key\u003dhush\u0026b=2\n"}"#, r#"{"u":"http://h?a=1\u0026api_key\u003d***\u0026b=2\n"}"#),
            ("u=http%3A%2F%2Fh%2F%3Fa%3D1%26sig%3Dhush%26b%3D2&sig=1", "u=http%3A%2F%2Fh%2F%3Fa%3D1%26sig%3D***%26b%3D2&sig=1"),
            ("/x?next=http://h/?a=b&token=hush#c", "/x?next=http://h/?a=b&token=***#c"),
            ("http://h/?next=http://i/?token=hush&pwd=hush", "http://h/?next=http://i/?token=***&pwd=***"),
            ("http://h/?token=***mnop&key=", "http://h/?token=***mnop&key="),
            ("see http://h/?a=1 token=x, /y?token=x, ftp://h/?token=x", "see http://h/?a=1 token=x, /y?token=x, ftp://h/?token=x"),
            ("http://h/x;token=hush/y?a=b", "http://h/x;token=***?a=b"),
            ("http://h/#access_token=hush&x=1", "http://h/#access_token=***&x=1"),
            ("http://h/?a=1?token=hush;key=hush&amp;sig=hush", "http://h/?a=1?token=***;key=***&amp;sig=***"),
            ("u=http%3A%2F%2Fh%2F%23token%3Dhush%3Bkey%3Dhush", "u=http%3A%2F%2Fh%2F%23token%3D***%3Bkey%3D***"),
            ("http://h/token=x", "http://h/token=x"),
        ] {
            assert_eq!(without_secrets(text), shown);
        }
    }

    #[test]
    fn t21_texts_that_look_like_many_addresses_are_read_once() {
        for part in ["://", "http://", "http://h?", "http://h?a=?", "http://h?a=b&", "%3a%2f%2f", "http%3a%2f%2fh%3f", r"http:\/\/", "=?"] {
            let text = format!("http://h?{}", part.repeat((1 << 17) / part.len()));
            assert_eq!(without_secrets(&text), text);
        }
    }

    #[test]
    fn i28_an_address_is_shown_without_its_secrets() {
        for (url, text) in [
            ("http://h/a?x=1", "http://h/a?x=1"),
            ("http://user:pass@h/a", "http://user:***@h/a"),
            ("http://sk_1234567890@h/a", "http://***7890@h/a"),
            ("http://h/a?x=1&token=abcdefghijklmnop&y=2#z", "http://h/a?x=1&token=***mnop&y=2#z"),
            ("http://h?ACCESS_KEY=a&apiKey=b", "http://h?ACCESS_KEY=***&apiKey=***"),
            ("not an address?token=1", "not an address?token=1"),
            ("/x?token=hush&a=1", "/x?token=***&a=1"),
            ("x?token=hush", "x?token=***"),
            ("?key=hush", "?key=***"),
            ("//u:hush@h/x", "//u:***@h/x"),
            ("../x;token=hush?a=b#secret=hush", "../x;token=***?a=b#secret=***"),
            ("http://h/?a=b?token=hush?x", "http://h/?a=b?token=***?x"),
        ] {
            assert_eq!(shown(url), text);
        }
    }
}
