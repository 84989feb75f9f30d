//! The nearest of several known words, for a word that is not known.

/// The nearest of several words, if one is probably meant.
pub fn nearest<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    scored(asked, known).filter(|it| it.0 > 0.6).map(|it| it.1)
}

/// The nearest of several words, if one is almost certainly meant.
pub fn close<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    scored(asked, known).filter(|it| it.0 > 0.8).map(|it| it.1)
}

fn scored<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<(f64, &'a str)> {
    /// A longer text is not a misspelt word, and comparing it takes time.
    const ASKED_BYTES_MAX: usize = 256;
    let asked = if asked.len() <= ASKED_BYTES_MAX { asked.to_lowercase() } else { return None };
    let scored = known.into_iter().map(|it| (strsim::jaro_winkler(&asked, &it.to_lowercase()), it));
    scored.max_by(|a, b| a.0.total_cmp(&b.0))
}
