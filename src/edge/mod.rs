//! Everything that waits: sockets, the real clock, receivers. The sandboxes themselves never wait.

pub mod access;
pub mod address;
pub mod courier;
pub mod driver;
pub mod egress;
pub mod faults;
pub mod inbound;
pub mod loopback;
pub mod registry;
pub mod socket;
pub mod stage;

use std::net::SocketAddr;
use std::sync::Arc;

use ipnet::IpNet;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::access::Access;
use self::courier::Courier;
use self::driver::{Driver, Stopwatch};
use self::egress::Egress;
use self::inbound::Shared;
use self::loopback::Loopback;
use self::registry::Registry;
use self::stage::ServerStage;
use crate::engine::start::{Impossible, Start};
use crate::kit::secret::Secret;
use crate::providers;
use crate::sandbox::Sandbox;

/// How a server starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// Port 0 picks a free one.
    pub listen: SocketAddr,
    /// The default sandbox.
    pub start: Start,
    /// What links in answers begin with; without it, the scheme and host of the request.
    pub public_url: Option<String>,
    /// Further host names that are served.
    pub allow_hosts: Vec<String>,
    /// Pages elsewhere that may call.
    pub allow_origins: Vec<String>,
    /// The networks to which webhooks may go; when empty, all but the forbidden ones.
    pub webhook_allow: Vec<IpNet>,
    /// The token that control calls need; without one, they need none.
    pub admin_token: Option<Secret>,
}

impl Default for Config {
    /// A free port on loopback, and the frozen default sandbox.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            start: Start::default(),
            public_url: None,
            allow_hosts: Vec::new(),
            allow_origins: Vec::new(),
            webhook_allow: Vec::new(),
            admin_token: None,
        }
    }
}

/// A server that accepts connections until it is stopped or dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Server {
    /// Binds the address and begins to serve, on the current tokio runtime.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(config: Config) -> std::io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let stopwatch = Stopwatch::start();
        let loopback = Arc::new(Loopback::new(&origins(address, config.public_url.as_deref())));
        let courier = Arc::new(Courier::new(Egress { allow: config.webhook_allow, own: Some(address) }));
        let sandbox = Sandbox::new(config.start, stopwatch.uptime());
        let driver = Driver::start(sandbox, stopwatch, courier, Arc::clone(&loopback));
        let registry = Arc::new(Registry::new(driver));
        loopback.connect(Arc::downgrade(&registry));
        let hosts = providers::all().iter().map(|it| it.contract()).flat_map(|it| it.hosts.iter().map(|host| (*host, it.slug))).collect();
        let access = Access {
            public_url: config.public_url,
            allow_hosts: config.allow_hosts,
            allow_origins: config.allow_origins,
            admin_token: config.admin_token,
            provider_hosts: hosts,
            ..Access::default()
        };
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::new(Shared { registry, access, stopwatch });
        let serving = tokio::spawn(inbound::serve(listener, Arc::clone(&shared), stopped));
        Ok(Self { address, shared, stop, serving })
    }

    /// Begins the default sandbox anew.
    ///
    /// # Errors
    /// The parts of its scenario that are impossible. In that case nothing has changed.
    pub(crate) fn begin(&self, start: Start) -> Result<(), Vec<Impossible>> {
        self.shared.registry.default().begin(start)
    }

    /// The default sandbox as the stage of a scenario. Its steps are taken on the caller's thread, which must not be one
    /// of the runtime's.
    #[doc(hidden)]
    pub fn stage(&self, runtime: tokio::runtime::Handle) -> ServerStage<'_> {
        ServerStage::new(self, runtime)
    }

    /// The address that is listened on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address for clients on this machine: `http://127.0.0.1:4242`.
    pub fn base_url(&self) -> String {
        base_url(self.address)
    }

    /// Accepts no more connections, lets the requests under way finish within five seconds, and returns.
    pub async fn stop(self) {
        _ = self.stop.send(true);
        _ = self.serving.await;
    }
}

fn base_url(address: SocketAddr) -> String {
    let (ip, port) = (address.ip(), address.port());
    if ip.is_unspecified() { format!("http://127.0.0.1:{port}") } else { format!("http://{}", SocketAddr::new(ip, port)) }
}

/// The forms of this server's own address that a webhook URL may have.
fn origins(address: SocketAddr, public_url: Option<&str>) -> Vec<String> {
    let port = address.port();
    let own = [base_url(address), format!("http://127.0.0.1:{port}"), format!("http://localhost:{port}"), format!("http://[::1]:{port}")];
    let reachable = own.into_iter().take(if address.ip().is_loopback() || address.ip().is_unspecified() { 4 } else { 1 });
    reachable.chain(public_url.map(str::to_owned)).collect()
}
