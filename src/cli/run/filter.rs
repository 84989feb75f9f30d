//! Which scenarios are played.

use globset::{GlobBuilder, GlobMatcher};

use crate::cli::Stop;

/// What a path or a name has to contain or, with signs of a pattern, to match.
pub enum Filter {
    Text(String),
    Pattern(GlobMatcher),
}

impl Filter {
    /// Reads what a command line says.
    pub fn parse(text: &str) -> Result<Self, Stop> {
        if !text.contains(['*', '?', '[', '{']) {
            return Ok(Self::Text(text.to_lowercase()));
        }
        let glob = GlobBuilder::new(text).case_insensitive(true).build();
        let glob = glob.map_err(|why| Stop::usage(format!("--filter `{text}` is not a pattern: {}", why.kind())))?;
        Ok(Self::Pattern(glob.compile_matcher()))
    }

    /// Whether a path or a name fits.
    pub fn fits(&self, own: &str) -> bool {
        match self {
            Self::Text(text) => own.to_lowercase().contains(text),
            Self::Pattern(it) => it.is_match(own) || it.is_match(own.trim_start_matches("./")),
        }
    }
}
