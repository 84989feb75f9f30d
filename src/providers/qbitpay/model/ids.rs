//! Identifiers in the form of the provider's samples.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kit::ids::Draws;

/// The characters of the ids of charges and events.
pub const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Counts of objects stay below this.
pub const NUMBERS_MAX: u32 = 1 << 24;

/// 24 hexadecimal characters: the second of creation, five bytes for the sandbox and the kind of object, and the
/// object's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Oid([u8; 12]);

impl Oid {
    /// The id of an object; `kind` draws the bytes of its kind.
    pub fn of_object(unix_second: i64, kind: &mut Draws, number: u32) -> Self {
        let mut own = Self::draw(kind);
        own.0[..4].copy_from_slice(&unix_second.to_be_bytes()[4..]);
        own.0[9..].copy_from_slice(&number.to_be_bytes()[1..]);
        own
    }

    /// A random id.
    ///
    /// # Panics
    /// Never: the drawn text is hexadecimal.
    pub fn draw(draws: &mut Draws) -> Self {
        Self::parse(&draws.hex(24)).expect("24 hexadecimal characters were drawn")
    }

    /// Parses an id in small letters.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 12];
        let lower = !text.bytes().any(|it| it.is_ascii_uppercase());
        (lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(Self(bytes))
    }

    /// The object's number.
    pub fn number(self) -> u32 {
        let [.., a, b, c] = self.0;
        u32::from_be_bytes([0, a, b, c])
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl From<Oid> for String {
    fn from(id: Oid) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for Oid {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("this is not an id of 24 hexadecimal characters")
    }
}
