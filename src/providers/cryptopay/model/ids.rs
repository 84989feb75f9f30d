//! Identifiers without an allocation of their own.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kit::ids::{Draws, HEX, LOWER};

/// Text of a fixed length, ASCII throughout.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Letters<const N: usize>([u8; N]);

/// The text after `ORD-`.
pub type Code = Letters<12>;
/// `0x` and 40 hexadecimal digits, in the case in which they were given.
pub type Address = Letters<42>;

impl<const N: usize> Letters<N> {
    /// `None` when the text has another length, or other letters.
    pub fn parse(text: &str) -> Option<Self> {
        text.is_ascii().then(|| text.as_bytes().try_into().ok()).flatten().map(Self)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Code {
    /// # Panics
    /// Never: twelve letters are drawn.
    pub fn draw(draws: &mut Draws) -> Self {
        Self::parse(&draws.text(LOWER, 12)).expect("twelve letters")
    }
}

impl Address {
    /// # Panics
    /// Never: forty digits are drawn.
    pub fn draw(draws: &mut Draws) -> Self {
        Self::parse(&format!("0x{}", draws.text(HEX, 40))).expect("forty digits")
    }

    /// An address as it was written.
    pub fn of(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("0x")?;
        digits.bytes().all(|it| it.is_ascii_hexdigit()).then(|| Self::parse(text))?
    }
}

impl<const N: usize> fmt::Debug for Letters<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl<const N: usize> Serialize for Letters<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl<'de, const N: usize> Deserialize<'de> for Letters<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("{text} is not {N} letters")))
    }
}

/// The hash of a transfer: `0x` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// # Panics
    /// Never: 64 digits are drawn.
    pub fn draw(draws: &mut Draws) -> Self {
        Self::parse(&format!("0x{}", draws.hex(64))).expect("64 digits")
    }

    /// A hash in any case.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
        hex::decode(digits).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("{text} is not a hash")))
    }
}
