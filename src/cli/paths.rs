//! Finds and reads the files that a command line names.

use std::fs::{File as Open, FileType, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use walkdir::{DirEntry, WalkDir};

use super::Stop;
use super::output::tell;
use crate::kit::printable::{line, word};
use crate::scenario::yaml::BYTES_MAX;

/// The path of a file, for messages, and its text.
pub struct File {
    pub path: String,
    pub text: String,
}

/// What stands at a path, in words.
pub fn kind(it: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if it.is_fifo() {
            return "a pipe";
        }
        if it.is_socket() {
            return "a socket";
        }
        if it.is_block_device() || it.is_char_device() {
            return "a device";
        }
    }
    if it.is_symlink() {
        "a link"
    } else if it.is_dir() {
        "a folder"
    } else if it.is_file() {
        "a file"
    } else {
        "neither a file nor a folder"
    }
}

/// A path as messages show it.
pub fn shown(path: &Path) -> String {
    line(&path.display().to_string()).into_owned()
}

/// A path as a command in a message has it, so that a shell reads it as one.
pub fn quoted(path: &Path) -> String {
    let text = shown(path);
    let text = if text.starts_with('-') { format!("./{text}") } else { text };
    word(&text).into_owned()
}

fn cannot_read(path: &Path, why: &dyn std::fmt::Display) -> Stop {
    Stop::usage(format!("cannot read {}: {why}", shown(path)))
}

/// The files of these paths: the files themselves, or all .yaml and .yml files below a folder, in the order of their names.
pub fn files(paths: &[PathBuf]) -> Result<Vec<File>, Stop> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() { found.extend(scenarios_below(path)?) } else { found.push(path.clone()) }
    }
    found.iter().map(|path| read(path)).collect()
}

/// What changes when a scenario of these paths changes: its name, its length, the time of its last change. Other files below
/// a folder do not count, such as a report that each play writes.
pub fn states(paths: &[PathBuf]) -> Vec<(PathBuf, u64, Option<SystemTime>)> {
    let below = |folder: &PathBuf| {
        let entries = visible_below(folder).filter_map(Result::ok).map(DirEntry::into_path);
        entries.filter(|it| is_scenario(it)).collect::<Vec<_>>()
    };
    let files = paths.iter().flat_map(|it| if it.is_dir() { below(it) } else { vec![it.clone()] });
    let state = |path: PathBuf| std::fs::metadata(&path).ok().map(|own| (path, own.len(), own.modified().ok()));
    files.filter_map(state).collect()
}

/// A folder and all that is below it, in the order of the names, without what is hidden.
fn visible_below(folder: &Path) -> impl Iterator<Item = walkdir::Result<DirEntry>> {
    let is_hidden = |it: &DirEntry| 0 < it.depth() && it.file_name().to_string_lossy().starts_with('.');
    WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(move |it| !is_hidden(it))
}

/// The scenarios below a folder. Links are followed only to regular files inside it: a folder may come from a stranger's
/// repository.
fn scenarios_below(folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    let (mut found, mut passed_over) = (Vec::new(), 0);
    for entry in visible_below(folder) {
        let entry =
            entry.map_err(|why| cannot_read(why.path().unwrap_or(folder), &why.io_error().map_or(why.to_string(), ToString::to_string)))?;
        if entry.file_type().is_dir() || entry.depth() == 0 {
            continue;
        }
        let path = entry.path();
        if entry.path_is_symlink() && !is_followed(folder, path)? {
            tell(format!("playmoney: {} passed over: it is a link to a folder, and such links are not followed", shown(path)));
            continue;
        }
        if is_scenario(path) {
            found.push(path.to_owned());
        } else if path.extension().is_some_and(|it| it == "json") && entry.file_type().is_file() {
            passed_over += 1;
        }
    }
    if found.is_empty() {
        let json = if 0 < passed_over { ", and its .json files are read only when each is named" } else { "" };
        return Err(Stop::usage(format!("{} contains no .yaml file{json}", shown(folder))));
    }
    if 0 < passed_over {
        let files = super::scenarios::count(passed_over, ".json file");
        tell(format!("playmoney: {files} in {} passed over: a scenario in JSON is read when it is named", shown(folder)));
    }
    Ok(found)
}

/// Whether a file of a folder is a scenario, by its name.
fn is_scenario(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "yaml" || it == "yml")
}

/// Whether a link is read like a file. One to a folder is not: it may lead out of this folder, or back into it.
///
/// # Errors
/// It is a scenario that leads to anything but a regular file inside this folder.
fn is_followed(folder: &Path, link: &Path) -> Result<bool, Stop> {
    match std::fs::metadata(link) {
        Ok(it) if it.is_dir() => return Ok(false),
        Err(why) if is_scenario(link) => return Err(cannot_read(link, &why)),
        Ok(_) | Err(_) => {}
    }
    if is_scenario(link) && !leads_inside(link, folder) {
        return Err(Stop::usage(format!("{} is a link that leads out of {}: name its target itself", shown(link), shown(folder))));
    }
    Ok(true)
}

/// Whether a path is in a folder when all links are followed.
fn leads_inside(path: &Path, folder: &Path) -> bool {
    let inside = || Some(path.canonicalize().ok()?.starts_with(folder.canonicalize().ok()?));
    inside() == Some(true)
}

/// Whether a path is a link that leads out of its folder, to something that is plainly not a scenario. No message may show
/// a line of that: a shell names every link that a folder from a stranger's repository holds.
fn leads_astray(path: &Path, text: &str) -> bool {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|it| it.is_symlink());
    let has_version = text.lines().any(|it| it.starts_with("version:")) || text.contains("\"version\"");
    is_link && !has_version && !leads_inside(path, folder)
}

/// Reads one scenario. Its type is looked at first, and no more than the bound is read.
pub fn read(path: &Path) -> Result<File, Stop> {
    let name = path.display().to_string();
    regular(path, &std::fs::metadata(path).map_err(|why| cannot_read(path, &why))?)?;
    let file = Open::open(path).map_err(|why| cannot_read(path, &why))?;
    let bytes = bounded(file, BYTES_MAX).map_err(|why| cannot_read(path, &why))?;
    let bytes = bytes.ok_or_else(|| Stop::usage(format!("{} is larger than {BYTES_MAX} bytes, too large for a scenario", shown(path))))?;
    let text = String::from_utf8(bytes).map_err(|why| {
        let good = why.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&why.as_bytes()[..good]);
        let (line, column) = (before.matches('\n').count() + 1, before.rsplit('\n').next().map_or(1, |it| it.chars().count() + 1));
        Stop::usage(format!("{}:{line}:{column}: this is not UTF-8: save the file as UTF-8", shown(path)))
    })?;
    if leads_astray(path, &text) {
        return Err(Stop::usage(format!("{} is a link that leads out of its folder to something without `version: 1`", shown(path))));
    }
    Ok(File { path: name, text })
}

fn regular(path: &Path, it: &Metadata) -> Result<(), Stop> {
    if it.is_file() {
        return Ok(());
    }
    Err(Stop::usage(format!("{} is {}, and a scenario is a regular file", shown(path), kind(it.file_type()))))
}

/// All bytes of a source. `None`: it has more than `bytes_max`.
pub fn bounded(source: impl Read, bytes_max: usize) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    source.take(bytes_max as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= bytes_max).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_command_is_one_word_of_a_shell() {
        let all = ["caps/b name.capsule", "a/b-1_2.yaml", "it's.yaml", "-x.yaml", "a;b", "$HOME", "ключ.yaml"];
        let quoted: Vec<String> = all.iter().map(|it| quoted(Path::new(it))).collect();
        let expected = ["'caps/b name.capsule'", "a/b-1_2.yaml", r"'it'\''s.yaml'", "./-x.yaml", "'a;b'", "'$HOME'", "ключ.yaml"];
        assert_eq!(quoted, expected);
    }
}
