//! Switches of an account: the row says what may be set, what it means and what holds when nothing is set.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::kit::money;
use crate::kit::secret::Secret;
use crate::kit::time::parse_duration;

/// One switch.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub name: &'static str,
    pub kind: SettingKind,
    pub meaning: &'static str,
}

/// A setting's value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    Flag(bool),
    Text(String),
    Integer(i64),
    Fraction(Decimal),
    List(Vec<String>),
    Secret(Secret),
    /// Set to nothing on purpose.
    Nothing,
}

/// What a switch can be set to.
#[derive(Clone, Copy, Debug)]
pub enum SettingKind {
    Flag {
        default: bool,
    },
    Word {
        words: &'static [&'static str],
        default: &'static str,
    },
    Text {
        default: Option<&'static str>,
    },
    /// A whole number in that range.
    Integer {
        default: i64,
        min: i64,
        max: i64,
    },
    /// A share of one, as a decimal: 0.005.
    Fraction {
        default: &'static str,
    },
    /// The waits between attempts, as durations.
    Waits {
        default: &'static [&'static str],
    },
    /// Some of these words; all of them unless set.
    List {
        words: &'static [&'static str],
    },
    /// An http or https address.
    Url,
    Secret,
}

impl SettingKind {
    /// What holds when nothing is set.
    pub fn default(self) -> Json {
        match self {
            Self::Flag { default } => json!(default),
            Self::Word { default, .. } => json!(default),
            Self::Text { default } => json!(default),
            Self::Integer { default, .. } => json!(default),
            Self::Fraction { default } => serde_json::from_str(default).unwrap_or_default(),
            Self::List { words } | Self::Waits { default: words } => json!(words),
            Self::Url | Self::Secret => Json::Null,
        }
    }
}

/// Where webhooks go.
pub const WEBHOOK_URL: Setting =
    Setting { name: "webhook_url", kind: SettingKind::Url, meaning: "where the provider's webhooks go; null sends none" };

/// What signs them.
pub const WEBHOOK_SECRET: Setting =
    Setting { name: "webhook_secret", kind: SettingKind::Secret, meaning: "the secret that signs webhooks" };

/// Who moves the outside world.
pub const PACE: Setting = Setting {
    name: "pace",
    kind: SettingKind::Word { words: &["auto", "manual"], default: "auto" },
    meaning: "`auto` lets banks and chains act on timers, `manual` leaves every step of theirs to actions",
};

/// Whether calls are counted.
pub const RATE_LIMIT: Setting = Setting {
    name: "rate_limit",
    kind: SettingKind::Word { words: &["off", "headers", "enforce"], default: "off" },
    meaning: "`enforce` refuses calls above the provider's limit, `headers` only reports it where the provider has headers for it",
};

/// Which clock dates signatures that leave.
pub const SIGNATURE_TIME: Setting = Setting {
    name: "signature_time",
    kind: SettingKind::Word { words: &["virtual", "real"], default: "virtual" },
    meaning: "the clock that dates webhook signatures: the sandbox's or the real one",
};

/// Which clock judges dates that arrive.
pub const FRESHNESS: Setting = Setting {
    name: "freshness",
    kind: SettingKind::Word { words: &["either", "virtual", "real"], default: "either" },
    meaning: "the clock that judges the dates of signed requests: the sandbox's, the real one, or whichever is nearer",
};

/// Links as the documentation prints them.
pub const DOCUMENTED_LINKS: Setting = Setting {
    name: "documented_links",
    kind: SettingKind::Flag { default: false },
    meaning: "links in answers name the provider's own host, as in its documentation, in place of this server",
};

/// What every provider has.
pub const COMMON: &[&Setting] = &[&WEBHOOK_URL, &WEBHOOK_SECRET, &PACE, &RATE_LIMIT, &FRESHNESS, &SIGNATURE_TIME, &DOCUMENTED_LINKS];

impl Setting {
    /// Reads a value from outside. `None` returns the setting to its default.
    ///
    /// # Errors
    /// A sentence that says what may be set.
    pub fn read(&self, value: &Json) -> Result<Option<Value>, String> {
        let name = self.name;
        match (self.kind, value) {
            (SettingKind::Text { default: Some(_) }, Json::Null) => Ok(Some(Value::Nothing)),
            (_, Json::Null) => Ok(None),
            (SettingKind::Flag { .. }, Json::Bool(it)) => Ok(Some(Value::Flag(*it))),
            (SettingKind::Flag { .. }, _) => Err(format!("`{name}` is true or false")),
            (SettingKind::Word { words, .. }, Json::String(it)) if words.contains(&it.as_str()) => Ok(Some(Value::Text(it.clone()))),
            (SettingKind::Word { words, .. }, _) => Err(format!("`{name}` is one of {}", words.join(", "))),
            (SettingKind::Text { .. }, Json::String(it)) if it.len() <= 256 => Ok(Some(Value::Text(it.clone()))),
            (SettingKind::Text { .. }, _) => Err(format!("`{name}` is a text of at most 256 bytes, or null")),
            (SettingKind::Integer { min, max, .. }, _) => match value.as_i64().filter(|it| (min..=max).contains(it)) {
                Some(it) => Ok(Some(Value::Integer(it))),
                None => Err(format!("`{name}` is a whole number from {min} to {max}")),
            },
            (SettingKind::Fraction { .. }, Json::Number(it)) => match money::parse(&it.to_string()) {
                Some(share) if (Decimal::ZERO..Decimal::ONE).contains(&share) => Ok(Some(Value::Fraction(share))),
                _ => Err(format!("`{name}` is a share of one, from 0 up to but not 1")),
            },
            (SettingKind::Fraction { .. }, _) => Err(format!("`{name}` is a share of one, as 0.005")),
            (SettingKind::Waits { .. }, Json::Array(items)) => waits(name, items).map(Some),
            (SettingKind::Waits { .. }, _) => Err(format!("`{name}` is a list of durations, as [\"1m\", \"1h\"]")),
            (SettingKind::Url, Json::String(it)) => target(name, it).map(Some),
            (SettingKind::Url, _) => Err(format!("`{name}` is an http or https address, or null")),
            (SettingKind::Secret, Json::String(it)) if (1..=256).contains(&it.len()) => {
                Ok(Some(Value::Secret(Secret::from_outside(it.clone()))))
            }
            (SettingKind::Secret, _) => Err(format!("`{name}` is a text of 1 to 256 bytes")),
            (SettingKind::List { words }, Json::Array(items)) => list(name, words, items).map(Some),
            (SettingKind::List { words }, _) => Err(format!("`{name}` is a list of {}", words.join(", "))),
        }
    }
}

fn target(name: &str, url: &str) -> Result<Value, String> {
    match webhook_url(url) {
        Ok(()) => Ok(Value::Text(url.to_owned())),
        Err(why) => Err(format!("`{name}`: {why}")),
    }
}

fn list(name: &str, words: &[&str], items: &[Json]) -> Result<Value, String> {
    let word = |it: &Json| it.as_str().filter(|word| words.contains(word)).map(str::to_owned);
    let items: Option<Vec<String>> = items.iter().map(word).collect();
    items.map(Value::List).ok_or_else(|| format!("`{name}` is a list of {}", words.join(", ")))
}

/// More attempts than this nobody waits for.
const WAITS_MAX: usize = 100;

fn waits(name: &str, items: &[Json]) -> Result<Value, String> {
    if WAITS_MAX < items.len() {
        return Err(format!("`{name}` has at most {WAITS_MAX} waits"));
    }
    let wait = |it: &Json| {
        let text = it.as_str().ok_or_else(|| format!("`{name}` is a list of durations, as [\"1m\", \"1h\"]"))?;
        parse_duration(text).map(|_| text.to_owned()).map_err(|why| format!("`{name}`: {why}"))
    };
    items.iter().map(wait).collect::<Result<_, _>>().map(Value::List)
}

/// Whether webhooks may be aimed there, as far as the text of the address tells.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn webhook_url(url: &str) -> Result<(), &'static str> {
    let uri: http::Uri = url.parse().map_err(|_| "this is not a URL")?;
    match uri.scheme_str() {
        Some("http" | "https") => {}
        _ => return Err("a webhook goes to an http or https address"),
    }
    let authority = uri.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    if authority.contains('@') {
        return Err("a webhook address carries no user name or password");
    }
    // Quirk: a port that is too large parses, and then is no port at all.
    if uri.host().unwrap_or_default().is_empty() || (has_port(authority) && uri.port_u16().is_none()) {
        return Err("the address names no host, or a port that does not exist");
    }
    Ok(())
}

fn has_port(authority: &str) -> bool {
    authority.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'))
}
