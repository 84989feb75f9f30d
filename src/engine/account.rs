//! The merchants of a sandbox: their credentials, and the switches that a tester sets on them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::limits::Window;
use super::tables::{Contract, Setting, SettingKind};
use crate::engine::tables::settings::{Value, WEBHOOK_SECRET, numbers};
use crate::kit::live_keys;
use crate::kit::money::{self, Number};
use crate::kit::secret::Secret;
use crate::kit::sign;
use crate::kit::time::{Duration, parse_duration};
use crate::kit::webhook_url;

/// One merchant at one provider.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Account {
    pub id: String,
    pub credentials: BTreeMap<String, Secret>,
    /// Of an account that came with a copy or a saved state from another sandbox: the names by which calls find it here.
    /// Those in its credentials lead to that other sandbox, unless the call names this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    here: Option<BTreeMap<String, Secret>>,
    /// The names that it had in the sandboxes from which it came here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    before: Vec<BTreeMap<String, Secret>>,
    /// The settings that were set; any other has its default.
    settings: BTreeMap<String, Value>,
    /// Secrets from outside that were replaced: the log may still contain them.
    former: Vec<Secret>,
    /// How often it has called in the present window of its limit.
    pub calls: Window,
}

/// Replaced secrets from outside that one account remembers.
pub const FORMER_MAX: usize = 1_000;

/// Sandboxes from which an account came, one after the other, whose names for it still count.
const COPIES_MAX: usize = 16;

/// A shorter part of an address is masked in the address alone: elsewhere it would be found in ordinary words.
const ADDRESS_SECRET_BYTES_MIN: usize = 8;

impl Account {
    /// The account that every sandbox has at a provider. `default`'s keys are the published ones. In those of any other, a
    /// person reads whose they are, and its secrets are drawn from its name.
    pub fn initial(contract: &Contract, sandbox: &str) -> Self {
        let key = |it: &crate::engine::tables::Credential| {
            let text = if sandbox == "default" {
                it.test_value.to_owned()
            } else if it.is_a_name {
                format!("{}_{sandbox}", it.test_value)
            } else {
                let drawn = sign::derived(&[sandbox, contract.slug, it.name]);
                format!("{}{}", it.prefix, &drawn[..it.drawn_chars.min(drawn.len())])
            };
            (it.name.to_owned(), Secret::issued(text))
        };
        let mut credentials: BTreeMap<_, _> = contract.credentials.iter().map(key).collect();
        let mut settings = BTreeMap::new();
        if let Some(secret) = credentials.remove("webhook_secret") {
            settings.insert("webhook_secret".to_owned(), Value::Secret(secret));
        }
        Self { settings, ..Self::new(contract.account.to_owned(), credentials) }
    }

    /// An account beside the one that every sandbox has. Its keys follow from the sandbox's name and its id.
    pub fn further(contract: &Contract, sandbox: &str, id: &str) -> Self {
        let drawn = |name: &str| sign::derived(&[sandbox, contract.slug, name, id]);
        let key = |it: &crate::engine::tables::Credential| {
            let drawn = drawn(it.name);
            (it.name.to_owned(), Secret::issued(format!("{}{}", it.prefix, &drawn[..it.drawn_chars.min(drawn.len())])))
        };
        let mut credentials: BTreeMap<_, _> = contract.credentials.iter().map(key).collect();
        let secret = credentials.remove("webhook_secret").map(|it| ("webhook_secret".to_owned(), Value::Secret(it)));
        Self { settings: secret.into_iter().collect(), ..Self::new(id.to_owned(), credentials) }
    }

    /// An account with this id and these credentials; every setting has its default.
    pub fn new(id: String, credentials: BTreeMap<String, Secret>) -> Self {
        Self { id, credentials, ..Self::default() }
    }

    /// The same account in a copy of its sandbox. The names of `initial`, the account that every sandbox has, lead to this one
    /// here; a further account has none.
    pub fn settle_in(&mut self, contract: &Contract, initial: &Self) {
        let names = contract.credentials.iter().filter(|it| it.is_a_name && self.id == initial.id);
        let names = names.filter_map(|it| Some((it.name.to_owned(), initial.credentials.get(it.name)?.clone()))).collect();
        self.before.extend(self.here.replace(names).filter(|it| !it.is_empty()));
        if COPIES_MAX < self.before.len() {
            self.before.remove(0);
        }
    }

    /// Its credentials of that name: calls that name the sandbox may use each.
    pub fn all_of(&self, credential: &str) -> impl Iterator<Item = &Secret> {
        let names = self.here.iter().chain(&self.before).chain([&self.credentials]);
        names.filter_map(move |it| it.get(credential))
    }

    /// Whether that is its credential of that name. The comparison takes the same time for every guess.
    pub fn owns(&self, credential: &str, key: &str) -> bool {
        self.all_of(credential).any(|it| sign::same(it.expose(), key))
    }

    /// Whether its names in other sandboxes are those of this contract.
    pub fn has_names_of(&self, contract: &Contract) -> bool {
        let is_known = |name: &String| contract.credentials.iter().any(|it| it.is_a_name && it.name == name);
        self.before.len() <= COPIES_MAX && self.here.iter().chain(&self.before).flat_map(BTreeMap::keys).all(is_known)
    }

    /// The credential of that name that leads to it without naming its sandbox, if it has one.
    pub fn name_here(&self, credential: &str) -> Option<&Secret> {
        self.here.as_ref().unwrap_or(&self.credentials).get(credential)
    }

    /// Whether a switch is on.
    pub fn flag(&self, row: &Setting) -> bool {
        match (self.settings.get(row.name), row.kind) {
            (Some(Value::Flag(it)), _) => *it,
            (_, SettingKind::Flag { default }) => default,
            _ => false,
        }
    }

    /// A word or a text; `None` when it is set to `null`.
    pub fn text<'a>(&'a self, row: &Setting) -> Option<&'a str> {
        match (self.settings.get(row.name), row.kind) {
            (Some(Value::Text(it)), _) => Some(it),
            (Some(Value::Nothing), _) => None,
            (_, SettingKind::Word { default, .. }) => Some(default),
            (_, SettingKind::Text { default }) => default,
            _ => None,
        }
    }

    /// A whole number.
    pub fn integer(&self, row: &Setting) -> i64 {
        match (self.settings.get(row.name), row.kind) {
            (Some(Value::Integer(it)), _) => *it,
            (_, SettingKind::Integer { default, .. }) => default,
            _ => 0,
        }
    }

    /// A share of one.
    pub fn fraction(&self, row: &Setting) -> Decimal {
        match (self.settings.get(row.name), row.kind) {
            (Some(Value::Fraction(it)), _) => *it,
            (_, SettingKind::Fraction { default }) => money::parse(default).unwrap_or_default(),
            _ => Decimal::ZERO,
        }
    }

    /// A number of an object of numbers; `member` is its name with dots.
    pub fn number(&self, row: &Setting, member: &str) -> Decimal {
        match (self.settings.get(row.name), row.kind) {
            (Some(Value::Numbers(it)), SettingKind::Numbers { members }) => numbers::number(members, it, member),
            (_, SettingKind::Numbers { members }) => numbers::number(members, &BTreeMap::new(), member),
            _ => Decimal::ZERO,
        }
    }

    /// The waits between attempts.
    pub fn waits(&self, row: &Setting) -> Vec<Duration> {
        match (self.settings.get(row.name), row.kind) {
            (Some(Value::List(it)), _) => it.iter().filter_map(|it| parse_duration(it).ok()).collect(),
            (_, SettingKind::Waits { default }) => default.iter().filter_map(|it| parse_duration(it).ok()).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether a list names that word.
    pub fn lists(&self, row: &Setting, word: &str) -> bool {
        match (self.settings.get(row.name), row.kind) {
            (Some(Value::List(it)), _) => it.iter().any(|own| own == word),
            (_, SettingKind::List { words }) => words.contains(&word),
            _ => false,
        }
    }

    /// The secret that signs webhooks.
    pub fn webhook_secret(&self) -> Option<&Secret> {
        match self.settings.get("webhook_secret") {
            Some(Value::Secret(secret)) => Some(secret),
            _ => None,
        }
    }

    /// What signs webhooks: the webhook secret, else the credential of that name.
    pub fn signing_secret(&self, credential: Option<&str>) -> Option<&Secret> {
        self.webhook_secret().or_else(|| self.credentials.get(credential?))
    }

    /// Sets a value that is known to be right for its row.
    pub fn set(&mut self, row: &Setting, value: Value) {
        let before = self.settings.insert(row.name.to_owned(), value);
        self.former.extend(secret_from_outside(before));
    }

    /// Replaces a key. The webhook secret is a setting.
    pub fn set_credential(&mut self, name: &str, key: Secret) {
        if name == "webhook_secret" {
            self.set(&crate::engine::tables::settings::WEBHOOK_SECRET, Value::Secret(key));
        } else {
            self.names_itself(name, &key);
            self.credentials.insert(name.to_owned(), key);
        }
    }

    /// A key that is set here leads here, and those before it lead nowhere.
    fn names_itself(&mut self, name: &str, key: &Secret) {
        if let Some(here) = &mut self.here {
            here.insert(name.to_owned(), key.clone());
        }
        self.before.iter_mut().for_each(|it| _ = it.remove(name));
    }

    /// Reads values from outside, all or none.
    ///
    /// # Errors
    /// A sentence about the first value that cannot be taken.
    pub fn change(&mut self, contract: &Contract, changes: &serde_json::Map<String, Json>) -> Result<(), String> {
        let (mut settings, mut former, mut credentials) = (self.settings.clone(), self.former.clone(), self.credentials.clone());
        let mut rotated_here = Vec::new();
        for (name, value) in changes {
            if name == CREDENTIALS {
                for (name, key) in rotated(contract, value)? {
                    let before = if name == WEBHOOK_SECRET.name {
                        settings.insert(name.to_owned(), Value::Secret(key)).and_then(|it| secret_from_outside(Some(it)))
                    } else {
                        rotated_here.push((name, key.clone()));
                        credentials.insert(name.to_owned(), key).filter(Secret::is_from_outside)
                    };
                    former.extend(before);
                }
                continue;
            }
            let row = contract.setting(name).ok_or_else(|| unknown(contract, name))?;
            let before = match row.read(value)? {
                Some(value) => settings.insert(name.clone(), value),
                None => settings.remove(name),
            };
            former.extend(secret_from_outside(before));
        }
        if former.len() > FORMER_MAX {
            return Err(format!("an account remembers {FORMER_MAX} secrets, so as to mask them: reset the sandbox before it gets another"));
        }
        (self.settings, self.former, self.credentials) = (settings, former, credentials);
        for (name, key) in &rotated_here {
            self.names_itself(name, key);
        }
        Ok(())
    }

    /// The credentials of the contract as they may be shown, with the webhook secret. Other secrets of the account are
    /// not credentials.
    pub fn shown_credentials(&self, contract: &Contract, show: impl Fn(&Secret) -> String) -> Json {
        let known = |name: &&str| contract.credentials.iter().any(|it| it.name == *name);
        let own = self.credentials.keys().filter_map(|name| Some((name.as_str(), self.name_here(name).or(self.credentials.get(name))?)));
        let own = own.filter(|it| known(&it.0));
        let mut shown: BTreeMap<_, _> = own.map(|(name, it)| (name, show(it))).collect();
        shown.extend(self.webhook_secret().map(|it| ("webhook_secret", show(it))));
        json!(shown)
    }

    /// Whether its settings are some of this contract, with values that these can have: they come from outside.
    ///
    /// # Errors
    /// A sentence about the first that is not.
    pub fn has_settings_of(&self, contract: &Contract) -> Result<(), String> {
        for name in self.settings.keys() {
            let row = contract.setting(name).ok_or_else(|| unknown(contract, name))?;
            if row.read(&self.shown(row, |it| it.expose().to_owned()))?.is_none() {
                return Err(format!("`{name}` is set to nothing"));
            }
        }
        if self.former.len() > FORMER_MAX { Err(format!("an account remembers at most {FORMER_MAX} secrets")) } else { Ok(()) }
    }

    /// A setting as JSON.
    pub fn shown(&self, row: &Setting, show: impl Fn(&Secret) -> String) -> Json {
        match self.settings.get(row.name) {
            Some(Value::Numbers(it)) => {
                if let SettingKind::Numbers { members } = row.kind {
                    numbers::shown(members, it)
                } else {
                    Json::Null
                }
            }
            Some(Value::Flag(it)) => json!(it),
            Some(Value::Text(it)) => json!(it),
            Some(Value::Integer(it)) => json!(it),
            Some(Value::Fraction(it)) => json!(Number(*it)),
            Some(Value::List(it)) => json!(it),
            Some(Value::Secret(it)) => json!(show(it)),
            Some(Value::Nothing) => Json::Null,
            None => row.kind.default(),
        }
    }

    /// Everything here that came from outside and must not be shown.
    pub fn secrets_from_outside(&self) -> impl Iterator<Item = &str> {
        let settings = self.settings.values().filter_map(|it| if let Value::Secret(secret) = it { Some(secret) } else { None });
        let names = self.here.iter().chain(&self.before).flat_map(BTreeMap::values);
        let own = self
            .credentials
            .values()
            .chain(names)
            .chain(settings)
            .chain(&self.former)
            .filter(|it| it.is_from_outside())
            .map(Secret::expose);
        let address = self.text(&super::tables::settings::WEBHOOK_URL).unwrap_or("");
        own.chain(webhook_url::secrets(address).into_iter().filter(|it| ADDRESS_SECRET_BYTES_MIN <= it.len()))
    }
}

/// The member of a change that replaces keys.
pub const CREDENTIALS: &str = "credentials";

/// Characters of a key.
const KEY_BYTES_MAX: usize = 256;

/// Reads the keys that replace others.
fn rotated(contract: &Contract, value: &Json) -> Result<Vec<(&'static str, Secret)>, String> {
    let names = || contract.keys().map(|it| it.name).collect::<Vec<_>>().join(", ");
    let keys = value.as_object().ok_or_else(|| format!("`{CREDENTIALS}` must be an object with some of {}", names()))?;
    let read = |(name, key): (&String, &Json)| {
        let row = contract.credentials.iter().find(|it| it.name == name);
        let row = row.ok_or_else(|| format!("{} has no credential `{name}`; it has {}", contract.name, names()))?;
        if !contract.keys().any(|own| own.name == row.name) {
            return Err(format!("`{name}` names the account and stays; another account has another"));
        }
        let key = key.as_str().filter(|text| (1..=KEY_BYTES_MAX).contains(&text.len()) && text.chars().all(|it| !it.is_control()));
        let key = key.ok_or_else(|| format!("`{name}` must be a text of 1 to {KEY_BYTES_MAX} bytes in one line"))?;
        if live_keys::contains(key) {
            return Err(format!("`{name}` {}", live_keys::REFUSAL));
        }
        Ok((row.name, Secret::from_outside(key.to_owned())))
    };
    keys.iter().map(read).collect()
}

fn secret_from_outside(value: Option<Value>) -> Option<Secret> {
    match value {
        Some(Value::Secret(secret)) if secret.is_from_outside() => Some(secret),
        _ => None,
    }
}

fn unknown(contract: &Contract, name: &str) -> String {
    let known = contract.settings().map(|it| it.name);
    let nearest = crate::kit::nearest::nearest(name, known).map_or(String::new(), |it| format!("; the nearest is `{it}`"));
    format!("{} has no setting `{name}`{nearest}", contract.name)
}
