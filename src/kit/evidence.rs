//! How certain a behaviour is, and its source.

use std::fmt;

use serde::Serialize;

/// Each text names the source: a page and its part, or the reason for a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A page of the provider says so.
    Documented(&'static str),
    /// Seen in a sibling product or in an official client.
    Observed(&'static str),
    /// No source says so; this is our decision.
    Assumed(&'static str),
}

impl Evidence {
    /// `documented`, `observed` or `assumed`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Documented(_) => "documented",
            Self::Observed(_) => "observed",
            Self::Assumed(_) => "assumed",
        }
    }

    /// The source, or the reason for the decision.
    pub const fn source(self) -> &'static str {
        match self {
            Self::Documented(source) | Self::Observed(source) | Self::Assumed(source) => source,
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.tag(), self.source())
    }
}

impl Serialize for Evidence {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut it = serializer.serialize_struct("Evidence", 2)?;
        it.serialize_field("evidence", self.tag())?;
        it.serialize_field("source", self.source())?;
        it.end()
    }
}
