//! A development authority: a folder with a certificate that clients can trust, and the certificate of a server that it has issued.

use std::path::{Path, PathBuf};

use super::Stop;
use crate::edge::Certificate;

#[cfg(feature = "tls")]
mod issuing;

/// The first line of each file, so that no file of another program is written over.
#[cfg(feature = "tls")]
pub const MARK: &str = "# Made by playmoney --tls. For tests alone.";

/// The certificate of a server with these names, as host names are written, `*.localhost` or an address. That of the folder serves as
/// long as it is valid and has all names.
#[cfg(feature = "tls")]
pub fn certificate(folder: &Path, names: &[String]) -> Result<Certificate, Stop> {
    issuing::certificate(folder, names, crate::edge::driver::Stopwatch::start().uptime().date)
}

#[cfg(not(feature = "tls"))]
pub fn certificate(_: &Path, _: &[String]) -> Result<Certificate, Stop> {
    Err(Stop::usage("this program was built without TLS, so it serves http alone: remove --tls"))
}

/// The file with the certificate that clients trust.
pub fn ca_file(folder: &Path) -> PathBuf {
    folder.join("ca.pem")
}

/// `playmoney` in the cache folder of the user.
pub fn default_folder() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
    let home = || std::env::home_dir().filter(|it| it.is_absolute());
    let cache = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        home().map(|it| it.join("Library/Caches"))
    } else {
        absolute("XDG_CACHE_HOME").or_else(|| home().map(|it| it.join(".cache")))
    };
    cache.map(|it| it.join("playmoney"))
}
