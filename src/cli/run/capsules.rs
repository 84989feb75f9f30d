//! The histories of scenarios that have failed, as files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use super::PlayedFile;
use crate::cli::Stop;
use crate::cli::written;

/// Saves the history of each file that has failed, and notes where it is.
pub fn save(folder: &Path, files: &mut [PlayedFile]) -> Result<(), Stop> {
    written::folder_for(folder)?;
    let plays: Vec<(&str, Option<u64>)> = files.iter().map(|it| (it.path.as_str(), (1 < it.repeated).then_some(it.seed))).collect();
    let names = names(&plays);
    for (it, name) in files.iter_mut().zip(names) {
        let Some(history) = it.history.take() else { continue };
        let path = folder.join(format!("{name}.capsule"));
        written::capsule(&path, &history.write())?;
        it.capsule = Some(path);
    }
    Ok(())
}

/// A name for each play, of which the path of its file is known, and its seed if the file is played several times. They depend on what is
/// played, not on what has failed. Two of them never differ in the size of letters alone, because some disks make no difference there.
fn names(plays: &[(&str, Option<u64>)]) -> Vec<String> {
    let mut stems: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (path, _) in plays {
        stems.entry(stem(path).to_lowercase()).or_default().insert(path);
    }
    let mut taken = BTreeSet::new();
    let name = |(path, seed): &(&str, Option<u64>)| {
        let is_alone = stems.get(&stem(path).to_lowercase()).is_none_or(|own| own.len() == 1);
        let name = if is_alone { stem(path) } else { whole(path) };
        let seed = seed.map_or(String::new(), |it| format!("-seed-{it}"));
        let wanted = format!("{name}{seed}");
        let further = (2_u64..).map(|it| format!("{name}-{it}{seed}"));
        std::iter::once(wanted).chain(further).find(|it| taken.insert(it.to_lowercase())).unwrap_or_default()
    };
    plays.iter().map(name).collect()
}

/// The name of a file without its ending.
fn stem(path: &str) -> String {
    Path::new(path).file_stem().map_or_else(|| whole(path), |it| it.to_string_lossy().into_owned())
}

/// The path without its ending, as one name: two files have the same name in different folders.
fn whole(path: &str) -> String {
    let path = Path::new(path).with_extension("");
    let parts: Vec<_> = path.components().filter_map(|it| if let Component::Normal(it) = it { it.to_str() } else { None }).collect();
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_play_has_a_name_of_its_own() {
        let of = |paths: &[&str]| names(&paths.iter().map(|it| (*it, None)).collect::<Vec<_>>());
        assert_eq!(of(&["bad/pays.yaml", "fine.yaml"]), ["pays", "fine"]);
        assert_eq!(of(&["sub/a.yaml", "other/a.yaml", "sub-a.yaml"]), ["sub-a", "other-a", "sub-a-2"]);
        assert_eq!(of(&["a.yaml", "a.yml", "A.yaml"]), ["a", "a-2", "A-3"]);
        assert_eq!(of(&["../x/a.yaml", "x/a.yaml"]), ["x-a", "x-a-2"]);
        let repeated = [("a.yaml", Some(1)), ("a.yaml", Some(2)), ("a-seed-1.yaml", None)];
        assert_eq!(names(&repeated), ["a-seed-1", "a-seed-2", "a-seed-1-2"]);
    }
}
