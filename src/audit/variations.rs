//! The request of each check, from one event.

use bytes::Bytes;
use http::HeaderMap;

use super::event::Events;
use crate::control::Renderer;
use crate::engine::account::Account;
use crate::engine::delivery::{Delivery, Signed, authorize};
use crate::engine::signature::Received;
use crate::engine::tables::audit::{AuditTable, Check, Scheme};
use crate::engine::tables::settings::{Value, WEBHOOK_SECRET};
use crate::engine::tables::{Contract, Proof};
use crate::engine::world::{Varied, World};
use crate::kit::http::{HeaderName, HeaderValue, Kept};
use crate::kit::json::{Writing, altered, rewritten, value_at, without};
use crate::kit::secret::Secret;
use crate::kit::sign::derived;
use crate::kit::time::{Duration, Uptime};

/// A date that is older than a receiver accepts is this much older.
const STALE_BY: Duration = Duration::from_mins(10);
/// An account that no receiver knows, where the sandbox has only one. Quoine's ids are numbers.
const OTHER_ACCOUNT: &str = "900000001";
const UNSIGNED: &str = "The account's webhooks are not signed, so a receiver has nothing to verify.";
const NO_TARGET: &str = "the event has no address any more, or its account sends no webhooks";
const NO_OLDER: &str = "The sandbox has no older event about this object: let one go through several statuses first.";
const UNREADABLE: &str = "The event's body is not the JSON that the provider documents.";

/// A request, or why there is none.
type Request = Result<Signed, String>;

/// Makes requests from an event, in a copy of its sandbox.
pub struct Variations<'a> {
    world: &'a mut World,
    uptime: Uptime,
    contract: &'static Contract,
    events: Events,
    target: String,
    /// The secret that the caller has given.
    given: Option<String>,
    /// The secret that signs; none when the webhook is not signed.
    secret: Option<String>,
    good: Signed,
    /// Counts the requests: each has draws of its own.
    made: u64,
}

impl<'a> Variations<'a> {
    /// Signs the event as the provider does. An error says why it sends none.
    pub fn new(world: &'a mut World, mut events: Events, target: &str, given: Option<&str>, uptime: Uptime) -> Result<Self, String> {
        let contract = world.provider(events.last.provider_id).contract();
        for it in std::iter::once(&mut events.last).chain(&mut events.older) {
            target.clone_into(&mut it.url);
            it.attempts.clear();
            (it.fault, it.once) = (None, false);
        }
        if let Some(given) = given {
            world.core.secrets.push(given.to_owned());
            let lacks = |own: &Account| own.signing_secret(contract.signing_credential).is_none();
            let account = world.core.accounts_mut(events.last.provider_id).get_mut(&events.last.account).filter(|it| lacks(it));
            if let Some(account) = account {
                account.set(&WEBHOOK_SECRET, Value::Secret(Secret::from_outside(given)));
            }
        }
        let good = Signed { url: String::new(), headers: HeaderMap::new(), body: Bytes::new(), signed: None, dated: None };
        let (target, given) = (target.to_owned(), given.map(str::to_owned));
        let mut all = Self { world, uptime, contract, events, target, given, secret: None, good, made: 0 };
        let last = all.events.last.clone();
        all.good = all.signed(&last, None, None)?;
        all.secret = all.find_secret();
        Ok(all)
    }

    /// The request of a check.
    pub fn request(&mut self, check: Check) -> Request {
        if let Scheme::Lacks(why) = self.table().row(check).scheme {
            return Err(why.to_owned());
        }
        let (last, table) = (self.events.last.clone(), self.table());
        match check {
            Check::GoodEvent => Ok(self.good.clone()),
            Check::TamperedBody => self.tampered(),
            Check::WrongSecret => {
                let wrong = derived(&[&self.own_secret()?, "a secret that no receiver knows"]);
                self.signed(&last, Some(wrong), None)
            }
            Check::AlteredSignature => self.altered_signature(),
            Check::MissingSignature => self.unsigned(),
            Check::SignatureOfAnotherEvent => self.with_proof_of_another(),
            Check::StaleTimestamp => self.stale(),
            Check::ReplayedNonce if table.proof.iter().all(|it| self.good.headers.contains_key(*it)) => Ok(self.good.clone()),
            Check::ReplayedNonce => Err("The account's webhooks have no nonce.".to_owned()),
            Check::WrongAlgorithm => self.other_algorithm(),
            Check::OtherAccount => self.other_account(),
            Check::Duplicate => self.fresh(),
            Check::OutOfOrder => {
                let older = self.events.older.clone().ok_or(NO_OLDER)?;
                self.anew(&older, |body| Some(body.to_vec()))
            }
            Check::ExtraField => self.anew(&last, |body| {
                let inside = altered(body, &format!("{}.added_later", table.object), "1")?;
                altered(&inside, "added_later", r#""x""#)
            }),
            Check::UnknownEvent => self.anew(&last, |body| {
                let name = table.event_name?;
                let own = text_at(body, name)?;
                let beginning = own.rfind('.').map_or("", |at| &own[..=at]);
                altered(body, name, &format!(r#""{beginning}added_later""#))
            }),
            Check::ReorderedMembers => self.anew(&last, |body| rewritten(body, Writing::Reversed).map(String::into_bytes)),
            Check::LateAnswer => self.anew(&last, |body| Some(body.to_vec())),
        }
    }

    const fn table(&self) -> &'static AuditTable {
        &self.contract.audit
    }

    /// A webhook as it leaves now, with another secret or date. Each has draws of its own.
    fn signed(&mut self, webhook: &Delivery, secret: Option<String>, age: Option<Duration>) -> Request {
        self.made += 1;
        let now = self.uptime.date.as_nanosecond();
        let seed = u64::try_from(now.unsigned_abs() & u128::from(u64::MAX)).unwrap_or_default().wrapping_add(self.made);
        let how = Varied { secret: secret.or_else(|| self.given.clone()), age, seed };
        let mut signed = self.world.varied(self.uptime, webhook, &self.target, &how).ok_or(NO_TARGET)?;
        for (name, member) in self.table().repeats {
            let value = text_at(&webhook.body.0, member).and_then(|it| HeaderValue::from_str(&it).ok());
            if let Some(value) = value {
                signed.headers.insert(HeaderName::from_static(name), value);
            }
        }
        Ok(signed)
    }

    /// The event once more, with a date and a nonce of its own: a receiver must not refuse or accept a request for those of another.
    fn fresh(&mut self) -> Request {
        let last = self.events.last.clone();
        self.signed(&last, None, None)
    }

    /// The same for a new event: with another body, and an id that no event has had.
    fn anew(&mut self, webhook: &Delivery, change: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> Request {
        let body = change(&webhook.body.0).and_then(|it| self.renewed(it)).ok_or(UNREADABLE)?;
        self.signed(&Delivery { body: Kept(body.into()), ..webhook.clone() }, None, None)
    }

    fn renewed(&self, body: Vec<u8>) -> Option<Vec<u8>> {
        let Some(place) = self.table().event_id else { return Some(body) };
        let own = text_at(&body, place)?;
        let drawn = derived(&[&own, &self.uptime.date.to_string(), &self.made.to_string()]);
        let kept = own.rfind('_').map_or(0, |at| at + 1);
        let id = format!("{}{}", &own[..kept], &drawn[..(own.len() - kept).min(drawn.len())]);
        altered(&body, place, &serde_json::to_string(&id).ok()?)
    }

    /// The secret that has signed the good event.
    fn find_secret(&self) -> Option<String> {
        if let Proof::Member(name) = self.contract.proof {
            return text_at(&self.good.body, name);
        }
        self.good.signed.as_ref()?;
        let provider = self.world.provider(self.events.last.provider_id);
        let account = self.world.core.accounts(self.events.last.provider_id).get(&self.events.last.account)?;
        let Signed { headers, body, .. } = &self.good;
        let received = Received { url: Some(&self.target), headers, body, now: self.uptime.date, date: self.uptime.date };
        let known = self.given.as_deref().into_iter().chain(provider.signing_secrets(account));
        known.into_iter().find(|it| provider.verify(&received, it).valid).map(str::to_owned)
    }

    fn own_secret(&self) -> Result<String, String> {
        self.secret.clone().ok_or_else(|| UNSIGNED.to_owned())
    }

    /// The body has another amount than the one that was signed.
    fn tampered(&mut self) -> Request {
        self.own_secret()?;
        let body = with_another_amount(&self.good.body, self.table().amount).ok_or(UNREADABLE)?;
        Ok(Signed { body: body.into(), ..self.fresh()? })
    }

    fn altered_signature(&mut self) -> Request {
        let secret = self.own_secret()?;
        let mut signed = self.fresh()?;
        match self.contract.proof {
            Proof::Member(name) => {
                let other = with_another_end(&secret);
                if Renderer::of(self.world).text(&secret) != secret {
                    self.world.core.secrets.push(other.clone());
                }
                let body = altered(&signed.body, name, &serde_json::to_string(&other).unwrap_or_default()).ok_or(UNREADABLE)?;
                signed.body = body.into();
            }
            Proof::Header(name) => {
                let own = signed.headers.get(name).and_then(|it| it.to_str().ok()).ok_or(UNSIGNED)?;
                let other = HeaderValue::from_str(&with_another_end(own)).map_err(|_| UNREADABLE)?;
                signed.headers.insert(HeaderName::from_static(name), other);
            }
        }
        Ok(signed)
    }

    fn unsigned(&mut self) -> Request {
        self.own_secret()?;
        let mut signed = Signed { signed: None, ..self.fresh()? };
        match self.contract.proof {
            Proof::Member(name) => signed.body = without(&signed.body, name).ok_or(UNREADABLE)?.into(),
            Proof::Header(name) => _ = signed.headers.remove(name),
        }
        authorize(&mut signed.headers, &self.target); // the signature may have stood in its place
        Ok(signed)
    }

    /// All that proves the sender is that of another event, which was really signed.
    fn with_proof_of_another(&mut self) -> Request {
        self.own_secret()?;
        let mut other = self.events.older.clone().unwrap_or_else(|| self.events.last.clone());
        if other.id == self.events.last.id {
            other.body = Kept(with_another_amount(&other.body.0, self.table().amount).ok_or(UNREADABLE)?.into());
        }
        let other = self.signed(&other, None, None)?;
        let mut signed = Signed { signed: other.signed, ..self.good.clone() };
        for name in self.table().proof {
            if let Some(value) = other.headers.get(*name) {
                signed.headers.insert(HeaderName::from_static(name), value.clone());
            }
        }
        Ok(signed)
    }

    fn stale(&mut self) -> Request {
        self.own_secret()?;
        let window = self.good.dated.ok_or(UNSIGNED)?.window;
        let last = self.events.last.clone();
        self.signed(&last, None, Some(window.saturating_add(STALE_BY)))
    }

    fn other_algorithm(&mut self) -> Request {
        let secret = self.own_secret()?;
        let mut signed = self.fresh()?;
        let (Some(write), Proof::Header(name), Some(text)) = (self.table().other_algorithm, self.contract.proof, &signed.signed) else {
            return Err(UNSIGNED.to_owned());
        };
        let own = signed.headers.get(name).and_then(|it| it.to_str().ok()).ok_or(UNSIGNED)?;
        let other = HeaderValue::from_str(&write(own, text, &secret)).map_err(|_| UNREADABLE)?;
        signed.headers.insert(HeaderName::from_static(name), other);
        Ok(signed)
    }

    /// Another account of the sandbox has signed it, or one that it could have.
    fn other_account(&mut self) -> Request {
        let own_secret = self.own_secret()?;
        let (last, credential) = (self.events.last.clone(), self.contract.signing_credential);
        let signs = |account: &&Account| account.signing_secret(credential).is_some_and(|it| it.expose() != own_secret);
        let known = self.world.core.accounts(last.provider_id).values().filter(|it| it.id != last.account).find(signs).cloned();
        let other = match known {
            Some(it) => it,
            None => self.world.provider(last.provider_id).further_account(&self.world.core.name, OTHER_ACCOUNT)?,
        };
        let secret = other.signing_secret(credential).map(|it| it.expose().to_owned()).ok_or(UNSIGNED)?;
        let webhook = Delivery { account: other.id.clone(), target: 0, ..last.clone() };
        self.world.core.accounts_mut(last.provider_id).insert(other.id.clone(), other);
        self.signed(&webhook, Some(secret), None)
    }
}

/// The text at a dotted path.
fn text_at(body: &[u8], path: &str) -> Option<String> {
    serde_json::from_str(value_at(body, path)?).ok()
}

/// The body with another first digit of an amount, a number or a text.
fn with_another_amount(body: &[u8], path: &str) -> Option<Vec<u8>> {
    let amount = value_at(body, path)?;
    let place = amount.find(|it: char| it.is_ascii_digit())?;
    let digit = if amount[place..].starts_with('9') { "8" } else { "9" };
    altered(body, path, &format!("{}{digit}{}", &amount[..place], &amount[place + 1..]))
}

/// A signature with another last character. Behind it can stand the padding of base64, where the last bits before it say nothing.
fn with_another_end(signature: &str) -> String {
    let bare = signature.trim_end_matches('=');
    let (padding, last) = (&signature[bare.len()..], bare.chars().next_back().unwrap_or('0'));
    let beginning = &bare[..bare.len() - last.len_utf8().min(bare.len())];
    let other = match last {
        'Q'..='T' if !padding.is_empty() => 'A',
        _ if !padding.is_empty() => 'Q',
        '0' => '1',
        _ => '0',
    };
    format!("{beginning}{other}{padding}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_character_that_counts_is_altered() {
        for (signature, other) in [
            ("sha256=ab0", "sha256=ab1"),
            ("EE53C", "EE530"),
            ("APIAuth 2:jECX+3ts=", "APIAuth 2:jECX+3tQ="),
            ("APIAuth 2:jECX+3tQ=", "APIAuth 2:jECX+3tA="),
            ("ключ", "клю0"),
            ("", "1"),
        ] {
            assert_eq!(with_another_end(signature), other);
        }
    }

    #[test]
    fn an_amount_gets_another_first_digit() {
        for (body, other) in
            [(r#"{"a":{"b":150000}}"#, r#"{"a":{"b":950000}}"#), (r#"{"a":{"b":"99.50"},"c":1}"#, r#"{"a":{"b":"89.50"},"c":1}"#)]
        {
            assert_eq!(with_another_amount(body.as_bytes(), "a.b").as_deref(), Some(other.as_bytes()));
        }
    }
}
