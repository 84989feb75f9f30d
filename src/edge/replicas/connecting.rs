//! How the database is reached: its address, TLS, and the time that anything may take there.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime, Timeouts};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio_postgres::config::{Config, SslMode};
use tokio_postgres::error::{Error, SqlState};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Connections of a replica to the database.
const CONNECTIONS_MAX: usize = 8;
/// The time for a connection.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(3);
/// What every connection is told: a statement ends by itself, and a replica that was stopped within a transaction holds no lock for long.
const OPTIONS: &str = "-c statement_timeout=10s -c lock_timeout=3s -c idle_in_transaction_session_timeout=2s";

/// Why something did not happen in the database.
#[derive(Debug)]
pub enum Trouble {
    /// It has not happened: the database was not reached, or has refused it.
    Away(String),
    /// The connection has broken before the answer came: it may have happened.
    Lost(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Away(why) | Self::Lost(why)) = self;
        f.write_str(why)
    }
}

impl From<PoolError> for Trouble {
    fn from(why: PoolError) -> Self {
        Self::Away(match why {
            PoolError::Timeout(_) => "no connection within the time for it".to_owned(),
            PoolError::Backend(it) => in_words(&it),
            PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => why.to_string(),
        })
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

/// The address of a database: `postgres://USER:PASSWORD@HOST:PORT/NAME`.
pub struct Address {
    config: Config,
    /// Certificates of authorities; without one, those of the system.
    root_certificate: Option<PathBuf>,
}

impl Address {
    /// Reads an address, as libpq does. Of its parameters, `sslrootcert` and `sslmode` with all its words are read here; a certificate is
    /// always verified, so `require` is as strict as `verify-full`.
    ///
    /// # Errors
    /// A sentence that does not repeat the address, which has a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err("this is not the address of a database: write postgres://USER:PASSWORD@HOST:5432/NAME".to_owned());
        }
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut rest, mut root_certificate) = (Vec::new(), None);
        for pair in query.split('&').filter(|it| !it.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (name, value) {
                ("sslrootcert", "system") => {}
                ("sslrootcert", file) => {
                    let file = percent_encoding::percent_decode_str(file).decode_utf8().map_err(|_| "`sslrootcert` is not a path")?;
                    root_certificate = Some(PathBuf::from(file.into_owned()));
                }
                ("sslmode", "verify-ca" | "verify-full") => rest.push("sslmode=require".to_owned()),
                ("sslmode", "allow") => rest.push("sslmode=prefer".to_owned()),
                _ => rest.push(pair.to_owned()),
            }
        }
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
            }
            None => _ = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        Ok(MakeRustlsConnect::new(config.map_err(|it| it.to_string())?.with_root_certificates(roots).with_no_client_auth()))
    }

    /// Host and name of the database, for messages: without user and password.
    pub fn shown(&self) -> String {
        let name = self.config.get_dbname().or(self.config.get_user()).unwrap_or("postgres");
        let hosts = self.config.get_hosts().iter().map(|it| match it {
            tokio_postgres::config::Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
        });
        format!("{}/{name}", hosts.collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_others_read_it() {
        let shown = |text: &str| Address::parse(text).map(|it| it.shown());
        assert_eq!(shown("postgres://user:secret@db.internal:5433/money?sslmode=verify-full").as_deref(), Ok("db.internal/money"));
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
