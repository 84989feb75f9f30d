//! Masks what may not be shown wherever it stands in a text: secrets that came from outside, keys that look live, and the
//! middle of card numbers.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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

fn form_urlencoded(text: &str) -> String {
    let pair = serde_urlencoded::to_string([("", text)]).unwrap_or_default();
    pair.strip_prefix('=').unwrap_or(&pair).to_owned()
}

/// Every secret of a sandbox that must not be shown, longest first, each with its mask.
pub struct Mask {
    secrets: Vec<(String, String)>,
    show: bool,
}

impl Mask {
    /// For all that is shown of this sandbox.
    pub fn of(world: &World) -> Self {
        let show = world.start.show_secrets;
        let long = secrets_from_outside(&world.core).filter(|it| it.len() >= SECRET_BYTES_MIN);
        let mut secrets: Vec<_> = long.flat_map(|it| writings(it).map(|text| (text, masked(it)))).collect();
        secrets.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        secrets.dedup();
        Self { secrets: if show { Vec::new() } else { secrets }, show }
    }

    /// A text without those secrets, and without the passwords of addresses.
    pub fn text(&self, text: &str) -> String {
        match self.basic_pair(text) {
            Some(masked) => masked,
            None => self.without_secrets(&cards::concealed_text(text)),
        }
    }

    fn without_secrets(&self, text: &str) -> String {
        let text = if self.show { text.to_owned() } else { live_keys::concealed(&webhook_url::without_passwords(text)).into_owned() };
        self.secrets.iter().fold(text, |it, (secret, mask)| if it.contains(secret) { it.replace(secret, mask) } else { it })
    }

    /// The mask of Basic credentials with a secret in them: in base64 it is not found.
    fn basic_pair(&self, text: &str) -> Option<String> {
        let decoded = STANDARD.decode(text.strip_prefix("Basic ")?.trim()).ok()?;
        let pair = std::str::from_utf8(&decoded).ok()?;
        let masked = self.without_secrets(pair);
        (masked != pair).then(|| format!("Basic {}", STANDARD.encode(masked)))
    }

    /// Bytes that are not text, without those secrets.
    pub fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let bytes = cards::concealed(bytes).unwrap_or_else(|| bytes.to_vec());
        // Each byte is read as one character, so that the text can be turned back. A secret that is not ASCII is read alike.
        let read = |it: &[u8]| it.iter().copied().map(char::from).collect::<String>();
        let text = if self.show { Cow::from(read(&bytes)) } else { live_keys::concealed(&read(&bytes)).into_owned().into() };
        let masked =
            self.secrets.iter().fold(text.into_owned(), |it, (secret, mask)| it.replace(&read(secret.as_bytes()), &read(mask.as_bytes())));
        masked.chars().map(|it| u8::try_from(it).unwrap_or(b'?')).collect()
    }

    /// A value whose texts are without those secrets.
    pub fn value(&self, value: &Json) -> Json {
        match value {
            Json::String(it) => self.text(it).into(),
            Json::Array(items) => items.iter().map(|it| self.value(it)).collect(),
            Json::Object(members) => members.iter().map(|(name, it)| (self.text(name), self.value(it))).collect(),
            Json::Null | Json::Bool(_) | Json::Number(_) => value.clone(),
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
