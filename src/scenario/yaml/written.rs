//! Values as YAML text.

/// A value as YAML text, quoted where YAML would read something else.
///
/// # Errors
/// A sentence: YAML has no such value.
pub fn written(value: &impl serde::Serialize) -> Result<String, String> {
    serde_saphyr::to_string(value).map_err(|why| why.to_string())
}
