//! TLS of a server, as the flags say it.

use std::io::{ErrorKind, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::paths::shown;
use crate::cli::{Exit, Stop, authority};
use crate::edge::Certificate;
use crate::edge::names::PublicUrl;
use crate::kit::secret::Secret;
use crate::providers;

/// A chain of certificates has a few thousand bytes.
const PEM_BYTES_MAX: u64 = 1024 * 1024;

#[derive(Args)]
pub struct Tls {
    /// Speak TLS, with HTTP/2, and a certificate from a development authority of your own
    ///
    /// The certificate is for localhost, *.localhost, 127.0.0.1, `::1`, the hosts of --listen, --public-url and --allow-host, and the
    /// hosts of the providers. Clients have to trust `ca.pem`, which stays the same as long as it is valid.
    #[arg(long, value_parser = clap::builder::BoolishValueParser::new(), env = "PLAYMONEY_TLS")]
    tls: bool,
    /// The folder in which --tls keeps `ca.pem`, `cert.pem` and the keys; default: `playmoney` in the cache folder of the user
    #[arg(long, value_name = "FOLDER", env = "PLAYMONEY_TLS_DIR")]
    tls_dir: Option<PathBuf>,
    /// Speak TLS with this certificate, as PEM: that of the server first, then those between it and its authority
    #[arg(long, value_name = "FILE", env = "PLAYMONEY_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// The private key of --tls-cert, as PEM
    #[arg(long, value_name = "FILE", env = "PLAYMONEY_TLS_KEY")]
    tls_key: Option<PathBuf>,
}

/// A certificate, and the file with the authority that has issued it, if that is known.
pub struct Issued {
    pub certificate: Certificate,
    pub ca_file: Option<PathBuf>,
}

impl Tls {
    /// What the server shows. `names` are needed for a certificate that is made.
    pub fn certificate(&self, names: impl FnOnce() -> Vec<String>) -> Result<Option<Issued>, Stop> {
        match (self.tls, &self.tls_dir, &self.tls_cert, &self.tls_key) {
            (false, None, None, None) => Ok(None),
            (true, _, None, None) => self.developed(&names()).map(Some),
            (false, None, Some(chain), Some(key)) => given(chain, key).map(Some),
            (_, _, Some(_), None) => Err(Stop::usage("--tls-cert needs the key of the certificate: name its file with --tls-key")),
            (_, _, None, Some(_)) => Err(Stop::usage("--tls-key needs the certificate of the key: name its file with --tls-cert")),
            (true, _, Some(_), Some(_)) => Err(Stop::usage(
                "--tls makes a certificate, and --tls-cert names one: remove --tls to use yours, or --tls-cert and --tls-key",
            )),
            (false, Some(_), Some(_), Some(_)) => {
                Err(Stop::usage("--tls-dir is the folder of --tls, and --tls-cert names a file: remove --tls-dir"))
            }
            (false, Some(_), None, None) => Err(Stop::usage("--tls-dir is the folder of --tls: add --tls")),
        }
    }

    /// One from the authority of the folder.
    fn developed(&self, names: &[String]) -> Result<Issued, Stop> {
        let no_folder = || Stop::usage("--tls finds no cache folder of the user, because HOME is not set: name a folder with --tls-dir");
        let folder = self.tls_dir.clone().or_else(authority::default_folder).ok_or_else(no_folder)?;
        let certificate = authority::certificate(&folder, names)?;
        Ok(Issued { certificate, ca_file: Some(std::path::absolute(authority::ca_file(&folder)).map_err(|it| unreadable(&folder, &it))?) })
    }
}

/// The one of these files.
fn given(chain: &Path, key: &Path) -> Result<Issued, Stop> {
    let certificate = Certificate { chain: read(chain)?, key: Secret::from_outside(read(key)?) };
    certificate.check().map_err(|why| {
        let files = format!("{} and {}", shown(chain), shown(key));
        let exit = if why.kind() == ErrorKind::InvalidInput { Exit::Start } else { Exit::Usage };
        Stop { exit, why: format!("{files} cannot be used for TLS: {why}") }
    })?;
    Ok(Issued { certificate, ca_file: None })
}

fn read(path: &Path) -> Result<String, Stop> {
    let mut text = String::new();
    let opened = std::fs::File::open(path).and_then(|it| it.take(PEM_BYTES_MAX + 1).read_to_string(&mut text));
    opened.map_err(|why| {
        let is_binary = why.kind() == ErrorKind::InvalidData;
        if is_binary { Stop::usage(format!("{} is not PEM, which is text", shown(path))) } else { unreadable(path, &why) }
    })?;
    if PEM_BYTES_MAX < text.len() as u64 {
        return Err(Stop::usage(format!("{} has more than {PEM_BYTES_MAX} bytes, so it is not a certificate or a key", shown(path))));
    }
    Ok(text)
}

fn unreadable(path: &Path, why: &std::io::Error) -> Stop {
    Stop::usage(format!("cannot read {}: {why}", shown(path)))
}

/// The hosts under which clients reach a server, each once.
pub fn names(listen: &[SocketAddr], public_url: Option<&str>, allow_hosts: &[String]) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "*.localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    names.extend(listen.iter().filter(|it| !it.ip().is_unspecified()).map(|it| it.ip().to_string()));
    names.extend(public_url.and_then(|it| PublicUrl::parse(it).ok()).map(|it| it.host().to_owned()));
    names.extend(allow_hosts.iter().cloned());
    names.extend(providers::all().iter().flat_map(|it| it.contract().hosts).map(|it| (*it).to_owned()));
    let mut once: Vec<String> = Vec::new();
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_names_each_host_once() {
        let listen = ["127.0.0.1:4242", "0.0.0.0:1", "192.168.1.7:2"].map(|it| it.parse().expect("an address"));
        let names = names(&listen, Some("https://CI.example.com:8443/mocks"), &["pm".to_owned(), "ci.example.com".to_owned()]);
        let own = ["localhost", "*.localhost", "127.0.0.1", "::1", "192.168.1.7", "ci.example.com", "pm"];
        assert_eq!(names[..own.len()], own);
        let hosts: Vec<&str> = providers::all().iter().flat_map(|it| it.contract().hosts).copied().collect();
        assert!(hosts.contains(&"pay.quoine.com") && names[own.len()..] == hosts, "{names:?}");
    }
}
