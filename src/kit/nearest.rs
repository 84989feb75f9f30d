//! The nearest of several known words, for a word that is not known.

/// The nearest of several words, when one is near enough to be meant.
pub fn nearest<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    scored(asked, known).filter(|it| it.0 > 0.6).map(|it| it.1)
}

/// The same, when it is all but certain that it is meant.
pub fn close<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    scored(asked, known).filter(|it| it.0 > 0.8).map(|it| it.1)
}

fn scored<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<(f64, &'a str)> {
    /// Nobody has meant a word with a longer text, and comparing it takes its time.
    const ASKED_BYTES_MAX: usize = 256;
    let asked = if asked.len() <= ASKED_BYTES_MAX { asked.to_lowercase() } else { return None };
    let scored = known.into_iter().map(|it| (strsim::jaro_winkler(&asked, &it.to_lowercase()), it));
    scored.max_by(|a, b| a.0.total_cmp(&b.0))
}
