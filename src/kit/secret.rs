//! Keys and passwords that know where they come from.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A secret has no `Display`: code that prints it must choose between the text and the mask.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    text: String,
    /// Playmoney issued it: test data, shown in full. Otherwise it came from outside and is masked.
    issued: bool,
}

impl Secret {
    /// A secret that Playmoney generated.
    pub fn issued(text: impl Into<String>) -> Self {
        Self { text: text.into(), issued: true }
    }

    /// A secret that a user gave.
    pub fn from_outside(text: impl Into<String>) -> Self {
        Self { text: text.into(), issued: false }
    }

    /// The secret itself, for matching and signing.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Whether it must be masked.
    pub fn is_from_outside(&self) -> bool {
        !self.issued
    }

    /// What may be shown.
    pub fn shown(&self) -> String {
        if self.issued { self.text.clone() } else { masked(&self.text) }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

/// `***` and the last four characters; only `***` for a short secret.
pub fn masked(text: &str) -> String {
    let chars = text.chars().count();
    let tail: String = text.chars().skip(chars.saturating_sub(4)).collect();
    if chars < 12 { "***".to_owned() } else { format!("***{tail}") }
}
