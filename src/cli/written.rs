//! Files that commands write: complete or not at all, and never over a file of another program or user.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use tempfile::{Builder, NamedTempFile};

use super::Stop;
use super::paths::{kind, shown};
use crate::control::environment::Environment;
use crate::edge::faketime;

/// A ready file is small; what is larger is something else.
const READY_BYTES_MAX: u64 = 64 * 1024;

/// From now on, a write beyond the limit of a file's size fails as one to a full disk does. Otherwise the system ends the process
/// by a signal: without a word, and with half a file left.
pub fn fail_at_a_bound_of_files() {
    #[cfg(unix)]
    if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() {
        let _context = runtime.enter();
        // The handler stays when this listener and its runtime are gone.
        _ = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(libc::SIGXFSZ));
    }
}

/// Who may read a file.
#[derive(Clone, Copy)]
pub enum Readers {
    /// As the user's mask of rights says.
    Usual,
    Owner,
}

/// The folder of a path.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file beside the path with this text: renaming it there is the only step that others see.
fn beside(path: &Path, contents: impl AsRef<[u8]>, readers: Readers) -> std::io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".playmoney-");
    #[cfg(unix)]
    if matches!(readers, Readers::Usual) {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder(path))?;
    file.write_all(contents.as_ref())?;
    file.flush()?;
    Ok(file)
}

/// Why nothing can be written at a path: about its folder, or in the words of the system. These end with the path of the
/// temporary file, which the user has never named.
fn cannot_write(path: &Path, why: &std::io::Error) -> Stop {
    let folder = folder(path);
    let why = match std::fs::metadata(folder) {
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => format!("the folder {} does not exist", shown(folder)),
        Ok(it) if !it.is_dir() => format!("{} is {}, not a folder", shown(folder), kind(it.file_type())),
        Ok(_) | Err(_) => {
            let text = why.to_string();
            text.split(" at path \"").next().unwrap_or(&text).to_owned()
        }
    };
    Stop::usage(format!("cannot write {}: {why}", shown(path)))
}

/// Refuses a path at which something else than a regular file stands: a link, a pipe, a device or a folder.
fn only_regular(path: &Path, what: &str) -> Result<Option<std::fs::Metadata>, Stop> {
    match std::fs::symlink_metadata(path) {
        Ok(it) if it.is_file() => Ok(Some(it)),
        Ok(it) => {
            let kind = kind(it.file_type());
            Err(Stop::usage(format!("{} is {kind}, so {what} is not written there: give the path of a regular file", shown(path))))
        }
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(cannot_write(path, &why)),
    }
}

/// Whether a report can be written there: nothing or a regular file stands there, and its folder takes new files. Asked before
/// the work that it reports.
pub fn may_report(path: &Path) -> Result<(), Stop> {
    only_regular(path, "the report")?;
    beside(path, "", Readers::Usual).map(drop).map_err(|why| cannot_write(path, &why))
}

/// Writes a report, in place of an older file. The older one stays until the new one is complete.
pub fn report(path: &Path, text: &str) -> Result<(), Stop> {
    only_regular(path, "the report")?;
    let written = beside(path, text, Readers::Usual).and_then(|it| Ok(it.persist(path)?));
    written.map(drop).map_err(|why| cannot_write(path, &why))
}

/// A file that the program keeps for itself is small.
#[cfg(feature = "tls")]
const OWN_BYTES_MAX: u64 = 64 * 1024;

/// Makes a folder with those above it. What is made is for its owner alone.
#[cfg(feature = "tls")]
pub fn make_folder(path: &Path) -> Result<(), Stop> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|why| Stop::usage(format!("cannot make the folder {}: {why}", shown(path))))
}

/// The text of a file that the program has made: one that begins with this mark. Nothing, when none or an empty one stands there.
#[cfg(feature = "tls")]
pub fn own(path: &Path, mark: &str) -> Result<String, Stop> {
    let Some(old) = only_regular(path, "a file of --tls")? else { return Ok(String::new()) };
    let foreign = || Stop::usage(format!("{} was not made by Playmoney, and stays as it is: give another folder", shown(path)));
    if OWN_BYTES_MAX < old.len() {
        return Err(foreign());
    }
    let bytes = std::fs::read(path).map_err(|why| Stop::usage(format!("cannot read {}: {why}", shown(path))))?;
    let text = String::from_utf8(bytes).map_err(|_| foreign())?;
    if text.is_empty() || text.starts_with(mark) { Ok(text) } else { Err(foreign()) }
}

/// Writes such a file, in place of an older one.
#[cfg(feature = "tls")]
pub fn replace_own(path: &Path, text: &str, readers: Readers) -> Result<(), Stop> {
    let written = beside(path, text, readers).and_then(|it| Ok(it.persist(path)?));
    written.map(drop).map_err(|why| cannot_write(path, &why))
}

/// Makes a folder for files that are written later, with the folders of its path that are missing.
pub fn folder_for(path: &Path) -> Result<(), Stop> {
    std::fs::create_dir_all(path).map_err(|why| Stop::usage(format!("cannot make the folder {}: {why}", shown(path))))
}

/// Writes a capsule, in place of an older file. It holds requests as they came, so it is for its owner alone.
pub fn capsule(path: &Path, contents: &[u8]) -> Result<(), Stop> {
    only_regular(path, "the capsule")?;
    let written = beside(path, contents, Readers::Owner).and_then(|it| Ok(it.persist(path)?));
    written.map(drop).map_err(|why| cannot_write(path, &why))
}

/// Whether a file that must not exist yet can be written there. Asked before the work of which it tells.
pub fn may_be_new(path: &Path) -> Result<(), Stop> {
    if std::fs::symlink_metadata(path).is_ok() {
        return Err(exists(path));
    }
    // A folder that is missing is made with the file.
    if !folder(path).exists() {
        return Ok(());
    }
    beside(path, "", Readers::Usual).map(drop).map_err(|why| cannot_write(path, &why))
}

/// The same for a file whose folder has to be there: one that is missing is rather a slip than a wish.
pub fn may_be_new_beside(path: &Path) -> Result<(), Stop> {
    let folder = folder(path);
    if !folder.exists() {
        return Err(Stop::usage(format!("cannot write {}: the folder {} does not exist", shown(path), shown(folder))));
    }
    may_be_new(path)
}

fn exists(path: &Path) -> Stop {
    let free = free_name(path).map_or(String::new(), |it| format!(", such as {}", shown(&it)));
    Stop::usage(format!("{} already exists: choose another name{free}", shown(path)))
}

/// Writes a file that must not exist yet, and makes the folders of its path that are missing.
pub fn new(path: &Path, text: &str) -> Result<(), Stop> {
    may_be_new(path)?;
    std::fs::create_dir_all(folder(path)).map_err(|why| cannot_write(path, &why))?;
    let written = beside(path, text, Readers::Usual).and_then(|it| Ok(it.persist_noclobber(path)?));
    let is_taken = |why: &std::io::Error| why.kind() == std::io::ErrorKind::AlreadyExists;
    written.map(drop).map_err(|why| if is_taken(&why) { exists(path) } else { cannot_write(path, &why) })
}

/// The first name with a number that is free: `scenario-2.yaml` beside `scenario.yaml`.
fn free_name(path: &Path) -> Option<PathBuf> {
    let (stem, extension) = (path.file_stem()?.to_str()?, path.extension().map_or(String::new(), |it| format!(".{}", it.display())));
    let named = |number: u32| path.with_file_name(format!("{stem}-{number}{extension}"));
    (2..100).map(named).find(|it| std::fs::symlink_metadata(it).is_err())
}

/// Whether a file with the time for libfaketime can stand there: nothing, an empty file or an older one of its kind stands there, in a
/// folder that takes new files. Asked before the server starts.
pub fn may_show_time(path: &Path) -> Result<(), Stop> {
    if let Some(old) = only_regular(path, "the time for libfaketime")? {
        let is_own = || std::fs::read_to_string(path).is_ok_and(|it| faketime::is_own(&it));
        if 0 < old.len() && (faketime::TEXT_BYTES_MAX < old.len() || !is_own()) {
            let path = shown(path);
            return Err(Stop::usage(format!("{path} is not a file with a time for libfaketime, and stays as it is: give another path")));
        }
    }
    beside(path, "", Readers::Usual).map(drop).map_err(|why| cannot_write(path, &why))
}

/// What a ready file tells.
pub struct Told<'a> {
    pub base_url: &'a str,
    pub admin_token: Option<&'a str>,
    /// The authority that clients have to trust.
    pub ca_file: Option<&'a Path>,
    pub environment: &'a Environment,
}

impl Told<'_> {
    /// It as one object.
    pub fn document(&self) -> Json {
        let Self { base_url, admin_token, ca_file, environment } = *self;
        let mut document = serde_json::json!({
            "base_url": base_url, "admin_token": admin_token, "providers": environment.providers, "env": environment.variables,
        });
        if let Some(ca_file) = ca_file {
            document["ca_file"] = ca_file.to_string_lossy().into();
        }
        document
    }
}

/// The file that says that a server accepts requests. It goes when this is dropped, if it still says what was written.
pub struct ReadyFile {
    path: PathBuf,
    text: String,
}

impl ReadyFile {
    /// Whether a ready file can be written there: nothing, an empty file or an older ready file stands there, in a folder that takes
    /// new files. Asked before the server starts.
    pub fn may_stand_at(path: &Path) -> Result<(), Stop> {
        let Some(old) = only_regular(path, "the ready file")? else {
            return beside(path, "", Readers::Usual).map(drop).map_err(|why| cannot_write(path, &why));
        };
        let is_ours = old.len() == 0 || (old.len() <= READY_BYTES_MAX && is_ready_file(path));
        if is_ours {
            return Ok(());
        }
        Err(Stop::usage(format!("{} is not a ready file of Playmoney, and stays as it is: give another path", shown(path))))
    }

    /// Writes the file: the server's address, the token of its control API, and what an application needs to use the providers.
    /// It is for the owner alone if it holds the token, or a credential that came from outside.
    pub fn write(path: &Path, told: &Told<'_>) -> Result<Self, Stop> {
        Self::may_stand_at(path)?;
        let readers = if told.admin_token.is_some() || told.environment.is_secret { Readers::Owner } else { Readers::Usual };
        let text = format!("{}\n", told.document());
        let written = beside(path, &text, readers).and_then(|it| Ok(it.persist(path)?));
        written.map_err(|why| cannot_write(path, &why))?;
        Ok(Self { path: path.to_owned(), text })
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        let is_regular = std::fs::symlink_metadata(&self.path).is_ok_and(|it| it.is_file() && it.len() == self.text.len() as u64);
        if is_regular && std::fs::read(&self.path).is_ok_and(|it| it == self.text.as_bytes()) {
            _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Whether a file holds what a server writes: an object with these two members.
fn is_ready_file(path: &Path) -> bool {
    let text = std::fs::read(path).unwrap_or_default();
    serde_json::from_slice::<Json>(&text).is_ok_and(|it| it["base_url"].is_string() && it.get("admin_token").is_some())
}
