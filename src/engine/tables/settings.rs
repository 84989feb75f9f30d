//! Settings of an account: a row says what may be set, what it means, and the default.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::kit::live_keys;
use crate::kit::money;
use crate::kit::secret::Secret;
use crate::kit::time::parse_duration;
use crate::kit::webhook_url::{URL_BYTES_MAX, WebhookUrl};

pub mod numbers;

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub name: &'static str,
    pub kind: SettingKind,
    pub meaning: &'static str,
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    Flag(bool),
    Text(String),
    Integer(i64),
    Fraction(Decimal),
    List(Vec<String>),
    Numbers(BTreeMap<String, Decimal>),
    Secret(Secret),
    /// Explicitly set to nothing.
    Nothing,
}

/// The values that a setting can have.
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
    /// A whole number in this range.
    Integer {
        default: i64,
        min: i64,
        max: i64,
    },
    /// A number from 0 up to, but not including, 1: 0.005.
    Fraction {
        default: &'static str,
    },
    /// An object of numbers from 0. The name of a member and its default; a dot reaches inside: `pay.min`. A `min` is not
    /// above the `max` beside it.
    Numbers {
        members: &'static [(&'static str, &'static str)],
    },
    /// The waits between attempts, as durations.
    Waits {
        default: &'static [&'static str],
    },
    /// Some of these words; default: all of them.
    List {
        words: &'static [&'static str],
    },
    /// An http or https address.
    Url,
    Secret,
}

impl SettingKind {
    /// The value when nothing is set.
    pub fn default(self) -> Json {
        match self {
            Self::Flag { default } => json!(default),
            Self::Word { default, .. } => json!(default),
            Self::Text { default } => json!(default),
            Self::Integer { default, .. } => json!(default),
            Self::Fraction { default } => serde_json::from_str(default).unwrap_or_default(),
            Self::List { words } | Self::Waits { default: words } => json!(words),
            Self::Numbers { members } => numbers::shown(members, &BTreeMap::new()),
            Self::Url | Self::Secret => Json::Null,
        }
    }
}

/// The address of webhooks.
pub const WEBHOOK_URL: Setting =
    Setting { name: "webhook_url", kind: SettingKind::Url, meaning: "the address to which the provider sends webhooks; null sends none" };

/// The secret that signs webhooks.
pub const WEBHOOK_SECRET: Setting =
    Setting { name: "webhook_secret", kind: SettingKind::Secret, meaning: "the secret that signs webhooks" };

/// Whether banks and chains act by themselves.
pub const PACE: Setting = Setting {
    name: "pace",
    kind: SettingKind::Word { words: &["auto", "manual"], default: "auto" },
    meaning: "`auto`: banks and chains act on timers; `manual`: they act only through actions",
};

/// Whether calls are counted.
pub const RATE_LIMIT: Setting = Setting {
    name: "rate_limit",
    kind: SettingKind::Word { words: &["off", "headers", "enforce"], default: "off" },
    meaning: "`enforce` refuses calls above the limit of the provider; `headers` only reports the limit, when the provider has headers for it",
};

/// Which clock dates signatures that leave.
pub const SIGNATURE_TIME: Setting = Setting {
    name: "signature_time",
    kind: SettingKind::Word { words: &["virtual", "real"], default: "virtual" },
    meaning: "the clock that dates webhook signatures: the simulated one or the real one",
};

/// Which clock judges dates that arrive.
pub const FRESHNESS: Setting = Setting {
    name: "freshness",
    kind: SettingKind::Word { words: &["either", "virtual", "real"], default: "either" },
    meaning: "the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two",
};

/// Whether links are as in the documentation.
pub const DOCUMENTED_LINKS: Setting = Setting {
    name: "documented_links",
    kind: SettingKind::Flag { default: false },
    meaning: "links in answers have the host of the real provider, as in its documentation, instead of this server",
};

/// Whether pages have the sandbox's bar.
pub const PAGE_BAR: Setting = Setting {
    name: "page_bar",
    kind: SettingKind::Flag { default: true },
    meaning: "beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page",
};

/// The settings that every provider has.
pub const COMMON: &[&Setting] =
    &[&WEBHOOK_URL, &WEBHOOK_SECRET, &PACE, &RATE_LIMIT, &FRESHNESS, &SIGNATURE_TIME, &DOCUMENTED_LINKS, &PAGE_BAR];

impl Setting {
    /// Reads a value from outside. `None` resets the setting to its default.
    ///
    /// # Errors
    /// A sentence about the values that the setting can have.
    pub fn read(&self, value: &Json) -> Result<Option<Value>, String> {
        let name = self.name;
        match (self.kind, value) {
            (SettingKind::Text { default: Some(_) }, Json::Null) => Ok(Some(Value::Nothing)),
            (_, Json::Null) => Ok(None),
            (SettingKind::Flag { .. }, Json::Bool(it)) => Ok(Some(Value::Flag(*it))),
            (SettingKind::Flag { .. }, _) => Err(format!("`{name}` must be true or false")),
            (SettingKind::Word { words, .. }, Json::String(it)) if words.contains(&it.as_str()) => Ok(Some(Value::Text(it.clone()))),
            (SettingKind::Word { words, .. }, _) => Err(format!("`{name}` must be one of {}", words.join(", "))),
            (SettingKind::Text { .. }, Json::String(it)) if it.len() <= 256 => Ok(Some(Value::Text(it.clone()))),
            (SettingKind::Text { .. }, _) => Err(format!("`{name}` must be a text of at most 256 bytes, or null")),
            (SettingKind::Integer { min, max, .. }, _) => match value.as_i64().filter(|it| (min..=max).contains(it)) {
                Some(it) => Ok(Some(Value::Integer(it))),
                None => Err(format!("`{name}` must be a whole number from {min} to {max}")),
            },
            (SettingKind::Fraction { .. }, Json::Number(it)) => match money::parse(&it.to_string()) {
                Some(share) if (Decimal::ZERO..Decimal::ONE).contains(&share) => Ok(Some(Value::Fraction(share))),
                _ => Err(format!("`{name}` must be a number from 0 up to, but not including, 1")),
            },
            (SettingKind::Fraction { .. }, _) => Err(format!("`{name}` must be a number such as 0.005")),
            (SettingKind::Numbers { members }, Json::Object(given)) => {
                numbers::read(name, members, given).map(|it| Some(Value::Numbers(it)))
            }
            (SettingKind::Numbers { .. }, _) => Err(format!("`{name}` must be an object such as {}", self.kind.default())),
            (SettingKind::Waits { .. }, Json::Array(items)) => waits(name, items).map(Some),
            (SettingKind::Waits { .. }, _) => Err(format!("`{name}` must be a list of durations such as [\"1m\", \"1h\"]")),
            (SettingKind::Url, Json::String(it)) => target(name, it).map(Some),
            (SettingKind::Url, _) => Err(format!("`{name}` must be an http or https address, or null")),
            (SettingKind::Secret, Json::String(it)) if live_keys::contains(it) => Err(format!("`{name}` {}", live_keys::REFUSAL)),
            (SettingKind::Secret, Json::String(it)) if (1..=256).contains(&it.len()) => {
                Ok(Some(Value::Secret(Secret::from_outside(it.clone()))))
            }
            (SettingKind::Secret, _) => Err(format!("`{name}` must be a text of 1 to 256 bytes")),
            (SettingKind::List { words }, Json::Array(items)) => list(name, words, items).map(Some),
            (SettingKind::List { words }, _) => Err(format!("`{name}` must be a list of {}", words.join(", "))),
        }
    }
}

fn target(name: &str, url: &str) -> Result<Value, String> {
    match webhook_url(url) {
        Ok(_) => Ok(Value::Text(url.to_owned())),
        Err(why) => Err(format!("`{name}`: {why}")),
    }
}

fn list(name: &str, words: &[&str], items: &[Json]) -> Result<Value, String> {
    let word = |it: &Json| it.as_str().filter(|word| words.contains(word)).map(str::to_owned);
    let items: Option<Vec<String>> = items.iter().map(word).collect();
    items.map(Value::List).ok_or_else(|| format!("`{name}` must be a list of {}", words.join(", ")))
}

/// Waits in one list.
const WAITS_MAX: usize = 100;

fn waits(name: &str, items: &[Json]) -> Result<Value, String> {
    if WAITS_MAX < items.len() {
        return Err(format!("`{name}` has at most {WAITS_MAX} waits"));
    }
    let wait = |it: &Json| {
        let text = it.as_str().ok_or_else(|| format!("`{name}` must be a list of durations such as [\"1m\", \"1h\"]"))?;
        parse_duration(text).map(|_| text.to_owned()).map_err(|why| format!("`{name}`: {why}"))
    };
    items.iter().map(wait).collect::<Result<_, _>>().map(Value::List)
}

/// Checks the text of an address for the webhooks of every account, in which `{provider}` stands for a provider's slug.
///
/// # Errors
/// A sentence about what is wrong with it.
pub fn webhook_url_of_all(text: &str) -> Result<(), &'static str> {
    /// The longest slug: an address may be too long with it.
    const SLUG: &str = "quantum-payouts";
    let replaced = text.replace("{provider}", SLUG);
    webhook_url(&replaced)?;
    if replaced.contains(['{', '}']) {
        return Err("only {provider} is replaced: write other braces as %7B and %7D, as in http://127.0.0.1:9000/{provider}");
    }
    Ok(())
}

/// Checks the text of an address for webhooks, and takes it apart.
///
/// # Errors
/// A sentence about what is wrong with it.
pub fn webhook_url(url: &str) -> Result<WebhookUrl, &'static str> {
    if URL_BYTES_MAX < url.len() {
        return Err("a webhook address has at most 2,048 bytes");
    }
    WebhookUrl::parse(url)
}
