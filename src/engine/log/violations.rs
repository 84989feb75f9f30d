//! What clients and receivers have broken, as it is shown.

use serde_json::Value as Json;

/// Violations of a sandbox, within a bound.
#[derive(Clone, Debug, Default)]
pub struct Violations {
    /// Oldest first, each as the list shows it.
    pub listed: Vec<Json>,
    /// There are more, or the log has dropped its oldest entries.
    pub truncated: bool,
}

/// Violations in one list.
pub const VIOLATIONS_MAX: usize = 10_000;

impl Violations {
    /// Adds later ones.
    pub fn append(&mut self, later: Self) {
        let room = VIOLATIONS_MAX.saturating_sub(self.listed.len());
        self.truncated |= later.truncated || room < later.listed.len();
        self.listed.extend(later.listed.into_iter().take(room));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i21_a_list_that_is_full_says_so() {
        let many = |count: usize| Violations { listed: vec![Json::Null; count], truncated: false };
        let mut all = many(VIOLATIONS_MAX - 1);
        all.append(many(1));
        assert_eq!((all.listed.len(), all.truncated), (VIOLATIONS_MAX, false));
        all.append(many(0));
        assert!(!all.truncated);
        all.append(many(1));
        assert_eq!((all.listed.len(), all.truncated), (VIOLATIONS_MAX, true));
    }
}
