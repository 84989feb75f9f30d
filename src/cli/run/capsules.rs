//! The histories of scenarios that have failed, as files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::PlayedFile;
use crate::cli::Stop;
use crate::cli::written;

/// Saves the history of each file that has failed, and notes where it is.
pub fn save(folder: &Path, files: &mut [PlayedFile]) -> Result<(), Stop> {
    written::folder_for(folder)?;
    let mut stems: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for it in files.iter() {
        stems.entry(stem(&it.path)).or_default().insert(it.path.clone());
    }
    for it in files {
        let Some(history) = it.history.take() else { continue };
        let is_alone = stems.get(&stem(&it.path)).is_none_or(|own| own.len() == 1);
        let name = if is_alone { stem(&it.path) } else { whole(&it.path) };
        let seed = if it.repeated == 1 { String::new() } else { format!("-seed-{}", it.seed) };
        let path = folder.join(format!("{name}{seed}.capsule"));
        written::capsule(&path, &history.write())?;
        it.capsule = Some(path);
    }
    Ok(())
}

/// The name of a file without its ending.
fn stem(path: &str) -> String {
    Path::new(path).file_stem().map_or_else(|| whole(path), |it| it.to_string_lossy().into_owned())
}

/// The path without its ending, as one name: two files have the same name in different folders.
fn whole(path: &str) -> String {
    let path: PathBuf = Path::new(path).with_extension("");
    let parts: Vec<_> =
        path.components().filter_map(|it| if let std::path::Component::Normal(it) = it { it.to_str() } else { None }).collect();
    parts.join("-")
}
