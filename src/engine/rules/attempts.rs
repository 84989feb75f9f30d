//! Which attempts of a webhook a rule is on.

use crate::engine::matching::Matcher;

/// Attempts of one delivery by its schedule. No provider has a longer one.
pub const ATTEMPTS_MAX: u32 = 1_000;

/// What a matcher on the number of an attempt may have as JSON: it is tried on all of them.
const SELECTOR_BYTES_MAX: usize = 512;

/// Whether a matcher is short enough to be tried on attempts.
pub fn is_selector(it: &Matcher) -> bool {
    serde_json::to_vec(it).is_ok_and(|text| text.len() <= SELECTOR_BYTES_MAX)
}

/// Whether a matcher selects one of the attempts that a delivery can have.
pub fn selects_attempts(it: &Matcher) -> bool {
    is_selector(it) && (1..=ATTEMPTS_MAX).any(|number| it.fits(Some(&number.into())))
}
