//! Masks what may not be shown wherever it stands in a text: secrets that came from outside, keys that look live, and the
//! middle of card numbers.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, Input, MatchKind};
use parking_lot::Mutex;
use serde_json::Value as Json;

use crate::engine::core::secrets_from_outside;
use crate::engine::world::World;
use crate::kit::http::{HeaderValue, encoded};
use crate::kit::secret::{Secret, masked};
use crate::kit::{cards, live_keys, webhook_url};

/// A shorter secret is not masked: it would be found in ordinary words.
const SECRET_BYTES_MIN: usize = 4;

/// All ways to write a secret in a text: as it is, in JSON, in a query, in a form.
fn writings(secret: &str) -> [String; 4] {
    let json = Json::from(secret).to_string();
    let form: String = form_urlencoded(secret);
    [secret.to_owned(), json[1..json.len() - 1].to_owned(), encoded(secret).into_owned(), form]
}

/// A longer text is looked for in pieces: to make what finds it takes as long as its length times itself. An account's keys have no more.
const PIECE_BYTES: usize = 256;

/// The pieces of a text, each with its mask. Only the last one has that of the whole.
fn pieces(mut text: &str, mask: &str) -> Vec<(String, String)> {
    let mut pieces = Vec::new();
    while PIECE_BYTES < text.len() {
        // What is left is long enough to be found by itself.
        let most = PIECE_BYTES.min(text.len() - SECRET_BYTES_MIN);
        let end = (0..=most).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(most);
        pieces.push((text[..end].to_owned(), "***".to_owned()));
        text = &text[end..];
    }
    pieces.push((text.to_owned(), mask.to_owned()));
    pieces
}

fn form_urlencoded(text: &str) -> String {
    let pair = serde_urlencoded::to_string([("", text)]).unwrap_or_default();
    pair.strip_prefix('=').unwrap_or(&pair).to_owned()
}

/// Every secret of a sandbox that must not be shown, each with its mask. All are looked for at once: a text is read as many
/// times as there are secrets otherwise.
pub struct Mask {
    secrets: Vec<String>,
    /// Made with the first text, because thousands of secrets take a while: an answer that is written on another thread makes it there.
    finder: OnceLock<Arc<Finder>>,
    show: bool,
}

/// Finds the secrets of a sandbox.
struct Finder {
    secrets: Vec<String>,
    /// `None`: nothing is masked.
    texts: Option<AhoCorasick>,
    /// By the number of the pattern.
    masks: Vec<String>,
}

/// Finders that were made, the last one first. A log shows something after each step, and most sandboxes have the same secrets then as
/// before.
struct Finders(Mutex<Vec<Arc<Finder>>>);

/// Finders that are kept.
const KEPT_MAX: usize = 16;
/// Bytes of the secrets for which they are.
const KEPT_BYTES_MAX: usize = 1024 * 1024;

static FINDERS: Finders = Finders(Mutex::new(Vec::new()));

impl Finders {
    fn of(&self, secrets: &[String]) -> Arc<Finder> {
        let kept = self.0.lock().iter().find(|it| it.secrets == secrets).cloned();
        kept.unwrap_or_else(|| self.keep(Arc::new(Finder::of(secrets))))
    }

    /// The lock is not held while a finder is made.
    fn keep(&self, finder: Arc<Finder>) -> Arc<Finder> {
        let mut all = self.0.lock();
        all.insert(0, Arc::clone(&finder));
        all.truncate(KEPT_MAX);
        let mut left = KEPT_BYTES_MAX;
        all.retain(|it| {
            let fits = left.checked_sub(it.secrets.iter().map(String::len).sum::<usize>() + size_of::<Finder>());
            left = fits.unwrap_or(0);
            fits.is_some()
        });
        finder
    }
}

impl Finder {
    /// For all ways to write these secrets.
    fn of(secrets: &[String]) -> Self {
        let own = secrets.to_vec();
        let mut secrets: Vec<(String, String)> =
            secrets.iter().flat_map(|secret| writings(secret).into_iter().flat_map(|text| pieces(&text, &masked(secret)))).collect();
        secrets.sort();
        secrets.dedup_by(|later, first| later.0 == first.0);
        Self { secrets: own, ..Self::hiding(secrets) }
    }

    fn hiding(secrets: Vec<(String, String)>) -> Self {
        let (texts, masks): (Vec<String>, Vec<String>) = secrets.into_iter().unzip();
        let finder =
            || AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&texts).expect("the secrets of a sandbox are few");
        Self { secrets: Vec::new(), texts: (!texts.is_empty()).then(finder), masks }
    }
}

impl Mask {
    /// For all that is shown of this sandbox.
    pub fn of(world: &World) -> Self {
        let show = world.start.show_secrets;
        let long = secrets_from_outside(&world.core).filter(|it| !show && it.len() >= SECRET_BYTES_MIN);
        Self { secrets: long.map(str::to_owned).collect(), finder: OnceLock::new(), show }
    }

    fn finder(&self) -> &Finder {
        self.finder.get_or_init(|| FINDERS.of(&self.secrets))
    }

    /// A text without those secrets, and without the passwords and tokens of addresses.
    pub fn text(&self, text: &str) -> String {
        let own = self.without_pairs(text.as_bytes()).and_then(|it| String::from_utf8(it).ok());
        self.without_secrets(&cards::concealed_text(own.as_deref().unwrap_or(text)))
    }

    fn without_secrets(&self, text: &str) -> String {
        let text = if self.show { Cow::from(text) } else { webhook_url::without_secrets(text) };
        self.found(&if self.show { text } else { Cow::from(live_keys::concealed_text(&text).into_owned()) })
    }

    /// A text without the secrets that are looked for.
    fn found(&self, text: &str) -> String {
        let Finder { texts: Some(finder), masks, .. } = self.finder() else { return text.to_owned() };
        let (mut out, mut shown) = (String::new(), 0);
        let mut from = 0;
        while let Some(found) = finder.find(Input::new(text).span(from..text.len())) {
            let (at, alone) = whole(finder, text.as_bytes(), found.range());
            out.push_str(&text[shown..at.start]);
            out.push_str(if alone { &masks[found.pattern().as_usize()] } else { "***" });
            (shown, from) = (at.end, at.end);
        }
        out.push_str(&text[shown..]);
        out
    }

    /// The same with masks in Basic credentials: in base64 a secret is not found. `None`: none has a secret in it.
    fn without_pairs(&self, text: &[u8]) -> Option<Vec<u8>> {
        live_keys::with_pairs(text, |pair| {
            let masked = self.without_secrets(pair);
            (masked != pair).then_some(masked)
        })
    }

    /// Bytes that are not text, without those secrets.
    pub fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let bytes = self.without_pairs(bytes).map_or(Cow::Borrowed(bytes), Cow::Owned);
        let mut bytes = cards::concealed(&bytes).unwrap_or_else(|| bytes.into_owned());
        if !self.show {
            // Each byte is read as one character, so that the text can be turned back.
            let text: String = bytes.iter().copied().map(char::from).collect();
            bytes = live_keys::concealed_text(&webhook_url::without_secrets(&text))
                .chars()
                .map(|it| u8::try_from(it).unwrap_or(b'?'))
                .collect();
        }
        let Finder { texts: Some(finder), masks, .. } = self.finder() else { return bytes };
        let (mut out, mut shown) = (Vec::new(), 0);
        while let Some(found) = finder.find(Input::new(&bytes).span(shown..bytes.len())) {
            let (at, alone) = whole(finder, &bytes, found.range());
            out.extend_from_slice(&bytes[shown..at.start]);
            out.extend_from_slice(if alone { masks[found.pattern().as_usize()].as_bytes() } else { b"***" });
            shown = at.end;
        }
        out.extend_from_slice(&bytes[shown..]);
        out
    }

    /// A value whose texts are without those secrets. A number that is written like one becomes a text.
    pub fn value(&self, value: &Json) -> Json {
        match value {
            Json::String(it) => self.text(it).into(),
            Json::Array(items) => items.iter().map(|it| self.value(it)).collect(),
            Json::Object(members) => members.iter().map(|(name, it)| (self.text(name), self.value(it))).collect(),
            Json::Number(it) => match cards::concealed_text(&it.to_string()) {
                Cow::Borrowed(_) => value.clone(),
                Cow::Owned(masked) => masked.into(),
            },
            Json::Null | Json::Bool(_) => value.clone(),
        }
    }

    /// An address without its password and tokens.
    pub fn url<'t>(&self, url: &'t str) -> Cow<'t, str> {
        if self.show { Cow::Borrowed(url) } else { webhook_url::shown(url) }
    }

    /// A text about an address, without the password and the tokens of that address.
    pub fn text_of_url<'t>(&self, url: &str, text: &'t str) -> Cow<'t, str> {
        let mut shown = Cow::Borrowed(text);
        if !self.show {
            for secret in webhook_url::secrets(url).into_iter().filter(|it| it.len() >= SECRET_BYTES_MIN && text.contains(it)) {
                shown = Cow::Owned(shown.replace(secret, &masked(secret)));
            }
        }
        shown
    }

    /// The value of `Authorization` with a user name and a password.
    pub fn basic(&self, value: &HeaderValue) -> HeaderValue {
        if self.show { value.clone() } else { HeaderValue::from_static("Basic ***") }
    }

    /// A secret as it may be shown.
    pub fn secret(&self, secret: &Secret) -> String {
        if self.show { secret.expose().to_owned() } else { secret.shown() }
    }
}

/// The place of a secret, with those that overlap it, and whether it stands alone.
fn whole(finder: &AhoCorasick, text: &[u8], at: Range<usize>) -> (Range<usize>, bool) {
    let (mut end, mut from) = (at.end, at.start + 1);
    while from < end
        && let Some(next) = finder.find(Input::new(text).span(from..text.len()))
        && next.start() < end
    {
        end = end.max(next.end());
        from = next.start() + 1;
    }
    (at.start..end, end == at.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::start::Start;
    use crate::kit::time::Uptime;
    use crate::providers;

    fn hiding(secrets: Vec<(String, String)>) -> Mask {
        Mask { secrets: Vec::new(), finder: OnceLock::from(Arc::new(Finder::hiding(secrets))), show: false }
    }

    #[test]
    fn what_finds_secrets_is_made_with_the_first_text() {
        let mut world = World::new(Start::default(), providers::all(), Uptime::START);
        world.core.secrets = (0..4_000).map(|it| format!("secret-from-outside-{it}")).collect();
        let mask = Mask::of(&world);
        assert!(mask.finder.get().is_none(), "the thread that serves does not make it");
        assert_eq!(mask.text("a secret-from-outside-3999"), "a ***3999");
        assert!(mask.finder.get().is_some());
    }

    #[test]
    fn t15_the_finders_of_the_last_sandboxes_are_kept_within_a_bound() {
        let (finders, kept) = (Finders(Mutex::new(Vec::new())), |finders: &Finders| finders.0.lock().len());
        let first = finders.of(&["abcdefgh".to_owned()]);
        assert!(Arc::ptr_eq(&first, &finders.of(&["abcdefgh".to_owned()])), "it is made once");
        let keep = |bytes: usize| finders.keep(Arc::new(Finder { secrets: vec!["x".repeat(bytes)], ..Finder::hiding(Vec::new()) }));
        (0..3).for_each(|_| drop(keep(400_000)));
        assert_eq!(kept(&finders), 2);
        (0..40).for_each(|_| drop(keep(10)));
        assert_eq!(kept(&finders), KEPT_MAX);
        drop(keep(2_000_000));
        assert_eq!(kept(&finders), 0, "one that is larger than all is not kept");
    }

    #[test]
    fn i28_a_long_secret_is_masked_in_its_pieces() {
        let secret: String = (0..3_000).map(|it| char::from_u32(0x430 + it * it % 29).unwrap_or('x')).collect();
        let mask = Mask { secrets: vec![secret.clone()], finder: OnceLock::new(), show: false };
        let shown = mask.text(&format!("a {secret} b"));
        assert!(shown.starts_with("a ***") && shown.ends_with(" b") && shown.chars().count() < 200, "{shown}");
        assert!(!mask.text(&secret[..700]).contains(&secret[..20]), "a part of it is masked too");
        assert!(Finder::of(&["abcd".repeat(100_000)]).texts.is_some(), "it is made soon");
    }

    #[test]
    fn i28_secrets_are_masked_wherever_they_stand() {
        let secrets = ["abcdef", "abc", "defghi", "ключ"].map(|it| (it.to_owned(), format!("<{it}>")));
        let mask = hiding(secrets.into());
        for (text, shown) in [
            ("abc", "<abc>"),
            ("x abcdef y", "x <abcdef> y"),
            ("abcabc", "<abc><abc>"),
            ("an abcdefghi", "an ***"),
            ("мой ключ.", "мой <ключ>."),
            ("ab", "ab"),
            ("", ""),
        ] {
            assert_eq!(mask.text(text), shown);
            assert_eq!(mask.bytes(text.as_bytes()), shown.as_bytes());
        }
    }

    #[test]
    fn i28_secrets_are_masked_in_basic_credentials_however_these_are_written() {
        let mask = hiding(vec![("hush-hush".to_owned(), "***".to_owned())]);
        let [pair, masked] = ["shop:hush-hush", "shop:***"].map(|it| live_keys::base64_of(it.as_bytes()));
        for scheme in ["Basic", "basic", "BASIC", "bAsIc"] {
            for space in [" ", "  ", "\t", "%20", "+", "\\u0020"] {
                for (before, after) in [("", ""), ("Authorization: ", "\r\n"), ("{\"a\":\"", "\"}"), ("a=", "&b=1")] {
                    let text = |pair: &str| format!("{before}{scheme}{space}{pair}{after}");
                    for pair in [&*pair, pair.trim_end_matches('=')] {
                        assert_eq!(mask.text(&text(pair)), text(&masked));
                        assert_eq!(mask.bytes(text(pair).as_bytes()), text(&masked).as_bytes());
                    }
                }
            }
        }
        let other = format!("Basic {}", live_keys::base64_of(b"shop:open"));
        assert_eq!(mask.text(&other), other);
    }
}
