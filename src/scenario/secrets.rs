//! Secrets in the text of a scenario, which no message about the text may show.

use std::collections::BTreeSet;
use std::ops::Range;

use strsim::osa_distance;
use url::Url;

use super::yaml::Node;
use crate::engine::tables::{Contract, SettingKind};
use crate::kit::concealed;
use crate::kit::secret::masked;

/// Names whose values are keys, at every provider.
const NAMES: &[&str] = &["credentials", "authorization", "cookie", "password", "secret", "webhook_secret", "token", "api_key", "x-api-key"];

/// What the name of a key of any other service ends with.
const ENDINGS: &[&str] = &["secret", "password", "token", "apikey", "privatekey", "secretkey"];

/// A shorter value of the environment is a word, a number or a port, not a key.
const KEY_BYTES_MIN: usize = 8;

/// The places and values of secrets.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// Bytes of the text that are replaced by stars.
    places: Vec<Range<usize>>,
    /// The value at a place, from the text or from the environment.
    values: Vec<(Range<usize>, String)>,
    /// Values from the environment that may be keys.
    outside: Vec<String>,
}

impl Secrets {
    /// Adds every value in a tree whose name is that of a secret.
    pub fn add_named(&mut self, node: &Node, contracts: &[&'static Contract]) {
        self.add_below(node, &SecretNames::of(contracts));
    }

    fn add_below(&mut self, node: &Node, names: &SecretNames) {
        node.items().iter().for_each(|it| self.add_below(it, names));
        for (key, it) in node.members() {
            if names.has(&key.name) {
                self.add_all(it);
            } else {
                self.add_below(it, names);
            }
        }
    }

    fn add_all(&mut self, node: &Node) {
        node.items().iter().for_each(|it| self.add_all(it));
        node.members().iter().for_each(|it| self.add_all(&it.1));
        if let Some(text) = node.plain() {
            self.places.push(node.at.clone());
            self.values.push((node.at.clone(), text.to_owned()));
        }
    }

    /// Adds a value that replaced a reference at this place. The text itself does not contain it.
    pub fn add(&mut self, at: &Range<usize>, value: &str) {
        self.values.push((at.clone(), value.to_owned()));
    }

    /// Adds a value of the environment, as opposed to the default beside its name.
    pub fn add_from_environment(&mut self, at: &Range<usize>, value: &str) {
        self.add(at, value);
        if may_be_key(value) && !self.outside.iter().any(|it| it == value) {
            self.outside.push(value.to_owned());
        }
    }

    /// The values from the environment that may be keys.
    pub fn outside(&self) -> &[String] {
        &self.outside
    }

    /// A text without the keys of the environment.
    pub fn mask_environment(&self, text: &str) -> String {
        self.outside.iter().fold(text.to_owned(), |text, it| text.replace(it, &masked(it)))
    }

    /// The secrets of a text that is not YAML and has no tree: what follows the name of a secret, on its line and below.
    pub fn by_lines(text: &str, contracts: &[&'static Contract]) -> Self {
        let names = SecretNames::of(contracts);
        let mut own = Self::default();
        let mut start = 0;
        // The indentation of the line below which everything is secret.
        let mut below: Option<usize> = None;
        for line in text.split_inclusive('\n') {
            let indent = line.len() - line.trim_start_matches([' ', '\t', '-']).len();
            let is_empty = line.trim().is_empty();
            if below.is_some_and(|it| it < indent || is_empty) {
                own.places.push(start..start + line.len());
            } else {
                below = None;
                if let Some(value) = value_start(line, &names) {
                    own.places.push(start + value..start + line.len());
                    below = Some(indent);
                }
            }
            start += line.len();
        }
        own
    }

    /// The text with stars in place of secrets, live keys and card numbers. The numbers of bytes, characters and lines stay the same.
    pub fn mask_text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut places = [self.places.clone(), concealed::places(text)].concat();
        places.sort_by_key(|it| it.start);
        let mut from = 0;
        for it in places {
            let (start, end) = (it.start.max(from), it.end.max(from));
            out.push_str(text.get(from..start).unwrap_or(""));
            out.extend(text.get(start..end).unwrap_or("").chars().map(star));
            from = end;
        }
        out.push_str(text.get(from..).unwrap_or(""));
        out
    }

    /// A sentence about a place, with stars in place of quoted parts of a secret at that place.
    pub fn mask_sentence(&self, at: &Range<usize>, sentence: &str) -> String {
        let here = |it: &&(Range<usize>, String)| it.0.start <= at.end && at.start <= it.0.end && !it.1.is_empty();
        let values: Vec<&str> = self.values.iter().filter(here).map(|it| it.1.as_str()).collect();
        if values.is_empty() {
            return sentence.to_owned();
        }
        let quoted = |(place, part): (usize, &str)| {
            let inner = part.trim_end_matches("...");
            let is_part =
                values.iter().any(|it| *it == inner || (3 <= inner.len() && it.contains(inner) && (place % 2 == 1 || 4 <= inner.len())));
            if is_part { "***".to_owned() } else { part.to_owned() }
        };
        sentence.split('`').enumerate().map(quoted).collect::<Vec<_>>().join("`")
    }
}

/// Whether a value may be a key. The bare origin of an address is not, and is part of every link.
fn may_be_key(value: &str) -> bool {
    let is_bare =
        |it: Url| it.path() == "/" && it.username().is_empty() && it.password().is_none() && it.query().or(it.fragment()).is_none();
    let is_origin = Url::parse(value).is_ok_and(|it| it.origin().is_tuple() && is_bare(it));
    KEY_BYTES_MIN <= value.len() && !is_origin
}

/// The names of secrets.
struct SecretNames {
    /// As [`plain`] writes them, each once: a text can have a name in every third byte.
    known: BTreeSet<String>,
}

impl SecretNames {
    /// No name of a secret is shorter, and a misspelling of one is not either.
    const BYTES_MIN: usize = 4;

    /// Those of all services and of these providers.
    fn of(contracts: &[&'static Contract]) -> Self {
        let credentials = contracts.iter().flat_map(|it| it.credentials).map(|it| it.name);
        let settings = contracts.iter().flat_map(|it| it.settings()).filter(|it| matches!(it.kind, SettingKind::Secret)).map(|it| it.name);
        Self { known: NAMES.iter().copied().chain(credentials).chain(settings).map(plain).collect() }
    }

    /// Whether a name is that of a secret, or a misspelling of one.
    fn has(&self, name: &str) -> bool {
        if name.len() < Self::BYTES_MIN {
            return false;
        }
        let asked = plain(name);
        ENDINGS.iter().any(|it| asked.ends_with(it)) || self.known.iter().any(|it| is_meant(&asked, it))
    }
}

/// A name in small letters, without what separates its words.
fn plain(name: &str) -> String {
    name.chars().filter(|it| !matches!(it, '_' | '-' | ' ' | '.')).map(|it| it.to_ascii_lowercase()).collect()
}

/// Whether a name is the known one, but for a letter or two.
fn is_meant(asked: &str, known: &str) -> bool {
    let slips_max = if known.len() < 8 { 1 } else { 2 };
    asked == known
        || (SecretNames::BYTES_MIN <= asked.len()
            && asked.len().abs_diff(known.len()) <= slips_max
            && osa_distance(asked, known) <= slips_max)
}

/// Where the value begins in a line that names a secret. The line may be the whole text, so it is read once.
fn value_start(line: &str, names: &SecretNames) -> Option<usize> {
    /// No name of a secret is longer.
    const NAME_BYTES_MAX: usize = 64;
    let (mut name, mut is_open) = (0..0, false);
    for (place, it) in line.char_indices() {
        match it {
            ':' if name.len() <= NAME_BYTES_MAX && names.has(&line[name.clone()]) => return Some(place + 1),
            '{' | '[' | ',' => (name, is_open) = (place..place, false),
            // Between a name and its colon.
            ' ' | '\t' | '"' | '\'' => is_open = false,
            _ if is_open => name.end = place + it.len_utf8(),
            _ => (name, is_open) = (place..place + it.len_utf8(), true),
        }
    }
    None
}

/// A character with the same number of bytes.
fn star(it: char) -> char {
    match it.len_utf8() {
        _ if it == '\n' || it == '\r' => it,
        1 => '*',
        2 => '·',
        3 => '•',
        _ => '𝄐',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i28_masked_text_keeps_its_length() {
        let text = "a: \"ключ 鍵 🔑\" # é\nb:\n  c\n";
        let place = 3..text.find(" #").expect("there");
        let own = Secrets { places: Vec::from([place]), ..Secrets::default() };
        let masked = own.mask_text(text);
        assert_eq!(masked, "a: *····*•*𝄐* # é\nb:\n  c\n");
        assert_eq!((masked.len(), masked.chars().count()), (text.len(), text.chars().count()));
    }

    #[test]
    fn i28_a_text_without_a_tree_is_masked_by_its_lines() {
        let text = "name: x\naccounts:\n  - id: 7\n    credentials:\n      secret: |\n        s3cret\n\n      more: s3cret\n    pace: [auto\nwith: { \"password\" : s3cret, a: b }\n";
        let masked = Secrets::by_lines(text, &[]).mask_text(text);
        assert!(!masked.contains("s3cret") && masked.contains("pace: [auto\n") && masked.contains("- id: 7\n"), "{masked}");
        assert_eq!(masked.matches('\n').count(), text.matches('\n').count());
    }

    #[test]
    fn i28_a_misspelt_name_of_a_secret_is_known() {
        for name in
            ["webhook_secrt", "webhok_secret", "api_kye", "apiKey", "tokn", "passwrod", "Authorisation", "client_secret", "access-token"]
        {
            assert!(SecretNames::of(&[]).has(name), "{name}");
        }
        for name in ["name", "to", "webhook_url", "network", "order_id", "orderNumber", "version", "pan", "taken_at"] {
            assert!(!SecretNames::of(&[]).has(name), "{name}");
        }
    }

    #[test]
    fn i28_a_secret_is_found_in_a_long_line() {
        for (line, shown) in [
            ("a: { password: s3cret", "a: { password:"),
            ("{\"a\":1,\"token\" :\"s3cret\"}", "{\"a\":1,\"token\" :"),
            ("- 'secret' : s3cret", "- 'secret' :"),
            ("a:token: s3cret", "a:token:"),
            ("password x: plain", "password x: plain"),
            (":::::", ":::::"),
        ] {
            let masked = Secrets::by_lines(line, &[]).mask_text(line);
            assert_eq!(masked.trim_end_matches('*'), shown);
        }
    }

    #[test]
    fn i28_what_may_be_a_key_is_masked() {
        let mut own = Secrets::default();
        for value in
            ["quick-secret-4711", "USDC", "4242", "http://127.0.0.1:4242/", "https://shop.test/hooks/s3cret", "http://me:s3cret@shop.test"]
        {
            own.add_from_environment(&(0..1), value);
        }
        assert_eq!(own.outside(), ["quick-secret-4711", "https://shop.test/hooks/s3cret", "http://me:s3cret@shop.test"]);
        assert_eq!(own.mask_environment("USDC for quick-secret-4711"), "USDC for ***4711");
    }

    #[test]
    fn i28_a_sentence_quotes_no_secret() {
        let mut own = Secrets::default();
        own.add(&(10..20), "quick-secret");
        assert_eq!(own.mask_sentence(&(10..20), "`quick-secret` is not a rate: write `60x`"), "`***` is not a rate: write `60x`");
        assert_eq!(own.mask_sentence(&(12..15), "no provider is named `quick`"), "no provider is named `***`");
        assert_eq!(own.mask_sentence(&(30..40), "no provider is named `quick`"), "no provider is named `quick`");
    }
}
