//! What of a scenario's text is not to be shown to the one who reads what is wrong with it.

use std::ops::Range;

use super::yaml::Node;
use crate::engine::tables::{Contract, SettingKind};
use crate::kit::secret::masked;

/// Names whose values are keys, whatever the provider.
const NAMES: &[&str] = &["credentials", "authorization", "cookie", "password", "secret", "token", "api_key", "x-api-key"];

/// A shorter value of the environment is a word, a number or a port, and no key.
const KEY_BYTES_MIN: usize = 8;

/// Places and values.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// Bytes of the text that are struck out.
    places: Vec<Range<usize>>,
    /// What stands at a place, or has come in there from the environment.
    values: Vec<(Range<usize>, String)>,
    /// What has come in from the environment and may be a key: nowhere shown.
    outside: Vec<String>,
}

impl Secrets {
    /// The values that have a secret's name, wherever they stand in a tree.
    pub fn find(&mut self, node: &Node, contracts: &[&'static Contract]) {
        node.items().iter().for_each(|it| self.find(it, contracts));
        for (key, it) in node.members() {
            if is_secret(&key.name, contracts) {
                self.hide(it);
            } else {
                self.find(it, contracts);
            }
        }
    }

    fn hide(&mut self, node: &Node) {
        node.items().iter().for_each(|it| self.hide(it));
        node.members().iter().for_each(|it| self.hide(&it.1));
        if let Some(text) = node.plain() {
            self.places.push(node.at.clone());
            self.values.push((node.at.clone(), text.to_owned()));
        }
    }

    /// The environment has put a value there. The text itself does not show it.
    pub fn came_in(&mut self, at: &Range<usize>, value: &str) {
        self.values.push((at.clone(), value.to_owned()));
    }

    /// The same for a value that the environment holds, and not the default beside its name.
    pub fn came_from_outside(&mut self, at: &Range<usize>, value: &str) {
        self.came_in(at, value);
        if may_be_key(value) && !self.outside.iter().any(|it| it == value) {
            self.outside.push(value.to_owned());
        }
    }

    /// What the environment has put into the text and may be a key.
    pub fn outside(&self) -> &[String] {
        &self.outside
    }

    /// A text without those.
    pub fn veiled(&self, text: &str) -> String {
        self.outside.iter().fold(text.to_owned(), |it, own| it.replace(own, &masked(own)))
    }

    /// The same for a text that is no YAML, and has no tree: what stands behind a secret's name, and below it.
    pub fn by_lines(text: &str, contracts: &[&'static Contract]) -> Self {
        let mut own = Self::default();
        let mut start = 0;
        // How far the line is indented under which all is secret.
        let mut below: Option<usize> = None;
        for line in text.split_inclusive('\n') {
            let indent = line.len() - line.trim_start_matches([' ', '\t', '-']).len();
            let is_empty = line.trim().is_empty();
            if below.is_some_and(|it| it < indent || is_empty) {
                own.places.push(start..start + line.len());
            } else {
                below = None;
                if let Some(behind) = behind_a_name(line, contracts) {
                    own.places.push(start + behind..start + line.len());
                    below = Some(indent);
                }
            }
            start += line.len();
        }
        own
    }

    /// The text with stars in place of what is secret: as many bytes, characters and lines as before.
    pub fn struck(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut places = self.places.clone();
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

    /// A sentence about a place without what it quotes of a secret that stands there.
    pub fn masked(&self, at: &Range<usize>, sentence: &str) -> String {
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

/// Whether a value may be a key. The bare origin of an address is none, and stands in every link.
fn may_be_key(value: &str) -> bool {
    let is_origin = value.split_once("://").is_some_and(|it| !it.1.trim_end_matches('/').contains(['/', '@', '?', '#']));
    KEY_BYTES_MIN <= value.len() && !is_origin
}

fn is_secret(name: &str, contracts: &[&'static Contract]) -> bool {
    let is = |own: &str| own.eq_ignore_ascii_case(name);
    let of = |it: &&'static Contract| {
        it.credentials.iter().any(|it| is(it.name)) || it.settings().any(|it| is(it.name) && matches!(it.kind, SettingKind::Secret))
    };
    NAMES.iter().copied().any(is) || contracts.iter().any(of)
}

/// Where the value begins in a line that names a secret.
fn behind_a_name(line: &str, contracts: &[&'static Contract]) -> Option<usize> {
    line.match_indices(':').map(|it| it.0).find_map(|colon| {
        let before = line[..colon].trim_end().trim_end_matches(['"', '\'']);
        let name = before.rsplit([' ', '\t', '{', '[', ',', '"', '\'']).next().unwrap_or("");
        is_secret(name, contracts).then_some(colon + 1)
    })
}

/// A character of as many bytes.
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
    fn i28_what_is_struck_keeps_its_room() {
        let text = "a: \"ключ 鍵 🔑\" # é\nb:\n  c\n";
        let place = 3..text.find(" #").expect("there");
        let own = Secrets { places: Vec::from([place]), ..Secrets::default() };
        let struck = own.struck(text);
        assert_eq!(struck, "a: *····*•*𝄐* # é\nb:\n  c\n");
        assert_eq!((struck.len(), struck.chars().count()), (text.len(), text.chars().count()));
    }

    #[test]
    fn i28_a_text_without_a_tree_is_struck_by_its_lines() {
        let text = "name: x\naccounts:\n  - id: 7\n    credentials:\n      secret: |\n        s3cret\n\n      more: s3cret\n    pace: [auto\nwith: { \"password\" : s3cret, a: b }\n";
        let struck = Secrets::by_lines(text, &[]).struck(text);
        assert!(!struck.contains("s3cret") && struck.contains("pace: [auto\n") && struck.contains("- id: 7\n"), "{struck}");
        assert_eq!(struck.matches('\n').count(), text.matches('\n').count());
    }

    #[test]
    fn i28_what_may_be_a_key_is_veiled() {
        let mut own = Secrets::default();
        for value in
            ["quick-secret-4711", "USDC", "4242", "http://127.0.0.1:4242/", "https://shop.test/hooks/s3cret", "http://me:s3cret@shop.test"]
        {
            own.came_from_outside(&(0..1), value);
        }
        assert_eq!(own.outside(), ["quick-secret-4711", "https://shop.test/hooks/s3cret", "http://me:s3cret@shop.test"]);
        assert_eq!(own.veiled("USDC for quick-secret-4711"), "USDC for ***4711");
    }

    #[test]
    fn i28_a_sentence_quotes_no_secret() {
        let mut own = Secrets::default();
        own.came_in(&(10..20), "quick-secret");
        assert_eq!(own.masked(&(10..20), "`quick-secret` is not a rate: write `60x`"), "`***` is not a rate: write `60x`");
        assert_eq!(own.masked(&(12..15), "there is no provider `quick`"), "there is no provider `***`");
        assert_eq!(own.masked(&(30..40), "there is no provider `quick`"), "there is no provider `quick`");
    }
}
