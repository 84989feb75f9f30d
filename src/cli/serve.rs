//! `playmoney serve`: the server, its greeting and its end.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;

use self::greeting::{Greeting, KeptIn};
use self::listen::Listen;
use self::log::LogFormat;
#[cfg(feature = "postgres")]
use self::store::Store;
use self::tls::Tls;
use self::values::{bearer, cores, history_bytes, network, threads};
use self::watch::Flags;
use super::output::print;
use super::written::{ReadyFile, Told, may_show_time};
use super::{Exit, Stop};
use crate::control::environment::Environment;
use crate::edge::names::{PublicUrl, origin, served_name};
use crate::edge::registry::SANDBOXES_MAX;
use crate::edge::threads::batch;
use crate::edge::{Config, Making, Server};
use crate::engine::clock::{Mode, Rate};
use crate::engine::log::BYTES_MAX;
use crate::engine::start::{EvidenceHeader, HISTORY_BYTES_MAX, Start};
use crate::engine::tables::settings::webhook_url_of_all;
use crate::kit::secret::Secret;
use crate::kit::time::{Timestamp, parse_timestamp};

pub mod greeting;
pub mod listen;
pub mod log;
#[cfg(feature = "postgres")]
mod store;
mod tls;
pub mod values;
pub mod watch;

/// How the server starts. Every flag is also an environment variable.
#[derive(Args)]
pub struct Serve {
    /// A scenario file: the starting state and the rules
    scenario: Option<PathBuf>,
    #[command(flatten)]
    listen: Listen,
    /// Write base URLs, credentials and the token as JSON to this file when the server accepts requests, and remove it at the
    /// end; what stands there and is neither empty nor an older ready file (an object with `base_url` and `admin_token`) is
    /// refused
    #[arg(long, value_name = "FILE", env = "PLAYMONEY_READY_FILE")]
    ready_file: Option<PathBuf>,
    /// The seed of all random choices; default: the seed of the scenario, or 1
    #[arg(long, value_name = "N", env = "PLAYMONEY_SEED")]
    seed: Option<u64>,
    /// How simulated time runs: real, frozen, or a rate such as 60x; default: as in the scenario, or real
    #[arg(long, value_name = "real|frozen|RATEx", value_parser = clock, env = "PLAYMONEY_CLOCK")]
    clock: Option<Mode>,
    /// The first moment of simulated time, such as 2026-01-01T09:00:00Z; default: as in the scenario, or the real time
    ///
    /// A date alone means its midnight in UTC.
    #[arg(long, value_name = "RFC3339", value_parser = moment, env = "PLAYMONEY_NOW")]
    now: Option<Timestamp>,
    /// The first webhook address of every account
    ///
    /// {provider} is replaced by the slug of the provider. What a scenario, an account or an object sets later counts more.
    #[arg(long, value_name = "URL", value_parser = target, env = "PLAYMONEY_WEBHOOK_URL")]
    webhook_url: Option<String>,
    /// The beginning of links in answers, with the path of a proxy if it adds one; default: the scheme and host of the request
    #[arg(long, value_name = "URL", value_parser = PublicUrl::checked, env = "PLAYMONEY_PUBLIC_URL")]
    public_url: Option<String>,
    /// An additional host name to serve (repeatable)
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = served_name, env = "PLAYMONEY_ALLOW_HOST")]
    allow_host: Vec<String>,
    #[arg(long, help = "The origin of a web page that may call, such as http://localhost:3000 (repeatable)", value_name = "ORIGIN", value_delimiter = ',', value_parser = origin, env = "PLAYMONEY_ALLOW_ORIGIN")]
    allow_origin: Vec<String>,
    /// A network that webhooks may go to (repeatable); if given, webhooks go to no other network
    #[arg(long, value_name = "CIDR", value_delimiter = ',', value_parser = network, env = "PLAYMONEY_WEBHOOK_ALLOW")]
    webhook_allow: Vec<IpNet>,
    /// Show all secrets in full, also those that came from outside
    #[arg(long, value_parser = clap::builder::BoolishValueParser::new(), env = "PLAYMONEY_SHOW_SECRETS")]
    show_secrets: bool,
    /// Leave the header Playmoney-Evidence out of answers
    ///
    /// It says how certain it is that the provider answers so: documented, observed or assumed, and by which row of its contract. The
    /// journal says it in any case.
    #[arg(long, value_parser = clap::builder::BoolishValueParser::new(), env = "PLAYMONEY_NO_EVIDENCE_HEADER")]
    no_evidence_header: bool,
    /// The Bearer token that control calls must have; `none` for no token on an address that is not loopback
    #[arg(long, value_name = "TOKEN", env = "PLAYMONEY_ADMIN_TOKEN", hide_env_values = true)]
    admin_token: Option<String>,
    /// The number of bytes that the log keeps: requests with their answers, status changes, attempts
    #[arg(long, value_name = "N", default_value_t = BYTES_MAX, env = "PLAYMONEY_JOURNAL_BYTES")]
    journal_bytes: usize,
    /// The number of bytes of inputs that the history of each sandbox keeps, 1 MiB at least
    ///
    /// A capsule holds the history. A longer one begins at a snapshot.
    #[arg(long, value_name = "N", value_parser = history_bytes, default_value_t = HISTORY_BYTES_MAX, env = "PLAYMONEY_HISTORY_BYTES")]
    history_bytes: usize,
    /// How sandboxes are made: by a call, or also by the first request that names one
    ///
    /// A request names one by /s/NAME in front of its path, by the header Playmoney-Sandbox, or by a key that ends in _NAME.
    #[arg(
        long,
        value_name = "named|on-use",
        value_enum,
        hide_possible_values = true,
        default_value = "named",
        env = "PLAYMONEY_SANDBOXES"
    )]
    sandboxes: Making,
    /// The number of sandboxes beside `default`
    #[arg(long, value_name = "N", default_value_t = SANDBOXES_MAX, env = "PLAYMONEY_SANDBOXES_MAX")]
    sandboxes_max: usize,
    /// The number of threads that sandboxes are spread over; default: the number of cores
    ///
    /// A sandbox stays on one thread, so that one alone keeps one core busy.
    #[arg(long, value_name = "N", value_parser = threads, env = "PLAYMONEY_THREADS")]
    threads: Option<NonZeroUsize>,
    /// Keep all sandboxes in this folder: what was answered is there after a crash, and the server goes on from it when it starts
    ///
    /// What is in the folder counts more than a scenario, --seed, --clock, --now and --webhook-url. Without the flag everything stays in
    /// memory.
    #[arg(long, value_name = "DIR", env = "PLAYMONEY_DATA")]
    data: Option<PathBuf>,
    #[command(flatten)]
    tls: Tls,
    /// Keep a file with the time of the sandbox `default`, which libfaketime reads as `FAKETIME_TIMESTAMP_FILE` with `FAKETIME_FMT=%s`
    ///
    /// It is replaced before webhooks leave, so that a receiver under libfaketime reads the simulated time; `FAKETIME_NO_CACHE=1` makes it
    /// look each time. What stands there and is not such a file is refused. The file stays when the server ends.
    #[arg(long, value_name = "FILE", env = "PLAYMONEY_FAKETIME_FILE")]
    faketime_file: Option<PathBuf>,
    #[cfg(feature = "postgres")]
    #[command(flatten)]
    store: Store,
    /// Load the scenario again whenever its file changes
    #[arg(long, value_parser = clap::builder::BoolishValueParser::new(), requires = "scenario", env = "PLAYMONEY_WATCH")]
    watch: bool,
    /// Write a line for each request, change of status and webhook to standard error
    ///
    /// Default: text when standard error is a terminal, else none. A line has the simulated time. JSON has every field.
    #[arg(long, value_name = "text|json|none", hide_possible_values = true, env = "PLAYMONEY_LOG")]
    log: Option<LogFormat>,
}

pub fn clock(text: &str) -> Result<Mode, String> {
    match text {
        "real" => Ok(Mode::Real),
        "frozen" => Ok(Mode::Frozen),
        rate => {
            Rate::parse(rate).map(Mode::Scaled).map_err(|_| format!("`{rate}` is not a clock: write real, frozen, or a rate such as 60x"))
        }
    }
}

pub fn moment(text: &str) -> Result<Timestamp, String> {
    let is_date = text.len() == "2026-01-01".len() && !text.contains('T');
    let midnight = || parse_timestamp(&format!("{text}T00:00:00Z")).ok();
    let advice = |why: String| format!("{why}, or a date such as 2026-01-01");
    if is_date && let Some(it) = midnight() { Ok(it) } else { parse_timestamp(text).map_err(advice) }
}

pub fn target(text: &str) -> Result<String, String> {
    webhook_url_of_all(text).map(|()| text.to_owned()).map_err(str::to_owned)
}

impl Serve {
    /// Serves until SIGINT or SIGTERM.
    pub fn run(self) -> Result<Exit, Stop> {
        log::write(self.log);
        // Sandboxes have threads of their own, and `default` is at home on this one: a second thread on the requests of one sandbox would
        // cost both of them twice the processor's time.
        let runtime = batch::runtime().map_err(|why| Stop { exit: Exit::Start, why: format!("cannot start threads: {why}") })?;
        let done = runtime.block_on(self.serve());
        runtime.shutdown_timeout(Duration::from_millis(100));
        done
    }

    async fn serve(self) -> Result<Exit, Stop> {
        let mut signals = Signals::listen()?;
        if let Some(file) = &self.ready_file {
            ReadyFile::may_stand_at(file)?;
        }
        if let Some(file) = &self.faketime_file {
            may_show_time(file)?;
        }
        let (ready_file, listen) = (self.ready_file.clone(), self.listen.addresses());
        let token = self.token(&listen)?;
        let watched = self.scenario.clone().filter(|_| self.watch);
        let flags = self.flags();
        let begins = self.scenario.iter().map(|_| "the scenario").chain(flags.of_beginnings()).collect::<Vec<_>>();
        let start = match &self.scenario {
            Some(path) => flags.with_scenario(path)?.0,
            None => flags.start(None),
        };
        let names = || tls::names(&listen, self.public_url.as_deref(), &self.allow_host);
        let issued = self.tls.certificate(names)?;
        let (ca_file, certificate) = issued.map_or((None, None), |it| (it.ca_file, Some(it.certificate)));
        #[cfg(feature = "postgres")]
        let Some(store) = signals.before(self.store.open(certificate.as_ref(), token.as_ref())).await.transpose()? else {
            return Ok(Exit::Good);
        };
        let config = Config { tls: certificate, ..self.config(listen.clone(), start, token.clone()) };
        #[cfg(feature = "postgres")]
        let config = Config { store: store.clone(), ..config };
        let (public_url, data) = (config.public_url.clone(), config.data.clone());
        let begin = async {
            let server = Server::start(config).await?;
            let base = server.base_url();
            let origin = public_url.as_deref().unwrap_or(&base);
            let seen = server.see_default(|world| (Greeting::of(&listen, world), Environment::of(world, origin))).await;
            std::io::Result::Ok((server, base.clone(), seen))
        };
        let Some(started) = signals.before(begin).await else {
            #[cfg(feature = "postgres")]
            Store::hand_over(store.as_ref()).await;
            return Ok(Exit::Good);
        };
        let started = started.map_err(|why| Stop { exit: Exit::Start, why: cannot_listen(&listen, &why) })?;
        let (server, base, ((greeting, environment), came)) = started;
        let ca_file = ca_file.as_deref();
        let place = data.map(KeptIn::Folder);
        #[cfg(feature = "postgres")]
        let place = place.or_else(|| store.as_ref().map(|it| KeptIn::Database(it.shown().to_owned())));
        let greeting = greeting.with_kept(place.as_ref(), &came, &begins);
        print(&greeting.text(&base, token.as_ref(), ca_file))?;
        let told = Told { base_url: &base, admin_token: token.as_ref().map(Secret::expose), ca_file, environment: &environment };
        let ready = ready_file.map(|file| ReadyFile::write(&file, &told)).transpose()?;
        tokio::select! {
            () = signals.wait() => {}
            () = watch::watch(&server, watched.as_deref(), &flags) => {}
        }
        drop(ready);
        #[cfg(feature = "postgres")]
        Store::hand_over(store.as_ref()).await;
        server.stop().await;
        Ok(Exit::Good)
    }

    /// The token of the control API: on loopback only if it is given, elsewhere always, unless it is `none`.
    fn token(&self, listen: &[SocketAddr]) -> Result<Option<Secret>, Stop> {
        match self.admin_token.as_deref() {
            Some("none") => Ok(None),
            Some(token) => Ok(Some(Secret::from_outside(bearer(token).map_err(Stop::usage)?))),
            None if listen.iter().all(|it| it.ip().is_loopback()) => Ok(None),
            None => Ok(Some(Secret::issued(unpredictable()?))),
        }
    }

    fn flags(&self) -> Flags {
        Flags {
            seed: self.seed,
            mode: self.clock,
            now: self.now,
            webhook_url: self.webhook_url.clone(),
            journal_bytes_max: self.journal_bytes,
            history_bytes_max: self.history_bytes,
            show_secrets: self.show_secrets,
            evidence_header: if self.no_evidence_header { EvidenceHeader::Off } else { EvidenceHeader::Sent },
        }
    }

    fn config(self, listen: Vec<SocketAddr>, start: Start, admin_token: Option<Secret>) -> Config {
        Config {
            listen,
            start,
            public_url: self.public_url,
            allow_hosts: self.allow_host,
            allow_origins: self.allow_origin,
            webhook_allow: self.webhook_allow,
            sandboxes: self.sandboxes,
            sandboxes_max: self.sandboxes_max,
            threads: self.threads.unwrap_or_else(cores),
            admin_token,
            data: self.data,
            faketime_file: self.faketime_file,
            ..Config::default()
        }
    }
}

/// 256 random bits from the system: the only draw that must not repeat.
pub fn unpredictable() -> Result<String, Stop> {
    use rand::TryRng;
    let mut bytes = [0; 32];
    let drawn = rand::rngs::SysRng.try_fill_bytes(&mut bytes);
    drawn.map_err(|why| Stop { exit: Exit::Start, why: format!("cannot draw a token: {why}") })?;
    Ok(hex::encode(bytes))
}

pub fn cannot_listen(listen: &[SocketAddr], why: &std::io::Error) -> String {
    use std::io::ErrorKind;
    if why.kind() == ErrorKind::InvalidData {
        return why.to_string(); // of the data folder
    }
    let advices = [
        (ErrorKind::AddrInUse, "another program listens there: stop it, or choose another port with --listen (port 0 picks a free port)"),
        (ErrorKind::PermissionDenied, "this user may not listen there: choose a port above 1023 with --listen"),
        (ErrorKind::AddrNotAvailable, "this machine has no such address: choose another with --listen"),
    ];
    let advice = advices.iter().find(|it| it.0 == why.kind()).map_or_else(|| why.to_string(), |it| it.1.to_owned());
    let addresses: Vec<String> = listen.iter().map(SocketAddr::to_string).collect();
    format!("cannot listen on {}: {advice}", addresses.join(" and "))
}

/// What ends the server. A signal counts from the moment at which this is made.
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    pub fn listen() -> Result<Self, Stop> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen =
            |kind, name: &str| signal(kind).map_err(|why| Stop { exit: Exit::Start, why: format!("cannot listen for {name}: {why}") });
        Ok(Self { interrupt: listen(SignalKind::interrupt(), "SIGINT")?, terminate: listen(SignalKind::terminate(), "SIGTERM")? })
    }

    #[cfg(not(unix))]
    pub fn listen() -> Result<Self, Stop> {
        Ok(Self {})
    }

    /// What comes of some work. `None`: a signal came first, and the work was dropped.
    pub async fn before<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            () = self.wait() => None,
        }
    }

    pub async fn wait(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        {
            _ = tokio::signal::ctrl_c().await;
        }
    }
}
