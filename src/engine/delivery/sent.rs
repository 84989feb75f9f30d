//! The texts of an attempt, kept without those that follow from others.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Attempt, Delivery};
use crate::kit::http::Kept;

/// A text of an attempt. Nearly always it is the body of the delivery, which a saved state then has only once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Sent {
    /// It differs.
    Own(Kept),
    /// The body of the delivery. It is left out of a saved state.
    #[default]
    Whole,
}

impl Sent {
    /// The text, when the delivery has that body.
    pub fn text<'a>(&'a self, body: &'a Kept) -> &'a Kept {
        match self {
            Self::Own(text) => text,
            Self::Whole => body,
        }
    }

    /// Whether it is an own text that is the body.
    pub fn is_copy_of(&self, body: &Kept) -> bool {
        matches!(self, Self::Own(text) if text == body)
    }

    /// Makes an own text that is the body the body itself.
    pub fn share(&mut self, body: &Kept) {
        if self.is_copy_of(body) {
            *self = Self::Whole;
        }
    }

    pub(super) fn is_whole(&self) -> bool {
        *self == Self::Whole
    }

    pub(super) fn signed() -> Option<Self> {
        Some(Self::Whole)
    }

    pub(super) fn is_signed<'a>(signed: impl Into<Option<&'a Self>>) -> bool {
        signed.into().is_some_and(Self::is_whole)
    }
}

/// The text that a provider signs of a body, where that is not the body itself.
pub type SignedOf = fn(&[u8]) -> String;

impl Attempt {
    /// The text that was signed, if any.
    pub fn signed_text<'a>(&'a self, delivery: &'a Delivery, of: Option<SignedOf>) -> Option<Cow<'a, str>> {
        Some(match (self.signed.as_ref()?, of) {
            (Sent::Whole, Some(of)) => of(&self.body.text(&delivery.body).0).into(),
            (own, _) => own.text(&delivery.body).text(),
        })
    }
}
