//! How the database is reached: its address, TLS, and the time that anything may take there.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime, Timeouts};
use rustls::CertificateError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio_postgres::config::{Config, SslMode};
use tokio_postgres::error::{Error, SqlState};
use tokio_postgres_rustls::MakeRustlsConnect;

/// The port of a database that names none.
const USUAL_PORT: u16 = 5432;
/// Connections of a replica to the database.
const CONNECTIONS_MAX: usize = 8;
/// The time for a connection.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(3);
/// What every connection is told: a statement ends by itself, and a replica that was stopped within a transaction holds no lock for long.
const OPTIONS: &str = "-c statement_timeout=10s -c lock_timeout=3s -c idle_in_transaction_session_timeout=2s";

/// How long an answer is waited for, because a database that stands still does not end its statements by itself.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);
/// The same where a whole history is read or written.
const LONG_ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

/// What is asked, if the answer comes in time.
pub async fn in_time<T>(asked: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    within(ANSWER_TIME_MAX, asked).await
}

/// The same for what can take long.
pub async fn in_long_time<T>(asked: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    within(LONG_ANSWER_TIME_MAX, asked).await
}

async fn within<T>(limit: Duration, asked: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    let late = || Trouble::Lost(format!("it has not answered within {} s", limit.as_secs()));
    tokio::time::timeout(limit, asked).await.unwrap_or_else(|_| Err(late()))
}

/// Why something did not happen in the database.
#[derive(Debug)]
pub enum Trouble {
    /// It has not happened: the database was not reached, or has refused it.
    Away(String),
    /// The connection has broken before the answer came: it may have happened.
    Lost(String),
    /// It has not happened, and another try is worth nothing: the certificate of the server does not fit.
    Untrusted(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Away(why) | Self::Lost(why) | Self::Untrusted(why)) = self;
        f.write_str(why)
    }
}

impl From<PoolError> for Trouble {
    fn from(why: PoolError) -> Self {
        match why {
            PoolError::Timeout(_) => Self::Away("no connection within the time for it".to_owned()),
            PoolError::Backend(it) => untrusted(&it).map_or_else(|| Self::Away(in_words(&it)), |it| Self::Untrusted(certificate(it))),
            PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => Self::Away(why.to_string()),
        }
    }
}

impl From<Error> for Trouble {
    fn from(why: Error) -> Self {
        // The server ends connections with class 57 when it stops: what became of a commit is not known.
        let is_certain = why.code().is_some_and(|it| !it.code().starts_with("57P") && !it.code().starts_with("08"));
        if is_certain { Self::Away(in_words(&why)) } else { Self::Lost(in_words(&why)) }
    }
}

/// An error with its cause: the outer one alone says `db error`.
pub fn in_words(why: &Error) -> String {
    match (why.as_db_error(), std::error::Error::source(why)) {
        (Some(it), _) if *it.code() == SqlState::INVALID_PASSWORD => "the password is wrong".to_owned(),
        (Some(it), _) => it.message().to_owned(),
        (None, Some(source)) => format!("{why}: {source}"),
        (None, None) => why.to_string(),
    }
}

/// What is wrong with the certificate of the server, if that is why.
fn untrusted(why: &Error) -> Option<&CertificateError> {
    let io = std::error::Error::source(why)?.downcast_ref::<std::io::Error>()?;
    let error: &rustls::Error = io.get_ref()?.downcast_ref()?;
    if let rustls::Error::InvalidCertificate(it) = error { Some(it) } else { None }
}

fn certificate(why: &CertificateError) -> String {
    use CertificateError as E;
    // A certificate that signs itself says so. One of another authority with the same name has a signature that does not fit.
    let is_authority = matches!(why, E::Other(it) if it.to_string().contains("CaUsedAsEndEntity"));
    if matches!(why, E::UnknownIssuer | E::BadSignature) {
        "its certificate comes from an authority that is not trusted here: name the file of the right one with `sslrootcert`".to_owned()
    } else if is_authority {
        "its certificate is that of an authority, and not of a server: give the server one that the authority has signed".to_owned()
    } else if matches!(why, E::NotValidForName | E::NotValidForNameContext { .. }) {
        format!("its certificate is for another name than that in the address: {why}")
    } else if matches!(why, E::Expired | E::ExpiredContext { .. }) {
        format!("its certificate has expired: {why}")
    } else if matches!(why, E::NotValidYet | E::NotValidYetContext { .. }) {
        format!("its certificate is not valid yet: {why}")
    } else {
        format!("its certificate is not valid: {why}")
    }
}

/// Parameters that are the same for each connection.
const FIXED: [&str; 4] = ["application_name", "connect_timeout", "keepalives_idle", "tcp_user_timeout"];
/// The words of `sslmode`, and what they become: a certificate is always verified, as strictly as `verify-full` says.
const MODES: [(&str, &str); 6] = [
    ("disable", "disable"),
    ("allow", "prefer"),
    ("prefer", "prefer"),
    ("require", "require"),
    ("verify-ca", "require"),
    ("verify-full", "require"),
];

/// What an address says of TLS.
#[derive(Default)]
struct Tls<'a> {
    mode: Option<&'a str>,
    root_certificate: Option<&'a str>,
}

impl<'a> Tls<'a> {
    /// Takes a parameter. The others, as they are passed on.
    fn take(&mut self, pair: &'a str) -> Result<Option<&'a str>, String> {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let twice = || Err(format!("`{name}` stands in the address twice"));
        match name {
            "sslmode" if self.mode.is_some() => twice(),
            "sslmode" => {
                self.mode = Some(value);
                Ok(None)
            }
            "sslrootcert" if self.root_certificate.is_some() => twice(),
            "sslrootcert" if value.is_empty() => Err("`sslrootcert` names no file".to_owned()),
            "sslrootcert" => {
                self.root_certificate = Some(value);
                Ok(None)
            }
            "target_session_attrs" if value == "read-only" => {
                Err("`target_session_attrs` is not `read-only`: sandboxes are kept".to_owned())
            }
            _ if FIXED.contains(&name) => Err(format!("`{name}` cannot be chosen: leave it out")),
            _ => Ok(Some(pair)),
        }
    }

    /// The mode for the library, and the file of authorities.
    fn read(&self) -> Result<(Option<&'static str>, Option<PathBuf>), String> {
        let words = || MODES.map(|it| it.0).join(", ");
        let known = |word: &str| MODES.iter().find(|it| it.0 == word).map(|it| it.1);
        let mode = self.mode.map(|it| known(it).ok_or_else(|| format!("`sslmode` is not `{it}`: it is one of {}", words()))).transpose()?;
        let Some(file) = self.root_certificate else { return Ok((mode, None)) };
        // An authority is named to be asked.
        let mode = mode.unwrap_or("require");
        if mode != "require" {
            return Err(
                "with `sslrootcert`, `sslmode` is `verify-full`: other words let a connection go on without a certificate".to_owned()
            );
        }
        let file = percent_encoding::percent_decode_str(file).decode_utf8().map_err(|_| "`sslrootcert` is not a path")?;
        Ok((Some(mode), Some(file.into_owned()).filter(|it| it != "system").map(PathBuf::from)))
    }
}

/// The address of a database: `postgres://USER:PASSWORD@HOST:PORT/NAME`.
pub struct Address {
    config: Config,
    /// Certificates of authorities; without one, those of the system.
    root_certificate: Option<PathBuf>,
}

impl Address {
    /// Reads an address, as libpq does. Of its parameters, `sslrootcert` and `sslmode` with all its words are read here; a certificate is
    /// always verified, so `require` is as strict as `verify-full`. What has no effect is refused.
    ///
    /// # Errors
    /// A sentence that does not repeat the address, which has a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err("this is not the address of a database: write postgres://USER:PASSWORD@HOST:5432/NAME".to_owned());
        }
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut rest, mut tls) = (Vec::new(), Tls::default());
        for pair in query.split('&').filter(|it| !it.is_empty()) {
            rest.extend(tls.take(pair)?.map(str::to_owned));
        }
        let (mode, root_certificate) = tls.read()?;
        rest.extend(mode.map(|it| format!("sslmode={it}")));
        let query = if rest.is_empty() { String::new() } else { format!("?{}", rest.join("&")) };
        let why = |it: Error| std::error::Error::source(&it).map_or_else(|| it.to_string(), ToString::to_string);
        let mut config =
            Config::from_str(&format!("{address}{query}")).map_err(|it| format!("the address of the database: {}", why(it)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err("the address of the database names no host".to_owned());
        }
        let options = config.get_options().map_or_else(|| OPTIONS.to_owned(), |own| format!("{OPTIONS} {own}"));
        config.options(options).application_name("playmoney").connect_timeout(CONNECT_TIME_MAX).keepalives_idle(Duration::from_secs(10));
        config.tcp_user_timeout(Duration::from_secs(8));
        Ok(Self { config, root_certificate })
    }

    /// Connections, which are made when they are needed.
    ///
    /// # Errors
    /// A sentence: the certificates cannot be used.
    pub fn pool(&self) -> Result<Pool, String> {
        let recycling_method = RecyclingMethod::Fast;
        let manager = Manager::from_config(self.config.clone(), self.tls()?, ManagerConfig { recycling_method });
        let limit = Some(CONNECT_TIME_MAX);
        let timeouts = Timeouts { wait: limit, create: limit, recycle: limit };
        let pool = Pool::builder(manager).max_size(CONNECTIONS_MAX).timeouts(timeouts).runtime(Runtime::Tokio1).build();
        pool.map_err(|it| it.to_string())
    }

    fn tls(&self) -> Result<MakeRustlsConnect, String> {
        let mut roots = rustls::RootCertStore::empty();
        match &self.root_certificate {
            // Nothing is encrypted, so no certificate is looked at.
            _ if self.config.get_ssl_mode() == SslMode::Disable => {}
            Some(file) => {
                let unreadable = |why: &dyn fmt::Display| format!("`sslrootcert` {}: {why}", file.display());
                for it in CertificateDer::pem_file_iter(file).map_err(|it| unreadable(&it))? {
                    roots.add(it.map_err(|it| unreadable(&it))?).map_err(|it| unreadable(&it))?;
                }
                if roots.is_empty() {
                    return Err(unreadable(&"the file has no certificate"));
                }
            }
            None => _ = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        Ok(MakeRustlsConnect::new(config.map_err(|it| it.to_string())?.with_root_certificates(roots).with_no_client_auth()))
    }

    /// Host, port and name of the database, for messages: without user and password.
    pub fn shown(&self) -> String {
        let name = self.config.get_dbname().or(self.config.get_user()).unwrap_or("postgres");
        let hosts = self.config.get_hosts().iter().map(|it| match it {
            tokio_postgres::config::Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
        });
        let ports = self.config.get_ports();
        let port =
            |at: usize| ports.get(at).or(ports.first()).filter(|it| **it != USUAL_PORT).map_or_else(String::new, |it| format!(":{it}"));
        let places = hosts.enumerate().map(|(at, host)| host + &port(at));
        format!("{}/{name}", places.collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_others_read_it() {
        let shown = |text: &str| Address::parse(text).map(|it| it.shown());
        assert_eq!(shown("postgres://user:secret@db.internal:5433/money?sslmode=verify-full").as_deref(), Ok("db.internal:5433/money"));
        assert_eq!(shown("postgresql://user@/money?host=/run/postgresql&sslmode=disable").as_deref(), Ok("/run/postgresql/money"));
        let address = Address::parse("postgres://u@h/d?sslrootcert=%2Ftmp%2Fa%20b.pem&sslmode=verify-ca&options=-c%20search_path%3Dshop");
        let Ok(address) = address else { panic!("it is an address") };
        assert_eq!(address.root_certificate.as_deref(), Some(std::path::Path::new("/tmp/a b.pem")));
        assert_eq!(address.config.get_ssl_mode(), SslMode::Require);
        assert!(address.config.get_options().is_some_and(|it| it.ends_with("-c search_path=shop") && it.starts_with(OPTIONS)));
        for text in ["", "mysql://h/d", "postgres://", "postgres://u:secret@h:port/d", "postgres://u:secret@h/d?colour=red"] {
            let why = shown(text).expect_err(text);
            assert!(!why.contains("secret"), "{text}: {why}");
        }
    }
}
