//! Words of a provider's own.

/// A status, or another of a fixed list of values, that the provider's API has a word for.
pub trait Word: Copy + PartialEq + 'static {
    /// As the API writes it.
    fn word(self) -> &'static str;
}
