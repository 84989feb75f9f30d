//! What puts the command of `exec --faketime` on the time of its sandbox: libfaketime, and the file that it reads.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::paths::shown;
use crate::cli::{Exit, Stop};

/// Puts the library in front of a program.
const PRELOAD: &str = "LD_PRELOAD";
/// Names the file that it reads.
const FILE: &str = "FAKETIME_TIMESTAMP_FILE";
/// Names the library where it is not found.
const LIBRARY: &str = "PLAYMONEY_FAKETIME_LIBRARY";
/// The variant for programs with threads; the other one lets threads read the file into the same memory at the same time.
const NAME: &str = "libfaketimeMT.so.1";
/// The folder of libraries that Debian has for an architecture.
const TRIPLETS: [(&str, &str); 8] = [
    ("x86_64", "x86_64-linux-gnu"),
    ("aarch64", "aarch64-linux-gnu"),
    ("arm", "arm-linux-gnueabihf"),
    ("x86", "i386-linux-gnu"),
    ("riscv64", "riscv64-linux-gnu"),
    ("powerpc64", "powerpc64le-linux-gnu"),
    ("s390x", "s390x-linux-gnu"),
    ("loongarch64", "loongarch64-linux-gnu"),
];
/// Where others put it, such as Fedora, Alpine and `make install`.
const ELSEWHERE: [&str; 3] = ["usr/lib64/faketime", "usr/lib/faketime", "usr/local/lib/faketime"];
/// It has precedence over the file.
pub const FIXED_TIME: &str = "FAKETIME";

/// The library and the file, which goes when this is dropped.
pub struct Faketime {
    library: PathBuf,
    folder: TempDir,
}

impl Faketime {
    /// Looks for the library, and makes a folder for the file.
    ///
    /// # Errors
    /// The library is missing, or no folder can be made.
    pub fn prepare() -> Result<Self, Stop> {
        let stop = |why: String| Stop { exit: Exit::Start, why };
        let library = library(Path::new("/"), env::var_os(LIBRARY).as_deref()).map_err(stop)?;
        let folder = tempfile::Builder::new().prefix("playmoney-").tempdir();
        let folder = folder.map_err(|why| stop(format!("cannot make a folder for the file that libfaketime reads: {why}")))?;
        Ok(Self { library, folder })
    }

    /// The file that the server keeps.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("now")
    }

    /// The environment of the command.
    pub fn variables(&self) -> [(&'static str, OsString); 4] {
        let mut preload = self.library.clone().into_os_string();
        if let Some(others) = env::var_os(PRELOAD).filter(|it| !it.is_empty()) {
            preload.push(":");
            preload.push(others);
        }
        let file = self.file().into_os_string();
        [(PRELOAD, preload), (FILE, file), ("FAKETIME_FMT", "%s".into()), ("FAKETIME_NO_CACHE", "1".into())]
    }
}

/// Begins this program anew without libfaketime, if it runs on the time of a sandbox: its own time limits and waits are real ones, and the
/// commands of a script that moves the clock would take the jump for a wait. Returns if it does not, or if that is not possible.
#[cfg(target_os = "linux")]
pub fn leave(arguments: &[OsString]) {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::os::unix::process::CommandExt;

    let Some(all) = env::var_os(PRELOAD).filter(|_| env::var_os(FILE).is_some()) else { return };
    let libraries = all.as_bytes().split(|it| matches!(it, b':' | b' ')).filter(|it| !it.is_empty());
    let name = |path: &[u8]| Path::new(OsStr::from_bytes(path)).file_name().map(|it| it.as_bytes().starts_with(b"libfaketime"));
    let is_own = |it: &&[u8]| name(it) == Some(true);
    let (own, others): (Vec<_>, Vec<_>) = libraries.partition(is_own);
    let ([program, rest @ ..], Ok(path)) = (arguments, env::current_exe()) else { return };
    if own.is_empty() {
        return;
    }
    let mut command = std::process::Command::new(path);
    command.arg0(program).args(rest);
    if others.is_empty() {
        command.env_remove(PRELOAD)
    } else {
        command.env(PRELOAD, OsString::from_vec(others.join(&b':')))
    };
    _ = command.exec();
}

/// The path of the library below a root, or what is missing.
fn library(root: &Path, named: Option<&OsStr>) -> Result<PathBuf, String> {
    if !cfg!(target_os = "linux") {
        return Err("--faketime needs libfaketime, and puts it in front of a command on Linux only".to_owned());
    }
    let triplet = TRIPLETS.iter().find(|it| it.0 == env::consts::ARCH).map(|it| format!("usr/lib/{}/faketime", it.1));
    let folders = triplet.iter().map(String::as_str).chain(ELSEWHERE);
    let usual: Vec<PathBuf> = folders.map(|it| root.join(it).join(NAME)).collect();
    let wanted = named.filter(|it| !it.is_empty()).map_or(usual, |it| vec![it.into()]);
    let Some(found) = wanted.iter().find(|it| it.is_file()) else {
        let first = wanted.first().map_or(String::new(), |it| shown(it));
        return Err(format!(
            "--faketime needs libfaketime, and {first} does not exist: install it, on Debian with `apt-get install libfaketime`, or set \
             {LIBRARY} to its path; the command was not run"
        ));
    };
    if found.to_string_lossy().contains([':', ' ']) {
        return Err(format!("LD_PRELOAD cannot name {}, because a colon or a space ends a path there", shown(found)));
    }
    Ok(found.clone())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_looked_for_where_distributions_put_it() {
        let root = tempfile::tempdir().expect("a folder");
        let missing = library(root.path(), None).expect_err("nothing is there");
        assert!(missing.contains(NAME) && missing.contains("apt-get install libfaketime"), "{missing}");
        let own = TRIPLETS.iter().find(|it| it.0 == env::consts::ARCH).expect("a known architecture").1;
        for folder in ["usr/local/lib/faketime", "usr/lib64/faketime", &format!("usr/lib/{own}/faketime")] {
            let path = root.path().join(folder).join(NAME);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(&path, "").expect("written");
            assert_eq!(library(root.path(), None), Ok(path.clone()), "an earlier place counts more");
            assert_eq!(library(Path::new("/nowhere"), Some(path.as_os_str())), Ok(path));
        }
        let spaced = root.path().join("my lib.so");
        std::fs::write(&spaced, "").expect("written");
        assert!(library(root.path(), Some(spaced.as_os_str())).is_err_and(|it| it.contains("a space")));
        let nowhere = library(root.path(), Some(OsStr::new("/nowhere/lib.so"))).expect_err("it does not exist");
        assert!(nowhere.contains("/nowhere/lib.so does not exist"), "{nowhere}");
    }
}
