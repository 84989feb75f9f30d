//! A checkout: a price, for which the payer chooses a coin.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Fiat, SessionStatus, Texts, WINDOW};
use crate::engine::store::{Indexed, Lookup, digest};
use crate::kit::heap;
use crate::kit::time::{Timestamp, end_of_time, later};

/// Digits of a session's id behind `cs_`.
pub const DIGITS: usize = 20;

/// Characters of an id that a shop gives a checkout.
pub const OWN_CHARS_MAX: usize = 100;

/// A checkout session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    pub number: u32,
    /// The digits behind `cs_`.
    pub digits: Box<str>,
    /// The id that the shop's own link gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Box<str>>,
    pub merchant: u16,
    pub fiat: Fiat,
    pub price: Decimal,
    pub reference: Option<Box<str>>,
    pub texts: Option<Box<Texts>>,
    pub created_at: Timestamp,
    /// The payment in the coin that was chosen last.
    pub transaction: Option<u32>,
    /// One of its payments was completed.
    pub completed: bool,
}

impl Session {
    /// `cs_a1b2c3d4e5f6a1b2c3d4`.
    pub fn id(&self) -> String {
        format!("cs_{}", self.digits)
    }

    /// As links write it.
    pub fn checkout_id(&self) -> String {
        format!("cs-cs_{}", self.digits)
    }

    /// As transactions write it: the shop's own id, if it has one.
    pub fn shown_id(&self) -> String {
        self.own.as_deref().map_or_else(|| self.checkout_id(), str::to_owned)
    }

    /// Whether a shop can give a checkout that id: it is short, and not of the form of the provider's own ids.
    pub fn can_be_own(id: &str) -> bool {
        (1..=OWN_CHARS_MAX).contains(&id.chars().count()) && Self::digits_in(id).is_none()
    }

    /// The digits in a session's id, in either of its two forms.
    pub fn digits_in(id: &str) -> Option<&str> {
        let digits = id.strip_prefix("cs-").unwrap_or(id).strip_prefix("cs_")?;
        let hex = digits.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it));
        (digits.len() == DIGITS && hex).then_some(digits)
    }

    /// From this moment on a coin cannot be chosen any more.
    pub fn expires_at(&self) -> Timestamp {
        later(self.created_at, WINDOW).unwrap_or_else(end_of_time)
    }

    /// Its status at this moment.
    pub fn status(&self, now: Timestamp) -> SessionStatus {
        if self.completed {
            SessionStatus::Completed
        } else if self.expires_at() <= now {
            SessionStatus::Expired
        } else {
            SessionStatus::Open
        }
    }

    pub fn is_sound(&self) -> bool {
        let named = Self::digits_in(&self.id()).is_some() && self.own.as_deref().is_none_or(Self::can_be_own);
        self.texts.as_deref().is_none_or(Texts::is_sound) && Decimal::ZERO < self.price && named
    }
}

/// Indexes of sessions, by digests.
#[derive(Clone, Debug, Default)]
pub struct SessionIndex {
    /// By the digits of their ids.
    pub ids: Lookup<u64>,
    /// The latest of each merchant under an id of the shop's own.
    pub owns: Lookup<(u16, u64)>,
}

impl Indexed for Session {
    type Index = SessionIndex;
    type Keys = ();

    fn keys(&self) {}

    fn heap(&self) -> usize {
        let reference = self.reference.as_deref().map_or(0, |it| heap::block(it.len()));
        let own = self.own.as_deref().map_or(0, |it| heap::block(it.len()));
        heap::block(self.digits.len()) + own + reference + self.texts.as_deref().map_or(0, Texts::heap)
    }

    fn file(&self, number: u32, index: &mut Self::Index) {
        index.ids.insert(digest(&self.digits), number);
        if let Some(own) = &self.own {
            index.owns.insert((self.merchant, digest(own)), number);
        }
    }
}
