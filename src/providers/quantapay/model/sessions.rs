//! A checkout: a price, for which the payer chooses a coin.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Fiat, SessionStatus, Texts, WINDOW};
use crate::engine::store::{Indexed, Lookup, digest};
use crate::kit::heap;
use crate::kit::time::{Timestamp, end_of_time, later};

/// Digits of a session's id behind `cs_`.
pub const DIGITS: usize = 20;

/// A checkout session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    pub number: u32,
    /// The digits behind `cs_`.
    pub digits: Box<str>,
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

    /// As transactions and links write it.
    pub fn checkout_id(&self) -> String {
        format!("cs-cs_{}", self.digits)
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
        self.texts.as_deref().is_none_or(Texts::is_sound) && Decimal::ZERO < self.price && Self::digits_in(&self.id()).is_some()
    }
}

impl Indexed for Session {
    /// By digests of the digits of their ids.
    type Index = Lookup<u64>;
    type Keys = ();

    fn keys(&self) {}

    fn heap(&self) -> usize {
        let reference = self.reference.as_deref().map_or(0, |it| heap::block(it.len()));
        heap::block(self.digits.len()) + reference + self.texts.as_deref().map_or(0, Texts::heap)
    }

    fn file(&self, number: u32, index: &mut Self::Index) {
        index.insert(digest(&self.digits), number);
    }
}
