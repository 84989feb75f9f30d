//! Everything that waits: sockets, the real clock, receivers. The sandboxes themselves never wait.

pub mod access;
pub mod address;
pub mod admission;
pub mod answers;
pub mod audit;
pub mod bodies;
pub mod clock;
pub mod connection;
pub mod courier;
pub mod data;
pub mod descriptors;
pub mod driver;
pub mod egress;
pub mod events;
pub mod exchange;
pub mod faketime;
pub mod faults;
pub mod heads;
pub mod hosting;
#[cfg(feature = "tls")]
pub mod http2;
pub mod inbound;
pub mod keeping;
pub mod log;
pub mod loopback;
pub mod malformed;
pub mod memory;
pub mod metrics;
pub mod names;
pub mod notices;
pub mod pages;
pub mod places;
mod probing;
pub mod registry;
#[cfg(feature = "postgres")]
pub mod replicas;
pub mod socket;
pub mod spawned;
pub mod stage;
pub mod stream;
pub mod streams;
pub mod threads;
pub mod tls;
pub mod turns;
pub mod unheard;
pub mod waited;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use ipnet::IpNet;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::access::Access;
use self::answers::Answers;
use self::bodies::Bodies;
use self::courier::Courier;
pub use self::data::Came;
use self::data::{Back, Data};
use self::descriptors::Descriptors;
use self::driver::{Driver, Outside, Stopwatch};
use self::egress::Egress;
use self::heads::Names;
use self::inbound::Shared;
use self::keeping::disk::Sizes;
use self::loopback::Loopback;
use self::names::{PublicUrl, served_name};
use self::notices::Notices;
pub use self::registry::Making;
use self::registry::{Hosting, Naming, Registry, SANDBOXES_MAX};
use self::stage::ServerStage;
use self::threads::Threads;
pub use self::tls::Certificate;
#[cfg(feature = "tls")]
use self::tls::Handshakes;
use crate::engine::inbox::is_name;
use crate::engine::log::Violations;
use crate::engine::start::{Impossible, Start};
use crate::engine::touched::Touched;
use crate::engine::world::World;
use crate::kit::http::{Method, Response};
use crate::kit::secret::Secret;
use crate::kit::webhook_url::Scheme;
use crate::providers;
use crate::sandbox::Sandbox;
use crate::stage::control;

/// How a server starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// The addresses to listen on, at least one. The first is the one that is told; port 0 picks a free port, the same for
    /// all.
    pub listen: Vec<SocketAddr>,
    /// The default sandbox.
    pub start: Start,
    /// What links in answers begin with, such as `https://ci.example.com/mocks`; without it, the scheme and host of the
    /// request.
    pub public_url: Option<String>,
    /// Further host names that are served.
    pub allow_hosts: Vec<String>,
    /// Pages elsewhere that may call.
    pub allow_origins: Vec<String>,
    /// The networks to which webhooks may go; when empty, all but the forbidden ones.
    pub webhook_allow: Vec<IpNet>,
    /// How further sandboxes are made.
    pub sandboxes: Making,
    /// How many of them there may be.
    pub sandboxes_max: usize,
    /// The threads on which sandboxes are at home, the one that starts the server included: further ones begin with further sandboxes.
    pub threads: NonZeroUsize,
    /// The token that control calls need; without one, they need none.
    pub admin_token: Option<Secret>,
    /// With a certificate the server speaks TLS on all its addresses, HTTP/2 or HTTP/1.1 as the client chooses; without one, HTTP/1.1.
    pub tls: Option<Certificate>,
    /// The database that it shares with other servers, and with it the sandboxes. `None`: they stay in memory.
    #[cfg(feature = "postgres")]
    pub store: Option<replicas::Opened>,
    /// The folder in which the sandboxes are kept: those in it come back, and what is answered is there after a crash. Without one,
    /// everything stays in memory.
    pub data: Option<PathBuf>,
    /// How long the log in that folder becomes. Tests have shorter ones.
    #[doc(hidden)]
    pub data_sizes: Sizes,
    /// A file that shows the time of the default sandbox to processes under libfaketime (`FAKETIME_TIMESTAMP_FILE`, with
    /// `FAKETIME_FMT=%s` and `FAKETIME_NO_CACHE=1`). What stands there is replaced. It stays when the server has stopped.
    pub faketime_file: Option<PathBuf>,
}

impl Default for Config {
    /// A free port on loopback, and the frozen default sandbox.
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 0))],
            start: Start::default(),
            public_url: None,
            allow_hosts: Vec::new(),
            allow_origins: Vec::new(),
            webhook_allow: Vec::new(),
            sandboxes: Making::Named,
            sandboxes_max: SANDBOXES_MAX,
            threads: NonZeroUsize::MIN,
            admin_token: None,
            tls: None,
            data: None,
            data_sizes: Sizes::default(),
            faketime_file: None,
            #[cfg(feature = "postgres")]
            store: None,
        }
    }
}

/// A server that accepts connections until it is stopped or dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    came: Came,
}

impl Server {
    /// Binds the addresses and begins to serve, on the current tokio runtime. The process may have as many open files as
    /// the system lets it raise the limit to.
    ///
    /// # Errors
    /// An address cannot be listened on, the public address is not one, a host name is one that no request can have, or the certificate
    /// cannot be shown.
    pub async fn start(config: Config) -> std::io::Result<Self> {
        let descriptors = Descriptors::raise();
        let public_url = config.public_url.as_deref().map(public).transpose()?;
        let stopwatch = Stopwatch::start();
        #[cfg(feature = "tls")]
        let handshakes = config.tls.as_ref().map(|it| Handshakes::with(it, stopwatch)).transpose()?;
        #[cfg(not(feature = "tls"))]
        config.tls.as_ref().map(Certificate::check).transpose()?;
        let scheme = if config.tls.is_some() { Scheme::Https } else { Scheme::Http };
        let served = |it: &String| served_name(it).map_err(|why| invalid(format!("{it} is not the name of a host: {why}")));
        let allow_hosts = config.allow_hosts.iter().map(served).collect::<std::io::Result<_>>()?;
        let listeners = bind(&config.listen).await?;
        let address = listeners.first().ok_or_else(|| invalid("the server needs an address to listen on".to_owned()))?.local_addr()?;
        let own = listeners.iter().map(TcpListener::local_addr).collect::<std::io::Result<Vec<_>>>()?;
        let loopback = Arc::new(Loopback::new(&origins(scheme, &own, public_url.as_ref())));
        let notices = Arc::new(Notices::new(stopwatch));
        let egress = Egress { allow: config.webhook_allow, own: own.clone() };
        let courier = Courier::new(egress, descriptors.webhooks_max(), Arc::clone(&notices));
        let outside = Outside { courier: Arc::new(courier), loopback, keeping: None };
        let (usual, making, sandboxes_max) = (config.start, config.sandboxes, config.sandboxes_max);
        let hosting = Hosting { usual, making, sandboxes_max, stopwatch, outside, threads: Threads::new(config.threads) };
        let folder = config.data.as_deref().map(|it| (it, config.data_sizes));
        #[cfg(feature = "postgres")]
        let (registry, data, came) = share_or_host(hosting, config.store, folder).await?;
        #[cfg(not(feature = "postgres"))]
        let (registry, data, came) = host(hosting, folder).await?;
        registry.default().show_time_in(config.faketime_file.as_deref(), &notices);
        let contracts = || providers::all().into_iter().map(|it| it.contract());
        let hosts = contracts().flat_map(|it| it.hosts.iter().map(|host| (*host, it.slug))).collect();
        let names = Names::learn(contracts().flat_map(|it| it.answer_headers).map(|it| it.name)).await;
        let access = Access {
            scheme,
            own_origin: base_url(scheme, address),
            public_url,
            allow_hosts,
            allow_origins: config.allow_origins,
            admin_token: config.admin_token,
            provider_hosts: hosts,
            ..Access::default()
        };
        let (stop, stopped) = watch::channel(false);
        descriptors.tell();
        let shared = Arc::new(Shared {
            registry,
            access,
            stopwatch,
            descriptors,
            notices,
            bodies: Bodies::default(),
            names,
            answers: Answers::default(),
            #[cfg(feature = "tls")]
            handshakes,
            data,
        });
        let serving = tokio::spawn(connection::serve(listeners, Arc::clone(&shared), stopped));
        Ok(Self { address, shared, stop, serving, came })
    }

    /// Begins the default sandbox anew.
    ///
    /// # Errors
    /// The parts of its scenario that are impossible. In that case nothing has changed.
    pub(crate) fn begin(&self, start: Start) -> Result<(), Vec<Impossible>> {
        self.shared.registry.default().begin(start)
    }

    /// Replaces the state of the default sandbox by a saved one.
    ///
    /// # Errors
    /// The refusal's sentence.
    pub(crate) async fn restore(&self, state: Bytes) -> Result<(), String> {
        let put = self.shared.registry.default().put(control(Method::PUT, "state", state));
        let refused = |it: &Response| String::from_utf8_lossy(&it.body).into_owned();
        match put.answer().await {
            Some(leaving) if leaving.response.status.is_success() => Ok(()),
            Some(leaving) => Err(refused(&leaving.response)),
            None => Err("the connection was cut".to_owned()),
        }
    }

    /// The default sandbox as the stage of a scenario. Its steps are taken on the caller's thread, which must not be one
    /// of the runtime's.
    #[doc(hidden)]
    pub fn stage(&self, runtime: tokio::runtime::Handle) -> ServerStage<'_> {
        ServerStage::new(self, runtime)
    }

    /// What was broken in each sandbox, by its name.
    pub(crate) fn violations(&self) -> BTreeMap<String, Violations> {
        self.shared.registry.violations()
    }

    /// What traffic has reached of the contracts, in all sandboxes together.
    pub(crate) fn touched(&self) -> Touched {
        self.shared.registry.touched()
    }

    /// Looks at the default sandbox.
    pub(crate) fn with_default<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        self.shared.registry.default().see(look)
    }

    /// Looks at the default sandbox, also when only the database of several servers has it. Beside that, what came back.
    pub(crate) async fn see_default<T>(&self, look: impl FnOnce(&World) -> T) -> (T, Came) {
        let came = self.came.clone();
        #[cfg(feature = "postgres")]
        let came = match self.shared.registry.kept_default().await {
            Ok(Some(mut kept)) => return (look(kept.world_mut()), came),
            Ok(None) => came,
            Err(why) => Came { problem: Some(why), ..came },
        };
        #[cfg(not(feature = "postgres"))]
        std::future::ready(()).await;
        (self.with_default(look), came)
    }

    /// All its sandboxes.
    pub(crate) fn registry(&self) -> &Arc<Registry> {
        &self.shared.registry
    }

    /// The sandbox with that name, made if it does not exist.
    ///
    /// # Errors
    /// The refusal that a caller over the network would get.
    pub(crate) fn find_or_make(&self, name: &str) -> Result<Arc<Driver>, Response> {
        let registry = &self.shared.registry;
        if !is_name(name) {
            return Err(registry.unknown(name, Naming::Open));
        }
        registry.find(name).map_or_else(|| registry.make_on_use(name), Ok)
    }

    /// The address that is listened on, the first of several.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address for clients on this machine: `http://127.0.0.1:4242`, or `https://127.0.0.1:4242` with TLS.
    pub fn base_url(&self) -> String {
        base_url(self.shared.access.scheme, self.address)
    }

    /// Accepts no more connections, lets the requests under way finish within four seconds, and returns.
    pub async fn stop(self) {
        _ = self.stop.send(true);
        _ = self.serving.await;
        if let Some(data) = &self.shared.data {
            data.close(&self.shared.registry).await;
        }
    }
}

/// The sandboxes of a server: those that it shares with others, or its own.
#[cfg(feature = "postgres")]
async fn share_or_host(
    hosting: Hosting,
    store: Option<replicas::Opened>,
    folder: Option<(&Path, Sizes)>,
) -> std::io::Result<(Arc<Registry>, Option<Data>, Came)> {
    match store {
        Some(store) => {
            let (registry, came) = store.registry(hosting).await?;
            Ok((registry, None, came))
        }
        None => host(hosting, folder).await,
    }
}

/// The sandboxes of a server: those of its data folder, and `default` in any case.
async fn host(mut hosting: Hosting, folder: Option<(&Path, Sizes)>) -> std::io::Result<(Arc<Registry>, Option<Data>, Came)> {
    let opened = folder.map(|it| Data::open(it, &mut hosting.outside, &hosting.threads)).transpose()?;
    let (data, back) = opened.map_or_else(|| (None, Back::default()), |(data, back)| (Some(data), back));
    let Back { mut drivers, unnamed, came } = back;
    if !came.has_default {
        let sandbox = Sandbox::new(hosting.usual.clone(), hosting.stopwatch.uptime());
        drivers.push(Driver::new(sandbox, hosting.stopwatch, hosting.outside.clone(), hosting.threads.settle()));
    }
    let registry = Registry::with(hosting, drivers);
    registry.unnamed_behind(unnamed);
    if let Some(data) = &data {
        data.begin(&registry).await?;
    }
    Ok((registry, data, came))
}

/// Listens on all addresses. Those after the first take the port that the first has got, where theirs is 0.
async fn bind(addresses: &[SocketAddr]) -> std::io::Result<Vec<TcpListener>> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    for address in addresses {
        let mut address = *address;
        if let (0, Some(first)) = (address.port(), listeners.first()) {
            address.set_port(first.local_addr()?.port());
        }
        listeners.push(TcpListener::bind(address).await?);
    }
    Ok(listeners)
}

fn public(text: &str) -> std::io::Result<PublicUrl> {
    PublicUrl::parse(text).map_err(|why| invalid(format!("{text} is not a public address: {why}")))
}

fn invalid(why: String) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidInput, why)
}

fn base_url(scheme: Scheme, address: SocketAddr) -> String {
    let (ip, port) = (address.ip(), address.port());
    let ip = if ip.is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { ip };
    scheme.origin(&SocketAddr::new(ip, port).to_string())
}

/// The forms of this server's own addresses that a webhook URL may have.
fn origins(scheme: Scheme, addresses: &[SocketAddr], public_url: Option<&PublicUrl>) -> Vec<String> {
    let of = |address: &SocketAddr| {
        let port = address.port();
        let names = ["127.0.0.1", "localhost", "[::1]"].map(|it| scheme.origin(&format!("{it}:{port}")));
        let is_local = address.ip().is_loopback() || address.ip().is_unspecified();
        [base_url(scheme, *address)].into_iter().chain(names.into_iter().filter(move |_| is_local))
    };
    addresses.iter().flat_map(of).chain(public_url.map(|it| it.text().clone())).collect()
}
