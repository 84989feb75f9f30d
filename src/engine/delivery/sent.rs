//! The texts of an attempt, kept without those that follow from others.

use serde::{Deserialize, Serialize};

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

    /// Makes an own text that is the body the body itself.
    pub fn share(&mut self, body: &Kept) {
        if matches!(self, Self::Own(text) if text == body) {
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
