//! The nearest of several known words, for a word that is not known.

use strsim::{jaro_winkler, osa_distance};

/// The nearest of several words, if one is probably meant: the fewest letters are wrong, missing or exchanged, or it begins alike.
pub fn nearest<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let asked = comparable(asked)?;
    let known: Vec<&str> = known.into_iter().collect();
    let slips_max = (asked.chars().count() / 3).max(1);
    let scored = known.iter().map(|it| (osa_distance(&asked, &it.to_lowercase()), *it));
    // A word of one or two letters shares none of them with a word that is wholly different.
    let near = scored.filter(|it| it.0 <= slips_max && it.0 < it.1.chars().count()).min_by_key(|it| it.0);
    near.map(|it| it.1).or_else(|| close(&asked, known))
}

/// The nearest of several words, if one is almost certainly meant.
pub fn close<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    most_alike(asked, known, 0.8)
}

/// The nearest of several paths, even if they have only parts in common.
pub fn nearest_path<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    most_alike(asked, known, 0.6)
}

fn most_alike<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>, least: f64) -> Option<&'a str> {
    let asked = comparable(asked)?;
    let scored = known.into_iter().map(|it| (jaro_winkler(&asked, &it.to_lowercase()), it));
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|it| least < it.0).map(|it| it.1)
}

/// A longer text is not a misspelt word, and comparing it takes time.
fn comparable(asked: &str) -> Option<String> {
    const ASKED_BYTES_MAX: usize = 256;
    (asked.len() <= ASKED_BYTES_MAX).then(|| asked.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_far_from_all_others_has_no_nearest() {
        const ACTIONS: &[&str] = &["drop-transfer", "pay", "confirm", "underpay", "submit-details"];
        const FAULTS: &[&str] =
            &["latency", "rate_limited", "reorder", "truncate_body_at_fraction", "drop", "duplicate", "busy", "bad_signature"];
        const NAMES: &[&str] = &["close-dispute", "payment_confirmed", "createInvoice", "errors"];
        for (asked, known, expected) in [
            ("pya", ACTIONS, Some("pay")),
            ("PAY", ACTIONS, Some("pay")),
            ("submit", ACTIONS, Some("submit-details")),
            ("x", ACTIONS, None),
            ("", ACTIONS, None),
            ("bussy", FAULTS, Some("busy")),
            ("latancy", FAULTS, Some("latency")),
            ("patch", FAULTS, None),
            ("tamper", FAULTS, None),
            ("headers", FAULTS, None),
            ("body", FAULTS, None),
            ("nonsense", NAMES, None),
            ("sellerConfirmed", NAMES, None),
            ("createInvoic", NAMES, Some("createInvoice")),
        ] {
            assert_eq!(nearest(asked, known.iter().copied()), expected, "{asked}");
        }
    }
}
